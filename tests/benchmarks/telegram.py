"""Replies to 200 chats per second of the processor's, beside a bare aiogram echo: `python -m tests.benchmarks.telegram`.

Both are processes of their own that poll the same double of the Bot API with the same library; Telegram's own limits
are taken off. botkit stores every message, turn and reply in a file, in its default durability, before Telegram hears of it.
"""

import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from tests.benchmarks.goals import describe_machine
from tests.telegram.api import TOKEN, BotApi, serving
from tests.telegram.platform import said

CHATS, MESSAGES, ROUNDS = 200, 5, 3

_REPORT = """
import asyncio, json, resource, signal, sys

def report():
    used = resource.getrusage(resource.RUSAGE_SELF)
    status = open("/proc/self/status").read()
    peak = int(status.partition("VmHWM:")[2].split()[0]) / 1024
    print(json.dumps([used.ru_utime + used.ru_stime, peak]), flush=True)

async def until_told():
    told = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
    report()
    await told.wait()
    report()
"""
_BARE = """
from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer

async def main():
    bot = Bot(sys.argv[1], session=AiohttpSession(api=TelegramAPIServer.from_base(sys.argv[2])))
    dispatcher = Dispatcher()

    @dispatcher.message()
    async def echo(message):
        await message.answer(message.text)

    polling = asyncio.create_task(dispatcher.start_polling(bot, handle_signals=False))
    await until_told()
    polling.cancel()

asyncio.run(main())
"""
_BOTKIT = """
import msgspec
from botkit import Bot, BotInfo
from botkit_telegram import TelegramSettings, build
from botkit_web import CAPABILITIES, WebConnector, WebSettings

async def main():
    read = TelegramSettings.model_validate({"token": sys.argv[1], "api_base": sys.argv[2]})
    channel = build(read, BotInfo())
    channel.capabilities = msgspec.structs.replace(channel.capabilities, per_second=0, per_chat=0)
    web = WebConnector(WebSettings(), BotInfo(secret="x" * 32), capabilities=CAPABILITIES)
    async with await Bot.load(sys.argv[3], connectors=lambda _: {"telegram": channel, "web": web}) as bot:
        await bot.receive()
        await until_told()

asyncio.run(main())
"""
_FLOWS = "flows:\n  echo:\n    start: {commands: [echo]}\n    steps: [{say: '{{ message.text }}'}]\n"


class Measured(NamedTuple):
    """One round: seconds until it polls, replies a second of the processor's, and its peak in MB."""

    start: float
    rate: float
    peak: float


async def measure(program: str) -> Measured:
    """Let a program answer every chat, all at once."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "bot.yaml").write_text("name: Echo\n", encoding="utf-8")
        (folder / "flows.yaml").write_text(_FLOWS, encoding="utf-8")
        async with serving() as api:
            command = [sys.executable, "-c", _REPORT + program, TOKEN, api.base, name]
            began = time.perf_counter()
            process = await asyncio.create_subprocess_exec(
                *command, stdout=asyncio.subprocess.PIPE, env={**os.environ, "BOTKIT_LOG_LEVEL": "error"}
            )
            assert process.stdout is not None
            before, _ = json.loads(await process.stdout.readline())
            await api.until(lambda: "getUpdates" in api.asks, 60)
            start = time.perf_counter() - began
            await _talk(api)
            process.terminate()
            after, peak = json.loads(await process.stdout.readline())
            await process.wait()
    return Measured(start, CHATS * MESSAGES / (after - before), peak)


async def _talk(api: BotApi) -> None:
    for number in range(MESSAGES):
        for chat in range(1001, 1001 + CHATS):
            update = {"update_id": api.next_update(), "message": said(str(chat), text=f"/echo {number}")}
            api.queue.append(update)
    await api.put({"update_id": api.next_update(), "poll": {}})
    await api.until(lambda: sum(map(len, api.messages.values())) >= CHATS * MESSAGES, 120)


def main() -> None:
    """Measure in turn, and print."""
    rounds = [(asyncio.run(measure(_BARE)), asyncio.run(measure(_BOTKIT))) for _ in range(ROUNDS)]
    print(describe_machine())
    for title, place in (("aiogram alone", 0), ("botkit, aiogram and the web channel", 1)):
        start, rate, peak = (statistics.median(one[place][n] for one in rounds) for n in range(3))
        print(f"{title}: polls after {start:.2f} s, {rate:.0f} replies a CPU second, {peak:.0f} MB")
    print(f"ratio of the rates, each round: {[round(two.rate / one.rate, 2) for one, two in rounds]}")


if __name__ == "__main__":
    main()
