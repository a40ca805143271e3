"""The Telegram channel keeps the contract of connectors, with both libraries and both ways to receive."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from starlette.applications import Starlette

from botkit.testing import ConnectorContract, Stage
from botkit.testing.connectors import Staged
from tests.serving import served
from tests.telegram.api import serving
from tests.telegram.platform import Customers, connector_of


@asynccontextmanager
async def polled(driver: str) -> AsyncIterator[Stage]:
    """Give a stage on which a library fetches."""
    async with serving() as api:
        connector = connector_of(api, driver)
        yield Stage(connector, Customers(api))
        await connector.stop()


@asynccontextmanager
async def posted(driver: str) -> AsyncIterator[Stage]:
    """Give a stage on which the platform posts."""
    async with serving() as api:
        with socket.create_server(("127.0.0.1", 0)) as door:
            url = f"http://127.0.0.1:{door.getsockname()[1]}/telegram"
            connector = connector_of(api, driver, mode="webhook", webhook_url=url)
            async with served(Starlette(routes=connector.routes()), door):
                yield Stage(connector, Customers(api))
                await connector.stop()


class TestAiogram(ConnectorContract):
    @pytest.fixture
    def stage(self) -> Staged:
        return polled("aiogram")


@pytest.mark.filterwarnings("ignore:Deprecated since version v22.2")  # the library's advice to itself
class TestPtb(ConnectorContract):
    @pytest.fixture
    def stage(self) -> Staged:
        return polled("ptb")


class TestWebhook(ConnectorContract):
    @pytest.fixture
    def stage(self) -> Staged:
        return posted("aiogram")
