"""Carriers: what wakes the worker that should look at a conversation. Truth is in the store."""

from collections.abc import AsyncIterator
from typing import Protocol


class Carrier(Protocol):
    """Carries wake-ups. It may lose or repeat them: the store says what there is to do."""

    async def wake(self, conversation: str) -> None:
        """Say that a conversation has something to do."""
        ...

    def wakes(self) -> AsyncIterator[str]:
        """Give conversations to look at, until the carrier is closed."""
        ...

    async def close(self) -> None:
        """End `wakes`; may be called twice."""
        ...
