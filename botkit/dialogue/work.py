"""The turn being made: the session opened up for change, what was said and decided so far."""

import zlib
from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from botkit.dialogue.prepared import Prepared, prepare
from botkit.dialogue.scopes import Scope
from botkit.errors import ExpressionError
from botkit.expressions import template
from botkit.model.definitions import Flow, SlotDef, Step, Text
from botkit.model.events import Event, Message, Press
from botkit.model.flowset import FlowSet
from botkit.model.identity import learned
from botkit.model.locales import Formats, locale_for, serving
from botkit.model.replies import Button, Card, DropTimers, Effect, Reply
from botkit.model.session import Frame, Pending, Question, Session
from botkit.model.turn import Candidate, EventOutcome, Route, Turn, Visit
from botkit.model.values import from_json

ENGLISH = Formats()
MOST_STEPS = 1000  # in one turn
MOST_REPLIES = 50
MOST_LINES = 20  # of the talk, kept for conversation.text
MOST_LINE = 1000  # characters of each
MOST_LAST = 8  # texts that `repeat` says again
MOST_REPEATED = 2000  # characters of each
MOST_INTERRUPTIONS = 5
MOST_WAITING = 100  # messages kept while an effect runs
MOST_TEXTS = 20_000  # of the flows, each in each locale, that are known with their templates


class Work:
    """One turn in the making. The core's functions change it; `finish` freezes it into a Turn.

    Frames stay immutable values in `stack`; `change` replaces the one on top.
    """

    __slots__ = (
        "again",
        "agent",
        "buttons",
        "candidates",
        "clarifies",
        "clarifying",
        "clock",
        "confided",
        "customer",
        "cut",
        "effects",
        "ended",
        "epoch",
        "event",
        "flows",
        "found",
        "greeted",
        "handed",
        "heard_now",
        "last",
        "lines",
        "locale",
        "locale_by",
        "mentioned",
        "message",
        "misses",
        "now",
        "number",
        "owner",
        "pending",
        "prepared",
        "pressed",
        "question",
        "refused",
        "refused_before",
        "replies",
        "restarted",
        "route",
        "routed",
        "runs",
        "said",
        "secret_asked",
        "seq",
        "session",
        "settled",
        "slots",
        "spoken",
        "stack",
        "stale",
        "started",
        "steps",
        "team",
        "tried",
        "visits",
        "waiting",
    )

    def __init__(self, flows: FlowSet, session: Session, event: Event, now: float) -> None:  # noqa: PLR0915 - one a line
        self.flows: FlowSet = flows
        self.prepared: Prepared = prepare(flows)
        self.session: Session = session
        self.event = event
        self.now = now
        self.seq = session.seq + 1
        self.number = session.number
        self.clock = session.clock
        self.runs = session.runs
        self.locale: str = session.locale or flows.settings.locales[0]
        self.locale_by = session.locale_by
        self.owner = session.owner
        self.team = session.team
        self.agent = session.agent
        self.epoch = session.epoch
        self.handed = session.handed
        self.stack: list[Frame] = list(session.stack)
        self.slots: dict[str, Any] = dict(session.slots)
        self.customer: dict[str, Any] = session.customer
        self.question: Question | None = session.question
        self.buttons: tuple[Button, ...] = session.buttons
        self.pending: tuple[Pending, ...] = session.pending
        self.waiting: tuple[Event, ...] = session.waiting
        self.misses = session.misses
        self.last = session.last
        self.lines = session.lines
        self.message: Message = Message(text=session.message)
        self.pressed = False  # the message was made of a press
        self.started = session.started
        self.clarifying = session.clarifying  # the last turn asked which flow is meant
        self.clarifies = False  # this one does
        self.ended = session.ended
        self.replies: list[Reply] = []
        self.effects: list[Effect] = []
        self.visits: list[Visit] = []
        self.candidates: list[Candidate] = []
        self.route: Route | str = ""
        self.steps = 0
        self.settled = False  # the bot waits: nothing more to execute in this turn
        self.spoken: list[str] = []
        self.routed = session.routed  # the message that the model is asked about
        self.again: Message | None = None  # a message that has its turn a second time
        self.tried = session.tried  # what it was asked of it: it is not asked that again
        self.found = session.found  # what it composes the answer of a step of
        self.refused = self.refused_before = session.refused  # why this message is, and the one before was
        self.greeted = False  # this message began the session, and on_start was run
        self.mentioned: dict[Any, Any] = {}  # what `naming` and `meanings` found in texts in this turn
        self.stale = ""  # the step whose call this message has made stale
        self.restarted = False  # the customer started over and nothing was said of it yet
        self.cut = None if self.prepared.secrets else MOST_LINE  # a line is cut when what is secret in it is hidden
        self.heard_now: Message | Press | None = None  # the customer's event that is being taken
        self.secret_asked = False  # a secret was asked for when it came
        self.confided: list[tuple[SlotDef, Any]] = []  # values of secret slots that passed in this turn
        self.said: list[Message | Press] = []  # what was said to give one

    # The stack

    @property
    def top(self) -> Frame:
        """The frame that is executed."""
        return self.stack[-1]

    def change(self, **fields: Any) -> Frame:
        """Replace fields of the top frame."""
        self.stack[-1] = frame = replace(self.stack[-1], **fields)
        return frame

    def flow_of(self, frame: Frame) -> Flow:
        """Give a frame's flow."""
        return self.flows.flows[frame.flow]

    def step_of(self, frame: Frame) -> Step | None:
        """Give the step that a frame stands at."""
        return self.flows.flows[frame.flow].steps.get(frame.step)

    def go(self, step: str) -> None:
        """Let the top frame go on at a step; "" ends its flow."""
        self.stack[-1] = replace(self.stack[-1], step=step, asked="")

    def next_run(self) -> int:
        """Number a new run of a flow."""
        self.runs += 1
        return self.runs

    def tick(self) -> int:
        """Count a change of a slot or a confirmation."""
        self.clock += 1
        return self.clock

    def top_is_talk(self) -> bool:
        """Tell whether a model talks with the customer: the top frame is at a step `agent`."""
        return bool(self.stack) and self.stack[-1].talk is not None

    # Slots

    def slot(self, name: str) -> Any:
        """Give a slot's value as the top frame sees it; none if it is unset."""
        if name in self.flows.slots:
            return self.slots.get(name)
        return self.stack[-1].slots.get(name) if self.stack else None

    def value_at(self, index: int, name: str) -> Any:
        """Give a slot's value as the frame at `index` sees it; none if it is unset."""
        return self.slots.get(name) if name in self.flows.slots else self.stack[index].slots.get(name)

    def fill(self, name: str, value: Any, index: int = -1) -> None:
        """Set a slot from the frame at `index`; a shared one counts as changed in every run on the stack."""
        clock = self.tick()
        if name in self.flows.slots:
            self.share(name, value)
            self.stack = [replace(frame, changed={**frame.changed, name: clock}) for frame in self.stack]
            return
        frame = self.stack[index]
        if self.prepared.secrets:
            self.confide(self.prepared.secrets.get((frame.flow, name)), value)
        self.stack[index] = replace(frame, slots={**frame.slots, name: value}, changed={**frame.changed, name: clock})

    def share(self, name: str, value: Any) -> None:
        """Set a shared slot; the flows that are interrupted remember what it was, if that is another value."""
        old = self.slots.get(name)
        self.slots[name] = value
        if self.prepared.secrets:
            self.confide(self.prepared.secrets.get(("", name)), value)
        if len(self.stack) < 2 or old == value:
            return
        above = [at for at, frame in enumerate(self.stack) if frame.entered == "interrupt"]
        for at in range(above[-1] if above else 0):
            frame = self.stack[at]
            if name not in frame.altered:
                self.stack[at] = replace(frame, altered={**frame.altered, name: old})

    def confide(self, slot: SlotDef | None, value: Any) -> None:
        """Note a value of a secret slot (of another: nothing), and what the customer says now, as secret."""
        if slot is None or not slot.secret or value is None:
            return
        self.confided.append((slot, value))
        if self.heard_now is not None and self.heard_now not in self.said:
            self.said.append(self.heard_now)

    def learn(self, facts: Mapping[str, Any]) -> None:
        """Note facts about the customer (`values.to_json` form)."""
        if facts:
            lasts = self.flows.settings.verified_for
            self.customer = learned(self.customer, from_json(facts), by="flow", now=self.now, lasts=lasts)

    # What templates see

    def scope(self, **own: Any) -> Scope:
        """Give the names that a template or a condition sees now; `own` come before all others."""
        return Scope(self, own)

    # Texts

    def formats(self) -> Formats:
        """Give how numbers and dates are written for the customer."""
        known = self.prepared.formats
        found = serving(self.locale, known)
        return found if found is not None else next(iter(known.values()), ENGLISH)

    def pick(self, text: Text, locale: str = "") -> str:
        """Give the source of a text for the customer's locale, or another: zh-TW, then zh, then the bot's first."""
        sources = text.sources
        found = serving(locale or self.locale, sources)
        if found is None:
            found = sources.get("", sources.get(self.flows.settings.locales[0]))
        return found if found is not None else next(iter(sources.values()), "")

    def text(self, text: Text, own: Mapping[str, Any] | None = None) -> str:
        """Render a text for the customer; it sees `own` names before all others."""
        texts, key = self.prepared.texts, (id(text), self.locale)
        known = texts.get(key)
        if known is None or known[0] is not text:
            if len(texts) >= MOST_TEXTS:
                texts.clear()
            known = texts[key] = text, template(self.pick(text))
        found = known[1]
        return found.source if found.static else found.render(Scope(self, own))

    def phrase(self, key: str, **values: Any) -> str:
        """Render one of the locale's own texts (`repair` in its file); one that fails is empty."""
        locale = locale_for(self.locale, self.flows.locales)
        found = template(locale.repair.get(key, ""))
        if found.static:
            return found.source
        try:
            return found.render(Scope(self, values))
        except ExpressionError:
            return ""

    def labelled(self, slot: SlotDef, value: Any) -> Any:
        """Give a slot's value as the customer knows it: an option by its label, other values as they are."""
        labels = {str(option.value): self.text(option.label) for option in slot.options}
        if isinstance(value, list):
            return self.formats().list_separator.join(labels.get(str(item), str(item)) for item in value)
        return labels.get(str(value), value)

    def choose(self, variants: tuple[Text, ...], step: str) -> Text:
        """Choose among alternatives: the same ones in the same turn, others in others."""
        if len(variants) == 1:
            return variants[0]
        seed = f"{self.session.conversation}:{self.seq}:{step}".encode()
        return variants[zlib.crc32(seed) % len(variants)]

    # What comes out

    def say(
        self,
        text: str,
        *,
        buttons: tuple[Button, ...] = (),
        image: str = "",
        file: str = "",
        cards: tuple[Card, ...] = (),
        question: str = "",
        agent: str = "",
        id: str = "",  # noqa: A002 - the Reply's name for it
    ) -> None:
        """Add a reply, of the bot or of a person; one without any content is not said. `id` is one that was shown."""
        if not (text.strip() or image or file or cards or buttons) or len(self.replies) >= MOST_REPLIES:
            return
        if not self.replies:
            self.buttons = ()
        self.replies.append(
            Reply(
                id=id or f"{self.session.conversation}/{self.seq}.{len(self.replies)}",
                text=text,
                buttons=buttons,
                image=image,
                file=file,
                cards=cards,
                locale=self.locale,
                question=question,
                epoch=self.epoch,
                agent=agent,
                owner="" if self.owner == "bot" else self.owner,
            )
        )
        if not agent:
            self.spoken.append(text)
        if not question:
            self.buttons = (*self.buttons, *buttons)
        self.lines = (*self.lines[1 - MOST_LINES :], ("agent" if agent else "bot", text[: self.cut]))

    def note_line(self, who: str, text: str) -> None:
        """Remember a line of the talk."""
        self.lines = (*self.lines[1 - MOST_LINES :], (who, text[: self.cut]))

    def effect_id(self) -> str:
        """Make the id of the next effect."""
        return f"{self.session.conversation}/{self.seq}.e{len(self.effects)}"

    def visit(self, step: str, note: str = "") -> None:
        """Record that a step of the top frame was executed."""
        self.visits.append(Visit(self.stack[-1].flow, step, note))

    def candidate(self, route: Route, name: str, score: float, why: str = "", *, taken: bool = False) -> None:
        """Record a way in which the message could be taken; the one that takes it replaces its earlier mention."""
        if taken and self.candidates:
            known = self.candidates
            self.candidates = [c for c in known if c.taken or c.name != name or c.route != route]
        self.candidates.append(Candidate(route, name, round(score, 3), why, taken))
        if taken:
            self.route = route

    def note_event(self, outcome: EventOutcome, why: str) -> None:
        """Record what came of an event from outside."""
        self.candidates.append(Candidate("event", outcome, 1.0, why, taken=True))

    def wait(self, question: Question | None) -> None:
        """Stop here: the bot waits for this question, or for nothing."""
        self.question = question
        self.settled = True

    def close_question(self) -> None:
        """The open question is answered or given up: its timers go."""
        if self.question is not None:
            if self.question.timed:
                self.effects.append(DropTimers(self.question.id))
            self.question = None

    def finish(self) -> Turn:
        """Freeze the turn."""
        asked = self.routed is not None and any(
            not pending.run for pending in self.pending
        )  # the model is, of a message
        session = Session(
            conversation=self.session.conversation,
            channel=self.session.channel,
            version=self.flows.version,
            seq=self.seq,
            number=self.number,
            clock=self.clock,
            runs=self.runs,
            locale=self.locale,
            locale_by=self.locale_by,
            owner=self.owner,
            team=self.team,
            agent=self.agent,
            epoch=self.epoch,
            stack=tuple(self.stack),
            slots=self.slots,
            customer=self.customer,
            question=self.question,
            buttons=self.buttons,
            pending=self.pending,
            waiting=self.waiting,
            misses=self.misses,
            last=tuple([text[:MOST_REPEATED] for text in self.spoken[-MOST_LAST:]]) if self.spoken else self.last,
            lines=self.lines,
            message=self.message.text,
            touched=self.now,
            started=self.started,
            clarifying=self.clarifies,
            ended=self.ended,
            handed=self.handed,
            refused=self.refused,
            routed=self.routed if asked else None,
            tried=self.tried if asked else (),
            found=self.found if self.pending else (),
        )
        return Turn(
            conversation=self.session.conversation,
            seq=self.seq,
            event=self.event,
            session=session,
            route=self.route,  # type: ignore[arg-type]
            candidates=tuple(self.candidates),
            replies=tuple(self.replies),
            effects=tuple(self.effects),
            visits=tuple(self.visits),
            now=self.now,
        )
