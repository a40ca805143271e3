"""The channel in a program that runs slack_bolt already: its client sends, its app receives."""

import re
from typing import Any, Final

from slack_bolt.async_app import AsyncApp
from slack_bolt.response import BoltResponse

from botkit import ConfigError
from botkit_slack.bolt import taken
from botkit_slack.connector import SlackConnector
from botkit_slack.sdk import SdkApi

_ANYTHING: Final = re.compile(r"[\s\S]*")


def embed(app: AsyncApp, command: str = "/botkit") -> SlackConnector:
    """Make the channel of an app, and give it what no listener before it took; whoever runs the app receives.

    Slack hears that something came when it is stored, however the app answers otherwise; what means nothing to
    the bot is acknowledged. Raises ConfigError for an app of several workspaces, which has no token of its own.
    """
    token = app.client.token
    if not token:
        raise ConfigError("the app has no bot token of its own", hint="AsyncApp(token=...)")
    channel = SlackConnector(lambda: SdkApi.beside(app.client), token, mode="embedded", command=command)

    async def store(body: dict[str, Any]) -> BoltResponse:
        return await taken(channel.take, body) or BoltResponse(status=200, body="")

    async def nothing() -> None:
        """Never called: its middleware has answered."""

    app.event(_ANYTHING, middleware=[store])(nothing)
    app.action(_ANYTHING, middleware=[store])(nothing)
    app.command(command, middleware=[store])(nothing)
    return channel
