"""Faults: which there are, where they may fall, and the plans of a play."""

import random
from collections.abc import Iterable, Sequence
from typing import Final, Literal

import msgspec

Kind = Literal["kill", "freeze", "restart", "full", "quota", "clock", "lock", "crash", "cut", "silence"]
KINDS: Final[tuple[Kind, ...]] = ("kill", "freeze", "restart", "full", "quota", "clock", "lock")
"""What can be done to a worker that has an SQLite store for itself."""
SERVER_KINDS: Final[tuple[Kind, ...]] = ("kill", "freeze", "restart", "full", "clock", "crash", "cut", "silence")
"""What can be done where several nodes share a PostgreSQL store."""

MEANINGS: Final[dict[Kind, str]] = {
    "kill": "SIGKILL; another worker is started at once",
    "freeze": "SIGSTOP, and SIGCONT after some seconds",
    "restart": "SIGTERM; another worker is started when this one has drained, or before where there are several",
    "full": "the database may take nothing more for some seconds, as on a full disk",
    "quota": "no file of the worker may grow for some seconds",
    "clock": "the worker's clock goes back by one hour for some seconds",
    "lock": "another process holds the database locked for some seconds",
    "crash": "the database's server stops at once, without tidying up, and starts again after some seconds",
    "cut": "the node's connections to the database are reset, and for some seconds every new one",
    "silence": "nothing passes between the node and the database for some seconds, and nobody hears why",
}
EXCUSING: Final = ("kill", "freeze", "crash", "cut", "silence")
"""Kinds after which a reply may be sent again: nobody knows whether it was, or who knows cannot say so."""
HINDERING: Final = ("freeze", "full", "quota", "lock", "crash", "cut", "silence")
"""Kinds while which no reply can be marked as sent, of all workers or of the one on which it fell."""

COMMITS: Final = ("accept", "take", "commit", "start_call", "finish_call", "take_result", "fire", "sent", "put_off")
POINTS: Final[tuple[str, ...]] = (
    *(f"{name}:{when}" for name in COMMITS for when in ("before", "after")),
    "send:before",
    "send:after",
    "platform:taken",
    "read:begun",
    "read:done",
    "write:begun",
    "write:done",
)
"""`accept:before` to `put_off:after` stand before and after the store's methods of these names; `send` is the
connector's; `platform:taken` is when the platform has a reply and the worker does not know it yet; `read` and `write`
stand inside an action, before and after its work."""

ANYWHERE: Final = ""  # a random instant


class Fault(msgspec.Struct, frozen=True):
    """Something that happens to a worker at a point, at the `passes`-th time that it is reached from now on.

    Without a point it happens at a random instant. `seconds` is how long it lasts, where it does.
    """

    kind: Kind
    point: str = ANYWHERE
    passes: int = 1
    seconds: float = 1.0


class Played(msgspec.Struct, frozen=True):
    """A fault and what became of it: when it began and ended (the machine's monotonic seconds).

    `why` says why it was not played: its point was never reached. `worker` is the process that it fell on, 0 where it
    fell on all of them.
    """

    fault: Fault
    began: float = 0.0
    ended: float = 0.0
    why: str = ""
    worker: int = 0


def every_cell(
    points: Iterable[str] = POINTS, kinds: Iterable[Kind] = KINDS, times: int = 1, seconds: float = 1.0
) -> list[Fault]:
    """Give every kind at every point, so many times."""
    kinds = tuple(kinds)
    return [Fault(kind, point, 1, seconds) for point in points for kind in kinds for _ in range(times)]


def sample(
    seed: int, points: Sequence[str] = POINTS, kinds: Sequence[Kind] = KINDS, seconds: float = 1.0
) -> list[Fault]:
    """Give a plan, drawn by the seed, that meets every point once and every kind in turn."""
    chance = random.Random(seed)  # noqa: S311 - which faults are played is no secret
    order, drawn = list(points), list(kinds)
    chance.shuffle(order)
    chance.shuffle(drawn)
    return [Fault(drawn[n % len(drawn)], point, chance.randint(1, 2), seconds) for n, point in enumerate(order)]


def at_random(
    seed: int, count: int, kinds: Sequence[Kind] = KINDS, seconds: tuple[float, float] = (0.2, 1.2)
) -> list[Fault]:
    """Give so many faults at random instants, each for a time between these bounds."""
    chance = random.Random(seed)  # noqa: S311 - as above
    return [Fault(chance.choice(kinds), seconds=chance.uniform(*seconds)) for _ in range(count)]
