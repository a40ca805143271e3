"""Laws that hold for every bot and every conversation, and the proof that their checker finds faults."""

import itertools
import os
from collections import Counter
from collections.abc import Callable
from datetime import date
from importlib import import_module
from random import Random

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from botkit.dialogue import meanings, routing
from botkit.dialogue.stack import push
from botkit.dialogue.work import Work
from botkit.flows import STEP_KINDS, load, repair_names
from botkit.model.catalogue import ActionSpec, Catalogue
from botkit.model.codec import decode_session
from botkit.model.definitions import Do, Flow
from botkit.model.flowset import FlowSet, Settings
from botkit.model.values import to_json
from botkit.understanding.values import PARSERS
from tests.flows.generating import GENERATORS, Maker
from tests.flows.happening import World
from tests.flows.laws import BrokenLawError, Watch
from tests.unit.dialogue.talking import NOW, known_locales

CORE = import_module("botkit.dialogue.advance")
EXAMPLES = 500
LENGTH = 50
CATALOGUE = Catalogue(
    actions={"shop.read": ActionSpec("shop.read"), "shop.write": ActionSpec("shop.write", effect="write")},
    types=PARSERS,
    plugins=("shop",),
    models=True,
    articles=True,
)


def make_bot(random: Random) -> FlowSet:
    """Make a bot. Some of its writes lose the word of the flow that they are confirmed, as a model's would."""
    text = Maker(random).bot()
    flows, problems = load({"bot.yaml": text}, Settings(locales=("en", "zh")), CATALOGUE, known_locales())
    assert flows is not None, [str(problem) for problem in problems if problem.severity == "error"]
    if random.random() < 0.5:
        flows = msgspec.structs.replace(flows, flows={name: _unsure(flow) for name, flow in flows.flows.items()})
    return flows


def _unsure(flow: Flow) -> Flow:
    steps = {
        id_: msgspec.structs.replace(step, body=msgspec.structs.replace(step.body, by_flow=False))
        if isinstance(step.body, Do)
        else step
        for id_, step in flow.steps.items()
    }
    return msgspec.structs.replace(flow, steps=steps)


def live(random: Random, length: int) -> Watch:
    """Live through one conversation of a bot of its own, under all laws."""
    watch = Watch(make_bot(random))
    world = World(random, watch.flows, NOW)
    for _ in range(length):
        world.note(watch.step(world.next(watch.unbroken), world.now))
    watch.replay()
    return watch


def test_every_kind_of_step_has_a_generator() -> None:
    assert set(GENERATORS) == set(STEP_KINDS)


def laws(examples: int, length: int) -> None:
    seen: Counter[str] = Counter()

    @settings(max_examples=examples, derandomize=True, database=None, deadline=None, print_blob=False,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(st.integers(0, 2**63))
    def hold(seed: int) -> None:
        seen.update(live(Random(seed), length).seen)

    hold()
    missing = {*STEP_KINDS, *repair_names(), "stale"} - seen.keys()
    assert not missing


def test_the_laws_hold() -> None:
    laws(EXAMPLES, LENGTH)


@pytest.mark.whole
def test_the_laws_hold_for_long() -> None:
    laws(int(os.environ.get("BOTKIT_LAWS", "2000")), 200)


# Faults that are planted into the core: each must turn a law red


def _say_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("botkit.dialogue.steps.latest_yes", lambda work, body, step: 1)


def _serve_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    def latest(work: Work, body: Do, step: str) -> int:
        changed = max((work.top.changed.get(name, 0) for name in body.reads), default=0)
        return max((clock for clock in work.top.confirmed.values() if clock > changed), default=0)

    monkeypatch.setattr("botkit.dialogue.steps.latest_yes", latest)


def _forget_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    def latest(work: Work, body: Do, step: str) -> int:
        return max(
            (clock for clock in work.top.confirmed.values() if clock > work.top.served.get(step, 0)), default=0
        )

    monkeypatch.setattr("botkit.dialogue.steps.latest_yes", latest)


def _take_closed_buttons(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CORE, "_route_press", lambda work, press, message: routing.route(work, message))


def _leave_questions_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Work, "close_question", lambda self: None)


def _keep_timers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("botkit.dialogue.stack.drop_timers", lambda work, frame: None)


def _write_dates_as_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("botkit.model.codec.to_json", lambda v: v.isoformat() if isinstance(v, date) else to_json(v))


def _forget_a_field(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "tests.flows.laws.decode_session", lambda data: msgspec.structs.replace(decode_session(data), buttons=())
    )


def _talk_over_people(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CORE, "route_owned", routing.route)


def _choose_by_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = Random(1)
    monkeypatch.setattr(Work, "choose", lambda self, variants, step: numbers.choice(variants))


def _look_at_a_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = itertools.count()
    monkeypatch.setattr(Work, "effect_id", lambda self: f"{next(ticks)}")


def _raise_in_titles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("botkit.dialogue.failing.title_of", lambda work, flow: work.text(flow.title or work.nothing))


def _settle_too_early(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CORE, "proceed", lambda work: work.wait(None))


def _remember_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("botkit.dialogue.work.MOST_LINES", 10**6)
    monkeypatch.setattr("botkit.dialogue.work.MOST_LINE", 10**6)


def _interrupt_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    def lay_over(work: Work, name: str, *_heard: object) -> None:
        push(work, name, "interrupt" if work.stack else "start")

    for module in (routing, meanings):
        monkeypatch.setattr(module, "begin", lay_over)


FAULTS: dict[Callable[[pytest.MonkeyPatch], None], str] = {
    _say_whole: "no write without a yes",
    _serve_twice: "no write twice for one yes",
    _forget_changes: "no write without a yes after the last change|no write twice for one yes",
    _take_closed_buttons: "a closed button changes nothing",
    _leave_questions_open: "no timer outlives its question",
    _keep_timers: "no timer outlives its question",
    _write_dates_as_text: "a stored session goes on as an unbroken one",
    _forget_a_field: "a stored session goes on as an unbroken one",
    _talk_over_people: "no flow is open while a person has it|the bot is silent while a person has it",
    _choose_by_chance: "the same turn twice|a stored session goes on",
    _look_at_a_clock: "the same turn twice",
    _raise_in_titles: "never raises",
    _settle_too_early: "a turn ends where the bot waits",
    _remember_everything: "a session is bounded",
    _interrupt_for_ever: "interruptions are bounded",
}


@pytest.mark.parametrize(("plant", "law"), FAULTS.items(), ids=lambda fault: getattr(fault, "__name__", "law")[1:])
def test_a_planted_fault_breaks_a_law(
    plant: Callable[[pytest.MonkeyPatch], None], law: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch)
    with pytest.raises(BrokenLawError, match=law):
        for seed in range(1500):
            live(Random(seed), 60)
