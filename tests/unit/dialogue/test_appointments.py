"""Options that are times of day: said in digits, in words, of either half of the day, and corrected so."""

import pytest

from tests.unit.dialogue.talking import Talk, build

BOT = """
flows:
  main:
    start: {commands: [main]}
    steps:
      - set: {times: ["09:30", "11:00", "15:30"]}
      - {ask: bikes, say: How many bikes?, type: integer}
      - {ask: hour, title: {en: time, zh: 时间}, say: {en: At what time?, zh: 几点？}, options: OPTIONS}
      - {ask: way, say: How?, options: [Mail, Shop]}
      - confirm: OK?
      - {do: shop.give, with: {a: "{{ hour }}"}}
"""
COMPUTED, WRITTEN = '"{{ times }}"', '["09:30", "11:00", "15:30"]'


def talk(*lines: str, options: str = COMPUTED) -> Talk:
    found = Talk(build(BOT.replace("OPTIONS", options)))
    for line in ("/main", "2", *lines):
        found.say(line)
    return found


@pytest.mark.parametrize("options", [COMPUTED, WRITTEN])
@pytest.mark.parametrize(
    ("said", "at"),
    [
        ("9:30", "09:30"),
        ("half past nine", "09:30"),
        ("at eleven", "11:00"),
        ("3:30 pm please", "15:30"),
        ("3:30", "15:30"),
        ("十一点", "11:00"),
        ("下午三点半", "15:30"),
        ("三点半", "15:30"),
        ("half past three", "15:30"),
        ("9.30", "09:30"),
        ("the last one", "15:30"),
        ("最后一个吧", "15:30"),
        ("上午三点半", None),
        ("the second one", "11:00"),
        ("3:30 am", None),
        ("10:30", None),
        ("not at 3:30 pm", None),
        ("9:30 or 3:30 pm", None),
    ],
)
def test_a_time_says_the_option_that_it_is(said: str, at: str | None, options: str) -> None:
    found = talk(said, options=options)
    assert (found.slots.get("hour"), found.slots["bikes"]) == (at, 2)


@pytest.mark.parametrize(
    "said", ["could you make it half past nine instead?", "no, 9:30", "change the time to 9:30", "时间改到上午九点半"]
)
def test_so_it_is_corrected(said: str) -> None:
    assert talk("11:00", "shop", said).slots["hour"] == "09:30"


def test_an_hour_that_may_be_a_count_as_well_is_asked_about() -> None:
    found = talk("11:00", "shop", "no, make it 9:30", "no, make it 11")
    assert (found.labels, found.slots["bikes"], found.slots["hour"]) == (["bikes", "time"], 2, "09:30")


@pytest.mark.parametrize("said", ["do you close at half past nine?", "no, 3 bikes", "is half past nine too early?"])
def test_what_is_only_asked_or_is_another_number_changes_no_time(said: str) -> None:
    assert talk("11:00", "shop", said).slots["hour"] == "11:00"


def test_options_that_are_no_times_are_not_taken_by_one() -> None:
    found = talk("at eleven", options='["Room 11", "Room 12"]')
    assert found.slots.get("hour") is None
