"""Models on this machine compute beside the event loop, in small portions."""

import asyncio
import os
import sys
import threading
from collections.abc import Sequence

import numpy as np
import pytest

from botkit.errors import EmbedderError
from botkit.ports.understanding import Purpose, Vectors
from botkit.understanding.embedders.local import PORTION_CHARACTERS, PORTION_TEXTS, LocalEmbedder, cores, portions


class Model:
    """Notes in which thread it computes what; waits where it is told."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, list[str], Purpose]] = []
        self.niceness: list[int] = []
        self.go = threading.Event()
        self.go.set()
        self.begun = threading.Event()

    def __call__(self, texts: Sequence[str], purpose: Purpose) -> Vectors:
        self.begun.set()
        self.go.wait(5)
        self.calls.append((threading.current_thread().name, list(texts), purpose))
        if sys.platform == "linux":
            self.niceness.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
        if "fail" in texts:
            raise ValueError("the secret text")
        return np.array([[len(text), 1.0] for text in texts], np.float32)


async def test_one_text_has_a_thread_of_its_own() -> None:
    model = Model()
    embedder = LocalEmbedder("model", model)
    many = asyncio.create_task(embedder.embed(["a", "bb"], "passage", patience=5.0))
    one = await embedder.embed(["ccc"], patience=5.0)
    assert one.tolist() == [[3, 1]]
    assert (await many).tolist() == [[1, 1], [2, 1]]
    threads = {tuple(texts): (thread, purpose) for thread, texts, purpose in model.calls}
    assert threads["ccc",][0] != threads["a", "bb"][0]
    assert threads["a", "bb"][1] == "passage"
    await embedder.close()


@pytest.mark.skipif(sys.platform != "linux", reason="threads have priorities on Linux")
async def test_others_go_before_many_texts() -> None:
    model = Model()
    embedder = LocalEmbedder("model", model)
    await embedder.embed(["a"], patience=5.0)
    await embedder.embed(["a", "b"], patience=5.0)
    assert model.niceness[1] > model.niceness[0] == os.getpriority(os.PRIO_PROCESS, 0)
    await embedder.close()


async def test_a_message_is_computed_while_many_are() -> None:
    slow = Model()
    slow.go.clear()

    def compute(texts: Sequence[str], purpose: Purpose) -> Vectors:
        return slow(texts, purpose) if len(texts) > 1 else np.ones((1, 2), np.float32)

    embedder = LocalEmbedder("model", compute)
    many = asyncio.create_task(embedder.embed(["a", "b"], patience=5.0))
    await asyncio.to_thread(slow.begun.wait, 5)
    assert (await embedder.embed(["message"], patience=5.0)).tolist() == [[1, 1]]
    assert not many.done()
    slow.go.set()
    await many
    await embedder.close()


async def test_a_model_that_bears_one_call_has_one_thread() -> None:
    model = Model()
    embedder = LocalEmbedder("model", model, shared=True)
    await asyncio.gather(embedder.embed(["a", "b"], patience=5.0), embedder.embed(["c"], patience=5.0))
    assert len({thread for thread, _, _ in model.calls}) == 1
    await embedder.close()


async def test_patience_ends() -> None:
    model = Model()
    model.go.clear()
    embedder = LocalEmbedder("model", model)
    with pytest.raises(EmbedderError, match=r"longer than 0\.01 s"):
        await embedder.embed(["a"], patience=0.01)
    model.go.set()
    assert len(await embedder.embed(["a"], patience=5.0)) == 1
    await embedder.close()
    await embedder.close()


async def test_a_failure_does_not_show_the_text() -> None:
    embedder = LocalEmbedder("model", Model())
    with pytest.raises(EmbedderError, match="model failed: ValueError") as raised:
        await embedder.embed(["fail"], patience=5.0)
    assert "secret" not in str(raised.value)
    assert (await embedder.embed([], patience=5.0)).shape == (0, 0)
    await embedder.close()


def test_portions_are_small() -> None:
    texts = ["a"] * (PORTION_TEXTS + 1) + ["b" * PORTION_CHARACTERS] * 2 + ["c" * 3 * PORTION_CHARACTERS, "d"]
    found = list(portions(texts))
    assert [text for part in found for text in part] == texts
    assert [len(part) for part in found] == [PORTION_TEXTS, 1, 1, 1, 1, 1]
    assert list(portions([])) == []


@pytest.mark.parametrize(("given", "taken"), [({0}, 1), ({0, 1}, 1), (set(range(4)), 2), (set(range(64)), 4)])
def test_half_of_the_cores_are_left_to_others(monkeypatch: pytest.MonkeyPatch, given: set[int], taken: int) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: given, raising=False)
    assert cores() == taken
