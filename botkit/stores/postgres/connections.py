"""Connections to PostgreSQL: kept, prepared, replaced when they break, and what their errors mean."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final, TypeVar

import asyncpg

from botkit.errors import BotkitError, StoreError
from botkit.ports.postgres import CONNECT_WITHIN, LEARN, PLANNED
from botkit.stores.urls import shown

if TYPE_CHECKING:
    from asyncpg.prepared_stmt import PreparedStatement

_log = logging.getLogger(__name__)

ANSWER_WITHIN: Final = 15.0  # seconds; what takes longer counts as a lost connection
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 1.0  # seconds between tries to connect; meanwhile whoever asks hears of it at once
DURABLE: Final = {"synchronous_commit": "on"}
LOOSE: Final = {"synchronous_commit": "off"}  # for what may be done again: a mark, a claim

# What a statement locks as it is prepared stays locked until something else is done: a transaction that began then
# would have these locks from its beginning, out of the order in which all workers take them.
_NOTHING: Final = "SELECT"

# the class of an SQLSTATE, or the whole of it → what it means, and what to do
_MEANINGS: Final[Mapping[str, tuple[str, str]]] = {
    "28": ("the user or the password is refused", "look at the URL in `store:`, and at the server's pg_hba.conf"),
    "3D": ("there is no such database", "createdb NAME, and see that the user owns it"),
    "42501": ("the user may not do that", "GRANT ALL ON SCHEMA public TO the user, or make it the database's owner"),
    "53100": ("the server's disk is full", "make room; what was not stored will be delivered again by the platform"),
    "53300": ("the server takes no more connections", "raise max_connections, or run fewer workers"),
    "57P01": ("the server is shutting down", "wait: the bot goes on when it is back"),
    "57P02": ("the server is shutting down", "wait: the bot goes on when it is back"),
    "57P03": ("the server is starting up or shutting down", "wait: the bot goes on when it is there"),
    "54": ("an id is too long", "the ids of chats and messages may have 2,000 bytes"),
}

# raised where a connection is gone, or goes; nobody knows then what became of the statement
_LOST = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,  # the server is told to stop, or was killed
    asyncpg.CannotConnectNowError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.ReadOnlySQLTransactionError,  # a standby: the primary is elsewhere by now
)

Row = Sequence[Any]
T = TypeVar("T")


class LostError(Exception):
    """The connection broke; what was asked may have been done."""


class UnpreparedError(Exception):
    """A statement is to be prepared before the transaction begins.

    While the server waits for what follows a new statement it counts as busy, not as idle in a transaction: it
    would take no lock away from a worker that is frozen just then.
    """

    def __init__(self, statement: str) -> None:
        super().__init__(statement)
        self.statement = statement


def explain(error: Exception, place: str) -> StoreError:
    """Say in our words what PostgreSQL or its driver says, and what to do about it."""
    state = getattr(error, "sqlstate", None) or ""
    meaning = _MEANINGS.get(state) or _MEANINGS.get(state[:2])
    if meaning is not None:
        return _because(place, *meaning)
    if isinstance(error, LostError):
        return _because(place, f"the connection broke: {error}", "look at the server and the network")
    if isinstance(error, TimeoutError):
        return _because(place, "the server does not answer", "look at the server and the network")
    if isinstance(error, OSError):
        why = f"the server cannot be reached ({type(error).__name__})"
        return _because(place, why, "is it running, and are host and port right?")
    return StoreError(f"store {place}: {str(error).splitlines()[0] if str(error) else type(error).__name__}")


def _because(place: str, why: str, hint: str) -> StoreError:
    return StoreError(f"store {place}: {why}", reason=why, hint=hint)


class Link:
    """One connection with its prepared statements."""

    def __init__(self, db: "asyncpg.Connection[Any]") -> None:
        self.db = db
        self._prepared: dict[str, PreparedStatement[Any]] = {}

    async def prepare(self, statement: str) -> "PreparedStatement[Any]":
        """Prepare a statement, once. Raises asyncpg's errors."""
        prepared = self._prepared.get(statement)
        if prepared is None:
            prepared = self._prepared[statement] = await self.db.prepare(statement)
        return prepared

    async def fetch(self, statement: str, *values: object) -> list[Any]:
        """Run a statement and give its rows. Raises LostError, and asyncpg.PostgresError.

        Within a transaction only what is prepared is run: else UnpreparedError, which `Connections.transact` sees to.
        """
        try:
            if statement not in self._prepared and self.db.is_in_transaction():
                raise UnpreparedError(statement)
            rows: list[Any] = await (await self.prepare(statement)).fetch(*values)
        except asyncpg.InvalidCachedStatementError as error:  # a newer worker changed the schema
            self._prepared.clear()
            if self.db.is_in_transaction():
                raise UnpreparedError(statement) from error
            rows = await self.db.fetch(statement, *values)
        except _LOST as error:
            self.db.terminate()  # also of what cannot be sent the server has heard the beginning
            if isinstance(error, ValueError):
                raise StoreError(f"this cannot be stored: {error}") from error
            raise LostError(str(error) or type(error).__name__) from error
        return rows


class Reach:
    """Whether a server can be reached, as the last try to connect showed; for all connections of a process to it."""

    def __init__(self) -> None:
        self._failures = 0
        self._not_before = 0.0  # on time.monotonic(): the next try to connect
        self._failure: StoreError | None = None

    def check(self) -> None:
        """Raise what the last try said, for a moment after it failed: StoreError."""
        if self._failure is not None and time.monotonic() < self._not_before:
            raise StoreError(self._failure.message, reason=self._failure.reason, hint=self._failure.hint)

    def failed(self, error: StoreError) -> None:
        """Note a try that failed; those that were begun at the same time count once."""
        self._failure = error
        if time.monotonic() < self._not_before:
            return
        pause = min(FIRST_PAUSE * 2**self._failures, LONGEST_PAUSE)
        self._failures = min(self._failures + 1, 10)
        self._not_before = time.monotonic() + pause

    def succeeded(self) -> bool:
        """Note a connection; True if it is the first one after a failure."""
        is_back = self._failure is not None
        self._failures, self._failure, self._not_before = 0, None, 0.0
        return is_back


class Connections:
    """A few connections to one database, all with the same settings, opened as they are needed.

    `reach` is shared with others to the same server. `renew` is called when there is one in the place of one that was
    lost, before it is lent.
    """

    def __init__(
        self,
        url: str,
        most: int,
        name: str,
        settings: Mapping[str, str],
        reach: Reach,
        renew: Callable[[], None] = lambda: None,
    ) -> None:
        self.place = shown(url)
        self._url = url
        self._settings = {**PLANNED, **settings, "application_name": name[:63]}
        self._idle: list[Link] = []
        self._free = asyncio.Semaphore(most)
        self._closed = False
        self._renew = renew
        self._lost = False
        self._reach = reach

    @asynccontextmanager
    async def lend(self) -> AsyncIterator[Link]:
        """Lend a connection. Raises StoreError at once while the database cannot be reached.

        One on which something was cut short, by a time-out or a cancel, is not lent again: the server may be in a
        transaction of which nobody here knows, and what others wrote would be part of it.
        """
        async with self._free:
            link = self._idle.pop() if self._idle else None
            if link is None or link.db.is_closed():
                self._lost = self._lost or link is not None
                link = await self._connect()
                if self._lost:
                    self._lost = False
                    self._renew()
            try:
                yield link
            except (asyncpg.PostgresError, BotkitError):
                raise
            except BaseException:
                link.db.terminate()
                raise
            finally:
                if self._closed:
                    link.db.terminate()
                elif link.db.is_closed():
                    self._lost = True
                else:
                    self._idle.append(link)

    async def run(self, statement: str, *values: object) -> list[Any]:
        """Run one statement that may be run again: if its connection breaks, over another. Raises StoreError."""
        try:
            try:
                async with self.lend() as link:
                    return await link.fetch(statement, *values)
            except LostError:
                async with self.lend() as link:
                    return await link.fetch(statement, *values)
        except (asyncpg.PostgresError, LostError) as error:
            raise explain(error, self.place) from error

    async def transact(self, work: Callable[[Link], Awaitable[T]]) -> T:
        """Run several statements in one transaction. Raises StoreError.

        `work` is begun anew, in a new transaction, when it comes to a statement that has to be prepared first.
        """
        try:
            async with self.lend() as link:
                while True:
                    try:
                        async with link.db.transaction():
                            return await work(link)
                    except UnpreparedError as error:
                        await link.prepare(error.statement)
                        await link.db.execute(_NOTHING)
        except (asyncpg.PostgresError, LostError, *_LOST) as error:
            raise explain(error, self.place) from error

    async def _connect(self) -> Link:
        if self._closed:
            raise StoreError(f"store {self.place}: it is not open")
        self._reach.check()
        try:
            db = await self._begin()
        except (*_LOST, asyncpg.PostgresError, ValueError) as error:
            failure = explain(error, self.place)
            self._reach.failed(failure)
            raise failure from error
        if self._reach.succeeded():
            _log.warning("the database is back", extra={"store": self.place})
        return Link(db)

    async def _begin(self) -> "asyncpg.Connection[Any]":
        db: asyncpg.Connection[Any] = await asyncpg.connect(
            self._url, timeout=CONNECT_WITHIN, command_timeout=ANSWER_WITHIN, server_settings=self._settings
        )
        try:
            await db.fetch(LEARN)
        except BaseException:
            db.terminate()
            raise
        return db

    async def close(self) -> None:
        """Close what is idle now, and the others when they come back."""
        self._closed = True
        while self._idle:
            link = self._idle.pop()
            try:
                await link.db.close(timeout=CONNECT_WITHIN)
            except _LOST:
                link.db.terminate()
