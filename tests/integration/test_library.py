"""A bot as a library: in a script, inside a loop that runs already, and in a notebook."""

import asyncio
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from botkit import Bot, LoadError, UsageError
from botkit.testing import FakeClock

BOT = Path(__file__).parent.parent / "benchmarks" / "bot"


async def test_a_bot_talks_inside_a_running_loop() -> None:
    async with await Bot.load(BOT, store="sqlite://") as bot:
        turn = await bot.say("where is my order", conversation="web:42")
        assert [reply.text for reply in turn.replies] == ["Which order is it about?"]
        assert (turn.flow, turn.route, turn.owner) == ("order_status", "intent", "bot")
        turn = await bot.say("A-10293", conversation="web:42")
        assert turn.replies[0].text == "Order A-10293 is on its way."
        assert turn.slots["number"] == "A-10293"


async def test_an_intake_tells_which_question_is_open() -> None:
    clock = FakeClock()
    async with await Bot.load(BOT, store="sqlite://", clock=clock) as bot:
        assert await bot.engine.asked("web:1") == ""
        (reply,) = (await bot.say("where is my order", "web:1")).replies
        assert await bot.engine.asked("web:1") == reply.question != ""
        await bot.say("where is my order", "web:2")
        await bot.desk.claim("web:2", "ann")
        assert await bot.engine.asked("web:2") == "", "a person answers"
        clock.advance(30 * 86_400)
        assert await bot.engine.asked("web:1") == "", "the session is over"
        await bot.say("where is my order", "web:3")
        await bot.say("cancel", "web:3")
        assert await bot.engine.asked("web:3") == ""


async def test_conversations_do_not_know_each_other() -> None:
    async with await Bot.load(BOT, store="sqlite://") as bot:
        await bot.say("where is my order", conversation="web:1")
        other = await bot.say("A-10293", conversation="web:2")
        assert other.route == "no_match"


async def test_ask_is_one_question_with_one_answer() -> None:
    async with await Bot.load(BOT, store="sqlite://") as bot:
        assert await bot.ask("When are you open?") == "We are here from 9 to 18 o'clock."


async def test_messages_said_at_once_in_one_conversation_keep_their_order() -> None:
    async with await Bot.load(BOT, store="sqlite://") as bot:
        first, second = await asyncio.gather(bot.say("where is my order", "web:1"), bot.say("A-10293", "web:1"))
        assert first.text == "Which order is it about?"
        assert second.text.startswith("Order A-10293")


async def test_a_conversation_goes_on_after_a_restart(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'bot.db'}"
    async with await Bot.load(BOT, store=url) as bot:
        await bot.say("where is my order", "web:1")
    async with await Bot.load(BOT, store=url) as bot:
        assert (await bot.say("A-10293", "web:1")).text.startswith("Order A-10293 is on its way.")


async def test_what_cannot_be_meant_is_said() -> None:
    with pytest.raises(LoadError, match="no-bot"):
        await Bot.load(BOT / "nowhere")
    async with await Bot.load(BOT, store="sqlite://") as bot:
        with pytest.raises(UsageError, match="channel:chat"):
            await bot.say("hello", conversation="somebody")
        with pytest.raises(UsageError, match="takes a text"):
            await bot.say(42)  # type: ignore[arg-type]
        with pytest.raises(UsageError, match="no button"):
            await bot.press("Yes", conversation="web:1")


async def test_a_bot_brings_a_locale_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "bot.yaml").write_text("name: Klingon\nlocales: [tlh]\n", encoding="utf-8")
    (tmp_path / "flows.yaml").write_text("answers: {hi: {questions: [nuqneH], say: nuqneH!}}\n", encoding="utf-8")
    shipped = Path(__file__).parents[2] / "botkit" / "locales" / "de.yaml"
    text = shipped.read_text(encoding="utf-8").replace("code: de", "code: tlh").replace("Das passt", "Qo'. Das passt")
    (tmp_path / "locales").mkdir()
    (tmp_path / "locales" / "tlh.yaml").write_text(text, encoding="utf-8")
    async with await Bot.load(tmp_path, store="sqlite://") as bot:
        assert (await bot.say("nuqneH")).text == "nuqneH!"
        assert list(bot.flows.locales) == ["tlh"]


def test_a_bot_works_in_a_notebook(tmp_path: Path) -> None:
    cell = f"""
from botkit import Bot
bot = await Bot.load({str(BOT)!r}, store="sqlite://")
turn = await bot.say("where is my order")
print(turn.replies[0].text)
print(await bot.ask("when are you open"))
await bot.close()
"""
    source = nbformat.v4.new_code_cell(cell)  # type: ignore[no-untyped-call]
    notebook = nbformat.v4.new_notebook(cells=[source])  # type: ignore[no-untyped-call]
    where = {"metadata": {"path": str(tmp_path)}}
    NotebookClient(notebook, timeout=120, kernel_name="python3", resources=where).execute()
    printed = notebook.cells[0].outputs[0]["text"]
    assert printed.splitlines() == ["Which order is it about?", "We are here from 9 to 18 o'clock."]
