"""Everything that a flow names exists: steps, flows, intents, actions, teams; each command has one owner."""

import textwrap
from collections.abc import Callable

import pytest

from botkit.model.hours import Hours, Span

Codes = Callable[..., list[str]]
Problems = Callable[..., list[object]]

CASES = [
    pytest.param("- goto: there\n- id: there\n  say: Hi.", [], id="a step"),
    pytest.param("- goto: ther\n- id: there\n  say: Hi.", ["unknown-step", "unreachable-step"], id="an unknown step"),
    pytest.param("- run: other", [], id="a flow"),
    pytest.param("- run: othr\n- run: other", ["unknown-flow"], id="an unknown flow"),
    pytest.param("- run: on_start", [], id="a repair flow"),
    pytest.param("- say: Hi.\n  buttons: [{label: A, run: other}]", [], id="a button's flow"),
    pytest.param("- run: other\n- say: Hi.\n  buttons: [{label: A, run: othr}]", ["unknown-flow"], id="of a button"),
    pytest.param(
        "- run: other\n- say: Hi.\n  cards: [{title: A, buttons: [{label: A, run: othr}]}]",
        ["unknown-flow"],
        id="of a card's button",
    ),
    pytest.param("- do: shop.anything", [], id="an action"),
    pytest.param("- do: shop.nothing", ["unknown-action"], id="an unknown action"),
    pytest.param("- do: other.anything", ["unknown-plugin"], id="a plugin that is not loaded"),
    pytest.param("- do: anything", ["unknown-action"], id="an action without a plugin"),
    pytest.param("- agent: Help.\n  tools: [shop.find, shop.anything]", [], id="tools"),
    pytest.param("- agent: Help.\n  tools: [shop.find, shop.nothing]", ["unknown-action"], id="an unknown tool"),
    pytest.param("- agent: Help.\n  teams: [support, care, cure]", ["unknown-team"] * 2, id="teams of an agent"),
    pytest.param("- agent: Help.\n  teams: support", [], id="a team of an agent"),
    pytest.param("- handoff: support", [], id="a team"),
    pytest.param("- handoff: care", ["unknown-team"], id="an unknown team"),
]
OTHER = "other: [{say: Hi.}]"


@pytest.mark.parametrize(("steps", "expected"), CASES)
def test_what_steps_name(codes: Codes, steps: str, expected: list[str]) -> None:
    assert codes(steps, after=OTHER if "other" in steps.replace("other.", "") else "", models=True) == expected


def test_answers_have_buttons_too(codes: Codes) -> None:
    answer = "answers: {hi: {questions: [hi there], say: Hi., buttons: [{label: A, run: %s}]}}"
    assert codes("- say: Hi.", before=answer % "main") == []
    assert codes("- say: Hi.", before=answer % "mian") == ["unknown-flow"]


@pytest.mark.parametrize(("teams", "expected"), [(None, []), (("care",), []), ((), ["unknown-team"])])
def test_teams_are_known_only_where_they_are_configured(
    codes: Codes, teams: tuple[str, ...] | None, expected: list[str]
) -> None:
    assert codes("- handoff: care", teams=teams) == expected


OFFICE = Hours(((Span(540, 1080),),) * 7)


@pytest.mark.parametrize(
    ("steps", "unknown"),
    [
        ("- if: now is open\n  then: {say: Hi.}", 0),
        ("- say: \"{{ now | next_open('support') }} {{ now | next_close(team='support') }}\"", 0),
        ("- wait: {until: now | next_open}", 0),
        ("- wait: {for: 2h, hours: business}", 0),
        ("- wait: {for: 2h, hours: support}", 0),
        ("- ask: x\n  say: X?\n  silence: {after: 5m, say: Hi., hours: support}", 0),
        ("- ask: x\n  say: X?\n  silence: {after: 5m, say: Hi., hours: suport}", 1),
        ("- confirm: X?\n  silence: {end: 5h, hours: business}", 0),
        ("- confirm: X?\n  silence: {end: 5h, hours: care}", 1),
        ("- if: now is open('suport')\n  then: {say: Hi.}", 1),
        ("- say: \"{{ now | next_open('care') }}\"", 1),
        ("- wait: {for: 2h, hours: care}", 1),
        ("- set: {team: care}\n- if: now is open(team)\n  then: {say: Hi.}", 0),  # known when it is asked
    ],
)
def test_opening_hours_are_those_of_a_team_and_are_written(codes: Codes, steps: str, unknown: int) -> None:
    assert codes(steps, hours=OFFICE) == ["unknown-team"] * unknown
    assert set(codes(steps)) == {"no-hours", *(["unknown-team"] * unknown)}
    assert codes(steps, hours=OFFICE, teams=None) == []


@pytest.mark.parametrize(("hours", "meant"), [("busines", "business"), ("suport", "support")])
def test_what_was_meant_by_hours_that_nobody_knows(problems: Problems, hours: str, meant: str) -> None:
    for step in (f"- wait: {{for: 2h, hours: {hours}}}", f"- confirm: X?\n  silence: {{end: 2h, hours: {hours}}}"):
        steps = textwrap.indent(step, "      ")
        (problem,) = problems(f"flows:\n  main:\n    start: {{commands: [go]}}\n    steps:\n{steps}\n", hours=OFFICE)
        assert f"did you mean '{meant}'?" in str(problem)


def test_answers_ask_for_opening_hours_too(codes: Codes) -> None:
    answer = "answers: {hi: {questions: [hi there], say: '{{ now | next_open | time }}'}}"
    assert codes("- say: Hi.", before=answer) == ["no-hours"]
    assert codes("- say: Hi.", before=answer, hours=OFFICE) == []


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ("- agent: Help.", ["not-configured"]),
        ("- generate: Write.\n  save: x", ["not-configured"]),
        ("- answer:", ["not-configured"]),
        ("- say: Hi.", []),
    ],
)
def test_what_a_step_needs_is_configured(codes: Codes, steps: str, expected: list[str]) -> None:
    assert codes(steps) == expected
    assert codes(steps, models=True, articles=True) == []


STARTS = [
    pytest.param("{intents: [hi]}", "{commands: [b]}", [], id="one each"),
    pytest.param("{intents: [hi, ho]}", "{commands: [b]}", ["unknown-intent"], id="an unknown intent"),
    pytest.param("{commands: [b]}", "{commands: [c, b], intents: [hi]}", ["duplicate-command"], id="a command twice"),
    pytest.param("{intents: [hi]}", "{intents: [hi]}", ["ambiguous-start"], id="an intent twice"),
    pytest.param("{intents: [hi]}", "{intents: [hi]}\n  only_if: channel", [], id="told apart by only_if"),
    pytest.param("{events: [e], intents: [hi]}", "{events: [e]}", ["ambiguous-start"], id="an event twice"),
]


@pytest.mark.parametrize(("one", "other", "expected"), STARTS)
def test_what_starts_flows(problems: Callable[..., list[object]], one: str, other: str, expected: list[str]) -> None:
    text = f"""
intents: {{hi: {{examples: [hi there]}}}}
flows:
 one:
  start: {one}
  steps: [{{say: One.}}]
 two:
  start: {other}
  steps: [{{say: Two.}}]
"""
    assert [problem.code for problem in problems(text)] == expected  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("flow", "expected"),
    [
        ("on_start: [{say: Hi.}]", []),
        ("on_strat: [{say: Hi.}]", ["unknown-repair"]),
        ("on_holiday: {start: {commands: [holiday]}, steps: [{say: Hi.}]}", []),
        ("on_holiday: [{say: Hi.}]\nother: {start: {commands: [o]}, steps: [{run: on_holiday}]}", []),
    ],
)
def test_repair_flows_have_their_names(codes: Codes, flow: str, expected: list[str]) -> None:
    assert codes("- say: Hi.", after=flow) == expected


def test_hints_end_where_they_would_cost_too_much(problems: Problems) -> None:
    steps = "".join(
        f"      - id: step_{n}\n        if: channel == 'c{n}'\n        goto: stop_{n}\n" for n in range(500)
    )
    found = problems(f"flows:\n  main:\n    start: {{commands: [go]}}\n    steps:\n{steps}")
    hints = [str(problem).partition(";")[2] for problem in found]
    assert hints[0] == " did you mean 'step_0'?"
    assert hints[-1] == ""
    assert len(hints) == 500
