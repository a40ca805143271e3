"""Marks that the server refuses are tried again, and sooner when it is back; what was sent stays known for a while."""

import asyncio
from typing import Any, cast

import pytest

from botkit.errors import StoreError
from botkit.stores.postgres import connections, marks
from botkit.stores.postgres.connections import FIRST_PAUSE, LONGEST_PAUSE, Reach
from botkit.stores.postgres.marks import Marks

MARK = ("r1", 1, 1.0, "p1")


class Lane:
    """A lane whose jobs end as the test says."""

    def __init__(self) -> None:
        self.posted: list[asyncio.Future[None]] = []

    def post(self, _: object) -> "asyncio.Future[None]":
        self.posted.append(asyncio.get_running_loop().create_future())
        return self.posted[-1]

    async def refuse(self) -> None:
        self.posted[-1].set_exception(StoreError("the disk is full"))
        await asyncio.sleep(0)

    async def write(self) -> None:
        self.posted[-1].set_result(None)
        await asyncio.sleep(0)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [1000.0]
    for module in (connections, marks):
        monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    return now


async def test_a_refused_mark_is_tried_again_as_soon_as_the_server_is_back() -> None:
    lane = Lane()
    made = Marks(cast("Any", lane))
    made.add("r1", MARK)
    made.add("r1", MARK)
    await lane.refuse()
    assert (len(lane.posted), "r1" in made) == (1, True)
    made.hurry()
    made.hurry()
    assert len(lane.posted) == 2
    await lane.refuse()
    made.renew()
    assert len(lane.posted) == 3
    await lane.write()
    assert "r1" in made
    made.hurry()
    assert len(lane.posted) == 3


async def test_a_refused_mark_is_tried_again_by_itself_after_growing_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    lane, pauses = Lane(), list[float]()
    later = asyncio.get_running_loop().call_later

    def noted(pause: float, *what: Any) -> asyncio.TimerHandle:
        pauses.append(pause)
        return later(0.0, *what)

    monkeypatch.setattr(asyncio.get_running_loop(), "call_later", noted)
    made = Marks(cast("Any", lane))
    made.add("r1", MARK)
    for tries in range(1, 8):
        assert len(lane.posted) == tries
        await lane.refuse()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    assert pauses == [0.05, 0.1, 0.2, 0.4, 0.8, 1.0, 1.0]
    made.stop()


async def test_what_was_written_is_written_again_for_half_a_minute(clock: list[float]) -> None:
    lane = Lane()
    made = Marks(cast("Any", lane))
    for reply in ("r1", "r2"):
        made.add(reply, MARK)
        await lane.write()
        clock[0] += 29
    assert "r1" in made
    made.renew()
    assert ("r1" in made, "r2" in made, len(lane.posted)) == (False, True, 3)


async def test_what_is_known_is_bounded(clock: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marks, "_MOST_KEPT", 3)
    lane = Lane()
    made = Marks(cast("Any", lane))
    for number in range(5):
        made.add(f"r{number}", MARK)
        await lane.write()
    assert [f"r{number}" in made for number in range(5)] == [False, False, True, True, True]
    clock[0] += 31
    made.add("r5", MARK)
    await lane.write()
    assert [f"r{number}" in made for number in range(2, 6)] == [False, False, False, True]


def test_who_reaches_the_server_again_tells_the_others(clock: list[float]) -> None:
    reach = Reach()
    reach.check()
    pause = FIRST_PAUSE
    for _ in range(8):
        for _ in range(3):  # the tries of three connections, at the same time
            reach.failed(StoreError("the server cannot be reached", hint="is it running?"))
        with pytest.raises(StoreError, match="cannot be reached") as caught:
            reach.check()
        assert caught.value.hint == "is it running?"
        clock[0] += pause
        reach.check()
        pause = min(2 * pause, LONGEST_PAUSE)
    reach.failed(StoreError("the server cannot be reached"))
    assert (reach.succeeded(), reach.succeeded()) == (True, False)
    reach.check()
