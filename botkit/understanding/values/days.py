"""What the rules of dates in words mean: the tokens of a date, today, and the day that they name."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise

import msgspec

from botkit.understanding.values import calendars
from botkit.understanding.values.lexicons import COMING
from botkit.understanding.values.tokens import Token


class Case(msgspec.Struct, frozen=True):
    """What a rule has to work with: its tokens without fillers, and today."""

    tokens: tuple[Token, ...]
    today: date

    def first(self, kinds: str) -> Token | None:
        """Give the first token of these kinds."""
        return next((token for token in self.tokens if token.kind in kinds), None)

    def numbers(self) -> list[int]:
        """Give the whole numbers and ordinals; -1 for a broken one."""
        return [
            int(token.value) if token.value == int(token.value) else -1 for token in self.tokens if token.kind in "NO"
        ]

    def periods(self) -> list[tuple[str, int]]:
        """Give the periods as (unit, how many from this one): next month is (month, 1)."""
        found: list[tuple[str, int]] = []
        offset: int | None = None
        for token in self.tokens:
            if token.kind in "nlt":
                offset = (offset or 0) + {"n": 1, "l": -1, "t": 0}[token.kind]
            elif token.kind == "S":
                found.append(tuple(token.value))
            elif token.kind in "UYm" and offset is not None:
                found.append((token.value, offset))
                offset = None
        return found

    def month(self) -> int:
        """Give the named month, 0 if there is none."""
        token = self.first("M")
        return int(token.value) if token else 0

    def weekday(self) -> int:
        """Give the named weekday; Monday if there is none."""
        token = self.first("W")
        return int(token.value) if token else 0

    def year(self, written: Sequence[int]) -> int | None:
        """Give the year: next year, or the first of the numbers where it is one; None where none is named."""
        for unit, offset in self.periods():
            if unit == "year":
                return self.today.year + offset
        return written[0] if written and 1000 <= written[0] <= 2999 else None

    def year_of_month(self, month: int, day: int) -> int | None:
        """Give the year of LAST December 3, THIS December 3; None where neither is said."""
        led = next((one.kind for one, other in pairwise(self.tokens) if other.kind == "M" and one.kind in "lt"), "")
        if not led:
            return None
        gone = (month, day) < (self.today.month, self.today.day)
        return self.today.year if led == "t" or gone else self.today.year - 1

    def day(self, year: int | None, month: int, day: int) -> date | None:
        """Give a day of a month; without a year the one to come, or the one that is the named weekday."""
        if year is None and self.first("W") is None:
            year = self.year_of_month(month, day)
        if year is not None:
            return calendars.make_date(year, month, day)
        named = self.first("W")
        return calendars.coming(self.today, month, day, named.value if named else None)


def moved(day: date, count: int | Decimal, unit: str) -> date | None:
    """Move a day by a count of units; half a year is six months, other parts are days."""
    if unit == "year" and not -1000 < count < 1000:
        return None  # 2026年后
    if count != int(count) and unit == "year" and (count * 12) == int(count * 12):
        count, unit = count * 12, "month"
    if count != int(count):
        count, unit = count * {"week": 7, "month": 30, "year": 365}.get(unit, 1), "day"
    return calendars.add_units(day, int(count), unit) if -(10**6) < count < 10**6 else None


def shifted(day: date, tokens: Sequence[Token]) -> date | None:
    """Move a day by what stands in front of it: two days after, a week before, the day after."""
    count = next((token.value for token in tokens if token.kind == "N"), 1)
    unit = next((token.value for token in tokens if token.kind in "UYm"), "day")
    return moved(day, -count if tokens[-1].kind == "<" else count, unit)


def _marked(case: Case) -> date | None:
    """2026年5月3日, 明年5月3号."""
    year, numbers = _marked_year(case)
    return case.day(year, numbers[0], numbers[1]) if len(numbers) == 2 else None


def _marked_year(case: Case) -> tuple[int | None, list[int]]:
    """Give the year in front of 年, or that of a period, and the other numbers."""
    numbers, year = case.numbers(), case.year([])
    for at, token in enumerate(case.tokens[:-1]):
        if token.kind == "N" and case.tokens[at + 1].kind == "Y":
            digits = len(token.raw) or token.end - token.start
            year = calendars.full_year(numbers.pop(0), digits) if digits > 1 else 0
    return year, numbers


def _lunar(case: Case) -> date | None:
    """三月初一, 正月三十, read as a day of the solar calendar."""
    year, numbers = _marked_year(case)
    month = case.month() or (numbers.pop(0) if len(numbers) > 1 else 0)
    return case.day(year, month, numbers[-1])


def _month_day(case: Case) -> date | None:
    """May 3, the 3rd of May 2026, Wed, 22 of Jan."""
    day, *rest = case.numbers()
    return case.day(case.year(rest), case.month(), day)


def _period_day(case: Case) -> date | None:
    """下个月15号, the 15th of next month, 去年本月十日, the 5th of the month."""
    months = 0
    for unit, offset in case.periods():
        months += offset * {"month": 1, "year": 12}.get(unit, 10**6)
    start = calendars.add_months(case.today.replace(day=1), months) if abs(months) < 1200 else None
    return calendars.make_date(start.year, start.month, case.numbers()[0]) if start else None


def _nth(case: Case) -> date | None:
    """The first Friday of July; the first Friday of this month, or of the next where that is gone."""
    nth, *rest = case.numbers()
    if case.month() or case.periods():
        return _nth_weekday(case, nth, rest)
    for ahead in (0, 1):
        start = calendars.add_months(case.today.replace(day=1), ahead)
        found = calendars.nth_weekday(start.year, start.month, case.weekday(), nth) if start else None
        if found and found >= case.today:
            return found
    return None


def _month_nth(case: Case) -> date | None:
    """六月的第一个星期一, 下个月第二个周五."""
    year, numbers = _marked_year(case)
    month = case.month() or (numbers.pop(0) if len(numbers) > 1 else 0)
    if not month:
        return _nth_weekday(case, numbers[-1], [])
    nth, weekday = numbers[-1], case.weekday()
    if year is not None:
        return calendars.nth_weekday(year, month, weekday, nth)
    found = calendars.nth_weekday(case.today.year, month, weekday, nth)
    return calendars.nth_weekday(case.today.year + 1, month, weekday, nth) if found and found < case.today else found


def _last_weekday(case: Case) -> date | None:
    """The last Friday of the month, of July, of next month."""
    return _nth_weekday(Case(case.tokens[1:], case.today), -1, case.numbers())


def _nth_weekday(case: Case, nth: int, rest: Sequence[int]) -> date | None:
    month = case.month()
    if month:
        year = case.year(rest) or case.today.year
        found = calendars.nth_weekday(year, month, case.weekday(), nth)
        if found and found < case.today and not rest:
            return calendars.nth_weekday(year + 1, month, case.weekday(), nth)
        return found
    start = calendars.add_months(case.today.replace(day=1), sum(o for unit, o in case.periods() if unit == "month"))
    return calendars.nth_weekday(start.year, start.month, case.weekday(), nth) if start else None


def _week_day(case: Case) -> date | None:
    """Next Friday, Friday next week, 下下周五; the coming Friday is the nearest."""
    if any(token.kind == "n" and token.value == COMING for token in case.tokens) and case.first("UYm") is None:
        return calendars.next_weekday(case.today, case.weekday())
    weeks = sum({"n": 1, "l": -1}.get(token.kind, 0) for token in case.tokens)
    periods = case.periods()
    if periods:
        if periods[0][0] != "week":
            return None
        weeks = periods[0][1]
    return calendars.weekday_of_week(case.today, case.weekday(), weeks)


def _weekday_day(case: Case) -> date | None:
    return calendars.weekday_on_day(case.today, case.weekday(), case.numbers()[0])


def _shift(case: Case) -> date | None:
    """In two weeks, 3 days ago, 三天后, a year and two months ago."""
    back = case.first("A") is not None and case.first("L") is None
    day: date | None = case.today
    count: int | Decimal | None = None
    for token in case.tokens:
        if token.kind == "N":
            count = token.value
        elif token.kind in "UYm" and count is not None and day is not None:
            day = moved(day, -count if back else count, token.value)
    return day


def _edge(case: Case) -> date | None:
    """End of the month, 下个月底, 明年年初."""
    mark, unit = case.first("E"), case.first("UYm")
    for name, offset in case.periods() or [(unit.value if unit else "", 0)]:
        day = calendars.add_units(case.today, offset, name) if offset else case.today
        return calendars.edge(day, name, mark.value if mark else "end") if day else None
    return None


def _edge_of_month(case: Case) -> date | None:
    """The end of June, 明年6月底; of the next June to come if no year is named."""
    mark = case.first("E")
    year, numbers = _marked_year(case)
    month = case.month() or (numbers.pop(0) if numbers else 0)
    year = case.year(numbers) if year is None else year
    for candidate in (year,) if year is not None else (case.today.year, case.today.year + 1):
        start = calendars.make_date(candidate, month, 1)
        found = calendars.edge(start, "month", mark.value if mark else "end") if start else None
        if found and (year is not None or found >= case.today):
            return found
    return None


def _last_day(case: Case) -> date | None:
    """The last day of the month, of next month, of June."""
    rest = Case(case.tokens[2:], case.today)
    return _edge_of_month(rest) if case.month() else _edge(rest)


def _holiday(case: Case) -> date | None:
    """Christmas, next Easter, 明年元旦, New Year 2027: the next to come if no year is named."""
    token = case.first("H")
    rule = token.value if token else ""
    year = case.year(case.numbers())
    if year is not None:
        return calendars.holiday(rule, year)
    turn = next((token.kind for token in case.tokens if token.kind in "nl"), "")
    days = [day for ahead in (-1, 0, 1) if (day := calendars.holiday(rule, case.today.year + ahead))]
    if turn == "l":
        return max((day for day in days if day < case.today), default=None)
    return min((day for day in days if day >= case.today), default=None)


def _shifted_day(case: Case) -> date | None:
    """The next day; a next week is no date."""
    unit, offset = case.periods()[0]
    return calendars.add_days(case.today, offset) if unit == "day" else None


def _weekday(case: Case) -> date | None:
    return calendars.next_weekday(case.today, case.tokens[0].value)


def _relative(case: Case) -> date | None:
    return calendars.add_days(case.today, case.tokens[0].value)


def _single_day(case: Case) -> date | None:
    """15号, the 21st, on the 15."""
    return calendars.coming_day(case.today, case.numbers()[0])


READERS: Mapping[str, Callable[[Case], date | None]] = {
    "month_nth": _month_nth,
    "marked": _marked,
    "lunar": _lunar,
    "period_day": _period_day,
    "day_period": _period_day,
    "nth": _nth,
    "month_day": _month_day,
    "day_month": _month_day,
    "last_weekday": _last_weekday,
    "last_day": _last_day,
    "week_day": _week_day,
    "weekday_day": _weekday_day,
    "shift": _shift,
    "edge": _edge,
    "edge_of_month": _edge_of_month,
    "holiday": _holiday,
    "shifted_day": _shifted_day,
    "weekday": _weekday,
    "relative": _relative,
    "marked_day": _single_day,
    "ordinal_day": _single_day,
    "on_day": _single_day,
}
"""Rule of the grammar → what reads its tokens; None where the calendar has no such day."""
