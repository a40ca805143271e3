"""Intents and answers can be told apart by their examples, however many there are."""

from collections.abc import Callable
from hashlib import sha256

import pytest

from botkit.flows.checks import check
from botkit.flows.checks.examples import EXHAUSTIVE
from botkit.model.definitions import Answer, Intent, Speech
from botkit.model.flowset import FlowSet, Settings

CASES = [
    pytest.param(["return it"], ["opening hours"], [], id="apart"),
    pytest.param(["return it"], ["return it"], ["shared-example"], id="the same"),
    pytest.param(["return it"], ["  Return,   IT! "], ["shared-example"], id="the same when folded"),
    pytest.param(["退货"], ["退货。"], ["shared-example"], id="the same in Chinese"),
    pytest.param(["I want to return my order"], ["I want to return my orders"], ["close-examples"], id="close"),
    pytest.param(["return it", "send it back"], ["return it", "send it back"], ["shared-example"] * 2, id="two"),
    pytest.param(
        ["I want to return my order", "please return my order"],
        ["I want to return my orders", "please return my orders"],
        ["close-examples"],
        id="one warning for a pair",
    ),
    pytest.param(["!!!"], ["???"], [], id="nothing but signs"),
    pytest.param(["a" * 300], ["a" * 299], [], id="too long to compare"),
    pytest.param(["return it", "return it!"], ["hours"], [], id="twice in one intent"),
]


@pytest.mark.parametrize(("one", "other", "expected"), CASES)
def test_examples_of_two(one: list[str], other: list[str], expected: list[str]) -> None:
    intents = {name: Intent(name, tuple(texts)) for name, texts in (("one", one), ("two", other))}
    answers = {"two": Answer("two", tuple(other), Speech())}
    for bot in (
        FlowSet("", Settings(), {}, intents),
        FlowSet("", Settings(), {}, {"one": intents["one"]}, answers),
    ):
        assert [problem.code for problem in check(bot) if problem.code != "unused-intent"] == expected


def test_messages_name_both(problems: Callable[..., list[object]]) -> None:
    text = f"""
    intents:
      one: {{examples: [{"long " * 20}]}}
      two: {{examples: [{"long " * 20}]}}
    flows: {{main: {{start: {{intents: [one, two]}}, steps: [{{say: Hi.}}]}}}}
    """
    shown = f"'{('long ' * 20)[:57]}...'"
    assert [str(problem) for problem in problems(text)] == [
        (
            f"bot.yaml:4:3: shared-example: intent 'two' shares the example {shown} with intent 'one'; "
            "let one of them have it"
        )
    ]


@pytest.mark.parametrize(
    "near",
    [
        "zebra crossing number ninety nine",
        "zebra crossing number ninety nones",
        "a zebra crossing number ninety nines",
    ],
)
def test_close_examples_are_found_among_many(near: str) -> None:
    many = {f"i{n}": Intent(f"i{n}", (sha256(str(n).encode()).hexdigest(),)) for n in range(EXHAUSTIVE)}
    pair = {"a": Intent("a", ("zebra crossing number ninety nines",)), "b": Intent("b", (near,))}
    found = check(FlowSet("", Settings(), {}, {**many, **pair}))
    assert [problem.message[:10] for problem in found if problem.code == "close-examples"] == ["intent 'b'"]
