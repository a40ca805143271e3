"""Embeddings: the vectors of a bot's own texts, kept by the store so that each is computed once."""

from collections.abc import Mapping, Sequence
from typing import Final, Protocol

TOUCHED: Final = 86_400.0  # seconds: when a vector was last used is known to the day


class Embeddings(Protocol):
    """Vectors of examples and passages, as bytes, by the digest of what they were computed from.

    Nothing of a customer is kept here: a message's vector is never stored, and a digest leads back to no text.
    Raises errors.StoreError when the store fails.
    """

    async def find(self, digests: Sequence[bytes], now: float) -> Mapping[bytes, bytes]:
        """Give the vectors that are kept of those asked for, some hundreds at a time; they count as used now."""
        ...

    async def keep(self, vectors: Mapping[bytes, bytes], now: float) -> None:
        """Keep vectors; one of a digest that is known already takes the other's place."""
        ...

    async def drop(self, before: float) -> int:
        """Let go of vectors that were last used before then; give how many."""
        ...
