"""Long polling: updates are asked for, and confirmed by asking for those behind them."""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Sequence
from typing import Any, Final

from botkit_telegram.drivers import ApiError, Driver
from botkit_telegram.intaking import Intaking, UntakenError
from botkit_telegram.rooms import Written
from botkit_telegram.updates import KINDS, Happened

_log = logging.getLogger(__name__)

_PAUSE, _LONGEST = 0.1, 30.0  # seconds before something is tried again; each is twice the one before
_STEP: Final = 0.5  # seconds that updates may take before new ones are asked for beside them
_WEBHOOK: Final = "webhook is active"  # what the API says where it posts updates and has none to fetch
_SECOND_POLLER = (
    "another process fetches the messages of this Telegram bot (409): stop it, or give it a bot of its own"
)


class Polling:
    """Fetches updates, and has them stored: the chats side by side, and each in its order.

    An update is confirmed when it and all before it are stored. Until then Telegram gives it, and what is behind it,
    again and again, a hundred at a time: what is known of those is passed over.
    """

    def __init__(self, driver: Driver, intaking: Intaking, seconds: int) -> None:
        self._driver = driver
        self._intaking = intaking
        self._seconds = seconds
        self._next = 0  # the update behind the last one that was given
        self._known: set[int] = set()  # of those that are not confirmed: what is stored, or under way
        self._open: set[int] = set()  # what is under way
        self._chats: dict[str, deque[Happened | Written]] = {}  # the same, by chat
        self._failing: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._settled = asyncio.Event()
        self._trouble = ""

    async def run(self) -> None:
        """Fetch until cancelled; what is under way then is not confirmed."""
        pause = 0.0
        try:
            while True:
                try:
                    self._begin(await self._fetch())
                except ApiError as error:
                    pause = error.retry_after or min(max(pause * 2, _PAUSE), _LONGEST)
                    await self._explain(error)
                else:
                    pause = 0.0
                    await self._settle()
                await asyncio.sleep(pause)
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _fetch(self) -> Sequence[Any]:
        offset = min(self._open, default=self._next)
        self._known = {number for number in self._known if number >= offset}
        params = {"timeout": self._seconds, "allowed_updates": list(KINDS)}
        if offset:
            params["offset"] = offset
        return list(await self._driver.call("getUpdates", params))

    def _begin(self, updates: Sequence[Any]) -> None:
        """Begin to store the updates that are new."""
        for raw in updates:
            number = int(raw["update_id"])
            self._next = number + 1
            if number in self._known:
                continue
            self._known.add(number)
            happened = self._intaking.read(raw)
            if happened is not None:
                self._line_up(happened)

    def _line_up(self, happened: Happened | Written) -> None:
        self._open.add(happened.update)
        self._settled.clear()
        chat = happened.chat.name
        if chat in self._chats:
            self._chats[chat].append(happened)
            return
        self._chats[chat] = deque([happened])
        task = asyncio.create_task(self._take(chat), name="updates of a chat")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _take(self, chat: str) -> None:
        """Store what happened in a chat, until nothing is left of it."""
        waiting = self._chats[chat]
        while waiting:
            await self._take_one(chat, waiting[0])
            self._open.discard(waiting.popleft().update)
        del self._chats[chat]
        if not self._open:
            self._settled.set()

    async def _take_one(self, chat: str, happened: Happened | Written) -> None:
        pause = _PAUSE
        while True:
            try:
                await self._intaking.take(happened)
            except UntakenError as error:
                self._failing.add(chat)
                self._tell(f"not stored, {error}")
                await asyncio.sleep(pause)
                pause = min(pause * 2, _LONGEST)
            else:
                self._failing.discard(chat)
                return

    async def _settle(self) -> None:
        """Wait until everything is stored, but not for one chat that takes its time."""
        if self._open:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._settled.wait(), _STEP)
        if self._trouble and not self._failing:
            _log.warning("Telegram's messages come again", extra={"action": "telegram.poll"})
            self._trouble = ""

    async def _explain(self, error: ApiError) -> None:
        """Say what the trouble is; a webhook that somebody set is removed, as it is at the start."""
        if error.code != 409:
            self._tell(f"not fetched, {error}")
        elif _WEBHOOK not in error.message:
            self._tell("409")
        else:
            self._tell("somebody set a webhook for this bot, it is removed")
            with contextlib.suppress(ApiError):
                await self._driver.call("deleteWebhook", {})

    def _tell(self, trouble: str) -> None:
        """Say a trouble once."""
        if trouble == self._trouble:
            return
        self._trouble = trouble
        if trouble == "409":
            _log.warning(_SECOND_POLLER, extra={"action": "telegram.poll"})
        else:
            _log.warning("messages of Telegram are waited for: %s", trouble, extra={"action": "telegram.poll"})
