"""Turns: an event, what plugins and classifiers make of it, and what the core makes of that."""

import asyncio
from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from botkit.dialogue import advance, new_session, set_aside, wants_passages
from botkit.model.events import Failure, FromCustomer, Message, Opened, Press, Result
from botkit.model.flowset import FlowSet
from botkit.model.locales import locale_for
from botkit.model.replies import MODEL, SEARCH, Call, Reply
from botkit.model.session import Session
from botkit.model.turn import Candidate, Turn
from botkit.model.values import from_json, to_json
from botkit.ports.clocks import Clock
from botkit.ports.stored import Arrived
from botkit.registry.contexts import Caller
from botkit.registry.registry import Registry
from botkit.runtime.books import FlowBook
from botkit.runtime.limiting import Limiting
from botkit.runtime.models import Models, caller_for
from botkit.runtime.packets import mask_packet
from botkit.runtime.passages import Passages
from botkit.runtime.recognition import Recogniser

SOON = 0.02  # seconds for which a turn waits for a read, so that both are stored together
MOST_TOGETHER = 10  # reads that a turn waits for

Early = asyncio.Task[Result]
_FROM_CUSTOMER = (Message, Press, Opened)  # made once: a union in `isinstance` is made and asked anew each time
_SAYING = (Message, Press)


class Turning:
    """Makes the turns of one bot; it stores nothing. `senses`: messages may get vectors, which is awaited."""

    def __init__(
        self,
        book: FlowBook,
        registry: Registry,
        recognisers: Callable[[FlowSet], Recogniser],
        clock: Clock,
        chosen_locale: str = "",
        limiting: Limiting | None = None,
        *,
        senses: bool = False,
        passages: Passages | None = None,
        models: Models | None = None,
    ) -> None:
        self.reads: set[Early] = set()  # under way, begun before their call was stored
        self.hooked = any(plugin.before or plugin.after for plugin in registry.plugins)
        self._hears = any(plugin.hearing for plugin in registry.plugins)
        self._speaks = any(plugin.speaking for plugin in registry.plugins)
        self.recognisers = recognisers
        self._book = book
        self._registry = registry
        self._clock = clock
        self._chosen_locale = chosen_locale
        self._limiting = limiting
        self._senses = senses
        self._passages = passages
        self._models = models
        self.rated = limiting.rated if limiting is not None else {}
        self._guarded = {
            d: any(g.direction == d for p in registry.plugins for g in p.guards) for d in ("input", "output")
        }

    @property
    def direct(self) -> bool:
        """Whether no plugin and no embedder sees every turn, so that one can be made before its event is stored."""
        waits = self._senses or any(part is not None and part.waits for part in (self._limiting, self._passages))
        senses = self._hears or self._speaks
        return not (self.hooked or senses or self._guarded["input"] or self._guarded["output"] or waits)

    def caller(self, session: Session) -> Caller:
        """Give for whom plugins are asked something."""
        return caller_for(session, self._book.current)

    async def make(
        self, conversation: str, session: Session | None, arrived: Arrived, early: dict[str, Early] | None
    ) -> list[Turn]:
        """Make the turn of an event, and those of the reads that it asks for as far as they end soon.

        Nothing is stored before they ended: a read does no harm if it is done again. One that takes longer goes on
        (it is in `early` then), and its call is stored with the turn. Without `early` none but inline ones are made.
        """
        turns = [await self._advance(conversation, session, arrived)]
        while len(turns) <= MOST_TOGETHER and (call := _only_read(turns[-1])) is not None:
            result = await self._read_soon(call, turns[-1].session, early)
            if result is None:
                break
            turns.append(await self._advance(conversation, turns[-1].session, Arrived(0, result)))
        return turns

    async def perform(self, call: Call, session: Session) -> Result:
        """Call an action, or search for passages, and give the Result, whatever happens."""
        if call.action == MODEL:
            if self._models is None:
                return Result(call.id, failure=Failure("not_configured", "this bot has no language model"))
            flows = await self._book.flows_for(session, session.conversation)
            return await self._models.perform(flows, call, session)
        if call.action != SEARCH:
            return await self._registry.perform(call, self.caller(session))
        if self._passages is None:
            return Result(call.id, failure=Failure("not_configured", "this bot has no articles"))
        flows = await self._book.flows_for(session, session.conversation)
        return await self._passages.perform(flows, call)

    async def set_aside(self, conversation: str, session: Session | None, arrived: Arrived) -> Turn:
        """Make the turn of an event of which no turn can be made: no plugin and no classifier sees it."""
        flows = await self._book.flows_for(session, conversation)
        session = session or new_session(flows, conversation, locale=self._chosen_locale)
        return set_aside(flows, session, arrived.event, self._clock.now())

    async def _read_soon(self, call: Call, session: Session, early: dict[str, Early] | None) -> Result | None:
        if call.action == SEARCH and (self._passages is None or not self._passages.waits):
            return await self.perform(call, session)
        result = self._registry.perform_inline(call, self.caller(session))
        if (
            result is not None or early is None or call.action == MODEL
        ):  # it costs money, and shows: once, when stored
            return result
        task = asyncio.create_task(self.perform(call, session), name=f"read {call.id}")
        self.reads.add(task)
        task.add_done_callback(self.reads.discard)
        await asyncio.wait({task}, timeout=SOON)
        if task.done():
            return task.result()
        early[call.id] = task
        return None

    async def _advance(self, conversation: str, session: Session | None, arrived: Arrived) -> Turn:
        event, now, book = arrived.event, self._clock.now(), self._book
        if book.canary is None and (session is None or session.version == book.current.version):
            flows = book.current
        else:
            by_customer = isinstance(event, _FROM_CUSTOMER)
            flows = await book.flows_for(session, conversation, now if by_customer else 0.0)
        if session is None:
            session = new_session(flows, conversation, locale=self._chosen_locale)
        if isinstance(event, _FROM_CUSTOMER):
            if arrived.customer and arrived.customer != session.customer.get("platform"):
                # What a platform says of its user identifies no customer: it stays apart from what actions found out.
                event = _knowing(event, {"platform": to_json(arrived.customer)})
            if self._limiting is not None:
                event = await self._limiting.check(event, session, arrived.seq)
            if self._hears and isinstance(event, Message) and not _is_blocked(event):
                event = await self._hear(session, event, arrived.seq)
            if (self.hooked or self._guarded["input"]) and not _is_blocked(event):
                event = await self._prepare(session, event)
        if isinstance(event, _SAYING):
            recogniser = self.recognisers(flows)
            if self._senses and session.owner == "bot":
                event = await recogniser.understand(event, session.locale)
            else:
                event = recogniser.recognise(event, session.locale)
        turn = advance(flows, session, event, now)
        if flows.catalogue.articles and isinstance(event, _SAYING) and wants_passages(turn):
            turn = await self._with_passages(flows, session, event, turn)
        if flows is not self._book.current and flows is not self._book.canary:
            turn = replace(turn, session=replace(turn.session, bound=bool(turn.session.stack)))
        if turn.session.owner == "queue" and turn.effects:
            turn = mask_packet(turn)
        if turn.replies and self._guarded["output"]:
            turn = await self._guard_replies(turn, flows)
        if self._limiting is not None and turn.replies:
            turn = self._limiting.clean(turn)
        return await self._speak(turn) if self._speaks and turn.replies else turn

    async def _with_passages(self, flows: FlowSet, session: Session, event: Message | Press, turn: Turn) -> Turn:
        """Make a turn again in the light of passages, if there are any; that of nobody's message is made in vain."""
        if self._passages is None:
            return turn
        known = await self._passages.add(flows, event, session.locale)
        return turn if known is event else advance(flows, session, known, turn.now)

    async def _hear(self, session: Session, event: Message, seq: int) -> FromCustomer:
        """Let plugins hear a message; what it says then is limited as if it had been written."""
        caller = self.caller(replace(session, customer={**session.customer, **from_json(event.customer)}))
        heard, facts = await self._registry.hear(event, caller)
        known = _knowing(heard, facts)
        if heard.text == event.text or self._limiting is None:
            return known
        return await self._limiting.check(known, session, seq)

    async def _speak(self, turn: Turn) -> Turn:
        """Let plugins speak replies; what a session remembers of them is what was to be said."""
        caller = self.caller(turn.session)
        spoken = [await self._registry.speak(reply, caller) for reply in turn.replies]
        return replace(turn, replies=tuple(spoken))

    async def _prepare(self, session: Session, event: FromCustomer) -> FromCustomer:
        """Let plugins see an event before its turn: hooks may know the customer, guards may refuse the text."""
        caller = self.caller(replace(session, customer={**session.customer, **from_json(event.customer)}))
        if self.hooked:
            event = _knowing(event, await self._registry.before_turn(event, caller))
        said = event.text if isinstance(event, Message) else event.value if isinstance(event, Press) else ""
        if isinstance(event, Message | Press) and self._guarded["input"] and said:
            verdict = await self._registry.guard("input", said, caller)
            if verdict.refused:
                event = replace(event, evidence=replace(event.evidence, blocked=verdict.refused))
            elif verdict.text is not None:
                event = _reworded(event, verdict.text)
        return event

    async def _guard_replies(self, turn: Turn, flows: FlowSet) -> Turn:
        caller = self.caller(turn.session)
        replies: list[Reply] = []
        noted: list[Candidate] = []
        for reply in turn.replies:
            verdict = None
            if reply.text and not reply.agent:  # a person says what they say
                verdict = await self._registry.guard("output", reply.text, caller)
            if verdict is not None and verdict.refused:
                noted.append(Candidate("safety", "reply", 1.0, f"a guard refuses a reply: {verdict.refused}"))
                text = locale_for(reply.locale, flows.locales).repair["blocked"]
                replies.append(Reply(reply.id, text, locale=reply.locale, epoch=reply.epoch, owner=reply.owner))
            elif verdict is not None and verdict.text is not None:
                replies.append(replace(reply, text=verdict.text))
            else:
                replies.append(reply)
        return replace(turn, replies=tuple(replies), candidates=(*turn.candidates, *noted))


def _knowing(event: FromCustomer, facts: dict[str, Any]) -> FromCustomer:
    """Add facts about the customer to an event: they are kept with it, so that a replay knows them."""
    return replace(event, customer={**event.customer, **facts}) if facts else event


def _only_read(turn: Turn) -> Call | None:
    """Give the read that a turn waits for, if it waits for nothing else."""
    if not turn.effects or len(turn.session.pending) != 1 or turn.session.pending[0].write:
        return None
    pending = turn.session.pending[0].id
    return next((e for e in turn.effects if isinstance(e, Call) and e.effect == "read" and e.id == pending), None)


def _is_blocked(event: FromCustomer) -> bool:
    return not isinstance(event, Opened) and bool(event.evidence.blocked)


def _reworded(event: Message | Press, text: str) -> Message | Press:
    return replace(event, text=text) if isinstance(event, Message) else replace(event, value=text)
