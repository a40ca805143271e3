"""The contract of a store, its part of what processes share: a duty is one's, a rate and a budget are everybody's."""

import asyncio
import math
import time
from itertools import pairwise

import pytest

from botkit.errors import UsageError
from botkit.ports.sharing import Spent
from botkit.ports.stores import Store
from botkit.testing.store_leases import LONG, Workers, opened

DAY = 86_400.0
SHORT = 0.02  # seconds of a lease or a period that a test waits for


def _told(spent: Spent) -> tuple[bool, float]:
    return spent.granted, spent.used


class SharedContract:
    """What holds of `Store.shared`; a part of StoreContract."""

    # -- duties

    async def test_a_duty_is_taken_and_renewed(self, store: Store) -> None:
        asked = time.monotonic()
        first = await store.shared.claim("poll 电报", LONG)
        again = await store.shared.claim("poll 电报", LONG)
        assert first is not None
        assert again is not None
        assert first.duty == "poll 电报"
        assert again.number == first.number
        assert again.until >= first.until >= asked + LONG
        await store.shared.release("poll 电报")
        await store.shared.release("never taken")

    async def test_a_duty_is_one_workers(self, workers: Workers | None) -> None:
        async with opened(workers, LONG, LONG, LONG) as stores:
            claimed = await asyncio.gather(*(store.shared.claim("poll", LONG) for store in stores))
            assert sum(lease is not None for lease in claimed) == 1
            (has,) = [store for store, lease in zip(stores, claimed, strict=True) if lease is not None]
            others = [store for store in stores if store is not has]
            assert await others[0].shared.claim("sweep", LONG) is not None
            await others[1].shared.release("poll")  # it is not its own
            assert await others[1].shared.claim("poll", LONG) is None

    async def test_a_duty_that_is_released_is_anothers_with_a_higher_number(self, workers: Workers | None) -> None:
        async with opened(workers, LONG, LONG) as (a, b):
            first = await a.shared.claim("released", LONG)
            await a.shared.release("released")
            second = await b.shared.claim("released", LONG)
            assert first is not None
            assert second is not None
            assert second.number > first.number
            assert await a.shared.claim("released", LONG) is None

    async def test_a_duty_of_which_nobody_hears_any_more_is_anothers(self, workers: Workers | None) -> None:
        async with opened(workers, LONG, LONG) as (a, b):
            first = await a.shared.claim("lapsed", SHORT)
            assert first is not None
            async with asyncio.timeout(10):
                while (second := await b.shared.claim("lapsed", LONG)) is None:  # noqa: ASYNC110 - nothing tells of it
                    await asyncio.sleep(SHORT / 4)
            assert time.monotonic() >= first.until  # never before
            assert second.number > first.number
            assert await a.shared.claim("lapsed", LONG) is None

    # -- rates

    async def test_places_lie_apart(self, store: Store) -> None:
        began = time.monotonic()
        waits = [(await store.shared.reserve("telegram", 10.0, LONG)).wait for _ in range(5)]
        took = time.monotonic() - began
        for n, wait in enumerate(waits):
            assert n / 10 - took - 0.001 <= wait <= n / 10 + 0.001
        assert (await store.shared.reserve("telegram:1", 10.0, LONG)).wait <= 0.001  # another rate

    async def test_a_place_that_is_too_far_away_is_not_taken(self, store: Store) -> None:
        assert (await store.shared.reserve("slow", 0.1, 1.0)).taken
        for _ in range(3):
            slot = await store.shared.reserve("slow", 0.1, 1.0)
            assert not slot.taken
            assert 9.0 < slot.wait <= 10.0
        slot = await store.shared.reserve("slow", 0.1, LONG)
        assert slot.taken
        assert 9.0 < slot.wait <= 10.0

    async def test_workers_share_a_rate(self, workers: Workers | None) -> None:
        async with opened(workers, LONG, LONG) as (a, b):
            began = time.monotonic()
            slots = await asyncio.gather(*((a, b)[n % 2].shared.reserve("bot", 10.0, LONG) for n in range(30)))
            took = time.monotonic() - began
            assert max(slot.wait for slot in slots) >= 2.9 - took - 0.001
            waits = sorted(slot.wait for slot in slots)
            assert all(later - sooner >= 0.1 - took for sooner, later in pairwise(waits))

    # -- budgets

    async def test_a_budget_is_spent_and_not_overspent(self, store: Store) -> None:
        shared = store.shared
        first = await shared.spend("llm 预算", 60, 100, DAY)
        assert _told(first) == (True, 60)
        assert 0 < first.ends <= DAY
        assert _told(await shared.spend("llm 预算", 41, 100, DAY)) == (False, 60)
        assert _told(await shared.spend("llm 预算", 40, 100, DAY)) == (True, 100)
        assert _told(await shared.spend("llm 预算", 0.5, 100, DAY)) == (False, 100)
        assert _told(await shared.spend("llm 预算", 5, math.inf, DAY)) == (True, 105)  # it cost more than was thought
        assert _told(await shared.spend("llm 预算", -10, 100, DAY)) == (True, 95)
        assert _told(await shared.spend("other", 101, 100, DAY)) == (False, 0)
        assert _told(await shared.spend("other", -5, 100, DAY)) == (True, 0)  # nothing is given

    async def test_a_budget_is_everybodys(self, store: Store) -> None:
        spent = await asyncio.gather(*(store.shared.spend("llm", 1, 30, DAY) for _ in range(50)))
        assert sum(one.granted for one in spent) == 30

    async def test_a_budget_begins_anew_with_its_period(self, store: Store) -> None:
        period = 0.5
        spent = await store.shared.spend("llm", 7, 10, period)
        await asyncio.sleep(spent.ends + 0.01)
        again = await store.shared.spend("llm", 8, 10, period)
        assert _told(again) == (True, 8)

    @pytest.mark.parametrize("value", [0.0, -1.0, math.nan, math.inf])
    async def test_what_cannot_be_counted_is_refused(self, store: Store, value: float) -> None:
        with pytest.raises(UsageError):
            await store.shared.claim("poll", value)
        with pytest.raises(UsageError):
            await store.shared.reserve("key", value, 1.0)
        with pytest.raises(UsageError):
            await store.shared.spend("key", 1.0, 1.0, value)

    @pytest.mark.parametrize("name", ["", "x" * 501])
    async def test_a_name_is_short(self, store: Store, name: str) -> None:
        shared = store.shared
        for asked in (
            shared.claim(name, 1.0), shared.release(name), shared.reserve(name, 1.0, 1.0), shared.spend(name, 1, 1, 1)
        ):  # fmt: skip
            with pytest.raises(UsageError, match="500"):
                await asked

    @pytest.mark.parametrize("name", ["a\0b", "'; DROP TABLE budgets; --", "🙂\n%s", "\x1b0"])
    async def test_a_name_may_be_odd(self, store: Store, name: str) -> None:
        assert await store.shared.claim(name, 1.0) is not None
        assert (await store.shared.reserve(name, 1.0, 1.0)).taken
        assert (await store.shared.spend(name, 1, 2, DAY)).granted
