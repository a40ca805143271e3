"""Stages: where the workers of a play are, and where faults are played on them."""

import asyncio
from contextlib import AbstractAsyncContextManager
from typing import Final, Protocol

from botkit.testing.faults.plans import Fault, Played
from botkit.testing.faults.platforms import Platform, Sent

HOUR: Final = 3600.0
BETWEEN: Final = 0.15  # seconds between two faults, so that each has its own effects
INSTANTS: Final = (0.01, 0.3)  # seconds until a random instant


class Stage(Protocol):
    """Workers at work.

    `crashed` tells of those that ended by themselves, `marked` when the mark of each reply was durable.
    """

    crashed: list[str]
    marked: dict[str, float]

    def at_work(self) -> AbstractAsyncContextManager[None]:
        """Have workers for the length of a block."""
        ...

    async def play(self, fault: Fault) -> Played:
        """Wait for the fault's point or instant, play it, and see that all is at work afterwards."""
        ...

    async def end(self) -> None:
        """Let every worker drain and end."""
        ...


class Gate:
    """Holds the platform's answer to a send while a fault falls."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._answer = asyncio.Event()

    async def reach(self, passes: int, within: float) -> Sent | None:
        """Wait until the platform has recorded the n-th send from now on, and hold its answer, if there is one."""
        left = passes
        taken: asyncio.Future[Sent] = asyncio.get_running_loop().create_future()
        self._answer.clear()

        async def hold(sent: Sent) -> None:
            nonlocal left
            left -= 1
            if left == 0:
                self._platform.taken = None
                taken.set_result(sent)
                await self._answer.wait()

        self._platform.taken = hold
        try:
            return await asyncio.wait_for(taken, within)
        except TimeoutError:
            self._platform.taken = None
            return None

    def open(self) -> None:
        """Let the platform answer."""
        self._answer.set()
