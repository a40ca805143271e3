"""Storms: a Slack that asks to wait, fails, hangs up and delivers again, and customers who notice nothing of it."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

import msgspec
import pytest

from botkit import Bot
from botkit.ports.stores import Store
from botkit.stores import Durability, open_store
from tests.faults.planted import Around
from tests.slack.api import Slack
from tests.slack.platform import Customers, connector_of, reached
from tests.slack.processes import ECHO
from tests.slack.workspace import HangUpError, Params, RefusalError, slow

MESSAGES = 3


@asynccontextmanager
async def echoing(slack: Slack, mode: str, directory: Path, store: str | Store = "sqlite://") -> AsyncIterator[Bot]:
    """Run a bot that says what it hears, as fast as it can: the storms are the platform's, not its own."""
    (directory / "bot.yaml").write_text("name: Echo\n", encoding="utf-8")
    (directory / "flows.yaml").write_text(ECHO, encoding="utf-8")
    connector = connector_of(slack, mode)
    connector.capabilities = msgspec.structs.replace(connector.capabilities, per_second=0, per_chat=0)
    async with (
        reached(slack, connector, mode),
        await Bot.load(directory, store=store, connectors=lambda _: {"slack": connector}) as bot,
    ):
        await bot.receive()
        yield bot


class Storm:
    """Trouble by chance, always the same: before a call is accepted, on its way back, and on the way to the bot."""

    def __init__(self, slack: Slack, *, before: float = 0.0, after: float = 0.0, connections: float = 0.0) -> None:
        self.lost: set[str] = set()
        self._random = random.Random(7)
        self._slack = slack
        self._before, self._after, self._connections = before, after, connections
        slack.before, slack.after = self.before, self.after
        slack.events.patience = 1.0

    def before(self, method: str, _: Params) -> None:
        if method not in ("chat.postMessage", "users.info") or self._random.random() >= self._before:
            return
        raise self._random.choice(
            [RefusalError("x", status=502), HangUpError(), slow(1), RefusalError("fatal_error")]
        )

    def after(self, method: str, params: Params) -> None:
        if method == "chat.postMessage" and self._random.random() < self._after:
            self.lost.add(str(params["text"]))
            raise HangUpError

    def strike(self) -> bool:
        """Tell whether something goes wrong on the way to the bot; a connection may end."""
        if self._random.random() >= self._connections:
            return False
        if not self._slack.events.url and self._random.random() < 0.5:
            self._slack.sockets.drop()
        return True


async def write(slack: Slack, customers: Customers, storm: Storm, chat: str) -> None:
    """Write some messages, each until it is acknowledged; some come again although they were."""
    for number in range(MESSAGES):
        event, name = customers.says(chat, f"/echo {chat} {number}"), f"Ev{chat}{number}"
        attempt = 0
        while True:
            storm.strike()
            got = await slack.events.happen(event, name, attempt=attempt, reason="http_timeout" if attempt else "")
            attempt += 1
            if got.taken and not storm.strike():
                break
            await asyncio.sleep(0.02)


def shown(slack: Slack, chats: list[str]) -> dict[str, list[str]]:
    return {chat: [slack.look(one).text for one in slack.of_bot(chat)] for chat in chats}


@pytest.mark.parametrize(
    ("mode", "count"),
    [
        ("socket", 15),
        ("http", 15),
        pytest.param("socket", 500, marks=pytest.mark.whole),
        pytest.param("http", 500, marks=pytest.mark.whole),
    ],
)
async def test_nothing_is_lost_or_said_twice_or_out_of_order(
    slack: Slack, customers: Customers, tmp_path: Path, mode: str, count: int
) -> None:
    chats = [f"D{number}" for number in range(1001, 1001 + count)]
    async with echoing(slack, mode, tmp_path):
        storm = Storm(slack, before=0.15, connections=0.1 if mode == "http" else 2.0 / count)
        await asyncio.gather(*(write(slack, customers, storm, chat) for chat in chats))
        whole = MESSAGES * count
        await slack.until(lambda: sum(len(slack.of_bot(chat)) for chat in chats) >= whole, 30 + count / 5)
        await asyncio.sleep(0.2)  # what was said twice would come now
    wanted = {chat: [f"/echo {chat} {number}" for number in range(MESSAGES)] for chat in chats}
    assert shown(slack, chats) == wanted


async def test_only_what_was_accepted_and_not_heard_of_is_said_twice(
    slack: Slack, customers: Customers, tmp_path: Path
) -> None:
    chats = [f"D{number}" for number in range(1, 16)]

    def said() -> Counter[str]:
        return Counter(text for texts in shown(slack, chats).values() for text in texts)

    def twice() -> set[str]:
        return {text for text, times in said().items() if times > 1}

    async with echoing(slack, "socket", tmp_path):
        storm = Storm(slack, after=0.2)
        await asyncio.gather(*(write(slack, customers, storm, chat) for chat in chats))
        await slack.until(lambda: len(said()) == MESSAGES * len(chats), 60)
        slack.after = lambda *_: None
        await slack.until(lambda: twice() >= storm.lost, 30)
    assert storm.lost
    assert twice() == storm.lost


async def test_a_channel_that_has_to_wait_delays_no_other(slack: Slack, customers: Customers, tmp_path: Path) -> None:
    chats = [f"D{number}" for number in range(1, 11)]
    async with echoing(slack, "http", tmp_path):
        storm = Storm(slack)
        with slack.limited("chat.postMessage", "D1", 1000.0):
            began = time.monotonic()
            await asyncio.gather(*(write(slack, customers, storm, chat) for chat in chats))
            await slack.until(lambda: all(len(slack.of_bot(chat)) == MESSAGES for chat in chats[1:]))
            assert time.monotonic() - began < 10
        assert slack.of_bot("D1") == []


class Marked(Around):
    """A store that notes when the mark of each message is durable."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self.at: dict[str, float] = {}
        self._looking: set[asyncio.Task[None]] = set()

    async def sent(self, reply: str, platform_id: str, now: float) -> None:
        await self.store.sent(reply, platform_id, now)
        looking = asyncio.create_task(self._look(reply, platform_id))
        self._looking.add(looking)
        looking.add_done_callback(self._looking.discard)

    async def _look(self, reply: str, platform_id: str) -> None:
        await self.store.secure(reply)
        self.at[platform_id] = time.perf_counter()


@pytest.mark.parametrize("durability", ["normal", "full"])
async def test_the_mark_stands_soon_after_slack_took_a_message(
    slack: Slack, customers: Customers, tmp_path: Path, durability: Durability
) -> None:
    """The window in which a crash repeats a message: from Slack's acceptance to the durable mark."""
    accepted: dict[str, float] = {}

    def accept(method: str, params: Params) -> None:
        if method == "chat.postMessage":
            accepted[slack.messages[params["channel"]][-1]["ts"]] = time.perf_counter()

    store = Marked(open_store(f"sqlite:///{tmp_path / 'bot.db'}", durability))
    chats = [f"D{number}" for number in range(1, 21)]
    async with echoing(slack, "socket", tmp_path, cast("Store", store)):
        storm = Storm(slack)
        slack.after = accept
        for pair in zip(chats[::2], chats[1::2], strict=True):
            await asyncio.gather(*(write(slack, customers, storm, chat) for chat in pair))
        await slack.until(lambda: len(accepted) == MESSAGES * len(chats))
    windows = sorted(store.at[ts] - at for ts, at in accepted.items())
    median, most = windows[len(windows) // 2] * 1000, windows[-1] * 1000
    print(f"{durability}: from acceptance to the durable mark {median:.2f} ms, at most {most:.2f} ms")
    assert len(store.at) == MESSAGES * len(chats)
    assert all(seconds > 0 for seconds in windows)
