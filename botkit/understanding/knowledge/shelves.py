"""Shelves: the passages of one language, ranked for a question, with what tells whether one answers it.

Rankings by words, by the things that they name and their parts, and by embeddings where there are any are brought
together by reciprocal rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009). Of the first few the signs are read.
"""

from collections.abc import Container, Mapping, Sequence
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import ArrayLike, NDArray

from botkit.model.articles import Article, Chunk
from botkit.model.words import has_cjk
from botkit.understanding.knowledge.asking import lacks
from botkit.understanding.knowledge.pieces import Question, pieces_of, read_question
from botkit.understanding.knowledge.postings import Counted, Postings, Scores
from botkit.understanding.knowledge.spelling import Spelling

Vectors = NDArray[np.float64]

FEW = 8  # passages of which the signs are looked at
_EARLY = 20.0  # k of the fusion: how little the first places differ
_MOST = 30  # places of a ranking that count
_OF_HEADING, _OF_TITLE, _OF_TAGS = 2.0, 1.0, 1.0  # how often what stands there counts
_BY_WORDS, _BY_PARTS, _BY_MEANING = 1.0, 0.5, 1.0  # weights of the rankings
_OF_THINGS = 0.5  # beside the parts of words
_MENDED = 0.9  # what a word counts that was mended,
_UNKNOWN = 0.8  # that no passage has,
_UNKNOWN_PAIR, _UNKNOWN_LETTER = 0.25, 0.3  # a pair of Chinese characters that may be no word, one of them
_SAME = 0.5  # how much of what is thin is so beside a heading that asks for the same kind,
_OTHER = 0.5  # and how much of a heading is asked for that asks for another
_LETTER = 0.5  # and one that passages have


class Analysis(NamedTuple):
    """The pieces of a passage, each with how often it counts."""

    words: Counted
    things: Counted
    parts: Counted


class Signs(msgspec.Struct, frozen=True):
    """What tells whether a passage answers a question.

    `covered` is how much of the question's words the passage has, rare ones counting more, and `ahead` how much more
    than the best of the others (below 0: less); `headed` is how much of its heading is asked for, half of that if the
    heading asks for another kind; `unfit` is 1 if it has nothing of the kind that is asked for. `thin` is how little
    there is to go by, of a question of one word: 1, less if that is the heading, and half if the heading asks for the
    same kind. `near` is the likeness of meanings, `apart` its lead.
    """

    covered: float
    ahead: float
    headed: float
    unfit: float
    thin: float = 0.0
    near: float = 0.0
    apart: float = 0.0


class Found(NamedTuple):
    """A passage that was found, by its place on the shelf."""

    at: int
    signs: Signs


def analyse(article: Article) -> tuple[Analysis, ...]:
    """Cut each passage of an article into pieces, together with its headings, title and tags."""
    return tuple(_analyse(article, chunk) for chunk in article.chunks)


def _analyse(article: Article, chunk: Chunk) -> Analysis:
    fields = (
        (pieces_of(chunk.text), 1.0),
        (pieces_of(" ".join(chunk.path)), _OF_HEADING),
        (pieces_of(article.title), _OF_TITLE),
        (pieces_of(" ".join(article.tags)), _OF_TAGS),
    )
    return Analysis(
        words=Counted.of((pieces.words, weight) for pieces, weight in fields),
        things=Counted.of((pieces.things, weight) for pieces, weight in fields),
        parts=Counted.of((pieces.parts, weight) for pieces, weight in fields),
    )


class Shelf:
    """The passages of one language. `vectors` has a row for each, of length 1, or there are none."""

    def __init__(
        self,
        passages: Sequence[tuple[Article, Chunk]],
        analyses: Sequence[Analysis],
        vectors: Vectors | None = None,
    ) -> None:
        self.passages = passages
        self._words = Postings([one.words for one in analyses], 0.5)
        self._things = Postings([one.things for one in analyses], 0.3)
        self._parts = Postings([one.parts for one in analyses], 0.5)
        self._spelling = Spelling(self._words)
        self._headings = [read_question(" ".join(chunk.path) or article.title) for article, chunk in passages]
        self._meant = _centred(vectors) if vectors is not None and len(vectors) else None

    @property
    def semantic(self) -> bool:
        """Whether the passages have vectors."""
        return self._meant is not None

    def find(self, question: Question, vector: ArrayLike | None) -> list[Found]:
        """Give the few passages that may answer, the likeliest first."""
        words = self._mend(question.words)
        by_words = self._words.score(words)
        by_parts = self._parts.score(dict.fromkeys(question.parts, 1.0))
        by_parts += _OF_THINGS * self._things.score(dict.fromkeys(question.things, 1.0))
        fused = _BY_WORDS * _places(by_words) + _BY_PARTS * _places(by_parts)
        meanings = self._meanings(vector)
        if meanings is not None:
            fused += _BY_MEANING * _places(meanings)
        best = [int(at) for at in np.argsort(-fused, kind="stable")[:FEW] if fused[at] > 0]
        return self._weigh(best, words, question, meanings) if best else []

    def _mend(self, words: Mapping[str, float]) -> dict[str, float]:
        """Give the words as the passages have them, each with what it counts."""
        found: dict[str, float] = {}
        for word, counts in words.items():
            known = word
            if word not in self._words:
                known = self._spelling.mend(word) or word
                counts *= _MENDED if known != word else _unknown(word)  # noqa: PLW2901 - it counts so much now
            elif len(word) == 1 and has_cjk(word):
                counts *= _LETTER  # noqa: PLW2901
            found[known] = max(found.get(known, 0.0), counts)
        return found

    def _meanings(self, vector: ArrayLike | None) -> Scores | None:
        if vector is None or self._meant is None:
            return None
        vectors, middle = self._meant
        asked = np.asarray(vector, dtype=np.float64)
        if asked.shape != middle.shape:
            return None
        asked = asked / (np.linalg.norm(asked) or 1.0) - middle
        likeness: Scores = vectors @ (asked / (np.linalg.norm(asked) or 1.0))
        return likeness

    def _weigh(
        self, best: Sequence[int], words: Mapping[str, float], question: Question, meanings: Scores | None
    ) -> list[Found]:
        weights = {word: counts * self._words.rarity(word) for word, counts in words.items()}
        whole = sum(weights.values()) or 1.0
        covered = self._words.weigh(weights) / whole
        found = []
        for at in best:
            article, chunk = self.passages[at]
            heading = self._headings[at]
            text = " ".join((article.title, *chunk.path, chunk.text))
            same = heading.kind is question.kind
            headed = _share(heading.words, words) * (1.0 if same or heading.kind is None else _OTHER)
            signs = Signs(
                covered=float(covered[at]),
                ahead=_lead(covered, at),
                headed=headed,
                unfit=float(lacks(text, question.kind)),
                thin=(1 - headed) * (_SAME if same and question.kind else 1.0) if question.thin else 0.0,
                near=float(meanings[at]) if meanings is not None else 0.0,
                apart=_lead(meanings, at) if meanings is not None else 0.0,
            )
            found.append(Found(at, signs))
        return found


def _share(weights: Mapping[str, float], known: Container[str]) -> float:
    """Give the share of some words, by their weights, that are known."""
    whole = sum(weights.values())
    return sum([weight for word, weight in weights.items() if word in known]) / whole if whole else 0.0


def _unknown(word: str) -> float:
    """Give what a word counts that no passage has."""
    if not has_cjk(word):
        return _UNKNOWN
    return _UNKNOWN_LETTER if len(word) == 1 else _UNKNOWN_PAIR


def _places(scores: Scores) -> Scores:
    """Give each text the reciprocal of its place; what is not above zero, or far behind, gets nothing."""
    order = np.argsort(-scores, kind="stable")[:_MOST]
    order = order[scores[order] > 0]
    given = np.zeros(len(scores))
    given[order] = 1.0 / (_EARLY + 1 + np.arange(len(order)))
    return given


def _lead(scores: Scores, at: int) -> float:
    """Say by how much a text leads the best of the others."""
    if len(scores) < 2:
        return float(scores[at])
    first, second = np.partition(scores, -2)[-2:][::-1]
    return float(scores[at] - (second if scores[at] == first else first))


def _centred(vectors: Vectors) -> tuple[Vectors, Vectors]:
    """Take what all vectors share out of them: sentence embeddings lie in a narrow cone."""
    middle = vectors.mean(axis=0)
    apart = vectors - middle
    lengths = np.linalg.norm(apart, axis=1, keepdims=True)
    return apart / np.where(lengths == 0, 1, lengths), middle
