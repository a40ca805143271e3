"""What `a.b` and `a[b]` give: data only, and none for what is not there."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import fields as dataclass_fields
from dataclasses import is_dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import msgspec
from jinja2.runtime import LoopContext

from botkit.errors import ExpressionError
from botkit.expressions.evaluation import Evaluation

_LOOP = ("index", "index0", "revindex", "revindex0", "first", "last", "length", "previtem", "nextitem")
_DATE = ("year", "month", "day")
_TIME = ("hour", "minute", "second")

# datetime is a date, so it stands first.
_FIELDS: tuple[tuple[type, tuple[str, ...]], ...] = (
    (datetime, _DATE + _TIME),
    (date, _DATE),
    (time, _TIME),
    (timedelta, ("days", "seconds")),
    (LoopContext, _LOOP),
)


def attribute(value: Any, name: Any) -> Any:
    """Give key `name` of a mapping or the public field of a frozen struct; None for everything else.

    Dates, times, durations and `loop` have their plain fields. Methods, properties and private names are
    never given, whatever the value is.
    """
    if type(value) is dict:
        return value.get(name)
    if value is None:
        return None
    if isinstance(value, Mapping):
        return value.get(name)
    return getattr(value, name) if name in _fields(value) else None


def item(value: Any, key: Any) -> Any:
    """Give the item of a list or text at a position, or else what `attribute` gives."""
    if isinstance(value, (list, tuple, str)):
        inside = type(key) is int and -len(value) <= key < len(value)
        return value[key] if inside else None
    return attribute(value, key)


def follow(value: Any, path: str) -> Any:
    """Follow a dotted path, as the filters' `attribute=` has it; numbers are positions in lists."""
    for part in path.split("."):
        value = item(value, int(part)) if part.isdecimal() and len(part) < 8 else attribute(value, part)
    return value


def section(value: Any, start: Any, stop: Any, step: Any) -> Any:
    """Give the slice `value[start:stop:step]` of a list or text; None of None."""
    if value is None:
        return None
    if not isinstance(value, (list, tuple, str)):
        raise ExpressionError(f"{kind_of(value)} has no sections")
    return value[start:stop:step]


def _fields(value: Any) -> Iterable[str]:
    if isinstance(value, msgspec.Struct):
        return _public(value.__struct_fields__) if value.__struct_config__.frozen else ()
    if is_dataclass(value) and not isinstance(value, type):
        frozen = value.__dataclass_params__.frozen  # type: ignore[attr-defined]
        return _public(field.name for field in dataclass_fields(value)) if frozen else ()
    return next((names for kind, names in _FIELDS if isinstance(value, kind)), ())


def _public(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(name for name in names if not name.startswith("_"))


def items_of(run: Evaluation, value: Any) -> list[Any]:
    """List what a loop or a filter of lists goes over: items, keys of a mapping, characters; nothing of None."""
    if value is None:
        return []
    if not isinstance(value, Collection):
        raise ExpressionError(f"{kind_of(value)} is not a list")
    run.spend(1 + len(value))
    return sorted(value, key=str) if isinstance(value, (set, frozenset)) else list(value)


def is_money(value: Any) -> bool:
    """Tell an amount of money: anything that has a decimal `amount` and a `currency`."""
    if type(value) in _NEVER_MONEY:
        return False
    return isinstance(getattr(value, "amount", None), Decimal) and isinstance(getattr(value, "currency", None), str)


def is_number(value: Any) -> bool:
    """Tell a number; true and false are none."""
    return isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)


_NEVER_MONEY = frozenset({str, int, float, bool, Decimal, type(None), list, dict, tuple, datetime, date})

_KINDS: tuple[tuple[type, str], ...] = (
    (str, "text"),
    (bool, "true or false"),
    (int, "a number"),
    (float, "a number"),
    (Decimal, "a number"),
    (datetime, "a moment"),
    (date, "a date"),
    (time, "a time"),
    (timedelta, "a duration"),
    (Mapping, "a mapping"),
    (Collection, "a list"),
)


def kind_of(value: Any) -> str:
    """Name the kind of a value for a message, never the value itself."""
    if value is None:
        return "none"
    if is_money(value):
        return "money"
    return next((name for kind, name in _KINDS if isinstance(value, kind)), f"a {type(value).__name__}")
