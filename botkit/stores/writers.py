"""How work gets its transaction: at once on the event loop, or many together, their commit in a thread.

*Work* is a function of the connection. It is run inside a transaction, raises BotkitError only before it wrote
anything, and may be run again if its transaction failed. *Marks* are rows that may come a moment later: they go with
whatever is written next.

At NORMAL, SQLite's commit is a write into the page cache: it takes a few microseconds, less than asking another
thread for it; only checkpoints wait for the disk, and they have a thread. At FULL a commit waits for the disk: a
thread waits for it, and what is asked meanwhile shares the next transaction. Its statements are run on the loop all
the same: a thread that ran them would take turns with the loop at every one, for longer than the statements take.
"""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, Protocol, TypeVar

from botkit.errors import BotkitError, StoreError
from botkit.stores.checkpoints import EVERY, LONGEST, Checkpoints
from botkit.stores.connection import MEMORY, explain, is_busy
from botkit.stores.work import mark_sent, nothing

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]

_FAULTS = (sqlite3.Error, ValueError)  # ValueError: an id with half a surrogate pair
_PATIENCE = 5.0  # seconds to wait for another process that writes
_PAUSE = 0.005  # seconds between tries on the loop
_BLOCKED = 10  # milliseconds for which a try may hold the loop
_TOGETHER = 512  # works in one transaction at most


class Marks:
    """Marks of sent replies that are not committed yet: the reply's id → the platform's id, and when."""

    __slots__ = ("begun", "waiting")

    def __init__(self) -> None:
        self.waiting: dict[str, tuple[str, float]] = {}
        self.begun: dict[str, tuple[str, float]] = {}  # in the transaction that is under way

    def __contains__(self, reply: object) -> bool:
        return reply in self.waiting or reply in self.begun

    def __len__(self) -> int:
        return len(self.waiting) + len(self.begun)

    def add(self, reply: str, platform_id: str, now: float) -> None:
        """Note a reply that was sent; its first mark counts."""
        if reply not in self.begun:
            self.waiting.setdefault(reply, (platform_id, now))

    def begin(self) -> Work[None] | None:
        """Give the work of writing those that wait, if there are any."""
        if not self.waiting:
            return None
        self.begun, self.waiting = self.waiting, {}
        return self._write

    def _write(self, db: sqlite3.Connection) -> None:
        mark_sent(db, self.begun)

    def end(self, *, written: bool) -> None:
        """Forget those that were begun, or let them wait again."""
        if not written:
            self.waiting = self.begun | self.waiting
        self.begun = {}


class Writer(Protocol):
    """Runs work in transactions, in the order in which it was asked."""

    async def run(self, work: Work[T], *, alone: bool = False, long: bool = False) -> T:
        """Run the work; it is durable when this returns. Raises what it raises, and StoreError.

        `alone` leaves marks to the next transaction: for work that touches other pages than they do. `long` says
        that it may take more time than a loop should be held up for, if that can be helped.
        """
        ...

    def mark(self) -> None:
        """Write the marks soon, together with other work."""
        ...

    async def close(self) -> None:
        """Finish what was asked, and let nothing more be asked."""
        ...


class Inline:
    """Runs work on the event loop, in a transaction of its own."""

    def __init__(self, db: sqlite3.Connection, path: str, marks: Marks) -> None:
        self._db = db
        self._path = path
        self._marks = marks
        self._queue = asyncio.Lock()  # taken only while another process is in the way
        self._flushing: asyncio.Handle | None = None
        self._checkpoints = None if path == MEMORY else Checkpoints(path)
        self._written = 0  # transactions since the last checkpoint began
        db.execute(f"PRAGMA busy_timeout = {_BLOCKED}")
        db.execute(f"PRAGMA wal_autocheckpoint = {LONGEST}")

    async def run(self, work: Work[T], *, alone: bool = False, long: bool = False) -> T:  # noqa: ARG002 - no thread
        """Run the work now, or, behind whoever waits already, when the database is free."""
        if not self._queue.locked():
            try:
                return self._transact(work, alone=alone)
            except _FAULTS as error:
                if not is_busy(error):
                    raise explain(error, self._path) from error
        return await self._run_patiently(work)

    def mark(self) -> None:
        """Add the marks to the next transaction, or to one of their own in the loop's next round."""
        if self._flushing is None:
            self._flushing = asyncio.get_running_loop().call_soon(self._flush)

    async def close(self) -> None:
        """Commit the marks."""
        if self._flushing is not None:
            self._flushing.cancel()
        try:
            if self._marks:
                await self.run(nothing)
        finally:
            if self._checkpoints is not None:
                await self._checkpoints.close()

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
        if not self._marks:
            return
        try:
            self._transact(nothing)
        except _FAULTS:  # they wait: the next transaction takes them along, or says what is wrong
            self._flushing = asyncio.get_running_loop().call_later(1.0, self._flush)

    def _transact(self, work: Work[T], *, alone: bool = False) -> T:
        db = self._db
        db.execute("BEGIN IMMEDIATE")
        marking = None if alone else self._marks.begin()
        try:
            if marking is not None:
                marking(db)
            result = work(db)
            db.execute("COMMIT")
        except BaseException:
            _roll_back(db)
            if marking is not None:
                self._marks.end(written=False)
            raise
        if marking is not None:
            self._marks.end(written=True)
        self._written += 1
        if self._written >= EVERY and self._checkpoints is not None:
            self._written = 0
            self._checkpoints.begin()
        return result


class Threaded:
    """Runs work on the event loop and lets a thread commit it; what is asked meanwhile shares the next transaction.

    The connection is the loop's until a transaction is handed to the thread, and the thread's until it is told of
    its end. Long work, and work whose transaction failed, is run by the thread as a whole.
    """

    def __init__(self, db: sqlite3.Connection, path: str, marks: Marks) -> None:
        self._db = db
        self._path = path
        self._marks = marks
        self._loop = asyncio.get_running_loop()
        self._asked: list[_Job] = []
        self._under_way = False  # a round is coming, or its transaction is the thread's
        self._deadline = 0.0  # until which it is tried to begin; 0 when nobody is in the way
        self._idle: asyncio.Future[None] | None = None
        self._closed = False
        self._handed: SimpleQueue[tuple[list[_Job], bool] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._serve, name="botkit-store", daemon=True)
        self._thread.start()
        db.execute(f"PRAGMA busy_timeout = {_BLOCKED}")

    async def run(self, work: Work[T], *, alone: bool = False, long: bool = False) -> T:  # noqa: ARG002 - all go together
        """Run the work in the next transaction."""
        if self._closed:
            raise StoreError(f"store {self._path}: it was closed")
        future: asyncio.Future[T] = self._loop.create_future()
        self._asked.append(_Job(work, future, long=long))
        self.mark()
        return await future

    def mark(self) -> None:
        """See that a transaction comes; if it fails, the marks wait for the one after."""
        if not self._under_way:
            self._under_way = True
            self._loop.call_soon(self._take_round)

    async def close(self) -> None:
        """End the thread when it has done what it was asked."""
        if not self._closed:
            self._closed = True
            if self._marks:
                self.mark()
            if self._under_way:
                self._idle = self._loop.create_future()
                await self._idle
            self._handed.put(None)
            await asyncio.to_thread(self._thread.join)

    # On the loop

    def _take_round(self) -> None:
        jobs = self._asked[:_TOGETHER]
        marking = self._marks.begin()
        if not jobs and marking is None:
            self._rest()
            return
        try:
            self._db.execute("BEGIN IMMEDIATE")
        except _FAULTS as error:
            if marking is not None:
                self._marks.end(written=False)
            self._stand_back(error)
            return
        self._deadline = 0.0
        del self._asked[: len(jobs)]
        if marking is not None:
            jobs.append(_Job(marking, None))
        self._handed.put((jobs, self._run_all(jobs)))

    def _run_all(self, jobs: "list[_Job]") -> bool:
        """Run the jobs, but for their commit; False if the thread has to, since one is long or failed."""
        if any(job.long for job in jobs):
            _roll_back(self._db)
            return False
        try:
            for job in jobs:
                job.run(self._db)
        except Exception:  # noqa: BLE001 - the thread runs them again, each alone, and finds whose error it is
            _roll_back(self._db)
            return False
        return True

    def _stand_back(self, error: Exception) -> None:
        """Try again to begin while another process is in the way; else tell everybody what is wrong."""
        now = self._loop.time()
        self._deadline = self._deadline or now + _PATIENCE
        if is_busy(error) and now < self._deadline:
            self._loop.call_later(_PAUSE, self._take_round)
            return
        self._deadline = 0.0
        jobs, self._asked = self._asked, []
        for job in jobs:
            job.error = explain(error, self._path) if isinstance(error, _FAULTS) else error
            job.tell()
        self._rest()

    def _committed(self, jobs: "list[_Job]") -> None:
        refused = False
        for job in jobs:
            if job.future is None:
                self._marks.end(written=job.error is None)
                refused = job.error is not None
            else:
                job.tell()
        # Whom this wakes may ask as well, before the round; marks that came meanwhile have one of their own.
        if self._asked or (self._marks.waiting and not refused):
            self._loop.call_soon(self._take_round)
        else:
            self._rest()

    def _rest(self) -> None:
        self._under_way = False
        if self._idle is not None and not self._idle.done():
            self._idle.set_result(None)

    # In the thread

    def _serve(self) -> None:
        while (handed := self._handed.get()) is not None:
            jobs, begun = handed
            self._commit(jobs, begun=begun)
            self._loop.call_soon_threadsafe(self._committed, jobs)

    def _commit(self, jobs: "list[_Job]", *, begun: bool = False) -> None:
        """Commit the jobs together; if that fails, each alone, so that one bad job spoils no other."""
        try:
            self._transact(jobs, begun=begun)
        except Exception as error:  # noqa: BLE001 - whatever it is belongs to who asked for the work
            if len(jobs) == 1 or is_busy(error):
                for job in jobs:
                    job.error = explain(error, self._path) if isinstance(error, _FAULTS) else error
                return
            for job in jobs:
                self._commit([job])

    def _transact(self, jobs: "list[_Job]", *, begun: bool) -> None:
        db = self._db
        try:
            if not begun:
                _begin_patiently(db)
                for job in jobs:
                    job.run(db)
            db.execute("COMMIT")
        except BaseException:
            _roll_back(db)
            raise


class _Job:
    """Work and where its end is told: a future, or none for marks."""

    __slots__ = ("error", "future", "long", "result", "work")

    def __init__(self, work: Work[Any], future: "asyncio.Future[Any] | None", *, long: bool = False) -> None:
        self.work = work
        self.future = future
        self.long = long
        self.result: Any = None
        self.error: Exception | None = None

    def run(self, db: sqlite3.Connection) -> None:
        self.error = None
        try:
            self.result = self.work(db)
        except BotkitError as error:
            self.error = error

    def tell(self) -> None:
        if self.future is None or self.future.cancelled():
            pass
        elif self.error is None:
            self.future.set_result(self.result)
        else:
            self.future.set_exception(self.error)


def _begin_patiently(db: sqlite3.Connection) -> None:
    db.execute(f"PRAGMA busy_timeout = {int(_PATIENCE * 1000)}")
    try:
        db.execute("BEGIN IMMEDIATE")
    finally:
        db.execute(f"PRAGMA busy_timeout = {_BLOCKED}")


def _roll_back(db: sqlite3.Connection) -> None:
    if db.in_transaction:
        db.execute("ROLLBACK")
