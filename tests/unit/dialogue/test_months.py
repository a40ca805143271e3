"""Months where a day is asked for, and the day of it that is said next."""

import pytest

from tests.unit.dialogue.talking import Talk, build

BOT = """
flows:
  main:
    start: {commands: [main]}
    steps:
      - {ask: bought, title: {en: day, zh: 日期}, say: {en: When did you buy it?, zh: 哪天买的？}, type: date, past: true}
      - {ask: due, say: {en: When do you need it?, zh: 什么时候要？}, type: date}
      - {confirm: {en: "OK?", zh: 对吗？}}
      - {do: shop.give, with: {a: "{{ bought }}{{ due }}"}}
"""


def at(slot: str, *lines: str) -> Talk:
    talk = Talk(build(BOT))
    for line in ("/main", *(("May 1",) if slot == "due" else ()), *lines):
        talk.say(line)
    return talk


@pytest.mark.parametrize(
    ("reply", "asked"),
    [
        ("last December", "And which day of last December is it?"),
        ("it was in March", "And which day of March is it?"),
        ("December last year", "And which day of December last year is it?"),
        ("last month", "And which day of last month is it?"),
        ("去年十二月", "请问是去年十二月的哪一天？"),
        ("三月", "请问是三月的哪一天？"),
        ("上个月。", "请问是上个月的哪一天？"),
    ],
)
def test_which_day_of_a_month_is_asked(reply: str, asked: str) -> None:
    talk = at("bought", reply)
    assert (talk.text, talk.step, talk.slots) == (asked, "ask:bought", {})


@pytest.mark.parametrize(
    ("slot", "lines", "day"),
    [
        ("bought", ["last December", "the 3rd"], "2025-12-03"),
        ("bought", ["last December", "3"], "2025-12-03"),
        ("bought", ["last December", "on the 24th, please"], "2025-12-24"),
        ("bought", ["December", "it was the 3rd"], "2025-12-03"),
        ("bought", ["last month", "the 12th"], "2026-04-12"),
        ("bought", ["last December", "no, November 4"], "2025-11-04"),
        ("bought", ["last December", "yesterday"], "2026-04-30"),
        ("bought", ["last December", "March", "the 3rd"], "2026-03-03"),
        ("bought", ["去年十二月", "3号"], "2025-12-03"),
        ("bought", ["去年十二月", "3"], "2025-12-03"),
        ("bought", ["上个月", "12号"], "2026-04-12"),
        ("bought", ["last December 3"], "2025-12-03"),
        ("due", ["in July", "the 3rd"], "2026-07-03"),
        ("due", ["七月", "三号"], "2026-07-03"),
        ("due", ["March next year", "the 3rd"], "2027-03-03"),
    ],
)
def test_the_day_that_is_said_next_is_of_that_month(slot: str, lines: list[str], day: str) -> None:
    assert str(at(slot, *lines).slots[slot]) == day


@pytest.mark.parametrize("lines", [["last December", "the 42nd"], ["last December", "no idea"], ["February", "30"]])
def test_what_is_no_day_of_the_month_fills_nothing(lines: list[str]) -> None:
    assert at("bought", *lines).slots == {}


def test_the_same_month_again_is_an_unusable_reply() -> None:
    talk = at("bought", "last December", "last December")
    assert "didn't understand" in talk.text


@pytest.mark.parametrize(
    "reply", ["which December?", "2025", "may", "I have", "x" * 4000, "December " * 20, "Dezember"]
)
def test_what_says_no_month_is_unusable(reply: str) -> None:
    talk = at("bought", reply)
    assert "which day" not in talk.text
    assert talk.slots == {}
