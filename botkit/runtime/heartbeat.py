"""Heartbeat: a node that performs calls says so while it does, and nobody takes them for a dead worker's."""

import asyncio
import logging
from collections.abc import Callable, Sequence

from botkit.errors import StoreError
from botkit.ports.stored import LEASE
from botkit.ports.stores import Store
from botkit.runtime.background import Background

_log = logging.getLogger(__name__)

EVERY = LEASE / 3  # seconds: of three beats two may be lost


class Heartbeat:
    """Renews the leases of the calls that are `under_way` here (their ids), however long they take."""

    def __init__(
        self,
        store: Store,
        under_way: Callable[[], Sequence[str]],
        note: Callable[[StoreError], None] = lambda _: None,
    ) -> None:
        self._store = store
        self._under_way = under_way
        self._note = note
        self._background = Background(self._go_on, "heartbeat")

    def start(self) -> None:
        """Begin to beat."""
        self._background.start()

    async def stop(self) -> None:
        """Beat no more."""
        await self._background.stop()

    async def beat(self) -> None:
        """Renew now. Raises StoreError."""
        if calls := self._under_way():
            await self._store.renew_calls(calls, LEASE)

    async def _go_on(self) -> None:
        while True:
            await asyncio.sleep(EVERY)
            try:
                await self.beat()
            except StoreError as error:
                self._note(error)
                _log.error("the leases of calls could not be renewed", exc_info=error)
