"""Connectors as packages offer them: what the entry point group `botkit.connectors` names is a `ConnectorSpec`."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from botkit.model.definitions import Capabilities
from botkit.ports.connectors import Connector

if TYPE_CHECKING:
    from pydantic import BaseModel


class BotInfo(msgspec.Struct, frozen=True):
    """What a connector may know of the bot that it serves: its name and its locales, the default first.

    `secret` is the installation's own and the same after a restart; it is empty where none could be kept.
    """

    name: str = "bot"
    locales: tuple[str, ...] = ("en",)
    secret: str = ""


class ConnectorSpec(msgspec.Struct, frozen=True):
    """How a channel is made: the object that a connector's entry point names.

    `settings` is the pydantic model of what stands under `channels: {name: ...}` in bot.yaml (None: nothing may
    stand there). `secrets` are the settings without which the channel is skipped. `build` gets the validated
    settings; it may import the platform's SDK, but it opens nothing: `Connector.start` does.
    """

    name: str
    build: Callable[[Any, BotInfo], Connector]
    capabilities: Capabilities = Capabilities()
    settings: "type[BaseModel] | None" = None
    secrets: tuple[str, ...] = ()


def missing_secrets(spec: ConnectorSpec, raw: Mapping[str, Any]) -> tuple[str, ...]:
    """Give the secrets of a channel that bot.yaml leaves out or that came out empty."""
    return tuple(key for key in spec.secrets if raw.get(key) in (None, ""))
