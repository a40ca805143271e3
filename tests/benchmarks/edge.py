"""The server that `webhook` measures, a process of its own: `python -m tests.benchmarks.edge [STORE]`.

With the URL of a store it serves the benchmarks' bot behind a webhook, without one the bare edge: uvicorn and Starlette
with a route that reads the same JSON and answers. The first line that it prints is its port. `/spent` tells the seconds
of the processor that it has used, and the replies that were sent.
"""

import asyncio
import sys
from collections.abc import Sequence
from time import process_time
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from botkit import Bot, Capabilities, Incoming, Intake, Message, Reply
from botkit.app.metrics import CountedConnector, Numbers
from botkit.app.serving import Address, build_app, listen
from botkit.runtime.collecting import spare_collector
from botkit.stores import open_store
from tests.benchmarks.talk import BOT

CHANNEL = "hook"


class HookConnector:
    """A webhook as a third party's connector would have it; what is sent is counted."""

    name = CHANNEL
    capabilities = Capabilities(buttons=10)

    def __init__(self) -> None:
        self.sent = 0
        self._intake: Intake | None = None

    async def start(self, intake: Intake) -> None:
        """Begin to receive."""
        self._intake = intake

    async def stop(self) -> None:
        """Stop receiving."""
        self._intake = None

    async def send(self, chat: str, reply: Reply) -> str:
        """Count a reply."""
        assert chat
        assert reply.text
        self.sent += 1
        return str(self.sent)

    def routes(self) -> Sequence[BaseRoute]:
        """Give the webhook: it answers when the message is stored."""
        return [Route("/hook", self._receive, methods=["POST"])]

    async def _receive(self, request: Request) -> Response:
        if self._intake is None:
            return Response(status_code=503)
        update = await request.json()
        await self._intake.accept(Incoming(self.name, update["chat"], update["id"], Message(text=update["text"])))
        return Response()


async def receive(request: Request) -> Response:
    """Do as little as a webhook can."""
    update = await request.json()
    assert update["text"]
    return Response()


async def serve_bare() -> None:
    """Serve the bare edge until the process is ended."""

    async def spent(_: Request) -> Response:
        return JSONResponse([process_time(), 0])

    spare_collector()
    await _serve(Starlette(routes=[Route("/hook", receive, methods=["POST"]), Route("/spent", spent)]))


async def serve_bot(store: str) -> None:
    """Serve the bot, its store at FULL, until the process is ended."""
    hook, numbers = HookConnector(), Numbers()
    channels = {CHANNEL: CountedConnector(hook, numbers)}

    async def spent(_: Request) -> Response:
        return JSONResponse([process_time(), hook.sent])

    async with await Bot.load(BOT, store=open_store(store, "full"), connectors=lambda _: channels) as bot:
        await channels[CHANNEL].start(bot.engine)
        spare_collector()
        app = build_app(bot, numbers)
        app.router.routes.append(Route("/spent", spent))
        await _serve(app)


async def _serve(app: Any) -> None:
    config = uvicorn.Config(
        app, log_config=None, log_level="warning", access_log=False, lifespan="off", timeout_graceful_shutdown=1
    )
    with listen(Address(port=0)) as door:
        print(door.getsockname()[1], flush=True)
        await uvicorn.Server(config).serve(sockets=[door])


def main() -> None:
    """Serve on uvloop where it is installed, as uvicorn does by itself."""
    serving = serve_bot(sys.argv[1]) if len(sys.argv) > 1 else serve_bare()
    factory = uvicorn.Config(receive).get_loop_factory()
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(serving)


if __name__ == "__main__":
    main()
