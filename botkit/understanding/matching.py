"""Recognising intents and answers by their examples, without a model.

A message is compared with examples by the terms they share (`terms`): rare ones count, empty ones hardly. How much
of an example is said in the message counts most; what the message says beyond it lowers the score, so that a
message about something else is no match. Typing errors are mended by rapidfuzz, which also tells a nearly equal
wording from a free one.
"""

import math
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Self

import msgspec
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from botkit.model.events import Match
from botkit.model.words import fold
from botkit.understanding.terms import EMPTY, FULL, KNOWN_STEMS, WEAK, Clause, Term, clauses, word_term
from botkit.understanding.vocabulary import RELATED

MOST = 5  # matches given
FLOOR = 0.3  # what scores less is no match
_UNKNOWN = 0.6  # weight of a content word that no example has
_SYNONYM = 0.95  # another word for the same thing
_TYPO = 0.9
_PART = 0.95  # what a clause says, beside what the whole message says
_ELSEWHERE = 0.75  # a word of the message that another example of the same name has
_BEYOND = 0.55  # what words cost that the name does not explain
_RIVAL = 0.2  # and more if they are words of other names
_REFUSED = 0.55
_CANDIDATES = 24
_LEAST = (FLOOR / 0.9) ** (1 / 0.6) - 1e-9  # likeness that `_calibrate` brings to FLOOR
_REMEMBERED = 4096  # terms
_COMPARISONS = 512  # clauses, in known terms, of which it is remembered what they are near to; 4 kB each
_COMPARED = 300  # characters that are compared letter by letter

_RELATED: dict[str, list[tuple[str, float]]] = defaultdict(list)
for _one, _other, _near in RELATED:
    _RELATED[f"={_one}"].append((f"={_other}", _near))
    _RELATED[f"={_other}"].append((f"={_one}", _near))


class _Example(msgspec.Struct, frozen=True):
    name: str
    text: str
    folded: str
    terms: tuple[tuple[str, str, float], ...]  # keys, words, weights
    keys: frozenset[str]
    total: float
    denied: bool


class _Heard(msgspec.Struct, frozen=True):
    """A term of the message: its weight, and the keys of examples that it may stand for, with their nearness."""

    term: Term
    weight: float
    keys: tuple[tuple[str, float], ...]


class _Near(NamedTuple):
    """An example beside what is known of a clause."""

    at: int
    matched: float  # weight of the example's terms that are said
    explained: float  # weight of the clause's terms that the name explains
    rival: float  # of those that tell for other names


class FuzzyClassifier:
    """Implements ports.IntentClassifier on examples; pure and deterministic."""

    def __init__(self, examples: Sequence[_Example], weights: Mapping[str, float]) -> None:
        self._examples = examples
        self._weights = weights
        self._exact = {example.folded: at for at, example in reversed(list(enumerate(examples)))}
        self._index: dict[str, list[int]] = defaultdict(list)
        self._keys_of: dict[str, frozenset[str]] = {}
        for at, example in enumerate(examples):
            for key, _, _ in example.terms:
                self._index[key].append(at)
            self._keys_of[example.name] = self._keys_of.get(example.name, frozenset()) | example.keys
        self._totals = [example.total for example in examples]
        for having in self._index.values():
            having.sort(key=self._totals.__getitem__)
        self._totals_of = {key: [self._totals[at] for at in having] for key, having in self._index.items()}
        self._spellings: dict[str, list[str]] = defaultdict(list)
        roots = {word for example in examples for _, word, _ in example.terms if word.isalpha()}
        for root in sorted(roots | KNOWN_STEMS):
            self._spellings[root[0]].append(root)
        self._known = roots | KNOWN_STEMS
        self._memo: dict[Term, _Heard] = {}  # words come again and again
        self._compared: dict[tuple[_Heard, ...], list[_Near]] = {}  # clauses often differ in unknown words alone

    @classmethod
    def build(cls, examples: Mapping[str, Sequence[str]]) -> Self:
        """Build a classifier from names and their example texts; blank texts are passed over."""
        heard = [
            (name, text, clauses(text)[:1])
            for name, texts in sorted(examples.items())
            for text in dict.fromkeys(texts)
            if fold(text)
        ]
        names: dict[str, set[str]] = defaultdict(set)
        most: dict[str, float] = {}
        for name, _, whole in heard:
            for term in whole[0].terms if whole else ():
                names[term.key].add(name)
                most[term.key] = term.most
        count = len({name for name, _, _ in heard})
        weights = {key: _weight(most[key], len(having), count) for key, having in names.items()}
        return cls([_example(name, text, whole, weights) for name, text, whole in heard], weights)

    def classify(self, text: str, locale: str) -> tuple[Match, ...]:
        """Give the nearest names, best first, at most five; the examples' languages need not be the message's."""
        del locale
        best: dict[str, tuple[float, int]] = {}
        folded = fold(text) if len(text) <= _COMPARED else fold(text[:_COMPARED])
        for at, clause in enumerate(clauses(text)):
            self._score(clause, folded if at == 0 else "", best)
        exact = self._exact.get(folded)
        if exact is not None:
            for at, example in enumerate(self._examples[exact:], exact):
                if example.folded == folded:
                    best[example.name] = (1.0, at)
        ranked = sorted([(-score, name, at) for name, (score, at) in best.items() if score >= FLOOR])
        return tuple([Match(name, round(-score, 3), self._examples[at].text) for score, name, at in ranked[:MOST]])

    def _score(self, clause: Clause, folded: str, best: dict[str, tuple[float, int]]) -> None:
        """Score the examples that are near a clause; `folded` is the whole message if that is the clause."""
        heard = [self._memo.get(term) or self._learn(term) for term in clause.terms]
        known = tuple([one for one in heard if one.keys])
        if not known:
            return
        nearest = self._compared.get(known)
        if nearest is None:
            if len(self._compared) >= _COMPARISONS:
                self._compared.clear()
            nearest = self._compared[known] = self._compare(known)
        said = 0.0
        for one in heard:
            said += one.weight
        for at, matched, explained, rival in nearest:
            example = self._examples[at]
            raw = matched / example.total * (1.0 - (_BEYOND * (said - explained) + _RIVAL * rival) / said)
            if matched < 0.3:
                raw *= 0.7 + matched
            if not folded:
                raw *= _PART
            if raw < _LEAST:
                continue
            score = _calibrate(raw, example, folded)
            if clause.refused and not example.denied:
                score *= _REFUSED
            if score > best.get(example.name, (0.0, 0))[0]:
                best[example.name] = (score, at)

    def _learn(self, term: Term) -> _Heard:
        if len(self._memo) >= _REMEMBERED:
            self._memo.clear()
        one = self._memo[term] = self._hear(term)
        return one

    def _hear(self, term: Term) -> _Heard:
        keys = {term.key: 1.0}
        if term.key not in self._weights and term.word.isascii() and term.word not in self._known:
            mended = self._mend(term.word)
            if mended:
                term = word_term(mended, mended)
                keys = {term.key: _TYPO}
        sure = keys.get(term.key, 0.0)
        for other, near in _RELATED.get(term.key, ()):
            if other in self._weights:
                keys[other] = near * sure
        weight = self._weights.get(term.key)
        if weight is None:
            weight = _UNKNOWN * term.most if term.most > EMPTY else EMPTY
            if not self._weights.keys().isdisjoint([key for key, near in keys.items() if near]):
                weight = min(weight, WEAK)
        return _Heard(term, weight, tuple([item for item in keys.items() if item[0] in self._weights]))

    def _mend(self, word: str) -> str:
        """Find the known word that a mistyped one stands for, or nothing; its first letter has to be right."""
        if len(word) < 4 or len(word) > 30:
            return ""
        allowed = 2 if len(word) >= 8 else 1
        near = process.extract(
            word, self._spellings.get(word[0], ()), scorer=OSA.distance, score_cutoff=allowed, limit=3
        )
        for known, _, _ in sorted(near, key=lambda item: (item[1], item[0])):
            # In a short word a changed letter makes another word (cost, coat); a lost or turned one does not.
            turned = sorted(known) == sorted(word)
            if len(word) >= 6 or turned or (len(known) >= 5 and len(known) != len(word)):
                return str(known)
        return ""

    def _compare(self, known: Sequence[_Heard]) -> list[_Near]:
        """Compare examples with the known terms of a clause; no example has a word that is not among them."""
        written = {one.term.word for one in known}
        near: dict[str, float] = {}
        for one in known:
            for key, nearness in one.keys:
                if nearness > near.get(key, 0.0):
                    near[key] = nearness
        keys = frozenset(near)
        told: dict[tuple[frozenset[str], frozenset[str]], tuple[float, float]] = {}
        found: list[_Near] = []
        for at in self._candidates(near):
            example = self._examples[at]
            matched = 0.0
            for key, word, weight in example.terms:
                if key in near:
                    matched += weight * near[key] * (1.0 if word in written else _SYNONYM)
            shared = keys & example.keys, keys & self._keys_of[example.name]
            outcome = told.get(shared)
            if outcome is None:
                outcome = told[shared] = _explain(known, *shared)
            found.append(_Near(at, matched, *outcome))
        return found

    def _candidates(self, near: Mapping[str, float]) -> list[int]:
        """Give the examples that are covered best by the keys that the message stands for.

        Those of which too little is covered for FLOOR to be reached are left out.
        """
        covered: dict[int, float] = {}
        weights, totals = self._weights, self._totals
        longest = sum([weights[key] * nearness for key, nearness in near.items()]) / _LEAST
        passed = 0.0  # the weight of keys that were not looked up in every example
        for rank, (negative, key) in enumerate(sorted([(-weights[key], key) for key in near])):
            weight = -negative * near[key]
            having = self._index[key]
            if rank == 0:
                covered = dict.fromkeys(having[: bisect_right(self._totals_of[key], longest)], weight)
            elif weights[key] > 2 * EMPTY:
                for at in having[: bisect_right(self._totals_of[key], longest)]:
                    covered[at] = covered.get(at, 0.0) + weight
            elif len(having) < len(covered):
                for at in having:
                    if at in covered:
                        covered[at] += weight
            else:
                passed += weight
        likeness = {
            at: weight / totals[at] for at, weight in covered.items() if weight + passed >= _LEAST * totals[at]
        }
        # Twice, since numbers alone are compared in a third of the time that pairs take; equals stay in order.
        ranked = sorted(likeness)
        ranked.sort(key=likeness.__getitem__, reverse=True)
        return ranked[:_CANDIDATES]


def _explain(known: Sequence[_Heard], own: frozenset[str], of_name: frozenset[str]) -> tuple[float, float]:
    """Give the weight of the terms that an example or others of its name have, and that of those for other names."""
    explained = rival = 0.0
    for one in known:
        here = elsewhere = 0.0
        for key, near in one.keys:
            if near > here and key in own:
                here = near
            elif near > elsewhere and key in of_name:
                elsewhere = near
        if here < 1.0:
            here = max(here, elsewhere * _ELSEWHERE)
        explained += one.weight * here
        if here == 0.0 and one.term.most == FULL:
            rival += one.weight
    return explained, rival


def _weight(most: float, having: int, names: int) -> float:
    """Weigh a term by how few names have it; `most` bounds words that say little in any bot."""
    rarity = math.log((names + 1) / having) / math.log(names + 1)
    return max(EMPTY, most * (0.15 + 0.85 * rarity)) if most > EMPTY else EMPTY


def _example(name: str, text: str, whole: Sequence[Clause], weights: Mapping[str, float]) -> _Example:
    terms = whole[0].terms if whole else ()
    weighted = tuple((term.key, term.word, weights[term.key]) for term in terms)
    total = sum(weight for _, _, weight in weighted) or FULL
    keys = frozenset([term.key for term in terms])
    return _Example(name, text, fold(text), weighted, keys, total, whole[0].denied if whole else False)


def _calibrate(raw: float, example: _Example, folded: str) -> float:
    """Bring likeness onto the scale that thresholds are set on: 0.6 is sure enough, above 0.9 nearly the example."""
    score: float = 0.9 * raw**0.6
    if folded and raw > 0.8:
        ratio: float = fuzz.ratio(folded, example.folded[:_COMPARED]) / 100
        if ratio > 0.75:
            score += (0.98 - score) * min(1.0, (ratio - 0.75) / 0.2)
    return score
