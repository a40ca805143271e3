"""Patterns of phrases, as customers write them: with borders between words, or without."""

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import groupby

from botkit.model.words import fold, has_cjk


@lru_cache(maxsize=1024)
def anywhere(phrases: tuple[str, ...], sparing: tuple[str, ...] = ()) -> re.Pattern[str] | None:
    """Make a pattern of phrases that stand anywhere in a folded text, but not where one of `sparing` begins so."""
    body = any_of(phrases, sparing)
    return re.compile(body) if body else None


def leading(phrases: Iterable[str]) -> re.Pattern[str] | None:
    """Make a pattern of phrases with the space behind them."""
    body = any_of(phrases)
    return re.compile(rf"(?:{body})\s*") if body else None


def trailing(phrases: Iterable[str]) -> re.Pattern[str] | None:
    """Make a pattern of phrases at the end of a text, with the space behind them."""
    body = any_of(phrases)
    return re.compile(rf"(?:{body})\s*\Z") if body else None


def any_of(phrases: Iterable[str], sparing: Iterable[str] = ()) -> str:
    """Make a pattern of phrases, the longest first: whole words, or just the characters where words have no borders.

    The borders stand once around all phrases in a row: around each of them they take long to compile. Where words
    have none, a phrase with which one of `sparing` begins is not found there: 别 is not in 别人. A ß is found in
    texts that are folded, and in those whose letters keep their places (`lowered`).
    """
    longer = {fold(word) for word in sparing}
    known = set(phrases)
    sharp = {fold(phrase.replace("ß", "ʒ")).replace("ʒ", "ß") for phrase in known if "ß" in phrase}
    folded = sorted(({fold(phrase) for phrase in known} | sharp) - {""}, key=len, reverse=True)
    parts = []
    for borderless, group in groupby(folded, key=has_cjk):
        choice = "|".join(_spared(phrase, longer) if borderless else re.escape(phrase) for phrase in group)
        parts.append(choice if borderless else rf"(?<!\w)(?:{choice})(?!\w)")
    return "|".join(parts)


def _spared(phrase: str, longer: Iterable[str]) -> str:
    rests = sorted({word[len(phrase) :] for word in longer if word.startswith(phrase)} - {""})
    return re.escape(phrase) + (f"(?!{'|'.join(map(re.escape, rests))})" if rests else "")
