"""Splicing: of a known text a part is denied and another one said for it: 'not 9 but 11' of '9 Hill Road, Salem'."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from botkit.dialogue.phrases import Phrases, is_question, leads_in
from botkit.dialogue.remainders import remainder, rewords
from botkit.model.words import WORDS, fold, lowered, words_of

_MOST_WORDS = 3  # of a denial: is, not, at
_LATEST = 120  # letters before a denial: what has more before it says more
_EDGES = " \t\n,.;:，。；：、!！"


@dataclass(frozen=True, slots=True)
class Denied:
    """What a text denies, and what it says for that at `text[start:end]`."""

    old: str
    start: int
    end: int


def denied_in(phrases: Phrases, text: str) -> Denied | None:
    """Give what a text denies, and what it says for that, where it says nothing else: 'no, not 9 but 11'."""
    if is_question(phrases, text):
        return None
    at = next((at for at in _starts(phrases, text) if denied_part(phrases, text[at:])), -1)
    signs = list(phrases.clauses.finditer(lowered(text), max(at, 0))) if phrases.clauses is not None else []
    if at < 0 or len(signs) != 1:
        return None
    first, last = remainder(phrases, text[signs[0].end() :])
    start = signs[0].end() + first
    old = denied_part(phrases, text[at : signs[0].start()])
    return Denied(old, start, signs[0].end() + last) if old and last > first else None


def _starts(phrases: Phrases, text: str) -> Iterator[int]:
    """Give the words of a text before which nothing stands but what leads in to something."""
    words = (word.start() for word in WORDS.finditer(text, 0, _LATEST))
    yield from (at for at in words if leads_in(phrases, fold(text[:at])))


def denied_part(phrases: Phrases, said: str) -> str:
    """Give what stands behind the denial that a text begins with; nothing where it begins with none."""
    if phrases.leading_denials is None:
        return ""
    ends = [word.end() for word in islice(WORDS.finditer(said), 2 * _MOST_WORDS)]
    denial = [end for end in ends if phrases.leading_denials.fullmatch(fold(said[:end])) is not None]
    first, last = remainder(phrases, said[max(denial) :]) if denial else (0, 0)
    return said[max(denial) + first : max(denial) + last].strip(_EDGES) if denial else ""


def stands_in(old: str, current: str) -> bool:
    """Tell whether a part with a number is in a text once, with no letter or digit of the same kind beside it."""
    part = old.casefold() != current.casefold() and any(map(str.isdigit, old))
    return part and len(list(_places(old, current))) == 1


def is_in(old: str, current: str) -> bool:
    """Tell whether a text has more than a part that is denied: 天河路 of 广州市天河路12号."""
    return bool(old) and old.casefold() in current.casefold() and old.casefold() != current.casefold()


def spliced(phrases: Phrases, current: str, old: str, new: str) -> str | None:
    """Give a text with a part of it replaced; what is said for that may be a whole text. Nothing where it is neither.

    A part has no more words than what it replaces.
    """
    if not stands_in(old, current):
        return new
    if len(words_of(fold(new))) <= len(words_of(fold(old))):
        start, end = next(_places(old, current))
        return current[:start] + new + current[end:]
    whole = len(words_of(fold(new))) + 1 >= len(words_of(fold(current))) or rewords(phrases, new, current)
    return new if whole else None


def _places(old: str, current: str) -> Iterator[tuple[int, int]]:
    for found in re.finditer(re.escape(old), current, re.IGNORECASE):
        start, end = found.span()
        if not (
            _joins(current[start - 1 : start], current[start]) or _joins(current[end - 1], current[end : end + 1])
        ):
            yield start, end


def _joins(one: str, other: str) -> bool:
    both = one + other
    return len(both) > 1 and (both.isdigit() or (both.isascii() and both.isalnum()))
