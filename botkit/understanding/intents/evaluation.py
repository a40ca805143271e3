"""Evaluation: what a classifier says of examples that it was not taught.

The examples of each name are dealt out to folds; those of one fold are tried on a classifier that is trained on the
others. Beside that whole names are left out, group by group: what a message looks like that means none of the names.
Nothing is random: the same examples give the same result, and an example more leaves most others in their folds.
"""

import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from botkit.model.events import Match
from botkit.model.words import fold
from botkit.understanding.intents.classifier import ExampleClassifier
from botkit.understanding.intents.regression import Floats

Progress = Callable[[int, int], None]  # trainings that are done, and how many there will be
_BINS = 10  # of scores


class Tried(NamedTuple):
    """A text that was tried, the name that is meant ('' for none), the nearest names, and the classifier's threshold.

    `hidden`: the name that is meant was kept from the classifier, so that none of those it knows is right.
    """

    text: str
    meant: str
    matches: tuple[Match, ...]
    threshold: float
    hidden: bool = False

    @property
    def taken(self) -> str:
        """The nearest name; '' if none is near."""
        return self.matches[0].name if self.matches else ""

    @property
    def score(self) -> float:
        """The nearest name's score."""
        return self.matches[0].score if self.matches else 0.0

    @property
    def outside(self) -> bool:
        """Whether none of the names that the classifier knows is meant."""
        return self.hidden or not self.meant

    @property
    def right(self) -> bool:
        """Whether the nearest name is meant."""
        return not self.outside and self.taken == self.meant


def cross_validate(
    examples: Mapping[str, Sequence[str]],
    hints: Mapping[str, Sequence[str]],
    folds: int = 5,
    vectors: Mapping[str, Floats] | None = None,
    progress: Progress | None = None,
    others: Sequence[str] = (),
) -> Iterator[Tried]:
    """Try each example on a classifier without it, and those of whole names on one that does not know the name.

    Names with a single example are taught and never tried. `vectors` are the embeddings of all texts, hints too,
    and of `others`, which mean none of the names.
    """
    own = {name: _distinct(texts) for name, texts in sorted(examples.items())}
    own = {name: texts for name, texts in own.items() if texts}
    dealt = _deal(own, folds)
    groups = min(folds, len(own)) if len(own) > 1 else 0
    hidden = {name: at % max(1, groups) for at, name in enumerate(sorted(own, key=_mix))}
    for done in range(folds + groups):
        if progress is not None:
            progress(done, folds + groups)
        if done < folds:
            kept = {name: [text for text in texts if dealt[name, text] != done] for name, texts in own.items()}
            tried = [(name, text) for name, texts in own.items() for text in texts if dealt[name, text] == done]
        else:
            kept = {name: texts for name, texts in own.items() if hidden[name] != done - folds}
            tried = [(name, text) for name, texts in own.items() if name not in kept for text in texts]
        if tried:
            classifier = ExampleClassifier.build(kept, hints, vectors, others)
            yield from _try(classifier, tried, vectors, hidden=done >= folds)
    if progress is not None:
        progress(folds + groups, folds + groups)


def _try(
    classifier: ExampleClassifier,
    tried: Iterable[tuple[str, str]],
    vectors: Mapping[str, Floats] | None,
    *,
    hidden: bool,
) -> Iterator[Tried]:
    for name, text in tried:
        found = classifier.classify(text, "", None if vectors is None else vectors[text])
        yield Tried(text, name, found, classifier.threshold, hidden)


def _distinct(texts: Iterable[str]) -> list[str]:
    """Give the texts that differ in more than case and signs, in order of the alphabet."""
    first: dict[str, str] = {}
    for text in sorted(set(texts)):
        if key := fold(text):
            first.setdefault(key, text)
    return list(first.values())


def _deal(own: Mapping[str, Sequence[str]], folds: int) -> dict[tuple[str, str], int]:
    """Give each example its fold, those of a name evenly; -1, which is none, where a name has only one."""
    made: dict[tuple[str, str], int] = {}
    for name, texts in own.items():
        begin = _mix(name)  # so that small names do not fill the first fold alone
        for place, text in enumerate(sorted(texts, key=_mix)):
            made[name, text] = (begin + place) % folds if len(texts) > 1 else -1
    return made


def _mix(text: str) -> int:
    return zlib.crc32(text.encode("utf-8", "surrogatepass"))


def area(inside: Sequence[float], outside: Sequence[float]) -> float | None:
    """Give how often a score of what is meant is larger than one of what is not: the area under the ROC curve.

    Equal ones count half; None where there is none of either (Fawcett, An introduction to ROC analysis, 2006).
    """
    if not inside or not outside:
        return None
    other = np.sort(np.array(outside))
    mine = np.array(inside)
    below = np.searchsorted(other, mine, "left") + np.searchsorted(other, mine, "right")
    return float(below.sum() / (2 * len(mine) * len(other)))


def calibration_error(scores: Sequence[float], right: Sequence[bool], weights: Sequence[float]) -> float | None:
    """Give by how much scores differ from how often they are right, on the average: ten bins of equal width.

    The expected calibration error of Guo et al., On Calibration of Modern Neural Networks, 2017.
    """
    total = float(sum(weights))
    if not total:
        return None
    bins = np.minimum((np.array(scores) * _BINS).astype(np.int64), _BINS - 1)
    gaps = (np.array(scores) - np.array(right, np.float64)) * np.array(weights)
    return float(np.abs(np.bincount(bins, gaps, minlength=_BINS)).sum() / total)
