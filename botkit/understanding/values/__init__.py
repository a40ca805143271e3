"""Slot types with values of their own: pure parsers that find every value of a type in a text."""

from collections.abc import Mapping
from types import MappingProxyType

from botkit.model.parsers import SlotParser
from botkit.understanding.values.answers import parse_boolean
from botkit.understanding.values.contacts import parse_email, parse_phone
from botkit.understanding.values.dates import parse_date
from botkit.understanding.values.durations import parse_duration
from botkit.understanding.values.moments import parse_datetime
from botkit.understanding.values.money import parse_money
from botkit.understanding.values.numbers import parse_integer, parse_number
from botkit.understanding.values.times import parse_time

__all__ = ["PARSERS"]

PARSERS: Mapping[str, SlotParser] = MappingProxyType(
    {
        "number": parse_number,
        "integer": parse_integer,
        "money": parse_money,
        "date": parse_date,
        "time": parse_time,
        "datetime": parse_datetime,
        "duration": parse_duration,
        "boolean": parse_boolean,
        "email": parse_email,
        "phone": parse_phone,
    }
)
"""Slot type → its parser. choice, text, any, patterns and files belong to the dialogue core."""
