"""The desk over HTTP: people see what waits for them and act on it, each with a token of their own."""

import asyncio
import hashlib
import hmac
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import aclosing
from typing import Final
from urllib.parse import quote

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from botkit.app.api import answered, query_of, refuse
from botkit.app.audits import note_act
from botkit.app.bots import Bot
from botkit.app.briefs import described
from botkit.app.secrets import keep_secret
from botkit.app.teams import Agent
from botkit.errors import DeskError, FileError, UsageError
from botkit.ports.files import is_ref
from botkit.ports.people import Case, Dossier
from botkit.ports.requests import read_body

AGENT_HEADER: Final = "botkit-agent"  # who acts, for whoever comes with the token of the house
KEY_HEADER: Final = "idempotency-key"
BEAT: Final = 15.0  # seconds between signs of life of a stream on which nothing happens
MOST_BYTES: Final = 200_000  # of a request
STATUS: Final[Mapping[str, int]] = {"unknown": 404, "taken": 409, "unclaimed": 409, "late": 503, "failed": 500}
_NAME: Final = "desk"
_LAST: Final = 2**31 - 1  # a turn after which there is none
Answer = Callable[[Request, Agent], Awaitable[Response]]


def token_of(secret: str) -> str:
    """Give the token with which `botkit desk` comes: whoever can read the installation's secret is a lead."""
    return hmac.new(secret.encode(), b"botkit desk", hashlib.sha256).hexdigest() if secret else ""


def desk_routes(bot: Bot, leaving: Callable[[], bool] = lambda: False) -> list[BaseRoute]:
    """Give the routes of the desk; streams end when the server is `leaving`."""
    return Counter(bot, leaving).routes()


class Counter:
    """The desk of a bot, as its people reach it."""

    def __init__(self, bot: Bot, leaving: Callable[[], bool]) -> None:
        self._bot = bot
        self._leaving = leaving
        self._house = tuple(filter(None, (bot.checked.config.token, token_of(keep_secret(bot.checked.directory)))))

    def routes(self) -> list[BaseRoute]:
        """Give the routes."""
        answers: tuple[tuple[str, str, Answer], ...] = (
            ("GET", "/api/desk", self._me),
            ("GET", "/api/desk/live", self._live),
            ("POST", "/api/desk/leave", self._leave),
            ("GET", "/api/desk/cases", self._list),
            ("GET", "/api/desk/cases/{name:path}/files/{ref}", self._read),
            ("GET", "/api/desk/cases/{name:path}", self._look),
            ("POST", "/api/desk/cases/{name:path}/{act}", self._act),
        )
        return [Route(path, self._guarded(answer), methods=[method]) for method, path, answer in answers]

    # Who comes

    def _who(self, request: Request) -> Agent | None:
        """Tell who a token belongs to; how long that takes tells nothing of it."""
        given = request.headers.get("authorization", "").encode("latin-1")
        found: Agent | None = None
        for agent in self._bot.checked.config.agents.values():
            if agent.token and hmac.compare_digest(given, f"Bearer {agent.token}".encode()):
                found = agent
        for token in self._house:
            if hmac.compare_digest(given, f"Bearer {token}".encode()):
                name = request.headers.get(AGENT_HEADER, "").strip() or _NAME
                known = self._bot.checked.config.agents.get(name)
                found = Agent(name, known.name if known is not None else name, role="lead")
        return found

    def _guarded(self, answer: Answer) -> Callable[[Request], Awaitable[Response]]:
        async def run(request: Request) -> Response:
            agent = self._who(request)
            if agent is None:
                return refuse(401, "a token is needed: Authorization: Bearer ...", {"WWW-Authenticate": "Bearer"})
            if request.method == "POST" and agent.role == "viewer":
                return refuse(403, f"{agent.id} looks on: the role is viewer")
            try:
                return await answered(answer(request, agent))
            except DeskError as error:
                return JSONResponse({"error": str(error), "reason": error.reason}, STATUS.get(error.reason, 409))

        return run

    # What they see

    async def _me(self, request: Request, agent: Agent) -> Response:
        query_of(request)
        teams = [team for team in await self._bot.desk.teams() if agent.role == "lead" or agent.serves(team.name)]
        agents = [{"id": one.id, "name": one.name} for one in self._bot.checked.config.agents.values()]
        shown = {"agent": agent.id, "name": agent.name, "role": agent.role, "bot": self._bot.flows.settings.name}
        return JSONResponse({**shown, "agents": agents, "teams": msgspec.to_builtins(teams)})

    async def _list(self, request: Request, agent: Agent) -> Response:
        team = query_of(request, "team").get("team", "")
        cases = [case for case in await self._bot.desk.cases(team) if may_see(agent, case)]
        return JSONResponse({"cases": msgspec.to_builtins(cases)})

    async def _look(self, request: Request, agent: Agent) -> Response:
        after = query_of(request, "after").get("after", "0")
        if not (after.isascii() and after.isdigit() and len(after) < 11):
            raise UsageError(f"'after' is the number of a turn, not {after[:40]!r}")
        dossier = await self._seen(request, agent, int(after))
        if after == "0":  # opened: a page that follows asks for what is new
            await note_act(self._bot.store, agent.id, "read", dossier.case.conversation)
        return JSONResponse(described(dossier))

    async def _seen(self, request: Request, agent: Agent, after: int = 0) -> Dossier:
        """Give a conversation that somebody may see; another one does not exist for them."""
        name = request.path_params["name"]
        dossier = await self._bot.desk.look(name, after)
        if not may_see(agent, dossier.case):
            raise DeskError(f"there is no conversation {name[:80]!r}", reason="unknown")
        return dossier

    async def _read(self, request: Request, agent: Agent) -> Response:
        """Give a file that the customer sent; a browser saves it and runs nothing of it."""
        query_of(request)
        case, ref = (await self._seen(request, agent, _LAST)).case, request.path_params["ref"]
        file = await self._bot.files.find(case.conversation, ref) if is_ref(ref) else None
        if file is None:
            raise DeskError("there is no such file in this conversation", reason="unknown")
        headers = {
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name, safe='')}",
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        }
        pieces = self._bot.desk.read(case.conversation, ref)
        try:
            first = await anext(pieces, b"")  # what fails here is told, what fails later breaks off
        except FileError as error:
            raise DeskError("there is no such file in this conversation", reason="unknown") from error

        async def whole() -> AsyncIterator[bytes]:
            yield first
            async for piece in pieces:
                yield piece

        return StreamingResponse(whole(), media_type=file.mime, headers=headers)

    async def _live(self, request: Request, agent: Agent) -> Response:
        query_of(request)
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(self._stream(agent), media_type="text/event-stream", headers=headers)

    async def _stream(self, agent: Agent) -> AsyncGenerator[str, None]:
        """Write what happens as server-sent events."""
        yield "retry: 1000\n\n"
        async with aclosing(self._bot.desk.watch()) as changes:
            coming = asyncio.ensure_future(anext(changes))
            try:
                last = time.monotonic()
                while not self._leaving():
                    done, _ = await asyncio.wait({coming}, timeout=1.0)
                    if done:
                        change = coming.result()
                        coming = asyncio.ensure_future(anext(changes))
                        if may_see(agent, change.case):
                            data = msgspec.json.encode(change.case).decode()
                            yield f"event: {change.kind}\ndata: {data}\n\n"
                            last = time.monotonic()
                    elif time.monotonic() - last > BEAT:
                        yield ": nothing happens\n\n"
                        last = time.monotonic()
            finally:
                coming.cancel()
                await asyncio.gather(coming, return_exceptions=True)

    # What they do

    async def _leave(self, request: Request, agent: Agent) -> Response:
        query_of(request)
        return JSONResponse({"left": await self._bot.desk.leave(agent.id)})

    async def _act(self, request: Request, agent: Agent) -> Response:
        query_of(request)
        act = request.path_params["act"]
        if act not in _ACTS:
            return refuse(404, f"there is no act {act[:40]!r}: {', '.join(_ACTS)}")
        given = await _body(request, *_ACTS[act])
        case = (await self._seen(request, agent, _LAST)).case
        name = case.conversation
        if act == "typing":
            await self._bot.desk.typing(name, agent.id, name=agent.name)
            return JSONResponse({"case": msgspec.to_builtins(case)})
        key = request.headers.get(KEY_HEADER, "")
        if len(key) > 200 or not (key.isascii() and (key.isprintable() or not key)):
            raise UsageError(f"{KEY_HEADER} has up to 200 printable ASCII characters")
        return JSONResponse({"case": msgspec.to_builtins(await self._do(act, name, agent, given, key))})

    async def _do(self, act: str, name: str, agent: Agent, given: Mapping[str, str], key: str) -> Case:
        desk, lead = self._bot.desk, agent.role == "lead"
        key = f"{agent.id}:{act}:{key}" if key else ""
        match act:
            case "claim":
                case = await desk.claim(name, agent.id, lead=lead and given.get("from") == "others", key=key)
                await note_act(self._bot.store, agent.id, "claimed", name)
                return case
            case "reply":
                return await desk.reply(name, agent.id, given.get("text", ""), key=key, name=agent.name)
            case "note":
                return await desk.note(name, agent.id, given.get("text", ""), key=key)
            case "return":
                return await desk.give_back(name, agent.id, lead=lead, key=key)
            case "close":
                return await desk.close(name, agent.id, lead=lead, key=key)
        to, known = given.get("to", ""), self._bot.checked.config.agents
        if to and known and to not in known:
            raise DeskError(f"there is no agent {to[:40]!r}", reason="unknown", hint=f"there are {', '.join(known)}")
        return await desk.reassign(name, agent.id, to=to, team=given.get("team", ""), lead=lead, key=key)


_ACTS: Final[Mapping[str, tuple[str, ...]]] = {
    "claim": ("from",),
    "reply": ("text",),
    "typing": (),
    "note": ("text",),
    "return": (),
    "reassign": ("to", "team"),
    "close": (),
}
"""What may be done, and what the body of each request takes."""


def may_see(agent: Agent, case: Case) -> bool:
    """Tell whether somebody may see a conversation: their teams', their own; the bot's, if they serve all teams."""
    if agent.role == "lead" or case.agent == agent.id:
        return True
    return agent.serves(case.team) if case.owner != "bot" or case.team else not agent.teams


async def _body(request: Request, *keys: str) -> dict[str, str]:
    """Read what an act takes: a JSON object of texts, or nothing."""
    written = await read_body(request, MOST_BYTES)
    if written is None:
        raise UsageError(f"a request has at most {MOST_BYTES:,} bytes")
    if not written.strip():
        return {}
    try:
        given = msgspec.json.decode(written, type=dict[str, str])
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise UsageError("the body is a JSON object with texts", hint=str(error)) from error
    for key in given:
        if key not in keys:
            raise UsageError(f"there is no {key[:40]!r} here", hint=f"it takes {', '.join(keys) or 'nothing'}")
    return given
