"""Recall and precision of masking, by language and kind: a piece is found where a sight of its kind touches it."""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from botkit.safety.finding import find
from tests.pii.cases import Case


class Share(NamedTuple):
    """How many pieces there were of a kind, how many of them were found, and how much was found that was none."""

    pieces: int
    found: int
    wrong: int

    @property
    def recall(self) -> float:
        """The share of pieces that were found."""
        return self.found / self.pieces

    @property
    def precision(self) -> float:
        """The share of what was found that was a piece."""
        return self.found / max(1, self.found + self.wrong)


def judge(cases: Iterable[Case]) -> dict[tuple[str, str], Share]:
    """Give the shares of each (language, kind) that the cases have pieces of."""
    pieces, found, wrong = Counter[tuple[str, str]](), Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for case in cases:
        sights = find(case.text)
        for kind, start, end in case.spans:
            pieces[case.language, kind] += 1
            found[case.language, kind] += any(s.kind == kind and s.start < end and s.end > start for s in sights)
        for sight in sights:
            right = any(k == sight.kind and sight.start < end and sight.end > start for k, start, end in case.spans)
            wrong[case.language, sight.kind] += not right
    return {key: Share(pieces[key], found[key], wrong[key]) for key in pieces}
