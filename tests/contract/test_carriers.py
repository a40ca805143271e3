"""The carriers of this repository keep the contract of `botkit.testing.carriers`, and the contract notices what does not."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import asyncpg
import pytest

from botkit.carriers import Hub, MemoryCarrier, open_carrier, postgres
from botkit.errors import CarrierError, ConfigError
from botkit.model.replies import Call
from botkit.ports.carriers import EVERYTHING, Carrier, Growth, Job
from botkit.testing.carriers import PATIENCE, CarrierContract, Connect, hear_all, nodes, take_all
from botkit.testing.postgres import Server


class TestMemory(CarrierContract):
    @pytest.fixture
    def connect(self) -> Connect:
        hub = Hub()
        return lambda: MemoryCarrier(hub)


class TestPgQueuer(CarrierContract):
    @pytest.fixture
    def connect(self, database: str) -> Connect:
        return lambda: open_carrier(database)

    async def test_goes_on_when_connections_are_lost(self, connect: Connect, database: str) -> None:
        async with nodes(connect, 2) as (web, worker):
            await hear_all(worker, {EVERYTHING})
            await _cut(database)
            for n in range(20):
                web.wake(f"web:{n}")
            web.tell("web:7")
            await take_all(worker, {f"web:{n}" for n in range(20)})
            assert EVERYTHING in await hear_all(worker, {EVERYTHING})
            web.tell("web:8")
            await hear_all(worker, {"web:8"})

    async def test_goes_on_when_the_server_crashed(self, postgres_server: Server, connect: Connect) -> None:
        async with nodes(connect, 2) as (web, worker):
            await hear_all(worker, {EVERYTHING})
            await asyncio.to_thread(postgres_server.stop, "immediate")
            web.wake("web:1")
            await asyncio.to_thread(postgres_server.start)
            await take_all(worker, {"web:1"})
            await hear_all(worker, {EVERYTHING})

    async def test_a_job_of_another_version_is_passed_over(self, connect: Connect, database: str) -> None:
        async with nodes(connect, 2) as (web, worker):
            connection = await asyncpg.connect(database)
            put = (
                "INSERT INTO botkit_pgqueuer (priority, status, entrypoint, payload) VALUES (1, 'queued', 'call', $1)"
            )
            await connection.execute(put, b"\xc1 no job")
            await connection.close()
            web.wake("web:1")
            assert {job.conversation for job in await take_all(worker, {"web:1"})} == {"web:1"}

    async def test_what_was_taken_is_gone_with_its_traces(
        self, connect: Connect, database: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("botkit.carriers.postgres.TIDY", 0.0)
        async with nodes(connect, 2) as (web, worker):
            for n in range(5):
                web.wake(f"web:{n}")
            await take_all(worker, {f"web:{n}" for n in range(5)})
        connection = await asyncpg.connect(database)
        left = "SELECT (SELECT count(*) FROM botkit_pgqueuer) + (SELECT count(*) FROM botkit_pgqueuer_log)"
        assert await connection.fetchval(left) == 0
        await connection.close()

    async def test_looks_no_type_up_within_a_statement(
        self, connect: Connect, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with nodes(connect, 2) as (web, worker):
            monkeypatch.delattr("asyncpg.connection.Connection._introspect_types")
            web.wake("web:1")
            await take_all(worker, {"web:1"})
            await hear_all(worker, {EVERYTHING})

    async def test_is_not_held_up_by_a_node_that_sleeps_as_it_makes_the_tables(
        self, connect: Connect, database: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settings = {**postgres._SETTINGS, "idle_session_timeout": "200ms", "lock_timeout": "5s"}
        monkeypatch.setattr(postgres, "_SETTINGS", settings | {"idle_session_timeout": "0"})
        asleep = await asyncpg.connect(database, server_settings=settings)
        await asleep.execute("SELECT pg_advisory_lock($1)", postgres._LOCK)
        async with nodes(connect, 1) as (node,):
            node.wake("web:1")
            await take_all(node, {"web:1"})
        asleep.terminate()

    async def test_keeps_the_newest_while_nobody_takes(self, connect: Connect) -> None:
        async with nodes(connect, 1) as (node,):
            for n in range(10_050):
                node.wake(f"web:{n}")
            taken = await take_all(node, {"web:10049"}, most=20_000)
            assert "web:0" not in {job.conversation for job in taken}

    async def test_few_look_in_vain(self, connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
        """While there is little to do, one node takes it, and the others leave it to that one."""
        looks, found = 0, 0
        dequeue = postgres._Line.dequeue

        async def counted(line: postgres._Line, *asked: Any) -> Any:
            nonlocal looks, found
            carried = await dequeue(line, *asked)
            looks, found = looks + 1, found + bool(carried)
            return carried

        monkeypatch.setattr(postgres._Line, "dequeue", counted)
        async with nodes(connect, 4) as (web, *workers):
            seen: set[str] = set()
            taking = [asyncio.create_task(_keep_taking(worker, seen)) for worker in workers]
            for n in range(100):
                web.wake(f"web:{n}")
                await asyncio.sleep(0.03)
            async with asyncio.timeout(PATIENCE):
                while len(seen) < 100:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
        await asyncio.gather(*taking)
        assert looks < 2 * found + 20  # each of three would have looked, and the taker again, after each: 400

    async def test_who_takes_nothing_hears_of_no_jobs(
        self, connect: Connect, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        told: list[postgres.PgQueuerCarrier] = []
        notice = postgres.PgQueuerCarrier._notice

        def noted(node: postgres.PgQueuerCarrier, payload: str) -> None:
            told.append(node)
            notice(node, payload)

        monkeypatch.setattr(postgres.PgQueuerCarrier, "_notice", noted)
        async with nodes(connect, 2) as (web, worker):
            web.wake("web:1")
            await take_all(worker, {"web:1"})
            web.tell("web:1")
            await hear_all(worker, {EVERYTHING})
            web.wake("web:2")
            await take_all(worker, {"web:2"})
        assert set(map(id, told)) == {id(worker)}

    async def test_who_had_nothing_to_do_looks_at_once(
        self, connect: Connect, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It looked in vain, but not since another one was faster."""
        monkeypatch.setattr(postgres, "NAP", 0.01)
        naps = 0
        dequeue = postgres._Line.dequeue

        async def counted(line: postgres._Line, *asked: Any) -> Any:
            nonlocal naps
            naps += 1
            return await dequeue(line, *asked)

        monkeypatch.setattr(postgres._Line, "dequeue", counted)
        async with nodes(connect, 1) as (worker,):
            taking = asyncio.create_task(worker.take(1))
            async with asyncio.timeout(PATIENCE):
                while naps < 5:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
            assert isinstance(worker, postgres.PgQueuerCarrier)
            assert worker._patience == 0.0
            taking.cancel()

    async def test_nobody_answers(self) -> None:
        with pytest.raises(CarrierError, match="PostgreSQL cannot be used"):
            await open_carrier("postgresql://botkit@127.0.0.1:1/none").open()


async def _keep_taking(worker: Carrier, seen: set[str]) -> None:
    while jobs := await worker.take(50):
        seen.update(job.conversation for job in jobs)


async def _cut(database: str) -> None:
    """End every connection of the carriers."""
    connection = await asyncpg.connect(database)
    cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'botkit carrier'"
    assert len(await connection.fetch(f"{cut} AND datname = current_database()")) == 2
    await connection.close()


@pytest.mark.parametrize("url", ["sqlite:///bot.db", "sqlite://", "nats://127.0.0.1", "", "bot.db"])
def test_what_has_no_carrier_is_said(url: str) -> None:
    with pytest.raises(ConfigError, match="a store that they can share"):
        open_carrier(url)


class _Deaf(MemoryCarrier):
    """Tells nobody."""

    def tell(self, conversation: str) -> None: ...


class _Blind(MemoryCarrier):
    """Carries half of what grows."""

    def grow(self, growth: Growth) -> None:
        if growth.number % 2:
            super().grow(growth)


class _Confident(MemoryCarrier):
    """Believes that nothing was missed before it listened."""

    async def hear(self) -> Sequence[str]:
        return [name for name in await super().hear() if name != EVERYTHING] or await super().hear()


class _Greedy(MemoryCarrier):
    """Fetches more than it was asked for, and keeps it."""

    async def take(self, most: int) -> Sequence[Job]:
        return (await super().take(10_000))[:most]


class _Generous(MemoryCarrier):
    """Gives more than it was asked for."""

    async def take(self, most: int) -> Sequence[Job]:
        return await super().take(10 * most)


class _Blunt(MemoryCarrier):
    """Forgets what is to be done."""

    def hand_out(self, conversation: str, call: Call) -> None:
        del call
        self.wake(conversation)


class _Endless(MemoryCarrier):
    """Lets nobody go at its end."""

    async def close(self) -> None: ...


_CONTRACT = CarrierContract()


@pytest.mark.parametrize(
    ("broken", "test"),
    [
        (_Deaf, _CONTRACT.test_every_node_hears),
        (_Blind, _CONTRACT.test_what_grows_reaches_every_node_that_watches_in_order),
        (_Confident, _CONTRACT.test_the_first_news_is_everything),
        (_Greedy, _CONTRACT.test_what_one_has_no_room_for_is_anothers),
        (_Generous, _CONTRACT.test_a_worker_is_given_no_more_than_it_asks_for),
        (_Blunt, _CONTRACT.test_a_call_arrives_whole),
        (_Endless, _CONTRACT.test_close_ends_those_who_wait),
    ],
)
async def test_the_contract_notices(
    broken: type[MemoryCarrier],
    test: Callable[[Connect], Awaitable[None]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("botkit.testing.carriers.PATIENCE", 0.3)
    hub = Hub()
    with pytest.raises((AssertionError, TimeoutError)):
        await test(lambda: broken(hub))
    monkeypatch.setattr("botkit.testing.carriers.PATIENCE", PATIENCE)
    whole = Hub()
    await test(lambda: MemoryCarrier(whole))
