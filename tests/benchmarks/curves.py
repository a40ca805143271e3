"""What a turn costs as a bot and its store grow: `python -m tests.benchmarks.curves [--write docs/images/turn-cost.svg]`.

A turn's time of the processor, everything stored (SQLite, NORMAL), one conversation at a time. The sizes of a curve are
measured in turn, round by round, in one process, so that noise hits all of them. Read the ratios.
"""

import argparse
import asyncio
import gc
import random
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import NamedTuple

from botkit import Bot
from tests.benchmarks.drawing import Curve, draw
from tests.benchmarks.goals import describe_machine
from tests.benchmarks.many import messages, multiply, write_flows, write_intents
from tests.benchmarks.talk import BOT, TALK

ROUNDS = 7
TURNS = 1200  # of a size in a round: enough for the write-ahead log to be moved into the file several times

Turn = tuple[str, str]  # a conversation, and what its customer says


class Case(NamedTuple):
    """A bot of one size, and what is said to it without end."""

    bot: Bot
    said: Iterator[Turn]


Prepare = Callable[[AsyncExitStack, Path, int], Awaitable[Case]]


async def _load(stack: AsyncExitStack, directory: Path, store: Path) -> Bot:
    return await stack.enter_async_context(await Bot.load(directory, store=f"sqlite:///{store}"))


def _talks(names: Sequence[str] = ()) -> Iterator[Turn]:
    """Play the conversation again and again, each time with a new customer, or with one of these."""
    draw = random.Random(1)
    number = 0
    while True:
        number += 1
        conversation = draw.choice(names) if names else f"web:{number}"
        for text in TALK:
            yield conversation, text


async def among_flows(stack: AsyncExitStack, folder: Path, size: int) -> Case:
    """Make a bot with so many flows, of which one is used."""
    write_flows(folder, size)
    return Case(await _load(stack, folder, folder.with_suffix(".db")), _talks())


async def _fill(folder: Path, size: int) -> tuple[Path, list[str]]:
    store = folder.with_suffix(".db")
    async with await Bot.load(BOT, store=f"sqlite:///{store}") as bot:
        for text in TALK:
            await bot.say(text, "web:first")
    return store, multiply(store, "web:first", size)


async def among_conversations(stack: AsyncExitStack, folder: Path, size: int) -> Case:
    """Fill a store with conversations, and let new customers come."""
    store, _ = await _fill(folder, size)
    return Case(await _load(stack, BOT, store), _talks())


async def after_long(stack: AsyncExitStack, folder: Path, size: int) -> Case:
    """Fill a store with conversations, and let customers of any of them come back: no page of it is warm."""
    store, names = await _fill(folder, size)
    return Case(await _load(stack, BOT, store), _talks(names))


async def after_events(stack: AsyncExitStack, folder: Path, size: int) -> Case:
    """Let one conversation grow, and go on with it."""
    bot = await _load(stack, BOT, folder.with_suffix(".db"))
    said = _talks(("web:long",))
    for _ in range(size):
        await bot.say(next(said)[1], "web:long")
    return Case(bot, said)


async def among_intents(stack: AsyncExitStack, folder: Path, size: int) -> Case:
    """Make a bot with so many intents; each message is a new one, and the first of its customer."""
    write_intents(folder, size)
    bot = await _load(stack, folder, folder.with_suffix(".db"))
    return Case(bot, ((f"web:{number}", text) for number, text in enumerate(messages(1))))


CURVES: tuple[tuple[str, Prepare, tuple[int, ...]], ...] = (
    ("flows of the bot", among_flows, (10, 100, 1000)),
    ("stored conversations", among_conversations, (10, 100_000, 1_000_000)),
    ("stored conversations, of which any goes on", after_long, (10, 100_000, 1_000_000)),
    ("events of the conversation", after_events, (10, 10_000)),
    ("intents, every message new", among_intents, (10, 1000)),
)


async def _spend(case: Case, turns: int) -> float:
    """Take so many turns; microseconds of the processor each."""
    said = [next(case.said) for _ in range(turns)]
    began = time.process_time()
    for conversation, text in said:
        await case.bot.say(text, conversation)
    return (time.process_time() - began) / turns * 1e6


async def measure(title: str, prepare: Prepare, sizes: Sequence[int], rounds: int, turns: int) -> Curve:
    """Measure one curve."""
    spent: dict[int, list[float]] = {size: [] for size in sizes}
    with tempfile.TemporaryDirectory() as name:
        async with AsyncExitStack() as stack:
            cases = {size: await prepare(stack, Path(name) / str(size), size) for size in sizes}
            gc.collect()
            gc.freeze()  # what the sizes themselves are is not looked at in the middle of a turn
            for round_ in range(rounds + 1):
                for size, case in cases.items():
                    cost = await _spend(case, turns)
                    if round_:  # the first warms up
                        spent[size].append(cost)
            gc.unfreeze()
    return Curve(title, {size: statistics.median(costs) for size, costs in spent.items()})


def tabulate(curves: Sequence[Curve]) -> str:
    """Give the figures as lines of text."""
    lines: list[str] = []
    for curve in curves:
        costs = ", ".join(f"{size:,}: {cost:.0f} µs" for size, cost in curve.costs.items())
        lines.append(f"{curve.title}: {costs}; {curve.ratio:.2f} times the smallest")
    return "\n".join(lines)


def main() -> None:
    """Measure all curves, or one; print them, and draw them if asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", type=Path, help="where to draw them")
    parser.add_argument("--only", default="", help="a part of the curve's title")
    options = parser.parse_args()
    print(describe_machine())
    curves = []
    for title, prepare, sizes in CURVES:
        if options.only in title:
            curves.append(asyncio.run(measure(title, prepare, sizes, ROUNDS, TURNS)))
            print(tabulate(curves[-1:]))
    if options.write:
        options.write.write_text(draw(curves), encoding="utf-8")


if __name__ == "__main__":
    main()
