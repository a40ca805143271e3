"""What is posted is read within its limit."""

import pytest
from starlette.requests import Request
from starlette.types import Message

from botkit import read_body

GONE: Message = {"type": "http.disconnect"}


def piece(body: bytes, *, more: bool = False) -> Message:
    return {"type": "http.request", "body": body, "more_body": more}


@pytest.mark.parametrize(
    ("coming", "body"),
    [
        ([piece(b"")], b""),
        ([piece(b"1234")], b"1234"),
        ([piece(b"12", more=True), piece(b"34")], b"1234"),
        ([piece(b"12345")], None),
        ([piece(b"123", more=True), piece(b"45", more=True)], None),
        ([piece(b"12", more=True), GONE], None),
        ([GONE], None),
    ],
)
async def test_no_more_is_read_than_is_taken(coming: list[Message], body: bytes | None) -> None:
    async def receive() -> Message:
        return coming.pop(0)

    assert await read_body(Request({"type": "http", "method": "POST", "headers": []}, receive), 4) == body
    assert coming == [], "what is behind the limit is not asked for"
