"""Filters of texts and numbers. None passes through all but `string`, so that `| default(...)` may follow."""

from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any, Literal
from urllib.parse import quote as percent_encoded

import msgspec

from botkit.errors import ExpressionError
from botkit.expressions import formats
from botkit.expressions.access import is_money, is_number, kind_of
from botkit.expressions.evaluation import OUTPUT, Evaluation, room
from botkit.expressions.texts import text

_ROUNDINGS = {"common": ROUND_HALF_UP, "ceil": ROUND_CEILING, "floor": ROUND_FLOOR}
_MOST_DIGITS = 12
_HIDDEN = "•"


def default(_run: Evaluation, value: Any, instead: Any = "", boolean: bool = False) -> Any:
    """Give `instead` for none, with `boolean` also for what is empty, zero or false."""
    return instead if value is None or (boolean and not value) else value


def string(run: Evaluation, value: Any) -> str:
    """Give the text of a value."""
    return text(run, value)


def _of_text(change: Callable[[str], str]) -> Callable[[Evaluation, Any], Any]:
    def changed(run: Evaluation, value: Any) -> Any:
        return None if value is None else change(text(run, value))

    return changed


lower = _of_text(str.lower)
upper = _of_text(str.upper)
capitalize = _of_text(str.capitalize)
title = _of_text(lambda source: " ".join(word[:1].upper() + word[1:].lower() for word in source.split(" ")))
urlencode = _of_text(lambda source: percent_encoded(source, safe="/"))


def trim(run: Evaluation, value: Any, chars: str | None = None) -> Any:
    """Take white space, or the given characters, from both ends."""
    return None if value is None else text(run, value).strip(chars)


def replace(run: Evaluation, value: Any, old: Any, new: Any, count: int = -1) -> Any:
    """Replace a part of a text everywhere, or the first `count` times."""
    if value is None:
        return None
    source, old, new = text(run, value), text(run, old), text(run, new)
    if not old:
        return source
    times = source.count(old) if count < 0 else min(count, source.count(old))
    room(OUTPUT, len(source) + times * (len(new) - len(old)))
    return source.replace(old, new, count)


def truncate(run: Evaluation, value: Any, length: int = 255, killwords: bool = False, end: str = "...") -> Any:
    """Shorten a text to `length` characters with `end`, at a space unless `killwords`."""
    if value is None:
        return None
    source = text(run, value)
    if len(source) <= length:
        return source
    kept = source[: max(0, length - len(end))]
    return (kept if killwords else kept.rsplit(" ", 1)[0]) + end


def quote(run: Evaluation, value: Any) -> Any:
    """Put a text in the locale's quotation marks."""
    if value is None:
        return None
    marks = formats.form(run.formats, "quotes")
    return f"{marks[0]}{text(run, value)}{marks[1]}"


def mask(run: Evaluation, value: Any, keep: int = 4) -> Any:
    """Hide all but the last characters, and all of a text that has no more than that."""
    if value is None:
        return None
    source = text(run, value)
    hidden = len(source) - keep if 0 <= keep < len(source) else len(source)
    return _HIDDEN * hidden + source[hidden:]


def tojson(run: Evaluation, value: Any) -> str:
    """Write a value as JSON; decimals and dates become text in it."""
    run.weigh(value)
    return msgspec.json.encode(value, order="deterministic").decode()


def decimal_of(value: Any) -> Decimal:
    """Read a number, a text that holds one, or the amount of Money; raises ExpressionError for all else."""
    if is_money(value):
        return Decimal(value.amount)
    if is_number(value):
        return value if isinstance(value, Decimal) else Decimal(repr(value))
    if isinstance(value, str) and len(value) <= 100:
        try:
            return Decimal(value)
        except InvalidOperation:
            pass
    raise ExpressionError(f"{kind_of(value)} is not a number")


def to_int(_run: Evaluation, value: Any, default: Any = 0) -> Any:
    """Give the whole part of a number; `default` for what is none."""
    try:
        number = decimal_of(int(value) if isinstance(value, bool) else value)
        return int(formats.within_reach(number))
    except ExpressionError:
        return default


def to_float(_run: Evaluation, value: Any, default: Any = 0.0) -> Any:
    """Give a number with a fraction; `default` for what is none."""
    try:
        return float(decimal_of(value))
    except (ExpressionError, ValueError):
        return default


def absolute(_run: Evaluation, value: Any) -> Any:
    """Give a number or an amount without its sign."""
    if is_money(value):
        return type(value)(amount=abs(value.amount), currency=value.currency)
    return None if value is None else abs(value)


def round_(
    _run: Evaluation, value: Any, precision: int = 0, method: Literal["common", "ceil", "floor"] = "common"
) -> Any:
    """Round half up, or always up or down, to `precision` digits; a whole number stays one."""
    if value is None or isinstance(value, int):
        return value
    if method not in _ROUNDINGS:
        raise ExpressionError("round goes 'common', 'ceil' or 'floor'")
    number = formats.rounded(decimal_of(value), digits_of(precision), _ROUNDINGS[method])
    if is_money(value):
        return type(value)(amount=number, currency=value.currency)
    return float(number) if isinstance(value, float) else number


def digits_of(count: Any) -> int:
    """Check a number of digits."""
    if not (type(count) is int and 0 <= count <= _MOST_DIGITS):
        raise ExpressionError(f"digits go from 0 to {_MOST_DIGITS}")
    return count


FILTERS: dict[str, Callable[..., Any]] = {
    "abs": absolute,
    "capitalize": capitalize,
    "d": default,
    "default": default,
    "float": to_float,
    "int": to_int,
    "lower": lower,
    "mask": mask,
    "quote": quote,
    "replace": replace,
    "round": round_,
    "string": string,
    "title": title,
    "tojson": tojson,
    "trim": trim,
    "truncate": truncate,
    "upper": upper,
    "urlencode": urlencode,
}
