"""Texts as rich text: what it says is what was written, whatever it looks like."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botkit import Run, cut_runs, plain_runs, read_runs, without_markup
from botkit.testing.stages import HOSTILE, WORLD
from botkit_slack.capabilities import MESSAGE
from botkit_slack.texts import FALLBACK, escaped, fallback, units, write_rich, write_section
from tests.slack import blocks as double

WRITTEN = [
    "plain",
    "**bold _both_ `code`** and ~~gone~~",
    "`a<b` & <script>",
    "[the page](https://a.example/?x=1&y=%22'<>)",
    "https://a.example/x and more",
    "```\nfor x in <y>:\n    pass\n```",
    "one\n\n```\ncode\n```\n\nthree",
    "**[bold link](https://a.example)**",
    "\ud800 half",
    "**",
    *HOSTILE,
    *WORLD,
]


def shown(text: str) -> str:
    block = write_rich(read_runs(text))
    assert block is not None
    assert double.faults([block]) == []
    sight = double.look({"text": "", "blocks": [block]})
    assert sight.calls == ()
    return sight.text


@pytest.mark.parametrize("text", WRITTEN)
def test_what_is_written_is_read(text: str) -> None:
    assert shown(text) == without_markup(text.encode("utf-8", "replace").decode())


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=80))
def test_any_text_that_has_no_marks_is_read_as_it_is(text: str) -> None:
    runs = [Run(text)]
    block = write_rich(runs)
    assert (block is None) == (not text.strip())
    if block is not None:
        assert double.look({"text": fallback(text), "blocks": [block]}) == double.Sight(text)


def test_a_list_and_a_quote_stand_in_their_lines() -> None:
    assert shown("Teas:\n\n- green\n- black\n\n> quoted\n\nend") == "Teas:\n\n• green\n• black\n\nquoted\n\nend"


def test_an_address_that_is_no_page_stands_in_brackets() -> None:
    assert shown("[write us](mailto:a@b.example) or [call](tel:+491)") == "write us (a@b.example) or call (+491)"


def elements(text: str) -> list[Any]:
    block = write_rich(read_runs(text))
    assert block is not None
    return [(part["type"], part["elements"]) for part in block["elements"]]


def test_marks_are_styles() -> None:
    ((kind, inline),) = elements("**b** _i_ ~~s~~ `c` [l](https://a.example)")
    assert kind == "rich_text_section"
    assert [(one["type"], one.get("style", {})) for one in inline if one.get("text", "x").strip()] == [
        ("text", {"bold": True}),
        ("text", {"italic": True}),
        ("text", {"strike": True}),
        ("text", {"code": True}),
        ("link", {}),
    ]
    assert inline[-1] == {"type": "link", "url": "https://a.example", "text": "l"}
    assert elements("see https://a.example/x")[0][1][-1] == {"type": "link", "url": "https://a.example/x"}


def test_what_is_quoted_and_code_have_pieces_of_their_own() -> None:
    kinds = [kind for kind, _ in elements("a\n\n> b\n\n```\nc\n```")]
    assert kinds == ["rich_text_section", "rich_text_quote", "rich_text_preformatted"]


def test_nothing_to_read_is_no_block() -> None:
    assert write_rich([]) is None
    assert write_rich([Run(" \n")]) is None


@pytest.mark.parametrize("text", ["👍" * 3_000, "word " * 2_000, "x" * 9_000])
def test_a_long_text_is_cut_to_what_a_message_holds(text: str) -> None:
    parts = cut_runs(read_runs(text), MESSAGE, units)
    assert all(units(plain_runs(part)) <= MESSAGE for part in parts)
    assert "".join(plain_runs(part) for part in parts).replace(" ", "") == text.replace(" ", "")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a <!channel> & <@U1>", "a &lt;!channel&gt; &amp; &lt;@U1&gt;"),
        ("", ""),
        ("x" * FALLBACK, "x" * FALLBACK),
    ],
)
def test_notifications_call_nobody(text: str, told: str) -> None:
    assert fallback(text) == told == escaped(text)


@pytest.mark.parametrize("text", ["x" * 5_000, "&" * 5_000, "<" * 3_000])
def test_notifications_are_short(text: str) -> None:
    assert len(fallback(text)) <= FALLBACK + 1
    assert fallback(text).endswith("…")
    assert not fallback(text).removesuffix("…").endswith("&")


@pytest.mark.parametrize(
    ("title", "text", "written"),
    [
        ("Lamp", "a <small> one", "*Lamp*\na &lt;small&gt; one"),
        ("", "only text", "only text"),
        ("Lamp", "", "*Lamp*"),
        ("A & B", "x", "*A &amp; B*\nx"),
    ],
)
def test_a_section_has_a_title_in_bold(title: str, text: str, written: str) -> None:
    assert write_section(title, text) == {"type": "mrkdwn", "text": written, "verbatim": True}


@pytest.mark.parametrize(
    ("title", "text"),
    [("2*3*4", ""), ("", "a _b_ c"), ("Lamp", "`x`"), ("", ":tada:"), ("", "> quoted"), ("", ""), ("x", "y" * 3_000)],
)
def test_what_a_section_would_show_otherwise_is_none(title: str, text: str) -> None:
    assert write_section(title, text) is None
