"""The connector of a play: one connection to the platform's double, a line of JSON for each thing said."""

import asyncio
import logging
import os
from typing import Any

import msgspec

from botkit.errors import BotkitError, DeliveryError
from botkit.model.catalogue import Capabilities
from botkit.model.events import Message
from botkit.model.replies import Reply
from botkit.ports.connectors import Incoming, Intake

CHANNEL = "play"
LONGEST_LINE = 1_048_576
ANSWER = 2.0  # seconds that the platform has to answer a send

_log = logging.getLogger(__name__)


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """What goes over the connection, either way.

    A worker begins with `here` and the number of its process, `hello` if it takes deliveries, too. `deliver` and its
    `ack` or `nack` carry the id of a message; `send` and its `taken` or `refused` a number.
    """

    kind: str
    id: str = ""
    number: int = 0
    chat: str = ""
    text: str = ""
    after: float = 0.0


def write(line: Line) -> bytes:
    """Give a line as it is sent."""
    return msgspec.json.encode(line) + b"\n"


def read(line: bytes) -> Line:
    """Read a line."""
    return msgspec.json.decode(line, type=Line)


class LinesConnector:
    """Receives over one connection, if it was started, and acknowledges what is stored; sends one reply a line."""

    name = CHANNEL
    capabilities = Capabilities(buttons=10, text_length=4000)

    def __init__(self, host: str, port: int) -> None:
        self._address = (host, port)
        self._writer: asyncio.StreamWriter | None = None
        self._reading: asyncio.Task[None] | None = None
        self._taking: set[asyncio.Task[None]] = set()
        self._answers: dict[int, asyncio.Future[Line]] = {}
        self._count = 0
        self._connecting = asyncio.Lock()

    async def start(self, intake: Intake) -> None:
        """Connect and receive in the background."""
        await self._connect(intake)

    async def _connect(self, intake: Intake | None) -> None:
        async with self._connecting:
            if self._writer is None:
                reader, self._writer = await asyncio.open_connection(*self._address, limit=LONGEST_LINE)
                self._say(Line("here" if intake is None else "hello", number=os.getpid()))
                self._reading = asyncio.create_task(self._read(reader, intake))

    async def stop(self) -> None:
        """Take nothing more; what was received is stored first. Replies can still be sent until the process ends."""
        reading, self._reading = self._reading, None
        if reading is not None:
            self._say(Line("bye"))
            reading.cancel()
            await asyncio.gather(reading, *self._taking, return_exceptions=True)

    async def send(self, chat: str, reply: Reply) -> str:
        """Send a reply and wait until the platform has taken it. Raises DeliveryError."""
        await self._connect(None)
        self._count += 1
        number = self._count
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        try:
            self._say(Line("send", id=reply.id, number=number, chat=chat, text=reply.text))
            async with asyncio.timeout(ANSWER):
                said = await answer
        except OSError as error:  # TimeoutError is one
            raise DeliveryError(f"the platform does not answer ({type(error).__name__})") from error
        finally:
            del self._answers[number]
        if said.kind != "taken":
            raise DeliveryError("the platform asks to wait", retry_after=said.after)
        platform_id: str = said.id
        return platform_id

    def routes(self) -> tuple[Any, ...]:
        """Serve nothing over HTTP."""
        return ()

    def _say(self, line: Line) -> None:
        if self._writer is None or self._writer.is_closing():
            raise ConnectionResetError("not connected")
        self._writer.write(write(line))

    async def _read(self, reader: asyncio.StreamReader, intake: Intake | None) -> None:
        while data := await reader.readline():
            line = read(data)
            if line.kind == "deliver" and intake is not None:
                task = asyncio.create_task(self._take(line, intake))
                self._taking.add(task)
                task.add_done_callback(self._taking.discard)
            elif (answer := self._answers.get(line.number)) is not None and not answer.done():
                answer.set_result(line)

    async def _take(self, line: Line, intake: Intake) -> None:
        try:
            await intake.accept(Incoming(CHANNEL, line.chat, line.id, Message(line.text, line.id)))
        except BotkitError as error:
            _log.warning("not stored", extra={"error": type(error).__name__})
            self._say(Line("nack", id=line.id))
        else:
            self._say(Line("ack", id=line.id))
