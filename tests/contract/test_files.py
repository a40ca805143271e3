"""Every place for files keeps the contract, and the contract notices one that does not."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from botkit.errors import FileError
from botkit.model.values import File
from botkit.ports.files import Files
from botkit.stores import BucketSettings, SQLiteStore, open_files
from botkit.stores.files import KeptFiles, Upload
from botkit.stores.memory import MemoryShelf
from botkit.stores.postgres import PostgreSQLStore
from botkit.testing import postgres
from botkit.testing.clocks import FakeClock
from botkit.testing.files import LIMITS, Contents, FilesContract
from tests import buckets


class TestMemory(FilesContract):
    @pytest.fixture
    def files(self, clock: FakeClock) -> Files:
        return open_files(SQLiteStore(":memory:"), LIMITS, clock)

    @pytest.fixture
    def contents(self, files: Any) -> Contents:
        async def count() -> int:
            return len(files._shelf.content)

        return count


class TestFolder(FilesContract):
    durability: Any = "normal"

    @pytest.fixture
    async def files(self, tmp_path: Path, clock: FakeClock) -> AsyncIterator[Files]:
        store = SQLiteStore(str(tmp_path / "bot.db"), self.durability)
        await store.open()
        files = open_files(store, LIMITS, clock)
        yield files
        await files.close()
        await store.close()

    @pytest.fixture
    def contents(self, tmp_path: Path) -> Contents:
        async def count() -> int:
            return len([path for path in (tmp_path / "bot.db-files").rglob("*") if path.is_file()])

        return count


class TestFolderFull(TestFolder):
    durability = "full"


@pytest.fixture(scope="module")
def url(postgres_server: postgres.Server) -> str:
    return postgres_server.database()


class TestPostgreSQL(FilesContract):
    @pytest.fixture
    async def files(self, url: str, clock: FakeClock) -> AsyncIterator[Files]:
        store = PostgreSQLStore(url)
        await store.open()
        files = open_files(store, LIMITS, clock)
        yield files
        await files.close()
        await store.close()
        db = await asyncpg.connect(url)
        await db.execute("TRUNCATE files, file_parts")
        await db.close()

    @pytest.fixture
    def contents(self, url: str) -> Contents:
        async def count() -> int:
            db = await asyncpg.connect(url)
            try:
                found: int = await db.fetchval("SELECT count(DISTINCT content) FROM file_parts")
                return found
            finally:
                await db.close()

        return count


class TestFolderAndBucket(FilesContract):
    """The content in a bucket, whose it is in SQLite."""

    @pytest.fixture
    def bucket(self, s3_server: buckets.Server) -> BucketSettings:
        return s3_server.bucket()

    @pytest.fixture
    async def files(self, tmp_path: Path, clock: FakeClock, bucket: BucketSettings) -> AsyncIterator[Files]:
        store = SQLiteStore(str(tmp_path / "bot.db"))
        await store.open()
        files = open_files(store, LIMITS, clock, bucket)
        yield files
        assert await files.remains() == 0
        assert not (tmp_path / "bot.db-files").exists()
        await files.close()
        await store.close()

    @pytest.fixture
    def contents(self, s3_server: buckets.Server, bucket: BucketSettings) -> Contents:
        async def count() -> int:
            names = await asyncio.to_thread(s3_server.names, bucket)
            return len({name.partition("/")[0] for name in names})

        return count


class TestPostgreSQLAndBucket(TestFolderAndBucket):
    """The content in a bucket, whose it is in PostgreSQL."""

    @pytest.fixture
    async def files(self, url: str, clock: FakeClock, bucket: BucketSettings) -> AsyncIterator[Files]:
        store = PostgreSQLStore(url)
        await store.open()
        files = open_files(store, LIMITS, clock, bucket)
        yield files
        assert await files.remains() == 0
        await files.close()
        await store.close()
        db = await asyncpg.connect(url)
        assert await db.fetchval("SELECT count(*) FROM file_parts") == 0
        await db.execute("TRUNCATE files, file_parts, objects")
        await db.close()


# The contract notices


class _Trusting(KeptFiles):
    """Lets every conversation read what one holds."""

    async def find(self, conversation: str, ref: str) -> File | None:  # noqa: ARG002
        shelf: Any = self._shelf
        return next((kept.file for (_, held), kept in shelf.rows.items() if held == ref), None)


class _Named(KeptFiles):
    """Keeps the names that devices say."""

    async def put(self, conversation: str, name: str, chunks: AsyncIterator[bytes]) -> File:
        file = await super().put(conversation, name, chunks)
        return File(kind=file.kind, name=name, mime=file.mime, size=file.size, ref=file.ref)


class _Gathering(KeptFiles):
    """Reads a file to its end before it looks at its size."""

    async def put(self, conversation: str, name: str, chunks: AsyncIterator[bytes]) -> File:
        gathered: list[bytes] = []
        async for chunk in chunks:
            gathered.append(chunk)
            if len(gathered) == 30:
                break

        async def again() -> AsyncIterator[bytes]:
            yield b"".join(gathered)

        return await super().put(conversation, name, again())


class _Hoarding(KeptFiles):
    """Keeps what was never sent."""

    async def sweep(self) -> int:
        return await self._shelf.tidy(0)


class _Littering(MemoryShelf):
    """Leaves content when its last holder is gone."""

    async def forget(self, conversation: str, refs: Collection[str] | None) -> int:
        before = dict(self.content)
        gone = await super().forget(conversation, refs)
        self.content |= before
        return gone


class _Careless(MemoryShelf):
    """Removes content that another conversation still holds."""

    async def forget(self, conversation: str, refs: Collection[str] | None) -> int:
        held = [ref for holder, ref in self.rows if holder == conversation]
        gone = await super().forget(conversation, refs)
        for ref in held:
            self.content.pop(ref, None)
        return gone


class _Generous(MemoryShelf):
    """Lets a conversation hold more than it may."""

    def begin(self, now: float) -> Upload:
        upload = super().begin(now)
        finish = upload.finish

        async def finish_anyway(conversation: str, file: File, now: float, most: int) -> None:
            await finish(conversation, file, now, most * 10)

        upload.finish = finish_anyway  # type: ignore[method-assign]
        return upload


_CONTRACT = FilesContract()
_PLAIN, _SHELF = KeptFiles, MemoryShelf


@pytest.mark.parametrize(
    ("kind", "shelf", "test"),
    [
        (_Trusting, _SHELF, lambda files, *_: _CONTRACT.test_only_its_conversation_finds_a_file(files)),
        (_Named, _SHELF, lambda files, *_: _CONTRACT.test_names_become_harmless(files, "../../x.png", "x.png")),
        (_Gathering, _SHELF, lambda files, contents, _: _CONTRACT.test_what_is_too_large_is_refused_while_it_comes(files, contents)),
        (_Hoarding, _SHELF, _CONTRACT.test_what_is_never_sent_goes_after_an_hour),
        (_PLAIN, _Littering, lambda files, contents, _: _CONTRACT.test_content_goes_with_its_last_holder(files, contents)),
        (_PLAIN, _Careless, lambda files, contents, _: _CONTRACT.test_content_goes_with_its_last_holder(files, contents)),
        (_PLAIN, _Generous, lambda files, contents, _: _CONTRACT.test_a_conversation_holds_no_more_than_it_may(files, contents)),
    ],
)  # fmt: skip
async def test_the_contract_notices(
    kind: type[KeptFiles],
    shelf: type[MemoryShelf],
    test: Callable[[Files, Contents, FakeClock], Awaitable[None]],
) -> None:
    for files_kind, shelf_kind, sound in ((kind, shelf, False), (_PLAIN, _SHELF, True)):
        clock, kept = FakeClock(), shelf_kind()

        async def count(kept: MemoryShelf = kept) -> int:
            return len(kept.content)

        files = files_kind(kept, LIMITS, clock)
        if sound:
            await test(files, count, clock)
        else:
            with pytest.raises((AssertionError, FileError, pytest.fail.Exception)):
                await test(files, count, clock)
