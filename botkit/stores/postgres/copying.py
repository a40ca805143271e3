"""A PostgreSQL database as one end of a copy."""

import itertools
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from botkit.errors import StoreError
from botkit.ports.postgres import CONNECT_WITHIN, SETTINGS
from botkit.stores.copying import BATCH, End, Row, Table, plain, tables
from botkit.stores.postgres import statements as sql
from botkit.stores.postgres.connections import Link, explain
from botkit.stores.postgres.migrating import bring_up
from botkit.stores.postgres.texts import read, written
from botkit.stores.urls import read_postgres, shown

# between two parts of a copy the other end is read or written, which may take its time
_SETTINGS = {**SETTINGS, "idle_in_transaction_session_timeout": "60s"}
_WORKERS = (
    "SELECT application_name FROM pg_stat_activity WHERE datname = current_database() "
    "AND application_name LIKE 'botkit %' AND pid <> pg_backend_pid() LIMIT 1"
)


@asynccontextmanager
async def open_postgres(url: str) -> AsyncIterator[End]:
    """Connect, see that no worker is there, bring the tables forward and begin a transaction.

    It ends with the block. Raises StoreError.
    """
    place = shown(url)
    try:
        db = await asyncpg.connect(read_postgres(url), timeout=CONNECT_WITHIN, server_settings=_SETTINGS)
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError) as error:
        raise explain(error, place) from error
    try:
        if worker := await db.fetchval(_WORKERS):
            raise StoreError(
                f"store {place}: the worker {worker.removeprefix('botkit ')} has it open",
                hint="end every worker first: what is written meanwhile would be missing",
            )
        await bring_up(Link(db), place)
        transaction = db.transaction(isolation="repeatable_read")
        await transaction.start()
        yield PostgresEnd(db, place)
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError) as error:
        raise explain(error, place) from error
    finally:
        await db.close(timeout=CONNECT_WITHIN)  # what is not committed goes with it


class PostgresEnd:
    """A PostgreSQL database."""

    def __init__(self, db: Any, place: str) -> None:
        self.place = place
        self._db = db

    async def count(self, table: Table) -> int:
        """Give how many rows a table has."""
        count: int = await self._db.fetchval(f"SELECT count(*) FROM {table.name}")  # noqa: S608 - our own names
        return count

    async def rows(self, table: Table) -> AsyncIterator[Sequence[Row]]:
        """Give a table's rows in batches."""
        cursor = await self._db.cursor(f"SELECT {table.of} FROM {table.name}")  # noqa: S608
        while batch := await cursor.fetch(BATCH):
            yield plain(table, batch, read)

    async def write(self, table: Table, rows: Sequence[Row]) -> None:
        """Add rows."""
        await self._db.copy_records_to_table(
            table.name, records=plain(table, rows, written), columns=list(table.columns)
        )

    async def content(self, ref: str) -> AsyncIterator[bytes]:
        """Read a file."""
        for number in itertools.count():
            part = await self._db.fetchval(sql.PART, ref, number)
            if part is None:
                return
            yield part

    async def write_content(self, ref: str, parts: AsyncIterator[bytes]) -> None:
        """Add a file's content."""
        number = 0
        async for part in parts:
            await self._db.execute(sql.ADD_PART, ref, number, part, None)
            number += 1

    async def empty(self) -> None:
        """Remove every row; what was read before cannot be truncated until the end."""
        await self._db.execute("DELETE FROM objects")
        others = [table.name for table in tables() if table.name != "objects"]
        await self._db.execute(f"TRUNCATE file_parts, {', '.join(others)}")

    async def finish(self) -> None:
        """Number new conversations after the last one, and commit."""
        await self._db.execute(
            "SELECT setval(pg_get_serial_sequence('conversations', 'key'), "
            "greatest((SELECT max(key) FROM conversations), 1))"
        )
        await self._db.execute("COMMIT")
        await self._db.execute("ANALYZE")
