"""What an address has, for channels that upload it."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from botkit.app.fetching import fetch_public
from botkit.errors import OutboundError
from botkit.ports.connectors import Fetched
from botkit.safety import transport
from tests.serving import listening, served


async def give(_: Request) -> Response:
    return Response(b"%PDF", media_type="Application/PDF; version=1.4")


async def lead(_: Request) -> Response:
    return RedirectResponse("/bill.pdf")


async def fail(_: Request) -> Response:
    return Response(b"gone", 404)


@pytest_asyncio.fixture
async def shop() -> AsyncIterator[str]:
    routes = [Route("/bill.pdf", give), Route("/moved.pdf", lead), Route("/gone.pdf", fail)]
    with listening() as door:
        async with served(Starlette(routes=routes), door):
            yield f"http://127.0.0.1:{door.getsockname()[1]}"


@pytest.mark.parametrize("path", ["/bill.pdf", "/moved.pdf"])
async def test_what_is_there_is_given_with_its_type(shop: str, path: str) -> None:
    assert await fetch_public(f"{shop}{path}", ["127.0.0.1"]) == Fetched(b"%PDF", "application/pdf")


async def test_what_is_not_public_is_not_reached(shop: str) -> None:
    with pytest.raises(OutboundError, match="is not public"):
        await fetch_public(f"{shop}/bill.pdf")
    with pytest.raises(OutboundError, match="is not public"):
        await fetch_public("http://169.254.169.254/latest/meta-data/")


@pytest.mark.parametrize(
    "url",
    ["{shop}/gone.pdf", "{shop}/nowhere", "ftp://127.0.0.1/x", "http://[", "http://127.0.0.1:1/", "", "x" * 9999],
)
async def test_what_cannot_be_had_is_one_error(shop: str, url: str) -> None:
    with pytest.raises(OutboundError):
        await fetch_public(url.format(shop=shop), ["127.0.0.1"])


async def test_what_is_too_large_is_given_up(shop: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "MOST_BYTES", 3)
    with pytest.raises(OutboundError, match="more than 3 bytes"):
        await fetch_public(f"{shop}/bill.pdf", ["127.0.0.1"])
