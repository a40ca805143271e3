"""The embeddings of a bot's own texts, on SQLite."""

import sqlite3
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from botkit.ports.embeddings import TOUCHED
from botkit.stores import statements_of_embeddings as sql
from botkit.stores.connection import Lending

T = TypeVar("T")


class Write(Protocol):
    """Runs a job in a transaction, as `SQLiteStore.write` does."""

    def __call__(self, job: Callable[[sqlite3.Connection], T], *, long: bool = False) -> Awaitable[T]:
        """Run it; `long` if it may take more time than a loop should be held up for."""
        ...


class SQLiteEmbeddings:
    """Implements `ports.embeddings.Embeddings` with what its store writes and reads with."""

    def __init__(self, write: Write, reading: Callable[[str], Lending]) -> None:
        self._write = write
        self._reading = reading

    async def find(self, digests: Sequence[bytes], now: float) -> Mapping[bytes, bytes]:
        """Give the vectors that are kept of those asked for."""
        found: dict[bytes, bytes] = {}
        stale: list[dict[str, Any]] = []
        with self._reading("") as db:
            for digest in digests:
                row = db.execute(sql.VECTOR, {"which": digest}).fetchone()
                if row is not None:
                    found[digest] = row[0]
                    if row[1] < now - TOUCHED:
                        stale.append({"which": digest, "at": now})
        if stale:
            await self._each(sql.USE_VECTOR, stale)
        return found

    async def keep(self, vectors: Mapping[bytes, bytes], now: float) -> None:
        """Keep vectors."""
        rows = [{"digest": digest, "vector": vector, "used": now} for digest, vector in vectors.items()]
        if rows:
            await self._each(sql.KEEP_VECTOR, rows)

    async def drop(self, before: float) -> int:
        """Let go of vectors that were last used before then."""
        return await self._write(lambda db: db.execute(sql.DROP_VECTORS, {"before": before}).rowcount, long=True)

    async def _each(self, statement: str, rows: Sequence[dict[str, Any]]) -> None:
        def write(db: sqlite3.Connection) -> None:
            db.executemany(statement, rows)

        await self._write(write, long=True)
