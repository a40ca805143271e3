"""Events from outside: what is one, where it goes, and what came of it."""

import asyncio
import shutil
from pathlib import Path
from typing import Any

import pytest

from botkit.app.bots import Bot
from botkit.app.events import MOST_BYTES, make_incoming, outcome_of
from botkit.errors import UsageError
from botkit.testing import FakeClock

FLOWS = """
flows:
  shipped:
    start: {events: [order.shipped]}
    slots: {event: {type: any}}
    steps: [{say: 'Shipped {{ event.order }}.'}]
  order:
    start: {commands: [order]}
    steps:
      - do: desk.find_order
        with: {number: A-10293}
      - wait: {event: paid, save: payment}
      - say: Paid {{ payment.sum }}.
"""
DESK = Path(__file__).parents[2] / "data" / "desk"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    directory = Path(shutil.copytree(DESK, tmp_path / "shop"))
    (directory / "news.yaml").write_text(FLOWS, encoding="utf-8")
    return directory


async def outcome(bot: Bot, key: str) -> Any:
    await bot.engine.settle("library:1")
    return await outcome_of(bot.store, "library:1", key)


async def test_an_event_starts_a_flow_and_its_outcome_is_kept(shop: Path) -> None:
    async with await Bot.load(shop, store="sqlite://") as bot:
        await bot.say("hello")
        emitted = await bot.emit("order.shipped", {"order": "#W1"}, conversation="library:1", key="s1")
        assert (emitted.conversation, emitted.id, emitted.duplicate) == ("library:1", "s1", False)
        found = await outcome(bot, "s1")
        assert (found.outcome, [said.text for said in found.replies]) == ("started", ["Shipped #W1."])
        assert await outcome_of(bot.store, "library:1", "other") is None


async def test_the_same_event_is_told_once(shop: Path) -> None:
    async with await Bot.load(shop, store="sqlite://") as bot:
        await bot.say("hello")
        many = await asyncio.gather(
            *(bot.emit("order.shipped", {"order": "#W1"}, conversation="library:1", key="s1") for _ in range(5))
        )
        assert sorted(one.duplicate for one in many) == [False, True, True, True, True]
        await bot.engine.settle("library:1")
        said = [reply.text for record in await bot.store.turns("library:1") for reply in record.replies]
        assert said.count("Shipped #W1.") == 1


async def test_events_without_a_key_are_told_each(shop: Path) -> None:
    async with await Bot.load(shop, store="sqlite://") as bot:
        await bot.say("hello")
        one = await bot.emit("order.shipped", {"order": 1}, conversation="library:1")
        two = await bot.emit("order.shipped", {"order": 1}, conversation="library:1")
        assert one.id != two.id
        assert not two.duplicate


async def test_a_flow_that_waits_is_woken_in_a_later_process(shop: Path) -> None:
    store = f"sqlite:///{shop}/events.db"
    async with await Bot.load(shop, store=store) as bot:
        await bot.say("/order")
    async with await Bot.load(shop, store=store) as bot:
        await bot.emit("paid", {"sum": 3}, conversation="library:1", key="p1")
        found = await outcome(bot, "p1")
        assert (found.outcome, [said.text for said in found.replies]) == ("woken", ["Paid 3."])


@pytest.mark.parametrize(
    ("name", "data", "conversation", "key", "says"),
    [
        ("", {}, "library:1", "", "no name of an event"),
        ("has space", {}, "library:1", "", "no name of an event"),
        ("x" * 101, {}, "library:1", "", "no name of an event"),
        (7, {}, "library:1", "", "no name of an event"),
        ("paid", [], "library:1", "", "a mapping"),
        ("paid", "text", "library:1", "", "a mapping"),
        ("paid", {1: 2}, "library:1", "", "a mapping"),
        ("paid", {"a": object()}, "library:1", "", "cannot be written as JSON"),
        ("paid", {"a": "x" * MOST_BYTES}, "library:1", "", "65,544 bytes"),
        ("paid", {}, "", "", "name one of them"),
        ("paid", {}, "library", "", "channel:chat"),
        ("paid", {}, ":1", "", "channel:chat"),
        ("paid", {}, None, "", "name one of them"),
        ("paid", {}, "library:1", "x" * 201, "200 printable"),
        ("paid", {}, "library:1", "a\nb", "200 printable"),
        ("paid", {}, "library:1", None, "200 printable"),
        ("paid", {}, "library:none", "", "there is no conversation"),
    ],
)
async def test_what_is_no_event(shop: Path, name: Any, data: Any, conversation: Any, key: Any, says: str) -> None:
    async with await Bot.load(shop, store="sqlite://") as bot:
        await bot.say("hello")
        before = len(await bot.store.turns("library:1"))
        with pytest.raises(UsageError, match=says):
            await bot.emit(name, data, conversation=conversation, key=key)
        assert len(await bot.store.turns("library:1")) == before


def test_data_that_holds_itself() -> None:
    data: dict[str, Any] = {}
    data["self"] = data
    with pytest.raises(UsageError, match="cannot be written as JSON"):
        make_incoming("paid", data, "library:1")


def test_no_visitor_can_take_the_id_of_an_event() -> None:
    assert make_incoming("paid", {}, "web:1", "7").id == "#event:7"


IDENTIFY = '''
from botkit import Context, Plugin

plugin = Plugin("who")


@plugin.action(effect="read")
def identify(ctx: Context, name: str) -> None:
    """Say who it is."""
    ctx.identify(id=name or None)
'''
KNOWN = """
flows:
  known:
    start: {commands: [known]}
    steps: [{ask: name, say: Who?}, {do: who.identify, with: {name: "{{ name }}"}}, {say: Hello.}]
  unknown:
    start: {commands: [unknown]}
    steps: [{do: who.identify, with: {name: ""}}, {say: Bye.}]
"""


@pytest.fixture
def club(shop: Path) -> Path:
    (shop / "plugins" / "who.py").write_text(IDENTIFY, encoding="utf-8")
    (shop / "known.yaml").write_text(KNOWN, encoding="utf-8")
    settings = shop / "bot.yaml"
    text = settings.read_text(encoding="utf-8")
    assert "plugins: [" in text
    settings.write_text(text.replace("plugins: [", "plugins: [./plugins/who.py, "), encoding="utf-8")
    return shop


async def test_a_customer_is_told_where_they_wrote_last(club: Path) -> None:
    clock = FakeClock(1_777_629_600.0)
    async with await Bot.load(club, store="sqlite://", clock=clock) as bot:
        for place in ("library:1", "library:2", "other:3"):
            await bot.say("/known", place)
            await bot.say("c-77", place)
            clock.advance(10)
        await bot.say("/known", "library:4")
        await bot.say("c-78", "library:4")
        emitted = await bot.emit("order.shipped", {"order": 1}, customer="c-77", channel="library", key="s1")
        assert emitted.conversation == "library:2"
        clock.advance(10)
        await bot.say("hello", "library:1")
        again = await bot.emit("order.shipped", {"order": 1}, customer="c-77", channel="library", key="s1")
        assert again.duplicate  # on the same channel, whichever conversation it would go to now
        assert list(await bot.store.conversations_of("c-77")) == ["library:1", "library:2", "other:3"]


async def test_who_is_not_known_any_more_is_not_told(club: Path) -> None:
    async with await Bot.load(club, store="sqlite://") as bot:
        await bot.say("/known")
        await bot.say("c-77")
        await bot.say("/unknown")
        with pytest.raises(UsageError, match="knows the customer 'c-77'"):
            await bot.emit("paid", customer="c-77", channel="library")
        await bot.say("/known")
        await bot.say("c-77")
        await bot.store.erase("library:1", now=0.0)
        with pytest.raises(UsageError, match="knows the customer 'c-77'"):
            await bot.emit("paid", customer="c-77", channel="library")
