"""Slack on loopback, as strict as the real one is, that records what it was asked and what its channels show.

`workspace` is its state, `web_api` its methods, `blocks` what it takes as Block Kit, `events` and `socket_mode` how it
tells the app of something.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NoReturn

from aiohttp import web

from tests.slack import blocks, web_api
from tests.slack.events import Events
from tests.slack.socket_mode import SocketMode
from tests.slack.workspace import BOT, BOT_TOKEN, HangUpError, Params, RefusalError, Workspace

_LOGIN = "<!DOCTYPE html><html><head><title>Slack</title></head><body>Sign in to Acme</body></html>"


class Slack(Workspace):
    """The server. `events` tells the app, `sockets` has its connections."""

    def __init__(self) -> None:
        super().__init__()
        self.sockets = SocketMode(self)
        self.events = Events(self, self.sockets)

    async def call(self, request: web.Request) -> web.Response:
        """Answer a call of the Web API."""
        try:
            token, params = await _asked(request)
            as_json = request.content_type == "application/json"
            body, headers = await web_api.answer(self, request.match_info["method"], token, params, as_json=as_json)
        except HangUpError:
            _hang_up(request)
        except RefusalError as refusal:
            return _refused(refusal)
        finally:
            await self.tell()
        return web.json_response(body, headers=headers)

    async def upload(self, request: web.Request) -> web.Response:
        """Take the content of a file, whose length was said before."""
        file = self.files.get(request.match_info["file"])
        if file is None:
            return web.Response(status=404)
        content = await _content(request)
        if len(content) != file["size"]:
            return web.Response(status=400, text="wrong length")
        file["content"] = content
        return web.Response(text=f"OK - {len(content)}")

    async def download(self, request: web.Request) -> web.Response:
        """Give a file to whoever may read it; everybody else is asked to sign in, on a page."""
        if request.headers.get("Authorization") != f"Bearer {BOT_TOKEN}" or "files:read" not in self.scopes:
            raise web.HTTPFound(f"{self.base}/login")
        file = self.files.get(request.match_info["file"])
        if file is None or file["content"] is None:
            return web.Response(status=404, text=_LOGIN, content_type="text/html")
        await self._meet("download")
        return web.Response(body=file["content"], content_type=file.get("mimetype", "application/octet-stream"))

    async def respond(self, request: web.Request) -> web.Response:
        """Take an answer at a response_url."""
        means = self.answering.get(request.match_info["answer"])
        if means is None or means["left"] <= 0:
            return web.json_response({"ok": False, "error": "used_url" if means else "expired_url"}, status=404)
        means["left"] -= 1
        params = await request.json()
        shown = self.find(means["channel"], means["ts"])
        try:
            self._answered(means, shown, params)
        except RefusalError as refusal:
            return _refused(refusal)
        finally:
            await self.tell()
        return web.json_response({"ok": True})

    def look(self, message: Params) -> blocks.Sight:
        """Give what is seen of a message."""
        return blocks.look(message)

    def _answered(self, means: Params, shown: Params | None, params: Params) -> None:
        if params.get("delete_original") and shown is not None:
            self.messages[means["channel"]].remove(shown)
            return
        wrong = blocks.faults(params.get("blocks", []), self.images)
        if wrong or not (params.get("text") or params.get("blocks")):
            raise RefusalError("invalid_blocks" if wrong else "no_text", status=400)
        said = {"text": params.get("text", ""), "blocks": params.get("blocks", []), "parse": "none"}
        if params.get("replace_original") and shown is not None:
            shown.update(said)
        elif params.get("response_type") == "in_channel":
            self.keep(means["channel"], user="", bot_id=BOT, **said)
        else:
            self.whispers.append({"channel": means["channel"], "user": means["user"], "ts": self.next_ts(), **said})

    async def _meet(self, what: str) -> None:
        waiting = self.trouble.get(what, [])
        if waiting:
            trouble = waiting.pop(0)
            await self.tell()
            if isinstance(trouble, RefusalError):
                raise web.HTTPServiceUnavailable
            if callable(trouble):
                await trouble()


async def _asked(request: web.Request) -> tuple[str, Params]:
    """Give the token and the parameters of a call. Raises RefusalError."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme and scheme != "Bearer":
        raise RefusalError("invalid_auth")
    given: Params = dict(request.query)
    given.pop("token", None)  # a token in an address is not taken
    if request.method == "POST" and request.content_type == "application/json":
        try:
            body = await request.json()
        except ValueError:
            raise RefusalError("invalid_json") from None
        if not isinstance(body, dict):
            raise RefusalError("json_not_object")
        return token, given | body
    if request.method == "POST":
        form = {key: str(value) for key, value in (await request.post()).items()}
        token = token or form.pop("token", "")
        given |= form
    return token, given


async def _content(request: web.Request) -> bytes:
    if request.content_type != "multipart/form-data":
        return await request.read()
    for value in (await request.post()).values():
        return value.file.read() if isinstance(value, web.FileField) else str(value).encode()
    return b""


def _refused(refusal: RefusalError) -> web.Response:
    headers = {} if refusal.retry_after is None else {"Retry-After": str(refusal.retry_after)}
    if refusal.status >= 500:
        return web.Response(status=refusal.status, text="upstream connect error", headers=headers)
    return web.json_response(
        {"ok": False, "error": refusal.error, **refusal.more}, status=refusal.status, headers=headers
    )


def _hang_up(request: web.Request) -> NoReturn:
    if request.transport is not None:
        request.transport.abort()
    raise asyncio.CancelledError


async def _login(_: web.Request) -> web.Response:
    return web.Response(text=_LOGIN, content_type="text/html")


@asynccontextmanager
async def serving() -> AsyncIterator[Slack]:
    """Serve a Slack on a free port of loopback."""
    slack = Slack()
    app = web.Application(client_max_size=64_000_000)
    app.router.add_route("*", "/api/{method}", slack.call)
    app.router.add_get("/link/", slack.sockets.serve)
    app.router.add_post("/upload/v1/{file}", slack.upload)
    app.router.add_get("/files-pri/{team}-{file}/{name}", slack.download)
    app.router.add_post("/actions/{team}/{answer}", slack.respond)
    app.router.add_get("/login", _login)
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.01)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    slack.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield slack
    finally:
        await slack.sockets.close()
        await runner.cleanup()
