"""Arithmetic of the calendar for everyday wording."""

import calendar
import re
from datetime import date, timedelta

_HOLIDAY = re.compile(r"(?:(\d\d)-(?:(\d\d)|W([1-5L])-([1-7]))|easter)([+-]\d{1,2})?")


def make_date(year: int, month: int, day: int) -> date | None:
    """Give the date, or None where there is no such day."""
    if not (1 <= year <= 9999 and 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]):
        return None
    return date(year, month, day)


def full_year(year: int, digits: int) -> int:
    """Read a year of two digits: up to 69 of this century, else of the last."""
    if digits > 2 or year > 99:
        return year
    return year + (2000 if year < 70 else 1900)


def add_days(start: date, days: int) -> date | None:
    """Move by days; None outside the calendar."""
    try:
        return start + timedelta(days=days)
    except OverflowError:
        return None


def add_months(start: date, months: int) -> date | None:
    """Move by months; a day that the month lacks becomes its last."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        return None
    return date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))


def add_units(start: date, count: int, unit: str) -> date | None:
    """Move by a count of days, weeks, months, years."""
    if abs(count) > 40_000:
        return None
    days = {"day": 1, "week": 7, "fortnight": 14}.get(unit)
    if days:
        return add_days(start, count * days)
    return add_months(start, count * {"month": 1, "year": 12, "decade": 120, "century": 1200}.get(unit, 0))


def next_weekday(today: date, weekday: int) -> date | None:
    """Give the next such day to come; today is not it."""
    return add_days(today, (weekday - today.weekday() - 1) % 7 + 1)


def weekday_of_week(today: date, weekday: int, weeks: int) -> date | None:
    """Give the day in the week that lies `weeks` from this one; weeks begin on Monday."""
    return add_days(today, weekday - today.weekday() + 7 * weeks)


def coming(today: date, month: int, day: int, weekday: int | None = None) -> date | None:
    """Give the nearest such day from today on; with a weekday that of this year or the next which it is, if any."""
    if weekday is not None:
        for year in (today.year, today.year + 1):
            found = make_date(year, month, day)
            if found and found.weekday() == weekday:
                return found
    for year in range(today.year, today.year + 9):
        found = make_date(year, month, day)
        if found and found >= today:
            return found
    return None


def coming_day(today: date, day: int) -> date | None:
    """Give the nearest day of the month from today on."""
    for ahead in range(12):
        year, month = divmod(today.year * 12 + today.month - 1 + ahead, 12)
        found = make_date(year, month + 1, day)
        if found and found >= today:
            return found
    return None


def weekday_on_day(today: date, weekday: int, day: int) -> date | None:
    """Give the nearest Friday the 13th: of this month, else of the months to come, else of those gone."""
    for ahead in (*range(14), *range(-1, -14, -1)):
        year, month = divmod(today.year * 12 + today.month - 1 + ahead, 12)
        found = make_date(year, month + 1, day)
        if found and found.weekday() == weekday:
            return found
    return None


def nth_weekday(year: int, month: int, weekday: int, nth: int) -> date | None:
    """Give the nth such weekday of a month, the last for -1."""
    first = make_date(year, month, 1)
    if first is None:
        return None
    if nth < 0:
        last = calendar.monthrange(year, month)[1]
        return date(year, month, last - (date(year, month, last).weekday() - weekday) % 7)
    return make_date(year, month, 1 + (weekday - first.weekday()) % 7 + 7 * (nth - 1))


def easter(year: int) -> date | None:
    """Give Easter Sunday of the Gregorian calendar (Meeus, Astronomical Algorithms, chapter 8)."""
    if not 1583 <= year <= 9999:
        return None
    century, rest = divmod(year, 100)
    golden = year % 19
    leaps = century - century // 4 - (century - (century + 8) // 25 + 1) // 3
    moon = (19 * golden + leaps + 15) % 30
    sunday = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % 7
    late = (golden + 11 * moon + 22 * sunday) // 451
    month, day = divmod(moon + sunday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def holiday(rule: str, year: int) -> date | None:
    """Give a holiday of a year by its rule (`Holiday` in botkit/model/locales.py)."""
    found = _HOLIDAY.fullmatch(rule)
    if found is None:
        return None
    month, day, nth, weekday, days = found.groups()
    if day:
        return make_date(year, int(month), int(day))
    start = nth_weekday(year, int(month), int(weekday) - 1, -1 if nth == "L" else int(nth)) if nth else easter(year)
    return add_days(start, int(days or 0)) if start else None


def edge(start: date, unit: str, which: str) -> date | None:
    """Give the first or last day of the week, month or year around a day."""
    if unit == "month":
        last = calendar.monthrange(start.year, start.month)[1]
        return start.replace(day=1 if which == "start" else last)
    if unit == "year":
        return date(start.year, 1, 1) if which == "start" else date(start.year, 12, 31)
    if unit == "week":
        return add_days(start, -start.weekday() + (0 if which == "start" else 6))
    return None
