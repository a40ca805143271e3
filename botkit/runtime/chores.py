"""Chores: what has to be done every so often, by one of the processes that run a bot."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from botkit.ports.stores import Store
from botkit.runtime.background import Background

_log = logging.getLogger(__name__)

HOUR = 3600.0
_CLAIM = 0.9  # of the time in between: for so long no other process needs to do it


class Chore:
    """Does `work`, first after `first` seconds and then `every` so many, where no other process did lately."""

    def __init__(
        self,
        store: Store,
        name: str,
        work: Callable[[], Awaitable[object]],
        *,
        every: float = HOUR,
        first: float | None = None,
    ) -> None:
        self._store = store
        self._name = name
        self._work = work
        self._every = every
        self._first = every if first is None else first
        self._background = Background(self._go_on, name)

    def start(self) -> None:
        """Begin."""
        self._background.start()

    async def stop(self) -> None:
        """End; may be called twice."""
        await self._background.stop()

    async def _go_on(self) -> None:
        await asyncio.sleep(self._first)
        while True:
            try:
                if await self._store.shared.claim(self._name, _CLAIM * self._every):
                    await self._work()
            except Exception as error:  # noqa: BLE001 - nobody else would do it again
                _log.error("a chore failed", exc_info=error, extra={"action": self._name})
            await asyncio.sleep(self._every)
