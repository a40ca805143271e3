"""Opening hours in bot.yaml: what they give, and every mistake with its place."""

from zoneinfo import ZoneInfoNotFoundError

import pytest

from botkit.app import hours as module
from botkit.app.config import read_config
from botkit.app.hours import refuse_no_zones
from botkit.errors import ConfigError
from botkit.model.flowset import Settings
from botkit.model.hours import WHOLE_DAY, Hours, Span

OFFICE = (Span(540, 1080),)
CLOSED: tuple[Span, ...] = ()


def read(hours: str, more: str = "") -> Settings:
    config, problems = read_config(f"timezone: Europe/Berlin\nhandoff: {{hours: {hours}{more}}}\n", "bot.yaml", {})
    assert [str(problem) for problem in problems] == []
    return config.settings


def written(hours: str) -> Hours:
    found = read(hours).hours
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("hours", "week"),
    [
        ("9-18", (OFFICE,) * 7),
        ('"9:00-18:00"', (OFFICE,) * 7),
        ("{mon-fri: 9-18}", (OFFICE,) * 5 + (CLOSED,) * 2),
        ("{Monday-Friday: 9.00 – 18.00}", (OFFICE,) * 5 + (CLOSED,) * 2),
        ("{fri-mon: 9-18, tue: closed}", (OFFICE, CLOSED, CLOSED, CLOSED, OFFICE, OFFICE, OFFICE)),
        ("{'sat, sun': 9-18}", (CLOSED,) * 5 + (OFFICE,) * 2),
        ("{'mon, wed-thu': 9-18}", (OFFICE, CLOSED, OFFICE, OFFICE, CLOSED, CLOSED, CLOSED)),
        ("{daily: 0-24}", (WHOLE_DAY,) * 7),
        ("{sun: 22-2}", (CLOSED,) * 6 + ((Span(1320, 1560),),)),
        ("{sun: 12-0}", (CLOSED,) * 6 + ((Span(720, 1440),),)),
        ('{sun: "13:30-18:00, 9:00-12:30"}', (CLOSED,) * 6 + ((Span(540, 750), Span(810, 1080)),)),
        ("{sun: [9-12, 13-18]}", (CLOSED,) * 6 + ((Span(540, 720), Span(780, 1080)),)),
        ("{sun: 9-12\n      , mon: closed}", (CLOSED,) * 6 + ((Span(540, 720),),)),
    ],
)
def test_days_and_hours(hours: str, week: tuple[tuple[Span, ...], ...]) -> None:
    assert written(hours) == Hours(week, "Europe/Berlin")


def test_days_that_differ() -> None:
    found = written("{daily: 9-18, holidays: [2026-12-25, 12-26, 02-29], 2026-12-24: 9-12, 12-31: closed}")
    assert found.days == {
        "2026-12-25": (), "12-26": (), "02-29": (), "2026-12-24": (Span(540, 720),), "12-31": ()
    }  # fmt: skip
    assert written("{daily: 9-18, holidays: 12-25}").days == {"12-25": ()}
    assert written("{daily: 9-18, holidays: }").days == {}


def test_without_hours_people_are_always_there() -> None:
    assert read("").hours is None
    assert Settings().hours_of("care") is None


def test_teams_have_the_hours_of_the_bot_or_their_own() -> None:
    teams = (
        ", teams: {support: {}, fire: {hours: 0-24}, empty: {hours: }, us: {hours: {mon: 9-18, timezone: America/New_York}},"
        " own: {hours: {mon: 9-18, holidays: [01-01]}}}"
    )
    settings = read("{mon: 9-18, holidays: [12-25], 12-24: 9-12, timezone: Europe/Paris}", teams)
    monday = (OFFICE,) + (CLOSED,) * 6
    assert settings.teams == ("support", "fire", "empty", "us", "own")
    assert settings.hours_of("support") == settings.hours_of("empty") == settings.hours_of() == settings.hours
    assert settings.hours_of("fire") == Hours((WHOLE_DAY,) * 7, "Europe/Paris", {"12-25": ()})
    assert settings.hours_of("us") == Hours(monday, "America/New_York", {"12-25": ()})
    assert settings.hours_of("own") == Hours(monday, "Europe/Paris", {"01-01": ()})


@pytest.mark.parametrize(
    ("hours", "problem"),
    [
        ("{mon-fir: 9-18}", "19: unknown-key: 'hours' has no day 'mon-fir'; did you mean 'fri'?"),
        ("{mittwoch: 9-18}", "19: unknown-key: 'hours' has no day 'mittwoch'; days are like mon, mon-fri, 'sat, sun', "),
        ("{mon-wed-fri: 9-18}", "19: unknown-key: 'hours' has no day 'mon-wed-fri'; days are like"),
        ("{mon: 9-18, timezon: UTC}", "30: unknown-key: 'hours' has no day 'timezon'; did you mean 'timezone'?"),
        ("{mon: 9-18, mon-wed: 9-12}", "30: duplicate-name: 'hours' has Monday twice; write each day once"),
        ("{mon: 9-18, 12-24: closed, holidays: [12-24]}", "18: duplicate-name: 'hours' has 12-24 twice"),
        ("{mon: 9am-5pm}", "24: bad-hours: 'mon' takes hours, not '9am-5pm'; write hours from 0 to 24: 9-17 for 9 am"),
        ("{mon: 9}", "24: bad-hours: 'mon' takes hours, not '9'; hours are like 9-18, 9:00-12:30, 22-2, 0-24, several"),
        ("{mon: 9-9}", "24: bad-hours: 'mon' takes hours, not '9-9'"),
        ("{mon: 24-2}", "24: bad-hours: 'mon' takes hours, not '24-2'"),
        ("{mon: 9:60-18}", "24: bad-hours: 'mon' takes hours, not '9:60-18'"),
        ("{mon: 9-25}", "24: bad-hours: 'mon' takes hours, not '9-25'"),
        ('{mon: "9-12,"}', "24: bad-hours: 'mon' takes hours, not ''"),
        ('{mon: "9-13, 12-18"}', "24: bad-hours: 'mon' has hours that overlap; write each part of the day once"),
        ('{mon: "22-2, 23-24"}', "24: bad-hours: 'mon' has hours that overlap"),
        ("{mon: true}", "24: bad-hours: 'mon' takes hours, not 'true'"),
        ("{mon: {from: 9}}", "24: wrong-type: 'mon' takes a text, not a mapping"),
        ("{mon: [[9-18]]}", "25: wrong-type: 'mon' takes a text, not a list"),
        ("{mon: 9-18, 02-30: closed}", "30: bad-date: there is no day '02-30'; a day is like 2026-12-25 or 12-25"),
        ("{mon: 9-18, 2026-02-29: closed}", "30: bad-date: there is no day '2026-02-29'"),
        ("{mon: 9-18, holidays: [Christmas]}", "41: bad-date: an entry of 'holidays' takes a day, not 'Christmas'"),
        ("{mon: 9-18, holidays: [2026-13-01]}", "41: bad-date: there is no day '2026-13-01'"),
        ("{mon: 9-18, timezone: Mars}", "40: unknown-value: there is no time zone 'Mars'; for instance Europe/Berlin"),
        ("{}", "18: never-open: 'hours' never opens; write hours, such as {mon-fri: \"9:00-18:00\"}"),
        ("closed", "18: never-open: 'hours' never opens"),
        ("{mon: closed}", "18: never-open: 'hours' never opens"),
        ("nine to five", "18: bad-hours: 'hours' takes hours, not 'nine to five'; hours are like"),
        ("0-24, teams: {care: {hours: 9}}", "46: bad-hours: 'hours' of the team 'care' takes hours, not '9'"),
        ("0-24, teams: {care: {hour: 9-18}}", "39: unknown-key: the team 'care' has no key 'hour'; did you mean 'hours'?"),
        ("0-24, teams: {care: 9-18}", "38: wrong-type: the team 'care' takes a mapping, not the text '9-18'"),
    ],
)  # fmt: skip
def test_mistakes(hours: str, problem: str) -> None:
    _, problems = read_config(f"handoff: {{hours: {hours}}}", "bot.yaml", {})
    assert len(problems) == 1, problems
    assert str(problems[0]).startswith(f"bot.yaml:1:{problem}")


def test_a_hostile_day_is_refused_soon() -> None:
    for text in ("9" * 100_000, "9-" * 50_000, "," * 50_000, "mon-" * 20_000):
        assert read_config(f"handoff: {{hours: {{mon: '{text}', '{text}x': 9-18}}}}", "bot.yaml", {})[1] != ()


def test_all_mistakes_at_once() -> None:
    text = "handoff:\n  hours:\n    mo: 9-18\n    sat: 9\n    holidays: [x]\n  teams:\n    a: {hours: [1]}\n"
    _, problems = read_config(text, "bot.yaml", {})
    assert [problem.place.line for problem in problems] == [3, 4, 5, 7]


def test_a_machine_without_time_zones_is_told_what_it_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    def lack(name: str) -> None:
        raise ZoneInfoNotFoundError(name)

    refuse_no_zones()
    monkeypatch.setattr(module, "ZoneInfo", lack)
    with pytest.raises(ConfigError, match=r"no data of time zones.*pip install tzdata"):
        refuse_no_zones()
