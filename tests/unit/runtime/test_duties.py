"""Duties: one process does it, another takes over, never two at once."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, cast

import pytest

from botkit.errors import StoreError
from botkit.model.events import Message
from botkit.ports.connectors import Incoming
from botkit.ports.sharing import Lease
from botkit.ports.stores import Store
from botkit.runtime import duties
from botkit.runtime.duties import Duty, Guarded, poller_of
from botkit.testing.intakes import FakeIntake
from tests.unit.runtime.running import Phone

SECONDS = 0.3
PATIENCE = 10.0


class _Server:
    """What a store knows of one duty."""

    def __init__(self) -> None:
        self.holder = ""
        self.until = 0.0
        self.number = 0


class _Shared:
    """One process's view of a server: `fails` is what it hears instead of an answer."""

    def __init__(self, server: _Server, name: str) -> None:
        self.shared = self
        self.fails: Exception | None = None
        self.hangs = False
        self._server = server
        self._name = name

    async def claim(self, duty: str, seconds: float) -> Lease | None:
        if self.fails is not None:
            raise self.fails
        if self.hangs:
            await asyncio.sleep(PATIENCE)
        server, now = self._server, time.monotonic()
        if server.holder != self._name and now < server.until:
            return None
        server.number += server.holder != self._name
        server.holder, server.until = self._name, now + seconds
        return Lease(duty, server.number, server.until)

    async def release(self, duty: str) -> None:  # noqa: ARG002
        if self.fails is not None:
            raise self.fails
        if self._server.holder == self._name:
            self._server.until = 0.0


class _Work:
    """Work that says who is at it, and whether two ever were."""

    def __init__(self) -> None:
        self.at_it: list[str] = []
        self.twice = False
        self.begun: dict[str, int] = {}

    def of(self, name: str, fail: bool = False) -> Callable[[], Awaitable[None]]:
        async def work() -> None:
            self.begun[name] = self.begun.get(name, 0) + 1
            self.at_it.append(name)
            self.twice = self.twice or len(self.at_it) > 1
            try:
                if fail:
                    raise ValueError("a bug")
                await asyncio.Event().wait()
            finally:
                self.at_it.remove(name)

        return work

    async def until(self, who: list[str]) -> None:
        async with asyncio.timeout(PATIENCE):
            while self.at_it != who:  # noqa: ASYNC110 - tasks come and go in their own time
                await asyncio.sleep(0.01)


def _duty(shared: _Shared, work: Callable[[], Awaitable[None]]) -> Duty:
    return Duty(cast("Store", shared), "poll", work, SECONDS)


async def test_one_works_and_another_takes_over_at_once_when_it_ends(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    server, work = _Server(), _Work()
    first, second = _duty(_Shared(server, "a"), work.of("a")), _duty(_Shared(server, "b"), work.of("b"))
    first.start()
    await work.until(["a"])
    second.start()
    await asyncio.sleep(2 * SECONDS)  # longer than a lease: it is renewed
    assert work.at_it == ["a"]
    assert (first.is_ours, second.is_ours) == (True, False)
    assert caplog.messages == [], "that a process has its duties from the start is no news"
    await first.stop()
    assert work.at_it == []
    await work.until(["b"])
    assert caplog.messages == ["took a duty"]
    await second.stop()
    await second.stop()
    assert (work.at_it, work.twice, work.begun) == ([], False, {"a": 1, "b": 1})


@pytest.mark.parametrize("trouble", ["it fails", "it hangs"])
async def test_who_cannot_renew_ends_before_another_begins(trouble: str) -> None:
    server, work = _Server(), _Work()
    cut_off = _Shared(server, "a")
    first, second = _duty(cut_off, work.of("a")), _duty(_Shared(server, "b"), work.of("b"))
    first.start()
    await work.until(["a"])
    second.start()
    cut_off.fails, cut_off.hangs = (StoreError("gone") if trouble == "it fails" else None), trouble == "it hangs"
    await work.until(["b"])
    assert not first.is_ours
    cut_off.fails, cut_off.hangs = None, False
    await asyncio.sleep(SECONDS)
    assert (work.at_it, work.twice) == (["b"], False)
    await first.stop()
    await second.stop()


async def test_a_store_that_fails_for_a_moment_costs_nothing() -> None:
    server, work = _Server(), _Work()
    shared = _Shared(server, "a")
    duty = _duty(shared, work.of("a"))
    duty.start()
    await work.until(["a"])
    shared.fails = StoreError("a moment")
    await asyncio.sleep(SECONDS / 2)
    shared.fails = None
    await asyncio.sleep(SECONDS)
    assert (work.at_it, work.begun) == (["a"], {"a": 1})
    shared.fails = StoreError("at the end")
    await duty.stop()
    assert work.at_it == []


async def test_work_that_fails_is_begun_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duties, "PAUSE", 0.01)
    work = _Work()
    duty = _duty(_Shared(_Server(), "a"), work.of("a", fail=True))
    duty.start()
    async with asyncio.timeout(PATIENCE):
        while work.begun.get("a", 0) < 3:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert duty.is_ours
    await duty.stop()


async def test_what_is_received_after_the_duty_was_lost_is_refused() -> None:
    server, intake = _Server(), FakeIntake()
    shared = _Shared(server, "a")
    work = _Work()
    duty = _duty(shared, work.of("a"))
    guarded = Guarded(intake, duty)
    incoming = Incoming("phone", "1", "m1", Message("hi"))
    with pytest.raises(StoreError, match="another process"):
        await guarded.accept(incoming)
    duty.start()
    await work.until(["a"])
    assert (await guarded.accept(incoming)).conversation == "phone:1"
    time.sleep(SECONDS)  # noqa: ASYNC251 - the whole process is frozen
    with pytest.raises(StoreError, match="another process"):
        await guarded.accept(incoming)
    assert [one.id for one in intake.incoming] == ["m1"]
    assert await guarded.history("phone:1") == []
    assert await guarded.turn("phone:1", 1) == []
    await duty.stop()


class _Polling(Phone):
    def __init__(self, *, polls: bool) -> None:
        super().__init__()
        self.polls = polls

    async def poll(self) -> None:
        """Fetch nothing."""


class _Wrapping:
    def __init__(self, connector: Any) -> None:
        self.wrapped = connector


def test_what_polls() -> None:
    polling = _Polling(polls=True)
    assert poller_of(polling) is polling
    assert poller_of(cast("Any", _Wrapping(polling))) is polling
    assert poller_of(_Polling(polls=False)) is None
    assert poller_of(Phone()) is None
