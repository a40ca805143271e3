"""Stale calls: a read that a newer message has made stale is ended where it runs."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from botkit.errors import StoreError
from botkit.model.events import Failure, Result
from botkit.model.replies import Call
from botkit.model.session import Session

_log = logging.getLogger(__name__)

LOOKS = 0.5  # seconds between looks at what another process decided


class Staleness:
    """Performs the calls that a newer message may end, and ends those that nobody awaits any more.

    `load` gives a session as it is stored: where `shared`, another process may have made the turn, and it is looked
    at while the call runs.
    """

    def __init__(self, load: Callable[[str], Awaitable[Session | None]], *, shared: bool) -> None:
        self._load = load
        self._shared = shared
        self._running: dict[str, dict[str, asyncio.Future[Result]]] = {}

    async def perform(self, conversation: str, call: Call, work: Awaitable[Result]) -> Result:
        """Give what a call comes to: of one that was ended, the failure `cancelled`."""
        if not call.until_message:
            return await work
        task = asyncio.ensure_future(work)
        self._running.setdefault(conversation, {})[call.id] = task
        looking = asyncio.create_task(self._look(conversation)) if self._shared else None
        try:
            await asyncio.wait({task})
        finally:
            task.cancel()
            if looking is not None:
                looking.cancel()
            self._forget(conversation, call.id)
        if task.cancelled():
            return Result(call.id, failure=Failure("cancelled", "A newer message came."))
        return task.result()

    def end(self, session: Session) -> None:
        """End the calls of a conversation that its session does not await."""
        running = self._running.get(session.conversation)
        if running:
            awaited = {pending.id for pending in session.pending}
            for id_ in running.keys() - awaited:
                running[id_].cancel()

    def _forget(self, conversation: str, call: str) -> None:
        running = self._running.get(conversation, {})
        running.pop(call, None)
        if not running:
            self._running.pop(conversation, None)

    async def _look(self, conversation: str) -> None:
        while True:
            await asyncio.sleep(LOOKS)
            try:
                session = await self._load(conversation)
            except StoreError as error:
                _log.warning("a running call could not be looked at", exc_info=error)
                continue
            if session is not None:
                self.end(session)
