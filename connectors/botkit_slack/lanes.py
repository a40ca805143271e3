"""Lanes: what comes in one chat is taken in its order, and chats side by side."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager


class Lanes:
    """Does work in the order in which it comes, lane by lane; work of a name that is under way is not begun again."""

    def __init__(self) -> None:
        self._locks: dict[str, tuple[asyncio.Lock, set[object]]] = {}
        self._tasks: dict[str, asyncio.Task[str]] = {}

    async def run(self, name: str, lane: str, work: Callable[[], Awaitable[str]]) -> str:
        """Do work, or wait for that of its name, and give what it gives. It goes on if nobody waits any more."""
        task = self._tasks.get(name)
        if task is None:
            task = self._tasks[name] = asyncio.create_task(self._run(lane, work), name=f"take {name}")
            task.add_done_callback(lambda done: self._forget(name, done))
        return await asyncio.shield(task)

    async def close(self) -> None:
        """End what is under way."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _forget(self, name: str, done: asyncio.Task[str]) -> None:
        self._tasks.pop(name, None)
        if not done.cancelled():
            done.exception()  # whoever waited has heard of it

    async def _run(self, lane: str, work: Callable[[], Awaitable[str]]) -> str:
        async with self._keep(lane):
            return await work()

    @asynccontextmanager
    async def _keep(self, lane: str) -> AsyncIterator[None]:
        lock, waiting = self._locks.setdefault(lane, (asyncio.Lock(), set()))
        me = object()
        waiting.add(me)
        try:
            async with lock:
                yield
        finally:
            waiting.discard(me)
            if not waiting:
                self._locks.pop(lane, None)
