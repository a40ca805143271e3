"""A server for what a connector serves, that starts and ends at once."""

import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import uvicorn
from starlette.applications import Starlette


@contextmanager
def listening() -> Iterator[socket.socket]:
    """Give a socket that listens on a free port of loopback."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        yield door


@asynccontextmanager
async def served(app: Starlette, sock: Any) -> AsyncIterator[None]:
    """Serve an application on a socket that listens, without the pauses of a server's own loop."""
    config = uvicorn.Config(app, log_level="warning", log_config=None, lifespan="off", timeout_graceful_shutdown=1)
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup(sockets=[sock])
    try:
        yield
    finally:
        await server.shutdown(sockets=[sock])
