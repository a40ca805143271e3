"""Several nodes in one process: web nodes take and show, workers turn and call, a carrier between them."""

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from botkit.carriers import Hub, MemoryCarrier
from botkit.model.catalogue import Capabilities
from botkit.model.events import Message
from botkit.model.replies import Call, Reply
from botkit.ports.connectors import Connector, Holder, Incoming, Intake, layers_of
from botkit.ports.stored import LEASE
from botkit.ports.stores import Store
from botkit.registry.plugins import Plugin
from botkit.registry.registry import Registry
from botkit.runtime.books import FlowBook
from botkit.runtime.engine import Engine
from botkit.runtime.showing import Posted, Showing
from botkit.runtime.working import AT_ONCE, Worker
from botkit.testing import FakeClock
from tests.unit.dialogue.talking import build, recogniser_of
from tests.unit.runtime.running import FLOWS, memory, shop

PATIENCE = 5.0


class Pages:
    """A connector that holds pages: what each of its chats was shown, in order."""

    name = "web"
    capabilities = Capabilities(buttons=10)

    def __init__(self, *chats: str) -> None:
        self.shown: dict[str, list[str]] = {chat: [] for chat in chats}
        self.looks = 0
        self.fail = 0
        self._intake: Intake | None = None
        self._read: dict[str, int] = {}
        self._changed = asyncio.Condition()

    async def start(self, intake: Intake) -> None:
        self._intake = intake

    async def stop(self) -> None:
        self._intake = None

    async def send(self, chat: str, reply: Reply) -> str:
        raise AssertionError(f"{reply.id} was sent to {chat}: a page held elsewhere is shown its history")

    def routes(self) -> Sequence[Any]:
        return ()

    def holds(self, chat: str) -> bool:
        return chat in self.shown

    def held(self, lately: float | None = None) -> Sequence[str]:
        return list(self.shown) if lately is None else ()

    async def look(self, chat: str) -> None:
        self.looks += 1
        if self.fail:
            self.fail -= 1
            raise OSError("the page is gone")
        assert self._intake is not None
        for entry in await self._intake.history(f"web:{chat}", self._read.get(chat, 0)):
            self._read[chat] = max(self._read.get(chat, 0), entry.seq)
            if entry.reply is not None:
                self.shown[chat].append(entry.reply.text)
        async with self._changed:
            self._changed.notify_all()

    async def until(self, chat: str, *texts: str) -> None:
        """Wait until a chat was shown these texts, and no others."""
        async with asyncio.timeout(PATIENCE), self._changed:
            await self._changed.wait_for(lambda: len(self.shown[chat]) >= len(texts))
        assert self.shown[chat] == list(texts)


class Nodes:
    """A bot on nodes that share a store in memory."""

    def __init__(self, store: Store, *plugins: Plugin) -> None:
        self.hub = Hub()
        self.store = store
        self.plugins = plugins or (shop(),)
        self.engines: list[Engine] = []
        self._ends: list[Any] = []
        self.number = 0

    async def _engine(self, connector: Connector, *, turns: bool) -> tuple[Engine, MemoryCarrier]:
        carrier = MemoryCarrier(self.hub)
        await carrier.open()
        registry = Registry(self.plugins, jitter=lambda: 0.0)
        book = FlowBook(build(FLOWS, actions=registry.catalogue().actions), _nothing)
        connectors = {"web": connector if not turns else Posted(connector, carrier)}
        engine = Engine(
            book, self.store, registry, recogniser_of, FakeClock(), connectors, carrier=carrier, turns=turns
        )
        await engine.start()
        self.engines.append(engine)
        self._ends += [engine.stop, carrier.close]
        return engine, carrier

    async def web(self, pages: Pages) -> Engine:
        engine, carrier = await self._engine(pages, turns=False)
        await pages.start(engine)
        showing = Showing(carrier, {"web": pages})
        showing.start()
        self._ends.insert(0, showing.stop)
        return engine

    async def worker(self) -> tuple[Engine, Worker]:
        engine, carrier = await self._engine(Pages(), turns=True)
        worker = Worker(engine, carrier)
        worker.start()
        self._ends.insert(0, worker.stop)
        return engine, worker

    async def say(self, engine: Engine, text: str, chat: str = "1") -> None:
        self.number += 1
        await engine.accept(Incoming("web", chat, f"d{self.number}", Message(text, id=f"m{self.number}")))

    async def close(self) -> None:
        for end in self._ends:
            await end()


async def _nothing(version: str) -> None:
    """Recall no older version."""


@asynccontextmanager
async def nodes(*plugins: Plugin) -> AsyncIterator[Nodes]:
    store = memory()
    await store.open()
    made = Nodes(store, *plugins)
    try:
        yield made
    finally:
        await made.close()
        await store.close()


async def opened(gate: threading.Event) -> None:
    """Wait as a plugin does: in a loop of its own, which an asyncio.Event of the test's would not wake."""
    while not gate.is_set():  # noqa: ASYNC110
        await asyncio.sleep(0.005)


async def test_what_one_web_node_takes_is_shown_by_the_one_that_holds_the_page() -> None:
    async with nodes() as made:
        here, there = Pages("1"), Pages("2")
        web, _ = await made.web(here), await made.web(there)
        await made.worker()
        await made.say(web, "/many", chat="2")
        await there.until("2", "One.", "Two.", "Three.")
        assert here.shown == {"1": []}
        assert [engine.turns_taken for engine in made.engines] == [0, 0, 1]


async def test_a_web_node_makes_no_turn() -> None:
    async with nodes() as made:
        web = await made.web(Pages("1"))
        await made.say(web, "/many")
        await made.say(web, "/echo")
        await asyncio.sleep(0)
        assert len((await made.store.load("web:1")).waiting) == 2
        assert [job.conversation for job in made.hub.jobs] == ["web:1"], "one wake-up for what waits"


async def test_calls_are_handed_out_and_done_once() -> None:
    done: list[str] = []

    def give(number: str) -> str:
        done.append(number)
        return "T-1"

    async with nodes(shop(give=give)) as made:
        pages = Pages("1", "2", "3")
        web = await made.web(pages)
        await made.worker()
        await made.worker()
        for chat in ("1", "2", "3"):
            await made.say(web, "/write", chat)
        for chat in ("1", "2", "3"):
            await pages.until(chat, "Wrote T-1.")
        assert done == ["x", "x", "x"]


async def test_a_call_that_is_handed_out_twice_is_done_once() -> None:
    done: list[str] = []

    def give(number: str) -> str:
        done.append(number)
        return "T-1"

    async with nodes(shop(give=give)) as made:
        pages = Pages("1")
        web = await made.web(pages)
        engine, worker = await made.worker()
        await worker.stop()
        await made.say(web, "/write")
        engine.wake("web:1")
        await engine.settle("web:1")
        (job,) = [job for job in made.hub.jobs if job.call is not None]
        assert job.call is not None
        made.hub.jobs.clear()
        made.hub.jobs.extend([job, job, job])
        await made.worker()
        await made.worker()
        await pages.until("1", "Wrote T-1.")
        for engine in made.engines:
            await engine.settle("web:1")
        assert done == ["x"]


async def test_two_workers_that_are_woken_for_one_conversation_keep_its_order() -> None:
    async with nodes() as made:
        pages = Pages("1")
        web = await made.web(pages)
        (one, _), (other, _) = await made.worker(), await made.worker()
        for n in range(40):
            await made.say(web, f"/echo {n}")
            one.wake("web:1")
            other.wake("web:1")
            if n % 7 == 0:
                await asyncio.sleep(0)
        await pages.until("1", *(f"/echo {n}" for n in range(40)))


async def test_what_a_worker_has_no_room_for_is_left_to_others() -> None:
    gate = threading.Event()

    async def slow(event: Any, context: Any) -> None:
        await opened(gate)

    plugin = shop()
    plugin.before_turn(slow)
    async with nodes(plugin) as made:
        web = await made.web(Pages())
        await made.worker()
        for n in range(AT_ONCE + 5):
            await made.say(web, "/many", chat=str(n))
        for _ in range(20):
            await asyncio.sleep(0)
        assert len(made.hub.jobs) == 5
        gate.set()


async def test_a_slow_call_delays_no_other_conversation() -> None:
    gate = threading.Event()

    async def find(number: str) -> str:
        await opened(gate)
        return number

    async with nodes(shop(find=find)) as made:
        pages = Pages("slow", "quick")
        web = await made.web(pages)
        await made.worker()
        await made.say(web, "/read", chat="slow")
        await made.say(web, "/echo", chat="quick")
        await pages.until("quick", "/echo")
        assert pages.shown["slow"] == []
        gate.set()
        await pages.until("slow", "Read x.")


async def test_a_call_is_kept_while_it_runs_and_no_longer() -> None:
    gate, asked = threading.Event(), asyncio.Event()

    async def find(number: str) -> str:
        await opened(gate)
        return number

    kept: list[tuple[str, ...]] = []

    async def renew(calls: Sequence[str], lease: float) -> None:
        assert lease == LEASE
        kept.append(tuple(calls))

    async with nodes(shop(find=find)) as made:
        pages = Pages("1")
        web = await made.web(pages)
        engine, _ = await made.worker()
        vars(made.store)["renew_calls"] = renew
        engine.listeners.add("web:1", lambda _: asked.set())
        await made.say(web, "/read")
        await asked.wait()
        ((_, call, _),) = await made.store.open_calls()
        await engine.calls._heartbeat.beat()
        gate.set()
        await pages.until("1", "Read x.")
        await engine.settle("web:1")
        await engine.calls._heartbeat.beat()
        assert kept == [(call.id,)]


async def test_a_page_that_fails_is_looked_at_again_with_the_next_news() -> None:
    async with nodes() as made:
        pages = Pages("1")
        web = await made.web(pages)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        pages.fail = 1
        await made.worker()
        await made.say(web, "/echo 1")
        await asyncio.sleep(0.05)
        await made.say(web, "/echo 2")
        await pages.until("1", "/echo 1", "/echo 2")


async def test_a_job_that_fails_ends_nobody(caplog: pytest.LogCaptureFixture) -> None:
    async with nodes() as made:
        pages = Pages("1")
        web = await made.web(pages)
        engine, _ = await made.worker()
        await made.store.close()
        MemoryCarrier(made.hub).hand_out("web:9", Call("c1", "shop.find"))
        await asyncio.sleep(0.01)
        assert "a job failed" in caplog.text
        await made.store.open()
        await web.store.accept(Incoming("web", "1", "again", Message("/echo")), 1.0)
        MemoryCarrier(made.hub).wake("web:1")
        await pages.until("1", "/echo")
        assert engine.turns_taken == 1


def test_what_holds_pages_is_known_through_what_wraps_it() -> None:
    pages = Pages()

    class Wrapping:
        wrapped = pages

    outer: Any = Wrapping()
    assert list(layers_of(pages)) == [pages]
    assert list(layers_of(outer)) == [outer, pages]
    posted = Posted(pages, MemoryCarrier(Hub()))
    assert not [one for one in layers_of(posted) if isinstance(one, Holder)]
