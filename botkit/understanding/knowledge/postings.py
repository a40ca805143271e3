"""Postings: which passages have a piece, with its weight by BM25.

An index of our own beside SQLite's FTS5: what decides whether a question is answered (how rare the words are that a
passage lacks) has to be known anyway, FTS5 cuts no Chinese without a tokenizer in C, and a question is searched in
a few array additions.
"""

import math
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from sys import intern
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float64]

_NOTHING = np.zeros(0, dtype=np.float32)
_SATURATION = 1.2  # k1 of BM25: how much a second mention adds


class Counted(NamedTuple):
    """The distinct pieces of a text and how often each counts, kept small: there are many of them."""

    pieces: tuple[str, ...]
    counts: "array[float]"

    @classmethod
    def of(cls, fields: Iterable[tuple[Iterable[str], float]]) -> Self:
        """Count the pieces of fields, each with what one of its pieces counts."""
        counts: dict[str, float] = {}
        for pieces, weight in fields:
            for piece in pieces:
                counts[piece] = counts.get(piece, 0.0) + weight
        return cls(tuple(map(intern, counts)), array("f", counts.values()))


class Postings:
    """The pieces of some texts. `by_length` is b of BM25: how much a long text loses, 0 to 1.

    `_begins[row]` to `_begins[row + 1]` are the places of a piece in `_having` (texts, ascending) and `_weights`.
    """

    def __init__(self, texts: Sequence[Counted], by_length: float) -> None:
        self.count = len(texts)
        self.rarest = _rarity(1, self.count)
        self._rows: dict[str, int] = {}
        rows = np.array(
            [self._rows.setdefault(piece, len(self._rows)) for text in texts for piece in text.pieces], dtype=np.int32
        )
        order = np.argsort(rows, kind="stable")
        having = np.repeat(np.arange(self.count, dtype=np.int32), [len(text.pieces) for text in texts])[order]
        often = np.concatenate([np.frombuffer(text.counts, dtype=np.float32) for text in texts] or [_NOTHING])
        often = often[order].astype(np.float64)
        sizes = np.bincount(rows, minlength=len(self._rows))
        self._begins = np.concatenate([[0], np.cumsum(sizes)])
        self._rarities = np.log(1 + (self.count - sizes + 0.5) / (sizes + 0.5))
        lengths = np.array([sum(text.counts) for text in texts])
        pressed = _SATURATION * (1 - by_length + by_length * lengths / (lengths.mean() or 1.0)) if texts else lengths
        weights = often * (_SATURATION + 1) / (often + pressed[having]) if texts else often
        self._having = having
        self._weights = (weights * self._rarities[rows[order]]).astype(np.float32)

    def rarity(self, piece: str) -> float:
        """Say how much it tells that a text has this piece; one that no text has tells most."""
        row = self._rows.get(piece)
        return float(self._rarities[row]) if row is not None else self.rarest

    def __contains__(self, piece: str) -> bool:
        """Tell whether a text has this piece."""
        return piece in self._rows

    def __iter__(self) -> Iterator[str]:
        """Give the pieces."""
        return iter(self._rows)

    def score(self, pieces: Mapping[str, float]) -> Scores:
        """Score every text by the pieces of a question, each with what it counts."""
        scores = np.zeros(self.count)
        for piece, counts in pieces.items():
            row = self._rows.get(piece)
            if row is not None:
                place = slice(self._begins[row], self._begins[row + 1])
                scores[self._having[place]] += self._weights[place] * counts
        return scores

    def weigh(self, pieces: Mapping[str, float]) -> Scores:
        """Give the weight of the pieces that each text has, however often."""
        weights = np.zeros(self.count)
        for piece, weight in pieces.items():
            row = self._rows.get(piece)
            if row is not None:
                weights[self._having[self._begins[row] : self._begins[row + 1]]] += weight
        return weights


def _rarity(having: int, of: int) -> float:
    return math.log(1 + (of - having + 0.5) / (having + 0.5))
