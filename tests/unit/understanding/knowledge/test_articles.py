"""Files to articles: front matter, titles, and every bad form at its place."""

import pytest

from botkit.model.articles import Article
from botkit.understanding.knowledge import articles as module
from botkit.understanding.knowledge import check_together, read_article

FILE = "bot/knowledge/returns.md"
WHOLE = """---
title: Returns
url: https://help.example/returns
locale: en
tags: [returns, refunds]
---

Before the first heading.

## How long?

Thirty days.
"""


def parse(text: str) -> Article:
    article, problems = read_article(text, "knowledge/returns.md", FILE, ("en", "zh"))
    assert article is not None, problems
    return article


def said(text: str) -> list[str]:
    return [str(problem) for problem in read_article(text, "knowledge/returns.md", FILE, ("en", "zh"))[1]]


def test_an_article_has_its_front_matter_and_a_passage_for_each_heading() -> None:
    article = parse(WHOLE)
    assert (article.title, article.url, article.locale) == ("Returns", "https://help.example/returns", "en")
    assert article.tags == ("returns", "refunds")
    assert [(one.path, one.text, one.line) for one in article.chunks] == [
        ((), "Before the first heading.", 8),
        (("How long?",), "Thirty days.", 12),
    ]
    assert [article.source(one) for one in article.chunks] == [
        "https://help.example/returns",
        "https://help.example/returns#how-long",
    ]


@pytest.mark.parametrize(
    ("text", "title", "path"),
    [
        ("# Sending back\n\nWithin 30 days.", "Sending back", ()),
        ("# Sending back\n\n## Time\n\nWithin 30 days.", "Sending back", ("Time",)),
        ("---\ntitle: Returns\n---\n# Sending back\n\n30 days.", "Returns", ("Sending back",)),
        ("---\ntitle: Returns\n---\n# RETURNS\n\n30 days.", "Returns", ()),
        ("Within 30 days.", "Returns", ()),
        ("\ufeff退货须在三十天内。", "Returns", ()),
    ],
)
def test_the_title_is_that_of_the_front_matter_the_first_heading_or_the_file(
    text: str, title: str, path: tuple[str, ...]
) -> None:
    article = parse(text)
    assert (article.title, article.chunks[0].path) == (title, path)


def test_lines_may_end_as_on_windows() -> None:
    assert parse(WHOLE.replace("\n", "\r\n")) == parse(WHOLE)


def test_without_an_address_a_passage_stands_in_its_file() -> None:
    article = parse("# Returns\n\n## How long?\n\n30 days.")
    assert article.source(article.chunks[0]) == "knowledge/returns.md#how-long"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("---\ntitel: x\n---\nA", "2:1: unknown-key: the front matter has no key 'titel'; did you mean 'title'?"),
        (
            "---\nlocale: fr\n---\nA",
            "2:9: unknown-locale: 'locale' takes one of the bot's locales, not 'fr'; known: en, zh",
        ),
        (
            "---\nurl: /help\n---\nA",
            "2:6: unknown-value: 'url' takes an address that begins with https://, not '/help'",
        ),
        ("---\nurl: javascript:alert(1)\n---\nA", "unknown-value"),
        ("---\nurl: https://a.example/x y\n---\nA", "unknown-value"),
        ("---\ntitle: ''\n---\nA", "2:8: empty-text: 'title' is empty; leave it out: the first heading is taken"),
        ("---\ntitle: [a]\n---\nA", "2:8: wrong-type: 'title' takes a text, not a list"),
        ("---\n- a\n---\nA", "2:1: wrong-type: the front matter takes a mapping, not a list"),
        (
            "---\ntitle: x\n\n# Body",
            "1:1: bad-front-matter: the front matter has no end; close it with a line of ---",
        ),
        ("---\ntitle: a: b\n---\nA", "2:9: yaml: "),
        ("---\ntitle: a\ntitle: b\n---\nA", "3:1: duplicate-key: "),
        ("a\n\x00\x01", "2:1: not-text: the file has characters that no text has; save it as Markdown"),
    ],
)
def test_a_bad_form_is_an_error_at_its_place(text: str, problem: str) -> None:
    article, _ = read_article(text, "knowledge/returns.md", FILE, ("en", "zh"))
    (found,) = said(text)
    assert article is None
    assert found.startswith(f"{FILE}:")
    assert problem in found


@pytest.mark.parametrize(
    "text", ["", "\n\n", "---\n---\n", "---\ntitle: x\n---\n", "# Only\n\n## Headings", "<!-- x -->"]
)
def test_an_empty_article_is_a_warning(text: str) -> None:
    (found,) = said(text)
    assert "warning: empty-article: the article has no text" in found


def test_equal_titles_are_warned_of_within_a_locale() -> None:
    one = (Article("a.md", "Returns", locale="en"), "a.md")
    same = (Article("b.md", "RETURNS", locale="en"), "b.md")
    other = (Article("c.md", "Returns", locale="zh"), "c.md")
    (problem,) = check_together([one, same, other])
    assert str(problem).startswith(
        "b.md:1:1: warning: duplicate-title: another article has the title 'RETURNS'; it is a.md"
    )


def test_too_many_passages_are_an_error_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_PASSAGES", 1)
    article = parse(WHOLE)
    renamed = [(Article(f"{n}.md", f"{n}", chunks=article.chunks), f"{n}.md") for n in range(3)]
    assert [problem.code for problem in check_together(renamed)] == ["too-large"]
