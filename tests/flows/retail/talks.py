"""Talking to a bot: through `botkit chat --json`, or in this process with the same shape of turns."""

import asyncio
import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

from botkit.app import Bot
from botkit.app.exchanges import Exchange

ROOT = Path(__file__).resolve().parents[3]
BOT = ROOT / "flows" / "support"
LONGEST_TURN = 120  # seconds
CHAT = "from botkit.cli import main; main()"
Turn = Mapping[str, Any]


class Talk(Protocol):
    """A conversation: each turn has `replies`, each reply a `text` and `buttons` with labels."""

    def open(self) -> Turn | None:
        """Give the greeting."""

    def say(self, text: str) -> Turn:
        """Say something and give the turn."""


class ProcessTalk:
    """A conversation with `botkit chat DIR --json` in a process of its own."""

    def __init__(self, database: Path, store: Path) -> None:
        settings = {"SHOP_DATABASE": f"sqlite:///{database}", "SUPPORT_STORE": f"sqlite:///{store}"}
        self._process = subprocess.Popen(
            [sys.executable, "-c", CHAT, "chat", str(BOT), "--json"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            env={**os.environ, **settings, "PYTHONIOENCODING": "utf-8"},
        )

    def open(self) -> Turn | None:
        """Read the greeting."""
        return self._read()

    def say(self, text: str) -> Turn:
        """Write a line and read the turn."""
        assert self._process.stdin is not None
        self._process.stdin.write(text.replace("\n", " ") + "\n")
        self._process.stdin.flush()
        return self._read()

    def _read(self) -> Turn:
        assert self._process.stdout is not None
        limit = threading.Timer(
            LONGEST_TURN, self._process.kill
        )  # a chat that says nothing more must not stop the run
        limit.start()
        try:
            line = self._process.stdout.readline()
        finally:
            limit.cancel()
        if not line:
            _, errors = self._process.communicate()
            raise AssertionError(f"the chat ended: {errors}")
        turn: Turn = json.loads(line)
        return turn

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _, errors = self._process.communicate()
        if kind is None:
            assert self._process.returncode == 0, errors


class Desk:
    """The bot, loaded once in this process; each `talk` is a conversation of its own."""

    def __init__(self, database: Path) -> None:
        os.environ["SHOP_DATABASE"] = f"sqlite:///{database}"
        try:
            self._runner = asyncio.Runner()
            self._bot = self._runner.run(Bot.load(BOT, store="sqlite://"))
        finally:
            del os.environ["SHOP_DATABASE"]
        self._talks = 0

    def talk(self) -> "LibraryTalk":
        """Begin a conversation."""
        self._talks += 1
        return LibraryTalk(self._runner, self._bot, f"library:{self._talks}")

    def close(self) -> None:
        """End the bot."""
        self._runner.run(self._bot.close())
        self._runner.close()


class LibraryTalk:
    """A conversation with a bot in this process."""

    def __init__(self, runner: asyncio.Runner, bot: Bot, conversation: str) -> None:
        self._runner = runner
        self._bot = bot
        self._conversation = conversation

    def open(self) -> Turn | None:
        """Give the greeting."""
        return _turn(self._runner.run(self._bot.open(self._conversation)))

    def say(self, text: str) -> Turn:
        """Say something and give the turn."""
        return _turn(self._runner.run(self._bot.say(text, self._conversation)))


def _turn(exchange: Exchange) -> Turn:
    return {
        "replies": [
            {"text": reply.text, "buttons": [{"label": b.label, "value": b.value} for b in reply.buttons]}
            for reply in exchange.replies
        ],
        "owner": exchange.owner,
    }
