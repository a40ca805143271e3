"""A team's channel beside many customers who wait."""

import asyncio
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import pytest

from botkit.app import rooms
from botkit.ports.stored import Summary
from tests.integration.rooming import House, housed


@pytest.fixture(autouse=True)
def paged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rooms, "PAGE", 2)


def mirror_of(house: House) -> rooms.Mirror:
    return rooms.Mirror("phone", house.room, house.bot.engine, house.bot.desk)


async def test_a_long_queue_is_read_in_pages_between_which_others_go_on(tmp_path: Path) -> None:
    async with housed(tmp_path) as house:
        await house.bot.rooms.stop()
        for number in range(7):
            await house.say(f"c{number}", "/orders")
        looking = asyncio.create_task(mirror_of(house)._handed())
        turns = 0
        while not looking.done():
            await asyncio.sleep(0)
            turns += 1
        assert sorted(looking.result()) == [f"phone:c{number}" for number in range(7)]
        assert turns > 3


async def test_who_moves_in_the_list_while_it_is_read_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with housed(tmp_path) as house:
        await house.bot.rooms.stop()
        for number in range(6):
            await house.say(f"c{number}", "/orders")
        store, moved = house.bot.store, iter(["c0", "c1"])
        read = store.conversations

        async def conversations(most: int = 100, owner: str = "", after: str = "") -> Sequence[Summary]:
            page = await read(most, owner, after)
            for chat in islice(moved, 1):
                await house.say(chat, "hello?")
            return page

        monkeypatch.setattr(store, "conversations", conversations)
        found = await mirror_of(house)._handed()
        assert sorted(found) == [f"phone:c{number}" for number in range(6)]
        assert list(found) == sorted(found), "who has waited longest comes first"
