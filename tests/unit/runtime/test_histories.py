"""What a page that comes back is shown."""

import pytest

from botkit.errors import StoreError
from botkit.model.catalogue import Capabilities
from botkit.model.events import Message, Opened, Part, Press
from botkit.ports.connectors import Entry
from botkit.runtime import histories
from botkit.runtime.histories import read_history
from tests.unit.runtime.running import Phone, Rig, memory, shop


def shown(entries: list[Entry]) -> list[str]:
    """Give the texts, those of the customer after a >."""
    return [
        f"> {entry.said.text if isinstance(entry.said, Message) else entry.said.label}"
        if entry.said
        else entry.reply.text
        if entry.reply
        else "?"
        for entry in entries
    ]


async def rig_of(phone: Phone | None = None) -> Rig:
    store = memory()
    await store.open()
    return Rig(store, shop(), connectors={"phone": phone or Phone()})


async def test_everything_that_was_said_in_order() -> None:
    rig = await rig_of()
    await rig.accept(Opened())
    await rig.say("/many")
    await rig.say("/echo")
    entries = list(await rig.engine.history("phone:1"))
    assert shown(entries) == ["> /many", "One.", "Two.", "Three.", "> /echo", "/echo"]
    assert [entry.seq for entry in entries] == [2, 2, 2, 2, 3, 3]
    assert shown(list(await rig.engine.history("phone:1", after=2))) == ["> /echo", "/echo"]
    assert list(await rig.engine.history("phone:1", after=3)) == []
    assert list(await rig.engine.history("phone:2")) == []


async def test_the_last_entries_of_a_long_talk() -> None:
    rig = await rig_of()
    for _ in range(8):
        await rig.say("/many")
    last = ["> /many", "One.", "Two.", "Three."]
    assert shown(list(await rig.engine.history("phone:1", most=6))) == ["Two.", "Three.", *last]


async def test_a_page_that_is_behind_gets_all_that_it_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    rig = await rig_of()
    for _ in range(40):
        await rig.say("/many")
    missed = shown(list(await rig.engine.history("phone:1", after=1, most=100)))
    assert missed == ["> /many", "One.", "Two.", "Three."] * 39  # more than a page keeps, and no gap
    monkeypatch.setattr(histories, "MOST_MISSED", 39)
    assert len(await rig.engine.history("phone:1", after=1, most=100)) == 100


async def test_what_waits_for_its_turn_is_shown_and_comes_again_with_its_own() -> None:
    rig = await rig_of()
    await rig.say("/echo")
    rig.engine._closing = True
    await rig.accept(Message("/many", id="m2"))
    await rig.accept(Press(label="Red", value="red", id="m3"))
    entries = list(await rig.engine.history("phone:1"))
    assert shown(entries) == ["> /echo", "/echo", "> /many", "> Red"]
    assert [entry.seq for entry in entries] == [1, 1, 1, 1]
    rig.engine._closing = False
    rig.engine.wake("phone:1")
    await rig.rest()
    said = [entry.said.id for entry in await rig.engine.history("phone:1", after=1) if entry.said]
    assert said == ["m2", "m3"]


async def test_what_was_given_up_is_not_shown() -> None:
    rig = await rig_of()
    rig.engine.delivery._closed = True
    await rig.say("/many")
    (first, *_) = await rig.store.outgoing("phone:1")
    await rig.store.give_up(first.reply.id, "a person took over", 1.0)
    assert shown(list(await rig.engine.history("phone:1"))) == ["> /many", "Two.", "Three."]


async def test_replies_are_given_as_the_channel_shows_them() -> None:
    rig = await rig_of(Phone(Capabilities(buttons=0)))
    await rig.say("/order")
    await rig.say("A-12345")
    assert shown(list(await rig.engine.history("phone:1")))[-1] == "Give found A-12345?\n1. Yes\n2. No"
    whole = await read_history(rig.store, {}, "phone:1", 0, 10)
    assert whole[-1].reply is not None
    assert [button.label for button in whole[-1].reply.buttons] == ["Yes", "No"]


async def test_one_turn_is_given_however_long_ago() -> None:
    rig = await rig_of(Phone(Capabilities(buttons=0)))
    await rig.say("/many")
    for _ in range(40):
        await rig.say("/echo")
    assert shown(list(await rig.engine.turn("phone:1", 1))) == ["> /many", "One.", "Two.", "Three."]
    assert shown(list(await rig.engine.turn("phone:1", 41))) == ["> /echo", "/echo"]
    for turn in (0, 42, -1):
        assert list(await rig.engine.turn("phone:1", turn)) == []
    assert list(await rig.engine.turn("phone:2", 1)) == []
    await rig.say("/order")
    await rig.say("A-12345")
    assert shown(list(await rig.engine.turn("phone:1", 44)))[-1] == "Give found A-12345?\n1. Yes\n2. No"


async def test_a_store_that_fails_says_so() -> None:
    rig = await rig_of()
    await rig.store.close()
    with pytest.raises(StoreError):
        await rig.engine.history("phone:1")
    with pytest.raises(StoreError):
        await rig.engine.turn("phone:1", 1)


async def test_the_messages_of_a_burst_are_shown_as_they_came() -> None:
    rig = await rig_of()
    event = Message("/echo\nagain", id="m1", parts=(Part("/echo", "m1"), Part("again", "m2")))
    await rig.accept(event)
    await rig.rest()
    said = [(entry.said.id, entry.said.text) for entry in await rig.engine.history("phone:1") if entry.said]  # type: ignore[union-attr]
    assert said == [("m1", "/echo"), ("m2", "again")]
