"""Text to located nodes."""

import math
import time
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from botkit.errors import ConfigError, Place
from botkit.flows import Node, describe, read


def said(text: str) -> list[str]:
    return [str(problem) for problem in read(text, "f.yaml")[1]]


def plain(text: str) -> Any:
    node, problems = read(text, "f.yaml")
    assert problems == ()
    assert node is not None
    return node.plain()


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("yes", "yes"),
        ("no", "no"),
        ("on", "on"),
        ("Off", "Off"),
        ("y", "y"),
        ("true", True),
        ("True", True),
        ("FALSE", False),
        ("tRUE", "tRUE"),
        ("", None),
        ("~", None),
        ("null", None),
        ("Null", None),
        ("nULL", "nULL"),
        ("42", 42),
        ("-7", -7),
        ("+7", 7),
        ("007", 7),
        ("0o17", 15),
        ("0x1F", 31),
        ("0b1", "0b1"),
        ("1_000", "1_000"),
        ("12:30", "12:30"),
        ("2026-05-01", "2026-05-01"),
        ("1.5", 1.5),
        ("1.", 1.0),
        (".5", 0.5),
        ("-1e3", -1000.0),
        ("1e", "1e"),
        (".inf", math.inf),
        ("-.INF", -math.inf),
        ("+", "+"),
        (".", "."),
        ("=", "="),
        ("1" * 400, int("1" * 400)),
        ("1" * 5000, "1" * 5000),
        ('"42"', "42"),
        ("'true'", "true"),
        ('""', ""),
        ("!!str 5", "5"),
        ("! 5", "5"),
        ("|\n  5", "5"),
        (">\n  5", "5"),
        ("我要退货", "我要退货"),
        ("!!int 5", 5),
        ('!!int "0x1F"', 31),
        ("!!float 5", 5.0),
        ("!!float 1.5", 1.5),
        ("!!bool true", True),
        ("!!null ~", None),
        ("!!null", None),
        ("!!seq [1]", [1]),
        ("!!map {b: 1}", {"b": 1}),
        ("! [1]", [1]),
        ("! {b: 1}", {"b": 1}),
    ],
)
def test_words_stand_for_what_yaml_1_2_says(written: str, value: object) -> None:
    found = plain(f"a: {written}")["a"]
    assert found == value
    assert type(found) is type(value)


def test_not_a_number_is_a_float() -> None:
    assert math.isnan(plain("a: .nan")["a"])


def test_a_directive_that_yaml_reserves_for_later_is_passed_over_and_places_stay() -> None:
    node, problems = read("# one\r\n%LATER on\n%YAML 1.2 # two\n%TAG ! !\n%Y\n---\na: |\n  %b\n", "f.yaml")
    assert problems == ()
    assert node
    assert node.plain() == {"a": "%b\n"}
    assert node.place == Place("f.yaml", 7, 1)


@pytest.mark.parametrize(
    "text",
    ["a: [1] #b", "a: 'b' #c", "a: b#c", "a: |- #b\n  c", "a: '#'", "- '[1]#b'", "a: |\n  [1]#b\n", "a: {'b': '#'}"],
)
def test_a_comment_after_a_space_and_a_sign_within_a_text_are_read(text: str) -> None:
    assert said(text) == []


def test_a_number_keeps_its_text() -> None:
    node, _ = read("a: 00123", "f.yaml")
    value = node and node.get("a")
    assert value
    assert (value.value, value.raw, value.quoted) == (123, "00123", False)


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n", "\ufeff", "---\n"])
def test_an_empty_file_is_nothing_or_none(text: str) -> None:
    node, problems = read(text, "f.yaml")
    assert node is None or node.empty
    assert problems == ()


def test_places_count_from_one_after_bom_and_with_crlf() -> None:
    node, problems = read("\ufeffa: 1\r\nb:\r\n  - x\r\n  - c: y\r\n", "f.yaml")
    assert problems == ()
    assert node
    assert node.place == Place("f.yaml", 1, 1)
    (_, a), (b, listed) = node.entries
    assert a.place == Place("f.yaml", 1, 4)
    assert b.place == Place("f.yaml", 2, 1)
    assert [item.place for item in listed.items] == [Place("f.yaml", 3, 5), Place("f.yaml", 4, 5)]
    assert (listed.end, node.end) == (4, 4)


def test_lines_of_a_literal_block_have_their_own_places() -> None:
    node, _ = read("a:\n  b: |\n\n    one\n    two\nc: >\n  folded\nd: |\n", "f.yaml")
    assert node
    block = node.entries[0][1].entries[0][1]
    assert block.value == "\none\ntwo\n"
    assert block.line(1) == Place("f.yaml", 4, 5)
    assert block.line(2) == Place("f.yaml", 5, 5)
    folded = node.get("c")
    assert folded
    assert folded.line(3) == folded.place
    empty = node.get("d")
    assert empty
    assert empty.line(0).line == 9


def test_get_of_a_key_that_is_not_there_is_none() -> None:
    assert Node("mapping").get("a") is None


def test_aliases_share_their_value() -> None:
    assert plain("a: &x [1, {b: 2}]\nc: *x\nd: [*x, *x]") == {
        "a": [1, {"b": 2}],
        "c": [1, {"b": 2}],
        "d": [[1, {"b": 2}], [1, {"b": 2}]],
    }


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "a: 1\nb: 2\na: 3",
            "3:1: duplicate-key: the key 'a' stands here a second time; the first is in line 1, column 1",
        ),
        ("<<: {a: 1}", "1:1: merge-key: merge keys ('<<') are not read; write the keys out"),
        ("a:\n\t- b", "2:1: yaml: a tab cannot indent; use spaces"),
        ("a: |\n \tb", "2:2: yaml: a tab cannot indent; use spaces"),
        ("a: @b", "1:4: yaml: a text cannot begin with '@'; put it in quotes"),
        ("a: `b`", "1:4: yaml: a text cannot begin with '`'; put it in quotes"),
        ("a: %b", "1:4: yaml: a text cannot begin with '%'; put it in quotes"),
        (
            "say: Hello: you",
            "1:11: yaml: a ': ' stands where no key can be; put the text in quotes, or check the indentation",
        ),
        ("a: - b", "1:4: yaml: a list cannot begin on this line; begin it on a line of its own"),
        ("a:\n  - [1, 2\n", "2:10: yaml: a list that was opened with '[' is not closed; a ',' or a ']' is missing"),
        ("a: [1, 2", "1:9: yaml: a list that was opened with '[' is not closed; a ',' or a ']' is missing"),
        ("{a: 1", "1:6: yaml: a mapping that was opened with '{' is not closed; a ',' or a '}' is missing"),
        ("a: ]", "1:4: yaml: a value is missing here; check the brackets and commas before it"),
        ('a: "b', "1:6: yaml: a quote is opened and never closed; add the closing quote"),
        (
            "a:\n  - b\n c: d",
            "3:2: yaml: this does not fit the lines above; align it with its neighbours, and check quotes above it",
        ),
        ("- a\nb: 1", "2:1: yaml: this does not belong to the list above; begin it with '- ', or indent it"),
        ("a: 1\nb\nc: 2", "3:1: yaml: a key without ':' stands above; write 'key: value'"),
        ("%YAML 3.0\n---\na", "1:1: yaml: this version of YAML is not read; remove the line"),
        (
            "%TAG",
            "1:5: yaml: this line with '%' at its beginning cannot be read; remove it, or put the text in quotes",
        ),
        (
            "%YAML 1.2 x\n---\na",
            "1:11: yaml: this line with '%' at its beginning cannot be read; remove it, or put the text in quotes",
        ),
        ("%LATER on\na: 1", "1:7: yaml: this line with '%' at its beginning cannot be read; remove it"),
        (
            "a: {b:,}",
            "1:6: yaml: a ':' stands here without a value; put a space after it, or quotes around the text",
        ),
        ("a: ? b", "1:4: yaml: a '?' cannot begin a key here; put the text in quotes if it is one"),
        ("a: & b", "1:5: yaml: a name is missing after '&' or '*'; put the text in quotes if it is one"),
        ("a: !x!y b", "1:4: yaml: this tag is not known; remove it; put the text in quotes if it is one"),
        ("a: !<x b", "1:7: yaml: this tag cannot be read; remove it; put the text in quotes if it is one"),
        ("a: !%zz b", "1:5: yaml: this tag cannot be read; remove it; put the text in quotes if it is one"),
        ("a: |0\n b", "1:5: yaml: after '|' or '>' a 0 means nothing; remove it"),
        ("a: | b\n", "1:6: yaml: the text of '|' or '>' begins on the next line; move it there, indented"),
        *(
            (text, f"{place}: yaml: a comment begins here without a space before it; put a space before '#'")
            for text, place in [
                ("a: [1]#b", "1:7"),
                ("a: 😀\r\nb: {c: 1}#d", "2:10"),
                ("a: 'b'#c", "1:7"),
                ('- "b"#c', "1:6"),
                ("a: |-#b\n  c", "1:6"),
                ("a: >#b\n  c", "1:5"),
                ("%YAML 1.2#b\n---\n", "1:10"),
            ]
        ),
        (
            "a: 1\n---\nb: 2",
            "2:1: several-documents: a second document begins here; a file holds one; remove the line",
        ),
        ("a: \x01", "1:4: bad-character: the character U+0001 cannot stand in a file; remove it"),
        ("a:\r\n  b\x00", "2:4: bad-character: the character U+0000 cannot stand in a file; remove it"),
        ("\ud800", "1:1: bad-character: the character U+D800 cannot stand in a file; remove it"),
        ("a: *b", "1:4: unknown-alias: '*b' refers to nothing above; mark the value with '&b'"),
        ("a: &b [1, *b]", "1:11: alias-cycle: '*b' stands inside of what it refers to"),
        (
            "a: !thing b",
            "1:4: tag: the tag '!thing' means nothing here; remove it; put the text in quotes if it is one",
        ),
        (
            "a: !!int b",
            "1:4: tag: the tag '!!int' does not fit the text 'b'; remove it; put the text in quotes if it is one",
        ),
        ("a: !!int 1.5", "1:4: tag: the tag '!!int' does not fit the text '1.5'; remove it"),
        ("a: !!bool yes", "1:4: tag: the tag '!!bool' does not fit the text 'yes'; remove it"),
        ("a: !!map b", "1:4: tag: the tag '!!map' does not fit the text 'b'; remove it"),
        ("a: !!map [b]", "1:4: tag: the tag '!!map' does not fit a list; remove it"),
        ("a: !!seq {b: c}", "1:4: tag: the tag '!!seq' does not fit a mapping; remove it"),
        ("a: !!str [b]", "1:4: tag: the tag '!!str' does not fit a list; remove it"),
        ("a: !!set {b}", "1:4: tag: the tag '!!set' means nothing here; remove it"),
        ("a: !!python/object:x {b: 1}", "1:4: tag: the tag '!!python/object:x' means nothing here; remove it"),
        ("a: {{ b }}", '1:4: bad-key: a template stands here without quotes; put templates in quotes: "{{ ... }}"'),
        ("[a, b]: c", "1:1: bad-key: a list or mapping cannot be a key; keys are plain words"),
        ("a: &b [1]\n*b : c", "2:1: bad-key: a list cannot be a key; keys are plain words"),
        (
            'a: "\\q"',
            "1:5: yaml: after '\\' in double quotes this letter means nothing; write '\\\\', or use single quotes",
        ),
        ("[" * 100, "1:65: too-deep: more than 64 levels stand in each other here"),
    ],
)
def test_a_problem_names_its_place_and_its_mend(text: str, problem: str) -> None:
    found = said(text)
    assert len(found) == 1
    assert found[0].startswith(f"f.yaml:{problem}")


def test_repeated_keys_are_all_named_and_the_rest_is_read() -> None:
    node, problems = read("a: 1\na: 2\nb: 3\na: 4\n1: x\n'1': y", "f.yaml")
    assert [problem.place.line for problem in problems] == [2, 4]
    assert node
    assert node.plain() == {"a": 1, "b": 3, 1: "x", "1": "y"}


def test_a_problem_before_the_one_that_stops_is_kept() -> None:
    assert [line.split(": ")[1] for line in said("a: 1\na: 2\nb: [")] == ["duplicate-key", "yaml"]
    assert [line.split(": ")[1] for line in said("a: 1\na: 2\nb: *c")] == ["duplicate-key", "unknown-alias"]


def test_aliases_cannot_reach_deeper_than_what_is_written() -> None:
    deep = "[" * 40 + "]" * 40
    assert "too-deep" in said(f"a: &x {deep}\nb: {'[' * 30}*x{']' * 30}")[0]
    assert said(f"a: &x {deep}\nb: [*x]") == []


def bomb() -> str:
    levels = "".join(
        f"{name}: &{name} [{', '.join([f'*{last}'] * 10)}]\n"
        for last, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    return f"a: &a [{', '.join(['x'] * 10)}]\n{levels}"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param(bomb(), "too-many-values", id="alias bomb"),
        pytest.param("a: [" + "1," * 400_000 + "]", "too-many-values", id="long list"),
        pytest.param("x: " + "a" * 2_000_000, "file-too-large", id="two megabytes"),
        pytest.param("x: " + "退" * 400_000, "file-too-large", id="over a mebibyte in bytes"),
        pytest.param("[" * 500_000, "too-deep", id="brackets"),
        pytest.param("{" * 500_000, "bad-key", id="braces"),
        pytest.param("? " * 300_000, "bad-key", id="complex keys"),
        pytest.param("- " * 300_000, "too-deep", id="lists in one line"),
        pytest.param("# x\r\n" * 100_000 + "@", "yaml", id="comments"),
        pytest.param("%A\r\n\r\n" * 100_000 + "@", "yaml", id="directives"),
    ],
)
def test_huge_files_get_an_answer_at_once(text: str, code: str) -> None:
    began = time.process_time()
    node, problems = read(text, "f.yaml")
    assert node is None
    assert problems[-1].code == code
    assert time.process_time() - began < 5, "it grows faster than the file"


@given(st.text())
def test_no_text_raises(text: str) -> None:
    read(text, "f.yaml")


_PIECES = st.sampled_from(
    [*list("ab \n:-[]{}'\"|>&*!#%@,?~\t\r\\<.0"), "\n  ", ": ", "- ", "{{ ", "<<: ", "&a ", "*a ", "---\n", "\u2028"]
)


@given(st.lists(_PIECES, max_size=40).map("".join))
def test_no_near_yaml_raises(text: str) -> None:
    node, problems = read(text, "f.yaml")
    lines = len(text.splitlines()) + 2
    assert all(1 <= problem.place.line <= lines for problem in problems)
    if node is not None and not problems:
        assert repr(node.plain()) == repr(read(text, "f.yaml")[0].plain())  # type: ignore[union-attr]


# PyYAML writes by YAML 1.1, where 0E0 and 0o7 are texts and need no quotes; 1.2 reads numbers there.
_TEXTS = st.text().filter(lambda text: not text.isascii() or not any(letter.isdigit() for letter in text))


@given(
    st.recursive(
        _TEXTS | st.integers() | st.booleans() | st.none(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXTS, inner, max_size=3),
    )
)
def test_what_was_written_is_read(data: object) -> None:
    text = yaml.safe_dump(data, allow_unicode=False)
    node, problems = read(text, "f.yaml")
    assert problems == ()
    assert node
    assert node.plain() == data


def test_without_libyaml_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(yaml, "CBaseLoader")
    with pytest.raises(ConfigError, match="libyaml"):
        read("a: 1", "f.yaml")


def test_an_error_of_the_parser_without_a_mark_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise yaml.YAMLError("odd")

    monkeypatch.setattr(yaml, "parse", fail)
    assert said("a: 1") == ["f.yaml:1:1: yaml: this cannot be read as YAML (odd)"]


def test_an_error_of_the_parser_that_has_no_words_here_is_given_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise yaml.MarkedYAMLError("while reading", None, "it is odd", yaml.Mark("", 0, 1, 2, None, 0))

    monkeypatch.setattr(yaml, "parse", fail)
    assert said("a: 1\n  b") == ["f.yaml:2:3: yaml: this cannot be read as YAML (it is odd)"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[]", "a list"),
        ("{}", "a mapping"),
        ("~", "nothing"),
        ("true", "'true'"),
        ("0x1F", "the number 0x1F"),
        ("1.5", "the number 1.5"),
        ("hello", "the text 'hello'"),
        ("x" * 50, f"the text '{'x' * 37}...'"),
    ],
)
def test_a_node_is_described_in_words(text: str, words: str) -> None:
    node, _ = read(text, "f.yaml")
    assert node
    assert describe(node) == words
