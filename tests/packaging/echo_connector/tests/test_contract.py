"""The connector keeps the contract, against a platform that speaks its lines over loopback."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from botkit_echo import EchoSettings, connector

from botkit import BotInfo
from botkit.testing import ConnectorContract, Shown, Stage


class EchoPlatform:
    """The other end of the lines."""

    def __init__(self) -> None:
        self.hellos: list[dict[str, Any]] = []
        self._writer: asyncio.StreamWriter | None = None
        self._shown: dict[str, list[Shown]] = {}
        self._acknowledged: dict[str, asyncio.Future[bool]] = {}
        self._refusal: dict[str, Any] | None = None

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        while line := await reader.readline():
            said = json.loads(line)
            match said["type"]:
                case "hello":
                    self.hellos.append(said)
                case "ack" | "nack":
                    self._acknowledged[said["id"]].set_result(said["type"] == "ack")
                case "send":
                    self._answer(said, writer)
        self._writer = None
        for waiting in self._acknowledged.values():
            if not waiting.done():
                waiting.set_result(False)
        writer.close()

    def _answer(self, said: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        refusal, self._refusal = self._refusal, None
        if refusal is None:
            assert len(said["text"]) <= 500
            sent = f"out{said['n']}"
            self._shown.setdefault(said["chat"], []).append(Shown(said["text"], tuple(said["buttons"]), sent))
            answer = {"type": "sent", "n": said["n"], "id": sent}
        else:
            answer = {"type": "refused", "n": said["n"], **refusal}
        writer.write(json.dumps(answer).encode() + b"\n")

    @property
    def connected(self) -> bool:
        return self._writer is not None

    async def deliver(self, chat: str, message_id: str, text: str) -> bool:
        if self._writer is None:
            return False
        answer = self._acknowledged[message_id] = asyncio.get_running_loop().create_future()
        message = {"type": "message", "id": message_id, "chat": chat, "text": text}
        self._writer.write(json.dumps(message).encode() + b"\n")
        return bool(await answer)

    async def shown(self, chat: str) -> list[Shown]:
        return self._shown.get(chat, [])

    def refuse(self, *, permanent: bool, retry_after: float | None = None) -> None:
        self._refusal = {"permanent": permanent, "retry_after": retry_after}


@contextlib.asynccontextmanager
async def staged() -> AsyncIterator[Stage]:
    platform = EchoPlatform()
    server = await asyncio.start_server(platform.serve, "127.0.0.1", 0, limit=1_048_576)
    port = server.sockets[0].getsockname()[1]
    settings = EchoSettings(token="t", port=port)
    async with server:
        yield Stage(connector.build(settings, BotInfo("Echo")), platform)
        async with asyncio.timeout(5):
            while platform.connected:  # noqa: ASYNC110 - the end of a connection is only seen by reading
                await asyncio.sleep(0)


class TestEcho(ConnectorContract):
    @pytest.fixture
    def stage(self) -> contextlib.AbstractAsyncContextManager[Stage]:
        return staged()
