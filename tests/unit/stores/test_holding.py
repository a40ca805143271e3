"""One process at a time serves from a file: held, waited for, named, and let go at any end."""

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from botkit.errors import StoreError
from botkit.stores import SQLiteStore
from botkit.stores.holding import Hold

HOLDING = """
import asyncio, sys
from botkit.stores.holding import Hold
hold = Hold(sys.argv[1])
asyncio.run(hold.take(0, lambda _: True))
print("held", flush=True)
sys.stdin.read()
hold.release()
"""


def _on(_holder: str) -> bool:
    return True


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "bot.db"


@contextmanager
def _held_elsewhere(path: Path) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-c", HOLDING, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "held\n"
            yield process
        finally:
            process.kill()


async def test_a_file_that_another_process_holds_is_refused_by_name(path: Path) -> None:
    with _held_elsewhere(path) as other:
        with pytest.raises(StoreError) as error:
            await Hold(str(path)).take(0, _on)
        assert f"process {other.pid} serves from it since 20" in str(error.value)
        assert "postgresql://" in error.value.hint


async def test_its_end_is_waited_for(path: Path) -> None:
    told: list[str] = []

    with _held_elsewhere(path) as other:

        def end_it(holder: str) -> bool:
            told.append(holder)
            if other.stdin is not None and not other.stdin.closed:
                other.stdin.close()
            return True

        await Hold(str(path)).take(30, end_it)
        assert told[0] == f"process {other.pid}"


async def test_a_killed_process_holds_nothing(path: Path) -> None:
    with _held_elsewhere(path) as other:
        other.kill()
        other.wait()
        await Hold(str(path)).take(0, _on)


async def test_a_process_that_is_stopped_holds_on(path: Path) -> None:
    with _held_elsewhere(path) as other:
        os.kill(other.pid, signal.SIGSTOP)
        with pytest.raises(StoreError, match=f"process {other.pid} "):
            await Hold(str(path)).take(0.3, _on)


async def test_waiting_ends_when_it_is_told_to(path: Path) -> None:
    with _held_elsewhere(path), pytest.raises(StoreError):
        async with asyncio.timeout(10):
            await Hold(str(path)).take(1000, lambda _: False)


async def test_a_second_one_in_the_same_process_is_told_at_once(path: Path) -> None:
    first = Hold(str(path))
    await first.take(0, _on)
    with pytest.raises(StoreError, match="of this very process"):
        async with asyncio.timeout(10):
            await Hold(str(path)).take(1000, _on)
    first.release()
    first.release()
    again = Hold(str(path))
    await again.take(0, _on)
    await again.take(0, _on)
    again.release()


async def test_one_file_is_held_once_under_all_its_names(path: Path) -> None:
    other = path.with_name("other.db")
    other.symlink_to(path)
    hold = Hold(str(other))
    await hold.take(0, _on)
    with pytest.raises(StoreError, match="serves from it already"):
        await Hold(str(path)).take(0, _on)
    hold.release()


async def test_of_many_at_once_one_holds(path: Path) -> None:
    holds = [Hold(str(path)) for _ in range(20)]
    outcomes = await asyncio.gather(*(hold.take(0, _on) for hold in holds), return_exceptions=True)
    assert sum(outcome is None for outcome in outcomes) == 1
    for hold in holds:
        hold.release()


async def test_it_is_held_where_nothing_can_be_written(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a full disk the name stays unwritten."""
    connect = sqlite3.connect

    def on_full_disk(*args: object, **named: object) -> sqlite3.Connection:
        db: sqlite3.Connection = connect(*args, **named)  # type: ignore[call-overload]
        db.execute("PRAGMA max_page_count = 1").fetchall()
        return db

    monkeypatch.setattr(sqlite3, "connect", on_full_disk)
    hold = Hold(str(path))
    await hold.take(0, _on)
    with pytest.raises(StoreError, match="another process serves from it, and one"):
        await Hold(str(path)).take(0, _on)
    hold.release()


@pytest.mark.parametrize(("name", "says"), [("nowhere/bot.db", "no directory"), ("", "this is a directory")])
async def test_paths_that_cannot_be(tmp_path: Path, name: str, says: str) -> None:
    with pytest.raises(StoreError, match=says):
        await Hold(str(tmp_path / name)).take(0, _on)


async def test_a_lock_file_of_something_else(path: Path) -> None:
    path.with_name("bot.db-lock").write_text("no database, but long enough to be looked at\n" * 30, encoding="utf-8")
    with pytest.raises(StoreError, match=r"bot\.db-lock: the file is not an SQLite database"):
        await Hold(str(path)).take(0, _on)


async def test_a_closed_store_holds_nothing_and_memory_never(path: Path) -> None:
    store = SQLiteStore(str(path))
    await store.hold(0, _on)
    await store.open()
    looking = SQLiteStore(str(path))
    await looking.open()
    assert list(await looking.conversations()) == []
    await looking.close()
    with pytest.raises(StoreError):
        await SQLiteStore(str(path)).hold(0, _on)
    await store.close()
    following = SQLiteStore(str(path))
    await following.hold(0, _on)
    await following.close()
    for memory in (SQLiteStore(":memory:"), SQLiteStore(":memory:")):
        await memory.hold(0, _on)
