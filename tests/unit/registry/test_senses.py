"""What hears messages and speaks replies: what of it counts, what fails, and when it comes in a turn."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from botkit import Bot, Context, File, Message, Plugin, RegistryError, Reply
from botkit.registry.registry import MOST_HEARD
from botkit.testing import PluginHarness


def hearing(function: Any, timeout: float = 1.0) -> Plugin:
    plugin = Plugin("ear")
    plugin.hear(timeout=timeout)(function)
    return plugin


async def test_text_and_translation_count_and_nothing_else() -> None:
    def hear(ctx: Context, message: Message) -> Message:
        ctx.identify(heard=ctx.owner)
        return Message("said", "other", (), "de", customer={"tier": "gold"}, translated="gesagt")

    photo = File(kind="audio", ref="r")
    async with PluginHarness(hearing(hear), owner="human") as ear:
        heard = await ear.hear(Message("", "m1", (photo,), "en"))
        assert ear.customer == {"heard": "human"}
    assert heard == Message("said", "m1", (photo,), "en", translated="gesagt")


@pytest.mark.parametrize(
    "given", [None, "a text", Reply("r1"), lambda: 1 / 0, lambda: asyncio.sleep(5)], ids=["none", "a text", "a reply", "an error", "late"]
)  # fmt: skip
async def test_what_gives_nothing_leaves_the_message_as_it_is(given: Any) -> None:
    async def hear(ctx: Context, message: Message) -> Any:
        ctx.identify(heard=True)
        found = given() if callable(given) else given
        return await found if asyncio.iscoroutine(found) else found

    async with PluginHarness(hearing(hear, 0.2)) as ear:
        assert await ear.hear(Message("hello")) == Message("hello")


async def test_it_is_bounded() -> None:
    async with PluginHarness(hearing(lambda ctx, message: Message("x" * 10**6, translated="y" * 10**6))) as ear:
        heard = await ear.hear(Message())
    assert (len(heard.text), len(heard.translated)) == (MOST_HEARD, MOST_HEARD)


async def test_of_a_reply_text_file_and_original_count() -> None:
    plugin = Plugin("mouth")

    @plugin.speak(timeout=1.0)
    def speak(ctx: Context, reply: Reply) -> Reply | None:
        if reply.text == "none":
            return None
        return Reply("other", "Hallo", file="ref", image="http://evil.example", agent="Eve", original=reply.text)

    async with PluginHarness(plugin) as mouth:
        assert await mouth.speak(Reply("r1", "Hello")) == Reply("r1", "Hallo", file="ref", original="Hello")
        assert await mouth.speak(Reply("r1", "none")) == Reply("r1", "none")


@pytest.mark.parametrize("hook", ["hear", "speak"])
def test_one_that_does_not_fit_is_told_of(hook: str) -> None:
    with pytest.raises(RegistryError, match=f"{hook} is called with 2 arguments"):
        getattr(Plugin("bad"), hook)()(lambda ctx: None)


PLUGIN = """
from botkit import Message, Plugin, Verdict
from msgspec.structs import replace

plugin = Plugin("senses")


@plugin.hear()
def hear(ctx, message):
    ctx.identify(voice=bool(message.files))
    return replace(message, text=message.text.replace("0", "o")) if "0" in message.text else None


@plugin.guard("input")
def check(ctx, text):
    return Verdict.refuse("bad word") if text == "oops" else None


@plugin.speak()
def speak(ctx, reply):
    return replace(reply, text=reply.text.upper(), original=reply.text)
"""
FLOWS = """
flows:
  on_start: {steps: [{say: Hello.}]}
  on_blocked: {slots: {reason: {type: text}}, steps: [{say: "Blocked: {{ reason }}"}]}
  echo: {start: {commands: [echo]}, steps: [{say: "{{ message.text }} {{ customer.voice }}"}]}
  team: {start: {commands: [team]}, steps: [{handoff: team}]}
"""


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins" / "senses.py").write_text(PLUGIN)
    (tmp_path / "flows.yaml").write_text(FLOWS)
    (tmp_path / "bot.yaml").write_text(
        "name: S\nplugins: [./plugins/senses.py]\nsafety: {block: {words: [forbidden]}}\n"
    )
    return tmp_path


async def say(bot: Bot, text: str) -> str:
    return (await bot.say(text, "web:1")).replies[-1].text


async def test_what_was_heard_is_what_flows_guards_and_rules_see(directory: Path) -> None:
    async with await Bot.load(directory, store="sqlite://") as bot:
        assert not bot.engine.turning.direct
        await say(bot, "/echo hell0")
        assert await say(bot, "/ech0 g0") == "/ECHO GO FALSE"
        assert await say(bot, "00ps") == "BLOCKED: BAD WORD"
        assert "BLOCKED" in await say(bot, "f0rbidden")


async def test_the_record_has_what_was_to_be_said_and_a_replay_hears_nothing_anew(directory: Path) -> None:
    async with await Bot.load(directory, store="sqlite://") as bot:
        await say(bot, "/ech0 g0")
        records = await bot.store.turns("web:1", 1, 10)
        assert [record.event.text for record in records if isinstance(record.event, Message)] == ["/echo go"]
        assert [(reply.original, reply.text) for reply in records[-1].replies][-1] == (
            "/echo go false",
            "/ECHO GO FALSE",
        )


async def test_what_a_person_says_is_spoken_and_they_see_both(directory: Path) -> None:
    async with await Bot.load(directory, store="sqlite://") as bot:
        await say(bot, "/team")
        await bot.desk.claim("web:1", "Eve")
        await bot.desk.reply("web:1", "Eve", "Good day")
        lines = (await bot.desk.look("web:1")).lines
    assert ("agent", "Good day\n→ GOOD DAY") in [(line.who, line.text) for line in lines]
