"""A bot with articles: said, saved anew, rolled back, asked for by a step, beside a plugin's source."""

from pathlib import Path

import pytest

from botkit.app import Bot
from botkit.app.directories import rebuild
from botkit.errors import LoadError
from botkit.testing.clocks import FakeClock

BOT = "name: Desk\nplugins: [PLUGINS]\n"
FLOWS = """
intents: {help: {examples: [help me please]}}
flows:
  help:
    start: {intents: [help]}
    steps:
      - ask: topic
        say: What about?
      - answer: "{{ topic }}"
        save: found
      - say: "[{{ found.title if found else 'nothing' }}]"
"""
ARTICLE = """---
title: Care
url: https://x.example/care
---

## Wool

Wash wool cold and dry it flat.

## Leather

Leather shoes must not go into the machine.
"""
PLUGIN = """
import asyncio

from botkit import Context, Passage, Plugin

plugin = Plugin("manual")


@plugin.knowledge("manual")
async def search(ctx: Context, question: str) -> list[Passage]:
    if "slow" in question:
        await asyncio.sleep(0.05)  # longer than a turn waits for what it is stored with
    return [Passage("Pump the tyres to 4 bar.", "Tyres")] if "tyre" in question else []
"""


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "bot.yaml").write_text(BOT.replace("PLUGINS", ""))
    (tmp_path / "help.yaml").write_text(FLOWS)
    (tmp_path / "knowledge").mkdir()
    (tmp_path / "knowledge" / "care.md").write_text(ARTICLE)
    return tmp_path


async def load(directory: Path) -> Bot:
    return await Bot.load(directory, store="sqlite://", clock=FakeClock())


async def test_a_question_is_answered_from_an_article(directory: Path) -> None:
    async with await load(directory) as bot:
        said = await bot.say("how do I wash wool?")
        assert said.text == "Wash wool cold and dry it flat.\n\nSource: [Care › Wool](https://x.example/care#wool)"
        assert (said.route, said.flow) == ("knowledge", None)
        assert (await bot.say("who is the president of France?")).route == "no_match"
        (record, *_) = await bot.store.turns("library:1")
        assert record.event.evidence.passages[0].title == "Care › Wool"  # type: ignore[union-attr]


async def test_the_step_says_what_it_finds_in_the_same_exchange(directory: Path) -> None:
    async with await load(directory) as bot:
        await bot.say("help me please")
        assert (await bot.say("leather shoes in the machine")).text.endswith("\n[Care › Leather]")
        await bot.say("help me please")
        said = (await bot.say("the president of France")).text
        assert said == "I don't know that: I found nothing about it in our help articles.\n[nothing]"


async def test_a_saved_article_counts_from_the_next_message_on_and_a_version_has_its_own(directory: Path) -> None:
    path = directory / "knowledge" / "care.md"
    async with await load(directory) as bot:
        first = bot.flows.version
        path.write_text(ARTICLE.replace("cold", "by hand"))
        await bot.reload()
        assert "by hand" in (await bot.say("how do I wash wool?")).text
        path.write_text("---\ncolour: red\n---\n")
        assert (await bot.reload()).errors
        assert "by hand" in (await bot.say("how do I wash wool?")).text
        path.unlink()
        await bot.reload()
        assert (await bot.say("how do I wash wool?")).route == "no_match"
        path.write_text(ARTICLE)
        sources = await bot.store.version(first)
        assert sources is not None
        before = rebuild(bot.checked, first, sources, bot.flows.settings)
        assert before is not None
        bot.engine.book.publish(before)
        assert "Wash wool cold" in (await bot.say("how do I wash wool?")).text


async def test_articles_may_come_while_the_bot_runs(directory: Path) -> None:
    path = directory / "knowledge" / "care.md"
    path.unlink()
    async with await load(directory) as bot:
        assert (await bot.say("how do I wash wool?")).route == "no_match"
        path.write_text(ARTICLE)
        await bot.reload()
        assert (await bot.say("how do I wash wool?")).route == "knowledge"


async def test_a_mistake_in_an_article_keeps_a_bot_from_starting(directory: Path) -> None:
    (directory / "knowledge" / "care.md").write_text("---\ncolour: red\n---\nx")
    with pytest.raises(LoadError, match="unknown-key"):
        await load(directory)


async def test_a_plugins_source_is_asked_where_no_article_is_near(directory: Path) -> None:
    (directory / "manual.py").write_text(PLUGIN)
    (directory / "bot.yaml").write_text(BOT.replace("PLUGINS", "./manual.py"))
    async with await load(directory) as bot:
        assert (await bot.say("what about my tyre?")).text == "Pump the tyres to 4 bar.\n\nSource: Tyres"
        assert "dry it flat" in (await bot.say("how do I wash wool?")).text
        await bot.say("help me please")
        assert (await bot.say("tyre pressure")).text.endswith("\n[Tyres]")


async def test_a_step_waits_for_a_slow_source_beside_the_turn(directory: Path) -> None:
    (directory / "manual.py").write_text(PLUGIN)
    (directory / "bot.yaml").write_text(BOT.replace("PLUGINS", "./manual.py"))
    async with await load(directory) as bot:
        await bot.say("help me please")
        said = await bot.say("slow tyre pressure")
        assert said.text.endswith("\n[Tyres]")
        assert [turn.event.__class__.__name__ for turn in said.turns] == ["Message", "Result"]
