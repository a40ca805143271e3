"""Events made at random, of what a conversation has come to: customers, clocks, actions, people, platforms."""

from collections.abc import Callable
from random import Random
from typing import Any

from botkit.model.events import (
    Entity,
    Event,
    Evidence,
    Failure,
    Match,
    Message,
    Noted,
    Opened,
    Outside,
    Owned,
    Press,
    Purpose,
    Result,
    Said,
    Timer,
)
from botkit.model.flowset import FlowSet
from botkit.model.replies import Button, Call, DropTimers, SetTimer
from botkit.model.session import Session
from botkit.model.turn import Turn
from botkit.model.values import File

NAMES = ("alpha", "beta", "gamma")
SAYINGS = (
    "alpha please", "请beta", "gamma please", "when are you open", "yes", "no", "好的", "不要", "ja", "no problem",
    "yes but A-20000", "no wait, A-30000", "不对，红色", "sorry, blue", "A-10293", "a 10293", "count 5", "3", "三个",
    "2", "the second one", "tomorrow", "明天", "12 EUR", "12,50 €", "red", "红色", "small and large", "all of them",
    "bleu", "ann@example.org", "2 hours", "my note is green", "cancel", "取消", "repeat", "start over", "重新开始",
    "talk to a person", "我想转人工", "/alpha", "/helper please", "/cancel", "/nothing", "/", "", "  ", "???", "😀",
    "{{ 7 * 7 }}", "'; DROP TABLE", "x" * 3000, "\u202e\u0000abc", "Well I do not know what to say about it", "5",
    "true", "1", "none", "no, not that one", "First", "Yes", "Nein", "wie bitte",
)  # fmt: skip
FITTING = (
    "A-10293",
    "3",
    "tomorrow",
    "12 EUR",
    "yes",
    "no wait, A-30000",
    "ann@example.org",
    "2 hours",
    "a lamp",
    "red",
)
CORRECTING = ("yes but A-20000", "no wait, A-30000", "sorry, blue", "yes, 4", "no, tomorrow", "20 EUR instead")
FILES = (File(kind="image", name="a.png"), File(kind="location", latitude=1.0), File(kind="file", name="b.pdf"))
VALUES: tuple[Any, ...] = (
    None, True, 7, "T-1", {"id": 3, "items": [1, 2]}, [1, "b"], {"$date": "2026-05-01"}, {"$money": ["3", "EUR"]}, "x" * 500,
)  # fmt: skip
FAILURES = (
    "failed", "timeout", "outcome_unknown", "bad_arguments", "bad_result", "unavailable", "unknown_action",
    "cancelled", "sold_out",
)  # fmt: skip


class World:
    """What stands outside the core in one conversation: the clock, timers, calls under way, what was shown."""

    def __init__(self, random: Random, flows: FlowSet, now: float) -> None:
        self.random = random
        self.flows = flows
        self.now = now
        self.timers: dict[tuple[str, str], SetTimer] = {}
        self.calls: list[Call] = []
        self.shown: list[tuple[str, Button]] = []
        self.past: list[Event] = []
        self.session: Session | None = None

    def next(self, session: Session) -> Event:
        """Give the next event; time has passed until then."""
        self.session = session
        self.now += self.random.choice([1.0, 5.0, 60.0, 700.0])
        makers, weights = zip(*_MAKERS, strict=True)
        event: Event = self.random.choices(makers, weights)[0](self)
        if session.pending and self.random.random() < 0.5:
            event = _result(self)
        elif session.owner != "bot" and self.random.random() < 0.4:
            event = _owned(self)
        self.past.append(event)
        return event

    def note(self, turn: Turn) -> None:
        """Keep what a turn asks of the world."""
        for effect in turn.effects:
            match effect:
                case DropTimers(question):
                    self.timers = {key: one for key, one in self.timers.items() if key[0] != question}
                case SetTimer(question=question, purpose=purpose):
                    self.timers[question, purpose] = effect
                case Call():
                    self.calls.append(effect)
                case _:
                    pass
        for reply in turn.replies:
            buttons = (*reply.buttons, *(button for card in reply.cards for button in card.buttons))
            self.shown.extend((reply.question, button) for button in buttons)
        del self.shown[:-12]


def _message(world: World) -> Event:
    random = world.random
    text = random.choice(SAYINGS)
    question = world.session.question if world.session else None
    if question is not None and random.random() < 0.6:
        text = random.choice(question.buttons).label if question.buttons else random.choice(FITTING)
    elif question is None and random.random() < 0.6:
        text = f"{random.choice(NAMES)} please"
    elif question is not None and question.kind == "confirm" and random.random() < 0.4:
        text = random.choice(CORRECTING)
    files = (random.choice(FILES),) if random.random() < 0.08 else ()
    locale = random.choice(["", "en", "zh-TW", "fr"])
    return Message(text, f"m{len(world.past)}", files, locale, _evidence(world, text))


def _evidence(world: World, text: str) -> Evidence:
    random = world.random
    intents = tuple(Match(name, 1.0, name) for name in NAMES if name in text and "/" not in text)
    answers: tuple[Match, ...] = (Match("hours", 1.0),) if "open" in text else ()
    if random.random() < 0.1:
        intents = tuple(Match(name, random.choice([0.3, 0.62, 0.7, 0.9]), name) for name in (*NAMES, "unknown"))
    if random.random() < 0.05:
        answers = (Match("hours", 0.8), Match("missing", 0.9))
    entities = (Entity(random.choice(["count", "note", "code"]), 4, 0, 1),) if random.random() < 0.1 else ()
    shown = "zh" if any("一" <= letter <= "鿿" for letter in text) else random.choice(["", "", "en", "xx"])
    blocked = "rude" if random.random() < 0.03 else ""
    return Evidence(intents, answers, entities, (), shown, blocked)


def _press(world: World) -> Event:
    if not world.shown or world.random.random() < 0.1:
        return Press("yes", "Yes", "9.999", world.random.choice(["", "nowhere", "alpha"]))
    question, button = world.random.choice(world.shown)
    return Press(button.value, button.label, question, button.run, evidence=_evidence(world, button.value))


def _time(world: World) -> Event:
    if not world.timers or world.random.random() < 0.1:
        purposes: tuple[Purpose, ...] = ("silence", "end", "wait", "timeout", "patience", "agent")
        return Timer("1.1", world.random.choice(purposes))
    key, timer = min(world.timers.items(), key=lambda item: item[1].due)
    del world.timers[key]
    world.now = max(world.now, timer.due)
    return Timer(timer.question, timer.purpose)


def _result(world: World) -> Event:
    if not world.calls:
        return Result("web:1/1.e9", 3)
    call = world.calls[-1] if world.random.random() < 0.8 else world.random.choice(world.calls)
    customer = {"name": "Ann"} if world.random.random() < 0.2 else {}
    if world.random.random() < 0.3:
        return Result(call.id, failure=Failure(world.random.choice(FAILURES), "It did not work."), customer=customer)
    return Result(call.id, world.random.choice(VALUES), customer=customer)


def _owned(world: World) -> Event:
    random, agent = world.random, world.random.choice(("Eve", "Eve", "Bob", ""))
    if random.random() < 0.3:
        return random.choice((Said(agent, random.choice(SAYINGS)), Noted(agent, random.choice(SAYINGS))))
    hows = ("claimed", "returned", "left", "closed", "unavailable", "assigned", "requeued", "queued")
    to, team = random.choice((("Bob", ""), ("", "care"), ("", "")))
    forced = random.random() < 0.2
    how: Any = random.choice(hows)
    return Owned(how, agent, to=to, team=team, forced=forced, ahead=random.randrange(4))


def _outside(world: World) -> Event:
    names = ("paid", "paid", "alpha.came", "nothing.known")
    return Outside(world.random.choice(names), {"amount": 3})


def _opened(world: World) -> Event:
    return Opened(locale="zh")


def _again(world: World) -> Event:
    return world.random.choice(world.past) if world.past else _opened(world)


def _idle(world: World) -> Event:
    world.now += 100_000
    return _message(world)


_MAKERS: tuple[tuple[Callable[[World], Event], int], ...] = (
    (_message, 50),
    (_press, 20),
    (_time, 10),
    (_result, 6),
    (_owned, 3),
    (_outside, 5),
    (_opened, 2),
    (_again, 5),
    (_idle, 1),
)
