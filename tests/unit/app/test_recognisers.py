"""Recognisers: by words at once, by meaning as soon as the examples have their vectors."""

import asyncio
from pathlib import Path

import pytest
from msgspec.structs import replace

from botkit.app import learning
from botkit.app.bots import Bot
from botkit.app.embedders import embedding_of
from botkit.app.recognisers import MOST_RECOGNISERS, Recognisers
from botkit.model.events import Message
from botkit.model.flowset import FlowSet
from botkit.stores import SQLiteStore
from botkit.testing import FakeClock, FakeEmbedder
from botkit.understanding.intents.elsewhere import elsewhere
from botkit.understanding.intents.views import others_of, texts_of
from tests.unit.dialogue.talking import build

FLOWS_TEXT = """
intents:
  order: {examples: [where is my parcel, track my parcel, parcel not here yet, has my parcel left]}
  refund: {examples: [give me a refund, i want my money back, pay me back, refund please]}
answers:
  hours: {questions: [when are you open, opening hours], say: From 9 to 18.}
flows:
  order: {start: {intents: [order]}, steps: [{say: It is on its way.}]}
  refund: {start: {intents: [refund]}, steps: [{say: You will be paid back.}]}
  on_no_match: {steps: [{say: What?}]}
"""
MEANINGS = {"quak": "where", "zonk": "parcel", "wo": "my", "ist": "is"}
PARAPHRASE = "quak ist wo zonk"
FLOWS = build(FLOWS_TEXT)


def of(embedder: FakeEmbedder, store: SQLiteStore | None = None) -> Recognisers:
    kept = store.embeddings if store is not None else None
    return Recognisers(embedding_of(None, Path(), kept, FakeClock(), embedder))


async def best(given: Recognisers, text: str = PARAPHRASE, flows: FlowSet = FLOWS) -> str:
    """Give the name that a text is nearest to."""
    found = await given(flows).understand(Message(text), "en")
    assert isinstance(found, Message)
    return found.evidence.intents[0].name if found.evidence.intents else ""


@pytest.fixture
def embedder() -> FakeEmbedder:
    return FakeEmbedder(MEANINGS)


async def test_examples_with_vectors_know_other_words(embedder: FakeEmbedder) -> None:
    plain = Recognisers()
    await plain.prepare(FLOWS)
    assert await best(plain) == ""
    given = of(embedder)
    await given.prepare(FLOWS)
    assert await best(given) == "order"
    await given.close()


async def test_words_serve_until_the_vectors_are_there(embedder: FakeEmbedder) -> None:
    embedder.held.clear()
    given = of(embedder)
    await given.prepare(FLOWS, patience=0.01)
    assert await best(given) == ""
    assert await best(given, "track my parcels") == "order"
    embedder.held.set()
    await given.prepare(FLOWS)
    assert await best(given) == "order"
    await given.close()


async def test_an_embedder_that_is_away_is_asked_again(
    embedder: FakeEmbedder, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(learning, "AGAIN", 0.0)
    embedder.failing = True
    given = of(embedder)
    await given.prepare(FLOWS, patience=0.01)
    assert await best(given) == ""
    assert "examples have no vectors yet: the fake embedder fails" in caplog.text
    embedder.failing = False
    await given.prepare(FLOWS)
    assert await best(given) == "order"
    await given.close()


async def test_an_edit_computes_only_what_is_new(embedder: FakeEmbedder) -> None:
    store = SQLiteStore(":memory:")
    await store.open()
    given = of(embedder, store)
    await given.prepare(FLOWS)
    embedder.asked.clear()
    edited = build(FLOWS_TEXT.replace("pay me back", "pay me back now"))
    await given.prepare(edited)
    assert [text for text, _ in embedder.asked] == ["pay me back now"]
    assert await best(given, flows=edited) == "order"
    await given.close()
    await store.close()


async def test_they_are_kept_and_bounded(embedder: FakeEmbedder) -> None:
    embedder.held.clear()
    given = of(embedder)
    first = given(FLOWS)
    assert given(FLOWS) is first
    others = [replace(FLOWS, version=str(number)) for number in range(MOST_RECOGNISERS)]
    for flows in others:
        given(flows)
    await asyncio.sleep(0)
    assert len(given._learning.tasks) == MOST_RECOGNISERS
    assert given(FLOWS) is not first
    await given.close()
    assert given._learning.tasks == {}


async def test_a_bot_without_examples_asks_no_embedder(embedder: FakeEmbedder) -> None:
    given = of(embedder)
    await given.prepare(build("flows: {a: {start: {commands: [a]}, steps: [{say: A.}]}}"))
    assert embedder.asked == []
    await given.close()


# a bot


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "bot.yaml").write_text("name: Odd\nlocales: [en]\n", encoding="utf-8")
    (tmp_path / "flows.yaml").write_text(FLOWS_TEXT, encoding="utf-8")
    return tmp_path


async def test_a_bot_understands_other_words(directory: Path, embedder: FakeEmbedder) -> None:
    async with await Bot.load(directory, store="sqlite://") as bot:
        assert (await bot.say(PARAPHRASE)).text == "What?"
    async with await Bot.load(directory, store="sqlite://", embedder=embedder) as bot:
        assert (await bot.say(PARAPHRASE)).text == "It is on its way."
        embedder.failing = True
        assert (await bot.say("zonk wo ist quak")).text == "What?"
        assert (await bot.say("track my parcels")).text == "It is on its way."
    assert embedder.closed


async def test_a_saved_edit_is_understood_by_meaning(directory: Path, embedder: FakeEmbedder) -> None:
    async with await Bot.load(directory, embedder=embedder) as bot:
        before = len(embedder.asked)
        text = (directory / "flows.yaml").read_text(encoding="utf-8")
        (directory / "flows.yaml").write_text(text.replace("pay me back", "wire it"), encoding="utf-8")
        await bot.reload()
        assert [one for one, _ in embedder.asked[before:]] == ["wire it"]
        assert (await bot.say(PARAPHRASE)).text == "It is on its way."
    async with await Bot.load(directory, embedder=FakeEmbedder(MEANINGS)) as bot:
        assert (await bot.say(PARAPHRASE)).text == "It is on its way."


def test_texts_of_elsewhere_are_for_bots_with_many_examples_of_one() -> None:
    few, many = FLOWS, build(FLOWS_TEXT.replace("refund please", "refund please, a, b, c, d"))
    assert others_of(few, semantic=True) == []
    assert others_of(many, semantic=False) == []
    found = others_of(many, semantic=True)
    assert len(found) == 7  # half of its examples
    assert set(found) < set(texts_of(many))
    assert set(found).isdisjoint(texts_of(few))
    assert len(set(elsewhere(1000, 5000))) == len(elsewhere(1000, 5000)) > 90
    assert elsewhere(7, 100) == elsewhere(1000, 5000)[:8]
