"""Chores: done every so often, by one process of several, whatever fails."""

import asyncio
import logging

import pytest

from botkit.ports.stores import Store
from botkit.runtime.chores import Chore
from tests.unit.runtime.running import memory


async def done(store: Store, chore: Chore, times: asyncio.Semaphore, count: int) -> None:
    chore.start()
    async with asyncio.timeout(5):
        for _ in range(count):
            await times.acquire()
    await chore.stop()
    await store.close()


async def test_it_is_done_again_and_again_even_if_it_fails(caplog: pytest.LogCaptureFixture) -> None:
    store, times = memory(), asyncio.Semaphore(0)
    await store.open()

    async def fail() -> None:
        times.release()
        raise RuntimeError("no")

    with caplog.at_level(logging.ERROR):
        await done(store, Chore(store, "tidy", fail, every=0.001, first=0.0), times, 3)
    assert "a chore failed" in caplog.text


async def test_one_that_another_process_does_is_left_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    store, times, did = memory(), asyncio.Semaphore(0), []
    await store.open()

    async def claim(duty: str, seconds: float) -> None:
        assert duty == "tidy"
        assert seconds == pytest.approx(0.0009)
        times.release()

    async def work() -> None:
        did.append(1)

    monkeypatch.setattr(store.shared, "claim", claim)
    await done(store, Chore(store, "tidy", work, every=0.001), times, 2)
    assert not did
