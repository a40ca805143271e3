"""What the processes of one bot share beside its conversations: duties of one at a time, rates, budgets."""

from typing import Protocol

import msgspec


class Lease(msgspec.Struct, frozen=True):
    """A duty that is one process's alone before `until`, on its own `time.monotonic()`.

    `number` rises whenever the duty changes hands: whoever writes elsewhere for a duty writes it along, and what
    bears a smaller one than was seen there comes late.
    """

    duty: str
    number: int
    until: float


class Slot(msgspec.Struct, frozen=True):
    """A place in a rate: it is the caller's after `wait` seconds; if not `taken`, ask again then."""

    wait: float
    taken: bool = True


class Spent(msgspec.Struct, frozen=True):
    """What a budget says: whether the amount was `granted`, what is `used` of the period, seconds until it `ends`."""

    granted: bool
    used: float
    ends: float


class Shared(Protocol):
    """Kept by the store, for every process that has it open. All times are counted by the store's clock.

    A name is a short text of one's own (`poll telegram`, `telegram:42`). What is counted for one conversation alone
    is named by it, or by `send ` or `cost ` and it, and goes when it is erased; no other name has something of a
    customer in it.
    Where one process alone can have the store, every duty is its own without end. Raises errors.StoreError when the
    store fails.
    """

    async def claim(self, duty: str, seconds: float) -> Lease | None:
        """Take a duty for so many seconds, if it is nobody's; whose it is renews it so. None: it is another's.

        For what is done all the time (polling a platform): claim for a few seconds, renew at a third of them, end
        before `until`. For a chore (sweeping every hour): claim for as long as nobody else needs to do it.
        """
        ...

    async def release(self, duty: str) -> None:
        """Let another have a duty at once, if it is ours."""
        ...

    async def reserve(self, key: str, per_second: float, within: float) -> Slot:
        """Take the next place in what all processes together do so often a second (the generic cell rate algorithm).

        Places lie 1 / per_second apart, from now on. If the next one is farther away than `within` seconds, none is
        taken. A crash of the server may forget the last of them.
        """
        ...

    async def spend(self, key: str, amount: float, most: float, period: float) -> Spent:
        """Add to what is used of a budget, unless that would be more than `most` in this period, of so many seconds.

        Periods begin at whole multiples since the epoch: 86,400 is a day of UTC. What turned out to be more or less
        than was thought is added later: more with `most` = infinity, less as a negative amount.
        """
        ...
