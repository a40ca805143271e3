"""A node whose channel polls a platform: `python -m tests.integration.polling NAME STORE PLATFORM DIRECTORY`.

The platform is the test's: GET /updates?node=NAME&after=N gives the updates after N, and takes those up to N for
acknowledged.
"""

import asyncio
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx

from botkit import Capabilities, DeliveryError, Incoming, Intake, Message, Reply
from botkit.app.bots import Bot

BOT = {
    "bot.yaml": "name: Echo\n",
    "flows.yaml": "flows:\n  echo:\n    start: {commands: [echo]}\n    steps: [{say: '{{ message.text }}'}]\n",
}


class Polling:
    """A connector that polls."""

    name = "poll"
    capabilities = Capabilities()
    polls = True

    def __init__(self, node: str, platform: str) -> None:
        self._node = node
        self._http = httpx.AsyncClient(base_url=platform, timeout=10)
        self._intake: Intake | None = None

    async def start(self, intake: Intake) -> None:
        """Keep the intake."""
        self._intake = intake

    async def poll(self) -> None:
        """Fetch update after update; what was accepted is acknowledged with the next request."""
        assert self._intake is not None
        after = -1
        while True:
            answer = await self._http.get("/updates", params={"node": self._node, "after": after})
            for update in answer.json():
                await self._intake.accept(
                    Incoming(self.name, update["chat"], str(update["id"]), Message(update["text"]))
                )
                after = update["id"]

    async def stop(self) -> None:
        """Close the client."""
        await self._http.aclose()

    async def send(self, chat: str, reply: Reply) -> str:
        """Send."""
        try:
            await self._http.post("/send", json={"chat": chat, "text": reply.text, "id": reply.id})
        except httpx.HTTPError as error:
            raise DeliveryError(str(error)) from error
        return reply.id

    def routes(self) -> Sequence[Any]:
        """Serve nothing."""
        return ()


async def serve(node: str, store: str, platform: str, directory: str) -> None:
    """Run until SIGTERM."""
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    connectors = {"poll": Polling(node, platform)}
    bot = await Bot.load(Path(directory), store=store, role="all", connectors=lambda _: connectors)
    await bot.receive()
    print("ready", flush=True)
    await ended.wait()
    await bot.close()


if __name__ == "__main__":
    asyncio.run(serve(*sys.argv[1:]))
