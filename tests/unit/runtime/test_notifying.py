"""Plugins are told what was erased: at least once, with the same id again until they have let go."""

import logging
from collections.abc import AsyncIterator

import pytest

from botkit import Context, Erased, Plugin
from botkit.ports.stores import Store
from botkit.registry.registry import Registry
from botkit.runtime.notifying import LONGEST, UNCLAIMED, Notifying, notify, pause
from botkit.testing.clocks import FakeClock
from botkit.testing.stored import NOW, contact, take
from tests.unit.runtime.running import memory

DAY = 86_400.0


class Told:
    """A plugin that keeps what it was told, and fails as often as it shall."""

    def __init__(self, name: str = "crm", fails: int = 0) -> None:
        self.plugin = Plugin(name)
        self.heard: list[Erased] = []
        self.keys: list[str] = []
        self.known: list[dict[str, object]] = []
        self.fails = fails

        @self.plugin.erase()
        async def erase(ctx: Context, erased: Erased) -> None:
            self.heard.append(erased)
            self.keys.append(ctx.idempotency_key)
            self.known.append({"conversation": ctx.conversation, "channel": ctx.channel, **ctx.customer})
            if self.fails:
                self.fails -= 1
                raise ValueError("a customer's words")


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    store = memory()
    await store.open()
    yield store
    await store.close()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOW)


async def _erased(store: Store, chat: str, customer: str = "", *, tell: tuple[str, ...] = ("crm",)) -> str:
    conversation = await contact(store, chat)
    await take(store, conversation, customer=customer)
    await store.erase(conversation, now=NOW, tell=tell)
    return conversation


async def _registry(clock: FakeClock, *plugins: Plugin) -> Registry:
    registry = Registry(plugins, clock=clock)
    await registry.start()
    return registry


async def test_a_plugin_is_told_once_where_it_lets_go(store: Store, clock: FakeClock) -> None:
    told = Told()
    conversation = await _erased(store, "1", "4711")
    registry = await _registry(clock, told.plugin)
    notifying = Notifying(store, registry, clock)
    assert await notifying.once() == await notifying.once() == {}
    (erased,) = told.heard
    assert (erased.conversation, erased.channel, erased.customer) == (conversation, "web", "4711")
    assert (erased.why, erased.at.timestamp(), erased.last) == ("request", NOW, True)
    assert told.keys == [erased.id]
    assert told.known == [{"conversation": conversation, "channel": "web", "id": "4711"}]
    assert await store.notices.count() == 0
    await registry.stop()


async def test_one_that_fails_is_told_again_with_the_same_id(
    store: Store, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    told = Told(fails=3)
    await _erased(store, "1")
    registry = await _registry(clock, told.plugin)
    notifying = Notifying(store, registry, clock)
    waited = []
    for tries in range(1, 4):
        assert await notifying.once() == {"crm": "ValueError"}
        assert await notifying.once() == {}  # not before the pause is over
        waited.append(pause(tries))
        clock.advance(pause(tries))
    assert waited == [60.0, 120.0, 240.0]
    assert await notifying.once() == {}
    assert len(told.heard) == 4
    assert len({erased.id for erased in told.heard}) == 1
    assert await store.notices.count() == 0
    lines = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert [line.getMessage() for line in lines] == ["plugin crm failed in erase"] * 3
    assert not any("words" in line.getMessage() for line in lines)
    await registry.stop()


def test_pauses_grow_to_an_hour() -> None:
    assert [pause(tries) for tries in (1, 2, 6, 7, 1000)] == [60.0, 120.0, 1920.0, LONGEST, LONGEST]


async def test_one_that_fails_keeps_no_other_from_hearing(store: Store, clock: FakeClock) -> None:
    bad, good = Told("bad", fails=9), Told("good")
    await _erased(store, "1", tell=("bad", "good"))
    await _erased(store, "2", tell=("bad", "good"))
    registry = await _registry(clock, bad.plugin, good.plugin)
    assert await notify(store, registry, registry.ready, NOW) == {"bad": "ValueError"}
    assert (len(bad.heard), len(good.heard)) == (2, 2)
    assert await store.notices.count() == 2
    await registry.stop()


async def test_one_that_hangs_counts_as_failed(store: Store, clock: FakeClock) -> None:
    import asyncio

    plugin = Plugin("crm")

    @plugin.erase(timeout=0.05)
    async def erase(ctx: Context, erased: Erased) -> None:
        await asyncio.Event().wait()

    await _erased(store, "1")
    registry = await _registry(clock, plugin)
    assert await notify(store, registry, registry.ready, NOW) == {"crm": "LateError"}
    assert await store.notices.count() == 1
    await registry.stop()


async def test_whether_something_of_the_customer_is_left_is_said(store: Store, clock: FakeClock) -> None:
    told = Told()
    other = await contact(store, "2")
    await take(store, other, customer="4711")
    await _erased(store, "1", "4711")
    await _erased(store, "3")
    registry = await _registry(clock, told.plugin)
    await notify(store, registry, registry.ready, NOW)
    assert {erased.conversation: erased.last for erased in told.heard} == {"web:1": False, "web:3": True}
    await store.erase(other, now=NOW, tell=["crm"])
    await notify(store, registry, registry.ready, NOW)
    assert told.heard[-1].last
    await registry.stop()


async def test_a_plugin_that_has_not_started_is_not_asked(store: Store, clock: FakeClock) -> None:
    told = Told()
    await _erased(store, "1")
    registry = Registry([told.plugin], clock=clock)
    assert await Notifying(store, registry, clock).once() == {}
    assert told.heard == []
    assert await store.notices.count() == 1


async def test_what_is_for_a_plugin_that_is_no_more_goes_after_a_month(
    store: Store, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    told = Told()
    await _erased(store, "1", tell=("gone", "crm"))
    registry = Registry([told.plugin], clock=clock)
    notifying = Notifying(store, registry, clock)
    clock.advance(UNCLAIMED - 1)
    await notifying.once()
    assert await store.notices.count() == 2
    clock.advance(2)
    await notifying.once()
    assert await store.notices.count() == 1  # one that has not started yet waits as long as it takes
    assert "plugins that are no more were not told of erasures" in caplog.text


async def test_retention_tells_too(store: Store, clock: FakeClock) -> None:
    from botkit.ports.files import FileLimits
    from botkit.runtime.retention import Ages, Retention
    from botkit.stores import open_files
    from botkit.testing.stored import talk

    told = Told()
    await talk(store, "old", NOW - 100 * DAY)
    await talk(store, "new", NOW)
    registry = await _registry(clock, told.plugin)
    files = open_files(store, FileLimits(), clock)
    ages = Ages(conversations=90 * DAY)
    assert (await Retention(store, files, clock, ages, 3600.0, registry.erasers).once())["conversations"] == 1
    await notify(store, registry, registry.ready, NOW)
    assert [(erased.conversation, erased.why) for erased in told.heard] == [("web:old", "retention")]
    await registry.stop()
