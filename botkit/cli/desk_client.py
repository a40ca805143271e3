"""A desk that is reached over HTTP: that of a bot which is served somewhere."""

# ruff: noqa: ARG002 - what the port gives besides, the token decides here

import asyncio
import http.client
import json
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import quote, urlencode, urlsplit
from uuid import uuid4

import msgspec

from botkit.app.desks import AGENT_HEADER, KEY_HEADER
from botkit.errors import ConfigError, DeskError, FileError, UsageError
from botkit.ports.people import Case, Change, Dossier, Line, Team
from botkit.runtime.desk import changes_of

WITHIN = 20.0  # seconds that an answer may take
AGAIN = 1.0  # seconds between tries to listen


class Me(msgspec.Struct, frozen=True):
    """Who one is at the desk of which bot, and who else is there."""

    agent: str
    name: str
    role: str
    bot: str
    agents: tuple[dict[str, str], ...]
    teams: tuple[Team, ...]


class HTTPDesk:
    """A Desk (`ports.people`) behind the `/api/desk` of a bot.

    `agent` is who acts where the token is not one person's. Where it is, that person acts, whoever is named with an
    act.
    """

    def __init__(self, url: str, token: str, agent: str = "") -> None:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise UsageError(f"{url[:80]!r} is no address of a bot", hint="for instance http://127.0.0.1:8000")
        self.url = url
        self._parts = parts
        self._headers = {"Authorization": f"Bearer {token}", **({AGENT_HEADER: agent} if agent else {})}

    # Looking

    async def me(self) -> Me:
        """Tell who one is. Raises ConfigError where no desk answers, or the token is none."""
        return msgspec.convert(await self._ask("GET", "/api/desk"), Me)

    async def teams(self) -> Sequence[Team]:
        """Give the teams."""
        return (await self.me()).teams

    async def cases(self, team: str = "") -> Sequence[Case]:
        """Give what waits, and what people have."""
        query = f"?{urlencode({'team': team})}" if team else ""
        found = await self._ask("GET", f"/api/desk/cases{query}")
        return msgspec.convert(found["cases"], list[Case])

    async def look(self, conversation: str, after: int = 0) -> Dossier:
        """Give a conversation with its lines after a turn."""
        found = await self._ask("GET", f"{_path(conversation)}?after={after}")
        lines = msgspec.convert(found["lines"], tuple[Line, ...])
        return Dossier(msgspec.convert(found["case"], Case), found["packet"], lines)

    async def read(self, conversation: str, ref: str) -> AsyncIterator[bytes]:
        """Read a file that the customer sent."""
        path = f"{_path(conversation)}/files/{quote(ref, safe='')}"
        status, written = await asyncio.to_thread(self._send, "GET", path, None, {})
        if status != 200:
            raise FileError("there is no such file in this conversation", reason="missing")
        yield written

    async def watch(self) -> AsyncGenerator[Change, None]:
        """Give what happens: what the server tells wakes a look at the list."""
        listener = _Listener(self, asyncio.get_running_loop())
        try:
            async for change in changes_of(self.cases, self._is_gone, listener.wait):
                yield change
        finally:
            listener.stop()

    async def _is_gone(self, conversation: str) -> bool:
        try:
            return (await self.look(conversation, 2**31 - 1)).case.owner == "bot"
        except DeskError:
            return True

    # Acting

    async def claim(self, conversation: str, agent: str = "", *, lead: bool = False, key: str = "") -> Case:
        """Take a conversation."""
        return await self._act(conversation, "claim", agent, key, {"from": "others"} if lead else {})

    async def reply(self, conversation: str, agent: str, text: str, *, key: str = "", name: str = "") -> Case:
        """Say something to the customer."""
        return await self._act(conversation, "reply", agent, key, {"text": text})

    async def typing(self, conversation: str, agent: str = "", *, name: str = "") -> None:
        """Show the customer that one writes."""
        await self._act(conversation, "typing", agent, "", {})

    async def note(self, conversation: str, agent: str, text: str, *, key: str = "") -> Case:
        """Note something that the customer does not see."""
        return await self._act(conversation, "note", agent, key, {"text": text})

    async def give_back(self, conversation: str, agent: str = "", *, lead: bool = False, key: str = "") -> Case:
        """Give a conversation back to the bot."""
        return await self._act(conversation, "return", agent, key, {})

    async def reassign(
        self,
        conversation: str,
        agent: str = "",
        *,
        to: str = "",
        team: str = "",
        lead: bool = False,
        key: str = "",
    ) -> Case:
        """Give a conversation to a colleague, or into the queue of a team."""
        given = {name: value for name, value in (("to", to), ("team", team)) if value}
        return await self._act(conversation, "reassign", agent, key, given)

    async def close(self, conversation: str, agent: str = "", *, lead: bool = False, key: str = "") -> Case:
        """End a conversation."""
        return await self._act(conversation, "close", agent, key, {})

    async def leave(self, agent: str = "") -> int:
        """Put all that one has back into the queue."""
        return int((await self._ask("POST", "/api/desk/leave", agent=agent))["left"])

    async def _act(self, conversation: str, act: str, agent: str, key: str, given: Mapping[str, str]) -> Case:
        headers = {KEY_HEADER: key or uuid4().hex}
        found = await self._ask("POST", f"{_path(conversation)}/{act}", given, headers, agent)
        return msgspec.convert(found["case"], Case)

    # Over HTTP

    async def _ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        agent: str = "",
    ) -> Any:
        more = {**(headers or {}), **({AGENT_HEADER: agent} if agent else {})}
        status, written = await asyncio.to_thread(self._send, method, path, body, more)
        try:
            found = json.loads(written)
        except ValueError:
            found = {"error": f"it answered {status}"}
        if status == 200:
            return found
        told, reason = str(found.get("error", f"it answered {status}")), str(found.get("reason", ""))
        if reason:
            raise DeskError(told, reason=reason)
        if status == 400:
            raise UsageError(told)
        raise ConfigError(f"the desk at {self.url} refuses: {told}")

    def _send(
        self, method: str, path: str, body: Mapping[str, str] | None, headers: Mapping[str, str]
    ) -> tuple[int, bytes]:
        connection = self.connect(WITHIN)
        try:
            given = json.dumps(body).encode() if body is not None else None
            connection.request(method, path, given, {**self._headers, **headers})
            answer = connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException) as error:
            why = (error.strerror if isinstance(error, OSError) else "") or str(error) or type(error).__name__
            raise ConfigError(
                f"nothing answers at {self.url}: {why}",
                hint="start the bot with `botkit run`, or name its address with --url",
            ) from error
        finally:
            connection.close()

    def connect(self, within: float) -> http.client.HTTPConnection:
        """Open a connection to the bot."""
        kind = http.client.HTTPSConnection if self._parts.scheme == "https" else http.client.HTTPConnection
        return kind(self._parts.hostname or "", self._parts.port, timeout=within)

    def listen(self, connection: http.client.HTTPConnection, tell: Callable[[], None]) -> None:
        """Call `tell` whenever the server tells of something, until the stream ends."""
        connection.request("GET", "/api/desk/live", headers=self._headers)
        answer = connection.getresponse()
        while answer.status == 200 and (line := answer.readline()):
            if line.startswith(b"data:"):
                tell()


class _Listener:
    """A thread that listens to the server's stream, and begins anew when it breaks off."""

    def __init__(self, desk: HTTPDesk, loop: asyncio.AbstractEventLoop) -> None:
        self._desk = desk
        self._loop = loop
        self._told = asyncio.Event()
        self._ended = threading.Event()
        self._connection = desk.connect(60.0)
        threading.Thread(target=self._run, name="desk", daemon=True).start()

    def _run(self) -> None:
        while not self._ended.is_set():
            with suppress(OSError, http.client.HTTPException, ValueError, AttributeError):
                self._desk.listen(self._connection, self._tell)
            self._connection.close()
            self._ended.wait(AGAIN)

    def _tell(self) -> None:
        with suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self._told.set)

    async def wait(self, most: float) -> None:
        """Wait until something is told, at most so many seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(most):
                await self._told.wait()
        self._told.clear()

    def stop(self) -> None:
        """Listen no more."""
        self._ended.set()
        sock = self._connection.sock
        if sock is not None:
            with suppress(OSError):
                sock.shutdown(2)
        self._connection.close()


def _path(conversation: str) -> str:
    return f"/api/desk/cases/{quote(conversation, safe='')}"
