"""Copying everything of one store into another, whatever the two are.

The copy is one transaction of the target, so that it is there as a whole or not at all; before the end every row of
both is read and compared. Leases are left behind: no worker that had one is there any more.
"""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import cache
from hashlib import blake2b, sha256
from typing import Any, Final, Protocol
from urllib.parse import unquote

import msgspec

from botkit.errors import FileError, StoreError, UsageError
from botkit.stores.connection import MEMORY, connect, explain
from botkit.stores.folders import Folder, folder_of
from botkit.stores.holding import Hold
from botkit.stores.migrating import bring_up
from botkit.stores.statements import TABLES
from botkit.stores.urls import is_postgres, shown

BATCH: Final = 1000  # rows
_LEFT_BEHIND: Final = {"worker", "until"}
_SQLITE: Final = "sqlite:///"

Row = tuple[Any, ...]
Progress = Callable[[str, int, int], None]  # the table, its rows copied so far, and all it has


class Table(msgspec.Struct, frozen=True):
    """A table: its columns in order, and whether each is a text."""

    name: str
    columns: tuple[str, ...]
    texts: tuple[bool, ...]

    @property
    def of(self) -> str:
        """The columns as they stand in a statement."""
        return ", ".join(f'"{column}"' for column in self.columns)


class End(Protocol):
    """One store of a copy, in a transaction that nobody else disturbs."""

    place: str

    async def count(self, table: Table) -> int:
        """Give how many rows a table has."""
        ...

    def rows(self, table: Table) -> AsyncIterator[Sequence[Row]]:
        """Give a table's rows in batches, texts as they are meant."""
        ...

    async def write(self, table: Table, rows: Sequence[Row]) -> None:
        """Add rows."""
        ...

    def content(self, ref: str) -> AsyncIterator[bytes]:
        """Read a file that some conversation holds, and that is in no bucket. Raises FileError where it is gone."""
        ...

    async def write_content(self, ref: str, parts: AsyncIterator[bytes]) -> None:
        """Add a file's content; of what is not committed, nothing stays that anybody finds."""
        ...

    async def empty(self) -> None:
        """Remove every row."""
        ...

    async def finish(self) -> None:
        """Let new conversations be numbered after those that are there, and commit."""
        ...


@cache
def tables() -> tuple[Table, ...]:
    """Give the tables of the newest schema."""
    db = connect(MEMORY)
    try:
        bring_up(db, MEMORY)
        found = {name: db.execute(f"PRAGMA table_info({name})").fetchall() for name in TABLES}
    finally:
        db.close()
    return tuple(
        Table(name, tuple(row[1] for row in rows), tuple(row[2] == "TEXT" for row in rows))
        for name, rows in found.items()
    )


async def copy_store(source: str, target: str, progress: Progress, *, force: bool = False) -> dict[str, int]:
    """Copy a store into another and give the rows of each table.

    Both are URLs. The tables of both are brought forward first. Raises UsageError if the target holds conversations
    and `force` does not say that they may go, StoreError if a process serves from one of them.
    """
    if source == target:
        raise UsageError("a store cannot be copied into itself")
    async with open_end(source) as read, open_end(target) as written:
        counts = {table.name: await written.count(table) for table in tables()}
        theirs: list[Row] = []
        if any(counts.values()):
            if not force:
                raise UsageError(
                    f"{written.place} is not empty: it has {counted(counts['conversations'], 'conversation')}",
                    hint="--force replaces them",
                )
            theirs = [row async for batch in written.rows(_table("objects")) for row in batch]
            await written.empty()
        copied = {table.name: await _copy(read, written, table, progress) for table in tables()}
        for table in tables():
            if await _digest(read, table) != await _digest(written, table):
                raise StoreError(f"the copy of {table.name} differs from {read.place}; nothing was changed")
        await _copy_content(read, written, progress)
        await _loosen(read, written, theirs)
        await written.finish()
    return copied


async def count_store(url: str) -> dict[str, int]:
    """Give how many rows each table of a store has, brought forward. Raises UsageError, ConfigError, StoreError."""
    async with open_end(url) as end:
        return {table.name: await end.count(table) for table in tables()}


def counted(number: int, what: str) -> str:
    """Give a number of things in words."""
    return f"{number:,} {what}{'s' if number != 1 else ''}"


def _table(name: str) -> Table:
    return next(table for table in tables() if table.name == name)


async def _loosen(source: End, target: End, theirs: Sequence[Row]) -> None:
    """Let the target's bot remove from its bucket what the copy replaced."""
    table = _table("objects")
    name, ref, at = (table.columns.index(column) for column in ("name", "ref", "at"))
    kept = {row[name] async for batch in source.rows(table) for row in batch}
    values: dict[int, Any] = {ref: "", at: 0.0}
    loose = [tuple([values.get(n, value) for n, value in enumerate(row)]) for row in theirs if row[name] not in kept]
    await target.write(table, loose)


async def _copy_content(source: End, target: End, progress: Progress) -> None:
    """Copy what the files hold, once however many conversations hold it; what is in a bucket stays there."""
    refs = sorted(await _refs(source, "files") - await _refs(source, "objects"))
    for done, ref in enumerate(refs, 1):
        digest = sha256()
        try:
            await target.write_content(ref, _digested(source.content(ref), digest.update))
        except FileError:
            digest = sha256()
        if digest.hexdigest() != ref:
            raise StoreError(
                f"{source.place}: the content of file {ref} is gone or damaged; nothing was changed",
                hint="restore it from a backup, or let go of it in the conversations that hold it",
            )
        progress("contents of files", done, len(refs))


async def _refs(source: End, name: str) -> set[str]:
    table = _table(name)
    at = table.columns.index("ref")
    return {row[at] async for batch in source.rows(table) for row in batch}


async def _digested(parts: AsyncIterator[bytes], tell: Callable[[bytes], None]) -> AsyncIterator[bytes]:
    async for part in parts:
        tell(part)
        yield part


async def _copy(source: End, target: End, table: Table, progress: Progress) -> int:
    done, every = 0, await source.count(table)
    progress(table.name, 0, every)
    async for batch in source.rows(table):
        await target.write(table, batch)
        done += len(batch)
        progress(table.name, done, every)
    return done


async def _digest(end: End, table: Table) -> tuple[int, int]:
    """Give how many rows there are, and the sum of their digests, whatever their order."""
    count = total = 0
    async for batch in end.rows(table):
        for row in batch:
            count += 1
            total += int.from_bytes(blake2b(repr(row).encode("utf-8", "backslashreplace"), digest_size=16).digest())
    return count, total % 2**128


def plain(table: Table, rows: Iterable[Sequence[Any]], text: Callable[[str], str] | None = None) -> list[Row]:
    """Give rows without what is left behind, bytes as bytes, texts changed by `text`."""
    kinds = [(column in _LEFT_BEHIND, is_text) for column, is_text in zip(table.columns, table.texts, strict=True)]
    return [
        tuple(
            [
                None if left or value is None else text(value) if is_text and text is not None else value
                for value, (left, is_text) in zip(row, kinds, strict=True)
            ]
        )
        for row in rows
    ]


def open_end(url: str) -> AbstractAsyncContextManager[End]:
    """Open one store of a copy. Raises UsageError, ConfigError, StoreError."""
    if is_postgres(url):
        from botkit.stores.postgres.copying import open_postgres  # its driver is an extra

        return open_postgres(url)
    path = unquote(url.removeprefix(_SQLITE))
    if not url.startswith(_SQLITE) or not path or path == MEMORY:
        raise UsageError(
            f"{shown(url)!r} names no store that can be copied",
            hint="sqlite:///bot.db, or postgresql://user:password@host:5432/database",
        )
    return open_sqlite(path)


@asynccontextmanager
async def open_sqlite(path: str) -> AsyncIterator[End]:
    """Hold an SQLite file, bring it forward and begin a transaction, which ends with the block."""
    hold = Hold(path)
    try:
        await hold.take(0.0, lambda _: False)
        db = connect(path)
        try:
            bring_up(db, path)
            db.execute("BEGIN IMMEDIATE")
            yield SQLiteEnd(db, path)
        except sqlite3.Error as error:
            raise explain(error, path) from error
        finally:
            if db.in_transaction:
                db.execute("ROLLBACK")
            db.close()
    finally:
        hold.release()


class SQLiteEnd:
    """An SQLite file."""

    def __init__(self, db: sqlite3.Connection, path: str) -> None:
        self.place = path
        self._db = db
        self._folder = Folder(folder_of(path), "full")

    async def count(self, table: Table) -> int:
        """Give how many rows a table has."""
        count: int = self._db.execute(f"SELECT count(*) FROM {table.name}").fetchone()[0]  # noqa: S608
        return count

    async def rows(self, table: Table) -> AsyncIterator[Sequence[Row]]:
        """Give a table's rows in batches."""
        cursor = self._db.execute(f"SELECT {table.of} FROM {table.name}")  # noqa: S608 - our own names
        while batch := cursor.fetchmany(BATCH):
            yield plain(table, batch)
            await asyncio.sleep(0)

    async def write(self, table: Table, rows: Sequence[Row]) -> None:
        """Add rows."""
        marks = ", ".join("?" * len(table.columns))
        self._db.executemany(f"INSERT INTO {table.name} ({table.of}) VALUES ({marks})", rows)  # noqa: S608

    def content(self, ref: str) -> AsyncIterator[bytes]:
        """Read a file."""
        return self._folder.read(ref)

    async def write_content(self, ref: str, parts: AsyncIterator[bytes]) -> None:
        """Add a file's content; one that nobody comes to hold is swept."""
        draft = self._folder.begin(time.time())
        try:
            async for part in parts:
                await draft.write(part)
            await draft.settle()
            draft.name(ref)
        finally:
            draft.drop()

    async def empty(self) -> None:
        """Remove every row; the content of files is swept."""
        for table in tables():
            self._db.execute(f"DELETE FROM {table.name}")  # noqa: S608

    async def finish(self) -> None:
        """Commit; SQLite numbers new conversations after the last one."""
        self._db.execute("COMMIT")
