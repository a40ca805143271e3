"""The library: what is found for a question, in which language, and how sure it is."""

from functools import cache

import pytest

from botkit.app.directories import load_locales
from botkit.model.articles import Article
from botkit.model.events import Passage
from botkit.model.locales import Locale
from botkit.understanding.knowledge import Library, read_article
from botkit.understanding.knowledge.shelves import Analysis, analyse
from tests.docs.pages import ROOT

TEXTS = {
    "returns.md": """---
title: Returns
url: https://help.example/returns
locale: en
---
## How long can I send things back?

Thirty days from the day on which you got them.

## Return costs

Sending back is free within the USA; from Canada it costs $9.
""",
    "lamp.md": """---
title: The lamp Luma
locale: en
---
## Changing the bulb

Unplug the lamp, let it cool down and unscrew the shade. Bulbs with an E14 socket fit.

## The light flickers

Dimmers that are made for halogen make the lamp flicker. Use one for LED.
""",
    "zh/returns.md": """---
title: 退货
locale: zh
---
## 退货期限

收到商品之后三十天内可以退货。

## 退货运费

美国境内免运费，加拿大的运费是九美元。
""",
}


@cache
def locales() -> dict[str, Locale]:
    known = load_locales(ROOT, [])
    return {code: known[code] for code in ("en", "zh", "de")}


def articles(texts: dict[str, str]) -> list[Article]:
    read = [read_article(text, path, path, ("en", "zh", "de")) for path, text in sorted(texts.items())]
    assert [problems for _, problems in read] == [[]] * len(texts)
    return [article for article, _ in read if article is not None]


@cache
def library() -> Library:
    return Library.build(articles(TEXTS), locales())


@pytest.mark.parametrize(
    ("question", "locale", "title"),
    [
        ("how long can I send it back?", "en", "Returns › How long can I send things back?"),
        ("what does a return from Canada cost", "en", "Returns › Return costs"),
        ("which BULBS fit", "en", "The lamp Luma › Changing the bulb"),
        ("my lamp is flickering", "en-GB", "The lamp Luma › The light flickers"),
        ("退货期限是多久", "zh", "退货 › 退货期限"),
        ("加拿大运费多少", "zh-TW", "退货 › 退货运费"),
        ("退货期限是多久", "de", "退货 › 退货期限"),
    ],
)
def test_the_nearest_passage_comes_first(question: str, locale: str, title: str) -> None:
    found = library().search(question, locale)
    assert found[0].title == title
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)


def test_a_passage_has_its_text_its_link_and_how_sure_it_is() -> None:
    sure, *_ = library().search("How long can I send things back?", "en")
    text = "Thirty days from the day on which you got them."
    source = "https://help.example/returns#how-long-can-i-send-things-back"
    assert sure == Passage(text, "Returns › How long can I send things back?", source, sure.score)
    assert 0.5 < sure.score <= 1


@pytest.mark.parametrize(
    "question",
    ["", "   ", "?!", "🦆", "zzzz qqqq", "can you tell me", "请问", "\x00", "https://x.example", "x" * 100_000],
)
def test_what_has_nothing_in_common_finds_nothing_sure(question: str) -> None:
    assert all(one.score < 0.5 for one in library().search(question, "en"))


def test_a_question_is_answered_in_its_own_language() -> None:
    assert all(one.source.startswith("zh/") for one in library().search("Canada 退货", "zh"))


def test_an_article_that_names_no_locale_has_the_language_that_it_shows() -> None:
    texts = {
        "a.md": "# 退款\n\n退款一般五天之内到账，不用您做什么。",
        "b.md": "# Refunds\n\nThe refund is there in five days, and you have to do nothing.",
    }
    found = Library.build(articles(texts), locales())
    assert [one.title for one in found.search("退款几天到账", "zh")] == ["退款"]
    assert [one.title for one in found.search("refund", "en")] == ["Refunds"]


def test_the_same_question_finds_the_same() -> None:
    again = Library.build(articles(TEXTS), locales())
    for question in ("what does a return cost", "运费"):
        assert again.search(question, "en") == library().search(question, "en")


def test_what_did_not_change_is_not_analysed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []

    def look(article: Article) -> tuple[Analysis, ...]:
        looked.append(article.path)
        return analyse(article)

    monkeypatch.setattr("botkit.understanding.knowledge.library.analyse", look)
    changed = articles({**TEXTS, "lamp.md": TEXTS["lamp.md"].replace("E14", "E27")})
    again = Library.build(changed, locales(), before=library())
    assert looked == ["lamp.md"]
    assert "E27" in again.search("which bulbs fit", "en")[0].text


def test_no_articles_find_nothing() -> None:
    assert Library.build((), locales()).search("anything", "en") == ()


def test_embeddings_find_what_shares_no_word() -> None:
    plain = Library.build(articles(TEXTS), locales())
    towards = {text: [1.0, 0.0] if "flicker" in text else [0.0, 1.0] for text in plain.texts()}
    found = Library.build(articles(TEXTS), locales(), vectors=towards)
    assert found.search("it twinkles", "en") == ()
    assert found.search("it twinkles", "en", vector=[0.9, 0.1])[0].title.endswith("The light flickers")
    assert plain.search("it twinkles", "en", vector=[0.9, 0.1]) == ()


def test_embeddings_that_are_not_whole_are_not_used() -> None:
    vectors = {library().texts()[0]: [1.0, 0.0]}
    found = Library.build(articles(TEXTS), locales(), vectors=vectors)
    assert found.search("it twinkles", "en", vector=[0.9, 0.1]) == ()
