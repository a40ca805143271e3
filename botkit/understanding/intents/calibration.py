"""Calibration: how sure a match is, and from which score on it is sure enough, learned from what was held out.

The examples are cut into folds. In each fold some of every name's examples are held out, and all those of some names:
the former tell how often the nearest name is right, the latter what a message looks like that none of the names is
meant by. A logistic regression on few signs makes a probability of that; its coefficients are drawn to those of many
bots, so that one with a handful of examples has sensible scores too.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from random import Random
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from botkit.understanding.intents.regression import Floats, Ints

FOLDS = 4
OUTSIDE = 0.1  # the share of messages that mean nothing the bot knows
ENOUGH = np.array([0.6, 0.2])  # of an example: whoever says so much may mean it; of a text: so much is no accident
_DRAWN = 8.0  # how much the usual coefficients count, in observations
SURE_ENOUGH = 0.6
_DRAWN_THRESHOLD = 60.0  # how much SURE_ENOUGH counts, in hidden texts
_ALIKE = 0.03  # thresholds that serve about as well as the best: their middle moves less from edit to edit
_LARGEST_ODDS = 8.0
_LARGEST_LEAD = 2.0
SIGNS = 5
_HIDDEN = 0.6  # hidden names are nearer to the others than what customers say beside the point

Numbers = NDArray[np.float64]


class Judge(msgspec.Struct, frozen=True):
    """Makes a probability of the signs of a match, and knows which one is sure enough."""

    coefficients: tuple[float, ...]
    threshold: float

    def judge(self, signs: Numbers) -> Numbers:
        """Give the probabilities that the nearest names are right, for signs (n x SIGNS)."""
        made: Numbers = 1.0 / (1.0 + np.exp(-(signs @ np.array(self.coefficients))))
        return made


class Held(NamedTuple):
    """What was held out, text by text: its number, the nearest name, whether it was hidden, and its signs."""

    texts: Ints
    nearest: Ints
    hidden: NDArray[np.bool_]
    signs: Numbers


def odds(probabilities: Floats) -> Numbers:
    """Give the log odds of the largest of K probabilities, lines x K, over those of chance.

    What is missing to 1 is the probability of none of them.
    """
    best = np.clip(probabilities.max(axis=-1).astype(np.float64), 1e-6, 1 - 1e-6)
    chance = np.log(probabilities.shape[-1])
    made: Numbers = np.clip(np.log(best / (1 - best)) + chance, -_LARGEST_ODDS, _LARGEST_ODDS)
    return made


def signs_of(probabilities: Floats, said: Numbers) -> Numbers:
    """Give the signs of matches, lines x SIGNS.

    They are a constant, the odds, the lead before the next name or none (the logarithm of how many times more
    probable the best is, up to _LARGEST_LEAD), how much of an example of the name is said (`cover`), and how much of
    the text the name's examples say (`explain`), both as shares of what is enough; `said` are these two, lines x 2.
    """
    enough = np.minimum(said, ENOUGH) / ENOUGH
    return np.column_stack([np.ones(len(said)), odds(probabilities), _lead(probabilities), enough])


def _lead(probabilities: Floats) -> Numbers:
    ranked = np.sort(probabilities, axis=-1).astype(np.float64)
    none = 1.0 - ranked.sum(axis=-1)
    second = none if ranked.shape[-1] < 2 else np.maximum(none, ranked[:, -2])
    made: Numbers = np.log(np.maximum(ranked[:, -1], 1e-9) / np.maximum(second, 1e-9))
    return np.clip(made, -_LARGEST_LEAD, _LARGEST_LEAD)


def usual(names: int) -> Numbers:
    """Give the coefficients of many bots with so many names: the more there are, the less odds over chance tell.

    Fitted to bots of 2 to 150 names with 3 to 10 examples each, of a shop and of what CLINC150 has for validation,
    with messages of none of the names and such as mean two of them.
    """
    more = np.log(max(2, names)) - 3.0
    return np.array([-3.0 - 0.6 * more, 1.2 - 0.1 * more, max(0.2, 0.8 - 0.35 * more), 1.0, 1.4])


class Cut(NamedTuple):
    """One way to hold texts out: those that are kept, and those that are tried."""

    kept: Ints
    tried: Ints


def folds(targets: Ints, real: NDArray[np.bool_], names: int) -> list[Cut]:
    """Cut the texts; only `real` ones are held out, and the last number is none of the names.

    In each fold a quarter of the names, if there are more than four, is hidden wholly.
    """
    places = _places(targets, real)
    groups = np.full(names + 1, -1)
    if names > FOLDS:
        groups[:names] = _mixed(names, 0) % FOLDS
    made: list[Cut] = []
    for fold in range(FOLDS):
        out = real & (places % FOLDS == fold)
        hidden = groups[targets] == fold
        made.append(Cut(np.flatnonzero(~out & ~hidden), np.flatnonzero(out | (hidden & real))))
    return made


def held_out(
    cuts: Sequence[Cut],
    targets: Ints,
    shares: Sequence[Mapping[int, float]],
    probe: Callable[[Ints, Ints, Ints], Floats],
) -> Held:
    """Give what was held out.

    `probe` trains on kept texts, and gives the probabilities of the names that are present among them for others,
    tried x present; the last one is that of none.
    """
    parts: list[Held] = []
    for kept, tried in cuts:
        often = np.bincount(targets[kept], minlength=int(targets.max()) + 1)
        present = np.flatnonzero(often)
        if len(present) < 2 or not len(tried):
            continue
        probabilities = probe(kept, tried, present)[:, :-1]
        nearest = present[probabilities.argmax(axis=1)]
        texts = [[shares[text] for text in kept[targets[kept] == name]] for name in range(int(targets.max()) + 1)]
        terms = [{at for text in own for at in text} for own in texts]
        said = [
            (cover(shares[text], texts[name]), explain(shares[text], terms[name]))
            for text, name in zip(tried, nearest, strict=True)
        ]
        missing = often[targets[tried]] == 0
        parts.append(Held(tried, nearest, missing, signs_of(probabilities, np.array(said))))
    if not parts:
        return Held(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.bool_), np.zeros((0, SIGNS)))
    return Held(*[np.concatenate(column) for column in zip(*parts, strict=True)])


def cover(said: Mapping[int, float], texts: Iterable[Mapping[int, float]]) -> float:
    """Give which share of a text's terms is said, of the text of which most is."""
    return max([sum([share for at, share in text.items() if at in said]) for text in texts], default=0.0)


def explain(said: Mapping[int, float], terms: AbstractSet[int]) -> float:
    """Give which share of a text's terms is among some."""
    return sum([share for at, share in said.items() if at in terms])


def _places(targets: Ints, real: NDArray[np.bool_]) -> Ints:
    """Give each real text's place among those of its name, in an order that is mixed but always the same."""
    made = np.zeros(len(targets), np.int64)
    mixed = _mixed(len(targets), 1)
    counts: dict[int, int] = {}
    for text in mixed[real[mixed]]:
        name = int(targets[text])
        made[text] = counts.get(name, name)  # another beginning for each name: small ones do not fill one fold alone
        counts[name] = int(made[text]) + 1
    return made


def _mixed(count: int, seed: int) -> Ints:
    """Give the numbers below `count` in an order that is always the same; numpy's own takes 7 MB of memory."""
    order = list(range(count))
    Random(seed).shuffle(order)  # noqa: S311 - no secret
    return np.array(order, np.int64)


def calibrate(held: Held, targets: Ints, names: int) -> Judge:
    """Give the judge that what was held out makes of the usual one."""
    right = (held.nearest == targets[held.texts]) & ~held.hidden
    inside = max(1, int((~held.hidden).sum()))
    outside = max(1, int(held.hidden.sum()))
    weights = np.where(held.hidden, OUTSIDE / (1 - OUTSIDE) * inside / outside, 1.0)
    coefficients = _fit(held.signs, right.astype(np.float64), weights, usual(names))
    judge = Judge(tuple(coefficients.tolist()), SURE_ENOUGH)
    return Judge(judge.coefficients, _threshold(judge.judge(held.signs), right, held.hidden))


def _fit(signs: Numbers, right: Numbers, weights: Numbers, drawn_to: Numbers) -> Numbers:
    """Fit by Newton's method, with shorter steps where a whole one leads up; drawn to some coefficients."""
    made, loss = drawn_to, _loss(signs, right, weights, drawn_to, drawn_to)
    for _ in range(12):
        guessed = 1.0 / (1.0 + np.exp(-(signs @ made)))
        slope = signs.T @ (weights * (guessed - right)) + _DRAWN * (made - drawn_to)
        bend = (signs * (weights * guessed * (1 - guessed))[:, None]).T @ signs + _DRAWN * np.eye(signs.shape[1])
        step = np.linalg.solve(bend, slope)
        while (there := _loss(signs, right, weights, drawn_to, made - step)) > loss and np.abs(step).max() > 1e-6:
            step = step / 2
        made, loss = made - step, there
    return made


def _loss(signs: Numbers, right: Numbers, weights: Numbers, drawn_to: Numbers, made: Numbers) -> float:
    scores = signs @ made
    errors = np.logaddexp(0.0, scores) - right * scores
    return float((weights * errors).sum() + 0.5 * _DRAWN * ((made - drawn_to) ** 2).sum())


def _threshold(scores: Numbers, right: NDArray[np.bool_], hidden: NDArray[np.bool_]) -> float:
    """Give the score from which on most is right, of what is meant and of what is not, drawn to the usual one."""
    if not hidden.any() or hidden.all():
        return SURE_ENOUGH
    steps = np.arange(0.2, 0.9, 0.02)
    taken = np.array([(scores[~hidden & right] >= step).sum() for step in steps]) / (~hidden).sum()
    left = np.array([(scores[hidden] < step).sum() for step in steps]) / hidden.sum()
    gained = taken + _HIDDEN * left
    best = float(steps[gained >= gained.max() - _ALIKE].mean())
    count = float(hidden.sum())
    return round((count * best + _DRAWN_THRESHOLD * SURE_ENOUGH) / (count + _DRAWN_THRESHOLD), 3)
