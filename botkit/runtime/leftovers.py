"""Leftovers: what a lost wake-up left lying is taken up, and a store that failed is asked whether it works again."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Literal

import msgspec

from botkit.errors import FenceError, StoreError
from botkit.ports.clocks import Clock
from botkit.ports.stores import Store
from botkit.runtime.background import Background

_log = logging.getLogger(__name__)

LOOKS = 2.5  # seconds between looks; what two looks find is taken up, so within five

Kind = Literal["waiting", "unsent", "calling"]
Found = tuple[Kind, str]  # what is left, and in which conversation


class Health(msgspec.Struct):
    """Whether the store can be used, as the last tries showed: `trouble` says what is wrong, `since` since when."""

    trouble: str = ""
    since: float = 0.0

    def note(self, error: StoreError, now: float) -> None:
        """Note a failure. A commit that came late is none."""
        if not isinstance(error, FenceError):
            self.since = self.since if self.trouble else now
            self.trouble = error.reason or type(error).__name__

    def clear(self) -> None:
        """Note that it works again."""
        self.trouble = ""


class Leftovers:
    """Looks every few seconds for what is to be done and that nobody does.

    `is_idle` tells whether nobody is at it; `take_up` does it. What was stored a moment ago may not be begun yet:
    so only what the look before found as well is taken up.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        health: Health,
        is_idle: Callable[[Found], bool],
        take_up: Callable[[set[Found]], Awaitable[None]],
    ) -> None:
        self._store = store
        self._clock = clock
        self._health = health
        self._is_idle = is_idle
        self._take_up = take_up
        self._before: set[Found] = set()
        self._background = Background(self._go_on, "leftovers")

    def start(self) -> None:
        """Begin to look."""
        self._background.start()

    async def stop(self) -> None:
        """Look no more."""
        await self._background.stop()

    async def look(self) -> int:
        """Look now; give how many leftovers were taken up. Raises StoreError."""
        if self._health.trouble:
            await self._store.check()
            self._health.clear()
        left = await self._store.left(self._clock.now())
        if not (left.waiting or left.unsent or left.calling):
            self._before.clear()
            return 0
        kinds: tuple[tuple[Kind, frozenset[str]], ...] = (
            ("waiting", left.waiting),
            ("unsent", left.unsent),
            ("calling", left.calling),
        )
        found = {(kind, name) for kind, names in kinds for name in names if self._is_idle((kind, name))}
        again = found & self._before
        self._before = found - again
        if again:
            await self._take_up(again)
        return len(again)

    async def _go_on(self) -> None:
        while True:
            await asyncio.sleep(LOOKS)
            try:
                if taken := await self.look():
                    _log.info("took up what was left lying", extra={"conversations": taken})
            except StoreError as error:
                self._health.note(error, self._clock.now())
                _log.error("the store failed", exc_info=error)
