"""The socket: one connection of a page, from its handshake to its close."""

import asyncio
import contextlib

from starlette.responses import Response
from starlette.websockets import WebSocket, WebSocketDisconnect

from botkit_web.access import address_of
from botkit_web.chats import Line
from botkit_web.protocol import FrameError, Hello, read_frame, write_problem
from botkit_web.settings import WebSettings
from botkit_web.sites import admits, retry_after
from botkit_web.visits import LATER, POLICY, STRIKES, Visit, Visits

RESTART = 1012
_TOO_BIG = 1009
_FRAME = 1_048_576  # a longer frame closes the socket unread; one that is only too long a message gets an answer
_FAREWELL = 2.0  # seconds that a closing socket has for its last frames


class Sockets:
    """Serves the sockets of pages."""

    def __init__(self, settings: WebSettings, visits: Visits) -> None:
        self._settings = settings
        self._visits = visits

    async def serve(self, socket: WebSocket) -> None:
        """Serve one until the page leaves, or has to."""
        headers = socket.headers
        if not admits(headers.get("origin", ""), headers.get("host", ""), self._settings.origins):
            await socket.close(POLICY)
            return
        address = address_of(socket.client)
        gate = self._visits.gate
        wait = gate.take(address) or gate.enter(address)
        if wait:
            await _deny(socket, wait)
            return
        try:
            await self._talk(socket, address)
        finally:
            gate.leave(address)

    async def _talk(self, socket: WebSocket, address: str) -> None:
        await socket.accept()
        if not self._visits.running:
            await socket.close(RESTART)
            return
        line = Line()
        writer = asyncio.create_task(_write(socket, line))
        try:
            await self._converse(socket, line, address)
        finally:
            line.close(1000)
            await _end(writer)

    async def _converse(self, socket: WebSocket, line: Line, address: str) -> None:
        visit = await self._greet(socket, line, address)
        if visit is None:
            return
        try:
            while (text := await self._read(socket, line)) is not None:
                await self._visits.take(visit, text)
                await asyncio.sleep(0)  # whoever sends without a pause does not keep the loop from the others
        finally:
            visit.chat.lines.discard(line)

    async def _read(self, socket: WebSocket, line: Line) -> str | None:
        """Give the next frame's text ("" for a binary one), or None when the page left or has to leave."""
        message = await socket.receive()
        if line.closed or message["type"] == "websocket.disconnect":
            return None
        text: str = message.get("text") or ""
        if max(len(text), len(message.get("bytes") or b"")) > _FRAME:
            line.put(write_problem("too_long", "This frame is too long."))
            line.close(_TOO_BIG)
            return None
        return text

    async def _greet(self, socket: WebSocket, line: Line, address: str) -> Visit | None:
        """Wait for hello and answer it; None when the page left or was sent away."""
        try:
            async with asyncio.timeout(self._settings.hello_seconds):
                hello = await self._await_hello(socket, line)
        except TimeoutError:
            line.put(write_problem("hello_late", "Nobody said hello."))
            line.close(POLICY)
            return None
        return await self._visits.welcome(hello, line, address) if hello is not None else None

    async def _await_hello(self, socket: WebSocket, line: Line) -> Hello | None:
        for _ in range(STRIKES):
            text = await self._read(socket, line)
            if text is None:
                return None
            try:
                frame = read_frame(text)
            except FrameError as error:
                line.put(write_problem(error.code, str(error)))
                continue
            if isinstance(frame, Hello):
                return frame
            line.put(write_problem("hello_first", "Say hello first.", frame.id))
        line.close(POLICY)
        return None


async def _deny(socket: WebSocket, wait: float) -> None:
    """Refuse the handshake; a page learns why, and how long to wait, when it polls."""
    if "websocket.http.response" in socket.scope.get("extensions", {}):
        await socket.send_denial_response(Response(status_code=429, headers=retry_after(wait)))
    else:
        await socket.close(LATER)


async def _end(writer: asyncio.Task[None]) -> None:
    """Let the last frames out, but wait for no page that does not read them."""
    try:
        await asyncio.wait({writer}, timeout=_FAREWELL)
    finally:
        writer.cancel()


async def _write(socket: WebSocket, line: Line) -> None:
    """Send what waits in the line until it closes or the page is gone."""
    with contextlib.suppress(WebSocketDisconnect, RuntimeError):
        while isinstance(frame := await line.take(), str):
            await socket.send_text(frame)
        await socket.close(frame)
