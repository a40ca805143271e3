"""The address to which Slack posts events, presses and commands: `/slack/events`."""

from collections.abc import Callable
from typing import Final
from urllib.parse import parse_qsl

from slack_bolt.adapter.starlette.async_handler import to_starlette_response
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from botkit import read_body

PATH: Final = "/slack/events"
_LONGEST: Final = 3_000_000  # bytes of a post


def webhook_route(app: Callable[[], AsyncApp | None]) -> Route:
    """Give the route; `app` gives None while the channel is not running."""

    async def take(request: Request) -> Response:
        running = app()
        if running is None:
            return Response(status_code=503)
        stamp = request.headers.get("x-slack-request-timestamp", "")
        if not (stamp.isascii() and stamp.isdigit() and len(stamp) < 16):
            return Response(status_code=401)
        try:
            post = _read(request, (await read_body(request, _LONGEST) or b"").decode())
        except (ValueError, TypeError, AttributeError):
            return Response(status_code=400)
        return to_starlette_response(await running.async_dispatch(post))

    return Route(PATH, take, methods=["POST"], name="slack")


def _read(request: Request, body: str) -> AsyncBoltRequest:
    """Read a post as bolt does. Raises ValueError, TypeError or AttributeError for what is none."""
    post = AsyncBoltRequest(body=body, headers=dict(request.headers))
    if not post.body and body:  # bolt takes a command whose text has the word "payload" for one that has a payload
        post.body = dict(parse_qsl(body, keep_blank_values=True))
    return post
