"""Dates: tomorrow, next Friday, the 3rd of May, 3/5/2026, in two weeks, Christmas, 下周五, 5月3日, 三天后, 月底."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from botkit.model.locales import Locale
from botkit.model.parsers import Found, Reading
from botkit.understanding.values import calendars
from botkit.understanding.values.days import READERS, Case, shifted
from botkit.understanding.values.digits import dates_in_digits
from botkit.understanding.values.fillers import is_alone
from botkit.understanding.values.lexicons import DAY
from botkit.understanding.values.tokens import Line, Token, best_first, grammar, is_filled, read_line

# N number, O ordinal, M month's name, W weekday, R tomorrow, H holiday, U unit, Y m d 年 月 日, n l t next last this,
# S a period (明年), I in, L later, A ago, > after, < before, E end or start of, @ on, a comma the fillers
_PERIOD = "(?:[nlt]{1,2} [UYm]|S)"
_DAY = "(?:O|N(?!,? ?[UL]))"
_NAMED = "(?:[nlt]{0,2} W )?"
_RULES: Mapping[str, str] = {
    "month_nth": rf"(?:N Y |{_PERIOD} )?(?:M|N m|{_PERIOD}) O W",
    "marked": rf"{_NAMED}(?:N Y |{_PERIOD} )?(?:{_PERIOD} )?N m N d?(?: W)?",
    "lunar": rf"(?:N Y |{_PERIOD} )?(?:M O(?! ?[UN])|N m O(?! ?U))",
    "edge_of_month": rf"(?:N Y |{_PERIOD} )?N m E|E M(?: N)?|M(?: N)? E",
    "period_day": rf"(?:{_PERIOD} )?{_PERIOD} (?:N d|O(?! ?U))",
    "day_period": rf"(?:O|N d)(?: U)? {_PERIOD}|O,{{1,3}}U",
    "nth": rf"O W (?:M|{_PERIOD})(?: N)?|O W",
    "month_day": rf"{_NAMED}(?:[lt] )?M {_DAY}(?: (?:NN?|{_PERIOD}))?(?: W)?",
    "day_month": rf"{_NAMED}(?:O(?: U)?|N) (?:[lt] )?M(?: (?:NN?|{_PERIOD}))?(?: W)?",
    "last_weekday": rf"l W,{{1,3}}(?:M(?: N)?|{_PERIOD}|U)",
    "last_day": rf"l U,{{1,3}}(?:M(?: N)?|{_PERIOD}|U)",
    "anchor": r"(?:I )?N [UY] [><]|U [><](?= ?[nltWH])|NU(?=R)",
    "holiday": rf"(?:{_PERIOD} |[nlt] )?H(?: (?:N|{_PERIOD}))?",
    "week_day": rf"{_PERIOD} W|W {_PERIOD}|[nlt]{{1,2}} W",
    "weekday_day": r"W (?:O|N d)",
    "shift": r"I N U(?! ?[LA])|N [UY] (?:(?:&? ?)N [UY] ){0,3}[LA]|I? ?N [UY] [LA]",
    "edge": rf"E (?:{_PERIOD}|[UYm])|{_PERIOD} (?:[UYm] )?E|[UYm] E",
    "shifted_day": r"[nlt] U",
    "weekday": r"W",
    "relative": r"R",
    "marked_day": r"N d",
    "ordinal_day": r"(?<=[,@])O(?= ?$| ?\.)|(?:(?<=@)|(?<=@,))O(?=[,@]{1,3}N)|O",
    "on_day": r"(?:(?<=@)|(?<=@,))N(?= ?$| ?\.)",
}
_DATE = grammar("|".join(f"(?P<{name}>{rule})" for name, rule in _RULES.items()), gap=",@I")
_WORD = re.compile(r"\s+(\w+)")
_GAP = re.compile(r"[,@]{0,3}")
_STOPS = frozenset(",;!")  # end what is said of a day


class _Hit(NamedTuple):
    """A date in words, the rule that found it, and which kinds of the line it takes."""

    rule: str
    found: Found
    first: int
    behind: int


def parse_date(text: str, reading: Reading) -> list[Found]:
    """Find dates. One without a year is the nearest to come; a bare weekday is the next one."""
    today = reading.now.date()
    for locale in reading.locales:
        line = read_line(text, locale, "date")
        digits, (hits, anchors) = dates_in_digits(line, locale, reading), _in_words(line, text, locale, today)
        if digits and anchors:
            digits = [_anchored(one, anchors, line, locale) for one in digits]
        if digits and hits:
            found = _without_weekdays(digits, hits, line, locale, today)
        else:
            found = [*digits, *(hit.found for hit in hits)]
        found = best_first(found, text)
        if found:
            return found
    return []


def _anchored(one: Found, anchors: Sequence[tuple[Token, ...]], line: Line, locale: Locale) -> Found:
    """Move a date in digits by what stands in front of it: 16 days from 01/02/2018."""
    for tokens in anchors:
        between = line.text[tokens[-1].end : one.start]
        if tokens[-1].kind in "<>" and len(between) < 4 and is_filled(between, locale, "date", ",@"):
            value = shifted(one.value, tokens)
            return Found(value, tokens[0].start, one.end) if value else one
    return one


def _in_words(line: Line, text: str, locale: Locale, today: date) -> tuple[list[_Hit], list[tuple[Token, ...]]]:
    """Give the dates in words, and every distance (two days after) that may move one in digits."""
    hits: list[_Hit] = []
    anchors: list[tuple[Token, ...]] = []
    anchor: tuple[re.Match[str], tuple[Token, ...]] | None = None  # two days after
    for match, tokens in line.find(_DATE):
        rule = match.lastgroup or ""
        kept = tuple([token for token in tokens if token.kind not in ",@"])
        if rule == "anchor":
            anchor = (match, kept) if _moves(kept) else None
            anchors += [kept] if anchor else []
            continue
        kept = _without_no_year(rule, kept, line.kinds[match.end() : match.end() + 1] in {"", "."})
        value = None
        if _fits(rule, match, kept, line, locale) and not _is_doubtful(match, kept, line, text, locale):
            value = READERS[rule](Case(kept, today))
            if value is None and rule == "month_day" and kept[0].kind == "l" and kept[1].kind == "W":
                value = READERS["last_weekday"](Case(kept, today))  # the last Sunday of March 2027
        first = match.start()
        if value is not None and anchor and _GAP.fullmatch(line.kinds, anchor[0].end(), first):
            value, kept = shifted(value, anchor[1]), (*anchor[1], *kept)
            first, rule = anchor[0].start(), "shift"
        anchor = None
        if value is not None:
            hit = _Hit(rule, Found(value, *line.span(kept)), first, match.end())
            joined = _joined(hits[-1], hit, line) if hits else None
            hits[-1:] = [joined] if joined else [*hits[-1:], hit]
    return hits, anchors


def _joined(one: _Hit, other: _Hit, line: Line) -> _Hit | None:
    """Put a weekday and a distance beside it together, Monday two weeks from now: it lies in the week reached."""
    if {one.rule, other.rule} != {"weekday", "shift"} or not _GAP.fullmatch(line.kinds, one.behind, other.first):
        return None
    weekday, reached = (one, other) if one.rule == "weekday" else (other, one)
    value = calendars.weekday_of_week(reached.found.value, weekday.found.value.weekday(), 0)
    return (
        _Hit("week_day", Found(value, one.found.start, other.found.end), one.first, other.behind) if value else None
    )


_WEEKDAYS = frozenset({"weekday", "week_day"})


def _without_weekdays(
    digits: Sequence[Found], hits: Sequence[_Hit], line: Line, locale: Locale, today: date
) -> list[Found]:
    """Put weekdays and the dates in digits beside them together: Friday 7/6, 22/05 (Fri)."""
    found, alone = [], list(hits)
    for one in digits:
        day, start, end = one.value, one.start, one.end
        for hit in hits:
            between = line.text[min(end, hit.found.end) : max(start, hit.found.start)]
            if hit.rule in _WEEKDAYS and len(between) < 4 and is_filled(between, locale, "date", ",@"):
                alone = [each for each in alone if each is not hit]
                day = _on(day, hit.found.value.weekday(), line.text[one.start : one.end], today)
                start, end = min(start, hit.found.start), max(end, hit.found.end)
                break
        found.append(Found(day, start, end))
    return [*found, *(hit.found for hit in alone)]


def _on(day: date, weekday: int, written: str, today: date) -> date:
    """Choose the year of a date in digits by its weekday, if it is written without one."""
    if sum(char in "-/." for char in written) != 1:
        return day
    return calendars.coming(today, day.month, day.day, weekday) or day


def _moves(tokens: Sequence[Token]) -> bool:
    """Tell whether tokens move the date behind them: two days after, the day after, a week (today)."""
    if tokens[0].kind == "U":
        return bool(tokens[0].value == "day")
    return tokens[-1].kind in "<>" or str(tokens[-1].value) in {"week", "fortnight"}


_ONE_NUMBER = frozenset({"month_day", "day_month"})  # is the day; a second one is the year
_NO_NUMBER = frozenset({"edge_of_month", "last_weekday", "last_day", "holiday"})  # one that ends them is the year


def _without_no_year(rule: str, tokens: tuple[Token, ...], last: bool) -> tuple[Token, ...]:
    """Drop the number that ends a date where a year would stand, if it is none; complete nineteen eighty six and 87.

    Two digits are a year where nothing stands behind them: 15 April of 87, but not June 5 87 boxes.
    """
    if rule not in _ONE_NUMBER | _NO_NUMBER:
        return tokens
    numbers = [token for token in tokens if token.kind in "NO"]
    if len(numbers) <= (rule in _ONE_NUMBER) or tokens[-1] is not numbers[-1]:
        return tokens
    if len(numbers) - (rule in _ONE_NUMBER) == 2:
        century, rest = numbers[-2:]
        spelled = not century.raw and not rest.raw and 10 <= century.value <= 20 and 9 < rest.value < 100
        if spelled:
            return (*tokens[:-2], century._replace(value=century.value * 100 + rest.value, end=rest.end))
        tokens, numbers = tokens[:-1], numbers[:-1]
    year = numbers[-1]
    if last and len(year.raw) == 2 and 70 <= year.value <= 99:
        return (*tokens[:-1], year._replace(value=1900 + year.value))
    return tokens if 1000 <= year.value <= 2999 else tokens[:-1]


def _fits(rule: str, match: re.Match[str], tokens: Sequence[Token], line: Line, locale: Locale) -> bool:
    """Tell whether what a rule cannot say of its tokens is true of them."""
    units = [token.value for token in tokens if token.kind == "U"]
    if locale.dates.places and _is_address(rule, tokens, line, locale):
        return False
    match rule:
        case "ordinal_day":
            return _is_day_alone(match, tokens, line, locale)
        case "on_day":
            return _is_led_day(line.tokens[match.start() - 1 - (match.string[match.start() - 1] == ",")], tokens[0])
        case "day_month":
            month = next(at for at, token in enumerate(tokens) if token.kind == "M")
            return all(token.value == "day" for token in tokens[:month] if token.kind == "U")
        case "day_period":
            return all(unit in {"day", "month"} for unit in units) and units.count("month") <= 1
        case "last_day":
            return bool(units[0] == "day")
        case "holiday":
            return _is_holiday(match, tokens, line, locale)
        case _:
            return True


def _is_address(rule: str, tokens: Sequence[Token], line: Line, locale: Locale) -> bool:
    """Tell whether a day is rather a house number, or a month the name of a street: 南京路8号, 12 March Road."""
    if locale.numbers.compact:
        return rule == "marked_day" and line.text.endswith(locale.dates.places, 0, tokens[0].start)
    behind = _WORD.match(line.text, tokens[-1].end) if rule in _ONE_NUMBER else None
    return behind is not None and behind[1] in locale.dates.places


def _is_led_day(led: Token, number: Token) -> bool:
    """Tell whether a bare number is a day: on the 5, on 15, but not on 2."""
    return led.value == DAY and number.raw.isdigit() and (number.value > 9 or led.end - led.start > 2)


def _is_day_alone(match: re.Match[str], tokens: Sequence[Token], line: Line, locale: Locale) -> bool:
    """Tell whether an ordinal can only be a day: the 5th, but neither the second nor the 5th floor."""
    if not line.text[tokens[0].start].isdigit():
        return False
    if match.string[max(match.start() - 1, 0)] not in ",@":
        return is_alone(line.text, tokens[0].start, tokens[0].end, locale)
    behind = line.kinds[match.end() :].lstrip(",@")
    ended = line.text[tokens[0].end :].lstrip()[:1] in _STOPS
    return not behind or behind[0] in ".N" or ended or is_alone(line.text, 0, tokens[0].end, locale)


def _is_holiday(match: re.Match[str], tokens: Sequence[Token], line: Line, locale: Locale) -> bool:
    """Tell whether a holiday is meant as a day: by Christmas, but no Christmas present.

    Where words are written without spaces nothing can be told from what stands behind.
    """
    if locale.numbers.compact or len(tokens) > 1 or line.kinds[: match.start()].rstrip(",")[-1:] in {"@", "<", ">"}:
        return True
    text, kinds = line.text[tokens[-1].end :].lstrip(), line.kinds[match.end() :].lstrip(",@")
    return (
        not text[:1].isalnum()
        or kinds[:1] in {"", "."}
        or is_alone(line.text, tokens[0].start, tokens[-1].end, locale)
    )


def _is_doubtful(match: re.Match[str], tokens: Sequence[Token], line: Line, text: str, locale: Locale) -> bool:
    """Tell whether the month or weekday is rather a common word: I may 3 times return, he sat on it, in the sun."""
    before = line.tokens[match.start() - 1] if match.start() else None
    led = before is not None and before.kind == "@" and line.text[before.start : before.end] in locale.dates.on
    the = before is not None and not led and before.kind in ",@" and line.text[before.start].isalpha()
    for token in tokens:
        if token.kind not in "MW" or line.text[token.start : token.end] not in locale.dates.doubtful:
            continue
        whole = sum(other.kind in "NOMW" for other in tokens) > 2 or any(other.kind in "OYSnl" for other in tokens)
        last = line.kinds[match.end() : match.end() + 1] in {"", "."} and not (the and len(tokens) == 1)
        if not whole and not led and not last and not text[token.start].isupper():
            return True
    return False
