"""Two sites for the tests of the widget: the host of a bot, and a shop whose pages have the widget.

They differ in port and in name (127.0.0.1 and localhost), so that to a browser they are strangers.
"""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

import msgspec
import uvicorn
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Request, sync_playwright
from starlette.applications import Starlette
from starlette.routing import Route

from botkit import Accepted, BotInfo, Entry, Incoming, Message, Opened, Press, Reply
from botkit.ports.files import Files
from botkit.testing import FakeIntake
from botkit_web import CAPABILITIES, WebConnector, WebSettings
from botkit_web.page import page_routes
from tests.browser.chromium import launch

IDENTITY_SECRET = "what the shop and the bot know, and nobody else"
HASH_SECRET = "what they know for bare ids, and for nothing else"
NONCE = "c2hvcA"
_PATIENCE = 10.0


class Talk:
    """An intake that answers as soon as it has taken something: what `answers` has for a text, else its echo."""

    def __init__(self) -> None:
        self.answers: dict[str, Reply] = {}
        self.heard: list[Incoming] = []
        self.answer: Callable[[str, Reply], Awaitable[object]] | None = None
        self._seen: set[str] = set()
        self._answering: set[asyncio.Future[object]] = set()
        self._files = FakeIntake().files

    async def accept(self, incoming: Incoming) -> Accepted:
        """Take it, and answer what is new."""
        again = incoming.id in self._seen
        self._seen.add(incoming.id)
        if not again:
            self.heard.append(incoming)
            if self.answer is not None:
                self._answering.add(asyncio.ensure_future(self.answer(incoming.chat, self._reply_to(incoming))))
        return Accepted(incoming.conversation, len(self._seen), duplicate=again)

    def _reply_to(self, incoming: Incoming) -> Reply:
        key = f"to {incoming.id}"
        match incoming.event:
            case Opened():
                return Reply(key, "Hello!")
            case Message(text=text) if text in self.answers:
                return msgspec.structs.replace(self.answers[text], id=key)
            case Message(text=text, files=files):
                return Reply(key, f"You said: {text or len(files)}")
            case Press(label=label, value=value):
                return Reply(key, f"You pressed: {label} ({value})")
            case _:
                return Reply(key, "?")

    @property
    def files(self) -> Files:
        """Keep them in memory."""
        return self._files

    async def history(self, conversation: str, after: int = 0, most: int = 100) -> Sequence[Entry]:
        """Keep none: what the connector remembers is enough for one process."""
        del conversation, after, most
        return ()

    async def turn(self, conversation: str, turn: int) -> Sequence[Entry]:
        """Keep none."""
        del conversation, turn
        return ()

    async def asked(self, conversation: str) -> str:
        """Ask nothing."""
        del conversation
        return ""

    @property
    def texts(self) -> list[str]:
        """What customers wrote, in order."""
        return [one.event.text for one in self.heard if isinstance(one.event, Message)]


class Host:
    """The bot's site, served by a thread; at `address` with sockets, at `blocked` without.

    Its page is the shop; at `/plain` is that of other bots.
    """

    def __init__(self) -> None:
        self.talk = Talk()
        self._loop = asyncio.new_event_loop()
        self._listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
        self.address, self.blocked = (f"http://127.0.0.1:{one.getsockname()[1]}" for one in self._listeners)
        self._servers: list[uvicorn.Server] = []
        self._thread = threading.Thread(target=self._work)

    def begin(self, origins: Sequence[str]) -> None:
        """Serve pages of these origins."""
        settings = WebSettings.model_validate(
            {
                "page": "shop",
                "origins": tuple(origins),
                "identity_secret": IDENTITY_SECRET,
                "user_hash_secret": HASH_SECRET,
                "rate": 1000,
                "burst": 1000,
                "secret": "x" * 32,
            }
        )
        self.connector = WebConnector(settings, BotInfo(name="Acme", locales=("en", "zh")), capabilities=CAPABILITIES)
        self.talk.answer = self.connector.send
        self._thread.start()
        self.run(self.connector.start(self.talk))

    def _work(self) -> None:
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.run_until_complete(self._leave())
            self._loop.close()

    async def _leave(self) -> None:
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    async def _serve(self) -> None:
        (plain, *_) = page_routes(BotInfo(name="Acme", locales=("en", "zh")))
        app = Starlette(routes=[*self.connector.routes(), Route("/plain", plain.endpoint)])  # type: ignore[attr-defined]
        kinds: tuple[Any, ...] = ("auto", "none")
        self._servers = [
            uvicorn.Server(uvicorn.Config(app, log_level="critical", log_config=None, lifespan="off", ws=ws))
            for ws in kinds
        ]
        served = zip(self._servers, self._listeners, strict=True)
        await asyncio.gather(*(server.serve(sockets=[listener]) for server, listener in served))

    def run(self, work: Any) -> Any:
        """Do something on the server's loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(_PATIENCE)

    def say(self, chat: str, reply: Reply) -> None:
        """Let the bot say something."""
        self.run(self.connector.send(chat, reply))

    def drop(self) -> None:
        """Close every socket, as a restart does."""

        async def close() -> None:
            for line in self.connector._chats.lines():
                line.close(1012)

        self.run(close())

    @property
    def chat(self) -> str:
        """The chat that was opened last."""
        return next(one.chat for one in reversed(self.talk.heard) if isinstance(one.event, Opened))

    def end(self) -> None:
        """Stop serving."""
        self.run(self.connector.stop())
        for server in self._servers:
            server.should_exit = True
        self._thread.join(_PATIENCE)


class Shop:
    """The owner's site, which serves pages with the strictest of policies."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[str, str]] = {}  # path → page, policy
        shop = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                page, policy = shop.pages.get(self.path, ("", "default-src 'none'"))
                body = page.encode()
                self.send_response(200 if page else 204)
                self.send_header("content-type", "text/html; charset=utf-8")
                self.send_header("content-security-policy", policy)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://localhost:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def put(self, path: str, host: str, attributes: str = "", body: str = "", tag: str = "", lang: str = "en") -> str:
        """Put a page there that has the widget of a host, by a script tag with these attributes; give its address."""
        script = tag or f'<script nonce="{NONCE}" src="{host}/widget.js" {attributes} async></script>'
        page = f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>Shop</title>\
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"></head>\
<body><main><h1>Shop</h1><button id="mine">Help</button>{body}</main>{script}</body></html>'
        sockets = host.replace("http", "ws", 1)
        policy = f"default-src 'none'; script-src 'nonce-{NONCE}'; style-src 'none'; connect-src {host} {sockets}; img-src {host}"
        self.pages[path] = (page, policy)
        return self.origin + path

    def end(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(_PATIENCE)


class Tab:
    """A page in a browser, with the widget; `complaints` are violations of the policy, errors, and strange hosts."""

    def __init__(self, page: Page, address: str, hosts: Sequence[str]) -> None:
        self.page = page
        self.complaints: list[str] = []
        self._hosts = tuple(hosts)
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", self._check)
        page.add_init_script(
            "document.addEventListener('securitypolicyviolation', e => console.error('policy', e.violatedDirective, e.blockedURI))"
        )
        page.goto(address)

    def _note(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)

    def _check(self, request: Request) -> None:
        if not request.url.startswith(self._hosts):
            self.complaints.append(f"a request to {request.url}")

    def open(self) -> Self:
        """Open the chat, and wait until it is greeted."""
        self.page.locator("botkit-chat .launcher").click()
        return self.greeted()

    def greeted(self) -> Self:
        """Wait until the bot has greeted."""
        self.log.get_by_text("Hello!").wait_for()
        return self

    @property
    def log(self) -> Locator:
        """What was said, without what still grows."""
        return self.page.locator("botkit-chat [role=log]")

    @property
    def box(self) -> Locator:
        """Where the customer writes."""
        return self.page.locator("botkit-chat textarea")

    def say(self, text: str) -> Self:
        """Write something and send it."""
        self.box.fill(text)
        self.box.press("Enter")
        return self

    def hears(self, text: str, count: int = 1) -> Self:
        """Wait until this stands in the log, and see that it stands there so often."""
        found = self.log.locator(".bubble", has_text=text)
        found.first.wait_for()
        assert found.count() == count
        return self

    @property
    def said(self) -> list[str]:
        """The bubbles, in order, without who says them."""
        return [
            text.split(": ", 1)[-1] if text.startswith("You: ") else text.removeprefix("Acme: ")
            for text in self.log.locator(".bubble").all_text_contents()
        ]

    def state(self, name: str) -> Self:
        """Wait until the line is so."""
        self.page.locator(f"botkit-chat .chat[data-state={name}]").wait_for(state="attached")
        return self

    @property
    def focused(self) -> str:
        """What has the focus: a class, a tag or an id."""
        return str(
            self.page.evaluate(
                "(() => { let at = document.activeElement; while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;"
                " return at.className || at.id || at.tagName.toLowerCase() })()"
            )
        )


class Stage:
    """A browser, the host and the shop."""

    def __init__(self, browser: Browser, host: Host, shop: Shop) -> None:
        self.browser = browser
        self.host = host
        self.shop = shop
        self._contexts: list[BrowserContext] = []

    def visitor(self, **settings: Any) -> BrowserContext:
        """Give a browser of a new visitor."""
        context = self.browser.new_context(
            **{"locale": "en-US", "viewport": {"width": 1100, "height": 800}} | settings
        )
        context.set_default_timeout(8_000)
        self._contexts.append(context)
        return context

    def tab(self, context: BrowserContext, attributes: str = "", path: str = "/", **page: Any) -> Tab:
        """Open a page of the shop."""
        host = str(page.pop("host", self.host.address))
        return Tab(context.new_page(), self.shop.put(path, host, attributes, **page), [self.shop.origin, host])

    def close(self) -> None:
        """Close what was opened."""
        for context in self._contexts:
            context.close()
        self._contexts.clear()


@contextlib.contextmanager
def staging() -> Iterator[Stage]:
    """Give a stage."""
    host, shop = Host(), Shop()
    host.begin([shop.origin])
    try:
        with sync_playwright() as playwright:
            browser = launch(playwright)
            yield Stage(browser, host, shop)
            browser.close()
    finally:
        shop.end()
        host.end()
