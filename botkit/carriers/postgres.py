"""The carrier on PostgreSQL: PgQueuer (https://pgqueuer.readthedocs.io) carries jobs, LISTEN and NOTIFY the news.

PgQueuer's tables stand beside the store's, under the prefix `botkit_`, and are not logged (UNLOGGED): what a crash of
the server takes is found by the sweep. Jobs are taken in batches and acknowledged before they are done, for the same
reason. Each node has one connection of its own, which one task uses for everything, so that many posts go in one
statement.
"""

import asyncio
import logging
import random
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from time import monotonic
from typing import Any, Final
from uuid import uuid4

import asyncpg
import msgspec
from pgqueuer import AsyncpgDriver, Queries
from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment, QueryQueueBuilder, QuerySchedulerBuilder
from pgqueuer.domain.settings import DBSettings, Durability
from pgqueuer.domain.types import QueueEntrypoint, QueueManagerId
from pgqueuer.models import Job as Carried
from pgqueuer.ports.repository import EntrypointExecutionParameter

from botkit.carriers.growths import MOST_WAITING, Growths, read_growth, write_growth
from botkit.carriers.jobs import read_call, read_wake, write_call, write_wake
from botkit.carriers.news import MOST_KEPT, News
from botkit.errors import CarrierError
from botkit.model.replies import Call
from botkit.ports.carriers import EVERYTHING, Growth, Job
from botkit.ports.postgres import CONNECT_WITHIN, LEARN, PLANNED

_log = logging.getLogger(__name__)

PREFIX: Final = "botkit_"
TOGETHER: Final = 200  # posts in one statement
GROWN_TOGETHER: Final = 20  # growths in one statement
NAP: Final = 1.0  # seconds between looks at the queue where nothing is heard of it
LEAST_PATIENCE, MOST_PATIENCE = 0.005, 0.025  # seconds that jobs are left to a node that is faster
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0  # seconds before the next try to connect
PATIENCE: Final = 10.0  # seconds that the server has to answer
FAREWELL: Final = 1.0  # seconds to carry what was posted before the end
STALE: Final = timedelta(seconds=30)  # after it, a job that its worker took and never acknowledged is another's
TIDY: Final = 300.0  # seconds between two clearings of PgQueuer's log, of which nothing is read
# A node asks something every second. One that sleeps instead lets go of the lock under which the tables are made,
# before whoever waits for that gives up, and of its place among those that hear the news.
_SETTINGS: Final = {**PLANNED, "idle_session_timeout": "8s", "application_name": "botkit carrier"}
_PAYLOAD: Final = 7_000  # bytes; PostgreSQL takes 8,000
_LOCK: Final = 7_203_114_501  # the advisory lock under which the schema is made
_WAKE, _CALL = QueueEntrypoint("wake"), QueueEntrypoint("call")
_ENTRYPOINTS = {name: EntrypointExecutionParameter(concurrency_limit=0) for name in (_WAKE, _CALL)}
_FAULTS = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)

Post = tuple[str, bytes]  # an entrypoint and a payload


class PgQueuerCarrier:
    """A node: its posts, and what it takes and hears, over one connection that is kept up."""

    def __init__(self, url: str) -> None:
        scheme, _, rest = url.partition("://")
        self._url = f"{scheme.partition('+')[0]}://{rest}"
        self._settings = DBSettings(prefix=PREFIX, durability=Durability.volatile)
        self._channel, self._growing = f"{PREFIX}news", f"{PREFIX}growths"
        self._me = QueueManagerId(uuid4())
        self._posts: deque[Post] = deque(maxlen=MOST_KEPT)
        self._told: dict[str, None] = {}
        self._news: News | None = None
        self._grown: deque[bytes] = deque(maxlen=MOST_WAITING)
        self._growths: Growths | None = None
        self._wanted = 0
        self._taken: asyncio.Future[Sequence[Job]] | None = None
        self._noticed = True  # that there may be jobs
        self._unasked = True  # nobody said so: it is looked from time to time
        self._patience = 0.0  # seconds between hearing of jobs and looking: another node may be faster
        self._look: asyncio.TimerHandle | None = None
        self._stirred = asyncio.Event()
        self._line: _Line | None = None
        self._task: asyncio.Task[None] | None = None
        self._closing = False
        self._tidied = monotonic()

    # Life

    async def open(self) -> None:
        """Connect, and make PgQueuer's tables or bring them up to date."""
        if self._task is not None:
            return
        try:
            self._line = await self._connect()
        except (*_FAULTS, ValueError) as error:
            raise CarrierError(f"PostgreSQL cannot be used: {type(error).__name__}: {error}") from error
        self._task = asyncio.create_task(self._keep_on(), name="carrier")

    async def close(self) -> None:
        """Carry what was posted, and disconnect."""
        self._closing = True
        self._stirred.set()
        if self._look is not None:
            self._look.cancel()
        if self._task is not None:
            await asyncio.wait({self._task}, timeout=FAREWELL)
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._line is not None:
            await self._line.close()
            self._line = None
        self._give(())
        if self._news is not None:
            self._news.end()
        if self._growths is not None:
            self._growths.end()

    # What is posted

    def wake(self, conversation: str) -> None:
        """Post that a worker should look at a conversation."""
        self._post(_WAKE, write_wake(conversation))

    def hand_out(self, conversation: str, call: Call) -> None:
        """Post that a worker should perform a call."""
        self._post(_CALL, write_call(conversation, call))

    def _post(self, entrypoint: str, payload: bytes) -> None:
        if not self._closing:
            self._posts.append((entrypoint, payload))
            self._stirred.set()

    def tell(self, conversation: str) -> None:
        """Post to every node that hears."""
        if not self._closing:
            self._told[conversation if len(self._told) < MOST_KEPT else EVERYTHING] = None
            self._stirred.set()

    def grow(self, growth: Growth) -> None:
        """Post to every node that watches, unless the server is away."""
        if not self._closing and self._line is not None and (written := write_growth(growth)):
            self._grown.append(written)
            self._stirred.set()

    # What is received

    async def take(self, most: int) -> Sequence[Job]:
        """Wait for jobs and give at most so many; for one caller at a time."""
        if self._closing or self._task is None or most < 1:
            return ()
        self._taken, self._wanted = asyncio.get_running_loop().create_future(), most
        self._stirred.set()
        try:
            return await self._taken
        finally:
            self._taken = None

    async def hear(self) -> Sequence[str]:
        """Wait for news; for one caller at a time."""
        if self._closing or self._task is None:
            return ()
        if self._news is None:
            self._news = News()
            self._stirred.set()
        return await self._news.take()

    async def watch(self) -> Sequence[Growth]:
        """Wait for answers that grow; for one caller at a time."""
        if self._closing or self._task is None:
            return ()
        if self._growths is None:
            self._growths = Growths()
            self._stirred.set()
        return await self._growths.take()

    def _give(self, jobs: Sequence[Job]) -> None:
        if self._taken is not None and not self._taken.done():
            self._taken.set_result(jobs)

    # The one who does it

    async def _keep_on(self) -> None:
        """Do what is asked over the line, and connect anew whenever it fails."""
        pause = FIRST_PAUSE
        while True:
            try:
                if self._line is None:
                    self._line = await self._connect()
                    self._noticed = True
                while not self._closing or self._posts or self._told:
                    await self._round(self._line)
                    pause = FIRST_PAUSE
            except Exception as error:  # noqa: BLE001 - nobody else would begin again
                if self._line is not None:  # it is said once, not with every try
                    _log.warning("the carrier lost PostgreSQL: %s", type(error).__name__, extra={"action": "carrier"})
            if self._closing:
                return
            if self._line is not None:
                self._line.drop()
                self._line = None
            self._grown.clear()
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 - no secret
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _round(self, line: "_Line") -> None:
        """Take, post and tell what there is, or wait until there is something."""
        self._stirred.clear()
        if self._news is not None and not line.hears:
            await line.listen(self._channel, self._heard)
            self._news.add(EVERYTHING)
        if self._taken is not None and not line.takes:
            await line.listen(self._settings.channel, self._notice)
            self._noticed = True
        if self._growths is not None and not line.watches:
            await line.listen(self._growing, self._watched)
        carried: Sequence[Carried] = ()
        if self._noticed and self._taken is not None and not self._taken.done():
            self._noticed = False
            carried = await line.dequeue(self._wanted, self._me)
            if carried or not self._unasked:
                self._learn(len(carried))
            self._unasked = False
            if carried:
                self._give([job for one in carried if (job := _job(one)) is not None])
        if self._posts:
            await self._enqueue(line)
        if self._told:
            await self._notify(line)
        if carried:
            await line.done(carried)
        if monotonic() - self._tidied > TIDY:
            self._tidied = monotonic()
            await line.tidy()
        if self._grown:
            await self._grow(line)
        if not (self._posts or self._told or self._grown or self._closing):
            await self._nap(line)

    async def _enqueue(self, line: "_Line") -> None:
        batch = [self._posts.popleft() for _ in range(min(TOGETHER, len(self._posts)))]
        try:
            await line.enqueue(batch)
        except _FAULTS:
            self._posts.extendleft(reversed(batch))
            raise

    async def _notify(self, line: "_Line") -> None:
        told, self._told = self._told, {}
        payloads = _payloads(told)
        try:
            for payload in payloads:
                await line.notify(self._channel, payload)
        except _FAULTS:
            self._told = told | self._told
            raise

    async def _grow(self, line: "_Line") -> None:
        """Tell of what grows, some of it at a time: jobs and news come first."""
        together = [self._grown.popleft().decode() for _ in range(min(GROWN_TOGETHER, len(self._grown)))]
        await line.notify_all(self._growing, together)

    async def _nap(self, line: "_Line") -> None:
        if self._stirred.is_set():
            return
        try:
            async with asyncio.timeout(NAP):
                await self._stirred.wait()
        except TimeoutError:
            self._noticed = self._unasked = True
            if self._taken is None:
                await line.ask()

    # The connection

    async def _connect(self) -> "_Line":
        connection: Any = await asyncpg.connect(
            self._url, timeout=CONNECT_WITHIN, command_timeout=PATIENCE, server_settings=_SETTINGS
        )
        line = _Line(connection, self._settings)
        try:
            await line.make()
        except BaseException:
            line.drop()
            raise
        return line

    def _learn(self, carried: int) -> None:
        """Look at once next time if there were jobs; who was told and looked in vain leaves them to others then."""
        if carried:
            self._patience = 0.0
            self._noticed = self._noticed or carried >= self._wanted  # there may be more
        else:
            self._patience = min(max(2 * self._patience, LEAST_PATIENCE), MOST_PATIENCE)

    def _notice(self, payload: str | bytes | bytearray) -> None:
        """Hear of PgQueuer's table: jobs were put there, or a node has taken what was there and let go of it."""
        told = str(payload)
        if "insert" in told:
            if not self._patience:
                self._look_now()
            elif self._look is None:
                self._look = asyncio.get_running_loop().call_later(self._patience, self._look_now)
        elif "delete" in told and self._look is not None:
            self._look.cancel()
            self._look = None

    def _look_now(self) -> None:
        self._look, self._noticed, self._unasked = None, True, False
        if self._taken is not None:
            self._stirred.set()

    def _heard(self, payload: str | bytes | bytearray) -> None:
        if self._news is None:
            return
        try:
            told = msgspec.json.decode(payload, type=list[str])
        except msgspec.DecodeError:
            told = [EVERYTHING]
        for conversation in told:
            self._news.add(conversation)

    def _watched(self, payload: str | bytes | bytearray) -> None:
        if self._growths is not None:
            self._growths.add(read_growth(payload))


class _Line:
    """A connection, as PgQueuer sees it."""

    def __init__(self, connection: Any, settings: DBSettings) -> None:
        self.hears = self.takes = self.watches = False
        self._connection = connection
        self._driver = AsyncpgDriver(connection)
        self._queries = Queries(
            self._driver,
            QueryBuilderEnvironment(settings),
            QueryQueueBuilder(settings),
            QuerySchedulerBuilder(settings),
        )
        self._jobs = settings.channel
        self._status = settings.qualified.queue_status_type

    async def make(self) -> None:
        """Make PgQueuer's tables, or bring them up to date; one node at a time."""
        await self._driver.execute("SELECT pg_advisory_lock($1)", _LOCK)
        try:
            if await self._queries.schema_is_installed():
                await self._queries.upgrade()
            else:
                await self._queries.install(create_schema=False)
        finally:
            await self._driver.execute("SELECT pg_advisory_unlock($1)", _LOCK)
        await self._driver.execute("SET synchronous_commit = off")  # for the jobs; the tables above are to stay
        await self._driver.fetch(f"{LEARN}, NULL::{self._status}, NULL::{self._status}[]")

    async def listen(self, channel: str, callback: Any) -> None:
        await self._driver.add_listener(channel, callback)
        self.takes = self.takes or channel == self._jobs
        self.hears = self.hears or channel == f"{PREFIX}news"
        self.watches = self.watches or channel == f"{PREFIX}growths"

    async def dequeue(self, most: int, me: QueueManagerId) -> Sequence[Carried]:
        return await self._queries.dequeue(
            batch_size=most,
            entrypoints=_ENTRYPOINTS,
            queue_manager_id=me,
            global_concurrency_limit=None,
            heartbeat_timeout=STALE,
        )

    async def done(self, carried: Sequence[Carried]) -> None:
        await self._queries.log_jobs([(one, "successful", None) for one in carried])

    async def enqueue(self, batch: Sequence[Post]) -> None:
        names, payloads = [name for name, _ in batch], [payload for _, payload in batch]
        await self._queries.enqueue(names, list[bytes | None](payloads), [0] * len(batch))

    async def notify(self, channel: str, payload: str) -> None:
        await self._driver.notify(channel, payload)

    async def notify_all(self, channel: str, payloads: Sequence[str]) -> None:
        await self._driver.fetch("SELECT pg_notify($1, one) FROM unnest($2::text[]) AS one", channel, payloads)

    async def ask(self) -> None:
        """See whether the server is still there."""
        await self._driver.fetch("SELECT 1")

    async def tidy(self) -> None:
        await self._queries.clear_queue_log()

    async def close(self) -> None:
        with suppress(*_FAULTS):
            await self._connection.close(timeout=FAREWELL)

    def drop(self) -> None:
        """Let go of a connection that is of no use any more, without a word to the server."""
        self._connection.terminate()


def _job(carried: Carried) -> Job | None:
    payload = carried.payload or b""
    return read_wake(payload) if carried.entrypoint == _WAKE else read_call(payload)


def _payloads(told: Sequence[str] | dict[str, None]) -> list[str]:
    """Write conversations as lists that PostgreSQL can carry."""
    written: list[list[str]] = [[]]
    room = _PAYLOAD
    for conversation in told:
        need = len(msgspec.json.encode(conversation)) + 1
        if need > _PAYLOAD:
            return [msgspec.json.encode([EVERYTHING]).decode()]
        if need > room:
            written.append([])
            room = _PAYLOAD
        written[-1].append(conversation)
        room -= need
    return [msgspec.json.encode(each).decode() for each in written]
