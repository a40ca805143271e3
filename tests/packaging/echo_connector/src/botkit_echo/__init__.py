"""A botkit connector for a chat platform that speaks JSON lines over TCP."""

from botkit import BotInfo, Capabilities, Connector, ConnectorSpec
from botkit_echo.lines import EchoConnector, EchoSettings

__all__ = ["EchoConnector", "EchoSettings", "connector"]

CAPABILITIES = Capabilities(buttons=2, text_length=500, per_second=30)


def build(settings: EchoSettings, bot: BotInfo) -> Connector:
    """Make the channel; nothing is opened before `start`."""
    return EchoConnector(settings, bot.name, CAPABILITIES)


connector = ConnectorSpec("echo", build, CAPABILITIES, EchoSettings, secrets=("token",))
