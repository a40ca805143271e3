"""A question that an article's heading asks is the article's, whichever intent speaks of the same thing."""

from pathlib import Path

import pytest

from botkit import Bot
from botkit.understanding.intents.views import MOST_ASKED, questions_of

FLOWS = """
intents:
  book:
    examples: [I need a full service, book a repair, can you fix my bike on Monday, I want my brakes adjusted,
      please service my bike, 我要修车, 我想给车做保养, 预约保养, "How do I book a repair?"]
  status: {examples: [is my bike ready, when can I pick my bike up, 我的车修好了吗]}
flows:
  book: {start: {intents: [book]}, steps: [{say: {en: Booked., zh: 已预约。}}]}
  status: {start: {intents: [status]}, steps: [{say: {en: Ready., zh: 好了。}}]}
"""
PRICES = """---
title: Prices
---
## How much does a full service cost?
A full service costs 79 euros.

## Booking
Come by whenever you like.

## How do I book a repair?
Call us, or write here.
"""
CHINESE = """---
title: 价格
locale: zh
---
## 保养多少钱
全车保养 300 元。
"""


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "bot.yaml").write_text("name: Bikes\nlocales: [en, zh]\n", encoding="utf-8")
    (tmp_path / "flows.yaml").write_text(FLOWS, encoding="utf-8")
    (tmp_path / "knowledge").mkdir()
    (tmp_path / "knowledge" / "prices.md").write_text(PRICES, encoding="utf-8")
    (tmp_path / "knowledge" / "zh.md").write_text(CHINESE, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("text", "route"),
    [
        ("what does a full service cost?", "knowledge"),
        ("What does the full service cost, please?", "knowledge"),
        ("I need a full service", "intent"),
        ("could you give my bike a full service", "intent"),
        ("How do I book a repair?", "intent"),  # it is an example too
        ("我要做保养", "intent"),
    ],
)
async def test_a_question_of_an_article_starts_no_flow(directory: Path, text: str, route: str) -> None:
    async with await Bot.load(directory, store="sqlite://") as bot:
        turn = await bot.say(text)
    assert turn.route == route, turn.text


async def test_they_are_the_headings_that_ask_something(directory: Path) -> None:
    many = "".join(f"## What is part {number}?\nIt is part {number}.\n\n" for number in range(MOST_ASKED))
    (directory / "knowledge" / "parts.md").write_text(f"---\ntitle: Parts\n---\n{many}", encoding="utf-8")
    (directory / "knowledge" / "whole.md").write_text("---\ntitle: Do you sell bells?\n---\nYes.\n", encoding="utf-8")
    async with await Bot.load(directory, store="sqlite://") as bot:
        found = questions_of(bot.flows)
    assert len(found) == MOST_ASKED
    assert "What is part 3?" in found
    assert "Booking" not in found


async def test_an_article_without_headings_asks_by_its_title(directory: Path) -> None:
    (directory / "knowledge" / "whole.md").write_text("---\ntitle: Do you sell bells?\n---\nYes.\n", encoding="utf-8")
    async with await Bot.load(directory, store="sqlite://") as bot:
        assert questions_of(bot.flows) == [
            "How much does a full service cost?",
            "How do I book a repair?",
            "Do you sell bells?",
            "保养多少钱",
        ]
