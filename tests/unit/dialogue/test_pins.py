"""Pins: arguments of a model's tools that the flow gives, and that no model can choose."""

import json
from typing import Any

import pytest

from botkit.flows import load
from botkit.llm.prompting import tools_of
from botkit.model.catalogue import ActionSpec, Catalogue
from botkit.model.events import Message, Result
from botkit.model.flowset import FlowSet, Settings
from botkit.model.replies import MODEL
from botkit.understanding.values import PARSERS
from tests.unit.dialogue.talking import Talk, known_locales
from tests.unit.dialogue.test_agents import Model, call, made, said

_TEXT = {"type": "string"}
ORDERS = {
    "type": "object",
    "properties": {"customer": _TEXT, "status": _TEXT},
    "required": ["customer"],
    "additionalProperties": False,
}
ACTIONS = {
    "shop.orders": ActionSpec("shop.orders", parameters=ORDERS),
    "shop.pay": ActionSpec("shop.pay", effect="write", parameters={**ORDERS, "required": ["customer", "status"]}),
}
TOOLS = """
flows:
  help:
    start: {commands: [help]}
    steps:
      - agent: Help.
        tools:
          - {action: shop.orders, with: {customer: "{{ customer.id }}"}}
          - {action: shop.pay, with: {customer: "{{ customer.id }}"}}
"""


def build(text: str = TOOLS) -> tuple[FlowSet | None, list[str]]:
    catalogue = Catalogue(actions=ACTIONS, types=PARSERS, plugins=("shop",), models=True)
    flows, problems = load({"a.yaml": text}, Settings(locales=("en",)), catalogue, known_locales())
    return flows, [str(problem) for problem in problems]


def begin(model: Model, **customer: Any) -> Talk:
    flows, problems = build()
    assert flows is not None, problems
    talk = Talk(flows, {MODEL: model, "shop.orders": [{"id": 1}], "shop.pay": {"ok": True}})
    model.talk = talk
    talk.take(Message("/help", customer=customer))
    return talk


def told(model: Model) -> dict[str, Any]:
    """What the model was told of its last call."""
    found: dict[str, Any] = json.loads([text for role, text in model.seen[-1] if role == "tool"][-1])
    return found


def test_the_model_does_not_hear_of_a_pinned_argument_and_the_core_fills_it_in() -> None:
    model = Model(said("", call("orders", status="open")), said("One."))
    talk = begin(model, id="ann")
    assert made(talk) == [("shop.orders", {"status": "open", "customer": "ann"})]
    assert model.asked[0].args["pins"] == {"shop.orders": {"customer": "ann"}, "shop.pay": {"customer": "ann"}}
    assert talk.flows is not None
    orders = next(iter(tools_of(talk.flows, model.asked[0].args)))
    assert orders.parameters == {
        "type": "object",
        "properties": {"status": _TEXT},
        "required": [],
        "additionalProperties": False,
    }


@pytest.mark.parametrize("whose", ["bob", "ann", None, ""])
def test_a_pinned_argument_that_the_model_writes_all_the_same_is_refused(whose: str | None) -> None:
    model = Model(said("", call("orders", customer=whose)), said("No."))
    talk = begin(model, id="ann")
    assert made(talk) == []
    assert told(model)["error"]["code"] == "not_allowed"
    assert "customer" in told(model)["error"]["message"]


def test_what_is_not_known_yet_is_not_left_out() -> None:
    model = Model(said("", call("orders")), said("Who are you?"))
    talk = begin(model)
    assert made(talk) == []
    assert told(model)["error"]["code"] == "not_allowed"


def test_a_write_is_confirmed_with_what_is_pinned() -> None:
    model = Model(said("", call("pay", status="now")), said("Paid."))
    talk = begin(model, id="ann")
    assert "status: now, customer: ann" in talk.text
    talk.say("yes")
    assert made(talk) == [("shop.pay", {"status": "now", "customer": "ann"})]


def test_a_write_that_was_agreed_to_for_somebody_else_is_not_made() -> None:
    model = Model(said("", call("pay", status="now")), said("Nothing was done."))
    talk = begin(model, id="ann")
    talk.take(Message("yes", customer={"id": "bob"}))
    assert made(talk) == []
    assert told(model)["error"]["code"] == "not_allowed"


def test_a_call_that_a_guard_refuses_is_not_made() -> None:
    model = Model(said("", {**call("orders"), "refused": "This is not allowed: too often."}), said("No."))
    talk = begin(model, id="ann")
    assert made(talk) == []
    assert told(model) == {"error": {"code": "not_allowed", "message": "This is not allowed: too often."}}


def test_a_result_that_nobody_asked_for_changes_no_pins() -> None:
    model = Model(said("Hi."))
    talk = begin(model, id="ann")
    talk.take(Result("1.99", {"calls": [call("orders")]}))
    assert made(talk) == []


@pytest.mark.parametrize(
    ("tools", "code"),
    [
        ("[{action: shop.orders, with: {nobody: x}}]", "wrong-arguments"),
        ("[{action: shop.orders, with: {status: 5}}]", "wrong-arguments"),
        ("[{action: shop.orders, with: {customer: '{{ nothing_like_it }}'}}]", "unknown-name"),
        ("[{with: {customer: x}}]", "missing-key"),
        ("[{action: shop.orders, what: x}]", "unknown-key"),
        ("[{action: shop.nothing, with: {a: b}}]", "unknown-action"),
        ("[[shop.orders]]", "wrong-type"),
    ],
)
def test_what_cannot_be_pinned_is_reported(tools: str, code: str) -> None:
    _, problems = build(f"flows: {{help: {{start: {{commands: [h]}}, steps: [{{agent: Help., tools: {tools}}}]}}}}")
    assert any(code in problem for problem in problems), problems


def test_plain_names_and_one_tool_are_as_before() -> None:
    for tools in ("shop.orders", "[shop.orders, shop.orders]", "[{action: shop.orders}]"):
        flows, problems = build(
            f"flows: {{help: {{start: {{commands: [h]}}, steps: [{{agent: H., tools: {tools}}}]}}}}"
        )
        assert flows is not None, problems
        body = next(iter(flows.flows["help"].steps.values())).body
        assert (body.tools, body.pins) == (("shop.orders",), {})  # type: ignore[union-attr]
