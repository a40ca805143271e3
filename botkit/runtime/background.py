"""Background: what goes on beside the turns until it is stopped."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any


class Background:
    """One task that runs `work` from `start` to `stop`; `task` is it, while there is one."""

    def __init__(self, work: Callable[[], Coroutine[Any, Any, None]], name: str) -> None:
        self.task: asyncio.Task[None] | None = None
        self._work = work
        self._name = name

    def start(self) -> None:
        """Begin."""
        self.task = asyncio.create_task(self._work(), name=self._name)

    async def stop(self) -> None:
        """End, if it began; may be called twice."""
        if self.task is not None:
            self.task.cancel()
            await asyncio.gather(self.task, return_exceptions=True)
