"""Polling, for pages that get no socket: what they say and what they are told, over plain HTTP.

`POST /web/poll` takes `{"hello": {...}, "frames": [...], "wait": seconds}` and answers `{"frames": [...]}`; the
frames are those of `protocol`. With `frames` they are taken, and the answer says of each whether it is stored.
Without them, it begins with `welcome` and has what the page missed; where that is nothing, it waits `wait` seconds
for something to come. Nothing is kept between two of them, so that any server of the bot can answer. It is sent as
plain text, which a page of another site may do without asking first; one that is none has `code` and `message`:

    origin         403: a page of another site
    bad_message    400: it is none of these
    too_long       413: larger than all that a page may say
    too_many_here  429: too many pages of this address, or too fast; come again after `retry-after` seconds
    late           408: the body took too long
    unavailable    503: the bot is about to stop; come again
"""

import asyncio
from collections.abc import Callable
from typing import Annotated

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from botkit import read_body
from botkit_web.access import Allowances, address_of
from botkit_web.chats import Line
from botkit_web.protocol import Hello, write_problem
from botkit_web.settings import WebSettings
from botkit_web.sites import SAFE, answer_site, problem
from botkit_web.visits import Visits

_LONGEST_WAIT = 25.0  # seconds; proxies end what is silent for longer
_TOGETHER = 0.02  # seconds after something came in which more of it may come along
_GROWING = 0.5  # seconds to wait where an answer is under way
_MOST = 10  # frames at once
_OVERHEAD = 16_384  # bytes of a body beside what the customer says
_BESIDE_RATE, _BESIDE_BURST = 2.0, 20  # polls of a chat a second beside those that its messages take
_RETRY = 3.0


class Poll(msgspec.Struct, frozen=True):
    """What a page that polls says."""

    hello: Hello
    frames: Annotated[tuple[msgspec.Raw, ...], msgspec.Meta(max_length=_MOST)] = ()
    wait: Annotated[float, msgspec.Meta(ge=0, le=_LONGEST_WAIT)] = 0.0


_decoder = msgspec.json.Decoder(Poll)


class Polls:
    """Answers the polls of pages."""

    def __init__(self, settings: WebSettings, visits: Visits, clock: Callable[[], float]) -> None:
        self._settings = settings
        self._visits = visits
        self._polling = Allowances(
            settings.rate + _BESIDE_RATE, settings.burst + _BESIDE_BURST, clock, settings.chats
        )

    def routes(self) -> list[BaseRoute]:
        """Give the route."""
        return [Route("/web/poll", self._answer, methods=["POST", "OPTIONS"], name="web-poll")]

    async def _answer(self, request: Request) -> Response:
        return await answer_site(request, self._settings.origins, self._enter)

    async def _enter(self, request: Request) -> Response:
        if not self._visits.running:
            return problem(503, "unavailable", "Please come again.", _RETRY)
        address = address_of(request.client)
        gate = self._visits.gate
        wait = gate.enter(address)
        if wait:
            return problem(429, "too_many_here", "There are too many pages of this address.", wait)
        try:
            return await self._take(request, address)
        except TimeoutError:
            return problem(408, "late", "That took too long.")
        finally:
            gate.leave(address)

    async def _take(self, request: Request, address: str) -> Response:
        async with asyncio.timeout(self._settings.hello_seconds):
            body = await read_body(request, _OVERHEAD + 2 * _MOST * self._settings.message_bytes)
        if body is None:
            return problem(413, "too_long", "This is too much at once.")
        try:
            poll = _decoder.decode(body)
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            return problem(400, "bad_message", str(error)[:200])
        known = self._visits.knows(poll.hello)
        wait = self._polling.take(poll.hello.chat) if known else self._visits.gate.take(address)
        if wait:
            return problem(429, "too_many_here", "That was too fast.", wait)
        line = Line()
        if poll.frames:
            await self._store(poll, line, address)
            return _frames(line.drain())
        return _frames(await self._wait(request, poll, line, address))

    async def _store(self, poll: Poll, line: Line, address: str) -> None:
        visit = self._visits.recognise(poll.hello, line, address)
        for frame in poll.frames:
            if visit is None:
                line.put(write_problem("hello_first", "Say hello first."))
            elif not line.closed:
                await self._visits.take(visit, bytes(frame).decode("utf-8", "replace"))

    async def _wait(self, request: Request, poll: Poll, line: Line, address: str) -> list[str]:
        visit = await self._visits.welcome(poll.hello, line, address)
        told = line.drain()
        if visit is None:
            return told
        streams = len(list(visit.chat.previews.shown()))  # a page is told of them each time: they may have grown
        try:
            if len(told) - streams == 1 and visit.name == poll.hello.chat and poll.wait:
                together = _GROWING if streams else _TOGETHER
                told += await _next(request, line, min(poll.wait, together) if streams else poll.wait, together)
        finally:
            visit.chat.lines.discard(line)
        return told


async def _next(request: Request, line: Line, wait: float, together: float) -> list[str]:
    """Give what comes within `wait` seconds, and `together` seconds after the first of it, or nothing."""
    coming = asyncio.ensure_future(line.take())
    leaving = asyncio.ensure_future(request.receive())
    try:
        await asyncio.wait({coming, leaving}, timeout=wait, return_when=asyncio.FIRST_COMPLETED)
        if not coming.done():
            return []
        await asyncio.sleep(together)
        first = coming.result()
        return [*([first] if isinstance(first, str) else []), *line.drain()]
    finally:
        coming.cancel()
        leaving.cancel()


def _frames(frames: list[str]) -> Response:
    body = f'{{"frames":[{",".join(frames)}]}}'
    return Response(body, media_type="application/json", headers={**SAFE, "cache-control": "no-store"})
