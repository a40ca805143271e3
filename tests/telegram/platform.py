"""Customers of the double, as a Platform of the connectors' contract."""

from collections.abc import Sequence
from typing import Any

from botkit.testing import Attachment, Shown
from botkit_telegram import TelegramConnector, TelegramSettings
from botkit_telegram.calls import CURSOR
from botkit_telegram.drivers import opener_of
from tests.telegram.api import TOKEN, BotApi, Params, RefusalError
from tests.telegram.markup import seen, units

UNHEARD = 0.4  # seconds after which nobody fetches, where nobody has
AGAIN = 5  # times that an update is given, after which it counts as not acknowledged
PATIENCE = 10.0  # seconds until whoever has fetched does so again


class Customers:
    """Writes to the bot over a double of the API, and looks at what it shows."""

    def __init__(self, api: BotApi) -> None:
        self.api = api
        self._updates: dict[str, int] = {}

    # As a Platform

    async def deliver(self, chat: str, message_id: str, text: str) -> bool:
        if not text.strip() or units(text) > 4096:
            return False  # a device sends no such message
        return await self.push({"message": said(chat, self._number(message_id), text=text)}, message_id)

    async def attach(self, chat: str, message_id: str, text: str, files: Sequence[Attachment]) -> bool:
        taken = True
        for number, file in enumerate(files):
            key = f"{message_id}-{number}"
            upload = self.upload(key, file.content, file.name, file.mime)
            caption = {"caption": text} if text and not number else {}
            update = said(chat, self._number(key), document=upload, media_group_id=message_id, **caption)
            taken = await self.push({"message": update}, key) and taken
        return taken

    async def shown(self, chat: str) -> Sequence[Shown]:
        return [_shown(message) for message in self.api.messages.get(int(chat), ())]

    async def typing(self, chat: str) -> bool:
        typing = False
        for made in self.api.calls:
            if made.params.get("chat_id") in (chat, int(chat)) and made.method.startswith("send"):
                typing = made.method == "sendChatAction"
        return typing

    def refuse(self, *, permanent: bool, retry_after: float | None = None) -> None:
        refusal = RefusalError(500, "Internal Server Error")
        if permanent:
            refusal = RefusalError(403, "Forbidden: bot was blocked by the user")
        elif retry_after is not None:
            wait = int(retry_after)
            refusal = RefusalError(429, f"Too Many Requests: retry after {wait}", retry_after=wait)
        self.api.trouble["sendMessage"] = [refusal]

    # As whoever writes

    def upload(self, key: str, content: bytes, name: str = "", mime: str = "") -> Params:
        """Put a file on the servers, and give how a message names it."""
        self.api.files[f"documents/{key}"] = content
        return {
            "file_id": key,
            "file_unique_id": f"u{key}",
            "file_name": name,
            "mime_type": mime,
            "file_size": len(content),
        }

    async def push(self, update: Params, key: str = "") -> bool:
        """Deliver an update once; True when it was acknowledged."""
        number = self._number(key or str(len(self._updates)))
        update = {"update_id": number, **update}
        if self.api.webhook["url"]:
            return await self.api.post(update) == 200
        self.api.given[number] = -1  # given whatever the offset is: a poller that began anew sees it so
        await self.api.put(update)
        try:
            asked = "getUpdates" in self.api.asks
            await self.api.until(lambda: self.api.given[number] > 0, PATIENCE if asked else UNHEARD)
        except TimeoutError:
            return self._take_back(number)
        await self.api.until(lambda: not self._waits(number) or self.api.given[number] >= AGAIN, PATIENCE)
        return self._take_back(number) if self._waits(number) else True

    def _waits(self, number: int) -> bool:
        return any(one["update_id"] == number for one in self.api.queue)

    def _take_back(self, number: int) -> bool:
        self.api.queue = [one for one in self.api.queue if one["update_id"] != number]
        return False

    def _number(self, key: str) -> int:
        return self._updates.setdefault(key, self.api.next_update() if key not in self._updates else 0)


def said(chat: str, number: int = 1, **more: Any) -> Params:
    """Give a message of a customer in a private chat, as the API writes it."""
    name = {"first_name": "Mia", "last_name": "Chen", "username": "mia", "language_code": "en"}
    sender = {"id": int(chat), "is_bot": False, **name}
    where = {"id": int(chat), "type": "private", "first_name": "Mia"}
    return {"message_id": number, "date": 1_780_000_000, "chat": where, "from": sender, **more}


def _shown(message: Params) -> Shown:
    text = seen(message["text"], message["entities"])
    labels = tuple(button["text"] for row in message["markup"] for button in row)
    partial = text.endswith(CURSOR)
    return Shown(
        text.removesuffix(CURSOR),
        labels,
        str(message["id"]),
        message["file"],
        message["image"],
        partial=partial,
    )


def connector_of(api: BotApi, driver: str = "aiogram", pace: float = 0.02, **settings: Any) -> TelegramConnector:
    """Give a connector that speaks to a double."""
    read = TelegramSettings.model_validate({"token": TOKEN, "api_base": api.base, "driver": driver, **settings})
    return TelegramConnector(
        opener_of(read),
        TOKEN,
        mode=read.mode,
        webhook_url=read.webhook_url,
        poll_seconds=read.poll_seconds,
        pace=pace,
    )
