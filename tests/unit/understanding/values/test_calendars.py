from datetime import date

import msgspec
import pytest

from botkit.model.locales import Dates
from botkit.understanding.values import calendars


@pytest.mark.parametrize(
    "day", ["1961-04-02", "2000-04-23", "2016-03-27", "2019-04-21", "2024-03-31", "2038-04-25", "2285-03-22"]
)
def test_easter(day: str) -> None:
    assert calendars.easter(int(day[:4])) == date.fromisoformat(day)


def test_there_is_no_easter_before_its_calendar() -> None:
    assert calendars.easter(1582) is None
    assert calendars.holiday("easter-2", 1582) is None


@pytest.mark.parametrize(
    ("rule", "day"),
    [
        ("12-25", "2026-12-25"),
        ("11-W4-4", "2026-11-26"),
        ("11-W4-4+1", "2026-11-27"),
        ("05-WL-1", "2026-05-25"),
        ("05-W2-7", "2026-05-10"),
        ("easter", "2026-04-05"),
        ("easter-2", "2026-04-03"),
        ("easter+50", "2026-05-25"),
    ],
)
def test_holidays(rule: str, day: str) -> None:
    assert calendars.holiday(rule, 2026) == date.fromisoformat(day)


@pytest.mark.parametrize("rule", ["02-30", "13-01", "05-W5-5", "nonsense"])
def test_days_that_a_year_does_not_have(rule: str) -> None:
    assert calendars.holiday(rule, 2027) is None


@pytest.mark.parametrize(
    "rule", ["", "25.12.", "12-25-2026", "11-W6-4", "11-W4-8", "easter2", "Easter", "easter+100"]
)
def test_a_locale_names_holidays_by_rules_alone(rule: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"holidays": {"christmas": rule}}, Dates)


def test_the_last_weekday_of_a_month() -> None:
    assert calendars.nth_weekday(2026, 5, 4, -1) == date(2026, 5, 29)
    assert calendars.nth_weekday(2026, 13, 4, -1) is None


def test_the_weekday_tells_which_year_is_meant() -> None:
    today = date(2018, 6, 20)
    assert calendars.coming(today, 6, 15, weekday=4) == date(2018, 6, 15)
    assert calendars.coming(today, 6, 15, weekday=5) == date(2019, 6, 15)
    assert calendars.coming(today, 6, 15, weekday=0) == date(2019, 6, 15)
