"""Small bots have a dozen passages: what the search answers of development questions about three of them."""

import json
from pathlib import Path
from typing import Any

import pytest

from botkit.app.articles import read_articles
from botkit.app.directories import load_locales
from botkit.model.flowset import Settings
from botkit.understanding.knowledge.library import Library

HERE = Path(__file__).parent
QUESTIONS: list[dict[str, str]] = [
    json.loads(line) for line in (HERE / "small.jsonl").read_text("utf-8").splitlines()
]
LOCALES = ("en", "zh", "de")


def library(bot: str) -> Library:
    folder = HERE / "small" / bot
    written = {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in folder.rglob("*.md")}
    articles, problems = read_articles(written, LOCALES)
    assert not problems, problems
    known = load_locales(folder, [])
    return Library.build(articles, {code: known[code] for code in LOCALES})


LIBRARIES = {bot: library(bot) for bot in ("dental", "hotel", "library")}


def said(question: dict[str, str]) -> str:
    """Give the heading of the passage that answers a question surely enough."""
    found = LIBRARIES[question["bot"]].search(question["question"], question["locale"], 1)
    sure = found and found[0].score >= Settings().knowledge_threshold
    return found[0].title.rpartition(" › ")[2] if sure else ""


def test_most_are_answered_and_hardly_one_wrongly() -> None:
    given = [(one["heading"], said(one)) for one in QUESTIONS]
    assert sum(heading == answer != "" for heading, answer in given) >= 29
    assert sum(heading != answer != "" for heading, answer in given if heading) == 0
    assert sum(answer != "" for heading, answer in given if not heading) <= 2


@pytest.mark.parametrize(
    ("bot", "locale", "question", "heading"),
    [
        ("dental", "zh", "美白多少钱", "牙齿美白多少钱"),
        ("dental", "zh", "洗牙要多少钱？", "洗牙多少钱"),
        ("dental", "de", "was kostet eine Reinigung?", "Was kostet eine Zahnreinigung?"),
        ("dental", "en", "how long do aligners take", "How long does treatment with aligners take?"),
        ("dental", "zh", "洗牙疼不疼", ""),
        ("library", "de", "wie viele Bücher darf ich gleichzeitig ausleihen", ""),
    ],
)
def test_a_heading_that_asks_the_same_answers(bot: str, locale: str, question: str, heading: str) -> None:
    asked: dict[str, Any] = {"bot": bot, "locale": locale, "question": question}
    assert said(asked) == heading
