"""A failing, hanging, blocking or badly typed plugin never stops the turns of others, nor the bot."""

import asyncio
from pathlib import Path

import pytest

from botkit import Bot, LoadError

PLUGIN = """
import asyncio, sys, time
from botkit import Context, Plugin

plugin = Plugin("bad")

@plugin.action(effect="read", retries=0)
async def fail(ctx: Context) -> str:
    raise ValueError("boom")

@plugin.action(effect="read", retries=0)
def leave(ctx: Context) -> str:
    sys.exit(3)

@plugin.action(effect="read", timeout=0.3, retries=0)
async def hang(ctx: Context) -> str:
    await asyncio.Event().wait()
    return ""

@plugin.action(effect="read", timeout=0.3, retries=0)
def block(ctx: Context) -> str:
    time.sleep(1.5)
    return ""

@plugin.action(effect="read", timeout=0.3, retries=0)
async def stall(ctx: Context) -> str:
    time.sleep(1.5)
    return ""

@plugin.action(effect="read", retries=0)
async def lie(ctx: Context) -> int:
    return "not a number"
"""
CODES = {
    "fail": "failed",
    "leave": "failed",
    "hang": "timeout",
    "block": "timeout",
    "stall": "timeout",
    "lie": "bad_result",
}


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "bot.yaml").write_text("name: Bad\nplugins: [./bad.py]\n", encoding="utf-8")
    (tmp_path / "bad.py").write_text(PLUGIN, encoding="utf-8")
    flows = "".join(
        f"  {name}:\n    start: {{commands: [{name}]}}\n    steps:\n"
        f"      - {{do: bad.{name}, save: x, on_error: [{{say: '{{{{ error.code }}}}'}}, end]}}\n"
        f"      - say: fine\n"
        for name in CODES
    )
    hello = "answers: {hello: {questions: [hello], say: Hello!}}\n"
    (tmp_path / "flows.yaml").write_text(f"{hello}flows:\n{flows}", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("name", CODES)
async def test_a_bad_action_ends_in_an_error_code_and_others_go_on(directory: Path, name: str) -> None:
    async with await Bot.load(directory, store="sqlite://") as bot:
        bad = asyncio.create_task(bot.say(f"/{name}", "web:bad"))
        await asyncio.sleep(0.02)
        answered = [await bot.say("hello", f"web:{number}") for number in range(20)]
        if CODES[name] == "timeout":
            assert not bad.done(), "the others were answered while the bad one hung"
        assert [exchange.text for exchange in answered] == ["Hello!"] * 20
        assert (await bad).text == CODES[name]
        assert (await bot.say("hello", "web:bad")).text == "Hello!"


def test_a_plugin_that_cannot_be_read_is_one_problem_with_its_place(directory: Path) -> None:
    (directory / "bad.py").write_text("from botkit import Plugin\nraise RuntimeError('no')\n", encoding="utf-8")
    with pytest.raises(LoadError) as caught:
        asyncio.run(Bot.load(directory, store="sqlite://"))
    said = f"{directory / 'bad.py'}:2:1: registry-error: plugin './bad.py' cannot be imported: RuntimeError: no"
    assert [str(problem) for problem in caught.value.problems] == [said]
