"""Turns per CPU second beside the hand-written floor, in one run: `python -m tests.benchmarks.turns`."""

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from botkit import Bot
from botkit.runtime.collecting import spare_collector
from botkit.stores import Durability, open_store
from tests.benchmarks import goals
from tests.benchmarks.goals import FLOOR, Row, write
from tests.benchmarks.talk import BOT, SAID, TALK, Floor

ROUNDS = 5
LONE = 150  # conversations a round, one after the other
TOGETHER = 200  # conversations interleaved
KINDS: tuple[tuple[str, Durability, bool], ...] = (
    ("lone, NORMAL", "normal", False),
    (f"{TOGETHER} interleaved, NORMAL", "normal", True),
    (f"{TOGETHER} interleaved, FULL", "full", True),
)


def floor_rate(path: Path, conversations: int, *, interleaved: bool) -> float:
    """Give the floor's turns per CPU second."""
    floor = Floor(path)
    began = time.process_time()
    for conversation, text in order(conversations, interleaved=interleaved):
        floor.say(conversation, text)
    spent = time.process_time() - began
    floor.close()
    return conversations * len(TALK) / spent


def order(conversations: int, *, interleaved: bool) -> Iterator[tuple[str, str]]:
    """Give (conversation, text) one conversation after the other, or turn by turn."""
    if interleaved:
        for text in TALK:
            for number in range(conversations):
                yield f"web:{number}", text
    else:
        for number in range(conversations):
            for text in TALK:
                yield f"web:{number}", text


async def bot_rate(path: Path, conversations: int, durability: Durability, *, interleaved: bool) -> float:
    """Give botkit's turns per CPU second, everything stored: deliveries, session, events.

    The collector is spared as `botkit run` does it, for the floor as well.
    """
    async with await Bot.load(BOT, store=open_store(f"sqlite:///{path}", durability)) as bot:
        await bot.say("hello", "web:warm")
        spare_collector()
        began = time.process_time()
        if interleaved:
            for text in TALK:
                await asyncio.gather(*(bot.say(text, f"web:{number}") for number in range(conversations)))
        else:
            for conversation, text in order(conversations, interleaved=False):
                await bot.say(text, conversation)
        return conversations * len(TALK) / (time.process_time() - began)


def calls_per_turn() -> float:
    """Count the Python functions that one turn of the conversation calls, everything included."""
    counts = [0]

    def count(frame: object, event: str, argument: object) -> None:
        counts[0] += event == "call"

    async def play() -> None:
        async with await Bot.load(BOT, store="sqlite://") as bot:
            said = [(await bot.say(text, "web:warm")).text.splitlines()[-1] for text in TALK]
            assert said == list(SAID), said
            sys.setprofile(count)
            for number in range(10):
                for text in TALK:
                    await bot.say(text, f"web:{number}")
            sys.setprofile(None)

    asyncio.run(play())
    return counts[0] / (10 * len(TALK))


def measure(rounds: int = ROUNDS, lone: int = LONE, together: int = TOGETHER) -> dict[str, list[float]]:
    """Give the rates of each kind and of the floor, and the bytes that a conversation takes, one for each round.

    What a store of one conversation takes is nobody's: pages of tables that are empty, the schema, the flows.
    """
    found: dict[str, list[float]] = {}
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            for name, durability, interleaved in KINDS:
                path = Path(folder) / f"{name}.db"
                count = together if interleaved else lone
                empty = Path(folder) / f"{name}, empty.db"
                asyncio.run(bot_rate(empty, 0, durability, interleaved=interleaved))
                rate = asyncio.run(bot_rate(path, count, durability, interleaved=interleaved))
                found.setdefault(name, []).append(rate)
                taken = path.stat().st_size - empty.stat().st_size
                found.setdefault(f"bytes, {name}", []).append(taken / count)
                floor = floor_rate(Path(folder) / f"{name}, floor.db", lone, interleaved=False)
                found.setdefault("floor", []).append(floor)
    return found


def compare(rounds: int = ROUNDS, lone: int = LONE, together: int = TOGETHER) -> list[Row]:
    """Give the rows of the table; both shares are of the floor at NORMAL with one conversation at a time."""
    found = {name: statistics.median(figures) for name, figures in measure(rounds, lone, together).items()}
    calls = calls_per_turn()
    rows = [
        Row(goal, f"{found[name]:,.0f} turns per CPU second", 100 * found[name] / found["floor"])
        for goal, name in ((goals.LONE, "lone, NORMAL"), (goals.TOGETHER, f"{TOGETHER} interleaved, FULL"))
    ]
    stored = found["bytes, lone, NORMAL"] / 1000
    mixed = found[f"bytes, {TOGETHER} interleaved, NORMAL"] / 1000
    return [
        Row(FLOOR, f"{found['floor']:,.0f} turns per CPU second", 100),
        *rows,
        Row(goals.CALLS, f"{calls:.0f}", calls),
        Row(goals.STORED, f"{stored:.1f} kB; {mixed:.1f} kB if mixed with others", stored),
    ]


def main() -> None:
    """Print the table."""
    print(write(compare()))


if __name__ == "__main__":
    main()
