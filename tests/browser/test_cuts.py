"""The network is cut at random instants of a conversation in which both write: what each end has is whole, and in order.

The page is an owner's, its widget reaches the bot through a proxy that cuts: it resets connections, refuses new ones for
a while, or lets one stand through which nothing passes, or nothing comes back. Judged are the nodes that the page shows, and what the
bot's store has, each beside what the test itself sent.
"""

import asyncio
import base64
import contextlib
import hashlib
import hmac
import http.server
import json
import random
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, sync_playwright

from tests.browser.chromium import MARKS, launch
from tests.browser.servers import Server

SECRET = "a secret of the sender for tests alone"
BOT = f"""
name: Desk
channels: {{web: {{origins: ["*"], rate: 1000, burst: 1000}}}}
api: {{events_secret: "{SECRET}"}}
safety: {{rate: 10000 in 1s}}
"""
FLOWS = """
flows:
  on_start: {steps: [{say: Hello!}]}
  on_no_match: {steps: [{say: "heard {{ message.text }}"}]}
  told:
    start: {events: [tick]}
    slots: {event: {type: any}}
    steps: [{say: "tick {{ event.n }}"}]
"""
OWNER = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Owner</title></head>
<body><h1>Shop</h1><script src="%s/widget.js" data-open="true" async></script></body></html>"""
LONGEST = 60.0  # seconds that both ends have to be whole after the last cut

pytestmark = MARKS


class Wire:
    """A TCP proxy in front of a server, in a loop of its own, that can be cut."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._loop = asyncio.new_event_loop()
        self._open: set[asyncio.StreamWriter] = set()
        self._silent: set[asyncio.StreamWriter] = set()
        self._pages: set[asyncio.StreamWriter] = set()
        self.down = False
        self.cuts = 0
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.port: int = self._do(self._begin())

    def _do(self, what: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(what, self._loop).result(10)

    async def _begin(self) -> int:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.down:
            writer.transport.abort()
            return
        try:
            back, there = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            writer.transport.abort()
            return
        self._open |= {writer, there}
        self._pages.add(writer)
        try:
            await asyncio.gather(self._pass(reader, there), self._pass(back, writer))
        finally:
            self._open -= {writer, there}
            self._silent -= {writer, there}
            self._pages.discard(writer)
            for end in (writer, there):
                end.transport.abort()

    async def _pass(self, reader: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65_536):
                if to not in self._silent:
                    to.write(data)
                    await to.drain()
        except (OSError, RuntimeError):
            pass
        finally:
            to.close()

    def cut(self, seconds: float = 0.0) -> None:
        """Reset what is open, and refuse what comes within so many seconds."""
        self.cuts += 1
        self.down = bool(seconds)
        self._do(self._abort())
        if seconds:
            time.sleep(seconds)
            self.down = False

    async def _abort(self) -> None:
        for end in list(self._open):
            end.transport.abort()

    def hush(self, *, both: bool) -> None:
        """Let nothing pass to the pages any more over what is open, or in no direction: it is lost until the cut."""
        self._do(self._hush(both=both))

    async def _hush(self, *, both: bool) -> None:
        self._silent |= self._open if both else self._pages & self._open

    def close(self) -> None:
        """End the proxy."""
        self._do(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    async def _end(self) -> None:
        self._server.close()
        await self._abort()
        await asyncio.sleep(0.05)
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
        await asyncio.sleep(0)


@contextlib.contextmanager
def owners_page(host: str) -> Iterator[str]:
    """Serve a page of another origin with the widget in it."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = (OWNER % host).encode()
            self.send_response(200 if self.path == "/" else 404)
            self.send_header("content-type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(body if self.path == "/" else b"")

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://localhost:{server.server_port}/"
        server.shutdown()


@contextlib.contextmanager
def serving(folder: Path, *program: str) -> Iterator[Server]:
    """Serve the bot by botkit, or by a program that is botkit but for one fault."""
    directory = folder / "desk"
    directory.mkdir()
    (directory / "bot.yaml").write_text(BOT, encoding="utf-8")
    (directory / "flows.yaml").write_text(FLOWS, encoding="utf-8")
    server = Server(directory, program or ("-m", "botkit"))
    try:
        yield server
    finally:
        server.kill()


def emit(server: Server, conversation: str, number: int) -> None:
    """Tell the bot of something, by its own door and not over the wire that is cut."""
    body = json.dumps({"name": "tick", "conversation": conversation, "data": {"n": number}}).encode()
    key, at = f"tick-{number}", str(int(time.time()))
    digest = hmac.digest(SECRET.encode(), b".".join([key.encode(), at.encode(), body]), hashlib.sha256)
    signature = "v1," + base64.b64encode(digest).decode()
    headers = {"webhook-id": key, "webhook-timestamp": at, "webhook-signature": signature}
    answer = httpx.post(f"{server.address}/events", content=body, headers=headers, timeout=10)
    assert answer.status_code == 202, answer.text


def shown(page: Page) -> list[str]:
    """Give the entries that the page shows, in order: what the customer said (`> `), and what the bot did."""
    found: list[str] = page.evaluate(
        """() => {
            const said = (entry) => [...entry.querySelectorAll(".bubble")].map((bubble) =>
                [...bubble.childNodes].filter((node) => node.className !== "unseen")
                    .map((node) => node.textContent).join("")).join("");
            return [...document.querySelector("botkit-chat").shadowRoot.querySelectorAll(".log:not(.growing) > *")]
                .filter((entry) => entry.querySelector(".bubble"))
                .map((entry) => (entry.classList.contains("mine") ? "> " : "") + said(entry));
        }"""
    )
    return found


def play(server: Server, transport: str, cuts: int, seed: int, patience: float = LONGEST) -> None:
    """Let both write, cut so often meanwhile, and judge both ends."""
    draw = random.Random(seed)
    wire = Wire(server.port)
    host = f"http://127.0.0.1:{wire.port}"
    with owners_page(host) as address, sync_playwright() as playwright:
        browser = launch(playwright)
        page = browser.new_page(viewport={"width": 900, "height": 900})
        if transport == "polling":
            page.add_init_script("window.WebSocket = class { constructor() { throw new Error('refused'); } };")
        page.goto(address)
        page.locator("botkit-chat").wait_for(state="attached")
        _until(lambda: "Hello!" in shown(page), page)
        conversation, _ = transcript(server)
        sent = ticks = 0
        for _ in range(cuts):
            for _ in range(draw.randint(1, 4)):
                if draw.random() < 0.5:
                    sent += 1
                    page.evaluate("(text) => window.botkit.send(text)", f"c{sent}")
                else:
                    ticks += 1
                    emit(server, conversation, ticks)
                page.wait_for_timeout(draw.choice([0, 0, 5, 30, 120]))
            kind = draw.random()
            if kind < 0.4:
                wire.cut()
            elif kind < 0.6:
                wire.cut(draw.uniform(0.05, 0.8))
            else:
                wire.hush(both=kind < 0.7)
                sent += 1
                page.evaluate("(text) => window.botkit.send(text)", f"c{sent}")
                page.wait_for_timeout(draw.choice([20, 200]))
                wire.cut()
            page.wait_for_timeout(draw.choice([0, 50, 700]))
        wire.down = False
        expected = 1 + 2 * sent + ticks
        with contextlib.suppress(AssertionError):  # judged below
            _until(lambda: len(shown(page)) >= expected, page, patience)
        page.wait_for_timeout(500)
        entries, status = shown(page), page.evaluate("navigator.onLine")
        browser.close()
    wire.close()
    assert status is True
    assert wire.cuts == cuts
    _, stored = transcript(server)
    said = [f"> c{n}" for n in range(1, sent + 1)]
    heard = [f"heard c{n}" for n in range(1, sent + 1)]
    told = [f"tick {n}" for n in range(1, ticks + 1)]
    for end in (stored, entries):
        assert [entry for entry in end if entry.startswith("> ")] == said
        assert [entry for entry in end if entry.startswith("heard")] == heard
        assert [entry for entry in end if entry.startswith("tick")] == told
        assert len(end) == expected
    of_the_bot = [[entry for entry in end if not entry.startswith("> ")] for end in (stored, entries)]
    assert of_the_bot[0] == of_the_bot[1]


def transcript(server: Server) -> tuple[str, list[str]]:
    """Give the one conversation that the bot's store has, and what was said in it, as its operator sees it."""
    (listed,) = _run(server, "list")
    name = listed.split()[0]
    lines = [re.fullmatch(r"\S+  (bot|customer): +(.*)", line) for line in _run(server, "show", name)]
    return name, [("> " if line[1] == "customer" else "") + line[2] for line in lines if line is not None]


def _run(server: Server, *words: str) -> list[str]:
    command = [sys.executable, "-m", "botkit", "conversations", *words, "--dir", str(server.directory)]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.splitlines()


def _until(met: Callable[[], bool], page: Page, patience: float = LONGEST) -> None:
    deadline = time.monotonic() + patience
    while not met():
        assert time.monotonic() < deadline, "it never came to that"
        page.wait_for_timeout(50)


@pytest.mark.parametrize("transport", ["websocket", "polling"])
def test_cuts(tmp_path: Path, transport: str) -> None:
    with serving(tmp_path) as server:
        play(server, transport, cuts=8, seed=1)


@pytest.mark.whole
@pytest.mark.parametrize("transport", ["websocket", "polling"])
@pytest.mark.parametrize("seed", [2, 3])
def test_fifty_cuts(tmp_path: Path, transport: str, seed: int) -> None:
    with serving(tmp_path) as server:
        play(server, transport, cuts=50, seed=seed)
