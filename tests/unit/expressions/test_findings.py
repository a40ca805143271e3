"""What the loader is told of a broken source."""

from typing import Any

import pytest

from botkit import expressions
from botkit.errors import ExpressionError
from botkit.expressions import Finding, suggest

CONDITIONS = [
    ("a && b", "template-syntax", "write 'and'"),
    ("a || b", "template-syntax", "write 'or'"),
    ("!a", "template-syntax", "write 'not'"),
    ("a = b", "template-syntax", "compare with =="),
    ("a === b", "template-syntax", "compare with =="),
    ("a == “b”", "template-syntax", "use straight quotation marks"),
    ("数量 ＝ 3", "template-syntax", "use the ASCII signs, such as , ( ) ="),
    ("{{ a }}", "template-syntax", "leave out the {{ }} around it"),
    ("", "template-syntax", ""),
    (" \n", "template-syntax", ""),
    ("a b", "template-syntax", ""),
    ("a ==", "template-syntax", ""),
    ("(a", "template-syntax", ""),
    ("a }}", "template-syntax", ""),
    ("'open", "template-syntax", ""),
    ("a is defned", "unknown-test", "did you mean 'defined'?"),
    ("a is xyzzy", "unknown-test", ""),
    ("a | lenght > 3", "unknown-filter", "did you mean 'length'?"),
    ("a | map('uper')", "unknown-filter", "did you mean 'upper'?"),
    ("a | selectattr('x', 'eqq', 1)", "unknown-test", "did you mean 'eq'?"),
    ("a | map(b)", "forbidden-syntax", ""),
    ("a.upper()", "forbidden-syntax", "write 'value | upper'"),
    ("a.frobnicate()", "forbidden-syntax", "use a filter: 'value | filter'"),
    ("a ** 2", "forbidden-syntax", "multiply instead"),
    ("a | date('lnog')", "filter-arguments", "it is 'short' or 'long'"),
    ("a | date(form='lnog')", "filter-arguments", "it is 'short' or 'long'"),
    ("a | mask(1, 2)", "filter-arguments", "it takes (keep=4)"),
    ("a | mask(kep=1)", "filter-arguments", "it takes (keep=4)"),
    ("a is even(3)", "filter-arguments", "it takes ()"),
    ("a is divisibleby", "filter-arguments", "it takes (by)"),
]


@pytest.mark.parametrize(("source", "code", "hint"), CONDITIONS)
def test_broken_condition(source: str, code: str, hint: str) -> None:
    (finding,) = expressions.examine(source, "condition")
    assert (finding.code, finding.hint, finding.line) == (code, hint, 0)
    assert finding.message
    with pytest.raises(ExpressionError):
        expressions.condition(source)


TEMPLATES = [
    ("Hello {{ name", 0, ""),
    ("Hello {{ }}", 0, ""),
    ("Hello {{ a && b }}", 0, "write 'and'"),
    ("a && b {{ c d }}", 0, ""),
    ("one\ntwo {% if a = 1 %}{% endif %}", 1, "compare with =="),
    ("one\ntwo\n{% if a %}", 2, ""),
    ("{% endif %}", 0, "did you mean 'endif'?"),
    ("{% iff a %}{% endif %}", 0, "did you mean 'if'?"),
    ("{% frobnicate %}", 0, ""),
    ("你好 {{ 名字 | 大写 }}", 0, ""),
    ("{% for loop in a %}{{ loop.index }}{% endfor %}", 0, ""),
]


@pytest.mark.parametrize(("source", "line", "hint"), TEMPLATES)
def test_broken_template(source: str, line: int, hint: str) -> None:
    (finding,) = expressions.examine(source, "template")
    assert (finding.line, finding.hint) == (line, hint)
    with pytest.raises(ExpressionError):
        expressions.render(source, {})


def test_all_findings_come_at_once_and_in_order() -> None:
    source = "{{ a | uper }}\n{{ b.c() }}\n{{ d is evn }}{{ d is evn }}"
    assert expressions.examine(source, "template") == [
        Finding("there is no filter 'uper'", "unknown-filter", 0, "did you mean 'upper'?"),
        Finding("'c()': nothing can be called here", "forbidden-syntax", 1, "use a filter: 'value | filter'"),
        Finding("there is no test 'evn'", "unknown-test", 2, "did you mean 'even'?"),
    ]


@pytest.mark.parametrize("source", [None, 5, True, 1.5, [], {}, b"{{ a }}", object()])
def test_source_of_a_wrong_type(source: Any) -> None:
    for kind, compile_ in (("template", expressions.template), ("condition", expressions.condition)):
        (finding,) = expressions.examine(source, kind)  # type: ignore[arg-type]
        assert finding.message == f"a {kind} is a text, not a {type(source).__name__}"
        with pytest.raises(ExpressionError, match=f"a {kind} is a text"):
            compile_(source)


@pytest.mark.parametrize(
    "source", ["", "plain", "100% {sure}", "}} %}", "\n\n", "{{ a }}", "{# note #}", "Größe: {{ größe }} 数量"]
)
def test_sound_template(source: str) -> None:
    assert expressions.examine(source, "template") == []


def test_a_long_source_is_shortened_in_messages() -> None:
    with pytest.raises(ExpressionError) as caught:
        expressions.template("{{ a" + " " * 500)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    ("word", "known", "meant"),
    [
        ("confrim", ["confirm", "conform"], "confirm"),
        ("Order", ["order", "orders"], "order"),
        ("ordr", ["border", "order"], "order"),
        ("ab", ["ba", "ac"], "ac"),
        ("x", ["y"], None),
        ("", ["y"], None),
        ("order", [], None),
        ("退货流成", ["退货流程", "换货"], "退货流程"),
        ("frobnicate", ["upper", "lower"], None),
    ],
)
def test_suggest(word: str, known: list[str], meant: str | None) -> None:
    assert suggest(word, known) == meant
    assert suggest(word, reversed(known)) == meant
