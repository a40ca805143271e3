"""Taking in: what a delivery means is stored, with its files, before Slack hears that it came."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Mapping
from functools import partial
from typing import Any, Final

import msgspec

from botkit import ButtonSigner, File, FileError, Incoming, Intake, LocatedButton, Message, Press, find_press
from botkit_slack.api import Api, ApiError
from botkit_slack.chats import Chat
from botkit_slack.courtesies import Courtesies, elsewhere
from botkit_slack.events import Happened, Left, Me, Upload, read_body
from botkit_slack.lanes import Lanes
from botkit_slack.people import People, Person
from botkit_slack.rooms import SlackRoom, Written

_log = logging.getLogger(__name__)

_TRIES: Final = 3  # times that a file is asked for before its message goes on without it
_PAUSE: Final = 1.0  # seconds between two of them
_SOON: Final = 2.0  # seconds for what a command waits for: after three Slack tells its writer that it failed
_DIRECT: Final = 10_000  # people whose direct message is known


class Intaking:
    """Hands deliveries over to the intake; what happens in a team's channel is the `room`'s, and no customer's.

    Where the app is `shared` with a program, buttons that the channel has not written are that program's.
    """

    def __init__(
        self,
        channel: str,
        me: Me,
        api: Api,
        intake: Intake,
        signer: ButtonSigner,
        command: str,
        room: SlackRoom | None = None,
        *,
        shared: bool = False,
    ) -> None:
        self.me = me
        self._channel = channel
        self._api = api
        self._intake = intake
        self._signer = signer
        self._command = command
        self._room = room
        self._shared = shared
        self._people = People(api)
        self._lanes = Lanes()
        self._courtesies = Courtesies(api)
        self._direct: OrderedDict[str, str] = OrderedDict()

    def read(self, body: Mapping[str, Any]) -> Happened | Written | None:
        """Give what a delivery means; None for what nobody needs, and for what cannot be read."""
        try:
            if self._room is not None and self._room.owns(body):
                return self._room.read(body, self.me)
            happened = read_body(body, self.me, self._command)
        except (msgspec.ValidationError, ValueError, OverflowError, OSError) as error:  # of dates beyond the calendar
            _log.warning("a delivery cannot be read: %s", type(error).__name__, extra={"action": "slack.read"})
            return None
        if isinstance(happened, Left):
            _log.error(
                "the Slack app has lost its token (%s): install it again, and give the new one",
                happened.reason,
                extra={"action": "slack.left"},
            )
            return None
        return happened

    async def take(self, happened: Happened | Written) -> str:
        """Store what happened; Slack may hear then that it came. Raises StoreError, ApiError.

        Gives what is said to who wrote a command, if anything is.
        """
        if isinstance(happened, Written):
            return await self._hear(happened)
        lane = happened.chat.name or happened.user
        return await self._lanes.run(happened.id, lane, lambda: self._take(happened))

    async def _hear(self, written: Written) -> str:
        async def hear() -> str:
            if self._room is not None:
                told = await self._room.take(written, self._people)
                if told:
                    self._courtesies.whisper(written.chat, written.user, told)
            return ""

        return await self._lanes.run(written.id, written.thread or written.user, hear)

    async def close(self) -> None:
        """Take no more: what is not stored comes again."""
        await self._lanes.close()
        await self._courtesies.close()
        await self._people.close()

    async def _take(self, happened: Happened) -> str:
        chat = happened.chat
        if happened.commanded:
            chat = Chat(await self._open_direct(happened.user))
        elif happened.uncertain and not await self._takes_part(chat):
            return ""
        person = await self._people.look(happened.user)
        settles = False
        event = msgspec.structs.replace(happened.event, locale=person.locale)
        if isinstance(event, Press):
            found = self._read_press(chat, happened)
            if found is None and self._shared:
                return ""
            pressed = await self._press(chat, happened, found, event)
            if pressed is None:
                self._courtesies.expire(chat, happened.user, person.locale)
                return ""
            event = pressed
            settles = not event.run and await self._answers(chat, event)
        elif isinstance(event, Message) and happened.uploads:
            files = [await self._fetch(chat, one) for one in happened.uploads]
            event = msgspec.structs.replace(event, files=tuple(files))
        accepted = await self._intake.accept(self._incoming(chat, happened, event, person))
        if happened.pressed is not None and isinstance(event, Press) and settles and not accepted.duplicate:
            self._courtesies.settle(chat, happened.pressed.shown, event.label, partial(self._starts, chat))
        if happened.commanded and happened.commanded != chat.channel:
            return elsewhere(person.locale, self.me.user)
        return ""

    async def _answers(self, chat: Chat, press: Press) -> bool:
        """Tell whether a press answers what is asked: one of a question that is closed changes nothing."""
        return not press.question or await self._intake.asked(f"{self._channel}:{chat.name}") == press.question

    def _incoming(self, chat: Chat, happened: Happened, event: Any, person: Person) -> Incoming:
        # The channel may be that of another workspace one day, whose numbers are its own.
        return Incoming(self._channel, chat.name, f"{self.me.team}.{happened.id}", event, person.facts)

    async def _takes_part(self, chat: Chat) -> bool:
        """Tell whether a thread is a conversation already: the bot was named in it."""
        return bool(await self._intake.history(f"{self._channel}:{chat.name}", most=1))

    async def _open_direct(self, user: str) -> str:
        """Give the direct message with somebody."""
        known = self._direct.get(user)
        if known is None:
            opened = await self._api.call("conversations.open", {"users": user}, within=_SOON)
            known = self._direct[user] = str(opened.get("channel", {}).get("id", ""))
            if len(self._direct) > _DIRECT:
                self._direct.popitem(last=False)
        return known

    # Buttons

    def _read_press(self, chat: Chat, happened: Happened) -> Press | LocatedButton | None:
        return self._signer.read(chat.name, happened.pressed.data) if happened.pressed is not None else None

    def _starts(self, chat: Chat, data: str) -> bool:
        """Tell whether what a button sends starts something, and answers nothing."""
        found = self._signer.read(chat.name, data)
        return isinstance(found, Press) and bool(found.run)

    async def _press(
        self, chat: Chat, happened: Happened, found: Press | LocatedButton | None, event: Press
    ) -> Press | None:
        """Give the press with what its button stands for; None for one that is not of this chat, or too old."""
        pressed = happened.pressed
        if isinstance(found, LocatedButton):
            found = await find_press(self._intake, self._channel, chat.name, found)
        if found is None or pressed is None:
            return None
        value = pressed.picked or found.value
        label = event.label or found.label or value
        return msgspec.structs.replace(event, value=value, run=found.run, question=found.question, label=label)

    # Files

    async def _fetch(self, chat: Chat, one: Upload) -> File:
        """Store a file; one that is not taken, or cannot be had, says why. Raises StoreError."""
        limit = self._intake.files.limits.size
        if one.size > limit:
            return File(kind=one.kind, size=one.size, refused="too_large")
        for number in range(_TRIES):
            try:
                return await self._put(chat, one)
            except FileError as error:
                return File(kind=one.kind, size=one.size, refused=error.reason)
            except ApiError as error:
                _log.info("a file was not fetched: %s", error.status, extra={"action": "slack.file"})
                if error.refused:
                    break
            if number + 1 < _TRIES:
                await asyncio.sleep(_PAUSE)
        return File(kind=one.kind, size=one.size, refused="empty")

    async def _put(self, chat: Chat, one: Upload) -> File:
        url = one.url_private_download or one.url_private
        if not url and one.id:  # of a channel that two companies share only the id is told
            found = (await self._api.call("files.info", {"file": one.id})).get("file", {})
            url = str(found.get("url_private_download") or found.get("url_private") or "")
        name = one.name or one.title or "file"
        return await self._intake.files.put(f"{self._channel}:{chat.name}", name, self._api.download(url))
