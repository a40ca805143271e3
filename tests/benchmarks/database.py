"""PostgreSQL, sixteen turns at once, beside asyncpg by hand: `python -m tests.benchmarks.database`.

Both floors play the same conversation with plain Python and a JSON state, every turn durable (`fsync` is on): one
with a SELECT and one CTE with a check of the version for each turn, a connection for each of the sixteen; one that
reads and commits together what came meanwhile, with unnest. Figures are turns per second of the processor's time, the
server's included, which is a good part of it; what this process takes for itself alone is told beside them. The
server is the tests' own.
"""

import asyncio
import json
import os
import statistics
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncpg

from botkit import Bot
from botkit.runtime.collecting import spare_collector
from botkit.testing import postgres
from tests.benchmarks import goals
from tests.benchmarks.goals import Row, write
from tests.benchmarks.talk import BOT, TALK, answer

ROUNDS = 3
AT_ONCE = 16
CONVERSATIONS = 480  # a round

Say = Callable[[str, str], Awaitable[object]]
Rate = tuple[float, float]  # turns per CPU second: the server's included, and without it

_TABLES = (
    "CREATE TABLE IF NOT EXISTS state (conversation TEXT PRIMARY KEY, version INTEGER NOT NULL, data TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS log (conversation TEXT, version INTEGER, said TEXT, reply TEXT, "  # noqa: ISC004
    "PRIMARY KEY (conversation, version))",
)
_ONE = (
    "WITH moved AS (INSERT INTO state VALUES ($1, 1, $3) ON CONFLICT (conversation) DO UPDATE "
    "SET version = state.version + 1, data = excluded.data WHERE state.version = $2 RETURNING conversation, version) "
    "INSERT INTO log SELECT conversation, version, $4, $5 FROM moved RETURNING version"
)
_MANY = (
    "WITH asked AS (SELECT * FROM unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::text[]) "
    "AS a(conversation, held, data, said, reply)), "
    "moved AS (INSERT INTO state SELECT conversation, 1, data FROM asked ON CONFLICT (conversation) DO UPDATE "
    "SET version = state.version + 1, data = excluded.data RETURNING conversation, version) "
    "INSERT INTO log SELECT m.conversation, m.version, a.said, a.reply FROM moved m JOIN asked a USING (conversation) "
    "WHERE m.version = a.held + 1 RETURNING conversation"
)


async def by_hand(url: str) -> Rate:
    """Measure a SELECT and a CTE for each turn."""
    links = [await asyncpg.connect(url) for _ in range(AT_ONCE)]
    for table in _TABLES:
        await links[0].execute(table)
    free = list(links)
    reads = {link: await link.prepare("SELECT version, data FROM state WHERE conversation = $1") for link in links}
    writes = {link: await link.prepare(_ONE) for link in links}

    async def say(text: str, conversation: str) -> None:
        link = free.pop()
        row = await reads[link].fetchrow(conversation)
        state = json.loads(row["data"]) if row else {"at": "start"}
        reply = answer(state, text)
        held = row["version"] if row else 0
        written = await writes[link].fetch(conversation, held, json.dumps(state), text, reply)
        assert written
        free.append(link)

    try:
        return await _measure(url, say, "hand")
    finally:
        for link in links:
            await link.close()


async def together(url: str) -> Rate:
    """Measure reading and committing together what was asked meanwhile."""
    link = await asyncpg.connect(url)
    for table in _TABLES:
        await link.execute(table)
    read = await link.prepare("SELECT conversation, version, data FROM state WHERE conversation = ANY($1::text[])")
    write_ = await link.prepare(_MANY)
    asked: list[tuple[str, str, asyncio.Future[str]]] = []
    stirred = asyncio.Event()

    async def serve() -> None:
        while True:
            await stirred.wait()
            stirred.clear()
            batch = asked[:]
            asked.clear()
            known = {row[0]: row for row in await read.fetch([one[0] for one in batch])}
            rows = []
            for conversation, text, _ in batch:
                row = known.get(conversation)
                state = json.loads(row[2]) if row else {"at": "start"}
                reply = answer(state, text)
                rows.append((conversation, row[1] if row else 0, json.dumps(state), text, reply))
            assert len(await write_.fetch(*zip(*rows, strict=True))) == len(batch)
            for (_, _, told), row in zip(batch, rows, strict=True):
                told.set_result(row[4])

    async def say(text: str, conversation: str) -> None:
        told: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        asked.append((conversation, text, told))
        stirred.set()
        await told

    serving = asyncio.create_task(serve())
    try:
        return await _measure(url, say, "together")
    finally:
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
        await link.close()


async def botkit(url: str) -> Rate:
    """Measure botkit, with inbox, outbox, records and sessions."""
    async with await Bot.load(BOT, store=url) as bot:
        return await _measure(url, bot.say, "bot")


async def _measure(url: str, say: Say, name: str) -> Rate:
    """Play conversations, sixteen at once, each turn after the one before it."""
    await say(TALK[0], f"web:{name}-warm")
    spare_collector()
    numbers = iter(range(CONVERSATIONS))

    async def play() -> None:
        for number in numbers:
            for text in TALK:
                await say(text, f"web:{name}-{number}")

    server, began = _server_time(url), time.process_time()
    await asyncio.gather(*(play() for _ in range(AT_ONCE)))
    spent, server = time.process_time() - began, _server_time(url) - server
    turns = CONVERSATIONS * len(TALK)
    return turns / (spent + server), turns / spent


def _server_time(url: str) -> float:
    """Give the seconds of the processor that the processes of the server at this port have taken so far."""
    port = url.rpartition(":")[2].partition("/")[0]
    ticks, families = 0, dict[int, int]()
    of_server: set[int] = set()
    for path in Path("/proc").glob("[0-9]*"):
        try:
            words = (path / "stat").read_text().rpartition(")")[2].split()
            families[int(path.name)] = int(words[1])
            if f"port={port}" in (path / "cmdline").read_text():
                of_server.add(int(path.name))
        except OSError:
            continue
    for process, parent in families.items():
        if process in of_server or parent in of_server:
            try:
                words = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            ticks += (
                int(words[11]) + int(words[12]) + (int(words[13]) + int(words[14]) if process in of_server else 0)
            )
    return ticks / os.sysconf("SC_CLK_TCK")


def measure(rounds: int = ROUNDS) -> dict[str, list[Rate]]:
    """Give the rates of both floors and of botkit, one for each round; each has a database of its own."""
    found: dict[str, list[Rate]] = {}
    with postgres.running(("fsync=on", "autovacuum=on")) as server:
        for _ in range(rounds):
            for play in (by_hand, together, botkit):
                found.setdefault(play.__name__, []).append(asyncio.run(play(server.database())))
    return found


def compare(rounds: int = ROUNDS) -> list[Row]:
    """Give the rows of the table; without a server, none."""
    if postgres.find_binaries() is None:
        return []
    rates = {name: tuple(map(statistics.median, zip(*one, strict=True))) for name, one in measure(rounds).items()}
    hand, group, bot = rates["by_hand"], rates["together"], rates["botkit"]
    return [
        Row(goals.BY_HAND, _told(hand), 100),
        Row(goals.DATABASE, _told(bot), 100 * bot[0] / hand[0]),
        Row(goals.BY_HAND_TOGETHER, _told(group), 100),
        Row(goals.DATABASE_TOGETHER, _told(bot), 100 * bot[0] / group[0]),
    ]


def _told(rate: tuple[float, ...]) -> str:
    return f"{rate[0]:,.0f} turns per CPU second; {rate[1]:,.0f} without the server's"


def main() -> None:
    """Print the table."""
    print(write(compare()))


if __name__ == "__main__":
    main()
