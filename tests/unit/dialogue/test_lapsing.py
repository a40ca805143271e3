"""A flow that began when it was sure who the customer is ends when that is over, whatever came between."""

from collections.abc import Callable
from typing import Any

import pytest

from botkit.model.events import Message, Noted, Outside
from tests.unit.dialogue.talking import NOW, Talk, build

FLOWS = """
flows:
  account:
    only_if: customer.verified
    start: {commands: [account]}
    steps:
      - {ask: more, say: "More of 5001?", type: text, silence: {after: 40m, say: Still there?}}
      - {say: "Again 5001, {{ more }}."}
  either:
    only_if: customer.verified or cart is none
    start: {commands: [either]}
    steps: [{set: {cart: 1}}, {ask: more, say: More?, type: text}, {say: "Thanks, {{ more }}."}]
  login:
    only_if: not customer.verified
    start: {commands: [login]}
    steps: [{do: shop.find}, {ask: more, say: More?, type: text}, {say: "Thanks, {{ more }}."}]
  small: {start: {commands: [small]}, steps: [{run: account}]}
slots: {cart: {type: number}}
"""
OVER = "It has been a while"


def start(said: str, **customer: Any) -> Talk:
    talk = Talk(build(FLOWS, verified_for=1800.0))
    talk.take(Message(said, customer=customer))
    return talk


BETWEEN: dict[str, Callable[[Talk], object]] = {
    "nothing": lambda talk: None,
    "a reminder": lambda talk: talk.later(3600),
    "an event": lambda talk: talk.take(Outside("news", {})),
    "a note": lambda talk: talk.take(Noted("ann", "hm")),
    "all of them": lambda talk: [BETWEEN[name](talk) for name in ("a reminder", "an event", "a note")],
}


@pytest.mark.parametrize("said", ["/account", "/small"])
@pytest.mark.parametrize("between", BETWEEN)
def test_it_ends(said: str, between: str) -> None:
    talk = start(said, id="ann", verified=True)
    talk.now = NOW + 1801
    BETWEEN[between](talk)

    assert talk.say("fine").startswith(OVER)
    assert talk.stack == []


@pytest.mark.parametrize(
    "facts", [{"verified": False}, {"id": "bob"}, {"id": "bob", "verified": False}, {"id": None}]
)
def test_it_ends_when_somebody_else_is_named(facts: dict[str, Any]) -> None:
    talk = start("/account", id="ann", verified=True)

    assert talk.take(Message("fine", customer=facts)).startswith(OVER)


def test_it_goes_on_when_it_is_made_sure_again() -> None:
    talk = start("/account", id="ann", verified=True)
    talk.now = NOW + 1801

    assert talk.take(Message("fine", customer={"id": "ann", "verified": True})) == "Again 5001, fine."


def test_one_that_did_not_need_it_goes_on() -> None:
    talk = start("/either", id="ann", verified=True)
    talk.now = NOW + 1801
    assert talk.say("fine").startswith(OVER)

    talk = start("/login", id="ann", verified=True)
    talk.now = NOW + 1801
    assert talk.say("/either") == "More?"
    assert talk.say("fine") == "Thanks, fine."


def test_one_that_makes_it_sure_goes_on_after() -> None:
    talk = start("/login", id="ann")
    assert talk.finish(None, verified=True) == "More?"

    assert talk.say("fine") == "Thanks, fine."
