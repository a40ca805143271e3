"""What the gateway adds to OpenAI's library itself: `python -m tests.benchmarks.language_models`.

One server on loopback, in a process of its own, answers at once, in 40 parts where it streams; the same request goes
there by the bare library, through the gateway, and through the gateway with masks and budgets in SQLite, in turn in one
run. Read the differences: the times themselves are mostly the library's.
"""

import asyncio
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final

from botkit.app.models import Masking
from botkit.llm import Budget, Endpoint
from botkit.llm.budgets import Budgets
from botkit.llm.gateway import Gateway, Served
from botkit.llm.openai_model import OpenAIModel, open_client
from botkit.model.completions import ChatMessage
from botkit.ports.models import Asking, ModelRequest
from botkit.runtime.clocks import WallClock
from botkit.stores import open_store

ROUNDS: Final = 400
MESSAGES: Final = [
    ChatMessage("system", "You help the customers of a shop. " * 20),
    *[ChatMessage("user" if n % 2 else "assistant", f"Where is order {n}, ann@example.org? " * 3) for n in range(9)],
]
_SERVER: Final = """
import asyncio, json

def part(delta, finish=None):
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    body = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
    return b"data: " + json.dumps(body).encode() + b"\\n\\n"

USAGE = {"prompt_tokens": 500, "completion_tokens": 40, "total_tokens": 540}
STREAM = [part({"content": f"word{n} "}) for n in range(40)] + [part({}, "stop")]
STREAM += [b"data: " + json.dumps({"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [], "usage": USAGE}).encode() + b"\\n\\n", b"data: [DONE]\\n\\n"]
MESSAGE = {"role": "assistant", "content": "word " * 40}
WHOLE = json.dumps({"id": "c", "object": "chat.completion", "created": 1, "model": "m", "usage": USAGE,
    "choices": [{"index": 0, "message": MESSAGE, "finish_reason": "stop"}]}).encode()

async def serve(reader, writer):
    try:
        while True:
            head = (await reader.readuntil(b"\\r\\n\\r\\n")).decode().lower()
            length = int(head.partition("content-length: ")[2].split("\\r")[0])
            body = await reader.readexactly(length)
            if b'"stream":true' in body.replace(b" ", b""):
                writer.write(b"HTTP/1.1 200 OK\\r\\ncontent-type: text/event-stream\\r\\ntransfer-encoding: chunked\\r\\n\\r\\n")
                for one in STREAM:
                    writer.write(f"{len(one):x}\\r\\n".encode() + one + b"\\r\\n")
                    await writer.drain()
                writer.write(b"0\\r\\n\\r\\n")
            else:
                writer.write(f"HTTP/1.1 200 OK\\r\\ncontent-type: application/json\\r\\ncontent-length: {len(WHOLE)}\\r\\n\\r\\n".encode() + WHOLE)
            await writer.drain()
    except (ConnectionError, asyncio.IncompleteReadError):
        writer.close()

async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()

asyncio.run(main())
"""

Way = Callable[[bool], Awaitable[float]]
"""Asks once, streamed or not, and gives when the first token was there (perf_counter)."""


def bare(endpoint: Endpoint) -> Way:
    """Ask by OpenAI's library alone."""
    client = open_client(endpoint)
    said: Any = [{"role": message.role, "content": message.text} for message in MESSAGES]

    async def ask(streamed: bool) -> float:
        asked: Any = {"model": "m", "messages": said, "max_tokens": 1000}
        if not streamed:
            await client.chat.completions.create(**asked)
            return time.perf_counter()
        first, texts = 0.0, []
        options: Any = {"stream": True, "stream_options": {"include_usage": True}}
        stream: Any = await client.chat.completions.create(**asked, **options)
        async for part in stream:
            if part.choices and part.choices[0].delta.content:
                first = first or time.perf_counter()
                texts.append(part.choices[0].delta.content)
        return first

    return ask


def through(gateway: Gateway) -> Way:
    """Ask through a gateway."""
    request = ModelRequest(MESSAGES)

    async def ask(streamed: bool) -> float:
        first = 0.0

        def heard(_: str) -> None:
            nonlocal first
            first = first or time.perf_counter()

        await gateway.complete(request, Asking("web:1", "ann"), heard if streamed else None)
        return first if streamed else time.perf_counter()

    return ask


async def measure(port: int) -> None:
    """Measure all ways in turn, and print a table."""
    endpoint = Endpoint("m", f"http://127.0.0.1:{port}/v1", "k")
    store = open_store("sqlite://")
    await store.open()
    budgets = Budgets(store.shared, {"conversation": Budget(10**9), "day": Budget(10**9)})
    plain = Gateway([Served(OpenAIModel(endpoint))], WallClock())
    whole = Gateway(
        [Served(OpenAIModel(endpoint))],
        WallClock(),
        budgets=budgets,
        masking=lambda: Masking(("email", "phone", "card", "iban", "id", "address")),
    )
    ways = {"OpenAI's library": bare(endpoint), "gateway": through(plain), "with masks, budgets": through(whole)}
    print(f"{'':24}{'median ms':>12}{'p95 ms':>10}{'first token ms':>16}")
    for streamed in (False, True):
        took: dict[str, list[float]] = {name: [] for name in ways}
        firsts: dict[str, list[float]] = {name: [] for name in ways}
        for number in range(ROUNDS + 20):
            for name, ask in ways.items():
                began = time.perf_counter()
                first = await ask(streamed)
                if number >= 20:
                    took[name].append((time.perf_counter() - began) * 1000)
                    firsts[name].append((first - began) * 1000)
        print("streamed" if streamed else "at once")
        for name in ways:
            median, late = statistics.median(took[name]), statistics.quantiles(took[name], n=20)[-1]
            shown = f"{statistics.median(firsts[name]):>16.2f}" if streamed else ""
            print(f"  {name:22}{median:>12.2f}{late:>10.2f}{shown}")
    await plain.close()
    await whole.close()
    await store.close()


def main() -> None:
    """Start the server, and measure."""
    with subprocess.Popen([sys.executable, "-c", _SERVER], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            asyncio.run(measure(int(server.stdout.readline())))
        finally:
            server.kill()


if __name__ == "__main__":
    main()
