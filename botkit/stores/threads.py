"""The threads of teams' channels, on SQLite."""

import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from botkit.ports.threads import Thread
from botkit.stores import rows, work
from botkit.stores import statements_of_threads as sql
from botkit.stores.connection import Lending

Write = Callable[[Callable[[sqlite3.Connection], None]], Awaitable[None]]


class SQLiteThreads:
    """Implements `ports.threads.Threads` with what its store writes and reads with."""

    def __init__(self, write: Write, reading: Callable[[str], Lending]) -> None:
        self._write = write
        self._reading = reading

    async def keep(self, thread: Thread) -> None:
        """Keep a thread, or how far it is now."""
        values = values_of(thread)

        def keep(db: sqlite3.Connection) -> None:
            db.execute(sql.KEEP_THREAD, values)

        with rows.storable(thread.conversation):
            await self._write(keep)

    async def find(self, room: str, id_: str) -> Thread | None:
        """Give a thread."""
        with self._reading("") as db, rows.storable(id_):
            row = db.execute(sql.THREAD, {"room": room, "which": id_}).fetchone()
            return None if row is None else rows.thread(*row)

    async def open(self, room: str) -> Sequence[Thread]:
        """Give the threads of a room that have not ended."""
        with self._reading("") as db:
            return [rows.thread(*row) for row in db.execute(sql.OPEN_THREADS, {"room": room}).fetchall()]

    async def heard(self, conversation: str, key: str) -> bool:
        """Tell whether an event of our own was stored."""
        values = {"on": work.OURS, "which": work.own_id(conversation, key)}
        with self._reading(conversation) as db, rows.storable(conversation):
            return db.execute(sql.HEARD, values).fetchone() is not None


def values_of(thread: Thread) -> dict[str, Any]:
    """Give a thread as its row."""
    return {
        "room": thread.room,
        "id": thread.id,
        "owned_by": thread.conversation,
        "place": thread.place,
        "since": thread.since,
        "shown": thread.shown,
        "ended": int(thread.ended),
        "at": thread.at,
    }
