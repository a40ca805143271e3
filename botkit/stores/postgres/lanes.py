"""Lanes: what is asked while a statement runs shares the next one.

A statement for many costs hardly more than one for one, and its commit waits for the disk once. A lane has one
statement under way at a time; lanes of different kinds go on side by side.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Any, Final, Generic, TypeVar

import asyncpg

from botkit.errors import BotkitError, StoreError
from botkit.stores.postgres.connections import Connections, Link, LostError, explain

Job = TypeVar("Job")
Outcome = TypeVar("Outcome")

_TOGETHER: Final = 128  # jobs in one statement at most
_PATIENCE: Final = 3.0  # seconds for which a lost connection's outcome is asked after
_PAUSE: Final = 0.1


class _RefusedError(Exception):
    """The server refused what it may have done before; `until` it is found out."""

    def __init__(self, until: float) -> None:
        super().__init__("refused")
        self.until = until


Work = Callable[[Link, Sequence[Job], bool], Awaitable[Sequence[Outcome | BotkitError]]]


class Lane(Generic[Job, Outcome]):
    """Runs jobs of one kind together, in the order in which they were asked.

    `work` gives each job's outcome, or the error that is its alone; its third argument says that the jobs may have
    been done before, by a connection that broke. Jobs of the same `key` never share a statement. Those of one
    statement are sorted by their keys, so that all workers lock rows in the same order, unless `as_asked`.
    """

    def __init__(
        self,
        connections: Connections,
        work: "Work[Job, Outcome]",
        key: Callable[[Job], Any],
        *,
        as_asked: bool = False,
    ) -> None:
        self._connections = connections
        self._work = work
        self._key = key
        self._as_asked = as_asked
        self._asked: list[tuple[Job, asyncio.Future[Outcome]]] = []
        self._serving: asyncio.Task[None] | None = None

    async def ask(self, job: Job) -> Outcome:
        """Do the job; what it wrote is committed when this returns. Raises StoreError."""
        return await self.post(job)

    def post(self, job: Job) -> "asyncio.Future[Outcome]":
        """Do the job soon."""
        loop = asyncio.get_running_loop()
        told: asyncio.Future[Outcome] = loop.create_future()
        self._asked.append((job, told))
        if self._serving is None:
            self._serving = loop.create_task(self._serve(), name="store")
        return told

    async def finish(self) -> None:
        """Wait until everything that was asked is done."""
        while self._serving is not None:
            await asyncio.wait({self._serving})

    async def _serve(self) -> None:
        try:
            while self._asked:
                batch = self._pick()
                outcomes = await self._try([job for job, _ in batch])
                for (_, told), outcome in zip(batch, outcomes, strict=True):
                    if told.done():
                        continue
                    if isinstance(outcome, Exception):
                        told.set_exception(outcome)
                    else:
                        told.set_result(outcome)
                await asyncio.sleep(0)  # whoever was told asks for more, which goes along
        finally:
            self._serving = None

    def _pick(self) -> list[tuple[Job, asyncio.Future[Outcome]]]:
        """Take the first jobs, one of each key; the others stay, in their order."""
        asked, self._asked = self._asked, []
        picked, keys = list[tuple[Job, asyncio.Future[Outcome]]](), set[Hashable]()
        for one in asked:
            key = self._key(one[0])
            if key in keys or len(picked) == _TOGETHER:
                self._asked.append(one)
            else:
                keys.add(key)
                picked.append(one)
        if not self._as_asked and len(picked) > 1:
            picked.sort(key=lambda one: self._key(one[0]))
        return picked

    async def _try(self, jobs: Sequence[Job], until: float | None = None) -> Sequence[Any]:
        """Do the jobs together; if that fails, each alone, so that a bad one spoils no other.

        With `until` they may have been done before, and it is found out until then; a refusal does not say that they
        were not.
        """
        try:
            return await (self._do(jobs) if until is None else self._ask(jobs, until))
        except _RefusedError as error:
            until = error.until
            if len(jobs) == 1:
                return [self._unsure(error)]
        except asyncpg.PostgresError as error:
            if len(jobs) == 1:
                return [explain(error, self._connections.place)]
        except BotkitError as error:
            return [error] * len(jobs)
        except Exception as error:  # noqa: BLE001 - whatever it is, whoever asked has to hear of it
            return [StoreError(f"store {self._connections.place}: {type(error).__name__}: {error}")] * len(jobs)
        return [outcome for job in jobs for outcome in await self._try([job], until)]

    async def _do(self, jobs: Sequence[Job]) -> Sequence[Any]:
        try:
            async with self._connections.lend() as link:
                return await self._work(link, jobs, False)
        except LostError:
            return await self._ask(jobs, asyncio.get_running_loop().time() + _PATIENCE)

    async def _ask(self, jobs: Sequence[Job], until: float) -> Sequence[Any]:
        """Find out what became of jobs whose connection broke, and do those that were not done.

        Raises _RefusedError where the server refuses several of them together, or one of them until then.
        """
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(_PAUSE)
            try:
                async with self._connections.lend() as link:
                    return await self._work(link, jobs, True)
            except asyncpg.PostgresError as error:
                if len(jobs) > 1 or loop.time() > until:
                    raise _RefusedError(until) from error
            except (LostError, StoreError) as error:
                if loop.time() > until:
                    raise self._unsure(error) from error

    def _unsure(self, error: Exception) -> StoreError:
        return StoreError(
            f"store {self._connections.place}: the connection broke ({error.__cause__ or error}); "
            "what was asked may have been stored",
            reason="the connection broke",
            hint="look at the server and the network; the bot goes on when it is back",
        )
