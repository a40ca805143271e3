"""botkit: customer-service bots from YAML flows.

These are the public names; plugins and connectors need no others. Each is imported when it is first asked for,
so that `import botkit` costs next to nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from botkit.app import Bot
    from botkit.errors import (
        ActionError,
        BotkitError,
        ConfigError,
        DeliveryError,
        ExpressionError,
        FileError,
        LoadError,
        OutboundError,
        Place,
        Problem,
        RegistryError,
        StoreError,
        UsageError,
    )
    from botkit.model.definitions import Capabilities, Found, Reading
    from botkit.model.events import Message, Opened, Outside, Passage, Press
    from botkit.model.replies import Button, Card, Reply
    from botkit.model.turn import Turn
    from botkit.model.values import File, Money
    from botkit.ports.connectors import Accepted, Connector, Entry, Forgetful, Holder, Incoming, Intake, Poller
    from botkit.registry.connectors import BotInfo, ConnectorSpec
    from botkit.registry.contexts import Context
    from botkit.registry.plugins import Plugin
    from botkit.registry.verdicts import Verdict
    from botkit.safety import Masked, mask

__version__ = "0.1.0"

__all__ = [
    "Accepted",
    "ActionError",
    "Bot",
    "BotInfo",
    "BotkitError",
    "Button",
    "Capabilities",
    "Card",
    "ConfigError",
    "Connector",
    "ConnectorSpec",
    "Context",
    "DeliveryError",
    "Entry",
    "ExpressionError",
    "File",
    "FileError",
    "Forgetful",
    "Found",
    "Holder",
    "Incoming",
    "Intake",
    "LoadError",
    "Masked",
    "Message",
    "Money",
    "Opened",
    "OutboundError",
    "Outside",
    "Passage",
    "Place",
    "Plugin",
    "Poller",
    "Press",
    "Problem",
    "Reading",
    "RegistryError",
    "Reply",
    "StoreError",
    "Turn",
    "UsageError",
    "Verdict",
    "__version__",
    "mask",
]

_HOMES = {
    "botkit.app": ("Bot",),
    "botkit.errors": (
        "ActionError",
        "BotkitError",
        "ConfigError",
        "DeliveryError",
        "ExpressionError",
        "FileError",
        "LoadError",
        "OutboundError",
        "Place",
        "Problem",
        "RegistryError",
        "StoreError",
        "UsageError",
    ),
    "botkit.model.definitions": ("Capabilities", "Found", "Reading"),
    "botkit.model.events": ("Message", "Opened", "Outside", "Passage", "Press"),
    "botkit.model.replies": ("Button", "Card", "Reply"),
    "botkit.model.turn": ("Turn",),
    "botkit.model.values": ("File", "Money"),
    "botkit.ports.connectors": (
        "Accepted",
        "Connector",
        "Entry",
        "Forgetful",
        "Holder",
        "Incoming",
        "Intake",
        "Poller",
    ),
    "botkit.registry.connectors": ("BotInfo", "ConnectorSpec"),
    "botkit.registry.contexts": ("Context",),
    "botkit.registry.plugins": ("Plugin",),
    "botkit.registry.verdicts": ("Verdict",),
    "botkit.safety": ("Masked", "mask"),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}

if not TYPE_CHECKING:  # type checkers read the imports above, and know that there are no other names

    def __getattr__(name: str) -> object:
        home = _HOME.get(name)
        if home is None:
            raise AttributeError(f"module 'botkit' has no attribute '{name}'")
        value = getattr(import_module(home), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
