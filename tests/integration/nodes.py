"""A bot on several nodes, each a process of its own, and customers on its pages."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

COUNTER = Path(__file__).parents[1] / "data" / "counter"
PATIENCE = 40.0  # seconds; what a killed worker left is taken up after ten and a look


class Node:
    """One process of a bot: `address` once it is ready."""

    def __init__(self, role: str, process: asyncio.subprocess.Process, address: str) -> None:
        self.role = role
        self.process = process
        self.address = address
        self.said: list[str] = []
        self.listening = asyncio.create_task(self._listen())

    async def _listen(self) -> None:
        assert self.process.stdout is not None
        while line := await self.process.stdout.readline():
            self.said.append(line.decode())

    async def end(self, number: signal.Signals = signal.SIGKILL) -> int:
        """Send a signal and give the exit code."""
        if self.process.returncode is None:
            self.process.send_signal(number)
        code = await asyncio.wait_for(self.process.wait(), PATIENCE)
        await self.listening
        return code


class Cluster:
    """The nodes of one bot."""

    def __init__(self, database: str, ledger: Path, bot: Path = COUNTER, carrier: str = "") -> None:
        self.bot = bot
        self.ledger = ledger
        self.nodes: list[Node] = []
        self._variables = {**os.environ, "STORE": database, "LEDGER": str(ledger), "BOTKIT_PORT": "0"}
        self._variables["CARRIER"] = carrier

    async def start(self, role: str) -> Node:
        """Start a node and wait until it says that it is ready."""
        command = [sys.executable, "-m", "botkit", "run", str(self.bot), "--role", role, "--no-reload"]
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            *command, env=self._variables, stdout=pipe, stderr=asyncio.subprocess.STDOUT
        )
        assert process.stdout is not None
        heard = ""
        async with asyncio.timeout(PATIENCE):
            while "http://" not in heard:
                line = (await process.stdout.readline()).decode()
                heard += line
                assert line, heard
        node = Node(role, process, heard.partition("http://")[2].split()[0].strip(";,"))
        self.nodes.append(node)
        return node

    def lines(self) -> list[str]:
        """Give what was written by actions."""
        return self.ledger.read_text(encoding="utf-8").splitlines() if self.ledger.exists() else []


@contextlib.asynccontextmanager
async def cluster(
    database: str, folder: Path, *roles: str, bot: Path = COUNTER, carrier: str = ""
) -> AsyncIterator[Cluster]:
    """Start nodes of these roles together, and end them."""
    made = Cluster(database, folder / "ledger", bot, carrier)
    try:
        for role in roles:
            await made.start(role)
        yield made
    finally:
        for node in made.nodes:
            await node.end()


class Customer:
    """A customer's page: comes back when its connection is lost, and keeps what it was shown, each entry once."""

    def __init__(self, addresses: Sequence[str]) -> None:
        self.addresses = list(addresses)
        self.shown: dict[str, str] = {}  # id → text, in the order in which they came
        self.repeats = 0
        self._page: ClientConnection | None = None
        self._chat: dict[str, str] = {}
        self._last = ""
        self._turn = 0
        self._reading: asyncio.Task[None] | None = None
        self._changed = asyncio.Condition()
        self._acknowledged: set[str] = set()

    @property
    def conversation(self) -> str:
        """Its conversation."""
        return f"web:{self._chat['chat']}"

    @property
    def texts(self) -> list[str]:
        """What it was shown, its own messages included."""
        return list(self.shown.values())

    async def open(self) -> None:
        """Open the page, at the next address."""
        address = self.addresses[self._turn % len(self.addresses)]
        self._turn += 1
        self._page = await connect(f"ws://{address}/web/socket")
        await self._page.send(json.dumps({"type": "hello", "last": self._last, **self._chat}))
        welcome = json.loads(await self._page.recv())
        self._chat = {"chat": welcome["chat"], "token": welcome["token"]}
        self._reading = asyncio.create_task(self._read(self._page))

    async def leave(self) -> None:
        """Close the page."""
        if self._page is not None:
            await self._page.close()
        if self._reading is not None:
            await asyncio.gather(self._reading, return_exceptions=True)

    async def _read(self, page: ClientConnection) -> None:
        with contextlib.suppress(ConnectionClosed):
            while True:
                await self._take(json.loads(await page.recv()))

    async def _take(self, frame: dict[str, Any]) -> None:
        async with self._changed:
            match frame["type"]:
                case "ack":
                    self._acknowledged.add(frame["id"])
                    self._last = frame["id"]
                case "reply" | "said":
                    self.repeats += frame["id"] in self.shown
                    self.shown.setdefault(frame["id"], frame["text"])
                    self._last = frame["id"]
            self._changed.notify_all()

    async def say(self, key: str, text: str, **beside: Any) -> None:
        """Say something until it is acknowledged; `beside` stands in the frame as well."""
        while key not in self._acknowledged:
            assert self._page is not None
            with contextlib.suppress(ConnectionClosed, TimeoutError):
                await self._page.send(json.dumps({"type": "message", "id": key, "text": text, **beside}))
                async with asyncio.timeout(3), self._changed:
                    await self._changed.wait_for(lambda: key in self._acknowledged)
        self.shown.setdefault(key, text)

    async def until(self, count: int, patience: float = PATIENCE) -> None:
        """Wait until so many replies were shown."""
        async with asyncio.timeout(patience), self._changed:
            await self._changed.wait_for(lambda: len(self.shown) >= count)
