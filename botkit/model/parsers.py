"""Parsers: what finds the values of a slot type in a text, what it may know, and what it gives."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec

from botkit.model.locales import Locale


class Found(msgspec.Struct, frozen=True):
    """A value that a slot type found in a text, at `text[start:end]`."""

    value: Any
    start: int
    end: int


class Reading(msgspec.Struct, frozen=True):
    """What a parser may know: the customer's locale first, then the bot's others; the clock; the money."""

    locales: tuple[Locale, ...]
    now: datetime  # aware, in the bot's time zone
    currency: str = "EUR"
    country: str = ""  # ISO 3166 alpha-2, for phone numbers without a prefix


SlotParser = Callable[[str, Reading], list[Found]]
"""Finds every value of a type in a text, the best first; an empty list when there is none. Pure."""
