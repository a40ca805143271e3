"""Threads and a loop for a plugin's functions: each plugin has its own, so that a blocking one starves no other."""

import asyncio
import contextvars
import threading
from collections.abc import Callable, Coroutine
from typing import Any

MOST = 8  # threads of one plugin that work at once
MOST_LOST = 16  # threads of one plugin that may hang before it is refused more


class NoThreadError(Exception):
    """Too many threads of this plugin hang."""


class Threads:
    """Runs functions in daemon threads, at most `most` at once.

    A thread cannot be stopped from outside: when its call is cancelled it is left behind, counted in `lost` until
    it ends by itself, and its place is free again.
    """

    def __init__(self, name: str, most: int = MOST, most_lost: int = MOST_LOST) -> None:
        self.name = name
        self.lost = 0
        self._most_lost = most_lost
        self._places = asyncio.Semaphore(most)

    async def run(self, function: Callable[[], Any]) -> Any:
        """Run a function in a thread and give its value, or raise what it raised. Raises NoThreadError."""
        async with self._places:
            if self.lost >= self._most_lost:
                raise NoThreadError(f"{self.lost} threads of {self.name} hang")
            loop = asyncio.get_running_loop()
            ended: asyncio.Future[tuple[Any, BaseException | None]] = loop.create_future()
            work = _Work(contextvars.copy_context(), function, loop, ended)
            threading.Thread(target=work, name=f"botkit-{self.name}", daemon=True).start()
            try:
                value, error = await asyncio.shield(ended)
            except asyncio.CancelledError:
                self._lose(ended)
                raise
        if error is not None:
            raise error
        return value

    def _lose(self, ended: "asyncio.Future[tuple[Any, BaseException | None]]") -> None:
        if not ended.done():
            self.lost += 1
            ended.add_done_callback(self._find)

    def _find(self, _ended: object) -> None:
        self.lost -= 1


class Loop:
    """An event loop in a daemon thread of its own, started when it is first needed."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._running: set[object] = set()
        self._left: set[object] = set()

    @property
    def lost(self) -> int:
        """How many coroutines were given up and still run."""
        return len(self._left & self._running)

    def begin(self, work: Coroutine[Any, Any, Any]) -> "asyncio.Future[Any]":
        """Run a coroutine there and give the future of its value or error; cancelling cancels it there."""
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            self._thread = threading.Thread(target=self._serve, args=(self._loop,), name=self._title, daemon=True)
            self._thread.start()
        ticket = object()
        self._running.add(ticket)
        future = asyncio.run_coroutine_threadsafe(self._watched(work, ticket), self._loop)
        ended = asyncio.wrap_future(future)
        ended.add_done_callback(
            lambda one: self._left.add(ticket) if one.cancelled() and ticket in self._running else None
        )
        return ended

    async def _watched(self, work: Coroutine[Any, Any, Any], ticket: object) -> Any:
        try:
            return await work
        finally:
            self._running.discard(ticket)
            self._left.discard(ticket)

    @property
    def _title(self) -> str:
        return f"botkit-{self.name}-loop"

    @staticmethod
    def _serve(loop: asyncio.AbstractEventLoop) -> None:
        asyncio.set_event_loop(loop)
        try:
            loop.run_forever()
            left = asyncio.all_tasks(loop)
            for task in left:
                task.cancel()
            loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
            loop.run_until_complete(loop.shutdown_asyncgens())
        finally:
            loop.close()

    async def close(self, within: float = 2.0) -> None:
        """End the loop; a thread that hangs in it is left behind. May be called twice, and the loop used anew."""
        loop, thread, self._loop, self._thread = self._loop, self._thread, None, None
        if loop is None or thread is None:
            return
        loop.call_soon_threadsafe(loop.stop)
        await asyncio.to_thread(thread.join, within)


class _Work:
    """What one thread does: run the function and tell the loop how it ended."""

    def __init__(
        self,
        context: contextvars.Context,
        function: Callable[[], Any],
        loop: asyncio.AbstractEventLoop,
        ended: "asyncio.Future[tuple[Any, BaseException | None]]",
    ) -> None:
        self._context, self._function, self._loop, self._ended = context, function, loop, ended

    def __call__(self) -> None:
        value, error = None, None
        try:
            value = self._context.run(self._function)
        except BaseException as raised:  # noqa: BLE001 - SystemExit in a thread would end it without a word
            error = raised
        try:
            self._loop.call_soon_threadsafe(self._tell, value, error)
        except RuntimeError:  # the loop is closed: nobody waits any more
            return

    def _tell(self, value: Any, error: BaseException | None) -> None:
        if not self._ended.done():
            self._ended.set_result((value, error))
