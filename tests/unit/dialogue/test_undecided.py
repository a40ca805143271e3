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
      - {ask: months, say: How many months?, type: integer}
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
    "months": "2",
}


def asked(slot: str) -> Talk:
    return asked_for(BOT, LINES, slot)


@pytest.mark.parametrize(
    ("slot", "reply", "labels", "value"),
    [
        ("day", "monday or tuesday", ["monday", "tuesday"], "2026-05-04"),
        ("day", "周一或者周二", ["周一", "周二"], "2026-05-04"),
        ("day", "between May 4 and May 6", ["May 4", "May 6"], "2026-05-04"),
        ("day", "either the 12th or the 13th", ["12th", "13th"], "2026-05-12"),
        ("day", "12th or 13th", ["12th", "13th"], "2026-05-12"),
        ("day", "May 12 or 13", ["May 12", "May 13"], "2026-05-12"),
        ("day", "12 or 13 May", ["12 May", "13 May"], "2026-05-12"),
        ("day", "Tuesday or 12 May", ["Tuesday", "12 May"], "2026-05-05"),
        ("day", "12或13号", ["12号", "13号"], "2026-05-12"),
        ("day", "May 12 or 13 for 2 people", ["May 12", "May 13"], "2026-05-12"),
        ("day", "May 12 or 13 or 14, at 3 pm", ["May 12", "May 13"], "2026-05-12"),
        ("day", "May 12, 2027 or 13", ["May 12, 2027", "May 13, 2027"], "2027-05-12"),
        ("day", "2027-05-12 or 13", ["2027-05-12", "2027-05-13"], "2027-05-12"),
        ("day", "5月12日或11", ["5月12日", "5月11日"], "2026-05-12"),
        ("day", "2026年5月12日或13", ["2026年5月12日", "2026年5月13日"], "2026-05-12"),
        ("day", "May 12 and 13", ["May 12", "May 13"], "2026-05-12"),
        ("day", "20、21号", ["20号", "21号"], "2026-05-20"),
        ("day", "the 12th and the 13th", ["12th", "13th"], "2026-05-12"),
        ("order", "A-10293 and A-20000", ["A-10293", "A-20000"], "A-10293"),
        ("price", "20-30 dollars", ["20", "30"], "20 EUR"),
        ("months", "one or two months", ["one", "two"], "1"),
        ("months", "2-3 months", ["2", "3"], "2"),
        ("months", "months: 2 or 3", ["2", "3"], "2"),
        ("months", "一个月或两个月", ["一", "两"], "1"),
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
        ("day", "May 12 or May 12", "2026-05-12"),
        ("day", "还是12号吧", "2026-05-12"),
        ("day", "May 13, maybe around 3 pm", "2026-05-13"),
        ("day", "May 13, maybe 3:30", "2026-05-13"),
        ("day", "May 12, maybe 2 people", "2026-05-12"),
        ("day", "May 12, maybe 2 or 3 people", "2026-05-12"),
        ("day", "May 12, maybe $20", "2026-05-12"),
        ("day", "May 12, or 10 am works too", "2026-05-12"),
        ("day", "2pm or 13 May", "2026-05-13"),
        ("day", "5月13日，或者3点", "2026-05-13"),
        ("day", "5月13日，也许3个人", "2026-05-13"),
        ("day", "May 12 and at 3", "2026-05-12"),
        ("day", "May 12 and 2 people", "2026-05-12"),
        ("day", "room 5 and May 12", "2026-05-12"),
        ("day", "5月12号和2个朋友", "2026-05-12"),
        ("months", "2 months or so", "2"),
        ("months", "十二个月", "12"),
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


@pytest.mark.parametrize("reply", ["一两个月", "三四个月"])
def test_about_as_many_in_two_digits_is_no_number(reply: str) -> None:
    talk = asked("months")
    talk.say(reply)
    assert talk.step == "ask:months"


def test_a_day_that_is_left_open_changes_nothing_at_a_correction() -> None:
    talk = asked("price")
    talk.say("no, the day should be 12 or 13 May")
    assert str(talk.slots.get("day")) in {"2026-05-04", "None"}


GERMAN = """
flows:
  main:
    start: {commands: [main]}
    steps:
      - {ask: tag, say: Welcher Tag?, type: date}
      - {confirm: "{{ tag | date }}?"}
      - say: Gut.
"""


@pytest.mark.parametrize(
    ("said", "labels"),
    [
        ("12 oder 13 Mai", ["12 Mai", "13 Mai"]),
        ("12. oder 13. Mai", ["12. Mai", "13. Mai"]),
        ("am 12. oder am 13. Mai, bitte", ["12. Mai", "13. Mai"]),
        ("12. Mai oder 13.", ["12. Mai", "13. Mai"]),
        ("12. Mai oder am 13. bitte", ["12. Mai", "13. Mai"]),
        ("12 oder 13 Mai, liebe Grüße", ["12 Mai", "13 Mai"]),
        ("12. Mai, oder 2. Stock", []),
        ("12. Mai oder 3 Uhr", []),
        ("12. Mai oder 2.5 Stunden", []),
    ],
)
def test_german_days_have_a_dot(said: str, labels: list[str]) -> None:
    talk = Talk(build(GERMAN, locales=("de", "en")))
    talk.say("/main")
    talk.say(said)
    assert (talk.step, talk.labels if labels else []) == ("ask:tag" if labels else "confirm", labels)
