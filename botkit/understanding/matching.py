"""Recognising intents and answers by their examples, without a model.

A message is compared with examples by the terms they share (`terms`): rare ones count, empty ones hardly. How much
of an example is said in the message counts most; what the message says beyond it lowers the score, so that a
message about something else is no match. Typing errors are mended by rapidfuzz, which also tells a nearly equal
wording from a free one.
"""

import heapq
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Self

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
_ELSEWHERE = 0.75  # a word of the message that another example of the same name has
_BEYOND = 0.55  # what words cost that the name does not explain
_RIVAL = 0.2  # and more if they are words of other names
_REFUSED = 0.55
_CANDIDATES = 24
_REMEMBERED = 4096  # terms
_COMPARED = 300  # characters that are compared letter by letter

_RELATED: dict[str, list[tuple[str, float]]] = defaultdict(list)
for _one, _other, _near in RELATED:
    _RELATED[f"={_one}"].append((f"={_other}", _near))
    _RELATED[f"={_other}"].append((f"={_one}", _near))


class _Example(msgspec.Struct, frozen=True):
    name: str
    text: str
    folded: str
    terms: tuple[tuple[Term, float], ...]  # with their weights
    keys: frozenset[str]
    total: float
    denied: bool


class _Heard(msgspec.Struct, frozen=True):
    """A term of the message: its weight, and the keys of examples that it may stand for, with their nearness."""

    term: Term
    weight: float
    keys: tuple[tuple[str, float], ...]


class FuzzyClassifier:
    """Implements ports.IntentClassifier on examples; pure and deterministic."""

    def __init__(self, examples: Sequence[_Example], weights: Mapping[str, float]) -> None:
        self._examples = examples
        self._weights = weights
        self._exact = {example.folded: at for at, example in reversed(list(enumerate(examples)))}
        self._index: dict[str, list[int]] = defaultdict(list)
        self._names_of: dict[str, set[str]] = defaultdict(set)
        for at, example in enumerate(examples):
            for term, _ in example.terms:
                self._index[term.key].append(at)
                self._names_of[term.key].add(example.name)
        self._spellings: dict[str, list[str]] = defaultdict(list)
        roots = {term.word for example in examples for term, _ in example.terms if term.word.isalpha()}
        for root in sorted(roots | KNOWN_STEMS):
            self._spellings[root[0]].append(root)
        self._known = roots | KNOWN_STEMS
        self._memo: dict[Term, _Heard] = {}  # words come again and again

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
            self._score(clause, folded, 1.0 if at == 0 else 0.95, best)
        exact = self._exact.get(folded)
        if exact is not None:
            for at, example in enumerate(self._examples[exact:], exact):
                if example.folded == folded:
                    best[example.name] = (1.0, at)
        ranked = sorted([(-score, name, at) for name, (score, at) in best.items() if score >= FLOOR])
        return tuple([Match(name, round(-score, 3), self._examples[at].text) for score, name, at in ranked[:MOST]])

    def _score(self, clause: Clause, folded: str, share: float, best: dict[str, tuple[float, int]]) -> None:
        heard: list[_Heard] = []
        for term in clause.terms:
            one = self._memo.get(term)
            if one is None:
                if len(self._memo) >= _REMEMBERED:
                    self._memo.clear()
                one = self._memo[term] = self._hear(term)
            heard.append(one)
        written = {one.term.word for one in heard}
        near: dict[str, float] = {}
        for one in heard:
            for key, nearness in one.keys:
                if nearness > near.get(key, 0.0):
                    near[key] = nearness
        for at in self._candidates(near) if near else ():
            example = self._examples[at]
            raw = share * self._likeness(example, near, heard, written)
            score = _calibrate(raw, example, folded if share == 1.0 else "")
            if clause.refused and not example.denied:
                score *= _REFUSED
            if score > best.get(example.name, (0.0, 0))[0]:
                best[example.name] = (score, at)

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

    def _candidates(self, near: Mapping[str, float]) -> list[int]:
        """Give the examples that are covered best by the keys that the message stands for."""
        covered: dict[int, float] = defaultdict(float)
        weights = self._weights
        for negative, key in sorted([(-weights[key], key) for key in near]):
            weight = -negative * near[key]
            having = self._index[key]
            if weights[key] > 2 * EMPTY or not covered:
                for at in having:
                    covered[at] += weight
            elif len(having) < len(covered):
                for at in having:
                    if at in covered:
                        covered[at] += weight
        examples = self._examples
        ranked = [(-weight / examples[at].total, at) for at, weight in covered.items()]
        if len(ranked) > _CANDIDATES:
            ranked = heapq.nsmallest(_CANDIDATES, ranked)
        else:
            ranked.sort()
        return [at for _, at in ranked]

    def _likeness(
        self, example: _Example, near: Mapping[str, float], heard: Sequence[_Heard], written: set[str]
    ) -> float:
        own = example.keys
        matched = 0.0
        for term, weight in example.terms:
            matched += weight * near.get(term.key, 0.0) * (1.0 if term.word in written else _SYNONYM)
        said = explained = rival = 0.0
        for one in heard:
            here = self._explained(one, own, example.name)
            said += one.weight
            explained += one.weight * here
            if here == 0.0 and one.keys and one.term.most == FULL:
                rival += one.weight
        raw = matched / example.total * (1.0 - (_BEYOND * (said - explained) + _RIVAL * rival) / said)
        return raw if matched >= 0.3 else raw * (0.7 + matched)

    def _explained(self, one: _Heard, own: frozenset[str], name: str) -> float:
        here = elsewhere = 0.0
        for key, near in one.keys:
            if near > here and key in own:
                here = near
            elif near > elsewhere and name in self._names_of[key]:
                elsewhere = near
        return here if here == 1.0 else max(here, elsewhere * _ELSEWHERE)


def _weight(most: float, having: int, names: int) -> float:
    """Weigh a term by how few names have it; `most` bounds words that say little in any bot."""
    rarity = math.log((names + 1) / having) / math.log(names + 1)
    return max(EMPTY, most * (0.15 + 0.85 * rarity)) if most > EMPTY else EMPTY


def _example(name: str, text: str, whole: Sequence[Clause], weights: Mapping[str, float]) -> _Example:
    terms = whole[0].terms if whole else ()
    weighted = tuple((term, weights[term.key]) for term in terms)
    total = sum(weight for _, weight in weighted) or FULL
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
