"""Halves: values that a text leaves the choice between, and says one of them but in part: '12 or 13 May'."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from botkit.dialogue.phrases import Phrases, leads_in
from botkit.model.locales import Locale
from botkit.model.parsers import Found
from botkit.model.words import fold, lowered

_NUMBER = re.compile(r"(?<!\d)\d{1,2}(?!\d)|\d+")
_SIGN = re.compile(r"[,.](?!\d)|[;!?，；。！？、\n]|\Z")  # with which a clause ends
_GLUED = r"\d.,:/#\-–$€£¥"  # beside a number: it is none of its own
_LIST = "、"
_NEAR = 100  # letters behind an 'or' in which its number stands, and what that counts
Parse = Callable[[str], list[Found]]


def left_between(phrases: Phrases, locales: tuple[Locale, ...], text: str, parse: Parse) -> list[str]:
    """Give what stands on both sides of an 'or' as values of a kind; nothing unless both are, and differ.

    A bare number beside a value is that with another number: 12 beside '13 May' is '12 May'.
    """
    small = lowered(text)
    signs = list(phrases.alternatives.finditer(small)) if phrases.alternatives is not None else []
    if not signs:
        return _listed(phrases, locales, text, parse)
    marks = _marks(locales)
    for at, sign in enumerate(signs):
        left = text[signs[at - 1].end() if at else 0 : sign.start()]
        right = text[sign.end() : signs[at + 1].start() if at + 1 < len(signs) else len(text)]
        rather = phrases.corrections is not None and phrases.corrections.match(fold(right)) is not None
        behind = text[sign.end() : sign.end() + _NEAR]
        labels = _labels(phrases, (left, right, behind), marks, parse) if not rather else []
        if labels:
            return labels
    return []


def may_list(phrases: Phrases, text: str) -> bool:
    """Tell whether a text has an 'and' or its sign: 20、21号."""
    return _LIST in text or (phrases.joined is not None and phrases.joined.search(lowered(text)) is not None)


def _listed(phrases: Phrases, locales: tuple[Locale, ...], text: str, parse: Parse) -> list[str]:
    """Give the values on both sides of an 'and' of which one is said in part: 'May 20 and 21', 20、21号.

    Nothing but what leads in to it stands before the first one. The ends of a range are not listed.
    """
    small = lowered(text)
    if phrases.ranges is not None and phrases.ranges.search(fold(text)) is not None:
        return []
    joined = phrases.joined.pattern if phrases.joined is not None else "(?!)"
    for sign in re.finditer(rf"{_LIST}|{joined}", small):
        left, right = text[: sign.start()], text[sign.end() :]
        starts = [found.start for found in parse(left)] or [found.start() for found in _NUMBER.finditer(left)]
        if not starts or not leads_in(phrases, fold(left[: min(starts)]), small=True):
            continue
        if not (right.lstrip()[:1].isdigit() or parse(right)):
            continue  # 'May 20 and at 10'
        labels = _labels(phrases, (left, right, right[:_NEAR]), _marks(locales), parse)
        if labels:
            return labels
    return []


def _labels(phrases: Phrases, around: tuple[str, str, str], marks: str, parse: Parse) -> list[str]:
    """Give the values of both sides, or the one of a side and what it is with the number of the other.

    `around` is what stands left and right of an 'or', up to the next ones, and what stands right of it altogether.
    """
    left, right, behind = around
    one = next((found for found in parse(left) if leads_in(phrases, fold(left[found.end :]), small=True)), None)
    other = next((found for found in parse(right) if leads_in(phrases, fold(right[: found.start]), small=True)), None)
    if one is not None and other is not None:
        both = [left[one.start : one.end], right[other.start : other.end]]
        return both if one.value != other.value else []
    if other is not None:
        said = right[other.start : other.end]
        half = _beside(_number_before(left, marks), said, other.value, parse)
        return [half, said] if half else []
    if one is not None:
        said = left[one.start : one.end]
        half = _beside(_number_behind(phrases, behind, marks), said, one.value, parse)
        return [said, half] if half else []
    return []


def _marks(locales: tuple[Locale, ...]) -> str:
    """Make the pattern of what may stand behind the number of a day: the 12TH, 12., 12号."""
    days = (mark for locale in locales for mark, unit in locale.dates.marks.items() if unit == "day")
    suffixes = (suffix for locale in locales for suffix in locale.numbers.ordinal_suffixes)
    return "|".join([r"\.(?!\d)", *map(re.escape, days), *(rf"{re.escape(one)}(?!\w)" for one in suffixes)])


def _number_before(left: str, marks: str) -> str:
    """Give the bare number that a text ends with, if it does."""
    found = re.search(rf"(?<![{_GLUED}])(\d{{1,4}})(?:\s*(?:{marks}))?\s*\Z", lowered(left))
    return found[1] if found is not None else ""


def _number_behind(phrases: Phrases, text: str, marks: str) -> str:
    """Give the bare number that a text begins with, behind small words at most.

    Behind that is the end of the clause, a small word, or an 'or' with a number of which this is true: neither the 2
    of 'maybe 2 people' nor that of 'maybe 2 or 3 people' is of a day.
    """
    small = lowered(text)
    number = re.compile(rf"(?<![{_GLUED}])(\d{{1,4}})(?:\s*(?:{marks}))?")
    joined = re.compile(rf"\s*(?:{phrases.alternatives.pattern if phrases.alternatives else '(?!)'})\s*")
    found = last = number.search(small)
    if last is None or found is None or not leads_in(phrases, fold(text[: found.start()]), small=True):
        return ""
    while (sign := joined.match(small, last.end())) is not None:
        other = number.match(small, sign.end())
        if other is None:
            break
        last = other
    return found[1] if _counts_nothing(phrases, text[last.end() :]) else ""


def _counts_nothing(phrases: Phrases, behind: str) -> bool:
    """Tell whether what stands behind a number is no thing of which there are so many."""
    rest = behind.lstrip()
    if _SIGN.match(rest) is not None:
        return True
    following = (phrases.fillers, phrases.small, phrases.either, phrases.alternatives, phrases.joining)
    return any(pattern is not None and pattern.match(lowered(rest)) is not None for pattern in following)


def _beside(number: str, value: str, known: Any, parse: Parse) -> str:
    """Give a value with another number, if that is another value: of a day, the same but for the day."""
    places = list(_NUMBER.finditer(value)) if number else []
    dated = isinstance(known, date)
    for place in reversed(places) if dated else places[:1]:
        said = value[: place.start()] + number + value[place.end() :]
        found = parse(said)
        if (
            found
            and found[0].value != known
            and (not dated or len(places) == 1 or _is_next_to(found[0].value, known))
        ):
            return said
    return ""


def _is_next_to(one: Any, other: date) -> bool:
    """Tell whether two days, with their times, differ by nothing but the day of the month."""
    if not isinstance(one, date) or one.day == other.day:
        return False
    month, day = slice(1, 2), slice(3, 6)  # of a time tuple: the month, and the time of the day
    return all(one.timetuple()[part] == other.timetuple()[part] for part in (month, day))
