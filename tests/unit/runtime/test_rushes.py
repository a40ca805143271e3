"""Deliveries of a conversation go one by one, whichever of those that wait is given up."""

import asyncio

import pytest

from botkit.runtime.rushes import Rushes


@pytest.mark.parametrize("given_up", [(), (0,), (1,), (2,), (1, 2), (2, 1), (0, 1, 2)])
async def test_deliveries_go_in_order_whichever_is_given_up(given_up: tuple[int, ...]) -> None:
    rushes, went = Rushes(), list[int]()

    async def deliver(number: int) -> None:
        await rushes.give_way("web:1")
        went.append(number)

    tasks = [asyncio.create_task(deliver(number)) for number in range(3)]
    await asyncio.sleep(0)
    for number in given_up:
        tasks[number].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)

    assert went == [number for number in range(3) if number not in given_up]
    assert rushes.under_way == {}


async def test_what_comes_after_one_that_was_given_up_goes_behind_those_before_it() -> None:
    rushes, went = Rushes(), list[int]()

    async def deliver(number: int) -> None:
        await rushes.give_way("web:1")
        went.append(number)

    ahead = asyncio.Event()
    rushes.under_way["web:1"] = ahead
    waiting = [asyncio.create_task(deliver(number)) for number in (1, 2)]
    await asyncio.sleep(0)
    waiting[1].cancel()
    await asyncio.wait(waiting[1:])
    late = asyncio.create_task(deliver(3))
    await asyncio.sleep(0)
    assert went == []
    ahead.set()
    await asyncio.gather(waiting[0], late)

    assert went == [1, 3]
    assert rushes.under_way == {}
