"""Playing conversation tests, and judging what came of them."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from botkit.app.branches import branches_of
from botkit.app.directories import Checked, check_directory
from botkit.app.exchanges import Exchange
from botkit.app.stand_ins import StandInRegistry
from botkit.app.trials import Outcome, Rehearsal, fits, judge, judge_calls
from botkit.app.trials_coverage import cover
from botkit.app.trials_junit import write_junit
from botkit.app.trials_reading import Called, Expectation, StandIn, read_file_of_trials
from botkit.errors import LoadError
from botkit.model.definitions import Agent, Step, Text
from botkit.model.events import Message
from botkit.model.replies import Button, Call, Card, Reply
from botkit.ports.files import FileLimits
from botkit.registry.contexts import Caller


async def _play(checked: Checked, talk: str, rest: str = "") -> Outcome:
    assert checked.flows is not None
    text = f"tests:\n  - name: it\n{rest}    talk:\n" + "".join(f"      - {line}\n" for line in talk.splitlines())
    (trial,), problems = read_file_of_trials(text, "t.yaml", checked.flows)
    assert problems == []
    return await Rehearsal(checked).play(trial)


async def test_what_holds_passes(checked: Checked) -> None:
    outcome = await _play(checked, "{bot: hello}\n{user: when are you open, expect: {has: 9 TO 18, route: answer}}")
    assert outcome.passed
    assert [(line.who, line.text) for line in outcome.transcript] == [
        ("bot", "Hello! [Return] [Site]"),
        ("customer", "when are you open"),
        ("bot", "We are here from 9 to 18 o'clock."),
    ]


async def test_every_trial_has_a_state_of_its_own(checked: Checked) -> None:
    talk = "{user: return my order}\n{user: A-10293}\n{user: 'yes', bot: R1}"
    for _ in range(3):
        assert (await _play(checked, talk)).passed


async def test_the_same_trial_gives_the_same_turns(checked: Checked) -> None:
    talk = "{user: return my order}\n{user: A-10293}\n{user: blah}"
    first, second = [await _play(checked, talk) for _ in range(2)]
    assert (first.transcript, first.visits) == (second.transcript, second.visits)


async def test_a_press_of_what_is_not_shown(checked: Checked) -> None:
    outcome = await _play(checked, "{press: Nonsense}\n{user: when are you open, bot: chocolate}")
    assert [complaint.message for complaint in outcome.complaints] == ["there is no button 'Nonsense' to press"]
    assert str(outcome.complaints[0].place) == "t.yaml:4:9"


async def test_time_passes_from_timer_to_timer(checked: Checked) -> None:
    outcome = await _play(
        checked,
        "{user: return my order}\n{wait: 9m, expect: {not: still there}}\n{wait: 2m, bot: still there}\n"
        "{wait: 48h, expect: {flow: null}}",
    )
    assert outcome.passed, outcome.complaints


async def test_events_from_outside(desk: Path) -> None:
    flows = desk / "flows.yaml"
    flows.write_text(
        flows.read_text()
        + "  paid:\n    start: {events: [paid]}\n    slots: {event: {type: any}}\n"
        + '    steps: [{say: "Thanks for {{ event.sum }}."}, {wait: {event: shipped}}, {say: Off it goes.}]\n'
    )
    checked = check_directory(desk)
    assert checked.problems == ()
    outcome = await _play(
        checked, "{event: {name: paid, data: {sum: 3}}, bot: Thanks for 3.}\n{event: shipped, bot: off it goes}"
    )
    assert outcome.passed, outcome.complaints
    assert [line.who for line in outcome.transcript] == ["bot", "event", "bot", "event", "bot"]


async def test_stand_ins_read_like_the_action(checked: Checked) -> None:
    rest = "    actions: {desk.find_order: {number: X-1, total: 3 EUR, day: 2026-01-01}}\n"
    outcome = await _play(
        checked,
        "{user: return my order}\n{user: A-10293, bot: 'X-1 for €3.00', expect: {slots: {order: {day: 2026-01-01}}}}",
        rest,
    )
    assert outcome.passed, outcome.complaints


async def test_stand_ins_in_a_row_the_last_repeats(checked: Checked) -> None:
    stand_ins = StandInRegistry(
        checked.registry,
        {
            "desk.find_order": (
                StandIn(code="down", message="gone"),
                StandIn(value={"odd": 1}, customer={"vip": True}),
            )
        },
    )
    call = Call("1", "desk.find_order", {"number": "A"})
    results = [await stand_ins.perform(call, Caller()) for _ in range(3)]
    assert results[0].failure is not None
    assert (results[0].failure.code, results[0].failure.message) == ("down", "gone")
    assert results[1] == results[2]
    assert (results[1].value, results[1].customer) == ({"odd": 1}, {"vip": True})


async def test_stand_ins_hand_on_the_rest(checked: Checked) -> None:
    stand_ins = StandInRegistry(checked.registry, {})
    assert stand_ins.plugins == checked.registry.plugins
    assert (await stand_ins.perform(Call("1", "desk.nothing"), Caller())).failure is not None
    assert (await stand_ins.guard("input", "hi", Caller())).refused == ""
    assert await stand_ins.hear(Message("hi"), Caller()) == (Message("hi"), {})
    assert await stand_ins.speak(Reply("r1", "hi"), Caller()) == Reply("r1", "hi")


async def test_guards_and_hooks_take_part(desk: Path) -> None:
    plugin = desk / "plugins" / "desk.py"
    plugin.write_text(
        plugin.read_text()
        + "\n\nfrom botkit import Verdict\n\n\n@plugin.guard('input')\nasync def decent(ctx: Context, text: str)"
        + " -> Verdict | None:\n    return Verdict.refuse('rude') if 'damn' in text else None\n\n\n"
        + "@plugin.before_turn\nasync def greet(ctx: Context, event: object) -> None:\n"
        + "    ctx.identify(seen=True)\n\n\n"
        + "@plugin.after_turn\nasync def count(ctx: Context, turn: object) -> None:\n    ctx.state['turns'] = 1\n"
    )
    checked = check_directory(desk)
    assert checked.problems == ()
    outcome = await _play(checked, "{user: damn, expect: {route: safety}}")
    assert outcome.passed, outcome.complaints


def test_a_bot_with_mistakes_is_not_played(desk: Path) -> None:
    (desk / "bot.yaml").write_text("nam: x")
    with pytest.raises(LoadError, match="unknown-key"):
        Rehearsal(check_directory(desk))


async def test_a_plugin_that_cannot_start_leaves_nothing_open(desk: Path) -> None:
    plugin = desk / "plugins" / "desk.py"
    plugin.write_text(plugin.read_text().replace('return {"returns": 0}', 'raise OSError("no desk")'))
    with pytest.raises(Exception, match="could not start"):
        await _play(check_directory(desk), "{user: hi}")


# Judging


def _exchange(*replies: Reply, **state: Any) -> Exchange:
    fields: dict[str, Any] = {
        "route": "slot",
        "flow": None,
        "step": None,
        "slots": {},
        "owner": "bot",
        "locale": "en",
        "turns": (),
    }
    return Exchange(replies=replies, **{**fields, **state})


@pytest.mark.parametrize(
    ("expect", "complaints"),
    [
        (Expectation(has=("HELLO   you", "[Yes]", "card")), []),
        (Expectation(has=("bye",)), ["expected a reply with 'bye'; Hello you [Yes]\nCard more"]),
        (Expectation(lacks=("hello",)), ["expected no reply with 'hello'; Hello you [Yes]\nCard more"]),
        (Expectation(route="slot", flow="f", owner="bot"), []),
        (Expectation(route=None), ["expected route nothing, found slot"]),
        (Expectation(flow=None), ["expected flow nothing, found f"]),
        (Expectation(owner="human"), ["expected owner human, found bot"]),
        (Expectation(slots={"a": "1", "b": {"c": [1, 2]}, "d": None}), []),
        (Expectation(slots={"a": None}), ["expected slot a to be nothing, found 1"]),
        (Expectation(slots={"b": {"c": [1]}}), ["expected slot b to be {'c': [1]}, found {'c': [1, 2], 'x': 0}"]),
        (Expectation(called=()), []),
    ],
)
def test_judge(expect: Expectation, complaints: list[str]) -> None:
    replies = (
        Reply(id="1", text="Hello you", buttons=(Button("Yes"),)),
        Reply(id="2", cards=(Card(title="Card", text="more"),)),
    )
    exchange = _exchange(*replies, flow="f", slots={"a": 1, "b": {"c": [1, 2], "x": 0}})
    assert list(judge(expect, exchange)) == complaints


def test_long_silence_and_long_speech() -> None:
    assert list(judge(Expectation(has=("x",)), _exchange())) == ["expected a reply with 'x'; the bot said nothing"]
    (complaint,) = judge(Expectation(has=("x",)), _exchange(Reply(id="1", text="y" * 10_000)))
    assert len(complaint) < 400


READ = Call("1", "s.read", {"a": 1})
WRITE = Call("2", "s.write", {"number": "A", "sum": {"$money": ["3.00", "EUR"]}}, effect="write")
OTHER = Call("3", "s.other", effect="write")


@pytest.mark.parametrize(
    ("wanted", "calls", "complaints"),
    [
        ([], [], []),
        ([], [READ], []),
        ([Called("s.write")], [READ, WRITE], []),
        ([Called("s.write", {"sum": "3.00 EUR"})], [WRITE], []),
        ([Called("s.write"), Called("s.other")], [WRITE, READ, OTHER], []),
        ([], [OTHER], ["expected no write of s.other here; the calls were: s.other()"]),
        (
            [Called("s.other"), Called("s.write")],
            [WRITE, OTHER],
            [
                "expected a call of s.write; the calls were: s.write(number: A, sum: 3.00 EUR), s.other()",
                "expected no write of s.write here; the calls were: s.write(number: A, sum: 3.00 EUR), s.other()",
            ],
        ),
        ([Called("s.read", {"a": 2})], [READ], ["expected a call of s.read(a: 2); the calls were: s.read(a: 1)"]),
        ([Called("s.read")], [], ["expected a call of s.read; the calls were: none"]),
    ],
)
def test_calls(wanted: list[Called], calls: list[Call], complaints: list[str]) -> None:
    assert list(judge_calls(wanted, calls)) == complaints


@pytest.mark.parametrize(
    ("wanted", "found", "well"),
    [
        (1, 1.0, True),
        ("1", 1, True),
        (True, 1, False),
        (True, True, True),
        (None, "", False),
        (None, None, True),
        ({"a": 1}, {"a": 1, "b": 2}, True),
        ({"a": 1}, {"b": 2}, False),
        ({"a": 1}, [1], False),
        ([1], [1, 2], False),
        ([{"a": 1}], [{"a": 1, "b": 1}], True),
    ],
)
def test_fits(wanted: Any, found: Any, well: bool) -> None:
    assert fits(wanted, found) is well


# Coverage and reports


def _cover(desk: Path, steps: str, visits: Any = ()) -> tuple[str, ...]:
    (desk / "flows.yaml").write_text(f"flows:\n  f:\n    start: {{commands: [f]}}\n    steps:\n{steps}")
    checked = check_directory(desk)
    assert checked.flows is not None, checked.problems
    (flow,) = cover(checked.flows, visits).flows
    assert len(flow.missing_steps) == flow.steps
    assert len(flow.missing_branches) == flow.branches
    return flow.missing_branches


@pytest.mark.parametrize(
    ("steps", "branches"),
    [
        ("      - {say: hi}", ()),
        ("      - {ask: x, say: X?, retry: [a, {steps: [end]}]}", ("ask:x → retry 2",)),
        ("      - {ask: x, say: X?, retry: [{steps: [end]}]}", ("ask:x → retry",)),
        ("      - {confirm: OK?}", ("confirm → yes", "confirm → no")),
        ("      - {if: 1 == 1, then: [end], else: [end]}", ("if → then", "if → else")),
        (
            "      - {match: channel, cases: {web: [end], default: [end]}}",
            ("match → case web", "match → default"),
        ),
        ("      - {match: channel, cases: {web: [end], sms: [end]}}", ("match → case web", "match → case sms")),
        (
            "      - {do: desk.find_order, with: {number: x}, on_error: [end]}",
            ("do:desk.find_order → on_error",),
        ),
        ("      - {wait: {event: paid, timeout: 2d, otherwise: [end]}}", ("wait:paid → otherwise",)),
        ("      - {rate: How was it?, low: [end]}", ("rate → low",)),
    ],
)
def test_branches(desk: Path, steps: str, branches: tuple[str, ...]) -> None:
    assert _cover(desk, f"{steps}\n") == branches


def test_nothing_to_cover_is_covered(desk: Path) -> None:
    (desk / "flows.yaml").write_text("")
    checked = check_directory(desk)
    assert checked.flows is not None
    assert cover(checked.flows, ()).percent == 100.0


async def test_junit_of_hostile_names(checked: Checked) -> None:
    outcome = await _play(checked, '{user: "\\x01<b>&", bot: "\\x02"}')
    report = write_junit([outcome]).decode()
    assert "\x01" not in report
    assert "&lt;b&gt;&amp;" in report


def test_branches_of_an_agent() -> None:
    step = Step("agent", Agent(Text({"": "help"}), otherwise="a", on_error="b"))
    assert [str(branch) for branch in branches_of(step)] == ["agent → otherwise", "agent → on_error"]


async def test_a_customer_sends_files(checked: Checked) -> None:
    outcome = await _play(
        checked,
        "{files: [lamp.jpg, terms.pdf], expect: {route: control, has: received your file}}\n"
        "{user: when are you open, files: lamp.jpg, expect: {has: 9 TO 18}}",
    )
    assert outcome.passed
    said = [line.text for line in outcome.transcript if line.who == "customer"]
    assert said == ["[lamp.jpg] [terms.pdf]", "when are you open [lamp.jpg]"]


async def test_a_file_that_bot_yaml_does_not_take_is_refused(checked: Checked) -> None:
    config = msgspec.structs.replace(checked.config, files=FileLimits(types=("image/*",)))
    outcome = await _play(
        msgspec.structs.replace(checked, config=config), "{files: [a.pdf], bot: I can't take files}"
    )
    assert outcome.passed
