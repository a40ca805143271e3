"""What one customer can do to the others: `python -m tests.benchmarks.flood`.

Twenty customers write ten times a second each, and wait for their answers; the time from the hand-over of a message to
the hand-over of its reply is measured. Meanwhile nothing else happens (calm), or one more customer writes 3,000
messages as fast as they are taken, sixteen at once (flood); `unbounded` is the same without `limits` and without
slices. Or sixteen more customers have an action of a plugin called over and over that blocks its thread for a fifth
of a second (slow plugin). A flood is over in a second or two, so that each line is of several runs together. Read the
99th percentiles side by side.
"""

import asyncio
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any

from msgspec.structs import replace

from botkit import Bot, Capabilities, Incoming, Intake, Message, Reply
from botkit.runtime import engine
from botkit.runtime.collecting import spare_collector
from botkit.stores import Durability, open_store
from tests.benchmarks.goals import describe_machine
from tests.benchmarks.talk import BOT

CHANNEL, OTHERS, EVERY, FLOOD, AT_ONCE = "line", 20, 0.1, 3000, 16
SECONDS, RUNS = 3.0, 5
SLOW = '''"""A plugin that blocks."""

import time

from botkit import Context, Plugin

plugin = Plugin("slow")


@plugin.action(effect="read", timeout=5)
def wait(ctx: Context) -> None:
    """Wait."""
    time.sleep(0.2)
'''
FLOW = """
flows:
  slow:
    start: {commands: [slow]}
    steps: [{do: slow.wait}, {say: Done.}]
"""


class Line:
    """A connector whose replies are taken at once; it tells when."""

    name = CHANNEL
    capabilities = Capabilities(buttons=10)

    def __init__(self) -> None:
        self.waiting: dict[str, asyncio.Future[float]] = {}

    async def start(self, intake: Intake) -> None:
        """Receive nothing by itself."""

    async def stop(self) -> None:
        """Close nothing."""

    async def send(self, chat: str, reply: Reply) -> str:
        """Take a reply."""
        waiting = self.waiting.pop(chat, None)
        if waiting is not None and not waiting.done():
            waiting.set_result(perf_counter())
        return reply.id

    def routes(self) -> Sequence[Any]:
        """Serve nothing."""
        return ()


async def write_calmly(bot: Bot, line: Line, chat: str, until: float, took: list[float]) -> None:
    """Write, wait for the answer, pause, until it is time to end."""
    number = 0
    while perf_counter() < until:
        number += 1
        began = perf_counter()
        answered = line.waiting[chat] = asyncio.get_running_loop().create_future()
        await bot.engine.accept(Incoming(CHANNEL, chat, f"{chat}/{number}", Message("when are you open")))
        took.append(await answered - began)
        await asyncio.sleep(EVERY)


async def flood(bot: Bot) -> None:
    """Write without waiting for answers."""
    numbers = iter(range(FLOOD))

    async def write_on() -> None:
        for number in numbers:
            incoming = Incoming(CHANNEL, "flood", f"flood/{number}", Message("where is my order"))
            await bot.engine.accept(incoming)
            await asyncio.sleep(0)  # the socket is read

    await asyncio.gather(*(write_on() for _ in range(AT_ONCE)))


async def call_slowly(bot: Bot, until: float) -> None:
    """Have an action called that blocks, by sixteen customers, over and over."""

    async def call_on(chat: str) -> None:
        while perf_counter() < until:
            await bot.engine.accept(Incoming(CHANNEL, chat, "", Message("/slow")))
            await bot.engine.settle(f"{CHANNEL}:{chat}")

    await asyncio.gather(*(call_on(f"s{number}") for number in range(AT_ONCE)))


def with_slow_plugin(folder: Path) -> Path:
    """Give the benchmarks' bot with an action that blocks."""
    bot = Path(shutil.copytree(BOT, folder / "bot", ignore=shutil.ignore_patterns("__pycache__", "*.db*")))
    (bot / "bot.yaml").write_text("plugins: [./plugins/orders.py, ./plugins/slow.py]\n", encoding="utf-8")
    (bot / "plugins" / "slow.py").write_text(SLOW, encoding="utf-8")
    (bot / "slow.yaml").write_text(FLOW, encoding="utf-8")
    return bot


@contextmanager
def _bounded(bot: Bot, *, bounded: bool) -> Iterator[None]:
    if bounded:
        yield
        return
    hold, book = engine.LONGEST_HOLD, bot.engine.book
    engine.LONGEST_HOLD = 1e9
    book.current = replace(book.current, settings=replace(book.current.settings, most_waiting=10**9))
    try:
        yield
    finally:
        engine.LONGEST_HOLD = hold


async def measure(durability: Durability, what: str) -> tuple[float, float, float]:
    """Give the median, the 99th percentile and the longest wait of the others in all runs, in milliseconds."""
    took: list[float] = []
    for _ in range(RUNS):
        await _run(durability, what, took)
    ordered = sorted(took)
    return statistics.median(ordered) * 1000, ordered[int(len(ordered) * 0.99)] * 1000, ordered[-1] * 1000


async def _run(durability: Durability, what: str, took: list[float]) -> None:
    line = Line()
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{Path(folder) / 'bot.db'}", durability)
        directory = with_slow_plugin(Path(folder))
        async with await Bot.load(directory, store=store, connectors=lambda _: {CHANNEL: line}) as bot:
            spare_collector()
            with _bounded(bot, bounded=what != "unbounded"):
                until = perf_counter() + SECONDS
                writing = []
                for number in range(OTHERS):
                    writing.append(asyncio.create_task(write_calmly(bot, line, f"c{number}", until, took)))
                    await asyncio.sleep(EVERY / OTHERS)
                if what == "slow plugin":
                    await call_slowly(bot, until)
                elif what != "calm":
                    await flood(bot)
                    await bot.engine.settle(f"{CHANNEL}:flood")
                    for task in writing:  # only what happened beside it counts
                        task.cancel()
                await asyncio.gather(*writing, return_exceptions=True)


def main() -> None:
    """Measure and print."""
    print(describe_machine())
    for durability in ("normal", "full"):
        for what in ("calm", "flood", "unbounded", "slow plugin"):
            chosen: Durability = "full" if durability == "full" else "normal"
            middle, late, longest = asyncio.run(measure(chosen, what))
            print(f"{durability:<7} {what:<11} p50 {middle:6.2f} ms   p99 {late:6.2f} ms   longest {longest:6.2f} ms")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
