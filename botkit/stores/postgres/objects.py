"""What a PostgreSQL store knows of the objects in a bucket."""

from collections.abc import Collection, Sequence

from botkit.model.values import File
from botkit.stores.object_rows import removed
from botkit.stores.objects import Stored
from botkit.stores.postgres import statements as sql
from botkit.stores.postgres.connections import Link
from botkit.stores.postgres.shelf import PostgresShelf, lock
from botkit.stores.postgres.texts import id_of, written


class PostgresObjects:
    """Implements `objects.Objects` with the connections of a shelf."""

    def __init__(self, shelf: PostgresShelf) -> None:
        self._shelf = shelf

    async def note(self, stored: Stored, now: float) -> None:
        """Note that an upload is about to have so many parts."""
        if stored.parts == 1:
            await self._shelf.fetch(sql.BEGIN_OBJECT, stored.name, 1, now)
        elif not await self._shelf.fetch(sql.EXTEND_OBJECT, stored.name, stored.parts, now):
            raise removed(self._shelf.place)

    async def find(self, ref: str) -> Stored | None:
        """Give where content stands."""
        found = await self._shelf.fetch(sql.OBJECT, ref)
        return Stored(*found[0]) if found else None

    async def hold(self, stored: Stored, holder: str, file: File, now: float, most: int, lost: str) -> bool:
        """Let a conversation hold a content, and tell whether it is this upload's."""
        who, name = id_of(holder), written(file.name)

        async def hold(link: Link) -> bool:
            await lock(link, who, file, most)
            if lost:
                await link.fetch(sql.LOOSEN_OBJECT, lost)
            known = await link.fetch(sql.OBJECT, file.ref) or await link.fetch(sql.HAS_CONTENT, file.ref)
            if not known and not await link.fetch(sql.HOLD_OBJECT, stored.name, file.ref, now):
                raise removed(self._shelf.place)
            await link.fetch(sql.KEEP_FILE, who, file.ref, name, file.mime, file.size, now)
            return not known

        return await self._shelf.transact(hold)

    async def loosen(self, name: str) -> bool:
        """Let an upload be loose that nobody holds, and tell whether it is."""
        return bool(await self._shelf.fetch(sql.LOOSEN_UPLOAD, name))

    async def loosen_old(self, before: float) -> int:
        """Let be loose what nobody holds, each while it is locked, and uploads that went on last before then."""
        gone = len(await self._shelf.fetch(sql.LOOSEN_COMING, before))
        while found := await self._shelf.fetch(sql.UNHELD_OBJECTS):
            for row in found:

                async def loosen(link: Link, ref: str = row[0]) -> bool:
                    await link.fetch(sql.LOCK_CONTENT, ref)
                    return bool(await link.fetch(sql.LOOSEN_UNHELD, ref))

                gone += await self._shelf.transact(loosen)
        return gone

    async def loose(self, most: int) -> Sequence[Stored]:
        """Give what is loose."""
        return [Stored(*row) for row in await self._shelf.fetch(sql.LOOSE, most)]

    async def count(self) -> int:
        """Give how much is loose."""
        count: int = (await self._shelf.fetch(sql.LOOSE_COUNT))[0][0]
        return count

    async def gone(self, names: Collection[str]) -> None:
        """Forget what was removed from the bucket."""
        await self._shelf.fetch(sql.DROP_OBJECTS, list(names))
