"""The connectors of this repository keep the contract of `botkit.testing`."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from botkit import BotInfo
from botkit.testing import Attachment, ConnectorContract, Shown, Stage
from botkit.testing.connectors import Staged
from botkit_web import CAPABILITIES, WebConnector, WebSettings
from botkit_web.access import Signer

_SECRET = "a secret for the tests alone"
_CHATS = ("chat-of-anna", "chat-of-bo")


class Browser:
    """The page's side, as a Platform: a browser that has the tokens of its chats. Pages that it keeps open see typing."""

    def __init__(self, port: int) -> None:
        self._url = f"ws://127.0.0.1:{port}/web/socket"
        self._files = f"http://127.0.0.1:{port}/web/files"
        self._signer = Signer(_SECRET)
        self._open: dict[str, ClientConnection] = {}
        self._typing: dict[str, bool] = {}

    async def deliver(self, chat: str, id: str, text: str, files: Sequence[str] = ()) -> bool:  # noqa: A002
        """Send a message from a page of its own and wait for the answer."""
        try:
            async with connect(self._url) as page:
                await self._greet(page, chat)
                await page.send(json.dumps({"type": "message", "id": id, "text": text, "files": files}))
                while True:
                    answer = json.loads(await page.recv())
                    if answer["type"] in ("ack", "error"):
                        return bool(answer == {"type": "ack", "id": id})
        except ConnectionClosed:
            return False

    async def attach(self, chat: str, message_id: str, text: str, files: Sequence[Attachment]) -> bool:
        """Upload files, then send them; what is not taken is told to the customer, and nothing is sent."""
        refs = []
        async with httpx.AsyncClient() as http:
            for file in files:
                headers = {"content-type": file.mime, "x-chat": chat, "x-chat-token": self._signer.sign(chat)}
                answer = await http.post(
                    self._files, params={"name": file.name}, content=file.content, headers=headers
                )
                if answer.status_code != 201:
                    assert answer.json()["message"]
                    return False
                refs.append(answer.json()["ref"])
        return await self.deliver(chat, message_id, text, refs)

    async def shown(self, chat: str) -> Sequence[Shown]:
        """Open a page and read what it is shown."""
        async with connect(self._url) as page:
            frames = await self._greet(page, chat)
        return _standing(frames)

    async def typing(self, chat: str) -> bool:
        """Read what a page that stays open was told of who writes."""
        if chat not in self._open:
            self._open[chat] = await connect(self._url)
            await self._greet(self._open[chat], chat)
        for frame in await _heard(self._open[chat]):
            if frame["type"] in ("typing", "reply"):
                self._typing[chat] = frame["type"] == "typing"
        return self._typing.get(chat, False)

    def refuse(self, *, permanent: bool, retry_after: float | None = None) -> None:  # noqa: ARG002
        """A page refuses nothing."""
        raise AssertionError("a page refuses nothing")

    async def close(self) -> None:
        """Close the pages that stayed open."""
        for page in self._open.values():
            await page.close()

    async def _greet(self, page: ClientConnection, chat: str) -> list[dict[str, Any]]:
        """Say hello; give what the page is shown then."""
        await page.send(json.dumps({"type": "hello", "chat": chat, "token": self._signer.sign(chat)}))
        welcome = json.loads(await page.recv())
        assert welcome["chat"] == chat
        frames = await _heard(page)
        assert len(frames) >= welcome["missed"]
        return frames


async def _heard(page: ClientConnection) -> list[dict[str, Any]]:
    """Give what was told to a page: all that comes before the answer to a hello too many."""
    await page.send(json.dumps({"type": "hello"}))
    frames: list[dict[str, Any]] = []
    while (frame := json.loads(await page.recv())).get("code") != "hello_again":
        frames.append(frame)
    return frames


def _standing(frames: list[dict[str, Any]]) -> list[Shown]:
    """Give what stands on a page after its frames: an answer that grew on while it opened is told twice, shown once."""
    last = {frame["id"]: n for n, frame in enumerate(frames) if frame["type"] == "stream"}
    return [
        _shown(frame)
        for n, frame in enumerate(frames)
        if frame["type"] == "reply" or (frame["type"] == "stream" and last[frame["id"]] == n)
    ]


def _shown(frame: dict[str, Any]) -> Shown:
    if frame["type"] == "stream":
        return Shown(_seen(frame), id=frame["id"], agent=frame["agent"], partial=True)
    labels = tuple(button["label"] for button in frame["buttons"])
    return Shown(_seen(frame), labels, frame["id"], frame["file"], frame["image"], frame["agent"])


def _seen(frame: dict[str, Any]) -> str:
    """Give what a page shows of a reply's text."""
    return "\n\n".join(map(_text_of, frame["body"])) if "body" in frame else str(frame["text"])


def _text_of(node: Any) -> str:
    if isinstance(node, str):
        return node
    if node[0] == "br":
        return "\n"
    if node[0] == "a":
        label = "".join(map(_text_of, node[2:]))
        return label if label == node[1] else f"{label} ({node[1]})"
    return "".join(map(_text_of, node[1:]))


@asynccontextmanager
async def open_web_stage() -> AsyncIterator[Stage]:
    """Serve the web channel on a free port."""
    settings = WebSettings.model_validate({"secret": _SECRET, "rate": 1_000, "burst": 1_000})
    connector = WebConnector(settings, BotInfo(name="Acme"), capabilities=CAPABILITIES)
    async with serving(Starlette(routes=connector.routes())) as port:
        browser = Browser(port)
        yield Stage(connector, browser, _CHATS)
        await browser.close()


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
