"""The API over HTTP: conversations are listed, exported and erased, for whoever has the bot's token."""

import asyncio
import contextlib
import hmac
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from botkit.app.audits import API, note_act
from botkit.app.bots import Bot
from botkit.app.erasing import Found, Target, erase, find_conversations
from botkit.app.exports import write_export
from botkit.app.histories import summary_data
from botkit.app.transcripts import moment
from botkit.errors import StoreError, UsageError
from botkit.runtime.notifying import notify

_log = logging.getLogger(__name__)

TELLING: Final = 30.0  # seconds that an answer waits for plugins to let go of what they keep
MOST: Final = 1000  # conversations of a page
_TRUE: Final = {"true": True, "1": True, "": True, "false": False, "0": False}
Answer = Callable[[Request], Awaitable[Response]]


def may_see(request: Request, token: str) -> bool:
    """Tell whether a request bears the token; how long that takes tells nothing of it."""
    given = request.headers.get("authorization", "")
    return hmac.compare_digest(given.encode("latin-1"), f"Bearer {token}".encode())


def api_routes(bot: Bot, token: str) -> list[BaseRoute]:
    """Give the routes of the API; without a token they say how to have it."""

    async def list_(request: Request) -> Response:
        known = query_of(request, "most", "after", "owner")
        most, owner = number_of(known.get("most", "100"), "most"), known.get("owner", "")
        if owner not in ("", "bot", "queue", "human"):
            raise UsageError(f"'owner' is bot, queue or human, not {owner[:40]!r}")
        found = await bot.store.conversations(most, owner, known.get("after", ""))
        following = found[-1].cursor if len(found) == most else None
        return JSONResponse({"conversations": [summary_data(one) for one in found], "next": following})

    async def list_acts(request: Request) -> Response:
        known = query_of(request, "most", "before")
        most, before = number_of(known.get("most", "100"), "most"), known.get("before", "")
        found = await bot.store.acts(most, number_of(before, "before", 2**31 - 1) if before else 0)
        following = found[-1].number if len(found) == most else None
        shown = [{**msgspec.to_builtins(one), "at": moment(one.at)} for one in found]
        return JSONResponse({"acts": shown, "next": following})

    async def export_conversation(request: Request) -> Response:
        return await _export(bot, _conversation(request))

    async def erase_conversation(request: Request) -> Response:
        return await _erase(bot, _conversation(request))

    async def export_customer(request: Request) -> Response:
        return await _export(bot, _customer(request))

    async def erase_customer(request: Request) -> Response:
        return await _erase(bot, _customer(request))

    routes: Sequence[tuple[str, str, Answer]] = (
        ("GET", "/api/conversations", list_),
        ("GET", "/api/audit", list_acts),
        ("GET", "/api/conversations/{name:path}/export", export_conversation),
        ("DELETE", "/api/conversations/{name:path}", erase_conversation),
        ("GET", "/api/customers/{name:path}/export", export_customer),
        ("DELETE", "/api/customers/{name:path}", erase_customer),
    )
    return [Route(path, _guarded(answer, token), methods=[method]) for method, path, answer in routes]


def _guarded(answer: Answer, token: str) -> Answer:
    """Let only those in who have the token, and answer what goes wrong as JSON."""

    async def run(request: Request) -> Response:
        if not token:  # also on this machine: a page in somebody's browser could ask there as well
            return refuse(403, 'the API is closed: write `api: {token: "${BOTKIT_TOKEN}"}` in bot.yaml')
        if not may_see(request, token):
            return refuse(401, "a token is needed: Authorization: Bearer ...", {"WWW-Authenticate": "Bearer"})
        return await answered(answer(request))

    return run


async def answered(coming: Awaitable[Response]) -> Response:
    """Give an answer, or say what went wrong."""
    try:
        return await coming
    except _UnknownError as error:
        return refuse(404, str(error))
    except UsageError as error:
        return refuse(400, str(error))
    except StoreError as error:
        _log.error("the store failed a request", exc_info=error)
        return refuse(503, error.reason or "the store failed", {"Retry-After": "5"})


class _UnknownError(Exception):
    """There is no such conversation, or customer."""


def refuse(status: int, why: str, headers: Mapping[str, str] | None = None) -> Response:
    """Say why a request is not answered."""
    return JSONResponse({"error": why}, status, headers)


def query_of(request: Request, *keys: str) -> dict[str, str]:
    """Read what follows the question mark: only known keys, each once. Raises UsageError."""
    found: dict[str, str] = {}
    for key, value in request.query_params.multi_items():
        if key not in keys:
            known = f"it takes {', '.join(keys)}" if keys else "it takes none"
            raise UsageError(f"there is no parameter {key[:40]!r} here", hint=known)
        if key in found:
            raise UsageError(f"the parameter {key!r} is given twice")
        found[key] = value
    return found


def number_of(text: str, what: str, most: int = MOST) -> int:
    """Read a number from 1 to `most`. Raises UsageError that names what it is for."""
    if not (text.isascii() and text.isdigit() and len(text) < 11 and 1 <= int(text) <= most):
        raise UsageError(f"'{what}' is a number from 1 to {most}, not {text[:40]!r}")
    return int(text)


def _conversation(request: Request) -> Target:
    everywhere = query_of(request, "everywhere").get("everywhere", "false").lower()
    if everywhere not in _TRUE:
        raise UsageError(f"'everywhere' is true or false, not {everywhere[:40]!r}")
    return Target(request.path_params["name"], everywhere=_TRUE[everywhere])


def _customer(request: Request) -> Target:
    channel = query_of(request, "channel").get("channel", "")
    return Target(customer=request.path_params["name"], channel=channel)


async def _find(bot: Bot, target: Target) -> Found:
    if not (target.conversation or target.customer):
        raise _UnknownError("name a conversation or a customer")
    try:
        return await find_conversations(bot.store, target)
    except UsageError as error:
        raise _UnknownError(error.message) from error


async def _export(bot: Bot, target: Target) -> Response:
    found = await _find(bot, target)
    await note_act(bot.store, API, "exported", *found.conversations)
    pieces = write_export(bot.store, bot.files, found, time.time(), target.customer, [bot.checked.registry])
    first = await anext(pieces)

    async def whole() -> AsyncIterator[str]:
        yield first
        async for piece in pieces:
            yield piece

    headers = {"Content-Disposition": 'attachment; filename="export.json"', "Cache-Control": "no-store"}
    return StreamingResponse(whole(), media_type="application/json", headers=headers)


async def _erase(bot: Bot, target: Target) -> Response:
    found = await _find(bot, target)
    await note_act(bot.store, API, "erased", *found.conversations)
    told = bot.checked.registry.erasers
    answer: dict[str, Any] = {"erased": await erase(bot.store, bot.files, found, bot.engine.clock.now(), told)}
    await bot.engine.forget()
    if remains := await bot.files.remains():
        answer["remains"] = {"files": remains}
    if told:
        answer["plugins"] = await _told(bot, told)
    return JSONResponse(answer)


async def _told(bot: Bot, plugins: Sequence[str]) -> dict[str, str]:
    """Tell plugins of an erasure, and give which have let go; those that have not are told again."""
    ready, failed, in_time = bot.checked.registry.ready, dict[str, str](), False
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(TELLING):
            failed |= await notify(bot.store, bot.checked.registry, ready, bot.engine.clock.now())
            in_time = True
    return {one: "failed" if one in failed else "done" if in_time and one in ready else "waiting" for one in plugins}
