"""Dates in digits: 2026-05-03, 3/5/2026, 3.5.26, 5/3, 20260503."""

import re
from collections.abc import Iterator
from datetime import date

from botkit.model.locales import Locale
from botkit.model.parsers import Found, Reading
from botkit.understanding.values import calendars
from botkit.understanding.values.fillers import is_alone
from botkit.understanding.values.tokens import Line

_START, _END = r"(?<![a-z0-9_#/.:+-])(?<![a-z0-9_#][-/.])", r"(?![a-z0-9_/:-]|[.,]\d)"
_YEAR_FIRST = re.compile(rf"{_START}(\d{{4}})([-/.])(\d{{1,2}})\2(\d{{1,2}})(?=t\d\d:)?(?:{_END}|(?=t\d\d:))")
_YEAR_LAST = re.compile(rf"{_START}(\d{{1,2}})([-/.])(\d{{1,2}})\2(\d{{4}}|\d{{1,2}}){_END}")
_YEAR_BEHIND = re.compile(rf"{_START}(\d{{1,2}})([-/.])(\d{{1,2}}), ?(\d{{4}}){_END}")
_SPACED = re.compile(rf"{_START}(?<!\d )([12]\d{{3}})( |)([01]\d)\2([0-3]\d){_END}(?![ ]?\d)")
_NO_YEAR = re.compile(rf"{_START}(\d{{1,2}})([-/.])(\d{{1,2}}){_END}")


def dates_in_digits(line: Line, locale: Locale, reading: Reading) -> list[Found]:
    """Find dates in digits; without a year only where nothing else can be meant."""
    found = list(_unsigned(line, locale))
    if not any(char in line.text for char in "-/."):
        return found
    signed = [
        *(
            (calendars.make_date(int(match[1]), int(match[3]), int(match[4])), match)
            for match in _YEAR_FIRST.finditer(line.text)
        ),
        *((_year_last(match, locale, reading), match) for match in _YEAR_LAST.finditer(line.text)),
        *((_year_last(match, locale, reading), match) for match in _YEAR_BEHIND.finditer(line.text)),
        *(
            (_no_year(match, locale, reading), match)
            for match in _NO_YEAR.finditer(line.text)
            if _is_date(match, line, locale)
        ),
    ]
    return [*found, *(Found(value, *match.span()) for value, match in signed if value is not None)]


def _unsigned(line: Line, locale: Locale) -> Iterator[Found]:
    """Read 2026 05 03, and 20260503 where the message holds no more."""
    for match in _SPACED.finditer(line.text) if "0" in line.text or "1" in line.text else ():
        value = calendars.make_date(int(match[1]), int(match[3]), int(match[4]))
        if value and (match[2] or (1900 <= value.year < 2100 and is_alone(line.text, *match.span(), locale))):
            yield Found(value, *match.span())


def _order(match: re.Match[str], locale: Locale, reading: Reading) -> str:
    if match[2] == ".":
        return "dmy"
    return locale.dates.order_in.get(reading.country, locale.dates.order)


def _year_last(match: re.Match[str], locale: Locale, reading: Reading) -> date | None:
    first, second = int(match[1]), int(match[3])
    year = calendars.full_year(int(match[4]), len(match[4]))
    order = _order(match, locale, reading)
    if order == "ymd" and len(match[4]) < 3 and len(match[1]) == 2:
        found = calendars.make_date(calendars.full_year(first, 2), second, int(match[4]))
        if found:
            return found
    if len(match[4]) == 1:
        return None
    day, month = (second, first) if order == "mdy" else (first, second)
    return calendars.make_date(year, month, day) or calendars.make_date(year, day, month)


def _no_year(match: re.Match[str], locale: Locale, reading: Reading) -> date | None:
    first, second = int(match[1]), int(match[3])
    order = locale.dates.order_in.get(reading.country, locale.dates.order)
    day, month = (first, second) if order == "dmy" else (second, first)
    today = reading.now.date()
    return calendars.coming(today, month, day) or calendars.coming(today, day, month)


def _is_date(match: re.Match[str], line: Line, locale: Locale) -> bool:
    """Tell 5/3 from a share, a size or 24/7: a preposition stands in front, or the message holds no more."""
    first, second = int(match[1]), int(match[3])
    if (first, second) == (24, 7):
        return False
    before = line.text[: match.start()].rstrip()
    leading = (*locale.dates.on, *locale.dates.weekdays)
    led = any(before.endswith(word) and not before[: -len(word)][-1:].isalpha() for word in leading)
    if led or (match[2] == "/" and is_alone(line.text, match.start(), match.end(), locale)):
        return True
    return match[2] == "/" and max(first, second) > 12
