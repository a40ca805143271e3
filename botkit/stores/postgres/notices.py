"""What plugins have to be told of erasures, on PostgreSQL."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Any, Final

from botkit.ports.notices import Notice
from botkit.stores.postgres.texts import read

NOTIFY: Final = (
    "INSERT INTO notices (id, plugin, conversation, channel, customer, why, at, due, tries) "
    "SELECT gen_random_uuid()::text, plugin, c.id, c.channel, coalesce(u.customer, ''), $3, $4, $4, 0 "
    "FROM conversations c LEFT JOIN customers u ON u.conversation = c.key CROSS JOIN unnest($2::text[]) AS plugin "
    "WHERE c.key = ANY($1::int8[])"
)
_DUE: Final = (
    "SELECT id, plugin, conversation, channel, customer, why, at, tries FROM notices WHERE plugin = $1 AND due <= $2 "
    'ORDER BY at, id COLLATE "C" LIMIT $3'
)
_DONE: Final = "DELETE FROM notices WHERE id = $1"
_PUT_OFF: Final = "UPDATE notices SET due = $2, tries = tries + 1 WHERE id = $1"
_COUNT: Final = "SELECT count(*) FROM notices"
_DROP: Final = (
    "WITH gone AS (DELETE FROM notices WHERE at < $1 AND plugin <> ALL($2::text[]) RETURNING 1) "
    "SELECT count(*) FROM gone"
)

Run = Callable[..., Awaitable[Sequence[Any]]]


class PostgreSQLNotices:
    """Implements `ports.notices.Notices`; `durably` and `loosely` run a statement."""

    def __init__(self, durably: Run, loosely: Run) -> None:
        self._durably = durably
        self._loosely = loosely

    async def due(self, plugin: str, now: float, most: int = 100) -> Sequence[Notice]:
        """Give what a plugin is to be told now, the oldest first."""
        return [_notice(*row) for row in await self._loosely(_DUE, plugin, now, most)]

    async def done(self, id_: str) -> None:
        """Remove what was told."""
        await self._durably(_DONE, id_)

    async def put_off(self, id_: str, due: float) -> None:
        """Let what could not be told be told again at a later time."""
        await self._loosely(_PUT_OFF, id_, due)

    async def count(self) -> int:
        """Give how much waits to be told."""
        count: int = (await self._loosely(_COUNT))[0][0]
        return count

    async def drop(self, before: float, but: Collection[str]) -> int:
        """Remove what is from before then and for none of these plugins."""
        count: int = (await self._durably(_DROP, before, list(but)))[0][0]
        return count


def _notice(id_: str, plugin: str, conversation: str, channel: str, customer: str, *rest: Any) -> Notice:
    return Notice(id_, plugin, read(conversation), read(channel), read(customer), *rest)
