"""A plugin that hangs, or fails at its end, ends all the same, and no other plugin with it."""

import asyncio
import logging
import threading
from typing import Any

import pytest

from botkit.registry import hosts
from botkit.registry.hosts import Host
from botkit.registry.plugins import Plugin


class _Client:
    def __init__(self, close: Any) -> None:
        self._close = close

    async def aclose(self) -> None:
        await self._close()


def _host(close: Any) -> Host:
    host = Host(Plugin("shop"))
    host.outbound.make = lambda: _Client(close)  # type: ignore[assignment]
    assert host.outbound.client is not None
    return host


async def _use(host: Host) -> threading.Thread:
    async def thread() -> threading.Thread:
        return threading.current_thread()

    found = await host.run(thread, timeout=5)
    assert isinstance(found, threading.Thread)
    return found


async def test_a_client_that_cannot_be_closed_keeps_no_loop(caplog: pytest.LogCaptureFixture) -> None:
    async def fail() -> None:
        raise OSError("the line is dead")

    host = _host(fail)
    thread = await _use(host)
    with caplog.at_level(logging.WARNING):
        await host.close()

    assert not thread.is_alive()
    assert "shop" in caplog.text
    await host.close()


async def test_a_client_that_hangs_is_given_up(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def hang() -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(hosts, "CLOSED_WITHIN", 0.01, raising=False)
    host = _host(hang)
    thread = await _use(host)
    await asyncio.wait_for(host.close(), 5)

    assert not thread.is_alive()
    assert "TimeoutError" in caplog.text


@pytest.mark.filterwarnings("ignore:coroutine 'Outbound.close' was never awaited:RuntimeWarning")
async def test_a_client_on_a_loop_that_is_blocked_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    free = threading.Event()

    async def block() -> None:
        free.wait(30)

    async def close() -> None:
        return None

    monkeypatch.setattr(hosts, "CLOSED_WITHIN", 0.01, raising=False)
    host = _host(close)
    task = asyncio.create_task(host.run(block, timeout=0.01))
    await asyncio.wait({task})
    closing = asyncio.create_task(host.close())
    await asyncio.sleep(0.05)
    host_loop_left = host.loop._loop is None
    free.set()
    await asyncio.wait_for(closing, 5)

    assert host_loop_left
    task.exception()
