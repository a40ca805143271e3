"""The webhook: Telegram posts updates to `/telegram`, again and again until it has a 200."""

import hmac
import json
import logging
from collections.abc import Callable
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from botkit import read_body
from botkit_telegram.intaking import Intaking, UntakenError

_log = logging.getLogger(__name__)

PATH: Final = "/telegram"
HEADER: Final = "x-telegram-bot-api-secret-token"
_LONGEST: Final = 1_000_000  # bytes of an update


def webhook_route(secret: str, intaking: Callable[[], Intaking | None]) -> Route:
    """Give the route; `intaking` gives None while the channel is not running."""

    async def take(request: Request) -> Response:
        if not hmac.compare_digest(request.headers.get(HEADER, "").encode(), secret.encode()):
            return Response(status_code=401)
        running = intaking()
        if running is None:
            return Response(status_code=503)
        body = await read_body(request, _LONGEST)
        try:
            raw = json.loads(body or b"")
        except ValueError:
            return Response(status_code=400)
        happened = running.read(raw) if isinstance(raw, dict) else None
        try:
            if happened is not None:
                await running.take(happened)
        except UntakenError as error:
            _log.warning("a message was not stored, and comes again: %s", error, extra={"action": "telegram.webhook"})
            return Response(status_code=503)
        return Response(status_code=200)

    return Route(PATH, take, methods=["POST"], name="telegram")
