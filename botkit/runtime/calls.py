"""Calls under way: the actions that this process performs, each in a task of its own, until a result is stored."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, TypeVar

from botkit.errors import StoreError
from botkit.model.events import Failure, Result
from botkit.model.replies import Call
from botkit.model.session import Session
from botkit.ports.clocks import Clock
from botkit.ports.stored import LEASE
from botkit.ports.stores import Store
from botkit.registry.registry import Registry
from botkit.runtime.books import FlowBook
from botkit.runtime.heartbeat import Heartbeat
from botkit.runtime.presence import Presence
from botkit.runtime.staleness import Staleness
from botkit.runtime.turning import Early, Turning

_log = logging.getLogger(__name__)

RETRY_AFTER = 0.5  # seconds after the store failed
MARGIN = 10.0  # seconds for which a result may wait for being stored

T = TypeVar("T")


class Calls:
    """Performs calls and gives their results to `take`; `ended` hears of a conversation that has none any more.

    Where other processes may perform calls (`shared`), those of ours are kept from them by a heartbeat. `presence`
    lets the customer see that one runs long.
    """

    def __init__(
        self,
        book: FlowBook,
        store: Store,
        registry: Registry,
        turning: Turning,
        clock: Clock,
        take: Callable[[str, Result], Awaitable[None]],
        ended: Callable[[str], None],
        note: Callable[[StoreError], None],
        presence: Presence,
        *,
        shared: bool,
    ) -> None:
        self._book = book
        self._store = store
        self._registry = registry
        self._turning = turning
        self._clock = clock
        self._take = take
        self._ended = ended
        self._note = note
        self._presence = presence
        self._shared = shared
        self._running: dict[str, set[asyncio.Task[None]]] = {}
        self._writing: set[asyncio.Task[None]] = set()
        self._stale = Staleness(self._stored, shared=shared)
        self._heartbeat = Heartbeat(store, self.ids, note)

    def __contains__(self, conversation: str) -> bool:
        """Tell whether a call of a conversation is under way here."""
        return conversation in self._running

    def ids(self) -> Sequence[str]:
        """Give the ids of the calls that are performed here."""
        return [task.get_name().removeprefix("call ") for task in self.tasks()]

    def tasks(self) -> Sequence[asyncio.Task[None]]:
        """Give the tasks that perform them."""
        return [task for tasks in self._running.values() for task in tasks]

    async def cut_off(self, late: AbstractSet[asyncio.Task[Any]], writes: float) -> None:
        """Cancel tasks that others take up, and a write that has begun after so many seconds more."""
        writing = late & self._writing
        await _cancel(late - writing)
        if writing:
            _, cut = await asyncio.wait(writing, timeout=writes)
            for task in cut:
                _log.warning("a write was cut off", extra={"call": task.get_name().removeprefix("call ")})
            await _cancel(cut)

    async def start(self) -> None:
        """Tell other processes from now on what is under way here, and take up what an earlier one left."""
        if self._shared:
            self._heartbeat.start()
        await self.resume()

    async def stop(self) -> None:
        """Tell other processes of nothing any more."""
        await self._heartbeat.stop()

    async def resume(self) -> None:
        """Begin what the store has of open calls that no living worker has, where none of ours is under way."""
        store = self._store
        for conversation, call, started in await (store.claim_calls(LEASE) if self._shared else store.open_calls()):
            session = await self._stored(conversation) or Session(conversation=conversation)
            if not self._is_under_way(conversation, call):
                self.begin(conversation, call, session, resumed=started)

    async def begin_handed_out(self, conversation: str, call: Call) -> None:
        """Begin a call that another process handed out, unless it is under way here or its conversation is gone."""
        session = await self._stored(conversation)
        if session is not None and not self._is_under_way(conversation, call):
            self.begin(conversation, call, session)

    def begin(
        self, conversation: str, call: Call, session: Session, *, resumed: bool = False, early: Early | None = None
    ) -> None:
        """Begin a call; `resumed` says that somebody has started it before, `early` that its read is begun."""
        work = self._perform(conversation, call, session, resumed=resumed, early=early)
        task = asyncio.create_task(work, name=f"call {call.id}")
        self._running.setdefault(conversation, set()).add(task)
        if self._presence.shows:
            self._presence.expect(conversation)
        task.add_done_callback(lambda done: self._done(conversation, done))

    def end_stale(self, session: Session) -> None:
        """End the calls of a conversation that its session does not await any more, where a step allows that."""
        self._stale.end(session)

    async def surely(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """Ask the store until it answers."""
        while True:
            try:
                return await attempt()
            except StoreError as error:
                self._note(error)
                await self._clock.sleep(RETRY_AFTER)

    async def _perform(
        self, conversation: str, call: Call, session: Session, *, resumed: bool, early: Early | None
    ) -> None:
        """Perform a call and hand on its result.

        A write that was started before, by whomever, is not called again unless it is idempotent: nobody knows
        whether it was done. A call that the flow does not await any more is not begun.
        """
        spec = self._book.current.catalogue.actions.get(call.action)
        if not resumed and all(pending.id != call.id for pending in session.pending):
            result = Result(call.id, failure=Failure("cancelled", "The flow was given up before it began."))
        elif early is not None:
            result = await self._stale.perform(conversation, call, early)
        elif call.effect == "read" or (resumed and spec is not None and spec.idempotent):
            work = self._turning.perform(call, session)
            result = await self._stale.perform(conversation, call, work)
        elif resumed:
            result = Result(call.id, failure=Failure("outcome_unknown", "It is not known whether that was done."))
        elif await self.surely(lambda: self._store.start_call(call, self._clock.now(), self._lease_of(call))):
            self._writing.update(task for task in (asyncio.current_task(),) if task is not None)
            result = await self._registry.perform(call, self._turning.caller(session))
        else:
            return  # somebody else has started it
        await self._take(conversation, result)

    def _lease_of(self, call: Call) -> float:
        """Give the seconds after which the worker of a write that has begun must be dead: later than it can end."""
        return self._registry.lasts(call) + MARGIN

    def _is_under_way(self, conversation: str, call: Call) -> bool:
        return any(task.get_name() == f"call {call.id}" for task in self._running.get(conversation, ()))

    def _done(self, conversation: str, task: asyncio.Task[None]) -> None:
        running = self._running.get(conversation, set())
        running.discard(task)
        self._writing.discard(task)
        if not running:
            self._running.pop(conversation, None)
            if self._presence.shows:
                self._presence.end(conversation)
            self._ended(conversation)
        if not task.cancelled() and task.exception() is not None:
            _log.error("a call was lost", exc_info=task.exception(), extra={"conversation": conversation})

    async def _stored(self, conversation: str) -> Session | None:
        return (await self._store.load(conversation, most=0)).session


async def _cancel(tasks: AbstractSet[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
