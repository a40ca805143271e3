"""Values that slots hold beside JSON's own, and how they pass through JSON.

JSON knows no dates, amounts or durations. `to_json` writes them as one-key mappings (`{"$date": "2026-05-01"}`)
and `from_json` reads them back, so that a stored session is the session that was stored.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

import msgspec


class Money(msgspec.Struct, frozen=True, order=True):
    """An amount in a currency (ISO 4217 code)."""

    amount: Decimal
    currency: str

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: Any) -> Any:
        """Let pydantic read an amount in a signature: a Money, a mapping, or text such as `12.50 EUR`."""
        from pydantic_core import core_schema

        return core_schema.no_info_plain_validator_function(_read_money)

    @classmethod
    def __get_pydantic_json_schema__(cls, _schema: Any, _handler: Any) -> dict[str, Any]:
        properties = {"amount": {"type": "number"}, "currency": {"type": "string", "pattern": "^[A-Z]{3}$"}}
        return {
            "type": "object",
            "format": "money",
            "properties": properties,
            "required": ["amount", "currency"],
        }


class File(msgspec.Struct, frozen=True, kw_only=True):
    """What a customer sent beside text: a file, an image, a place on the map, a contact.

    `kind` is file, image, audio, video, location or contact. Location: `latitude`, `longitude` in degrees.
    Contact: `name` and `phone`. The others: `name`, `mime`, `size` in bytes and `ref`, which the Files port
    resolves (or a URL that the platform gave); or `refused`, errors.FileError's reason for which it was not kept.
    """

    kind: str = "file"
    name: str = ""
    mime: str = ""
    size: int = 0
    ref: str = ""
    latitude: float | None = None
    longitude: float | None = None
    phone: str = ""
    refused: str = ""

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: Any) -> Any:
        """Let pydantic read a file in a signature: a File or a mapping of its fields."""
        from pydantic_core import core_schema

        return core_schema.no_info_plain_validator_function(_read_file)

    @classmethod
    def __get_pydantic_json_schema__(cls, _schema: Any, _handler: Any) -> dict[str, Any]:
        return {"type": "object", "format": "file"}


def _read_money(data: Any) -> Money:
    if isinstance(data, str):
        amount, _, currency = data.strip().partition(" ")
        data = {"amount": amount, "currency": currency}
    match data:
        case Money():
            return data
        case {"amount": int() | float() | str() | Decimal() as number, "currency": str() as code}:
            if _NUMBER.fullmatch(str(number)) and _CURRENCY.fullmatch(code):
                return Money(Decimal(str(number)), code)
    raise ValueError("an amount and a currency are needed, such as 12.50 EUR")


def _read_file(data: Any) -> File:
    if isinstance(data, File):
        return data
    try:
        return msgspec.convert(data, File)
    except msgspec.ValidationError:
        raise ValueError("a file is needed") from None


_NUMBER = re.compile(r"-?\d{1,18}(\.\d{1,9})?")
_CURRENCY = re.compile(r"[A-Z]{3}")

_PLAIN = frozenset({str, int, float, bool, type(None)})


def to_json(value: Any) -> Any:
    """Give plain JSON data for a slot value; dates, times, durations, decimals and Money are tagged.

    Raises TypeError for a value that a slot cannot hold.
    """
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is dict:
        return _mapping(value)
    if kind in (list, tuple, set, frozenset):
        return [to_json(item) for item in (sorted(value, key=str) if kind in (set, frozenset) else value)]
    return _tagged(value)


def _mapping(value: Mapping[Any, Any]) -> dict[str, Any]:
    """Give a mapping; one that looks like a tag is put into `$dict`, so that nobody's data is read as a tag."""
    data = {str(key): to_json(item) for key, item in value.items()}
    if len(data) == 1 and next(iter(data)).startswith("$"):
        return {"$dict": data}
    return data


def _tagged(value: Any) -> Any:
    match value:
        case Money():
            return {"$money": [str(value.amount), value.currency]}
        case datetime():
            return {"$datetime": value.isoformat()}
        case date():
            return {"$date": value.isoformat()}
        case time():
            return {"$time": value.isoformat()}
        case timedelta():
            return {"$duration": value.total_seconds()}
        case Decimal():
            return {"$decimal": str(value)}
        case File():
            return {"$file": msgspec.structs.asdict(value)}
        case Mapping():
            return _mapping(value)
        case str() | int() | float():
            return value
        case _:
            raise TypeError(f"a slot cannot hold a {type(value).__name__}")


_READERS: dict[str, Any] = {
    "$money": lambda data: Money(Decimal(data[0]), data[1]),
    "$datetime": datetime.fromisoformat,
    "$date": date.fromisoformat,
    "$time": time.fromisoformat,
    "$duration": lambda data: timedelta(seconds=data),
    "$decimal": Decimal,
    "$file": lambda data: File(**data),
    "$dict": lambda data: {key: from_json(item) for key, item in data.items()},
}


def from_json(data: Any) -> Any:
    """Give back what `to_json` was given (tuples and sets come back as lists)."""
    kind = type(data)
    if kind is dict:
        if len(data) == 1:
            (key,) = data
            reader = _READERS.get(key)
            if reader is not None:
                return reader(data[key])
        return {key: from_json(item) for key, item in data.items()}
    if kind is list:
        return [from_json(item) for item in data]
    return data


def plain(value: Any) -> Any:
    """Turn an action's result into plain data: mappings, lists, text, numbers, dates and Money stay themselves.

    Structs, dataclasses and pydantic models become mappings. Raises TypeError for what has no plain form.
    """
    kind = type(value)
    if kind in _PLAIN:
        return value
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in (sorted(value, key=str) if isinstance(value, (set, frozenset)) else value)]
    if isinstance(value, (Money, File, date, time, timedelta, Decimal, str, int, float)):
        return value
    if isinstance(value, UUID):
        return str(value)
    if hasattr(value, "model_dump"):
        return plain(value.model_dump())
    fields = getattr(value, "__struct_fields__", None) or getattr(value, "__dataclass_fields__", None)
    if fields is not None:
        return {name: plain(getattr(value, name)) for name in fields}
    raise TypeError(
        f"an action cannot return a {type(value).__name__}; return JSON-like data, a model or a dataclass"
    )
