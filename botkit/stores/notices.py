"""What plugins have to be told of erasures, on SQLite."""

import sqlite3
from collections.abc import Callable, Collection, Sequence

from botkit.ports.notices import Notice
from botkit.stores import statements_of_notices as sql
from botkit.stores.connection import Lending
from botkit.stores.embeddings import Write


class SQLiteNotices:
    """Implements `ports.notices.Notices` with what its store writes and reads with."""

    def __init__(self, write: Write, reading: Callable[[str], Lending]) -> None:
        self._write = write
        self._reading = reading

    async def due(self, plugin: str, now: float, most: int = 100) -> Sequence[Notice]:
        """Give what a plugin is to be told now, the oldest first."""
        with self._reading("") as db:
            found = db.execute(sql.DUE_NOTICES, {"plugin": plugin, "by": now, "most": most}).fetchall()
            return [Notice(*row) for row in found]

    async def done(self, id_: str) -> None:
        """Remove what was told."""

        def drop(db: sqlite3.Connection) -> None:
            db.execute(sql.DROP_NOTICE, {"which": id_})

        await self._write(drop)

    async def put_off(self, id_: str, due: float) -> None:
        """Let what could not be told be told again at a later time."""

        def put_off(db: sqlite3.Connection) -> None:
            db.execute(sql.PUT_OFF_NOTICE, {"which": id_, "due": due})

        await self._write(put_off)

    async def count(self) -> int:
        """Give how much waits to be told."""
        with self._reading("") as db:
            count: int = db.execute(sql.NOTICE_COUNT).fetchone()[0]
            return count

    async def drop(self, before: float, but: Collection[str]) -> int:
        """Remove what is from before then and for none of these plugins."""
        with self._reading("") as db:
            found = db.execute(sql.OLD_NOTICES, {"before": before}).fetchall()
        old = [{"which": id_} for id_, plugin in found if plugin not in but]

        def drop(db: sqlite3.Connection) -> None:
            db.executemany(sql.DROP_NOTICE, old)

        if old:
            await self._write(drop)
        return len(old)
