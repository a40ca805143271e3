"""What an SQLite store knows of the objects in a bucket."""

import sqlite3
from collections.abc import Collection, Sequence

from botkit.errors import StoreError
from botkit.model.values import File
from botkit.stores import statements_of_objects as sql
from botkit.stores.folders import Folder
from botkit.stores.objects import Stored
from botkit.stores.shelves import check_room, keep
from botkit.stores.sqlite import SQLiteStore


class SQLiteObjects:
    """Implements `objects.Objects` for an SQLite store; what came before the bucket is in the folder."""

    def __init__(self, store: SQLiteStore, folder: Folder) -> None:
        self._store = store
        self._folder = folder

    async def note(self, stored: Stored, now: float) -> None:
        """Note that an upload is about to have so many parts."""

        def note(db: sqlite3.Connection) -> None:
            if stored.parts == 1:
                db.execute(sql.BEGIN_OBJECT, {"name": stored.name, "parts": 1, "at": now})
            elif not db.execute(sql.EXTEND_OBJECT, {"which": stored.name, "parts": stored.parts, "at": now}).rowcount:
                raise removed(self._store.path)

        await self._store.write(note)

    async def find(self, ref: str) -> Stored | None:
        """Give where content stands."""
        with self._store.reading("") as db:
            row = db.execute(sql.OBJECT, {"which": ref}).fetchone()
            return None if row is None else Stored(*row)

    async def hold(self, stored: Stored, holder: str, file: File, now: float, most: int, lost: str) -> bool:
        """Let a conversation hold a content, and tell whether it is this upload's."""

        def hold(db: sqlite3.Connection) -> bool:
            check_room(db, holder, file, most)
            if lost:
                db.execute(sql.LOOSEN_OBJECT, {"which": lost})
            known = db.execute(sql.OBJECT, {"which": file.ref}).fetchone() is not None
            is_new = not known and not self._folder.place(file.ref).exists()
            if (
                is_new
                and not db.execute(sql.HOLD_OBJECT, {"which": stored.name, "ref": file.ref, "at": now}).rowcount
            ):
                raise removed(self._store.path)
            keep(db, holder, file, now)
            return is_new

        return await self._store.write(hold)

    async def loosen(self, name: str) -> bool:
        """Let an upload be loose that nobody holds, and tell whether it is."""

        def loosen(db: sqlite3.Connection) -> bool:
            return db.execute(sql.LOOSEN_UPLOAD, {"which": name}).rowcount > 0

        return await self._store.write(loosen)

    async def loosen_old(self, before: float) -> int:
        """Let be loose what nobody holds, and uploads that went on last before then."""

        def loosen(db: sqlite3.Connection) -> int:
            gone = db.execute(sql.LOOSEN_COMING, {"before": before}).rowcount
            return gone + db.execute(sql.LOOSEN_UNHELD).rowcount

        return await self._store.write(loosen, long=True)

    async def loose(self, most: int) -> Sequence[Stored]:
        """Give what is loose."""
        with self._store.reading("") as db:
            return [Stored(*row) for row in db.execute(sql.LOOSE, {"most": most}).fetchall()]

    async def count(self) -> int:
        """Give how much is loose."""
        with self._store.reading("") as db:
            count: int = db.execute(sql.LOOSE_COUNT).fetchone()[0]
            return count

    async def gone(self, names: Collection[str]) -> None:
        """Forget what was removed from the bucket."""

        def drop(db: sqlite3.Connection) -> None:
            db.executemany(sql.DROP_OBJECT, [{"which": name} for name in names])

        await self._store.write(drop)


def removed(place: str) -> StoreError:
    """Say that an upload took so long that it was swept."""
    return StoreError(f"store {place}: a file was removed while it came in")
