"""Previews: answers that grow, on platforms where a message can be edited until the reply takes its place."""

import asyncio
import contextlib
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Final

from botkit.errors import DeliveryError
from botkit.ports.connectors import StreamPart

_log = logging.getLogger(__name__)

PACE: Final = 1.0  # seconds between two edits: a chat takes about one message a second, on most platforms
_LONGEST: Final = 8_000  # characters of a preview that are kept: a message holds half of them
_MOST: Final = 10_000  # previews that are known, those that were aborted among them
_ANSWERED: Final = 10_000  # replies that are known to be sent, so that a late part changes nothing


class Preview:
    """One answer as it is now, and the message that shows it.

    `message` is the platform's id of that ("" while there is none) and `shown` what stands in it: whoever brings the
    message to what the answer is sets them.
    """

    def __init__(self, chat: str, part: StreamPart) -> None:
        self.chat = chat
        self.agent = part.agent
        self.state = "start"
        self.text = ""
        self.message = ""
        self.shown = ""
        self.closed = asyncio.Event()
        self.changed = asyncio.Event()
        self.task: asyncio.Task[None] | None = None

    def take(self, part: StreamPart) -> None:
        """Take a part; one that comes too late, or again, changes nothing."""
        match part.state, self.state:
            case "start", "abort":
                self.text = ""
            case "delta", "start" | "delta":
                self.text = (self.text + part.text)[:_LONGEST]
            case ("end", "start" | "delta") | ("abort", "start" | "delta" | "end"):
                pass
            case _:
                return
        self.state = part.state
        self.changed.set()


Bring = Callable[[Preview], Awaitable[None]]
"""Brings the message of a preview to what the answer is: sends it, edits it, or takes it away where the state is
`abort`. Raises DeliveryError, with `retry_after` where it is to be tried again."""


class Previews:
    """Shows the answers of all chats while they grow. `pace` are the seconds between two edits of one."""

    def __init__(self, bring: Bring, pace: float = PACE) -> None:
        self._bring = bring
        self._pace = pace
        self._known: dict[tuple[str, str], Preview] = {}
        self._answered: OrderedDict[tuple[str, str], None] = OrderedDict()

    def take(self, name: str, part: StreamPart) -> None:
        """Take a part of an answer in a chat; it is shown soon."""
        key = name, part.id
        if key in self._answered:
            return
        preview = self._known.get(key)
        if preview is None:
            if part.state not in ("start", "delta"):
                return
            if len(self._known) >= _MOST:
                del self._known[next(iter(self._known))]  # its reply never came
            preview = self._known[key] = Preview(name, part)
        preview.take(part)
        if preview.task is None or preview.task.done():
            preview.task = asyncio.create_task(self._show(preview), name=f"preview {part.id}")

    async def give(self, name: str, reply: str) -> str:
        """Give the message in which an answer was shown, which its reply replaces now; "" if there is none."""
        key = name, reply
        self._answered[key] = None
        if len(self._answered) > _ANSWERED:
            self._answered.popitem(last=False)
        preview = self._known.get(key)
        if preview is None:
            return ""
        await _end(preview)  # whoever is cancelled here finds it again
        self._known.pop(key, None)
        return preview.message

    async def close(self) -> None:
        """Show no more; what is being sent is waited for."""
        previews, self._known = list(self._known.values()), {}
        await asyncio.gather(*(_end(preview) for preview in previews))

    async def _show(self, preview: Preview) -> None:
        """Bring the message to what the answer is, no faster than the pace, until nothing changes any more."""
        while not preview.closed.is_set() and preview.changed.is_set():
            preview.changed.clear()
            wait = self._pace
            try:
                await self._bring(preview)
            except DeliveryError as error:
                if error.retry_after is None:
                    _log.info("a preview was not shown: %s", error.message)
                else:
                    wait = max(wait, error.retry_after)
                    preview.changed.set()
                if error.permanent and not preview.message:
                    preview.closed.set()  # nobody is there who could see it
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(preview.closed.wait(), wait)


async def _end(preview: Preview) -> None:
    """See that nothing of a preview is sent any more; a call that is on its way is waited for."""
    preview.closed.set()
    if preview.task is not None:
        await asyncio.wait({preview.task})
