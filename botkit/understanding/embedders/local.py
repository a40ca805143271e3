"""Embedders that compute on this machine: off the event loop, in small portions."""

import asyncio
import contextlib
import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final

from botkit.errors import EmbedderError
from botkit.ports.understanding import Purpose, Vectors

Compute = Callable[[Sequence[str], Purpose], Vectors]
PORTION_TEXTS: Final = 16
PORTION_CHARACTERS: Final = 4000  # of texts that are computed at once, unless one has more
_NICE: Final = 10


class LocalEmbedder:
    """Runs a model in threads of its own; the model must let go of the interpreter while it computes.

    A single text has a thread, so that a message never waits behind examples and articles that are computed;
    `shared` says that the model bears one call at a time. Texts beyond one go portion by portion, in a thread to
    which others go first.
    """

    def __init__(self, name: str, compute: Compute, *, shared: bool = False) -> None:
        self.name = name
        self._compute = compute
        self._one = ThreadPoolExecutor(1, "botkit-embed")
        self._many = self._one if shared else ThreadPoolExecutor(1, "botkit-embed-many", initializer=_step_back)

    async def embed(self, texts: Sequence[str], purpose: Purpose = "query", *, patience: float) -> Vectors:
        """Give a row for each text."""
        import numpy as np

        thread = self._one if len(texts) == 1 else self._many
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(patience):
                found = [
                    await loop.run_in_executor(thread, partial(self._compute, portion, purpose))
                    for portion in portions(texts)
                ]
        except TimeoutError:
            raise EmbedderError(f"{self.name} took longer than {patience:g} s") from None
        except Exception as error:
            raise EmbedderError(f"{self.name} failed: {type(error).__name__}") from error
        return np.concatenate(found) if found else np.zeros((0, 0), np.float32)

    async def close(self) -> None:
        """End the threads; what has not begun is left out."""
        for thread in (self._one, self._many):
            await asyncio.to_thread(thread.shutdown, cancel_futures=True)


def portions(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    """Cut texts into portions, each of which keeps a thread busy for some tenths of a second."""
    first = size = 0
    for place, text in enumerate(texts):
        if place > first and (place - first >= PORTION_TEXTS or size + len(text) > PORTION_CHARACTERS):
            yield texts[first:place]
            first, size = place, 0
        size += len(text)
    if first < len(texts):
        yield texts[first:]


def cores() -> int:
    """Give how many cores a model may use: half of them, four at most.

    Threads of OpenMP wait for each other by spinning: on cores that others use too, more of them are slower.
    """
    may = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(4, may // 2))


def _step_back() -> None:
    """Let the other threads of the process go first, where the system knows priorities of threads."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
