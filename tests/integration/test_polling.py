"""A channel that polls, on several nodes: one of them does, and another when it dies."""

import asyncio
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from botkit.runtime.duties import LEASE, LOOKS
from tests.integration.polling import BOT

PATIENCE = 30.0
EVERY = 0.02  # seconds that the platform takes for an answer without updates


class Platform:
    """The platform's double: keeps an update until it is acknowledged, and notes who asked when."""

    def __init__(self) -> None:
        self.updates: list[dict[str, Any]] = []
        self.asked: list[tuple[float, str]] = []
        self.sent: list[str] = []
        self._next = 0
        self._door = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        routes = [Route("/updates", self._give), Route("/send", self._take, methods=["POST"])]
        config = uvicorn.Config(Starlette(routes=routes), log_config=None, lifespan="off", ws="none")
        self._server = uvicorn.Server(config)

    async def _give(self, request: Request) -> Response:
        after = int(request.query_params["after"])
        self.asked.append((time.monotonic(), request.query_params["node"]))
        self.updates = [update for update in self.updates if update["id"] > after]
        if not self.updates:
            await asyncio.sleep(EVERY)
        return JSONResponse(self.updates)

    async def _take(self, request: Request) -> Response:
        self.sent.append((await request.json())["text"])
        return JSONResponse({})

    def write(self, text: str, chat: str = "1") -> None:
        """Write something as a customer."""
        self.updates.append({"id": self._next, "chat": chat, "text": text})
        self._next += 1

    async def until(self, count: int) -> None:
        """Wait until so much was sent."""
        async with asyncio.timeout(PATIENCE):
            while len(self.sent) < count:  # noqa: ASYNC110 - another process sends
                await asyncio.sleep(0.02)

    def polled_by(self, since: float) -> set[str]:
        """Give who has asked since then."""
        return {node for at, node in self.asked if at >= since}

    @asynccontextmanager
    async def serving(self) -> AsyncIterator["Platform"]:
        """Serve for the length of a block."""
        serving = asyncio.create_task(self._server.serve(sockets=[self._door]))
        try:
            yield self
        finally:
            self._server.should_exit = True
            await serving
            self._door.close()


class Cluster(msgspec.Struct):
    """The nodes by their names."""

    command: list[str]
    nodes: dict[str, asyncio.subprocess.Process] = {}

    async def start(self, name: str) -> None:
        """Start a node."""
        node = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.integration.polling", name, *self.command, stdout=asyncio.subprocess.PIPE
        )
        self.nodes[name] = node
        assert node.stdout is not None
        assert await asyncio.wait_for(node.stdout.readline(), PATIENCE) == b"ready\n"


@pytest.fixture
async def platform() -> AsyncIterator[Platform]:
    async with Platform().serving() as made:
        yield made


@pytest.fixture
async def cluster(database: str, platform: Platform, tmp_path: Path) -> AsyncIterator[Cluster]:
    for name, text in BOT.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    made = Cluster([database, platform.address, str(tmp_path)])
    await asyncio.gather(made.start("a"), made.start("b"))
    yield made
    for node in made.nodes.values():
        if node.returncode is None:
            node.kill()
        await node.wait()


async def _talk(platform: Platform, texts: list[str]) -> None:
    for text in texts:
        platform.write(text)
    await platform.until(len(platform.sent) + len(texts))


async def _who(platform: Platform) -> tuple[str, str]:
    """Give who polls, and who does not."""
    await _talk(platform, ["/echo first"])
    since = time.monotonic()
    await asyncio.sleep(10 * EVERY)
    (polls,) = platform.polled_by(since)
    return polls, {"a": "b", "b": "a"}[polls]


async def test_one_node_polls_and_another_takes_over_when_it_is_killed(platform: Platform, cluster: Cluster) -> None:
    polls, other = await _who(platform)
    cluster.nodes[polls].kill()
    await cluster.nodes[polls].wait()
    died = time.monotonic()
    await _talk(platform, [f"/echo {n}" for n in range(5)])
    took = next(at for at, node in platform.asked if node == other) - died
    assert took < LEASE + LOOKS + 3.0  # this machine is busy
    assert platform.sent == ["/echo first", *(f"/echo {n}" for n in range(5))]


async def test_a_node_that_is_told_to_end_hands_over_at_once(platform: Platform, cluster: Cluster) -> None:
    polls, other = await _who(platform)
    cluster.nodes[polls].terminate()
    assert await asyncio.wait_for(cluster.nodes[polls].wait(), PATIENCE) == 0
    ended = time.monotonic()
    await _talk(platform, ["/echo 1"])
    assert min(at for at, node in platform.asked if node == other) - ended < LEASE / 2 + LOOKS


async def test_a_frozen_node_is_replaced_and_never_polls_beside_its_successor(
    platform: Platform, cluster: Cluster
) -> None:
    polls, other = await _who(platform)
    os.kill(cluster.nodes[polls].pid, signal.SIGSTOP)
    await _talk(platform, ["/echo 1"])
    os.kill(cluster.nodes[polls].pid, signal.SIGCONT)
    woke = time.monotonic()
    await asyncio.sleep(1.0)
    await _talk(platform, ["/echo 2", "/echo 3"])
    late = [at - woke for at, node in platform.asked if node == polls and at > woke]
    assert len(late) <= 1  # what it was about to ask when it was frozen; it is given nothing that it acknowledges
    assert platform.sent == ["/echo first", "/echo 1", "/echo 2", "/echo 3"]
    assert platform.polled_by(woke + 0.5) == {other}
