"""Answers that grow from one node to another: `python -m tests.benchmarks.growing`.

One node makes so many answers of ten seconds at once, a sentence of sixty characters five times a second; another
shows them. Both are in this process. Given are how late the first and the other sentences come, what of an answer the
carrier carries, and the time of this process beside that of the database.
"""

import asyncio
import time

from botkit.carriers import open_carrier
from botkit.ports.carriers import Carrier
from botkit.ports.connectors import StreamPart
from botkit.runtime.growing import Growing, Grown
from botkit.testing import postgres
from tests import nats
from tests.benchmarks.goals import describe_machine
from tests.benchmarks.nodes import at

ANSWERS = (1, 10, 100)
SENTENCE = "This is one of many sentences about a lamp, number {:8d}. "
PAUSE, SENTENCES = 0.2, 50


async def measure(worker: Carrier, web: Carrier, count: int) -> tuple[list[float], list[float], int, float]:
    """Give how late (in ms) first and other sentences were shown, the growths that came, and this process's time."""
    await worker.open()
    await web.open()
    growing, grown = Growing(worker), Grown()
    said: dict[tuple[str, int], float] = {}
    first, others, came, lengths = list[float](), list[float](), 0, dict[str, int]()

    async def show() -> None:
        nonlocal came
        while growths := await web.watch():
            now = time.perf_counter()
            came += len(growths)
            for growth in growths:
                for part in grown.take(growth):
                    before = lengths.get(growth.conversation, 0)
                    lengths[growth.conversation] = before + len(part.text)
                    for place in range(before, before + len(part.text), len(SENTENCE.format(0))):
                        late = 1000 * (now - said[growth.conversation, place])
                        (first if place == 0 else others).append(late)

    showing = asyncio.create_task(show())
    await asyncio.sleep(0.5)
    spent = time.process_time()

    async def answer(n: int) -> None:
        await asyncio.sleep(PAUSE * n / count)
        for place in range(SENTENCES):
            said[f"web:{n}", place * len(SENTENCE.format(0))] = time.perf_counter()
            growing.take(f"web:{n}", StreamPart("r", "delta", SENTENCE.format(place)))
            await asyncio.sleep(PAUSE)
        growing.take(f"web:{n}", StreamPart("r", "end"))

    await asyncio.gather(*(answer(n) for n in range(count)))
    await asyncio.sleep(0.5)
    spent = time.process_time() - spent
    await worker.close()
    await web.close()
    await showing
    return first, others, came, spent


async def main() -> None:
    """Measure and print."""
    print(describe_machine())
    with postgres.running(("fsync=on", "autovacuum=on")) as server, nats.running() as broker:
        for name, url in (("PgQueuer", ""), ("NATS", broker.url)):
            for count in ANSWERS:
                database = await asyncio.to_thread(server.database)
                made = [open_carrier(database, url) for _ in range(2)]
                first, others, came, spent = await measure(made[0], made[1], count)
                whole = count * SENTENCES
                print(
                    f"{name:9} {count:4} answers: first sentence p50 {at(first, 0.5):5.1f} p95 {at(first, 0.95):6.1f} ms, "
                    f"others p50 {at(others, 0.5):6.1f} p95 {at(others, 0.95):6.1f} ms; {came / count:5.1f} growths an answer, "
                    f"{len(first) + len(others)} of {whole} sentences shown; {1000 * spent / count:5.1f} ms of both nodes an answer",
                    flush=True,
                )


if __name__ == "__main__":
    asyncio.run(main())
