"""The store on PostgreSQL keeps the contract, for one worker and for several."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import asyncpg
import pytest

from botkit.ports.stores import Store
from botkit.stores.copying import tables
from botkit.stores.postgres import PostgreSQLStore
from botkit.testing import postgres
from botkit.testing.store_erasing import Dump
from botkit.testing.stores import StoreContract
from tests.contract.dumping import rows_as_bytes

EMPTY = f"TRUNCATE {', '.join(table.name for table in tables())}"

_ALL_TABLES = (
    "SELECT quote_ident(table_name) FROM information_schema.tables "
    "WHERE table_schema NOT IN ('pg_catalog', 'information_schema')"
)


@pytest.fixture(scope="module")
def url(postgres_server: postgres.Server) -> str:
    return postgres_server.database()


@pytest.fixture(autouse=True)
def looked_up(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """See that asyncpg looks types up when a connection begins, never within a statement of the store."""
    looks: list[Any] = []
    look = asyncpg.Connection._introspect_types

    async def noted(db: Any, *asked: Any) -> Any:
        looks.append(db)
        return await look(db, *asked)

    monkeypatch.setattr(asyncpg.Connection, "_introspect_types", noted)
    yield
    assert looks
    ours = [db for db in looks if db._params.server_settings]
    assert len(set(map(id, ours))) == len(ours)


class TestPostgreSQL(StoreContract):
    @pytest.fixture
    async def store(self, url: str) -> AsyncIterator[Store]:
        store = PostgreSQLStore(url)
        await store.open()
        yield store
        await store.close()
        db = await asyncpg.connect(url)  # one database for all: making one takes longer than a test
        await db.execute(EMPTY)
        await db.close()

    @pytest.fixture
    def reopen(self, url: str) -> Callable[[], Store]:
        return partial(PostgreSQLStore, url)

    @pytest.fixture
    def dump(self, url: str) -> Dump:
        async def read() -> Mapping[str, Sequence[bytes]]:
            db = await asyncpg.connect(url)
            names = await db.fetch(_ALL_TABLES)
            found = {row[0]: await db.fetch(f"SELECT * FROM {row[0]}") for row in names}  # noqa: S608
            await db.close()
            return rows_as_bytes(found)

        return read

    @pytest.fixture
    def workers(self, url: str) -> Callable[[str, float], Store]:
        return partial(PostgreSQLStore, url)
