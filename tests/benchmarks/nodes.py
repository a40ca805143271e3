"""One process against several: how long a message takes, and what it costs: `python -m tests.benchmarks.nodes`.

Every node is a process of its own (`botkit run`), PostgreSQL is Debian's with its durable settings, customers sit on
real WebSockets in this process. A message's time is from its sending to the reply on the page; the processor's time of
each role is what the kernel counted. All of it shares this machine's cores with the customers.
"""

import asyncio
import contextlib
import itertools
import json
import os
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from botkit.testing import postgres
from tests import nats
from tests.benchmarks.goals import describe_machine
from tests.integration.nodes import Cluster

BOT = {
    "bot.yaml": "name: Echo\nstore: ${STORE}\ncarrier: ${CARRIER:-}\nchannels: {web: {LIMITS, secret: of the benchmarks}}\n",
    "flows.yaml": "flows:\n  echo:\n    start: {commands: [echo]}\n    steps: [{say: '{{ message.text }}'}]\n",
}
WIDE = "rate: 1000, burst: 1000"  # what a page may send
USUAL = "rate: 2, burst: 10, address_rate: 20, address_burst: 200"  # as it is by default
LOW, SECONDS = 20.0, 10.0  # messages a second of all customers together, and for how long
STEADY = 100.0
CUSTOMERS = 20
FLOOD = 3_000  # messages of one customer
_ADDRESSES = (f"127.0.{number // 250 + 1}.{number % 250 + 1}" for number in itertools.count())  # of the customers
TICK = os.sysconf("SC_CLK_TCK")


class Measured(msgspec.Struct):
    """What a run came to: the times in milliseconds, and the processor's milliseconds per message of each role."""

    times: list[float]
    spent: dict[str, float]

    def __str__(self) -> str:
        whole = sum(self.spent.values())
        parts = ", ".join(f"{role} {spent:.2f}" for role, spent in self.spent.items())
        return (
            f"p50 {at(self.times, 0.5):6.1f} ms   p99 {at(self.times, 0.99):6.1f} ms   CPU {whole:.2f} ms ({parts})"
        )


def at(times: Sequence[float], share: float) -> float:
    """Give a quantile."""
    return sorted(times)[min(int(len(times) * share), len(times) - 1)]


class Page:
    """A customer's page: sends, and notes when the answer came."""

    def __init__(self, address: str) -> None:
        self._url = f"ws://{address}/web/socket"
        self._page: ClientConnection | None = None
        self._sent: dict[str, float] = {}
        self.refused = 0
        self.may_be_refused = False
        self._from = next(_ADDRESSES)
        self._reading: asyncio.Task[None] | None = None
        self.times: list[float] = []
        self.answered = asyncio.Event()
        self.number = 0

    async def open(self) -> None:
        """Say hello."""
        own = (self._from, 0)
        self._page = await connect(self._url, ping_interval=None, local_addr=own)  # in a flood the answer is late
        await self._page.send(json.dumps({"type": "hello"}))
        await self._page.recv()
        self._reading = asyncio.create_task(self._read(self._page))

    async def say(self) -> None:
        """Send the next message."""
        assert self._page is not None
        self.number += 1
        text = f"/echo {self.number}"
        self._sent[text] = time.perf_counter()
        self.answered.clear()
        await self._page.send(json.dumps({"type": "message", "id": f"m{self.number}", "text": text}))

    async def _read(self, page: ClientConnection) -> None:
        with contextlib.suppress(ConnectionClosed):
            async for text in page:
                frame = json.loads(text)
                if frame["type"] == "reply" and (sent := self._sent.pop(frame["text"], None)) is not None:
                    self.times.append(1000 * (time.perf_counter() - sent))
                    if not self._sent:
                        self.answered.set()
                if frame["type"] == "error":
                    assert self.may_be_refused, frame
                    self.refused += 1

    async def leave(self) -> None:
        """Close it."""
        assert self._page is not None
        assert self._reading is not None
        await self._page.close()
        await asyncio.gather(self._reading, return_exceptions=True)


class Meter:
    """Reads what the processes of each role have spent of the processor."""

    def __init__(self, bot: Cluster, server: postgres.Server | None, broker: nats.Broker | None = None) -> None:
        self._bot = bot
        self._server = server
        self._broker = broker

    def read(self) -> dict[str, float]:
        """Give the seconds of each role."""
        spent: dict[str, float] = {}
        for node in self._bot.nodes:
            spent[node.role] = spent.get(node.role, 0.0) + _seconds(node.process.pid)
        if self._server is not None:
            spent["database"] = _seconds(self._server.pid, dead=True) + sum(
                map(_seconds, _children(self._server.pid))
            )
        if self._broker is not None:
            spent["broker"] = _seconds(self._broker.pid)
        return spent


def _fields(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()


def _seconds(pid: int, *, dead: bool = False) -> float:
    with contextlib.suppress(OSError):
        return sum(map(int, _fields(pid)[11 : 15 if dead else 13])) / TICK
    return 0.0


def _children(pid: int) -> list[int]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if int(_fields(int(folder.name))[1]) == pid:
                found.append(int(folder.name))
    return found


@contextlib.asynccontextmanager
async def running(
    roles: Sequence[str],
    server: postgres.Server | None,
    broker: nats.Broker | None = None,
    limits: str = WIDE,
) -> AsyncIterator[tuple[Cluster, Meter]]:
    """Run the bot on nodes of these roles; without a server in one process, with SQLite."""
    with tempfile.TemporaryDirectory() as folder:
        bot = Path(folder, "bot")
        await asyncio.to_thread(_write_bot, bot, limits)
        url = await asyncio.to_thread(server.database) if server is not None else f"sqlite:///{folder}/bot.db"
        made = Cluster(url, Path(folder, "ledger"), bot, broker.url if broker is not None else "")
        try:
            for role in roles:
                await made.start(role)
            yield made, Meter(made, server, broker)
        finally:
            for node in made.nodes:
                await node.end()


def _write_bot(folder: Path, limits: str) -> None:
    folder.mkdir()
    for name, text in BOT.items():
        (folder / name).write_text(text.replace("LIMITS", limits), encoding="utf-8")


async def load(bot: Cluster, meter: Meter, rate: float, seconds: float, pages: Sequence[Page]) -> Measured:
    """Have customers write at a rate, one after the other; each is answered before it writes again."""
    for page in pages:
        await page.say()
        await asyncio.wait_for(page.answered.wait(), 20)
        page.times.clear()
    before, began, count = meter.read(), time.perf_counter(), 0
    while time.perf_counter() - began < seconds:
        page = pages[count % len(pages)]
        await asyncio.wait_for(page.answered.wait(), 20)
        await page.say()
        count += 1
        await asyncio.sleep(max(0.0, began + count / rate - time.perf_counter()))
    await asyncio.gather(*(asyncio.wait_for(page.answered.wait(), 20) for page in pages))
    after = meter.read()
    times = [one for page in pages for one in page.times]
    assert len(times) == count
    return Measured(times, {role: 1000 * (after[role] - before[role]) / count for role in after})


async def measure(
    roles: Sequence[str],
    server: postgres.Server | None,
    rate: float,
    seconds: float,
    broker: nats.Broker | None = None,
) -> Measured:
    """Measure one arrangement at one rate."""
    async with running(roles, server, broker) as (bot, meter):
        pages = [Page(bot.nodes[0].address) for _ in range(CUSTOMERS)]
        for page in pages:
            await page.open()
        measured = await load(bot, meter, rate, seconds, pages)
        for page in pages:
            await page.leave()
        return measured


async def flood(
    roles: Sequence[str], server: postgres.Server | None, rate: float, limits: str = WIDE
) -> tuple[Measured, Measured, float, int]:
    """Measure the others before and while one customer sends `FLOOD` messages.

    Gives how long these took, and how many were refused, too.
    """
    async with running(roles, server, limits=limits) as (bot, meter):
        pages = [Page(bot.nodes[0].address) for _ in range(CUSTOMERS)]
        rude = Page(bot.nodes[0].address)
        rude.may_be_refused = limits != WIDE
        for page in (*pages, rude):
            await page.open()
        calm = await load(bot, meter, rate, SECONDS, pages)
        for page in pages:
            page.times.clear()
        began = time.perf_counter()
        flooding = asyncio.create_task(_flood(rude))
        rough = await load(bot, meter, rate, SECONDS, pages)
        await flooding
        took = time.perf_counter() - began
        for page in (*pages, rude):
            await page.leave()
        assert rude.number == FLOOD or rude.refused
        return calm, rough, took, rude.refused


async def _flood(page: Page) -> None:
    for number in range(FLOOD):
        try:
            await page.say()
        except ConnectionClosed:  # who is refused too often is shown the door, and comes again as long as they may
            try:
                await page.open()
            except (OSError, InvalidStatus, ConnectionClosed):
                return
        if number % 50 == 49:
            await asyncio.sleep(0.06)  # no page may send faster than a thousand a second, nor leave what comes unread
    if not page.may_be_refused:
        await asyncio.wait_for(page.answered.wait(), 120)


async def main() -> None:
    """Measure all of it and print."""
    print(describe_machine())
    with postgres.running(("fsync=on", "autovacuum=on")) as server:
        for name, roles, where in (
            ("one process, SQLite", ("all",), None),
            ("one process, PostgreSQL", ("all",), server),
            ("web and worker", ("web", "worker"), server),
            ("web and 2 workers", ("web", "worker", "worker"), server),
        ):
            for rate in (LOW, STEADY):
                print(f"{name:28} {rate:4.0f}/s   {await measure(roles, where, rate, SECONDS)}", flush=True)
        for limits, name in ((WIDE, "without limits"), (USUAL, "with its usual limits")):
            calm, rough, took, refused = await flood(("web", "worker", "worker"), server, LOW, limits)
            print(f"web and 2 workers {name}, calm          {calm}")
            print(f"web and 2 workers {name}, in the flood  {rough}   ({took:.1f} s, {refused} refused)", flush=True)


if __name__ == "__main__":
    asyncio.run(main())
