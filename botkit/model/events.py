"""What happens to a conversation: events in, with the evidence that the runtime added before the core saw them."""

from typing import Any, Final, Literal

import msgspec

from botkit.model.completions import Asked
from botkit.model.values import File

Purpose = Literal["silence", "end", "wait", "timeout", "patience", "agent"]
"""What a timer is set for: a question (`silence`, `end`), a wait, a customer in the queue, a person's answer."""


class Entity(msgspec.Struct, frozen=True, array_like=True):
    """A value found in a message: `text[start:end]` read as `value` for the slot `slot`."""

    slot: str
    value: Any
    start: int = 0
    end: int = 0


class Match(msgspec.Struct, frozen=True, array_like=True):
    """An intent or an answer that a message is near to; `score` is 0 to 1, `example` what it was near to."""

    name: str
    score: float
    example: str = ""


class Passage(msgspec.Struct, frozen=True, omit_defaults=True):
    """A part of a help article that fits a question."""

    text: str
    title: str = ""
    source: str = ""
    score: float = 0.0


ShownBy = Literal["", "script", "words", "letters", "characters", "word"]
"""By what a text shows its language: its script; frequent words; its letters; some characters of a script beside
about as many words of others; or one word alone. The last two may be borrowed (`BORROWED`)."""

BORROWED: Final = frozenset({"characters", "word"})


class Evidence(msgspec.Struct, frozen=True, array_like=True):
    """What the classifiers made of a message. It is stored with the event, so a replay needs none of them."""

    intents: tuple[Match, ...] = ()
    answers: tuple[Match, ...] = ()
    entities: tuple[Entity, ...] = ()
    passages: tuple[Passage, ...] = ()
    locale: str = ""  # the language that the text clearly shows, or nothing
    blocked: str = ""  # why a guard refuses the message, or nothing
    shown_by: ShownBy = ""  # by what it shows `locale`
    threshold: float = 0.0  # the score from which on the classifier holds a match for sure enough; 0: it says none
    wishes: tuple[Match, ...] = ()  # of a text whose parts surely mean several things: the intents, with the parts
    questions: tuple[Match, ...] = ()  # and the answers


NO_EVIDENCE = Evidence()


class Part(msgspec.Struct, frozen=True, array_like=True):
    """One of several messages that were taken as one: its text, the platform's id, and its files."""

    text: str = ""
    id: str = ""
    files: tuple[File, ...] = ()


class Message(msgspec.Struct, frozen=True, array_like=True, tag="message"):
    """A customer wrote something; `locale` is what the platform says of the user.

    `customer` are facts about the customer that the platform or a plugin knows (`values.to_json` form). A burst of
    messages that was taken as one has them as its `parts`, and their texts as lines of `text`. `translated` is
    what it says in the language of the people who read it, where a plugin gave that.
    """

    text: str = ""
    id: str = ""
    files: tuple[File, ...] = ()
    locale: str = ""
    evidence: Evidence = NO_EVIDENCE
    customer: dict[str, Any] = {}
    parts: tuple[Part, ...] = ()
    translated: str = ""


class Press(msgspec.Struct, frozen=True, array_like=True, tag="press"):
    """A customer pressed a button that the question `question` showed (empty: not of a question).

    Either `run` names a flow or `value` is what the button stands for, with the evidence for it.
    """

    value: str = ""
    label: str = ""
    question: str = ""
    run: str = ""
    id: str = ""
    locale: str = ""
    evidence: Evidence = NO_EVIDENCE
    customer: dict[str, Any] = {}


class Opened(msgspec.Struct, frozen=True, array_like=True, tag="opened"):
    """A customer opened the chat and wrote nothing yet: the bot may greet."""

    id: str = ""
    locale: str = ""
    customer: dict[str, Any] = {}


class Timer(msgspec.Struct, frozen=True, array_like=True, tag="timer"):
    """A timer is due. `question` is the question or wait that set it, `purpose` what it was set for."""

    question: str
    purpose: Purpose
    id: str = ""


class Outside(msgspec.Struct, frozen=True, array_like=True, tag="outside"):
    """Something happened outside the conversation: paid, shipped."""

    name: str
    data: dict[str, Any] = {}
    id: str = ""


class Failure(msgspec.Struct, frozen=True, array_like=True):
    """Why an effect gave no value: `code` for flows, `message` for people."""

    code: str
    message: str = ""


class Result(msgspec.Struct, frozen=True, array_like=True, tag="result"):
    """An effect ended: its value as plain data (values.to_json form), or why there is none.

    `customer` are facts about the customer that the action learned (`ctx.identify`), `asked` is what language models
    were asked for it.
    """

    effect: str
    value: Any = None
    failure: Failure | None = None
    customer: dict[str, Any] = {}
    id: str = ""
    asked: Asked | None = None


class Owned(msgspec.Struct, frozen=True, array_like=True, tag="owned"):
    """The conversation changed hands, or somebody asks for that: `agent` does it, or nobody (the bot's own house).

    `how` is claimed (a person takes it), returned (back to the bot), left (the agent is gone), closed, unavailable
    (nobody can take it now), assigned (`to` another person, or to the queue of `team`), requeued (back into the
    queue: who has it is silent or gone) or queued (it waits behind `ahead` others). Who does not have it changes
    nothing, unless `forced`.
    """

    how: Literal["claimed", "returned", "left", "closed", "unavailable", "assigned", "requeued", "queued"]
    agent: str = ""
    id: str = ""
    to: str = ""
    team: str = ""
    forced: bool = False
    ahead: int = 0


class Said(msgspec.Struct, frozen=True, array_like=True, tag="said"):
    """A person who has the conversation says something to the customer, who knows them as `name`."""

    agent: str
    text: str = ""
    id: str = ""
    name: str = ""


class Noted(msgspec.Struct, frozen=True, array_like=True, tag="noted"):
    """A person notes something that the customer does not see."""

    agent: str
    text: str
    id: str = ""


Event = Message | Press | Opened | Timer | Outside | Result | Owned | Said | Noted
FromCustomer = Message | Press | Opened
