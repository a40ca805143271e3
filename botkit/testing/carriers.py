"""The contract of a carrier, as tests: what holds of every carrier, whatever carries.

    from botkit.testing.carriers import CarrierContract

    class TestMyCarrier(CarrierContract):
        @pytest.fixture
        def connect(self):
            return lambda: MyCarrier("nats://127.0.0.1:4222")      # another node of the same, not opened yet

A carrier may lose and repeat. On a calm machine it does neither, so the tests expect that what was posted comes; that
it may come twice they do not mind. The tests are coroutines: use pytest-asyncio with `asyncio_mode = "auto"`.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import date
from decimal import Decimal

from botkit.model.replies import Call
from botkit.model.values import Money
from botkit.ports.carriers import EVERYTHING, MOST_GROWN, Carrier, Growth, Job

PATIENCE = 10.0  # seconds for what has to happen
CALL = Call(
    "c1", "shop.refund", {"sum": Money(Decimal("1.50"), "EUR"), "on": date(2026, 1, 2), "why": "破损"}, "write"
)
NAMES = ("web:1", "telegram:-100123", "web:订单 🙂", "web:a'b\"c\\d\n%s", f"web:{'x' * 200}")
Connect = Callable[[], Carrier]


@asynccontextmanager
async def nodes(connect: Connect, count: int) -> AsyncIterator[Sequence[Carrier]]:
    """Open so many nodes, and close them."""
    opened = [connect() for _ in range(count)]
    try:
        for node in opened:
            await node.open()
        yield opened
    finally:
        for node in opened:
            await node.close()


async def take_all(carrier: Carrier, wanted: set[str], most: int = 10) -> list[Job]:
    """Take until every one of these conversations was named, and give all that was taken."""
    taken: list[Job] = []
    async with asyncio.timeout(PATIENCE):
        while not wanted <= {job.conversation for job in taken}:
            taken += await carrier.take(most)
    return taken


async def hear_all(carrier: Carrier, wanted: set[str]) -> set[str]:
    """Hear until each of these was told."""
    heard: set[str] = set()
    async with asyncio.timeout(PATIENCE):
        while not wanted <= heard:
            heard |= set(await carrier.hear())
    return heard


def growth(conversation: str, number: int, text: str) -> Growth:
    """Give a part of an answer."""
    return Growth(conversation, "r1", "node", number, "delta", 7, text, "Mia")


async def watched(worker: Carrier, node: Carrier) -> list[Growth]:
    """Tell a node of something that grows until it watches, and give what it saw."""
    watching = asyncio.ensure_future(node.watch())
    async with asyncio.timeout(PATIENCE):
        while not watching.done():
            worker.grow(growth("web:1", 1, "Is anybody there?"))
            await asyncio.wait({watching}, timeout=0.05)
    return list(await watching)


class CarrierContract:
    """Subclass it, name the class Test..., and give it `connect`."""

    # -- jobs

    async def test_a_wake_up_reaches_a_worker(self, connect: Connect) -> None:
        async with nodes(connect, 2) as (web, worker):
            for name in NAMES:
                web.wake(name)
            taken = await take_all(worker, set(NAMES))
            assert {job.conversation for job in taken} == set(NAMES)
            assert [job for job in taken if job.call is not None] == []

    async def test_a_call_arrives_whole(self, connect: Connect) -> None:
        async with nodes(connect, 2) as (one, other):
            for name in NAMES:
                one.hand_out(name, CALL)
            assert {(job.conversation, job.call == CALL) for job in await take_all(other, set(NAMES))} == {
                (name, True) for name in NAMES
            }

    async def test_a_worker_takes_what_it_posted_itself(self, connect: Connect) -> None:
        async with nodes(connect, 1) as (node,):
            node.wake("web:1")
            assert {job.conversation for job in await take_all(node, {"web:1"})} == {"web:1"}

    async def test_whoever_waits_is_woken(self, connect: Connect) -> None:
        async with nodes(connect, 2) as (web, worker):
            taking = asyncio.create_task(take_all(worker, {"web:1"}))
            await asyncio.sleep(0.05)  # it waits by now, as a worker does at night
            assert not taking.done()
            web.wake("web:1")
            assert (await taking)[0].conversation == "web:1"

    async def test_a_worker_is_given_no_more_than_it_asks_for(self, connect: Connect) -> None:
        async with nodes(connect, 2) as (web, worker):
            names = {f"web:{n}" for n in range(50)}
            for name in names:
                web.wake(name)
            left = set(names)
            async with asyncio.timeout(PATIENCE):
                while left:
                    jobs = await worker.take(3)
                    assert 1 <= len(jobs) <= 3
                    left -= {job.conversation for job in jobs}

    async def test_what_one_has_no_room_for_is_anothers(self, connect: Connect) -> None:
        async with nodes(connect, 3) as (web, busy, free):
            names = {f"web:{n}" for n in range(40)}
            for name in names:
                web.wake(name)
            async with asyncio.timeout(PATIENCE):
                held = {job.conversation for job in await busy.take(2)}
            taken = await take_all(free, names - held)
            assert {job.conversation for job in taken} | held == names

    async def test_jobs_are_spread_and_none_is_lost(self, connect: Connect) -> None:
        async with nodes(connect, 4) as (one, two, first, second):
            names = {f"web:{n}" for n in range(300)}
            seen: set[str] = set()
            done = asyncio.Event()

            async def work(worker: Carrier) -> None:
                while jobs := await worker.take(5):
                    seen.update(job.conversation for job in jobs)
                    if seen == names:
                        done.set()

            working = [asyncio.create_task(work(worker)) for worker in (first, second)]
            for number, name in enumerate(sorted(names)):
                (one, two)[number % 2].wake(name)
                if number % 50 == 0:
                    await asyncio.sleep(0)
            await asyncio.wait_for(done.wait(), PATIENCE)
            for worker in (first, second):
                await worker.close()
            await asyncio.wait_for(asyncio.gather(*working), PATIENCE)

    # -- news

    async def test_the_first_news_is_everything(self, connect: Connect) -> None:
        async with nodes(connect, 1) as (node,):
            assert EVERYTHING in await hear_all(node, {EVERYTHING})

    async def test_every_node_hears(self, connect: Connect) -> None:
        async with nodes(connect, 3) as (worker, left, right):
            for node in (left, right):
                await hear_all(node, {EVERYTHING})
            for name in NAMES:
                worker.tell(name)
            for node in (left, right):
                assert await hear_all(node, set(NAMES)) == set(NAMES)

    async def test_much_news_comes_too(self, connect: Connect) -> None:
        async with nodes(connect, 2) as (worker, node):
            await hear_all(node, {EVERYTHING})
            names = {f"web:{'n' * 100}{n}" for n in range(500)}
            for name in names:
                worker.tell(name)
            assert await hear_all(node, names) == names

    async def test_a_huge_name_is_told_of_somehow(self, connect: Connect) -> None:
        async with nodes(connect, 2) as (worker, node):
            await hear_all(node, {EVERYTHING})
            name = f"web:{'x' * 20_000}"
            worker.tell(name)
            async with asyncio.timeout(PATIENCE):
                assert set(await node.hear()) <= {name, EVERYTHING}

    # -- answers that grow

    async def test_what_grows_reaches_every_node_that_watches_in_order(self, connect: Connect) -> None:
        async with nodes(connect, 3) as (worker, left, right):
            watching = [await watched(worker, node) for node in (left, right)]
            for number in range(2, 202):
                worker.grow(growth(NAMES[number % len(NAMES)], number, f"{number}: 台灯 🙂 \n\"'"))
                if number % 20 == 0:
                    await asyncio.sleep(0.01)
            for node, before in zip((left, right), watching, strict=True):
                seen = [*before]
                async with asyncio.timeout(PATIENCE):
                    while seen[-1].number < 201:
                        seen += await node.watch()
                told = [one for one in seen if one.number > 1]
                assert [one.number for one in told] == list(range(2, 202))
                assert told[0] == growth(NAMES[2], 2, "2: 台灯 🙂 \n\"'")

    async def test_what_is_too_large_to_grow_is_lost_and_harms_nobody(self, connect: Connect) -> None:
        async with nodes(connect, 2) as (worker, node):
            await watched(worker, node)
            worker.grow(growth("web:1", 2, "x" * MOST_GROWN))
            worker.grow(growth("web:1", 3, "x" * (MOST_GROWN - 200)))
            worker.wake("web:1")
            await take_all(node, {"web:1"})
            seen: list[Growth] = []
            async with asyncio.timeout(PATIENCE):
                while 3 not in [one.number for one in seen]:
                    seen += await node.watch()
            assert 2 not in [one.number for one in seen]

    # -- its own life

    async def test_what_was_posted_before_the_end_is_carried(self, connect: Connect) -> None:
        async with nodes(connect, 2) as (web, worker):
            web.wake("web:1")
            await web.close()
            await take_all(worker, {"web:1"})

    async def test_close_ends_those_who_wait(self, connect: Connect) -> None:
        async with nodes(connect, 1) as (node,):
            await hear_all(node, {EVERYTHING})
            waiting: list[asyncio.Task[Sequence[object]]] = [
                asyncio.create_task(one) for one in (node.take(1), node.hear(), node.watch())
            ]
            await asyncio.sleep(0.05)
            await node.close()
            await node.close()
            assert [list(ended) for ended in await asyncio.wait_for(asyncio.gather(*waiting), PATIENCE)] == [
                [],
                [],
                [],
            ]
            assert list(await node.take(1)) == []
            assert list(await node.hear()) == []
            assert list(await node.watch()) == []
            node.grow(growth("web:1", 1, "late"))
            node.wake("web:1")
            node.tell("web:1")

    async def test_opens_twice(self, connect: Connect) -> None:
        async with nodes(connect, 1) as (node,):
            await node.open()
            node.wake("web:1")
            await take_all(node, {"web:1"})

    async def test_nodes_open_at_the_same_time(self, connect: Connect) -> None:
        opened = [connect() for _ in range(4)]
        await asyncio.wait_for(asyncio.gather(*(node.open() for node in opened)), PATIENCE)
        opened[0].wake("web:1")
        await take_all(opened[3], {"web:1"})
        for node in opened:
            await node.close()
