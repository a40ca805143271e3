"""A weekday that corrects a day is of that day's week; today is Friday, May 1, 2026."""

import pytest

from tests.unit.dialogue.talking import Talk, build

BOT = """
flows:
  main:
    start: {commands: [main]}
    steps:
      - {ask: day, title: {en: day, zh: 日期, de: Tag}, say: Which day?, type: date}
      - {ask: note, title: note, say: What for?, type: text}
      - confirm: "OK?"
      - {do: shop.give, with: {a: "{{ day }}{{ note }}"}}
"""


@pytest.mark.parametrize(
    ("first", "then", "day"),
    [
        ("May 19", "no, on Wednesday", "2026-05-20"),
        ("May 19", "sorry, Monday", "2026-05-18"),
        ("May 19", "no, Sunday", "2026-05-24"),
        ("5月19号", "不对，周三", "2026-05-20"),
        ("19. Mai", "nein, am Mittwoch", "2026-05-20"),
        ("May 5", "no, Tuesday", "2026-05-05"),  # the day itself
        ("May 2", "no, Thursday", "2026-05-07"),  # that of the week has gone by
        ("May 19", "no, next Wednesday", "2026-05-06"),  # says of which week
        ("May 19", "no, May 21", "2026-05-21"),
    ],
)
def test_a_weekday_is_of_the_week_of_the_day_that_it_corrects(first: str, then: str, day: str) -> None:
    talk = Talk(build(BOT, locales=("en", "zh", "de")))
    for line in ("/main", first, "a visit", then):
        talk.say(line)
    assert (str(talk.slots["day"]), talk.step) == (day, "confirm")


def test_of_days_gone_by_it_is_the_latest() -> None:
    talk = Talk(build(BOT.replace("type: date}", "type: date, past: true}")))
    for line in ("/main", "April 7", "a visit", "no, Wednesday"):
        talk.say(line)
    assert str(talk.slots["day"]) == "2026-04-29"


def test_what_was_changed_is_told_with_its_month_in_words() -> None:
    talk = Talk(build(BOT))
    for line in ("/main", "May 19", "a visit", "no, Wednesday"):
        talk.say(line)
    assert talk.text == "Thanks, I've changed May 19, 2026 to May 20, 2026.\nOK?"
    talk.say("no, the note should be dinner")
    assert talk.text == "Thanks, I've changed a visit to dinner.\nOK?"
