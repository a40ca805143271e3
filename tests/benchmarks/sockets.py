"""What open pages cost one process, and what they wait for: `python -m tests.benchmarks.sockets`.

`botkit run` serves the benchmarks' bot. One page writes every 0.6 seconds, then 200 pages do; then 5,000 pages are open, of
which each writes once a minute. At last the 200 write again while four more pages write without a pause, are refused, sent away,
and come again at once (from an address that has no limits, as this machine's has none). Measured are the resident memory of the server for each page, and the time from a
message to its reply as the page sees it. The pages are in a process of their own, on the same machine.
"""

import asyncio
import contextlib
import json
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.benchmarks.goals import describe_machine
from tests.benchmarks.talk import BOT

MANY, MINUTE, BUSY, EVERY = 5_000, 60.0, 200, 0.6
SECONDS = {"lone": 30.0, "busy": 30.0, "many": 120.0, "flood": 20.0}
FLOODING = 4
AT_ONCE = 50  # handshakes
LONGEST = 30.0  # seconds that a reply may take


class Served(NamedTuple):
    """A server: the address of its socket, and its process."""

    url: str
    process: int

    def memory(self) -> int:
        """Give its resident memory, in bytes."""
        lines = Path(f"/proc/{self.process}/status").read_text(encoding="utf-8").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS:"))


class Took(NamedTuple):
    """How long replies took, in milliseconds, and what went wrong."""

    times: list[float]
    errors: list[str]

    def __str__(self) -> str:
        ordered = sorted(self.times) or [float("nan")]
        late = ordered[int(len(ordered) * 0.99)]
        return (
            f"p50 {statistics.median(ordered):6.1f} ms   p99 {late:6.1f} ms   longest {ordered[-1]:6.1f} ms   "
            f"{len(self.times)} turns   {len(self.errors)} errors {sorted(set(self.errors))}"
        )


@contextlib.contextmanager
def serve(folder: Path, settings: str = "") -> Iterator[Served]:
    """Run the bot in a process of its own, with these lines more in bot.yaml."""
    bot = Path(shutil.copytree(BOT, folder / "bot", ignore=shutil.ignore_patterns("__pycache__", "*.db*")))
    with (bot / "bot.yaml").open("a", encoding="utf-8") as config:
        config.write(settings)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "botkit", "run", str(bot), "--port", str(port), "--no-reload"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            _wait_for(f"http://127.0.0.1:{port}/ready")
            yield Served(f"ws://127.0.0.1:{port}/web/socket", server.pid)
        finally:
            server.terminate()


def _wait_for(address: str) -> None:
    for _ in range(600):
        try:
            with urllib.request.urlopen(address, timeout=2):  # noqa: S310 - loopback
                return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError(f"{address} never answered")


async def open_pages(served: Served, many: int) -> list[ClientConnection]:
    """Open so many pages, each with a chat of its own."""
    doors = asyncio.Semaphore(AT_ONCE)

    async def open_page() -> ClientConnection:
        async with doors:
            page = await connect(served.url, compression=None, ping_interval=None)
            await page.send('{"type": "hello"}')
            assert json.loads(await page.recv())["type"] == "welcome"
            return page

    return list(await asyncio.gather(*(open_page() for _ in range(many))))


async def talk(pages: Sequence[ClientConnection], every: float, seconds: float) -> Took:
    """Let each page write every so many seconds, all of them spread over that time."""
    took = Took([], [])
    until = perf_counter() + seconds

    async def write(page: ClientConnection, number: int) -> None:
        due = perf_counter() + every * number / len(pages)
        while due < until:
            await asyncio.sleep(due - perf_counter())
            due += every
            began = perf_counter()
            try:
                async with asyncio.timeout(LONGEST):
                    await page.send(
                        f'{{"type": "message", "id": "m{int(began * 1e6)}", "text": "when are you open"}}'
                    )
                    problem = await _hear(page)
            except Exception as error:  # noqa: BLE001 - counted, whatever it was
                problem = type(error).__name__
            if problem:
                took.errors.append(problem)
            else:
                took.times.append((perf_counter() - began) * 1_000)

    await asyncio.gather(*(write(page, number) for number, page in enumerate(pages)))
    return took


async def _hear(page: ClientConnection) -> str:
    """Wait for the reply; give what went wrong, or nothing."""
    while True:
        frame = json.loads(await page.recv())
        if frame["type"] == "reply":
            return ""
        if frame["type"] == "error":
            return str(frame["code"])


async def flood(url: str, seconds: float) -> int:
    """Write without a pause, and come again whenever the server ends it; give how many frames were refused."""
    refused = 0
    until = perf_counter() + seconds
    while perf_counter() < until:
        with contextlib.suppress(ConnectionClosed):
            async with connect(url, compression=None, ping_interval=None, close_timeout=0.1) as page:
                await page.send('{"type": "hello"}')
                for number in range(1_000):
                    await page.send(f'{{"type": "message", "id": "m{number}", "text": "when are you open"}}')
                while perf_counter() < until:
                    refused += json.loads(await page.recv()).get("code") == "too_fast"
    return refused


class Found(NamedTuple):
    """What was measured: the waits of one page, of the busy ones and of all; the bytes that a page costs."""

    lone: Took
    busy: Took
    many: Took
    open: float  # bytes of a page that is open
    used: float  # bytes of one that wrote
    flooded: Took  # the busy ones, beside a flood
    refused: int  # frames of the flood


async def measure(served: Served, many: int = MANY, busy: int = BUSY) -> Found:
    """Measure all, one after the other."""
    (first,) = await open_pages(served, 1)
    lone = await talk([first], EVERY, SECONDS["lone"])
    pages = await open_pages(served, busy)
    together = await talk(pages, EVERY, SECONDS["busy"])
    before = served.memory()
    more = await open_pages(served, many - busy - 1)
    opened = served.memory()
    all_of_them = await talk([first, *pages, *more], MINUTE, SECONDS["many"])
    used = served.memory()
    floods = [asyncio.create_task(flood(served.url, SECONDS["flood"])) for _ in range(FLOODING)]
    flooded = await talk(pages, EVERY, SECONDS["flood"])
    refused = sum(await asyncio.gather(*floods))
    await asyncio.gather(*(page.close() for page in (first, *pages, *more)))
    costs = (opened - before) / len(more), (used - before) / len(more)
    return Found(lone, together, all_of_them, *costs, flooded, refused)


def main() -> None:
    """Measure and print."""
    print(describe_machine())
    with tempfile.TemporaryDirectory() as folder, serve(Path(folder)) as served:
        found = asyncio.run(measure(served))
    print(f"one page, every {EVERY} s        {found.lone}")
    print(f"{BUSY} pages, every {EVERY} s      {found.busy}")
    print(f"{MANY} pages, once a minute  {found.many}")
    print(f"{BUSY} pages beside a flood    {found.flooded}; {found.refused} frames refused")
    print(f"a page that is open: {found.open / 1024:.1f} kB; one that wrote: {found.used / 1024:.1f} kB")


if __name__ == "__main__":
    main()
