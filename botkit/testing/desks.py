"""The contract that every desk keeps, as a suite of tests.

    class TestMine(DeskContract):
        @pytest.fixture
        def counter(self):
            return opened_counter()          # an async context manager that gives a Counter

The bot behind it is `BOT`, written into a directory by `write_bot`; its agents are ann, bob and lee, who is a lead,
each with the token `token-of-` and the name. The suite needs pytest-asyncio and nothing but loopback.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, aclosing
from pathlib import Path
from typing import Protocol

import pytest

from botkit.errors import DeskError, UsageError
from botkit.ports.people import Case, Change, Desk

PATIENCE = 10.0  # seconds for what has to happen
BOT = """\
name: Counter
locales: [en]
handoff:
  teams:
    care: {}
    orders: {hours: {daily: "9-17"}}
    never: {hours: {2000-01-01: "9-17"}}
  agents:
    ann: {token: token-of-ann}
    bob: {token: token-of-bob}
    lee: {token: token-of-lee, role: lead}
slots: {code: {type: text}}
flows:
  care:
    start: {commands: [care]}
    steps:
      - {ask: code, say: Which code?}
      - {handoff: care, reason: "about {{ code }}"}
  orders: {start: {commands: [orders]}, steps: [{handoff: orders}]}
  late: {start: {commands: [late]}, steps: [{handoff: never}]}
"""


def write_bot(directory: Path) -> Path:
    """Write the bot of the contract into an empty directory and give it."""
    head, _, flows = BOT.partition("slots:")
    (directory / "bot.yaml").write_text(head, "utf-8")
    (directory / "flows.yaml").write_text(f"slots:{flows}", "utf-8")
    return directory


class Counter(Protocol):
    """A desk, and its customers on the other side."""

    desk: Desk

    async def say(self, chat: str, text: str) -> None:
        """Let a customer write; the bot's turn is made when this returns."""
        ...

    async def heard(self, chat: str) -> Sequence[str]:
        """Give what a customer was told, in order, as their platform shows it."""
        ...

    async def typing(self, chat: str) -> Sequence[str]:
        """Give the names of those who wrote to a customer, as their platform has shown it, in order."""
        ...


Opened = AbstractAsyncContextManager[Counter]


async def queue(counter: Counter, chat: str, code: str = "X1") -> str:
    """Let a customer come into the queue of the team `care`; gives the conversation."""
    await counter.say(chat, "/care")
    await counter.say(chat, code)
    (case,) = [case for case in await counter.desk.cases() if case.conversation.endswith(f":{chat}")]
    return case.conversation


async def told(counter: Counter, chat: str, text: str) -> Sequence[str]:
    """Wait until a customer has heard a text; gives all that they heard."""
    for _ in range(int(PATIENCE / 0.01)):
        if text in (heard := await counter.heard(chat)):
            return heard
        await asyncio.sleep(0.01)
    raise AssertionError(f"{text!r} never reached the customer")


async def _next(changes: AsyncIterator[Change], kind: str) -> Change:
    async with asyncio.timeout(PATIENCE):
        async for change in changes:
            if change.kind == kind:
                return change
    raise AssertionError(f"no change of the kind {kind} came")


class DeskContract:
    """Tests of what `ports.people.Desk` promises."""

    async def test_who_waits_longest_comes_first(self, counter: Opened) -> None:
        async with counter as one:
            assert list(await one.desk.cases()) == []
            for chat in ("c", "a", "b"):
                await queue(one, chat)
            await one.say("d", "/orders")
            cases = await one.desk.cases()
            assert [case.conversation.rpartition(":")[2] for case in cases] == ["c", "a", "b", "d"]
            assert [case.team for case in cases] == ["care", "care", "care", "orders"]
            assert {(case.owner, case.agent) for case in cases} == {("queue", "")}
            assert [case.team for case in await one.desk.cases("orders")] == ["orders"]
            assert list(await one.desk.cases("nobody")) == []

    async def test_teams_are_told_with_who_waits(self, counter: Opened) -> None:
        async with counter as one:
            first = await queue(one, "a")
            await queue(one, "b")
            await one.desk.claim(first, "ann")
            care, orders, never = await one.desk.teams()
            assert (care.name, care.open, care.opens, care.waiting, care.served) == ("care", True, None, 1, 1)
            assert (orders.name, orders.waiting) == ("orders", 0)
            assert orders.open == (orders.opens is None)
            assert (never.name, never.open, never.opens) == ("never", False, None)

    async def test_a_dossier_has_what_a_person_needs(self, counter: Opened) -> None:
        async with counter as one:
            conversation = await queue(one, "a", "X{{ 1 }}")
            dossier = await one.desk.look(conversation)
            assert dossier.case.reason == "about X{{ 1 }}"
            assert dossier.packet["slots"] == {"code": "X{{ 1 }}"}
            assert [(line.who, line.text) for line in dossier.lines][:3] == [
                ("customer", "/care"),
                ("bot", "Which code?"),
                ("customer", "X{{ 1 }}"),
            ]
            assert any(line.who == "event" and "care" in line.text for line in dossier.lines)
            later = await one.desk.look(conversation, dossier.lines[0].turn)
            assert (await one.desk.look(conversation, 2**31 - 1)).lines == ()
            assert "/care" not in [line.text for line in later.lines]

    async def test_what_is_not_there_is_unknown(self, counter: Opened) -> None:
        async with counter as one:
            for act in (
                one.desk.look("web:nobody"),
                one.desk.claim("web:nobody", "ann"),
                one.desk.reply("web:nobody", "ann", "hello"),
                one.desk.look("../../etc/passwd"),
                one.desk.look("\u202e"),
            ):
                with pytest.raises(DeskError) as caught:
                    await act
                assert caught.value.reason == "unknown"

    async def test_of_those_who_claim_at_once_one_gets_it(self, counter: Opened) -> None:
        async with counter as one:
            conversation = await queue(one, "a")
            agents = ["ann", "bob"] * 4
            tried = await asyncio.gather(
                *(one.desk.claim(conversation, agent) for agent in agents), return_exceptions=True
            )
            got = {case.agent for case in tried if isinstance(case, Case)}
            refused = [error.reason for error in tried if isinstance(error, DeskError)]
            assert (len(got), refused) == (1, ["taken"] * 4)
            case = (await one.desk.look(conversation)).case
            assert (case.owner, {case.agent}) == ("human", got)

    async def test_who_claims_twice_has_it_once(self, counter: Opened) -> None:
        async with counter as one:
            conversation = await queue(one, "a")
            for _ in range(2):
                case = await one.desk.claim(conversation, "ann")
                assert (case.owner, case.agent) == ("human", "ann")

    async def test_a_person_takes_over_from_the_bot(self, counter: Opened) -> None:
        async with counter as one:
            conversation = (await queue(one, "a")).replace(":a", ":b")
            await one.say("b", "/care")
            assert (await one.desk.claim(conversation, "ann")).owner == "human"
            await one.say("b", "X1")
            await one.desk.reply(conversation, "ann", "I'm here")
            assert (await told(one, "b", "I'm here"))[-2:] == ["Which code?", "I'm here"]

    async def test_replies_reach_the_customer_in_order(self, counter: Opened) -> None:
        async with counter as one:
            conversation = await queue(one, "a")
            await one.desk.claim(conversation, "ann")
            texts = [f"line {number} {{{{ 7 * 7 }}}} <b>你好</b>" for number in range(12)]
            for text in texts:
                await one.desk.reply(conversation, "ann", text)
            assert list(await told(one, "a", texts[-1]))[-12:] == texts
            lines = (await one.desk.look(conversation)).lines
            assert [(line.text, line.agent) for line in lines if line.who == "agent"] == [(t, "ann") for t in texts]

    async def test_a_repeated_act_is_done_once(self, counter: Opened) -> None:
        async with counter as one:
            conversation = await queue(one, "a")
            await one.desk.claim(conversation, "ann")
            for _ in range(3):
                await one.desk.reply(conversation, "ann", "once", key="k1")
            await one.desk.reply(conversation, "ann", "last", key="k2")
            assert list(await told(one, "a", "last")).count("once") == 1

    async def test_only_who_has_it_acts(self, counter: Opened) -> None:
        async with counter as one:
            conversation, desk = await queue(one, "a"), one.desk
            with pytest.raises(DeskError) as caught:
                await desk.reply(conversation, "ann", "hello")
            assert caught.value.reason == "unclaimed"
            await desk.claim(conversation, "ann")
            for act in (
                desk.reply(conversation, "bob", "hello"),
                desk.give_back(conversation, "bob"),
                desk.close(conversation, "bob"),
                desk.reassign(conversation, "bob", to="bob"),
                desk.reassign(conversation, "bob", team="orders"),
                desk.claim(conversation, "bob"),
            ):
                with pytest.raises(DeskError) as caught:
                    await act
                assert caught.value.reason == "taken"
            assert (await desk.look(conversation)).case.agent == "ann"
            assert "hello" not in await one.heard("a")
            assert (await desk.claim(conversation, "lee", lead=True)).agent == "lee"

    async def test_a_customer_sees_that_somebody_writes(self, counter: Opened) -> None:
        async with counter as one:
            conversation, other = await queue(one, "a"), await queue(one, "b")
            with pytest.raises(DeskError) as unclaimed:
                await one.desk.typing(conversation, "ann")
            assert unclaimed.value.reason == "unclaimed"
            await one.desk.claim(conversation, "ann")
            await one.desk.claim(other, "ann")
            before = await one.desk.look(conversation)
            with pytest.raises(DeskError) as taken:
                await one.desk.typing(conversation, "bob")
            assert taken.value.reason == "taken"
            with pytest.raises(DeskError) as unknown:
                await one.desk.typing("web:nobody", "ann")
            assert unknown.value.reason == "unknown"
            for _ in range(3):
                await one.desk.typing(conversation, "ann")
            assert set(await one.typing("a")) == {"ann"}
            assert list(await one.typing("b")) == []
            assert await one.desk.look(conversation) == before, "typing is nothing that was said"

    async def test_a_note_stays_in_the_house(self, counter: Opened) -> None:
        async with counter as one:
            conversation = await queue(one, "a")
            await one.desk.note(conversation, "bob", "called yesterday")
            await one.desk.claim(conversation, "ann")
            await one.desk.reply(conversation, "ann", "hello")
            assert "called yesterday" not in " ".join(await told(one, "a", "hello"))
            lines = (await one.desk.look(conversation)).lines
            assert ("note", "called yesterday", "bob") in [(line.who, line.text, line.agent) for line in lines]

    async def test_given_back_the_bot_speaks_again(self, counter: Opened) -> None:
        async with counter as one:
            conversation = await queue(one, "a")
            await one.desk.claim(conversation, "ann")
            await one.say("a", "/orders")
            case = await one.desk.give_back(conversation, "ann")
            assert (case.owner, case.agent) == ("bot", "")
            assert list(await one.desk.cases()) == []
            await one.say("a", "/care")
            assert "X1" in (await one.heard("a"))[-1]

    async def test_closed_is_closed(self, counter: Opened) -> None:
        async with counter as one:
            conversation = await queue(one, "a")
            await one.desk.claim(conversation, "ann")
            assert (await one.desk.close(conversation, "ann")).owner == "bot"
            await one.say("a", "/care")
            assert (await one.heard("a"))[-1] == "Which code?"

    async def test_passed_on(self, counter: Opened) -> None:
        async with counter as one:
            conversation = await queue(one, "a")
            await one.desk.claim(conversation, "ann")
            assert (await one.desk.reassign(conversation, "ann", to="bob")).agent == "bob"
            case = await one.desk.reassign(conversation, "bob", team="orders")
            assert (case.owner, case.team, case.agent) == ("queue", "orders", "")
            with pytest.raises(DeskError) as caught:
                await one.desk.reassign(conversation, "lee", team="nobody", lead=True)
            assert caught.value.reason == "unknown"
            for to, team in (("", ""), ("bob", "care")):
                with pytest.raises(UsageError):
                    await one.desk.reassign(conversation, "lee", to=to, team=team, lead=True)

    async def test_who_goes_leaves_nothing_behind(self, counter: Opened) -> None:
        async with counter as one:
            for chat in ("a", "b", "c"):
                await one.desk.claim(await queue(one, chat), "bob" if chat == "b" else "ann")
            assert await one.desk.leave("ann") == 2
            assert await one.desk.leave("ann") == 0
            owners = {case.conversation.rpartition(":")[2]: case.agent for case in await one.desk.cases()}
            assert owners == {"a": "", "b": "bob", "c": ""}
            assert (await one.heard("a"))[-1].startswith("Our colleague had to leave.")

    @pytest.mark.parametrize("text", ["", "  ", "\n", "x" * 20_001])
    async def test_what_cannot_be_said_is_refused(self, counter: Opened, text: str) -> None:
        async with counter as one:
            conversation = await queue(one, "a")
            await one.desk.claim(conversation, "ann")
            for act in (one.desk.reply(conversation, "ann", text), one.desk.note(conversation, "ann", text)):
                with pytest.raises(UsageError):
                    await act

    async def test_who_watches_sees_what_happens(self, counter: Opened) -> None:
        async with counter as one:
            conversation = await queue(one, "a")
            async with aclosing(one.desk.watch()) as changes:
                assert (await _next(changes, "new")).case.conversation == conversation
                await one.say("a", "are you there?")
                assert (await _next(changes, "moved")).case.last == "are you there?"
                await one.desk.claim(conversation, "ann")
                assert (await _next(changes, "moved")).case.agent == "ann"
                other = await queue(one, "b")
                assert (await _next(changes, "new")).case.conversation == other
                await one.desk.close(conversation, "ann")
                gone = await _next(changes, "gone")
                assert (gone.case.conversation, gone.case.owner) == (conversation, "bot")
