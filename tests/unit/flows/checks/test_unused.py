"""What nothing uses is warned of."""

from collections.abc import Callable

import pytest

Codes = Callable[..., list[str]]

SLOT = "slots: {x: {type: text}}\n"


@pytest.mark.parametrize(
    ("before", "steps", "flow", "expected"),
    [
        pytest.param(SLOT, "- say: Hi.", "", ["unused-slot"], id="neither filled nor read"),
        pytest.param(SLOT, "- set: {x: 1}", "", [], id="filled"),
        pytest.param(SLOT, "- say: '{{ x }}'", "", [], id="read"),
        pytest.param(SLOT, "- say: Hi.", "only_if: x", [], id="read in only_if"),
        pytest.param(SLOT, "- say: Hi.", "title: '{{ x }}'", [], id="read in a title"),
        pytest.param(
            "slots: {x: {type: text, check: [{if: x == '1'}]}}",
            "- say: Hi.",
            "",
            ["unused-slot"],
            id="read by itself",
        ),
        pytest.param(
            SLOT + "answers: {a: {questions: [hi there], say: '{{ x }}'}}",
            "- say: Hi.",
            "",
            [],
            id="read in an answer",
        ),
        pytest.param("", "- say: Hi.", "slots: {x: {type: text}}", ["unused-slot"], id="of a flow"),
        pytest.param(
            "", "- set: {x: 1}\n- set: {y: 1}", "slots: {x: {type: text}, y: {type: text}}", [], id="filled"
        ),
        pytest.param("intents: {a: {examples: [hi there]}}", "- say: Hi.", "", ["unused-intent"], id="an intent"),
    ],
)
def test_slots_and_intents(codes: Codes, before: str, steps: str, flow: str, expected: list[str]) -> None:
    assert codes(steps, before=before, flow=flow) == expected


BUTTON = "{questions: [hi there], say: Hi., buttons: [{label: A, run: other}]}"


@pytest.mark.parametrize(
    ("before", "steps", "other", "expected"),
    [
        pytest.param("", "- say: Hi.", "[{say: Hi.}]", ["unused-flow"], id="never started"),
        pytest.param("", "- run: other", "[{say: Hi.}]", [], id="run"),
        pytest.param("", "- say: Hi.\n  buttons: [{label: A, run: other}]", "[{say: Hi.}]", [], id="a button"),
        pytest.param(f"answers: {{a: {BUTTON}}}", "- say: Hi.", "[{say: Hi.}]", [], id="a button of an answer"),
        pytest.param("", "- say: Hi.", "{start: {events: [paid]}, steps: [{say: Hi.}]}", [], id="an event"),
        pytest.param("", "- say: Hi.", "{description: D, steps: [{say: Hi.}]}", ["unused-flow"], id="described"),
    ],
)
def test_flows(codes: Codes, before: str, steps: str, other: str, expected: list[str]) -> None:
    assert codes(steps, before=before, after=f"other: {other}") == expected


def test_a_described_flow_is_started_by_a_language_model(codes: Codes) -> None:
    assert codes("- say: Hi.", after="other: {description: D, steps: [{say: Hi.}]}", models=True) == []
