"""The connectors of this repository keep the contract of `botkit.testing`."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
import uvicorn
from starlette.applications import Starlette
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from botkit import BotInfo
from botkit.testing import ConnectorContract, Shown, Stage
from botkit.testing.connectors import Staged
from botkit_web import CAPABILITIES, WebConnector, WebSettings
from botkit_web.access import Signer

_SECRET = "a secret for the tests alone"
_CHATS = ("chat-of-anna", "chat-of-bo")


class Browser:
    """The page's side of the socket, as a Platform: a browser that has the tokens of its chats."""

    def __init__(self, port: int) -> None:
        self._url = f"ws://127.0.0.1:{port}/web/socket"
        self._signer = Signer(_SECRET)

    async def deliver(self, chat: str, id: str, text: str) -> bool:  # noqa: A002 - the port's name
        """Send a message from a page of its own and wait for the answer."""
        try:
            async with connect(self._url) as page:
                for _ in range(await self._greet(page, chat)):
                    await page.recv()
                await page.send(json.dumps({"type": "message", "id": id, "text": text}))
                while True:
                    answer = json.loads(await page.recv())
                    if answer["type"] in ("ack", "error"):
                        return bool(answer == {"type": "ack", "id": id})
        except ConnectionClosed:
            return False

    async def shown(self, chat: str) -> Sequence[Shown]:
        """Open a page and read what it is shown."""
        async with connect(self._url) as page:
            missed = await self._greet(page, chat)
            frames = [json.loads(await page.recv()) for _ in range(missed)]
        return [
            Shown(frame["text"], tuple(button["label"] for button in frame["buttons"]), frame["id"])
            for frame in frames
            if frame["type"] == "reply"
        ]

    def refuse(self, *, permanent: bool, retry_after: float | None = None) -> None:  # noqa: ARG002
        """A page refuses nothing."""
        raise AssertionError("a page refuses nothing")

    async def _greet(self, page: ClientConnection, chat: str) -> int:
        await page.send(json.dumps({"type": "hello", "chat": chat, "token": self._signer.sign(chat)}))
        welcome = json.loads(await page.recv())
        assert welcome["chat"] == chat
        missed: int = welcome["missed"]
        return missed


@asynccontextmanager
async def open_web_stage() -> AsyncIterator[Stage]:
    """Serve the web channel on a free port."""
    settings = WebSettings.model_validate({"secret": _SECRET})
    connector = WebConnector(settings, BotInfo(name="Acme"), capabilities=CAPABILITIES)
    async with serving(Starlette(routes=connector.routes())) as port:
        yield Stage(connector, Browser(port), _CHATS)


@asynccontextmanager
async def serving(app: Starlette) -> AsyncIterator[int]:
    """Run uvicorn inside this loop on a free loopback port."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_level="warning", log_config=None, lifespan="off")
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        await task


class TestWeb(ConnectorContract):
    refuses = False  # a page takes every reply, or has it later

    @pytest.fixture
    def stage(self) -> Staged:
        return open_web_stage()
