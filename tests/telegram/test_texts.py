"""Texts: cut where they may be, and written so that the double, which repairs nothing, reads them back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botkit import Run, plain_runs, read_runs, without_markup
from botkit_telegram.texts import MESSAGE, cut, units, write_html
from tests.telegram.markup import read_html, seen
from tests.telegram.markup import units as units_of_double

WRITTEN = [
    "plain",
    "**bold _both_ `code`** and ~~gone~~",
    "`a<b` & <script>",
    "[the page](https://a.example/?x=1&y=%22'<>)",
    "https://a.example/x and more",
    "[write us](mailto:a@b.example) or [call](tel:+491)",
    "> quoted\n> **loud**\n>\n> > twice",
    "- one\n- two\n  - three\n\n1. a\n2. b",
    "```\nfor x in <y>:\n```",
    "**[bold link](https://a.example)**",
    "[`code link`](https://a.example)",
    "> `code` in a quote",
    "\ud800 half",
    "**",
]


@pytest.mark.parametrize("text", WRITTEN)
def test_what_is_written_can_be_read(text: str) -> None:
    runs = read_runs(text)
    assert read_html(write_html(runs)).text == plain_runs(runs)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**bold** & <i>", "<b>bold</b> &amp; &lt;i&gt;"),
        ('[a](https://x.example/?a="1"&b)', None),
        ("_a **b** c_", "<i>a <b>b</b> c</i>"),
        ("**x `y`**", "<b>x </b><code>y</code>"),
        ("> a", "<blockquote>a</blockquote>"),
        ("- a\n- b", "• a\n• b"),
        ("[us](mailto:a@b.example)", "us (a@b.example)"),
        ("[us](https://b.example)", '<a href="https://b.example">us</a>'),
        ("https://b.example", "https://b.example"),
    ],
)
def test_markdown_becomes_html(text: str, html: str | None) -> None:
    written = write_html(read_runs(text))
    assert html is None or written == html
    assert seen(*read_html(written)).replace("• ", "- ") == without_markup(text).removeprefix("> ").replace(
        "mailto:", ""
    )


def test_it_counts_as_telegram_does() -> None:
    assert [units("abc"), units("👍"), units("订单")] == [3, 2, 2]


def test_a_text_that_fits_is_one_message() -> None:
    assert cut([Run("x" * MESSAGE)]) == [[Run("x" * MESSAGE)]]
    assert len(cut([Run("👍" * (MESSAGE // 2))])) == 1
    assert len(cut([Run("👍" * (MESSAGE // 2) + "x")])) == 2


@pytest.mark.parametrize(
    ("runs", "texts"),
    [
        ([Run("aaaa bbbb cccc")], ["aaaa bbbb", "cccc"]),
        ([Run("aaaaaa\nbb cc dd")], ["aaaaaa", "bb cc dd"]),
        ([Run("aaaaaaaaaaaaa")], ["aaaaaaaaaa", "aaa"]),
        ([Run("今天天气。明天天气。后天")], ["今天天气。明天天气。", "后天"]),
        ([Run("aaaaaa "), Run("b b b", ("code",)), Run(" c")], ["aaaaaa", "b b b c"]),
        ([Run("aaaaaa-"), Run("bbbbb", ("a:https://x.example",))], ["aaaaaa-", "bbbbb"]),
        ([Run("aaaaaaaaa👍🏽")], ["aaaaaaaaa", "👍🏽"]),
        ([Run("aaaaaaa👩\u200d👩\u200d👧")], ["aaaaaaa", "👩\u200d👩\u200d👧"]),
        ([Run("aaaaaaaa🇩🇪")], ["aaaaaaaa", "🇩🇪"]),
        ([Run("aaaaaaaaae\u0301x")], ["aaaaaaaaa", "e\u0301x"]),
        ([Run(" " * 40)], []),
        ([Run("")], []),
    ],
)
def test_it_is_cut_where_it_may_be(runs: list[Run], texts: list[str]) -> None:
    assert [plain_runs(part) for part in cut(runs, 10)] == texts


def test_marks_go_on_behind_a_cut() -> None:
    parts = cut([Run("bold words here", ("b",)), Run(" and more")], 10)
    assert [write_html(part) for part in parts] == ["<b>bold words</b>", "<b>here</b> and", "more"]


@given(st.text(st.sampled_from("ab *_`>\n👍é<&。-[]()"), max_size=300), st.integers(8, 40))
def test_nothing_is_lost_and_everything_fits(text: str, most: int) -> None:
    runs = read_runs(text)
    parts = cut(runs, most)
    assert [one for one in plain_runs(runs) if not one.isspace()] == [
        one for part in parts for one in plain_runs(part) if not one.isspace()
    ]
    for part in parts:
        assert 0 < units_of_double(plain_runs(part)) <= most
        assert read_html(write_html(part)).text == plain_runs(part)
