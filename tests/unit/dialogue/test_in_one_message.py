"""Several things in one message: two corrections in one breath, and what is said of another slot than the one asked for."""

import pytest

from tests.unit.dialogue.talking import Talk, build

STEPS = {
    "address": "{ask: new_address, title: {en: new address, zh: 新地址}, say: {en: Which address?, zh: 什么地址？}}",
    "phone": "{ask: phone, title: {en: phone number, zh: 电话}, say: {en: Which number?, zh: 电话多少？}, type: phone}",
    "amount": "{ask: amount, title: {en: refund amount, zh: 退款金额}, say: {en: How much?, zh: 退多少？}, type: money}",
    "method": "{ask: method, title: {en: refund method, zh: 退款方式}, say: {en: How?, zh: 退到哪里？}, "
    "options: {card: {en: Credit card, zh: 信用卡}, paypal: PayPal}}",
    "door": "{ask: at_door, title: {en: leaving it at the door, zh: 放门口}, "
    "say: {en: May the courier leave it at the door?, zh: 可以放在门口吗？}, type: boolean}",
}
ANSWERS = {"address": "9 Hill Rd, Salem", "phone": "617-555-0142", "amount": "60", "method": "card", "door": "no"}
CHINESE = {
    "address": "广州市天河路12号",
    "phone": "617-555-0142",
    "amount": "60",
    "method": "信用卡",
    "door": "不可以",
}


def talk_of(names: tuple[str, ...], *, chinese: bool = False, until: str = "") -> Talk:
    steps = "\n".join(f"      - {STEPS[name]}" for name in names)
    flow = f"flows:\n  main:\n    start: {{commands: [main]}}\n    steps:\n{steps}\n      - confirm: OK?\n"
    talk = Talk(build(f"{flow}      - {{do: shop.give, with: {{a: x}}}}\n", currency="USD", country="US"))
    talk.say("/main")
    for name in names:
        if name == until:
            break
        talk.say((CHINESE if chinese else ANSWERS)[name])
    return talk


def changed(names: tuple[str, ...], reply: str) -> tuple[dict[str, str], str | None]:
    talk = talk_of(names, chinese=not reply.isascii())
    assert talk.step == "confirm"
    before = talk.slots
    talk.say(reply)
    return {name: str(value) for name, value in talk.slots.items() if value != before[name]}, talk.step


@pytest.mark.parametrize(
    "reply",
    [
        "no, it should be 65 and to paypal",
        "65 to paypal",
        "make it 65 and paypal",
        "paypal, 65",
        "paypal and 65 please",
        "it should be 65 and the method paypal",
        "应该是65，退到PayPal",
        "改成65，用PayPal",
        "金额65，退到PayPal",
    ],
)
def test_a_bare_amount_is_corrected_beside_an_option(reply: str) -> None:
    expected = {"amount": "65 USD", "method": "paypal"}
    assert changed(("amount", "method"), reply) == (expected, "confirm")


@pytest.mark.parametrize("reply", ["change it to paypal, 2 people told me so", "60 to paypal"])
def test_a_number_of_something_else_or_the_same_one_is_no_amount(reply: str) -> None:
    assert changed(("amount", "method"), reply) == ({"method": "paypal"}, "confirm")


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("the phone number should be 617-555-0111 and they may leave it at the door",
         {"phone": "+16175550111", "at_door": "True"}),
        ("they may leave it at the door", {"at_door": "True"}),
        ("no, they can leave it at the door", {"at_door": "True"}),
        ("电话是617-555-0111，可以放门口", {"phone": "+16175550111", "at_door": "True"}),
        ("不对，可以放在门口", {"at_door": "True"}),
        ("may they leave it at the door?", {}),
        ("I will be at the door", {}),
        ("they may leave it at the door if it is dry", {}),
        ("leave it with the neighbour at the door", {}),
    ],
)  # fmt: skip
def test_a_statement_in_the_words_of_a_yes_or_no_question_of_before_changes_it(
    reply: str, expected: dict[str, str]
) -> None:
    assert changed(("phone", "door"), reply) == (expected, "confirm")


@pytest.mark.parametrize(
    ("reply", "phone", "address"),
    [
        ("the phone should be 617-555-0177 and the address 11 Hill Rd, Salem", "+16175550177", "11 Hill Rd, Salem"),
        ("the address should be 11 Hill Rd, Salem and the phone 617-555-0177", "+16175550177", "11 Hill Rd, Salem"),
        ("the phone is 617-555-0177, address: 11 Hill Rd", "+16175550177", "11 Hill Rd"),
        ("the address 11 Hill Rd", "", "11 Hill Rd"),
        ("the phone should be 617-555-0177 and the address is fine", "+16175550177", ""),
        ("the phone should be 617-555-0177 and the address as before", "+16175550177", ""),
        ("电话应该是617-555-0177，地址是北京路5号", "+16175550177", "北京路5号"),
    ],
)
def test_the_second_of_two_named_slots_needs_no_verb(reply: str, phone: str, address: str) -> None:
    told = {"new_address": address, "phone": phone}
    assert changed(("address", "phone"), reply) == ({name: new for name, new in told.items() if new}, "confirm")


@pytest.mark.parametrize(
    ("reply", "address", "phone"),
    [
        ("my phone number is 617-555-0142", None, None),
        ("phone: 617-555-0142", None, None),
        ("我的电话是617-555-0142", None, None),
        ("the phone number is on file", None, None),
        ("9 Hill Rd, my phone number is 617-555-0142", "9 Hill Rd", "+16175550142"),
        ("9 Hill Rd, Salem and my phone is 617-555-0142", "9 Hill Rd, Salem", "+16175550142"),
        ("phone 617-555-0142, address 9 Hill Rd", "9 Hill Rd", "+16175550142"),
        ("北京路5号，电话617-555-0142", "北京路5号", "+16175550142"),
        ("5 Phone Street", "5 Phone Street", None),
    ],
)
def test_what_is_of_another_slot_by_its_name_is_no_address(
    reply: str, address: str | None, phone: str | None
) -> None:
    talk = talk_of(("address", "phone"), until="address")
    talk.say(reply)
    assert (talk.slots.get("new_address"), talk.slots.get("phone")) == (address, phone)


def test_what_was_said_of_another_slot_is_noted_for_that() -> None:
    talk = talk_of(("address", "phone"), until="address")
    talk.say("my phone number is 617-555-0142")
    talk.say("9 Hill Rd, Salem")
    assert (talk.step, talk.slots["phone"]) == ("confirm", "+16175550142")


@pytest.mark.parametrize("said", ["on December 4 at 11:00", "at 11.30 on December 4", "12月4号，时间11：00"])
def test_a_time_of_a_slot_that_is_named_spoils_no_day_beside_it(said: str) -> None:
    """The times that are to be had are known only when the day is."""
    talk = Talk(
        build("""
flows:
  main:
    start: {commands: [main]}
    steps:
      - {ask: service, say: What?, options: {big: {en: Big service, zh: 大保养}, small: Small service}}
      - {ask: bikes, say: How many bikes?, type: integer}
      - {ask: day, say: On which day?, type: date}
      - set: {times: ["09:30", "11:00"]}
      - {ask: at, title: {en: time, zh: 时间}, say: At what time?, options: "{{ times }}"}
      - {ask: name, say: Your name?}
""")
    )
    for line in ("/main", f"Big service please, {said}", "2"):
        talk.say(line)
    assert str(talk.slots.get("day")) == "2026-12-04"


def test_what_stood_behind_a_name_before_another_slot_used_it_is_not_of_the_name() -> None:
    talk = Talk(
        build("""
flows:
  main:
    start: {commands: [main]}
    steps:
      - {ask: bikes, say: How many bikes?, type: integer}
      - {ask: day, say: On which day?, type: date}
      - {ask: hour, say: At what time?, type: time}
      - {ask: name, say: Your name?}
""")
    )
    talk.say("/main")
    talk.say("2 bikes next Friday 3:30pm")
    assert (talk.step, str(talk.slots["hour"])) == ("ask:name", "15:30:00")
