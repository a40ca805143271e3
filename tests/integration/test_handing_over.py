"""A hundred hand-offs in which bot, customer and person write at the same time; and one at three in the morning."""

import asyncio
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from botkit import Bot
from botkit.errors import DeskError
from botkit.model.catalogue import Capabilities
from botkit.model.events import Message
from botkit.model.replies import Reply
from botkit.ports.connectors import Incoming
from botkit.runtime.delivery import Delivery
from botkit.testing import FakeClock

FLOWS = """
locales: [en]
handoff: {teams: {care: {}}}
---
flows:
  many:
    start: {commands: [many]}
    steps: [{say: One.}, {say: Two.}, {say: Three.}, {say: Four.}]
  help:
    start: {commands: [help]}
    steps: [{say: "Just a moment."}, {say: "I look for somebody."}, {handoff: care}]
"""
SEED = 20_261_122
CONVERSATIONS = 100


class SlowPhone:
    """A platform whose sends take a while, each its own; it records when each began and what it was."""

    name = "phone"
    capabilities = Capabilities()

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.sent: dict[str, list[Reply]] = {}
        self.claimed: set[str] = set()  # chats that a person has, as the person was told
        self.late: list[tuple[str, str]] = []

    async def start(self, intake: Any) -> None:
        """Receive nothing."""

    async def stop(self) -> None:
        """Close nothing."""

    async def send(self, chat: str, reply: Reply) -> str:
        """Record a reply, after a while."""
        if chat in self.claimed and not reply.agent:
            self.late.append((chat, reply.text))
        self.sent.setdefault(chat, []).append(reply)
        await asyncio.sleep(self.chance.choice((0, 0, 0.001, 0.004)))
        return reply.id

    def routes(self) -> Sequence[Any]:
        """Give no routes."""
        return ()


def write(directory: Path) -> Path:
    """Write the bot."""
    config, _, flows = FLOWS.partition("---\n")
    (directory / "bot.yaml").write_text(config)
    (directory / "flows.yaml").write_text(flows)
    return directory


class Race:
    """One conversation in which three write."""

    def __init__(self, bot: Bot, phone: SlowPhone, chat: str, chance: random.Random) -> None:
        self.bot, self.phone, self.chat, self.chance = bot, phone, chat, chance
        self.conversation = f"phone:{chat}"
        self.written: list[str] = []
        self.said: list[str] = []

    async def run(self) -> None:
        """Let them write, until all is said and done."""
        await self.write("/many")
        await asyncio.gather(self.customer(), self.person())
        await self.bot.engine.settle(self.conversation)
        while (task := self.bot.engine.delivery._running.get(self.conversation)) is not None:
            await asyncio.wait([task])

    async def write(self, text: str) -> None:
        """Let the customer write."""
        self.written.append(text)
        number = f"{self.chat}-{len(self.written)}"
        await self.bot.engine.accept(Incoming("phone", self.chat, number, Message(text)))

    async def customer(self) -> None:
        texts = ["/many", "/help", "/many", *(f"and {number}?" for number in range(6))]
        for text in texts:
            await asyncio.sleep(self.chance.choice((0, 0, 0.002, 0.006)))
            await self.write(text)

    async def person(self) -> None:
        await asyncio.sleep(self.chance.uniform(0, 0.03))
        await self.bot.desk.claim(self.conversation, "ann")
        self.phone.claimed.add(self.chat)
        for number in range(4):
            await asyncio.sleep(self.chance.choice((0, 0.001, 0.005)))
            self.said.append(f"{self.chat} answer {number}")
            await self.bot.desk.reply(self.conversation, "ann", self.said[-1])


async def race(directory: Path, store: str, seed: int, conversations: int) -> tuple[SlowPhone, list[Race], list[str]]:
    """Play hand-offs side by side; gives the phone, the races, and each transcript's customer lines."""
    chance = random.Random(seed)
    phone = SlowPhone(chance)
    async with await Bot.load(write(directory), store=store, connectors=lambda _: {"phone": phone}) as bot:
        races = [Race(bot, phone, f"c{number}", random.Random(seed + number)) for number in range(conversations)]
        await asyncio.gather(*(one.run() for one in races))
        lines = []
        for one in races:
            dossier = await bot.desk.look(one.conversation)
            lines.append("|".join(line.text for line in dossier.lines if line.who == "customer"))
    return phone, races, lines


@pytest.mark.parametrize("seed", [SEED, SEED + 1])
async def test_the_bot_is_silent_once_a_person_has_the_conversation(tmp_path: Path, seed: int) -> None:
    phone, races, lines = await race(tmp_path, f"sqlite:///{tmp_path}/bot.db", seed, CONVERSATIONS)
    assert phone.late == [], f"seed {seed}"
    for one, customer in zip(races, lines, strict=True):
        assert customer == "|".join(one.written), f"seed {seed}, {one.chat}"
        assert [reply.text for reply in phone.sent[one.chat] if reply.agent] == one.said, f"seed {seed}, {one.chat}"
        ids = [reply.id for reply in phone.sent[one.chat]]
        assert len(set(ids)) == len(ids)
        turns = [int(id_.rpartition("/")[2].partition(".")[0]) for id_ in ids]
        assert turns == sorted(turns), f"seed {seed}, {one.chat}"
    dropped = sum(len(one.said) for one in races)
    assert dropped == 4 * CONVERSATIONS


async def test_on_postgresql_too(tmp_path: Path, database: str) -> None:
    phone, races, lines = await race(tmp_path, database, SEED, 40)
    assert phone.late == []
    for one, customer in zip(races, lines, strict=True):
        assert customer == "|".join(one.written)
        assert [reply.text for reply in phone.sent[one.chat] if reply.agent] == one.said


async def test_a_bot_that_does_not_look_again_talks_over_people(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(*_: Any, **__: Any) -> bool:
        return False

    monkeypatch.setattr(Delivery, "_is_late", never)
    phone, _, _ = await race(tmp_path, f"sqlite:///{tmp_path}/bot.db", SEED, 30)
    assert phone.late != []


async def test_at_three_in_the_morning_a_customer_hears_what_happens_and_it_does(tmp_path: Path) -> None:
    clock = FakeClock(1_777_863_600.0)  # Monday, May 4, 2026, 3:00 in UTC
    (tmp_path / "bot.yaml").write_text('handoff: {teams: {care: {}}, hours: {mon-fri: "9-18"}}\n')
    (tmp_path / "flows.yaml").write_text("flows: {help: {start: {commands: [help]}, steps: [{handoff: care}]}}\n")
    phone = SlowPhone(random.Random(1))
    store = f"sqlite:///{tmp_path}/bot.db"
    async with await Bot.load(tmp_path, store=store, clock=clock, connectors=lambda _: {"phone": phone}) as bot:
        await bot.say("/help", "phone:1")
        await bot.say("is anybody there?", "phone:1")
        assert [team.opens for team in await bot.desk.teams()] == [clock.now() + 6 * 3600]
    (told,) = [reply.text for reply in phone.sent["1"]]
    assert "today, from 9:00 am on" in told
    clock.advance(6 * 3600 + 60)
    async with await Bot.load(tmp_path, store=store, clock=clock, connectors=lambda _: {"phone": phone}) as bot:
        (team,) = await bot.desk.teams()
        assert (team.open, team.waiting) == (True, 1)
        (case,) = await bot.desk.cases()
        assert (case.last, clock.now() - case.since) == ("is anybody there?", 6 * 3600 + 60)
        await bot.desk.claim(case.conversation, "ann")
        await bot.desk.reply(case.conversation, "ann", "Good morning!")
        with pytest.raises(DeskError):
            await bot.desk.reply(case.conversation, "bob", "Good morning!")
    assert [(reply.agent, reply.text) for reply in phone.sent["1"]][1:] == [("ann", "Good morning!")]


async def test_when_nobody_comes_in_time_the_customer_hears_it(tmp_path: Path) -> None:
    clock = FakeClock(1_777_885_200.0)  # Monday, 9:00
    (tmp_path / "bot.yaml").write_text("handoff: {patience: 2m, silence: 10m}\n")
    (tmp_path / "flows.yaml").write_text("flows: {help: {start: {commands: [help]}, steps: [{handoff: care}]}}\n")
    phone = SlowPhone(random.Random(1))
    async with await Bot.load(tmp_path, store="sqlite://", clock=clock, connectors=lambda _: {"phone": phone}) as bot:
        await bot.say("/help", "phone:1")
        clock.advance(121)
        await bot.engine.fire_timers()
        await bot.engine.settle("phone:1")
        await bot.desk.claim("phone:1", "ann")
        clock.advance(601)
        await bot.engine.fire_timers()
        await bot.engine.settle("phone:1")
        (case,) = await bot.desk.cases()
        assert (case.owner, case.agent) == ("queue", "")
    assert [reply.text[:22] for reply in phone.sent["1"]] == [
        "I'm passing you on to ",
        "Nobody is available ri",
        "Our colleague had to l",
    ]


async def test_customers_hear_their_place(tmp_path: Path) -> None:
    (tmp_path / "bot.yaml").write_text("locales: [en]\n")
    (tmp_path / "flows.yaml").write_text("flows: {help: {start: {commands: [help]}, steps: [{handoff: care}]}}\n")
    phone = SlowPhone(random.Random(1))
    async with await Bot.load(tmp_path, store="sqlite://", connectors=lambda _: {"phone": phone}) as bot:
        for chat in "abc":
            await bot.say("/help", f"phone:{chat}")
        await bot.engine.places.tell()
        await bot.desk.claim("phone:a", "ann")
        await bot.engine.places.tell()
        await bot.engine.places.tell()
        for chat in "abc":
            await bot.engine.settle(f"phone:{chat}")
    texts = {chat: [reply.text for reply in sent][1:] for chat, sent in phone.sent.items()}
    assert texts == {
        "a": [],
        "b": ["One person is before you.", "You are next in line."],
        "c": ["2 people are before you."],
    }


async def test_a_person_sees_no_secret_and_no_card(tmp_path: Path) -> None:
    (tmp_path / "bot.yaml").write_text("locales: [en]\n")
    (tmp_path / "flows.yaml").write_text(
        "flows: {help: {start: {commands: [help]}, steps: [{ask: pin, say: PIN?, secret: true}, {handoff: care}]}}\n"
    )
    async with await Bot.load(tmp_path, store="sqlite://") as bot:
        for text in ("/help", "haddock77", "my card is 4111 1111 1111 1111", "again: haddock77"):
            await bot.say(text, "web:1")
        await bot.desk.note("web:1", "ann", "said haddock77 on the phone")
        await bot.desk.claim("web:1", "ann")
        dossier, cases = await bot.desk.look("web:1"), await bot.desk.cases()
        await bot.desk.close("web:1", "ann")
    shown = f"{dossier} {cases}"
    assert "my card is [card 1]" in shown
    assert "haddock77" not in shown
    assert "4111" not in shown
