"""Points in time: tomorrow at 5pm, next Monday morning at 9, in two hours, 明天下午三点, 两小时后."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta

from botkit.model.locales import Locale
from botkit.model.parsers import Found, Reading
from botkit.understanding.values.dates import parse_date
from botkit.understanding.values.days import moved as moved_by
from botkit.understanding.values.durations import SECONDS, is_named, seconds_of
from botkit.understanding.values.fillers import is_alone
from botkit.understanding.values.times import in_part, parse_time
from botkit.understanding.values.tokens import Line, Token, best_first, grammar, is_filled, read_line

_ISO = re.compile(
    r"(?<![\w.:-])\d{4}-\d\d-\d\d[tT ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:[zZ]|[+-]\d\d:?\d\d)?(?![\w:])"
)
_COUNT = "N U(?: &* N U){0,3}(?: &* N(?!.?[UN]))?"
_SHIFT = grammar(f"I {_COUNT}|{_COUNT} [LA]")
_EDGE = grammar("E (?P<day>U)?")
_WIDEST = 16  # characters between a date and its time


def parse_datetime(text: str, reading: Reading) -> list[Found]:
    """Find points in time, in the bot's zone unless the text names one.

    A time alone is the next such time to come; a date alone is no point in time.
    """
    moments = [*_iso(text, reading), *_shifts(text, reading), *_edges(text, reading), *_pairs(text, reading)]
    found = best_first(moments, text)
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
        found = list(_shifts_in(line, locale, reading))
        if found:
            return found
    return []


def _shifts_in(line: Line, locale: Locale, reading: Reading) -> Iterator[Found]:
    for match, tokens in line.find(_SHIFT):
        parts = [token for token in tokens if token.kind in "NU"]
        moved = None if is_named(parts, line, locale) else _moved(reading.now, parts, match[0].endswith("A"))
        if moved is not None:
            yield Found(moved.replace(microsecond=0), *line.span(tokens))


def _moved(now: datetime, parts: Sequence[Token], back: bool) -> datetime | None:
    """Move by days and what is larger on the calendar, by what is smaller on the clock."""
    days, way = now.date(), -1 if back else 1
    while parts:
        count, unit = parts[0].value, parts[1].value if len(parts) > 1 else ""
        if SECONDS.get(unit, 0) < SECONDS["day"]:
            break
        moved = moved_by(days, count * way, unit)
        if moved is None:
            return None
        days, parts = moved, parts[2:]
    if not parts:
        return None  # in two days: a date
    total, _ = seconds_of(parts)
    if not 0 <= total < 10**10:
        return None
    try:
        return datetime.combine(days, now.timetz()) + timedelta(seconds=way * float(total))
    except OverflowError:
        return None


def _edges(text: str, reading: Reading) -> Iterator[Found]:
    """The end of tomorrow, end of day on Friday: the last second of a day, or its first."""
    for locale in reading.locales:
        line = read_line(text, locale, "date")
        dates = parse_date(text, reading) if "E" in line.kinds else []
        for match, tokens in line.find(_EDGE) if "E" in line.kinds else ():
            if match["day"] and tokens[-1].value != "day":
                continue
            days = [one for one in dates if _is_next(tokens[-1].end, one.start, text, locale)]
            if not days and not match["day"]:
                continue
            last = max(tokens[-1].end, days[0].end if days else 0)
            day = days[0].value if days else reading.now.date()
            clock = time.min if tokens[0].value == "start" else time(23, 59, 59)
            yield Found(_combine(day, clock, reading), tokens[0].start, last)


def _is_next(end: int, start: int, text: str, locale: Locale) -> bool:
    return 0 <= start - end <= _WIDEST and is_filled(text[end:start], locale, "date", ",@")


def _pairs(text: str, reading: Reading) -> list[Found]:
    """Put dates and the times beside them together."""
    days, clocks, found = *_parts(text, reading), []
    for day in days:
        best = min(
            (clock for clock in clocks if _is_beside(day, clock, text, reading)),
            key=lambda clock: max(clock.start - day.end, day.start - clock.end),
            default=None,
        )
        if best is not None:
            clock, end = _with_part(day, best, text, reading)
            found.append(Found(_meant(day.value, clock, reading), min(day.start, best.start), end))
    return found


def _parts(text: str, reading: Reading) -> tuple[list[Found], list[Found]]:
    """Read dates and times, each with the other out of its way: 10:30 on June 5, on the 15 at 8."""
    clocks, days = parse_time(text, reading), parse_date(text, reading)
    if not clocks:
        return days, parse_time(_without(days, text, " "), reading) if days else []
    within = [day for day in days if any(one.start <= day.start and day.end <= one.end for one in clocks)]
    mixed = any(day.start < one.end and one.start < day.end for day in days for one in clocks if day not in within)
    if days and not mixed:
        return days, clocks
    return [*within, *parse_date(_without(clocks, text, ";"), reading)], clocks


def _without(found: Iterable[Found], text: str, cover: str) -> str:
    """Give a text with some places covered, the others standing where they were."""
    for one in found:
        text = text[: one.start] + cover * (one.end - one.start) + text[one.end :]
    return text


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


def _meant(day: date, clock: time, reading: Reading) -> datetime:
    """Put a day and a time together; midnight today is the one to come."""
    midnight = day == reading.now.date() < date.max and clock == time.min < reading.now.time()
    return _combine(day + timedelta(days=midnight), clock, reading)


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
