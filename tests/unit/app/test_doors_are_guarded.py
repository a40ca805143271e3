"""Every path that the bot serves needs a token, but those that are a customer's own and those that probes ask."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute

from botkit.app.bots import Bot
from botkit.app.metrics import Numbers
from botkit.app.serving import build_app
from botkit.registry.connectors import BotInfo
from botkit_web import CAPABILITIES, WebConnector, WebSettings

PROBES = {"/health", "/ready"}
CUSTOMERS = {
    "/",
    "/widget.js",
    "/widget.mjs",
    "/web/files",
    "/web/files/{ref}",
    "/web/files/{ref}/",
    "/web/icon.svg",
    "/web/shop.css",
    "/web/shop.js",
    "/web/poll",
    "/web/socket",
    "/web/words/{name}",
}


@pytest.fixture
async def bot(desk: Path) -> AsyncIterator[Bot]:
    settings = (desk / "bot.yaml").read_text(encoding="utf-8")
    more = "api: {token: open sesame, events_secret: a-long-secret-of-the-shop}\n"
    (desk / "bot.yaml").write_text(f"{settings}\n{more}", encoding="utf-8")
    page = WebConnector(WebSettings(), BotInfo(name="Acme", locales=("en",)), capabilities=CAPABILITIES)
    async with await Bot.load(desk, store="sqlite://", connectors=lambda _: {"web": page}) as bot:
        yield bot


def paths_of(routes: list[BaseRoute]) -> Iterator[tuple[str, str]]:
    """Give every path with the methods that it takes, one at a time."""
    for route in routes:
        assert not isinstance(route, Mount), "a mount hides paths from this test"
        if isinstance(route, Route):
            yield from ((method, route.path) for method in sorted(route.methods or ("GET",)))
        else:
            assert isinstance(route, WebSocketRoute), f"nobody knows whether {route} is guarded"


async def unguarded(bot: Bot, *more: BaseRoute) -> set[str]:
    """Give the paths that answer somebody without a token."""
    app = build_app(bot, Numbers())
    app.router.routes.extend(more)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    found: set[str] = set()
    async with httpx.AsyncClient(transport=transport, base_url="http://bot") as client:
        for method, path in paths_of(app.router.routes):
            asked = path.replace("{name:path}", "web:1").replace("{ref}", "0" * 64).replace("{act}", "claim")
            for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "open sesame"}):
                answer = await client.request(method, asked, headers=headers)
                if answer.status_code not in (401, 403):
                    found.add(path)
    return found


async def test_nothing_is_open_but_what_has_to_be(bot: Bot) -> None:
    assert await unguarded(bot) - PROBES - CUSTOMERS == set()


async def test_an_open_door_would_be_seen(bot: Bot) -> None:
    async def tell(_: Request) -> Response:
        return PlainTextResponse("everything")

    assert "/tell" in await unguarded(bot, Route("/tell", tell))
