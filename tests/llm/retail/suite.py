"""The suite: which cases are played in which manners, a sample of it and the whole."""

import itertools
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from tests.flows.retail import cases, refusals
from tests.flows.retail.cases import Case
from tests.llm.retail.plays import TRICKS, Manner, batches, make_batch
from tests.llm.retail.running import Figures, play_here, play_killed

SEED = 520
WHOLE = 520
REFUSED = 20
REACHING = 10
MOST = 30  # conversations with one bot
POINTS = ("write:begun", "write:done", "take_result:before", "start_call:after")
"""Where a process is killed: in a write, when it is done and its result is not stored, when it is to begin."""

SERIAL = (Manner(), Manner(full=True))
PARTS = tuple(Manner(part=part, faults=True) for part in (1, 3, 7, 40))
PARALLEL = (Manner(parallel=True, faults=True), Manner(parallel=True, part=2), Manner(parallel=True, full=True))
TRICKED = tuple(Manner(trick) for trick in TRICKS)
TRICKED_AT_ONCE = tuple(Manner(trick, parallel=True, part=5, faults=True) for trick in TRICKS)
KILLED = (Manner(), Manner(parallel=True), *TRICKED)


@cache
def chosen(count: int, refused: int, reaching: int) -> tuple[Case, ...]:
    """Give generated cases, with some that the desk refuses, and some that reach for what is not theirs."""
    reached = (refusals.others_orders, refusals.unavailable_items, refusals.others_payments)
    return (
        *cases.generate(SEED, count),
        *refusals.refused_calls(SEED, refused),
        *itertools.chain.from_iterable(make(SEED, reaching) for make in reached),
    )


async def play(
    played: Sequence[Case], manners: Sequence[Manner], folder: Path, *, stream: bool, most: int = MOST
) -> Figures:
    """Play cases in this process."""
    figures = Figures()
    for number, part in enumerate(batches(played, most)):
        batch = make_batch(part, _turned(manners, number), number)
        await play_here(batch, folder / str(number), figures, stream=stream)
    return figures


async def kill(
    played: Sequence[Case],
    folder: Path,
    *,
    times: int,
    points: Sequence[str] = POINTS,
    around: str = "",
    most: int = MOST,
) -> Figures:
    """Play cases in processes that are killed, so many times at each point."""
    figures = Figures()
    for number, part in enumerate(batches(played, most)):
        batch = make_batch(part, _turned(KILLED, number), number)
        await play_killed(batch, folder / str(number), figures, tuple(points) * times, around=around)
    return figures


def _turned(manners: Sequence[Manner], by: int) -> list[Manner]:
    """Begin with another manner in each batch."""
    at = by % len(manners)
    return [*manners[at:], *manners[:at]]
