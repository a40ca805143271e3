"""A double of Slack for every test here, and a connector in both modes."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol

import pytest
import pytest_asyncio

from botkit import Connector
from botkit.testing import FakeIntake
from tests.slack.api import Slack, serving
from tests.slack.platform import Customers, connector_of, reached


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look soon whether the connection still stands."""
    monkeypatch.setattr("botkit_slack.bolt.PING", 0.1)


@pytest_asyncio.fixture
async def slack() -> AsyncIterator[Slack]:
    async with serving() as slack:
        yield slack


@pytest.fixture
def customers(slack: Slack) -> Customers:
    return Customers(slack)


@pytest.fixture(params=["socket", "http"])
def mode(request: pytest.FixtureRequest) -> str:
    """One way to receive after the other."""
    return str(request.param)


@pytest_asyncio.fixture
async def connector(slack: Slack) -> AsyncIterator[Connector]:
    """A connector that is not started."""
    connector = connector_of(slack)
    yield connector
    await connector.stop()


class Running(Protocol):
    """Lets a connector run for the length of a block."""

    def __call__(self) -> AbstractAsyncContextManager[Connector]: ...


@pytest.fixture
def running(slack: Slack, mode: str, botkit_intake: FakeIntake) -> Running:
    @asynccontextmanager
    async def run() -> AsyncIterator[Connector]:
        connector = connector_of(slack, mode)
        async with reached(slack, connector, mode):
            await connector.start(botkit_intake)
            try:
                yield connector
            finally:
                botkit_intake.release()
                await connector.stop()

    return run
