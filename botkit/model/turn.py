"""What `advance` gives: the next session, what to say, what to do, and why; and what is kept of it."""

from typing import Literal

import msgspec

from botkit.model.events import Event
from botkit.model.replies import Effect, Reply
from botkit.model.session import Session

Route = Literal["owner", "safety", "control", "slot", "intent", "answer", "knowledge", "llm", "no_match"]
EventOutcome = Literal[
    "woken", "started", "kept", "owned", "opted_out", "refused", "too_many", "ignored", "done", "taken", "unclaimed"
]


class Candidate(msgspec.Struct, frozen=True, array_like=True):
    """One way in which the message could have been taken; `why` is for people.

    Of an event from outside, and of what a person does, there is one, with the route `event`: its `name` is an
    EventOutcome.
    """

    route: Route | Literal["event"]
    name: str
    score: float
    why: str = ""
    taken: bool = False


class Visit(msgspec.Struct, frozen=True, array_like=True):
    """A step that was executed in this turn and what came of it."""

    flow: str
    step: str
    note: str = ""


class Turn(msgspec.Struct, frozen=True, array_like=True):
    """One advance of a session. `route` is empty for events that nobody had to route (timers, results)."""

    conversation: str
    seq: int
    event: Event
    session: Session
    route: Route | Literal[""] = ""
    candidates: tuple[Candidate, ...] = ()
    replies: tuple[Reply, ...] = ()
    effects: tuple[Effect, ...] = ()
    visits: tuple[Visit, ...] = ()
    now: float = 0.0
    secrets: tuple[str, ...] = ()  # texts in it that nobody is shown


class Record(msgspec.Struct, frozen=True, array_like=True):
    """A turn as it is kept: all of it but the session, which a replay of the events gives again.

    `version` is that of the flows that decided it, `number` the session's in its conversation.
    """

    conversation: str
    seq: int
    event: Event
    version: str = ""
    number: int = 1
    route: Route | Literal[""] = ""
    candidates: tuple[Candidate, ...] = ()
    replies: tuple[Reply, ...] = ()
    effects: tuple[Effect, ...] = ()
    visits: tuple[Visit, ...] = ()
    now: float = 0.0
    secrets: tuple[str, ...] = ()

    @classmethod
    def of(cls, turn: Turn, *, placed: bool = False) -> "Record":
        """Give what is kept of a turn; of one that is `placed` without what its place says: conversation and seq."""
        session = turn.session
        return cls(
            conversation="" if placed else turn.conversation,
            seq=0 if placed else turn.seq,
            event=turn.event,
            version=session.version,
            number=session.number,
            route=turn.route,
            candidates=turn.candidates,
            replies=turn.replies,
            effects=turn.effects,
            visits=turn.visits,
            now=turn.now,
            secrets=turn.secrets,
        )
