"""A play: customers talk to a bot through the platform's double while faults fall on its worker."""

import asyncio
import random
import signal
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from botkit.errors import UsageError
from botkit.stores import Durability
from botkit.testing.faults.judging import WINDOW, Judgement, judge
from botkit.testing.faults.ledgers import Ledger
from botkit.testing.faults.plans import ANYWHERE, POINTS, Fault, Played
from botkit.testing.faults.platforms import Platform, Sent, StrayedError
from botkit.testing.faults.points import Order
from botkit.testing.faults.talks import Talk
from botkit.testing.faults.workers import Worker
from botkit.testing.faults.working import Setup

HOUR = 3600.0
REACHED_WITHIN = 5.0  # seconds for a point to be reached
AFTERWARDS = 0.6  # seconds in which nothing more may come when all talks are at an end
LEDGER_ROOM = 16_384  # bytes that a ledger may grow while nothing else may
BETWEEN = 0.15  # seconds between two faults, so that each has its own effects

TalkOf = Callable[[int], Talk]


async def play(
    bot: str | Path,
    talk: TalkOf,
    faults: Sequence[Fault],
    directory: Path,
    *,
    durability: Durability = "normal",
    seed: int = 0,
    at_once: int = 12,
    chats: int = 0,
    patience: float = 60.0,
    reached_within: float = REACHED_WITHIN,
    window: float = WINDOW,
    around: str = "",
    around_channel: str = "",
    paths: Sequence[str] = (),
    marks: bool = False,
) -> Judgement:
    """Play faults on a bot, one after the other, while `at_once` customers talk to it, and judge what came of it.

    `talk(n)` is the n-th chat's; new chats begin until the last fault was played and there were `chats` of them.
    `directory` takes the database, the ledger and the worker's log. `patience` is how many seconds the talks have
    to end after the last fault. `around` is a function (`module:name`) that gives another store for the worker's,
    `around_channel` one that gives another connector; both are found along `paths`. `marks` measures the window
    between a platform's acceptance and the mark. Raises UsageError for a point that is none, RuntimeError for a
    bot that does not start.
    """
    for fault in faults:
        if fault.point != ANYWHERE and fault.point not in POINTS:
            raise UsageError(f"there is no point {fault.point!r}", hint=f"there are: {', '.join(POINTS)}")
    async with Platform(seed) as platform:
        setup = Setup(
            directory=str(bot),
            database=str(directory / "bot.db"),
            durability=durability,
            port=platform.port,
            ledger=str(directory / "ledger"),
            log=str(directory / "worker.log"),
            around=around,
            around_channel=around_channel,
            paths=tuple(paths),
            marks=marks,
        )
        stage = Stage(platform, setup, random.Random(seed), reached_within)  # noqa: S311 - for instants
        async with stage.at_work():
            crowd = Crowd(platform, talk, at_once, chats)
            played = [await stage.play(fault) for fault in faults]
            unfinished = await crowd.end(patience)
            if not unfinished:
                await asyncio.sleep(AFTERWARDS)
                await stage.end()
        found = judge(
            crowd.talks, unfinished, platform.sent, Ledger(Path(setup.ledger)).read(), played, window=window
        )
        sent_at = {one.reply: one.at for one in reversed(platform.sent)}
        return Judgement(
            seed=seed,
            delivered=platform.delivered,
            repeated=platform.repeated,
            played=tuple(played),
            crashed=tuple(stage.crashed),
            windows=tuple([at - sent_at[reply] for reply, at in stage.marked.items() if reply in sent_at]),
            chats=len(crowd.talks),
            lost=tuple(found.lost),
            unordered=tuple(found.unordered),
            unasked=tuple(found.unasked),
            written_twice=tuple(found.written_twice),
            written_wrongly=tuple(found.written_wrongly),
            repeated_wrongly=tuple(found.repeated_wrongly),
            repeats=len(found.repeats),
            unknown=len(found.unknown),
        )


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


class Stage:
    """Where the worker is: it plays faults on it, and starts another where one has ended."""

    def __init__(self, platform: Platform, setup: Setup, chance: random.Random, reached_within: float) -> None:
        self.crashed: list[str] = []
        self.marked: dict[str, float] = {}
        self._platform, self._setup, self._chance, self._reached_within = platform, setup, chance, reached_within
        self._worker = Worker(setup)
        self._taken = asyncio.Event()
        self._answer = asyncio.Event()

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """Have a worker for the length of a block."""
        try:
            await self._worker.start()
            yield
        finally:
            self._worker.send(signal.SIGKILL)
            await self._worker.ended()

    async def end(self) -> None:
        """Let the worker drain and end."""
        await self._end(signal.SIGTERM)

    async def play(self, fault: Fault) -> Played:
        """Wait for the fault's point or instant, play it, and see that a worker is at work afterwards."""
        if self._worker.gone:
            self.crashed.append(f"the worker ended by itself, with {self._worker.code}")
            await self._replace()
        if fault.point == ANYWHERE:
            await asyncio.sleep(self._chance.uniform(0.01, 0.3))
            began = time.monotonic()
        elif fault.point == "platform:taken":
            reached = await self._reach_platform(fault.passes)
            if not reached:
                return Played(fault, why="the platform was sent nothing")
            began = reached
        elif not (began := await self._reach_worker(fault)):
            return Played(fault, why=f"not reached within {self._reached_within:g} s")
        await self._do(fault)
        ended = time.monotonic()
        await asyncio.sleep(BETWEEN)
        return Played(fault, began, ended)

    async def _reach_worker(self, fault: Fault) -> float:
        worker = self._worker
        worker.at.clear()
        worker.tell(Order(stop_at=fault.point, passes=fault.passes))
        try:
            await asyncio.wait_for(worker.at.wait(), self._reached_within)
        except TimeoutError:
            worker.tell(Order(stop_at="", go=True))
            return 0.0
        return worker.point_since

    async def _reach_platform(self, passes: int) -> float:
        """Wait until the platform has recorded the n-th send from now on, which it answers after the fault only."""
        left = passes
        since = 0.0
        self._taken.clear()
        self._answer.clear()

        async def taken(sent: Sent) -> None:
            nonlocal left, since
            left -= 1
            if left == 0:
                self._platform.taken = None
                since = sent.at
                self._taken.set()
                await self._answer.wait()

        self._platform.taken = taken
        try:
            await asyncio.wait_for(self._taken.wait(), self._reached_within)
        except TimeoutError:
            self._platform.taken = None
        return since

    async def _do(self, fault: Fault) -> None:
        match fault.kind:
            case "kill":
                await self._end(signal.SIGKILL)
                await self._replace()
            case "restart":
                await self._end(signal.SIGTERM)
                await self._replace()
            case "freeze":
                self._worker.send(signal.SIGSTOP)
                self._go_on()
                await asyncio.sleep(fault.seconds)
                self._worker.send(signal.SIGCONT)
            case "lock":
                async with self._locked():
                    self._go_on()
                    await asyncio.sleep(fault.seconds)
            case _:
                self._trouble(fault, on=True)
                self._go_on()
                await asyncio.sleep(fault.seconds)
                self._trouble(fault, on=False)

    def _trouble(self, fault: Fault, *, on: bool) -> None:
        """Begin or end what the worker lives through."""
        match fault.kind:
            case "full":
                self._worker.tell(Order(room=not on))
            case "quota":
                self._worker.bound_files(self._quota() if on else -1)
            case "clock":
                self._worker.tell(Order(clock=-HOUR if on else 0.0))

    def _quota(self) -> int:
        """Give the bytes beyond which no file may grow: those of the database's log, but room for the ledger."""
        log, ledger = Path(f"{self._setup.database}-wal"), Path(self._setup.ledger)
        used = ledger.stat().st_size if ledger.exists() else 0
        return max(log.stat().st_size, used + LEDGER_ROOM)

    def _go_on(self) -> None:
        self._answer.set()
        self._worker.tell(Order(go=True))

    async def _end(self, number: signal.Signals) -> None:
        """End the worker by a signal, where it stands."""
        worker = self._worker
        worker.send(number)
        self._go_on()
        code = await worker.ended()
        self.marked |= worker.marked
        if code not in (0, -signal.SIGKILL):
            self.crashed.append(f"the worker ended with {code}")

    async def _replace(self) -> None:
        self._worker = Worker(self._setup)
        await self._worker.start()

    @asynccontextmanager
    async def _locked(self) -> AsyncIterator[None]:
        """Hold the database's lock as another process would."""
        db = await asyncio.to_thread(
            sqlite3.connect, self._setup.database, timeout=5.0, isolation_level=None, check_same_thread=False
        )
        try:
            await asyncio.to_thread(db.execute, "BEGIN IMMEDIATE")
            yield
            db.execute("ROLLBACK")
        finally:
            db.close()
