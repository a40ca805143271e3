"""What expressions know of opening hours."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from botkit import expressions
from botkit.errors import ExpressionError
from botkit.model.hours import Hours, Span

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = Hours(((Span(540, 1080),),) * 5 + ((), ()), "Europe/Berlin")
NIGHT = Hours(((Span(1320, 1680),),) * 7, "Europe/Berlin")
SCOPE: dict[str, Any] = {
    "__timezone__": "Europe/Berlin",
    "__hours__": lambda team: NIGHT if team == "night" else OFFICE,
    "now": datetime(2026, 5, 1, 17, tzinfo=BERLIN),  # a Friday
    "late": datetime(2026, 5, 1, 16, tzinfo=UTC),
    "plain": datetime(2026, 5, 2, 3),  # noqa: DTZ001 - as a customer says it
    "day": date(2026, 5, 3),
    "nothing": None,
    "team": "night",
    "word": "now",
}


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("now is open", True),
        ("late is open", False),  # 18:00 in Berlin
        ("now is open('night')", False),
        ("plain is open(team)", True),
        ("now is not open(team=team)", True),
        ("nothing is open", False),
        ("now | next_open == now", True),
        ("(late | next_open).day", 4),
        ("late | next_open | weekday", "Monday"),
        ("day | next_open | date('long')", "Monday, 4 May 2026"),
        ("now | next_close | time", "18:00"),
        ("late | next_close | datetime", "4 May 2026, 18:00"),
        ("now | next_open('night') | time", "22:00"),
        ("nothing | next_open", None),
        ("nothing | next_close", None),
        ("day | weekday", "Sunday"),
        ("'2026-05-01' | weekday", "Friday"),
        ("nothing | weekday", None),
    ],
)
def test_what_they_give(source: str, found: Any) -> None:
    assert expressions.evaluate(source, SCOPE) == found


@pytest.mark.parametrize("scope", [{"now": SCOPE["now"]}, {"now": SCOPE["now"], "__hours__": lambda _: None}])
def test_without_hours_it_is_always_open(scope: dict[str, Any]) -> None:
    assert expressions.evaluate("now is open", scope) is True
    assert expressions.evaluate("now | next_open == now", scope) is True
    assert expressions.evaluate("now | next_close", scope) is None


@pytest.mark.parametrize(
    "source",
    ["word is open", "word | next_open", "3 | next_close", "now is open | next_open", "'12:00' | weekday | date"],
)
def test_what_is_no_moment(source: str) -> None:
    with pytest.raises(ExpressionError):
        expressions.evaluate(source, SCOPE)
    with pytest.raises(ExpressionError, match="a time has no day of the week"):
        expressions.evaluate("'12:00' | weekday", SCOPE)


@pytest.mark.parametrize("year", [1, 9999])
def test_the_ends_of_the_calendar(year: int) -> None:
    scope = {**SCOPE, "then": datetime(1, 1, 1, tzinfo=UTC) if year == 1 else datetime(9999, 12, 31, 23, tzinfo=UTC)}
    with pytest.raises(ExpressionError):
        expressions.evaluate("(then | next_open('never')) is none and (then | next_close) == 1", scope)


def test_asking_is_work() -> None:
    with pytest.raises(ExpressionError, match="too much work"):
        expressions.evaluate("items | select('open') | list", {**SCOPE, "items": [SCOPE["now"]] * 600})


@pytest.mark.parametrize(
    ("source", "teams"),
    [
        ("now is open", {""}),
        ("now is open('care') or day | next_open(team='night') == none", {"care", "night"}),
        ("now is open(team)", {""}),
        ("now | date == ''", set()),
        ("order.open", set()),
    ],
)
def test_the_teams_that_are_asked_for(source: str, teams: set[str]) -> None:
    assert expressions.condition(source).teams == teams


@pytest.mark.parametrize(
    ("source", "message"),
    [("now is opn", "there is no test 'opn'"), ("now | next_opn", "there is no filter 'next_opn'")],
)
def test_near_words(source: str, message: str) -> None:
    (finding,) = expressions.examine(source, "condition")
    assert finding.message == message
    assert finding.hint.startswith("did you mean")


@pytest.mark.parametrize("source", ["now is open(1, 2)", "now | next_open(day=3)"])
def test_arguments_are_checked(source: str) -> None:
    assert [finding.code for finding in expressions.examine(source, "condition")] == ["filter-arguments"]
