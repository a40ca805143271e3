"""A Bot API on loopback, as strict as the real one is, that records what it accepted.

What it refuses and with which words is that of https://core.telegram.org/bots/api and of the open server
(telegram-bot-api): SDKs go by code and description.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

from aiohttp import ClientSession, ClientTimeout, web

from tests.telegram import tokens
from tests.telegram.markup import EntityError, read_html, units

TOKEN = tokens.TOKEN
ME = {"id": 4242, "is_bot": True, "first_name": "Acme", "username": "acme_bot"}
Params = dict[str, Any]


class RefusalError(Exception):
    """The API refuses a call."""

    def __init__(self, code: int, description: str, **parameters: Any) -> None:
        self.code = code
        self.description = description
        self.parameters = parameters
        super().__init__(description)


class HangUpError(Exception):
    """The connection ends without an answer."""


class Made(NamedTuple):
    """A call that was accepted."""

    method: str
    params: Params


class BotApi:
    """The server's state. `messages` are those of the bot, by chat, as they are shown now; `calls` what it accepted.

    `trouble` is raised instead of the next calls of its method, in order; `before` and `after` may raise whenever a
    call comes, and when it was accepted; what they give is waited for. Files that are `trickling` come a byte at a time. `asks` has all calls, refused or not.
    """

    def __init__(self) -> None:
        self.base = ""
        self.calls: list[Made] = []
        self.asks: list[str] = []
        self.messages: dict[int, list[Params]] = {}
        self.files: dict[str, bytes] = {}
        self.trickling: set[str] = set()
        self.trouble: dict[str, list[RefusalError | Callable[[], Any]]] = {}
        self.blocked: set[int] = set()
        self.silent: set[int] = set()  # chats whose people take no voice messages
        self.slow_until: dict[int, float] = {}
        self.webhook: Params = {"url": "", "pending_update_count": 0}
        self.answered: dict[str, str] = {}
        self.queue: list[Params] = []
        self.given: dict[int, int] = {}
        self.forums: dict[int, dict[int, str]] = {}  # groups with topics, and which are open
        self.closed: dict[int, set[int]] = {}
        self.may_manage: bool = True
        self.known_images: Callable[[str], bool] = lambda _: True
        self.before: Callable[[str, Params], Awaitable[None] | None] = lambda *_: None
        self.after: Callable[[str, Params], Awaitable[None] | None] = lambda *_: None
        self._changed = asyncio.Condition()
        self._poller: asyncio.Event | None = None
        self._next_message = 100
        self._next_update = 900_000

    # Customers

    def next_update(self) -> int:
        """Give the number of a new update."""
        self._next_update += 1
        return self._next_update

    async def put(self, update: Params) -> None:
        """Put an update into the queue of those to fetch."""
        async with self._changed:
            self.queue.append(update)
            self.queue.sort(key=lambda one: int(one["update_id"]))
            self._changed.notify_all()

    async def until(self, what: Callable[[], bool], seconds: float = 10.0) -> None:
        """Wait until something is so that a call changes."""
        async with asyncio.timeout(seconds), self._changed:
            await self._changed.wait_for(what)

    async def post(self, update: Params, *, secret: str | None = None) -> int:
        """Post an update to the webhook, as the platform does; give the status."""
        headers = {"X-Telegram-Bot-Api-Secret-Token": self.webhook["secret"] if secret is None else secret}
        url = self.webhook["url"]
        async with (
            ClientSession(timeout=ClientTimeout(10)) as http,
            http.post(url, json=update, headers=headers) as got,
        ):
            return got.status

    # The API

    async def serve(self, request: web.Request) -> web.Response:
        """Answer a call."""
        method = request.match_info["method"]
        self.asks.append(method)
        await self._tell()
        try:
            if request.match_info["token"] != TOKEN:
                raise RefusalError(401, "Unauthorized")
            result = await self._answer(method, await _params(request))
        except HangUpError:
            if request.transport is not None:
                request.transport.abort()
            raise asyncio.CancelledError from None
        except RefusalError as refusal:
            body: Params = {"ok": False, "error_code": refusal.code, "description": refusal.description}
            if refusal.parameters:
                body["parameters"] = refusal.parameters
            return web.json_response(body, status=refusal.code)
        finally:
            await self._tell()
        return web.json_response({"ok": True, "result": result})

    async def _tell(self) -> None:
        """Let those look who wait for something."""
        async with self._changed:
            self._changed.notify_all()

    async def give(self, request: web.Request) -> web.StreamResponse:
        """Give a file."""
        content = self.files.get(request.match_info["path"])
        if request.match_info["token"] != TOKEN or content is None:
            return web.Response(status=404)
        if request.match_info["path"] in self.trickling:
            return await _trickle(request, content)
        return web.Response(body=content, content_type="application/octet-stream")

    async def _answer(self, method: str, params: Params) -> Any:
        await _done(self.before(method, params))
        waiting = self.trouble.get(method, [])
        if waiting:
            trouble = waiting.pop(0)
            if isinstance(trouble, RefusalError):
                raise trouble
            await trouble()
        function = getattr(self, f"_{method.lower()}", None)
        if function is None:
            raise RefusalError(404, "Not Found")
        result = await function(params)
        self.calls.append(Made(method, params))
        await _done(self.after(method, params))
        return result

    async def _getme(self, _: Params) -> Params:
        return ME

    async def _getupdates(self, params: Params) -> list[Params]:
        if self.webhook["url"]:
            raise RefusalError(
                409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook"
            )
        offset = int(params.get("offset", 0))
        self.queue = [
            one for one in self.queue if one["update_id"] >= offset or self.given.get(one["update_id"], 0) < 0
        ]
        if self._poller is not None:
            self._poller.set()
        mine = self._poller = asyncio.Event()
        end = asyncio.get_running_loop().time() + min(float(params.get("timeout", 0)), 50)
        async with self._changed:
            self._changed.notify_all()
            while not self.queue and not mine.is_set() and asyncio.get_running_loop().time() < end:
                try:
                    async with asyncio.timeout_at(end):
                        await self._changed.wait()
                except TimeoutError:
                    break
        if mine.is_set():
            raise RefusalError(409, "Conflict: terminated by other getUpdates request; make sure that only one runs")
        self._poller = None
        allowed = params.get("allowed_updates") or []
        found = [one for one in self.queue if not allowed or set(one) & set(allowed)][: int(params.get("limit", 100))]
        for one in found:
            self.given[one["update_id"]] = max(self.given.get(one["update_id"], 0), 0) + 1
        return found

    async def _setwebhook(self, params: Params) -> bool:
        url = str(params.get("url", ""))
        if url and not url.startswith(("https://", "http://127.0.0.1")):
            raise RefusalError(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
        self.webhook = {"url": url, "pending_update_count": 0, "secret": params.get("secret_token", "")}
        return True

    async def _deletewebhook(self, _: Params) -> bool:
        self.webhook = {"url": "", "pending_update_count": 0}
        return True

    async def _getwebhookinfo(self, _: Params) -> Params:
        return {key: value for key, value in self.webhook.items() if key != "secret"} | {
            "has_custom_certificate": False
        }

    async def _sendmessage(self, params: Params) -> Params:
        return self._keep(params, _formatted(params, "text", 4096))

    async def _sendphoto(self, params: Params) -> Params:
        given = _sent_along(params, "photo")
        if isinstance(given, tuple):
            return self._keep(params, _captioned(params), image=given[0], content=given[1])
        self._fetched(str(given))
        return self._keep(params, _captioned(params), image=given)

    async def _sendvoice(self, params: Params) -> Params:
        given = _sent_along(params, "voice")
        if _chat(params) in self.silent:
            raise RefusalError(400, "Bad Request: VOICE_MESSAGES_FORBIDDEN")
        if not isinstance(given, tuple) or not given[1].startswith(b"OggS"):
            raise RefusalError(400, "Bad Request: wrong type of the web page content")
        return self._keep(params, _captioned(params), file=given[0], content=given[1], voice=True)

    async def _senddocument(self, params: Params) -> Params:
        given = _sent_along(params, "document")
        if isinstance(given, tuple):  # sent along: its name and its content
            if not given[1]:
                raise RefusalError(400, "Bad Request: file must be non-empty")
            return self._keep(params, _captioned(params), file=given[0], content=given[1])
        self._fetched(str(given))
        return self._keep(params, _captioned(params), file=given)

    async def _createforumtopic(self, params: Params) -> Params:
        chat, name = _chat(params), str(params.get("name", ""))
        self._may_send(chat)
        if chat not in self.forums:
            raise RefusalError(400, "Bad Request: the chat is not a forum")
        if not self.may_manage:
            raise RefusalError(400, "Bad Request: not enough rights to create a topic")
        if not 1 <= len(name.strip()) <= 128:
            raise RefusalError(400, "Bad Request: topic name must be non-empty and have at most 128 characters")
        self._next_message += 1
        self.forums[chat][self._next_message] = name
        return {"message_thread_id": self._next_message, "name": name, "icon_color": 7322096}

    async def _closeforumtopic(self, params: Params) -> bool:
        chat, topic = _chat(params), int(params.get("message_thread_id", 0))
        if topic not in self.forums.get(chat, {}):
            raise RefusalError(400, "Bad Request: message thread not found")
        if topic in self.closed.setdefault(chat, set()):
            raise RefusalError(400, "Bad Request: TOPIC_NOT_MODIFIED")
        self.closed[chat].add(topic)
        return True

    async def _getchat(self, params: Params) -> Params:
        chat = _chat(params)
        self._may_send(chat)
        return {"id": chat, "type": "supergroup", "title": "Team", "is_forum": chat in self.forums}

    async def _getchatmember(self, params: Params) -> Params:
        chat = _chat(params)
        self._may_send(chat)
        rights = {"can_manage_topics": True} if self.may_manage else {}
        return {"status": "administrator" if self.may_manage else "member", "user": ME, **rights}

    async def _sendmediagroup(self, params: Params) -> list[Params]:
        media = params.get("media", [])
        if not 2 <= len(media) <= 10:
            raise RefusalError(400, "Bad Request: expected from 2 to 10 items in the media group")
        for one in media:
            self._fetched(one["media"])
        return [self._keep(params, _captioned(one), image=one["media"]) for one in media]

    async def _editmessagetext(self, params: Params) -> Params:
        message = self._find(params)
        text = _formatted(params, "text", 4096)
        markup = _keyboard(params)
        if (text["text"], text["entities"], markup) == (message["text"], message["entities"], message["markup"]):
            raise RefusalError(
                400,
                "Bad Request: message is not modified: specified new message content and reply markup are exactly "
                "the same as a current content and reply markup of the message",
            )
        self._may_send(message["chat"])
        message.update(text, markup=markup)
        return _as_message(message)

    async def _editmessagereplymarkup(self, params: Params) -> Params:
        message, markup = self._find(params), _keyboard(params)
        if markup == message["markup"]:
            raise RefusalError(400, "Bad Request: message is not modified")
        self._may_send(message["chat"])
        message.update(markup=markup)
        return _as_message(message)

    async def _deletemessage(self, params: Params) -> bool:
        message = self._find(params)
        self.messages[message["chat"]].remove(message)
        return True

    async def _sendchataction(self, params: Params) -> bool:
        chat = _chat(params)
        self._may_send(chat)
        if params.get("action") != "typing":
            raise RefusalError(400, "Bad Request: wrong parameter action in request")
        return True

    async def _answercallbackquery(self, params: Params) -> bool:
        query = str(params["callback_query_id"])
        if query in self.answered:
            raise RefusalError(
                400, "Bad Request: query is too old and response timeout expired or query ID is invalid"
            )
        if len(str(params.get("text", ""))) > 200:
            raise RefusalError(400, "Bad Request: MESSAGE_TOO_LONG")
        self.answered[query] = str(params.get("text", ""))
        return True

    async def _getfile(self, params: Params) -> Params:
        path = f"documents/{params['file_id']}"
        if path not in self.files:
            raise RefusalError(400, "Bad Request: invalid file_id")
        if len(self.files[path]) > 20_000_000:
            raise RefusalError(400, "Bad Request: file is too big")
        return {"file_id": params["file_id"], "file_unique_id": f"u{params['file_id']}", "file_path": path}

    # What is checked

    def _may_send(self, chat: int) -> None:
        now = asyncio.get_running_loop().time()
        if chat in self.blocked:
            raise RefusalError(403, "Forbidden: bot was blocked by the user")
        left = self.slow_until.get(chat, 0.0) - now
        if left > 0:
            wait = max(1, round(left + 0.5))
            raise RefusalError(429, f"Too Many Requests: retry after {wait}", retry_after=wait)

    def _fetched(self, address: str) -> None:
        if not address.startswith(("http://", "https://")) or not self.known_images(address):
            raise RefusalError(400, "Bad Request: failed to get HTTP URL content")

    def _find(self, params: Params) -> Params:
        chat, number = _chat(params), int(params.get("message_id", 0))
        found = next((one for one in self.messages.get(chat, ()) if one["id"] == number), None)
        if found is None:
            raise RefusalError(400, "Bad Request: message to edit not found")
        return found

    def _keep(self, params: Params, text: Params, **media: Any) -> Params:
        chat = _chat(params)
        if chat == 404:
            raise RefusalError(400, "Bad Request: chat not found")
        self._may_send(chat)
        quoted = params.get("reply_parameters") or {}
        topic = int(params.get("message_thread_id", 0))
        if topic and chat in self.forums and topic not in self.forums[chat]:
            raise RefusalError(400, "Bad Request: message thread not found")
        self._next_message += 1
        message = {"id": self._next_message, "chat": chat, "markup": _keyboard(params), "image": "", "file": ""}
        message |= {"quotes": quoted.get("message_id", 0), "topic": int(params.get("message_thread_id", 0))}
        message |= text | media
        self.messages.setdefault(chat, []).append(message)
        return _as_message(message)


async def _done(work: Awaitable[None] | None) -> None:
    if work is not None:
        await work


async def _trickle(request: web.Request, content: bytes) -> web.StreamResponse:
    """Give a file a byte now and then, for longer than anybody waits."""
    response = web.StreamResponse(headers={"Content-Length": str(len(content))})
    await response.prepare(request)
    for place in range(len(content)):
        await response.write(content[place : place + 1])
        await asyncio.sleep(0.05)
    return response


async def _params(request: web.Request) -> Params:
    if request.content_type == "application/json":
        return dict(await request.json())
    given: Params = {}
    for key, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            given[key] = (value.filename, value.file.read())
            continue
        text = str(value)
        given[key] = json.loads(text) if text[:1] in ("{", "[") and key not in ("text", "caption") else text
    return given


def _sent_along(params: Params, key: str) -> Any:
    """Give a parameter that may be sent along with the call: its name and its content."""
    given = params.get(key, "")
    return params.pop(given.removeprefix("attach://")) if str(given).startswith("attach://") else given


def _chat(params: Params) -> int:
    try:
        return int(params["chat_id"])
    except (KeyError, ValueError):
        raise RefusalError(400, "Bad Request: chat not found") from None


def _formatted(params: Params, key: str, most: int) -> Params:
    source = str(params.get(key, ""))
    mode = params.get("parse_mode")
    if mode not in (None, "HTML"):
        raise RefusalError(400, "Bad Request: unsupported parse_mode")
    try:
        text, entities = read_html(source) if mode else (source, [])
    except EntityError as error:
        raise RefusalError(400, f"Bad Request: can't parse entities: {error}") from None
    if key == "text" and not text.strip():
        raise RefusalError(400, "Bad Request: message text is empty")
    if units(text) > most:
        raise RefusalError(400, f"Bad Request: {'message is' if key == 'text' else 'message caption is'} too long")
    return {"text": text, "entities": entities}


def _captioned(params: Params) -> Params:
    return _formatted(params, "caption", 1024)


def _keyboard(params: Params) -> list[list[Params]]:
    markup = params.get("reply_markup")
    rows = markup["inline_keyboard"] if markup else []
    for button in [one for row in rows for one in row]:
        if not str(button.get("text", "")).strip():
            raise RefusalError(400, "Bad Request: inline keyboard button text is empty")
        data = button.get("callback_data")
        if data is not None and not 1 <= len(data.encode()) <= 64:
            raise RefusalError(400, "Bad Request: BUTTON_DATA_INVALID")
        if data is None and not str(button.get("url", "")).startswith(("http://", "https://", "tg://")):
            raise RefusalError(400, "Bad Request: BUTTON_URL_INVALID")
    if sum(map(len, rows)) > 100 or any(len(row) > 8 for row in rows):
        raise RefusalError(400, "Bad Request: reply markup is too long")
    return list(rows)


def _as_message(message: Params) -> Params:
    shown = {"message_id": message["id"], "date": 1_780_000_000, "chat": {"id": message["chat"], "type": "private"}}
    return shown | {"from": ME, "text": message["text"] or "-"}


@asynccontextmanager
async def serving(*more: web.RouteDef) -> AsyncIterator[BotApi]:
    """Serve a Bot API on a free port of loopback, and `more` beside it."""
    api = BotApi()
    app = web.Application()
    app.router.add_routes(more)
    app.router.add_route("*", "/bot{token}/{method}", api.serve)
    app.router.add_get("/file/bot{token}/{path:.+}", api.give)
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    api.base = f"http://127.0.0.1:{port}"
    try:
        yield api
    finally:
        await runner.cleanup()
