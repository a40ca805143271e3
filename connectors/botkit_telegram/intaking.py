"""Taking in: what an update means is stored, with its files, before Telegram hears that it came."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from botkit import (
    BotkitError,
    Button,
    ButtonSigner,
    File,
    FileError,
    Incoming,
    Intake,
    LocatedButton,
    Message,
    Outside,
    Press,
    find_press,
)
from botkit_telegram.buttons import is_address
from botkit_telegram.drivers import FILE_SECONDS, ApiError, Driver
from botkit_telegram.rooms import TelegramRoom, Written
from botkit_telegram.updates import Attachment, Happened, User, read_update

_log = logging.getLogger(__name__)

_TRIES: Final = 5  # times that a file is asked for, and that an update is taken of whose trouble nobody knows
_KNOWN: Final = 10_000  # chats whose last message is known
_TOO_LARGE: Final = "file is too big"  # what the API says of files over 20 MB
_EXPIRED: Final = {
    "en": "This button has expired.",
    "de": "Diese Schaltfläche ist abgelaufen.",
    "zh": "此按钮已失效。",
    "ar": "انتهت صلاحية هذا الزر.",
    "es": "Este botón ha caducado.",
    "fr": "Ce bouton a expiré.",
}


class UntakenError(Exception):
    """What happened could not be stored: it is to be taken again."""


class Intaking:
    """Hands updates over to the intake. `latest` are the messages of groups, to which the bot replies.

    Where the bot is `shared` with a program, buttons that the channel has not written are that program's. What
    happens in a team's group is the `room`'s, and no customer's.
    """

    def __init__(
        self,
        channel: str,
        me: User,
        driver: Driver,
        intake: Intake,
        signer: ButtonSigner,
        *,
        shared: bool = False,
        room: TelegramRoom | None = None,
    ) -> None:
        self._channel = channel
        self._me = me
        self._driver = driver
        self._intake = intake
        self._signer = signer
        self._shared = shared
        self._room = room
        self._failed: dict[str, int] = {}  # files, by how often they could not be had
        self._strange: dict[int, int] = {}  # updates, by how often nobody knew what was wrong with them
        self.latest: OrderedDict[str, int] = OrderedDict()

    def read(self, raw: Mapping[str, Any]) -> Happened | Written | None:
        """Give what an update means; None for what nobody needs, and for what cannot be read."""
        try:
            if self._room is not None:
                self._room.learn(raw)
                if self._room.owns(raw):
                    return self._room.read(raw, self._me)
            return read_update(raw, self._me)
        except (msgspec.ValidationError, ValueError) as error:
            _log.warning("an update cannot be read: %s", type(error).__name__, extra={"action": "telegram.read"})
            return None

    async def take(self, happened: Happened | Written) -> bool:
        """Store what happened; Telegram may hear then that it came. False for a button that is somebody else's.

        Raises UntakenError. One whose trouble nobody knows is left out in the end: it must not keep the others out.
        """
        number = happened.update
        try:
            taken = await self._take(happened)
        except (BotkitError, ApiError) as error:
            raise UntakenError(type(error).__name__) from error
        except Exception as error:
            self._strange[number] = tries = self._strange.get(number, 0) + 1
            if tries < _TRIES:
                raise UntakenError(type(error).__name__) from error
            _log.error("a message is left out: %s", type(error).__name__, extra={"action": "telegram.take"})
            taken = True
        self._strange.pop(number, None)
        return taken

    async def _take(self, happened: Happened | Written) -> bool:
        if isinstance(happened, Written):
            if self._room is not None:
                await self._room.take(happened)
            return True
        chat = happened.chat.name
        event = happened.event
        if isinstance(event, Press):
            found = self._signer.read(chat, happened.data)
            if found is None and self._shared:
                return False
            pressed = await self._press(chat, found, event)
            if pressed is None:
                await self._answer(happened, _EXPIRED.get(event.locale.partition("-")[0], _EXPIRED["en"]))
                return True
            event = pressed
        elif isinstance(event, Message) and happened.attachments:
            files = [await self._fetch(chat, one) for one in happened.attachments]
            event = msgspec.structs.replace(event, files=(*event.files, *files))
        # The token may become that of another bot, whose updates have numbers of their own.
        name = f"{self._me.id}.{happened.update}"
        if happened.chat.user and happened.message:
            self._remember(chat, happened.message)
        await self._intake.accept(Incoming(self._channel, chat, name, event, happened.customer))
        if isinstance(event, Outside):
            _log.info("a customer blocked the bot", extra={"action": "telegram.blocked", "chat": chat})
        await self._answer(happened)
        return True

    def _remember(self, chat: str, message: int) -> None:
        self.latest[chat] = message
        self.latest.move_to_end(chat)
        if len(self.latest) > _KNOWN:
            self.latest.popitem(last=False)

    # Buttons

    async def _press(self, chat: str, found: Press | LocatedButton | None, event: Press) -> Press | None:
        """Give the press with what its button stands for; None for one that is not of this chat, or too old."""
        if isinstance(found, LocatedButton):
            found = await find_press(self._intake, self._channel, chat, found, _is_button)
        if found is None:
            return None
        label = event.label or found.label or found.value
        return msgspec.structs.replace(event, value=found.value, run=found.run, question=found.question, label=label)

    async def _answer(self, happened: Happened, text: str = "") -> None:
        """End the waiting that a button shows; it is a courtesy, and an old press cannot be answered."""
        if not happened.query:
            return
        shown = {"text": text, "show_alert": True} if text else {}
        try:
            await self._driver.call("answerCallbackQuery", {"callback_query_id": happened.query, **shown})
        except ApiError as error:
            _log.info("a press was not answered: %s", error.code, extra={"action": "telegram.answer"})

    # Files

    async def _fetch(self, chat: str, one: Attachment) -> File:
        """Store a file; one that is not taken, or cannot be had, says why. Raises ApiError where it may come yet."""
        if one.size > self._intake.files.limits.size:
            return File(kind=one.kind, size=one.size, refused="too_large")
        limit = asyncio.timeout(FILE_SECONDS)
        content = self._driver.download(one.file_id)
        try:
            async with limit:
                file = await self._intake.files.put(f"{self._channel}:{chat}", one.name, content)
        except TimeoutError:
            if not limit.expired():
                raise
            file = File(kind=one.kind, size=one.size, refused="empty")
        except FileError as error:
            file = File(kind=one.kind, size=one.size, refused=error.reason)
        except ApiError as error:
            file = File(kind=one.kind, size=one.size, refused=self._refusal(one, error))
        self._failed.pop(one.file_id, None)
        return file

    def _refusal(self, one: Attachment, error: ApiError) -> str:
        """Give why a file is left. Raises the error again where it is asked for once more."""
        if _TOO_LARGE in error.message.casefold():
            return "too_large"
        tries = self._failed[one.file_id] = self._failed.get(one.file_id, 0) + 1
        if tries < _TRIES and error.code not in (400, 404):
            raise error
        return "empty"


def _is_button(button: Button) -> bool:
    """Tell whether a button is one on Telegram; what it does not open stands in the text."""
    return not button.url or is_address(button.url)
