"""The chats that are open or were lately: their sockets, and what a page that comes back has to be shown."""

import asyncio
import math
from collections import OrderedDict
from collections.abc import Iterator, Mapping

_QUEUED = 1_000


class Line:
    """What waits to be sent over one socket. A page that reads too slowly is closed, and may come back."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[str | int] = asyncio.Queue()
        self.closed = False

    def put(self, frame: str) -> None:
        """Queue a frame; never waits."""
        if self._queue.qsize() >= _QUEUED:
            self.close(1013)
        elif not self.closed:
            self._queue.put_nowait(frame)

    def close(self, code: int) -> None:
        """Close the socket once everything before has been sent."""
        if not self.closed:
            self.closed = True
            self._queue.put_nowait(code)

    async def take(self) -> str | int:
        """Give the next frame, or the code to close with."""
        return await self._queue.get()


class Chat:
    """One chat: its lines, and the last entries (id → frame) in order; `read` is the turn up to which it was read."""

    def __init__(self, most: int) -> None:
        self.lines: set[Line] = set()
        self.read = 0
        self.reading = asyncio.Lock()
        self.wrote = -math.inf  # when the customer wrote last, or opened the chat, on a page here
        self._entries: OrderedDict[str, str] = OrderedDict()
        self._most = most

    def add(self, key: str, frame: str) -> None:
        """Keep an entry; one that is known keeps its place."""
        self._entries[key] = frame
        if len(self._entries) > self._most:
            self._entries.popitem(last=False)

    def fill(self, frames: Mapping[str, str]) -> list[str]:
        """Put what was read (id → frame) before what is kept and was not read; give the frames that are new."""
        new = [frame for key, frame in frames.items() if key not in self._entries]
        before = {key: self._entries.get(key, frame) for key, frame in frames.items()}
        after = {key: frame for key, frame in self._entries.items() if key not in frames}
        self._entries = OrderedDict(list({**before, **after}.items())[-self._most :])
        return new

    @property
    def empty(self) -> bool:
        """Whether nothing is kept."""
        return not self._entries

    def clear(self) -> None:
        """Keep nothing of it, as if nothing had been said."""
        self._entries.clear()
        self.read = 0

    def drop(self, key: str) -> None:
        """Keep an entry no longer."""
        self._entries.pop(key, None)

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
        for name in [name for name, chat in self._chats.items() if not chat.lines]:
            del self._chats[name]

    def lines(self) -> Iterator[Line]:
        """Give the lines of all chats."""
        return (line for chat in list(self._chats.values()) for line in list(chat.lines))

    def _forget(self) -> None:
        spare = len(self._chats) - self._most
        newest = next(reversed(self._chats))
        idle = [key for key, chat in self._chats.items() if not chat.lines and key != newest] if spare > 0 else []
        for key in idle[:spare]:
            del self._chats[key]
