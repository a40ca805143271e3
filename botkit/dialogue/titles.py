"""Titles: what a customer may call a slot, by its names or for short: date of delivery date, 金额 of 退款金额."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from botkit.dialogue.patterns import shortened
from botkit.dialogue.phrases import Phrases
from botkit.dialogue.wording import leading, trailing
from botkit.model.definitions import SlotDef
from botkit.model.words import fold, has_cjk

_LEAST = 3  # letters of a word that names a thing
_KINDLESS = frozenset({"text", "any", "choice"})  # several slots of these types are no rivals
_SIGNS = ",.;:!?，。；：！？、\n=-"

Called = Literal["whole", "short", "part"]


@dataclass(frozen=True, slots=True)
class Titles:
    """What some slots may be called: a pattern of it all, and of each without spaces its slot's name and what it is.

    A `short` one lacks the word for the kind of thing at a name's end (`order` of order number): that counts beside a
    value alone. A `part` is the thing itself: `date` of delivery date and of date of birth, 地址 of 新地址.
    """

    pattern: re.Pattern[str] | None
    slots: Mapping[str, tuple[str, Called]]


def gather_titles(slots: Sequence[SlotDef], kinds: tuple[str, ...], small: re.Pattern[str] | None) -> Titles:
    """Give what slots may be called; of several with one name the last has it.

    What is of two slots, or a slot's whole name, is no shorter name, nor is a part one where another slot takes the
    same values.
    """
    whole = {plain(title): slot.name for slot in slots for title in slot.names[1:]}
    whole.update({plain(slot.name): slot.name for slot in slots})
    takers: dict[str, set[str]] = {}
    for slot in slots:
        takers.setdefault(_values_of(slot), set()).add(slot.name)
    written = [name for slot in slots for name in names_of(slot)]
    found: dict[str, set[tuple[str, Called]]] = {}
    for slot in slots:
        alone = not _values_of(slot) or len(takers[_values_of(slot)]) == 1
        for name in names_of(slot):
            shorter: list[tuple[str, Called]] = [(shortened(name, kinds), "short")]
            shorter += [(part, "part") for part in parts_of(name, small)] if alone else []
            for short, how in shorter:
                written.append(short)
                found.setdefault(plain(short), set()).add((slot.name, how))
    called: dict[str, tuple[str, Called]] = {name: (slot, "whole") for name, slot in whole.items()}
    for short, known in found.items():
        if short and short not in whole and len({slot for slot, _ in known}) == 1:
            called[short] = min(known)  # a part before the other
    return Titles(find_in((*(name for name in written if plain(name) in called), *called)), called)


def names_of(slot: SlotDef) -> tuple[str, ...]:
    """Give the whole names of a slot."""
    return slot.names if slot.title else (slot.name,)


def find_in(names: tuple[str, ...]) -> re.Pattern[str] | None:
    """Make a pattern of slots' names, the longest first; a space or a hyphen may stand where they have `_`."""
    written = sorted(filter(plain, dict.fromkeys(names)), key=lambda name: len(plain(name)), reverse=True)
    body = "|".join(_written(name) for name in written)
    return re.compile(body, re.IGNORECASE) if body else None


def _written(name: str) -> str:
    words = name.replace("_", " ").split()
    if has_cjk(name):
        return r"[\W_]*".join(map(re.escape, words))
    body = r"[\W_]+".join("-?".join(map(re.escape, word)) for word in words)
    return rf"(?<![A-Za-z0-9_@./-]){body}(?![A-Za-z0-9_@]|[-./][A-Za-z0-9_])"


def _values_of(slot: SlotDef) -> str:
    """Give what values a slot takes, where that tells something of it."""
    listed = slot.options or slot.options_from or (slot.type in _KINDLESS and not slot.pattern)
    return "" if listed else f"{slot.type} {slot.pattern}"


def parts_of(name: str, small: re.Pattern[str] | None) -> Iterator[str]:
    """Give what may be a part of a name, folded, whichever slots there are."""
    folded = fold(name)
    words = folded.split()
    if has_cjk(folded):
        tails = (folded[at:] for at in range(1, len(folded) - 1)) if len(words) == 1 else ()
        yield from (tail for tail in tails if all(map(has_cjk, tail)))
        return
    at = next((at for at, word in enumerate(words) if small is not None and small.fullmatch(word)), len(words))
    head = words[:at]
    if len(head) < len(words):
        yield " ".join(head)
    if len(head) > 1 and len(head[-1]) >= _LEAST:
        yield head[-1]


def plain(name: str) -> str:
    """Give a name as it is compared."""
    return fold(name).replace(" ", "")


def is_thing(phrases: Phrases, text: str, start: int, end: int) -> bool:
    """Tell whether a word is a thing for itself, and no part of another's name: 'the date', not 'the date of birth'.

    What stands before it leads in to it or ends a clause; behind it is a sign, a number, or a word that tells of it.
    """
    before = text[:start].rstrip()
    if before and before[-1] not in _SIGNS:
        introducing = _introducing(phrases.introducing)
        if introducing is None or introducing.search(text[:start].casefold()) is None:
            return False
    rest = text[end:].lstrip()
    if not rest or rest[0].isdigit() or rest[0] in _SIGNS:
        return True
    following = _following(phrases.following)
    return following is not None and following.match(fold(rest)) is not None


@lru_cache(maxsize=16)
def _introducing(words: frozenset[str]) -> re.Pattern[str] | None:
    """Make the pattern of what may stand before a thing; it is long, and few bots ever need it."""
    return trailing(words)


@lru_cache(maxsize=16)
def _following(words: frozenset[str]) -> re.Pattern[str] | None:
    return leading(words)
