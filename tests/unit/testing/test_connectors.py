"""The contract suite: a good connector passes it, and each of its tests finds the fault that it is for."""

import asyncio
import contextlib
import logging
import re
from collections.abc import AsyncIterator, Sequence
from itertools import count
from typing import Any

import pytest

from botkit import BotkitError, Capabilities, DeliveryError, Incoming, Intake, Message, Reply
from botkit.testing import ConnectorContract, FakeIntake, Shown, Stage

_log = logging.getLogger("memory")
FAULTS = {
    "hands over twice": "test_hands_a_message_over_once",
    "changes the text": "test_hands_a_message_over_once",
    "acknowledges early": "test_acknowledges_only_what_is_stored",
    "acknowledges anything": "test_acknowledges_nothing_that_was_not_stored",
    "makes up ids": "test_passes_a_redelivery_on_with_its_id",
    "drops redeliveries": "test_passes_a_redelivery_on_with_its_id",
    "mixes chats": "test_keeps_the_order_and_the_chats_apart",
    "knows only ascii": "test_carries_every_writing_both_ways",
    "breaks on long texts": "test_survives_strange_messages",
    "gives no id": "test_sends_and_gives_the_id",
    "reads markup": "test_shows_every_button",
    "drops buttons": "test_shows_every_button",
    "cuts off": "test_cuts_a_long_text_and_loses_nothing",
    "hides refusals": "test_tells_a_refusal_for_good",
    "refuses for good": "test_tells_a_refusal_for_a_while",
    "breaks on a second stop": "test_stops_twice_and_before_it_starts",
    "goes on": "test_takes_nothing_once_it_stopped",
    "talks": "test_writes_no_text_into_the_log",
    "has no name": "test_says_what_it_is",
}


class Memory:
    """A connector and its platform in one, with at most one fault."""

    def __init__(self, fault: str = "") -> None:
        self.name = "" if fault == "has no name" else "memory"
        self.capabilities = Capabilities(buttons=2, text_length=50)
        self.fault = fault
        self.intake: Intake | None = None
        self.stops = 0
        self.known: set[str] = set()
        self.numbers = count()
        self.chats: dict[str, list[Shown]] = {}
        self.refusal: DeliveryError | None = None
        self.early: set[asyncio.Task[bool]] = set()

    async def start(self, intake: Intake) -> None:
        self.intake = intake

    async def stop(self) -> None:
        self.stops += 1
        if self.fault == "breaks on a second stop" and self.stops > 1:
            raise RuntimeError("stopped twice")
        if self.fault != "goes on":
            self.intake = None

    def routes(self) -> Sequence[Any]:
        return ()

    async def send(self, chat: str, reply: Reply) -> str:
        if self.fault == "talks":
            _log.info("sending %s", reply.text)
        refusal, self.refusal = self.refusal, None
        if refusal is not None and self.fault != "hides refusals":
            raise DeliveryError(permanent=True) if self.fault == "refuses for good" else refusal
        text = reply.text.encode("ascii", "replace").decode() if self.fault == "knows only ascii" else reply.text
        labels = [
            re.sub("<.*?>", "", one.label) if self.fault == "reads markup" else one.label for one in reply.buttons
        ]
        shown = self.chats.setdefault("all" if self.fault == "mixes chats" else chat, [])
        rest = [] if self.fault == "drops buttons" else labels[2:]
        words = "\n".join([text, *rest])
        shown.append(
            Shown(words[:50] if self.fault == "cuts off" else words, tuple(labels[:2]), f"{chat}{len(shown)}")
        )
        return "" if self.fault == "gives no id" else shown[-1].id

    async def deliver(self, chat: str, message_id: str, text: str) -> bool:
        if self.intake is None:
            return False
        if message_id in self.known and self.fault == "drops redeliveries":
            return True
        if self.fault == "breaks on long texts" and len(text) > 50_000:
            self.intake = None
            return False
        self.known.add(message_id)
        made_up = f"{message_id}/{next(self.numbers)}"
        body = text.strip("?") if self.fault == "changes the text" else text
        known = made_up if self.fault == "makes up ids" else f"{chat}/{message_id}"
        incoming = Incoming("memory", chat, known, Message(body))
        accepting = asyncio.create_task(self._accept(self.intake, incoming))
        if self.fault == "acknowledges early":
            self.early.add(accepting)
            return True
        accepted = await accepting
        if self.fault == "hands over twice":
            await self._accept(self.intake, incoming)
        return accepted or self.fault == "acknowledges anything"

    async def _accept(self, intake: Intake, incoming: Incoming) -> bool:
        try:
            await intake.accept(incoming)
        except BotkitError:
            return False
        return True

    async def shown(self, chat: str) -> list[Shown]:
        return self.chats.get(chat, [])

    def refuse(self, *, permanent: bool, retry_after: float | None = None) -> None:
        self.refusal = DeliveryError("refused", permanent=permanent, retry_after=retry_after)


@contextlib.asynccontextmanager
async def staged(fault: str = "") -> AsyncIterator[Stage]:
    memory = Memory(fault)
    yield Stage(memory, memory)
    await asyncio.gather(*memory.early)


class TestMemory(ConnectorContract):
    @pytest.fixture
    def stage(self) -> contextlib.AbstractAsyncContextManager[Stage]:
        return staged()


class Docile(ConnectorContract):
    refuses = False


async def test_a_platform_that_refuses_nothing_is_passed_over() -> None:
    with pytest.raises(pytest.skip.Exception, match="refuses nothing"):
        await Docile().test_tells_a_refusal_for_good(staged(), FakeIntake())


@pytest.mark.parametrize(("fault", "test"), FAULTS.items())
async def test_a_fault_is_found(fault: str, test: str, caplog: pytest.LogCaptureFixture) -> None:
    more: dict[str, Any] = {"caplog": caplog} if "log" in test else {}
    given = () if test == "test_says_what_it_is" else (FakeIntake(),)
    with pytest.raises((AssertionError, pytest.fail.Exception, RuntimeError)):
        await getattr(ConnectorContract(), test)(staged(fault), *given, **more)


async def test_markup_is_found() -> None:
    class Markup(Memory):
        async def send(self, chat: str, reply: Reply) -> str:
            return await super().send(chat, Reply(reply.id, re.sub("<.*?>", "", reply.text)))

    @contextlib.asynccontextmanager
    async def stage() -> AsyncIterator[Stage]:
        memory = Markup()
        yield Stage(memory, memory)

    with pytest.raises(AssertionError):
        await ConnectorContract().test_shows_text_as_text(stage(), FakeIntake(), "<b>bold</b>")


def test_every_test_of_the_contract_finds_something() -> None:
    tests = {name for name in dir(ConnectorContract) if name.startswith("test_")}
    assert tests == {*FAULTS.values(), "test_shows_text_as_text"}


def test_a_suite_without_a_stage_says_so() -> None:
    with pytest.raises(pytest.fail.Exception, match="override the fixture"):
        ConnectorContract.stage.__wrapped__(ConnectorContract())  # type: ignore[attr-defined]
