"""One process with more and more channels, against their doubles: `python -m tests.benchmarks.channels`.

How long it takes to have every channel up and one customer of each answered, and its memory, beside the page alone.
"""

import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final, NamedTuple

from tests.benchmarks.goals import describe_machine
from tests.slack.api import Slack
from tests.slack.api import serving as serving_slack
from tests.slack.platform import Customers
from tests.slack.workspace import APP_TOKEN, BOT_TOKEN
from tests.telegram.api import TOKEN, BotApi
from tests.telegram.api import serving as serving_telegram
from tests.telegram.platform import said

ROUNDS: Final = 5
WAIT: Final = 60.0
SETS: Final = (
    ("the page", ("web",)),
    ("the page, Slack", ("web", "slack")),
    ("the page, Telegram by python-telegram-bot", ("web", "ptb")),
    ("the page, Telegram by aiogram", ("web", "aiogram")),
    ("the page, Slack, Telegram by python-telegram-bot", ("web", "slack", "ptb")),
    ("the page, Slack, Telegram by aiogram", ("web", "slack", "aiogram")),
)
_FLOWS = "flows:\n  echo:\n    start: {commands: [echo]}\n    steps: [{say: '{{ message.text }}'}]\n"


class Measured(NamedTuple):
    """One start: seconds until all customers were answered, those of the processor's, and the peak in MB."""

    seconds: float
    busy: float
    peak: float


def write_bot(folder: Path, channels: tuple[str, ...], slack: str, telegram: str) -> None:
    """Write a bot with these channels."""
    lines = {
        "web": "  web: {}\n",
        "slack": f'  slack: {{bot_token: "{BOT_TOKEN}", app_token: "{APP_TOKEN}", api_base: "{slack}"}}\n',
        "ptb": f'  telegram: {{token: "{TOKEN}", api_base: "{telegram}", driver: ptb}}\n',
        "aiogram": f'  telegram: {{token: "{TOKEN}", api_base: "{telegram}", driver: aiogram}}\n',
    }
    made = "name: Echo\nchannels:\n" + "".join(lines[name] for name in channels)
    (folder / "bot.yaml").write_text(made, encoding="utf-8")
    (folder / "flows.yaml").write_text(_FLOWS, encoding="utf-8")


async def measure(channels: tuple[str, ...]) -> Measured:
    """Run `botkit run` until it has answered a customer of each channel; a page is served from the line that says so."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        slack = await stack.enter_async_context(serving_slack())
        telegram = await stack.enter_async_context(serving_telegram())
        write_bot(folder, channels, slack.base, telegram.base)
        began = time.perf_counter()
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "botkit", "run", str(folder)),
            env={**os.environ, "BOTKIT_PORT": "0"},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        assert process.stdout is not None
        async with asyncio.timeout(WAIT):
            while b"Serving" not in await process.stdout.readline():
                pass
        if "slack" in channels:
            await _ask_slack(slack)
        if channels[-1] in ("ptb", "aiogram"):
            await _ask_telegram(telegram)
        seconds = time.perf_counter() - began
        busy, peak = _used(process.pid)
        process.terminate()
        await process.communicate()
    return Measured(seconds, busy, peak)


async def _ask_slack(slack: Slack) -> None:
    customers = Customers(slack)
    await slack.until(lambda: bool(slack.sockets.live), WAIT)
    assert await customers.deliver("D1001", "m1", "/echo hello")
    await slack.until(lambda: bool(slack.of_bot("D1001")), WAIT)


async def _ask_telegram(api: BotApi) -> None:
    await api.put({"update_id": api.next_update(), "message": said("815", text="/echo hello")})
    await api.until(lambda: bool(api.messages), WAIT)


def _used(pid: int) -> tuple[float, float]:
    """Give the seconds of the processor's that a process has had, and its peak of memory in MB."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    ticks = int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK"), int(status.partition("VmHWM:")[2].split()[0]) / 1024


def main() -> None:
    """Measure in turn, and print; the first round, which may compile modules, does not count."""
    rounds = [[asyncio.run(measure(channels)) for _, channels in SETS] for _ in range(ROUNDS + 1)][1:]
    print(describe_machine())
    print(json.dumps({"rounds": ROUNDS, "load": os.getloadavg()}))
    for place, (title, _) in enumerate(SETS):
        seconds, busy, peak = (statistics.median(one[place][n] for one in rounds) for n in range(3))
        print(f"| {title} | {seconds:.1f} s | {busy:.1f} s | {peak:.0f} MB |")


if __name__ == "__main__":
    main()
