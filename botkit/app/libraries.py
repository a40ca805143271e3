"""The libraries of the flow versions in use: their articles, indexed."""

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from botkit.app.learning import PATIENCE, Learning
from botkit.model.flowset import FlowSet
from botkit.understanding.embedders.embedding import Embedding

if TYPE_CHECKING:
    from botkit.understanding.knowledge.library import Library
    from botkit.understanding.knowledge.searching import ArticleSearch

MOST_LIBRARIES = 8  # flow versions


class Libraries:
    """Indexes the articles of each version once; what another one has too is not looked at again.

    With an `embedding` what is written in other words is found as well, as soon as the passages have their vectors.
    """

    def __init__(self, embedding: Embedding | None = None) -> None:
        self._embedding = embedding
        self._learning = Learning("passages")
        self._made: dict[str, ArticleSearch] = {}  # by version
        self._latest: Library | None = None

    def __call__(self, flows: FlowSet) -> "ArticleSearch | None":
        """Give what searches the articles of these flows; None if there are none."""
        if not flows.articles:
            return None
        known = self._made.get(flows.version)
        return known if known is not None else self._build(flows)

    async def prepare(self, flows: FlowSet, patience: float = PATIENCE) -> None:
        """Index the articles of a version before it is used, off the event loop.

        Vectors are waited for as long as `patience` says; those that come later count from then on.
        """
        if not flows.articles:
            return
        if flows.version not in self._made:
            await asyncio.to_thread(self._build, flows)
        if self._embedding is not None and not self._made[flows.version].semantic:
            self._learning.begin(flows.version, partial(self._learn, flows, self._embedding))
            await self._learning.wait(flows.version, patience)

    async def close(self) -> None:
        """Learn no more."""
        await self._learning.close()

    async def _learn(self, flows: FlowSet, embedding: Embedding) -> None:
        """Give the passages of a version their vectors."""
        from botkit.understanding.knowledge.searching import ArticleSearch

        library = self._made[flows.version].library
        texts = library.texts()
        vectors = dict(zip(texts, await embedding.many(texts, "passage"), strict=True))
        known = await asyncio.to_thread(library.with_vectors, vectors)
        if flows.version in self._made:
            self._made[flows.version] = ArticleSearch(known, embedding.one)

    def _build(self, flows: FlowSet) -> "ArticleSearch":
        from botkit.understanding.knowledge.library import Library  # with numpy, which takes a tenth of a second
        from botkit.understanding.knowledge.searching import ArticleSearch

        library = Library.build(flows.articles, flows.locales, before=self._latest)
        while len(self._made) >= MOST_LIBRARIES:
            gone = next(iter(self._made))
            del self._made[gone]
            self._learning.drop(gone)
        self._latest = library
        made = self._made[flows.version] = ArticleSearch(library)
        return made
