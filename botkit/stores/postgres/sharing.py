"""What the processes on one PostgreSQL share: a row for each duty, rate and budget, by the server's clock."""

import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

from botkit.ports.sharing import Lease, Slot, Spent
from botkit.stores.postgres.statements import CLOCK
from botkit.stores.postgres.texts import id_of
from botkit.stores.sharing import check_budget, check_name, check_positive

# Who asks in vain is to cost the server no disk: an upsert that changes nothing locks its row, which is written.
_CLAIM: Final = (
    f"INSERT INTO duties AS d (duty, number, worker, until) SELECT $1, 1, $2, {CLOCK} + $3::float8 WHERE NOT EXISTS "
    f"(SELECT FROM duties h WHERE h.duty = $1 AND h.worker <> $2 AND h.until > {CLOCK}) "
    "ON CONFLICT (duty) DO UPDATE SET worker = excluded.worker, until = excluded.until, "
    "number = d.number + CASE WHEN d.worker = excluded.worker THEN 0 ELSE 1 END "
    f"WHERE d.worker = excluded.worker OR coalesce(d.until, 0) <= {CLOCK} RETURNING number"
)
_RELEASE: Final = "UPDATE duties SET until = 0 WHERE duty = $1 AND worker = $2"
_RESERVE: Final = (  # `at` is when the next place begins; the one that is taken began a place earlier
    f"INSERT INTO rates AS r (key, at) VALUES ($1, {CLOCK} + $2::float8) "
    f"ON CONFLICT (key) DO UPDATE SET at = greatest(r.at, {CLOCK}) + $2::float8 "
    f"WHERE r.at <= {CLOCK} + $3::float8 RETURNING greatest(at - $2::float8 - {CLOCK}, 0)"
)
_AHEAD: Final = f"SELECT greatest(at - {CLOCK}, 0) FROM rates WHERE key = $1"
_BEGAN: Final = f"floor({CLOCK} / $4::float8) * $4::float8"
_USED: Final = f"CASE WHEN b.began = {_BEGAN} THEN b.used ELSE 0 END"
_SPEND: Final = (
    f"INSERT INTO budgets AS b (key, began, used) SELECT $1, {_BEGAN}, greatest($2::float8, 0) "
    "WHERE $2::float8 <= $3::float8 ON CONFLICT (key) DO UPDATE "
    f"SET began = excluded.began, used = greatest({_USED} + $2::float8, 0) "
    f"WHERE {_USED} + $2::float8 <= $3::float8 RETURNING used, began + $4::float8 - {CLOCK}"
)
_STANDS: Final = (
    f"SELECT coalesce((SELECT {_USED} FROM budgets b WHERE key = $1), 0), {_BEGAN} + $2::float8 - {CLOCK}".replace(
        "$4", "$2"
    )
)

Run = Callable[..., Awaitable[Sequence[Any]]]


class PostgreSQLShared:
    """Shared, by all workers. `durably` and `loosely` run a statement; the first waits for the server's disk."""

    def __init__(self, worker: str, durably: Run, loosely: Run) -> None:
        self._worker = worker
        self._durably = durably
        self._loosely = loosely

    async def claim(self, duty: str, seconds: float) -> Lease | None:
        """Take or renew a duty."""
        check_positive("seconds", seconds)
        until = time.monotonic() + seconds
        found = await self._durably(_CLAIM, _name(duty), self._worker, seconds)
        return Lease(duty, found[0][0], until) if found else None

    async def release(self, duty: str) -> None:
        """Let another have a duty."""
        await self._durably(_RELEASE, _name(duty), self._worker)

    async def reserve(self, key: str, per_second: float, within: float) -> Slot:
        """Take the next place of a rate."""
        check_positive("per_second", per_second)
        found = await self._loosely(_RESERVE, _name(key), 1 / per_second, within)
        if found:
            return Slot(found[0][0])
        ahead = await self._loosely(_AHEAD, _name(key))
        return Slot(ahead[0][0] if ahead else within, taken=False)

    async def spend(self, key: str, amount: float, most: float, period: float) -> Spent:
        """Add to what is used of a budget, if it has so much."""
        check_budget(key, amount, most, period)
        name = _name(key)
        found = await self._loosely(_SPEND, name, amount, most, period)
        if found:
            return Spent(True, *found[0])
        return Spent(False, *(await self._loosely(_STANDS, name, period))[0])


def _name(name: str) -> str:
    check_name(name)
    return id_of(name)
