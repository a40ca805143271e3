"""What is read of Markdown, and what stays the text that it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botkit import read_markup, without_markup
from botkit.model.catalogue import Capabilities
from botkit.model.markup import Node
from botkit.model.replies import Reply
from botkit.runtime.degrading import degrade

AS_IT_IS = [
    "",
    "   ",
    "Where is my order?",
    "订单 A-10293 在哪里？",
    "one line\nand another\n\nand a third",
    "<b>bold</b> & <script>alert(1)</script> &lt;b&gt; &amp;",
    "2*3*4 = 24, and 5 * 3 too",
    "snake_case_name and __init__x",
    "+ 5 EUR\n+49 30 1234",
    "# 1 in the world\n---\n| a | b |",
    "**",
    "* ",
    "-",
    "1.",
    "```",
    "a ~wave~",
    "C:\\Temp\\new",
    "{{ 7 * 7 }} {% raw %} ${HOME} %s \\n",
]


@pytest.mark.parametrize("text", AS_IT_IS)
def test_a_text_without_marks_stays_as_it_is(text: str) -> None:
    assert read_markup(text) is None
    assert without_markup(text) == text


@pytest.mark.parametrize(
    ("text", "blocks", "read"),
    [
        ("**Done.** _Now_", [["p", ["b", "Done."], " ", ["i", "Now"]]], "Done. Now"),
        ("***both***", [["p", ["i", ["b", "both"]]]], "both"),
        ("~~20~~ 15 EUR", [["p", ["s", "20"], " 15 EUR"]], "20 15 EUR"),
        ("press `a*b`", [["p", "press ", ["code", "a*b"]]], "press a*b"),
        (r"\*no star\*", [["p", "*no star*"]], "*no star*"),
        ("**a**\nb", [["p", ["b", "a"], ["br"], "b"]], "a\nb"),
        ("a\n\n*b*", [["p", "a"], ["p", ["i", "b"]]], "a\n\nb"),
        ("- a\n- b", [["ul", ["li", "a"], ["li", "b"]]], "- a\n- b"),
        ("0. a\n1. b", [["ol", 0, ["li", "a"], ["li", "b"]]], "0. a\n1. b"),
        ("3) a\n4) b", [["ol", 3, ["li", "a"], ["li", "b"]]], "3. a\n4. b"),
        ("- a\n  - b", [["ul", ["li", "a", ["ul", ["li", "b"]]]]], "- a\n  - b"),
        ("- a\n\n- b", [["ul", ["li", ["p", "a"]], ["li", ["p", "b"]]]], "- a\n- b"),
        ("> so\n> it is", [["quote", ["p", "so", ["br"], "it is"]]], "> so\n> it is"),
        ("```\n<b>\n```", [["pre", "<b>"]], "<b>"),
        (
            "**<img src=x onerror=alert(1)>**",
            [["p", ["b", "<img src=x onerror=alert(1)>"]]],
            "<img src=x onerror=alert(1)>",
        ),
        ("这是**重点**内容", [["p", "这是", ["b", "重点"], "内容"]], "这是重点内容"),
        ("**注意：**请看", [["p", ["b", "注意："], "请看"]], "注意：请看"),
        ("**مهم**: طلبك", [["p", ["b", "مهم"], ": طلبك"]], "مهم: طلبك"),
        ("&amp; **x**", [["p", "&amp; ", ["b", "x"]]], "&amp; x"),
    ],
)
def test_marks_are_read(text: str, blocks: list[Node], read: str) -> None:
    assert read_markup(text) == blocks
    assert without_markup(text) == read


@pytest.mark.parametrize(
    ("text", "links", "read"),
    [
        ("see https://a.example/b?c=d.", ["https://a.example/b?c=d"], "see https://a.example/b?c=d."),
        ("(HTTP://A.example/x)", ["HTTP://A.example/x"], "(HTTP://A.example/x)"),
        ("https://a.example/x_(y)", ["https://a.example/x_(y)"], "https://a.example/x_(y)"),
        ("见https://例子.cn/路径。好", ["https://例子.cn/路径"], "见https://例子.cn/路径。好"),
        ("[the shop](https://a.example)", ["https://a.example"], "the shop (https://a.example)"),
        ("[https://a.example](https://b.example)", ["https://b.example"], "https://a.example (https://b.example)"),
        ("[us](mailto:us@a.example)", ["mailto:us@a.example"], "us (mailto:us@a.example)"),
        ("[12 34](tel:+1234)", ["tel:+1234"], "12 34 (tel:+1234)"),
        ("[x](javascript:alert(1))", [], "[x](javascript:alert(1))"),
        ("[x](JaVaScRiPt:alert(1))", [], "[x](JaVaScRiPt:alert(1))"),
        ("[x](data:text/html,<script>)", [], "[x](data:text/html,<script>)"),
        ("[x](//evil.example)", [], "[x](//evil.example)"),
        ("[x](/path)", [], "[x](/path)"),
        ("[x](https:evil)", [], "[x](https:evil)"),
        ("https://", [], "https://"),
        ("http://[::1", [], "http://[::1"),
    ],
)
def test_only_addresses_of_pages_mails_and_phones_are_links(text: str, links: list[str], read: str) -> None:
    blocks = read_markup(text) or []
    assert [node[1] for node in _nodes(blocks) if node[0] == "a"] == links
    assert without_markup(text) == read


def test_a_picture_is_no_picture() -> None:
    blocks = read_markup("![x](https://evil.example/track.png)") or []
    assert [node[0] for node in _nodes(blocks)] == ["p", "a"]


@pytest.mark.parametrize(
    "text",
    [
        "*a " * 2_600,
        "[" * 8_000,
        "> " * 4_000,
        "- " * 4_000,
        "[a](" * 2_000,
        "`" * 8_000,
        "*" * 1_500 + "a" + "*" * 1_500,
        "_" * 8_000 + "a",
        "> " * 9_000 + "a",
    ],
)
def test_hostile_texts_end_and_lose_no_letter(text: str) -> None:
    letters = [one for one in without_markup(text) if one.isalnum()]
    assert letters == [one for one in text if one.isalnum()]


@given(st.text("*_`~[]()<>-+1.\\n \n&#!h:/ab。", max_size=300))
def test_whatever_is_written_is_read_and_no_letter_is_lost(text: str) -> None:
    """Of a fence, the word behind its first line is no text of it."""
    assert _depth(read_markup(text) or []) <= 14
    if "```" not in text and "~~~" not in text:
        letters = [one for one in without_markup(text) if one in "hab"]
        assert letters == [one for one in text if one in "hab"]


def test_what_is_nested_too_deep_stands_in_what_is_not() -> None:
    blocks = read_markup("*" * 80 + "the answer" + "*" * 80 + " [x](https://a.example)") or []
    assert _depth(blocks) <= 14
    assert without_markup("*" * 80 + "the answer" + "*" * 80) == "the answer"
    assert [node[1] for node in _nodes(blocks) if node[0] == "a"] == ["https://a.example"]


def test_a_huge_text_is_shown_as_it_is() -> None:
    assert read_markup("**x** " * 4_000) is None


def test_a_channel_without_markdown_gets_what_one_reads() -> None:
    reply = Reply("r", "**Done.** See [here](https://a.example).")
    assert degrade(reply, Capabilities()).text == "Done. See here (https://a.example)."
    assert degrade(reply, Capabilities(markdown=True)).text == reply.text


def _depth(nodes: list[Node]) -> int:
    return max((1 + _depth(node[1:]) for node in nodes if isinstance(node, list)), default=0)


def _nodes(nodes: list[Node]) -> list[list[object]]:
    lists = [node for node in nodes if isinstance(node, list)]
    return [one for node in lists for one in (node, *_nodes(node[1:]))]
