"""A whole bot on Telegram: in this process by both libraries, and as `botkit run` has it."""

import asyncio
import contextlib
import json
import os
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import msgspec
import pytest

from botkit import Bot
from tests.telegram.api import ME, TOKEN, BotApi, Params
from tests.telegram.platform import Customers, connector_of, said

MINIMAL = Path(__file__).parents[2] / "flows" / "minimal"
ECHO = """
flows:
  on_start: {steps: [{say: Hello!}]}
  echo: {start: {commands: [echo]}, steps: [{say: "{{ message.text }}"}]}
"""
PATIENCE = 30.0


async def last(api: BotApi, count: int, chat: int = 815) -> Params:
    """Wait for so many messages of the bot, and give the last."""
    await api.until(lambda: len(api.messages.get(chat, ())) >= count, PATIENCE)
    return api.messages[chat][-1]


async def test_a_customer_orders_tea(api: BotApi, driver: str) -> None:
    connector = connector_of(api, driver)
    connector.capabilities = msgspec.structs.replace(connector.capabilities, per_second=0, per_chat=0)
    async with await Bot.load(MINIMAL, store="sqlite://", connectors=lambda _: {"telegram": connector}) as bot:
        await bot.receive()
        customers = Customers(api)
        assert await customers.push({"message": said("815", 1, text="/start")})
        assert (await last(api, 1))["text"] == "Hello! Would you like a cup of tea?"
        assert await customers.push({"message": said("815", 2, text="one tea please")})
        question = await last(api, 2)
        (green, *_), *_ = question["markup"]
        assert (question["text"], green["text"]) == ("Which tea would you like?", "green")
        old = {"message_id": question["id"], "date": 1, "chat": {"id": 815, "type": "private"}, "from": ME}
        pressed = {"data": green["callback_data"], "from": {"id": 815, "is_bot": False, "first_name": "Mia"}}
        for number in range(2):  # the second time nothing is asked any more that it could answer
            query = {"callback_query": {"id": f"q{number}", "chat_instance": "1", **pressed, "message": old}}
            assert await customers.push(query)
            assert (await last(api, 3 + number))["text"].startswith("One cup of green tea.")
        assert api.answered == {"q0": "", "q1": ""}
        loaded = await bot.store.load("telegram:815", most=0)
        assert loaded.session is not None
        assert loaded.session.locale == "en"


# As a process


@asynccontextmanager
async def serving_bot(
    directory: Path, api: BotApi, token: str
) -> AsyncIterator[tuple[str, asyncio.subprocess.Process]]:
    """Run `botkit run`; give its lines until it serves, and behind them its address; and its process."""
    (directory / "bot.yaml").write_text(
        "name: Tea\nchannels:\n  web: {}\n"
        f'  telegram: {{token: "${{TELEGRAM_TOKEN}}", driver: ptb, api_base: "{api.base}"}}\n',
        encoding="utf-8",
    )
    (directory / "flows.yaml").write_text(ECHO, encoding="utf-8")
    env = {**os.environ, "BOTKIT_PORT": "0", "TELEGRAM_TOKEN": token}
    pipe = asyncio.subprocess.PIPE
    command = [sys.executable, "-m", "botkit", "run", str(directory)]
    process = await asyncio.create_subprocess_exec(*command, env=env, stdout=pipe, stderr=asyncio.subprocess.STDOUT)
    assert process.stdout is not None
    try:
        yield await _until(process.stdout, r"Serving .*Tea.* on (http://\S+) "), process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.communicate()


async def _until(lines: asyncio.StreamReader, pattern: str) -> str:
    """Read until a line; give what stands in it, behind all that was read."""
    read = ""
    async with asyncio.timeout(PATIENCE):
        while line := (await lines.readline()).decode():
            read += line
            if found := re.search(pattern, line):
                return f"{read}\0{found[1]}"
    pytest.fail(f"it ended: {read}")


async def test_botkit_run_serves_it(api: BotApi, tmp_path: Path) -> None:
    async with serving_bot(tmp_path, api, TOKEN) as (read, _):
        await api.put({"update_id": 5, "message": said("815", 1, text="/start")})
        assert (await last(api, 1))["text"] == "Hello!"
        assert TOKEN.partition(":")[2] not in read


async def test_a_wrong_token_is_one_line_and_the_page_is_served(api: BotApi, tmp_path: Path) -> None:
    async with serving_bot(tmp_path, api, TOKEN + "x") as (lines, process):
        address, read = lines.rpartition("\0")[2], lines
        if "not up" not in read:  # it is told when it is known, before the page is served or a little later
            assert process.stdout is not None
            read += "\n" + await _until(process.stdout, r"(not up)")
        said_of_it = [line for line in read.splitlines() if "telegram" in line.lower()]
        told = json.loads(said_of_it[0])["message"]
        assert told.startswith(
            "The channel 'telegram' is not up: Telegram does not know the token (@BotFather shows it"
        )
        assert "Traceback" not in read
        assert TOKEN.partition(":")[2] not in read
        async with httpx.AsyncClient(base_url=address) as http:
            ready = (await http.get("/ready")).json()
        assert (ready["channels"], list(ready["down"])) == (["web"], ["telegram"])


async def test_a_process_that_is_killed_loses_nothing(api: BotApi, tmp_path: Path) -> None:
    chats = range(1001, 1013)
    for chat in chats:
        await api.put({"update_id": api.next_update(), "message": said(str(chat), text=f"/echo {chat}")})
    async with serving_bot(tmp_path, api, TOKEN) as (_, process):
        await api.until(lambda: len(api.messages) >= 5, PATIENCE)
        process.kill()
    assert sum(map(len, api.messages.values())) < 2 * len(chats)
    async with serving_bot(tmp_path, api, TOKEN):
        for chat in chats:
            await api.until(lambda chat=chat: "/echo" in str(api.messages.get(chat)), PATIENCE)  # type: ignore[misc]
    shown = {chat: [one["text"] for one in api.messages[chat]] for chat in chats}
    twice = [texts for chat, texts in shown.items() if texts != ["Hello!", f"/echo {chat}"]]
    assert all(list(dict.fromkeys(texts)) == sorted(set(texts), reverse=True) for texts in twice)
    assert all(len(texts) == 3 for texts in twice), "only what was being sent at that moment may come again"
