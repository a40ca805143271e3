"""What a bot understands with: the recognisers and libraries of its versions, and the embedder that both ask."""

import asyncio
from pathlib import Path

from botkit.app.config import Config
from botkit.app.embedders import embedding_of
from botkit.app.learning import PATIENCE
from botkit.app.libraries import Libraries
from botkit.app.recognisers import Recognisers
from botkit.model.flowset import FlowSet
from botkit.ports.clocks import Clock
from botkit.ports.embeddings import Embeddings
from botkit.ports.understanding import Embedder
from botkit.understanding.embedders.embedding import Embedding


class Understanding:
    """Makes ready what the messages of a version are understood with. An `embedding` finds other words."""

    def __init__(self, embedding: Embedding | None = None) -> None:
        self.embedding = embedding
        self.recognisers = Recognisers(embedding)
        self.libraries = Libraries(embedding)

    @classmethod
    def of(
        cls,
        config: Config,
        directory: Path,
        kept: Embeddings | None,
        clock: Clock,
        embedder: Embedder | None = None,
    ) -> "Understanding":
        """Give that of a bot; `embedder` is another one than bot.yaml's, `kept` where vectors are kept."""
        return cls(embedding_of(config.embedder, directory, kept, clock, embedder))

    @property
    def senses(self) -> bool:
        """Whether messages may get vectors."""
        return self.embedding is not None

    async def prepare(self, flows: FlowSet, patience: float = PATIENCE) -> None:
        """Make a version ready before it is used, off the event loop; vectors are waited for as `patience` says."""
        await asyncio.gather(self.recognisers.prepare(flows, patience), self.libraries.prepare(flows, patience))

    async def close(self) -> None:
        """Learn no more, and let go of the embedder."""
        await self.recognisers.close()
        await self.libraries.close()
        if self.embedding is not None:
            await self.embedding.close()
