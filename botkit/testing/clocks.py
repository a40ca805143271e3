"""A clock that a test sets."""

import asyncio

START = 1_777_629_600.0  # 2026-05-01T10:00:00Z, a Friday


class FakeClock:
    """A Clock that stands still until it is moved; `sleep` moves it and returns at once. `slept` says how often."""

    def __init__(self, now: float = START) -> None:
        self._now = now
        self.slept: list[float] = []

    def now(self) -> float:
        """Give the seconds since the epoch."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._now += seconds

    async def sleep(self, seconds: float) -> None:
        """Let time pass, and others run."""
        self.slept.append(seconds)
        self._now += max(seconds, 0.0)
        await asyncio.sleep(0)
