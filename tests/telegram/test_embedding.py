"""The channel in a program that runs one of the libraries already: the examples of docs/telegram.md, as they stand."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from botkit import Button, DeliveryError, Entry, Message, Press, Reply, StoreError
from botkit.testing import FakeIntake
from tests.docs.pages import ROOT, blocks
from tests.telegram.api import TOKEN, BotApi
from tests.telegram.platform import Customers, said

PAGE = ROOT / "docs" / "telegram.md"
COMMAND = {"entities": [{"type": "bot_command", "offset": 0, "length": 5}]}


def main_of(file: str) -> Callable[[Any], Coroutine[Any, Any, None]]:
    """Give the function `main` of an example."""
    source = next(block.text for block in blocks(PAGE, "python") if block.file == file)
    names: dict[str, Any] = {"__name__": "example"}
    exec(compile(source, file, "exec"), names)  # noqa: S102 - it is our own page
    found: Callable[[Any], Coroutine[Any, Any, None]] = names["main"]
    return found


def program_of(file: str, api: BotApi) -> Any:
    """Give what the example is run with, but for a double of the API."""
    if file == "with_aiogram.py":
        from aiogram import Bot
        from aiogram.client.session.aiohttp import AiohttpSession
        from aiogram.client.telegram import TelegramAPIServer

        return Bot(TOKEN, session=AiohttpSession(api=TelegramAPIServer.from_base(api.base)))
    from telegram.ext import Application

    return (
        Application.builder().token(TOKEN).base_url(f"{api.base}/bot").base_file_url(f"{api.base}/file/bot").build()
    )


@asynccontextmanager
async def running(file: str, api: BotApi) -> AsyncIterator[None]:
    program = asyncio.create_task(main_of(file)(program_of(file, api)))
    try:
        yield
        assert not program.done(), program.result()
    finally:
        program.cancel()
        await asyncio.gather(program, return_exceptions=True)


@pytest.mark.parametrize("file", ["with_aiogram.py", "with_ptb.py"])
async def test_a_program_answers_what_is_its_own_and_the_bot_the_rest(
    api: BotApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str
) -> None:
    shutil.copytree(ROOT / "flows" / "minimal", tmp_path / "support")
    monkeypatch.chdir(tmp_path)
    customers = Customers(api)
    async with running(file, api):
        await api.until(lambda: "getUpdates" in api.asks, 30)
        assert await customers.push({"message": said("815", 1, text="/ping", **COMMAND)})
        assert await customers.push({"message": said("815", 2, text="one tea please")})
        await api.until(lambda: len(api.messages.get(815, ())) >= 3, 30)
    assert sorted(one["text"] for one in api.messages[815]) == [
        "Hello! Would you like a cup of tea?",
        "Which tea would you like?",
        "pong",
    ]


async def test_an_update_waits_until_it_is_stored(
    api: BotApi, botkit_intake: FakeIntake, monkeypatch: pytest.MonkeyPatch
) -> None:
    from botkit_telegram.with_aiogram import embed

    monkeypatch.setattr(import_module("botkit_telegram.connector"), "_PAUSE", 0.01)
    telegram = program_of("with_aiogram.py", api)
    channel = embed(telegram)
    update = {"update_id": 7, "message": said("815", text="hello")}
    with pytest.raises(DeliveryError):
        await channel.take(update)
    await channel.start(botkit_intake)
    assert not channel.polls
    botkit_intake.fail(StoreError("the disk is full"))
    taking = asyncio.create_task(channel.take(update))
    await botkit_intake.wait(2)
    assert not taking.done()
    botkit_intake.fail(None)
    assert await taking
    botkit_intake.fail(RuntimeError("a mistake of ours"))
    assert await channel.take({"update_id": 9, "message": said("815", text="poison")}), "it is left out in the end"
    botkit_intake.fail(None)
    assert not await channel.take({"update_id": 8, "poll": {}})
    await channel.stop()
    assert await telegram.get_me(), "it is not the channel's to close"
    await telegram.session.close()


def pressed(number: int, data: str) -> dict[str, Any]:
    query = {"id": f"q{number}", "from": {"id": 815}, "data": data, "message": said("815", 9)}
    return {"update_id": number, "callback_query": query}


@pytest.mark.parametrize("file", ["with_aiogram", "with_ptb"])
@pytest.mark.filterwarnings("ignore:Deprecated since version v22.2")
async def test_buttons_of_the_program_are_left_to_it(api: BotApi, botkit_intake: FakeIntake, file: str) -> None:
    program = program_of(f"{file}.py", api)
    telegram = program if file == "with_aiogram" else program.bot
    if file == "with_ptb":
        await telegram.initialize()
    channel = import_module(f"botkit_telegram.{file}").embed(telegram)
    await channel.start(botkit_intake)
    for number, data in enumerate(("host:buy:3", "x", "订单", "A" * 64)):
        assert not await channel.take(pressed(number, data))
    assert api.answered == {}
    buttons = (Button("Yes", value="yes"), Button("Long", value="x" * 100))
    await channel.send("815", Reply("telegram:815/3.0", "Sure?", buttons))
    short, long = (one["callback_data"] for row in api.messages[815][0]["markup"] for one in row)
    assert await channel.take(pressed(5, short))
    assert await channel.take(pressed(6, long))
    assert api.answered == {"q5": "", "q6": "This button has expired."}
    botkit_intake.entries["telegram:815"] = [
        Entry(3, said=Message("hi")),
        Entry(3, reply=Reply("telegram:815/3.0", "Sure?", buttons)),
    ]
    assert await channel.take(pressed(7, long))
    assert [one.event.value for one in botkit_intake.incoming if isinstance(one.event, Press)] == ["yes", "x" * 100]
    await channel.stop()
    await (program.session.close() if file == "with_aiogram" else program.bot.shutdown())
