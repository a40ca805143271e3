"""Files on PostgreSQL: rows and content in tables, in parts, so that every node reads what another one took.

Its connections are its own, opened when needed: a large file keeps no turn waiting. A part is a transaction of
its own; who holds the content is written together with its name.
"""

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from itertools import count
from typing import Any, Final, TypeVar

from botkit.errors import FileError, StoreError
from botkit.model.values import File
from botkit.ports.files import Kept
from botkit.stores.files import Upload, too_many
from botkit.stores.postgres import statements as sql
from botkit.stores.postgres.connections import DURABLE, Connections, Link, Reach
from botkit.stores.postgres.texts import id_of, read, written
from botkit.stores.rows import kept_file
from botkit.stores.urls import read_postgres, shown

T = TypeVar("T")

_CONNECTIONS: Final = 2


class PostgresShelf:
    """Implements `files.Shelf` on the database of a URL, whose tables its store has made."""

    def __init__(self, url: str, worker: str) -> None:
        self.place = shown(url)
        self._url = read_postgres(url)
        self._name = f"botkit {worker}"
        self._kept: Connections | None = None

    def begin(self, now: float) -> Upload:
        """Begin an upload."""
        return _Coming(self, now)

    async def find(self, conversation: str, ref: str) -> File | None:
        """Give a file that a conversation holds."""
        found = await self.fetch(sql.FILE, id_of(conversation), ref)
        return _kept(found[0]).file if found else None

    async def read(self, file: File) -> AsyncIterator[bytes]:
        """Read content in parts."""
        left = file.size
        for number in count():
            found = await self.fetch(sql.PART, file.ref, number)
            if not found:
                raise FileError("the file is gone", reason="missing")
            yield found[0][0]
            left -= len(found[0][0])
            if left <= 0:
                return

    async def held(self, conversation: str) -> int:
        """Give how many bytes a conversation holds."""
        held: int = (await self.fetch(sql.FILES_HELD, id_of(conversation)))[0][0]
        return held

    async def send(self, conversation: str, refs: Collection[str]) -> frozenset[str]:
        """Mark files as sent."""
        found = await self.fetch(sql.SEND_FILES, id_of(conversation), list(refs)) if refs else ()
        return frozenset([row[0] for row in found])

    async def files(self, conversation: str) -> Sequence[Kept]:
        """Give what a conversation holds, the oldest first."""
        return [_kept(row) for row in await self.fetch(sql.FILES, id_of(conversation))]

    async def forget(self, conversation: str, refs: Collection[str] | None) -> int:
        """Remove the rows, and content without a holder."""
        held = [row[0] for row in await self.fetch(sql.FILES, id_of(conversation))]
        return await self._forget([(id_of(conversation), ref) for ref in held if refs is None or ref in refs])

    async def forget_before(self, before: float, *, unsent: bool) -> int:
        """Remove the rows from before then, and content without a holder."""
        gone = 0
        while found := await self.fetch(sql.FILES_UNSENT if unsent else sql.FILES_BEFORE, before):
            gone += await self._forget([tuple(row) for row in found])
        return gone

    async def _forget(self, rows: Sequence[tuple[str, str]]) -> int:
        """Remove rows, each in a transaction of its own that has its content locked."""
        gone = 0
        for conversation, ref in rows:

            async def forget(link: Link, conversation: str = conversation, ref: str = ref) -> int:
                await link.fetch(sql.LOCK_CONTENT, ref)
                dropped = await link.fetch(sql.DROP_FILES, conversation, ref)
                await link.fetch(sql.DROP_UNHELD, ref)
                await link.fetch(sql.LOOSEN_UNHELD, ref)
                return len(dropped)

            gone += await self.transact(forget)
        return gone

    async def tidy(self, before: float) -> int:
        """Remove content without a holder, and uploads that began before then."""
        gone = len({row[0] for row in await self.fetch(sql.DROP_COMING, before)})
        while found := await self.fetch(sql.UNHELD):
            for row in found:

                async def remove(link: Link, ref: str = row[0]) -> bool:
                    await link.fetch(sql.LOCK_CONTENT, ref)
                    return bool(await link.fetch(sql.DROP_UNHELD, ref))

                gone += await self.transact(remove)
        return gone

    async def close(self) -> None:
        """Close the connections."""
        kept, self._kept = self._kept, None
        if kept is not None:
            await kept.close()

    # How

    def _connections(self) -> Connections:
        if self._kept is None:
            self._kept = Connections(self._url, _CONNECTIONS, self._name, DURABLE, Reach())
        return self._kept

    async def fetch(self, statement: str, *values: object) -> Sequence[Any]:
        """Run one statement that may be run again."""
        return await self._connections().run(statement, *values)

    async def transact(self, work: Callable[[Link], Awaitable[T]]) -> T:
        """Run several statements in one transaction."""
        return await self._connections().transact(work)


class _Coming:
    """An upload, under a name that no content has."""

    def __init__(self, shelf: PostgresShelf, now: float) -> None:
        self._shelf = shelf
        self._now = now
        self._name = f"+{secrets.token_hex(16)}"
        self._parts = 0

    async def write(self, part: bytes) -> None:
        """Add a part."""
        number, self._parts = self._parts, self._parts + 1
        await self._shelf.fetch(sql.ADD_PART, self._name, number, part, self._now)

    async def finish(self, conversation: str, file: File, now: float, most: int) -> None:
        """Let a conversation hold the content."""
        holder, name = id_of(conversation), written(file.name)

        async def finish(link: Link) -> None:
            await lock(link, holder, file, most)
            if await link.fetch(sql.HAS_CONTENT, file.ref):
                await link.fetch(sql.DROP_CONTENT, self._name)
            elif len(await link.fetch(sql.NAME_CONTENT, self._name, file.ref)) != self._parts:
                raise StoreError(f"store {self._shelf.place}: a file was removed while it came in")
            await link.fetch(sql.KEEP_FILE, holder, file.ref, name, file.mime, file.size, now)

        await self._shelf.transact(finish)
        self._parts = 0

    async def drop(self) -> None:
        """Leave nothing, unless it is held."""
        if self._parts:
            self._parts = 0
            await self._shelf.fetch(sql.DROP_CONTENT, self._name)


async def lock(link: Link, holder: str, file: File, most: int) -> None:
    """Lock a content and who is to hold it. Raises FileError where that one would hold too much."""
    await link.fetch(sql.LOCK_HOLDER, holder)
    await link.fetch(sql.LOCK_CONTENT, file.ref)
    known = await link.fetch(sql.FILE, holder, file.ref)
    if not known and (await link.fetch(sql.FILES_HELD, holder))[0][0] + file.size > most:
        raise too_many(most)


def _kept(row: Sequence[Any]) -> Kept:
    ref, name, *rest = row
    return kept_file(ref, read(name), *rest)
