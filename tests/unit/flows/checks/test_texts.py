"""Texts: in every locale, options apart, and no expression where text is written."""

from collections.abc import Callable

import pytest

Codes = Callable[..., list[str]]

PLACES = [
    "- say: %s",
    "- say: {variants: [Hi., %s]}",
    "- say: Hi.\n  buttons: [{label: %s, value: a}]",
    "- say: Hi.\n  cards: [{title: %s, text: Hi.}]",
    "- say: Hi.\n  cards: [{title: Hi, text: %s}]",
    "- say: Hi.\n  cards: [{title: Hi, buttons: [{label: %s, value: a}]}]",
    "- ask: x\n  say: %s",
    "- ask: x\n  say: X?\n  options: {a: %s, b: B}",
    "- ask: x\n  say: X?\n  retry: [%s]",
    "- ask: x\n  say: X?\n  check: [{if: x == '1', say: %s}]",
    "- confirm: %s",
    "- confirm: Sure?\n  silence: {after: 1m, say: %s}",
    "- confirm: Sure?\n  retry: [%s]",
    "- rate: %s",
]


@pytest.mark.parametrize("steps", PLACES)
def test_a_text_is_there_in_every_locale(codes: Codes, steps: str) -> None:
    assert codes(steps % "Hello.", locales=("en", "zh")) == []
    assert codes(steps % "{en: Hello., zh: 你好。}", locales=("en", "zh")) == []
    assert codes(steps % "{en: Hello.}", locales=("en", "zh", "de")) == ["missing-locale"]
    assert codes(steps % "{zh: 你好。}", locales=("en", "zh")) == ["missing-locale"]


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ("- handoff: support\n  reason: {en: Why.}", []),
        ("- handoff: support\n  reason: {en: Why., de: Darum.}", ["missing-locale"]),
        ("- generate: {en: Write.}\n  save: x", []),
        ("- agent: Help.", []),
        ("- handoff: support", []),
    ],
)
def test_what_no_customer_reads_may_be_in_one_language(codes: Codes, steps: str, expected: list[str]) -> None:
    assert codes(steps, locales=("en", "zh", "de"), models=True) == expected


def test_the_first_locale_is_an_error_and_the_others_warnings(problems: Callable[..., list[object]]) -> None:
    text = """
    slots: {x: {type: choice, options: {a: {zh: 甲}, b: {en: B}}}}
    answers: {hi: {questions: [hi there], say: {en: Hi.}}}
    flows: {main: {title: {en: Main}, start: {commands: [go]}, steps: [{ask: x, say: X?}]}}
    """
    found = problems(text, locales=("en", "zh"))
    assert [getattr(problem, "severity") for problem in found] == ["error", "warning", "warning", "warning"]  # noqa: B009


def test_a_region_is_served_by_its_language(codes: Codes) -> None:
    assert codes("- say: {en: Hi., zh: 你好。}", locales=("en", "zh-TW")) == []


OPTIONS = [
    pytest.param("[a, b]", [], id="apart"),
    pytest.param("[a, a]", ["duplicate-option"], id="a value twice"),
    pytest.param("{a: Red, b: red!}", ["duplicate-option"], id="a label twice"),
    pytest.param("{a: {en: Red, zh: 红}, b: {en: Blue, zh: 红}}", ["duplicate-option"], id="alike in one locale"),
    pytest.param("[{value: 1, label: One}, {value: '1', label: Two}]", [], id="a number and a text"),
    pytest.param("{a: '!', b: '?'}", [], id="signs alone"),
    pytest.param("{a: Red, b: Red, c: Red}", ["duplicate-option"] * 2, id="three alike"),
]


@pytest.mark.parametrize(("options", "expected"), OPTIONS)
def test_options_can_be_told_apart(codes: Codes, options: str, expected: list[str]) -> None:
    assert codes(f"- ask: x\n  say: X?\n  options: {options}", locales=("en", "zh")) == expected
    before = f"slots: {{x: {{type: choice, options: {options}}}}}"
    assert codes("- ask: x\n  say: X?", before=before, locales=("en", "zh")) == expected


VALUES = [
    pytest.param("n + 1", ["text-as-number"], id="a sum"),
    pytest.param("n * (n - 1)", ["text-as-number"], id="brackets"),
    pytest.param("order.total", ["text-as-number"], id="a part"),
    pytest.param("not n", ["text-as-number"], id="not"),
    pytest.param("n > 3 and n < 5", ["text-as-number"], id="a comparison"),
    pytest.param("message | upper", ["text-as-number"], id="a filter"),
    pytest.param("n", [], id="a word"),
    pytest.param("return-item", [], id="a word with a hyphen"),
    pytest.param("n + unknown", [], id="a name that is none"),
    pytest.param("1 + 1", [], id="numbers alone"),
    pytest.param("n + 1 or so", [], id="no expression"),
    pytest.param("'{{ n + 1 }}'", [], id="a template"),
    pytest.param("[n + 1]", [], id="a list"),
]


@pytest.mark.parametrize(("value", "expected"), VALUES)
def test_a_text_that_looks_like_an_expression_is_warned_of(codes: Codes, value: str, expected: list[str]) -> None:
    steps = "- set: {n: 1, order: 2}\n"
    assert codes(f"{steps}- set: {{m: {value}}}") == expected
    assert codes(f"{steps}- do: shop.anything\n  with: {{m: {value}}}") == expected
    assert codes(f"{steps}- end: {value}") == expected
