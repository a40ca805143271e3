"""The page, its script and its style, with the headers that keep it to itself."""

import hashlib
import html
import re
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from botkit import BotInfo

_HOST = re.compile(r"^[A-Za-z0-9.\-]+(:\d{1,5})?$|^\[[0-9A-Fa-f:.]+\](:\d{1,5})?$")
_PARTS = {
    "chat.js": "text/javascript; charset=utf-8",
    "chat.css": "text/css; charset=utf-8",
    "icon.svg": "image/svg+xml",
}
_SAFE = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cache-control": "no-cache",
}


def page_routes(bot: BotInfo) -> list[BaseRoute]:
    """Give the routes of the page (`/`) and of its parts (`/web/...`), read once."""
    static = files("botkit_web") / "static"
    text = (static / "chat.html").read_text("utf-8")
    locale = html.escape(next(iter(bot.locales), "en"))
    page = text.replace("{locale}", locale).replace("{name}", html.escape(bot.name)).encode()

    async def show_page(request: Request) -> Response:
        return _answer(request, page, "text/html; charset=utf-8", policy=True)

    routes: list[BaseRoute] = [Route("/", show_page, name="web-page")]
    for name, kind in _PARTS.items():
        routes.append(_part(name, (static / name).read_bytes(), kind))
    return routes


def _part(name: str, body: bytes, kind: str) -> Route:
    async def show_part(request: Request) -> Response:
        return _answer(request, body, kind)

    return Route(f"/web/{name}", show_part, name=f"web-{name}")


def _answer(request: Request, body: bytes, kind: str, policy: bool = False) -> Response:
    tag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
    headers = _SAFE | {"etag": tag}
    if policy:
        headers |= {
            "content-security-policy": content_policy(request.headers.get("host", "")),
            "x-frame-options": "DENY",
        }
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=kind, headers=headers)


def content_policy(host: str) -> str:
    """Give the page's content security policy: its own script, style and socket, and pictures of the web.

    Some browsers do not count a socket of the page's own host as `'self'`, so it is named.
    """
    sockets = f" ws://{host} wss://{host}" if _HOST.match(host) else ""
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' http: https:;"
        f" connect-src 'self'{sockets}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
