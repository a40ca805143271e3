"""Working: a node that makes turns takes jobs from the carrier, as many as it has room for."""

import asyncio
import logging

from botkit.ports.carriers import Carrier, Job
from botkit.runtime.background import Background
from botkit.runtime.engine import Engine

_log = logging.getLogger(__name__)

AT_ONCE = 200  # conversations whose turns are being made; a slow plugin in one holds one place
PAUSE = 1.0  # seconds after the carrier failed


class Worker:
    """Takes jobs for an engine. Nothing is taken before there is room: what one has no room for is another's."""

    def __init__(self, engine: Engine, carrier: Carrier) -> None:
        self._engine = engine
        self._carrier = carrier
        self._freed = asyncio.Event()
        self._running: set[asyncio.Task[None]] = set()
        self._background = Background(self._go_on, "worker")

    def start(self) -> None:
        """Begin to take."""
        self._background.start()

    async def stop(self) -> None:
        """Take no more; what was taken is the engine's to end."""
        await self._background.stop()
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _go_on(self) -> None:
        while True:
            try:
                while len(self._running) >= AT_ONCE:
                    self._freed.clear()
                    await self._freed.wait()
                jobs = await self._carrier.take(AT_ONCE - len(self._running))
                if not jobs:
                    return
                for job in jobs:
                    self._begin(job)
            except Exception as error:  # noqa: BLE001 - nobody else would go on; the sweep finds what was lost
                _log.error("jobs could not be taken", exc_info=error, extra={"action": "worker"})
                await asyncio.sleep(PAUSE)

    def _begin(self, job: Job) -> None:
        task = asyncio.create_task(self._see_to(job), name=f"job {job.conversation}")
        self._running.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._freed.set()
        if not task.cancelled() and task.exception() is not None:
            _log.error("a job failed", exc_info=task.exception(), extra={"action": "worker"})

    async def _see_to(self, job: Job) -> None:
        if job.call is None:
            await self._engine.look_at(job.conversation)
        else:
            await self._engine.begin_call(job.conversation, job.call)
