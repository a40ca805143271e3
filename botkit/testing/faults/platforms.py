"""A double of a chat platform: it delivers, delivers again, and keeps its own record of what it was sent."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Self

import msgspec

from botkit.testing.faults.lines import LONGEST_LINE, Line, read, write
from botkit.testing.faults.talks import Talk

AGAIN = 0.1  # the share of deliveries that the platform repeats though they were acknowledged
REFUSED = 0.04  # the share of sends that it refuses for a moment
MOMENT = 0.05  # seconds for which it refuses
UNANSWERED = 1.0  # seconds after which it delivers again what was not acknowledged


class Sent(msgspec.Struct, frozen=True):
    """A reply that the platform took: when (the machine's monotonic seconds) and from which process."""

    chat: str
    reply: str
    text: str
    at: float
    worker: int


class StrayedError(Exception):
    """A chat shows what leads to no ending of its talk."""


class Platform:
    """Listens on loopback. Workers connect to it; a message goes to any of those that take deliveries.

    A chat's next message is delivered when the one before was acknowledged, or waits for its replies too if the
    customer is not in a hurry. `sent` is the record, in order. A double of a real platform, spoken to by its own
    protocol, has another `deliver`, and calls `take`.
    """

    def __init__(self, seed: int = 0, *, again: float = AGAIN, refused: float = REFUSED) -> None:
        self.port = 0
        self.sent: list[Sent] = []
        self.delivered = 0
        self.repeated = 0
        self.taken: Callable[[Sent], Awaitable[None]] | None = None  # called between the record and the answer
        self.chance = random.Random(seed)  # noqa: S311 - for what is repeated, not for secrets
        self._again, self._refused = again, refused
        self._server: asyncio.Server | None = None
        self._workers: dict[int, asyncio.StreamWriter] = {}  # those that take deliveries
        self._processes: dict[int, int] = {}  # connection → process
        self._writers: set[asyncio.StreamWriter] = set()
        self._serving: set[asyncio.Task[None]] = set()
        self._connected = asyncio.Event()
        self._count = 0
        self._acks: dict[str, asyncio.Event] = {}
        self._shown: dict[str, dict[str, str]] = {}  # chat → reply → text, each once, in order
        self._news: dict[str, asyncio.Event] = {}
        self._later: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connect, "127.0.0.1", 0, limit=LONGEST_LINE)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._later:
            task.cancel()
        for writer in tuple(self._writers):
            writer.close()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
        await asyncio.gather(*self._later, *self._serving, return_exceptions=True)

    def shown(self, chat: str) -> tuple[str, ...]:
        """Give the texts that a chat shows, each reply once, in the order in which they first came."""
        return tuple(self._shown.get(chat, {}).values())

    async def converse(self, chat: str, talk: Talk) -> None:
        """Be the customer of one chat until its talk is at an end. Raises StrayedError."""
        expected = 0
        endings = talk.endings
        for number, move in enumerate(talk.moves):
            if not talk.hurried and any(self.shown(chat) == ending for ending in endings[1:]):
                return
            await self.deliver(Line("deliver", id=f"{chat}/{number}", chat=chat, text=move.says))
            expected += len(move.replies)
            if not talk.hurried:
                await self._until_shown(chat, expected, endings)
        await self._until_shown(chat, expected, endings)

    async def _until_shown(self, chat: str, count: int, endings: Sequence[tuple[str, ...]]) -> None:
        """Wait for so many replies, or an ending, or what leads to none."""
        news = self._news.setdefault(chat, asyncio.Event())
        while (shown := self.shown(chat)) not in endings and len(shown) < count:
            if not any(ending[: len(shown)] == shown for ending in endings):
                raise StrayedError(chat)
            news.clear()
            await news.wait()

    async def deliver(self, line: Line) -> None:
        """Deliver a message until it is acknowledged, and some once more."""
        acknowledged = self._acks[line.id] = asyncio.Event()
        self.delivered += 1
        while not acknowledged.is_set():
            await self._write(line)
            with suppress(TimeoutError):
                await asyncio.wait_for(acknowledged.wait(), UNANSWERED)
        if self.chance.random() < self._again:
            self.repeated += 1
            task = asyncio.create_task(self._repeat(line, self.chance.choice((0.0, 0.05, 0.5))))
            self._later.add(task)
            task.add_done_callback(self._later.discard)

    async def _repeat(self, line: Line, after: float) -> None:
        await asyncio.sleep(after)
        await self._write(line)

    async def _write(self, line: Line) -> None:
        await self._connected.wait()
        self._workers[self.chance.choice(tuple(self._workers))].write(write(line))

    def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._count += 1
        worker = self._count
        self._writers.add(writer)
        try:
            with suppress(OSError):
                while data := await reader.readline():
                    await self._hear(read(data), worker, writer)
        finally:
            self._gone(worker)
            self._writers.discard(writer)
            writer.close()

    def _gone(self, worker: int) -> None:
        self._workers.pop(worker, None)
        if not self._workers:
            self._connected.clear()

    async def _hear(self, line: Line, worker: int, writer: asyncio.StreamWriter) -> None:
        match line.kind:
            case "here":
                self._processes[worker] = line.number
            case "hello":
                self._processes[worker] = line.number
                self._workers[worker] = writer
                self._connected.set()
            case "ack":
                self._acks[line.id].set()
            case "bye":  # it sends what it has, and takes nothing more
                self._gone(worker)
            case "send":
                await self._take(line, worker, writer)

    async def take(self, sent: Sent) -> None:
        """Record a reply; what sent it is answered when this returns."""
        self.sent.append(sent)
        self._shown.setdefault(sent.chat, {}).setdefault(sent.reply, sent.text)
        if sent.chat in self._news:
            self._news[sent.chat].set()
        if self.taken is not None:
            await self.taken(sent)

    async def _take(self, line: Line, worker: int, writer: asyncio.StreamWriter) -> None:
        if self.chance.random() < self._refused:
            writer.write(write(Line("refused", number=line.number, after=MOMENT)))
            return
        await self.take(Sent(line.chat, line.id, line.text, time.monotonic(), self._processes.get(worker, 0)))
        writer.write(write(Line("taken", id=f"p{len(self.sent)}", number=line.number)))
