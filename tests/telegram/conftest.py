"""A double of the Bot API for every test here, and both libraries."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Protocol

import pytest
import pytest_asyncio

from botkit.testing import FakeIntake
from botkit.testing.stages import Stage, Started
from botkit_telegram import TelegramConnector, polling
from tests.telegram.api import BotApi, serving
from tests.telegram.platform import Customers, connector_of


@pytest.fixture(params=["aiogram", "ptb"])
def driver(request: pytest.FixtureRequest) -> str:
    """One library after the other."""
    return str(request.param)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask again soon for what failed."""
    monkeypatch.setattr(polling, "_PAUSE", 0.01)
    monkeypatch.setattr(polling, "_STEP", 0.05)


@pytest_asyncio.fixture
async def api() -> AsyncIterator[BotApi]:
    async with serving() as api:
        yield api


@pytest_asyncio.fixture
async def connector(api: BotApi, driver: str) -> AsyncIterator[TelegramConnector]:
    """A connector that is not started."""
    connector = connector_of(api, driver)
    yield connector
    await connector.stop()


class Running(Protocol):
    """Lets a connector run for the length of a block."""

    def __call__(self, connector: TelegramConnector) -> AbstractAsyncContextManager[None]: ...


@pytest.fixture
def running(api: BotApi, botkit_intake: FakeIntake) -> Running:
    return lambda connector: Started(Stage(connector, Customers(api)), botkit_intake)
