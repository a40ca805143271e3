"""Heartbeats renew what is under way, whatever the store does."""

import asyncio
from collections.abc import Sequence
from typing import cast

import pytest

from botkit.errors import StoreError
from botkit.ports.stored import LEASE
from botkit.ports.stores import Store
from botkit.runtime import heartbeat
from botkit.runtime.heartbeat import Heartbeat


class _Store:
    """A store that fails when it is first asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[tuple[str, ...], float]] = []
        self.twice = asyncio.Event()

    async def renew_calls(self, calls: Sequence[str], lease: float) -> None:
        self.asked.append((tuple(calls), lease))
        if len(self.asked) == 1:
            raise StoreError("away")
        self.twice.set()


async def test_it_beats_until_it_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeat, "EVERY", 0.0)
    store, noted = _Store(), list[StoreError]()
    beating = Heartbeat(cast("Store", store), lambda: ["c1", "c2"], noted.append)
    beating.start()
    await store.twice.wait()
    await beating.stop()
    count = len(store.asked)
    await asyncio.sleep(0)
    assert store.asked == [(("c1", "c2"), LEASE)] * count
    assert [error.message for error in noted] == ["away"]


async def test_nothing_is_renewed_where_nothing_is_under_way() -> None:
    store = _Store()
    await Heartbeat(cast("Store", store), list).beat()
    assert store.asked == []
    await Heartbeat(cast("Store", store), list).stop()
