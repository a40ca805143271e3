"""Values for people and programs outside: plain JSON that reads like what a template prints."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from botkit.model.values import File, Money


def readable(value: Any) -> Any:
    """Give plain JSON for a slot value: dates as ISO text, amounts as `54.04 EUR`, durations as seconds."""
    match value:
        case None | bool() | int() | float() | str():
            return value
        case Money() | Decimal():
            return str(value)
        case datetime() | date() | time():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case File():
            return {name: item for name, item in msgspec.structs.asdict(value).items() if item not in ("", 0, None)}
        case Mapping():
            return {str(key): readable(item) for key, item in value.items()}
        case list() | tuple():
            return [readable(item) for item in value]
        case _:
            return str(value)
