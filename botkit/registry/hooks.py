"""What a plugin may bring, as data: one Struct for each kind of hook."""

from collections.abc import Callable
from typing import Any

import msgspec

from botkit.errors import Place
from botkit.model.catalogue import ActionSpec
from botkit.registry.signatures import Signature
from botkit.registry.verdicts import Direction


class Action(msgspec.Struct, frozen=True):
    """A function that a flow or the LLM calls; `retries` are tries after the first.

    `inline` says that it returns at once, so that the event loop may call it itself.
    """

    spec: ActionSpec
    function: Callable[..., Any]
    signature: Signature
    retries: int
    place: Place
    inline: bool = False


class Guard(msgspec.Struct, frozen=True):
    """A function that reads every text in one direction, or every call that a model wants (`tool`).

    If a `required` one fails, the text or the call is refused.
    """

    direction: Direction
    function: Callable[..., Any]
    required: bool
    timeout: float


class Sense(msgspec.Struct, frozen=True):
    """A function that hears what a message says, or speaks a reply, and may give another of it."""

    function: Callable[..., Any]
    timeout: float


class KnowledgeSource(msgspec.Struct, frozen=True):
    """A function that finds passages for a question."""

    name: str
    function: Callable[..., Any]
    timeout: float


class Duty(msgspec.Struct, frozen=True):
    """A function that lets go of what a plugin keeps of a customer, or gives a copy of it."""

    function: Callable[..., Any]
    timeout: float
