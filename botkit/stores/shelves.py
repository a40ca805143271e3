"""Files beside SQLite: rows in the database, content in a folder beside it.

Content gets its name, and loses it, inside a transaction of the database, which is one process's at a time: so what
one process removes since nobody holds it, another one does not just begin to hold.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Collection, Sequence
from functools import partial
from typing import Protocol

from botkit.model.values import File
from botkit.ports.files import Kept
from botkit.stores import statements as sql
from botkit.stores import statements_of_objects as of_objects
from botkit.stores.files import Upload, too_many
from botkit.stores.folders import Draft, Folder
from botkit.stores.rows import kept_file
from botkit.stores.sqlite import SQLiteStore


class SQLiteShelf:
    """Implements `files.Shelf` for an SQLite store."""

    def __init__(self, store: SQLiteStore, folder: Folder) -> None:
        self._store = store
        self._folder = folder

    def begin(self, now: float) -> Upload:
        """Begin an upload."""
        return _Coming(self._store, self._folder.begin(now))

    async def find(self, conversation: str, ref: str) -> File | None:
        """Give a file that a conversation holds."""
        with self._store.reading(conversation) as db:
            row = db.execute(sql.FILE, {"owned_by": conversation, "which": ref}).fetchone()
            return None if row is None else kept_file(*row).file

    def read(self, file: File) -> AsyncIterator[bytes]:
        """Read content in parts."""
        return self._folder.read(file.ref)

    async def held(self, conversation: str) -> int:
        """Give how many bytes a conversation holds."""
        with self._store.reading(conversation) as db:
            return held_by(db, conversation)

    async def send(self, conversation: str, refs: Collection[str]) -> frozenset[str]:
        """Mark files as sent."""
        return await self._store.write(partial(_send, conversation=conversation, refs=refs)) if refs else frozenset()

    async def files(self, conversation: str) -> Sequence[Kept]:
        """Give what a conversation holds, the oldest first."""
        with self._store.reading(conversation) as db:
            return [kept_file(*row) for row in db.execute(sql.FILES, {"owned_by": conversation}).fetchall()]

    async def forget(self, conversation: str, refs: Collection[str] | None) -> int:
        """Remove the rows, and content without a holder."""

        def find(db: sqlite3.Connection) -> list[tuple[str, str]]:
            held = [row[0] for row in db.execute(sql.FILES, {"owned_by": conversation}).fetchall()]
            return [(conversation, ref) for ref in held if refs is None or ref in refs]

        return await self._store.write(partial(self._forget, find=find), long=True)

    async def forget_before(self, before: float, *, unsent: bool) -> int:
        """Remove the rows from before then, and content without a holder."""
        statement = sql.FILES_UNSENT if unsent else sql.FILES_BEFORE

        def find(db: sqlite3.Connection) -> list[tuple[str, str]]:
            return db.execute(statement, {"before": before}).fetchall()

        with self._store.reading("") as db:
            if not find(db):
                return 0
        return await self._store.write(partial(self._forget, find=find), long=True)

    def _forget(self, db: sqlite3.Connection, find: "_Find") -> int:
        found = find(db)
        for conversation, ref in found:
            db.execute(sql.DROP_FILE, {"owned_by": conversation, "which": ref})
        self._remove_unheld(db, {ref for _, ref in found})
        return len(found)

    def _remove_unheld(self, db: sqlite3.Connection, refs: Collection[str]) -> int:
        unheld = [ref for ref in refs if db.execute(sql.HOLDER, {"which": ref}).fetchone() is None]
        for ref in unheld:
            self._folder.remove(ref)
            db.execute(of_objects.LOOSEN_CONTENT, {"which": ref})
        return len(unheld)

    async def tidy(self, before: float) -> int:
        """Remove content without a holder, and uploads that began before then."""
        gone = await asyncio.to_thread(self._folder.drop_drafts, before)
        batches = self._folder.all()
        while batch := await asyncio.to_thread(next, batches, None):
            with self._store.reading("") as db:
                unheld = [ref for ref in batch if db.execute(sql.HOLDER, {"which": ref}).fetchone() is None]
            if unheld:
                gone += await self._store.write(partial(self._remove_unheld, refs=unheld), long=True)
        return gone

    async def close(self) -> None:
        """Keep everything."""


class _Find(Protocol):
    def __call__(self, db: sqlite3.Connection) -> list[tuple[str, str]]: ...


def held_by(db: sqlite3.Connection, conversation: str) -> int:
    """Give how many bytes a conversation holds."""
    held: int = db.execute(sql.FILES_HELD, {"owned_by": conversation}).fetchone()[0]
    return held


def check_room(db: sqlite3.Connection, conversation: str, file: File, most: int) -> None:
    """Raise FileError where a conversation would hold too much with a file."""
    known = db.execute(sql.FILE, {"owned_by": conversation, "which": file.ref}).fetchone()
    if known is None and held_by(db, conversation) + file.size > most:
        raise too_many(most)


def keep(db: sqlite3.Connection, conversation: str, file: File, now: float) -> None:
    """Let a conversation hold a file."""
    described = {"name": file.name, "mime": file.mime, "size": file.size}
    db.execute(sql.KEEP_FILE, {"conversation": conversation, "ref": file.ref, "at": now, "sent": 0, **described})


def _send(db: sqlite3.Connection, conversation: str, refs: Collection[str]) -> frozenset[str]:
    return frozenset(
        [ref for ref in refs if db.execute(sql.SEND_FILE, {"owned_by": conversation, "which": ref}).rowcount]
    )


class _Coming:
    """An upload."""

    def __init__(self, store: SQLiteStore, draft: Draft) -> None:
        self._store = store
        self._draft = draft

    async def write(self, part: bytes) -> None:
        """Add a part."""
        await self._draft.write(part)

    async def finish(self, conversation: str, file: File, now: float, most: int) -> None:
        """Let a conversation hold the content."""

        def hold(db: sqlite3.Connection) -> None:
            check_room(db, conversation, file, most)
            self._draft.name(file.ref)
            keep(db, conversation, file, now)

        await self._draft.settle()
        await self._store.write(hold, long=True)

    async def drop(self) -> None:
        """Leave nothing, unless it is held."""
        self._draft.drop()
