"""Recognising what a message means by examples: no model is downloaded, and training takes a fraction of a second."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Self

import numpy as np

from botkit.model.events import Match
from botkit.model.words import fold
from botkit.understanding.intents.calibration import SURE_ENOUGH, Held
from botkit.understanding.intents.features import bags, clause_bags, quietness
from botkit.understanding.intents.models import FLOOR, Model, Taught
from botkit.understanding.intents.regression import Floats
from botkit.understanding.terms import EMPTY, FULL, Clause, clauses

MOST = 5  # matches given
MOST_SURE = 0.96  # of what is no example word by word: dialogue holds 0.97 for as good as said
_PART = 0.95  # what a clause says, beside what the whole message says
_REFUSED = 0.55  # a clause that refuses what it names
_SAYS_ELSE = 0.5  # what shares nothing but small words with its nearest example, and not even most of those
_MOST_OF = 0.75  # of the words of such an example
_CLAUSES = 4  # that are looked at beside the whole: the first and the last ones
_LONG = 400  # characters that may be an example
_NONE = ""  # the name of what means none of the names


class Mistake(NamedTuple):
    """An example that a model without it takes for another name's, with which probability, and that one's nearest."""

    name: str
    text: str
    other: str
    near: str
    score: float


class ExampleClassifier:
    """Implements ports.IntentClassifier: TF-IDF of words, pieces and terms, logistic regression, calibrated scores.

    A score is the probability that the name is what is meant; those of several names add up to at most 1, but for
    names that have the message itself as an example: they have 1. `classify` is pure.
    """

    def __init__(
        self,
        names: Sequence[str],
        texts: Sequence[tuple[str, str]],
        model: Model | None,
        held: Held | None,
        denied: frozenset[int],
        quiet: float,
    ) -> None:
        self.names = tuple(names)
        self.threshold = model.judge.threshold if model is not None else SURE_ENOUGH
        self.texts = tuple(texts)
        self.held = held
        self._model, self._denied, self._quiet = model, denied, quiet
        self._small = {at: keys for at, (_, text) in enumerate(texts) if (keys := _small_words(text))}
        self._exact: dict[str, dict[str, str]] = {}
        for name, text in texts:
            self._exact.setdefault(fold(text), {}).setdefault(name, text)

    @classmethod
    def build(
        cls,
        examples: Mapping[str, Sequence[str]],
        hints: Mapping[str, Sequence[str]] | None = None,
        vectors: Mapping[str, Floats] | None = None,
        others: Sequence[str] = (),
    ) -> Self:
        """Train on names and their example texts; `hints` are texts that describe a name and are no wordings of it.

        `others` are texts that mean none of the names, unless one has them as an example. `vectors` are the
        embeddings of all these texts. Blank texts are passed over; the order does not matter.
        """
        real = [
            (name, text)
            for name, given in sorted(examples.items())
            for text in sorted(set(given))
            if clauses(text) or fold(text)
        ]
        names = list(dict.fromkeys(name for name, _ in real))
        described = [(name, text) for name in names for text in (hints or {}).get(name, ()) if fold(text)]
        known = {fold(text) for _, text in real}
        beside = [(_NONE, text) for text in sorted(set(others)) if fold(text) not in known]
        quiet = quietness(len(real))
        both = [(name, text, bags(text, quiet)) for name, text in (*real, *described, *beside)]
        # A text whose words all say nothing (24/7) is known word by word alone.
        taught = [one for one in both if one[2].words]
        if all(one[0] == _NONE for one in taught):
            return cls(names, real, None, None, frozenset(), quiet)
        numbers = {name: at for at, name in enumerate([*names, _NONE])}
        count = len([one for one in both[: len(real)] if one[2].words])
        material = Taught(
            [one[2] for one in taught],
            np.array([numbers[one[0]] for one in taught]),
            np.arange(len(taught)) < count,
            len(names),
            None if vectors is None else np.stack([vectors[one[1]] for one in taught]),
        )
        model, held = Model.train(material)
        texts = [(one[0], one[1]) for one in taught[:count]]
        silent = [(one[0], one[1]) for one in both[: len(real)] if not one[2].words]
        denied = frozenset(at for at, (_, text) in enumerate(texts) if any(part.denied for part in clauses(text)[:1]))
        return cls(names, [*texts, *silent], model, held, denied, quiet)

    def mistakes(self, least: float) -> list[Mistake]:
        """Give the examples that were held out in training and surely taken for others (`least`), the surest first.

        Those whose name was hidden are not among them: nothing else could be said of them.
        """
        if self._model is None or self.held is None:
            return []
        found = []
        sure = self._model.judge.judge(self.held.signs)
        for at in np.flatnonzero((sure >= least) & ~self.held.hidden):
            name, text = self.texts[self.held.texts[at]]
            nearest = int(self.held.nearest[at])
            if nearest < len(self.names) and self.names[nearest] != name:
                near = self._model.nearest(bags(text, self._quiet), nearest)
                found.append(Mistake(name, text, self.names[nearest], self.texts[near][1], round(float(sure[at]), 3)))
        return sorted(found, key=lambda one: (-one.score, one.name, one.text))

    def classify(self, text: str, locale: str, vector: Floats | None = None) -> tuple[Match, ...]:
        """Give the nearest names, best first, at most five; the examples' languages need not be the message's.

        `vector` is the message's embedding, where the examples have some.
        """
        del locale
        best: dict[str, Match] = {}
        if self._model is not None:
            self._score(text, vector, self._model, best)
        for name, example in self._exact.get(fold(text[:_LONG]), {}).items():
            best[name] = Match(name, 1.0, example)
        return tuple(sorted(best.values(), key=lambda match: (-match.score, match.name))[:MOST])

    def _score(self, text: str, vector: Floats | None, model: Model, best: dict[str, Match]) -> None:
        """Score the names that the message is near to; its clauses are looked at where it is not sure as a whole."""
        parts = clauses(text)
        if len(parts) > _CLAUSES + 1:
            parts = (*parts[: _CLAUSES // 2 + 1], *parts[-_CLAUSES // 2 :])
        for at, clause in enumerate(parts):
            if at == 1 and any(match.score >= self.threshold for match in best.values()):
                return
            if at and all(term.most <= EMPTY for term in clause.terms):
                continue  # a greeting beside something else
            said = clause_bags(text if at == 0 else clause.text, clause, self._quiet)
            if not said.words:
                continue
            for number, sure, example in model.near(said, vector if at == 0 else None, MOST):
                score = min(sure, MOST_SURE) if at == 0 else sure * _PART
                if clause.refused and example not in self._denied:
                    score *= _REFUSED
                if vector is None and example in self._small and _says_else(clause, self._small[example]):
                    score *= _SAYS_ELSE
                name = self.names[number]
                if score >= FLOOR and (name not in best or score > best[name].score):
                    best[name] = Match(name, round(score, 3), self.texts[example][1] if example >= 0 else "")


def _says_else(clause: Clause, small: frozenset[str]) -> bool:
    """Tell whether a clause says more than an example of small words, and not most of that: 'do I get a discount'."""
    keys = {term.key for term in clause.terms}
    return any(term.most >= FULL for term in clause.terms) and len(small & keys) < _MOST_OF * len(small)


def _small_words(text: str) -> frozenset[str]:
    """Give the terms of a text if all of them say nothing of its meaning: 'how do I get to you'."""
    terms = [term for clause in clauses(text) for term in clause.terms]
    return frozenset(term.key for term in terms) if all(term.most <= EMPTY for term in terms) else frozenset()
