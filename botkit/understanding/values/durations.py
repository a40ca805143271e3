"""Durations: two hours, 1h30m, an hour and a half, 两个小时, 一个半小时."""

import re
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from botkit.model.locales import Locale
from botkit.model.parsers import Found, Reading
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
_ABOVE = re.compile(r"(?<![\d/.,])(?:(\d{1,4}) )?(\d{1,4})/$")
_LARGER = re.compile(r"(?<![\d:.])(\d{1,2}):$")


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
    for match, tokens in line.find(_DURATION):
        parts = [token for token in tokens if token.kind in "NUw"]
        if is_named(parts, line, locale) or _is_ordinal(match, parts, line, locale):
            continue
        seconds, used = seconds_of(parts)
        start = parts[0].start
        if larger := _larger(parts, line):
            seconds, used, start = seconds / 60 + int(larger[1]) * SECONDS[parts[1].value], 2, larger.start()
        elif fraction := _fraction(parts, line):
            seconds, used, start = fraction[0] * SECONDS[parts[1].value], 2, fraction[1]
        elif share := _share(match.start(), parts, line, locale):
            seconds, start = seconds * Decimal(share.value), share.start
        if 0 < seconds < _MOST:
            found.append(Found(timedelta(seconds=float(seconds)), start, parts[used - 1].end))
    return found


def _is_ordinal(match: re.Match[str], parts: Sequence[Token], line: Line, locale: Locale) -> bool:
    """Tell whether a second is no time but the one behind the first: a second wave."""
    if len(parts) != 2 or line.text[parts[1].start : parts[1].end] not in locale.numbers.ordinals:
        return False
    article = line.text[parts[0].start : parts[0].end] in locale.numbers.one
    return article and line.kinds[match.end() : match.end() + 1] == "x"


def _larger(parts: Sequence[Token], line: Line) -> re.Match[str] | None:
    """Give the 1 of 1:30 hours."""
    sixtieths = len(parts) == 2 and parts[1].value in {"minute", "hour"} and len(parts[0].raw) == 2
    return _LARGER.search(line.text, 0, parts[0].start) if sixtieths and parts[0].value < 60 else None


def _fraction(parts: Sequence[Token], line: Line) -> tuple[Decimal, int] | None:
    """Read the 3/4 of 3/4 hour and the 1 1/2 of 1 1/2 hours; also give where it begins."""
    above = _ABOVE.search(line.text, 0, parts[0].start) if parts[0].kind == "N" and parts[0].raw.isdigit() else None
    if above is None or not parts[0].value:
        return None
    return int(above[1] or 0) + Decimal(above[2]) / Decimal(parts[0].value), above.start()


def _share(at: int, parts: Sequence[Token], line: Line, locale: Locale) -> Token | None:
    """Give the three quarters of three quarters of an hour."""
    if at < 2 or parts[0].value != 1:
        return None
    share, word = line.tokens[at - 2 : at]
    filler = line.text[word.start : word.end] in locale.dates.fillers
    return share if filler and share.kind == "N" and 0 < share.value < 1 else None


def seconds_of(parts: Sequence[Token]) -> tuple[Decimal, int]:
    """Add up; also give how many of the tokens belong to it: N U pairs, or w U."""
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
    if at + 1 != len(parts):
        return total, at
    rest = parts[at]
    if rest.value == Decimal("0.5"):
        return total + unit * Decimal("0.5"), at + 1  # an hour and a half
    if unit in {3600, 60} and len(rest.raw) == 2 and rest.start - parts[at - 1].end < 2 and rest.value < 60:
        return total + Decimal(rest.value) * unit / 60, at + 1  # 2h30
    return total, at


def is_named(parts: Sequence[Token], line: Line, locale: Locale) -> bool:
    """2026年 is a year, 5月 a month, 3日 a day, 8时 an hour of the day: none of them lasts."""
    if parts[0].kind != "N" or parts[0].value != int(parts[0].value):
        return False
    unit = line.text[parts[1].start : parts[1].end]
    if locale.numbers.compact and unit in locale.dates.oclock:
        return True
    if unit not in locale.dates.marks:
        return False
    return bool(parts[1].value != "year" or parts[0].value >= 1000)
