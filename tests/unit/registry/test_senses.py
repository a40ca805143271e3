"""What hears messages and speaks replies: what of it counts, what fails, and when it comes in a turn."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from botkit import Bot, Context, File, Line, Message, Plugin, RegistryError, Reply
from botkit.model.events import Noted
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


async def test_people_are_briefed_and_what_fails_says_nothing() -> None:
    plugin = Plugin("brief")
    given: list[Any] = []

    @plugin.brief(timeout=0.2)
    async def brief(ctx: Context, lines: Sequence[tuple[str, str]]) -> Any:
        given.append((ctx.owner, lines))
        match lines[0][1]:
            case "late":
                return await asyncio.sleep(5)
            case "an error":
                raise OSError
            case text:
                known = {"none": None, "a number": 7, "space": " ", "long": "x" * 10**6}
                return known.get(text, f"They said {text}.")

    async with PluginHarness(plugin, owner="queue") as people:
        assert await people.brief(("customer", "hello"), ("bot", "hi")) == "They said hello."
        for text in ("none", "a number", "space", "an error", "late"):
            assert await people.brief(("customer", text)) == ""
        assert len(await people.brief(("customer", "long"))) == MOST_HEARD
    assert given[0] == ("queue", (("customer", "hello"), ("bot", "hi")))
    with pytest.raises(RegistryError, match="brief"):
        plugin.brief()(lambda: None)


TEAMS = """
flows:
  team:
    start: {commands: [team]}
    steps:
      - ask: card
        say: Your card?
      - handoff: team
  pin:
    start: {commands: [pin]}
    steps:
      - {ask: pin, say: Your PIN?, secret: true}
      - handoff: team
"""
BRIEFING = """
from botkit import Plugin

plugin = Plugin("brief")


@plugin.brief()
def brief(ctx, lines):
    return " / ".join(f"{who} {text}" for who, text in lines)
"""


async def _notes(bot: Bot, conversation: str) -> AsyncIterator[Line]:
    """Wait for notes and give them."""
    notes: list[Line] = []
    async with asyncio.timeout(10):
        while not notes:
            notes = [one for one in (await bot.desk.look(conversation)).lines if one.who == "note"]
            await asyncio.sleep(0.01)
    for one in notes:
        yield one


async def test_what_people_are_briefed_of_has_no_secret_and_no_number_of_a_card(tmp_path: Path) -> None:
    (tmp_path / "bot.yaml").write_text("name: B\nplugins: [./brief.py]\n")
    (tmp_path / "brief.py").write_text(BRIEFING)
    (tmp_path / "flows.yaml").write_text(TEAMS)
    async with await Bot.load(tmp_path, store="sqlite://") as bot:
        for number, (command, secret) in enumerate((("/team", "4111 1111 1111 1111"), ("/pin", "hunter2-geheim"))):
            await bot.say(command, f"web:{number}")
            await bot.say(secret, f"web:{number}")
            (note,) = [one async for one in _notes(bot, f"web:{number}")]
            assert note.agent == "brief"
            assert secret not in note.text
            assert f"customer {command} / bot" in note.text
            records = await bot.store.turns(f"web:{number}", 1, 100)
            assert secret not in str([one.event for one in records if isinstance(one.event, Noted)])
        await bot.say("/start", "web:9")
        assert not [one for one in (await bot.store.turns("web:9", 1, 100)) if isinstance(one.event, Noted)]


WAITING = """
from threading import Event
from botkit import Plugin

plugin = Plugin("brief")
asked, told = Event(), Event()


@plugin.brief()
def brief(ctx, lines):
    asked.set()
    told.wait(10)
    return str(lines)
"""


@pytest.mark.parametrize("how", ["erased", "returned"])
async def test_nobody_is_briefed_of_what_was_erased_or_went_back_meanwhile(tmp_path: Path, how: str) -> None:
    (tmp_path / "bot.yaml").write_text("name: B\nplugins: [./brief.py]\n")
    (tmp_path / "brief.py").write_text(WAITING)
    (tmp_path / "flows.yaml").write_text(TEAMS)
    async with await Bot.load(tmp_path, store="sqlite://") as bot:
        (plugin,) = (one for one in bot.checked.registry.plugins if one.name == "brief")
        asked, told = (plugin.briefing[0].function.__globals__[name] for name in ("asked", "told"))
        await bot.say("/team", "web:1")
        await bot.say("my card", "web:1")
        (briefing,) = (task for task in asyncio.all_tasks() if task.get_name() == "brief web:1")
        assert await asyncio.to_thread(asked.wait, 10)
        if how == "erased":
            await bot.store.erase("web:1", now=bot.engine.clock.now())
        else:
            await bot.desk.claim("web:1", "ann")
            await bot.desk.give_back("web:1", "ann")
        told.set()
        await briefing
        waiting, records = (await bot.store.load("web:1")).waiting, await bot.store.turns("web:1", 1, 100)
        events = [*(one.event for one in waiting), *(one.event for one in records)]
        assert not [one for one in events if isinstance(one, Noted)]
        assert bool(events) == (how == "returned")
