"""A read that a newer message has made stale is ended where it runs, here or in another process."""

import asyncio
import threading
from typing import Any

import pytest

from botkit.errors import StoreError
from botkit.model.events import Message, Result
from botkit.model.replies import Call
from botkit.model.session import Pending, Session
from botkit.registry.plugins import Plugin
from botkit.runtime import staleness
from botkit.runtime.staleness import Staleness
from tests.unit.dialogue.talking import build
from tests.unit.runtime.running import Phone, Rig, memory, shop
from tests.unit.runtime.test_nodes import Pages, nodes, opened

LOOK = """
flows:
  look:
    start: {commands: [look]}
    steps:
      - {do: shop.find, with: {number: "{{ message.text }}"}, save: found, cancel_on: message}
      - {say: "Read {{ found }}."}
"""
CALL = Call("c1", "shop.find", until_message=True)


class Searches:
    """Searches that take until the gate opens; what began, and what was ended."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.begun: list[str] = []
        self.ended: list[str] = []
        self.plugin: Plugin = shop(find=self.find)

    async def find(self, text: str) -> str:
        self.begun.append(text)
        try:
            await opened(self.gate)
        except asyncio.CancelledError:
            self.ended.append(text)
            raise
        return text

    async def until(self, begun: list[str], ended: list[str]) -> None:
        async with asyncio.timeout(5):
            while self.begun != begun or self.ended != ended:  # noqa: ASYNC110 - it runs in another thread
                await asyncio.sleep(0.005)


async def rig(searches: Searches) -> tuple[Rig, Phone]:
    store, phone = memory(), Phone()
    await store.open()
    flows = build(LOOK, actions=Rig(store, searches.plugin).registry.catalogue().actions)
    made = Rig(store, searches.plugin, flows=flows, connectors={"phone": phone})
    await made.engine.start()
    return made, phone


async def test_a_newer_message_ends_the_call_and_is_taken_at_once() -> None:
    searches = Searches()
    made, phone = await rig(searches)
    await made.accept(Message("/look"))
    await searches.until(["/look"], [])
    await made.accept(Message("the blue one"))
    await searches.until(["/look", "the blue one"], ["/look"])
    assert (await made.session()).waiting == ()
    searches.gate.set()
    await made.rest()
    assert phone.texts == ["Read the blue one."]
    events = [record.event for record in await made.store.turns("phone:1")]
    assert [event.failure.code for event in events if isinstance(event, Result) and event.failure] == ["cancelled"]
    assert await made.store.open_calls() == []
    await made.engine.stop()


async def test_a_call_that_was_ended_leaves_nothing_open_for_the_next_start() -> None:
    searches = Searches()
    made, _ = await rig(searches)
    await made.accept(Message("/look"))
    await searches.until(["/look"], [])
    await made.say("cancel")
    await searches.until(["/look"], ["/look"])
    assert await made.store.open_calls() == []
    assert list(await made.store.unfinished()) == []
    await made.engine.stop()


async def test_a_call_that_says_nothing_of_messages_goes_on() -> None:
    searches = Searches()
    store = memory()
    await store.open()
    made = Rig(store, searches.plugin)
    await made.accept(Message("/read"))
    await searches.until(["x"], [])
    await made.accept(Message("cancel"))
    await asyncio.sleep(0.02)
    assert searches.ended == []
    searches.gate.set()
    await made.rest()
    assert [record.event for record in await store.turns("phone:1")][-1].value == "x"  # type: ignore[union-attr]
    await made.engine.stop()


async def test_an_action_that_ignores_its_end_is_recorded_and_ignored() -> None:
    gate, begun = threading.Event(), list[str]()

    async def find(text: str) -> str:
        begun.append(text)
        while not gate.is_set():
            try:
                await opened(gate)
            except asyncio.CancelledError:
                continue
        return text

    searches = Searches()
    searches.plugin = shop(find=find)
    made, phone = await rig(searches)
    await made.accept(Message("/look"))
    async with asyncio.timeout(5):
        while not begun:  # noqa: ASYNC110 - it runs in another thread
            await asyncio.sleep(0.005)
    await made.accept(Message("the blue one"))
    gate.set()
    await made.rest()
    assert phone.texts == ["Read the blue one."]
    await made.engine.stop()


async def test_the_turn_of_another_process_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staleness, "LOOKS", 0.01)
    searches = Searches()
    monkeypatch.setattr("tests.unit.runtime.test_nodes.FLOWS", LOOK)
    async with nodes(searches.plugin) as made:
        pages = Pages("1")
        web = await made.web(pages)
        workers = [await made.worker(), await made.worker()]
        await made.say(web, "/look")
        await searches.until(["/look"], [])
        async with asyncio.timeout(5):
            while not any(engine.calls.tasks() for engine, _ in workers):  # noqa: ASYNC110 - the turn waits a moment for it
                await asyncio.sleep(0.005)
        calling = next(worker for engine, worker in workers if engine.calls.tasks())
        other = next(engine for engine, _ in workers if not engine.calls.tasks())
        before = other.turns_taken
        await calling.stop()  # it takes no job any more, and its call goes on
        await made.say(web, "the blue one")
        await searches.until(["/look", "the blue one"], ["/look"])
        assert other.turns_taken > before
        searches.gate.set()
        await pages.until("1", "Read the blue one.")
        assert await made.store.open_calls() == []


# Alone


async def test_what_its_session_awaits_goes_on_whatever_fails(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(staleness, "LOOKS", 0.001)
    awaited = Session("web:1", pending=(Pending("c1", 1, "do", "shop.find"),))
    answers: list[Any] = [awaited, StoreError("gone"), None, awaited, Session("web:1")]
    asked: list[str] = []

    async def load(conversation: str) -> Session | None:
        asked.append(conversation)
        answer = answers[min(len(asked), len(answers)) - 1]
        if isinstance(answer, Exception):
            raise answer
        return answer  # type: ignore[no-any-return]

    async def forever() -> Result:
        await asyncio.Event().wait()
        raise AssertionError

    result = await Staleness(load, shared=True).perform("web:1", CALL, forever())
    assert (result.effect, result.failure.code if result.failure else "") == ("c1", "cancelled")
    assert set(asked) == {"web:1"}
    assert len(asked) >= len(answers)  # it may look once more while the call ends
    assert "a running call could not be looked at" in caplog.text


async def test_its_own_end_ends_the_work() -> None:
    ended = asyncio.Event()

    async def forever() -> Result:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        raise AssertionError

    async def load(_: str) -> Session | None:
        raise AssertionError

    made = Staleness(load, shared=False)
    task = asyncio.create_task(made.perform("web:1", CALL, forever()))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await ended.wait()
    made.end(Session("web:1"))  # nothing is known of it any more


async def test_an_error_of_the_work_is_its_own() -> None:
    async def broken() -> Result:
        raise LookupError("x")

    async def load(_: str) -> Session | None:
        raise AssertionError

    with pytest.raises(LookupError):
        await Staleness(load, shared=False).perform("web:1", CALL, broken())
