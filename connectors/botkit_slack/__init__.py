"""The Slack channel: direct messages, mentions and threads, by slack_bolt, over Socket Mode or HTTP.

`settings` has what may stand in bot.yaml; `events` and `blocks` are the mapping.
"""

from collections.abc import Sequence

from botkit import BotInfo, ConnectorSpec, Finding
from botkit_slack.capabilities import CAPABILITIES
from botkit_slack.connector import SlackConnector
from botkit_slack.rooms import DEFAULT, SlackRoom
from botkit_slack.settings import SlackSettings


def build(settings: SlackSettings, bot: BotInfo, *, pace: float = 1.0) -> SlackConnector:
    """Make the channel of one bot; nothing is opened before its `start`.

    `pace` are the seconds between two updates of an answer that grows.
    """
    from botkit_slack.sdk import SdkApi

    token = settings.bot_token.get_secret_value()
    return SlackConnector(
        lambda: SdkApi.open(token, settings.api_base),
        token,
        mode=settings.way,
        app_token=settings.app_token.get_secret_value(),
        signing_secret=settings.signing_secret.get_secret_value(),
        command=settings.command,
        room=SlackRoom(settings.desk, settings.command) if settings.desk else None,
        fetch=bot.fetch,
        pace=pace,
    )


def teams_of(settings: SlackSettings) -> Sequence[str]:
    """Give the teams that have a channel of their own; `*` are all others."""
    return ["*" if team == DEFAULT else team for team in settings.desk]


async def examine(settings: SlackSettings) -> Sequence[Finding]:
    """Ask Slack who the bot is, what it may do and how its messages come."""
    from botkit_slack.examining import examine

    return await examine(settings)


connector = ConnectorSpec(
    "slack", build, CAPABILITIES, SlackSettings, secrets=("bot_token",), examine=examine, teams=teams_of
)

__all__ = ["CAPABILITIES", "SlackConnector", "SlackSettings", "build", "connector"]
