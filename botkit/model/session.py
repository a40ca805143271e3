"""The bot's state for a conversation: what a turn starts from and what it leaves."""

from typing import Any, Literal

import msgspec

from botkit.model.completions import ChatMessage
from botkit.model.events import Entity, Event, Message, Passage
from botkit.model.replies import Button, HandOff

Owner = Literal["bot", "queue", "human"]


class Heard(msgspec.Struct, frozen=True, array_like=True):
    """A text of the customer that may still fill slots; `used` are the spans that slots took from it.

    `entities` are the values that were found in it beforehand.
    """

    text: str
    used: tuple[tuple[int, int], ...] = ()
    entities: tuple[Entity, ...] = ()


class ToolUse(msgspec.Struct, frozen=True, array_like=True):
    """A call that a model wants. `id` and `name` are the model's, `action` and `args` ours.

    `effect` is the id of the Call once it is made, `agreed` says that the customer said yes to these very `args`, and
    `result` is what the model is told of it (JSON), none while that is open.
    """

    id: str
    name: str
    action: str = ""
    args: dict[str, Any] = {}
    write: bool = False
    effect: str = ""
    agreed: bool = False
    result: str | None = None


class Talk(msgspec.Struct, frozen=True, array_like=True):
    """What was said between a step `agent` and the model; `uses` are the calls of its last message until all ended.

    `asking` is the use that the customer is asked to confirm, `said` what they say meanwhile; `turns` counts their
    messages, `calls` and `seconds` what the last of them used, `tokens` what all of it did. `text` is what the model
    said last, `before` the lines of the conversation before it, (who, text).
    """

    step: str
    messages: tuple[ChatMessage, ...] = ()
    uses: tuple[ToolUse, ...] = ()
    asking: str = ""
    said: tuple[str, ...] = ()
    turns: int = 1
    calls: int = 0
    seconds: float = 0.0
    tokens: int = 0
    text: str = ""
    before: tuple[tuple[str, str], ...] = ()


class Frame(msgspec.Struct, frozen=True, array_like=True):
    """A run of a flow on the stack. `step` is where it stands: the waiting step, or the next to execute.

    `entered` says how it came there: `start` (intent, command, button), `run` (called by the frame below),
    `interrupt` (over another that resumes), `repair` (an on_* flow). `changed` counts, per slot, the clock of
    its last change in this run; `confirmed` the clock of the last yes per confirm step; `served` the clock of
    the yes that a write has used; `altered` the shared slots that a flow above it changed, with the value that each
    had before; `wrote` the slots that a done write has read; `passed` the steps executed in
    this run that fill or read a slot, each once, in the order of their last execution. `verified` tells that it has
    a condition and began when it was sure who the customer is.
    """

    flow: str
    run: int
    step: str = ""
    entered: Literal["start", "run", "interrupt", "repair"] = "start"
    slots: dict[str, Any] = {}
    changed: dict[str, int] = {}
    confirmed: dict[str, int] = {}
    served: dict[str, int] = {}
    wrote: dict[str, tuple[str, ...]] = {}
    passed: tuple[str, ...] = ()
    heard: tuple[Heard, ...] = ()
    misses: int = 0  # unusable replies to the question of the step `missed`
    missed: str = ""
    asked: str = ""  # the id of its open question, kept while another flow interrupts
    skips: tuple[str, ...] = ()  # done writes that a correction passes over
    error: dict[str, Any] | None = None
    chosen: tuple[Any, ...] = ()  # of its open question that takes several options, those pressed so far
    reruns: tuple[str, ...] = ()  # called flows that a correction runs again: what is shared stays filled there
    altered: dict[str, Any] = {}
    verified: bool = False
    talk: Talk | None = None  # of the step `agent` that it is at
    queued: bool = False  # it begins when the flow above it ends: both were wished for in one message


class Question(msgspec.Struct, frozen=True, array_like=True):
    """What the session waits for. `id` is carried by buttons and timers; `kind` is the step's.

    `buttons` are those shown with it, so that a typed label counts as a press.
    """

    id: str
    run: int
    step: str
    kind: Literal["ask", "offer", "confirm", "rate", "wait", "agent"]
    buttons: tuple[Button, ...] = ()
    options: tuple[tuple[Any, str], ...] = ()  # (value, label) as shown, for options computed at that time
    timed: bool = False  # it has timers
    changing: bool = False  # what was said last asks what is to be changed: a yes to that confirms nothing
    said: str = ""  # the reply that led to this, which may have the new value


class Pending(msgspec.Struct, frozen=True, array_like=True):
    """An effect whose result is awaited."""

    id: str
    run: int
    step: str
    action: str
    write: bool = False


class Handed(msgspec.Struct, frozen=True, array_like=True):
    """What people need of a conversation that waits for one of them, or that one has.

    `since` is when the customer began to wait, `told` how many they were told to be before them (-1: nothing was
    told), `unanswered` since when a message waits for the answer of who has it (0: none does).
    """

    packet: HandOff
    since: float
    told: int = -1
    unanswered: float = 0.0
    secrets: tuple[str, ...] = ()  # values of secret slots, which nobody is shown when they are said again


class Session(msgspec.Struct, frozen=True, array_like=True):
    """A session of a conversation. `seq` counts the events taken, `number` the sessions before it."""

    conversation: str
    channel: str = ""
    version: str = ""
    seq: int = 0
    number: int = 1
    clock: int = 0  # counts slot changes and confirmations
    runs: int = 0
    locale: str = ""
    locale_by: Literal["default", "platform", "text", "choice"] = "default"
    owner: Owner = "bot"
    team: str = ""
    agent: str = ""
    epoch: int = 0
    stack: tuple[Frame, ...] = ()
    slots: dict[str, Any] = {}
    customer: dict[str, Any] = {}
    question: Question | None = None
    buttons: tuple[Button, ...] = ()  # of the last reply, where it asked nothing
    pending: tuple[Pending, ...] = ()
    waiting: tuple[Event, ...] = ()  # came while an effect was running
    misses: int = 0  # in a row, for the ladder of on_no_match
    last: tuple[str, ...] = ()  # what the bot said last, for repeat
    lines: tuple[tuple[str, str], ...] = ()  # the last lines of the talk, (who, text), for conversation.text
    message: str = ""  # the customer's last text
    touched: float = 0.0  # seconds since the epoch
    started: bool = False  # on_start was run
    clarifying: bool = False  # the last turn asked which of several flows is meant
    ended: bool = False
    bound: bool = False  # it finishes what is open in its version, whatever is published
    handed: Handed | None = None  # while the owner is queue or human
    refused: str = ""  # why the customer's last message was refused, if it was
    routed: Message | None = None  # what the language model was asked about, while what it makes of it is awaited
    tried: tuple[str, ...] = ()  # what it was asked of that message: "route", "answer"
    found: tuple[Passage, ...] = ()  # what it composes the answer of a step of, while that is awaited


def is_idle(session: Session, idle: float, now: float) -> bool:
    """Tell whether nobody said anything for more than `idle` seconds; with 0 that never is."""
    return bool(idle) and now - session.touched > idle


def is_live(session: Session, idle: float, now: float) -> bool:
    """Tell whether a session is in the middle of something: its next turn may need the version that it has.

    One that nobody used for `idle` seconds begins anew with the next message, unless a flow of it waits for a time
    or an event.
    """
    if not session.stack or session.ended or session.owner != "bot":
        return False
    waits = session.question is not None and session.question.kind == "wait"
    return waits or not is_idle(session, idle, now)
