"""Socket Mode: https://docs.slack.dev/apis/events-api/using-socket-mode.

An envelope goes to one of the connections, and is acknowledged by its id, on that connection or on another one of the app.
"""

import asyncio
import contextlib
import json
from collections.abc import Callable
from typing import Any, Final

from aiohttp import WSMsgType, web

from tests.slack.workspace import APP, Params, Workspace

MOST: Final = 10  # connections of one app
HURRY: Final = 10  # seconds for which a connection lives on that was told to be refreshed


class Connection:
    """One connection of the app."""

    def __init__(self, ws: web.WebSocketResponse, transport: asyncio.Transport) -> None:
        self.ws = ws
        self.transport = transport
        self.leaving = False
        self.waiting: set[asyncio.Future[Params | None]] = set()


class SocketMode:
    """The server of it. `silent`: it takes acknowledgements and loses them; `acknowledged` is told of each."""

    def __init__(self, work: Workspace) -> None:
        self.work = work
        self.connections: list[Connection] = []
        self.heard: list[Params] = []
        self.opened = 0
        self.silent = False
        self.acknowledged: Callable[[str], None] = lambda _: None
        self._waiting: dict[str, asyncio.Future[Params | None]] = {}
        self._turn = 0

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Take a connection, by a ticket that is good for one."""
        ticket = request.query.get("ticket", "")
        if ticket not in self.work.tickets or request.transport is None:
            return web.Response(status=404)
        self.work.tickets.remove(ticket)
        ws = web.WebSocketResponse(autoping=True)
        await ws.prepare(request)
        here = Connection(ws, request.transport)
        self.connections.append(here)
        if len(self.connections) > MOST:
            await self._say(here, {"type": "disconnect", "reason": "too_many_websockets"})
        self.opened += 1
        await self._say(here, self._hello())
        await self.work.tell()
        try:
            await self._listen(here)
        finally:
            self.connections.remove(here)
            for waiting in list(here.waiting):  # what it was not acknowledged by then comes again
                if not waiting.done():
                    waiting.set_result(None)
            await self.work.tell()
        return ws

    async def deliver(
        self,
        kind: str,
        payload: Params,
        patience: float,
        *,
        attempt: int = 0,
        reason: str = "",
        answers: bool = False,
    ) -> Params | None:
        """Send an envelope; give what came with its acknowledgement, None if none came in time or at all."""
        name = self.work.next_id("envelope-")
        envelope: Params = {
            "envelope_id": name,
            "type": kind,
            "payload": payload,
            "accepts_response_payload": answers,
        }
        if kind == "events_api":
            envelope |= {"retry_attempt": attempt, "retry_reason": reason}
        waiting = self._waiting[name] = asyncio.Future()
        try:
            async with asyncio.timeout(patience):
                here = self._choose()
                if here is None:
                    return None
                here.waiting.add(waiting)
                waiting.add_done_callback(here.waiting.discard)
                await self._say(here, envelope)
                return await waiting
        except TimeoutError:
            return None
        finally:
            del self._waiting[name]

    async def refresh(self) -> None:
        """Ask for new connections in the place of those that there are; each gets no more envelopes."""
        for here in list(self.connections):
            here.leaving = True
            await self._say(here, {"type": "disconnect", "reason": "warning", "debug_info": {"host": "double"}})
            await self._say(
                here, {"type": "disconnect", "reason": "refresh_requested", "debug_info": {"host": "double"}}
            )

    def drop(self) -> None:
        """Break all connections off, without a word."""
        for here in list(self.connections):
            here.leaving = True
            here.transport.abort()

    async def close(self) -> None:
        """End it."""
        for here in list(self.connections):
            with contextlib.suppress(ConnectionError, TimeoutError):
                async with asyncio.timeout(1):
                    await here.ws.close()

    @property
    def live(self) -> list[Connection]:
        """Give the connections that envelopes go to."""
        return [one for one in self.connections if not one.leaving and not one.ws.closed]

    def _choose(self) -> Connection | None:
        live = self.live
        self._turn += 1
        return live[self._turn % len(live)] if live else None

    def _hello(self) -> Params:
        told: Params = {"host": "double", "started": "2026-01-01 00:00:00.000", "build_number": 1}
        told["approximate_connection_time"] = 18_060
        return {
            "type": "hello",
            "num_connections": len(self.connections),
            "debug_info": told,
            "connection_info": {"app_id": APP},
        }

    async def _say(self, here: Connection, what: Params) -> None:
        with contextlib.suppress(ConnectionError):
            await here.ws.send_str(json.dumps(what))

    async def _listen(self, here: Connection) -> None:
        async for frame in here.ws:
            if frame.type is not WSMsgType.TEXT:
                break
            said: dict[str, Any] = json.loads(frame.data)
            self.heard.append(said)
            waiting = self._waiting.get(str(said.get("envelope_id")))
            if waiting is not None and not waiting.done() and not self.silent:
                self.acknowledged(str(said["envelope_id"]))
                waiting.set_result(dict(said.get("payload") or {}))
