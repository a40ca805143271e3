"""Holding a database file: one process at a time serves from it.

Two engines on one file would each take the other's calls for lost and its unsent replies for left over. So whoever
serves keeps a transaction open in a second, tiny database beside the file, `FILE-lock`: SQLite locks work alike on
every platform, and the system lets go of them when a process ends, however it ends. A process that is stopped
(SIGSTOP) holds on. The last committed row there says who holds it, for whoever waits.
"""

import asyncio
import os
import secrets
import socket
import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from botkit.errors import StoreError
from botkit.stores.connection import check_path, explain, is_busy

LOOKS = 0.25  # seconds between two looks whether it is free
UNNAMED: Final = "another process"  # whom it waits for where the holder's name is not written (yet, or any more)
_PATIENCE = 0.05  # seconds that one statement waits for another process's
_PROCESS: Final = secrets.token_hex(8)  # tells this process from one with its number on another machine


class Holder(msgspec.Struct, frozen=True):
    """Who serves from a file: the process, the machine's name, since when (seconds since the epoch)."""

    pid: int
    host: str
    since: float
    process: str = ""

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host}" if self.host != socket.gethostname() else f"process {self.pid}"


class Hold:
    """Holds the file at `path` from `take` to `release`."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._db: sqlite3.Connection | None = None

    async def take(self, patience: float, keep_waiting: Callable[[str], bool]) -> None:
        """Hold the file; while another process does, wait for its end, `patience` seconds at most.

        `keep_waiting` is told whom it waits for at every look; False ends the waiting. Raises StoreError that names
        the process.
        """
        if self._db is not None:
            return
        check_path(Path(self.path))
        lock = _lock_of(self.path)
        try:
            self._db = await self._wait(lock, patience, keep_waiting)
        except sqlite3.Error as error:
            raise explain(error, lock) from error

    async def _wait(self, lock: str, patience: float, keep_waiting: Callable[[str], bool]) -> sqlite3.Connection:
        deadline = time.monotonic() + patience
        while True:
            db = sqlite3.connect(lock, timeout=_PATIENCE, isolation_level=None, check_same_thread=False)
            try:
                if _begin(db):
                    return db
                holder = read_holder(db)
            except BaseException:
                db.close()
                raise
            db.close()
            ours = holder is not None and holder.process == _PROCESS
            if ours or time.monotonic() >= deadline or not keep_waiting(str(holder or UNNAMED)):
                raise _refusal(self.path, holder, ours=ours)
            await asyncio.sleep(LOOKS)

    def release(self) -> None:
        """Let others hold it; may be called twice."""
        db, self._db = self._db, None
        if db is not None:
            with suppress(sqlite3.Error):  # a row that stays is written over by the next
                db.execute("DELETE FROM holder")
                db.execute("COMMIT")
            db.close()


def _lock_of(path: str) -> str:
    """Give the path of a file's lock: one for all names of the file."""
    return f"{Path(path).resolve()}-lock"


def read_holder(db: sqlite3.Connection) -> Holder | None:
    """Give who wrote last that it holds the file; None if that cannot be read now."""
    try:
        row = db.execute("SELECT pid, host, since, process FROM holder").fetchone()
    except sqlite3.OperationalError:  # no table yet, or its row is just being written
        return None
    return Holder(*row) if row else None


def _begin(db: sqlite3.Connection) -> bool:
    """Begin the transaction that holds the file, with our name readable beside it; False if another has it.

    A row is readable once it is committed, and then others may come first: so it counts only if the row is still
    ours when the next transaction has begun. On a full disk nothing can be written, but still be held.
    """
    while _locked(db):
        try:
            db.execute("CREATE TABLE IF NOT EXISTS holder (pid INTEGER, host TEXT, since REAL, process TEXT)")
            db.execute("DELETE FROM holder")
            row = (os.getpid(), socket.gethostname(), time.time(), _PROCESS)
            db.execute("INSERT INTO holder VALUES (?, ?, ?, ?)", row)
            db.execute("COMMIT")
        except sqlite3.OperationalError as error:
            if db.in_transaction:
                db.execute("ROLLBACK")
            if is_busy(error):  # somebody reads
                continue
            return _locked(db)
        if not _locked(db):
            return False
        holder = read_holder(db)
        if holder is not None and holder.process == _PROCESS:
            return True
        db.execute("ROLLBACK")
    return False


def _locked(db: sqlite3.Connection) -> bool:
    try:
        db.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        if is_busy(error):
            return False
        raise
    return True


def _refusal(path: str, holder: Holder | None, *, ours: bool) -> StoreError:
    if ours:
        return StoreError(
            f"store {path}: a bot of this very process serves from it already",
            hint="close that one: await bot.close()",
        )
    since = f" since {time.strftime('%Y-%m-%d %H:%M:%S', time.localtime(holder.since))}" if holder else ""
    return StoreError(
        f"store {path}: {holder or UNNAMED} serves from it{since}, and one process at a time can",
        hint="end that process first, or give several a store that serves them: store: postgresql://...",
    )
