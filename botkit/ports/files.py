"""Files that customers sent or the bot sends."""

from collections.abc import AsyncIterator
from typing import Protocol

from botkit.model.values import File


class Files(Protocol):
    """Keeps files by their content; a file is readable only by the conversation that holds it."""

    async def put(self, conversation: str, name: str, mime: str, chunks: AsyncIterator[bytes]) -> File:
        """Store a file; `ref` of the result names it. Raises errors.StoreError when it is too large."""
        ...

    def get(self, conversation: str, ref: str) -> AsyncIterator[bytes]:
        """Read a file in chunks. Raises errors.StoreError when this conversation has no such file."""
        ...
