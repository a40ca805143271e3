"""Counts: which numbers of a text are how many of what is asked for: not those of a day, nor of another unit."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from botkit.dialogue.phrases import Phrases
from botkit.model.locales import Locale
from botkit.model.parsers import Found, Reading
from botkit.model.words import fold, has_cjk, lowered

_SIGNS = re.compile(r"[,;.!?，；。！？、\n]")
_OR = "、"  # between two numbers and nothing else
_LEAST = 4  # letters of a word that tells what is counted
_PEOPLE = "people"
_TEN = 10
_WORD = re.compile(r"\s*-?([^\W\d_]+)")


def outside(found: Sequence[Found], text: str, known: Reading, others: Sequence[Found]) -> list[Found]:
    """Give the numbers that are no part of days: no 23 of 'until May 23', but the 5 of '5 nights from May 20'."""
    return [
        one
        for one in found
        if _unit_behind(text, one.end, known)
        or not any(
            other.start <= one.start and one.end <= other.end and other.end - other.start > one.end - one.start
            for other in others
        )
    ]


def off_the_clock(
    found: Sequence[Found], text: str, known: Reading, times: Sequence[Found], ranged: Sequence[Found] | None
) -> list[Found]:
    """Give the numbers that are no part of a time of day: no 3 of '3pm' or 三点半, nor the 11 of 'at eleven'.

    The two ends of a range are none: '5 to 10'. Of a locale's words before a time the first is the exact one: 'about
    eleven' may well be how many.
    """
    times = [one for one in times if not any(one.start <= end.start < one.end for end in ranged or ())]
    lead = fold(text[: times[0].start]) if times else ""
    at = any(lead in locale.dates.at[:1] for locale in known.locales)
    return [
        one
        for one in outside(found, text, known, times)
        if not (at and (one.start, one.end) == (times[0].start, times[0].end))
    ]


def of_units(found: Sequence[Found], text: str, known: Reading, asked: Iterable[str]) -> list[Found]:
    """Give the numbers without a unit of time behind them or with one that is asked for: no weeks for nights.

    Where the question has no unit all of them are given.
    """
    units = {unit for said in asked for locale in known.locales for unit in _units_in(fold(said), locale)}
    return [one for one in found if not units or _unit_behind(text, one.end, known) in {"", *units}]


def kinds_of(phrases: Phrases, known: Reading, asked: Iterable[str]) -> frozenset[str]:
    """Give what is counted by what is asked, where that is known: units of time, people."""
    questions = [fold(said) for said in asked]
    units = {unit for said in questions for locale in known.locales for unit in _units_in(said, locale)}
    people = phrases.heads is not None and any(phrases.heads.search(said) for said in questions)
    return frozenset({*units, _PEOPLE} if people else units)


def of_others(
    phrases: Phrases, found: Sequence[Found], text: str, known: Reading, kinds: Iterable[str]
) -> list[Found]:
    """Give the numbers that count what other slots are for (`kinds`): the 4 of '4 nights' where one is for nights."""
    claimed = frozenset(kinds)
    return [one for one in found if claimed and counted_behind(phrases, text, one.end, known)[0] in claimed]


def counted_behind(phrases: Phrases, text: str, end: int, known: Reading) -> tuple[str, int]:
    """Give what a number counts that ends at a place, and where that ends itself: 3 people, 3位, 3个人, 3 nights.

    It is a unit of time or people, by the word right behind the number or its measure; else nothing, at the place.
    """
    small, starts = lowered(text), _starts_behind(text, end, known)
    for at in starts:
        unit, word = _unit_at(small[at:], known)
        if unit:
            return unit, at + len(word)
    heads = phrases.heads
    for pattern in (heads, phrases.people):
        found = [match for at in starts if pattern is not None and (match := pattern.match(small, at)) is not None]
        ends = [match.end() for match in found if len(match[0]) > 1 or (heads is not None and heads.match(match[0]))]
        if ends:
            return _PEOPLE, max(ends)
    return "", end


def _starts_behind(text: str, end: int, known: Reading) -> list[int]:
    """Give where what a number counts may begin: behind it, or behind its measure where words have no borders."""
    start = end + len(text[end:]) - len(text[end:].lstrip())
    return [start, *(start + len(one) for one in _measures(known) if text.startswith(one, start))]


def _measures(known: Reading) -> list[str]:
    """Give the words that stand between a number and what it counts where words have no borders: 个, 位."""
    return [measure for locale in known.locales for measure in locale.numbers.measures if has_cjk(measure)]


def of_question(found: Sequence[Found], text: str, known: Reading, asked: Sequence[str]) -> list[Found]:
    """Give the numbers behind which stands what is asked for, or all if none has: the 2 of 'room 14 for 2 nights'."""
    questions = [fold(said) for said in asked]
    units = {unit for said in questions for locale in known.locales for unit in _units_in(said, locale)}
    words = {word for said in questions for word in said.split() if len(word) >= _LEAST}
    measures = [measure for measure in _measures(known) if any(measure in said for said in questions)]
    counted = [one for one in found if _unit_behind(text, one.end, known) in units or _is_of(text, one.end, words)]
    measured = [one for one in found if any(text.startswith(measure, one.end) for measure in measures)]
    return counted or measured or list(found)


def _is_of(text: str, end: int, words: Iterable[str]) -> bool:
    """Tell whether the word behind a number is one of some, but for its ending: 2 GUESTS."""
    word = _WORD.match(text, end)
    said = fold(word[1]) if word is not None else ""
    return len(said) >= _LEAST and any(said.startswith(one) or one.startswith(said) for one in words)


def about_as_many(text: str, known: Reading, asked: Sequence[str]) -> list[Found]:
    """Give the two numbers between which digits in a row leave the choice: 两三晚, 三四个."""
    for locale in known.locales if not text.isascii() else ():
        small = {
            word: int(value) for word, value in locale.numbers.words.items() if len(word) == 1 and 0 < value < _TEN
        }
        behind = [word for word in (*locale.numbers.measures, *locale.dates.units) if has_cjk(word)]
        for at in range(len(text) - 2 if small and behind else 0):
            few, more = small.get(text[at], 0), small.get(text[at + 1], 0)
            if 0 < few < more and any(text.startswith(unit, at + 2) for unit in behind):
                pair = [Found(few, at, at + 1), Found(more, at + 1, at + 2)]
                return pair if of_units(pair[1:], text, known, asked) else []
    return []


def is_listed(text: str, found: Sequence[Found]) -> bool:
    """Tell whether two numbers stand in a list that means one of them: 2、3晚."""
    return any(text[one.end : other.start].strip() == _OR for one, other in pairwise(found))


def side_by_side(text: str, found: Sequence[Found]) -> list[Found]:
    """Give two numbers that differ and have no sign between them: '2 adults and 1 child', 两大一小; or a 、."""
    placed = sorted(found, key=lambda one: one.start)
    return next(
        ([one, other] for one, other in pairwise(placed)
         if one.value != other.value
         and (is_listed(text, (one, other)) or _SIGNS.search(text, one.end, other.start) is None)), []
    )  # fmt: skip


def _units_in(folded: str, locale: Locale) -> Iterator[str]:
    words = folded.split()
    for word, unit in locale.dates.units.items():
        if word in folded if has_cjk(word) else word in words:
            yield unit


def _unit_behind(text: str, end: int, known: Reading) -> str:
    """Give the unit of time that stands right behind a number, or behind its measure (一个星期), or nothing."""
    small = lowered(text)
    return next((unit for at in _starts_behind(text, end, known) if (unit := _unit_at(small[at:], known)[0])), "")


def _unit_at(rest: str, known: Reading) -> tuple[str, str]:
    """Give the unit of time that a text begins with, and its word; nothing where it begins with none."""
    word = _WORD.match(rest)
    for locale in known.locales:
        units = locale.dates.units
        if any(rest.startswith(mark) for mark in locale.dates.marks):
            continue
        longest = max((unit for unit in units if has_cjk(unit) and rest.startswith(unit)), key=len, default="")
        if longest:
            return units[longest], longest
        if word is not None and word[1] in units:
            return units[word[1]], word[0]
    return "", ""
