"""A worker as the harness sees it: a process that it starts, watches, and does harm to."""

import asyncio
import multiprocessing
import os
import resource
from contextlib import suppress
from multiprocessing.connection import Connection
from signal import Signals

import msgspec

from botkit.testing.faults.points import Order, Said
from botkit.testing.faults.working import Setup, work

READY_WITHIN = 30.0  # seconds for a worker to start
GONE_WITHIN = 40.0  # seconds for a worker to drain


class Worker:
    """One process. `at` is set while it stands at a point; `marked` is when the mark of each reply was durable."""

    def __init__(self, setup: Setup) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([work.__module__, *setup.preload])
        self._line, theirs = context.Pipe()
        self._process = context.Process(target=work, args=(setup, theirs), daemon=True)
        self._theirs: Connection | None = theirs
        self._ready = asyncio.Event()
        self._gone = asyncio.Event()
        self.at = asyncio.Event()
        self.point_since = 0.0
        self.marked: dict[str, float] = {}

    @property
    def pid(self) -> int:
        """The process's id."""
        assert self._process.pid is not None
        return self._process.pid

    @property
    def gone(self) -> bool:
        """Whether the process has ended."""
        return self._gone.is_set()

    @property
    def code(self) -> int | None:
        """The process's exit code, negative for a signal."""
        return self._process.exitcode

    async def start(self) -> None:
        """Start the process and wait until it serves. Raises TimeoutError, or RuntimeError if it ended."""
        await asyncio.to_thread(self._process.start)
        if self._theirs is not None:
            self._theirs.close()
        loop = asyncio.get_running_loop()
        loop.add_reader(self._line.fileno(), self._hear)
        loop.add_reader(self._process.sentinel, self._end)
        async with asyncio.timeout(READY_WITHIN):
            await self._ready.wait()
        if self.gone:
            raise RuntimeError(f"the worker ended before it served, with {self.code}")

    def tell(self, order: Order) -> None:
        """Order something; a process that is gone hears nothing."""
        if not self.gone:
            with suppress(OSError):
                self._line.send_bytes(msgspec.json.encode(order))

    def send(self, number: Signals) -> None:
        """Send a signal, if the process is there."""
        if not self.gone:
            with suppress(ProcessLookupError):  # it has just ended
                os.kill(self.pid, number)

    def bound_files(self, size: int) -> None:
        """Let no file of the process grow beyond so many bytes; -1 takes the bound away."""
        _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.prlimit(self.pid, resource.RLIMIT_FSIZE, (most if size < 0 else size, most))

    async def ended(self) -> int:
        """Wait until the process has ended and give its exit code. Raises TimeoutError."""
        async with asyncio.timeout(GONE_WITHIN):
            await self._gone.wait()
        return self.code or 0

    def _hear(self) -> None:
        """Take in what the process says; when it is gone, that is the end of its line."""
        try:
            said = msgspec.json.decode(self._line.recv_bytes(), type=Said)
        except (EOFError, OSError):
            asyncio.get_running_loop().remove_reader(self._line.fileno())
            return
        if said.ready:
            self._ready.set()
        if said.at:
            self.point_since = said.when
            self.at.set()
        if said.marked:
            self.marked[said.marked] = said.when

    def _end(self) -> None:
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._process.sentinel)
        loop.remove_reader(self._line.fileno())
        self._process.join()
        self._line.close()
        self._gone.set()
        self._ready.set()
