"""The table of the whole: point, kind and store; and the cells that cannot be reached, with the reason."""

import random
from collections.abc import Sequence
from typing import Literal

from botkit.app.nodes import Role
from botkit.stores import Durability
from botkit.testing.faults import KINDS, POINTS, SERVER_KINDS, Fault, Kind, at_random, sample

Bot = Literal["plain", "hooked"]
Cast = Literal["plain", "hooked", "equals"]  # which bot, on which nodes

_PLAIN = "it is stored with its turn, and alone only while another turn of the conversation is under way"
_HOOKED = "a hook sees each turn by itself, so none is stored together with its message or result"

UNREACHED: dict[Bot, dict[str, str]] = {
    "plain": {
        f"{name}:{when}": _PLAIN for name in ("accept", "commit", "finish_call") for when in ("before", "after")
    },
    "hooked": {f"{name}:{when}": _HOOKED for name in ("take", "take_result") for when in ("before", "after")},
}
NODES: dict[Cast, tuple[Role, ...]] = {
    "plain": ("web", "worker", "worker"),
    "hooked": ("web", "worker", "worker"),
    "equals": ("all", "all"),
}
TIMES = 5
LONG: dict[Kind, float] = {"freeze": 20.0, "lock": 3.0, "crash": 3.0, "cut": 12.0, "silence": 20.0, "full": 3.0}
"""Seconds for which a kind lasts once of each five times; a lease lasts ten."""
BRIEF = 0.3  # seconds of the other times
DRAWN = 10  # points of a sample with a server


def points_of(bot: Bot) -> list[str]:
    """Give the points at which a bot's cells are played, each point with one bot."""
    plain = [point for point in POINTS if point not in UNREACHED["plain"]]
    return plain if bot == "plain" else [point for point in POINTS if point not in plain]


def server_points_of(cast: Cast) -> list[str]:
    """Give the points at which the cells with a server are played, each point with one cast.

    Only a process that both receives and makes turns stores a message with its turn; a result is stored alone where a
    hook sees each turn.
    """
    if cast == "equals":
        return ["take:before", "take:after"]
    hooked = ["finish_call:before", "finish_call:after"]
    if cast == "hooked":
        return hooked
    return [point for point in POINTS if point not in hooked and not point.startswith("take:")]


def cells(point: str, kinds: Sequence[Kind] = KINDS) -> list[Fault]:
    """Give every kind at a point, each five times, once of them for long."""
    return [
        Fault(kind, point, 1, LONG.get(kind, 1.0) if number == 0 else BRIEF)
        for kind in kinds
        for number in range(TIMES)
    ]


def sampled(seed: int) -> dict[tuple[Bot, Durability], list[Fault]]:
    """Give the plans of a sample: every point once, every kind at every store, and random instants."""
    plain = points_of("plain")
    shared = [point for point in plain[1::2] if point not in UNREACHED["hooked"]]
    alone = [point for point in plain if point not in shared]
    return {
        ("plain", "normal"): _plan(seed, alone),
        ("hooked", "full"): _plan(seed + 1, [*points_of("hooked"), *shared]),
    }


def _plan(seed: int, points: list[str]) -> list[Fault]:
    return [*sample(seed, points, seconds=BRIEF), *at_random(seed, 3, seconds=(0.1, BRIEF))]


def server_sample(seed: int) -> list[Fault]:
    """Give the plan of a sample with a server: every kind, at points that are drawn, and random instants."""
    points = random.Random(seed).sample(server_points_of("plain"), DRAWN)
    return [
        *sample(seed, points, SERVER_KINDS, seconds=BRIEF),
        *at_random(seed, 2, SERVER_KINDS, seconds=(0.1, BRIEF)),
    ]
