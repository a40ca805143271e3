"""Sites: whose pages may talk to the bot, and how an answer is given to those of another origin."""

import logging
import math
from collections.abc import Awaitable, Callable, Mapping, Sequence
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

_log = logging.getLogger(__name__)

_MOST_REFUSED, _LONGEST_ORIGIN = 100, 200
_refused: set[str] = set()

SAFE = {
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; sandbox",
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex",
}
"""Headers of what is no page: nothing in it is run, shown or found."""


async def answer_site(
    request: Request, origins: Sequence[str], act: Callable[[Request], Awaitable[Response]]
) -> Response:
    """Let a page of the bot's own host or of `origins` have what `act` answers, and any other one nothing (403)."""
    origin = request.headers.get("origin", "")
    if not admits(origin, request.headers.get("host", ""), origins):
        return problem(403, "origin", "A page of this site may not use this chat.")
    answer = Response(status_code=204) if request.method == "OPTIONS" else await act(request)
    answer.headers.update(_cross_origin(origin))
    answer.headers.add_vary_header("origin")
    return answer


def problem(status: int, code: str, message: str, wait: float = 0.0) -> Response:
    """Give what was wrong as JSON, and after how many seconds it may be tried again."""
    return JSONResponse(
        {"code": code, "message": message}, status, headers={**SAFE, "cache-control": "no-store", **retry_after(wait)}
    )


def admits(origin: str, host: str, origins: Sequence[str]) -> bool:
    """Tell what `allows` does, and tell the operator once of a site that is refused: they may have forgotten it."""
    if allows(origin, host, origins):
        return True
    if origin not in _refused and len(_refused) < _MOST_REFUSED:
        _refused.add(origin)
        _log.warning(
            "a page of %s may not use the chat; write the site into `origins` if it is yours",
            origin[:_LONGEST_ORIGIN],
            extra={"action": "web.origin"},
        )
    return False


def allows(origin: str, host: str, origins: Sequence[str]) -> bool:
    """Tell whether a page of this origin may open a socket: of the same host, or one of `origins`.

    A client that is no browser sends no origin and is let in; it could send any.
    """
    origin = origin.lower()
    if not origin or "*" in origins or origin in origins:
        return True
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(host) and parts.netloc == host.lower()


def retry_after(wait: float) -> dict[str, str]:
    """Give the header that says when to come again, in whole seconds."""
    return {"retry-after": str(max(1, math.ceil(wait)))} if wait else {}


def _cross_origin(origin: str) -> Mapping[str, str]:
    """Give the headers that let a page of an allowed site read an answer (none for a client without an origin)."""
    if not origin:
        return {}
    return {
        "access-control-allow-origin": origin,
        "access-control-allow-methods": "GET, POST",
        "access-control-allow-headers": "x-chat, x-chat-token, content-type",
        "access-control-expose-headers": "retry-after",
        "access-control-max-age": "600",
    }
