"""Sweeping: what is long done with goes, so that a store grows with its conversations and not with its past."""

from botkit.ports.clocks import Clock
from botkit.ports.files import Files
from botkit.ports.stores import Store
from botkit.runtime.chores import Chore

KEPT = 7 * 86_400.0  # seconds for which a delivery that comes again is recognised
UNUSED = 90 * 86_400.0  # seconds after which an embedding that nobody used goes


class Sweep:
    """Lets go, every hour, of the marks that a store keeps of deliveries, sent replies and ended calls, of files that
    are nobody's, and of embeddings of texts that are no longer the bot's.

    Where several processes run the bot, one of them does.
    """

    def __init__(self, store: Store, files: Files, clock: Clock) -> None:
        self._store = store
        self._files = files
        self._clock = clock
        self._chore = Chore(store, "sweep", self.once)

    def start(self) -> None:
        """Begin; the first sweep comes after an hour."""
        self._chore.start()

    async def stop(self) -> None:
        """End."""
        await self._chore.stop()

    async def once(self) -> int:
        """Sweep now; give how many marks, files and embeddings went."""
        now = self._clock.now()
        gone = await self._store.forget(now - KEPT) + await self._files.sweep()
        return gone + await self._store.embeddings.drop(now - UNUSED)
