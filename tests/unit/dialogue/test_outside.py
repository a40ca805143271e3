"""Events from outside: what each comes to, told from the turn's record alone."""

from typing import Any

import pytest

from botkit.model.events import Outside, Owned
from tests.unit.dialogue.talking import Talk, build

BOT = """
intents:
  pay_bill: {examples: [pay my bill]}
flows:
  bill:
    title: your payment
    start: {intents: [pay_bill], commands: [bill]}
    steps:
      - ask: account
        say: Which account?
      - do: shop.find
        save: found
      - say: Found.
  ship:
    start: {events: [shipped]}
    slots: {event: {type: any}}
    steps:
      - say: 'Shipped {{ event.id }}.'
  asked:
    start: {events: [delivered]}
    slots: {event: {type: any}}
    steps:
      - ask: mark
        say: 'How was {{ event.id }}?'
      - say: 'Thanks for {{ event.id }}: {{ mark }}.'
  never:
    start: {events: [never]}
    only_if: channel == 'slack'
    steps:
      - say: Never.
  order:
    start: {commands: [order]}
    steps:
      - wait: {event: paid, save: payment}
      - say: 'Paid {{ payment.sum }}.'
"""


def outcome(talk: Talk) -> str:
    (found,) = [one for one in talk.turns[-1].candidates if one.route == "event"]
    assert found.taken
    assert talk.turns[-1].route == ""
    return found.name


def test_an_event_that_nobody_knows_is_recorded_as_such() -> None:
    talk = Talk(build(BOT))
    assert talk.take(Outside("nothing")) == ""
    assert outcome(talk) == "ignored"


def test_an_event_starts_a_flow_over_what_is_open() -> None:
    talk = Talk(build(BOT))
    talk.say("/bill")
    assert talk.take(Outside("shipped", {"id": 1})).startswith("Shipped 1.\n")
    assert outcome(talk) == "started"
    assert talk.text.endswith("Which account?")


def test_a_flow_whose_condition_does_not_hold_is_not_started() -> None:
    talk = Talk(build(BOT))
    assert talk.take(Outside("never")) == ""
    assert outcome(talk) == "refused"


def test_a_waiting_flow_is_woken() -> None:
    talk = Talk(build(BOT))
    talk.say("/order")
    assert talk.take(Outside("paid", {"sum": 3})) == "Paid 3."
    assert outcome(talk) == "woken"


@pytest.mark.parametrize("how", ["queue", "human"])
def test_a_person_is_never_interrupted(how: str) -> None:
    talk = Talk(build(BOT))
    talk.say("talk to a person")
    if how == "human":
        talk.take(Owned("claimed", "Ann"))
    assert talk.take(Outside("shipped", {"id": 1})) == ""
    assert outcome(talk) == "owned"


def test_one_that_comes_while_an_action_runs_comes_after_its_result() -> None:
    talk = Talk(build(BOT))
    talk.say("/bill")
    talk.say("B1")
    assert talk.take(Outside("shipped", {"id": 1})) == ""
    assert outcome(talk) == "kept"
    assert talk.finish({"n": 1}) == "Found.\nShipped 1."
    assert outcome(talk) == "started"


def test_starting_over_meanwhile_does_not_lose_it() -> None:
    talk = Talk(build(BOT))
    talk.say("/bill")
    talk.say("B1")
    talk.take(Outside("shipped", {"id": 1}))
    assert "Shipped 1." in talk.say("start over")


def test_two_of_the_same_kind_are_both_told() -> None:
    talk = Talk(build(BOT))
    assert talk.take(Outside("delivered", {"id": 1})) == "How was 1?"
    assert talk.take(Outside("delivered", {"id": 2})) == "How was 2?"
    assert talk.say("fine").startswith("Thanks for 2: fine.")
    assert talk.say("bad") == "Thanks for 1: bad."


def test_many_of_a_kind_that_asks_end_somewhere() -> None:
    talk = Talk(build(BOT))
    for number in range(8):
        talk.take(Outside("delivered", {"id": number}))
    assert outcome(talk) == "too_many"
    assert len(talk.session.stack) == 6


def test_a_session_that_nobody_used_for_long_begins_anew() -> None:
    talk = Talk(build(BOT))
    talk.say("/bill")
    talk.now += 3 * 86_400
    assert talk.take(Outside("shipped", {"id": 1})) == "Shipped 1."
    assert (talk.session.number, talk.session.stack) == (2, ())


def test_a_flow_that_waits_longer_than_customers_are_idle_is_kept() -> None:
    talk = Talk(build(BOT))
    talk.say("/order")
    talk.now += 3 * 86_400
    assert talk.take(Outside("shipped", {"id": 1})) == "Shipped 1."
    assert talk.take(Outside("paid", {"sum": 3})) == "Paid 3."


# Opting out


@pytest.mark.parametrize(
    ("out", "back", "locale"),
    [
        ("Stop notifications!", "notify me again", "en"),
        ("/unsubscribe", "/subscribe", "en"),
        ("退订", "恢复通知", "zh"),
        ("不要再通知我", "/subscribe", "zh"),
    ],
)
def test_a_customer_opts_out_and_in_again(out: str, back: str, locale: str) -> None:
    talk = Talk(build(BOT), locale=locale)
    assert talk.say(out)
    assert talk.turns[-1].route == "control"
    assert talk.take(Outside("shipped", {"id": 1})) == ""
    assert outcome(talk) == "opted_out"
    assert talk.say(back)
    assert talk.take(Outside("shipped", {"id": 2})) == "Shipped 2."


def test_a_flow_that_waits_goes_on_for_a_customer_who_opted_out() -> None:
    talk = Talk(build(BOT))
    talk.say("/order")
    talk.say("stop notifications")
    assert talk.take(Outside("paid", {"sum": 3})) == "Paid 3."


def test_opting_out_outlives_the_session_and_repeats_the_open_question() -> None:
    talk = Talk(build(BOT))
    talk.say("/bill")
    assert talk.say("stop notifications").endswith("Which account?")
    talk.say("start over")
    assert talk.take(Outside("shipped", {"id": 1})) == ""


def test_a_bot_that_writes_nothing_of_its_own_knows_no_opting_out() -> None:
    talk = Talk(
        build("flows: {note: {start: {commands: [note]}, steps: [{ask: n, say: Note?}, {say: 'So {{ n }}.'}]}}")
    )
    talk.say("/note")
    assert talk.say("stop notifications") == "So stop notifications."


@pytest.mark.parametrize("data", [{}, {"id": None}, {"id": "x" * 2_000}, {"id": {"a": ["<b>", 1.5]}}, {"订单": 1}])
def test_odd_data_is_data(data: dict[str, Any]) -> None:
    talk = Talk(build(BOT))
    assert talk.take(Outside("shipped", data)).startswith("Shipped ")


def test_what_an_event_says_is_no_template() -> None:
    talk = Talk(build(BOT))
    assert talk.take(Outside("shipped", {"id": "{{ 7 * 7 }}"})) == "Shipped {{ 7 * 7 }}."
