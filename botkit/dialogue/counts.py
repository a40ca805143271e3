"""Counts: which numbers of a text are how many of what is asked for: not those of a day, nor of another unit."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from botkit.model.locales import Locale
from botkit.model.parsers import Found, Reading
from botkit.model.words import fold, has_cjk

_SIGNS = re.compile(r"[,;.!?，；。！？、\n]")
_OR = "、"  # between two numbers and nothing else
_LEAST = 4  # letters of a word that tells what is counted
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


def of_units(found: Sequence[Found], text: str, known: Reading, asked: Iterable[str]) -> list[Found]:
    """Give the numbers without a unit of time behind them or with one that is asked for: no weeks for nights.

    Where the question has no unit all of them are given.
    """
    units = {unit for said in asked for locale in known.locales for unit in _units_in(fold(said), locale)}
    return [one for one in found if not units or _unit_behind(text, one.end, known) in {"", *units}]


def of_question(found: Sequence[Found], text: str, known: Reading, asked: Sequence[str]) -> list[Found]:
    """Give the numbers behind which stands what is asked for, or all if none has: the 2 of 'room 14 for 2 nights'."""
    questions = [fold(said) for said in asked]
    units = {unit for said in questions for locale in known.locales for unit in _units_in(said, locale)}
    words = {word for said in questions for word in said.split() if len(word) >= _LEAST}
    measures = [
        measure
        for locale in known.locales
        for measure in locale.numbers.measures
        if has_cjk(measure) and any(measure in said for said in questions)
    ]
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
    """Give the unit of time that stands right behind a number, or nothing."""
    rest = text[end:].casefold().lstrip()
    word = _WORD.match(rest)
    for locale in known.locales:
        units = locale.dates.units
        if any(rest.startswith(mark) for mark in locale.dates.marks):
            continue
        longest = max((unit for unit in units if has_cjk(unit) and rest.startswith(unit)), key=len, default="")
        if longest or (word is not None and word[1] in units):
            return units[longest or (word[1] if word is not None else "")]
    return ""
