"""Searching a library: the Knowledge port over the articles of one version."""

import asyncio
from collections.abc import Awaitable, Callable

from botkit.model.events import Passage
from botkit.ports.understanding import Vector
from botkit.understanding.knowledge.library import MOST, Library

SLOW = 4000  # passages from which a search takes milliseconds, and leaves the event loop


class ArticleSearch:
    """Implements ports.Knowledge on a library; `embed` gives a question its vector, if there is one in time."""

    def __init__(self, library: Library, embed: Callable[[str], Awaitable[Vector | None]] | None = None) -> None:
        self.library = library
        self._embed = embed

    @property
    def semantic(self) -> bool:
        """Whether it finds what is written in other words."""
        return self._embed is not None

    async def search(self, text: str, locale: str, most: int = MOST) -> tuple[Passage, ...]:
        """Give the passages that are nearest, best first, each with how sure it is that it answers."""
        vector = await self._embed(text) if self._embed is not None else None
        if self.library.size < SLOW:
            return self.library.search(text, locale, most, vector, least=0.0)
        return await asyncio.to_thread(self.library.search, text, locale, most, vector, least=0.0)
