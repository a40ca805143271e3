"""Adaptive expressions mean in botkit's language what they mean in their own."""

from typing import Any

import pytest

from botkit.expressions import evaluate, render
from botkit.expressions import test as holds_in
from tests.flows.botframework.expressions import MissingError, ReadingError, read_expression, read_text
from tests.flows.botframework.rendering import Path, Renderer

USER = {
    "name": "Ada",
    "age": 36,
    "tags": ["a", "b"],
    "home": {"town": "York", "$x": 1},
    "no": False,
    "items": [{"id": 1}, {"id": 2}],
}


class Plain:
    """Memory in which every path of the user is a mapping's, and no other is known."""

    def read(self, path: Path) -> tuple[str, Path]:
        return ("user", path[1:]) if path[0] == "user" else ("none", ())


RENDERER = Renderer(Plain())

VALUES: list[tuple[str, Any]] = [
    ("1 + 2 * 3", 7),
    ("(1 + 2) * 3", 9),
    ("10 - 4 - 3", 3),
    ("7 % 4", 3),
    ("-user.age + 1", -35),
    ("+2", 2),
    ("1.5 * 2", 3.0),
    ("'a' + 'b'", "ab"),
    ("'n' + 1", "n1"),
    ("user.name & user.age", "Ada36"),
    ("user.age > 3 && user.age <= 36", True),
    ('user.age < 3 || user.name == "Ada"', True),
    ("user.age != 36", False),
    ("user.age <> 36", False),
    ("!user.no && !user.missing", True),
    ("!(user.age == 36)", False),
    ("user.missing == null", True),
    ("null != user.name", True),
    ("user.missing ?? user.no ?? 3", False),
    ("user.age > 30 ? 'old' : 'young'", "old"),
    ("user.no ? 1 : user.missing ? 2 : 3", 3),
    ("user.tags[0]", "a"),
    ("user['name']", "Ada"),
    ("user.home['town']", "York"),
    ("user.home.$x", 1),
    ("USER.Name", "Ada"),
    ("user.tags.length", 2),
    ("user.name.Length", 3),
    ("user.tags[0].Length", 1),
    ("user[concat('na', 'me')]", "Ada"),
    ("[1, 'x', [true, null]]", [1, "x", [True, None]]),
    ("{a: 1, 'B': user.age}", {"a": 1, "b": 36}),
    ("{}", {}),
    ("${user.age} + 1", 37),
    ("`${user.name} is ${user.age + 1}`", "Ada is 37"),
    ("'it\\'s \\\\ \\n'", "it's \\ \n"),
    ("true", True),
    ("False", False),
    ("undefined", None),
    ("concat('a', 1, user.name)", "a1Ada"),
    ("coalesce(user.missing, null, 'x')", "x"),
    ("if(user.no, 1, 2)", 2),
    ("and(true, user.age > 1, user.name != '')", True),
    ("or(user.no, false)", False),
    ("not(user.no)", True),
    ("equals(user.age, 36)", True),
    ("greater(2, 1)", True),
    ("greaterOrEquals(1, 1)", True),
    ("less(2, 1)", False),
    ("lessOrEquals(1, 1)", True),
    ("add(1, 2, 3)", 6),
    ("sub(5, 1, 1)", 3),
    ("mul(2, 3)", 6),
    ("div(6, 3)", 2),
    ("mod(7, 4)", 3),
    ("max(1, 5, 3)", 5),
    ("min(user.age, 5)", 5),
    ("sum(createArray(1, 2))", 3),
    ("round(2.4)", 2),
    ("floor(2.9)", 2),
    ("ceiling(2.1)", 3),
    ("abs(-3)", 3),
    ("int('15')", 15),
    ("int(15.3)", 15),
    ("float('1.5')", 1.5),
    ("string(12)", "12"),
    ("bool(user.name)", True),
    ("bool(user.no)", False),
    ("count(user.tags)", 2),
    ("length('four')", 4),
    ("empty(user.missing)", True),
    ("empty('')", True),
    ("exists(user.no)", True),
    ("exists(user.missing)", False),
    ("contains(user.tags, 'b')", True),
    ("contains('whole', 'hol')", True),
    ("startsWith(user.name, 'A')", True),
    ("endsWith(user.name, 'x')", False),
    ("toUpper(user.name)", "ADA"),
    ("toLower('ÄB')", "äb"),
    ("trim('  x ')", "x"),
    ("titleCase('two words')", "Two Words"),
    ("sentenceCase('two words')", "Two words"),
    ("replace('aba', 'a', 'x')", "xbx"),
    ("substring('abcdef', 2)", "cdef"),
    ("substring('abcdef', 1, 2)", "bc"),
    ("join(user.tags, ', ')", "a, b"),
    ("first(user.tags)", "a"),
    ("last(user.tags)", "b"),
    ("take(user.tags, 1)", ["a"]),
    ("skip(user.tags, 1)", ["b"]),
    ("reverse(user.tags)", ["b", "a"]),
    ("unique([1, 1, 2])", [1, 2]),
    ("sortBy(['b', 'a'])", ["a", "b"]),
    ("select(user.items, x, x.id)", [1, 2]),
    ("foreach(user.items, x, x.id)", [1, 2]),
    ("where(user.items, x, x.id == 2)", [{"id": 2}]),
    ("where(user.items, x, x.id != 2)", [{"id": 1}]),
    ("where(user.tags, x, x == 'a')", ["a"]),
    ("where(user.tags, x, x != 'a')", ["b"]),
    ("json('[{\"a\": null}, 1.5, true]')", [{"a": None}, 1.5, True]),
    ("getProperty(user, 'name')", "Ada"),
    ("getProperty(user.name)", "Ada"),
    ("isString(user.name)", True),
    ("isInteger(user.age)", True),
    ("isFloat(1.5)", True),
    ("isBoolean(user.no)", True),
    ("isObject(user.home)", True),
    ("isArray(user.tags)", True),
    ("isArray(user.name)", False),
]  # fmt: skip


@pytest.mark.parametrize(("source", "value"), VALUES)
def test_an_expression_has_its_value(source: str, value: Any) -> None:
    found = evaluate(RENDERER.code(read_expression("=" + source)), {"user": USER})
    assert found == value
    assert type(found) is type(value) or isinstance(value, float | int)


CONDITIONS = [
    ("user.age", True),
    ("0", True),
    ("''", True),
    ("user.no", False),
    ("user.missing", False),
    ("user.no || 'x'", True),
]


@pytest.mark.parametrize(("source", "holds"), CONDITIONS)
def test_all_but_false_and_null_holds(source: str, holds: bool) -> None:
    assert holds_in(RENDERER.condition(read_expression(source)), {"user": USER}) is holds


TEXTS = [
    ("Hello ${user.name}!", "Hello Ada!"),
    ("${user.age}", "36"),
    ("${concat('{', user.name, '}')} and ${count({a: '}'})}", "{Ada} and 1"),
    ("\\${user.name} costs $5", "${user.name} costs $5"),
    ("{{ user.age }} {% if %} {# #}", "{{ user.age }} {% if %} {# #}"),
    ("{{ ${user.age}", "{{ 36"),
    ("", ""),
    ("${'a' + `b${user.age}`}", "ab36"),
]


@pytest.mark.parametrize(("source", "said"), TEXTS)
def test_a_text_has_holes(source: str, said: str) -> None:
    assert render(RENDERER.text(read_text(source)), {"user": USER}) == said


@pytest.mark.parametrize(
    "source",
    [
        "",
        "1 +",
        "(1",
        "[1, 2",
        "{a}",
        "{1: 2}",
        "a b",
        "user.",
        "user.1",
        "f(1",
        "'open",
        "1 ? 2",
        "a ; b",
        "${1",
        "user[1",
        ")",
    ],
)
def test_what_is_no_expression_is_refused(source: str) -> None:
    with pytest.raises(ReadingError, match=r"."):
        read_expression(source)


def test_a_hole_that_is_not_closed_is_refused() -> None:
    with pytest.raises(ReadingError, match="not closed"):
        read_text("Hello ${user.name")


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("rand(1, 2)", "the function rand()"),
        ("2 ^ 3", "the operator ^"),
        ("select(user.items, x, x.id + 1)", "select() of more"),
        ("where(user.items, x, x.id > 1)", "where() of more"),
        ("json(user.name)", "json() of a text"),
        ("json('{')", "json() of what is none"),
        ("concat('a').b", "a part of something computed"),
        ("base.welcome('x')", "a template of another file"),
    ],
)
def test_what_has_no_place_is_named(source: str, what: str) -> None:
    with pytest.raises(MissingError) as caught:
        RENDERER.code(read_expression(source))
    assert str(caught.value).startswith(what)
