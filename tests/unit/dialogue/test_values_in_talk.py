"""Values in talk: numbers, days and phones that are something else, and what they correct."""

from typing import Any

import pytest

from tests.unit.dialogue.talking import Talk, build

SHIRT = """
flows:
  main:
    start: {commands: [main]}
    steps:
      - {ask: size, title: {en: size, zh: 尺码}, say: Size?, options: {M: {en: Medium, zh: 中号}, L: {en: Large, zh: 大号}}}
      - {ask: color, title: {en: color, zh: 颜色}, say: Color?, options: {black: {en: Black, zh: 黑色}, blue: {en: Blue, zh: 蓝色}}}
      - {ask: quantity, title: {en: quantity, zh: 数量}, say: How many?, type: integer}
      - confirm: {en: "{{ quantity }} shirts, {{ color }} {{ size }}?", zh: "{{ quantity }} 件 {{ color }} {{ size }}？"}
      - say: Done.
"""
REFUND = """
slots:
  order: {pattern: '\\d{10}', title: {en: order number, zh: 订单号}}
flows:
  main:
    start: {commands: [main]}
    steps:
      - {ask: order, say: Which order?}
      - {ask: amount, title: {en: amount, zh: 金额}, say: How much?, type: money}
      - confirm: "{{ amount | money }} for {{ order }}?"
      - say: Done.
"""
BACK = """
flows:
  main:
    start: {commands: [main]}
    steps:
      - {ask: bought, title: {en: purchase date, zh: 购买日期}, say: When?, type: date, past: true}
      - {ask: packaging, title: {en: packaging, zh: 包装}, say: Still packed?, type: boolean}
      - {ask: address, title: {en: address, zh: 地址}, say: Where?}
      - {ask: card, title: {en: card, zh: 贺卡}, say: What shall be on the card?}
      - confirm: "{{ bought | date }} {{ address }}?"
      - say: Done.
"""


def talk_of(text: str, *lines: str, **settings: Any) -> Talk:
    talk = Talk(build(text, **settings))
    for line in ("/main", *lines):
        talk.say(line)
    return talk


@pytest.mark.parametrize(
    ("reply", "slots"),
    [
        ("no, a large one", (3, "black", "L")),
        ("the large one please", (3, "black", "L")),
        ("a large one instead", (3, "black", "L")),
        ("I'd rather have a blue one", (3, "blue", "M")),
        ("no, two blue ones", (2, "blue", "M")),
        ("no, just one", (1, "black", "M")),
        ("make it two", (2, "black", "M")),
        ("make it 12 shirts", (12, "black", "M")),
        ("改成两件", (2, "black", "M")),
        ("不，两件", (2, "black", "M")),
        ("只要一件", (1, "black", "M")),
        ("is there a large one?", (3, "black", "M")),
        ("what does the blue cost?", (3, "black", "M")),
        ("no, 7228 Elm Road", (3, "black", "M")),
    ],
)
def test_numbers_and_pronouns_at_a_confirm(reply: str, slots: tuple[int, str, str]) -> None:
    talk = talk_of(SHIRT, "medium", "black", "3")
    talk.say(reply)
    assert (talk.slots["quantity"], talk.slots["color"], talk.slots["size"]) == slots
    assert talk.step == "confirm"


@pytest.mark.parametrize(
    ("reply", "amount"),
    [
        ("make it 30", "30 USD"),
        ("改成三十", "30 USD"),
        ("大概三十美元吧", "30 USD"),
        ("三十块", "30 USD"),
        ("金额不是20，是25", "25 USD"),
        ("not $20 but $25", "25 USD"),
        ("I paid 40 yesterday", "20 USD"),
    ],
)
def test_one_number_that_fits_one_slot_is_taken(reply: str, amount: str) -> None:
    talk = talk_of(REFUND, "3348917502", "20", currency="USD", country="US")
    talk.say(reply)
    assert (str(talk.slots["amount"]), talk.slots["order"]) == (amount, "3348917502")


@pytest.mark.parametrize("reply", ["my phone is 2125550123", "call me at 2125550123", "我的电话是2125550123"])
def test_a_phone_number_is_no_order_number(reply: str) -> None:
    talk = talk_of(REFUND)
    talk.say(reply)
    assert (talk.step, talk.slots.get("order")) == ("ask:order", None)
    talk.say("my number is 3348917502")
    assert talk.slots["order"] == "3348917502"


@pytest.mark.parametrize(
    "reply",
    [
        "上海市南京路8号",
        "我住南京路28号",
        "8 May Street",
        "I need it back by December 3",
        "what about December 3?",
        "can it be done by April 3 if I bring the box and the bill with me",
    ],
)
def test_a_date_that_is_none_or_of_something_else_corrects_nothing(reply: str) -> None:
    talk = talk_of(BACK, "january 10")
    talk.say(reply)
    assert (str(talk.slots["bought"]), talk.step) == ("2026-01-10", "ask:packaging")


@pytest.mark.parametrize(
    ("reply", "bought"),
    [
        ("no, it was April 3", "2026-04-03"),
        ("it was on April 3", "2026-04-03"),
        ("购买日期是8号", "2026-04-08"),
        ("purchase date: April 3, at 5 in the afternoon or so", "2026-04-03"),
    ],
)
def test_a_date_that_was_wrong_is_corrected_at_a_later_question(reply: str, bought: str) -> None:
    talk = talk_of(BACK, "january 10")
    talk.say(reply)
    assert str(talk.slots["bought"]) == bought


def test_a_day_alone_of_the_past_is_the_latest_one() -> None:
    for reply, bought in (("8号", "2026-04-08"), ("the 8th", "2026-04-08"), ("31号", "2026-03-31")):
        talk = talk_of(BACK, reply)
        assert str(talk.slots["bought"]) == bought


def test_a_no_that_corrects_something_else_changes_no_boolean() -> None:
    for reply in ("no, the purchase date should be April 3", "不，购买日期应该是4月3号"):
        talk = talk_of(BACK, "january 10", "yes", "5 Elm Road")
        talk.say(reply)
        assert (talk.slots["packaging"], str(talk.slots["bought"])) == (True, "2026-04-03")
    talk = talk_of(BACK, "january 10", "yes", "5 Elm Road", "Hello")
    talk.say("sorry, packaging no")
    assert talk.slots["packaging"] is False
