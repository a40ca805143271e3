"""A play: customers talk to a bot through the platform's double while faults fall on its workers."""

import asyncio
import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from botkit.app.nodes import Role
from botkit.errors import UsageError
from botkit.stores import Durability
from botkit.testing.faults.alone import Alone
from botkit.testing.faults.judging import SERVER_WINDOW, WINDOW, Judgement, Verdicts, judge
from botkit.testing.faults.ledgers import Ledger
from botkit.testing.faults.plans import ANYWHERE, KINDS, POINTS, SERVER_KINDS, Fault, Played
from botkit.testing.faults.platforms import Platform, StrayedError
from botkit.testing.faults.probing import Probe, Stall
from botkit.testing.faults.stages import Stage
from botkit.testing.faults.talks import Talk
from botkit.testing.faults.working import Setup
from botkit.testing.postgres import Server

NODES: Sequence[Role] = ("web", "worker", "worker")
REACHED_WITHIN = 5.0  # seconds for a point to be reached
AFTERWARDS = 0.6  # seconds in which nothing more may come when all talks are at an end

TalkOf = Callable[[int], Talk]


async def play(
    bot: str | Path,
    talk: TalkOf,
    faults: Sequence[Fault],
    directory: Path,
    *,
    durability: Durability = "normal",
    server: Server | None = None,
    nodes: Sequence[Role] = NODES,
    seed: int = 0,
    at_once: int = 12,
    chats: int = 0,
    patience: float = 60.0,
    reached_within: float = REACHED_WITHIN,
    window: float = 0.0,
    around: str = "",
    around_channel: str = "",
    paths: Sequence[str] = (),
    marks: bool = False,
    platform_of: Callable[[int], Platform] = Platform,
) -> Judgement:
    """Play faults on a bot, one after the other, while `at_once` customers talk to it, and judge what came of it.

    `talk(n)` is the n-th chat's; new chats begin until the last fault was played and there were `chats` of them.
    With a `server` several processes share a new database of it, one for each of `nodes`; without one there is one
    process with SQLite. `directory` takes the database, the ledger and the workers' logs. `patience` is how many
    seconds the talks have to end after the last fault. `around` is a function (`module:name`) that gives another
    store for a worker's, `around_channel` one that gives another connector; both are found along `paths`. `marks`
    measures the window between a platform's acceptance and the mark. `platform_of(seed)` gives the platform, a double
    of another than the play's own, whose connector is then that of `around_channel`. Raises UsageError for a point
    that is none and for a kind that goes with the other store, RuntimeError for a bot that does not start.
    """
    _check(faults, KINDS if server is None else SERVER_KINDS)
    database = directory / "bot.db"
    async with platform_of(seed) as platform:
        setup = Setup(
            directory=str(bot),
            store=f"sqlite:///{database}" if server is None else await asyncio.to_thread(server.database),
            durability=durability,
            port=platform.port,
            ledger=str(directory / "ledger"),
            log=str(directory / "worker.log"),
            around=around,
            around_channel=around_channel,
            paths=tuple(paths),
            marks=marks,
        )
        chance = random.Random(seed)  # noqa: S311 - for instants
        stage: Stage
        if server is None:
            stage = Alone(platform, setup, database, chance, reached_within)
        else:
            from botkit.testing.faults.clusters import Cluster  # its driver is an extra

            stage = Cluster(platform, setup, server, nodes, chance, reached_within)
        with Probe(directory) as probe:
            async with stage.at_work():
                crowd = Crowd(platform, talk, at_once, chats)
                played = [await stage.play(fault) for fault in faults]
                unfinished = await crowd.end(patience)
                if not unfinished:
                    await asyncio.sleep(AFTERWARDS)
                    await stage.end()
        window = window or (WINDOW if server is None else SERVER_WINDOW)
        written = Ledger(Path(setup.ledger)).read()
        found = judge(crowd.talks, unfinished, platform.sent, written, played, window=window, stalls=probe.stalls)
        return _judgement(found, seed, platform, played, stage, chats=len(crowd.talks), stalls=probe.stalls)


def _judgement(
    found: Verdicts,
    seed: int,
    platform: Platform,
    played: Sequence[Played],
    stage: Stage,
    *,
    chats: int,
    stalls: Sequence[Stall],
) -> Judgement:
    sent_at = {one.reply: one.at for one in reversed(platform.sent)}
    return Judgement(
        seed=seed,
        delivered=platform.delivered,
        repeated=platform.repeated,
        played=tuple(played),
        crashed=tuple(stage.crashed),
        windows=tuple([at - sent_at[reply] for reply, at in stage.marked.items() if reply in sent_at]),
        chats=chats,
        lost=tuple(found.lost),
        unordered=tuple(found.unordered),
        unasked=tuple(found.unasked),
        written_twice=tuple(found.written_twice),
        written_wrongly=tuple(found.written_wrongly),
        repeated_wrongly=tuple(found.repeated_wrongly),
        repeats=len(found.repeats),
        unknown=len(found.unknown),
        stalls=tuple(stalls),
    )


def _check(faults: Sequence[Fault], kinds: Sequence[str]) -> None:
    for fault in faults:
        if fault.point != ANYWHERE and fault.point not in POINTS:
            raise UsageError(f"there is no point {fault.point!r}", hint=f"there are: {', '.join(POINTS)}")
        if fault.kind not in kinds:
            raise UsageError(f"there is no {fault.kind} with this store", hint=f"there are: {', '.join(kinds)}")


class Crowd:
    """The customers: so many at once, each with one chat after the other."""

    def __init__(self, platform: Platform, talk: TalkOf, at_once: int, least: int) -> None:
        self.talks: dict[str, Talk] = {}
        self._platform, self._talk, self._least = platform, talk, least
        self._done: set[str] = set()
        self._ending = False
        self._tasks = [asyncio.create_task(self._talk_on()) for _ in range(at_once)]

    async def end(self, patience: float) -> list[str]:
        """Begin no new chats, wait until the others are at an end, and give those that were not in time."""
        self._ending = True
        _, late = await asyncio.wait(self._tasks, timeout=patience)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        for task in set(self._tasks) - late:
            task.result()
        return [chat for chat in self.talks if chat not in self._done]

    async def _talk_on(self) -> None:
        while not self._ending or len(self.talks) < self._least:
            number = len(self.talks) + 1
            chat = f"c{number}"
            self.talks[chat] = self._talk(number)
            with suppress(StrayedError):  # the judge will see it
                await self._platform.converse(chat, self.talks[chat])
            self._done.add(chat)
