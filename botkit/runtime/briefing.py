"""Briefing: what plugins tell people who take a conversation over, beside what was said before.

It goes on beside the turns: nobody waits for it, and where it fails, or this process ends meanwhile, people read what
was said as it was. What comes of it is a note of the conversation, in order with everything else; nothing comes of it
where the conversation was erased, or left the people, meanwhile.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from botkit.errors import StoreError
from botkit.model.events import Noted
from botkit.model.session import Session
from botkit.model.turn import Turn
from botkit.ports.connectors import Accepted
from botkit.ports.stores import Store
from botkit.registry.contexts import Caller
from botkit.registry.registry import Registry
from botkit.runtime.packets import mask_handoff

AT_ONCE = 20  # conversations of which people are told at the same time

Put = Callable[[str, str, Noted], Awaitable[Accepted]]

_log = logging.getLogger(__name__)


class Briefing:
    """Lets plugins brief people when a conversation leaves the bot, and notes what they say.

    `briefs` says whether one of them does.
    """

    def __init__(self, store: Store, registry: Registry, caller: Callable[[Session], Caller], put: Put) -> None:
        self._store = store
        self._registry = registry
        self._caller = caller
        self._put = put
        self.briefs = any(plugin.briefing for plugin in registry.plugins)
        self._room = asyncio.Semaphore(AT_ONCE)
        self._tasks: set[asyncio.Task[None]] = set()

    def note(self, turns: Sequence[Turn]) -> None:
        """Look at stored turns: in one of them a conversation may have left the bot."""
        for turn in turns:
            handed = turn.session.handed
            if handed is not None and handed.since == turn.now:
                task = asyncio.create_task(self._brief(turn.session), name=f"brief {turn.session.conversation}")
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        """Brief nobody any more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _brief(self, session: Session) -> None:
        if session.handed is None:
            return
        last = mask_handoff(session.handed.packet).packet.get("last", ())
        lines = [(str(who), str(text)) for who, text in last]
        async with self._room:
            told = await self._registry.brief(lines, self._caller(session)) if lines else ()
        for number, (plugin, text) in enumerate(told):
            try:
                if await self._is_over(session.conversation, session.handed.since):
                    return
                await self._put(session.conversation, f"brief:{session.handed.since!r}:{number}", Noted(plugin, text))
            except StoreError as error:
                ids = {"conversation": session.conversation, "plugin": plugin}
                _log.warning("people were not briefed", exc_info=error, extra=ids)

    async def _is_over(self, conversation: str, since: float) -> bool:
        """Tell whether nobody is to be briefed any more: a note would bring back what was erased."""
        session = (await self._store.load(conversation, most=0)).session
        return session is None or session.handed is None or session.handed.since != since
