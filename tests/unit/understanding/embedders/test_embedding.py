"""Vectors of many texts through the store, and of one message within a bound."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping

import numpy as np
import pytest

from botkit.errors import ConfigError, EmbedderError, StoreError
from botkit.model.breakers import FAILURES, OPEN_FOR
from botkit.ports.understanding import Embedder, Vectors
from botkit.stores import SQLiteStore
from botkit.testing import FakeClock, FakeEmbedder
from botkit.understanding.embedders import embedding
from botkit.understanding.embedders.embedding import LONGEST, TOGETHER, Embedding, clean, digest_of, normal

TEXTS = ["where is my parcel", "我要退货", "where is my parcel", "cancel it"]


@pytest.fixture
async def store() -> AsyncIterator[SQLiteStore]:
    store = SQLiteStore(":memory:")
    await store.open()
    yield store
    await store.close()


def made(embedder: FakeEmbedder, store: SQLiteStore | None = None, clock: FakeClock | None = None) -> Embedding:
    async def opening() -> Embedder:
        return embedder

    return Embedding(opening, store.embeddings if store else None, clock or FakeClock(), 0.05)


async def test_each_text_is_computed_once_whatever_process_asks(store: SQLiteStore) -> None:
    first = FakeEmbedder()
    vectors = await made(first, store).many(TEXTS)
    assert vectors.shape == (4, 64)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3)
    assert np.array_equal(vectors[0], vectors[2])
    assert [text for text, _ in first.asked] == list(dict.fromkeys(TEXTS))
    second = FakeEmbedder()
    again = await made(second, store).many([*reversed(TEXTS), "a new one"])
    assert [text for text, _ in second.asked] == ["a new one"]
    assert np.array_equal(again[:4], vectors[::-1])


async def test_vectors_of_another_embedder_or_purpose_are_others(store: SQLiteStore) -> None:
    for name, purpose in (("a", "query"), ("a", "passage"), ("b", "query")):
        embedder = FakeEmbedder(name=name)
        await made(embedder, store).many(["text"], "passage" if purpose == "passage" else "query")
        assert embedder.asked == [("text", purpose)]
    assert len({digest_of("a", "query", "bc"), digest_of("ab", "query", "c"), digest_of("a", "query", "bcd")}) == 3


async def test_progress_is_told_and_survives_a_failure(store: SQLiteStore) -> None:
    texts = [f"text {number}" for number in range(TOGETHER + 5)]
    told: list[tuple[int, int]] = []
    embedder = FakeEmbedder()

    def progress(done: int, every: int) -> None:
        told.append((done, every))
        embedder.failing = True

    with pytest.raises(EmbedderError):
        await made(embedder, store).many(texts, progress=progress)
    assert told == [(TOGETHER, TOGETHER + 5)]
    embedder.failing = False
    embedder.asked.clear()
    await made(embedder, store).many(texts)
    assert len(embedder.asked) == 5


@pytest.mark.parametrize("texts", [[], [""], ["\0", "\0"], ["\ud800"], [" \n "], ["长" * 100_000]])
async def test_whatever_the_texts_are(store: SQLiteStore, texts: list[str]) -> None:
    embedder = FakeEmbedder()
    vectors = await made(embedder, store).many(texts)
    assert len(vectors) == len(texts)
    assert all("\0" not in text and 0 < len(text) <= LONGEST for text, _ in embedder.asked)


async def test_a_store_that_fails_costs_only_time(caplog: pytest.LogCaptureFixture) -> None:
    class Broken:
        async def find(self, *_: object) -> Mapping[bytes, bytes]:
            raise StoreError("secret place", reason="the disk is full")

        async def keep(self, *_: object) -> None:
            raise StoreError("secret place")

        async def drop(self, *_: object) -> int:
            return 0

    async def opening() -> Embedder:
        return FakeEmbedder()

    vectors = await Embedding(opening, Broken(), FakeClock(), 1.0).many(["a", "b"])
    assert vectors.shape == (2, 64)
    assert "secret" not in caplog.text
    assert "the disk is full" in caplog.text


async def test_what_is_kept_and_no_vector_is_computed_anew(store: SQLiteStore) -> None:
    embedder = FakeEmbedder()
    digest = digest_of("fake", "query", "a")
    for bad in (b"", b"odd", b"\0" * 8):  # of no, half and other numbers
        await store.embeddings.keep({digest: bad}, 0.0)
        embedder.asked.clear()
        assert (await made(embedder, store).many(["a", "b"])).shape == (2, 64)
        assert ("a", "query") in embedder.asked


@pytest.mark.parametrize(
    "rows", [np.zeros((1, 3)), np.full((1, 3), np.nan), np.ones(3), np.ones((2, 3)), np.ones((1, 0))]
)
def test_what_is_no_vector_is_refused(rows: Vectors) -> None:
    with pytest.raises(EmbedderError):
        normal(rows, 1)


# one message


async def ready(embedder: FakeEmbedder, clock: FakeClock | None = None) -> Embedding:
    given = made(embedder, clock=clock)
    await given.many(["an example"])
    embedder.asked.clear()
    return given


async def test_a_message_is_computed_once_and_nowhere_stored(store: SQLiteStore) -> None:
    embedder = FakeEmbedder()
    given = made(embedder, store)
    example = (await given.many(["where is it"]))[0]
    vector = await given.one("where  is it ")
    assert vector is not None
    assert np.array_equal(vector, example)
    assert await given.one("where is it") is vector
    assert len(embedder.asked) == 2
    await given.one("something else")
    assert not await store.embeddings.find([digest_of("fake", "query", "something else")], 0.0)


async def test_only_some_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedding, "MOST_KNOWN", 2)
    embedder = FakeEmbedder()
    given = await ready(embedder)
    for text in ("a", "b", "a", "c", "a", "b"):
        await given.one(text)
    assert [text for text, _ in embedder.asked] == ["a", "b", "c", "b"]


async def test_nothing_is_asked_of_an_embedder_that_is_not_open_yet() -> None:
    embedder = FakeEmbedder()
    assert await made(embedder).one("hello") is None
    assert embedder.asked == []


async def test_a_slow_one_is_not_waited_for() -> None:
    embedder = FakeEmbedder()
    given = await ready(embedder)
    embedder.held.clear()
    assert await given.one("hello") is None
    embedder.held.set()
    assert await given.one("hello") is not None


async def test_one_that_fails_is_left_alone_for_a_while(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    embedder, clock = FakeEmbedder(), FakeClock()
    given = await ready(embedder, clock)
    embedder.failing = True
    for _ in range(FAILURES + 3):
        assert await given.one("my password is hunter2") is None
    assert len(embedder.asked) == FAILURES
    assert given.away
    assert len(caplog.records) == 1
    assert "hunter2" not in caplog.text
    embedder.failing = False
    clock.advance(OPEN_FOR)
    assert await given.one("hello") is not None
    assert not given.away


async def test_vectors_of_another_length_are_not_compared_with_the_examples() -> None:
    embedder = FakeEmbedder()
    given = await ready(embedder)
    embedder.dimensions = 32
    assert await given.one("hello") is None


@pytest.mark.parametrize(
    ("text", "length"), [("x" * 100_000, 426), ("衣" * 129, 128), ("x" * 129, 129), ("衣服" * 64, 128)]
)
async def test_a_long_message_is_known_by_its_beginning(text: str, length: int) -> None:
    embedder = FakeEmbedder()
    given = await ready(embedder)
    await given.one(text)
    assert [len(text) for text, _ in embedder.asked] == [length]


async def test_it_is_opened_once_and_closed() -> None:
    opened = 0
    embedder = FakeEmbedder()

    async def opening() -> Embedder:
        nonlocal opened
        await asyncio.sleep(0)
        opened += 1
        return embedder

    given = Embedding(opening, None, FakeClock(), 1.0)
    await asyncio.gather(given.many(["a"]), given.many(["b"]))
    assert opened == 1
    await given.close()
    await given.close()
    assert embedder.closed
    assert await given.one("a new one") is None


async def test_what_cannot_be_opened_says_so_and_messages_go_on() -> None:
    async def opening() -> Embedder:
        raise ConfigError("no such model")

    given = Embedding(opening, None, FakeClock(), 1.0)
    with pytest.raises(ConfigError):
        await given.many(["a"])
    assert await given.one("a") is None


@pytest.mark.parametrize(
    ("text", "cleaned"), [("a\0b", "a b"), (" a \n b\t", "a b"), ("", "."), ("\ud83d", "?"), ("é", "é")]
)
def test_cleaning(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned
