"""Points in time: tomorrow at 5pm, next Monday morning at 9, in two hours, 明天下午三点, 两小时后."""

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from botkit.model.definitions import Found, Reading
from botkit.understanding.values.dates import parse_date
from botkit.understanding.values.durations import SECONDS
from botkit.understanding.values.fillers import is_alone
from botkit.understanding.values.times import in_part, parse_time
from botkit.understanding.values.tokens import Line, best_first, grammar, is_filled, read_line

_ISO = re.compile(
    r"(?<![\w.:-])\d{4}-\d\d-\d\d[tT ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:[zZ]|[+-]\d\d:?\d\d)?(?![\w:])"
)
_SHIFT = grammar("I N U(?: &? ?N U)?|N U(?: &? ?N U)? [LA]")
_WIDEST = 16  # characters between a date and its time


def parse_datetime(text: str, reading: Reading) -> list[Found]:
    """Find points in time, in the bot's zone unless the text names one.

    A time alone is the next such time to come; a date alone is no point in time.
    """
    found = best_first([*_iso(text, reading), *_shifts(text, reading), *_pairs(text, reading)], text)
    return found or _now(text, reading) or [_next(one, reading) for one in parse_time(text, reading)]


def _iso(text: str, reading: Reading) -> Iterator[Found]:
    for match in _ISO.finditer(text):
        try:
            value = datetime.fromisoformat(match[0])
        except ValueError:
            continue
        yield Found(value if value.tzinfo else value.replace(tzinfo=reading.now.tzinfo), *match.span())


def _shifts(text: str, reading: Reading) -> list[Found]:
    """In two hours, 半小时后: with a unit smaller than a day, else it is a date."""
    for locale in reading.locales:
        line = read_line(text, locale, "duration")
        found = list(_shifts_in(line, reading))
        if found:
            return found
    return []


def _shifts_in(line: Line, reading: Reading) -> Iterator[Found]:
    for match, tokens in line.find(_SHIFT):
        units = [token.value for token in tokens if token.kind == "U"]
        counts = [Decimal(token.value) for token in tokens if token.kind == "N"]
        seconds = float(sum(count * SECONDS[unit] for count, unit in zip(counts, units, strict=True)))
        if SECONDS[units[-1]] >= SECONDS["day"] or not 0 <= seconds < 10**10:
            continue
        back = match[0].endswith("A")
        try:
            moved = reading.now + timedelta(seconds=-seconds if back else seconds)
        except OverflowError:
            continue
        yield Found(moved.replace(microsecond=0), *line.span(tokens))


def _pairs(text: str, reading: Reading) -> list[Found]:
    """Put dates and the times beside them together."""
    days = parse_date(text, reading)
    if not days:
        return []
    clocks, found = parse_time(text, reading), []
    for day in days:
        best = min(
            (clock for clock in clocks if _is_beside(day, clock, text, reading)),
            key=lambda clock: max(clock.start - day.end, day.start - clock.end),
            default=None,
        )
        if best is not None:
            clock, end = _with_part(day, best, text, reading)
            found.append(Found(_combine(day.value, clock, reading), min(day.start, best.start), end))
    return found


def _with_part(day: Found, clock: Found, text: str, reading: Reading) -> tuple[time, int]:
    """Read the part of the day behind the date: 7:00 on Sunday afternoon. Gives the time and where it all ends."""
    end = max(day.end, clock.end)
    if clock.start > day.start:
        return clock.value, end
    for locale in reading.locales:
        for token in read_line(text, locale, "time").tokens:
            if token.kind == "P" and end <= token.start and not text[end : token.start].strip():
                return clock.value.replace(hour=in_part(clock.value.hour, token.value)), token.end
    return clock.value, end


def _is_beside(day: Found, clock: Found, text: str, reading: Reading) -> bool:
    start, end = min(day.end, clock.end), max(day.start, clock.start)
    if end <= start:
        return day.start != clock.start or day.end != clock.end  # tonight at 8: one lies in the other
    if end - start > _WIDEST:
        return False
    return not text[start:end].strip() or any(
        is_filled(text[start:end], locale, "time", ",@P") for locale in reading.locales
    )


def _combine(day: date, clock: time, reading: Reading) -> datetime:
    return datetime.combine(day, clock, tzinfo=reading.now.tzinfo)


def _now(text: str, reading: Reading) -> list[Found]:
    plain = text.casefold()
    for locale in reading.locales:
        for word in locale.dates.now:
            at = plain.find(word)
            last = not plain[at + len(word) :].strip(" .,!?。！？，") and not plain[max(at - 1, 0) : at].isalpha()
            if at >= 0 and (last or is_alone(text, at, at + len(word), locale)):
                return [Found(reading.now.replace(microsecond=0), at, min(at + len(word), len(text)))]
    return []


def _next(clock: Found, reading: Reading) -> Found:
    value = _combine(reading.now.date(), clock.value, reading)
    if value <= reading.now:
        tomorrow = reading.now.date() + timedelta(days=1) if reading.now.date() < date.max else date.max
        value = _combine(tomorrow, clock.value, reading)
    return Found(value, clock.start, clock.end)
