"""Files under faults: whatever stops, no row is without its content, and what nobody holds goes."""

import asyncio
import os
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from botkit.errors import FileError, StoreError
from botkit.ports.files import FileLimits, Files
from botkit.stores import SQLiteStore, open_files
from botkit.stores.files import shown_size
from botkit.testing.clocks import FakeClock
from botkit.testing.files import HERE, put, read
from botkit.testing.samples import sample
from botkit.testing.stored import NOW, contact


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SQLiteStore]:
    store = SQLiteStore(str(tmp_path / "bot.db"))
    await store.open()
    yield store
    await store.close()


@pytest.fixture
def files(store: SQLiteStore, clock: FakeClock) -> Files:
    return open_files(store, FileLimits(), clock)


def _content(folder: Path) -> list[Path]:
    return sorted(path for path in (folder / "bot.db-files").rglob("*") if path.is_file())


async def test_nothing_is_made_before_the_first_file(files: Files, tmp_path: Path) -> None:
    assert await files.files(HERE) == []
    assert await files.sweep() == 0
    assert not (tmp_path / "bot.db-files").exists()


async def test_only_the_user_of_the_bot_reads_the_folder(files: Files, tmp_path: Path) -> None:
    await put(files, sample("a.png"))
    (content,) = _content(tmp_path)
    assert [path.stat().st_mode & 0o077 for path in (content, content.parent, content.parents[1])] == [0, 0, 0]


async def test_content_whose_row_was_not_written_is_swept(
    files: Files, store: SQLiteStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(job: Any, *, long: bool = False) -> Any:
        def run(db: sqlite3.Connection) -> None:
            job(db)
            raise OSError("the power is gone")

        return await SQLiteStore.write(store, run, long=long)

    with monkeypatch.context() as patch:
        patch.setattr(store, "write", fail)
        with pytest.raises(OSError, match="power"):
            await put(files, sample("a.png"))
    assert len(_content(tmp_path)) == 1
    assert await files.files(HERE) == []
    assert await files.sweep() == 1
    assert _content(tmp_path) == []


KILLED = """
import asyncio, os, signal, sys
from botkit.ports.files import FileLimits
from botkit.stores import SQLiteStore, folders, open_files
from botkit.testing.clocks import FakeClock
from botkit.testing.files import put
from botkit.testing.samples import sample

async def main():
    store = SQLiteStore(sys.argv[1])
    await store.open()
    files = open_files(store, FileLimits(), FakeClock())
    await put(files, sample("a.png", 300), conversation="web:before")
    name = folders.Draft.name
    def die(self, ref):
        if sys.argv[2] == "after":
            name(self, ref)
        os.kill(os.getpid(), signal.SIGKILL)
    folders.Draft.name = die
    await put(files, sample("a.png"))

asyncio.run(main())
"""


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_process_killed_between_content_and_row_leaves_an_orphan(
    tmp_path: Path, clock: FakeClock, when: str
) -> None:
    path = str(tmp_path / "bot.db")
    killed = await asyncio.create_subprocess_exec(sys.executable, "-c", KILLED, path, when)
    assert await killed.wait() == -signal.SIGKILL
    store = SQLiteStore(path)
    await store.open()
    files = open_files(store, FileLimits(), clock)
    assert len(_content(tmp_path)) == 2
    assert await files.files(HERE) == []
    clock.advance(3000)
    assert await files.sweep() == (1 if when == "after" else 0)  # what is coming in has an hour
    (kept,) = await files.files("web:before")
    assert await read(files, "web:before", kept.file.ref) == sample("a.png", 300)
    clock.advance(700)
    assert await files.sweep() == (1 if when == "after" else 2)
    assert _content(tmp_path) == []
    await store.close()


async def test_content_that_somebody_removed_is_missing_and_may_come_again(files: Files, tmp_path: Path) -> None:
    file = await put(files, sample("a.png"))
    _content(tmp_path)[0].unlink()
    with pytest.raises(FileError):
        await read(files, HERE, file.ref)
    assert await put(files, sample("a.png")) == file
    assert await read(files, HERE, file.ref) == sample("a.png")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
async def test_a_folder_that_cannot_be_written_is_a_store_error(files: Files, tmp_path: Path) -> None:
    (tmp_path / "bot.db-files").mkdir(mode=0o500)
    with pytest.raises(StoreError, match="files cannot be read or written"):
        await put(files, sample("a.png"))


async def test_a_folder_that_is_none_is_a_store_error(files: Files, tmp_path: Path) -> None:
    (tmp_path / "bot.db-files").write_text("in the way")
    with pytest.raises(StoreError, match="files cannot be read or written"):
        await put(files, sample("a.png"))
    assert await files.sweep() == 0


async def test_two_processes_let_go_and_take_at_once(
    files: Files, store: SQLiteStore, tmp_path: Path, clock: FakeClock
) -> None:
    other_store = SQLiteStore(store.path)
    await other_store.open()
    other = open_files(other_store, FileLimits(), clock)
    for _ in range(20):
        file = await put(files, sample("a.png", 300_000))
        assert await other.forget(HERE) == 1
        assert await files.find(HERE, file.ref) is None
        again = await put(files, sample("a.png", 300_000))
        assert await other.sweep() == 0
        assert await read(other, HERE, again.ref) == sample("a.png", 300_000)
    await other_store.close()


async def test_an_erased_conversation_holds_nothing(files: Files, store: SQLiteStore, tmp_path: Path) -> None:
    conversation = await contact(store, "1")
    await put(files, sample("a.png"), conversation=conversation)
    kept = await put(files, sample("a.png"), conversation=HERE)
    assert await store.erase(conversation, now=NOW)
    assert await files.files(conversation) == []
    assert await files.sweep() == 0
    assert await files.forget(HERE, [kept.ref]) == 1
    assert _content(tmp_path) == []


async def test_content_of_an_erased_conversation_is_swept(files: Files, store: SQLiteStore, tmp_path: Path) -> None:
    conversation = await contact(store, "1")
    await put(files, sample("a.png"), conversation=conversation)
    await store.erase(conversation, now=NOW)
    assert await files.sweep() == 1
    assert _content(tmp_path) == []


async def test_a_draft_that_was_removed_while_it_came_is_not_held(
    files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from botkit.stores import folders

    settle = folders.Draft.settle

    async def lose(self: folders.Draft) -> None:
        await settle(self)
        for path in _content(tmp_path):
            path.unlink()

    monkeypatch.setattr(folders.Draft, "settle", lose)
    with pytest.raises(StoreError, match="while it came in"):
        await put(files, sample("a.png"))
    assert await files.files(HERE) == []


@pytest.mark.parametrize(
    ("size", "shown"),
    [(1, "1 bytes"), (999, "999 bytes"), (1500, "1.5 kB"), (10_000_000, "10 MB"), (2_500_000, "2.5 MB")],
)
def test_sizes_for_people(size: int, shown: str) -> None:
    assert shown_size(size) == shown
