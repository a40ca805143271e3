"""`POST /events`: systems outside tell the bot what happened, signed as Standard Webhooks says.

https://github.com/standard-webhooks/standard-webhooks: the headers `webhook-id`, `webhook-timestamp` (seconds since
the epoch) and `webhook-signature` (`v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`; several, with a
space between them, while a secret is exchanged).
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from botkit.app.api import refuse
from botkit.app.bots import Bot
from botkit.app.events import MOST_BYTES
from botkit.errors import StoreError, UsageError
from botkit.ports.requests import read_body

TOLERANCE = 300.0  # seconds that the sender's clock may be off; a later copy is refused
_PREFIX = "whsec_"
_MOST_BODY = MOST_BYTES + 4096


class Notice(msgspec.Struct, forbid_unknown_fields=True):
    """The body of a request."""

    name: str
    conversation: str = ""
    customer: str = ""
    channel: str = ""
    data: dict[str, Any] = {}


def sign(secret: str, key: str, at: int, body: bytes) -> str:
    """Give the signature of a request; a secret that begins with `whsec_` is base64, any other is taken as it is."""
    message = b".".join([key.encode(), str(at).encode(), body])
    return "v1," + base64.b64encode(hmac.digest(_bytes_of(secret), message, hashlib.sha256)).decode()


def _bytes_of(secret: str) -> bytes:
    if secret.startswith(_PREFIX):
        try:
            return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
        except binascii.Error:
            pass
    return secret.encode()


def why_refused(secrets: Sequence[str], request: Request, body: bytes, now: float) -> str:
    """Say why a request is not taken; empty if its signature is right and its time is near."""
    key, at = request.headers.get("webhook-id", ""), request.headers.get("webhook-timestamp", "")
    signatures = request.headers.get("webhook-signature", "").split()
    if not (key and at and signatures):
        return "the headers webhook-id, webhook-timestamp and webhook-signature are needed"
    if not (at.isascii() and at.isdigit() and len(at) < 16) or abs(now - int(at)) > TOLERANCE:
        return "webhook-timestamp is too far from now"
    right = [sign(secret, key, int(at), body).encode() for secret in secrets]
    given = [signature.encode("latin-1") for signature in signatures]
    return "" if any(hmac.compare_digest(one, other) for one in given for other in right) else "wrong signature"


def event_routes(bot: Bot, secrets: Sequence[str]) -> list[BaseRoute]:
    """Give the route that takes events; without secrets it says how to have it."""

    async def take(request: Request) -> Response:
        if not secrets:
            return refuse(403, "this bot takes no events: write `api: {events_secret: ...}` in bot.yaml")
        body = await read_body(request, _MOST_BODY)
        if body is None:
            return refuse(413, f"an event has {_MOST_BODY:,} bytes at most")
        refused = why_refused(secrets, request, body, bot.engine.clock.now())
        if refused:
            return refuse(401, refused)
        try:
            notice = msgspec.json.decode(body, type=Notice)
            emitted = await bot.emit(
                notice.name,
                notice.data,
                conversation=notice.conversation,
                customer=notice.customer,
                channel=notice.channel,
                key=request.headers["webhook-id"],
            )
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            return refuse(400, f"no event: {error}")
        except UsageError as error:
            return refuse(422, str(error))
        except StoreError:
            return refuse(503, "try again", {"Retry-After": "5"})
        return JSONResponse(msgspec.to_builtins(emitted), 202)

    return [Route("/events", take, methods=["POST"])]
