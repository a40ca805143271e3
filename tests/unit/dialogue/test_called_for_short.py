"""Names for short, and what is said right beside them: the date of a delivery date is wrong, 地址 of 新地址 is another."""

import pytest

from tests.unit.dialogue.talking import Talk, build

BOT = """
flows:
  main:
    start: {commands: [main]}
    steps:
      - {ask: order_id, title: {en: order number, zh: 订单号}, say: {en: Which order?, zh: 哪个订单？}, pattern: '\\d{10}'}
      - ask: reason
        title: {en: reason, zh: 原因}
        say: {en: What is the reason?, zh: 什么原因？}
        options:
          - {value: damaged, label: {en: It arrived damaged, zh: 商品破损}}
          - {value: wrong, label: {en: Wrong item or size, zh: 发错了或尺码不对}}
          - {value: unwanted, label: {en: I changed my mind, zh: 不想要了}}
      - {ask: new_address, title: {en: new address, zh: 新地址}, say: {en: What is the new address?, zh: 新地址是什么？}}
      - {ask: delivery_day, title: {en: delivery date, zh: 送货日期}, say: {en: Which day?, zh: 哪天送货？}, type: date}
      - {ask: amount, title: {en: refund amount, zh: 退款金额}, say: {en: How much?, zh: 退多少？}, type: money}
      - confirm: {en: "OK?", zh: 对吗？}
      - {do: shop.give, with: {a: "{{ order_id }}{{ reason }}{{ new_address }}{{ delivery_day }}{{ amount }}"}}
"""
VALUES = ("5561203344", "damaged", "9 Hill Rd, Salem", "May 20", "60")
CHINESE = ("5561203344", "破损", "广州市天河路12号", "5月20号", "60")


def confirmed(reply: str) -> Talk:
    talk = Talk(build(BOT))
    for line in ("/main", *(VALUES if reply.isascii() else CHINESE)):
        talk.say(line)
    assert talk.step == "confirm"
    return talk


def changed(reply: str) -> tuple[dict[str, str], str | None]:
    talk = confirmed(reply)
    before = talk.slots
    talk.say(reply)
    return {name: str(value) for name, value in talk.slots.items() if value != before[name]}, talk.step


@pytest.mark.parametrize(
    ("reply", "slot"),
    [
        ("the date is wrong", "delivery_day"),
        ("wrong date", "delivery_day"),
        ("no, the date", "delivery_day"),
        ("the date isn't right", "delivery_day"),
        ("hold on, wrong order number", "order_id"),
        ("wrong order", "order_id"),
        ("one sec, the order is wrong", "order_id"),
        ("I gave you the wrong address", "new_address"),
        ("the address is wrong", "new_address"),
        ("the amount is too high", "amount"),
        ("the reason is wrong", "reason"),
        ("that's the wrong reason", "reason"),
        ("change the amount", "amount"),
        ("can I change the date?", "delivery_day"),
        ("I'd like to change the address, please", "new_address"),
        ("日期错了", "delivery_day"),
        ("等一下，订单错了", "order_id"),
        ("填错地址了", "new_address"),
        ("金额不对", "amount"),
        ("原因写错了", "reason"),
        ("改一下金额", "amount"),
        ("能改一下日期吗", "delivery_day"),
        ("日期能改吗？", "delivery_day"),
        ("地址不是天河路，是北京路", "new_address"),
    ],
)
def test_a_slot_that_is_named_for_short_and_wrong_is_asked_for_again(reply: str, slot: str) -> None:
    assert changed(reply) == ({slot: "None"}, f"ask:{slot}")


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("the date is wrong, it should be May 22", {"delivery_day": "2026-05-22"}),
        ("wrong order. It's 3348917502", {"order_id": "3348917502"}),
        ("the reason is wrong, I just changed my mind", {"reason": "unwanted"}),
        ("the reason is wrong, it was the wrong size", {"reason": "wrong"}),
        ("wrong reason: I changed my mind", {"reason": "unwanted"}),
        ("the amount should be 65", {"amount": "65 EUR"}),
        ("change the amount to 65", {"amount": "65 EUR"}),
        ("the address should be 11 Hill Rd, Salem", {"new_address": "11 Hill Rd, Salem"}),
        ("the address isn't 9 but 11", {"new_address": "11 Hill Rd, Salem"}),
        ("not 9 Hill Rd but 11 Hill Rd", {"new_address": "11 Hill Rd, Salem"}),
        ("the address is not 9 Hill Rd but 4 Elm Street, Boston", {"new_address": "4 Elm Street, Boston"}),
        ("日期错了，是5月22号", {"delivery_day": "2026-05-22"}),
        ("金额改成65", {"amount": "65 EUR"}),
        ("地址不是12号，是21号", {"new_address": "广州市天河路21号"}),
        ("不是12号，是21号", {"new_address": "广州市天河路21号"}),
        ("不是20号，是21号", {"delivery_day": "2026-05-21"}),
        ("日期不是20号，是21号", {"delivery_day": "2026-05-21"}),
        ("把地址改成北京路5号", {"new_address": "北京路5号"}),
        ("原因不对，是不想要了", {"reason": "unwanted"}),
    ],
)
def test_what_is_said_beside_a_name_for_short_is_of_that_slot(reply: str, expected: dict[str, str]) -> None:
    assert changed(reply) == (expected, "confirm")


@pytest.mark.parametrize(
    "reply",
    [
        "they sent the wrong item",
        "the reason isn't wrong",
        "nothing wrong with the reason",
        "is the date wrong?",
        "the date isn't wrong",
        "not the wrong date",
        "the date is wrong, isn't it",
        "the billing address is wrong",
        "wrong address book",
        "填错地址簿了",
        "the update is wrong",
        "the date of birth is wrong",
        "the amount is fine",
        "原因没错",
        "日期错了吗",
        "账单地址错了",
        "下单日期错了",
        "地址没错",
    ],
)
def test_what_is_of_something_else_or_says_nothing_wrong_changes_nothing(reply: str) -> None:
    assert changed(reply) == ({}, "confirm")


@pytest.mark.parametrize("reply", ["the date is wrong", "日期错了"])
def test_a_part_that_two_slots_may_be_called_by_names_none(reply: str) -> None:
    other = (
        "{ask: birthday, title: {en: birth date, zh: 出生日期}, say: Born?, type: date, past: true}\n      - confirm"
    )
    talk = Talk(build(BOT.replace("confirm", other, 1)))
    for line in ("/main", *VALUES, "May 3, 1990"):
        talk.say(line)
    before = talk.slots
    talk.say(reply)
    assert talk.slots == before
    talk.say("the birth date is wrong")
    assert talk.step == "ask:birthday"


def test_a_number_of_two_slots_is_no_part_of_the_one_alone() -> None:
    talk = confirmed("地址")
    for line in ("地址改成天河路20号", "不是20号，是21号"):
        talk.say(line)
    assert talk.slots["new_address"] == "天河路20号"


def test_the_long_street_is_asked_for_again_where_a_part_of_it_has_more_words() -> None:
    talk = confirmed("地址")
    talk.say("地址不是12号，是21号3单元")
    assert talk.step == "ask:new_address"


ACCOUNT = """
flows:
  main:
    start: {commands: [main]}
    steps:
      - {ask: bank_account_number, say: Which account?, pattern: '\\d{8}'}
      - {ask: delivery_date_of_order, say: Which day?, type: date}
      - {ask: order_number, say: Which order?, pattern: '\\d{6}'}
      - {confirm: "OK?"}
      - {do: shop.give, with: {a: "{{ bank_account_number }}{{ delivery_date_of_order }}{{ order_number }}"}}
"""


@pytest.mark.parametrize(
    ("reply", "step"),
    [
        ("the bank account is wrong", "ask:bank_account_number"),
        ("wrong bank account", "ask:bank_account_number"),
        ("the bank-account is wrong", "ask:bank_account_number"),
        ("the delivery date is wrong", "ask:delivery_date_of_order"),
        ("no, the delivery date", "ask:delivery_date_of_order"),
        ("no, the order is wrong", "ask:order_number"),
        ("no, the order", "confirm"),
        ("no, the order one", "confirm"),
        ("the bank is wrong", "confirm"),
    ],
)
def test_short_names_of_several_words(reply: str, step: str) -> None:
    talk = Talk(build(ACCOUNT))
    for line in ("/main", "12345678", "May 20", "556120"):
        talk.say(line)
    assert talk.step == "confirm"
    talk.say(reply)
    assert (talk.step or "") == step


SEVERAL = """
flows:
  main:
    start: {commands: [main]}
    steps:
      - {ask: why, title: {en: [reason, cause, grounds], zh: [原因, 缘故]}, say: Why?, type: text}
      - {ask: guest, title: [客人姓名, 名字, holder], say: Who?, type: text}
      - {ask: count, title: {en: number of guests}, say: How many?, type: integer}
      - {confirm: {en: "OK?", zh: 对吗？}}
      - {do: shop.give, with: {a: "{{ why }}{{ guest }}{{ count }}"}}
"""


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("the reason is: I moved house", {"why": "I moved house"}),
        ("the cause is: I moved house", {"why": "I moved house"}),
        ("no, the grounds should be I moved house", {"why": "I moved house"}),
        ("缘故是搬家了", {"why": "搬家了"}),
        ("名字是李丽", {"guest": "李丽"}),
        ("the holder should be Bob Hope", {"guest": "Bob Hope"}),
        ("the because is: I moved house", {}),
    ],
)
def test_a_slot_may_have_several_titles(reply: str, expected: dict[str, str]) -> None:
    talk = Talk(build(SEVERAL))
    for line in ("/main", "too small", "Ann Lee", "3"):
        talk.say(line)
    before = talk.slots
    talk.say(reply)
    assert {name: value for name, value in talk.slots.items() if value != before[name]} == expected


def test_the_first_title_is_said() -> None:
    talk = Talk(build(SEVERAL))
    for line in ("/main", "too small", "Ann Lee", "3", "yes, but the 7th"):
        talk.say(line)
    assert talk.labels[:2] == ["reason", "客人姓名"]


@pytest.mark.parametrize("reply", ["the cause is wrong", "wrong cause", "change the cause", "缘故错了"])
def test_one_of_several_titles_opens_the_slot_again(reply: str) -> None:
    talk = Talk(build(SEVERAL))
    for line in ("/main", "too small", "Ann Lee", "3", reply):
        talk.say(line)
    assert talk.step == "ask:why"
