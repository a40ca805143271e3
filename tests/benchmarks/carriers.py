"""Carriers side by side, alone and under a bot: `python -m tests.benchmarks.carriers`.

Alone: one node posts wake-ups, another takes them, both in this process; the most a second, and how long one takes at
70 % of that. Under a bot: what `tests.benchmarks.nodes` measures, the broker's processor time with it.
"""

import asyncio
import os
import time
from collections.abc import Callable

from botkit.carriers import open_carrier
from botkit.ports.carriers import Carrier
from botkit.testing import postgres
from tests import nats
from tests.benchmarks.goals import describe_machine
from tests.benchmarks.nodes import LOW, SECONDS, STEADY, at, measure

MANY = 8_000  # jobs for the most a second; a carrier keeps ten thousand
STEADILY = 3.0  # seconds at 70 %
ROUND = 0.005  # seconds between posts then


async def most(connect: Callable[[], Carrier]) -> tuple[float, float]:
    """Give the most jobs a second from one node to another, and the milliseconds of this process for one."""
    web, worker = connect(), connect()
    await web.open()
    await worker.open()
    began, spent, taken = time.perf_counter(), time.process_time(), 0
    for n in range(MANY):
        web.wake(f"web:{n}")
    while taken < MANY:
        taken += len(await asyncio.wait_for(worker.take(200), 20))
    took, spent = time.perf_counter() - began, time.process_time() - spent
    await web.close()
    await worker.close()
    return MANY / took, 1000 * spent / MANY


async def steady(connect: Callable[[], Carrier], rate: float) -> list[float]:
    """Give how many milliseconds each job took at a rate."""
    web, worker = connect(), connect()
    await web.open()
    await worker.open()
    count, times, posted = int(rate * STEADILY), list[float](), dict[str, float]()

    async def take() -> None:
        while len(times) < count:
            for job in await asyncio.wait_for(worker.take(200), 20):
                times.append(1000 * (time.perf_counter() - posted[job.conversation]))

    taking = asyncio.create_task(take())
    began = time.perf_counter()
    while len(posted) < count:
        for n in range(len(posted), min(count, int((time.perf_counter() - began) * rate) + 1)):
            posted[f"web:{n}"] = time.perf_counter()
            web.wake(f"web:{n}")
        await asyncio.sleep(ROUND)
    await taking
    await web.close()
    await worker.close()
    return times


async def main() -> None:
    """Measure all of it and print."""
    print(describe_machine())
    with postgres.running(("fsync=on", "autovacuum=on")) as server, nats.running() as broker:
        for name, url in (("PgQueuer", ""), ("NATS", broker.url)):
            database = await asyncio.to_thread(server.database)
            a_second, spent = await most(lambda store=database, url=url: open_carrier(store, url))  # type: ignore[misc]
            database = await asyncio.to_thread(server.database)
            times = await steady(lambda store=database, url=url: open_carrier(store, url), 0.7 * a_second)  # type: ignore[misc]
            print(
                f"{name:9} alone {a_second:7.0f}/s   at 70 %: p50 {at(times, 0.5):5.1f} ms, p99 {at(times, 0.99):6.1f} ms"
                f"   {spent:.3f} ms of both nodes a job",
                flush=True,
            )
        seconds = float(os.environ.get("SECONDS", SECONDS))
        for rate in (LOW, STEADY):
            for roles in (("web", "worker"), ("web", "worker", "worker")):
                for name, chosen in (("PgQueuer", None), ("NATS", broker)):
                    measured = await measure(roles, server, rate, seconds, chosen)
                    print(f"{name:9} {'+'.join(roles):18} {rate:4.0f}/s   {measured}", flush=True)


if __name__ == "__main__":
    asyncio.run(main())
