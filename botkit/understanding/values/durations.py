"""Durations: two hours, 1h30m, an hour and a half, 两个小时, 一个半小时."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from botkit.model.definitions import Found, Reading
from botkit.model.locales import Locale
from botkit.understanding.values.tokens import Line, Token, best_first, grammar, read_line

# N a number, U a unit, w whole, & and
_DURATION = grammar("(?:N U(?: &* N U){0,5}(?: &* N(?!.?[UN]))?|w U)")
SECONDS = {
    "second": 1,
    "minute": 60,
    "quarter": 900,
    "hour": 3600,
    "day": 86_400,
    "week": 604_800,
    "fortnight": 1_209_600,
    "month": 2_592_000,
    "year": 31_536_000,
    "decade": 315_360_000,
    "century": 3_153_600_000,
}
_MOST = 10**11


def parse_duration(text: str, reading: Reading) -> list[Found]:
    """Find durations; a month has 30 days and a year 365."""
    for locale in reading.locales:
        found = best_first(durations_in(read_line(text, locale, "duration"), locale), text)
        if found:
            return found
    return []


def durations_in(line: Line, locale: Locale) -> list[Found]:
    """Give the durations of a line."""
    found = []
    for _, tokens in line.find(_DURATION):
        parts = [token for token in tokens if token.kind in "NUw"]
        seconds, used = _seconds(parts)
        if not 0 < seconds < _MOST or _is_named(parts, line, locale):
            continue
        found.append(Found(timedelta(seconds=float(seconds)), parts[0].start, parts[used - 1].end))
    return found


def _seconds(parts: Sequence[Token]) -> tuple[Decimal, int]:
    """Add up; also give how many of the tokens belong to it."""
    if parts[0].kind == "w":
        return Decimal(SECONDS[parts[1].value]), 2
    total, at, unit = Decimal(0), 0, 0
    while at + 1 < len(parts) and parts[at + 1].kind == "U":
        smaller = SECONDS[parts[at + 1].value]
        if unit and smaller >= unit:
            break
        unit = smaller
        total += Decimal(parts[at].value) * unit
        at += 2
    if at + 1 == len(parts) and parts[at].value == Decimal("0.5"):
        return total + unit * Decimal("0.5"), at + 1  # an hour and a half
    return total, at


def _is_named(parts: Sequence[Token], line: Line, locale: Locale) -> bool:
    """2026年 is a year, 5月 a month, 3日 a day: none of them lasts."""
    if parts[0].kind != "N" or line.text[parts[1].start : parts[1].end] not in locale.dates.marks:
        return False
    return bool(parts[1].value != "year" or parts[0].value >= 1000)
