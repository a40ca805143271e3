"""Files over HTTP: taken for a chat whose token comes along, and given under addresses that only its pages know.

`POST /web/files?name=photo.jpg` takes the body as it is, with the headers `x-chat` and `x-chat-token`, and answers
with what a message may name then: `ref`, `name`, `mime`, `size`, `url`. Else it answers `code` and `message`:

    origin, chat          403: a page of another site; 401: this chat's token is another one
    too_large, too_many   413: larger than the bot takes, or than it takes of one chat
    wrong_type, empty     415, 400: the content is of no type that the bot takes
    too_fast, late        429: try again after `retry-after` seconds; 408: it took too long
    unavailable           503: not stored; try again after `retry-after` seconds

`GET /web/files/REF?chat=...&key=...` gives a file. What a browser could execute is never taken, and what it cannot
show as a picture is given to be saved. `GET /web/files/REF/?...`, whose name a page does not show, is the same.
"""

import asyncio
import logging
import re
from collections import Counter
from collections.abc import AsyncIterator, Callable
from typing import Any, Final
from urllib.parse import quote, urlencode

from msgspec.structs import replace
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from botkit import File, FileError, Intake, Reply
from botkit_web.access import Allowances, Gate, Signer, address_of
from botkit_web.settings import WebSettings
from botkit_web.sites import SAFE, answer_site, problem

_log = logging.getLogger(__name__)

_REF: Final = re.compile("[0-9a-f]{64}")
PICTURES: Final = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"})
_STATUS: Final = {"empty": 400, "too_large": 413, "too_many": 413, "wrong_type": 415}
_RETRY: Final = 3.0  # seconds until a page should try again what could not be stored
_AT_ONCE: Final = 4  # uploads of one chat
_RATE, _BURST = 0.5, 20  # uploads a second of one chat in the long run, and at once
_PER_ADDRESS: Final = 5  # times as many at once of one address
_BYTES_RATE, _BYTES_BURST = 500_000.0, 200_000_000  # bytes a second of one address in the long run, and at once
_LONGEST_NAME: Final = 1_000


class Uploads:
    """Takes and gives the files of chats. `intake` gives None while the channel is not running."""

    def __init__(
        self,
        settings: WebSettings,
        signer: Signer,
        gate: Gate,
        intake: Callable[[], Intake | None],
        clock: Callable[[], float],
    ) -> None:
        self._settings = settings
        self._signer = signer
        self._intake = intake
        self._chats = Allowances(_RATE, _BURST, clock)
        self._addresses = Allowances(_RATE, _BURST * _PER_ADDRESS, clock)
        self._bytes = Allowances(_BYTES_RATE, _BYTES_BURST, clock)
        self._gate = gate
        self._under_way: Counter[str] = Counter()

    def routes(self) -> list[BaseRoute]:
        """Give the routes."""
        return [
            Route("/web/files", self._answer, methods=["POST", "OPTIONS"], name="web-upload"),
            Route("/web/files/{ref}", self._give, name="web-file"),
            Route("/web/files/{ref}/", self._give, name="web-file-shown"),
        ]

    def shown(self, chat: str, file: File) -> dict[str, Any]:
        """Give a file as a page is told of it."""
        url = f"web/files/{file.ref}?{self._keyed(chat, file.ref)}"
        return {"ref": file.ref, "name": file.name, "mime": file.mime, "size": file.size, "url": url}

    def linked(self, chat: str, reply: Reply) -> Reply:
        """Give a reply whose image and file are addresses, where they were refs of files that the chat holds."""
        image, file = (
            f"web/files/{ref}/?{self._keyed(chat, ref)}" if _REF.fullmatch(ref) else ref
            for ref in (reply.image, reply.file)
        )
        return reply if (image, file) == (reply.image, reply.file) else replace(reply, image=image, file=file)

    def _keyed(self, chat: str, ref: str) -> str:
        return urlencode({"chat": chat, "key": self._signer.sign_file(chat, ref)})

    async def find(self, chat: str, ref: str) -> File | None:
        """Give a file that was uploaded to a chat."""
        intake = self._intake()
        return await intake.files.find(f"web:{chat}", ref) if intake is not None else None

    def limits(self) -> dict[str, Any] | None:
        """Give what a page may know of what is taken; None where nothing is."""
        intake = self._intake()
        if intake is None or not intake.files.limits.types:
            return None
        return {"size": intake.files.limits.size, "types": list(intake.files.limits.types)}

    # Taking

    async def _answer(self, request: Request) -> Response:
        return await answer_site(request, self._settings.origins, self._take)

    async def _take(self, request: Request) -> Response:
        intake, chat = self._intake(), request.headers.get("x-chat", "")
        if intake is None:
            return _unavailable()
        if self._signer.owner_of(chat, request.headers.get("x-chat-token", "")) is None:
            return problem(401, "chat", "This chat is another one's.")
        address = address_of(request.client)
        wait = 1.0 if self._under_way[chat] >= _AT_ONCE else self._chats.take(chat)
        if address and not wait:
            wait = self._addresses.take(address) or self._bytes.take(address)
        wait = wait or self._gate.enter(address)
        if wait:
            return problem(429, "too_fast", "That was too fast.", wait=wait)
        try:
            return await self._receive(request, intake, chat, address)
        finally:
            self._gate.leave(address)

    async def _receive(self, request: Request, intake: Intake, chat: str, address: str) -> Response:
        if _announced(request) > intake.files.limits.size:
            return problem(413, "too_large", "This file is too large.")
        self._under_way[chat] += 1
        try:
            async with asyncio.timeout(self._settings.upload_seconds):
                return await self._store(request, intake, chat, address)
        except TimeoutError:
            return problem(408, "late", "The upload took too long.")
        finally:
            self._under_way[chat] -= 1
            if not self._under_way[chat]:
                del self._under_way[chat]

    async def _store(self, request: Request, intake: Intake, chat: str, address: str) -> Response:
        name = request.query_params.get("name", "")[:_LONGEST_NAME]
        try:
            file = await intake.files.put(f"web:{chat}", name, request.stream())
        except FileError as error:
            return problem(_STATUS.get(error.reason, 400), error.reason, error.message)
        except ClientDisconnect:
            return Response(status_code=400)
        except TimeoutError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever the store raises, the page tries again
            _log.warning(
                "a file could not be stored: %s", type(error).__name__, extra={"action": "web.upload", "chat": chat}
            )
            return _unavailable()
        if address:
            self._bytes.spend(address, file.size)
        return JSONResponse(self.shown(chat, file), 201, headers=SAFE | {"cache-control": "no-store"})

    # Giving

    async def _give(self, request: Request) -> Response:
        intake, ref = self._intake(), request.path_params["ref"]
        chat, key = request.query_params.get("chat", ""), request.query_params.get("key", "")
        if intake is None:
            return _unavailable()
        file = None
        if self._signer.owns_file(chat, ref, key):
            try:
                file = await intake.files.find(f"web:{chat}", ref)
            except Exception as error:  # noqa: BLE001
                _log.warning("a file could not be read: %s", type(error).__name__, extra={"action": "web.file"})
                return _unavailable()
        if file is None:
            return problem(404, "missing", "There is no such file.")
        headers = SAFE | {"cache-control": "private, max-age=3600", "etag": f'"{ref}"'}
        if request.headers.get("if-none-match") == headers["etag"]:
            return Response(status_code=304, headers=headers)
        headers |= {"content-length": str(file.size), "content-disposition": disposition(file)}
        if request.method == "HEAD":
            return Response(headers=headers, media_type=file.mime)
        parts = intake.files.read(f"web:{chat}", ref)
        try:
            first = await anext(parts, b"")
        except FileError:
            return problem(404, "missing", "There is no such file.")
        except Exception as error:  # noqa: BLE001 - what keeps the content may be away, and back soon
            _log.warning("a file could not be read: %s", type(error).__name__, extra={"action": "web.file"})
            return _unavailable()
        return StreamingResponse(_after(first, parts), headers=headers, media_type=_charted(file.mime))


async def _after(first: bytes, parts: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for part in parts:
        yield part


def disposition(file: File) -> str:
    """Say that a picture may be shown and anything else is to be saved, under its name (RFC 6266)."""
    how = "inline" if file.mime in PICTURES else "attachment"
    ascii_name = file.name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_").replace("\\", "_")
    return f"{how}; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(file.name, safe='')}"


def _charted(mime: str) -> str:
    return f"{mime}; charset=utf-8" if mime.startswith("text/") else mime


def _announced(request: Request) -> int:
    """Give the length that a client says its body has; 0 where it says none."""
    text = request.headers.get("content-length", "")
    return int(text) if text.isdecimal() and len(text) < 20 else 0


def _unavailable() -> Response:
    return problem(503, "unavailable", "Please try again.", wait=_RETRY)
