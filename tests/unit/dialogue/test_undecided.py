"""Undecided replies: several values where one is asked for; the bot asks which."""

import pytest

from tests.unit.dialogue.talking import Talk, asked_for, build

BOT = """
flows:
  main:
    start: {commands: [main]}
    steps:
      - {ask: day, say: When?, type: date}
      - {ask: price, say: How much?, type: money}
      - {ask: order, say: Which order?, pattern: '[A-Z]-\\d{5}'}
      - {ask: way, say: How?, options: {mail: {en: By mail, zh: 邮寄}, store: {en: In store, zh: 到店}}}
      - {ask: extras, say: What else?, many: true, options: [Note, Ribbon]}
      - {ask: name, say: Your name?}
      - {ask: done, say: Done?, type: boolean}
      - say: Done.
"""
LINES = {
    "day": "May 4",
    "price": "$20",
    "order": "A-10293",
    "way": "by mail",
    "extras": "note",
    "name": "Ann",
}


def asked(slot: str) -> Talk:
    return asked_for(BOT, LINES, slot)


@pytest.mark.parametrize(
    ("slot", "reply", "labels", "value"),
    [
        ("day", "monday or tuesday", ["monday", "tuesday"], "2026-05-04"),
        ("day", "周一或者周二", ["周一", "周二"], "2026-05-04"),
        ("day", "between May 4 and May 6", ["May 4", "May 6"], "2026-05-04"),
        ("price", "20 or 30 dollars", ["20", "30"], "20 EUR"),
        ("price", "between 20 and 30 dollars", ["20", "30"], "20 EUR"),
        ("order", "A-10293 or A-20000", ["A-10293", "A-20000"], "A-10293"),
        ("way", "by mail or in store", ["By mail", "In store"], "mail"),
        ("way", "邮寄、到店都可以", ["邮寄", "到店"], "mail"),
    ],
)
def test_several_values_where_one_is_asked_for_are_asked_about(
    slot: str, reply: str, labels: list[str], value: str
) -> None:
    talk = asked(slot)
    before = talk.slots
    said = talk.say(reply)
    assert said.startswith(("I can only take one here.", "这里只能选一个"))
    assert (talk.labels, talk.step, talk.slots) == (labels, f"ask:{slot}", before)
    talk.press(labels[0])
    assert str(talk.slots[slot]) == value


@pytest.mark.parametrize(
    ("slot", "reply", "value"),
    [
        ("day", "May 4, or rather may 5", "2026-05-05"),
        ("day", "May 4 or so", "2026-05-04"),
        ("extras", "note or ribbon", ["Note", "Ribbon"]),
        ("name", "Monday or Tuesday", "Monday or Tuesday"),
    ],
)
def test_one_value_several_options_and_free_text_are_taken(slot: str, reply: str, value: object) -> None:
    talk = asked(slot)
    talk.say(reply)
    found = talk.slots[slot]
    assert (found if isinstance(value, list) else str(found)) == value


def test_an_undecided_correction_changes_nothing() -> None:
    text = """
flows:
  main:
    start: {commands: [main]}
    steps:
      - {ask: day, say: When?, type: date}
      - confirm: "On {{ day | date }}?"
      - say: Done.
"""
    talk = Talk(build(text))
    talk.say("/main")
    talk.say("May 4")
    assert talk.say("no, May 5 or May 6") == "What shall I change?"
    assert str(talk.slots["day"]) == "2026-05-04"
