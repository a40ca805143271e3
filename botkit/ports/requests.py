"""Requests: what is posted to routes, read within limits."""

from starlette.requests import ClientDisconnect, Request


async def read_body(request: Request, most: int) -> bytes | None:
    """Read the body of a request, and no more of it than `most` bytes: None where it has more, or breaks off."""
    body = bytearray()
    try:
        async for piece in request.stream():
            body += piece
            if len(body) > most:
                return None
    except ClientDisconnect:
        return None
    return bytes(body)
