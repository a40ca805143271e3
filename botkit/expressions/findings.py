"""What is wrong with an expression, as the loader reports it, and the word that was probably meant."""

from collections.abc import Iterable
from typing import Literal

import msgspec
from rapidfuzz.distance import OSA

Kind = Literal["template", "condition"]

FindingCode = Literal[
    "template-syntax",
    "unknown-filter",
    "unknown-test",
    "filter-arguments",
    "forbidden-syntax",
    "too-large",
]


class Finding(msgspec.Struct, frozen=True):
    """One mistake in a source: `line` counts from 0 at the source's first line; `hint` may be empty."""

    message: str
    code: FindingCode
    line: int = 0
    hint: str = ""


def suggest(word: str, known: Iterable[str]) -> str | None:
    """Give the known word that was probably meant by `word`, or None if none is near.

    Near is at most one edit in three letters (insert, delete, replace, swap neighbours), case aside. Among
    equals the first in sorted order wins, so that the answer does not depend on the order of `known`.
    """
    folded = word.casefold()
    best, distance = None, max(1, len(folded) // 3) + 1
    for candidate in sorted(known):
        found = OSA.distance(folded, candidate.casefold(), score_cutoff=distance)
        if found < distance and found < max(len(folded), len(candidate)):
            best, distance = candidate, found
    return best


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Word `suggest` as a hint; empty if nothing is near."""
    meant = suggest(word, known)
    return f"did you mean '{meant}'?" if meant else ""
