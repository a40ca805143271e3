"""A fake embedder: the same vectors everywhere, by the words of a text and what they are said to mean."""

import asyncio
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING

from botkit.errors import EmbedderError
from botkit.ports.understanding import Purpose

if TYPE_CHECKING:
    from botkit.ports.understanding import Vectors


class FakeEmbedder:
    """Adds up a direction for each word. `meanings` says which words mean the same: {"parcel": "order"}.

    `asked` has what was embedded, as what; `begun` is set when something is asked. While `failing` it raises
    EmbedderError, while `held` is not set it does not answer.
    """

    def __init__(
        self, meanings: Mapping[str, str] | None = None, *, name: str = "fake", dimensions: int = 64
    ) -> None:
        self.name = name
        self.dimensions = dimensions
        self.meanings = dict(meanings or {})
        self.asked: list[tuple[str, Purpose]] = []
        self.failing = False
        self.begun = asyncio.Event()
        self.held = asyncio.Event()
        self.held.set()
        self.closed = False

    async def embed(self, texts: Sequence[str], purpose: Purpose = "query", *, patience: float) -> "Vectors":
        """Give a row for each text."""
        import numpy as np

        self.asked += [(text, purpose) for text in texts]
        self.begun.set()
        try:
            async with asyncio.timeout(patience):
                await self.held.wait()
        except TimeoutError:
            raise EmbedderError("the fake embedder is held") from None
        if self.failing:
            raise EmbedderError("the fake embedder fails")
        return np.stack([self._vector(text) for text in texts])

    async def close(self) -> None:
        """Note that it was closed."""
        self.closed = True

    def _vector(self, text: str) -> "Vectors":
        import numpy as np

        words = [self.meanings.get(word, word) for word in text.casefold().strip("?!.").split()] or [""]
        sum_ = np.zeros(self.dimensions, np.float32)
        for word in words:
            digest = blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest()
            sum_ += np.random.default_rng(int.from_bytes(digest)).standard_normal(self.dimensions)
        return sum_
