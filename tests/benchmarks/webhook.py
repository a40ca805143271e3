"""A webhook's requests per second of the server's processor, beside the bare edge: `python -m tests.benchmarks.webhook`.

Both servers are processes of their own (`edge`) and get the same requests from the same client: 64 connections that
stay open, each with the next message of one of its chats as soon as the answer is there. botkit's answer comes when the
message is stored; what is measured ends when every reply is stored and sent.
"""

import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks import goals
from tests.benchmarks.goals import Row, write
from tests.benchmarks.talk import TALK

CONNECTIONS = 64
CHATS = 8  # of each connection, their messages in turn
REPLIES = 8  # to the six messages of a conversation
ROUNDS = 5
_HEAD = "POST /hook HTTP/1.1\r\nHost: edge\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n"


def request(chat: str, number: int) -> bytes:
    """Write the request with a message of a chat."""
    body = json.dumps({"chat": chat, "id": f"{chat}-{number}", "text": TALK[number]})
    return (_HEAD.format(len(body)) + body).encode()


@contextmanager
def serving(*arguments: str) -> Iterator[int]:
    """Start a server and give its port."""
    command = [sys.executable, "-m", "tests.benchmarks.edge", *arguments]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2])
    try:
        assert server.stdout is not None
        yield int(server.stdout.readline())
    finally:
        server.terminate()
        server.communicate(timeout=20)


async def _talk(port: int, requests: Sequence[bytes]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for one in requests:
        writer.write(one)
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
    writer.close()
    await writer.wait_closed()


async def _look(port: int) -> tuple[float, int]:
    """Give the seconds of the processor's that the server has used, and how many replies it has sent."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /spent HTTP/1.1\r\nHost: edge\r\nConnection: close\r\n\r\n")
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    seconds, sent = json.loads(answer.partition(b"\r\n\r\n")[2])
    return float(seconds), int(sent)


async def rate(port: int, chats: int, *, replies: int, name: str) -> float:
    """Send so many chats' messages over each connection; requests per second of the server's processor."""
    plans = [
        [request(f"{name}-{line}-{chat}", number) for number in range(len(TALK)) for chat in range(chats)]
        for line in range(CONNECTIONS)
    ]
    before, sent = await _look(port)
    await asyncio.gather(*(_talk(port, plan) for plan in plans))
    wanted = sent + replies * chats * CONNECTIONS
    spent, sent = await _look(port)
    while sent < wanted:
        await asyncio.sleep(0.02)
        spent, sent = await _look(port)
    assert sent == wanted, f"{sent} replies instead of {wanted}"
    return CONNECTIONS * chats * len(TALK) / (spent - before)


def measure(rounds: int = ROUNDS, chats: int = CHATS) -> tuple[list[float], list[float]]:
    """Give the rates of the bare edge and of botkit, a pair for each round."""
    bare: list[float] = []
    bot: list[float] = []
    with tempfile.TemporaryDirectory() as folder, serving() as edge, serving(f"sqlite:///{folder}/bot.db") as hook:
        for port in (edge, hook):
            asyncio.run(rate(port, 1, replies=0 if port == edge else REPLIES, name="warm"))
        for number in range(rounds):
            bare.append(asyncio.run(rate(edge, chats, replies=0, name=f"round-{number}")))
            bot.append(asyncio.run(rate(hook, chats, replies=REPLIES, name=f"round-{number}")))
    return bare, bot


def compare(rounds: int = ROUNDS, chats: int = CHATS) -> list[Row]:
    """Give the rows of the table."""
    bare, bot = map(statistics.median, measure(rounds, chats))
    unit = "requests per CPU second"
    return [
        Row(goals.EDGE, f"{bare:,.0f} {unit}", 100),
        Row(goals.WEBHOOK, f"{bot:,.0f} {unit}", 100 * bot / bare),
    ]


def main() -> None:
    """Print the table."""
    print(write(compare()))


if __name__ == "__main__":
    main()
