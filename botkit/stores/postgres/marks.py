"""Marks: which replies this process has sent, and what it does that the database knows, and goes on knowing."""

import asyncio
import time
from typing import Final

from botkit.stores.postgres.lanes import Lane

_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 1.0  # seconds after which a mark that failed is tried again
_KEPT: Final = 30.0  # seconds for which one that was written is known: longer than a crash or an answer takes
_MOST_KEPT: Final = 10_000

Mark = tuple[str, int, float, str]  # of a reply: id, state, when, note


class Marks:
    """Writes marks beside the turns, and again until it works.

    They do not wait for the server's disk, so that its crash forgets those of the last moment (with PostgreSQL's own
    settings 0.6 seconds): this process has not forgotten them, and writes them anew when it is back. Nor does it
    believe an answer of the server's that was on its way while the mark was written.
    """

    def __init__(self, lane: Lane[Mark, None]) -> None:
        self._lane = lane
        self._under_way: dict[str, asyncio.Future[None]] = {}
        self._retries: dict[str, tuple[asyncio.TimerHandle, Mark]] = {}
        self._written: dict[str, tuple[float, Mark]] = {}  # the oldest first
        self._closed = False

    def __contains__(self, reply: object) -> bool:
        """Tell whether a reply was sent, whether or not the database knows it yet."""
        return reply in self._under_way or reply in self._written

    def add(self, reply: str, mark: Mark) -> None:
        """Mark a reply as sent, soon."""
        if reply not in self:
            self._post(reply, mark)

    async def secure(self, reply: str) -> None:
        """Return when the database knows of this reply, if it was just sent. Raises StoreError."""
        if marking := self._under_way.get(reply):
            await asyncio.shield(marking)

    def renew(self) -> None:
        """Write those of the last half a minute again: the database may have forgotten them."""
        written, self._written = self._written, {}
        for reply, (at, mark) in written.items():
            if time.monotonic() - at < _KEPT:
                self.add(reply, mark)
        self.hurry()

    def hurry(self) -> None:
        """Try those again now that were refused: the database is back."""
        retries, self._retries = self._retries, {}
        for reply, (retry, mark) in retries.items():
            retry.cancel()
            self._post(reply, mark)

    def stop(self) -> None:
        """Try nothing again."""
        self._closed = True
        for retry, _ in self._retries.values():
            retry.cancel()
        self._retries.clear()

    def _post(self, reply: str, mark: Mark, pause: float = _FIRST_PAUSE) -> None:
        def told(outcome: "asyncio.Future[None]") -> None:
            if outcome.cancelled() or outcome.exception() is None:
                self._under_way.pop(reply, None)
                self._keep(reply, mark)
            elif not self._closed:  # until the database is back, `claim` leaves out what was sent
                longer = min(2 * pause, _LONGEST_PAUSE)
                self._retries[reply] = loop.call_later(pause, self._post, reply, mark, longer), mark

        loop = asyncio.get_running_loop()
        self._retries.pop(reply, None)
        self._under_way[reply] = marking = self._lane.post(mark)
        marking.add_done_callback(told)

    def _keep(self, reply: str, mark: Mark) -> None:
        now = time.monotonic()
        self._written[reply] = now, mark
        while (first := next(iter(self._written))) != reply:
            if len(self._written) <= _MOST_KEPT and now - self._written[first][0] < _KEPT:
                break
            del self._written[first]
