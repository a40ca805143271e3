"""A sound bot has no problems; what is wrong comes sorted, each thing once; botkit's own flows are not judged."""

from collections.abc import Callable
from time import process_time
from typing import get_args

import pytest
from msgspec.structs import replace

from botkit.errors import Place, Problem
from botkit.flows.checks import check
from botkit.flows.checks.findings import Code
from botkit.flows.checks.survey import REPAIR
from botkit.flows.defaults import repair_flows
from botkit.model.definitions import (
    Ask,
    Body,
    Confirm,
    Do,
    Flow,
    Goto,
    If,
    Intent,
    Run,
    Set,
    SlotDef,
    Source,
    Speech,
    Start,
    Step,
    Value,
)
from botkit.model.flowset import FlowSet, Settings

Problems = Callable[..., list[Problem]]

SOUND = """
intents:
  return_item:
    examples: [I want to send something back, return my order, 我要退货, "return [A-10293](order_number)"]
answers:
  opening_hours:
    questions: [when are you open, what are your opening hours, 你们几点开门]
    say: {en: We are here from 9 to 18 o'clock., zh: 我们的营业时间是 9 点到 18 点。}
slots:
  order_number:
    type: text
    pattern: '[A-Z]-\\d{5}'
flows:
  return_item:
    description: Start a return for something the customer bought.
    start: {intents: [return_item], commands: [return]}
    only_if: channel != 'slack'
    steps:
      - ask: order_number
        say: {en: Which order is it about?, zh: 请问是哪个订单？}
        retry:
          - It looks like A-10293.
          - You find it in the e-mail that we sent you.
          - steps: [{handoff: support, reason: no order number}]
        silence: {after: 10m, say: Are you still there?, end: 24h}
      - id: find
        do: shop.find
        with: {number: "{{ order_number }}"}
        save: order
        timeout: 5s
        on_error: [{say: "I can't reach our order system right now."}, {handoff: support}]
      - if: order is none
        then:
          - say: There is no order {{ order_number }}.
          - ask: order_number
            again: true
          - goto: find
      - ask: reason
        say: Why do you return it?
        options: {broken: It arrived broken, size: Wrong size, other: Something else}
      - confirm: Send back {{ order.id }} for {{ order.total | money }}?
        no: [{say: "All right, nothing was changed."}, end]
      - do: shop.cancel
        with: {number: "{{ order_number }}"}
        save: ticket
      - say: Done. Your reference is {{ ticket.id }}, the reason {{ reason }}.
      - rate: How did we do?
"""


def test_a_sound_bot_has_no_problems(problems: Problems) -> None:
    assert problems(SOUND, locales=("en", "zh")) == []


def test_an_empty_bot_has_no_problems() -> None:
    assert check(FlowSet("", Settings(), {})) == []
    assert check(FlowSet("", Settings(), {"main": Flow("main", start=Start(commands=("go",)))})) == []


def test_problems_are_sorted_and_each_is_there_once(problems: Problems) -> None:
    text = """
    flows:
      b: {start: {commands: [go]}, steps: [{run: nowhere}, {say: "{{ nobody }}"}]}
      a: {start: {commands: [go]}, steps: [{run: nowhere}]}
    """
    found = problems(text)
    assert [(problem.place.line, problem.code) for problem in found] == [
        (3, "unknown-flow"),
        (3, "unknown-name"),
        (4, "duplicate-command"),
        (4, "unknown-flow"),
    ]


def test_flows_that_come_with_botkit_are_not_judged() -> None:
    flow = Flow("helper", "say", {"say": Step("say", Goto("nowhere"))}, builtin=True)
    assert check(FlowSet("", Settings(), {"helper": flow})) == []
    assert [problem.code for problem in check(FlowSet("", Settings(), {"helper": replace(flow, builtin=False)}))] == [
        "unknown-step",
        "unused-flow",
    ]


def test_what_repair_flows_are_given_is_what_they_declare() -> None:
    flows = repair_flows({}, "support")
    assert {name: set(flow.slots) for name, flow in flows.items()} == {name: set(own) for name, own in REPAIR.items()}


def test_codes_are_words_with_hyphens_in_order() -> None:
    codes = get_args(Code)
    assert list(codes) == sorted(set(codes))
    assert all(code.replace("-", "").isalpha() and code.islower() for code in codes)


SIZE = 10_000


def chain(make: Callable[[int], Body], more: dict[str, Step] | None = None) -> dict[str, Flow]:
    steps = {f"s{n}": Step(f"s{n}", make(n), next=f"s{n + 1}" if n < SIZE - 1 else "") for n in range(SIZE)}
    return {"main": Flow("main", "s0", {**steps, **(more or {})}, start=Start(commands=("go",)))}


def gotos(target: Callable[[int], str]) -> dict[str, Step]:
    return {f"g{n}": Step(f"g{n}", Goto(target(n)), place=Place("f", n + 1)) for n in range(SIZE)}


def ask_and_write(n: int) -> Body:
    slot = f"x{n // 3}"
    kinds = (
        Ask(SlotDef(slot), again=True),
        Confirm(Speech()),
        Do("p.w", {"a": Value("{{ " + slot + " }}")}, write=True),
    )
    return kinds[n % 3]


def ring(make: Callable[[int], Step]) -> dict[str, Flow]:
    steps = {n: {"a": make(n), "b": Step("b", Run(f"f{(n + 1) % 1000}"))} for n in range(1000)}
    return {f"f{n}": Flow(f"f{n}", "a", steps[n], start=Start(commands=(f"c{n}",))) for n in range(1000)}


SHARED = {f"x{n}": SlotDef(f"x{n}", shared=True) for n in range(1000)}

LARGE = [
    pytest.param(FlowSet("", Settings(), chain(lambda n: Ask(SlotDef(f"x{n}")))), id="as many slots as steps"),
    pytest.param(
        FlowSet("", Settings(), chain(lambda n: If(Source("now"), f"g{n}"), gotos(lambda n: f"s{max(n - 1, 0)}"))),
        id="a loop at each step",
    ),
    pytest.param(
        FlowSet("", Settings(), chain(lambda n: If(Source("now"), f"g{n}"), gotos(lambda n: f"no_{n}"))),
        id="a wrong word at each step",
    ),
    pytest.param(
        FlowSet("", Settings(), chain(ask_and_write, gotos(lambda n: f"s{max(n - 3, 0)}"))), id="thousands of writes"
    ),
    pytest.param(
        FlowSet("", Settings(), ring(lambda n: Step("a", Set({f"x{n}": Value(1)}), next="b")), slots=SHARED),
        id="a ring of flows",
    ),
    pytest.param(
        FlowSet(
            "",
            Settings(),
            {},
            {f"i{n}": Intent(f"i{n}", tuple(f"my order {n} and {m}" for m in range(10))) for n in range(1000)},
        ),
        id="10,000 examples",
    ),
]


@pytest.mark.parametrize("bot", LARGE)
def test_a_large_bot_is_checked_in_time_that_grows_with_its_size(bot: FlowSet) -> None:
    began = process_time()
    check(bot)
    assert process_time() - began < 20  # each takes about half a second; with the square of the size, minutes
