"""A model over HTTP that plays scripts: chat.completions of OpenAI's API, at once and in parts.

It keeps no place in a script. Which message is next it sees from the messages that it is sent, as a model does, so
that a question that is asked again gets the same answer.
"""

import asyncio
import json
import re
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
KEY = re.compile(r"\(case ([\w-]+)\)")
LONGEST = 32_000_000  # bytes of a request


@dataclass(frozen=True)
class Wanted:
    """A call that a model wants."""

    id: str
    name: str
    arguments: Mapping[str, Any]

    @property
    def text(self) -> str:
        """The arguments as the model writes them."""
        return json.dumps(self.arguments, ensure_ascii=False)


@dataclass(frozen=True)
class Move:
    """One message of a model."""

    text: str = ""
    calls: tuple[Wanted, ...] = ()


@dataclass(frozen=True)
class Script:
    """The messages of one conversation. `part` is how many characters go into a part of a stream.

    `faults` are the statuses with which a request for a message is refused, once each.
    """

    moves: tuple[Move, ...]
    part: int = 1_000_000
    faults: Mapping[int, tuple[int, ...]] = field(default_factory=dict)


class ModelServer:
    """`scripts` by the key that the customer's first message has; `wrong` has what a client did wrong."""

    def __init__(self) -> None:
        self.url = ""
        self.scripts: dict[str, Script] = {}
        self.tools: list[Json] = []
        self.told: dict[str, dict[str, str]] = {}
        """What the model was told of each call, by key and the call's id."""
        self.wrong: list[str] = []
        self.statuses: Counter[int] = Counter()
        self.streams: Counter[bool] = Counter()
        self._refused: Counter[tuple[str, int]] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()

    def connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve a connection."""
        task = asyncio.create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Let go of all connections."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(OSError, asyncio.IncompleteReadError):
                while True:
                    await self._one(reader, writer)
        finally:
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {name.casefold(): value for name, _, value in (line.partition(": ") for line in head[1:])}
        body = json.loads(await reader.readexactly(int(headers["content-length"])))
        if head[0].split()[:2] != ["POST", "/v1/chat/completions"]:
            self.wrong.append(f"asked for {head[0]}")
        for part in self._answer(body):
            writer.write(part)
            await writer.drain()

    def _answer(self, body: Json) -> Iterator[bytes]:
        messages, stream = body["messages"], bool(body.get("stream"))
        said = [message["content"] for message in messages if message["role"] == "user"]
        keys = [found[1] for text in said for found in KEY.finditer(text)]
        script = self.scripts.get(keys[0]) if keys else None
        if script is None:
            self.wrong.append(f"no script for {keys}")
            return whole(404, {"error": {"message": "there is no such script"}})
        self._look(keys[0], script, body)
        at = sum(message["role"] == "assistant" for message in messages)
        faults = script.faults.get(at, ())
        if (tried := self._refused[keys[0], at]) < len(faults):
            self._refused[keys[0], at] += 1
            self.statuses[faults[tried]] += 1
            return whole(faults[tried], {"error": {"message": "not now"}}, {"retry-after": "0"})
        self.statuses[200] += 1
        self.streams[stream] += 1
        if at >= len(script.moves):
            self.wrong.append(f"{keys[0]}: the model is asked after the end of its script")
        move = script.moves[at] if at < len(script.moves) else Move("I have nothing more to say.")
        return streamed(move, script.part) if stream else whole(200, completion(move))

    def _look(self, key: str, script: Script, body: Json) -> None:
        """Look whether what is sent is what was played and what became of it, in the order that the API has."""
        messages = body["messages"]
        if [message["role"] == "system" for message in messages] != [True] + [False] * (len(messages) - 1):
            self.wrong.append(f"{key}: the system message does not stand first and alone")
        self.tools = self.tools or body["tools"]
        if body["tools"] != self.tools:
            self.wrong.append(f"{key}: other tools than before")
        played, awaited = iter(script.moves), list[str]()
        for message in messages:
            if message["role"] == "assistant":
                move = next(played, Move())
                calls = [(c["id"], c["function"]["name"], c["function"]["arguments"]) for c in _calls(message)]
                if calls != [(call.id, call.name, call.text) for call in move.calls]:
                    self.wrong.append(f"{key}: other calls than the model's")
                awaited += [call.id for call in move.calls]
            elif message["role"] == "tool":
                if not awaited or awaited.pop(0) != message["tool_call_id"]:
                    self.wrong.append(f"{key}: a result out of its order")
                self._hear(key, message)
            elif awaited:
                self.wrong.append(f"{key}: a call without a result")

    def _hear(self, key: str, message: Json) -> None:
        told = self.told.setdefault(key, {})
        if told.setdefault(message["tool_call_id"], message["content"]) != message["content"]:
            self.wrong.append(f"{key}: a result that changed")


def _calls(message: Json) -> list[Json]:
    return list(message.get("tool_calls") or ())


@asynccontextmanager
async def model_server() -> AsyncIterator[ModelServer]:
    """Serve on a free port of loopback."""
    server = ModelServer()
    listening = await asyncio.start_server(server.connect, "127.0.0.1", 0, limit=LONGEST)
    server.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/v1"
    try:
        yield server
    finally:
        listening.close()
        await server.close()


def _head(status: int, kind: str, more: Mapping[str, str]) -> bytes:
    lines = {"content-type": kind, **more}
    return f"HTTP/1.1 {status} X\r\n{''.join(f'{k}: {v}{chr(13)}{chr(10)}' for k, v in lines.items())}\r\n".encode()


def whole(status: int, body: Json, headers: Mapping[str, str] | None = None) -> Iterator[bytes]:
    """Give an answer at once."""
    data = json.dumps(body).encode()
    yield _head(status, "application/json", {"content-length": str(len(data)), **(headers or {})}) + data


def completion(move: Move) -> Json:
    """Give a move as a chat completion."""
    message: Json = {"role": "assistant", "content": move.text or None}
    if move.calls:
        message["tool_calls"] = [_written(call, call.text) for call in move.calls]
    choice = {"index": 0, "message": message, "finish_reason": "tool_calls" if move.calls else "stop"}
    usage = {"prompt_tokens": 90, "completion_tokens": 9, "total_tokens": 99}
    return {**_named("chat.completion"), "choices": [choice], "usage": usage}


def _named(kind: str) -> Json:
    return {"id": "c-1", "object": kind, "created": 1, "model": "desk-1"}


def _written(call: Wanted, arguments: str) -> Json:
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": arguments}}


def streamed(move: Move, size: int) -> Iterator[bytes]:
    """Give a move in parts; the parts of parallel calls come in turns."""
    yield _head(200, "text/event-stream", {"transfer-encoding": "chunked"})
    deltas: list[Json] = [
        {"role": "assistant", "content": ""},
        *({"content": part} for part in _parts(move.text, size)),
    ]
    deltas += [{"tool_calls": [{"index": n, **_written(call, "")}]} for n, call in enumerate(move.calls)]
    parts = [list(_parts(call.text, size)) for call in move.calls]
    for step in range(max(map(len, parts), default=0)):
        for n, cut in enumerate(parts):
            if step < len(cut):
                deltas.append({"tool_calls": [{"index": n, "function": {"arguments": cut[step]}}]})
    for delta in deltas:
        yield _event({"index": 0, "delta": delta, "finish_reason": None})
    yield _event({"index": 0, "delta": {}, "finish_reason": "tool_calls" if move.calls else "stop"})
    yield _chunk(b"data: [DONE]\n\n") + b"0\r\n\r\n"


def _parts(text: str, size: int) -> Iterator[str]:
    return (text[at : at + size] for at in range(0, len(text), size))


def _event(choice: Json) -> bytes:
    body = {**_named("chat.completion.chunk"), "choices": [choice]}
    return _chunk(b"data: " + json.dumps(body).encode() + b"\n\n")


def _chunk(data: bytes) -> bytes:
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"
