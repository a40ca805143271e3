"""Lanes: in each its order, side by side, and nothing twice that is under way."""

import asyncio

import pytest

from botkit_slack.lanes import Lanes


class Work:
    """Work that waits until it is let go, and notes what it was."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.begun: list[str] = []
        self.done: list[str] = []

    async def do(self, name: str) -> str:
        self.begun.append(name)
        await self.gate.wait()
        self.done.append(name)
        return name


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_what_is_under_way_is_not_begun_again() -> None:
    lanes, work = Lanes(), Work()
    twice = [asyncio.create_task(lanes.run("m1", "D1", lambda: work.do("m1"))) for _ in range(2)]
    await settle()
    work.gate.set()
    assert await asyncio.gather(*twice) == ["m1", "m1"]
    assert work.begun == ["m1"]
    assert await lanes.run("m1", "D1", lambda: work.do("m1")) == "m1"
    assert work.begun == ["m1", "m1"], "what is done is known by the store alone"


async def test_a_lane_keeps_its_order_and_holds_no_other_up() -> None:
    lanes, slow, fast = Lanes(), Work(), Work()
    fast.gate.set()
    first = asyncio.create_task(lanes.run("m1", "D1", lambda: slow.do("m1")))
    second = asyncio.create_task(lanes.run("m2", "D1", lambda: fast.do("m2")))
    other = asyncio.create_task(lanes.run("m3", "D2", lambda: fast.do("m3")))
    assert await other == "m3"
    assert [slow.begun, fast.begun] == [["m1"], ["m3"]]
    slow.gate.set()
    assert list(await asyncio.gather(first, second)) == ["m1", "m2"]
    assert lanes._locks == {}


async def test_work_goes_on_if_nobody_waits_any_more() -> None:
    lanes, work = Lanes(), Work()
    waiting = asyncio.create_task(lanes.run("m1", "D1", lambda: work.do("m1")))
    await settle()
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    again = asyncio.create_task(lanes.run("m1", "D1", lambda: work.do("m1")))
    await settle()
    work.gate.set()
    assert await again == "m1"
    assert work.begun == ["m1"]


async def test_work_that_fails_is_begun_again() -> None:
    lanes, work = Lanes(), Work()
    work.gate.set()

    async def fail() -> str:
        await asyncio.sleep(0)
        raise ValueError("no")

    both = [lanes.run("m1", "D1", fail) for _ in range(2)]
    assert [type(one) for one in await asyncio.gather(*both, return_exceptions=True)] == [ValueError] * 2
    assert await lanes.run("m1", "D1", lambda: work.do("m1")) == "m1"


async def test_the_end_waits_for_nothing() -> None:
    lanes, work = Lanes(), Work()
    waiting = [asyncio.create_task(lanes.run(f"m{n}", "D1", lambda: work.do("m"))) for n in range(2)]
    await settle()
    await lanes.close()
    with pytest.raises(asyncio.CancelledError):
        await waiting[0]
    assert [work.begun, work.done, list(lanes._locks)] == [["m"], [], []]
    await asyncio.gather(*waiting, return_exceptions=True)
