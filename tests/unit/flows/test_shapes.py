"""Shapes of nodes, durations and patterns."""

from collections.abc import Callable
from typing import Any

import pytest

from botkit.flows import Node, Report, read, refuse, seconds, shapes
from botkit.flows.shapes import (
    boolean,
    choice,
    fields,
    integer,
    items,
    mapping,
    named,
    number,
    one_or_more,
    text,
    texts,
)


def node(source: str) -> Node:
    found, problems = read(source, "f.yaml")
    assert found
    assert problems == ()
    return found


def outcome(reader: Callable[..., Any], source: str, *args: Any) -> tuple[Any, list[str]]:
    report = Report()
    value = reader(node(source), "'key'", *args, report)
    return value, [str(problem).removeprefix("f.yaml:") for problem in report.problems]


@pytest.mark.parametrize(
    ("reader", "source", "value", "problems"),
    [
        (text, "hello", "hello", []),
        (text, "042", "042", []),
        (text, "''", "", []),
        (text, "[a]", None, ["1:1: wrong-type: 'key' takes a text, not a list"]),
        (text, "~", None, ["1:1: wrong-type: 'key' takes a text, not nothing"]),
        (texts, "[a, 1]", ("a", "1"), []),
        (texts, "a", ("a",), []),
        (texts, "[a, {}]", ("a",), ["1:5: wrong-type: 'key' takes a text, not a mapping"]),
        (boolean, "false", False, []),
        (
            boolean,
            "no",
            None,
            ["1:1: wrong-type: 'key' takes true or false, not the text 'no'; only true and false are booleans"],
        ),
        (boolean, "1", None, ["1:1: wrong-type: 'key' takes true or false, not the number 1"]),
        (integer, "3", 3, []),
        (integer, "true", None, ["1:1: wrong-type: 'key' takes a whole number, not 'true'"]),
        (integer, "1.5", None, ["1:1: wrong-type: 'key' takes a whole number, not the number 1.5"]),
        (integer, "-1", None, ["1:1: out-of-range: 'key' takes 0 to 1,000,000, not -1"]),
        (number, "0.6", 0.6, []),
        (number, "1", 1.0, []),
        (number, "true", None, ["1:1: wrong-type: 'key' takes a number, not 'true'"]),
        (number, ".nan", None, ["1:1: out-of-range: 'key' takes 0 to 1e+09, not .nan"]),
        (items, "[a]", (node("[a]").items[0],), []),
        (items, "a", (), ["1:1: wrong-type: 'key' takes a list, not the text 'a'"]),
        (named, "a", [], ["1:1: wrong-type: 'key' takes a mapping, not the text 'a'"]),
        (mapping, "{a: 1, 2: [x]}", {"a": 1, "2": ["x"]}, []),
    ],
)
def test_a_shape_reads_or_says_what_it_found(
    reader: Callable[..., Any], source: str, value: object, problems: list[str]
) -> None:
    assert outcome(reader, source) == (value, problems)


@pytest.mark.parametrize(
    ("source", "value", "problems"),
    [
        ("fallback", "fallback", []),
        ("fallbak", None, ["1:1: unknown-value: 'key' cannot be 'fallbak'; did you mean 'fallback'?"]),
        ("zzz", None, ["1:1: unknown-value: 'key' cannot be 'zzz'; known: off, fallback"]),
        ("[]", None, ["1:1: wrong-type: 'key' takes a text, not a list"]),
    ],
)
def test_a_choice_is_one_of_its_words(source: str, value: str | None, problems: list[str]) -> None:
    assert outcome(choice, source, ("off", "fallback")) == (value, problems)


def test_one_stands_for_a_list_of_one() -> None:
    assert [item.value for item in one_or_more(node("a"))] == ["a"]
    assert [item.value for item in one_or_more(node("[a, b]"))] == ["a", "b"]


def test_fields_name_unknown_and_missing_keys() -> None:
    report = Report()
    found = fields(
        node("{name: x, chanels: 1, zzz: 2}"), "bot.yaml", ("name", "channels", "locales"), report, ("locales",)
    )
    assert list(found) == ["name"]
    assert [str(problem) for problem in report.problems] == [
        "f.yaml:1:11: unknown-key: bot.yaml has no key 'chanels'; did you mean 'channels'?",
        "f.yaml:1:23: unknown-key: bot.yaml has no key 'zzz'; known: name, channels, locales",
        "f.yaml:1:1: missing-key: bot.yaml needs the key 'locales'",
    ]


def test_fields_of_something_else_are_none() -> None:
    report = Report()
    assert fields(node("[a]"), "bot.yaml", ("name",), report, ("name",)) == {}
    assert [problem.code for problem in report.problems] == ["wrong-type"]


@pytest.mark.parametrize(
    ("word", "known", "hint"),
    [
        ("question", ("questions", "say"), "did you mean 'questions'?"),
        ("Question", ("questions", "say"), "did you mean 'questions'?"),
        ("examples", ("example", "questions"), "did you mean 'example'?"),
        ("question", ("ask", "say"), "it is called 'say' here"),
        ("as", ("ask", "save"), "it is called 'save' here"),  # near, but another word
        ("send", ("end", "say"), "it is called 'say' here"),
    ],
)
def test_the_same_word_in_another_number_goes_before_what_is_called_otherwise(
    word: str, known: tuple[str, ...], hint: str
) -> None:
    assert shapes.mean(word, known) == hint


def test_a_long_list_of_known_words_is_not_repeated() -> None:
    assert shapes.mean("zzz", [f"word{n}" for n in range(20)]) == ""


def test_a_report_counts_errors_and_not_warnings() -> None:
    report, other = Report(), Report()
    other.warn(node("a").place, "unwise", "it is")
    other.error(node("a").place, "wrong", "it is")
    report.extend(other.problems)
    assert (len(report.problems), report.errors) == (2, 1)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("90s", 90.0),
        ("10m", 600.0),
        ("1h30m", 5400.0),
        ("1h 30m", 5400.0),
        ("24h", 86400.0),
        ("7d", 604800.0),
        ("2w", 1209600.0),
        ("500ms", 0.5),
        ("", None),
        ("5", None),
        ("5 minutes", None),
        ("h5", None),
        ("-5s", None),
        ("0s", None),
        ("367d", None),
        ("1.5h", None),
        ("٥s", 5.0),
        ("9" * 50 + "s", None),
    ],
)
def test_durations(written: str, value: float | None) -> None:
    assert seconds(written) == value


@pytest.mark.parametrize(
    "pattern",
    [
        r"[A-Z]-\d{5}",
        r"#?\d+",
        r"(?i)w\d+",
        r"(?:foo|bar)+",
        r"\d{3}(-\d{2}){0,3}",
        r"(?:a|b)c",
        r"(?P<year>\d{4})-(\d\d)",
        r"(?:[ -]?\d){6,12}",
        r"[\w.]+@[\w.]+",
        r"退货\d+",
        r"(?=a)a",
        r"(?i:a)b",
    ],
)
def test_a_harmless_pattern_is_allowed(pattern: str) -> None:
    assert refuse(pattern) == ""


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("(", "no regular expression"),
        ("a{99999999999999}", "no regular expression"),
        ("[[a]", "no regular expression"),
        ("(" * 2000, "characters; at most 500"),
        ("(" * 240 + "a" + ")" * 240, ""),
        (r"\d*", "fits an empty text"),
        (r"(a)\1", "references to groups"),
        (r"(a+)+", "a repeat stands within a repeat"),
        (r"(\w+\s?)+", "a repeat stands within a repeat"),
        (r"x(a{1,50}){1,50}", "a repeat stands within a repeat"),
        (r"(?=(a+)+)b", "a repeat stands within a repeat"),
        (r"(?>a+)+b", "a repeat stands within a repeat"),
        (r"(?:a+?)+?b", "a repeat stands within a repeat"),
        (r"x(a|ab)+", "branches of '|' begin alike"),
        (r"(.|\n)+x", "branches of '|' begin alike"),
        (r"x(a|)+", "can be empty"),
        (r"x(a?){30}", "can be empty"),
        ("a+b+c+d+e+f+g+", "7 open repeats"),
    ],
)
def test_a_pattern_that_can_run_away_is_refused(pattern: str, why: str) -> None:
    assert why in refuse(pattern)
