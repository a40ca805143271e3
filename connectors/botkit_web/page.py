"""What a browser loads: the widget, its words, and a page to try the bot on."""

import gzip
import hashlib
import html
import re
from collections.abc import Mapping, Sequence
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from botkit import BotInfo
from botkit_web.sites import answer_site

_HOST = re.compile(r"^[A-Za-z0-9.\-]+(:\d{1,5})?$|^\[[0-9A-Fa-f:.]+\](:\d{1,5})?$")
_SCRIPT = "text/javascript; charset=utf-8"
_WIDGET = {"widget.js": _SCRIPT, "widget.mjs": _SCRIPT}  # for pages of every site
_PARTS = {"shop.js": _SCRIPT, "shop.css": "text/css; charset=utf-8", "icon.svg": "image/svg+xml"}
_CHECKED = {"cache-control": "no-cache", "referrer-policy": "same-origin"}
_SHARED = {
    "cache-control": "public, max-age=600, stale-while-revalidate=86400",
    "cross-origin-resource-policy": "cross-origin",
}


class _Part:
    """Something that never changes while the bot runs, and what is told of it."""

    def __init__(self, body: bytes, kind: str, headers: Mapping[str, str]) -> None:
        tag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
        self._kind = kind
        self._headers = {
            **headers,
            "etag": tag,
            "vary": "accept-encoding",
            "x-content-type-options": "nosniff",
        }
        self._plain = body
        self._packed = gzip.compress(body, 9, mtime=0)

    def answer(self, request: Request, more: Mapping[str, str]) -> Response:
        """Give it, packed for whom takes that; or say that the browser has it."""
        headers = {**more, **self._headers}
        if request.headers.get("if-none-match") == headers["etag"]:
            return Response(status_code=304, headers=headers)
        if "gzip" in request.headers.get("accept-encoding", ""):
            return Response(self._packed, media_type=self._kind, headers=headers | {"content-encoding": "gzip"})
        return Response(self._plain, media_type=self._kind, headers=headers)


def page_routes(bot: BotInfo, origins: Sequence[str] = (), *, shop: bool = False) -> list[BaseRoute]:
    """Give the routes of the widget (`/widget.js`, `/widget.mjs`, `/web/words/...`) and of the page (`/`), read once.

    The page is that of a made-up `shop`, whose products and orders the reference bot knows, or a plain one.

    A page of another site gets the widget's parts if it is one of `origins`. A plain script tag does not say whose
    page it is in; what it loads can do nothing there unless the doors of sockets, polls and files let it in.
    """
    static = files("botkit_web") / "static"
    page = _fill((static / ("shop.html" if shop else "page.html")).read_text("utf-8"), bot)

    async def show_page(request: Request) -> Response:
        policy = content_policy(request.headers.get("host", ""))
        return page.answer(request, {"content-security-policy": policy, "x-frame-options": "DENY"})

    async def share(request: Request, part: _Part) -> Response:
        async def give(request: Request) -> Response:
            return part.answer(request, {})

        return await answer_site(request, origins, give)

    words = {
        file.name: _Part(file.read_bytes(), "application/json", _SHARED)
        for file in (static / "words").iterdir()
        if file.name.endswith(".json")
    }
    none = _Part(b"{}", "application/json", _SHARED)

    async def give_words(request: Request) -> Response:
        """Give the words of a language; none of one that nobody has translated, which is no fault of the page."""
        return await share(request, words.get(request.path_params["name"], none))

    def route(path: str, kind: str, headers: Mapping[str, str]) -> Route:
        name = path.rpartition("/")[2]
        part = _Part((static / name).read_bytes(), kind, headers)

        async def show_part(request: Request) -> Response:
            return await share(request, part)

        return Route(path, show_part, name=f"web-{name}")

    return [
        Route("/", show_page, name="web-page"),
        *(route(f"/{name}", kind, _SHARED) for name, kind in _WIDGET.items()),
        *(route(f"/web/{name}", kind, _CHECKED) for name, kind in _PARTS.items()),
        Route("/web/words/{name}", give_words, name="web-words"),
    ]


def _fill(text: str, bot: BotInfo) -> _Part:
    locale = html.escape(next(iter(bot.locales), "en"))
    filled = text.replace("{locale}", locale).replace("{name}", html.escape(bot.name))
    return _Part(filled.encode(), "text/html; charset=utf-8", _CHECKED)


def content_policy(host: str) -> str:
    """Give the page's content security policy: its own script, style and socket, and pictures of the web.

    Some browsers do not count a socket of the page's own host as `'self'`, so it is named.
    """
    sockets = f" ws://{host} wss://{host}" if _HOST.match(host) else ""
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' http: https:;"
        f" connect-src 'self'{sockets}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
