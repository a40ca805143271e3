"""Dates: tomorrow, next Friday, the 3rd of May, 3/5/2026, in two weeks, 下周五, 5月3日, 三天后, 月底."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal

import msgspec

from botkit.model.definitions import Found, Reading
from botkit.model.locales import Locale
from botkit.understanding.values import calendars
from botkit.understanding.values.digits import dates_in_digits
from botkit.understanding.values.tokens import Line, Token, best_first, grammar, read_line

# N number, O ordinal, M month's name, W weekday, R tomorrow, U unit, Y m d 年 月 日, n l t next last this,
# S a period (明年), I in, L later, A ago, > after, < before, E end or start of, @ on, a comma the fillers
_PERIOD = "(?:[nlt]{1,2} [UYm]|S)"
_DAY = "(?:O|N(?!,? ?[UL]))"
_RULES: Mapping[str, str] = {
    "marked": rf"(?:N Y |{_PERIOD} )?(?:{_PERIOD} )?N m N d?(?: W)?",
    "lunar": r"(?:N Y )?(?:M|N m) O",
    "period_day": rf"(?:{_PERIOD} )?{_PERIOD} (?:N d|O)",
    "day_period": rf"(?:O|N d) {_PERIOD}",
    "nth": rf"O W (?:M|{_PERIOD})(?: N)?",
    "month_day": rf"(?:W )?M {_DAY}(?: (?:N|{_PERIOD}))?",
    "day_month": rf"(?:W )?(?:O|N) M(?: (?:N|{_PERIOD}))?",
    "week_day": rf"{_PERIOD} W|W {_PERIOD}|[nlt]{{1,2}} W",
    "weekday_day": r"W (?:O|N d)",
    "shift": r"I N U(?! ?[LA])|N [UY] (?:(?:&? ?)N [UY] )?[LA]|I? ?N [UY] [LA]",
    "from_day": r"N U [><] (?:R|W)",
    "edge": rf"E (?:{_PERIOD}|[UYm])|(?:{_PERIOD}|[UYm]) E",
    "shifted_day": r"[nlt] U",
    "weekday": r"W",
    "relative": r"R",
    "marked_day": r"N d",
    "ordinal_day": r"(?<=[,@])O(?= ?$| ?\.)|(?:(?<=@)|(?<=@,))O(?=[,@]{1,3}N)",
}
_DATE = grammar("|".join(f"(?P<{name}>{rule})" for name, rule in _RULES.items()), gap=",@I")


class _Case(msgspec.Struct, frozen=True):
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


def parse_date(text: str, reading: Reading) -> list[Found]:
    """Find dates. One without a year is the nearest to come; a bare weekday is the next one."""
    today = reading.now.date()
    for locale in reading.locales:
        line = read_line(text, locale, "date")
        found = best_first([*dates_in_digits(line, locale, reading), *_in_words(line, text, locale, today)], text)
        if found:
            return found
    return []


def _in_words(line: Line, text: str, locale: Locale, today: date) -> list[Found]:
    found = []
    for match, tokens in line.find(_DATE):
        rule = match.lastgroup or ""
        kept = tuple([token for token in tokens if token.kind not in ",@"])
        if rule == "ordinal_day" and not line.text[kept[0].start].isdigit():
            continue  # the second: of what?
        if rule in {"month_day", "day_month"} and not _has_year(kept):
            kept = kept[:-1]
        if _is_doubtful(match, kept, line, text, locale):
            continue
        value = _READERS[rule](_Case(kept, today))
        if value is not None:
            found.append(Found(value, *line.span(kept)))
    return found


def _has_year(tokens: Sequence[Token]) -> bool:
    """Tell whether a number that ends a date is its year, or nothing of a number stands there."""
    numbers = [token for token in tokens if token.kind in "NO"]
    return len(numbers) < 2 or tokens[-1] is not numbers[-1] or 1000 <= numbers[-1].value <= 2999


def _is_doubtful(match: re.Match[str], tokens: Sequence[Token], line: Line, text: str, locale: Locale) -> bool:
    """Tell whether the month or weekday is rather a common word: I may 3 times return, he sat on it."""
    for token in tokens:
        if token.kind not in "MW" or line.text[token.start : token.end] not in locale.dates.doubtful:
            continue
        sure = text[token.start].isupper() or any(other.kind in "OYSnl@" for other in tokens)
        led = line.kinds[: match.start()].endswith("@")
        last = line.kinds[match.end() : match.end() + 1] in {"", "."}
        if not sure and not led and not last:
            return True
    return False


def _month_of(case: _Case) -> int:
    token = case.first("M")
    return int(token.value) if token else 0


def _year_of(case: _Case, written: Sequence[int]) -> int | None:
    """Give the year of a date in words: written behind it, or next year; None where it has none."""
    for unit, offset in case.periods():
        if unit == "year":
            return case.today.year + offset
    return written[0] if written and 1000 <= written[0] <= 2999 else None


def _in_year(case: _Case, year: int | None, month: int, day: int) -> date | None:
    if year is None:
        return calendars.coming(case.today, month, day)
    return calendars.make_date(year, month, day)


def _marked(case: _Case) -> date | None:
    """2026年5月3日, 明年5月3号."""
    numbers, year = case.numbers(), _year_of(case, [])
    for at, token in enumerate(case.tokens[:-1]):
        if token.kind == "N" and case.tokens[at + 1].kind == "Y":
            year = calendars.full_year(numbers.pop(0), len(token.raw) or 4)
    return _in_year(case, year, numbers[0], numbers[1]) if len(numbers) == 2 else None


def _lunar(case: _Case) -> date | None:
    numbers = case.numbers()
    month = _month_of(case)
    if not month:
        month = numbers.pop(-2) if len(numbers) > 1 else 0
    return _in_year(case, numbers[0] if len(numbers) > 1 else None, month, numbers[-1])


def _month_day(case: _Case) -> date | None:
    """May 3, the 3rd of May 2026, Wed, 22 of Jan."""
    day, *rest = case.numbers()
    return _in_year(case, _year_of(case, rest), _month_of(case), day)


def _period_day(case: _Case) -> date | None:
    """下个月15号, the 15th of next month, 去年本月十日."""
    start = case.today
    months = 0
    for unit, offset in case.periods():
        months += offset * {"month": 1, "year": 12}.get(unit, 10**6)
    moved = calendars.add_months(start.replace(day=1), months) if abs(months) < 1200 else None
    return calendars.make_date(moved.year, moved.month, case.numbers()[0]) if moved else None


def _nth(case: _Case) -> date | None:
    """The first Friday of July."""
    nth, *rest = case.numbers()
    weekday = case.first("W")
    month = _month_of(case)
    if month:
        year = _year_of(case, rest) or case.today.year
        found = calendars.nth_weekday(year, month, weekday.value if weekday else 0, nth)
        if found and found < case.today and not rest:
            return calendars.nth_weekday(year + 1, month, found.weekday(), nth)
        return found
    moved = calendars.add_months(case.today.replace(day=1), sum(o for unit, o in case.periods() if unit == "month"))
    return calendars.nth_weekday(moved.year, moved.month, weekday.value if weekday else 0, nth) if moved else None


def _week_day(case: _Case) -> date | None:
    """Next Friday, Friday next week, 下下周五."""
    weekday = case.first("W")
    weeks = sum({"n": 1, "l": -1}.get(token.kind, 0) for token in case.tokens)
    periods = case.periods()
    if periods:
        if periods[0][0] != "week":
            return None
        weeks = periods[0][1]
    return calendars.weekday_of_week(case.today, weekday.value if weekday else 0, weeks)


def _weekday_day(case: _Case) -> date | None:
    weekday = case.first("W")
    return calendars.weekday_on_day(case.today, weekday.value if weekday else 0, case.numbers()[0])


def _shift(case: _Case) -> date | None:
    """In two weeks, 3 days ago, 三天后, a year and two months ago."""
    back = case.first("A") is not None and case.first("L") is None
    day: date | None = case.today
    count: int | Decimal | None = None
    for token in case.tokens:
        if token.kind == "N":
            count = token.value
        elif token.kind in "UYm" and count is not None and day is not None:
            day = _moved(day, -count if back else count, token.value)
    return day


def _moved(day: date, count: int | Decimal, unit: str) -> date | None:
    if unit == "year" and not -1000 < count < 1000:
        return None  # 2026年后
    if count != int(count):
        count, unit = count * {"week": 7, "month": 30, "year": 365}.get(unit, 1), "day"
    return calendars.add_units(day, int(count), unit) if -(10**6) < count < 10**6 else None


def _from_day(case: _Case) -> date | None:
    """Two days after tomorrow, a week from Friday."""
    anchor = case.first("RW")
    if anchor is None:
        return None
    if anchor.kind == "R":
        day = calendars.add_days(case.today, anchor.value)
    else:
        day = calendars.next_weekday(case.today, anchor.value)
    number, unit = case.first("N"), case.first("U")
    if day is None or number is None or unit is None:
        return None
    return _moved(day, -number.value if case.first("<") else number.value, unit.value)


def _edge(case: _Case) -> date | None:
    """End of the month, 下个月底."""
    mark, unit = case.first("E"), case.first("UYm")
    for name, offset in case.periods() or [(unit.value if unit else "", 0)]:
        day = calendars.add_units(case.today, offset, name) if offset else case.today
        return calendars.edge(day, name, mark.value if mark else "end") if day else None
    return None


def _shifted_day(case: _Case) -> date | None:
    """The next day; a next week is no date."""
    unit, offset = case.periods()[0]
    return calendars.add_days(case.today, offset) if unit == "day" else None


def _weekday(case: _Case) -> date | None:
    return calendars.next_weekday(case.today, case.tokens[0].value)


def _relative(case: _Case) -> date | None:
    return calendars.add_days(case.today, case.tokens[0].value)


def _single_day(case: _Case) -> date | None:
    """15号, the 21st."""
    return calendars.coming_day(case.today, case.numbers()[0])


_READERS: Mapping[str, Callable[[_Case], date | None]] = {
    "marked": _marked,
    "lunar": _lunar,
    "period_day": _period_day,
    "day_period": _period_day,
    "nth": _nth,
    "month_day": _month_day,
    "day_month": _month_day,
    "week_day": _week_day,
    "weekday_day": _weekday_day,
    "shift": _shift,
    "from_day": _from_day,
    "edge": _edge,
    "shifted_day": _shifted_day,
    "weekday": _weekday,
    "relative": _relative,
    "marked_day": _single_day,
    "ordinal_day": _single_day,
}
