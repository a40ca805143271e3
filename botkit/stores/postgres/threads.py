"""The threads of teams' channels, on PostgreSQL."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

from botkit.ports.threads import Thread
from botkit.stores import rows, work
from botkit.stores.postgres.texts import id_of, read

_KEEP: Final = (
    "INSERT INTO threads AS t (room, id, conversation, place, since, shown, ended, at) "
    "SELECT $1, $2, key, $4, $5, $6, $7, $8 FROM conversations WHERE id = $3 "
    "ON CONFLICT (room, id) DO UPDATE SET shown = greatest(t.shown, excluded.shown), "
    "ended = greatest(t.ended, excluded.ended), at = greatest(t.at, excluded.at)"
)
_THREADS: Final = (
    "SELECT t.room, t.id, c.id, t.place, t.since, t.shown, t.ended, t.at "
    "FROM threads t JOIN conversations c ON c.key = t.conversation WHERE t.room = $1"
)
_FIND: Final = f"{_THREADS} AND t.id = $2"
_HEARD: Final = "SELECT 1 FROM seen WHERE channel = $1 AND id = $2"
_OPEN: Final = f"{_THREADS} AND t.ended = 0 ORDER BY t.at"

Run = Callable[..., Awaitable[Sequence[Any]]]


class PostgreSQLThreads:
    """Implements `ports.threads.Threads`; `durably` and `loosely` run a statement."""

    def __init__(self, durably: Run, loosely: Run) -> None:
        self._durably = durably
        self._loosely = loosely

    async def keep(self, thread: Thread) -> None:
        """Keep a thread, or how far it is now."""
        names = [id_of(text) for text in (thread.room, thread.id, thread.conversation, thread.place)]
        await self._durably(_KEEP, *names, thread.since, thread.shown, int(thread.ended), thread.at)

    async def find(self, room: str, id_: str) -> Thread | None:
        """Give a thread."""
        found = await self._loosely(_FIND, id_of(room), id_of(id_))
        return _thread(found[0]) if found else None

    async def open(self, room: str) -> Sequence[Thread]:
        """Give the threads of a room that have not ended."""
        return [_thread(row) for row in await self._loosely(_OPEN, id_of(room))]

    async def heard(self, conversation: str, key: str) -> bool:
        """Tell whether an event of our own was stored."""
        return bool(await self._loosely(_HEARD, work.OURS, id_of(work.own_id(conversation, key))))


def _thread(row: Sequence[Any]) -> Thread:
    room, id_, conversation, place, *rest = row
    return rows.thread(read(room), read(id_), read(conversation), read(place), *rest)
