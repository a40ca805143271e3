"""A text as the index sees it: words, the things that they name, and parts of words.

Words are stemmed lightly; Chinese, Japanese and Korean runs are cut into characters and pairs, which needs no list of
words and finds each of them. Parts of words (four letters) let 'cancellation' meet 'cancelled'.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from botkit.model.words import fold, has_cjk
from botkit.understanding import terms
from botkit.understanding.knowledge.asking import kind_of
from botkit.understanding.terms import concepts, is_weak, segments
from botkit.understanding.vocabulary import WEAK_CJK

PART = 4  # letters of a part of a word
MOST_LETTERS = 40  # of a word; a longer one is no word
MOST_TEXT = 8000  # characters that are looked at
MOST_QUESTION = 500  # of a question
WEAK = 0.3  # what a word counts that says little: when, order, problem
JOINED = 0.3  # and a pair of Chinese characters of which one only joins words: 的券
ASKED = 0.1  # and a word that only asks: how many, how long

_THIN = 1.5  # words; two Chinese characters are one
_ASKING_WORDS = frozenset(["many", "much", "long", "often", "soon", "fast", "far", "viel", "viele", "lange", "oft"])
_ASKING = (
    "多少钱 什么意思 怎么回事 意思 几 吗 呢 么 能不能 可以 可不可以 会不会 要不要 是不是 多久 几天 哪 怎样 怎么办"
)


stem = lru_cache(maxsize=16_384)(terms.stem)  # the words of articles come again and again
is_empty = lru_cache(maxsize=16_384)(terms.is_empty)


class Pieces(NamedTuple):
    """What a text is made of, each as often as it stands there."""

    words: tuple[str, ...]
    things: tuple[str, ...]
    parts: tuple[str, ...]


class Question(NamedTuple):
    """What a question is made of: its words with what each counts, and what else `Pieces` has.

    `kind` is the pattern of what it asks for; it is `thin` with hardly more than a word to go by.
    """

    words: Mapping[str, float]
    things: tuple[str, ...]
    parts: tuple[str, ...]
    kind: re.Pattern[str] | None
    thin: bool


@lru_cache(maxsize=512)
def pieces_of(text: str) -> Pieces:
    """Cut a text into its pieces; words that say nothing ("please", 请问) are left out if there are others."""
    found = segments(fold(text[:MOST_TEXT]))
    full = [piece for piece in found if not is_empty(piece)] or found
    words = [word for piece in full for word in (_pairs(piece) if has_cjk(piece) else _stems(piece))]
    return Pieces(tuple(words), tuple(concepts(found)), tuple(_parts(full)))


@lru_cache(maxsize=64)
def read_question(text: str) -> Question:
    """Cut a question into its pieces; what makes it a question (多少, when) hardly counts."""
    text = text[:MOST_QUESTION]
    found = segments(fold(text))
    words: dict[str, float] = {}
    full = 0.0
    for piece in found:
        if has_cjk(piece):
            runs = _asking().sub(" ", piece).split()
            words.update({pair: _counts(pair) for run in runs for pair in _pairs(run)})
            full += sum(1 for run in runs for one in run if not is_empty(one)) / 2
        elif not is_empty(piece):
            weak = ASKED if piece in _ASKING_WORDS else WEAK if is_weak(piece) else 1.0
            words.update(dict.fromkeys(_stems(piece), weak))
            full += len(piece) > 1 and weak == 1.0
    pieces = pieces_of(text)
    return Question(words, pieces.things, pieces.parts, kind_of(text), thin=full < _THIN)


@lru_cache(maxsize=1)
def _asking() -> re.Pattern[str]:
    longest_first = sorted({*WEAK_CJK.split(), *_ASKING.split()}, key=lambda word: (-len(word), word))
    return re.compile("|".join(longest_first))


def _stems(word: str) -> Iterator[str]:
    if len(word) <= MOST_LETTERS:
        yield stem(word)


def _pairs(run: str) -> Iterator[str]:
    """Give the characters of a run and its pairs, without those that only join what means something."""
    yield from (one for one in run if not is_empty(one))
    yield from (run[at : at + 2] for at in range(len(run) - 1) if not _says_nothing(run[at : at + 2]))


def _counts(pair: str) -> float:
    return JOINED if len(pair) == 2 and (is_empty(pair[0]) or is_empty(pair[1])) else 1.0


def _says_nothing(pair: str) -> bool:
    return is_empty(pair) or (is_empty(pair[0]) and is_empty(pair[1]))


def _parts(found: list[str]) -> Iterator[str]:
    for piece in found:
        if len(piece) > MOST_LETTERS and not has_cjk(piece):
            continue
        if has_cjk(piece):
            yield from (piece[at : at + 3] for at in range(len(piece) - 2))
            continue
        padded = f"^{piece}$"
        yield from (padded[at : at + PART] for at in range(max(1, len(padded) - PART + 1)))
