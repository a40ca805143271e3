"""Growths that a node has still to show, and how they travel."""

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Final

import msgspec

from botkit.ports.carriers import MOST_GROWN, Growth

MOST_WAITING: Final = 1_000  # growths that wait to be carried or shown; older ones are lost


class Growths:
    """What one node has still to show, the newest of it."""

    def __init__(self) -> None:
        self._left: deque[Growth] = deque(maxlen=MOST_WAITING)
        self._there = asyncio.Event()
        self._ended = False

    def add(self, growth: Growth | None) -> None:
        """Take one that came; None is one that could not be read."""
        if growth is not None:
            self._left.append(growth)
            self._there.set()

    def end(self) -> None:
        """Let whoever waits go."""
        self._ended = True
        self._there.set()

    async def take(self) -> Sequence[Growth]:
        """Wait until there is something and give it; nothing once it has ended."""
        await self._there.wait()
        if self._ended:
            return ()
        taken = tuple(self._left)
        self._left.clear()
        self._there.clear()
        return taken


def write_growth(growth: Growth) -> bytes:
    """Give a growth as JSON; nothing for one that is too large to be carried."""
    written = msgspec.json.encode(growth)
    return written if len(written) <= MOST_GROWN else b""


def read_growth(payload: str | bytes | bytearray) -> Growth | None:
    """Read a growth; None for one that another version of botkit wrote."""
    try:
        return msgspec.json.decode(payload, type=Growth)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
