"""Embedding: many texts through the store's cache, and a customer's message within a bound of time."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from hashlib import blake2b
from typing import Final

from botkit.errors import EmbedderError, StoreError
from botkit.model import breakers
from botkit.ports.clocks import Clock
from botkit.ports.embeddings import Embeddings
from botkit.ports.understanding import Embedder, Purpose, Vector, Vectors

_log = logging.getLogger(__name__)

TOGETHER: Final = 128  # texts that are looked up, computed and kept at a time
PATIENCE: Final = 120.0  # seconds for that
LONGEST: Final = 6000  # characters of a text
MOST_OF_MESSAGE: Final = 128.0  # tokens, about, of a message: a local model takes a millisecond or more for each
MOST_KNOWN: Final = 1000  # messages whose vectors are remembered, in memory alone
_WIDE, _NARROW = 1.0, 0.3  # tokens of a character: of Chinese, Japanese, Korean and pictures, and of the others

Progress = Callable[[int, int], None]  # texts that have their vectors, and all


class Embedding:
    """Gives vectors of length 1, in float32 with the precision of float16, so that kept ones are as new ones.

    The embedder is opened when it is first needed. Vectors of what customers write are remembered in memory alone, by
    digests: an erased text is not there either.
    """

    def __init__(
        self, opening: Callable[[], Awaitable[Embedder]], kept: Embeddings | None, clock: Clock, within: float
    ) -> None:
        self._opening = opening
        self._kept = kept
        self._clock = clock
        self._within = within
        self._embedder: Embedder | None = None
        self._circuit = breakers.CLOSED
        self._known: OrderedDict[bytes, Vector] = OrderedDict()
        self._door = asyncio.Lock()
        self._size = 0

    @property
    def away(self) -> bool:
        """Whether the embedder failed so often that messages go without it for a while."""
        return breakers.is_open(self._circuit)

    async def open(self) -> Embedder:
        """Give the embedder. Raises ConfigError."""
        async with self._door:
            if self._embedder is None:
                self._embedder = await self._opening()
            return self._embedder

    async def close(self) -> None:
        """Let go of the embedder."""
        embedder, self._embedder = self._embedder, None
        if embedder is not None:
            await embedder.close()

    async def many(
        self, texts: Sequence[str], purpose: Purpose = "query", progress: Progress | None = None
    ) -> Vectors:
        """Give a row for each text: examples as queries, passages of articles as passages.

        Those that the store has are not computed again; what is computed is kept as it comes, so that a start that
        is broken off goes on where it ended. Raises EmbedderError, ConfigError.
        """
        import numpy as np

        embedder = await self.open()
        cleaned = [clean(text) for text in texts]
        digests = [digest_of(embedder.name, purpose, text) for text in cleaned]
        wanted = dict(zip(digests, cleaned, strict=True))
        found = await self._find(embedder, purpose, wanted, progress or _tell_nobody, recall=True)
        if len({len(row) for row in found.values()}) > 1:  # an endpoint may have another model of that name now
            found = await self._find(embedder, purpose, wanted, progress or _tell_nobody, recall=False)
        vectors: Vectors = np.stack([found[one] for one in digests]) if digests else np.zeros((0, 0), np.float32)
        self._size = vectors.shape[1] or self._size
        return vectors

    async def _find(
        self, embedder: Embedder, purpose: Purpose, wanted: Mapping[bytes, str], progress: Progress, *, recall: bool
    ) -> dict[bytes, Vector]:
        """Give the vectors of texts by their digests."""
        found: dict[bytes, Vector] = {}
        digests = list(wanted)
        for first in range(0, len(digests), TOGETHER):
            part = digests[first : first + TOGETHER]
            found |= await self._recall(part) if recall else {}
            lacking = [digest for digest in part if digest not in found]
            if lacking:
                rows = await embedder.embed([wanted[one] for one in lacking], purpose, patience=PATIENCE)
                new = dict(zip(lacking, normal(rows, len(lacking)), strict=True))
                await self._keep(new)
                found |= new
            progress(min(first + TOGETHER, len(digests)), len(digests))
        return found

    async def one(self, text: str) -> Vector | None:
        """Give the vector of what a customer wrote; None if there is none in time, and the bot goes on without it."""
        said = clean(beginning(text))
        key = digest_of("", "query", said)
        known = self._known.get(key)
        if known is not None:
            self._known.move_to_end(key)
            return known
        circuit = breakers.admit(self._circuit, self._clock.now())
        if self._embedder is None or circuit is None:
            return None
        self._circuit = circuit
        try:
            vector = self._checked(await self._embedder.embed([said], patience=self._within))
        except EmbedderError as error:
            self._fail(error)
            return None
        self._circuit = breakers.CLOSED
        self._known[key] = vector
        if len(self._known) > MOST_KNOWN:
            self._known.popitem(last=False)
        return vector

    def _checked(self, rows: Vectors) -> Vector:
        vector: Vector = normal(rows, 1)[0]
        if self._size and len(vector) != self._size:
            raise EmbedderError("the embedder gives other vectors than those of the examples")
        return vector

    def _fail(self, error: EmbedderError) -> None:
        before = self.away
        self._circuit = breakers.after_failure(self._circuit, self._clock.now())
        if self.away and not before:
            _log.warning("messages are understood without the embedder for a while: %s", error.message)

    async def _recall(self, digests: Sequence[bytes]) -> dict[bytes, Vector]:
        import numpy as np

        if self._kept is None:
            return {}
        try:
            found = await self._kept.find(digests, self._clock.now())
        except StoreError as error:
            _log.warning("kept embeddings could not be read: %s", error.reason or type(error).__name__)
            return {}
        return {
            digest: np.frombuffer(vector, np.float16).astype(np.float32)
            for digest, vector in found.items()
            if vector and len(vector) % 2 == 0
        }

    async def _keep(self, vectors: dict[bytes, Vector]) -> None:
        import numpy as np

        if self._kept is None:
            return
        rows = {digest: vector.astype(np.float16).tobytes() for digest, vector in vectors.items()}
        try:
            await self._kept.keep(rows, self._clock.now())
        except StoreError as error:
            _log.warning("embeddings could not be kept: %s", error.reason or type(error).__name__)


def _tell_nobody(_done: int, _all: int) -> None:
    """Tell nobody how far it is."""


def clean(text: str) -> str:
    """Give a text as every embedder can take it: UTF-8 without a zero byte, not empty, and not endless."""
    return " ".join(text[:LONGEST].encode("utf-8", "replace").decode().replace("\0", " ").split()) or "."


def beginning(text: str) -> str:
    """Give so much of a message as is embedded, by how many tokens its characters come to."""
    if len(text) <= MOST_OF_MESSAGE:
        return text
    tokens = 0.0
    for place, character in enumerate(text):
        tokens += _WIDE if character >= "\u2e80" else _NARROW
        if tokens > MOST_OF_MESSAGE:
            return text[:place]
    return text


def digest_of(name: str, purpose: Purpose, text: str) -> bytes:
    """Give by what a vector is kept: whose it is, what for, and of which text."""
    head = f"{len(name)}:{name}{purpose}:"
    return blake2b(f"{head}{text}".encode("utf-8", "surrogatepass"), digest_size=16).digest()


def normal(rows: Vectors, count: int) -> Vectors:
    """Give rows of length 1 with the precision that is kept. Raises EmbedderError for what are no such rows."""
    import numpy as np

    rows = np.asarray(rows, np.float32)
    if rows.ndim != 2 or len(rows) != count or rows.shape[1] == 0 or not np.isfinite(rows).all():
        raise EmbedderError("the embedder gave something that is no vectors")
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    if not lengths.all():
        raise EmbedderError("the embedder gave a vector without a direction")
    short: Vectors = (rows / lengths).astype(np.float16).astype(np.float32)
    return short
