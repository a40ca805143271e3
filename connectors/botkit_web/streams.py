"""Answers that grow, as the pages of a chat are told of them.

A page is always told the whole text so far, so that a frame which it misses harms nothing; at once when an answer
begins or ends, and in between no faster than it can be read.
"""

import asyncio
from collections.abc import Callable, Iterator
from typing import Final

from botkit import StreamPart
from botkit_web.protocol import write_stream

_PACE: Final = 0.05  # seconds between two frames of one answer
_SPEED: Final = 20_000  # characters a second of one that is read for its Markdown again and again
_KNOWN: Final = 8  # answers of a chat that are known, those that ended among them
_LONGEST: Final = 32_000  # characters of a preview; the reply has the rest


class _Preview:
    """One answer as it is now, and whether pages were told."""

    __slots__ = ("agent", "due", "id", "state", "text", "told")

    def __init__(self, part: StreamPart) -> None:
        self.id = part.id
        self.agent = part.agent
        self.state = "start"
        self.text = ""
        self.told = False
        self.due: asyncio.TimerHandle | None = None

    @property
    def frame(self) -> str:
        """What a page is told."""
        return write_stream(self.id, self.state, self.text, self.agent)

    def take(self, part: StreamPart) -> bool:
        """Take a part; tell whether it changed anything."""
        match part.state, self.state:
            case "delta", "start" | "delta":
                self.text = (self.text + part.text)[:_LONGEST]
            case ("end", "start" | "delta") | ("abort", "start" | "delta" | "end"):
                pass
            case _:
                return False
        self.state = part.state
        return True


class Previews:
    """The answers of one chat that are not replies yet. `tell` queues a frame for every page, under a
    key; `heard` says whether there is a page.

    A frame that no page has read yet gives way to the next one of its key.
    """

    __slots__ = ("_heard", "_known", "_tell")

    def __init__(self, tell: Callable[[str, str], None], heard: Callable[[], bool]) -> None:
        self._heard = heard
        self._known: dict[str, _Preview] = {}
        self._tell = tell

    def take(self, part: StreamPart) -> None:
        """Take a part of an answer that is no reply of this chat yet."""
        preview = self._known.get(part.id)
        if preview is None or (preview.state == "abort" and part.state == "start"):
            if part.state in ("start", "delta"):
                self._begin(part)
        elif preview.take(part):
            self._show(preview)

    def shown(self) -> Iterator[str]:
        """Give the frames of the answers that a page shows now."""
        return (preview.frame for preview in self._known.values() if preview.state != "abort")

    def drop(self, key: str) -> None:
        """Know no more of an answer: its reply is there."""
        preview = self._known.pop(key, None)
        if preview is not None:
            _rest(preview)

    def clear(self) -> None:
        """Know of none."""
        for key in list(self._known):
            self.drop(key)

    def _begin(self, part: StreamPart) -> None:
        self.drop(part.id)
        while len(self._known) >= _KNOWN:
            oldest = next(iter(self._known.values()))
            if oldest.take(StreamPart(oldest.id, "abort")):
                self._show(oldest)
            self.drop(oldest.id)
        preview = self._known[part.id] = _Preview(part)
        preview.take(part)
        self._show(preview)

    def _show(self, preview: _Preview) -> None:
        """Tell pages of an answer: now, or when the pace allows it."""
        if preview.state == "delta" and preview.due is not None:
            preview.told = False
            return
        _rest(preview)
        preview.told = True
        if self._heard():
            self._tell(preview.frame, f"stream {preview.id}")
        if preview.state == "delta":
            pace = _PACE + len(preview.text) / _SPEED
            preview.due = asyncio.get_running_loop().call_later(pace, self._show_again, preview)

    def _show_again(self, preview: _Preview) -> None:
        preview.due = None
        if not preview.told:
            self._show(preview)


def _rest(preview: _Preview) -> None:
    due, preview.due = preview.due, None
    if due is not None:
        due.cancel()
