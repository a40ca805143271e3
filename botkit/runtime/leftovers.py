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
TOLD_AGAIN = 60.0  # seconds after which the log tells again of a store that fails as it did

Kind = Literal["waiting", "unsent", "calling"]
Found = tuple[Kind, str]  # what is left, and in which conversation


class Health(msgspec.Struct):
    """Whether the store can be used, as the last tries showed: `trouble` says what is wrong, `since` since when.

    All that runs meets a store that fails, some of it every second: the log tells of each trouble once a minute, as
    `told` knows, and that it is over, where it told of it (`news`).
    """

    trouble: str = ""
    since: float = 0.0
    told: dict[str, float] = {}
    news: bool = False

    def note(self, error: StoreError, now: float, conversation: str = "") -> None:
        """Note a failure, and log it if that was not done a moment ago. A commit that came late is none."""
        if isinstance(error, FenceError):
            return
        self.since = self.since if self.trouble else now
        self.trouble = error.reason or type(error).__name__
        self.told = {trouble: at for trouble, at in self.told.items() if 0 <= now - at < TOLD_AGAIN}
        if self.trouble not in self.told:
            self.told[self.trouble] = now
            self.news = True
            _log.error(
                "the store failed", exc_info=error, extra={"conversation": conversation} if conversation else {}
            )

    def clear(self) -> None:
        """Note that it works again."""
        self.trouble = ""
        if self.news:
            self.news = False
            _log.warning("the store works again")


class Leftovers:
    """Looks every few seconds for what is to be done and that nobody does.

    `is_idle` tells whether nobody is at it; `take_up` does it; `note` hears that the store failed. What was stored a
    moment ago may not be begun yet: so only what the look before found as well is taken up.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        health: Health,
        is_idle: Callable[[Found], bool],
        take_up: Callable[[set[Found]], Awaitable[None]],
        note: Callable[[StoreError], None],
    ) -> None:
        self._store = store
        self._clock = clock
        self._health = health
        self._is_idle = is_idle
        self._take_up = take_up
        self._note = note
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
                self._note(error)
