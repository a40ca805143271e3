"""How work gets its transaction: at once on the event loop, or many together in a thread of its own.

*Work* is a function of the connection. It is run inside a transaction, raises BotkitError only before it wrote
anything, and may be run again if its transaction failed.

At NORMAL, SQLite's commit is a write into the page cache: it takes a few microseconds, less than asking another
thread for it. At FULL a commit waits for the disk; so one thread takes all that came meanwhile into one transaction.
"""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any, Protocol, TypeVar

from botkit.errors import BotkitError, StoreError
from botkit.stores.connection import explain, is_busy

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]

_FAULTS = (sqlite3.Error, ValueError)  # ValueError: an id with half a surrogate pair
_PATIENCE = 5.0  # seconds to wait for another process that writes
_PAUSE = 0.005  # seconds between tries on the loop
_BLOCKED = 10  # milliseconds for which a try may hold the loop
_TOGETHER = 512  # works in one transaction at most


class Writer(Protocol):
    """Runs work in transactions, in the order in which it was asked."""

    async def run(self, work: Work[T], *, alone: bool = False) -> T:
        """Run the work; it is durable when this returns. Raises what it raises, and StoreError.

        `alone` leaves what was posted to the next transaction: for work that touches other pages than marks do.
        """
        ...

    def post(self, work: Work[None], done: Callable[[], None]) -> None:
        """Run the work soon, together with other work; `done` is called on the loop once it is committed."""
        ...

    async def close(self) -> None:
        """Finish what was asked, and let nothing more be asked."""
        ...


class Inline:
    """Runs work on the event loop, in a transaction of its own."""

    def __init__(self, db: sqlite3.Connection, path: str) -> None:
        self._db = db
        self._path = path
        self._queue = asyncio.Lock()  # taken only while another process is in the way
        self._posted: list[tuple[Work[None], Callable[[], None]]] = []
        self._flushing: asyncio.Handle | None = None
        db.execute(f"PRAGMA busy_timeout = {_BLOCKED}")

    async def run(self, work: Work[T], *, alone: bool = False) -> T:
        """Run the work now, or, behind whoever waits already, when the database is free."""
        if not self._queue.locked():
            try:
                return self._transact(work, alone=alone)
            except _FAULTS as error:
                if not is_busy(error):
                    raise explain(error, self._path) from error
        return await self._run_patiently(work)

    def post(self, work: Work[None], done: Callable[[], None]) -> None:
        """Add the work to the next transaction, or to one of its own in the loop's next round."""
        self._posted.append((work, done))
        if self._flushing is None:
            self._flushing = asyncio.get_running_loop().call_soon(self._flush)

    async def close(self) -> None:
        """Commit what was posted."""
        if self._flushing is not None:
            self._flushing.cancel()
        if self._posted:
            await self.run(_nothing)

    async def _run_patiently(self, work: Work[T]) -> T:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + _PATIENCE
        async with self._queue:
            while True:
                try:
                    return self._transact(work)
                except _FAULTS as error:
                    if not is_busy(error) or loop.time() > deadline:
                        raise explain(error, self._path) from error
                await asyncio.sleep(_PAUSE)

    def _flush(self) -> None:
        self._flushing = None
        if not self._posted:
            return
        try:
            self._transact(_nothing)
        except _FAULTS:  # it stays posted: the next transaction takes it along, or says what is wrong
            self._flushing = asyncio.get_running_loop().call_later(1.0, self._flush)

    def _transact(self, work: Work[T], *, alone: bool = False) -> T:
        db = self._db
        db.execute("BEGIN IMMEDIATE")
        try:
            if self._posted and not alone:
                for posted, _ in self._posted:
                    posted(db)
            result = work(db)
            db.execute("COMMIT")
        except BaseException:
            _roll_back(db)
            raise
        if self._posted and not alone:
            posts, self._posted = self._posted, []
            for _, done in posts:
                done()
        return result


class Threaded:
    """Runs work in one thread; what is asked while a transaction waits for the disk shares the next one.

    What is asked in one round of the loop is handed to the thread together at the round's end: a thread that began
    with the first would take turns with the loop at every statement.
    """

    def __init__(self, db: sqlite3.Connection, path: str) -> None:
        self._db = db
        self._path = path
        self._loop = asyncio.get_running_loop()
        self._asked: list[_Job] = []
        self._jobs: SimpleQueue[list[_Job] | None] = SimpleQueue()
        self._closed = False
        self._thread = threading.Thread(target=self._serve, name="botkit-store", daemon=True)
        self._thread.start()

    async def run(self, work: Work[T], *, alone: bool = False) -> T:  # noqa: ARG002 - here everything goes together
        """Run the work in the next transaction."""
        if self._closed:
            raise StoreError(f"store {self._path}: it was closed")
        future: asyncio.Future[T] = self._loop.create_future()
        self._ask(_Job(work, future))
        return await future

    def post(self, work: Work[None], done: Callable[[], None]) -> None:
        """Run the work in the next transaction; if it fails, in the one after."""
        self._ask(_Job(work, None, done))

    def _ask(self, job: "_Job") -> None:
        if not self._asked:
            self._loop.call_soon(self._hand_over)
        self._asked.append(job)

    def _hand_over(self) -> None:
        if self._asked:
            jobs, self._asked = self._asked, []
            self._jobs.put(jobs)

    async def close(self) -> None:
        """End the thread when it has done what it was asked."""
        if not self._closed:
            self._closed = True
            self._hand_over()
            self._jobs.put(None)
            await asyncio.to_thread(self._thread.join)

    def _serve(self) -> None:
        ending = False
        left: list[_Job] = []  # posted, and failed
        while not ending:
            jobs, left = left, []
            asked = self._jobs.get()
            while asked is not None:
                jobs += asked
                if len(jobs) >= _TOGETHER:
                    break
                try:
                    asked = self._jobs.get_nowait()
                except Empty:
                    break
            ending = asked is None
            if jobs:
                self._commit(jobs)
                left = [job for job in jobs if job.future is None and job.error is not None]
                self._loop.call_soon_threadsafe(_resolve, [job for job in jobs if job not in left])

    def _commit(self, jobs: "list[_Job]") -> None:
        """Commit the jobs together; if that fails, each alone, so that one bad job spoils no other."""
        try:
            self._transact(jobs)
        except Exception as error:  # noqa: BLE001 - whatever it is belongs to who asked for the work
            if len(jobs) == 1 or is_busy(error):
                for job in jobs:
                    job.error = explain(error, self._path) if isinstance(error, _FAULTS) else error
                return
            for job in jobs:
                self._commit([job])

    def _transact(self, jobs: "list[_Job]") -> None:
        db = self._db
        db.execute("BEGIN IMMEDIATE")
        try:
            for job in jobs:
                job.run(db)
            db.execute("COMMIT")
        except BaseException:
            _roll_back(db)
            raise


class _Job:
    """Work and where its end is told: a future, or a function that hears of success only."""

    __slots__ = ("done", "error", "future", "result", "work")

    def __init__(
        self, work: Work[Any], future: "asyncio.Future[Any] | None", done: Callable[[], None] | None = None
    ) -> None:
        self.work = work
        self.future = future
        self.done = done
        self.result: Any = None
        self.error: Exception | None = None

    def run(self, db: sqlite3.Connection) -> None:
        self.error = None
        try:
            self.result = self.work(db)
        except BotkitError as error:
            self.error = error

    def tell(self) -> None:
        if self.future is None:
            if self.done is not None:
                self.done()
        elif self.future.cancelled():
            pass
        elif self.error is None:
            self.future.set_result(self.result)
        else:
            self.future.set_exception(self.error)


def _resolve(jobs: list[_Job]) -> None:
    for job in jobs:
        job.tell()


def _nothing(_: sqlite3.Connection) -> None:
    pass


def _roll_back(db: sqlite3.Connection) -> None:
    if db.in_transaction:
        db.execute("ROLLBACK")
