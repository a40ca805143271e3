"""The web channel: a page on which a customer talks to the bot, over a WebSocket.

`/` is the page, `/web/socket` the socket; `protocol` tells what passes over it.
"""

from botkit import BotInfo, Capabilities, Connector, ConnectorSpec
from botkit_web.connector import WebConnector
from botkit_web.settings import WebSettings

CAPABILITIES = Capabilities(
    buttons=24,
    cards=True,
    markdown=True,
    images=True,
    files=True,
    typing=True,
    streaming=True,
    text_length=8_000,
    button_length=200,
)


def build(settings: WebSettings, bot: BotInfo) -> Connector:
    """Make the channel of one bot; nothing is opened before its `start`."""
    return WebConnector(settings, bot, capabilities=CAPABILITIES)


connector = ConnectorSpec(name="web", build=build, capabilities=CAPABILITIES, settings=WebSettings)

__all__ = ["CAPABILITIES", "WebConnector", "WebSettings", "build", "connector"]
