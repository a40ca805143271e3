"""Transport: httpx over connections to checked addresses, with bounds on what comes back.

Answers are asked for uncompressed, so that their size is what comes over the wire.
"""

import asyncio
from collections.abc import AsyncIterator
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, Final

import httpcore
import httpx

from botkit.errors import OutboundError
from botkit.safety.outbound import Doors

TIMEOUT: Final = 10.0  # seconds for connecting, and for each piece that is sent or comes
LONGEST: Final = 60.0  # seconds for a whole answer
MOST_BYTES: Final = 10_000_000  # of an answer
MOST_REDIRECTS: Final = 5
MOST_CONNECTIONS: Final = 50
KEPT: Final = 5.0  # seconds for which a connection is kept that nobody uses


class Checked(httpcore.AnyIOBackend):
    """Connects to checked addresses; for TLS the name that was asked for stays the one that counts."""

    def __init__(self, doors: Doors) -> None:
        self._doors = doors

    async def connect_tcp(self, host: str, port: int, *args: Any, **named: Any) -> httpcore.AsyncNetworkStream:
        """Connect to the first address that answers. Raises OutboundError, and what httpcore raises."""
        failed: Exception | None = None
        for address in await self._doors.open(host, port):
            try:
                return await super().connect_tcp(address, port, *args, **named)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
        raise failed or OutboundError(f"{host[:200]!r} has no address")


class Bounded(httpx.AsyncByteStream):
    """An answer that is given up when it is too large or takes too long."""

    def __init__(self, stream: httpx.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Give the chunks. Raises OutboundError."""
        now = asyncio.get_running_loop().time
        size, ends = 0, now() + LONGEST
        async for chunk in self._stream:
            size += len(chunk)
            if size > MOST_BYTES:
                raise OutboundError(f"the answer has more than {MOST_BYTES:,} bytes")
            if now() > ends:
                raise OutboundError(f"the answer takes longer than {LONGEST:g} s")
            yield chunk

    async def aclose(self) -> None:
        """Close the answer."""
        await self._stream.aclose()


class Transport(httpx.AsyncHTTPTransport):
    """HTTP over checked connections."""

    def __init__(self, doors: Doors) -> None:
        context = httpx.create_ssl_context()  # SSL_CERT_FILE and SSL_CERT_DIR say whom it trusts
        super().__init__(verify=context)
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=context,
            max_connections=MOST_CONNECTIONS,
            keepalive_expiry=KEPT,
            network_backend=Checked(doors),
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request and give the answer, of which nothing was read. Raises OutboundError."""
        response = await super().handle_async_request(request)
        if response.headers.get("content-encoding", "identity").lower() not in ("", "identity"):
            await response.aclose()
            raise OutboundError("the answer is compressed, which was not asked for")
        assert isinstance(response.stream, httpx.AsyncByteStream)  # noqa: S101 - so it is given
        response.stream = Bounded(response.stream)
        return response


def make_client(doors: Doors) -> httpx.AsyncClient:
    """Make a client that opens only these doors. It keeps no cookies: it is there for all customers."""
    return httpx.AsyncClient(
        transport=Transport(doors),
        timeout=TIMEOUT,
        follow_redirects=True,
        max_redirects=MOST_REDIRECTS,
        trust_env=False,
        headers={"accept-encoding": "identity"},
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
    )
