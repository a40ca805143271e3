"""The Telegram channel: a bot of @BotFather, driven by aiogram or by python-telegram-bot.

`settings` has what may stand in bot.yaml; `updates` and `calls` are the mapping, the same for both libraries.
"""

from collections.abc import Sequence

from botkit import BotInfo, Connector, ConnectorSpec, Finding
from botkit_telegram.connector import CAPABILITIES, TelegramConnector
from botkit_telegram.drivers import opener_of
from botkit_telegram.rooms import DEFAULT, TelegramRoom
from botkit_telegram.settings import TelegramSettings


def build(settings: TelegramSettings, bot: BotInfo) -> Connector:  # noqa: ARG001 - every connector is built so
    """Make the channel of one bot; nothing is opened before its `start`."""
    secret = settings.webhook_secret
    return TelegramConnector(
        opener_of(settings),
        settings.token.get_secret_value(),
        mode=settings.mode,
        webhook_url=settings.webhook_url,
        secret=secret.get_secret_value() if secret is not None else "",
        poll_seconds=settings.poll_seconds,
        room=TelegramRoom(settings.desk) if settings.desk else None,
    )


async def examine(settings: TelegramSettings) -> Sequence[Finding]:
    """Ask Telegram who the bot is and where its messages go."""
    from botkit_telegram.examining import examine

    return await examine(settings)


def teams_of(settings: TelegramSettings) -> Sequence[str]:
    """Give the teams that have a group of their own; `*` are all others."""
    return ["*" if team == DEFAULT else team for team in settings.desk]


connector = ConnectorSpec(
    "telegram",
    build,
    CAPABILITIES,
    TelegramSettings,
    secrets=("token",),
    examine=examine,
    teams=teams_of,
)

__all__ = ["CAPABILITIES", "TelegramConnector", "TelegramSettings", "build", "connector"]
