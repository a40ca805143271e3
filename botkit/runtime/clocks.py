"""The clock on the wall, and one that starts elsewhere."""

import asyncio
import time


class WallClock:
    """Tells the machine's time, moved by `offset` seconds."""

    def __init__(self, offset: float = 0.0) -> None:
        self.offset = offset

    def now(self) -> float:
        """Give the seconds since the epoch."""
        return time.time() + self.offset

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


class FixedClock:
    """Stands at one instant, for tests and demonstrations; `sleep` returns at once and moves it on."""

    def __init__(self, now: float) -> None:
        self._now = now

    def now(self) -> float:
        """Give the seconds since the epoch."""
        return self._now

    def move(self, seconds: float) -> None:
        """Let time pass."""
        self._now += seconds

    async def sleep(self, seconds: float) -> None:
        """Let time pass without waiting."""
        self._now += max(seconds, 0.0)
        await asyncio.sleep(0)
