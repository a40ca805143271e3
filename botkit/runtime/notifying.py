"""Notifying: plugins are told which conversations were erased, and told again until they have let go."""

import logging
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Final

from botkit.ports.clocks import Clock
from botkit.ports.notices import Notice
from botkit.ports.stores import Store
from botkit.registry.privacy import Erased
from botkit.registry.registry import Registry
from botkit.runtime.chores import Chore

_log = logging.getLogger(__name__)

EVERY: Final = 300.0  # seconds
FIRST: Final = 30.0  # seconds after the start
LONGEST: Final = 3600.0  # seconds between two tries
UNCLAIMED: Final = 30 * 86_400.0  # seconds after which what is for a plugin that is not here any more goes


def pause(tries: int) -> float:
    """Give the seconds until a plugin that failed so many times, this one included, is told again."""
    return min(LONGEST, 60.0 * 2.0 ** min(tries - 1, 10))


class Notifying:
    """Tells the plugins of a bot what they have to be told, every few minutes; one process of several does."""

    def __init__(self, store: Store, registry: Registry, clock: Clock) -> None:
        self._store = store
        self._registry = registry
        self._clock = clock
        self._chore = Chore(store, "notices", self.once, every=EVERY, first=FIRST)

    def start(self) -> None:
        """Begin."""
        self._chore.start()

    async def stop(self) -> None:
        """End; what is left is told another time."""
        await self._chore.stop()

    async def once(self) -> Mapping[str, str]:
        """Tell what is due now; give the plugins that failed, and the kinds of their errors. Raises StoreError."""
        now = self._clock.now()
        dropped = await self._store.notices.drop(now - UNCLAIMED, self._registry.erasers)
        if dropped:
            _log.warning("plugins that are no more were not told of erasures", extra={"action": "notices"})
        return await notify(self._store, self._registry, self._registry.ready, now)


async def notify(store: Store, registry: Registry, plugins: Collection[str], now: float) -> Mapping[str, str]:
    """Tell these plugins, which have started, what is due; give those that failed, and the kinds of their errors.

    One that failed is told again, after a pause that grows. Raises StoreError.
    """
    failed: dict[str, str] = {}
    for plugin in plugins:
        while found := await store.notices.due(plugin, now):
            for notice in found:
                error = await registry.erase(plugin, await _erased(store, notice))
                if error:
                    failed[plugin] = error
                    await store.notices.put_off(notice.id, now + pause(notice.tries + 1))
                else:
                    await store.notices.done(notice.id)
    return failed


async def _erased(store: Store, notice: Notice) -> Erased:
    others = await store.conversations_of(notice.customer) if notice.customer else ()
    return Erased(
        id=notice.id,
        conversation=notice.conversation,
        channel=notice.channel,
        customer=notice.customer,
        why=notice.why,
        at=datetime.fromtimestamp(notice.at, UTC),
        last=not others,
    )
