"""Wordings go into a file, and nothing else of it changes."""

import difflib
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from botkit.errors import UsageError
from botkit.flows import read
from botkit.flows.editing import Section, add_intent, add_wordings

FILE = """\
# What customers want
intents:
  short:
    examples: [one, two]   # as they say it
    description: x
  long:
    examples:
      - one   # why
      # and more

      - two

  block:
    examples: |
      one
      two

  across: {examples: [one,
      two,]}
  single:
    examples: just one, one
  quoted:
    examples: "one, two"
  indentless:
    examples:
    -   'one'
    -   'two'
answers:
  hours:
    questions: [when are you open]
    say: From 9.
flows: {}
"""


def changed(before: str, after: str) -> list[str]:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return [line for line in lines if not line.startswith(("---", "+++", "@@"))]


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("short", ["-    examples: [one, two]   # as they say it",
                   "+    examples: [one, two, new one, 'it''s: new', 退货]   # as they say it"]),
        ("long", ["+      - new one", "+      - 'it''s: new'", "+      - 退货"]),
        ("block", ["+      new one", "+      it's: new", "+      退货"]),
        ("across", ["-      two,]}", "+      two, new one, 'it''s: new', 退货,]}"]),
        ("single", ["-    examples: just one, one",
                    "+    examples: ['just one, one', new one, 'it''s: new', 退货]"]),
        ("quoted", ['-    examples: "one, two"', "+    examples: [\"one, two\", new one, 'it''s: new', 退货]"]),
        ("indentless", ["+    -   'new one'", "+    -   'it''s: new'", "+    -   '退货'"]),
    ],
)  # fmt: skip
def test_only_what_is_added_changes(name: str, lines: list[str]) -> None:
    after = add_wordings(FILE, "intents", name, ["new one", "it's: new", "退货"])
    assert changed(FILE, after) == lines


def test_quotes_are_as_those_of_the_others() -> None:
    text = 'intents:\n  a:\n    examples: ["one", "two"]\n'
    assert add_wordings(text, "intents", "a", ['say "hi"']) == text.replace("]", ', "say \\"hi\\""]')


def test_questions_of_an_answer() -> None:
    after = add_wordings(FILE, "answers", "hours", ["open today?"])
    assert changed(FILE, after)[1] == "+    questions: [when are you open, open today?]"


def test_what_is_there_is_not_added_again() -> None:
    assert add_wordings(FILE, "intents", "block", ["two", "one"]) == FILE
    assert changed(FILE, add_wordings(FILE, "intents", "long", ["two", "three", "three"])) == ["+      - three"]


def test_long_lines_in_brackets_are_broken_below_the_first() -> None:
    after = add_wordings(FILE, "intents", "short", [f"{letter * 40}" for letter in "abc"])
    assert changed(FILE, after)[1:] == [
        f"+    examples: [one, two, {'a' * 40}, {'b' * 40},",
        f"+               {'c' * 40}]   # as they say it",
    ]


@pytest.mark.parametrize("end", ["\r\n", "\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("last", ["", "\n"])
def test_ends_of_lines_and_of_the_file_stay(end: str, mark: str, last: str) -> None:
    text = mark + "intents:\n  a:\n    examples:\n      - b".replace("\n", end) + last.replace("\n", end)
    after = add_wordings(text, "intents", "a", ["c"])
    assert after == text.removesuffix(end) + f"{end}      - c" + last.replace("\n", end)


@pytest.mark.parametrize("wording", ["true", "12", "null", "~", "a: b", "a #b", "- a", "[a](b)", "{x}", "*a", "&a",
                                     "!a", "'", '"', "a, b", "?", "? a", "%a", "@a", "`a", "|", ">", "=", "a:", "\\"])  # fmt: skip
@pytest.mark.parametrize("name", ["short", "long", "quoted", "indentless"])
def test_every_wording_is_a_text(wording: str, name: str) -> None:
    node, problems = read(add_wordings(FILE, "intents", name, [wording]), "x.yaml")
    assert not problems
    assert node is not None
    assert node.plain()["intents"][name]["examples"][-1] == wording


@settings(max_examples=60, deadline=None)
@given(st.text(string.printable[:-5] + "退货—é", min_size=1).map(str.strip).filter(bool))
def test_any_wording_is_what_it_was(wording: str) -> None:
    node, _ = read(add_wordings(FILE, "intents", "short", [wording]), "x.yaml")
    assert node is not None
    assert node.plain()["intents"]["short"]["examples"] == list(dict.fromkeys(["one", "two", wording]))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "intents: {b: {examples: [x]}}",
        "intents: [a]",
        "intents: {a: [x]}",
        "intents: {a: {examples: []}}",
        "intents: {a: {examples: }}",
        "intents: {a: {examples: {x: y}}}",
        "intents:\n  a:\n    examples: |\n\n",
        "intents:\n  a:\n    examples: >\n      x\n      y\n",
        "intents:\n  a: {examples: &same [x]}\n  b: {examples: *same}\n",  # b would have it, too
        "intents: {a: {examples: [x]",
        "intents: {a: {examples: [x]}, a: {examples: [y]}}",
    ],
)
def test_where_nothing_can_be_added(text: str) -> None:
    with pytest.raises(UsageError):
        add_wordings(text, "intents", "a", ["new"])


@pytest.mark.parametrize("wording", ["a\nb", "\x07", "a\u2028b"])
def test_a_wording_that_no_file_can_have(wording: str) -> None:
    with pytest.raises(UsageError):
        add_wordings(FILE, "intents", "block", [wording])


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("", "intents:\n  new:\n    examples:\n      - a b\n"),
        ("# nothing yet\n", "# nothing yet\nintents:\n  new:\n    examples:\n      - a b\n"),
        ("flows: {}\n", "flows: {}\n\nintents:\n  new:\n    examples:\n      - a b\n"),
        ("intents: {a: {examples: [b]}}", "intents: {a: {examples: [b]}, new: {examples: [a b]}}"),
        (
            "intents:\n    a:\n        examples: [x]\n# end\n\nflows: {}\n",
            "intents:\n    a:\n        examples: [x]\n    new:\n      examples:\n        - a b\n# end\n\nflows: {}\n",
        ),
    ],
)
def test_a_new_intent(text: str, after: str) -> None:
    assert add_intent(text, "new", ["a b", "a b"]) == after


@pytest.mark.parametrize(
    "text", ["intents: {new: {examples: [b]}}", "intents:\n", "[a]", "{flows: {}}", "intents: {"]
)
def test_where_no_intent_can_be_begun(text: str) -> None:
    with pytest.raises(UsageError):
        add_intent(text, "new", ["a b"])


@pytest.mark.parametrize("section", ["intents", "answers"])
def test_names_that_are_not_there(section: Section) -> None:
    with pytest.raises(UsageError, match="there are no"):
        add_wordings(FILE, section, "nobody", ["new"])
