"""Places: customers who wait for a person hear how many are before them."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from botkit.errors import StoreError
from botkit.model.events import Owned
from botkit.ports.connectors import Accepted
from botkit.ports.stored import Summary
from botkit.ports.stores import Store
from botkit.runtime.background import Background
from botkit.runtime.books import FlowBook
from botkit.runtime.handed import Handed

PAUSE = 1.0  # seconds between looks at the queue: what changed meanwhile is looked at together
_LONG = 3600.0
_PAGE = 200

Put = Callable[[str, str, Owned], Awaitable[Accepted]]

_log = logging.getLogger(__name__)


class Places:
    """Tells who comes behind others how many they are, once, and whoever was told that it is their turn next.

    Each process tells of the queues that its own turns have changed.
    """

    def __init__(self, store: Store, book: FlowBook, handed: Handed, put: Put) -> None:
        self._store = store
        self._book = book
        self._handed = handed
        self._put = put
        self._background = Background(self._run, "places in the queue")

    def start(self) -> None:
        """Begin to tell."""
        self._background.start()

    async def stop(self) -> None:
        """Tell nobody any more."""
        await self._background.stop()

    async def _run(self) -> None:
        with self._handed.listening(moves_alone=True) as changed:
            while True:
                await changed.wait(_LONG)
                if self._book.current.settings.tell_position:
                    try:
                        await self.tell()
                    except StoreError as error:
                        _log.warning("nobody in the queue was told their place", exc_info=error)
                await asyncio.sleep(PAUSE)

    async def tell(self) -> None:
        """Tell those of whom that is to be told."""
        ahead: dict[str, int] = {}
        for one in sorted(await self._waiting(), key=lambda one: (one.since, one.conversation)):
            place = ahead.get(one.team, 0)
            ahead[one.team] = place + 1
            if (place and one.told < 0) or (not place and one.told > 0):
                event = Owned("queued", ahead=place)
                await self._put(one.conversation, f"place:{one.since!r}:{place}", event)

    async def _waiting(self) -> list[Summary]:
        found: list[Summary] = []
        while page := await self._store.conversations(_PAGE, "queue", found[-1].cursor if found else ""):
            found += page
        return found
