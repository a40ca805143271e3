"""What a process that has a store to itself shares with nobody: duties are its own, rates are kept in memory."""

import math
import sqlite3
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Final

from botkit.errors import UsageError
from botkit.ports.sharing import Lease, Slot, Spent
from botkit.stores import rows
from botkit.stores import statements as sql

MOST_RATES: Final = 10_000  # of which it is kept when the next place begins; those that lie behind are let go first

Write = Callable[[Callable[[sqlite3.Connection], Spent]], Awaitable[Spent]]


class AloneShared:
    """Shared, of an only process. `write` runs the work of its store."""

    def __init__(self, write: Write, now: Callable[[], float] = time.monotonic) -> None:
        self._write = write
        self._now = now
        self._next: dict[str, float] = {}

    async def claim(self, duty: str, seconds: float) -> Lease | None:
        """Give the duty, without end."""
        check_name(duty)
        check_positive("seconds", seconds)
        return Lease(duty, 1, math.inf)

    async def release(self, duty: str) -> None:
        """Keep it: nobody else is there."""
        check_name(duty)

    async def reserve(self, key: str, per_second: float, within: float) -> Slot:
        """Take the next place of a rate."""
        check_name(key)
        check_positive("per_second", per_second)
        now = self._now()
        begins = max(self._next.pop(key, now), now)
        wait = begins - now
        taken = wait <= within
        if len(self._next) >= MOST_RATES:
            self._next = {name: at for name, at in self._next.items() if at > now}
        self._next[key] = begins + (1 / per_second if taken else 0)
        return Slot(wait, taken)

    async def spend(self, key: str, amount: float, most: float, period: float) -> Spent:
        """Add to what is used of a budget, if it has so much."""
        check_budget(key, amount, most, period)
        with rows.storable(key):
            return await self._write(
                partial(_spend, key=key, amount=amount, most=most, period=period, now=time.time())
            )


def _spend(db: sqlite3.Connection, key: str, amount: float, most: float, period: float, now: float) -> Spent:
    began = now // period * period
    found: Any = db.execute(sql.BUDGET, {"which": key}).fetchone()
    used: float = found[1] if found is not None and found[0] == began else 0.0
    granted = used + amount <= most
    if granted:
        used = max(used + amount, 0.0)
        db.execute(sql.SPEND, {"key": key, "began": began, "used": used})
    return Spent(granted, used, began + period - now)


def check_name(name: str) -> None:
    """Raise UsageError for what is no name of something shared."""
    if not name or len(name) > 500:
        raise UsageError(f"what is shared has a name of 1 to 500 characters, not {len(name)}")


def check_positive(what: str, value: float) -> None:
    """Raise UsageError for what is no number above 0."""
    if not 0 < value < math.inf:
        raise UsageError(f"{what} is a number above 0, not {value!r}")


def check_budget(key: str, amount: float, most: float, period: float) -> None:
    """Raise UsageError for what cannot be counted."""
    check_name(key)
    check_positive("period", period)
    if not math.isfinite(amount) or math.isnan(most):
        raise UsageError(f"an amount of {amount!r} of {most!r} cannot be counted")
