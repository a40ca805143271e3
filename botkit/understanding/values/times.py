"""Times of day: 3pm, half past two, 15:30, noon, 下午三点半, 三点一刻, 中午."""

import re
from collections.abc import Sequence
from datetime import time

from botkit.model.locales import Locale
from botkit.model.parsers import Found, Reading
from botkit.model.words import has_cjk
from botkit.understanding.values.atoms import cut
from botkit.understanding.values.fillers import is_alone
from botkit.understanding.values.tokens import Line, Token, best_first, grammar, read_line

# N number, c o'clock, a am or pm, P part of the day, q quarters, u minutes, > past, < to, @ at, T a named time
_HOUR = r"N(?: c)?(?: q(?! N)| N u| N(?! [c%]))?(?: N u)?"
_RULES = {
    "quarter": r"(?:P )?(?:[<>] )?q N(?: c)?(?: a)?(?: P)?",
    "minutes": r"(?:P )?N(?: u)? [<>] N(?: c)?(?: a)?(?: P)?",
    "before": r"(?:P )?< (?:N(?: u)?|q) N c(?: P)?",
    "behind": r"(?:P )?N c [<>] (?:N(?: u)?|q)(?! ?N)(?: P)?",
    "part": rf"P {_HOUR}(?: a)?|P @ N(?: c)?(?: a)?",
    "clock": r"N c(?: q| N u(?: N u)?| N(?! ?c))?(?: a)?(?: P)?",
    "half_day": r"NN? a(?: P)?|NN? P",
    "words": r"N N(?![cua])",
    "named": r"[TP]",
    "at": r"(?<=@)N(?= ?$| ?\.)",
}
_TIME = grammar("|".join(f"(?P<{name}>{rule})" for name, rule in _RULES.items()), gap=",@")
_FEW = 16  # atoms of a message that may be a bare hour
_DIGITS = re.compile(r"(?<![a-z0-9_#:.+-])(\d{1,2})[:：](\d{2})(?:[:：](\d{2})(?:\.\d+)?)?(?![a-z]*[:_\d])")


def parse_time(text: str, reading: Reading) -> list[Found]:
    """Find times of day. A bare hour counts behind a word like at, or when the message holds nothing else."""
    for locale in reading.locales:
        line = read_line(text, locale, "time")
        found = best_first([*_in_digits(line), *_in_words(line, locale)], text)
        if found:
            return found
    return _bare(text, reading)


def _in_digits(line: Line) -> list[Found]:
    """Read 15:30 together with the part of the day beside it."""
    if ":" not in line.text:
        return []
    found = []
    for match in _DIGITS.finditer(line.text):
        start, end = match.span()
        before, after = _beside(line, start, end)
        value = _make(int(match[1]), int(match[2]), int(match[3] or 0), [*before, *after])
        if value is not None:
            found.append(Found(value, before[0].start if before else start, after[-1].end if after else end))
    return found


def _beside(line: Line, start: int, end: int) -> tuple[list[Token], list[Token]]:
    """Give the part of the day in front of digits and the am, pm or part behind them."""
    before = [token for token in line.tokens if token.end <= start and token.kind not in ",@"][-1:]
    after = [token for token in line.tokens if token.start >= end and token.kind not in ",@"][:2]
    gap = line.text[before[0].end : start] if before else ""
    if not before or before[0].kind != "P" or len(gap) > 5:
        before = []
    kept: list[Token] = []
    for token in after:
        if token.kind not in "aPc" or token.start > (kept[-1].end if kept else end) + 3:
            break
        kept.append(token)
    return before, kept


def _in_words(line: Line, locale: Locale) -> list[Found]:
    found = []
    for match, tokens in line.find(_TIME):
        rule = match.lastgroup or ""
        kept = [token for token in tokens if token.kind not in ",@"]
        value = _read(rule, kept, line, locale)
        if value is None and rule == "half_day" and kept[1].kind == "N":
            kept = kept[1:]  # on the 15 8pm
            value = _read(rule, kept, line, locale)
        if value is not None and not _is_doubtful(kept, line, locale):
            found.append(Found(value, *line.span(kept)))
    return found


def _is_doubtful(tokens: Sequence[Token], line: Line, locale: Locale) -> bool:
    """Tell whether a phrase like 一点 rather means a little: nothing of a time or date stands in front of it."""
    start, end = tokens[0].start, tokens[-1].end
    if line.text[start:end] not in locale.dates.doubtful or is_alone(line.text, start, end, locale):
        return False
    before = line.text[:start].rstrip()
    dates = locale.dates
    ends = (*dates.on, *dates.at, *dates.relative, *dates.weekdays, *dates.marks)
    return not before.endswith(ends) if before else line.text[end : end + 1].isalnum()


def _read(rule: str, tokens: Sequence[Token], line: Line, locale: Locale) -> time | None:
    if rule == "named":
        return _named(line.text[tokens[0].start : tokens[0].end], locale)
    numbers = _split([token for token in tokens if token.kind == "N"]) if rule in _POINTED else ()
    numbers = numbers or [token for token in tokens if token.kind == "N"]
    if any(token.note or token.value != int(token.value) or token.value < 0 for token in numbers):
        return None
    if rule == "words" and any(token.raw or line.text[token.start].isdigit() for token in numbers):
        return None  # eight forty, but not 8 40
    if rule == "words" and (locale.numbers.compact or not 10 <= numbers[1].value < 60):
        return None
    hour, minute, second = _parts(rule, tokens, numbers)
    if rule == "at" and numbers[0].raw.startswith("0") and len(numbers) == 1:
        return None
    if rule == "minutes" and len(tokens) == 3 and numbers[0].value not in _USUAL:
        return None  # 9 to 5
    if rule == "half_day" and len(numbers) == 2 and len(numbers[1].raw) == 1:
        return None  # 18 2 pm
    if rule in {"half_day", "part"} and _counts(tokens, line, locale):
        return None
    return _make(hour, minute, second, tokens)


def _counts(tokens: Sequence[Token], line: Line, locale: Locale) -> bool:
    """Tell whether a number beside a part of the day rather counts something: 4晚, 晚一天, 上午两个人."""
    if tokens[-1].kind == "P" and tokens[-2].kind == "N":
        return locale.numbers.compact
    behind = line.text[tokens[-1].end :].lstrip()
    counted = (*locale.dates.units, *locale.numbers.measures) if tokens[-1].kind == "N" else ()
    return any(has_cjk(word) and behind.startswith(word) for word in counted)


_USUAL = frozenset({5, 10, 20, 25})  # minutes that are said without the word
_POINTED = frozenset({"half_day", "at", "part"})
_POINT = re.compile(r"(\d{1,2})\.(\d{2})")


def _split(numbers: Sequence[Token]) -> list[Token]:
    """Read 2.30 as hour and minute."""
    pointed = _POINT.fullmatch(numbers[0].raw) if len(numbers) == 1 else None
    return [numbers[0]._replace(value=int(part), raw=part) for part in pointed.groups()] if pointed else []


def _named(phrase: str, locale: Locale) -> time | None:
    """Noon; a part of the day (中午) counts where it has a time of its own."""
    written = locale.dates.times.get(" ".join(phrase.split()))
    if written is None:
        return None
    hour, _, minute = written.partition(":")
    return _make(int(hour), int(minute), 0, [])


def _parts(rule: str, tokens: Sequence[Token], numbers: Sequence[Token]) -> tuple[int, int, int]:
    """Give hour, minute and second as they were said; minutes may be below zero (ten to eight)."""
    quarter = next((int(token.value) for token in tokens if token.kind == "q"), 0)
    back = any(token.kind == "<" for token in tokens)
    if rule in {"quarter", "minutes", "before", "behind"}:
        first, last = (numbers[-1], numbers[0]) if rule == "behind" else (numbers[0], numbers[-1])
        minute = quarter or int(first.value)
        return int(last.value), -abs(minute) if back or minute < 0 else minute, 0
    hour, minute, second = (*[int(token.value) for token in numbers], 0, 0)[:3]
    if len(numbers) == 1 and len(numbers[0].raw) in {3, 4} and hour >= 100:
        hour, minute = divmod(hour, 100)  # 340pm
    return hour, quarter or minute, second


def _make(hour: int, minute: int, second: int, tokens: Sequence[Token]) -> time | None:
    """Put a time together; the part of the day and am or pm say which half is meant."""
    if not (0 <= hour <= 24 and -60 < minute < 60 and 0 <= second < 60):
        return None
    for token in tokens:
        if token.kind == "P":
            hour = in_part(hour, token.value)
        elif token.kind == "a" and hour <= 12:
            hour = hour % 12 + (12 if token.value == "pm" else 0)
    total = hour * 60 + minute
    return time(total // 60 % 24, total % 60, second)


def in_part(hour: int, part: tuple[int, int]) -> int:
    """Choose between 3 and 15 o'clock by the part of the day; the night goes on behind 24."""
    start, end = part
    if hour > 12:
        return hour
    for candidate in (hour, hour + 12, hour + 24) if hour < 12 else (12, 24):
        if start <= candidate < end:
            return candidate % 24
    return hour + 12 if start >= 12 and hour < 12 else hour


def _bare(text: str, reading: Reading) -> list[Found]:
    if len(cut(text)) > _FEW:
        return []
    for locale in reading.locales:
        numbers = [
            token for token in read_line(text, locale, "number").tokens if token.kind == "N" and not token.note
        ]
        if len(numbers) != 1 or not is_alone(text, numbers[0].start, numbers[0].end, locale):
            continue
        value = numbers[0].value
        if value == int(value) and 0 <= value < 24:
            return [Found(time(int(value)), numbers[0].start, numbers[0].end)]
    return []
