"""Leaks: whether a text gives away what a model was told, or a secret of the bot, in whatever form.

Texts are compared by their letters alone, so that spaces, signs, case and marks make no difference. A sentence of
instructions that only states a fact may be quoted: it is there to be told.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import Final, NamedTuple

from botkit.model.words import has_cjk
from botkit.safety.disguises import letters

RUN: Final = 48  # letters in a row: some ten words of English; a Chinese character counts as three
PIECE: Final = 24  # letters in a row that count when pieces are put together,
PIECES: Final = 110  # and how many of those are too many
GAP: Final = 12  # letters that may be left out between two pieces of one run
WHOLE: Final = 400  # letters of instructions and facts at least, if they are half of all, that are too many
LEAST_SECRET: Final = 8  # letters and digits of a secret
_GRAM: Final = 8
_CJK_WEIGHT: Final = 3

_SENTENCES: Final = re.compile(r"[^.!?;\n。！？；]+")
_ORDERS: Final = re.compile(
    r"\byou (?!can\b|could\b|may\b|will\b|get\b|have\b|need\b|receive\b)|\b(?:never|always|must|don't|do not|nobody"
    r"|instructions?|secret|internal|confidential|reveal)\b"
    r"|^\W*(?:please )?(?:be|ask|help|offer|use|answer|write|call|give|keep|make|refuse|reply|respond|treat|check"
    r"|follow|if|when|start|begin|end|greet|recommend|suggest|decline|let|find|look|only|stay|speak|act|talk|route|add)\b"
    r"|你|不要|不得|不能|必须|请|绝不|禁止|始终|只能|切勿|永远|内部|保密|指示|指令|规则|务必|负责",
    re.IGNORECASE,
)


class Told(NamedTuple):
    """A system message by its letters: `weights` and `all_weights` are sums up to each, without facts and with."""

    letters: str
    weights: tuple[int, ...]
    all_weights: tuple[int, ...]
    places: dict[str, tuple[int, ...]]


@lru_cache(maxsize=64)
def told(system: str) -> Told:
    """Give a system message as texts are compared with it."""
    parts: list[str] = []
    weights: list[int] = []
    every: list[int] = []
    for sentence in _SENTENCES.findall(system):
        own, counts = letters(sentence), _ORDERS.search(sentence) is not None
        parts.append(own)
        for one in own:
            weight = _CJK_WEIGHT if not one.isascii() and has_cjk(one) else 1
            every.append(weight)
            weights.append(weight if counts else 0)
    joined = "".join(parts)
    places: dict[str, list[int]] = {}
    for place in range(len(joined) - _GRAM + 1):
        places.setdefault(joined[place : place + _GRAM], []).append(place)
    listed = {gram: tuple(found) for gram, found in places.items()}
    return Told(joined, (0, *accumulate(weights)), (0, *accumulate(every)), listed)


def gives_away(system: Told, said: str, before: Sequence[str] = ()) -> bool:
    """Tell whether a text (its letters) gives away what a system message says, alone or with the texts before it."""
    own = list(_shared(system, said))
    if any(_weight(system.weights, span) >= RUN for span in own):
        return True
    if not own:
        return False
    every = sum(_weight(system.all_weights, span) for span in _joined(own))
    if every >= WHOLE and every * 2 >= system.all_weights[-1]:
        return True
    fresh = [span for span in own if _weight(system.weights, span) >= PIECE]
    earlier = [span for one in before for span in _shared(system, one) if _weight(system.weights, span) >= PIECE]
    pieces = list(_joined([*fresh, *earlier]))
    if not fresh or not earlier:
        return False
    return sum(_weight(system.weights, span) for span in pieces) >= PIECES or any(
        right[0] - left[1] <= GAP and _weight(system.weights, (left[0], right[1])) >= RUN
        for left, right in pairwise(pieces)
    )


def _shared(system: Told, said: str) -> Iterator[tuple[int, int]]:
    """List the parts of a system message that stand in a text, as long as they go, as spans of its letters."""
    end = 0
    for start in range(0, len(said) - _GRAM + 1, _GRAM):
        if start + _GRAM <= end:
            continue
        longest = (0, 0, 0)
        for place in system.places.get(said[start : start + _GRAM], ()):
            left, right = _reach(system.letters, place, said, start)
            longest = max(longest, (right - left, left, start + right - place))
        if longest[0] >= _GRAM:
            yield longest[1], longest[1] + longest[0]
            end = longest[2]


def _reach(told_: str, place: int, said: str, at: int) -> tuple[int, int]:
    """Give how far two texts are the same around a place."""
    left, right = 0, _GRAM
    while left < min(place, at) and told_[place - left - 1] == said[at - left - 1]:
        left += 1
    while place + right < len(told_) and at + right < len(said) and told_[place + right] == said[at + right]:
        right += 1
    return place - left, place + right


def _weight(sums: Sequence[int], span: tuple[int, int]) -> int:
    return sums[span[1]] - sums[span[0]]


def _joined(spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """List spans without those parts that another one has already."""
    end = 0
    for start, stop in sorted(spans):
        if stop > end:
            yield max(start, end), stop
            end = stop


class Secrets:
    """The secrets of a bot, by their letters; short ones are none, since they may be any word."""

    def __init__(self, values: Iterable[str]) -> None:
        known = dict.fromkeys(letters(value) for value in values)
        self._known = [one for one in known if len(one) >= LEAST_SECRET and not (one.isdigit() and len(one) < 12)]

    def __bool__(self) -> bool:
        return bool(self._known)

    def is_in(self, said: str, before: Sequence[str] = ()) -> bool:
        """Tell whether most of a secret stands in a text (its letters), or its halves in a text and one before it."""
        return any(
            _most_of(one, said) or any(_in_halves(one, other, said) for other in before) for one in self._known
        )


def _most_of(secret: str, said: str) -> bool:
    length = max(LEAST_SECRET, -(-len(secret) * 6 // 10))
    return any(secret[start : start + length] in said for start in range(len(secret) - length + 1))


def _in_halves(secret: str, before: str, said: str) -> bool:
    """Tell whether a secret goes on in a text where it ended in the one before it."""
    return any(secret[:cut] in before and secret[cut:] in said for cut in range(6, len(secret) - 5))
