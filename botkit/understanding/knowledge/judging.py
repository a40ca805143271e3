"""Judging: which of the passages that were found comes first, and how sure it is that it answers, from 0 to 1.

Two logistic regressions over the signs of a search, fitted to development questions (tests/knowledge/dev.jsonl, by
`python -m tests.benchmarks.knowledge --fit`): one ranks the few, one says how sure the first is. Both have a set of
weights for searches by embeddings too. The constants put the surest 3 of 100 questions that no article answers above
0.5, by a normal tail over the development questions. What `thin` weighs is set by hand: hardly any has one word.
"""

import math
from collections.abc import Mapping, Sequence

import msgspec

from botkit.understanding.knowledge.shelves import Found, Signs

Weights = Mapping[str, float]

RANKS: Weights = {"covered": 4.1, "ahead": 6.1, "headed": 2.5}
RANKS_BY_MEANING: Weights = {"covered": 1.7, "ahead": 4.6, "headed": 1.2, "near": 2.0, "apart": 7.5}
SURE: Weights = {"": -7.6, "covered": 6.7, "ahead": 3.9, "headed": 2.1, "unfit": -2.9, "thin": -4.5}
SURE_BY_MEANING: Weights = {
    "": -5.4, "covered": 4.3, "ahead": 2.6, "headed": 1.1, "unfit": -2.3, "apart": 5.6, "thin": -4.5,
}  # fmt: skip


def rank(found: Sequence[Found], *, semantic: bool) -> list[Found]:
    """Put the likeliest first; equal ones stay in order."""
    weights = RANKS_BY_MEANING if semantic else RANKS
    return sorted(found, key=lambda one: -_total(one.signs, weights))


def judge(signs: Signs, *, semantic: bool) -> float:
    """Give how sure it is that the passage with these signs answers the question."""
    total = _total(signs, SURE_BY_MEANING if semantic else SURE)
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


def _total(signs: Signs, weights: Weights) -> float:
    known = msgspec.structs.asdict(signs)
    return sum(weight * (known[name] if name else 1.0) for name, weight in weights.items())
