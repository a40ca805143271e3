"""The chats that are open or were lately: their sockets, and what a page that comes back has to be shown."""

import asyncio
import math
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import islice

from botkit_web.streams import Previews

_QUEUED = 1_000
_BYTES = 262_144  # characters of frames that are kept of one chat


class Line:
    """What waits to be sent over one socket. A page that reads too slowly is closed, and may come back."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[str | int | tuple[str]] = asyncio.Queue()
        self._newest: dict[str, str] = {}  # what stands in the queue only by its key
        self.closed = False

    def put(self, frame: str, key: str = "") -> None:
        """Queue a frame; never waits. With a key it takes the place of one of that key that was not sent yet."""
        if key and key in self._newest:
            self._newest[key] = frame
        elif self._queue.qsize() >= _QUEUED:
            self.close(1013)
        elif not self.closed:
            if key:
                self._newest[key] = frame
            self._queue.put_nowait((key,) if key else frame)

    def close(self, code: int) -> None:
        """Close the socket once everything before has been sent."""
        if not self.closed:
            self.closed = True
            self._queue.put_nowait(code)

    async def take(self) -> str | int:
        """Give the next frame, or the code to close with."""
        return self._newest_of(await self._queue.get())

    def drain(self) -> list[str]:
        """Give the frames that wait, in order."""
        waiting = [self._newest_of(self._queue.get_nowait()) for _ in range(self._queue.qsize())]
        return [frame for frame in waiting if isinstance(frame, str)]

    def _newest_of(self, waiting: str | int | tuple[str]) -> str | int:
        return self._newest.pop(waiting[0]) if isinstance(waiting, tuple) else waiting


class Chat:
    """One chat: its lines, and the last entries (id → frame) in order; `read` is the turn up to which it was read.

    `coming` are the pages that wait to be welcomed; `anew` that what was said in it before was erased.
    """

    def __init__(self, most: int) -> None:
        self.lines: set[Line] = set()
        self.coming = 0
        self.anew = False
        self.read = 0
        self.reading = asyncio.Lock()
        self.wrote = -math.inf  # when the customer wrote last, or opened the chat, on a page here
        self.previews = Previews(self._tell_newest, lambda: bool(self.lines))
        self._entries: OrderedDict[str, str] = OrderedDict()
        self._size = 0
        self._most = most

    def add(self, key: str, frame: str) -> None:
        """Keep an entry; one that is known keeps its place."""
        self._size += len(frame) - len(self._entries.get(key, ""))
        self._entries[key] = frame
        self.previews.drop(key)
        self._trim()

    def _trim(self) -> None:
        """Let go of the oldest entries where there are too many, or they are too long; the last one stays."""
        while len(self._entries) > 1 and (len(self._entries) > self._most or self._size > _BYTES):
            self._size -= len(self._entries.popitem(last=False)[1])

    def fill(self, frames: Mapping[str, str]) -> list[str]:
        """Put what was read (id → frame) before what is kept and was not read; give the frames that are new."""
        new = [frame for key, frame in frames.items() if key not in self._entries]
        before = {key: self._entries.get(key, frame) for key, frame in frames.items()}
        after = {key: frame for key, frame in self._entries.items() if key not in frames}
        self._entries = OrderedDict({**before, **after})
        self._size = sum(map(len, self._entries.values()))
        self._trim()
        for key in frames:
            self.previews.drop(key)
        return new

    @property
    def used(self) -> bool:
        """Whether a page shows it, or is about to."""
        return bool(self.lines or self.coming)

    @contextmanager
    def expecting(self) -> Iterator[None]:
        """Keep the chat for a page, while its welcome is made ready."""
        self.coming += 1
        try:
            yield
        finally:
            self.coming -= 1

    @property
    def oldest(self) -> str:
        """The first entry that is kept, or ""."""
        return next(iter(self._entries), "")

    @property
    def empty(self) -> bool:
        """Whether nothing is kept."""
        return not self._entries

    def clear(self) -> None:
        """Keep nothing of it, as if nothing had been said."""
        self._entries.clear()
        self._size = 0
        self.previews.clear()
        self.read = 0

    def drop(self, key: str) -> None:
        """Keep an entry no longer."""
        self._size -= len(self._entries.pop(key, ""))

    def knows(self, key: str) -> bool:
        """Tell whether an entry is kept."""
        return key in self._entries

    def after(self, last: str) -> list[str]:
        """Give the frames after an entry; all of them if it is not known (any more)."""
        if last not in self._entries:
            return list(self._entries.values())
        keys = list(self._entries)
        return [self._entries[key] for key in keys[keys.index(last) + 1 :]]

    def tell(self, frame: str, but: Line | None = None) -> None:
        """Queue a frame for every page of the chat, save one."""
        for line in self.lines:
            if line is not but:
                line.put(frame)

    def _tell_newest(self, frame: str, key: str) -> None:
        for line in self.lines:
            line.put(frame, key)


class Chats:
    """All chats in memory, at most `most` of those that no page shows; the longest untouched goes first."""

    def __init__(self, most: int, history: int) -> None:
        self._chats: OrderedDict[str, Chat] = OrderedDict()
        self._most = most
        self._history = history

    def get(self, chat: str) -> Chat:
        """Give a chat, a new one if it is not known."""
        found = self._chats.get(chat)
        if found is None:
            found = self._chats[chat] = Chat(self._history)
            self._forget()
        self._chats.move_to_end(chat)
        return found

    def __contains__(self, chat: str) -> bool:
        return chat in self._chats

    def shown(self) -> Iterator[tuple[str, Chat]]:
        """Give the chats that pages show, by their names."""
        return ((name, chat) for name, chat in list(self._chats.items()) if chat.lines)

    def __len__(self) -> int:
        return len(self._chats)

    def drop_unshown(self) -> None:
        """Keep nothing of the chats that no page shows."""
        for name in [name for name, chat in self._chats.items() if not chat.used]:
            del self._chats[name]

    def drop_previews(self) -> None:
        """Know of no answer that is being made."""
        for chat in self._chats.values():
            chat.previews.clear()

    def lines(self) -> Iterator[Line]:
        """Give the lines of all chats."""
        return (line for chat in list(self._chats.values()) for line in list(chat.lines))

    def _forget(self) -> None:
        spare = len(self._chats) - self._most
        newest = next(reversed(self._chats))
        idle = (key for key, chat in self._chats.items() if not chat.used and key != newest)
        for key in list(islice(idle, max(spare, 0))):
            del self._chats[key]
