"""Markdown to passages: what is kept together, and where it is cut."""

from itertools import pairwise

import pytest

from botkit.model.articles import Chunk
from botkit.understanding.knowledge.chunks import LONG, LONGEST, cut, read_sections, width


def chunks(text: str) -> list[Chunk]:
    return list(cut(read_sections(text)))


def texts(text: str) -> list[str]:
    return [chunk.text for chunk in chunks(text)]


def test_a_passage_has_the_headings_above_it() -> None:
    found = chunks("# A\n\none\n\n## B\n\ntwo\n\n#### C\n\nthree\n\n## D\n\nfour\n\nE\n=\n\nfive")
    assert [(one.path, one.text) for one in found] == [
        (("A",), "one"),
        (("A", "B"), "two"),
        (("A", "B", "C"), "three"),
        (("A", "D"), "four"),
        (("E",), "five"),
    ]


@pytest.mark.parametrize(
    ("headings", "anchors"),
    [
        (["How long?", "How long?", "How long?"], ["how-long", "how-long-1", "how-long-2"]),
        (["**Bold** `x`"], ["bold-x"]),
        (["退款 多久到账？"], ["退款-多久到账"]),
        (["Refunds {#money}"], ["money"]),
        (["?!"], [""]),
    ],
)
def test_an_anchor_is_what_sites_make_of_a_heading(headings: list[str], anchors: list[str]) -> None:
    assert [one.anchor for one in chunks("\n\n".join(f"## {one}\n\ntext" for one in headings))] == anchors


def test_a_long_section_is_cut_between_paragraphs() -> None:
    paragraphs = [f"Paragraph {n} " + "word " * 60 for n in range(6)]
    found = texts("## A\n\n" + "\n\n".join(paragraphs))
    assert len(found) == 3
    assert all(width(one) <= LONG for one in found)
    assert " ".join(found).split() == " ".join(paragraphs).split()


@pytest.mark.parametrize(
    "paragraph", ["This is a sentence of many. " * 100, "这是一句很长的话。" * 200, "x" * 5000, "没有标点" * 900]
)
def test_a_long_paragraph_is_cut_between_sentences_or_anywhere(paragraph: str) -> None:
    found = texts(paragraph)
    assert all(width(one) <= LONG for one in found)
    assert "".join(found).replace(" ", "").replace("\n", "") == paragraph.replace(" ", "")
    assert all(one.endswith((".", "。")) for one in found) or "." not in paragraph


def test_a_list_stays_whole_until_it_is_very_long() -> None:
    items = [f"- item {n} " + "word " * 20 for n in range(15)]
    assert LONG < width("\n".join(items)) < LONGEST
    assert len(texts("\n".join(items))) == 1
    long = texts("\n".join(items * 3))
    assert len(long) > 1
    assert all(width(one) <= LONGEST and one.startswith("- item") for one in long)


def test_a_table_becomes_a_list_of_its_rows() -> None:
    table = "| To | Cost | Days |\n|---|---|---|\n| Canada | **$9** | 5 to 8 |\n| Mexico | | 9 |\n| | | |\n"
    assert texts(f"Prices:\n\n{table}") == [
        "Prices:\n\n- Canada – Cost: **$9**, Days: 5 to 8\n- Mexico – Days: 9",
    ]


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("See [here](other.md) and [there](https://x.example).", "See here and [there](https://x.example)."),
        ("![A picture](a.png) Text", "A picture Text"),
        ("<b>Bold</b> text", "Bold text"),
        ("<div>\nText\n</div>", "Text"),
        ("One <!-- a\ncomment --> two", "One\n two"),
        ("```\n<b>code</b>\n```", "```\n<b>code</b>\n```"),
        ("> quoted\n> text", "> quoted\n> text"),
        ("1. one\n2. two", "1. one\n2. two"),
        ("---", None),
    ],
)
def test_a_passage_has_what_a_chat_shows(text: str, mended: str | None) -> None:
    assert texts(text) == ([mended] if mended is not None else [])


def test_lines_are_those_of_the_file() -> None:
    found = [one.line for one in cut(read_sections("a\n\n<!--\n\n-->\n\n# B\n\nb", first=5))]
    assert found == [5, 13]
    assert all(one < other for one, other in pairwise(found))


@pytest.mark.parametrize("text", ["[" * 20_000, "| a " * 5000, "> " * 3000 + "x", "<" * 50_000, "![](" * 9000])
def test_hostile_text_is_read_soon(text: str) -> None:
    assert all(width(one) <= LONGEST for one in texts(text))
