"""A server of HTTP that answers with the very bytes that a test gives it, cut where the test says."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from botkit.llm import Endpoint, Timeouts

HANG = object()  # among the parts of an answer: nothing more comes
QUICK = Timeouts(connect=5.0, first=10.0, total=20.0, media=20.0)  # nobody waits for these


class Answer:
    """What is given to one request: a status, headers, and parts that are written one by one.

    With `cut` the connection ends without the end of the body.
    """

    def __init__(self, *parts: Any, status: int = 200, cut: bool = False, **headers: str) -> None:
        self.parts = parts
        self.status = status
        self.cut = cut
        self.headers = {"content-type": "application/json"} | {k.replace("_", "-"): v for k, v in headers.items()}


class RawServer:
    """`answers` are given one after another, the last again and again; `asked` has path, headers and body of each."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.asked: list[tuple[str, dict[str, str], Any]] = []
        self.url = ""
        self.closed = asyncio.Event()  # a client let go of a connection whose answer had not ended

    @property
    def bodies(self) -> list[Any]:
        return [body for _, _, body in self.asked]

    def endpoint(self, **settings: Any) -> Endpoint:
        return Endpoint(**{"model": "m-1", "base_url": self.url, "api_key": "key-1", "timeouts": QUICK, **settings})

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await self._one(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {k.casefold(): v for k, _, v in (line.partition(": ") for line in head[1:] if line)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        is_json = headers.get("content-type", "") == "application/json"
        self.asked.append((head[0].split()[1], headers, json.loads(body) if is_json else body))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        shown = "".join(f"{name}: {value}\r\n" for name, value in answer.headers.items())
        writer.write(f"HTTP/1.1 {answer.status} X\r\n{shown}transfer-encoding: chunked\r\n\r\n".encode())
        for part in answer.parts:
            if part is HANG:
                await writer.drain()
                await reader.read()
                self.closed.set()
                return False
            raw = part if isinstance(part, bytes) else json.dumps(part).encode()
            writer.write(f"{len(raw):x}\r\n".encode() + raw + b"\r\n")
            await writer.drain()
        if not answer.cut:
            writer.write(b"0\r\n\r\n")
            await writer.drain()
        return not answer.cut


@asynccontextmanager
async def raw_server(*answers: Answer) -> AsyncIterator[RawServer]:
    server = RawServer()
    server.answers = list(answers)
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/v1"
    try:
        yield server
    finally:
        listening.close()


def whole(
    text: str | None = "Hello",
    calls: Sequence[Any] = (),
    finish: str | None = "stop",
    usage: Any = (7, 2),
    **more: Any,
) -> Answer:
    """A chat completion at once."""
    message = {"role": "assistant", "content": text, **more}
    if calls:
        message["tool_calls"] = list(calls)
    body: dict[str, Any] = {
        "id": "c-1",
        "object": "chat.completion",
        "created": 1,
        "model": "m-1-2026",
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
    }
    if usage:
        body["usage"] = {"prompt_tokens": usage[0], "completion_tokens": usage[1], "total_tokens": sum(usage)}
    return Answer(body)


def call(name: str, arguments: str = "{}", id_: str = "call-1") -> dict[str, Any]:
    return {"id": id_, "type": "function", "function": {"name": name, "arguments": arguments}}


def sse(*data: Any, done: bool = True, cut: bool = False) -> Answer:
    """A stream of events; bytes and HANG stand for themselves."""
    parts = [one if isinstance(one, bytes) or one is HANG else event(one) for one in data]
    return Answer(*parts, *([b"data: [DONE]\n\n"] if done else []), cut=cut, content_type="text/event-stream")


def event(data: Any) -> bytes:
    return b"data: " + json.dumps(data).encode() + b"\n\n"


def delta(finish: str | None = None, usage: Any = None, **delta_: Any) -> dict[str, Any]:
    """A part of a chat completion."""
    body: dict[str, Any] = {
        "id": "c-1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "m-1-2026",
        "choices": [{"index": 0, "delta": delta_, "finish_reason": finish}],
    }
    if usage:
        body |= {"choices": [], "usage": {"prompt_tokens": usage[0], "completion_tokens": usage[1]}}
    return body


def refusal(status: int, message: str, **more: Any) -> Answer:
    """An answer with an error's status."""
    headers = {"retry_after": more.pop("retry_after")} if "retry_after" in more else {}
    return Answer({"error": {"message": message, **more}}, status=status, **headers)
