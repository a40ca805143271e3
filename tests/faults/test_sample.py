"""A sample of the faults: every kind and every point at least once. BOTKIT_SEED draws another one."""

import asyncio
import os
import random
from pathlib import Path

import pytest

from botkit.stores import Durability
from botkit.testing.faults import KINDS, POINTS, SERVER_KINDS, play
from botkit.testing.postgres import Server
from tests.faults.customers import STALL, hooked, talk
from tests.faults.tables import Bot, sampled, server_sample

REACHED_WITHIN = 30.0  # seconds for a point to be reached while other tests keep the machine busy
LONGEST = 300.0  # seconds of a play with a server, of which twenty are enough where little else is at work
SEED = int(os.environ.get("BOTKIT_SEED") or random.SystemRandom().randrange(1_000_000))


@pytest.mark.parametrize(("bot", "durability"), [("plain", "normal"), ("hooked", "full")])
async def test_nothing_is_lost_repeated_or_put_out_of_order(bot: Bot, durability: Durability, tmp_path: Path) -> None:
    directory = STALL if bot == "plain" else hooked(tmp_path)
    faults = sampled(SEED)[bot, durability]
    judgement = await play(
        directory, talk, faults, tmp_path, durability=durability, seed=SEED, reached_within=REACHED_WITHIN
    )
    print(f"{bot} {durability}: {judgement}")
    assert not judgement.wrongs, judgement
    assert not judgement.missed, judgement.missed


async def test_nothing_is_lost_by_nodes_that_share_a_server(server: Server, tmp_path: Path) -> None:
    async with asyncio.timeout(LONGEST):
        judgement = await play(
            STALL, talk, server_sample(SEED), tmp_path, server=server, seed=SEED, reached_within=REACHED_WITHIN
        )
    print(f"server: {judgement}")
    assert not judgement.wrongs, judgement
    assert not judgement.missed, judgement.missed


@pytest.mark.parametrize("seed", range(20))
def test_a_sample_meets_every_kind_and_every_point(seed: int) -> None:
    plans = sampled(seed)
    assert {fault.point for plan in plans.values() for fault in plan} == {*POINTS, ""}
    for plan in plans.values():
        assert {fault.kind for fault in plan} == set(KINDS)
    assert {fault.kind for fault in server_sample(seed)} == set(SERVER_KINDS)
