"""Waiting for the process that has the store: it is told once for whom."""

import pytest

from botkit.app.bots import Waiting
from botkit.stores.holding import UNNAMED


@pytest.mark.parametrize(
    ("holders", "told"),
    [
        (["process 7", "process 7", UNNAMED, "process 7"], ["process 7"]),
        ([UNNAMED, UNNAMED], [UNNAMED]),
        ([UNNAMED, "process 7"], [UNNAMED, "process 7"]),
        (["process 7", UNNAMED, "process 8"], ["process 7", "process 8"]),
    ],
)
def test_it_tells_once_for_whom_it_waits(holders: list[str], told: list[str]) -> None:
    said: list[str] = []
    waiting = Waiting(said.append)
    assert all(waiting(holder) for holder in holders)
    assert [line.split(" to end")[0].removeprefix("waiting for ") for line in said] == told
