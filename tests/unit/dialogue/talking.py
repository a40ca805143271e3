"""A conversation with the core alone: flows from YAML, events in, turns out; actions answer as the test says."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any

from botkit.app.recognisers import build_recogniser
from botkit.dialogue import advance, new_session
from botkit.flows import load, read_locale
from botkit.model.catalogue import ActionSpec, Catalogue
from botkit.model.codec import decode_session, encode_session
from botkit.model.events import Entity, Event, Evidence, Failure, Match, Message, Owned, Press, Result, Timer
from botkit.model.flowset import FlowSet, Settings
from botkit.model.locales import Locale
from botkit.model.replies import Button, Call, DropTimers, Effect, SetTimer
from botkit.model.session import Frame, Session
from botkit.model.turn import Turn
from botkit.model.values import File, to_json
from botkit.runtime.recognition import Recogniser
from botkit.understanding.values import PARSERS

NOW = 1_777_629_600.0  # 2026-05-01T10:00:00Z, a Friday
Answering = Callable[[Call], Any]


@lru_cache(maxsize=1)
def known_locales() -> Mapping[str, Locale]:
    """Read the locales that botkit ships."""
    found: dict[str, Locale] = {}
    for path in files("botkit").joinpath("locales").iterdir():
        if path.name.endswith(".yaml"):
            locale, problems = read_locale(path.read_text("utf-8"), path.name)
            assert locale is not None, problems
            found[locale.code] = locale
    return found


ACTIONS = {
    "shop.find": ActionSpec("shop.find"),
    "shop.give": ActionSpec("shop.give", effect="write"),
    "shop.pay": ActionSpec("shop.pay", effect="write"),
}


def build(text: str, *, strict: bool = True, actions: Mapping[str, ActionSpec] = ACTIONS, **settings: Any) -> FlowSet:
    """Load a bot from YAML; `strict` refuses one with errors."""
    catalogue = Catalogue(actions=actions, types=PARSERS, plugins=("shop",))
    settings.setdefault("locales", ("en", "zh"))
    flows, problems = load({"bot.yaml": text}, Settings(**settings), catalogue, known_locales())
    assert flows is not None or not strict, [str(problem) for problem in problems]
    assert flows is not None
    return flows


def recogniser_of(flows: FlowSet) -> Recogniser:
    """Build the classifiers of a bot, as the runtime has them."""
    return build_recogniser(flows)


class Talk:
    """One conversation. Calls are answered at once by `actions` (action → value or function), others wait.

    Every session goes through the codec between two events.
    """

    def __init__(
        self, flows: FlowSet, actions: Mapping[str, Any] | None = None, *, locale: str = "", now: float = NOW
    ) -> None:
        self.flows = flows
        self.actions = dict(actions or {})
        self.now = now
        self.session: Session = new_session(flows, "web:1", locale=locale)
        self.recogniser = recogniser_of(flows)
        self.turns: list[Turn] = []
        self.latest: list[Turn] = []
        self.timers: dict[tuple[str, str], SetTimer] = {}
        self.calls: list[Call] = []

    # What the customer and the world do

    def say(self, text: str, *files: File, locale: str = "", **evidence: Any) -> str:
        """Say something; with `intents={name: score}` or `answers=...` the evidence is the test's own."""
        message: Message | Press = Message(text, files=files, locale=locale)
        if evidence:
            message = Message(text, files=files, locale=locale, evidence=given(**evidence))
        else:
            message = self.recogniser.recognise(message, self.session.locale)
        return self.take(message)

    def press(self, label: str) -> str:
        """Press a button that was shown in any reply so far, the latest first."""
        for turn in reversed(self.turns):
            for reply in reversed(turn.replies):
                for button in (*reply.buttons, *(b for card in reply.cards for b in card.buttons)):
                    if button.label == label:
                        press = Press(button.value, button.label, reply.question, button.run)
                        return self.take(self.recogniser.recognise(press, self.session.locale))
        raise AssertionError(f"no button {label!r} was shown")

    def take(self, event: Event) -> str:
        """Take an event and what comes of it; gives the texts said, one a line."""
        self.latest = []
        self._take(event)
        return self.text

    def _take(self, event: Event) -> None:
        turn = advance(self.flows, self.session, event, self.now)
        self.session = decode_session(encode_session(turn.session))
        assert self.session == turn.session
        self.turns.append(turn)
        self.latest.append(turn)
        for effect in turn.effects:
            self._perform(effect)

    def _perform(self, effect: Effect) -> None:
        match effect:
            case DropTimers(question):
                self.timers = {key: timer for key, timer in self.timers.items() if key[0] != question}
            case SetTimer(question=question, purpose=purpose):
                self.timers[question, purpose] = effect
            case Call(action=action):
                self.calls.append(effect)
                if action in self.actions and any(p.id == effect.id for p in self.session.pending):
                    self._take(self._result(effect))
            case _:
                pass

    def _result(self, call: Call) -> Result:
        value = self.actions[call.action]
        value = value(call) if callable(value) else value
        if isinstance(value, Result):
            return value
        if isinstance(value, Failure):
            return Result(call.id, failure=value)
        return Result(call.id, to_json(value))

    def finish(self, value: Any = None, failure: str = "", call: int = -1, **customer: Any) -> str:
        """Give the result of a call that waits, the last one unless said otherwise."""
        done = Failure(failure) if failure else None
        return self.take(Result(self.calls[call].id, to_json(value), done, customer))

    def later(self, seconds: float) -> str:
        """Let time pass and the timers fire that are due; gives what is said."""
        end, said = self.now + seconds, []
        while due := sorted((t.due, key) for key, t in self.timers.items() if t.due <= end):
            self.now, key = due[0]
            timer = self.timers.pop(key)
            said.append(self.take(Timer(timer.question, timer.purpose)))
        self.now = end
        return "\n".join(text for text in said if text)

    def owned(self, how: Any, agent: str = "") -> str:
        """Let the conversation change hands."""
        return self.take(Owned(how, agent))

    # What came of it

    @property
    def text(self) -> str:
        """What the last event led the bot to say, one reply a line."""
        return "\n".join(reply.text for turn in self.latest for reply in turn.replies if reply.text)

    @property
    def buttons(self) -> list[Button]:
        """The buttons of the last event's replies."""
        return [button for turn in self.latest for reply in turn.replies for button in reply.buttons]

    @property
    def labels(self) -> list[str]:
        """What stands on these buttons."""
        return [button.label for button in self.buttons]

    @property
    def route(self) -> str:
        """The way that the last event took."""
        return next((turn.route for turn in reversed(self.latest) if turn.route), "")

    @property
    def effects(self) -> list[Effect]:
        """The last event's effects."""
        return [effect for turn in self.latest for effect in turn.effects]

    @property
    def notes(self) -> list[str]:
        """What came of the last event's steps, those without a note left out."""
        return [f"{visit.step}: {visit.note}" for turn in self.latest for visit in turn.visits if visit.note]

    @property
    def stack(self) -> list[str]:
        """The flows on the stack, the top one last."""
        return [frame.flow for frame in self.session.stack]

    @property
    def top(self) -> Frame:
        """The frame on top."""
        return self.session.stack[-1]

    @property
    def step(self) -> str | None:
        """The step where the bot waits."""
        return self.session.question.step if self.session.question else None

    @property
    def slots(self) -> dict[str, Any]:
        """The slots that a template would see."""
        own = self.session.stack[-1].slots if self.session.stack else {}
        return {**self.session.slots, **own}

    @property
    def called(self) -> list[str]:
        """The actions that were called so far."""
        return [call.action for call in self.calls]


def given(
    intents: Mapping[str, float] | None = None,
    answers: Mapping[str, float] | None = None,
    entities: tuple[Entity, ...] = (),
    locale: str = "",
    blocked: str = "",
) -> Evidence:
    """Make the evidence of a message."""
    return Evidence(
        tuple(Match(name, score) for name, score in (intents or {}).items()),
        tuple(Match(name, score) for name, score in (answers or {}).items()),
        entities,
        (),
        locale,
        blocked,
    )


def asked_for(text: str, lines: Mapping[str, str], slot: str) -> Talk:
    """Start the flow /main of a bot and answer, slot by slot, until it asks for one."""
    talk = Talk(build(text))
    talk.say("/main")
    for name, line in lines.items():
        if name == slot:
            break
        talk.say(line)
    assert talk.step == f"ask:{slot}"
    return talk
