"""Checkpoints: what SQLite's write-ahead log holds moves into the file, in a thread of its own.

SQLite does it within the commit that makes the log too long, and whoever waits for that commit, or for the loop,
waits for the disk. A checkpoint beside the commits may end with some pages more in the log than it has moved, and the
log begins anew only where it has moved all. So it goes on where it ended, a few times; and when all that did not
help, a commit moves the few pages that are left (`LONGEST`).
"""

import asyncio
import logging
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from botkit.stores.connection import connect

_log = logging.getLogger(__name__)

EVERY: Final = 200  # transactions; at about ten pages each, the log has 4 MB then
ROUNDS: Final = 5  # in which it is tried to leave nothing
LONGEST: Final = 16_000  # pages of the log, 32 MB, at which a commit does what is left


class Checkpoints:
    """Moves the log of the database at `path` when it is told to."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._thread = ThreadPoolExecutor(1, "botkit-checkpoint")
        self._db: sqlite3.Connection | None = None
        self._moving: asyncio.Future[None] | None = None

    def begin(self) -> None:
        """Begin to move what the log holds, if that is not under way."""
        if self._moving is None:
            self._moving = asyncio.get_running_loop().run_in_executor(self._thread, self._move)
            self._moving.add_done_callback(self._ended)

    async def close(self) -> None:
        """Wait for what is under way, and disconnect."""
        if self._moving is not None:
            await asyncio.wait({self._moving})
        self._thread.shutdown()
        if self._db is not None:
            self._db.close()

    def _move(self) -> None:
        if self._db is None:
            self._db = connect(self._path)
        for _ in range(ROUNDS):
            _, held, moved = self._db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
            if moved >= held:
                return

    def _ended(self, moving: "asyncio.Future[None]") -> None:
        self._moving = None
        if (error := moving.exception()) is not None:  # the next one, or a commit, tries again
            _log.warning("the log was not moved into the file: %s", error, extra={"action": "checkpoint"})
