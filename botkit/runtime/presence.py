"""Presence: a customer sees that somebody is at it, where their platform can show who is writing.

It is a courtesy that no turn waits for: nothing of it is stored, and whatever goes wrong is passed over.
"""

import asyncio
import logging
import math
import time
from collections.abc import Callable, Mapping
from typing import Final

from botkit.ports.connectors import Connector, Typist, layers_of

_log = logging.getLogger(__name__)

AFTER: Final = 0.7  # seconds that a call takes before its customer sees that something happens
AGAIN: Final = 4.0  # seconds between two signs in one chat: platforms show one for about five
WITHIN: Final = 3.0  # seconds that a platform has to take one
MOST_KNOWN: Final = 10_000  # conversations of which it is known when they had a sign


class Presence:
    """Shows who is writing: the bot while a call runs long, and people who say that they do.

    `epoch_of` tells whether a person has a conversation: then the bot's calls show nothing. `shows` says whether
    any channel can show it; where none can, nobody needs to ask.
    """

    def __init__(
        self, connectors: Mapping[str, Connector], epoch_of: Callable[[str], tuple[int, bool]] = lambda _: (0, False)
    ) -> None:
        self._typists = {name: typist for name, one in connectors.items() if (typist := typist_of(one)) is not None}
        self._epoch_of = epoch_of
        self._waiting: dict[str, asyncio.TimerHandle] = {}
        self._shown: dict[str, tuple[str, float]] = {}  # who was shown last, and when
        self._telling: dict[str, asyncio.Task[None]] = {}
        self.shows = bool(self._typists)

    def expect(self, conversation: str) -> None:
        """A call of a conversation has begun."""
        if conversation not in self._waiting and conversation.partition(":")[0] in self._typists:
            self._wait(conversation, AFTER)

    def end(self, conversation: str) -> None:
        """No call of a conversation is under way any more."""
        waiting = self._waiting.pop(conversation, None)
        if waiting is not None:
            waiting.cancel()

    def show(self, conversation: str, agent: str = "") -> None:
        """Show that the bot writes, or the person `agent`; the same one not again within `AGAIN` seconds."""
        channel, _, chat = conversation.partition(":")
        typist, now = self._typists.get(channel), time.monotonic()
        who, last = self._shown.get(conversation, ("", -math.inf))
        if typist is None or conversation in self._telling or (who == agent and now - last < AGAIN):
            return
        self._shown.pop(conversation, None)
        self._shown[conversation] = agent, now
        if len(self._shown) > MOST_KNOWN:
            del self._shown[next(iter(self._shown))]
        task = asyncio.create_task(_tell(typist, chat, agent), name=f"typing {conversation}")
        self._telling[conversation] = task
        task.add_done_callback(lambda _: self._telling.pop(conversation, None))

    def forget(self) -> None:
        """Remember of no conversation when it was shown something."""
        self._shown.clear()

    async def close(self) -> None:
        """Show nothing more."""
        self._typists.clear()
        for conversation in list(self._waiting):
            self.end(conversation)
        telling = list(self._telling.values())
        for task in telling:
            task.cancel()
        await asyncio.gather(*telling, return_exceptions=True)

    def _wait(self, conversation: str, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        self._waiting[conversation] = loop.call_later(seconds, self._take_long, conversation)

    def _take_long(self, conversation: str) -> None:
        """A call is still under way: show it, and again for as long as it is."""
        _, by_person = self._epoch_of(conversation)
        if not by_person:
            self.show(conversation)
        self._wait(conversation, AGAIN)


def typist_of(connector: Connector) -> Typist | None:
    """Give what shows in a channel that somebody writes; None where it declares that nothing does."""
    if not connector.capabilities.typing:
        return None
    return next((layer for layer in layers_of(connector) if isinstance(layer, Typist)), None)


async def _tell(typist: Typist, chat: str, agent: str) -> None:
    try:
        async with asyncio.timeout(WITHIN):
            await typist.typing(chat, agent)
    except Exception as error:  # noqa: BLE001 - the answer comes without it
        _log.debug("typing could not be shown: %s", type(error).__name__, extra={"action": "typing"})
