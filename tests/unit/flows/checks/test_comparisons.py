"""Comparisons: a slot with values that it can have, of its own kind; parts that there are; initial values."""

from collections.abc import Callable

import pytest

from botkit.errors import Problem

Codes = Callable[..., list[str]]
Problems = Callable[..., list[Problem]]

ASKS = """- {ask: level, say: L?, options: [gold, silver]}
- {ask: sure, say: S?, options: [true, false]}
- {ask: proofs, say: P?, many: true, options: {zip: Zip, pin: Pin}}
- {ask: picked, say: P?, options: '{{ [1, 2] }}'}
- {ask: count, say: C?, type: integer}
- {ask: name, say: N?}
- {ask: day, say: D?, type: date}
- {set: {made: gold}}
"""
TYPES = """flows:
  main:
    start: {commands: [go]}
    steps:
      - {ask: age, say: A?, type: duration}
      - {ask: other, say: A?, type: duration}
      - {ask: sum, say: S?, type: money}
      - {ask: day, say: D?, type: date}
      - {ask: at, say: D?, type: time}
      - {ask: moment, say: D?, type: datetime}
      - {ask: ok, say: D?, type: boolean}
      - {say: Hi., if: %s}
"""


def typed(problems: Problems, condition: str) -> list[tuple[str, str]]:
    types = ("text", "integer", "choice", "date", "datetime", "time", "duration", "money", "boolean")
    text = TYPES % (condition if condition.startswith('"') else f'"{condition}"')
    return [(p.code, p.severity) for p in problems(text, types=dict.fromkeys(types, lambda *_: []))]


@pytest.mark.parametrize(
    ("condition", "code"),
    [
        ("level == 'Gold'", "unknown-option"),
        ("'golden' != level", "unknown-option"),
        ("level in ['gold', 'platinum']", "unknown-option"),
        ("level not in ('bronze',)", "unknown-option"),
        ("'zap' in proofs", "unknown-option"),
        ("sure == 1", "unknown-option"),
        ("level == 'gold' or 'silver'", "always-true"),
        ("not name or 'x'", "always-true"),
        ("count == 'thirty'", "wrong-comparison"),
        ("name == 3", "wrong-comparison"),
        ("count > 'a'", "wrong-comparison"),
        ("day < 5", "wrong-comparison"),
        ("count.hours", "unknown-attribute"),
        ("name.length", "unknown-attribute"),
        ("day.hour", "unknown-attribute"),
        ("day.year.month", "unknown-attribute"),
    ],
)
def test_a_comparison_that_cannot_be_meant(codes: Codes, condition: str, code: str) -> None:
    assert codes(f'{ASKS}- {{say: Hi., if: "{condition}"}}') == [code]


@pytest.mark.parametrize(
    "condition",
    [
        "level == 'gold'", "level in ['gold', 'silver']", "level is none", "level == none", "sure == true",
        "'zip' in proofs", "proofs == 'zip'", "picked == 7", "count > 3", "3 < count < 9", "count == 2.5",
        "name == 'x' or name == 'y'", "name or 'x'", "day.year == 2026", "day < now", "(now - day).days > 3",
        "made == 'anything'", "made.part", "name | length > 3", "level ~ 'x' == 'goldx'", "level == name",
        "locale == 'xx'", "count == none",
    ],
)  # fmt: skip
def test_a_comparison_that_can_be_meant(codes: Codes, condition: str) -> None:
    assert codes(f'{ASKS}- {{say: Hi., if: "{condition}"}}') == []


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("age > 7", [("wrong-comparison", "error")]),
        ("age > '7 days'", [("wrong-comparison", "error")]),
        ("7 <= age", [("wrong-comparison", "error")]),
        ("age == 7", [("wrong-comparison", "warning")]),
        ("day > age", [("wrong-comparison", "error")]),
        ("at < day", [("wrong-comparison", "error")]),
        ("ok == 'yes'", [("wrong-comparison", "warning")]),
        ("age.hours", [("unknown-attribute", "error")]),
        ("sum.cents", [("unknown-attribute", "error")]),
        ("age.days > 7 and age > other", []),
        ("sum > 5 and sum.amount > 5 and sum.currency == 'EUR'", []),
        ("day < moment and moment.hour < 5 and at.minute == 0 and moment < now", []),
        ("ok == true and not ok", []),
    ],
)
def test_kinds_that_have_no_order(problems: Problems, condition: str, found: list[tuple[str, str]]) -> None:
    assert typed(problems, condition) == found


def test_cases_are_options(codes: Codes) -> None:
    match = "- match: level\n  cases: {gold: {say: a}, %s: {say: b}, default: {say: c}}"
    assert codes(ASKS + match % "silver") == []
    assert codes(ASKS + match % "'gold or silver'") == ["unknown-option"]
    assert codes(ASKS + match.replace("level", "made") % "bronze") == []


@pytest.mark.parametrize(
    ("slot", "found"),
    [
        ("type: integer, initial: 3", []),
        ("type: integer, initial: three", ["wrong-initial"]),
        ("type: integer, initial: true", ["wrong-initial"]),
        ("type: text, initial: 3", []),
        ("type: text, initial: [a]", ["wrong-initial"]),
        ("type: date, initial: '2026-05-01'", ["wrong-initial"]),
        ("type: date, initial: '{{ now }}'", []),
        ("type: choice, options: [a, b], initial: a", []),
        ("type: choice, options: [a, b], initial: c", ["unknown-option"]),
        ("type: any, initial: {a: 1}", []),
    ],
)
def test_an_initial_value_is_of_its_type(problems: Problems, slot: str, found: list[str]) -> None:
    text = (
        f"slots: {{x: {{{slot}}}}}\nflows:\n  main: {{start: {{commands: [go]}}, steps: [{{say: '{{{{ x }}}}'}}]}}\n"
    )
    assert [problem.code for problem in problems(text)] == found


def test_an_option_that_is_near_is_the_hint(problems: Problems) -> None:
    text = (
        "flows:\n  main:\n    start: {commands: [go]}\n    steps:\n"
        "      - {ask: level, say: L?, options: [gold, silver]}\n"
        "      - {say: Hi., if: level == 'Gold'}\n"
    )
    (found,) = problems(text)
    assert found.severity == "warning"
    assert found.hint == "did you mean 'gold'?"
