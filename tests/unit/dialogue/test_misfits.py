"""What is said of a slot by its name, and is none of its values, is no value of another slot."""

import pytest

from tests.unit.dialogue.talking import Talk, build

REFUND = r"""
flows:
  main:
    start: {commands: [main]}
    steps:
      - {ask: order_id, pattern: '\d{10}', title: {en: order number, zh: 订单号}, say: Which order?}
      - {ask: amount, type: money, title: {en: amount, zh: 金额}, say: How much?}
      - confirm: "Refund {{ amount | money }} for {{ order_id }}?"
      - do: shop.give
        with: {a: "{{ order_id }}", b: "{{ amount }}"}
      - say: Done.
"""


def talk_to(*lines: str) -> Talk:
    talk = Talk(build(REFUND, currency="USD"), {"shop.give": "T-1"})
    for line in ("/main", "3348917502", *lines):
        talk.say(line)
    return talk


@pytest.mark.parametrize(
    ("reply", "step", "amount"),
    [
        ("the order number is 123", "ask:order_id", "20"),
        ("no, the order number is 5555", "ask:order_id", "20"),
        ("订单号是123", "ask:order_id", "20"),
        ("the order number is 123 and the amount is $30", "ask:order_id", "30"),
        ("订单号是123，金额是30", "ask:order_id", "30"),
        ("the order number is correct, but make the amount 30", "confirm", "30"),
        ("the order number is 7916676427", "confirm", "20"),
        ("is the order number 123?", "confirm", "20"),
        ("the amount is 40", "confirm", "40"),
    ],
)
def test_at_a_confirm_a_slot_said_to_be_what_it_cannot_be_is_asked_again(reply: str, step: str, amount: str) -> None:
    talk = talk_to("$20", reply)
    assert (talk.step, str(talk.slots["amount"].amount)) == (step, amount)


@pytest.mark.parametrize("reply", ["the order number is 123", "订单号是123", "the order number is 5555 not 66"])
def test_the_open_question_does_not_take_it(reply: str) -> None:
    talk = talk_to(reply)
    assert (talk.step, talk.slots.get("amount")) == ("ask:amount", None)
