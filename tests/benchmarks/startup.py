"""Start to first reply and memory of one process, with 50 flows: `python -m tests.benchmarks.startup`."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks import goals
from tests.benchmarks.goals import Row, write

FLOWS = 50
ROUNDS = 5

_CHILD = """
import asyncio, json, resource, sys
from botkit import Bot

async def main():
    async with await Bot.load(sys.argv[1], store=sys.argv[2]) as bot:
        exchange = await bot.say("please do thing 7")
        assert exchange.text == "Which thing 7?", exchange.text
        used = resource.getrusage(resource.RUSAGE_SELF)
        # ru_maxrss is no use: it begins with the memory of the process that started this one.
        status = open("/proc/self/status").read()
        peak = int(status.partition("VmHWM:")[2].split()[0]) / 1024
        print(json.dumps([peak, used.ru_utime + used.ru_stime]))

asyncio.run(main())
"""


def write_bot(folder: Path, flows: int = FLOWS) -> None:
    """Write a bot with so many flows of five steps each."""
    (folder / "bot.yaml").write_text("name: Many\nlocales: [en]\n", encoding="utf-8")
    intents = "".join(f"  thing_{n}:\n    examples: [please do thing {n}, thing {n}]\n" for n in range(flows))
    made = "".join(
        f"  thing_{n}:\n    start: {{intents: [thing_{n}]}}\n    steps:\n"
        f"      - ask: which\n        say: Which thing {n}?\n"
        f"      - if: which == 'none'\n        then: [end]\n"
        f"      - confirm: Is {{{{ which }}}} right?\n"
        f"      - say: It is {{{{ which }}}}.\n"
        for n in range(flows)
    )
    (folder / "flows.yaml").write_text(f"intents:\n{intents}flows:\n{made}", encoding="utf-8")


def measure() -> tuple[float, float, float]:
    """Start one process: the seconds until it had replied and ended, its peak in MB, and its processor's seconds.

    It may write its modules' caches, as pip does when it installs a package.
    """
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_bot(folder)
        began = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", _CHILD, str(folder), f"sqlite:///{folder}/bot.db"],
            capture_output=True,
            text=True,
            check=True,
            env=env,
        )
        seconds = time.perf_counter() - began
    megabytes, busy = json.loads(done.stdout)
    return seconds, megabytes, busy


def compare(rounds: int = ROUNDS) -> list[Row]:
    """Give the rows of the table; the first start, which may compile the modules, does not count."""
    measure()
    seconds, megabytes, busy = map(statistics.median, zip(*(measure() for _ in range(rounds)), strict=True))
    return [
        Row(
            goals.START,
            f"{seconds:.2f} s, of them {busy:.2f} of the processor's; the process's end included",
            seconds,
        ),
        Row(goals.MEMORY, f"{megabytes:.0f} MB at its peak", megabytes),
    ]


def main() -> None:
    """Print the table."""
    print(write(compare()))


if __name__ == "__main__":
    main()
