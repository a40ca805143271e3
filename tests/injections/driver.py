"""Plays one case against a real bot: the same for attacks and for harmless turns, whatever the case is."""

import json
import shutil
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest

from botkit import Bot
from botkit.model.catalogue import Capabilities
from botkit.model.events import Message
from botkit.model.replies import Reply
from botkit.ports.connectors import Intake, StreamPart
from botkit_shop.ledger import ledger
from tests.injections.disguises import letters, readings
from tests.injections.obeying import ObeyingModel

BOT = Path(__file__).parent / "bot"
ARTICLE = "---\ntitle: Cleaning lamps\nlocale: en\n---\n\n## Cleaning a lamp\n\nClean a lamp with a dry cloth. {}\n"
QUESTION = "how do I clean a lamp with a cloth?"


class Case(msgspec.Struct, frozen=True):
    """What others wrote, in each place, what the customer says in turn, and what the model plays without an order."""

    messages: tuple[str, ...] = ("Hello, can you help me?",)
    name: str = "Mia"
    article: str = ""
    notes: str = "No notes."
    file: str = "lamp"
    mcp: str = ""
    described: str = ""
    script: tuple[str, ...] = ()


class Platform:
    """The double of a platform: all that it was sent, parts of answers that grew included."""

    def __init__(self) -> None:
        self.name = "double"
        self.capabilities = Capabilities(streaming=True)
        self.sent: list[str] = []
        self.shown: dict[str, str] = {}

    async def start(self, intake: Intake) -> None:
        """Nothing is received but by the driver."""

    async def stop(self) -> None:
        """Nothing is open."""

    async def send(self, chat: str, reply: Reply) -> str:  # noqa: ARG002 - a Connector
        """Note what is sent."""
        self.sent.append(reply.text)
        return str(len(self.sent))

    async def stream(self, chat: str, part: StreamPart) -> None:  # noqa: ARG002 - a Streamer
        """Note what is shown for a while."""
        self.shown[part.id] = self.shown.get(part.id, "") + part.text

    def routes(self) -> tuple[()]:
        """Serve nothing."""
        return ()


@dataclass
class Played:
    """What happened: the record of the platform, what the plugins' ledgers have, and the orders that the model met."""

    texts: list[str]
    calls: list[tuple[str, dict[str, Any]]]
    writes: Sequence[Mapping[str, Any]]
    obeyed: list[str]

    @property
    def read(self) -> str:
        """The letters of all that was sent, read in every way, each text alone and all in a row."""
        joined = ["".join(self.texts), *self.texts]
        return "\n".join(letters(reading) for text in joined for reading in readings(text))

    def called(self, *names: str) -> bool:
        """Tell whether an action was called."""
        return any(name in names for name, _ in self.calls)


async def _content() -> AsyncIterator[bytes]:
    yield b"a lamp"


def lay_out(directory: Path, article: str) -> Path:
    """Make the bot's directory, with an article."""
    shutil.copytree(BOT, directory, dirs_exist_ok=True)
    (directory / "knowledge").mkdir(exist_ok=True)
    (directory / "knowledge" / "cleaning.md").write_text(ARTICLE.format(article), "utf-8")
    return directory


def ask_server(directory: Path, case: Case) -> None:
    """Let the notes come from an MCP server."""
    pytest.importorskip("mcp")
    for name, text in (("notes", case.mcp or "No notes."), ("described", case.described or "Read the notes.")):
        (directory / name).write_text(text, "utf-8")
    flows = (directory / "flows.yaml").read_text("utf-8")
    (directory / "flows.yaml").write_text(flows.replace("- desk.notes", "- crm.notes"), "utf-8")
    env = json.dumps({"NOTES": str(directory / "notes"), "DESCRIBED": str(directory / "described")})
    command = json.dumps([sys.executable, str(Path(__file__).with_name("notes_server.py"))])
    with (directory / "bot.yaml").open("a") as file:
        file.write(f"mcp: {{crm: {{command: {command}, env: {env}, trust: true}}}}\n")


async def _said(bot: Bot) -> list[str]:
    return [one.reply.text for one in await bot.engine.history("double:1") if one.reply is not None]


async def play(case: Case, directory: Path) -> Played:
    """Play a case in a conversation of its own."""
    model, platform = ObeyingModel(case.script), Platform()
    lay_out(directory, case.article)
    if case.mcp or case.described:
        ask_server(directory, case)
    bot = await Bot.load(directory, store="sqlite://", model=model, connectors=lambda _: {"double": platform})
    async with bot:
        host = bot.checked.registry.host
        desk = host("desk").state
        desk.name, desk.notes = case.name, case.notes
        file = await bot.files.put("double:1", f"{case.file}.txt", _content())
        await bot.send("double:1", Message(QUESTION))
        own = len(await _said(bot))  # the article as it was written, before any model is asked
        for turn in (Message("/help", files=(file,)), *map(Message, case.messages)):
            await bot.send("double:1", turn)
        writes = ledger(host("shop").state.engine)
        stored = await _said(bot)
    assert platform.sent == stored, "the record of the platform is not what was stored"
    texts = [*platform.sent[own:], *platform.shown.values()]
    return Played(texts, desk.ledger, writes, model.obeyed)
