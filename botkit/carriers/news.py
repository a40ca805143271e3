"""News that a node has still to hear."""

import asyncio
from collections.abc import Sequence

from botkit.ports.carriers import EVERYTHING

MOST_KEPT = 10_000  # jobs or conversations; what is more is lost, as a carrier may


class News:
    """What one node has still to hear; where that would be too much, EVERYTHING."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        self._left: dict[str, None] = {}
        self._most = most
        self._there = asyncio.Event()
        self._ended = False

    def add(self, conversation: str) -> None:
        """Note that a conversation has something new, or that anything may have been missed."""
        if conversation == EVERYTHING or len(self._left) >= self._most:
            self._left = {EVERYTHING: None}
        elif EVERYTHING not in self._left:
            self._left[conversation] = None
        self._there.set()

    def end(self) -> None:
        """Let whoever waits go."""
        self._ended = True
        self._there.set()

    async def take(self) -> Sequence[str]:
        """Wait until there is something and give it; nothing once it has ended."""
        await self._there.wait()
        if self._ended:
            return ()
        taken = tuple(self._left)
        self._left = {}
        self._there.clear()
        return taken
