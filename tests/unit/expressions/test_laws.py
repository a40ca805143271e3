"""Laws that hold for all sources and values."""

import string
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from botkit import expressions
from botkit.errors import ExpressionError
from botkit.expressions import suggest

WORDS = st.text(string.ascii_lowercase, min_size=1, max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**12), 10**12) | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=10,
)
PIECES = st.sampled_from(
    ["{{", "}}", "{%", "%}", "{#", "#}", "(", ")", "[", "]", "a", "b.c", " if ", " else ", " for i in a ", "endfor",
     "endif", "set x = ", "|", "upper", "join", " is ", "none", "'", '"', "1", "0x", "+", "*", "**", "~", "not ", ",",
     ".", "\n", "中", "（", "__class__", "-", "<", "==", " "]
)  # fmt: skip
SOURCES = st.text(max_size=60) | st.lists(PIECES, max_size=25).map("".join)
KINDS = st.sampled_from(["template", "condition"])


@given(SOURCES, KINDS)
def test_examine_never_raises_and_agrees_with_compiling(source: str, kind: Any) -> None:
    findings = expressions.examine(source, kind)
    compile_ = expressions.template if kind == "template" else expressions.condition
    try:
        compile_(source)
    except ExpressionError:
        assert findings
    else:
        assert not findings


@given(SOURCES, KINDS, JSON)
def test_what_compiles_gives_a_value_or_an_expression_error(source: str, kind: Any, data: Any) -> None:
    if expressions.examine(source, kind):
        return
    run = expressions.render if kind == "template" else expressions.evaluate
    try:
        run(source, {"a": data, "b": {"c": data}, "x": 1})
    except ExpressionError as error:
        assert error.message  # noqa: PT017  failing is allowed, in this way only


@given(SOURCES, KINDS, st.dictionaries(WORDS, JSON, max_size=3))
def test_only_free_names_matter(source: str, kind: Any, others: dict[str, Any]) -> None:
    if expressions.examine(source, kind):
        return
    run = expressions.render if kind == "template" else expressions.evaluate
    names = expressions.free_names(source, kind)
    base = dict.fromkeys(names, 2)
    extra = {key: item for key, item in others.items() if key not in names}
    assert _outcome(run, source, base) == _outcome(run, source, {**base, **extra})


def _outcome(run: Any, source: str, scope: dict[str, Any]) -> str:
    try:
        return repr(run(source, scope))
    except ExpressionError as error:
        return str(error)


@given(JSON)
def test_a_single_name_gives_the_value_itself(data: Any) -> None:
    assert expressions.value("{{ a }}", {"a": data}) is data
    assert expressions.value_of([{"k": "{{ a }}"}], {"a": data})[0]["k"] is data
    assert expressions.test("a", {"a": data}) is bool(data)


@given(st.text())
def test_text_prints_as_it_was_typed(typed: str) -> None:
    assert expressions.render("{{ a }}", {"a": typed}) == typed
    assert expressions.render("<{{ a }}>", {"a": typed}) == f"<{typed}>"


@given(st.text().filter(lambda source: not any(mark in source for mark in ("{{", "{%", "{#"))))
def test_static_text_means_itself(source: str) -> None:
    assert expressions.template(source).static
    assert expressions.value(source, {}) == expressions.render(source, {}) == source


@given(JSON)
def test_native_and_mixed_templates_show_the_same_text(data: Any) -> None:
    scope = {"a": data}
    assert "[" + expressions.render("{{ a }}", scope) + "]" == expressions.render("[{{ a }}]", scope)


@given(st.integers(-100, 100), st.integers(-100, 100))
def test_comparisons_are_those_of_numbers(left: int, right: int) -> None:
    scope = {"a": left, "b": right}
    found = [expressions.test(f"a {sign} b", scope) for sign in ("<", "<=", "==", "!=", ">=", ">")]
    assert found == [left < right, left <= right, left == right, left != right, left >= right, left > right]


@given(WORDS, st.sets(WORDS, max_size=6))
def test_suggest_gives_a_known_word_or_none(word: str, known: set[str]) -> None:
    meant = suggest(word, known)
    assert meant is None or meant in known
    assert word not in known or meant == word
