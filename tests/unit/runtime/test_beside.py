"""What another process does to the store beside a running engine, whose memory of it is older."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from botkit.errors import DeliveryError
from botkit.model.events import Message, Owned
from botkit.ports.stores import Store
from botkit.runtime.engine import TRIES
from botkit.stores import SQLiteStore
from tests.unit.runtime.running import Phone, Rig, failing, shop


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    made = SQLiteStore(str(tmp_path / "bot.db"))
    await made.open()
    yield made
    await made.close()


@pytest.fixture
async def beside(store: Store, tmp_path: Path) -> AsyncIterator[Store]:
    made = SQLiteStore(str(tmp_path / "bot.db"))
    await made.open()
    yield made
    await made.close()


async def test_an_erased_conversation_begins_anew(store: Store, beside: Store) -> None:
    phone = Phone()
    rig = Rig(store, connectors={"phone": phone})
    await rig.say("/order")
    assert await beside.erase("phone:1", now=rig.clock.now())
    await rig.say("A-10293")
    assert "Give found A-10293?" not in phone.texts
    assert [record.seq for record in await store.turns("phone:1")] == [1]


async def test_an_erased_conversation_leaves_no_owner(store: Store, beside: Store) -> None:
    phone = Phone()
    rig = Rig(store, connectors={"phone": phone})
    await rig.say("/echo a")
    await rig.engine.own("phone:1", Owned("claimed", "Eve"), "c1")
    await rig.rest()
    assert await beside.erase("phone:1", now=rig.clock.now())
    await rig.say("/echo b")
    assert phone.texts == ["/echo a", "/echo b"]
    assert list(await store.failed()) == []


async def test_the_call_of_an_erased_conversation_changes_nothing(store: Store, beside: Store) -> None:
    begun, gate = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    async def slowly() -> str:
        loop.call_soon_threadsafe(begun.set)
        while not gate.is_set():  # noqa: ASYNC110 - a plugin has a loop of its own
            await asyncio.sleep(0.001)
        return "T-1"

    phone = Phone()
    rig = Rig(store, shop(give=lambda _: slowly()), connectors={"phone": phone})
    await rig.accept(Message("/write"))
    await begun.wait()
    assert await beside.erase("phone:1", now=rig.clock.now())
    gate.set()
    await rig.rest()
    assert phone.texts == []
    assert list(await beside.turns("phone:1")) == []
    await rig.say("/echo b")
    assert phone.texts == ["/echo b"]


async def test_an_erased_reply_that_was_put_off_is_not_sent(store: Store, beside: Store) -> None:
    phone = Phone()
    phone.gate = asyncio.Event()
    phone.refuse = [DeliveryError("busy")]
    rig = Rig(store, connectors={"phone": phone})
    await rig.accept(Message("/many"))
    await rig.engine.settle("phone:1")
    await beside.erase("phone:1", now=rig.clock.now())
    phone.gate.set()
    await rig.rest()
    assert phone.texts == []


async def test_what_is_tried_again_from_beside_goes_out_once(store: Store, beside: Store) -> None:
    phone = Phone()
    phone.refuse = [DeliveryError("blocked", permanent=True)] * 2
    rig = Rig(store, connectors={"phone": phone})
    await rig.say("/many")
    assert phone.texts == ["Three."]
    second, first = await beside.failures()
    for one in (second, first):
        assert await beside.retry(one.id, rig.clock.now())
    await rig.say("/echo a")
    for _ in range(4):
        await rig.engine.leftovers.look()
        await rig.rest()
    assert sorted(phone.texts[1:]) == ["/echo a", "One.", "Two."]
    assert phone.texts.index("One.") < phone.texts.index("Two.")
    assert list(await store.outgoing("phone:1")) == []


async def test_a_message_that_was_set_aside_has_its_turn_from_beside(store: Store, beside: Store) -> None:
    phone = Phone()
    rig = Rig(store, connectors={"phone": phone})
    failing(rig, "/echo poison", times=TRIES + 1)  # once more when it is accepted
    await rig.say("/echo poison")
    (failed,) = await beside.failures()
    assert await beside.retry(failed.id, rig.clock.now())
    for _ in range(3):
        await rig.engine.leftovers.look()
        await rig.rest()
    assert phone.texts[-1] == "/echo poison"
    assert list(await beside.failures()) == []


async def test_a_reply_that_was_dropped_from_beside_stays_dropped(store: Store, beside: Store) -> None:
    phone = Phone()
    phone.refuse = [DeliveryError("blocked", permanent=True)]
    rig = Rig(store, connectors={"phone": phone})
    await rig.say("/echo a")
    (failed,) = await beside.failures()
    assert await beside.drop(failed.id)
    for _ in range(3):
        await rig.engine.leftovers.look()
        await rig.rest()
    assert phone.texts == []
