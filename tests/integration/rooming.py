"""A team's channel in memory, beside customers on a phone; what is kept of a bot may be opened again."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from botkit import Bot, Brief, DeliveryError, Line, Member, RoomIntake
from botkit.app.nodes import Role
from botkit.model.catalogue import Capabilities
from botkit.model.events import Message
from botkit.model.values import File
from botkit.ports.clocks import Clock
from botkit.ports.connectors import Incoming
from tests.unit.runtime.running import Phone

BOT = """\
name: Acme
locales: [en]
handoff:
  teams:
    care: {}
    orders: {}
    never: {hours: {2000-01-01: "9-17"}}
  patience: 5m
  silence: 15m
"""
FLOWS = """\
slots:
  code: {type: text, title: The code}
  pin: {type: text, secret: true}
flows:
  care:
    start: {commands: [care]}
    steps:
      - {ask: code, say: Which code?}
      - {handoff: care, reason: "about {{ code }}"}
  safe:
    start: {commands: [safe]}
    steps: [{ask: pin, say: Your PIN?}, {handoff: care, reason: locked out}]
  orders: {start: {commands: [orders]}, steps: [{handoff: orders}]}
  late: {start: {commands: [late]}, steps: [{handoff: never}]}
  echo: {start: {commands: [echo]}, steps: [{say: "{{ message.text }}"}]}
"""
PATIENCE = 10.0
ANN, BOB = Member("1", "Ann Lee"), Member("2", "Bob")


class Channel:
    """A room: threads by their names, each a list of what was posted. `refuse` has errors for the next calls."""

    def __init__(self, *, places: dict[str, str] | None = None) -> None:
        self.places = places or {"care": "c", "orders": "o", "never": "c"}
        self.threads: dict[str, list[str]] = {}
        self.closed: list[str] = []
        self.states: dict[str, str] = {}
        self.lines: list[tuple[str, Line]] = []
        self.briefs: dict[str, Brief] = {}
        self.files: list[bytes] = []
        self.refuse: list[Exception] = []
        self.accepted: Callable[[], None] = lambda: None
        self.intake: RoomIntake

    def attend(self, intake: RoomIntake) -> None:
        self.intake = intake

    def place_of(self, team: str) -> str:
        return self.places.get(team, "")

    def _answer(self) -> None:
        if self.refuse:
            raise self.refuse.pop(0)

    async def open(self, place: str, brief: Brief) -> str:
        self._answer()
        name = f"{place}{len(self.threads) + 1}"
        self.threads[name] = [f"{brief.title}: {brief.reason}"]
        self.accepted()
        return name

    async def brief(self, thread: str, brief: Brief) -> None:
        self._answer()
        self.briefs[thread] = brief
        self.accepted()

    async def post(self, thread: str, conversation: str, lines: Sequence[Line]) -> None:
        self._answer()
        for line in lines:
            self.threads[thread].append(f"{line.agent or line.who}: {line.text}")
            self.lines.append((thread, line))
            for file in line.files:
                self.files.append(b"".join([part async for part in self.intake.read(conversation, file.ref)]))
        self.accepted()

    async def mark(self, thread: str, state: str) -> None:
        self.states[thread] = state

    async def close(self, thread: str, state: str) -> None:
        self._answer()
        self.states[thread] = state
        self.closed.append(thread)
        self.accepted()


class Office(Phone):
    """A phone whose platform has a team's channel too."""

    def __init__(self, room: Channel) -> None:
        super().__init__(Capabilities(buttons=10))
        self.room = room


class House:
    """A bot with customers on a phone and a team in a channel."""

    def __init__(self, bot: Bot, phone: Office) -> None:
        self.bot, self.phone, self.room = bot, phone, phone.room
        self._number = 0

    async def say(self, chat: str, text: str, *files: File) -> None:
        """Let a customer write."""
        self._number += 1
        event = Message(text, files=files)
        await self.bot.engine.accept(Incoming("phone", chat, f"{id(self)}{self._number}", event))
        await self.bot.engine.settle(f"phone:{chat}")

    async def queue(self, chat: str, code: str = "X1") -> str:
        """Let a customer come into the queue; gives their thread."""
        known = set(self.room.threads)
        await self.say(chat, "/care")
        await self.say(chat, code)
        await self.until(lambda: bool(set(self.room.threads) - known))
        (name,) = set(self.room.threads) - known
        return name

    async def write(self, thread: str, member: Member, text: str, key: str = "", **more: Any) -> str:
        """Let a member write in a thread; gives what they hear at once."""
        self._number += 1
        told = await self.room.intake.said(thread, member, text, key or f"k{id(self)}{self._number}", **more)
        for name in list(self.bot.engine._draining):
            await self.bot.engine.settle(name)
        return told

    async def owner(self, chat: str) -> tuple[str, str]:
        """Give who has a conversation."""
        session = (await self.bot.store.load(f"phone:{chat}", most=0)).session
        assert session is not None
        return session.owner, session.agent

    async def until(self, what: Callable[[], bool]) -> None:
        """Wait for something to be shown."""
        for _ in range(int(PATIENCE / 0.005)):
            if what():
                return
            await asyncio.sleep(0.005)
        raise AssertionError("it was never shown")

    def heard(self, chat: str) -> list[tuple[str, str]]:
        """Give what a customer was told, and by whom."""
        return [(reply.agent, reply.text) for to, reply in self.phone.sent if to == chat]

    async def hears(self, chat: str, text: str, agent: str = "") -> None:
        """Wait until a customer is told something."""
        await self.until(lambda: (agent, text) in self.heard(chat))


def write_bot(directory: Path) -> Path:
    """Write the bot into a directory."""
    (directory / "bot.yaml").write_text(BOT, encoding="utf-8")
    (directory / "flows.yaml").write_text(FLOWS, encoding="utf-8")
    return directory


@asynccontextmanager
async def housed(
    directory: Path,
    store: str = "sqlite://",
    room: Channel | None = None,
    clock: Clock | None = None,
    role: Role | None = None,
) -> AsyncIterator[House]:
    """Open the bot."""
    phone = Office(room or Channel())
    write_bot(directory)
    async with await Bot.load(
        directory, store=store, connectors=lambda _: {"phone": phone}, clock=clock, role=role
    ) as bot:
        yield House(bot, phone)


GONE = DeliveryError("message thread not found", permanent=True)
