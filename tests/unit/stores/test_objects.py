"""Files in a bucket that answers oddly, is configured no more, or whose store fails at a bad moment."""

import asyncio
import threading
from collections.abc import AsyncIterator, Collection, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from botkit.errors import FileError, StoreError
from botkit.ports.files import FileLimits
from botkit.stores import BucketSettings, SQLiteStore, statements, statements_of_objects
from botkit.stores.buckets import open_bucket
from botkit.stores.connection import connect
from botkit.stores.files import KeptFiles
from botkit.stores.folders import Folder, folder_of
from botkit.stores.object_rows import SQLiteObjects
from botkit.stores.objects import ObjectShelf
from botkit.stores.shelves import SQLiteShelf
from botkit.testing.clocks import FakeClock
from botkit.testing.files import HERE, put, read
from botkit.testing.samples import sample


class _Bucket:
    """A bucket in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    async def put(self, name: str, content: bytes) -> None:
        self.kept[name] = content

    async def read(self, name: str) -> AsyncIterator[bytes]:
        if name not in self.kept:
            raise FileError("the file is gone", reason="missing")
        yield self.kept[name]

    async def has(self, name: str) -> bool:
        return name in self.kept

    async def remove(self, names: Collection[str]) -> None:
        for name in names:
            self.kept.pop(name, None)


class _Unsure(SQLiteObjects):
    """Its store breaks off when a commit is through."""

    async def hold(self, *given: Any) -> bool:
        await super().hold(*given)
        raise StoreError("the connection broke")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SQLiteStore]:
    store = SQLiteStore(str(tmp_path / "bot.db"))
    await store.open()
    yield store
    await store.close()


def _files(store: SQLiteStore, bucket: _Bucket | None, of: type[SQLiteObjects] = SQLiteObjects) -> KeptFiles:
    folder = Folder(folder_of(store.path))
    shelf = ObjectShelf(SQLiteShelf(store, folder), of(store, folder), bucket)
    return KeptFiles(shelf, FileLimits(), FakeClock(), shelf)


async def test_what_is_held_after_a_commit_that_broke_off_can_be_read(store: SQLiteStore) -> None:
    bucket = _Bucket()
    with pytest.raises(StoreError):
        await put(_files(store, bucket, _Unsure), sample("photo.png"))
    files = _files(store, bucket)
    (kept,) = await files.files(HERE)
    assert await read(files, HERE, kept.file.ref) == sample("photo.png")
    assert await files.forget(HERE) == 1
    assert bucket.kept == {}


async def test_what_comes_again_without_the_bucket_is_read_from_beside_the_store(store: SQLiteStore) -> None:
    file = await put(_files(store, _Bucket()), sample("photo.png"))
    files = _files(store, None)
    with pytest.raises(StoreError, match="names none"):
        await read(files, HERE, file.ref)
    await put(files, sample("photo.png"))
    assert await read(files, HERE, file.ref) == sample("photo.png")


def test_content_is_found_without_looking_at_all_that_there_is(tmp_path: Path) -> None:
    db = connect(str(tmp_path / "bot.db"))
    for statement in statements.SCHEMA:
        db.execute(statement)
    for statement in (statements_of_objects.OBJECT, statements_of_objects.LOOSEN_CONTENT):
        (plan,) = db.execute(f"EXPLAIN QUERY PLAN {statement}", {"which": "x"}).fetchall()
        assert plan[3].startswith("SEARCH"), plan
    db.close()


def test_the_keys_of_a_bucket_are_not_shown() -> None:
    assert "hunter2" not in repr(BucketSettings("b", key="hunter2", secret="hunter2"))


@pytest.fixture
def missing_told() -> Iterator[tuple[str, set[str]]]:
    """Give the endpoint of a server that says 404 where what is to be removed is not there, and what it has."""
    kept: set[str] = set()

    class Answers(BaseHTTPRequestHandler):
        def do_DELETE(self) -> None:
            name = self.path.removeprefix("/b/")
            there = name in kept
            kept.discard(name)
            self.send_response(204 if there else 404)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        yield f"http://127.0.0.1:{server.server_port}", kept
        server.shutdown()
        serving.join()


async def test_what_is_missing_already_keeps_nothing_else(missing_told: tuple[str, set[str]]) -> None:
    endpoint, kept = missing_told
    names = [f"n/{number}" for number in range(40)]
    kept |= set(names) - {"n/0", "n/20"}
    bucket = open_bucket(BucketSettings("b", endpoint, key="k", secret="s"))
    async with asyncio.timeout(30):
        await bucket.remove(names)
    assert kept == set()
