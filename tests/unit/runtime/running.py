"""An engine in a test: a store in memory, a clock that stands still, actions and connectors of the test's own."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from botkit.model.catalogue import Capabilities
from botkit.model.events import Message, Opened, Press
from botkit.model.flowset import FlowSet
from botkit.model.replies import Reply
from botkit.model.session import Session
from botkit.ports.connectors import Accepted, Connector, Incoming, Intake
from botkit.ports.stores import Store
from botkit.registry.contexts import Context
from botkit.registry.plugins import Plugin
from botkit.registry.registry import Registry
from botkit.runtime.books import FlowBook
from botkit.runtime.engine import Engine
from botkit.runtime.recognition import Recogniser
from botkit.stores import open_store
from botkit.testing import FakeClock
from tests.unit.dialogue.talking import build, recogniser_of

FLOWS = """
intents:
  order: {examples: [I want an order]}
flows:
  order:
    start: {intents: [order], commands: [order]}
    steps:
      - {ask: number, say: Which?, pattern: '[A-Z]-\\d{5}', silence: {after: 10m, say: Still there?}}
      - {do: shop.find, with: {number: "{{ number }}"}, save: found}
      - {confirm: "Give {{ found }}?"}
      - {do: shop.give, with: {number: "{{ number }}"}, save: ticket}
      - {say: "Done {{ ticket }}."}
  echo:
    start: {commands: [echo]}
    steps: [{say: "{{ message.text }}"}]
  write:
    start: {commands: [write]}
    steps: [{do: shop.give, with: {number: x}, confirmed: by flow, save: ticket}, {say: "Wrote {{ ticket }}."}]
  read:
    start: {commands: [read]}
    steps: [{do: shop.find, with: {number: x}, save: found}, {say: "Read {{ found }}."}]
  many:
    start: {commands: [many]}
    steps: [{say: One.}, {say: Two.}, {say: Three.}]
"""


def shop(
    find: Callable[[str], Any] = lambda number: f"found {number}", give: Callable[[str], Any] | None = None
) -> Plugin:
    """Make a plugin whose actions the test gives; what they give may be awaited."""
    plugin = Plugin("shop")

    @plugin.action(name="find", effect="read")
    async def find_(ctx: Context, number: str) -> Any:
        """Find."""
        found = find(number)
        return await found if asyncio.iscoroutine(found) else found

    @plugin.action(name="give", effect="write")
    async def give_(ctx: Context, number: str) -> Any:
        """Give."""
        given = (give or (lambda number: f"T-{number}"))(number)
        return await given if asyncio.iscoroutine(given) else given

    return plugin


class Phone:
    """A connector that keeps what was sent; `refuse` gives the errors for the next sends."""

    name = "phone"

    def __init__(self, capabilities: Capabilities | None = None) -> None:
        self.capabilities = capabilities or Capabilities(buttons=10)
        self.sent: list[tuple[str, Reply]] = []
        self.refuse: list[Exception] = []
        self.gate: asyncio.Event | None = None

    async def start(self, intake: Intake) -> None:
        """Receive nothing: the test hands over."""

    async def stop(self) -> None:
        """Close nothing."""

    async def send(self, chat: str, reply: Reply) -> str:
        """Keep a reply."""
        if self.gate is not None:
            await self.gate.wait()
        if self.refuse:
            raise self.refuse.pop(0)
        self.sent.append((chat, reply))
        return f"p{len(self.sent)}"

    def routes(self) -> Sequence[Any]:
        """Give no routes."""
        return ()

    @property
    def texts(self) -> list[str]:
        """What was sent."""
        return [reply.text for _, reply in self.sent]


class Rig:
    """An engine with everything around it. `say` hands over a message as a platform would."""

    def __init__(
        self,
        store: Store,
        *plugins: Plugin,
        flows: FlowSet | None = None,
        connectors: Mapping[str, Connector] | None = None,
        clock: FakeClock | None = None,
        recall: Mapping[str, FlowSet] | None = None,
        recognisers: Callable[[FlowSet], Recogniser] = recogniser_of,
        senses: bool = False,
    ) -> None:
        self.clock = clock or FakeClock()
        self.registry = Registry(plugins or [shop()], clock=self.clock, jitter=lambda: 0.0)
        self.flows = flows or build(FLOWS, actions=self.registry.catalogue().actions)
        self.store = store
        older = recall or {}

        async def find(version: str) -> FlowSet | None:
            return older.get(version)

        book = FlowBook(self.flows, find)
        self.engine = Engine(book, store, self.registry, recognisers, self.clock, connectors, senses=senses)
        self.engine.delivery._jitter = lambda: 1.0
        self.numbers = 0

    async def accept(
        self, event: Message | Press | Opened, chat: str = "1", id_: str = "", channel: str = "phone", **customer: Any
    ) -> Accepted:
        """Hand over a delivery."""
        self.numbers += 1
        return await self.engine.accept(Incoming(channel, chat, id_ or f"d{self.numbers}", event, customer))

    async def say(
        self, text: str, chat: str = "1", id_: str = "", channel: str = "phone", **customer: Any
    ) -> Accepted:
        """Hand over a message and wait until nothing is under way any more."""
        accepted = await self.accept(Message(text), chat, id_, channel, **customer)
        await self.rest(f"{channel}:{chat}")
        return accepted

    async def rest(self, conversation: str = "phone:1") -> None:
        """Wait until nothing of a conversation is under way."""
        await self.engine.settle(conversation)
        while task := self.engine.delivery._running.get(conversation):
            await asyncio.wait([task])
            await asyncio.sleep(0)

    async def session(self, conversation: str = "phone:1") -> Session:
        """Give a conversation's session."""
        session = (await self.store.load(conversation, most=0)).session
        assert session is not None
        return session

    async def said(self, conversation: str = "phone:1") -> list[str]:
        """Give all that the bot has said in a conversation, sent or not."""
        return [reply.text for record in await self.store.turns(conversation) for reply in record.replies]


def failing(rig: Rig, text: str, times: int) -> None:
    """Let so many tries at recognising a text fail."""
    real, left = rig.engine.turning.recognisers, [times]

    class Failing:
        def __init__(self, flows: FlowSet) -> None:
            self.real = real(flows)

        def recognise(self, message: Message | Press, locale: str) -> Message | Press:
            if left[0] and isinstance(message, Message) and message.text == text:
                left[0] -= 1
                raise LookupError("a classifier broke")
            return self.real.recognise(message, locale)

    rig.engine.turning.recognisers = Failing  # type: ignore[assignment]


def memory() -> Store:
    """Give a store in memory."""
    return open_store("sqlite://")
