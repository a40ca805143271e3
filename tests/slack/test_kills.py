"""A bot that is killed: between storing and answering, and between sending and marking, again and again."""

import asyncio
import itertools
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.slack.api import Slack
from tests.slack.platform import Customers
from tests.slack.processes import serving_bot
from tests.slack.workspace import HangUpError, Params

MESSAGES = 2
KINDS = ("stored", "asked", "sent")
WINDOW = 0.2  # seconds from Slack's acceptance to the mark, of which a repeat is excused when the bot is killed in it
SETTLED = 1.2  # seconds in which what is said twice would come: a channel gets one message a second


class Reaper:
    """Kills the bot at moments that a plan names, of which nobody but the double can know.

    `stored`: a message was acknowledged, and there is no answer yet. `asked`: the bot is about to send an answer,
    and Slack has not taken it. `sent`: Slack has taken it, and the bot was not told.
    """

    def __init__(self, slack: Slack, plan: list[str], seed: int) -> None:
        self.kills: list[tuple[str, float]] = []
        self.accepted: dict[str, float] = {}
        self.must_repeat: set[str] = set()
        self._slack = slack
        self.plan = plan
        self._random = random.Random(seed)
        self._pid = 0
        self._passes = 0
        slack.before, slack.after = self.before, self.after
        slack.sockets.acknowledged = lambda _: self.acknowledged()

    def watch(self, pid: int) -> None:
        """Reap this process."""
        self._passes = self._random.randint(1, 8)
        self._pid = pid

    def acknowledged(self) -> None:
        self._come("stored")

    def before(self, method: str, _: Params) -> None:
        if method == "chat.postMessage" and self._come("asked"):
            raise HangUpError

    def after(self, method: str, params: Params) -> None:
        if method != "chat.postMessage":
            return
        text = str(params["text"])
        self.accepted.setdefault(text, time.monotonic())
        if self._come("sent"):
            self.must_repeat.add(text)
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

    def excuses(self, text: str) -> bool:
        """Tell whether a message may have come twice: Slack took it about when the bot was killed, which it outlived."""
        return any(abs(at - self.accepted[text]) <= WINDOW for _, at in self.kills)


async def write(slack: Slack, customers: Customers, reaper: Reaper, chat: str, pace: float) -> int:
    """Write some messages, and more while the bot is killed, each when the one before was answered; give how many."""
    for number in itertools.count():
        if number >= MESSAGES and not reaper.plan:
            return number
        await asyncio.sleep(pace)
        text = f"/echo {chat} {number}"
        event, name = customers.says(chat, text), f"Ev{chat}{number}"
        for attempt in itertools.count():
            if (await slack.events.happen(event, name, attempt=attempt)).taken:
                if slack.events.url:
                    reaper.acknowledged()
                break
            await asyncio.sleep(0.1)
        await slack.until(lambda text=text: text in reaper.accepted, 120.0)  # type: ignore[misc]
    raise AssertionError


async def live(
    directory: Path, slack: Slack, mode: str, reaper: Reaper, writing: Sequence[asyncio.Task[int]]
) -> None:
    """Run the bot, and another one whenever it was killed, until nobody writes any more."""
    while True:
        async with serving_bot(directory, slack, mode) as bot:
            reaper.watch(bot.process.pid)
            ended = asyncio.create_task(bot.process.wait())
            finished = asyncio.gather(*writing)
            await asyncio.wait((ended, finished), return_when=asyncio.FIRST_COMPLETED)
            if finished.done():
                ended.cancel()
                await asyncio.sleep(SETTLED)
                return


@pytest.mark.parametrize(
    ("mode", "count", "plan"),
    [
        ("socket", 30, ("stored", "sent")),
        pytest.param("http", 30, KINDS, marks=pytest.mark.whole),
        pytest.param("socket", 500, KINDS * 8, marks=pytest.mark.whole),
        pytest.param("http", 500, KINDS * 8, marks=pytest.mark.whole),
    ],
)
async def test_a_bot_that_is_killed_loses_nothing_and_keeps_the_order(
    slack: Slack, customers: Customers, tmp_path: Path, mode: str, count: int, plan: tuple[str, ...]
) -> None:
    reaper = Reaper(slack, list(plan), seed=count)
    chats = [f"D{number}" for number in range(1001, 1001 + count)]
    chance = random.Random(7)
    most = count * 0.03
    writing = [asyncio.create_task(write(slack, customers, reaper, chat, chance.uniform(0, most))) for chat in chats]
    await live(tmp_path, slack, mode, reaper, writing)
    wanted = {
        chat: [f"/echo {chat} {number}" for number in range(wrote.result())]
        for chat, wrote in zip(chats, writing, strict=True)
    }
    said = {chat: [str(one["text"]) for one in slack.of_bot(chat)] for chat in chats}
    assert {chat: list(dict.fromkeys(texts)) for chat, texts in said.items()} == wanted, "lost, or out of order"
    assert {chat: [one for one, _ in itertools.groupby(texts)] for chat, texts in said.items()} == wanted
    twice = {text for texts in said.values() for text, times in Counter(texts).items() if times > 1}
    print(f"{mode}: {len(reaper.kills)} kills, {len(twice)} of {sum(map(len, wanted.values()))} messages said twice")
    assert [kind for kind, _ in reaper.kills] == list(plan)
    assert reaper.must_repeat <= twice, "what Slack took and the bot was not told of has to come again"
    assert [text for text in twice if not reaper.excuses(text)] == []
