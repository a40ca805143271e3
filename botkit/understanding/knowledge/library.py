"""The library: all articles of a version, and the search in them."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike

from botkit.model.articles import Article, Chunk
from botkit.model.events import Passage
from botkit.model.locales import Locale, serving
from botkit.understanding.knowledge.judging import judge, rank
from botkit.understanding.knowledge.pieces import Question, read_question
from botkit.understanding.knowledge.shelves import Analysis, Found, Shelf, Vectors, analyse
from botkit.understanding.language import show

MOST = 3  # passages given
LEAST = 0.02  # one that is less sure is not given

_Part = tuple[Article, Chunk]


class _Kept(NamedTuple):
    """What is known of an article: what its passages are made of, and its language."""

    analyses: tuple[Analysis, ...]
    code: str


class Library:
    """Articles that can be searched; pure and deterministic.

    Passages stand on a shelf for each language: the one that the article names, else that its text shows, else the
    bot's first. A question is answered from the shelf of its own language, and from all if there is none.
    """

    def __init__(self, kept: Mapping[Article, _Kept], vectors: Mapping[str, ArrayLike]) -> None:
        self._kept = kept
        parts: dict[str, list[_Part]] = {}
        analyses: dict[str, list[Analysis]] = {}
        for article, known in kept.items():
            parts.setdefault(known.code, []).extend((article, chunk) for chunk in article.chunks)
            analyses.setdefault(known.code, []).extend(known.analyses)
        self.shelves = {code: Shelf(found, analyses[code], _rows(found, vectors)) for code, found in parts.items()}
        self.size = sum(len(shelf.passages) for shelf in self.shelves.values())

    @classmethod
    def build(
        cls,
        articles: Sequence[Article],
        locales: Mapping[str, Locale],
        *,
        before: "Library | None" = None,
        vectors: Mapping[str, ArrayLike] | None = None,
    ) -> Self:
        """Index articles; those that `before` has are not looked at again.

        `locales` are the bot's, in its order; `vectors` the embeddings of `texts_of`, if there are any.
        """
        known = before._kept if before is not None else {}
        kept = {one: known.get(one) or _Kept(analyse(one), _language(one, locales)) for one in articles}
        return cls(kept, vectors or {})

    def search(
        self, text: str, locale: str, most: int = MOST, vector: ArrayLike | None = None, *, least: float = LEAST
    ) -> tuple[Passage, ...]:
        """Give the passages nearest to a question, best first, each with how sure it is that it answers it.

        `vector` is the question's embedding; those that are less sure than `least` are left out. No text raises.
        """
        question = read_question(text)
        if not question.words:
            return ()
        own = serving(locale, self.shelves)
        if own is not None:
            return tuple(_best(own, question, vector, most, least))
        found = [one for shelf in self.shelves.values() for one in _best(shelf, question, vector, most, least)]
        return tuple(sorted(found, key=lambda one: -one.score)[:most])

    def with_vectors(self, vectors: Mapping[str, ArrayLike]) -> "Library":
        """Give the same library that knows the embeddings of `texts`."""
        return Library(self._kept, vectors)

    def texts(self) -> list[str]:
        """Give what is to be embedded of each passage."""
        return [text_of(article, chunk) for shelf in self.shelves.values() for article, chunk in shelf.passages]


def text_of(article: Article, chunk: Chunk) -> str:
    """Give a passage as it is embedded: with its title and headings."""
    return f"{article.title}. {' - '.join(chunk.path)}. {chunk.text}"


def _best(shelf: Shelf, question: Question, vector: ArrayLike | None, most: int, least: float) -> list[Passage]:
    """Give the passages of a shelf that are near; none is surer than the one before it."""
    semantic = shelf.semantic and vector is not None
    given: list[Passage] = []
    sure = 1.0
    for one in rank(shelf.find(question, vector), semantic=semantic)[:most]:
        sure = min(sure, judge(one.signs, semantic=semantic))
        if sure >= least:
            given.append(_passage(shelf, one, sure))
    return given


def _passage(shelf: Shelf, found: Found, sure: float) -> Passage:
    article, chunk = shelf.passages[found.at]
    title = " › ".join((article.title, *chunk.path))
    return Passage(text=chunk.text, title=title, source=article.source(chunk), score=round(sure, 3))


def _rows(parts: Sequence[_Part], vectors: Mapping[str, ArrayLike]) -> Vectors | None:
    """Give the vectors of some passages as rows; None if not all are known."""
    found = [vectors.get(text_of(article, chunk)) for article, chunk in parts] if vectors else []
    if not found or any(one is None for one in found):
        return None
    rows = np.array(found, dtype=np.float64)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.where(lengths == 0, 1, lengths)


def _language(article: Article, locales: Mapping[str, Locale]) -> str:
    """Give the language of an article: what it says, else what it shows, else the bot's first."""
    if article.locale:
        return article.locale
    text = "\n".join([article.title, *(chunk.text for chunk in article.chunks)])
    return show(text, tuple(locales.values()))[0] or next(iter(locales), "")
