"""A double of the Bot API as the platform of a play of faults, and its customers."""

import asyncio
import time
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self

from aiohttp import web

from botkit.testing.faults import Platform, Sent
from botkit.testing.faults.lines import Line
from tests.telegram.api import BotApi, HangUpError, Params, RefusalError, serving
from tests.telegram.channels import NOTE, name_of, number_of
from tests.telegram.platform import said

LONG = 1_000.0  # seconds that the double waits for a worker: the play has a patience of its own
TROUBLE = 0.03  # the share of calls that the double refuses, hangs up on, or lets hang


class TelegramPlatform(Platform):
    """The double of the Bot API as the platform of a play: it refuses a few calls, and lets a few hang."""

    def __init__(self, seed: int = 0) -> None:
        super().__init__(seed)
        self._stack = AsyncExitStack()
        self._noted: dict[str, str] = {}
        self._api: BotApi

    async def __aenter__(self) -> Self:
        self._api = await self._stack.enter_async_context(serving(web.post(NOTE, self._note)))
        self._api.before, self._api.after = self._trouble, self._accepted
        self.port = int(self._api.base.rpartition(":")[2])
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def deliver(self, line: Line) -> None:
        """Let a customer write, and wait until the message is confirmed; some are given once more."""
        api, number = self._api, self._api.next_update()
        update = {"update_id": number, "message": said(str(number_of(line.chat)), number, text=line.text)}
        self.delivered += 1
        again = self.chance.random() < 0.1
        for _ in range(1 + again):
            api.given[number] = -1
            await api.put(update)
            await api.until(lambda: not any(one["update_id"] == number for one in api.queue), LONG)
        self.repeated += again

    async def _note(self, request: web.Request) -> web.Response:
        note = await request.json()
        self._noted[note["chat"]] = note["reply"]
        return web.Response()

    async def _trouble(self, method: str, _: Params) -> None:
        if method not in ("sendMessage", "getUpdates") or self.chance.random() >= TROUBLE:
            return
        trouble = self.chance.choice(("fail", "drop", "hang", "wait" if method == "sendMessage" else "fail"))
        match trouble:
            case "fail":
                raise RefusalError(502, "Bad Gateway")
            case "wait":
                raise RefusalError(429, "Too Many Requests: retry after 1", retry_after=1)
            case "drop":
                raise HangUpError
        await asyncio.Event().wait()  # until whoever called gives up

    async def _accepted(self, method: str, params: Params) -> None:
        if method == "sendMessage":
            chat = name_of(int(params["chat_id"]))
            await self.take(Sent(chat, self._noted[chat], str(params["text"]), time.monotonic(), 0))
