"""The store on PostgreSQL keeps the contract, for one worker and for several."""

from collections.abc import AsyncIterator, Callable
from functools import partial

import pytest

from botkit.ports.stores import Store
from botkit.stores.postgres import PostgreSQLStore
from botkit.testing.stores import StoreContract


class TestPostgreSQL(StoreContract):
    @pytest.fixture
    async def store(self, database: str) -> AsyncIterator[Store]:
        store = PostgreSQLStore(database)
        await store.open()
        yield store
        await store.close()

    @pytest.fixture
    def reopen(self, database: str) -> Callable[[], Store]:
        return partial(PostgreSQLStore, database)

    @pytest.fixture
    def workers(self, database: str) -> Callable[[str, float], Store]:
        return partial(PostgreSQLStore, database)
