"""The text of a value, as a customer sees it."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from jinja2.runtime import LoopContext

from botkit.errors import ExpressionError
from botkit.expressions import formats
from botkit.expressions.access import is_money
from botkit.expressions.evaluation import OUTPUT, Evaluation, room


def text(run: Evaluation, value: Any) -> str:
    """Write a value: none as nothing, true and false as such, numbers, money and moments as the locale does.

    A list is its items with the locale's separator between them, a mapping `key: value`, in the same way.
    """
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(run.bounded(value))
    if isinstance(value, (float, Decimal)):
        return formats.plain_number(value, run.formats)
    if isinstance(value, (Mapping, list, tuple, set, frozenset)):
        return _many(run, value)
    return _special(run, value)


def _special(run: Evaluation, value: Any) -> str:
    if is_money(value):
        return formats.money(value.amount, value.currency, run.formats)
    if isinstance(value, datetime):
        return formats.moment(local(run, value), "datetime", "short", run.formats)
    if isinstance(value, date):
        return formats.moment(value, "date", "short", run.formats)
    if isinstance(value, time):
        return formats.moment(value, "time", "short", run.formats)
    if isinstance(value, timedelta):
        return formats.duration(value, run.formats)
    if isinstance(value, LoopContext):
        raise ExpressionError("'loop' has no text", hint="did you mean loop.index?")
    return str(run.bounded(str(value)))


def local(run: Evaluation, moment: datetime) -> datetime:
    """Move a moment to the scope's timezone; one that has no timezone stays as it is."""
    return moment.astimezone(run.zone) if moment.tzinfo and run.zone else moment


def _many(run: Evaluation, value: Any) -> str:
    run.spend(1 + len(value))
    if isinstance(value, Mapping):
        parts = (f"{text(run, key)}: {text(run, item)}" for key, item in value.items())
    else:
        ordered = sorted(value, key=str) if isinstance(value, (set, frozenset)) else value
        parts = (text(run, item) for item in ordered)
    return joined(run, parts, formats.form(run.formats, "list_separator"))


def joined(run: Evaluation, parts: Iterable[str], separator: str = "") -> str:
    """Join texts, or raise ExpressionLimitError before the result is too long."""
    left, found = OUTPUT + len(separator), []
    for part in parts:
        left = room(left, len(part) + len(separator))
        run.spend(1 + (len(part) >> 5))
        found.append(part)
    return separator.join(found)


def finalised(run: Evaluation, value: Any) -> str:
    """Write the value of one `{{ }}`, or the number of its place where values are kept apart."""
    shown = value if type(value) is str else text(run, value)
    if run.apart is None or not shown:
        return shown
    return f"⟦{run.apart.setdefault(shown, len(run.apart) + 1)}⟧"
