"""The connection: one line of JSON per message, in both directions.

The platform writes `{"type": "message", "id", "chat", "text"}` and gets `ack` or `nack` with that id. We write
`{"type": "hello", "token", "bot"}` once and `{"type": "send", "n", "chat", "text", "buttons"}`, and get
`{"type": "sent", "n", "id"}` or `{"type": "refused", "n", "permanent", "retry_after"}`.
"""

import asyncio
import contextlib
import json
import logging
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, Field

from botkit import BotkitError, Capabilities, DeliveryError, Incoming, Intake, Message, Reply

LONGEST_LINE = 1_048_576
ANSWER = 10.0  # seconds for the platform to answer a send
PAUSE = 1.0  # seconds before connecting again

_log = logging.getLogger(__name__)


class EchoSettings(BaseModel):
    """What stands under `channels: echo` in bot.yaml."""

    token: str
    host: str = "127.0.0.1"
    port: int = Field(default=7007, ge=1, le=65535)


class EchoConnector:
    """One connection to the platform, made again when it breaks."""

    def __init__(self, settings: EchoSettings, bot: str, capabilities: Capabilities) -> None:
        self.name = "echo"
        self.capabilities = capabilities
        self._settings, self._bot = settings, bot
        self._task: asyncio.Task[None] | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._count = 0

    async def start(self, intake: Intake) -> None:
        """Connect and receive in the background; returns when the first connection stands. Raises OSError."""
        reader = await self._connect()
        self._task = asyncio.create_task(self._receive(reader, intake))

    async def stop(self) -> None:
        """Close the connection; sends that wait for an answer fail."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        await self._disconnect()

    async def send(self, chat: str, reply: Reply) -> str:
        """Send a reply in as many messages as it needs; give the id of the last."""
        *before, last = _cut(_text(reply, self.capabilities), self.capabilities.text_length)
        for piece in before:
            await self._send(chat, piece, [])
        labels = [button.label for button in reply.buttons[: self.capabilities.buttons]]
        return await self._send(chat, last, labels)

    def routes(self) -> Sequence[Any]:
        """Serve nothing over HTTP."""
        return ()

    async def _connect(self) -> asyncio.StreamReader:
        reader, self._writer = await asyncio.open_connection(
            self._settings.host, self._settings.port, limit=LONGEST_LINE
        )
        await self._write({"type": "hello", "token": self._settings.token, "bot": self._bot})
        return reader

    async def _disconnect(self) -> None:
        writer, self._writer = self._writer, None
        for answer in self._answers.values():
            if not answer.done():
                answer.set_result({"type": "lost"})
        if writer is not None:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _receive(self, reader: asyncio.StreamReader, intake: Intake) -> None:
        while True:
            try:
                while line := await reader.readline():
                    await self._take(line, intake)
            except (OSError, ValueError) as error:
                _log.warning("connection lost", extra={"action": "receive", "error": type(error).__name__})
            await self._disconnect()
            await asyncio.sleep(PAUSE)
            with contextlib.suppress(OSError):
                reader = await self._connect()

    async def _take(self, line: bytes, intake: Intake) -> None:
        match json.loads(line):
            case {"type": "message", "id": str(id), "chat": str(chat), "text": str(text)}:
                await self._accept(Incoming("echo", chat, id, Message(text, id)), intake)
            case {"type": "sent" | "refused", "n": int(n)} as answer if n in self._answers:
                if not self._answers[n].done():
                    self._answers[n].set_result(answer)

    async def _accept(self, incoming: Incoming, intake: Intake) -> None:
        try:
            await intake.accept(incoming)
        except BotkitError:
            await self._write({"type": "nack", "id": incoming.id})
        else:
            await self._write({"type": "ack", "id": incoming.id})

    async def _send(self, chat: str, text: str, buttons: list[str]) -> str:
        self._count += 1
        n = self._count
        answer = self._answers[n] = asyncio.get_running_loop().create_future()
        try:
            await self._write({"type": "send", "n": n, "chat": chat, "text": text, "buttons": buttons})
            async with asyncio.timeout(ANSWER):
                said = await answer
        except OSError as error:  # TimeoutError is one
            raise DeliveryError(f"the platform does not answer ({type(error).__name__})") from error
        finally:
            del self._answers[n]
        match said:
            case {"type": "sent", "id": str(id)}:
                return id
            case {"type": "refused", "permanent": True}:
                raise DeliveryError("the platform refuses this chat", permanent=True)
            case {"type": "refused", "retry_after": int() | float() as seconds}:
                raise DeliveryError("the platform asks to wait", retry_after=float(seconds))
            case _:
                raise DeliveryError("the platform did not take the message")

    async def _write(self, data: dict[str, Any]) -> None:
        if self._writer is None:
            raise ConnectionResetError("not connected")
        self._writer.write(json.dumps(data).encode() + b"\n")
        await self._writer.drain()


def _text(reply: Reply, capabilities: Capabilities) -> str:
    """Give the text, with the name of the person who speaks and the buttons that find no place."""
    beyond = list(enumerate(reply.buttons, 1))[capabilities.buttons :]
    text = f"{reply.agent}: {reply.text}" if reply.agent else reply.text
    return "\n".join([text, *(f"{n}. {button.label}" for n, button in beyond)])


def _cut(text: str, most: int) -> list[str]:
    """Cut a text into pieces of at most `most` characters, at spaces where there are any."""
    pieces = []
    while len(text) > most:
        at = text.rfind(" ", 1, most + 1)
        at = at if at > 0 else most
        pieces.append(text[:at])
        text = text[at:].removeprefix(" ")
    return [*pieces, text]
