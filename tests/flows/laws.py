"""The laws of the core, each checked by bookkeeping of its own over the turns of one conversation."""

from collections import Counter
from typing import NamedTuple

from botkit import dialogue
from botkit.dialogue import new_session
from botkit.model.codec import decode_event, decode_session, encode_event, encode_record, encode_session
from botkit.model.definitions import Ask, Confirm, Do, Rate, Run, Set, Wait
from botkit.model.events import Event, Outside, Owned, Press, Said, Timer
from botkit.model.flowset import FlowSet
from botkit.model.replies import Call, DropTimers, HandOff, Leave, SetTimer
from botkit.model.session import Session
from botkit.model.turn import Record, Turn, Visit

MOST_REPLIES = 50
MOST_FRAMES = 110
MOST_VISITS = 1300
MOST_BYTES = 65_536
WHILE_OWNED = frozenset({"on_handoff", "on_no_agent", "on_agent_left", "on_cancel"})
FILLING = frozenset({"filled", "filled from the message", "kept", "carried over"})


class BrokenLawError(AssertionError):
    """A law does not hold; the message names it first."""


def hold(law: str, holds: object, detail: object = "") -> None:
    """Raise BrokenLawError unless a law holds."""
    if not holds:
        raise BrokenLawError(f"{law}: {detail}")


class Entry(NamedTuple):
    """One line of the book of writes: a yes, a change of a slot, or a write."""

    what: str
    flow: str
    name: str


class Watch:
    """One conversation under the laws. `step` takes an event and gives the turn; `replay` takes all again."""

    def __init__(self, flows: FlowSet) -> None:
        self.flows = flows
        self.unbroken = self.stored = new_session(flows, "web:1")
        self.events: list[tuple[bytes, float]] = []
        self.states: list[bytes] = []
        self.timers: set[str] = set()
        self.book: list[Entry] = []
        self.used: set[tuple[str, str, int]] = set()
        self.seen: Counter[str] = Counter()

    def step(self, event: Event, now: float) -> Turn:
        """Take an event under all laws."""
        before = self.unbroken
        try:
            turn = dialogue.advance(self.flows, before, event, now)
            again = dialogue.advance(self.flows, before, event, now)
            reloaded = dialogue.advance(self.flows, self.stored, event, now)
        except Exception as error:
            raise BrokenLawError(f"never raises: {error!r}") from error
        data = encode_session(turn.session)
        hold("the same turn twice", _written(turn) == _written(again))
        hold("a stored session goes on as an unbroken one", _written(turn) == _written(reloaded), event)
        self.unbroken, self.stored = turn.session, decode_session(data)
        self.events.append((encode_event(event), now))
        self.states.append(data)
        _check_rest(turn.session)
        _check_bounds(turn, data)
        self._check_timers(turn)
        _check_press(before, turn, now, self.flows)
        _check_silence(before, turn)
        self._check_writes(before, turn)
        for visit in turn.visits:
            step = self.flows.flows[visit.flow].steps.get(visit.step)
            self.seen[visit.flow] += 1
            if visit.note.startswith("stale"):
                self.seen["stale"] += 1
                hold("no write goes stale", not any(pending.write for pending in before.pending), visit)
            if step is not None:
                self.seen[str(type(step.body).__struct_config__.tag)] += 1
        return turn

    def replay(self) -> None:
        """Take the whole transcript again."""
        session = new_session(self.flows, "web:1")
        for (event, now), state in zip(self.events, self.states, strict=True):
            session = dialogue.advance(self.flows, session, decode_event(event), now).session
            hold("a transcript replays to the same states", encode_session(session) == state)

    def _check_timers(self, turn: Turn) -> None:
        """Every timer that is set belongs to something that still waits for it."""
        for effect in turn.effects:
            match effect:
                case DropTimers(question):
                    self.timers.discard(question)
                case SetTimer(question=question):
                    self.timers.add(question)
                case _:
                    pass
        waiting = {frame.asked for frame in turn.session.stack if frame.asked}
        handed = turn.session.handed
        waiting |= {handed.packet.id} if handed is not None else set()
        hold("no timer outlives its question", self.timers <= waiting, self.timers - waiting)

    def _check_writes(self, before: Session, turn: Turn) -> None:
        """A write has a yes after the last change of what it reads, and no yes serves a step twice."""
        calls = {(call.flow, call.step): call for call in turn.effects if isinstance(call, Call)}
        if isinstance(turn.event, Outside):
            for frame in before.stack:
                step = self.flows.flows[frame.flow].steps.get(frame.step)
                if step is not None and isinstance(step.body, Wait) and step.body.save:
                    self.book.append(Entry("change", frame.flow, step.body.save))
        for visit in turn.visits:
            self.book.extend(_entries(self.flows, visit))
            call = calls.get((visit.flow, visit.step))
            if call is not None and visit.note == "called":
                self._check_write(call)

    def _check_write(self, call: Call) -> None:
        body = self.flows.flows[call.flow].steps[call.step].body
        if not isinstance(body, Do) or not body.write or body.by_flow:
            return
        for at in range(len(self.book) - 1, -1, -1):
            entry = self.book[at]
            if entry.what == "yes" and entry.flow in {call.flow, "on_confirm"}:
                key = (call.flow, call.step, at)
                hold("no write twice for one yes", key not in self.used, call)
                self.used.add(key)
                return
            mine = entry.name in self.flows.slots or entry.flow == call.flow
            changed = entry.what == "change" and mine and entry.name in body.reads
            hold("no write without a yes after the last change", not changed, (call, entry))
        raise BrokenLawError(f"no write without a yes: {call}")


def _written(turn: Turn) -> tuple[bytes, bytes]:
    return encode_record(Record.of(turn)), encode_session(turn.session)


def _check_rest(session: Session) -> None:
    rests = not session.stack or session.question is not None or session.pending or session.owner != "bot"
    hold("a turn ends where the bot waits", rests, session.stack)
    if session.question is not None:
        hold("the open question is the top flow's", session.question.run == session.stack[-1].run)
        hold("the open question is the top flow's", session.question.id == session.stack[-1].asked)
        hold("the open question is the top flow's", session.question.step == session.stack[-1].step)
    hold("nothing waits behind nothing", session.pending or not session.waiting)
    if session.owner != "bot":
        hold("no flow is open while a person has it", not session.stack and session.question is None)


def _check_bounds(turn: Turn, data: bytes) -> None:
    hold("replies are bounded", len(turn.replies) <= MOST_REPLIES)
    hold("the stack is bounded", len(turn.session.stack) <= MOST_FRAMES)
    hold("interruptions are bounded", sum(f.entered == "interrupt" for f in turn.session.stack) <= 5)
    hold("steps are bounded", len(turn.visits) <= MOST_VISITS)
    hold("a session is bounded", len(data) < MOST_BYTES, len(data))


def _check_press(before: Session, turn: Turn, now: float, flows: FlowSet) -> None:
    """A press on a closed question changes nothing."""
    press = turn.event
    if not isinstance(press, Press) or press.run or not press.question or before.owner != "bot" or before.pending:
        return
    fresh = not before.started or before.ended or now - before.touched > flows.settings.idle
    question = before.question
    if fresh or (question is not None and question.id == press.question):
        return
    state = [(f.flow, f.run, f.step, f.slots, f.asked) for f in before.stack]
    after = [(f.flow, f.run, f.step, f.slots, f.asked) for f in turn.session.stack]
    acted = any(isinstance(effect, Call | HandOff | Leave) for effect in turn.effects)
    law = "a closed button changes nothing"
    hold(law, turn.session.slots == before.slots and not acted and after == state, (press, state, after))


def _check_silence(before: Session, turn: Turn) -> None:
    """While a queue or a person has the conversation, only a few repair flows speak."""
    if before.owner == "bot" or turn.session.owner == "bot":
        return
    spoke = {visit.flow for visit in turn.visits} - WHILE_OWNED
    hold("the bot is silent while a person has it", not spoke, spoke)
    told = isinstance(turn.event, Owned | Timer)  # of the place in the queue, or that somebody else takes over
    spoken = [reply for reply in turn.replies if not reply.agent]
    hold("the bot is silent while a person has it", turn.visits or told or not spoken, (turn.event, spoken))
    said = isinstance(turn.event, Said) and before.owner == "human" and turn.event.agent == before.agent
    hold("nobody speaks but who has it", said or len(spoken) == len(turn.replies))


def _entries(flows: FlowSet, visit: Visit) -> list[Entry]:
    step = flows.flows[visit.flow].steps.get(visit.step)
    corrected = visit.note.removeprefix("corrected: ")
    if corrected != visit.note:
        return [Entry("change", visit.flow, corrected)]
    match step.body if step is not None else None:
        case Confirm() if visit.note == "yes":
            return [Entry("yes", visit.flow, visit.step)]
        case Ask(slot=slot) if visit.note in FILLING:
            return [Entry("change", visit.flow, slot.name)]
        case Set(values=values):
            return [Entry("change", visit.flow, name) for name in values]
        case Do(save=save) if save and visit.note == "done":
            return [Entry("change", visit.flow, save)]
        case Run(save=save) | Rate(save=save) if save:
            return [Entry("change", visit.flow, save)]
        case _:
            return []
