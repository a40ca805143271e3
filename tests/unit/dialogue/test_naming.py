"""Naming: what a text says of a slot by its name is said of no other; the longest name counts."""

import pytest

from tests.unit.dialogue.talking import Talk, build

MOVING = """
flows:
  main:
    start: {commands: [main]}
    steps:
      - {ask: current_street, say: From which street?}
      - {ask: street, say: To which street?}
      - {ask: quantity, say: How many boxes?, type: integer}
      - {ask: amount, say: How much is it worth?, type: money}
      - {ask: what, say: What matters?, options: {size: Fit, colour: Looks}}
      - {ask: size, say: Which size?, options: {s: Small, l: Large}}
      - {ask: email, say: Your mail?, type: email}
      - {ask: helpers, say: How many helpers?, type: integer}
      - confirm: "{{ quantity }} from {{ current_street }} to {{ street }}?"
      - do: shop.give
        with: {quantity: "{{ quantity }}"}
      - say: Done.
"""
VALUES = ("Oak Lane", "Elm Road", "7", "€50", "Looks", "Small", "ann@example.org", "4")


def talk_to(step: str, text: str = MOVING, values: tuple[str, ...] = VALUES) -> Talk:
    talk = Talk(build(text), {"shop.give": 1})
    for line in ("/main", *values):
        if talk.step == step:
            break
        talk.say(line)
    assert talk.step == step
    return talk


@pytest.mark.parametrize("step", ["ask:email", "ask:helpers", "confirm"])
@pytest.mark.parametrize(
    ("reply", "slot", "value"),
    [
        ("the current street is Elm 5", "current_street", "Elm 5"),
        ("the current-street is Elm 5", "current_street", "Elm 5"),
        ("current street：北京路", "current_street", "北京路"),
        ("the street is Elm 5", "street", "Elm 5"),
        ("no, the street should be Elm 5", "street", "Elm 5"),
        ("street 12", "street", "12"),
        ("no, street: 12 please", "street", "12"),
        ("quantity 3", "quantity", 3),
        ("quantity: 3", "quantity", 3),
        ("the quantity is 3", "quantity", 3),
        ("改成quantity 3", "quantity", 3),
        ("quantity改为三", "quantity", 3),
        ("amount 100", "amount", "100 EUR"),
        ("amount:100", "amount", "100 EUR"),
        ("no, the amount should be 100", "amount", "100 EUR"),
        ("the amount is wrong, it should be $30", "amount", "30 USD"),
        ("size large", "size", "l"),
        ("no, the size is large", "size", "l"),
        ("the what is size", "what", "size"),
    ],
)
def test_a_value_behind_a_name_is_of_that_slot_alone(step: str, reply: str, slot: str, value: object) -> None:
    talk = talk_to(step)
    before = talk.slots
    talk.say(reply)
    now = talk.slots
    assert (str(now[slot]) if slot == "amount" else now[slot]) == value
    assert {name for name, given in now.items() if given != before[name]} == {slot}
    assert (talk.step, talk.called) == (step, [])


@pytest.mark.parametrize("reply", ["the size", "no, wrong size", "no, the size"])
def test_a_slots_name_goes_before_an_options_value(reply: str) -> None:
    talk = talk_to("confirm")
    assert talk.say(reply) == "Which size?"
    assert talk.slots["what"] == "colour"


def test_a_slots_name_inside_an_options_longer_label_is_none() -> None:
    talk = talk_to("confirm", MOVING.replace("size: Fit", "size: Wrong size"))
    talk.say("no, wrong size")
    assert (talk.slots["what"], talk.slots["size"]) == ("size", "s")


def test_a_button_with_a_slots_name_opens_its_question_again() -> None:
    talk = talk_to("confirm")
    talk.say("no, 98 New Road")
    assert talk.text == "What shall I change?"
    assert talk.press("size") == "Which size?"


@pytest.mark.parametrize("reply", ["amount: 80", "the amount is 80", "amount:80", "quantity is right, amount 80"])
def test_the_name_of_the_open_question_leads_to_its_value(reply: str) -> None:
    talk = talk_to("ask:amount")
    talk.say(reply)
    assert str(talk.slots["amount"]) == "80 EUR"
    assert talk.slots["quantity"] == 7


def test_what_is_said_of_a_slot_that_was_not_asked_yet_answers_no_other_question() -> None:
    talk = talk_to("ask:quantity")
    talk.say("helpers 4")
    assert "quantity" not in talk.slots
    talk.say("10 boxes")
    assert talk.slots["quantity"] == 10


def test_an_own_label_that_is_the_name_of_another_slot_is_taken() -> None:
    talk = talk_to("ask:what")
    talk.say("size")
    assert talk.slots["what"] == "size"


@pytest.mark.parametrize("text", ["my street@example.org", "ann@street.example.org", "x-street@example.org"])
def test_a_name_inside_an_address_is_none(text: str) -> None:
    talk = talk_to("ask:email")
    talk.say(text)
    assert talk.slots["street"] == "Elm Road"
    assert "street" in talk.slots["email"]


CLAIM = """
intents: {begin: {examples: [I dispute a payment]}}
flows:
  main:
    start: {intents: [begin]}
    steps:
      - {ask: points, say: How many points?, type: number, fill: anytime}
      - {ask: amount, say: How much?, type: money}
      - {ask: order_number, say: Which order?, pattern: '\\d{8}'}
      - confirm: "{{ points }} {{ amount }} {{ order_number }}?"
"""


def test_digits_of_a_pattern_are_no_amount() -> None:
    talk = Talk(build(CLAIM))
    assert talk.say("I dispute a payment for 12345678") == "How many points?"
    assert talk.say("for order 12345678").endswith("How many points?")
    assert talk.say("it was 30 for order 12345678") == "How much?"
    assert talk.say("for order 12345678 I was charged 100") == "30 €100.00 12345678?"
    assert (talk.slots["points"], str(talk.slots["amount"])) == (30, "100 EUR")
    assert talk.slots["order_number"] == "12345678"
    talk.say("no, 87654321")
    assert (talk.slots["points"], talk.slots["order_number"]) == (30, "87654321")


@pytest.mark.parametrize(("pattern", "points"), [("\\d+", 12345), ("\\d{4}", 12345), ("\\d{5}", None)])
def test_a_pattern_of_any_number_claims_none(pattern: str, points: int | None) -> None:
    talk = Talk(build(CLAIM.replace("\\d{8}", pattern)))
    talk.say("I dispute a payment")
    talk.say("give me 12345")
    assert talk.slots.get("points") == points


def test_nothing_but_a_number_answers_its_own_question() -> None:
    talk = Talk(build(CLAIM))
    talk.say("I dispute a payment")
    talk.say("12345678")
    assert talk.slots["points"] == 12345678
    talk.say("98765")
    assert str(talk.slots["amount"]) == "98765 EUR"


DATES = """
flows:
  main:
    start: {commands: [main]}
    steps:
      - {ask: bought, say: When did you buy it?, type: date, past: true}
      - {ask: pick_up, say: When shall we fetch it?, type: date}
      - confirm: {en: "Fetch it on {{ pick_up }}?", zh: "{{ pick_up }}上门取件，可以吗？"}
      - do: shop.give
        with: {day: "{{ pick_up }}"}
      - say: Done.
"""


@pytest.mark.parametrize(
    ("reply", "labels"),
    [
        ("yes, I ordered it on Monday", ["bought", "pick up"]),
        ("yes, it came last Tuesday with a scratch", ["bought", "pick up"]),
        ("May 7", ["bought", "pick up"]),
        ("好的，我上周一买的", ["bought", "pick up"]),
    ],
)
def test_a_date_that_several_slots_take_is_asked_about(reply: str, labels: list[str]) -> None:
    talk = talk_to("confirm", DATES, ("April 3", "2026-05-06"))
    before = talk.slots
    assert talk.say(reply) in {"What shall I change?", "请问要改哪一项？"}
    assert talk.labels == labels
    assert (talk.slots, talk.called) == (before, [])


ONE_DATE = DATES.replace("      - {ask: bought, say: When did you buy it?, type: date, past: true}\n", "")


@pytest.mark.parametrize(
    ("reply", "day"),
    [
        ("yes, I ordered it on Monday", 6),
        ("sure, my wife has her birthday on May 9", 6),
        ("yes, on May 7", 7),
        ("yes, but May 7", 7),
        ("yes, on May 7 instead of that", 7),
        ("no, fetch it on May 7", 7),
        ("好的，不过改到5月7号", 7),
    ],
)
def test_a_yes_that_only_mentions_a_date_changes_none(reply: str, day: int) -> None:
    talk = talk_to("confirm", ONE_DATE, ("2026-05-06",))
    talk.say(reply)
    assert talk.slots["pick_up"].day == day
    assert (talk.step, talk.called) == ("confirm", [])


def test_a_value_said_again_of_one_slot_changes_no_other() -> None:
    talk = talk_to("confirm", DATES, ("April 3", "2026-05-06"))
    talk.say("May 6, yes")
    assert talk.slots["bought"].day == 3
    talk.say("the bought is 2026-04-01")
    assert talk.slots["bought"].day == 1


def test_the_longest_of_two_names_that_begin_alike_counts() -> None:
    text = MOVING.replace("current_street", "street_number")
    talk = talk_to("confirm", text)
    talk.say("the street number is 12")
    assert (talk.slots["street_number"], talk.slots["street"]) == ("12", "Elm Road")


@pytest.mark.parametrize("reply", ["$20", "no, $20", "不对，20美元"])
def test_a_number_inside_a_longer_value_is_none(reply: str) -> None:
    talk = talk_to("confirm")
    talk.say(reply)
    assert (str(talk.slots["amount"]), talk.slots["quantity"], talk.slots["helpers"]) == ("20 USD", 7, 4)


INTRODUCED = """
slots: {order_number: {title: {en: order number, zh: 订单号}, pattern: '\\d{10}'}}
flows:
  main:
    start: {commands: [main]}
    steps:
      - {ask: phone, title: {en: phone number, zh: 手机号}, say: Phone?, type: phone}
      - {ask: order_number, say: Order?}
      - {ask: promo_code, say: Promo?, pattern: '[A-Z]{4}\\d'}
      - {ask: promo_id, say: Promo id?, pattern: '\\d{3}'}
      - say: Done.
"""


@pytest.mark.parametrize(
    "said",
    [
        "my order is 3348917502",
        "order 3348917502",
        "the order number is 3348917502",
        "3348917502 is my order number",
        "3348917502 is my order",
        "it's 3348917502, order",
        "订单是3348917502",
        "我的订单号是3348917502",
        "3348917502是我的订单号",
    ],
)
def test_what_is_introduced_by_another_name_does_not_answer_the_question(said: str) -> None:
    talk = Talk(build(INTRODUCED, country="US"))
    talk.say("/main")
    talk.say(said)
    assert talk.slots.get("phone") is None or said.startswith("it's")


@pytest.mark.parametrize(
    "said",
    [
        "3348917502 is my order number and my phone is 4155550111",
        "my phone is 4155550111 and the order is 3348917502",
        "4155550111 is my phone, 3348917502 is my order",
        "手机是4155550111，订单是3348917502",
        "3348917502是订单号，4155550111是手机号",
    ],
)
def test_each_value_goes_to_the_slot_that_it_is_said_of(said: str) -> None:
    talk = Talk(build(INTRODUCED, country="US"))
    talk.say("/main")
    talk.say(said)
    assert (talk.slots["phone"], talk.slots["order_number"]) == ("+14155550111", "3348917502")
    assert talk.step == "ask:promo_code"


@pytest.mark.parametrize(
    ("said", "phone"),
    [
        ("my order is late, call me at 415 555 0111", "+14155550111"),
        ("415 555 0111, and where is my order?", "+14155550111"),
        ("4155550111", "+14155550111"),
        ("订单还没到，我手机4155550111", "+14155550111"),
        ("my promo is 4155550111", "+14155550111"),
    ],
)
def test_a_shortened_name_without_a_value_says_nothing(said: str, phone: str) -> None:
    talk = Talk(build(INTRODUCED, country="US"))
    talk.say("/main")
    talk.say(said)
    assert talk.slots["phone"] == phone
