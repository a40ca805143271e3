"""The short way to plain paths answers as Starlette does."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.endpoints import HTTPEndpoint
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from botkit.app.doors import Doors


def _saying(text: str) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        body = await request.body()
        return PlainTextResponse(f"{text} {request.method} {request.path_params} {request.url.path} {body!r}")

    return answer


async def _refuse(_: Request) -> Response:
    raise HTTPException(418, "no tea", {"x-pot": "cold"})


async def _break(_: Request) -> Response:
    raise LookupError("broken")


def _block(request: Request) -> Response:
    return PlainTextResponse(f"in a thread {request.app is not None} {request.url_for('hook')}")


class _Page(HTTPEndpoint):
    async def get(self, _: Request) -> Response:
        return PlainTextResponse("a page")


class _Naming:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def name(message: Any) -> None:
            if message["type"] == "http.response.start":
                message["headers"].append((b"x-named", b"yes"))
            await send(message)

        await self._app(scope, receive, name)


def _routes() -> list[BaseRoute]:
    return [
        Route("/health", _saying("health")),
        Route("/taken/{name}", _saying("any")),
        Route("/taken/hook", _saying("never")),
        Route("/hook", _saying("hook"), methods=["POST"], name="hook"),
        Route("/hook", _saying("page of the hook")),
        Route("/refuse", _refuse, methods=["POST", "GET"]),
        Route("/break", _break),
        Route("/block", _block),
        Route("/page", _Page),
        Route("/named", _saying("named"), middleware=[Middleware(_Naming)]),
        Mount("/under", routes=[Route("/hook", _saying("under"))]),
    ]


_PATHS = (
    *("/health", "/health/", "/hook", "/taken/hook", "/taken/x", "/refuse", "/block", "/page", "/named"),
    *("/under/hook", "/", "/nothing", "/HOOK", "//hook", "/hook/../health", "/hook%2f", "/h%C3%B6ok", "/hook?a=b"),
)


async def _answers(app: ASGIApp, method: str, root: str) -> list[tuple[str, int, object, bytes]]:
    transport = httpx.ASGITransport(app, root_path=root)
    async with httpx.AsyncClient(transport=transport, base_url="http://bot") as client:
        found = [(path, await client.request(method, path, content=b"\x00text")) for path in _PATHS]
    return [(path, one.status_code, sorted(one.headers.items()), one.content) for path, one in found]


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "OPTIONS"])
@pytest.mark.parametrize("root", ["", "/behind"])
async def test_requests_are_answered_as_by_starlette(method: str, root: str) -> None:
    expected = await _answers(Starlette(routes=_routes()), method, root)
    assert await _answers(Doors(_routes()), method, root) == expected


async def test_what_an_endpoint_raises_is_the_servers() -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(Doors(_routes())), base_url="http://bot") as client:
        with pytest.raises(LookupError, match="broken"):
            await client.get("/break")


async def test_a_route_added_later_is_served() -> None:
    app = Doors(_routes())
    app.router.routes.append(Route("/late", _saying("late")))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://bot") as client:
        assert (await client.get("/late")).text.startswith("late")
