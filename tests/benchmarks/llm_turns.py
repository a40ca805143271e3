"""What botkit adds to a call of a language model, and what slow calls do to other conversations.

    python -m tests.benchmarks.llm_turns [--rounds 200] [--slow 5] [--crowd 100]

One server on loopback answers at once, streamed in ten parts. In one run, interleaved: the bare SDK (AsyncOpenAI with
streaming), and a whole turn of a bot with a step `agent` that says what the same server gives (message in, two commits,
guards, reply). Then a crowd of conversations waits for a model that takes some seconds, while another one has turns
that need no model: how long those take with and without the crowd.
"""

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from botkit.model.catalogue import Capabilities
from botkit.model.replies import Reply
from botkit.ports.connectors import Intake, StreamPart

BOT = """
name: Bench
llm: {{base_url: "{url}/v1", model: m, api_key: k, timeouts: {{first: 60s, total: 120s}}}}
"""
FLOWS = """
answers: {hours: {questions: [when are you open], say: From 9 to 18.}}
flows:
  talk:
    start: {commands: [talk]}
    steps: [{agent: Help., limits: {turns: 100000}}]
"""
WORDS = ["This ", "is ", "an ", "answer. ", "It ", "has ", "two ", "sentences ", "in ", "it."]


class Server:
    """Speaks chat completions, streamed; `wait` are the seconds before its first part."""

    def __init__(self) -> None:
        self.wait = 0.0
        self.first: dict[int, float] = {}
        self.asked = 0

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = next(
                    int(line.split(b":")[1])
                    for line in head.split(b"\r\n")
                    if line.lower().startswith(b"content-length")
                )
                body = json.loads(await reader.readexactly(length))
                self.asked += 1
                if self.wait:
                    await asyncio.sleep(self.wait)
                if not body.get("stream"):
                    raise NotImplementedError("the benchmark streams")
                parts: list[dict[str, Any]] = [
                    {"delta": {"content": word}, "index": 0, "finish_reason": None} for word in WORDS
                ]
                parts.append({"delta": {}, "index": 0, "finish_reason": "stop"})
                base = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": body["model"]}
                lines = [f"data: {json.dumps({**base, 'choices': [part]})}\n\n" for part in parts]
                usage = {"prompt_tokens": 10, "completion_tokens": 10, "total_tokens": 20}
                lines.append(f"data: {json.dumps({**base, 'choices': [], 'usage': usage})}\n\n")
                lines.append("data: [DONE]\n\n")
                text = "".join(lines).encode()
                writer.write(
                    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: %d\r\n\r\n" % len(text)
                )
                writer.write(text)
                await writer.drain()
        except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            writer.close()


class Page:
    """A channel that shows answers while they grow; `first` is when a part of one was shown last."""

    name = "web"
    capabilities = Capabilities(streaming=True)

    def __init__(self) -> None:
        self.first = 0.0

    async def start(self, intake: Intake) -> None:
        """Take part."""

    async def stop(self) -> None:
        """End."""

    async def send(self, chat: str, reply: Reply) -> str:  # noqa: ARG002 - the shape of a connector
        return reply.id

    async def stream(self, chat: str, part: StreamPart) -> None:  # noqa: ARG002 - the shape of a Streamer
        if part.state == "delta" and not self.first:
            self.first = time.perf_counter()

    def routes(self) -> Sequence[Any]:
        return ()


@asynccontextmanager
async def serving(server: Server) -> AsyncIterator[str]:
    listening = await asyncio.start_server(server.handle, "127.0.0.1", 0)
    async with listening:
        yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"


def shown(name: str, seconds: list[float]) -> None:
    ordered = sorted(seconds)
    p95 = ordered[int(len(ordered) * 0.95)]
    print(f"{name:<42} median {statistics.median(ordered) * 1000:7.2f} ms   p95 {p95 * 1000:7.2f} ms")


async def measure(rounds: int, slow: float, crowd: int) -> None:
    from openai import AsyncOpenAI

    from botkit import Bot

    server = Server()
    async with serving(server) as url:
        with tempfile.TemporaryDirectory() as folder:
            bot_dir = Path(folder)
            (bot_dir / "bot.yaml").write_text(BOT.format(url=url))
            (bot_dir / "flows.yaml").write_text(FLOWS)
            client = AsyncOpenAI(base_url=f"{url}/v1", api_key="k", max_retries=0)
            page, store = Page(), f"sqlite:///{folder}/bench.db"
            async with await Bot.load(bot_dir, store=store, connectors=lambda _: {"web": page}) as bot:
                await against_bare(client, bot, page, rounds)
                await in_a_crowd(server, bot, slow, crowd)


async def bare(client: object, messages: list[dict[str, str]]) -> tuple[float, float]:
    """Ask by the SDK alone; give the seconds to the first part, and to the end."""
    began, first = time.perf_counter(), 0.0
    stream = await client.chat.completions.create(  # type: ignore[attr-defined]
        model="m", messages=messages, stream=True, stream_options={"include_usage": True}
    )
    async for chunk in stream:
        if not first and chunk.choices and chunk.choices[0].delta.content:
            first = time.perf_counter() - began
    return first, time.perf_counter() - began


async def against_bare(client: object, bot: object, page: Page, rounds: int) -> None:
    from botkit import Bot
    from botkit.app.asked import asked_of

    assert isinstance(bot, Bot)
    messages = [{"role": "system", "content": "Help. " * 100}, {"role": "user", "content": "hello"}]
    alone, firsts, turns, ours, inner = [], [], [], [], []
    for number in range(rounds):
        first, whole = await bare(client, messages)
        conversation = f"web:{number}"
        await bot.say("/talk", conversation)  # the greeting and the flow's start are not measured
        page.first, began = 0.0, time.perf_counter()
        exchange = await bot.say("hello", conversation)
        took = time.perf_counter() - began
        asked = next((found for turn in exchange.turns if (found := asked_of(turn.event)) is not None), None)
        assert asked is not None, [visit for turn in exchange.turns for visit in turn.visits]
        if number >= rounds // 10:  # the first ones warm up
            alone.append(whole)
            firsts.append(first)
            turns.append(took)
            ours.append(page.first - began)
            inner.append(asked.seconds)
    shown("bare SDK: whole", alone)
    shown("bare SDK: first token", firsts)
    shown("botkit: whole turn, stored", turns)
    shown("botkit: the call in it", inner)
    shown("botkit: first sentence shown", ours)
    added = statistics.median(turns) - statistics.median(alone)
    sooner = statistics.median(ours) - statistics.median(firsts)
    print(
        f"added to a turn: {added * 1000:.2f} ms, to the first thing shown: {sooner * 1000:.2f} ms (of {len(turns)})"
    )


async def in_a_crowd(server: Server, bot: object, slow: float, crowd: int) -> None:
    from botkit import Bot

    assert isinstance(bot, Bot)
    conversations = [f"web:crowd{number}" for number in range(crowd)]
    for conversation in conversations:
        await bot.say("/talk", conversation)
    before = await plain_turns(bot, 200)
    server.wait = slow
    waiting = [asyncio.create_task(bot.say("hello", conversation)) for conversation in conversations]
    await asyncio.sleep(min(1.0, slow / 5))
    under_way = server.asked
    during = await plain_turns(bot, 200)
    still = sum(not task.done() for task in waiting)
    began = time.perf_counter()
    await asyncio.gather(*waiting)
    print(
        f"{crowd} conversations wait {slow:g} s for a model ({still} still did at the end; {under_way} requests so far)"
    )
    shown("other turns without them", before)
    shown("other turns meanwhile", during)
    print(
        f"ratio of medians {statistics.median(during) / statistics.median(before):.2f}; ended after {time.perf_counter() - began:.1f} s more"
    )


async def plain_turns(bot: object, count: int) -> list[float]:
    """Time turns that need no model, one after the other."""
    from botkit import Bot

    assert isinstance(bot, Bot)
    took = []
    for number in range(count):
        began = time.perf_counter()
        exchange = await bot.say("when are you open", f"web:plain{number % 20}")
        took.append(time.perf_counter() - began)
        assert exchange.text.endswith("From 9 to 18.")
    return took


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--slow", type=float, default=5.0)
    parser.add_argument("--crowd", type=int, default=100)
    given = parser.parse_args()
    asyncio.run(measure(given.rounds, given.slow, given.crowd))
