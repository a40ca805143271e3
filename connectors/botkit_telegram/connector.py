"""The connector: updates in, replies out, whichever library drives it."""

import asyncio
import hashlib
import hmac
import logging
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

import msgspec
from starlette.routing import BaseRoute

from botkit import (
    ButtonSigner,
    Capabilities,
    ConfigError,
    DeliveryError,
    FileError,
    Files,
    Intake,
    Previews,
    Reply,
    StreamPart,
    is_ref,
)
from botkit_telegram.buttons import DATA
from botkit_telegram.calls import Call, Kept, calls_of
from botkit_telegram.chats import Chat, read_chat
from botkit_telegram.drivers import ApiError, Driver, Opener, unknown_token
from botkit_telegram.intaking import Intaking, UntakenError
from botkit_telegram.polling import Polling
from botkit_telegram.previews import bring
from botkit_telegram.rooms import TelegramRoom
from botkit_telegram.updates import KINDS, User
from botkit_telegram.webhook import webhook_route

_log = logging.getLogger(__name__)

CHANNEL: Final = "telegram"
CAPABILITIES: Final = Capabilities(
    buttons=24,
    cards=True,
    markdown=True,
    images=True,
    files=True,
    edit=True,
    typing=True,
    streaming=True,
    per_second=30,
    per_chat=1,
)
_HALF_SENT: Final = 10_000  # replies of which a part was sent and the rest refused
_MOVED: Final = 10_000  # groups that have become others

_SUPERGROUPS: Final = -1_000_000_000_000  # their numbers are below, and stay: https://core.telegram.org/api/bots/ids

_PAUSE, _LONGEST = 0.1, 30.0  # seconds before an update is stored again; each is twice the one before

Mode = Literal["polling", "webhook", "embedded"]


class _Sent(msgspec.Struct):
    """How far a reply has come: the calls that are still to make, and the message that the last one made.

    `begun` says that they are not those any more that the reply alone would give.
    """

    calls: list[Call]
    message: str = ""
    begun: bool = False


class _MovedError(ApiError):
    """The group of a call has become another, for which buttons have to be signed."""


class TelegramConnector:
    """Implements botkit's Connector, and is a Poller, a Typist, a Streamer, and a Host of teams.

    In the mode `embedded` somebody else fetches the updates, and hands them to `take`. `secret` is what Telegram's
    posts bring along; `pace` are the seconds between two edits of an answer that grows.
    """

    def __init__(
        self,
        opener: Opener,
        token: str,
        *,
        mode: Mode = "polling",
        webhook_url: str = "",
        secret: str = "",
        poll_seconds: int = 50,
        pace: float = 1.0,
        room: TelegramRoom | None = None,
    ) -> None:
        self.name = CHANNEL
        self.capabilities = CAPABILITIES
        self.polls = mode == "polling"
        self._opener = opener
        self._driver: Driver | None = None
        self._signer = ButtonSigner(token, DATA)
        self._mode = mode
        self._webhook_url = webhook_url
        self._secret = secret or hmac.new(token.encode(), b"botkit webhook", hashlib.sha256).hexdigest()
        self._poll_seconds = poll_seconds
        self._stopped = False
        self._intaking: Intaking | None = None
        self._files: Files | None = None
        self._pace = pace
        self._previews = Previews(lambda preview: bring(self._follow, preview), pace)
        self._sent: OrderedDict[tuple[str, str], _Sent] = OrderedDict()
        self._moved: OrderedDict[int, int] = OrderedDict()
        self.room = room
        if room is not None:
            room.call, room.moved, room.move = self._follow, self._moved, self._move

    def lend(self, files: Files) -> None:
        """Take the files of all conversations."""
        self._files = files

    # Receiving

    async def start(self, intake: Intake) -> None:
        """Ask who the bot is, and say how its messages are to come. Raises ConfigError, DeliveryError."""
        self._stopped = False
        self._files = self._files or intake.files
        try:
            me = msgspec.convert(await self._call("getMe", {}), User, strict=False)
            if self._mode == "polling":
                await self._call("deleteWebhook", {})
            elif self._mode == "webhook":
                asked = {"url": self._webhook_url, "secret_token": self._secret, "allowed_updates": list(KINDS)}
                await self._call("setWebhook", asked)
        except ApiError as error:
            raise _unstarted(error) from error
        await self._seek_groups()
        shared = self._mode == "embedded"
        self._intaking = Intaking(self.name, me, self._open(), intake, self._signer, shared=shared, room=self.room)

    async def _seek_groups(self) -> None:
        """Learn which groups of teams have become others: what comes from those is no customer's."""
        groups = set(self.room.places.values()) if self.room is not None else set()
        plain = [one for one in groups if one > _SUPERGROUPS]
        shows = [self._follow("sendChatAction", {"chat_id": one, "action": "typing"}) for one in plain]
        for group, found in zip(plain, await asyncio.gather(*shows, return_exceptions=True), strict=True):
            if isinstance(found, BaseException):
                _log.warning(
                    "the team's group %d is out of reach: %s", group, found, extra={"action": "telegram.room"}
                )

    async def poll(self) -> None:
        """Fetch updates until cancelled."""
        if self._intaking is None:
            raise DeliveryError("the Telegram channel is not running")
        await Polling(self._open(), self._intaking, self._poll_seconds).run()

    async def take(self, raw: Mapping[str, Any]) -> bool:
        """Take an update, as JSON, that somebody else was given; False if it means nothing to the bot.

        A button that the channel has not written for that chat means nothing to it, and is not answered. When it
        returns True it is stored; while that cannot be, it waits: nobody would deliver it again. Raises
        DeliveryError where the channel is not running.
        """
        pause = _PAUSE
        while self._intaking is not None:
            happened = self._intaking.read(raw)
            if happened is None:
                return False
            try:
                return await self._intaking.take(happened)
            except UntakenError as error:
                _log.warning("a message of Telegram waits: %s", error, extra={"action": "telegram.take"})
                await asyncio.sleep(pause)
                pause = min(pause * 2, _LONGEST)
        raise DeliveryError("the Telegram channel is not running")

    async def stop(self) -> None:
        """Take and send no more; Telegram keeps what comes meanwhile, for a day."""
        self._stopped = True
        self._intaking = None
        await self._previews.close()
        driver, self._driver = self._driver, None
        if driver is not None:
            await driver.close()

    def routes(self) -> Sequence[BaseRoute]:
        """Give `/telegram`, to which Telegram posts, in the mode `webhook`."""
        return [webhook_route(self._secret, lambda: self._intaking)] if self._mode == "webhook" else []

    # Sending

    async def send(self, chat: str, reply: Reply) -> str:
        """Send a reply, in several messages if it is long; one that was refused half-way goes on where it was."""
        self._place(chat)
        try:
            try:
                return await self._send(chat, reply)
            except _MovedError:
                return await self._send(chat, reply)
        except ApiError as error:
            raise error.as_delivery() from error

    async def _send(self, chat: str, reply: Reply) -> str:
        """Make the calls of a reply that are still to make. Raises ApiError."""
        key = chat, reply.id
        sent = self._sent.pop(key, None) or await self._begin(chat, reply)
        try:
            while sent.calls:
                await self._do(sent)
        finally:
            if sent.calls and sent.begun:
                self._sent[key] = sent
                if len(self._sent) > _HALF_SENT:
                    self._sent.popitem(last=False)
        return sent.message or reply.id

    async def _begin(self, chat: str, reply: Reply) -> _Sent:
        preview = await self._previews.give(chat, reply.id)
        place = self._place(chat)
        kept = {ref: one for ref in {reply.image, reply.file} if is_ref(ref) and (one := await self._kept(chat, ref))}
        calls = calls_of(reply, place.name, place, self._signer, self._answers(chat), kept)
        return _Sent(_replacing(place, int(preview), calls), begun=True) if preview else _Sent(calls)

    async def _kept(self, chat: str, ref: str) -> Kept | None:
        """Give a file that the conversation holds; None for one that is gone."""
        files, conversation = self._files, f"{self.name}:{chat}"
        if files is None:
            raise ApiError(0, "the Telegram channel is not running")
        try:
            file = await files.find(conversation, ref)
            if file is not None:
                return Kept(file, b"".join([chunk async for chunk in files.read(conversation, ref)]))
        except FileError as error:
            _log.info("a file is not shown: %s", error.reason, extra={"action": "telegram.file"})
        return None

    async def typing(self, chat: str, agent: str = "") -> None:  # noqa: ARG002 - Telegram shows the bot's name
        """Show for five seconds that somebody writes."""
        try:
            await self._follow("sendChatAction", {**self._place(chat).params, "action": "typing"})
        except ApiError as error:
            raise error.as_delivery() from error

    async def stream(self, chat: str, part: StreamPart) -> None:
        """Show a part of an answer, soon."""
        if not self._stopped:
            self._place(chat)
            self._previews.take(chat, part)

    def _place(self, chat: str) -> Chat:
        try:
            place = read_chat(chat)
        except ValueError as error:
            raise DeliveryError(f"{chat!r} is no chat of Telegram", permanent=True) from error
        return place._replace(id=self._moved.get(place.id, place.id))

    def _answers(self, chat: str) -> int:
        """Give the message of a group that a reply answers."""
        return self._intaking.latest.get(chat, 0) if self._intaking is not None else 0

    async def _do(self, sent: _Sent) -> None:
        """Make the next call; where it is refused, what says it otherwise is to be called in its place."""
        call = sent.calls[0]
        instead: tuple[Call, ...] = ()
        try:
            made = await self._call(call.method, call.params)
        except ApiError as error:
            if "message is not modified" in error.message.casefold():
                made = call.params
            elif error.code != 400 or (call.method != "deleteMessage" and not call.otherwise):
                raise
            else:
                made, instead = None, call.otherwise
                _log.info(
                    "Telegram refused %s, it is said in plain text", call.method, extra={"action": "telegram.send"}
                )
        sent.calls[:1] = instead
        sent.begun = True
        first = made[0] if isinstance(made, list) and made else made
        if isinstance(first, dict):
            sent.message = str(first["message_id"])

    def _move(self, old: int, new: int) -> None:
        if self.room is not None and old in self.room.places.values() and self._moved.get(old) != new:
            _log.warning(
                "the team's group %d has become %d: write that in bot.yaml",
                old,
                new,
                extra={"action": "telegram.room"},
            )
        self._moved[old] = new
        if len(self._moved) > _MOVED:
            self._moved.popitem(last=False)

    async def _call(self, method: str, params: dict[str, Any]) -> Any:
        """Call a method. Raises ApiError; _MovedError where the next call of this chat goes to another one."""
        if self._stopped:
            raise ApiError(0, "the Telegram channel is not running")
        meant = params.get("chat_id", 0)
        chat = self._moved.get(meant, meant)
        try:
            return await self._open().call(method, {**params, "chat_id": chat} if chat else params)
        except ApiError as error:
            if not meant or error.migrate_to in (0, chat):
                raise
            self._move(meant, error.migrate_to)
            raise _MovedError(0, "the group has become another") from error

    async def _follow(self, method: str, params: dict[str, Any]) -> Any:
        """Call a method, in the group that the one meant has become."""
        try:
            return await self._call(method, params)
        except _MovedError:
            return await self._call(method, params)

    def _open(self) -> Driver:
        if self._driver is None:
            self._driver = self._opener()
        return self._driver


def _replacing(place: Chat, message: int, calls: list[Call]) -> list[Call]:
    """Put a reply in the place of its preview; what begins with no text cannot stand there."""
    where = {"chat_id": place.id, "message_id": message}
    if not calls or calls[0].method != "sendMessage":
        return [Call("deleteMessage", where), *calls]
    text = {key: value for key, value in calls[0].params.items() if key in ("text", "parse_mode", "reply_markup")}
    return [Call("editMessageText", {**where, **text}, (calls[0],)), *calls[1:]]


def _unstarted(error: ApiError) -> Exception:
    if error.unknown_token:
        return unknown_token()
    if error.code == 400:
        return ConfigError(f"Telegram refuses the webhook: {error.message}", hint="look at webhook_url")
    return DeliveryError(f"Telegram cannot be reached: {error.message}", retry_after=error.retry_after)
