"""Filters that write money, numbers and moments the way of the scope's locale. None stays none."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from botkit.errors import ExpressionError
from botkit.expressions import formats
from botkit.expressions.access import is_money, kind_of
from botkit.expressions.evaluation import Evaluation
from botkit.expressions.filters_of_text import decimal_of, digits_of
from botkit.expressions.texts import local

_LONGEST = 10**12  # seconds


def money(run: Evaluation, value: Any, currency: str = "") -> Any:
    """Write Money, or a number in `currency` or else the bot's; a mapping with amount and currency will do."""
    if value is None:
        return None
    if isinstance(value, Mapping) and "amount" in value:
        value, currency = value["amount"], str(value.get("currency") or currency)
    elif is_money(value):
        currency = value.currency
    return formats.money(decimal_of(value), currency or run.scope.get("__currency__") or "", run.formats)


def number(run: Evaluation, value: Any, digits: int | None = None) -> Any:
    """Write a number with groups of thousands and, if given, so many digits after the point."""
    if value is None:
        return None
    return formats.number(decimal_of(value), None if digits is None else digits_of(digits), run.formats)


def percent(run: Evaluation, value: Any, digits: int = 0) -> Any:
    """Write a share: 0.256 as 26%."""
    if value is None:
        return None
    return formats.percent(decimal_of(value), digits_of(digits), run.formats)


def plural(run: Evaluation, value: Any, *words: str) -> str:
    """Choose the word that goes with a number: `{{ n }} {{ n | plural('item', 'items') }}`.

    The words are in the order of the locale's forms: one, other; or in Arabic zero, one, two, few, many,
    other. The number itself is not part of the result. A list counts as its length, none as zero.
    """
    if not words:
        raise ExpressionError("plural needs the words to choose from")
    counted = len(value) if isinstance(value, (list, tuple, dict)) else value or 0
    count = decimal_of(counted)
    return formats.plural(formats.within_reach(count), words, run.formats)


def show_date(run: Evaluation, value: Any, form: formats.Form = "short") -> Any:
    """Write the day of a date, a moment, or a text in ISO 8601."""
    moment = _moment(run, value)
    if moment is None:
        return None
    if isinstance(moment, time):
        raise ExpressionError("a time has no date")
    return formats.moment(moment, "date", _form(form), run.formats)


def show_time(run: Evaluation, value: Any, form: formats.Form = "short") -> Any:
    """Write the time of day of a time, a moment, or a text in ISO 8601."""
    moment = _moment(run, value)
    if moment is None:
        return None
    if not isinstance(moment, (time, datetime)):
        raise ExpressionError("a date has no time")
    return formats.moment(moment, "time", _form(form), run.formats)


def show_datetime(run: Evaluation, value: Any, form: formats.Form = "short") -> Any:
    """Write a moment; a date or a time alone as what it is."""
    moment = _moment(run, value)
    if moment is None:
        return None
    name = "datetime" if isinstance(moment, datetime) else "time" if isinstance(moment, time) else "date"
    return formats.moment(moment, name, _form(form), run.formats)


def told(run: Evaluation, value: Any) -> Any:
    """Write a date or moment in its long form, of whatever kind a value may be; any other stays itself."""
    return show_datetime(run, value, "long") if isinstance(value, date) else value


def show_weekday(run: Evaluation, value: Any) -> Any:
    """Write the day of the week of a date, a moment, or a text in ISO 8601: Monday."""
    moment = _moment(run, value)
    if moment is None:
        return None
    if isinstance(moment, time):
        raise ExpressionError("a time has no day of the week")
    return formats.form(run.formats, "weekdays")[moment.weekday()]


def show_duration(run: Evaluation, value: Any) -> Any:
    """Write a duration, or a number of seconds, in words: 1 day 2 hours."""
    if value is None:
        return None
    if not isinstance(value, timedelta):
        seconds = formats.within_reach(decimal_of(value))
        if abs(seconds) > _LONGEST:
            raise ExpressionError("the duration is too long")
        value = timedelta(seconds=float(seconds))
    return formats.duration(value, run.formats)


def label(run: Evaluation, value: Any, slot: str = "") -> Any:
    """Write a value of a slot as the customer is shown it: an option's label; a value without one stays itself.

    `slot` is the name that stands before the filter, or another one.
    """
    labels = run.scope.get("__labels__")
    return value if labels is None or value is None else labels(slot, value)


def _form(name: Any) -> formats.Form:
    if name == "short":
        return "short"
    if name == "long":
        return "long"
    raise ExpressionError("the form is 'short' or 'long'")


def _moment(run: Evaluation, value: Any) -> date | time | None:
    if isinstance(value, str):
        value = _read(value)
    if isinstance(value, datetime):
        return local(run, value)
    if value is None or isinstance(value, (date, time)):
        return value
    raise ExpressionError(f"{kind_of(value)} is not a date or time")


def _read(source: str) -> date | time:
    readers = (date.fromisoformat, datetime.fromisoformat, time.fromisoformat)
    for read in readers:
        try:
            return read(source)
        except ValueError:
            continue
    raise ExpressionError("the text is not a date or time as in 2026-05-01T14:30")


FILTERS: dict[str, Callable[..., Any]] = {
    "date": show_date,
    "datetime": show_datetime,
    "duration": show_duration,
    "label": label,
    "money": money,
    "number": number,
    "percent": percent,
    "plural": plural,
    "time": show_time,
    "told": told,
    "weekday": show_weekday,
}
