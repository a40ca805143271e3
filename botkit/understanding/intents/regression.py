"""Multinomial logistic regression with an L2 penalty.

In its dual form the weights are sums of the examples (representer theorem), so that training needs the examples'
inner products alone: 770 examples of 77 names take a fraction of a second, whatever the number of features, and inner
products of several spaces are blended by adding them. It is minimised by L-BFGS in the norm that the inner products
give (Nocedal and Wright, Numerical Optimization, 7.2).
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

FIT = 20.0  # what an example's error costs beside the penalty
_MEMORY = 8
_MOST_ROUNDS = 40
_ENOUGH = 0.03  # the length of the gradient, beside that of a model that knows nothing


def softmax(scores: Floats) -> Floats:
    """Give the probabilities of scores, along the last axis."""
    raised = np.exp(scores - scores.max(axis=-1, keepdims=True))
    made: Floats = raised / raised.sum(axis=-1, keepdims=True)
    return made


class _Point:
    """A place in the search: factors, their scores, the loss, and the gradient in and out of the inner products."""

    def __init__(self, gram: Floats, factors: Floats, scores: Floats, targets: Ints) -> None:
        lines = np.arange(len(targets))
        self.factors, self.scores = factors, scores
        top = scores.max(axis=1, keepdims=True)
        raised = np.exp(scores - top)
        total = raised.sum(axis=1, keepdims=True)
        errors = np.log(total[:, 0]) + top[:, 0] - scores[lines, targets]
        self.loss = float(FIT * errors.sum(dtype=np.float64) + 0.5 * np.vdot(factors, scores))
        slope = raised / total
        slope[lines, targets] -= 1.0
        self.slope: Floats = FIT * slope + factors
        self.slope_scores: Floats = gram @ self.slope


def regress(gram: Floats, targets: Ints, names: int, start: Floats | None = None) -> Floats:
    """Give the factors (examples x names) for inner products (examples x examples) and the examples' names.

    The scores of a text are the products of its inner products with the examples and the factors; the constant is
    among them if 1 is added to every inner product, here and there. `start` are factors to begin with.
    """
    factors = np.zeros((len(targets), names), np.float32) if start is None else start
    here = _Point(gram, factors, gram @ factors, targets)
    steps: list[tuple[Floats, Floats, Floats, Floats, float]] = []
    steepest = float(np.abs(gram).sum(axis=1).max())  # a bound of the largest eigenvalue
    enough = _ENOUGH * FIT * math.sqrt(float(np.trace(gram)))
    for _ in range(_MOST_ROUNDS):
        if math.sqrt(max(0.0, float(np.vdot(here.slope, here.slope_scores)))) < enough:
            break
        way, way_scores = _direction(here, steps, steepest)
        downhill = float(np.vdot(way, here.slope_scores))
        if not downhill < 0.0:
            break
        length, there = 1.0, here
        while length > 1e-4:
            there = _Point(gram, here.factors + length * way, here.scores + length * way_scores, targets)
            if there.loss <= here.loss + 1e-4 * length * downhill:
                break
            length *= 0.5
        gained = here.loss - there.loss
        if gained <= 0.0:  # the bends that were seen mislead: begin anew from here, straight downhill
            if not steps:
                break
            steps = []
            continue
        step, step_scores = length * way, length * way_scores
        turn, turn_scores = there.slope - here.slope, there.slope_scores - here.slope_scores
        bend = float(np.vdot(step, turn_scores))
        if bend > 1e-10:
            steps = [*steps, (step, step_scores, turn, turn_scores, 1.0 / bend)][-_MEMORY:]
        here = there
    return here.factors


def _direction(
    here: _Point, steps: list[tuple[Floats, Floats, Floats, Floats, float]], size: float
) -> tuple[Floats, Floats]:
    """Give the way down and its scores: the two loops of L-BFGS."""
    way, scores = here.slope.copy(), here.slope_scores.copy()
    shares: list[float] = []
    for step, _, turn, turn_scores, inverse in reversed(steps):
        share = inverse * float(np.vdot(step, scores))
        way -= share * turn
        scores -= share * turn_scores
        shares.append(share)
    if steps:
        _, _, turn, turn_scores, inverse = steps[-1]
        scale = 1.0 / (inverse * float(np.vdot(turn, turn_scores)))
    else:
        scale = 1.0 / (0.5 * FIT * size + 1.0)
    way *= scale
    scores *= scale
    for (step, step_scores, _, turn_scores, inverse), share in zip(steps, reversed(shares), strict=True):
        more = share - inverse * float(np.vdot(way, turn_scores))
        way += more * step
        scores += more * step_scores
    return -way, -scores


def weigh(
    texts: Sequence[tuple[Ints, Floats]], targets: Ints, names: int, size: int, vectors: Floats | None = None
) -> tuple[Floats, Floats]:
    """Give weights of more examples than inner products can be held of: (size + 1) x names, the last one constants.

    Each text is its features' places and weights; `vectors` (texts x dimensions) are more features, whose weights are
    given beside. Adagrad over mixed batches (Duchi, Hazan, Singer 2011).
    """
    mixer = np.random.default_rng(0)
    wide = 1 + (0 if vectors is None else vectors.shape[1])
    weights = np.zeros((size + wide, names), np.float32)
    speeds = np.full((size + wide, names), 1e-4, np.float32)
    always = np.arange(size, size + wide)
    for _ in range(_EPOCHS):
        for batch in np.array_split(mixer.permutation(len(texts)), math.ceil(len(texts) / _BATCH)):
            features, places = np.unique(np.concatenate([texts[at][0] for at in batch]), return_inverse=True)
            dense = np.ones((len(batch), len(features) + wide), np.float32)
            dense[:, : len(features)] = 0.0
            lines = np.repeat(np.arange(len(batch)), [len(texts[at][0]) for at in batch])
            dense[lines, places] = np.concatenate([texts[at][1] for at in batch])
            if vectors is not None:
                dense[:, len(features) + 1 :] = vectors[batch]
            touched = np.concatenate([features, always])
            errors = softmax(dense @ weights[touched])
            errors[np.arange(len(batch)), targets[batch]] -= 1.0
            slopes = dense.T @ errors + weights[touched] * (len(batch) / (FIT * len(texts)))
            speeds[touched] += slopes * slopes
            weights[touched] -= _PACE * slopes / np.sqrt(speeds[touched])
    return weights[: size + 1], weights[size + 1 :]


_BATCH = 256
_EPOCHS = 5
_PACE = 0.3
