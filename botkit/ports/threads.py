"""Threads: where in a team's channel a conversation is shown, and how far; kept by the store."""

from collections.abc import Sequence
from typing import Protocol

import msgspec


class Thread(msgspec.Struct, frozen=True):
    """A thread of a team's channel in which a conversation is shown, from one hand-off to its end.

    `room` is the channel's name (`slack`), `place` where the team is there, `id` the platform's own name of the
    thread. `since` is when the customer began to wait, which tells one hand-off from another; `shown` the turn up to
    which the thread has everything (-1: nothing yet). Of one that has `ended` nothing more is shown.
    """

    room: str
    id: str
    conversation: str
    place: str
    since: float
    shown: int = -1
    ended: bool = False
    at: float = 0.0


class Threads(Protocol):
    """The threads of all rooms. Raises errors.StoreError when the store fails."""

    async def keep(self, thread: Thread) -> None:
        """Keep a thread, or how far it is now, durably. Of a conversation that is not there nothing is kept.

        A thread goes forward only: `shown` and `at` stay the highest that were kept, and what has ended has.
        """
        ...

    async def find(self, room: str, id_: str) -> Thread | None:
        """Give a thread by its platform's name."""
        ...

    async def open(self, room: str) -> Sequence[Thread]:
        """Give the threads of a room that have not ended, the oldest first."""
        ...

    async def heard(self, conversation: str, key: str) -> bool:
        """Tell whether an event of our own, what a member did, was stored for a conversation under a key."""
        ...
