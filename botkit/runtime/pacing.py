"""Pacing: a platform's own sending limits, per chat and overall, are kept by all processes together."""

import asyncio
import math

from botkit.model.catalogue import Capabilities
from botkit.ports.clocks import Clock
from botkit.ports.stores import Store
from botkit.runtime.slots import name_of

SHARE = 28 / 30  # of what a platform allows: what leaves in order arrives in bunches
WITHIN = 2.0  # seconds that a place of a channel is taken ahead at most; the others wait in this process


class Pacing:
    """Lets replies go as often as their channel's `Capabilities` say, and no more often.

    A channel's replies take their places in the order in which they ask, one at a time; those of other channels,
    and chats whose own limit holds them up, are not in their way.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._queues: dict[str, asyncio.Lock] = {}

    async def keep(self, conversation: str, capabilities: Capabilities) -> None:
        """Wait until a reply may go. Raises StoreError."""
        if capabilities.per_chat:
            await self._wait(f"send {conversation}", capabilities.per_chat, math.inf)
        if capabilities.per_second:
            channel = conversation.partition(":")[0]
            async with self._queues.setdefault(channel, asyncio.Lock()):
                ahead = max(WITHIN, 2 / capabilities.per_second)
                await self._wait(f"send {channel}", capabilities.per_second, ahead)

    async def _wait(self, key: str, per_second: float, within: float) -> None:
        name = name_of(key)
        while True:
            slot = await self._store.shared.reserve(name, per_second * SHARE, within)
            if slot.wait:
                await self._clock.sleep(slot.wait)
            if slot.taken:
                return
