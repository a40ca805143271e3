"""Who is writing: customers see it while a call runs long or a person writes, and no turn is touched by it."""

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from botkit.model.catalogue import Capabilities
from botkit.model.events import Message, Owned
from botkit.ports.stores import Store
from botkit.runtime import presence
from botkit.runtime.presence import Presence, typist_of
from botkit.runtime.showing import Posted
from tests.unit.runtime.running import Phone, Rig, memory, shop
from tests.unit.runtime.test_nodes import opened

TYPING = Capabilities(buttons=10, typing=True)


class Typing(Phone):
    """A phone that keeps what it was told of who writes; `stuck` holds it up, `error` is raised."""

    def __init__(self, capabilities: Capabilities = TYPING) -> None:
        super().__init__(capabilities)
        self.typed: list[tuple[str, str]] = []
        self.told = asyncio.Event()
        self.stuck: asyncio.Event | None = None
        self.error: Exception | None = None

    async def typing(self, chat: str, agent: str = "") -> None:
        self.typed.append((chat, agent))
        self.told.set()
        if self.stuck is not None:
            await self.stuck.wait()
        if self.error is not None:
            raise self.error


class Wrapped(Phone):
    """A connector around another one."""

    def __init__(self, inner: Phone) -> None:
        super().__init__(inner.capabilities)
        self.wrapped = inner


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every call is a long one."""
    monkeypatch.setattr(presence, "AFTER", 0.0)


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    made = memory()
    await made.open()
    yield made
    await made.close()


async def accept(rig: Rig, text: str) -> None:
    await rig.accept(Message(text))


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


class Slow:
    """An action that lasts until the test lets it end, on the loop that plugins have."""

    def __init__(self) -> None:
        self.end = threading.Event()

    async def find(self, number: str) -> str:
        await opened(self.end)
        return number


@pytest.mark.parametrize("command", ["/read", "/write"])
async def test_a_call_that_runs_long_is_shown(store: Store, at_once: None, command: str) -> None:
    phone, slow = Typing(), Slow()
    rig = Rig(store, shop(slow.find, slow.find), connectors={"phone": phone})
    await accept(rig, command)
    async with asyncio.timeout(5):
        await phone.told.wait()
    assert phone.typed == [("1", "")]
    slow.end.set()
    await rig.rest()
    await rig.engine.stop()
    assert phone.typed == [("1", "")]
    assert len(phone.texts) == 1


async def test_a_short_call_is_not(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    phone = Typing()
    rig = Rig(store, shop(), connectors={"phone": phone})
    await accept(rig, "/read")
    await rig.rest()
    assert rig.engine.presence._waiting == {}
    await rig.engine.stop()
    assert phone.typed == []
    assert phone.texts == ["Read found x."]


async def test_a_call_that_runs_longer_is_shown_again(
    store: Store, at_once: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presence, "AGAIN", 0.01)
    phone, slow = Typing(), Slow()
    rig = Rig(store, shop(slow.find), connectors={"phone": phone})
    await accept(rig, "/read")
    async with asyncio.timeout(5):
        while len(phone.typed) < 3:
            phone.told.clear()
            await phone.told.wait()
    slow.end.set()
    await rig.rest()
    said = len(phone.typed)
    await asyncio.sleep(0.03)
    assert len(phone.typed) == said
    await rig.engine.stop()


@pytest.mark.parametrize("error", [RuntimeError("no"), ConnectionError(), TimeoutError(), asyncio.CancelledError()])
async def test_what_goes_wrong_touches_no_turn(
    store: Store, at_once: None, error: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    phone, slow = Typing(), Slow()
    phone.error = error
    rig = Rig(store, shop(slow.find), connectors={"phone": phone})
    await accept(rig, "/read")
    async with asyncio.timeout(5):
        await phone.told.wait()
    slow.end.set()
    await rig.rest()
    await rig.engine.stop()
    assert phone.texts == ["Read x."]
    assert caplog.records == []


async def test_a_platform_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presence, "WITHIN", 0.01)
    phone = Typing()
    phone.stuck = asyncio.Event()
    shown = Presence({"phone": phone})
    shown.show("phone:1")
    (task,) = shown._telling.values()
    async with asyncio.timeout(5):
        await task
    assert shown._telling == {}


async def test_closing_waits_for_no_platform() -> None:
    phone = Typing()
    phone.stuck = asyncio.Event()
    shown = Presence({"phone": phone})
    shown.show("phone:1")
    shown.expect("phone:2")
    async with asyncio.timeout(5):
        await shown.close()
    assert (shown._telling, shown._waiting) == ({}, {})
    shown.show("phone:3")
    shown.expect("phone:3")
    await settle()
    assert phone.typed in ([], [("1", "")])
    assert shown._waiting == {}


async def test_a_chat_is_shown_it_every_few_seconds_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("botkit.runtime.presence.time.monotonic", lambda: now[0])
    phone = Typing()
    shown = Presence({"phone": phone})
    for seconds in (0.0, 1.0, 2.9, 0.2, 3.0, 1.0):
        now[0] += seconds
        shown.show("phone:1", "Mia")
        shown.show("phone:2")
        await settle()
    assert [one for one in phone.typed if one[0] == "1"] == [("1", "Mia")] * 3
    assert phone.typed.count(("2", "")) == 3


async def test_a_person_who_writes_after_the_bot_is_shown_at_once() -> None:
    phone = Typing()
    shown = Presence({"phone": phone})
    for agent in ("", "Mia", "Mia", ""):
        shown.show("phone:1", agent)
        await settle()
    assert phone.typed == [("1", ""), ("1", "Mia"), ("1", "")]


async def test_what_was_erased_is_not_remembered(store: Store) -> None:
    phone = Typing()
    rig = Rig(store, connectors={"phone": phone})
    rig.engine.presence.show("phone:1", "Mia")
    await settle()
    await rig.engine.forget()
    assert rig.engine.presence._shown == {}
    await rig.engine.stop()


async def test_only_so_many_chats_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presence, "MOST_KNOWN", 3)
    shown = Presence({"phone": Typing()})
    for number in range(10):
        shown.show(f"phone:{number}")
    assert list(shown._shown) == ["phone:7", "phone:8", "phone:9"]
    await shown.close()


@pytest.mark.parametrize(
    "build",
    [
        Phone,
        lambda: Phone(TYPING),
        lambda: Typing(Capabilities(typing=False)),
        lambda: Wrapped(Phone(TYPING)),
    ],
)
async def test_a_channel_that_shows_nobody_is_left_alone(build: Callable[[], Phone]) -> None:
    phone = build()
    shown = Presence({"phone": phone})
    assert not shown.shows
    for conversation in ("phone:1", "web:1", "phone", ""):
        shown.show(conversation)
        shown.expect(conversation)
    assert (shown._waiting, shown._telling) == ({}, {})


def test_what_a_connector_wraps_shows_it() -> None:
    inner = Typing()
    assert typist_of(Wrapped(inner)) is inner
    assert typist_of(inner) is inner


async def test_pages_of_this_node_see_it_and_those_of_others_do_not() -> None:
    class Silent:
        def tell(self, _: str) -> None:
            raise AssertionError("nobody is told")

    inner = Typing()
    carrier: Any = Silent()
    await Posted(Wrapped(inner), carrier, here=True).typing("1", "Mia")
    await Posted(inner, carrier, here=False).typing("2", "Mia")
    await Posted(Phone(), carrier, here=True).typing("3")
    assert inner.typed == [("1", "Mia")]
    assert typist_of(Posted(inner, carrier, here=True)) is not None


async def test_the_bot_writes_nothing_while_a_person_has_the_conversation(store: Store, at_once: None) -> None:
    phone, slow = Typing(), Slow()
    rig = Rig(store, shop(slow.find), connectors={"phone": phone})
    await rig.say("/many")
    await rig.engine.own("phone:1", Owned("claimed", "Ann"), "k1")
    await rig.rest()
    rig.engine.presence.expect("phone:1")
    await settle()
    assert phone.typed == []
    rig.engine.presence.show("phone:1", "Ann")
    await settle()
    await rig.engine.stop()
    assert phone.typed == [("1", "Ann")]
