"""The engine: takes what connectors received through a turn to the outbox, one conversation at a time."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence

from botkit.dialogue import steers
from botkit.errors import FenceError, StoreError
from botkit.model.events import Event, Message, Owned, Result
from botkit.model.flowset import FlowSet
from botkit.model.replies import Call
from botkit.model.session import is_idle
from botkit.model.turn import Turn
from botkit.monitoring import Meter
from botkit.ports.carriers import Carrier
from botkit.ports.clocks import Clock
from botkit.ports.connectors import Accepted, Connector, Entry, Forgetful, Incoming
from botkit.ports.files import FileLimits, Files
from botkit.ports.stored import Arrived, Commit, Committed, Failed
from botkit.ports.stores import Store
from botkit.registry.registry import Registry
from botkit.runtime.attaching import attach
from botkit.runtime.books import FlowBook
from botkit.runtime.briefing import Briefing
from botkit.runtime.bursts import Bursts
from botkit.runtime.calls import RETRY_AFTER, Calls
from botkit.runtime.commits import commit_of, failure_of
from botkit.runtime.delivery import Delivery
from botkit.runtime.forgetting import Forgetting, let_forget
from botkit.runtime.handed import Handed
from botkit.runtime.histories import read_history, read_turn
from botkit.runtime.leftovers import Found, Health, Leftovers
from botkit.runtime.limiting import Limiting
from botkit.runtime.listeners import Listeners
from botkit.runtime.models import Models
from botkit.runtime.passages import Passages
from botkit.runtime.places import Places
from botkit.runtime.presence import Presence
from botkit.runtime.recognition import Recogniser
from botkit.runtime.rushes import Rushes
from botkit.runtime.sessions import Sessions
from botkit.runtime.streaming import Streams
from botkit.runtime.sweeping import Sweep
from botkit.runtime.timers import Timers
from botkit.runtime.turning import Early, Turning
from botkit.safety import Guarding
from botkit.stores import open_files

_log = logging.getLogger(__name__)

TRIES = 3  # at the turn of one event, before it is set aside
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 60.0  # seconds between them; each is twice the one before
MOST_REASON = 300  # characters of an error that are kept
MOST_LOADED = 100  # events that are looked at together
LONGEST_HOLD = 0.002  # seconds for which the turns of one conversation keep the loop from the others


class Engine:
    """Runs the turns of one bot in one process. Truth is in the store; the tasks here only see to it.

    Where several processes run the bot, `carrier` hands calls out to all of them, and one that makes no turns itself
    (`turns` is False) has it wake another. `senses` says that the bot has an embedder.
    """

    def __init__(
        self,
        book: FlowBook,
        store: Store,
        registry: Registry,
        recognisers: Callable[[FlowSet], Recogniser],
        clock: Clock,
        connectors: Mapping[str, Connector] | None = None,
        chosen_locale: str = "",
        carrier: Carrier | None = None,
        files: Files | None = None,
        *,
        turns: bool = True,
        senses: bool = False,
        guarding: Guarding | None = None,
        meter: Meter | None = None,
        passages: Passages | None = None,
        models: Models | None = None,
    ) -> None:
        self.book = book
        self.store = store
        self.registry = registry
        self.clock = clock
        self.connectors = connectors or {}
        self.health = Health()
        self.handed = Handed()
        self.meter = meter or Meter()
        self.meter.serves = self.connectors
        registry.heard = self.meter.note_call
        self.delivery = Delivery(
            store, self.connectors, clock, self.handed.epoch_of, note=self._note, told=self.meter.note_sent
        )
        limiting = Limiting(guarding, store, self._steers) if guarding is not None else None
        self.turning = Turning(
            book,
            registry,
            recognisers,
            clock,
            chosen_locale,
            limiting,
            senses=senses,
            passages=passages,
            models=models,
        )
        self.models = models
        self._streams = Streams(self.connectors, self.handed.epoch_of)
        self.timers = Timers(store, clock, self.wake, self._note)
        self.files = files if files is not None else open_files(store, FileLimits(), clock)
        if models is not None:
            models.streams, models.files = self._streams, self.files
        self.sweep = Sweep(store, self.files, clock)
        self.leftovers = Leftovers(store, clock, self.health, self._is_idle, self._take_up, self._note)
        self.bursts = Bursts(lambda: book.current.settings, self._steers, clock)
        self.presence = Presence(self.connectors, self.handed.epoch_of)
        self.calls = Calls(
            book,
            store,
            registry,
            self.turning,
            clock,
            self._take_result,
            self._calls_ended,
            self._note,
            self.presence,
            shared=carrier is not None,
        )
        self.forgetting = Forgetting(store, self.forget)
        self.places = Places(store, book, self.handed, self.put)
        self.briefing = Briefing(store, registry, self.turning.caller, self.put)
        self._carrier = carrier
        self._elsewhere = None if turns or carrier is None else carrier.wake
        self._direct = turns and self.turning.direct
        self._draining: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()
        self._failed: dict[str, tuple[int, str]] = {}  # tries at the turn of what waits there, and the last error
        self.sessions = Sessions(store)
        self.listeners = Listeners()
        self._settled: dict[str, asyncio.Event] = {}
        self._rushes = Rushes()
        self._closing = False
        self.turns_taken = 0

    def _steers(self, text: str) -> bool:
        return steers(self.book.current, text)

    # Life

    async def start(self) -> None:
        """Take up what an earlier process left, and begin to look at the timers."""
        self.leftovers.start()
        self.forgetting.start()
        if self._elsewhere is not None:
            return
        await self.calls.start()
        for conversation in await self.store.unfinished(neglected=self._carrier is not None):
            left = (await self.store.load(conversation, most=0)).session
            if left is not None:
                self.handed.note(left)
            self.wake(conversation)
            self.delivery.wake(conversation)
        self.timers.start()
        self.places.start()
        self.sweep.start()

    def _is_idle(self, found: Found) -> bool:
        """Tell whether nobody is at something that was found to be done, and that can be done here."""
        kind, conversation = found
        if self._elsewhere is not None:
            return False
        if kind == "unsent":
            return self.delivery.is_idle(conversation)
        return conversation not in (self._draining if kind == "waiting" else self.calls)

    async def _take_up(self, leftovers: set[Found]) -> None:
        """Take up what a wake-up that was lost has left, or another process has put into the store."""
        for kind, conversation in leftovers:
            if kind == "waiting":
                self.wake(conversation)
            elif kind == "unsent":
                self.delivery.wake(conversation)
        if any(kind == "calling" for kind, _ in leftovers):
            await self.calls.resume()

    def _note(self, error: StoreError, conversation: str = "") -> None:
        self.health.note(error, self.clock.now(), conversation)
        self.meter.store_failures += not isinstance(error, FenceError)

    def _doubt(self, conversation: str, error: StoreError) -> None:
        if not isinstance(error, FenceError):  # that one says that nothing was stored
            self.delivery.doubt(conversation)

    async def stop(self, within: float = 10.0, writes: float = 0.0) -> None:
        """Drain: no new turn, running ones and their calls end within so many seconds; the rest stays stored.

        A write that has begun is given so many more, since nobody would know whether it was done.
        """
        self._closing = True
        held = self.bursts.close()
        if self._carrier is not None:
            for conversation in held:  # another worker sees to them
                self._carrier.wake(conversation)
        await self.timers.stop()
        await self.places.stop()
        await self.briefing.stop()
        await self.sweep.stop()
        await self.leftovers.stop()
        await self.forgetting.stop()
        running = [*self._draining.values(), *self.turning.reads, *self.calls.tasks()]
        if running:
            _, late = await asyncio.wait(running, timeout=within)
            await self.calls.cut_off(late, writes)
        await self.calls.stop()
        await self.presence.close()
        await self._streams.close()
        await self.delivery.close(within)

    async def forget(self) -> None:
        """Let go of what is remembered of any conversation, since something was erased: it is read again."""
        self.sessions.known.clear()
        self.presence.forget()
        for kept in (self._failed, self.turning.rated):
            for conversation in kept.keys() - self._draining.keys():
                del kept[conversation]
        for connector in self.connectors.values():
            await let_forget(connector)
        if self.models is not None and isinstance(self.models.gateway, Forgetful):
            await self.models.gateway.forget()

    # Coming in

    async def accept(self, incoming: Incoming) -> Accepted:
        """Store a delivery durably and see that its turn comes; a known one is dropped.

        Where the turn waits for nothing it is stored in the same transaction.
        """
        return await self._take(incoming, None)

    async def take(self, incoming: Incoming) -> Accepted:
        """Do what `accept` does, but let the turn wait a moment for the reads that it asks for.

        A delivery that comes meanwhile for the same conversation is stored before this one.
        """
        return await self._take(incoming, {})

    async def _take(self, incoming: Incoming, early: dict[str, Early] | None) -> Accepted:
        if isinstance(incoming.event, Message) and incoming.event.files:
            incoming = await self._attach(incoming)
        if (conversation := incoming.conversation) in self.delivery.behind or conversation in self._rushes.under_way:
            await self._rushes.give_way(conversation)
        if self._elsewhere is None:
            self.meter.came.setdefault(conversation, time.perf_counter())
        incoming = self.bursts.fit(incoming)
        commit = None
        if early is not None or not self.bursts.waits(incoming.event):
            arrived = Arrived(0, incoming.event, incoming.customer)
            commit = await self._foresee(conversation, arrived, early)
        try:
            if commit is not None:
                return self._took(await self.store.take(incoming, commit, self.clock.now()), commit, early or {})
            accepted = await self.store.accept(incoming, self.clock.now())
        except StoreError as error:  # the platform has no OK, and will deliver it again
            self._note(error)
            self._doubt(conversation, error)
            raise
        if early is None and self._carrier is None:
            self.bursts.note(incoming.event, accepted)
        self._wake_for(accepted, ends=self._carrier is not None and self.bursts.ends(incoming.event))
        return accepted

    async def _attach(self, incoming: Incoming) -> Incoming:
        """Give a delivery with the files that are its conversation's."""
        try:
            return await attach(self.files, incoming)
        except StoreError as error:  # the platform has no OK, and will deliver it again
            self._note(error)
            raise

    async def _foresee(self, conversation: str, arrived: Arrived, early: dict[str, Early] | None) -> Commit | None:
        """Make the turn of an event before it is stored; None if it has to wait, or is better left to `_drain`.

        What is made counts only if the store finds the conversation as it was when this began: what is stored
        meanwhile comes first. Without `early` nothing is waited for, so that nothing comes meanwhile.
        """
        if self._closing or not self._direct or conversation in self._draining:
            return None
        try:
            session, fence = self.sessions.known.get(conversation) or await self.sessions.load(conversation)
            moved_on = session is not None and session.version != self.book.current.version
            if fence < 0 or (moved_on and session is not None and self.book.keeps_older(session)):
                return None
            turns = await self.turning.make(conversation, session, arrived, early)
        except Exception:  # noqa: BLE001 - it is stored, tried again and told in the log by `_drain`
            return None
        return commit_of(fence, turns, 0, serves=self.delivery.serves(turns[-1].session.channel))

    def _took(
        self, outcome: tuple[Accepted, Committed | None], commit: Commit, early: Mapping[str, Early]
    ) -> Accepted:
        accepted, committed = outcome
        if committed is not None:
            self.sessions.keep(commit.session, committed.fence)
            self.handed.note(commit.session)
            self._after(commit, committed, early)
        else:
            self.sessions.known.pop(commit.conversation, None)
            self._wake_for(accepted)
        return accepted

    async def history(self, conversation: str, after: int = 0, most: int = 100) -> Sequence[Entry]:
        """Give what was said in a conversation after a turn, in order, at most so many entries, the last."""
        return await read_history(self.store, self.connectors, conversation, after, most)

    async def turn(self, conversation: str, turn: int) -> Sequence[Entry]:
        """Give what was said in one turn of a conversation."""
        return await read_turn(self.store, self.connectors, conversation, turn)

    async def asked(self, conversation: str) -> str:
        """Give the question that the bot waits to have answered."""
        session = (await self.store.load(conversation, most=0)).session
        if session is None or session.owner != "bot" or session.question is None:
            return ""
        over = session.ended or is_idle(session, self.book.current.settings.idle, self.clock.now())
        return "" if over else session.question.id

    async def put(self, conversation: str, key: str, event: Event) -> Accepted:
        """Store an event of our own, once per key, and see that its turn comes."""
        accepted = await self.store.accept_event(conversation, key, event, self.clock.now())
        self._wake_for(accepted)
        return accepted

    def _wake_for(self, accepted: Accepted, *, ends: bool = False) -> None:
        """Wake a conversation for a new row, and for one that `ends` a burst, whoever waits for its end.

        One that waits behind rows of a failed turn is woken as well.
        """
        new = not accepted.duplicate and accepted.conversation not in self._draining
        if accepted.duplicate:
            self.meter.came.pop(accepted.conversation, None)
        if accepted.wake or (new and (ends or self._elsewhere is None)):
            self.wake(accepted.conversation)

    def wake(self, conversation: str) -> None:
        """Look at a conversation: there may be something to do."""
        if self._elsewhere is not None:
            self._elsewhere(conversation)
            return
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
        elif conversation not in self.calls and conversation in self._settled:
            self._settled[conversation].set()

    async def look_at(self, conversation: str) -> None:
        """Do what `wake` does, and wait until the turns are made; not for the calls that they ask for."""
        self.wake(conversation)
        while (task := self._draining.get(conversation)) is not None:
            await asyncio.wait({task})

    async def settle(self, conversation: str) -> None:
        """Wait until nothing of a conversation is under way any more."""
        while conversation in self._draining or conversation in self.calls:
            event = self._settled.setdefault(conversation, asyncio.Event())
            event.clear()
            await event.wait()
        self._settled.pop(conversation, None)

    # Turns

    async def _drain(self, conversation: str) -> None:
        while not self._closing:
            try:
                await self.bursts.wait(conversation)
                if not await self._turn(conversation):
                    return
            except FenceError:
                continue  # somebody else moved it on: look again
            except StoreError as error:
                self._note(error, conversation)
                self._doubt(conversation, error)
                await self.clock.sleep(RETRY_AFTER)
            except Exception as error:  # noqa: BLE001 - what waits stays stored, and is tried again
                tries = self._failed.get(conversation, (0, ""))[0] + 1
                self._failed[conversation] = tries, f"{type(error).__name__}: {error}"[:MOST_REASON]
                _log.error("a turn failed", exc_info=error, extra={"conversation": conversation, "tries": tries})
                await self.clock.sleep(min(FIRST_PAUSE * 2 ** (tries - 1), LONGEST_PAUSE))

    async def _turn(self, conversation: str) -> bool:
        """Take what waits in a conversation's inbox; False when nothing did.

        After a failure events are taken one by one, so that the one of which no turn can be made comes to be the
        first; that one is set aside after `TRIES`, and the others have their turns.
        """
        self.sessions.known.pop(conversation, None)
        tries, reason = self._failed.get(conversation, (0, ""))
        loaded = await self.store.load(conversation, most=1 if tries else MOST_LOADED)
        if self._closing or not loaded.waiting or self.bursts.holds_up(conversation, loaded, self.wake):
            return False
        rows = self.bursts.first(loaded.waiting)
        if rows[0].at:
            self.meter.came[conversation] = time.perf_counter() - max(0.0, loaded.now - rows[0].at)
        session, turns, early = loaded.session, list[Turn](), dict[str, Early]()
        failed: tuple[Failed, ...] = ()
        began = time.perf_counter()
        for arrived in self.bursts.gather(rows):
            if time.perf_counter() - began > LONGEST_HOLD:
                await asyncio.sleep(0)
                began = time.perf_counter()
            if tries >= TRIES:
                turns.append(await self.turning.set_aside(conversation, session, arrived))
                failed = (failure_of(turns[-1], arrived, reason),)
            else:
                turns += await self.turning.make(conversation, session, arrived, early)
            session = turns[-1].session
        assert session is not None  # noqa: S101 - at least one turn was made
        serves = self.delivery.serves(session.channel)
        commit = commit_of(loaded.fence, turns, len(rows), serves=serves, failed=failed)
        committed = await self.store.commit(commit)
        self._failed.pop(conversation, None)
        self.turning.rated.pop(conversation, None)
        self.handed.note(session)
        self._after(commit, committed, early)
        if self.turning.hooked:
            for turn in turns:
                await self.registry.after_turn(turn, self.turning.caller(turn.session))
        return committed.more

    def _after(self, commit: Commit, committed: Committed, early: Mapping[str, Early]) -> None:
        """Do what stored turns ask for."""
        conversation, turns = commit.conversation, commit.turns
        self.turns_taken += len(turns)
        self.meter.note(commit)
        self.calls.end_stale(commit.session)
        if self.briefing.briefs:
            self.briefing.note(turns)
        if commit.replies:
            self.delivery.hand_over(conversation, commit.replies, committed)
        for call in commit.calls:
            if self._carrier is not None and call.id not in early:
                self._carrier.hand_out(conversation, call)
            else:
                self.calls.begin(conversation, call, commit.session, early=early.get(call.id))
        if commit.timers:
            self.timers.changed.set()
        for listener in tuple(self.listeners.known.get(conversation, ())):
            for turn in turns:
                listener(turn)

    # Calls

    async def begin_call(self, conversation: str, call: Call) -> None:
        """Begin a call that another process handed out, unless this one is ending or the call is under way here."""
        if not self._closing:
            await self.calls.begin_handed_out(conversation, call)

    async def _take_result(self, conversation: str, result: Result) -> None:
        """Store the result of a call, with the turn that it makes where that waits for nothing."""
        begun: dict[str, Early] = {}
        commit = await self._foresee(conversation, Arrived(0, result), begun)
        store, surely = self.store, self.calls.surely
        if commit is None:
            self._wake_for(await surely(lambda: store.finish_call(conversation, result, self.clock.now())))
        else:
            self._took(await surely(lambda: self._store_result(result, commit)), commit, begun)

    async def _store_result(self, result: Result, commit: Commit) -> tuple[Accepted, Committed | None]:
        try:
            return await self.store.take_result(commit.conversation, result, commit, self.clock.now())
        except StoreError as error:
            self._doubt(commit.conversation, error)
            raise

    def _calls_ended(self, conversation: str) -> None:
        if conversation not in self._draining and conversation in self._settled:
            self._settled[conversation].set()

    async def fire_timers(self) -> int:
        """Fire what is due now and give how many conversations it woke; for clocks that tests move."""
        return await self.timers.fire()

    async def own(self, conversation: str, event: Owned, key: str) -> Accepted:
        """Note that a conversation changed hands."""
        return await self.put(conversation, key, event)
