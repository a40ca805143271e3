"""A probe: it notes when this machine stands still, its disk or its processors, which excuses a late mark."""

import os
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

EVERY: Final = 0.05  # seconds between two writes
LATE: Final = 0.05  # seconds that a write may take, and its thread to be woken, before the machine counts as stalled

Stall = tuple[float, float]  # since when, and until when (monotonic seconds)


class Probe:
    """Writes to a file in a directory and waits for the disk, again and again, in a thread of its own.

    `stalls` are the times in which that took too long, in order; each begins when all was well for the last time.
    """

    def __init__(self, directory: Path) -> None:
        self.stalls: list[Stall] = []
        self._path = directory / "probe"
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._go_on, name="probe", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ending.set()
        self._thread.join()

    def _go_on(self) -> None:
        door = os.open(self._path, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            well = time.monotonic()
            while not self._ending.wait(EVERY):
                os.pwrite(door, b"probe", 0)
                os.fsync(door)
                well = self.note(well, time.monotonic())
        finally:
            os.close(door)

    def note(self, well: float, now: float) -> float:
        """Note that a write has ended now and the one before at `well`; give when all was well last."""
        if now - well > EVERY + LATE:
            self.stalls.append((well, now))
        return now


def stalled(stalls: Sequence[Stall], since: float, until: float) -> float:
    """Give for how many of these seconds nothing went on, where stalls may overlap."""
    total, told = 0.0, since
    for began, end in sorted(stalls):
        total += max(0.0, min(end, until) - max(began, told))
        told = max(told, end)
    return total
