"""The embeddings of a bot's own texts, on PostgreSQL."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

from botkit.ports.embeddings import TOUCHED

_FIND: Final = "SELECT digest, vector, used FROM embeddings WHERE digest = ANY($1::bytea[])"
_USE: Final = "UPDATE embeddings SET used = $2 WHERE digest = ANY($1::bytea[]) AND used < $2"
_KEEP: Final = (
    "INSERT INTO embeddings (digest, vector, used) "
    "SELECT digest, vector, $3::float8 FROM unnest($1::bytea[], $2::bytea[]) AS v (digest, vector) ORDER BY digest "
    "ON CONFLICT (digest) DO UPDATE SET vector = excluded.vector, used = excluded.used"
)
_DROP: Final = "WITH gone AS (DELETE FROM embeddings WHERE used < $1 RETURNING 1) SELECT count(*) FROM gone"

Run = Callable[..., Awaitable[Sequence[Any]]]


class PostgreSQLEmbeddings:
    """Implements `ports.embeddings.Embeddings`; `loosely` runs a statement whose end a crash may forget."""

    def __init__(self, loosely: Run) -> None:
        self._loosely = loosely

    async def find(self, digests: Sequence[bytes], now: float) -> Mapping[bytes, bytes]:
        """Give the vectors that are kept of those asked for."""
        rows = await self._loosely(_FIND, list(digests)) if digests else ()
        stale = [digest for digest, _, used in rows if used < now - TOUCHED]
        if stale:
            await self._loosely(_USE, sorted(stale), now)
        return {digest: vector for digest, vector, _ in rows}

    async def keep(self, vectors: Mapping[bytes, bytes], now: float) -> None:
        """Keep vectors."""
        if vectors:
            await self._loosely(_KEEP, list(vectors), list(vectors.values()), now)

    async def drop(self, before: float) -> int:
        """Let go of vectors that were last used before then."""
        gone: int = (await self._loosely(_DROP, before))[0][0]
        return gone
