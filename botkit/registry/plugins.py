"""A plugin: what a package or a file adds to a bot. Every hook there is stands on this page.

    plugin = Plugin("shop", settings=ShopSettings)

    @plugin.action(...)        a function that flows and the LLM call
    @plugin.slot_type(...)     a kind of value that customers write
    plugin.answer(...)         a frequent question and its reply
    @plugin.knowledge(...)     a source of passages for questions
    @plugin.guard(...)         reads every text that comes in or goes out, and every call that a model wants
    @plugin.hear(...)          says what a message says that is more than its text: a voice message
    @plugin.speak(...)         gives a reply in other words, or aloud
    @plugin.brief(...)         tells people something about a conversation that they take over
    @plugin.before_turn        is told of an event before the dialogue sees it
    @plugin.after_turn         is told of a turn when it is stored
    @plugin.erase(...)         lets go of what it keeps of a conversation that was erased
    @plugin.export(...)        gives a copy of what it keeps of a conversation
    @plugin.start              opens what the plugin needs, once
    @plugin.stop               closes it

Functions may be `def` or `async def`; a `def` runs in one of the plugin's own threads. Decorators give the function
back unchanged, so that it can be called in a test. What is wrong with a hook is a RegistryError where it is written.
"""

import inspect
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from botkit.errors import Place, RegistryError
from botkit.model.catalogue import ActionSpec
from botkit.model.definitions import Answer, Speech, Text
from botkit.model.parsers import SlotParser
from botkit.registry.hooks import Action, Duty, Guard, KnowledgeSource, Sense
from botkit.registry.signatures import place_of, read_hints, read_signature, takes
from botkit.registry.slot_types import make_parser
from botkit.registry.verdicts import Direction

if TYPE_CHECKING:
    from pydantic import BaseModel

Function = TypeVar("Function", bound=Callable[..., Any])

_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
TIMEOUT = 10.0  # seconds of an action
HOOK_TIMEOUT = 2.0  # seconds of what stands in the way of every turn
SENSE_TIMEOUT = 20.0  # seconds to hear a message, or to speak a reply
BRIEF_TIMEOUT = 60.0  # seconds to brief people
DUTY_TIMEOUT = 20.0  # seconds to let go of what is kept of a customer, or to give it


class Plugin:
    """A named set of hooks. `settings` is the pydantic model of the plugin's settings in bot.yaml."""

    def __init__(self, name: str, settings: "type[BaseModel] | None" = None) -> None:
        _check_name("plugin", name, _caller())
        self.name = name
        self.settings = settings
        self.actions: dict[str, Action] = {}
        self.types: dict[str, SlotParser] = {}
        self.answers: dict[str, Answer] = {}
        self.sources: dict[str, KnowledgeSource] = {}
        self.guards: list[Guard] = []
        self.hearing: list[Sense] = []
        self.speaking: list[Sense] = []
        self.briefing: list[Sense] = []
        self.before: list[Callable[..., Any]] = []
        self.after: list[Callable[..., Any]] = []
        self.erasing: list[Duty] = []
        self.exporting: list[Duty] = []
        self.starter: Callable[..., Any] | None = None
        self.stopper: Callable[..., Any] | None = None

    def action(
        self,
        *,
        effect: Literal["read", "write"],
        timeout: float = TIMEOUT,
        idempotent: bool = False,
        retries: int = 2,
        name: str | None = None,
        inline: bool = False,
    ) -> Callable[[Function], Function]:
        """Add an action, called `plugin.name` in flows: `def find_order(ctx: Context, number: str) -> Order | None`.

        The types are the schema. A `read` that fails is tried `retries` times more; a `write` only if it is
        `idempotent`: calling it twice with one `ctx.idempotency_key` has to do its work once. `timeout` is in
        seconds and holds for each try. Raise ActionError for a failure that the flow should know by its code.

        `inline` is for a `def` that reads what is in memory and returns at once: it is called on the event loop
        itself, which saves the way to another thread and back, and no time-out ends it. One that took longer than
        20 ms five times runs in a thread from then on.
        """

        def add(function: Function) -> Function:
            called = name or function.__name__
            place = place_of(function)
            self._claim(self.actions, "action", called, place)
            if timeout <= 0 or retries < 0 or effect not in ("read", "write"):
                hint = "timeout is more than 0 seconds, retries 0 or more, effect is 'read' or 'write'"
                raise RegistryError(f"action '{called}' is declared wrongly", place=place, hint=hint)
            if inline and (effect != "read" or inspect.iscoroutinefunction(function)):
                hint = "leave `inline` away: it is for a `def` whose effect is 'read'"
                raise RegistryError(f"action '{called}' cannot be inline", place=place, hint=hint)
            signature = read_signature(function)
            spec = ActionSpec(
                name=f"{self.name}.{called}",
                effect=effect,
                parameters=signature.parameters,
                returns=signature.returns,
                timeout=float(timeout),
                idempotent=idempotent,
                description=inspect.cleandoc(function.__doc__ or "").split("\n\n", maxsplit=1)[0],
            )
            tries = retries if effect == "read" or idempotent else 0
            self.actions[called] = Action(spec, function, signature, tries, place, inline)
            return function

        return add

    def slot_type(self, name: str) -> Callable[[Function], Function]:
        """Add a slot type, called `plugin.name` in flows: `def parse(text: str, reading: Reading) -> list[Found]`.

        The function is pure and quick. It may also take the text alone, and give one value or None.
        """

        def add(function: Function) -> Function:
            self._claim(self.types, "slot type", name, place_of(function))
            _refuse_async(function, "a slot type")
            self.types[name] = make_parser(f"{self.name}.{name}", function)
            return function

        return add

    def answer(self, name: str, *, questions: Sequence[str], say: str | Mapping[str, str]) -> None:
        """Add a frequent question and its reply: a text, or one per locale. Texts are templates, as in a flow."""
        place = _caller()
        self._claim(self.answers, "answer", name, place)
        texts = {"": say} if isinstance(say, str) else dict(say)
        if isinstance(questions, str) or not questions or not texts or not all([*questions, *texts.values()]):
            raise RegistryError(f"answer '{name}' needs questions and a text", place=place)
        speech = Speech(variants=(Text(texts, place),))
        self.answers[name] = Answer(f"{self.name}.{name}", tuple(questions), speech, place)

    def knowledge(self, name: str, *, timeout: float = HOOK_TIMEOUT) -> Callable[[Function], Function]:
        """Add a source of passages: `def search(ctx: Context, question: str) -> list[Passage]`, the best first."""

        def add(function: Function) -> Function:
            self._claim(self.sources, "knowledge source", name, place_of(function))
            _check_hook(function, "a knowledge source", 2)
            self.sources[name] = KnowledgeSource(f"{self.name}.{name}", function, timeout)
            return function

        return add

    def guard(
        self, direction: Direction, *, required: bool = False, timeout: float = HOOK_TIMEOUT
    ) -> Callable[[Function], Function]:
        """Add a guard on "input" or "output": `def check(ctx: Context, text: str) -> Verdict | None`.

        One on "tool" reads the calls that a language model wants, with all their arguments, before they are made:
        `def check(ctx: Context, action: str, args: dict) -> Verdict | None`. None lets it pass. If the guard fails or
        is too slow it passes as well, unless it is `required`.
        """

        def add(function: Function) -> Function:
            if direction not in ("input", "output", "tool"):
                message = f"a guard is on input, output or tool, not on '{direction}'"
                raise RegistryError(message, place=place_of(function))
            _check_hook(function, "a guard", 3 if direction == "tool" else 2)
            self.guards.append(Guard(direction, function, required, timeout))
            return function

        return add

    def hear(self, *, timeout: float = SENSE_TIMEOUT) -> Callable[[Function], Function]:
        """Add what hears a message: `def hear(ctx: Context, message: Message) -> Message | None`.

        Of the message that it gives its `text` counts (what a voice message says) and `translated` (for people who
        have the conversation). None leaves it as it is, and so does a failure.
        """

        def add(function: Function) -> Function:
            _check_hook(function, "hear", 2)
            self.hearing.append(Sense(function, timeout))
            return function

        return add

    def speak(self, *, timeout: float = SENSE_TIMEOUT) -> Callable[[Function], Function]:
        """Add what speaks a reply: `def speak(ctx: Context, reply: Reply) -> Reply | None`.

        Of the reply that it gives its `text` counts, its `file` and its `original`. None leaves it as it is, and so
        does a failure. What a person says (`reply.agent`) comes here too.
        """

        def add(function: Function) -> Function:
            _check_hook(function, "speak", 2)
            self.speaking.append(Sense(function, timeout))
            return function

        return add

    def brief(self, *, timeout: float = BRIEF_TIMEOUT) -> Callable[[Function], Function]:
        """Add what briefs people: `def brief(ctx: Context, lines: Sequence[tuple[str, str]]) -> str | None`.

        It is called when people take a conversation over, with what was said last, as (who, text). What it gives is a
        note that they read and the customer does not; None is none, and so is a failure. Nobody waits for it.
        """

        def add(function: Function) -> Function:
            _check_hook(function, "brief", 2)
            self.briefing.append(Sense(function, timeout))
            return function

        return add

    def before_turn(self, function: Function) -> Function:
        """Add a hook before each turn: `def look(ctx: Context, event: Event) -> None`; it may `ctx.identify`."""
        _check_hook(function, "before_turn", 2)
        self.before.append(function)
        return function

    def after_turn(self, function: Function) -> Function:
        """Add a hook after each stored turn: `def look(ctx: Context, turn: Turn) -> None`."""
        _check_hook(function, "after_turn", 2)
        self.after.append(function)
        return function

    def erase(self, *, timeout: float = DUTY_TIMEOUT) -> Callable[[Function], Function]:
        """Add what lets go of all that the plugin keeps of a conversation: `def erase(ctx, erased: Erased) -> None`.

        It is called when a conversation was erased, asked for or by age, at least once: again, with the same
        `erased.id` (also `ctx.idempotency_key`), for as long as it fails. What is not there is let go of already.
        """

        def add(function: Function) -> Function:
            _check_hook(function, "erase", 2)
            self.erasing.append(Duty(function, timeout))
            return function

        return add

    def export(self, *, timeout: float = DUTY_TIMEOUT) -> Callable[[Function], Function]:
        """Add what gives a copy of all that the plugin keeps of a conversation: `def export(ctx) -> dict | None`.

        It is called for each conversation of an export, where its data stands under the plugin's name.
        """

        def add(function: Function) -> Function:
            _check_hook(function, "export", 1)
            if self.exporting:
                raise self._second("export", function)
            self.exporting.append(Duty(function, timeout))
            return function

        return add

    def start(self, function: Function) -> Function:
        """Set what opens the plugin: `def start(settings) -> state`; the state is `ctx.state` from then on."""
        if self.starter is not None:
            raise self._second("start", function)
        _check_hook(function, "start", 1)
        self.starter = function
        return function

    def stop(self, function: Function) -> Function:
        """Set what closes the plugin: `def stop(state) -> None`; it runs whenever `start` had succeeded."""
        if self.stopper is not None:
            raise self._second("stop", function)
        _check_hook(function, "stop", 1)
        self.stopper = function
        return function

    def _claim(self, taken: Mapping[str, Any], kind: str, name: str, place: Place) -> None:
        _check_name(kind, name, place)
        if name in taken:
            raise RegistryError(
                f"plugin '{self.name}' has the {kind} '{name}' twice", place=place, hint="give one another name"
            )

    def _second(self, hook: str, function: Callable[..., Any]) -> RegistryError:
        message = f"plugin '{self.name}' has a second '{hook}', which is '{function.__name__}'"
        return RegistryError(message, place=place_of(function), hint="a plugin has one: let it do both")


def _check_name(kind: str, name: object, place: Place) -> None:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        hint = "small letters, digits and _, beginning with a letter, 64 at most"
        raise RegistryError(f"{name!r} is no name for a {kind}", place=place, hint=hint)


def _check_hook(function: Callable[..., Any], kind: str, count: int) -> None:
    read_hints(function)
    if not takes(function, count):
        wanted = f"{kind} is called with {count} argument{'' if count == 1 else 's'}"
        raise RegistryError(f"'{function.__name__}' does not fit: {wanted}", place=place_of(function))


def _refuse_async(function: Callable[..., Any], kind: str) -> None:
    read_hints(function)
    if inspect.iscoroutinefunction(function):
        hint = f"{kind} is pure and quick: write `def`"
        raise RegistryError(f"'{function.__name__}' is async", place=place_of(function), hint=hint)


def _caller() -> Place:
    """Give where a plugin calls botkit: two frames up. (`inspect.stack` would read source files.)"""
    frame = sys._getframe(2)
    return Place(frame.f_code.co_filename, frame.f_lineno)
