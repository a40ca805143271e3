"""Vectors of many texts for a command that tries a bot: those that its store has are not computed again."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack

from botkit.app.directories import Checked
from botkit.app.embedders import embedding_of
from botkit.app.histories import open_history
from botkit.errors import EmbedderError, StoreError, UsageError
from botkit.ports.understanding import Vectors
from botkit.runtime.clocks import WallClock


def embed_all(checked: Checked, texts: Sequence[str]) -> Vectors:
    """Give a row for each text, by the bot's embedder. Raises EmbedderError, ConfigError."""
    return asyncio.run(_embed(checked, texts))


async def _embed(checked: Checked, texts: Sequence[str]) -> Vectors:
    async with AsyncExitStack() as stack:
        try:
            store = await stack.enter_async_context(open_history(checked.directory, None))
            kept = store.embeddings
        except (StoreError, UsageError):  # there is none yet, or it is away: then all are computed
            kept = None
        embedding = embedding_of(checked.config.embedder, checked.directory, kept, WallClock())
        if embedding is None:
            raise EmbedderError("the bot has no embedder on this machine")
        stack.push_async_callback(embedding.close)
        return await embedding.many(texts)
