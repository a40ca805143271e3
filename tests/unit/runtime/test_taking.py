"""A delivery is taken with its turn in one transaction where it need not wait, and is nowhere lost where it must."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from botkit.errors import StoreError
from botkit.model.events import Message
from botkit.model.session import Session
from botkit.ports.connectors import Accepted, Incoming
from botkit.ports.stored import Commit, Committed
from botkit.ports.stores import Store
from botkit.registry.contexts import Context
from botkit.stores import open_store
from tests.unit.runtime.running import Phone, Rig, failing, memory, shop


@pytest.fixture(params=["normal", "full"])
async def store(request: Any, tmp_path: Path) -> AsyncIterator[Store]:
    made = open_store(f"sqlite:///{tmp_path}/bot.db", request.param)
    await made.open()
    yield made
    await made.close()


def _delivery(text: str, number: int) -> Incoming:
    return Incoming("phone", "1", f"d{number}", Message(text))


async def _say(rig: Rig, text: str, number: int) -> Accepted:
    accepted = await rig.engine.take(_delivery(text, number))
    await rig.rest()
    return accepted


async def test_a_whole_talk_is_taken(store: Store) -> None:
    phone = Phone()
    rig = Rig(store, connectors={"phone": phone})
    for number, text in enumerate(("I want an order", "A-10293", "yes")):
        assert not (await _say(rig, text, number)).duplicate
    assert phone.texts == ["Which?", "Give found A-10293?", "Done T-A-10293."]
    assert await store.open_calls() == []
    assert (await store.load("phone:1")).waiting == ()
    assert (await _say(rig, "yes", 2)).duplicate
    assert len(phone.sent) == 3
    assert rig.engine.turns_taken == 5


async def test_no_inbox_is_needed(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*args: Any) -> Any:
        raise AssertionError(args)

    for name in ("accept", "commit", "finish_call"):
        monkeypatch.setattr(store, name, fail)
    rig = Rig(store)
    await _say(rig, "/read", 1)
    assert await rig.said() == ["Read found x."]


async def test_a_burst_keeps_its_order(store: Store) -> None:
    rig = Rig(store)
    await asyncio.gather(*(rig.engine.take(_delivery(f"/echo {number}", number)) for number in range(20)))
    await rig.rest()
    assert await rig.said() == [f"/echo {number}" for number in range(20)]


async def test_a_turn_that_raises_leaves_the_delivery_in_the_inbox_and_is_tried_again(
    store: Store, caplog: Any
) -> None:
    rig = Rig(store)
    failing(rig, "/echo a", times=2)
    await _say(rig, "/echo a", 1)
    assert "a turn failed" in caplog.text
    await _say(rig, "/echo b", 2)
    assert await rig.said() == ["/echo a", "/echo b"]


async def test_a_store_that_fails_is_said_and_the_delivery_may_come_again(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, failures = store.take, [StoreError("the disk is full")]

    async def fail(incoming: Incoming, commit: Commit, now: float) -> tuple[Accepted, Committed | None]:
        if failures:
            raise failures.pop()
        return await real(incoming, commit, now)

    monkeypatch.setattr(store, "take", fail)
    rig = Rig(store)
    with pytest.raises(StoreError):
        await _say(rig, "/echo a", 1)
    assert await rig.said() == []
    assert not (await _say(rig, "/echo a", 1)).duplicate
    assert await rig.said() == ["/echo a"]


async def test_a_result_that_seemed_not_stored_is_taken_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    real, failures = store.take_result, [StoreError("connection lost")]

    async def fail(*args: Any) -> tuple[Accepted, Committed | None]:
        outcome = await real(*args)
        if failures:
            raise failures.pop()
        return outcome

    monkeypatch.setattr(store, "take_result", fail)
    rig = Rig(store)
    await _say(rig, "/read", 1)
    assert await rig.said() == ["Read found x."]


async def test_what_somebody_else_moved_on_meanwhile_waits_and_is_taken_then(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig, other = Rig(store), Rig(store)
    await _say(rig, "/echo a", 1)
    real = rig.engine._foresee

    async def late(conversation: str, arrived: Any, early: Any) -> Commit | None:
        commit = await real(conversation, arrived, early)
        await _say(other, "/echo b", 2)
        return commit

    monkeypatch.setattr(rig.engine, "_foresee", late)
    await _say(rig, "/echo c", 3)
    assert await rig.said() == ["/echo a", "/echo b", "/echo c"]


async def test_plugins_that_see_every_turn_have_theirs() -> None:
    seen: list[str] = []
    plugin = shop()

    @plugin.before_turn
    async def before(ctx: Context, event: Any) -> None:
        seen.append(event.text)

    store = memory()
    await store.open()
    rig = Rig(store, plugin)
    await _say(rig, "/echo a", 1)
    assert (seen, await rig.said()) == (["/echo a"], ["/echo a"])
    await store.close()


async def test_a_session_of_an_older_version_goes_the_long_way(store: Store) -> None:
    rig = Rig(store)
    await _say(rig, "I want an order", 1)
    older = rig.flows
    rig.engine.book.publish(msgspec.structs.replace(older, version="newer", flows={}))
    assert rig.engine.book.keeps_older(await rig.session())
    assert not rig.engine.book.keeps_older(Session("phone:2", "phone", version=older.version))
    await _say(rig, "A-10293", 2)
    assert (await rig.said())[-1] == "Give found A-10293?"


async def test_an_engine_that_ends_stores_and_takes_nothing(store: Store) -> None:
    rig = Rig(store)
    await rig.engine.stop()
    assert (await rig.engine.take(_delivery("/echo a", 1))).wake
    assert await rig.said() == []
    again = Rig(store)
    await again.engine.start()
    await again.rest()
    assert await again.said() == ["/echo a"]
    await again.engine.stop()
