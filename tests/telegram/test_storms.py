"""Storms: a platform that asks to wait, fails, hangs, hangs up and gives again; customers notice nothing of it."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from botkit import Bot
from botkit_telegram import aiogram_driver, ptb_driver
from tests.telegram.api import BotApi, HangUpError, RefusalError
from tests.telegram.platform import connector_of, said

FLOWS = """
flows:
  echo:
    start: {commands: [echo]}
    steps: [{say: "{{ message.text }}"}]
"""

pytestmark = pytest.mark.filterwarnings("ignore:Deprecated since version v22.2")


@asynccontextmanager
async def echoing(api: BotApi, driver: str, directory: Path) -> AsyncIterator[Bot]:
    """Run a bot that says what it hears, as fast as it can: the storms are the platform's, not its own."""
    (directory / "bot.yaml").write_text("name: Echo\n", encoding="utf-8")
    (directory / "flows.yaml").write_text(FLOWS, encoding="utf-8")
    connector = connector_of(api, driver, poll_seconds=1)
    connector.capabilities = msgspec.structs.replace(connector.capabilities, per_second=0, per_chat=0)
    async with await Bot.load(directory, store="sqlite://", connectors=lambda _: {"telegram": connector}) as bot:
        await bot.receive()
        yield bot


class Storm:
    """Trouble by chance, always the same: `before` a call is accepted, and on its way back (`after`)."""

    def __init__(self, before: float, after: float = 0.0) -> None:
        self._random = random.Random(7)
        self._before = before
        self._after = after
        self.lost: set[str] = set()
        self.hung = 0

    async def before(self, method: str, _: dict[str, Any]) -> None:
        if method not in ("sendMessage", "getUpdates") or self._random.random() >= self._before:
            return
        trouble = [RefusalError(502, "Bad Gateway"), HangUpError(), None]
        if method == "sendMessage":
            trouble.append(RefusalError(429, "Too Many Requests: retry after 1", retry_after=1))
        if (chosen := self._random.choice(trouble)) is not None:
            raise chosen
        self.hung += 1
        await asyncio.Event().wait()  # until whoever called gives up

    def after(self, method: str, params: dict[str, Any]) -> None:
        if method == "sendMessage" and self._random.random() < self._after:
            self.lost.add(str(params["text"]))
            raise HangUpError


@pytest.mark.parametrize(
    ("driver", "chats"),
    [
        ("ptb", 20),
        pytest.param("aiogram", 500, marks=pytest.mark.whole),
        pytest.param("ptb", 500, marks=pytest.mark.whole),
    ],
)
async def test_nothing_is_lost_or_said_twice_or_out_of_order(
    api: BotApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, driver: str, chats: int
) -> None:
    for module in (aiogram_driver, ptb_driver):
        monkeypatch.setattr(module, "CALL_SECONDS", 0.3 if driver == "ptb" else 1.0)
    storm = Storm(0.15)
    api.before = storm.before
    async with echoing(api, driver, tmp_path):
        for number in range(3):
            for chat in range(1001, 1001 + chats):
                update = {"update_id": api.next_update(), "message": said(str(chat), text=f"/echo {number}")}
                await api.put(update)
        wanted = [f"/echo {number}" for number in range(3)]
        await api.until(lambda: sum(map(len, api.messages.values())) >= 3 * chats, 30 + chats / 5)
        await asyncio.sleep(0.2)  # what was said twice would come now
    assert {chat: [one["text"] for one in shown] for chat, shown in api.messages.items()} == dict.fromkeys(
        range(1001, 1001 + chats), wanted
    )
    assert storm.hung


async def test_only_what_was_accepted_and_not_heard_of_is_said_twice(api: BotApi, tmp_path: Path) -> None:
    storm = Storm(0.0, 0.2)
    api.after = storm.after
    async with echoing(api, "ptb", tmp_path):
        for chat in range(1, 21):
            await api.put({"update_id": api.next_update(), "message": said(str(chat), text=f"/echo {chat}")})
        await api.until(lambda: len(api.messages) == 20 and not api.queue, 30)
        api.after = lambda *_: None
        await api.until(
            lambda: storm.lost <= {shown[-1]["text"] for shown in api.messages.values() if len(shown) > 1}
        )
        await asyncio.sleep(0.3)
    twice = {shown[0]["text"] for shown in api.messages.values() if len(shown) > 1}
    assert storm.lost
    assert twice == storm.lost
