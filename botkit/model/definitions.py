"""Definitions: what stands in flow files: flows, steps, slots, intents and answers.

Texts and conditions stay plain sources here; `botkit.expressions` compiles and remembers them by source.
A flow's steps are one flat mapping: `Step.next` is where execution goes on after a step, blocks (`then`,
`on_error`, ...) are named by the id of their first step, so a position in a flow is one stable id.
"""

from typing import Any, Literal

import msgspec

from botkit.errors import NOWHERE, Place
from botkit.model.words import fold, has_cjk


class Text(msgspec.Struct, frozen=True, omit_defaults=True):
    """A text per locale: `{locale: template source}`; the key `""` holds a plain text that serves all."""

    sources: dict[str, str]
    place: Place = NOWHERE


class Source(msgspec.Struct, frozen=True, omit_defaults=True):
    """An expression, without braces: the condition of an `if`, the subject of a `match`, a time to wait until."""

    source: str
    place: Place = NOWHERE


class Value(msgspec.Struct, frozen=True, omit_defaults=True):
    """Data of a `set`, `with` or `end`: scalars, lists and mappings whose texts are templates.

    `static` says that no text in it is a template.
    """

    data: Any
    static: bool = False
    place: Place = NOWHERE


class ButtonDef(msgspec.Struct, frozen=True, omit_defaults=True):
    """A button as written: `{label, value}`, `{label, run}` or `{label, url}`."""

    label: Text
    value: str = ""
    run: str = ""
    url: str = ""


class CardDef(msgspec.Struct, frozen=True, omit_defaults=True):
    """A card as written."""

    title: Text
    text: Text | None = None
    image: str = ""
    url: str = ""
    buttons: tuple[ButtonDef, ...] = ()


class Speech(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a step says: alternatives of a text, and what stands beside it.

    `buttons_from` and `cards_from` are `{{ ... }}` templates that give lists of mappings.
    """

    variants: tuple[Text, ...] = ()
    buttons: tuple[ButtonDef, ...] = ()
    image: str = ""
    file: str = ""
    cards: tuple[CardDef, ...] = ()
    buttons_from: str = ""
    cards_from: str = ""

    @property
    def sources(self) -> tuple[str, ...]:
        """The alternatives of the text, each in all locales."""
        return tuple(source for text in self.variants for source in text.sources.values())


SILENT = Speech()


class Option(msgspec.Struct, frozen=True, omit_defaults=True):
    """One of a question's options: the value that the slot gets and its label."""

    value: Any
    label: Text


class Rule(msgspec.Struct, frozen=True, omit_defaults=True):
    """A rule of `check`: a value for which `when` is true is refused with `say`."""

    when: Source
    say: Text | None = None


class SlotDef(msgspec.Struct, frozen=True, omit_defaults=True):
    """A slot: its name, type and what may be in it.

    `options_from` is a `{{ ... }}` template giving a mapping value → label, a list of texts, or a list of
    `{value, label}`. `many` lets a choice hold several values (a list). `past` takes a date without a year as the
    latest one that is not to come. `title` is what the bot calls it to a customer; without one, the name. Customers
    may `also` call it so. Of several options of an `optional` slot none may be chosen.
    """

    name: str
    type: str = "text"
    pattern: str = ""
    options: tuple[Option, ...] = ()
    options_from: str = ""
    many: bool = False
    checks: tuple[Rule, ...] = ()
    description: str = ""
    shared: bool = False
    secret: bool = False
    carry: Literal["offer", "silent"] = "offer"
    initial: Value | None = None
    place: Place = NOWHERE
    past: bool = False
    title: Text | None = None
    also: tuple[str, ...] = ()
    optional: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """What a customer may call it: its name, its titles in every locale, and what else it is called.

        A title with a template is none, nor is a single Chinese character, which stands in too many words.
        """
        if self.title is None:
            return (self.name,)
        folded = [fold(source) for source in (*self.title.sources.values(), *self.also) if "{" not in source]
        return (self.name, *(name for name in folded if len(name) > 1 or not has_cjk(name)))


class Silence(msgspec.Struct, frozen=True, omit_defaults=True):
    """What happens when a question stays unanswered: seconds until `say`, seconds until the flow ends.

    With `hours`, of a team or, by any other name, of the bot, only those seconds count in which people are there.
    """

    after: float = 0.0
    say: Text | None = None
    end: float = 0.0
    hours: str = ""


class Retry(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one unusable reply gets: a text, or steps (the id of the first)."""

    say: Text | None = None
    steps: str = ""


# The bodies of steps. A name of a step (`then`, `on_error`, ...) is the id of a block's first step, "" if none.


class Say(msgspec.Struct, frozen=True, omit_defaults=True, tag="say"):
    speech: Speech


class Ask(msgspec.Struct, frozen=True, omit_defaults=True, tag="ask"):
    slot: SlotDef
    speech: Speech = SILENT
    retry: tuple[Retry, ...] = ()
    silence: Silence | None = None
    fill: Literal["anytime", "when_asked"] = "when_asked"
    again: bool = False
    why: Text | None = None


class Confirm(msgspec.Struct, frozen=True, omit_defaults=True, tag="confirm"):
    speech: Speech
    yes: str = ""
    no: str = ""
    silence: Silence | None = None
    retry: tuple[Retry, ...] = ()


class Set(msgspec.Struct, frozen=True, omit_defaults=True, tag="set"):
    values: dict[str, Value]


class Do(msgspec.Struct, frozen=True, omit_defaults=True, tag="do"):
    action: str
    args: dict[str, Value] = {}
    save: str = ""
    timeout: float = 0.0
    on_error: str = ""
    by_flow: bool = False  # confirmed: by flow
    write: bool = False
    reads: tuple[str, ...] = ()  # the slots that `with` reads
    until_message: bool = False  # cancel_on: message


class If(msgspec.Struct, frozen=True, omit_defaults=True, tag="if"):
    condition: Source
    then: str = ""
    otherwise: str = ""


class Case(msgspec.Struct, frozen=True, omit_defaults=True):
    """One case of a `match`; `value` is compared by `==`."""

    value: Any
    steps: str = ""


class MatchStep(msgspec.Struct, frozen=True, omit_defaults=True, tag="match"):
    subject: Source
    cases: tuple[Case, ...] = ()
    default: str = ""


class Run(msgspec.Struct, frozen=True, omit_defaults=True, tag="run"):
    flow: str
    args: dict[str, Value] = {}
    save: str = ""


class Goto(msgspec.Struct, frozen=True, omit_defaults=True, tag="goto"):
    target: str


class AnswerStep(msgspec.Struct, frozen=True, omit_defaults=True, tag="answer"):
    """Answer from the articles; `question` defaults to what the customer wrote."""

    question: Value | None = None
    save: str = ""
    on_error: str = ""


class Agent(msgspec.Struct, frozen=True, omit_defaults=True, tag="agent"):
    """Let a model talk within bounds; `pins` are the arguments of its tools that are not its to choose, by action.

    `teams` are those to which it may give the conversation by itself.
    """

    instructions: Text
    tools: tuple[str, ...] = ()
    until: Source | None = None
    save: str = ""
    limits: dict[str, int] = {}
    otherwise: str = ""
    on_error: str = ""
    pins: dict[str, dict[str, Value]] = {}
    teams: tuple[str, ...] = ()


class Generate(msgspec.Struct, frozen=True, omit_defaults=True, tag="generate"):
    instructions: Text
    save: str = ""
    limits: dict[str, int] = {}
    on_error: str = ""


class HandoffStep(msgspec.Struct, frozen=True, omit_defaults=True, tag="handoff"):
    team: str
    reason: Text | None = None
    show: dict[str, Value] = {}


class Wait(msgspec.Struct, frozen=True, omit_defaults=True, tag="wait"):
    """Wait `seconds`, until the time that `until` gives, or for `event` (at most `timeout` seconds).

    With `hours`, of a team or, by any other name, of the bot, only those seconds count in which people are there.
    """

    seconds: float = 0.0
    until: Source | None = None
    event: str = ""
    timeout: float = 0.0
    otherwise: str = ""
    save: str = ""
    hours: str = ""


class Rate(msgspec.Struct, frozen=True, omit_defaults=True, tag="rate"):
    speech: Speech
    scale: int = 5
    save: str = ""
    low: str = ""
    low_at: int = 2  # a score of this or less runs `low`


class End(msgspec.Struct, frozen=True, omit_defaults=True, tag="end"):
    conversation: bool = False
    value: Value | None = None


Body = (
    Say
    | Ask
    | Confirm
    | Set
    | Do
    | If
    | MatchStep
    | Run
    | Goto
    | AnswerStep
    | Agent
    | Generate
    | HandoffStep
    | Wait
    | Rate
    | End
)


class Step(msgspec.Struct, frozen=True, omit_defaults=True):
    """A step at its place: `next` is the step after it, "" at the end of the flow.

    `named` says that the id was written, not derived.
    """

    id: str
    body: Body
    when: Source | None = None
    next: str = ""
    named: bool = False
    place: Place = NOWHERE


class Start(msgspec.Struct, frozen=True, omit_defaults=True):
    """What starts a flow beside `run`: intents, commands (without the slash), events from outside."""

    intents: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    events: tuple[str, ...] = ()


NO_START = Start()


class Flow(msgspec.Struct, frozen=True, omit_defaults=True):
    """A flow: its steps by id, `first` being where it begins (empty steps: it does nothing).

    `title` is what the bot calls it to a customer (in `on_resume`, `on_clarify`); without one, the name.
    `slots` are its own; `builtin` says that it came with botkit.
    """

    name: str
    first: str = ""
    steps: dict[str, Step] = {}
    title: Text | None = None
    description: Text | None = None
    start: Start = NO_START
    only_if: Source | None = None
    slots: dict[str, SlotDef] = {}
    place: Place = NOWHERE
    builtin: bool = False


class Intent(msgspec.Struct, frozen=True, omit_defaults=True):
    """An intent; examples are plain texts (annotations taken out), `entities` what they annotated."""

    name: str
    examples: tuple[str, ...] = ()
    description: str = ""
    entities: tuple[tuple[str, str], ...] = ()  # (slot, text) pairs seen in examples
    place: Place = NOWHERE


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """A frequent question and its reply."""

    name: str
    questions: tuple[str, ...]
    speech: Speech
    place: Place = NOWHERE
