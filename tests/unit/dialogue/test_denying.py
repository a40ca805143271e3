"""Denied and taken back: what a message says and does not mean."""

import pytest

from tests.unit.dialogue.talking import Talk, asked_for, build

PARCEL = """
intents:
  back: {examples: [I want to send it back]}
flows:
  main:
    start: {commands: [main], intents: [back]}
    steps:
      - {ask: email, say: Mail?, type: email}
      - {ask: way, say: How?, options: {mail: {en: By mail, zh: 邮寄}, store: {en: In store, zh: 到店}, home: {en: Picked up, zh: 上门}}}
      - {ask: bought, say: When?, type: date, past: true}
      - {ask: order, say: Which order?, pattern: '[A-Z]-\\d{5}'}
      - {ask: items, say: Which items?, many: true, options: {a: {en: Lamp, zh: 灯}, b: {en: Chair, zh: 椅子}, c: {en: Table, zh: 桌子}}}
      - {ask: second, say: Another mail?, type: email}
      - {ask: days, say: How many days?, type: integer}
      - say: Done.
"""
LINES = {
    "email": "a@example.org",
    "way": "by mail",
    "bought": "january 10",
    "order": "A-10293",
    "items": "lamp",
    "second": "c@example.org",
}


def asked(slot: str) -> Talk:
    return asked_for(PARCEL, LINES, slot)


@pytest.mark.parametrize(
    ("slot", "reply", "value"),
    [
        ("email", "a@example.org, no sorry b@example.org", "b@example.org"),
        ("email", "a@example.org, I mean b@example.org", "b@example.org"),
        ("email", "not a@example.org but b@example.org", "b@example.org"),
        ("email", "don't use a@example.org, use b@example.org", "b@example.org"),
        ("email", "b@example.org instead of a@example.org", "b@example.org"),
        ("email", "a@example.org，不对，b@example.org", "b@example.org"),
        ("email", "别用a@example.org，用b@example.org", "b@example.org"),
        ("way", "by mail, no, in store", "store"),
        ("way", "not by mail, in store", "store"),
        ("way", "I don't want it by mail, picked up please", "home"),
        ("way", "in store rather than by mail", "store"),
        ("way", "不要邮寄，到店吧", "store"),
        ("way", "邮寄，等等，还是上门", "home"),
        ("bought", "not january 10, january 11", "2026-01-11"),
        ("bought", "january 10, no wait, january 11", "2026-01-11"),
        ("bought", "it was not on january 10 but on january 11", "2026-01-11"),
        ("bought", "不是1月10号，是1月11号", "2026-01-11"),
        ("bought", "1月10号，不对，1月11号", "2026-01-11"),
        ("bought", "1月10号，应该是1月11号", "2026-01-11"),
        ("bought", "january 10, should be january 11", "2026-01-11"),
        ("order", "I don't want A-10293 any more", "A-10293"),
        ("order", "I am not happy with A-10293", "A-10293"),
        ("order", "not A-10293, A-20000", "A-20000"),
        ("way", "by mail doesn't work, in store", "store"),
        ("way", "not in the store, picked up", "home"),
        ("way", "邮寄太贵了，到店吧", "store"),
        ("way", "不邮寄，上门", "home"),
        ("way", "要不邮寄吧", "mail"),
        ("way", "邮寄，不，上门", "home"),
        ("way", "the first one, no, the second one", "store"),
        ("way", "第一个，不对，第三个", "home"),
        ("way", "用UPS不行，邮寄", "mail"),
        ("way", "can I have it by mail?", "mail"),
        ("way", "by mail, what does it cost?", "mail"),
        ("way", "no, by mail", "mail"),
        ("way", "no:\nby mail", "mail"),
        ("way", "not sure. by mail", "mail"),
        ("bought", "january 10, no, january 11", "2026-01-11"),
        ("bought", "1月10号，不，1月11号", "2026-01-11"),
        ("bought", "not on january 10, january 11 works", "2026-01-11"),
        ("bought", "january 10 isn't right, january 11", "2026-01-11"),
        ("bought", "january 10?", "2026-01-10"),
        ("order", "A-10293 doesn't work", "A-10293"),
        ("order", "what about A-10293?", "A-10293"),
        ("items", "lamp, no, chair", ["b"]),
        ("items", "lamp but no chair", ["a"]),
        ("items", "no lamp, just the table", ["c"]),
        ("items", "everything except the chair and the table", ["a"]),
        ("items", "all but the lamp", ["b", "c"]),
        ("items", "不要椅子和桌子，要灯", ["a"]),
        ("items", "桌子和灯", ["a", "c"]),
        ("items", "everything except the chair", ["a", "c"]),
        ("items", "lamp and chair but not the table", ["a", "b"]),
        ("items", "除了椅子都要", ["a", "c"]),
    ],
)
def test_what_is_denied_or_taken_back_is_not_taken(slot: str, reply: str, value: object) -> None:
    talk = asked(slot)
    talk.say(reply)
    found = talk.slots[slot] if isinstance(value, list) else str(talk.slots[slot])
    assert found == value
    assert talk.step != f"ask:{slot}"


@pytest.mark.parametrize(
    ("slot", "reply"),
    [
        ("email", "not a@example.org"),
        ("way", "not by mail"),
        ("way", "not (by mail)"),
        ("way", "not: by mail"),
        ("way", "not\nby mail"),
        ("way", "not\tby mail"),
        ("way", "not *by mail*"),
        ("way", "not [by mail]"),
        ("way", "not\n\n by  mail"),
        ("way", "不要（邮寄）"),
        ("way", "不要：邮寄"),
        ("bought", "not (january 10)"),
        ("way", "anything but in store"),
        ("way", "I don't want by mail"),
        ("way", "不要邮寄"),
        ("way", "除了到店都行"),
        ("way", "no in store near me"),
        ("way", "by mail isn't good for me"),
        ("way", "by mail? no way"),
        ("way", "I hate by mail"),
        ("way", "how does in store work?"),
        ("way", "不邮寄"),
        ("way", "邮寄不方便"),
        ("way", "邮寄多少钱"),
        ("bought", "january 10 doesn't work for me"),
        ("bought", "I was away on january 10"),
        ("bought", "no january 10"),
        ("bought", "any day but january 10"),
        ("bought", "不要1月10号"),
        ("bought", "1月10号不行"),
        ("bought", "what happened on january 10?"),
        ("way", "not the first one"),
        ("way", "不要第一个"),
        ("items", "no lamp"),
        ("items", "不要灯和椅子"),
        ("bought", "not january 10"),
        ("bought", "不是1月10号"),
        ("order", "it is not A-10293"),
        ("items", "not the lamp"),
    ],
)
def test_what_is_only_denied_answers_nothing(slot: str, reply: str) -> None:
    talk = asked(slot)
    before = talk.slots
    talk.say(reply)
    assert (talk.step, talk.slots) == (f"ask:{slot}", before)


def test_what_was_taken_back_fills_no_later_slot() -> None:
    talk = asked("email")
    talk.say("a@example.org, no sorry b@example.org")
    for name in ("way", "bought", "order", "items"):
        talk.say(LINES[name])
    assert talk.step == "ask:second"


def test_with_two_slots_of_a_kind_should_be_takes_nothing_back() -> None:
    text = """
flows:
  main:
    start: {commands: [main]}
    steps:
      - {ask: charged, say: How much was it?, type: money}
      - {ask: right, say: And the price?, type: money}
      - {ask: day, say: When?, type: date}
"""
    for reply in ("$65, it should be $45", "65美元，应该是45美元"):
        talk = Talk(build(text))
        talk.say("/main")
        talk.say(reply)
        assert (str(talk.slots["charged"]), str(talk.slots["right"])) == ("65 USD", "45 USD")


def test_a_phone_number_right_behind_a_comma_is_one() -> None:
    text = """
flows:
  main:
    start: {commands: [main]}
    steps:
      - {ask: phone, say: Phone?, type: phone}
      - {ask: day, say: When?, type: date}
"""
    for reply in ("13800138001，不对，13800138002", "13800138001,no,13800138002", "我的号码，13800138002"):
        talk = Talk(build(text, country="CN"))
        talk.say("/main")
        talk.say(reply)
        assert talk.slots["phone"] == "+8613800138002"
