"""Patterns: what of a text fits the pattern of a slot, and what of that is only a word of the language.

A broad pattern, such as `[a-z0-9]{3,8}`, fits ordinary words too. Of a longer message it takes what stands right
behind the slot's name or is a word with a digit; for the open question also what is left beside fillers ('it's jwu').
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from botkit.dialogue.phrases import Phrases, is_question, read_control, strip_correction
from botkit.dialogue.wording import anywhere
from botkit.model.definitions import SlotDef
from botkit.model.parsers import Found
from botkit.model.words import bordered, fold, has_cjk, is_broad, words_of

_DIGIT = re.compile(r"\d")
_EVERYDAY = ("7", "12", "142", "2025", "14503")
_NUMBERS = frozenset({"number", "integer", "money"})


@dataclass(frozen=True, slots=True)
class SlotPattern:
    """A slot's pattern: as it is searched, as it is written, and whether ordinary words fit it."""

    searched: re.Pattern[str]
    exact: re.Pattern[str]
    broad: bool


def compile_pattern(source: str, plain: Iterable[str]) -> SlotPattern:
    """Compile a slot's pattern; `plain` are ordinary words of the bot's languages."""
    return SlotPattern(re.compile(bordered(source), re.IGNORECASE), re.compile(source), is_broad(source, plain))


Where = Literal["anywhere", "asked", "named"]
"""Where a text comes from: said at any time, replied to the slot's question, or right behind the slot's name."""


def find_matches(pattern: SlotPattern, phrases: Phrases, slot: SlotDef, text: str, where: Where) -> list[Found]:
    """Give what of a text is a slot's by its pattern, in the order of the text."""
    text = text if text.isascii() else wide(text)
    if not pattern.broad:
        matches: Iterator[re.Match[str]] = pattern.searched.finditer(text)
    elif where == "named":
        matches = _behind_name(pattern, phrases, text)
    else:
        matches = _among_words(pattern, phrases, slot, text, asked=where == "asked")
    return [Found(_cased(pattern.exact, match[0]), match.start(), match.end()) for match in matches if match[0]]


def is_guessable(slot: SlotDef) -> bool:
    """Tell a slot that a number of everyday may be for: a year, a house's, part of a phone's."""
    return _takes_numbers(slot.pattern) if slot.pattern else slot.type in _NUMBERS


@lru_cache(maxsize=256)
def _takes_numbers(pattern: str) -> bool:
    return any(re.fullmatch(pattern, number) for number in _EVERYDAY)


def wide(text: str) -> str:
    """Give a text with full-width letters as plain ones, where that moves no place."""
    if text.isascii():
        return text
    plain = unicodedata.normalize("NFKC", text)
    return plain if len(plain) == len(text) else text


def _cased(exact: re.Pattern[str], found: str) -> str:
    """Give a match in the case that the pattern is written for: a-10293 becomes A-10293."""
    if exact.fullmatch(found):
        return found
    return next((form for form in (found.upper(), found.lower()) if exact.fullmatch(form)), found)


def _behind_name(pattern: SlotPattern, phrases: Phrases, text: str) -> Iterator[re.Match[str]]:
    """Give what stands behind a slot's name, unless it only says something about it: 'is not working', 'is wrong'."""
    _, end = _core(phrases, (), text)
    match = pattern.searched.match(text, 0, end)
    if match is None or is_question(phrases, text):
        return
    said, rest = fold(match[0]), fold(text[match.end() : end])
    if said in phrases.yes or said in phrases.no or strip_correction(phrases, said) is not None:
        return
    if not (rest and _is_plain(phrases, said)):
        yield match


def _among_words(
    pattern: SlotPattern, phrases: Phrases, slot: SlotDef, text: str, *, asked: bool
) -> Iterator[re.Match[str]]:
    own = own_words(slot)
    if read_control(phrases, fold(text)) is not None:
        return
    if asked and not is_question(phrases, text):
        for start, end in (_core(phrases, own, text), (0, len(text.rstrip()))):
            match = pattern.searched.fullmatch(text, start, end)
            if match is not None and not _is_plain(phrases, fold(match[0]), own):
                yield match
                return
    for match in pattern.searched.finditer(text):
        if _DIGIT.search(match[0]) and " " not in match[0].strip():
            yield match


def _is_plain(phrases: Phrases, folded: str, own: tuple[str, ...] = ()) -> bool:
    """Tell whether a text is nothing but ordinary words and the slot's own name."""
    return (
        folded in phrases.plain
        or folded in own
        or all(word in phrases.plain or word in own for word in words_of(folded))
    )


def own_words(slot: SlotDef) -> tuple[str, ...]:
    """Give what a slot is called, and each word of it, the longest first."""
    folded = [fold(name) for name in slot.names]
    words = [word for name in folded for word in name.split()]
    return tuple(sorted({*folded, *words} - {""}, key=len, reverse=True))


def wants_another(phrases: Phrases, slot: SlotDef, text: str) -> bool:
    """Tell whether a text wants another value for a slot than the known one: 'another order', 别的订单."""
    if phrases.others is None:
        return False
    folded, own = fold(text), own_words(slot)
    named = anywhere((*own, *filter(None, [shortened(name, phrases.kinds) for name in own])))
    behind = (folded[match.end() :].lstrip() for match in phrases.others.finditer(folded))
    return named is not None and any(named.match(rest) for rest in behind)


def shortened(name: str, kinds: tuple[str, ...]) -> str:
    """Give a name without the word for the kind of thing at its end, or nothing."""
    folded = fold(name)
    ends = [kind for kind in kinds if folded.endswith(kind if has_cjk(kind) else f" {kind}")]
    return next((short for kind in ends if len(short := folded.removesuffix(kind).strip()) > 1), "")


def _core(phrases: Phrases, own: tuple[str, ...], text: str) -> tuple[int, int]:
    """Give where a text is without what leads in to a value ('sorry, my username is') and the fillers behind it."""
    flat, places = _flatten(text)
    trailing = [pattern for pattern in (phrases.fillers, anywhere(own)) if pattern]
    leading = [*trailing, *(pattern for pattern in (phrases.corrections, phrases.copulas) if pattern)]
    start, end = 0, len(flat.rstrip())
    while start < end:
        step = max([match.end() for pattern in leading if (match := pattern.match(flat, start, end))], default=start)
        step += len(flat[step:end]) - len(flat[step:end].lstrip())
        if step == start:
            break
        start = step
    while start < end:
        found = [match for pattern in trailing for match in pattern.finditer(flat, start, end) if match.end() == end]
        if not found:
            break
        end = len(flat[: min(match.start() for match in found)].rstrip())
    return (places[start], places[end - 1] + 1) if start < end else (0, 0)


def _flatten(text: str) -> tuple[str, list[int]]:
    """Give a text as phrases are compared, and where each of its letters stands in the text."""
    letters: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(text):
        if letter in "'’":
            continue
        small = letter.casefold()
        letters.append(small if small.isalnum() and len(small) == 1 else " ")
        places.append(place)
    return "".join(letters), places
