"""The catalogue: what flows may use of a bot's plugins and connectors."""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from botkit.model.definitions import Answer
from botkit.model.parsers import SlotParser


class ActionSpec(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is known of an action before it is called: JSON Schemas of its arguments and result."""

    name: str
    effect: Literal["read", "write"] = "read"
    parameters: dict[str, Any] = {}  # JSON Schema of an object
    returns: dict[str, Any] = {}
    timeout: float = 10.0
    idempotent: bool = False
    description: str = ""


class Capabilities(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a channel can show; the runtime degrades replies to it.

    `buttons`: how many at once (0: as a numbered list in the text). `text_length`: longest text in
    characters. `per_second`, `per_chat`: sends that the platform allows (0: no limit). `typing` and `streaming`:
    the connector is a Typist, a Streamer.
    """

    buttons: int = 0
    cards: bool = False
    markdown: bool = False
    images: bool = False
    files: bool = False
    edit: bool = False
    typing: bool = False
    streaming: bool = False
    text_length: int = 4096
    button_length: int = 64
    per_second: float = 0.0
    per_chat: float = 0.0


class Catalogue(msgspec.Struct, frozen=True):
    """What a bot may use, as `app` reads it from the registry: actions, slot types, channels, plugins."""

    actions: Mapping[str, ActionSpec] = {}
    types: Mapping[str, SlotParser] = {}
    channels: Mapping[str, Capabilities] = {}
    plugins: tuple[str, ...] = ()
    answers: tuple[Answer, ...] = ()
    models: bool = False  # a language model is configured
    articles: bool = False  # there are knowledge articles or sources
    sees: bool = False  # the language model sees pictures
    unlisted: tuple[str, ...] = ()  # plugins of whose actions nobody has a list: servers that were never reached
