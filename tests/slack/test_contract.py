"""The Slack channel keeps the contract of connectors, in both modes: in direct messages, and in threads."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from botkit.testing import ConnectorContract, Stage
from botkit.testing.connectors import Staged
from tests.slack.api import serving
from tests.slack.platform import Customers, connector_of, reached


@asynccontextmanager
async def staged(mode: str, *, thread: bool) -> AsyncIterator[Stage]:
    """Give a stage with a direct message, or a thread of one, and a thread in a channel."""
    async with serving() as slack:
        slack.events.patience = 0.5  # of which only what is not taken makes use
        first = slack.open_dm("U1001")
        if thread:
            first = f"{first}.{slack.keep(first, user='U1001', text='Assistant')['ts']}"
        channel = slack.add_channel("C1002")
        chats = first, f"{channel}.{slack.keep(channel, user='U1002', text='Hello?')['ts']}"
        connector = connector_of(slack, mode)
        async with reached(slack, connector, mode):
            yield Stage(connector, Customers(slack), chats)
            await connector.stop()


class TestSocketMode(ConnectorContract):
    @pytest.fixture
    def stage(self) -> Staged:
        return staged("socket", thread=True)


class TestPosts(ConnectorContract):
    @pytest.fixture
    def stage(self, request: pytest.FixtureRequest) -> Staged:
        """Give plain direct messages, but for what Slack shows in threads with an assistant alone."""
        return staged("http", thread="somebody_writes" in request.node.name)
