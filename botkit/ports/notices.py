"""Notices: that a conversation was erased, for each plugin that keeps something of it and has not heard yet."""

from collections.abc import Collection, Sequence
from typing import Protocol

import msgspec

from botkit.ports.stored import Why


class Notice(msgspec.Struct, frozen=True):
    """That a conversation was erased at some time, for one plugin.

    `id` is its own and stays the same however often the plugin is told; `customer` is who it was, if somebody knew.
    `tries` are those that failed.
    """

    id: str
    plugin: str
    conversation: str
    channel: str
    customer: str
    why: Why
    at: float
    tries: int = 0


class Notices(Protocol):
    """What plugins have to be told. `Store.erase` and `retire` write them, together with what they remove.

    Raises errors.StoreError when the store fails.
    """

    async def due(self, plugin: str, now: float, most: int = 100) -> Sequence[Notice]:
        """Give what a plugin is to be told now, the oldest first."""
        ...

    async def done(self, id_: str) -> None:
        """Remove what was told; nothing of the conversation is left then."""
        ...

    async def put_off(self, id_: str, due: float) -> None:
        """Let what could not be told be told again at a later time; it counts as a try."""
        ...

    async def count(self) -> int:
        """Give how much waits to be told, due or not."""
        ...

    async def drop(self, before: float, but: Collection[str]) -> int:
        """Remove what is from before then and for none of these plugins; give how much."""
        ...
