"""Unreachable steps and retries, loops that never wait, flows that call each other forever."""

from collections.abc import Callable

import pytest

from botkit.errors import Place
from botkit.flows.checks import check
from botkit.model.definitions import SILENT, Flow, Say, Start, Step
from botkit.model.flowset import FlowSet, Settings

Codes = Callable[..., list[str]]

REACHED = [
    pytest.param("- say: Hello.\n- end", id="end as the last step"),
    pytest.param("- if: channel == 'web'\n  then: [end]\n- say: Hello.", id="an end in a branch"),
    pytest.param("- goto: there\n- id: there\n  say: Hello.", id="gone to"),
    pytest.param("- end: 1\n  if: channel == 'web'\n- say: Hello.", id="an end that may be passed over"),
    pytest.param(
        "- match: channel\n  cases: {web: [end], default: [{say: Hi.}]}\n- say: Hello.", id="a case that goes on"
    ),
    pytest.param("- wait: {event: paid, timeout: 2d, otherwise: [end]}\n- say: Hello.", id="an event that comes"),
    pytest.param("- confirm: Sure?\n  yes: [end]\n  no: [{say: No.}]\n- say: Hello.", id="a no that goes on"),
]


@pytest.mark.parametrize("steps", REACHED)
def test_a_step_that_is_reached_is_no_problem(codes: Codes, steps: str) -> None:
    assert codes(steps) == []


UNREACHED = [
    pytest.param("- end\n- say: One.\n- say: Two.", 1, id="a row of steps is reported once"),
    pytest.param("- handoff: support\n- say: One.", 1, id="after a handoff"),
    pytest.param("- end: conversation\n- say: One.", 1, id="after the end of the conversation"),
    pytest.param("- confirm: Sure?\n  yes: [end]\n- say: One.", 1, id="yes ends, and a no does without steps"),
    pytest.param("- end\n- id: one\n  ask: x\n  again: true\n  say: X?\n- goto: one", 1, id="a loop of its own"),
    pytest.param("- id: one\n  wait: 2h\n- goto: one\n- say: One.\n  id: late", 1, id="after a loop"),
    pytest.param(
        "- if: channel == 'web'\n  then: [end, {say: One.}, end]\n  else: [end]\n- say: Two.", 2, id="two parts"
    ),
    pytest.param(
        "- goto: away\n- id: away\n  say: One.\n- end\n- if: locale\n  then: [{say: Two.}]", 1, id="behind all"
    ),
]


@pytest.mark.parametrize(("steps", "count"), UNREACHED)
def test_an_unreached_part_is_an_error(codes: Codes, steps: str, count: int) -> None:
    assert codes(steps) == ["unreachable-step"] * count


def test_a_step_that_no_other_precedes_is_reported_too() -> None:
    place = Place("bot.yaml", 9, 7)
    steps = {"a": Step("a", Say(SILENT)), "b": Step("b", Say(SILENT), place=place)}
    flow = Flow("main", "a", steps, start=Start(commands=("go",)))
    assert [str(problem) for problem in check(FlowSet("", Settings(), {"main": flow}))] == [
        (
            "bot.yaml:9:7: unreachable-step: flow 'main': no path leads to step 'b'; "
            "remove it, or give it an id and a goto"
        )
    ]


ENDLESS = [
    pytest.param("- id: a\n  say: One.\n- goto: a", id="nothing but words"),
    pytest.param("- id: a\n  goto: a", id="a goto to itself"),
    pytest.param("- id: a\n  do: shop.anything\n- goto: a", id="an action over and over"),
    pytest.param("- id: a\n  ask: x\n  say: X?\n- goto: a", id="an ask that is passed over when filled"),
    pytest.param(
        "- id: a\n  ask: x\n  again: true\n  say: X?\n  if: channel == 'web'\n- goto: a", id="a skipped ask"
    ),
    pytest.param(
        "- id: a\n  say: A.\n- if: customer.vip\n  then: [end]\n- goto: a", id="a way out that nothing changes"
    ),
    pytest.param("- set: {x: 1}\n- id: a\n  say: A.\n- if: x > 3\n  then: [end]\n- goto: a", id="set outside of it"),
    pytest.param("- id: a\n  do: shop.anything\n  on_error: [{goto: a}]\n- say: Done.", id="tried again at once"),
    pytest.param("- id: a\n  match: channel\n  cases: {web: [{goto: a}]}\n- say: A.", id="a case that comes back"),
]


@pytest.mark.parametrize("steps", ENDLESS)
def test_a_loop_that_never_waits_is_an_error(codes: Codes, steps: str) -> None:
    assert codes(steps) == ["loop-never-waits"]


WAITING = [
    pytest.param("- id: a\n  ask: x\n  again: true\n  say: X?\n- goto: a", id="it asks again"),
    pytest.param("- id: a\n  ask: x\n  say: X?\n- set: {x: null}\n- goto: a", id="the slot is emptied"),
    pytest.param('- id: a\n  ask: x\n  say: X?\n- set: {x: "{{ none }}"}\n- goto: a', id="emptied by a template"),
    pytest.param("- id: a\n  confirm: Again?\n- goto: a", id="it confirms"),
    pytest.param("- id: a\n  wait: 1h\n- say: Hello.\n- goto: a", id="it waits"),
    pytest.param("- id: a\n  rate: Good?\n- goto: a", id="it asks for a score"),
    pytest.param("- id: a\n  agent: Help.\n  otherwise: [end]\n- goto: a", id="a model talks"),
    pytest.param(
        '- set: {n: 0}\n- id: a\n  set: {n: "{{ n + 1 }}"}\n- if: n < 3\n  then: [{goto: a}]',
        id="it counts to an end",
    ),
    pytest.param(
        "- id: a\n  do: shop.anything\n  save: x\n- match: x\n  cases: {ready: [end]}\n- goto: a",
        id="an action decides",
    ),
    pytest.param("- id: a\n  run: asking\n- goto: a", id="the flow that it runs asks"),
]
ASKING = "asking:\n  steps:\n    - ask: y\n      say: Y?\n"


@pytest.mark.parametrize("steps", WAITING)
def test_a_loop_that_waits_or_ends_is_no_problem(codes: Codes, steps: str) -> None:
    assert codes(steps, after=ASKING if "asking" in steps else "", models=True) == []


def test_a_loop_over_a_flow_that_asks_nobody_never_waits(codes: Codes) -> None:
    talking = "talking:\n  steps:\n    - say: Hello.\n"
    assert codes("- id: a\n  run: talking\n- goto: a", after=talking) == ["loop-never-waits"]


@pytest.mark.parametrize(
    ("before", "expected"),
    [("slots: {n: {type: integer}}", []), ("", ["loop-never-waits"])],
    ids=["a shared slot", "a slot of its own"],
)
def test_a_loop_may_end_by_what_a_called_flow_sets(codes: Codes, before: str, expected: list[str]) -> None:
    counting = "count:\n  steps:\n    - set: {n: 1}\n    - say: '{{ n }}'\n"
    steps = "- set: {m: 1}\n- id: a\n  run: count\n- if: n is none\n  then: [end]\n- goto: a\n"
    steps = steps if before else steps.replace("n is none", "m is none")
    assert codes(steps, before=before, after=counting) == expected


RETRIES = [
    pytest.param("[Again., {steps: [{handoff: support}]}]", [], id="the last one leaves"),
    pytest.param("[{steps: [{say: Hm.}]}, Again.]", [], id="steps that come back"),
    pytest.param("[{steps: [{handoff: support}]}, Again.]", ["unreachable-retry"], id="the first leaves"),
    pytest.param("[Hm., {steps: [end]}, {steps: [end]}, No.]", ["unreachable-retry"], id="reported once"),
]


@pytest.mark.parametrize(("retry", "expected"), RETRIES)
def test_a_retry_behind_one_that_leaves_is_an_error(codes: Codes, retry: str, expected: list[str]) -> None:
    assert codes(f"- ask: x\n  say: X?\n  retry: {retry}") == expected
    assert codes(f"- confirm: Sure?\n  retry: {retry}") == expected


CALLS = [
    pytest.param("- run: main", "", ["run-never-ends"], id="itself"),
    pytest.param("- run: b", "b: [{run: c}]\nc: [{run: main}]", ["run-never-ends"] * 3, id="in a ring"),
    pytest.param("- run: b\n- run: b", "b: [{run: main}]", ["run-never-ends"] * 2, id="each call once"),
    pytest.param(
        "- run: quiet\n- run: main", "quiet: [{say: Hi.}]", ["run-never-ends"], id="after one that is silent"
    ),
    pytest.param("- run: asking\n- run: main", "asking: [{ask: y, say: Y?}]", [], id="after one that asks"),
    pytest.param("- ask: x\n  say: X?\n- run: main", "", [], id="after an ask"),
    pytest.param("- do: shop.anything\n  save: x\n- run: main\n  if: x", "", [], id="when a slot says so"),
    pytest.param(
        "- if: channel == 'web'\n  then: [{run: main}]", "", ["run-never-ends"], id="when the channel says so"
    ),
    pytest.param("- run: b", "b: [{say: Hi.}]", [], id="a call that comes back"),
    pytest.param("- run: nowhere", "", ["unknown-flow"], id="a flow that is not there"),
]


@pytest.mark.parametrize(("steps", "after", "expected"), CALLS)
def test_calls_that_never_end(codes: Codes, steps: str, after: str, expected: list[str]) -> None:
    found = codes(steps, after=after)
    assert [code for code in found if code != "unreachable-step"] == expected
