"""Faults that plays have found in the runtime, each by the plan that found it."""

import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import pytest

from botkit import StoreError
from botkit.ports.stores import Store
from botkit.runtime.timers import Timers
from botkit.testing import FakeClock
from botkit.testing.faults import Fault, play
from tests.faults.customers import STALL, talk


async def test_a_restart_repeats_no_reply_that_was_being_sent(tmp_path: Path) -> None:
    """The channel was closed before the sends under way had ended, and they were made again."""
    faults = [Fault("restart", "send:before"), Fault("restart", "platform:taken")]
    judgement = await play(STALL, talk, faults, tmp_path, seed=1)
    assert not judgement.wrongs, judgement


async def test_a_reply_that_was_put_off_outlives_a_clock_set_back(tmp_path: Path) -> None:
    """Its pause grew to five minutes, though the clock was right again after a moment."""
    judgement = await play(
        STALL, talk, [Fault("clock", "put_off:after", seconds=0.3)], tmp_path, seed=1, patience=15.0
    )
    assert judgement.faults == 1
    assert not judgement.wrongs, judgement


async def test_a_store_that_fails_is_not_asked_at_once_again(caplog: pytest.LogCaptureFixture) -> None:
    """With a timer due it was asked, and the log told of it, a hundred times a second."""
    asked: list[float] = []

    class Broken:
        async def next_timer(self) -> float:
            return 0.0

        async def fire(self, now: float) -> Sequence[str]:
            asked.append(now)
            raise StoreError("the disk is full")

    with caplog.at_level(logging.CRITICAL):
        timers = Timers(cast("Store", Broken()), FakeClock(), lambda _: None)
        timers.start()
        await asyncio.sleep(0.1)
        await timers.stop()
    assert len(asked) == 1
