"""A bot that is killed while a team's channel shows what waits, and members write there."""

import asyncio
import itertools
import os
import random
import re
import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.slack.api import Slack
from tests.slack.events import message
from tests.slack.platform import Customers
from tests.slack.processes import serving_bot
from tests.slack.workspace import BOT_USER, HangUpError, Params

ROOM, ANN = "C9001", "U71"
ROUNDS = 2
PATIENCE = 60.0
WINDOW = 0.2  # seconds from Slack's acceptance to the note, of which a repeat is excused when the bot is killed in it
SETTLED = 1.2  # seconds in which what is said twice would come: a channel gets one message a second
KINDS = ("opened", "showing", "shown", "heard", "telling", "told")
FLOWS = """
flows:
  care: {start: {commands: [care]}, steps: [{handoff: care, reason: "{{ message.text }}"}]}
"""


class Reaper:
    """Kills the bot at the moments of a plan.

    `opened`, `shown`: Slack has a thread's first message, or a line in it, and the bot was not told. `showing`,
    `telling`: the bot is about to post a line, or to tell the customer what a member wrote, and Slack has not got it.
    `heard`: what a member wrote was acknowledged. `told`: Slack has it for the customer, and the bot was not told.
    """

    def __init__(self, slack: Slack, plan: Sequence[str], seed: int, most: int) -> None:
        self.kills: list[tuple[str, float]] = []
        self.accepted: dict[str, float] = {}
        self.plan = list(plan)
        self._slack = slack
        self._random, self._most = random.Random(seed), most
        self._pid = self._passes = 0
        slack.before, slack.after = self._before, self._after

    def watch(self, pid: int) -> None:
        """Reap this process."""
        self._passes, self._pid = self._random.randint(1, self._most), pid

    def heard(self) -> None:
        """Note that a member's words were acknowledged."""
        self._come("heard")

    def _before(self, method: str, params: Params) -> None:
        if method == "chat.postMessage" and self._come(
            {"shown": "showing", "told": "telling"}.get(_kind(params), "")
        ):
            raise HangUpError

    def _after(self, method: str, params: Params) -> None:
        if method != "chat.postMessage":
            return
        kind = _kind(params)
        for line in _lines(str(params["text"])):
            self.accepted.setdefault(f"{kind} {line}", time.monotonic())
        if self._come(kind):
            raise HangUpError

    def _come(self, kind: str) -> bool:
        if not self._pid or not self.plan or self.plan[0] != kind:
            return False
        self._passes -= 1
        if self._passes > 0:
            return False
        os.kill(self._pid, signal.SIGKILL)
        self._pid = 0
        self.kills.append((self.plan.pop(0), time.monotonic()))
        return True

    def excuses(self, kind: str, text: str) -> bool:
        """Tell whether something may have come twice: Slack took it about when the bot was killed."""
        return any(abs(at - self.accepted[f"{kind} {text}"]) <= WINDOW for _, at in self.kills)


def _kind(params: Params) -> str:
    if params["channel"] != ROOM:
        return "told"
    return "shown" if params.get("thread_ts") else "opened"


def _lines(text: str) -> list[str]:
    """Give what is numbered in a text, of a customer or of a member; the first message of a thread by its reason."""
    return re.findall(r"/care D\d+|D\d+ (?:asks|hears) \d+", text)


def shown(slack: Slack, chat: str) -> list[tuple[str, list[str]]]:
    """Give the threads of a customer: when each began, and what was shown in it of what they said."""
    heads = [one for one in slack.of_bot(ROOM) if "thread_ts" not in one and f"/care {chat}\n" in f"{one['text']}\n"]
    return [
        (
            head["ts"],
            [
                line
                for one in slack.of_bot(f"{ROOM}.{head['ts']}")
                for line in _lines(one["text"])
                if one["ts"] != head["ts"] and "hears" not in line
            ],
        )
        for head in heads
    ]


async def deliver(slack: Slack, event: Params, name: str) -> None:
    """Deliver an event until it is acknowledged."""
    for attempt in itertools.count():
        if (await slack.events.happen(event, name, attempt=attempt)).taken:
            return
        await asyncio.sleep(0.1)


async def talk(slack: Slack, customers: Customers, reaper: Reaper, chat: str) -> int:
    """Let a customer and Ann write in turns, and go on while the bot is killed; give the number of rounds."""

    async def seen(what: Callable[[], bool]) -> None:
        await slack.until(what, PATIENCE)

    def place(line: str) -> str:
        return next((root for root, lines in reversed(shown(slack, chat)) if line in lines), "")

    async def write(root: str, text: str) -> None:
        kept = slack.keep(ROOM, user=ANN, text=text, thread_ts=root)
        event = message(ROOM, ANN, kept["ts"], text, thread_ts=root, parent_user_id=BOT_USER)
        event["text"] = event["text"].replace("&lt;@", "<@").replace("&gt;", ">")
        await deliver(slack, event, f"EvA{chat}{text}")
        reaper.heard()

    root = ""
    await deliver(slack, customers.says(chat, f"/care {chat}"), f"Ev{chat}")
    for number in itertools.count():
        if number >= ROUNDS and not reaper.plan:
            await write(root, f"<@{BOT_USER}> close")
            await seen(lambda root=root: any("closed it" in one["text"] for one in slack.of_bot(f"{ROOM}.{root}")))  # type: ignore[misc]
            return number
        asked, told = f"{chat} asks {number}", f"{chat} hears {number}"
        await deliver(slack, customers.says(chat, asked), f"Ev{asked}")
        await seen(lambda asked=asked: bool(place(asked)))  # type: ignore[misc]
        root = place(asked)
        await write(root, told)
        await seen(lambda told=told: f"told {told}" in reaper.accepted)  # type: ignore[misc]
    raise AssertionError


async def live(
    directory: Path, slack: Slack, mode: str, reaper: Reaper, talking: Sequence[asyncio.Task[int]]
) -> None:
    """Run the bot, and another one whenever it was killed, until nobody talks any more."""
    while True:
        async with serving_bot(directory, slack, mode, flows=FLOWS, desk=ROOM) as bot:
            reaper.watch(bot.process.pid)
            ended = asyncio.create_task(bot.process.wait())
            finished = asyncio.gather(*talking)
            await asyncio.wait((ended, finished), return_when=asyncio.FIRST_COMPLETED)
            if finished.done():
                ended.cancel()
                finished.result()
                await asyncio.sleep(SETTLED)
                return


@pytest.mark.parametrize(
    ("mode", "count", "plan"),
    [
        ("socket", 2, ("shown",)),
        pytest.param("http", 4, ("opened", "told"), marks=pytest.mark.whole),
        pytest.param("socket", 30, KINDS * 3, marks=pytest.mark.whole),
        pytest.param("http", 30, KINDS * 3, marks=pytest.mark.whole),
    ],
)
async def test_a_team_and_its_customers_lose_nothing_when_the_bot_is_killed(
    slack: Slack, customers: Customers, tmp_path: Path, mode: str, count: int, plan: tuple[str, ...]
) -> None:
    slack.add_channel(ROOM, "care")
    slack.add_user(ANN, "Ann Lee")
    reaper = Reaper(slack, plan, seed=count, most=min(count, 8))
    chats = [f"D{number}" for number in range(1001, 1001 + count)]
    talking = [asyncio.create_task(talk(slack, customers, reaper, chat)) for chat in chats]
    await live(tmp_path, slack, mode, reaper, talking)
    again: list[tuple[str, str]] = []
    for chat, rounds in zip(chats, (task.result() for task in talking), strict=True):
        said = [line for one in slack.of_bot(chat) for line in _lines(one["text"])]
        assert list(dict.fromkeys(said)) == [f"{chat} hears {number}" for number in range(rounds)]
        again += [("told", line) for line in dict.fromkeys(said) if said.count(line) > 1]
        threads = shown(slack, chat)
        again += [("opened", f"/care {chat}") for _ in threads[1:]]
        lines = [line for _, lines in threads for line in lines]
        wanted = [f"/care {chat}", *(f"{chat} asks {number}" for number in range(rounds))]
        assert [line for line in dict.fromkeys(lines) if line in wanted] == wanted, "lost, or out of order"
        again += [("shown", line) for line in dict.fromkeys(lines) if lines.count(line) > 1]
    print(f"{mode}: {len(reaper.kills)} kills, {len(again)} said twice: {again}")
    assert [kind for kind, _ in reaper.kills] == list(plan)
    assert [one for one in again if not reaper.excuses(*one)] == []
    assert ("shown" in plan) <= any(kind == "shown" for kind, _ in again), "what Slack took comes again"
