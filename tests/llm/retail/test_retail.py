"""A language model at a retail desk: it reads freely, and writes exactly what the customer has said yes to.

`make test` plays a sample, `make test-all` every case in every manner.
"""

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.flows.retail import recorded
from tests.llm.retail import suite
from tests.llm.retail.plays import MOST_CALLS, Manner
from tests.llm.retail.running import Figures
from tests.llm.retail.suite import (
    PARALLEL,
    PARTS,
    POINTS,
    SERIAL,
    TRICKED,
    TRICKED_AT_ONCE,
    chosen,
    kill,
    play,
)
from tests.llm.retail.tools import TOOLS

MANNERS = {
    "one call after the other": (SERIAL, False),
    "split arguments": (PARTS, True),
    "parallel calls": (PARALLEL, True),
    "parallel calls at once": (PARALLEL, False),
    "tricks": (TRICKED, False),
    "tricks in parallel": (TRICKED_AT_ONCE, True),
}


def right(figures: Figures) -> Figures:
    print(figures)
    assert not figures.wrong, "\n".join(f"{name}: {wrong}" for name, wrong in figures.wrong.items())
    assert figures.yes >= figures.written > 0
    return figures


async def test_a_sample_comes_out_exactly_in_every_manner(tmp_path: Path) -> None:
    played = chosen(12, 5, 1)
    manners = (*SERIAL, *PARALLEL, *TRICKED)
    figures = right(await play(played, manners, tmp_path, stream=False))
    assert set(figures.calls) == set(TOOLS)
    assert figures.most == MOST_CALLS
    assert figures.refused > 5
    assert figures.no >= 4
    assert set(figures.streams) == {False}


async def test_a_sample_comes_out_exactly_when_it_is_streamed(tmp_path: Path) -> None:
    figures = right(await play(chosen(12, 5, 1), (*PARTS, *TRICKED_AT_ONCE), tmp_path, stream=True))
    assert figures.statuses[429] == figures.statuses[500] == figures.conversations
    assert set(figures.streams) == {True}
    assert figures.no >= 4


async def test_nothing_is_written_twice_or_lost_when_the_process_is_killed(tmp_path: Path) -> None:
    figures = right(await kill(chosen(12, 0, 0)[:7], tmp_path, times=1))
    assert set(figures.kills) >= {"write:begun", "write:done"}
    assert not figures.handed_over


async def test_a_write_of_which_nobody_knows_the_outcome_goes_to_a_person(tmp_path: Path) -> None:
    around = "tests.llm.retail.workers:careful"
    points = ("write:done", "write:begun")
    figures = right(await kill(chosen(12, 0, 0)[:5], tmp_path, times=1, points=points, around=around))
    assert figures.handed_over >= figures.kills.total() >= 1


@pytest.mark.whole
@pytest.mark.parametrize("name", MANNERS)
async def test_all_cases_come_out_exactly(name: str, tmp_path: Path) -> None:
    manners, stream = MANNERS[name]
    played = chosen(suite.WHOLE, suite.REFUSED, suite.REACHING)
    figures = right(await play(played, manners, tmp_path, stream=stream))
    assert figures.conversations == len(played) == suite.WHOLE + suite.REFUSED + 3 * suite.REACHING
    assert set(figures.calls) == set(TOOLS)


@pytest.mark.whole
async def test_all_cases_come_out_exactly_when_the_process_is_killed(tmp_path: Path) -> None:
    figures = right(await kill(chosen(suite.WHOLE, 0, 0), tmp_path, times=2))
    assert figures.conversations == suite.WHOLE
    assert set(figures.kills) == set(POINTS)


@pytest.mark.whole
@pytest.mark.skipif(bool(recorded.missing()), reason=recorded.missing() or "all there")
@pytest.mark.parametrize("manners", [(Manner(),), PARTS, PARALLEL], ids=["whole", "parts", "parallel"])
async def test_recorded_cases_come_out_exactly(manners: Sequence[Manner], tmp_path: Path) -> None:
    played = list(recorded.read(reads=True))
    figures = right(await play(played, manners, tmp_path, stream=manners is PARTS))
    assert figures.conversations == len(played)
    assert figures.outs == sum(bool(r.out) for case in played for r in case.requests if not r.refused)
