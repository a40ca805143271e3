"""Telling: what a platform does not take of a text or a file is told of in the thread, and holds up nothing."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Final

from botkit.errors import DeliveryError, FileError
from botkit.model.runs import Run
from botkit.model.values import File

_log = logging.getLogger(__name__)

UNSHOWN: Final = "Something cannot be shown here: botkit desk has it."
_TRIES: Final = 3  # times that a file is tried before it is told of

Write = Callable[[Sequence[Run]], Awaitable[bool]]
"""Writes into a thread; False where the platform refuses the text, and would take another one there. Raises
DeliveryError, as a Room does."""


async def tell(write: Write, runs: Sequence[Run]) -> None:
    """Write a text; where the platform refuses it, that there is one. Raises DeliveryError."""
    if not (await write(runs) or await write([Run(UNSHOWN)])):
        raise DeliveryError("the platform takes no text there")


class Giving:
    """Gives files of customers to teams; one that cannot be had, or is not taken, is told of."""

    def __init__(self) -> None:
        self._tries: dict[tuple[str, str], int] = {}  # threads and files that were not taken

    async def give(
        self,
        thread: str,
        file: File,
        content: AsyncIterator[bytes],
        send: Callable[[str, bytes], Awaitable[None]],
        say: Callable[[Sequence[Run]], Awaitable[None]],
    ) -> None:
        """Send a file into a thread by its name and content; `send` raises a `permanent` error where it is refused.

        Raises DeliveryError where it is to be tried again.
        """
        name, key = file.name or "file", (thread, file.ref)
        try:
            await send(name, b"".join([part async for part in content]))
        except FileError:
            await say([Run(f"The file {name} is not there any more.")])
        except DeliveryError as error:
            tried = self._tries.pop(key, 0) + (error.retry_after is None)
            if error.retry_after is not None or not (error.permanent or tried >= _TRIES):
                self._tries[key] = tried
                raise
            _log.warning("a file is not shown to the team: %s", error, extra={"action": "room"})
            await say([Run(f"The file {name} cannot be shown here: botkit desk has it.")])
        else:
            self._tries.pop(key, None)
