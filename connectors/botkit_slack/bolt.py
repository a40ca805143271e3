"""slack_bolt as what receives: it checks signatures, speaks Socket Mode, and gives what came to `take`.

Nothing is acknowledged by itself: bolt answers events before its listeners have ended, but waits for middleware.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from botkit import BotkitError
from botkit_slack.api import ApiError
from botkit_slack.events import Me
from botkit_slack.sdk import SILENT

_log = logging.getLogger(__name__)

Take = Callable[[Mapping[str, Any]], Awaitable[str | None]]
"""Stores what came, and gives what to answer; None if it meant nothing. Raises BotkitError, ApiError."""

PING: Final = 5.0  # seconds between two looks whether the connection stands
_APART: Final = 60.0  # seconds between two lines of the log about it
_CLOSE: Final = 2.0  # seconds that closing it may take


class _Trouble(logging.Filter):
    """Says in one line a minute what the SDK says of its connection, which may have addresses with tickets in it."""

    def __init__(self) -> None:
        super().__init__()
        self._next = 0.0

    def filter(self, record: logging.LogRecord) -> bool:
        kind = record.exc_info[0] if record.exc_info else None
        now = time.monotonic()
        if now >= self._next:
            self._next = now + _APART
            told = kind.__name__ if kind is not None else "it broke"
            _log.warning("the connection to Slack is made again: %s", told, extra={"action": "slack.socket"})
        return False


_socket_log = logging.getLogger("botkit_slack.sdk.socket")
_socket_log.setLevel(logging.ERROR)
_trouble = _Trouble()
_socket_log.addFilter(_trouble)


def app_of(client: AsyncWebClient, me: Me, signing_secret: str, take: Take) -> AsyncApp:
    """Make an app that acknowledges what `take` has stored, and answers 503 where it could not."""

    async def authorize() -> AuthorizeResult:
        """Say who the bot is without asking Slack, who may be slow just then."""
        return AuthorizeResult(
            enterprise_id=None, team_id=me.team, bot_id=me.bot, bot_user_id=me.user, bot_token=client.token
        )

    app = AsyncApp(
        logger=SILENT,
        name=SILENT.name,  # the logger of that name is made as silent
        process_before_response=True,
        signing_secret=signing_secret,
        client=client,
        authorize=authorize,
        request_verification_enabled=bool(signing_secret),
    )

    async def store(body: dict[str, Any]) -> BoltResponse:
        return await taken(take, body) or BoltResponse(status=200, body="")

    app.use(store)
    return app


async def taken(take: Take, body: Mapping[str, Any]) -> BoltResponse | None:
    """Give the answer to a delivery; None where it means nothing."""
    try:
        answer = await take(body)
        return None if answer is None else BoltResponse(status=200, body=answer)
    except (BotkitError, ApiError) as error:
        _log.warning(
            "what came was not stored, and comes again: %s", type(error).__name__, extra={"action": "slack.take"}
        )
    except Exception as error:  # noqa: BLE001 - bolt would log what it was
        _log.error("what came was not taken: %s", type(error).__name__, extra={"action": "slack.take"})
    return BoltResponse(status=503, body="")


class Socket:
    """A connection to Slack by Socket Mode, made again whenever it breaks."""

    def __init__(self, app: AsyncApp, app_token: str) -> None:
        self._handler = AsyncSocketModeHandler(app, app_token, logger=_socket_log, ping_interval=PING)

    async def open(self, address: str) -> None:
        """Connect to an address that Slack gave."""
        self._handler.client.wss_uri = address
        connect: Callable[[], Awaitable[None]] = self._handler.connect_async
        await connect()

    async def close(self) -> None:
        """Take nothing more."""
        client = self._handler.client
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_CLOSE):
                close: Callable[[], Awaitable[None]] = client.close
                await close()
        tasks = (client.message_processor, client.message_receiver, client.current_session_monitor)
        running = [task for task in tasks if task is not None]
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await client.aiohttp_client_session.close()
