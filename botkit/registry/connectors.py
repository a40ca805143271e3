"""Connectors as packages offer them: what the entry point group `botkit.connectors` names is a `ConnectorSpec`."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from botkit.model.catalogue import Capabilities
from botkit.ports.connectors import Connector, Fetched

if TYPE_CHECKING:
    from pydantic import BaseModel


class BotInfo(msgspec.Struct, frozen=True):
    """What a connector may know of the bot that it serves: its name and its locales, the default first.

    `secret` is the installation's own and the same after a restart; it is empty where none could be kept. `fetch`
    gives what an address of the public Internet has, for platforms that do not fetch it themselves; it raises
    errors.OutboundError.
    """

    name: str = "bot"
    locales: tuple[str, ...] = ("en",)
    secret: str = ""
    fetch: Callable[[str], Awaitable[Fetched]] | None = None


class Finding(msgspec.Struct, frozen=True):
    """One thing that was looked at, and how to mend it. `fine` None: it is worth knowing, and need not be mended."""

    fine: bool | None
    what: str
    mend: str = ""


class ConnectorSpec(msgspec.Struct, frozen=True):
    """How a channel is made: the object that a connector's entry point names.

    `settings` is the pydantic model of what stands under `channels: {name: ...}` in bot.yaml (None: nothing may
    stand there). `secrets` are the settings without which the channel is skipped. `build` gets the validated
    settings; it may import the platform's SDK, but it opens nothing: `Connector.start` does. `examine` gets them
    too, for `botkit doctor`: it asks the platform whether it would work, and changes nothing there. `teams` gives
    the names of teams that have a channel by the settings, and `"*"` where all others have one, so that
    `botkit check` finds those that the bot does not have, and those that nobody would see.
    """

    name: str
    build: Callable[[Any, BotInfo], Connector]
    capabilities: Capabilities = Capabilities()
    settings: "type[BaseModel] | None" = None
    secrets: tuple[str, ...] = ()
    examine: Callable[[Any], Awaitable[Sequence[Finding]]] | None = None
    teams: Callable[[Any], Sequence[str]] | None = None


def missing_secrets(spec: ConnectorSpec, raw: Mapping[str, Any]) -> tuple[str, ...]:
    """Give the secrets of a channel that bot.yaml leaves out or that came out empty."""
    return tuple(key for key in spec.secrets if raw.get(key) in (None, ""))
