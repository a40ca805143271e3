"""Every desk keeps the contract, and the contract notices one that does not."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from botkit import Bot, Capabilities
from botkit.app.metrics import Numbers
from botkit.app.serving import Address, build_app, listen
from botkit.cli.desk_client import HTTPDesk
from botkit.errors import DeskError
from botkit.model.events import Message
from botkit.ports.connectors import Incoming
from botkit.ports.people import Case, Desk
from botkit.runtime.desk import EngineDesk
from botkit.testing.desks import Counter, DeskContract, Opened, write_bot
from tests.unit.runtime.running import Phone


class TypingPhone(Phone):
    """A phone that shows who writes."""

    def __init__(self) -> None:
        super().__init__(Capabilities(buttons=10, typing=True))
        self.typed: list[tuple[str, str]] = []

    async def typing(self, chat: str, agent: str = "") -> None:
        """Keep who writes."""
        self.typed.append((chat, agent))


class House:
    """A bot with a phone as its only channel, and a desk."""

    def __init__(self, bot: Bot, phone: TypingPhone, desk: Desk) -> None:
        self.bot, self.phone, self.desk = bot, phone, desk
        self._number = 0

    async def say(self, chat: str, text: str) -> None:
        """Let a customer write."""
        self._number += 1
        await self.bot.engine.accept(Incoming("phone", chat, f"m{self._number}", Message(text)))
        await self.bot.engine.settle(f"phone:{chat}")

    async def heard(self, chat: str) -> Sequence[str]:
        """Give what the phone was sent."""
        while (task := self.bot.engine.delivery._running.get(f"phone:{chat}")) is not None:
            await task
        return [reply.text for to, reply in self.phone.sent if to == chat]

    async def typing(self, chat: str) -> Sequence[str]:
        """Give who wrote, as the phone has shown it."""
        await asyncio.gather(*self.bot.engine.presence._telling.values())
        return [agent for to, agent in self.phone.typed if to == chat]


def own_desk(bot: Bot) -> Desk:
    """Give the desk that a bot has."""
    return bot.desk


@asynccontextmanager
async def opened(directory: Path, store: str, desk_of: Callable[[Bot], Desk] = own_desk) -> AsyncIterator[Counter]:
    """Open a bot with a desk."""
    phone = TypingPhone()
    async with await Bot.load(write_bot(directory), store=store, connectors=lambda _: {"phone": phone}) as bot:
        yield House(bot, phone, desk_of(bot))


class ByToken:
    """A desk over HTTP to which each comes with a token of their own."""

    def __init__(self, url: str) -> None:
        self._desks = {name: HTTPDesk(url, f"token-of-{name}") for name in ("ann", "bob", "lee")}

    def __getattr__(self, name: str) -> Any:
        if name in ("teams", "cases", "look", "watch"):
            return getattr(self._desks["lee"], name)

        def act(*words: Any, **more: Any) -> Any:
            agent = words[0] if name == "leave" else words[1]
            return getattr(self._desks[agent], name)(*words, **more)

        return act


@asynccontextmanager
async def served(directory: Path) -> AsyncIterator[Counter]:
    """Open a bot and serve its desk over HTTP."""
    async with opened(directory, "sqlite://") as house:
        assert isinstance(house, House)
        leaving = [False]
        app = build_app(house.bot, Numbers(), lambda: leaving[0])
        config = uvicorn.Config(app, log_config=None, lifespan="off", timeout_graceful_shutdown=2)
        server = uvicorn.Server(config)
        with listen(Address(port=0)) as door:
            serving = asyncio.create_task(server.serve(sockets=[door]))
            desk: Any = ByToken(f"http://127.0.0.1:{door.getsockname()[1]}")
            house.desk = desk
            yield house
            leaving[0] = server.should_exit = True
            await serving


class TestOverHTTP(DeskContract):
    @pytest.fixture
    def counter(self, tmp_path: Path) -> Opened:
        return served(tmp_path)


class TestInMemory(DeskContract):
    @pytest.fixture
    def counter(self, tmp_path: Path) -> Opened:
        return opened(tmp_path, "sqlite://")


class TestOnDisk(DeskContract):
    @pytest.fixture
    def counter(self, tmp_path: Path) -> Opened:
        return opened(tmp_path, f"sqlite:///{tmp_path}/bot.db")


class TestPostgreSQL(DeskContract):
    @pytest.fixture
    def counter(self, tmp_path: Path, database: str) -> Opened:
        return opened(tmp_path, database)


# The contract notices


class _Forcing(EngineDesk):
    """Lets everybody do what leads may."""

    async def claim(self, conversation: str, agent: str, *, lead: bool = False, key: str = "") -> Case:  # noqa: ARG002
        return await super().claim(conversation, agent, lead=True, key=key)


class _Forgetful(EngineDesk):
    """Takes a repeated act for a new one."""

    async def reply(self, conversation: str, agent: str, text: str, *, key: str = "", name: str = "") -> Case:  # noqa: ARG002
        return await super().reply(conversation, agent, text)


class _Loud(EngineDesk):
    """Says notes aloud."""

    async def note(self, conversation: str, agent: str, text: str, *, key: str = "") -> Case:
        await super().note(conversation, agent, text, key=key)
        case = await self.claim(conversation, agent)
        await self.reply(conversation, agent, text)
        await self.reassign(conversation, agent, team=case.team)
        return case


class _Unfair(EngineDesk):
    """Puts the last who came first."""

    async def cases(self, team: str = "") -> Sequence[Case]:
        return list(await super().cases(team))[::-1]


class _Polite(EngineDesk):
    """Gives what it had instead of an error."""

    async def claim(self, conversation: str, agent: str, *, lead: bool = False, key: str = "") -> Case:
        try:
            return await super().claim(conversation, agent, lead=lead, key=key)
        except DeskError:
            return (await self.look(conversation)).case


class _Staying(EngineDesk):
    """Leaves what somebody has where it is."""

    async def leave(self, agent: str) -> int:
        return len([case for case in await self.cases() if case.agent == agent])


class _Intruding(EngineDesk):
    """Shows anybody as writing."""

    async def typing(self, conversation: str, agent: str, *, name: str = "") -> None:
        await self.look(conversation)
        self._engine.presence.show(conversation, name or agent)


class _Still(EngineDesk):
    """Shows nobody as writing."""

    async def typing(self, conversation: str, agent: str, *, name: str = "") -> None:
        typing, self._engine.presence.show = self._engine.presence.show, lambda *_: None  # type: ignore[method-assign]
        try:
            await super().typing(conversation, agent, name=name)
        finally:
            self._engine.presence.show = typing  # type: ignore[method-assign]


class _Chatty(EngineDesk):
    """Writes down that somebody writes."""

    async def typing(self, conversation: str, agent: str, *, name: str = "") -> None:
        await super().typing(conversation, agent, name=name)
        await self.note(conversation, agent, "writes")


FAULTS: dict[type[EngineDesk], str] = {
    _Intruding: "test_a_customer_sees_that_somebody_writes",
    _Still: "test_a_customer_sees_that_somebody_writes",
    _Chatty: "test_a_customer_sees_that_somebody_writes",
    _Forcing: "test_of_those_who_claim_at_once_one_gets_it",
    _Polite: "test_of_those_who_claim_at_once_one_gets_it",
    _Forgetful: "test_a_repeated_act_is_done_once",
    _Loud: "test_a_note_stays_in_the_house",
    _Unfair: "test_who_waits_longest_comes_first",
    _Staying: "test_who_goes_leaves_nothing_behind",
}


@pytest.mark.parametrize(("fault", "test"), FAULTS.items(), ids=lambda one: getattr(one, "__name__", ""))
async def test_a_desk_with_a_fault_fails(tmp_path: Path, fault: Any, test: str) -> None:
    def desk_of(bot: Bot) -> Desk:
        desk: Desk = fault(bot.engine)
        return desk

    with pytest.raises((AssertionError, DeskError, pytest.fail.Exception)):
        await getattr(DeskContract(), test)(opened(tmp_path, "sqlite://", desk_of))
