"""The trained model: examples in a space of features, and of embeddings where there are any."""

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from botkit.understanding.intents.calibration import (
    Held,
    Judge,
    calibrate,
    cover,
    explain,
    folds,
    held_out,
    signs_of,
)
from botkit.understanding.intents.features import NOTHING, Bags
from botkit.understanding.intents.regression import Floats, Ints, regress, softmax, weigh
from botkit.understanding.intents.spaces import Rows, Space

FLOOR = 0.1  # what scores less is no match
MOST_RELATED = 2000
"""Texts of which all inner products are held: with more of them training goes over batches."""
_NOTHING = 3
"""Empty texts that mean none of the names: what shares hardly a feature with any example is near to them."""
_FRAGMENT, _FEW_WORDS, _LEFT = 0.7, 5, 0.3
"""Three words or characters (five features) that are not most of what any example says answer a question rather
than begin something: they are held for less sure, down to 0.3 of it."""
_ALIKE = 1.25  # times as probable
_ROUNDING = 1e-3  # of a length: what is shorter is what rounding left
EMBEDDED = 0.65  # the share of embeddings, where there are any, beside that of features


class Taught(NamedTuple):
    """What a model is taught: texts' features, their names' numbers, which are real wordings, and embeddings."""

    bags: list[Bags]
    targets: Ints
    real: NDArray[np.bool_]
    names: int
    vectors: Floats | None = None

    def with_nothing(self) -> Self:
        """Add empty texts, which mean none of the names; the number of that is the one behind theirs."""
        none = np.full(_NOTHING, self.names)
        vectors = self.vectors
        if vectors is not None:
            vectors = np.concatenate([vectors, np.repeat(vectors.mean(axis=0, keepdims=True), _NOTHING, axis=0)])
        return self._replace(
            bags=[*self.bags, *[NOTHING] * _NOTHING],
            targets=np.concatenate([self.targets, none]),
            real=np.concatenate([self.real, np.zeros(_NOTHING, np.bool_)]),
            vectors=vectors,
        )


class Model:
    """Scores names for a text. Made by `train`."""

    def __init__(
        self,
        taught: Taught,
        space: Space,
        rows: Rows,
        centre: Floats,
        vectors: Floats | None,
        weights: Floats,
        shared: Floats,
        judge: Judge,
    ) -> None:
        self._space, self._rows = space, rows
        self._centre, self._vectors = centre, vectors
        self._weights = weights  # of features and the constant: (size + 1) x names
        self._shared = shared  # of embeddings: dimensions x names
        self.judge = judge
        self._texts = [np.flatnonzero((taught.targets == at) & taught.real) for at in range(taught.names)]
        self._terms = [{at for text in texts for at in rows.shares[text]} for texts in self._texts]
        self._room = np.zeros(space.size, np.float32)

    @classmethod
    def train(cls, taught: Taught) -> tuple[Self, Held]:
        """Train, and give what was held out on the way."""
        taught = taught.with_nothing()
        space = Space.of(taught.bags)
        rows = Rows([space.place(one) for one in taught.bags])
        if taught.vectors is None:
            centre, vectors = np.zeros(0, np.float32), None
        else:
            centre = taught.vectors.mean(axis=0)
            vectors = _centred(taught.vectors, centre)
        if rows.count <= MOST_RELATED:
            weights, shared, held = _related(taught, rows, space.size, vectors)
        else:
            weights, shared, held = _batched(taught, rows, space.size, vectors)
        judge = calibrate(held, taught.targets, taught.names)
        return cls(taught, space, rows, centre, vectors, weights, shared, judge), held

    def near(self, text: Bags, vector: Floats | None = None, most: int = 5) -> list[tuple[int, float, int]]:
        """Give what a text is near to, the best first: names' numbers, scores, the number of each one's nearest text.

        `vector` is its embedding, where the model has some.
        """
        row = self._space.place(text)
        scores = self._weights[-1] + row.weights @ self._weights[row.places]
        placed = None
        if self._vectors is not None:
            placed = _centred(vector[None, :], self._centre)[0] if vector is not None else None
            scale = 1.0 if placed is None else 1.0 - EMBEDDED
            scores = self._weights[-1] + (scores - self._weights[-1]) * scale
            if placed is not None:
                scores = scores + EMBEDDED * (placed @ self._shared)
        probabilities = softmax(scores)[:-1]
        order = np.argsort(-probabilities, kind="stable")[:most]
        covered = cover(row.shares, [self._rows.shares[at] for at in self._texts[order[0]]])
        known = explain(row.shares, self._terms[order[0]])
        sure = float(self.judge.judge(signs_of(probabilities[None, :], np.array([[covered, known]])))[0])
        if covered < _FRAGMENT and len(text.words) <= _FEW_WORDS:
            sure *= _LEFT + (1 - _LEFT) * covered / _FRAGMENT
        near = [one for one in _shared(order, probabilities[order], sure) if one[1] >= FLOOR]
        self._room[row.places] = row.weights
        found = [(name, score, self._nearest(name, placed)) for name, score in near]
        self._room[row.places] = 0.0
        return found

    def nearest(self, text: Bags, name: int) -> int:
        """Give the number of a name's text whose features are nearest to a text's."""
        row = self._space.place(text)
        self._room[row.places] = row.weights
        found = self._nearest(name, None)
        self._room[row.places] = 0.0
        return found

    def _nearest(self, name: int, placed: Floats | None) -> int:
        """Give the number of a name's text that is nearest to the one in the room."""
        texts = self._texts[name]
        if not len(texts):
            return -1
        likeness = self._rows.products(texts, self._room)
        if placed is not None and self._vectors is not None:
            likeness = (1 - EMBEDDED) * likeness + EMBEDDED * (self._vectors[texts] @ placed)
        return int(texts[likeness.argmax()])


def _shared(names: Ints, probabilities: Floats, sure: float) -> list[tuple[int, float]]:
    """Give the scores of names, the best first, of which the best is right with a probability.

    What is left is the others', or none's, the more the less sure it is. Two that are about as probable share what
    they have.
    """
    best = [float(one) for one in probabilities]
    if len(best) > 1 and best[0] < _ALIKE * best[1]:
        parts = [sure * best[0] / (best[0] + best[1]), sure * best[1] / (best[0] + best[1])]
    else:
        parts = [sure]
    left = sure * (1.0 - sure) / max(1e-9, 1.0 - sum(best[: len(parts)]))
    return [(int(name), parts[at] if at < len(parts) else left * best[at]) for at, name in enumerate(names)]


def _centred(vectors: Floats, centre: Floats) -> Floats:
    """Give embeddings without what all of them share, with length 1; what is nothing but that stays nothing."""
    moved = vectors - centre
    made: Floats = moved / np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), _ROUNDING)
    return made.astype(np.float32)


def _related(taught: Taught, rows: Rows, size: int, vectors: Floats | None) -> tuple[Floats, Floats, Held]:
    """Train by the inner products of all texts."""
    gram = rows.likeness(size)
    if vectors is not None:
        gram = (1 - EMBEDDED) * gram + EMBEDDED * (vectors @ vectors.T)
    gram += 1.0  # the constant
    factors = regress(gram, taught.targets, taught.names + 1)
    weights = np.concatenate([rows.combine(factors, size), factors.sum(axis=0, keepdims=True)])
    shared = vectors.T @ factors if vectors is not None else np.zeros((0, taught.names + 1), np.float32)

    def probe(kept: Ints, tried: Ints, present: Ints) -> Floats:
        column = np.searchsorted(present, taught.targets[kept])
        start = np.ascontiguousarray(factors[np.ix_(kept, present)])
        made = regress(np.ascontiguousarray(gram[np.ix_(kept, kept)]), column, len(present), start)
        return softmax(gram[np.ix_(tried, kept)] @ made)

    cuts = folds(taught.targets, taught.real, taught.names)
    return weights, shared, held_out(cuts, taught.targets, rows.shares, probe)


def _batched(taught: Taught, rows: Rows, size: int, vectors: Floats | None) -> tuple[Floats, Floats, Held]:
    """Train over batches: of so many texts the inner products would fill the memory."""
    texts = [rows.row(at) for at in range(rows.count)]
    weights, shared = weigh(texts, taught.targets, taught.names + 1, size, vectors)

    def probe(kept: Ints, tried: Ints, present: Ints) -> Floats:
        column = np.searchsorted(present, taught.targets[kept])
        some = None if vectors is None else vectors[kept]
        own, own_shared = weigh([texts[at] for at in kept], column, len(present), size, some)
        scores = np.stack([texts[at][1] @ own[texts[at][0]] for at in tried]) + own[-1]
        if vectors is not None:
            scores = scores + vectors[tried] @ own_shared
        return softmax(scores)

    cuts = folds(taught.targets, taught.real, taught.names)[:1]
    return weights, shared, held_out(cuts, taught.targets, rows.shares, probe)
