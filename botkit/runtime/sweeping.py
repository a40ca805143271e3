"""Sweeping: what is long done with goes, so that a store grows with its conversations and not with its past."""

import asyncio
import logging

from botkit.errors import StoreError
from botkit.ports.clocks import Clock
from botkit.ports.files import Files
from botkit.ports.stores import Store
from botkit.runtime.background import Background

_log = logging.getLogger(__name__)

KEPT = 7 * 86_400.0  # seconds for which a delivery that comes again is recognised
EVERY = 3600.0  # seconds
CLAIM = 0.9 * EVERY  # seconds for which no other process needs to sweep


class Sweep:
    """Lets go, every hour, of the marks that a store keeps of deliveries, sent replies and ended calls, and of files
    that are nobody's.

    Where several processes run the bot, one of them does.
    """

    def __init__(self, store: Store, files: Files, clock: Clock) -> None:
        self._store = store
        self._files = files
        self._clock = clock
        self._background = Background(self._go_on, "sweep")

    def start(self) -> None:
        """Begin; the first sweep comes after an hour."""
        self._background.start()

    async def stop(self) -> None:
        """End."""
        await self._background.stop()

    async def once(self) -> int:
        """Sweep now; give how many marks and files went."""
        return await self._store.forget(self._clock.now() - KEPT) + await self._files.sweep()

    async def _go_on(self) -> None:
        while True:
            await asyncio.sleep(EVERY)
            try:
                if await self._store.shared.claim("sweep", CLAIM):
                    await self.once()
            except StoreError as error:
                _log.error("the store failed", exc_info=error)
