"""`botkit run` as a process of its own, with a double of Slack."""

import asyncio
import contextlib
import os
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

from tests.slack.api import Slack
from tests.slack.workspace import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET

ECHO = """
flows:
  echo: {start: {commands: [echo]}, steps: [{say: "{{ message.text }}"}]}
"""
PATIENCE = 30.0
_BOT = """
name: Tea
channels:
  web: {{}}
  slack: {{bot_token: "${{SLACK_BOT_TOKEN}}", {secret}, mode: {mode}, api_base: "{base}"}}
"""
_SECRETS = {"socket": 'app_token: "${SLACK_APP_TOKEN}"', "http": 'signing_secret: "${SLACK_SIGNING_SECRET}"'}


class Process(NamedTuple):
    """A bot that serves: its process, the address of its pages, and the lines that it said until then."""

    process: asyncio.subprocess.Process
    address: str
    lines: str

    async def until(self, pattern: str) -> str:
        """Read until a line; give it behind all that was said."""
        assert self.process.stdout is not None
        return self.lines + (await _until(self.process.stdout, pattern))[0]


@asynccontextmanager
async def serving_bot(
    directory: Path,
    slack: Slack,
    mode: str = "socket",
    *,
    bot_token: str = BOT_TOKEN,
    flows: str = ECHO,
    desk: str = "",
) -> AsyncIterator[Process]:
    """Run `botkit run` of a bot that says what it hears, until the block ends; posts reach it."""
    secret = _SECRETS[mode] + (f", desk: {desk}" if desk else "")
    config = _BOT.format(base=slack.base, mode=mode, secret=secret)
    (directory / "bot.yaml").write_text(config, encoding="utf-8")
    (directory / "flows.yaml").write_text(flows, encoding="utf-8")
    secrets = {"SLACK_BOT_TOKEN": bot_token, "SLACK_APP_TOKEN": APP_TOKEN, "SLACK_SIGNING_SECRET": SIGNING_SECRET}
    command = [sys.executable, "-m", "botkit", "run", str(directory)]
    process = await asyncio.create_subprocess_exec(
        *command,
        env={**os.environ, "BOTKIT_PORT": "0", **secrets},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout is not None
    try:
        lines, address = await _until(process.stdout, r"Serving .*Tea.* on (http://\S+) ")
        slack.events.url = f"{address}/slack/events" if mode == "http" else ""
        yield Process(process, address, lines)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.communicate()


async def _until(lines: asyncio.StreamReader, pattern: str) -> tuple[str, str]:
    read = ""
    async with asyncio.timeout(PATIENCE):
        while line := (await lines.readline()).decode():
            read += line
            if found := re.search(pattern, line):
                return read, found[1]
    raise AssertionError(f"it ended: {read}")
