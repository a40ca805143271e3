"""Slot types of plugins: whatever simple form a parser has, the core sees one that never raises."""

import logging
from collections.abc import Callable
from typing import Any

from botkit.errors import RegistryError
from botkit.model.parsers import Found, Reading, SlotParser
from botkit.model.values import plain, to_json
from botkit.registry.signatures import place_of, takes

_log = logging.getLogger(__name__)


def make_parser(name: str, function: Callable[..., Any]) -> SlotParser:
    """Give the parser that a plugin's function stands for.

    The function takes the text, or the text and the Reading; it gives a list of Found, one Found, a value, or
    None. A bare value is taken to stand where its text stands in the message, or to be the whole of it.
    """
    wants_reading = not takes(function, 1)
    if wants_reading and not takes(function, 2):
        hint = "write `def parse(text: str, reading: Reading)`"
        raise RegistryError(f"slot type '{name}' takes other arguments", place=place_of(function), hint=hint)

    def parse(text: str, reading: Reading) -> list[Found]:
        try:
            given = function(text, reading) if wants_reading else function(text)
            return [_clean(one, text) for one in _found(given, text)]
        except Exception as error:  # noqa: BLE001 - a broken parser finds nothing; the turn goes on
            _log.warning("slot type failed", extra={"action": "parse", "type": name, "error": type(error).__name__})
            return []

    return parse


def _found(given: Any, text: str) -> list[Found]:
    match given:
        case None:
            return []
        case Found():
            return [given]
        case list() if all(isinstance(one, Found) for one in given):
            return given
        case str() if given and given in text:
            start = text.index(given)
            return [Found(given, start, start + len(given))]
        case _:
            return [Found(given, 0, len(text))]


def _clean(found: Found, text: str) -> Found:
    """Keep a place within the text and a value that a slot can hold."""
    start = min(max(found.start, 0), len(text))
    value = plain(found.value)
    to_json(value)
    return Found(value, start, min(max(found.end, start), len(text)))
