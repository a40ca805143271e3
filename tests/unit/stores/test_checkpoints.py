"""Checkpoints beside the commits: the log is moved and bounded, and nobody waits for it."""

import asyncio
import logging
import sqlite3
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from botkit.errors import StoreError
from botkit.stores import checkpoints, connection, writers
from botkit.stores.connection import connect, empty_log
from botkit.stores.writers import Inline, Marks

PAGE = 2048
ROW = bytes(PAGE)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "bot.db"


@pytest.fixture
async def writer(path: Path) -> AsyncIterator[Inline]:
    db = connect(str(path))
    db.execute("CREATE TABLE kept (row BLOB)")
    made = Inline(db, str(path), Marks())
    yield made
    await made.close()
    db.close()


def keep(db: sqlite3.Connection) -> None:
    db.execute("INSERT INTO kept VALUES (?)", (ROW,))


async def write(writer: Inline, times: int) -> None:
    for _ in range(times):
        await writer.run(keep)


async def moved(writer: Inline) -> None:
    assert writer._checkpoints is not None
    if writer._checkpoints._moving is not None:
        await asyncio.wait({writer._checkpoints._moving})


def size_of(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def log_of(path: Path) -> int:
    return size_of(Path(f"{path}-wal"))


async def test_the_log_is_moved_by_another_thread(
    writer: Inline, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[str] = []
    move = checkpoints.Checkpoints._move

    def noted(one: checkpoints.Checkpoints) -> None:
        threads.append(threading.current_thread().name)
        move(one)

    monkeypatch.setattr(checkpoints.Checkpoints, "_move", noted)
    await write(writer, checkpoints.EVERY - 1)
    assert (threads, size_of(path) < PAGE * checkpoints.EVERY) == ([], True)
    await write(writer, 1)
    await moved(writer)
    assert len(threads) == 1
    assert threads[0].startswith("botkit-checkpoint")
    assert size_of(path) > PAGE * checkpoints.EVERY


async def test_the_log_begins_anew_where_all_was_moved(writer: Inline, path: Path) -> None:
    for _ in range(4):
        await write(writer, checkpoints.EVERY)
        await moved(writer)
    assert size_of(path) > 4 * PAGE * checkpoints.EVERY
    assert log_of(path) < 4 * PAGE * checkpoints.EVERY


async def test_a_commit_moves_what_no_checkpoint_did(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writers, "LONGEST", 100)
    monkeypatch.setattr(checkpoints.Checkpoints, "begin", lambda _: None)
    db = connect(str(path))
    db.execute("CREATE TABLE kept (row BLOB)")
    writer = Inline(db, str(path), Marks())
    await write(writer, 1000)
    assert log_of(path) < 200 * PAGE * 2
    await writer.close()
    db.close()


async def test_who_asks_again_meanwhile_begins_no_second_one(writer: Inline, monkeypatch: pytest.MonkeyPatch) -> None:
    going, asked = threading.Event(), 0

    def wait(_: checkpoints.Checkpoints) -> None:
        nonlocal asked
        asked += 1
        going.wait(5)

    monkeypatch.setattr(checkpoints.Checkpoints, "_move", wait)
    await write(writer, 3 * checkpoints.EVERY)
    going.set()
    await moved(writer)
    assert asked == 1
    await write(writer, checkpoints.EVERY)
    await moved(writer)
    assert asked == 2


async def test_a_checkpoint_that_fails_stops_nobody(
    writer: Inline, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_: str) -> None:
        raise StoreError("store: the disk is full")

    monkeypatch.setattr(checkpoints, "connect", fail)
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            await write(writer, checkpoints.EVERY)
            await moved(writer)
            await asyncio.sleep(0)
    assert caplog.text.count("the disk is full") == 2


async def test_nothing_is_left_open(path: Path) -> None:
    db = connect(str(path))
    db.execute("CREATE TABLE kept (row BLOB)")
    writer = Inline(db, str(path), Marks())
    await write(writer, checkpoints.EVERY)
    await writer.close()
    db.close()
    assert log_of(path) == 0
    assert not any(thread.name.startswith("botkit-checkpoint") for thread in threading.enumerate())


@pytest.mark.parametrize(("busy", "emptied"), [(1, True), (10**6, False)])
def test_the_log_is_emptied_when_another_checkpoint_ends(
    busy: int, emptied: bool, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Busy:
        left = busy

        def execute(self, _: str) -> Any:
            self.left -= 1
            return sqlite3.connect(":memory:").execute("SELECT ?", (int(self.left >= 0),))

        def close(self) -> None: ...

    monkeypatch.setattr(connection, "connect", lambda _: Busy())
    monkeypatch.setattr(connection, "_PATIENCE", 0.05)
    assert empty_log(str(path)) is emptied
