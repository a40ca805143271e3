"""Timers: what is due is moved from the store into the inbox, and its conversations are woken."""

import asyncio
from collections.abc import Callable

from botkit.errors import StoreError
from botkit.ports.clocks import Clock
from botkit.ports.stores import Store
from botkit.runtime.background import Background

LONGEST_NAP = 1.0  # seconds between looks


class Timers:
    """Looks when the next timer of the store is due, and fires it then. `changed` says that there is a new one."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        wake: Callable[[str], None],
        note: Callable[[StoreError], None] = lambda _: None,
    ) -> None:
        self.changed = asyncio.Event()
        self._store = store
        self._clock = clock
        self._wake = wake
        self._note = note
        self._background = Background(self._watch, "timers")

    def start(self) -> None:
        """Begin to look."""
        self._background.start()

    async def stop(self) -> None:
        """Look no more."""
        await self._background.stop()

    async def fire(self) -> int:
        """Fire what is due now and give how many conversations it woke."""
        woken = await self._store.fire(self._clock.now())
        for conversation in woken:
            self._wake(conversation)
        return len(woken)

    async def _watch(self) -> None:
        while True:
            due: float | None = None
            try:
                due = await self._store.next_timer()
                if due is not None:
                    await self.fire()
            except StoreError as error:
                self._note(error)
                due = None  # a timer that is due already would have it asked again at once, and again
            await self._nap(due)

    async def _nap(self, due: float | None) -> None:
        self.changed.clear()
        wait = LONGEST_NAP if due is None else min(max(due - self._clock.now(), 0.01), LONGEST_NAP)
        try:
            async with asyncio.timeout(wait):
                await self.changed.wait()
        except TimeoutError:
            pass
