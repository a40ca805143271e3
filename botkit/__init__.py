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
        ModelError,
        OutboundError,
        Place,
        Problem,
        RegistryError,
        StoreError,
        UsageError,
    )
    from botkit.model.catalogue import Capabilities
    from botkit.model.events import Message, Opened, Outside, Passage, Press
    from botkit.model.markup import read_markup, without_markup
    from botkit.model.parsers import Found, Reading
    from botkit.model.presses import ButtonSigner, LocatedButton
    from botkit.model.replies import Button, Card, Reply
    from botkit.model.runs import Run, cut_runs, plain_runs, read_runs
    from botkit.model.turn import Turn
    from botkit.model.values import File, Money
    from botkit.ports.connectors import (
        Accepted,
        Connector,
        Entry,
        Fetched,
        FileSender,
        Forgetful,
        Holder,
        Incoming,
        Intake,
        Poller,
        Streamer,
        StreamPart,
        Typist,
        find_press,
    )
    from botkit.ports.files import Files, is_ref
    from botkit.ports.people import Line
    from botkit.ports.requests import read_body
    from botkit.ports.rooms import (
        ROOM_ACTS,
        Brief,
        Halfway,
        Host,
        Member,
        Room,
        RoomIntake,
        one_line,
        write_brief,
        write_lines,
    )
    from botkit.ports.telling import Giving, tell
    from botkit.registry.connectors import BotInfo, ConnectorSpec, Finding
    from botkit.registry.contexts import Context
    from botkit.registry.plugins import Plugin
    from botkit.registry.privacy import Erased
    from botkit.registry.verdicts import Verdict
    from botkit.runtime.previews import Preview, Previews
    from botkit.safety import Masked, mask

__version__ = "0.1.0"

__all__ = [
    "ROOM_ACTS",
    "Accepted",
    "ActionError",
    "Bot",
    "BotInfo",
    "BotkitError",
    "Brief",
    "Button",
    "ButtonSigner",
    "Capabilities",
    "Card",
    "ConfigError",
    "Connector",
    "ConnectorSpec",
    "Context",
    "DeliveryError",
    "Entry",
    "Erased",
    "ExpressionError",
    "Fetched",
    "File",
    "FileError",
    "FileSender",
    "Files",
    "Finding",
    "Forgetful",
    "Found",
    "Giving",
    "Halfway",
    "Holder",
    "Host",
    "Incoming",
    "Intake",
    "Line",
    "LoadError",
    "LocatedButton",
    "Masked",
    "Member",
    "Message",
    "ModelError",
    "Money",
    "Opened",
    "OutboundError",
    "Outside",
    "Passage",
    "Place",
    "Plugin",
    "Poller",
    "Press",
    "Preview",
    "Previews",
    "Problem",
    "Reading",
    "RegistryError",
    "Reply",
    "Room",
    "RoomIntake",
    "Run",
    "StoreError",
    "StreamPart",
    "Streamer",
    "Turn",
    "Typist",
    "UsageError",
    "Verdict",
    "__version__",
    "cut_runs",
    "find_press",
    "is_ref",
    "mask",
    "one_line",
    "plain_runs",
    "read_body",
    "read_markup",
    "read_runs",
    "tell",
    "without_markup",
    "write_brief",
    "write_lines",
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
        "ModelError",
        "OutboundError",
        "Place",
        "Problem",
        "RegistryError",
        "StoreError",
        "UsageError",
    ),
    "botkit.model.catalogue": ("Capabilities",),
    "botkit.model.events": ("Message", "Opened", "Outside", "Passage", "Press"),
    "botkit.model.markup": ("read_markup", "without_markup"),
    "botkit.model.parsers": ("Found", "Reading"),
    "botkit.model.presses": ("ButtonSigner", "LocatedButton"),
    "botkit.model.replies": ("Button", "Card", "Reply"),
    "botkit.model.runs": ("Run", "cut_runs", "plain_runs", "read_runs"),
    "botkit.model.turn": ("Turn",),
    "botkit.model.values": ("File", "Money"),
    "botkit.ports.connectors": (
        "Accepted",
        "Connector",
        "Entry",
        "FileSender",
        "Forgetful",
        "Holder",
        "Fetched",
        "Incoming",
        "Intake",
        "Poller",
        "StreamPart",
        "Streamer",
        "Typist",
        "find_press",
    ),
    "botkit.ports.files": ("Files", "is_ref"),
    "botkit.ports.people": ("Line",),
    "botkit.ports.requests": ("read_body",),
    "botkit.ports.rooms": (
        "ROOM_ACTS",
        "Brief",
        "Halfway",
        "Host",
        "Member",
        "Room",
        "RoomIntake",
        "one_line",
        "write_brief",
        "write_lines",
    ),
    "botkit.ports.telling": ("Giving", "tell"),
    "botkit.registry.connectors": ("BotInfo", "ConnectorSpec", "Finding"),
    "botkit.registry.contexts": ("Context",),
    "botkit.registry.plugins": ("Plugin",),
    "botkit.registry.privacy": ("Erased",),
    "botkit.registry.verdicts": ("Verdict",),
    "botkit.runtime.previews": ("Preview", "Previews"),
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
