"""Forgetting: when something was erased, by whichever process, what this one remembers of it goes too."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from botkit.errors import StoreError
from botkit.ports.connectors import Connector, Forgetful, layers_of
from botkit.ports.stores import Store
from botkit.runtime.background import Background

_log = logging.getLogger(__name__)

LOOKS = 1.0  # seconds between two looks whether something was erased


async def let_forget(connector: Connector) -> None:
    """Let go what was said: the connector, or the first that it wraps, which remembers that."""
    for one in layers_of(connector):
        if isinstance(one, Forgetful):
            await one.forget()
            return


class Forgetting:
    """Looks every second whether something was erased, and lets everything that is remembered go if so.

    An erasure does not say of whom it was: what is needed again is read from the store again.
    """

    def __init__(self, store: Store, forget: Callable[[], Awaitable[None]]) -> None:
        self._store = store
        self._forget = forget
        self._seen = -1
        self._background = Background(self._go_on, "forgetting")

    def start(self) -> None:
        """Begin to look."""
        self._background.start()

    async def stop(self) -> None:
        """Look no more."""
        await self._background.stop()

    async def look(self) -> bool:
        """Look now; tell whether something was erased since the last look. Raises StoreError."""
        newest = await self._store.erasures(1)
        number = newest[0].number if newest else 0
        before, self._seen = self._seen, number
        if before in (-1, number):
            return False
        await self._forget()
        return True

    async def _go_on(self) -> None:
        while True:
            try:
                await self.look()
            except StoreError:
                pass  # others tell of it
            except Exception as error:  # noqa: BLE001 - a connector may raise anything, and the next look comes
                _log.error("what was erased could not be forgotten", exc_info=error)
            await asyncio.sleep(LOOKS)
