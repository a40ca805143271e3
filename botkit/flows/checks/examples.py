"""Can intents and answers be told apart by their examples."""

from collections.abc import Iterable
from typing import NamedTuple

from rapidfuzz import fuzz

from botkit.errors import Place
from botkit.flows.checks.findings import Findings
from botkit.flows.checks.survey import Survey
from botkit.model.words import fold

CLOSE = 92.0
"""From this likeness on (rapidfuzz's ratio of the folded texts, 0 to 100) two examples are close."""
EXHAUSTIVE = 400
"""Up to so many examples each is compared with each; beyond, each with its neighbours."""
NEIGHBOURS = 8
"""How many neighbours on one side, in the order of the texts read forwards and backwards."""
LONGEST = 200
"""Longer examples are compared only for being the same."""


class _Example(NamedTuple):
    folded: str
    owner: str  # intent 'x', answer 'y'
    text: str
    place: Place
    rank: int


def check_examples(survey: Survey, found: Findings) -> None:
    """Report examples that two intents or answers share (an error) and close ones (a warning)."""
    first: dict[str, _Example] = {}
    for example in _examples(survey):
        other = first.setdefault(example.folded, example)
        if other.owner != example.owner:
            message = f"{example.owner} shares the example {_shown(example.text)} with {other.owner}"
            found.error(example.place, "shared-example", message, "let one of them have it")
    _check_close(list(first.values()), found)


def _examples(survey: Survey) -> Iterable[_Example]:
    rank = 0
    for kind, name, texts, place in (
        *(("intent", intent.name, intent.examples, intent.place) for intent in survey.bot.intents.values()),
        *(("answer", answer.name, answer.questions, answer.place) for answer in survey.bot.answers.values()),
    ):
        for text in texts:
            rank += 1
            folded = fold(text)
            if folded:
                yield _Example(folded, f"{kind} '{name}'", text, place, rank)


def _check_close(examples: list[_Example], found: Findings) -> None:
    reported: set[tuple[str, str]] = set()
    close = {
        (min(pair, key=_rank), max(pair, key=_rank))
        for pair in _pairs([e for e in examples if len(e.folded) <= LONGEST])
    }
    for one, other in sorted(close, key=lambda pair: (pair[1].rank, pair[0].rank)):
        if (one.owner, other.owner) not in reported:
            reported.add((one.owner, other.owner))
            message = (
                f"{other.owner} has the example {_shown(other.text)}, close to {_shown(one.text)} of {one.owner}"
            )
            found.warning(other.place, "close-examples", message, "word them differently, or make them one")


def _rank(example: _Example) -> int:
    return example.rank


def _pairs(examples: list[_Example]) -> Iterable[tuple[_Example, _Example]]:
    """List the close pairs of different owners.

    Two long texts that differ in one place begin or end alike, so that they are near each other in the order
    of the texts or of the texts reversed.
    """
    reach = len(examples) if len(examples) <= EXHAUSTIVE else NEIGHBOURS
    orders = [sorted(examples, key=lambda example: example.folded)]
    if len(examples) > EXHAUSTIVE:
        orders.append(sorted(examples, key=lambda example: example.folded[::-1]))
    for order in orders:
        for position, one in enumerate(order):
            for other in order[position + 1 : position + 1 + reach]:
                if one.owner != other.owner and fuzz.ratio(one.folded, other.folded, score_cutoff=CLOSE):
                    yield one, other


def _shown(text: str) -> str:
    return repr(text if len(text) <= 60 else f"{text[:57]}...")
