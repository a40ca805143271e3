"""Streaming: what a language model says is shown while it grows, sentence by sentence, where a channel can.

It is a preview: nothing of it is stored, each sentence is shown only after a guard let it through, and the reply with
the same id takes its place. Whatever goes wrong with it is passed over.
"""

import asyncio
import logging
import re
from collections.abc import Callable, Mapping
from typing import Final, Literal

from botkit.model.session import Session
from botkit.ports.connectors import Connector, Streamer, StreamPart, layers_of

_log = logging.getLogger(__name__)

_ENDS: Final = re.compile(r"(?:[.!?…]+[\"'»”)\]]*(?=\s)|[。！？]+[”』」）]*(?=[^A-Za-z0-9。！？”』」）])|\n)")
LONGEST: Final = 400  # characters after which a text without an end of a sentence is shown up to a space

Judge = Callable[[str], str]
"""Says why a text may not be shown, or nothing."""


class Streams:
    """Opens the streams of a bot's answers, but where `epoch_of` says that a person has the conversation."""

    def __init__(
        self, connectors: Mapping[str, Connector], epoch_of: Callable[[str], tuple[int, bool]] = lambda _: (0, False)
    ) -> None:
        self._streamers = {name: one for name, each in connectors.items() if (one := streamer_of(each)) is not None}
        self._epoch_of = epoch_of
        self._tasks: set[asyncio.Task[None]] = set()

    def open(self, session: Session, reply: str, judge: Judge) -> "Live | None":
        """Begin to show a reply; None where its channel shows none that grow."""
        channel, _, chat = session.conversation.partition(":")
        streamer = self._streamers.get(channel)
        if streamer is None or self._epoch_of(session.conversation)[1]:
            return None
        live = Live(streamer, chat, reply, judge)
        task = asyncio.create_task(live.run(), name=f"stream {reply}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return live

    async def close(self) -> None:
        """Wait until what grows has ended."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


class Live:
    """One reply while it grows. What `judge` refuses ends it: the parts that were shown are taken away."""

    def __init__(self, streamer: Streamer, chat: str, reply: str, judge: Judge) -> None:
        self._streamer = streamer
        self._chat = chat
        self._reply = reply
        self._judge = judge
        self._text = ""
        self._shown = 0  # characters of the text
        self._parts: asyncio.Queue[StreamPart | None] = asyncio.Queue()
        self._over = False

    def take(self, text: str) -> None:
        """Take a part of the text; "" says that it begins anew."""
        if self._over:
            return
        if not text:
            if self._shown:
                self._parts.put_nowait(StreamPart(self._reply, "abort"))
            self._text, self._shown = "", 0
            return
        self._text += text
        at = _safe_end(self._text, self._shown)
        if at > self._shown:
            self._show(at)

    def end(self) -> None:
        """The text is whole: show the rest of it."""
        if not self._over and len(self._text) > self._shown:
            self._show(len(self._text))
        self._close("end")

    def abort(self) -> None:
        """Nothing comes of it: take away what was shown."""
        self._close("abort")

    def _show(self, end: int) -> None:
        if self._judge(self._text[:end]):
            self.abort()
            return
        if not self._shown:
            self._parts.put_nowait(StreamPart(self._reply, "start"))
        self._parts.put_nowait(StreamPart(self._reply, "delta", self._text[self._shown : end]))
        self._shown = end

    def _close(self, state: Literal["end", "abort"]) -> None:
        if self._over:
            return
        self._over = True
        if self._shown:
            self._parts.put_nowait(StreamPart(self._reply, state))
        self._parts.put_nowait(None)

    async def run(self) -> None:
        """Show the parts, in order, until it ends."""
        while (part := await self._parts.get()) is not None:
            try:
                await self._streamer.stream(self._chat, part)
            except Exception as error:  # noqa: BLE001 - the reply comes all the same
                _log.debug("an answer could not be shown while it grew: %s", type(error).__name__)


def _safe_end(text: str, start: int) -> int:
    """Give up to where a text may be shown: its last whole sentence, or its last word where that is long."""
    end = start
    for match in _ENDS.finditer(text, start):
        end = match.end()
    if len(text) - end > LONGEST:
        space = text.rfind(" ", end, len(text))
        end = space if space > end else len(text)
    return end


def streamer_of(connector: Connector) -> Streamer | None:
    """Give what shows answers while they grow in a channel; None where it declares that nothing does."""
    if not connector.capabilities.streaming:
        return None
    return next((layer for layer in layers_of(connector) if isinstance(layer, Streamer)), None)
