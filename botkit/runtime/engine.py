"""The engine: takes what connectors received through a turn to the outbox, one conversation at a time."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeVar

from msgspec.structs import replace

from botkit.dialogue import advance, new_session
from botkit.errors import FenceError, StoreError
from botkit.model.definitions import FlowSet
from botkit.model.events import Event, Failure, FromCustomer, Message, Opened, Owned, Press, Result
from botkit.model.replies import Call, DropTimers, Effect, Reply, SetTimer
from botkit.model.session import Session
from botkit.model.turn import Turn
from botkit.model.values import from_json, to_json
from botkit.ports.clocks import Clock
from botkit.ports.connectors import Accepted, Connector, Incoming
from botkit.ports.stores import Arrived, Commit, Store
from botkit.registry.contexts import Caller
from botkit.registry.registry import Registry
from botkit.runtime.books import FlowBook
from botkit.runtime.delivery import Delivery
from botkit.runtime.recognition import Recogniser

_log = logging.getLogger(__name__)

LONGEST_NAP = 1.0  # seconds between looks at the timers
RETRY_AFTER = 0.5  # seconds after the store failed
SOON = 0.02  # seconds for which a turn waits for a read, so that both are stored together
MOST_TOGETHER = 10  # reads that a turn waits for
MOST_KNOWN = 1000  # conversations whose sessions stay in memory

T = TypeVar("T")
Listener = Callable[[Turn], None]
Early = asyncio.Task[Result]


def _knowing(event: FromCustomer, facts: dict[str, Any]) -> FromCustomer:
    """Add facts about the customer to an event: they are kept with it, so that a replay knows them."""
    return replace(event, customer={**event.customer, **facts}) if facts else event


def _only_read(turn: Turn) -> Call | None:
    """Give the read that a turn waits for, if it waits for nothing else."""
    if len(turn.session.pending) != 1 or turn.session.pending[0].write:
        return None
    pending = turn.session.pending[0].id
    return next((e for e in turn.effects if isinstance(e, Call) and e.effect == "read" and e.id == pending), None)


def _reworded(event: Message | Press, text: str) -> Message | Press:
    return replace(event, text=text) if isinstance(event, Message) else replace(event, value=text)


class Engine:
    """Runs the turns of one bot in one process. Truth is in the store; the tasks here only see to it."""

    def __init__(
        self,
        book: FlowBook,
        store: Store,
        registry: Registry,
        recognisers: Callable[[FlowSet], Recogniser],
        clock: Clock,
        connectors: Mapping[str, Connector] | None = None,
        chosen_locale: str = "",
    ) -> None:
        self.book = book
        self.store = store
        self.registry = registry
        self.clock = clock
        self.delivery = Delivery(store, connectors or {}, clock, self._epoch_of)
        self._recognisers = recognisers
        self._chosen_locale = chosen_locale
        self._guarded = {
            d: any(g.direction == d for p in registry.plugins for g in p.guards) for d in ("input", "output")
        }
        self._hooked = any(plugin.before or plugin.after for plugin in registry.plugins)
        self._direct = not (self._hooked or self._guarded["input"] or self._guarded["output"])
        self._draining: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()
        self._calls: dict[str, set[asyncio.Task[None]]] = {}
        self._reads: set[Early] = set()  # those that were begun before their call was stored
        self._known: dict[str, tuple[Session, int]] = {}  # sessions as they were stored last, with their fences
        self._owners: dict[str, tuple[int, bool]] = {}
        self._listeners: dict[str, list[Listener]] = {}
        self._settled: dict[str, asyncio.Event] = {}
        self._timer_task: asyncio.Task[None] | None = None
        self._timer_set = asyncio.Event()
        self._closing = False
        self.turns_taken = 0

    # Life

    async def start(self) -> None:
        """Take up what an earlier process left, and begin to look at the timers."""
        for conversation, call, started in await self.store.open_calls():
            loaded = await self.store.load(conversation, most=0)
            session = loaded.session or Session(conversation=conversation)
            self._begin_call(conversation, call, session, resumed=started)
        for conversation in await self.store.unfinished():
            left = (await self.store.load(conversation, most=0)).session
            if left is not None:
                self._note_owner(left)
            self.wake(conversation)
            self.delivery.wake(conversation)
        self._timer_task = asyncio.create_task(self._watch_timers(), name="timers")

    async def stop(self, within: float = 10.0) -> None:
        """Drain: no new turn, running ones and their calls end within so many seconds; the rest stays stored."""
        self._closing = True
        if self._timer_task is not None:
            self._timer_task.cancel()
            await asyncio.gather(self._timer_task, return_exceptions=True)
        running = [
            *self._draining.values(),
            *self._reads,
            *(task for tasks in self._calls.values() for task in tasks),
        ]
        if running:
            _, late = await asyncio.wait(running, timeout=within)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        await self.delivery.close(within)

    # Coming in

    async def accept(self, incoming: Incoming) -> Accepted:
        """Store a delivery durably and see that its turn comes; a known one is dropped."""
        accepted = await self.store.accept(incoming, self.clock.now())
        self._wake_for(accepted)
        return accepted

    async def take(self, incoming: Incoming) -> Accepted:
        """Do what `accept` does, and the turn in the same transaction if it need not wait for anything."""
        early: dict[str, Early] = {}
        commit = await self._foresee(incoming.conversation, Arrived(0, incoming.event, incoming.customer), early)
        if commit is None:
            return await self.accept(incoming)
        return self._took(await self.store.take(incoming, commit, self.clock.now()), commit, early)

    async def _foresee(self, conversation: str, arrived: Arrived, early: dict[str, Early]) -> Commit | None:
        """Make the turn of an event before it is stored; None if it has to wait, or is better left to `_drain`.

        What is made counts only if the store finds the conversation as it was when this began: what is stored
        meanwhile comes first.
        """
        if self._closing or not self._direct or conversation in self._draining:
            return None
        try:
            session, fence = self._known.get(conversation) or await self._load(conversation)
            if fence < 0 or (session is not None and self.book.keeps_older(session)):
                return None
            turns = await self._advance_through(conversation, session, arrived, early)
        except Exception:  # noqa: BLE001 - it is stored, tried again and told in the log by `_drain`
            return None
        return self._commit_of(conversation, fence, turns[-1].session, turns, taken=0)

    async def _load(self, conversation: str) -> tuple[Session | None, int]:
        """Give a conversation's session and fence; a fence below 0 says that something waits there."""
        loaded = await self.store.load(conversation, most=1)
        return loaded.session, -1 if loaded.waiting else loaded.fence

    def _know(self, session: Session, fence: int) -> None:
        """Keep a session as it was stored; whoever stores another one moves the fence."""
        known = self._known
        if known.pop(session.conversation, None) is None and len(known) >= MOST_KNOWN:
            del known[next(iter(known))]
        known[session.conversation] = session, fence

    def _took(self, outcome: tuple[Accepted, int], commit: Commit, early: Mapping[str, Early]) -> Accepted:
        accepted, fence = outcome
        if fence:
            self._know(commit.session, fence)
            self._note_owner(commit.session)
            self._after(commit, early)
        else:
            self._known.pop(commit.conversation, None)
            self._wake_for(accepted)
        return accepted

    async def put(self, conversation: str, key: str, event: Event) -> Accepted:
        """Store an event of our own, once per key, and see that its turn comes."""
        accepted = await self.store.accept_event(conversation, key, event, self.clock.now())
        self._wake_for(accepted)
        return accepted

    def _wake_for(self, accepted: Accepted) -> None:
        """Wake a conversation for a new row; one that waits behind rows of a failed turn is woken as well."""
        if accepted.wake or (not accepted.duplicate and accepted.conversation not in self._draining):
            self.wake(accepted.conversation)

    def wake(self, conversation: str) -> None:
        """Look at a conversation: there may be something to do."""
        if self._closing:
            return
        if conversation in self._draining:
            self._again.add(conversation)
            return
        task = asyncio.create_task(self._drain(conversation), name=f"turn {conversation}")
        self._draining[conversation] = task
        task.add_done_callback(lambda done: self._drained(conversation, done))

    def _drained(self, conversation: str, task: asyncio.Task[None]) -> None:
        self._draining.pop(conversation, None)
        if not task.cancelled() and task.exception() is not None:
            _log.error("a turn was lost", exc_info=task.exception(), extra={"conversation": conversation})
        if conversation in self._again:
            self._again.discard(conversation)
            self.wake(conversation)
        elif conversation not in self._calls and conversation in self._settled:
            self._settled[conversation].set()

    # Watching

    async def settle(self, conversation: str) -> None:
        """Wait until nothing of a conversation is under way any more."""
        while conversation in self._draining or conversation in self._calls:
            event = self._settled.setdefault(conversation, asyncio.Event())
            event.clear()
            await event.wait()
        self._settled.pop(conversation, None)

    def listen(self, conversation: str, listener: Listener) -> Callable[[], None]:
        """Tell a function of every turn of a conversation after it is stored; gives what ends that."""
        listeners = self._listeners.setdefault(conversation, [])
        listeners.append(listener)

        def end() -> None:
            listeners.remove(listener)
            if not listeners:
                self._listeners.pop(conversation, None)

        return end

    # Turns

    async def _drain(self, conversation: str) -> None:
        while not self._closing:
            try:
                if not await self._turn(conversation):
                    return
            except FenceError:
                continue  # somebody else moved it on: look again
            except StoreError as error:
                _log.error("the store failed", exc_info=error, extra={"conversation": conversation})
                await self.clock.sleep(RETRY_AFTER)
            except Exception as error:  # noqa: BLE001 - what waits stays stored and is tried with the next event
                _log.error("a turn failed", exc_info=error, extra={"conversation": conversation})
                return

    async def _turn(self, conversation: str) -> bool:
        """Take what waits in a conversation's inbox; False when nothing did."""
        self._known.pop(conversation, None)
        loaded = await self.store.load(conversation)
        if not loaded.waiting:
            return False
        session, turns, early = loaded.session, list[Turn](), dict[str, Early]()
        for arrived in loaded.waiting:
            turns += await self._advance_through(conversation, session, arrived, early)
            session = turns[-1].session
        assert session is not None  # noqa: S101 - at least one turn was made
        commit = self._commit_of(conversation, loaded.fence, session, turns, taken=len(loaded.waiting))
        committed = await self.store.commit(commit)
        self._note_owner(session)
        self._after(commit, early)
        if self._hooked:
            for turn in turns:
                await self.registry.after_turn(turn, self._caller(turn.session))
        return committed.more

    async def _advance_through(
        self, conversation: str, session: Session | None, arrived: Arrived, early: dict[str, Early]
    ) -> list[Turn]:
        """Make the turn of an event, and those of the reads that it asks for as far as they end soon.

        Nothing is stored before they ended: a read does no harm if it is done again. One that takes longer goes on
        (it is in `early` then), and its call is stored with the turn.
        """
        turns = [await self._advance(conversation, session, arrived)]
        while len(turns) <= MOST_TOGETHER and (call := _only_read(turns[-1])) is not None:
            result = await self._read_soon(call, turns[-1].session, early)
            if result is None:
                break
            turns.append(await self._advance(conversation, turns[-1].session, Arrived(0, result)))
        return turns

    async def _read_soon(self, call: Call, session: Session, early: dict[str, Early]) -> Result | None:
        caller = self._caller(session)
        result = self.registry.perform_inline(call, caller)
        if result is not None:
            return result
        task = asyncio.create_task(self.registry.perform(call, caller), name=f"read {call.id}")
        self._reads.add(task)
        task.add_done_callback(self._reads.discard)
        await asyncio.wait({task}, timeout=SOON)
        if task.done():
            return task.result()
        early[call.id] = task
        return None

    async def _advance(self, conversation: str, session: Session | None, arrived: Arrived) -> Turn:
        flows = await self.book.flows_for(session)
        if session is None:
            session = new_session(flows, conversation, locale=self._chosen_locale)
        event = arrived.event
        if isinstance(event, Message | Press | Opened):
            if arrived.customer and arrived.customer != session.customer.get("platform"):
                # What a platform says of its user identifies no customer: it stays apart from what actions found out.
                event = _knowing(event, {"platform": to_json(arrived.customer)})
            if self._hooked or self._guarded["input"]:
                event = await self._prepare(session, event)
        if isinstance(event, Message | Press):
            event = self._recognisers(flows).recognise(event, session.locale)
        turn = advance(flows, session, event, self.clock.now())
        return await self._guard_replies(turn) if self._guarded["output"] and turn.replies else turn

    async def _prepare(self, session: Session, event: FromCustomer) -> FromCustomer:
        """Let plugins see an event before its turn: hooks may know the customer, guards may refuse the text."""
        caller = self._caller(replace(session, customer={**session.customer, **from_json(event.customer)}))
        if self._hooked:
            event = _knowing(event, await self.registry.before_turn(event, caller))
        said = event.text if isinstance(event, Message) else event.value if isinstance(event, Press) else ""
        if isinstance(event, Message | Press) and self._guarded["input"] and said:
            verdict = await self.registry.guard("input", said, caller)
            if verdict.refused:
                event = replace(event, evidence=replace(event.evidence, blocked=verdict.refused))
            elif verdict.text is not None:
                event = _reworded(event, verdict.text)
        return event

    async def _guard_replies(self, turn: Turn) -> Turn:
        caller, flows = self._caller(turn.session), self.book.current
        replies: list[Reply] = []
        for reply in turn.replies:
            verdict = await self.registry.guard("output", reply.text, caller) if reply.text else None
            if verdict is not None and verdict.refused:
                locale = flows.locales.get(reply.locale) or next(iter(flows.locales.values()))
                replies.append(
                    Reply(id=reply.id, text=locale.repair["blocked"], locale=reply.locale, epoch=reply.epoch)
                )
            elif verdict is not None and verdict.text is not None:
                replies.append(replace(reply, text=verdict.text))
            else:
                replies.append(reply)
        return replace(turn, replies=tuple(replies))

    def _commit_of(
        self, conversation: str, fence: int, session: Session, turns: Sequence[Turn], taken: int
    ) -> Commit:
        replies: list[Reply] = []
        effects: list[Effect] = []
        for turn in turns:
            replies += turn.replies
            effects += turn.effects
        done = {turn.event.effect for turn in turns if isinstance(turn.event, Result)} if len(turns) > 1 else ()
        dropped = {effect.question for effect in effects if isinstance(effect, DropTimers)} if effects else set()
        return Commit(
            conversation=conversation,
            fence=fence,
            session=session,
            turns=tuple(turns),
            taken=taken,
            replies=tuple(replies) if self.delivery.serves(session.channel) else (),
            calls=tuple([e for e in effects if isinstance(e, Call) and e.id not in done]) if effects else (),
            timers=tuple([e for e in effects if isinstance(e, SetTimer) and e.question not in dropped]),
            dropped=tuple(sorted(dropped)),
        )

    def _after(self, commit: Commit, early: Mapping[str, Early]) -> None:
        """Do what stored turns ask for."""
        conversation, turns = commit.conversation, commit.turns
        self.turns_taken += len(turns)
        if commit.replies:
            self.delivery.wake(conversation)
        for call in commit.calls:
            self._begin_call(conversation, call, commit.session, early=early.get(call.id))
        if commit.timers:
            self._timer_set.set()
        for listener in tuple(self._listeners.get(conversation, ())):
            for turn in turns:
                listener(turn)

    def _caller(self, session: Session) -> Caller:
        return Caller(
            conversation=session.conversation,
            channel=session.channel,
            customer=session.customer,
            locale=session.locale,
            timezone=self.book.current.settings.timezone,
        )

    def _note_owner(self, session: Session) -> None:
        if session.epoch:
            self._owners[session.conversation] = (session.epoch, session.owner == "human")

    def _epoch_of(self, conversation: str) -> tuple[int, bool]:
        return self._owners.get(conversation, (0, False))

    # Calls

    def _begin_call(
        self, conversation: str, call: Call, session: Session, *, resumed: bool = False, early: Early | None = None
    ) -> None:
        work = self._call(conversation, call, session, resumed=resumed, early=early)
        task = asyncio.create_task(work, name=f"call {call.id}")
        running = self._calls.setdefault(conversation, set())
        running.add(task)
        task.add_done_callback(lambda done: self._call_ended(conversation, done))

    def _call_ended(self, conversation: str, task: asyncio.Task[None]) -> None:
        running = self._calls.get(conversation, set())
        running.discard(task)
        if not running:
            self._calls.pop(conversation, None)
            if conversation not in self._draining and conversation in self._settled:
                self._settled[conversation].set()
        if not task.cancelled() and task.exception() is not None:
            _log.error("a call was lost", exc_info=task.exception(), extra={"conversation": conversation})

    async def _call(
        self, conversation: str, call: Call, session: Session, *, resumed: bool, early: Early | None
    ) -> None:
        """Perform a call and put its result into the inbox.

        A write that was started before, by whomever, is not called again unless it is idempotent: nobody knows
        whether it was done. A call that the flow does not await any more is not begun.
        """
        spec = self.book.current.catalogue.actions.get(call.action)
        if not resumed and all(pending.id != call.id for pending in session.pending):
            result = Result(call.id, failure=Failure("cancelled", "The flow was given up before it began."))
        elif early is not None:
            result = await early
        elif call.effect == "read" or (resumed and spec is not None and spec.idempotent):
            result = await self.registry.perform(call, self._caller(session))
        elif resumed:
            result = Result(call.id, failure=Failure("outcome_unknown", "It is not known whether that was done."))
        elif await self._surely(lambda: self.store.start_call(call, self.clock.now())):
            result = await self.registry.perform(call, self._caller(session))
        else:
            return  # somebody else has started it
        begun: dict[str, Early] = {}
        commit = await self._foresee(conversation, Arrived(0, result), begun)
        if commit is None:
            self._wake_for(await self._surely(lambda: self.store.finish_call(conversation, result, self.clock.now())))
        else:
            made = commit
            self._took(
                await self._surely(lambda: self.store.take_result(conversation, result, made, self.clock.now())),
                made,
                begun,
            )

    async def _surely(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """Ask the store until it answers."""
        while True:
            try:
                return await attempt()
            except StoreError as error:
                _log.error("the store failed", exc_info=error)
                await self.clock.sleep(RETRY_AFTER)

    # Timers

    async def _watch_timers(self) -> None:
        while True:
            due: float | None = None
            try:
                due = await self.store.next_timer()
                for conversation in await self.store.fire(self.clock.now()) if due is not None else ():
                    self.wake(conversation)
            except StoreError as error:
                _log.error("the store failed", exc_info=error)
            await self._nap(due)

    async def _nap(self, due: float | None) -> None:
        self._timer_set.clear()
        wait = LONGEST_NAP if due is None else min(max(due - self.clock.now(), 0.01), LONGEST_NAP)
        try:
            async with asyncio.timeout(wait):
                await self._timer_set.wait()
        except TimeoutError:
            pass

    async def fire_timers(self) -> int:
        """Fire what is due now and give how many conversations it woke; for clocks that tests move."""
        woken = await self.store.fire(self.clock.now())
        for conversation in woken:
            self.wake(conversation)
        return len(woken)

    async def own(self, conversation: str, event: Owned, key: str) -> Accepted:
        """Note that a conversation changed hands."""
        return await self.put(conversation, key, event)
