"""The Telegram channel in the worker of a play of faults. It loads what it needs alone: it is started often."""

import asyncio
from collections.abc import Sequence
from typing import Any

import httpx
import msgspec

from botkit import Accepted, Capabilities, DeliveryError, Entry, Incoming, Intake, Reply
from botkit.ports.files import Files
from botkit.testing.faults.lines import CHANNEL, LinesConnector
from botkit_telegram import TelegramConnector, TelegramSettings, drivers
from botkit_telegram.polling import Polling
from tests.telegram.tokens import TOKEN

NOTE = "/note"
FIRST = 10_000  # on Telegram the chat `c1` of a play is the one behind this
HANGING = 2.0  # seconds after which the worker gives up a call that hangs


def number_of(chat: str) -> int:
    """Give the chat on Telegram of one of a play."""
    return int(chat.removeprefix("c")) + FIRST


def name_of(number: int) -> str:
    """Give the chat of a play."""
    return f"c{number - FIRST}"


class _Renamed:
    """An intake to which chats have the names of the play."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake

    async def accept(self, incoming: Incoming) -> Accepted:
        return await self._intake.accept(msgspec.structs.replace(incoming, chat=name_of(int(incoming.chat))))

    @property
    def files(self) -> Files:
        return self._intake.files

    async def history(self, conversation: str, after: int = 0, most: int = 100) -> Sequence[Entry]:
        return await self._intake.history(conversation, after, most)

    async def turn(self, conversation: str, turn: int) -> Sequence[Entry]:
        return await self._intake.turn(conversation, turn)

    async def asked(self, conversation: str) -> str:
        return await self._intake.asked(conversation)


class OnTelegram:
    """The Telegram channel as that of a play, whose chats have other names. It sends as fast as it can.

    The double is told of each reply's id before it is sent: the Bot API has no place for it.
    """

    name = CHANNEL

    def __init__(self, lines: LinesConnector, driver: str) -> None:
        host, port = lines._address
        self._base = f"http://{host}:{port}"
        given = {"token": TOKEN, "api_base": self._base, "driver": driver, "poll_seconds": 1}
        settings = TelegramSettings.model_validate(given)
        self._telegram = TelegramConnector(drivers.opener_of(settings), TOKEN, poll_seconds=settings.poll_seconds)
        self._telegram.name = CHANNEL
        self.capabilities: Capabilities = msgspec.structs.replace(
            self._telegram.capabilities, per_second=0, per_chat=0
        )
        self._notes = httpx.AsyncClient(base_url=self._base, verify=False)  # noqa: S501 - it is loopback's http
        self._polling: asyncio.Task[None] | None = None

    async def start(self, intake: Intake) -> None:
        while True:
            try:
                await self._telegram.start(_Renamed(intake))
                break
            except DeliveryError:  # it begins anew, as the runtime would
                await self._telegram.stop()
        self._polling = asyncio.create_task(self._telegram.poll())

    async def stop(self) -> None:
        if self._polling is not None:
            self._polling.cancel()
            await asyncio.gather(self._polling, return_exceptions=True)
        await self._telegram.stop()
        await self._notes.aclose()

    async def send(self, chat: str, reply: Reply) -> str:
        await self._notes.post(NOTE, json={"chat": chat, "reply": reply.id})
        return await self._telegram.send(str(number_of(chat)), reply)

    def routes(self) -> tuple[()]:
        return ()


def aiogram(lines: LinesConnector) -> Any:
    """Give the channel, driven by aiogram, for a worker."""
    vars(drivers)["CALL_SECONDS"] = HANGING
    return OnTelegram(lines, "aiogram")


def ptb(lines: LinesConnector) -> Any:
    """Give the channel, driven by python-telegram-bot, for a worker."""
    vars(drivers)["CALL_SECONDS"] = HANGING
    return OnTelegram(lines, "ptb")


class _Hasty(Polling):
    """Confirms what it was given before it is stored."""

    async def _fetch(self) -> Sequence[Any]:
        given = await super()._fetch()
        if given:
            behind = {"offset": int(given[-1]["update_id"]) + 1, "timeout": 0}
            await self._driver.call("getUpdates", behind)
        return given


def confirming_early(lines: LinesConnector) -> Any:
    """Give a channel that tells Telegram of every message that it came, whether it is stored or not."""
    TelegramConnector.poll.__globals__["Polling"] = _Hasty
    return ptb(lines)


class _Doubtful(OnTelegram):
    """Sends a reply once more, as if it did not know whether it came."""

    async def send(self, chat: str, reply: Reply) -> str:
        await super().send(chat, reply)
        return await super().send(chat, reply)


def sending_twice(lines: LinesConnector) -> Any:
    """Give a channel that sends everything twice."""
    return _Doubtful(lines, "ptb")
