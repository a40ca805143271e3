"""One worker with an SQLite store for itself."""

import asyncio
import random
import signal
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from botkit.testing.faults.plans import ANYWHERE, Fault, Played
from botkit.testing.faults.platforms import Platform
from botkit.testing.faults.points import Order
from botkit.testing.faults.stages import BETWEEN, HOUR, INSTANTS, Gate
from botkit.testing.faults.workers import Worker
from botkit.testing.faults.working import Setup

LEDGER_ROOM = 16_384  # bytes that a ledger may grow while nothing else may


class Alone:
    """The stage of a play with SQLite: it plays faults on the worker, and starts another where one has ended."""

    def __init__(
        self, platform: Platform, setup: Setup, database: Path, chance: random.Random, reached_within: float
    ) -> None:
        self.crashed: list[str] = []
        self.marked: dict[str, float] = {}
        self._setup, self._database, self._chance = setup, database, chance
        self._reached_within = reached_within
        self._worker = Worker(setup)
        self._gate = Gate(platform)

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
            await asyncio.sleep(self._chance.uniform(*INSTANTS))
            began = time.monotonic()
        elif fault.point == "platform:taken":
            sent = await self._gate.reach(fault.passes, self._reached_within)
            if sent is None:
                return Played(fault, why="the platform was sent nothing")
            began = sent.at
        elif not (began := await self._reach(fault)):
            return Played(fault, why=f"not reached within {self._reached_within:g} s")
        await self._do(fault)
        ended = time.monotonic()
        await asyncio.sleep(BETWEEN)
        return Played(fault, began, ended)

    async def _reach(self, fault: Fault) -> float:
        worker = self._worker
        worker.at.clear()
        worker.tell(Order(stop_at=fault.point, passes=fault.passes))
        try:
            await asyncio.wait_for(worker.at.wait(), self._reached_within)
        except TimeoutError:
            worker.tell(Order(stop_at="", go=True))
            return 0.0
        return worker.point_since

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
        log, ledger = Path(f"{self._database}-wal"), Path(self._setup.ledger)
        used = ledger.stat().st_size if ledger.exists() else 0
        return max(log.stat().st_size, used + LEDGER_ROOM)

    def _go_on(self) -> None:
        self._gate.open()
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
            sqlite3.connect, self._database, timeout=5.0, isolation_level=None, check_same_thread=False
        )
        try:
            await asyncio.to_thread(db.execute, "BEGIN IMMEDIATE")
            yield
            db.execute("ROLLBACK")
        finally:
            db.close()
