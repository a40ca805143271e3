"""Learning: what needs vectors is made beside the turns, as soon as there are some."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Hashable
from functools import partial
from typing import Final

from botkit.errors import ConfigError, EmbedderError

PATIENCE: Final = 5.0  # seconds that a version waits for vectors before it is served without
AGAIN: Final = 60.0  # seconds after which they are asked for again

_log = logging.getLogger(__name__)


class Learning:
    """Runs what learns from vectors, again as long as the embedder gives none; `what` it is about, for the log."""

    def __init__(self, what: str) -> None:
        self._what = what
        self.tasks: dict[Hashable, asyncio.Task[None]] = {}

    def begin(self, key: Hashable, learn: Callable[[], Awaitable[None]]) -> None:
        """Begin, unless that is under way."""
        if key not in self.tasks:
            task = asyncio.create_task(self._go_on(learn), name=f"vectors of {self._what}")
            self.tasks[key] = task
            task.add_done_callback(partial(self._ended, key))

    async def wait(self, key: Hashable, patience: float = PATIENCE) -> None:
        """Wait for its end, but for no longer."""
        if key in self.tasks:
            await asyncio.wait({self.tasks[key]}, timeout=patience)

    def drop(self, key: Hashable) -> None:
        """Learn this no more."""
        if key in self.tasks:
            self.tasks.pop(key).cancel()

    async def close(self) -> None:
        """Learn nothing more."""
        tasks = list(self.tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _ended(self, key: Hashable, task: asyncio.Task[None]) -> None:
        if self.tasks.get(key) is task:
            del self.tasks[key]

    async def _go_on(self, learn: Callable[[], Awaitable[None]]) -> None:
        told = False
        while True:
            try:
                return await learn()
            except EmbedderError as error:
                if not told:
                    _log.warning("%s have no vectors yet: %s", self._what, error.message)
                told = True
            except ConfigError as error:
                return _log.error("%s get no vectors: %s", self._what, error.message)
            except Exception as error:  # noqa: BLE001 - the bot goes on by words
                return _log.error("%s get no vectors", self._what, exc_info=error)
            await asyncio.sleep(AGAIN)
