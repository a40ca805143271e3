"""The whole table: every kind at every point on every store, five times each, and as many random instants."""

import os
import random
from pathlib import Path

import pytest

from botkit.stores import Durability
from botkit.testing.faults import SERVER_KINDS, at_random, play
from botkit.testing.postgres import Server
from tests.faults.customers import STALL, hooked, talk
from tests.faults.tables import NODES, Bot, Cast, cells, points_of, server_points_of

SEED = int(os.environ.get("BOTKIT_SEED") or 4)
BOTS: tuple[Bot, ...] = ("plain", "hooked")
CELLS = [(bot, point) for bot in BOTS for point in points_of(bot)]
CASTS: tuple[Cast, ...] = ("plain", "hooked", "equals")
SERVER_CELLS = [(cast, point) for cast in CASTS for point in server_points_of(cast)]
RANDOM = 30  # faults at random instants in one play
CONVERSATIONS = 500  # of a play with a server

pytestmark = pytest.mark.whole


@pytest.mark.parametrize("durability", ["normal", "full"])
@pytest.mark.parametrize(("bot", "point"), CELLS)
async def test_every_cell(bot: Bot, point: str, durability: Durability, tmp_path: Path) -> None:
    directory = STALL if bot == "plain" else hooked(tmp_path)
    judgement = await play(
        directory, talk, cells(point), tmp_path, durability=durability, seed=SEED, at_once=8, reached_within=20.0
    )
    print(f"{bot} {durability} {point}: {judgement}")
    assert not judgement.wrongs, judgement
    assert not judgement.missed, judgement.missed


@pytest.mark.parametrize("durability", ["normal", "full"])
@pytest.mark.parametrize("bot", ["plain", "hooked"])
async def test_random_instants(bot: Bot, durability: Durability, tmp_path: Path) -> None:
    seed = random.SystemRandom().randrange(1_000_000) if "BOTKIT_SEED" not in os.environ else SEED
    directory = STALL if bot == "plain" else hooked(tmp_path)
    judgement = await play(directory, talk, at_random(seed, RANDOM), tmp_path, durability=durability, seed=seed)
    print(f"{bot} {durability}: {judgement}")
    assert not judgement.wrongs, judgement


@pytest.mark.parametrize(("cast", "point"), SERVER_CELLS)
async def test_every_cell_with_a_server(cast: Cast, point: str, server: Server, tmp_path: Path) -> None:
    directory = hooked(tmp_path) if cast == "hooked" else STALL
    faults = cells(point, SERVER_KINDS)
    judgement = await play(
        directory, talk, faults, tmp_path, server=server, nodes=NODES[cast], seed=SEED, reached_within=20.0
    )
    print(f"{cast} server {point}: {judgement}")
    assert not judgement.wrongs, judgement
    assert not judgement.missed, judgement.missed


@pytest.mark.parametrize("cast", CASTS)
async def test_random_instants_with_a_server(cast: Cast, server: Server, tmp_path: Path) -> None:
    seed = random.SystemRandom().randrange(1_000_000) if "BOTKIT_SEED" not in os.environ else SEED
    directory = hooked(tmp_path) if cast == "hooked" else STALL
    faults = at_random(seed, RANDOM, SERVER_KINDS)
    judgement = await play(
        directory,
        talk,
        faults,
        tmp_path,
        server=server,
        nodes=NODES[cast],
        seed=seed,
        at_once=50,
        chats=CONVERSATIONS,
        patience=120.0,
    )
    print(f"{cast} server: {judgement}")
    assert not judgement.wrongs, judgement
