"""The files of a conversation, as an action reads them."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterator
from typing import Any, TypeVar

from botkit.errors import FileError, UsageError
from botkit.model.values import File
from botkit.ports.files import Files

T = TypeVar("T")


class ConversationFiles:
    """What the customer of a turn sent: `ctx.files`."""

    def __init__(
        self, files: Files | None = None, conversation: str = "", home: asyncio.AbstractEventLoop | None = None
    ) -> None:
        self._files = files
        self._conversation = conversation
        self._home = home

    async def put(self, name: str, content: bytes) -> File:
        """Give the conversation a file that was made for it, to be shown by `say`; it stays as long as it does.

        What it may be, and how large, is what bot.yaml says of files that come in. Raises FileError.
        """
        files = self._files
        if files is None:
            raise FileError("there is no place for files", reason="missing")

        async def chunks() -> AsyncIterator[bytes]:
            yield content

        async def keep() -> File:
            made = await files.put(self._conversation, name, chunks())
            await files.send(self._conversation, [made.ref])
            return made

        return await _at_home(self._home, keep())

    def open(self, file: File | str) -> "Opened":
        """Give a file, by a slot's value or its `ref`, to be read in chunks: `async for`, in a `def` just `for`.

        What is read raises FileError when this conversation holds no such file (any more).
        """
        ref = file if isinstance(file, str) else file.ref
        return Opened(self._files, self._conversation, ref, self._home)


class Opened:
    """A file in chunks of some hundred kilobytes. Each iteration reads it from its beginning."""

    def __init__(
        self, files: Files | None, conversation: str, ref: str, home: asyncio.AbstractEventLoop | None
    ) -> None:
        self._files = files
        self._conversation = conversation
        self._ref = ref
        self._home = home

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Read, on whatever loop the plugin is."""
        chunks = self._chunks()
        try:
            while chunk := await _at_home(self._home, _next(chunks)):
                yield chunk
        finally:
            await _at_home(self._home, _end(chunks))

    def __iter__(self) -> Iterator[bytes]:
        """Read in a thread of a plugin. Raises UsageError where that would hold up others."""
        chunks = self._chunks()
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            pass
        else:
            raise UsageError(
                "a file is read with `async for` in an `async def`, and in no action that is `inline`",
                hint="async for chunk in ctx.files.open(photo)",
            )
        home = self._home
        if home is None:
            raise FileError("there is no such file", reason="missing")
        try:
            while chunk := asyncio.run_coroutine_threadsafe(_next(chunks), home).result():
                yield chunk
        finally:
            asyncio.run_coroutine_threadsafe(_end(chunks), home).result()

    def _chunks(self) -> AsyncIterator[bytes]:
        if self._files is None:
            raise FileError("there is no such file", reason="missing")
        return self._files.read(self._conversation, self._ref)


async def _at_home(home: asyncio.AbstractEventLoop | None, work: Coroutine[Any, Any, T]) -> T:
    """Wait for something that belongs to the loop of the bot."""
    if home is None or home is asyncio.get_running_loop():
        return await work
    return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, home))


async def _next(chunks: AsyncIterator[bytes]) -> bytes:
    return await anext(chunks, b"")


async def _end(chunks: AsyncIterator[bytes]) -> None:
    if hasattr(chunks, "aclose"):
        await chunks.aclose()
