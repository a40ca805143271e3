"""Showing: replies reach the node that holds a customer's page, wherever the turn was made.

A worker tells the news over the carrier (`Posted`, in place of the connector); a node that holds the page reads what
is new from the store and shows it (`Showing`). Of answers that grow it tells as well: those are shown as the carrier
brings them, or not at all.
"""

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from botkit.model.replies import Reply
from botkit.ports.carriers import EVERYTHING, Carrier
from botkit.ports.connectors import Connector, Holder, Intake, Streamer, StreamPart
from botkit.runtime.forgetting import let_forget
from botkit.runtime.growing import Growing, Grown
from botkit.runtime.presence import typist_of
from botkit.runtime.streaming import streamer_of

_log = logging.getLogger(__name__)

EVERY = 5.0  # seconds between looks at the chats in which a customer wrote lately: news may be lost
LATELY = 60.0  # seconds
AT_ONCE = 20  # histories that are read at the same time


class Posted:
    """A connector whose pages are held elsewhere, or here as well: what is sent is told to every node."""

    def __init__(
        self, connector: Connector, carrier: Carrier, *, here: bool = False, growing: Growing | None = None
    ) -> None:
        self.name = connector.name
        self.capabilities = connector.capabilities
        self._connector = connector
        self._carrier = carrier
        self._here = here
        self._growing = growing

    async def start(self, intake: Intake) -> None:
        """Begin to receive, if pages are held here."""
        if self._here:
            await self._connector.start(intake)

    async def stop(self) -> None:
        """Stop."""
        await self._connector.stop()

    async def send(self, chat: str, reply: Reply) -> str:
        """Show a reply on the pages here, and tell of it; it is stored already."""
        given = await self._connector.send(chat, reply) if self._here else reply.id
        self._carrier.tell(f"{self.name}:{chat}")
        return given

    async def typing(self, chat: str, agent: str = "") -> None:
        """Show on the pages here that somebody writes; other nodes are not told, so that theirs show nothing."""
        typist = typist_of(self._connector) if self._here else None
        if typist is not None:
            await typist.typing(chat, agent)

    async def stream(self, chat: str, part: StreamPart) -> None:
        """Show a part of an answer on the pages here, and tell other nodes of it."""
        streamer = streamer_of(self._connector) if self._here else None
        if streamer is not None:
            await streamer.stream(chat, part)
        if self._growing is not None:
            self._growing.take(f"{self.name}:{chat}", part)

    async def forget(self) -> None:
        """Let the connector let go of what was erased."""
        await let_forget(self._connector)

    def routes(self) -> Sequence[Any]:
        """Give the routes, if pages are held here."""
        return self._connector.routes() if self._here else ()


class Showing:
    """Hears the news for the pages that this node holds, and has their connectors look.

    `streamers` can show answers while they grow: those of other nodes than this one, `node`, which shows its own.
    """

    def __init__(
        self,
        carrier: Carrier,
        holders: Mapping[str, Holder],
        streamers: Mapping[str, Streamer] | None = None,
        node: str = "",
    ) -> None:
        self._carrier = carrier
        self._streamers = dict(streamers or {})
        self._node = node
        self._grown = Grown()
        self._holders = holders
        self._tasks: list[asyncio.Task[None]] = []
        self._room = asyncio.Semaphore(AT_ONCE)
        self._looking: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()

    def start(self) -> None:
        """Begin to hear."""
        if self._holders:
            self._tasks = [asyncio.create_task(self._hear(), name="news"), asyncio.create_task(self._go_round())]
        if self._streamers:
            self._tasks.append(asyncio.create_task(self._watch(), name="growths"))

    async def stop(self) -> None:
        """Hear no more."""
        tasks = [*self._tasks, *self._looking.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _hear(self) -> None:
        while news := await self._carrier.hear():
            if EVERYTHING in news:
                self._look_at(
                    f"{channel}:{chat}" for channel, holder in self._holders.items() for chat in holder.held()
                )
            else:
                self._look_at(news)

    async def _go_round(self) -> None:
        while True:
            await asyncio.sleep(EVERY)
            for channel, holder in self._holders.items():
                self._look_at(f"{channel}:{chat}" for chat in holder.held(LATELY))
            for conversation, part in self._grown.silent():
                await self._show(conversation, part)

    async def _watch(self) -> None:
        while growths := await self._carrier.watch():
            for growth in growths:
                channel, _, chat = growth.conversation.partition(":")
                holder = self._holders.get(channel)
                if growth.node != self._node and holder is not None and holder.holds(chat):
                    for part in self._grown.take(growth):
                        await self._show(growth.conversation, part)

    async def _show(self, conversation: str, part: StreamPart) -> None:
        channel, _, chat = conversation.partition(":")
        streamer, holder = self._streamers.get(channel), self._holders.get(channel)
        if streamer is None or holder is None or not holder.holds(chat):
            return
        try:
            await streamer.stream(chat, part)
        except Exception as error:  # noqa: BLE001 - the reply comes all the same
            _log.debug("an answer could not be shown while it grew: %s", type(error).__name__)

    def _look_at(self, conversations: Iterable[str]) -> None:
        for conversation in conversations:
            channel, _, chat = conversation.partition(":")
            holder = self._holders.get(channel)
            if holder is None or not holder.holds(chat):
                continue
            if conversation in self._looking:
                self._again.add(conversation)
                continue
            task = asyncio.create_task(self._look(holder, chat), name=f"show {conversation}")
            self._looking[conversation] = task
            task.add_done_callback(partial(self._looked, conversation))

    async def _look(self, holder: Holder, chat: str) -> None:
        async with self._room:
            try:
                await holder.look(chat)
            except Exception as error:  # noqa: BLE001 - the next round looks again
                _log.warning("a page could not be shown the news: %s", type(error).__name__)

    def _looked(self, conversation: str, _: asyncio.Task[None]) -> None:
        self._looking.pop(conversation, None)
        if conversation in self._again:
            self._again.discard(conversation)
            self._look_at([conversation])
