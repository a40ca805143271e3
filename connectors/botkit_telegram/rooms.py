"""A team's group as a desk: a topic for each hand-off, or a message that people reply to where there are no topics.

-100123:t7      the topic 7 of the group -100123
-100123:m45     the message 45 there, to which the messages of a thread reply; each begins with its tag, #c45
"""

import logging
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final, NamedTuple

import msgspec

from botkit import (
    ROOM_ACTS,
    Brief,
    File,
    Giving,
    Halfway,
    Line,
    Member,
    RoomIntake,
    Run,
    one_line,
    tell,
    write_brief,
    write_lines,
)
from botkit_telegram.chats import Chat
from botkit_telegram.drivers import ApiError, Content
from botkit_telegram.texts import MESSAGE, cut, write_html
from botkit_telegram.updates import User

_log = logging.getLogger(__name__)

DEFAULT: Final = "default"  # in the settings: every team that has no group of its own
TOPIC: Final = 128  # characters of a topic's name: https://core.telegram.org/bots/api#createforumtopic
_ANSWER: Final = 200  # characters that the answer to a press may have
_PRESSED: Final = "desk:"
_LINK: Final = re.compile(r"((?<!\w)@|(?<![\w/<>])/)(?=\w)")  # where Telegram sees a person, or a command to tap
_TAG: Final = re.compile(r"#c(\d{1,19})\b")
_EDITED: Final = "The customer has what you wrote first: an edit does not reach them. Write again."
_FLAT: Final = ("the chat is not a forum", "not enough rights to create a topic")
_GONE: Final = ("message thread not found", "topic_closed", "topic_deleted", "topic_id_invalid")
_NOBODYS: Final = "Not sent: this is of no conversation any more."
_DONE: Final = "not_modified"  # a topic that is closed already
_ATTACHED: Final = (
    *("photo", "document", "voice", "audio", "video", "video_note", "animation"),
    *("location", "contact", "venue", "sticker", "dice", "poll"),
)

Call = Callable[[str, dict[str, Any]], Awaitable[Any]]
_Piece = Sequence[Run] | File
_Part = tuple[Sequence[Run], dict[str, Any]]  # of a message, and what stands under it


class Written(NamedTuple):
    """What a member did in a team's group. `act` is that of a button, whose `query` has to be answered.

    `ours` says that it answers the bot, or is in a topic that the bot began.
    """

    update: int
    chat: Chat
    thread: str
    member: Member
    key: str
    text: str = ""
    files: int = 0
    message: int = 0
    act: str = ""
    query: str = ""
    edited: bool = False
    ours: bool = False


class TelegramRoom:
    """Implements botkit's Room. `places` are the groups of teams; `call` calls the Bot API, raising ApiError."""

    def __init__(self, places: Mapping[str, int]) -> None:
        self.places = places
        self.call: Call | None = None
        self.moved: Mapping[int, int] = {}  # groups that have become others
        self.move: Callable[[int, int], None] = lambda _old, _new: None  # notes that one has
        self._intake: RoomIntake | None = None
        self._halfway = Halfway()
        self._giving = Giving()
        self._flat: set[str] = set()  # groups in which no topic can be opened

    def attend(self, intake: RoomIntake) -> None:
        """Hear where to put what members do."""
        self._intake = intake

    def place_of(self, team: str) -> str:
        """Give the group of a team."""
        return str(self.places.get(team) or self.places.get(DEFAULT) or "")

    # Showing

    async def open(self, place: str, brief: Brief) -> str:
        """Open a topic; where that cannot be, write a message that people reply to."""
        if place not in self._flat:
            name = one_line(f"{brief.title} · {brief.reason or brief.team}")[:TOPIC]
            try:
                made = await self._call("createForumTopic", {"chat_id": int(place), "name": name})
                return f"{place}:t{made['message_thread_id']}"
            except ApiError as error:
                if not any(why in error.message.casefold() for why in _FLAT):
                    raise error.as_delivery() from error
            self._flat.add(place)
        sent = await self._deliver("sendMessage", {"chat_id": int(place), **_written(_head(brief)[0]), **_buttons()})
        return f"{place}:m{sent['message_id']}"

    async def brief(self, thread: str, brief: Brief) -> None:
        """Tell what is known, and was said; the buttons stand under it, or under the message that the thread is."""
        said = _inert(write_lines(brief.lines))
        if not _is_topic(thread):
            rest = [run for part in _head(brief)[1:] for run in part]
            await self._halfway.post(thread, -1, _parts(thread, [*rest, *said]), partial(self._say, thread))
            return
        *parts, last = _head(brief, said)
        marked: list[_Part] = [*((part, {}) for part in parts), (last, _buttons())]
        await self._halfway.post(thread, -1, marked, lambda part: self._say(thread, *part))

    async def post(self, thread: str, conversation: str, lines: Sequence[Line]) -> None:
        """Tell what was said."""
        files = [file for line in lines for file in line.files if file.ref]

        async def send(part: _Piece) -> None:
            await (self._give(thread, conversation, part) if isinstance(part, File) else self._say(thread, part))

        pieces: list[_Piece] = [*_parts(thread, _inert(write_lines(lines))), *files]
        await self._halfway.post(thread, lines[0].turn, pieces, send)

    async def mark(self, thread: str, state: str) -> None:
        """Leave it: who has the conversation is told in the thread."""

    async def close(self, thread: str, state: str) -> None:  # noqa: ARG002 - it was told in the thread
        """Close a topic; where the thread is a message, take its buttons away."""
        if not _is_topic(thread):
            group, _, number = thread.partition(":m")
            gone = {"chat_id": int(group), "message_id": int(number), "reply_markup": {"inline_keyboard": []}}
            await self._courtesy("editMessageReplyMarkup", gone)
            return
        try:
            await self._call("closeForumTopic", _where(thread))
        except ApiError as error:
            if error.code != 400:
                raise error.as_delivery() from error
            if _DONE not in error.message.casefold():
                _log.info("a topic was not closed: %s", error.message, extra={"action": "telegram.room"})

    async def _say(self, thread: str, runs: Sequence[Run], more: Mapping[str, Any] | None = None) -> None:
        await tell(partial(self._write, thread, more or {}), runs)

    async def _write(self, thread: str, more: Mapping[str, Any], runs: Sequence[Run]) -> bool:
        """Write into a thread; False where Telegram refuses the text."""
        tagged = [Run(_before(thread)), *runs]
        try:
            await self._call("sendMessage", {**_where(thread), **_written(tagged), **more})
        except ApiError as error:
            told = error.as_delivery()
            if not told.permanent or self._is_gone(thread, error):
                raise told from error
            _log.warning("something is not shown to the team: %s", error.message, extra={"action": "telegram.room"})
            return False
        return True

    def _is_gone(self, thread: str, error: ApiError) -> bool:
        """Tell whether a refusal is the end of a thread, and no trouble of its group's, which may pass."""
        group = int(thread.partition(":")[0])
        return any(why in error.message.casefold() for why in _GONE) or group not in self.places.values()

    async def _give(self, thread: str, conversation: str, file: File) -> None:
        """Send a file of the customer's."""
        if self._intake is not None:
            content = self._intake.read(conversation, file.ref)
            await self._giving.give(thread, file, content, partial(self._send, thread), partial(self._say, thread))

    async def _send(self, thread: str, name: str, content: bytes) -> None:
        below = {} if _is_topic(thread) else {"caption": _tag(thread)}
        await self._deliver("sendDocument", {**_where(thread), "document": Content(name, content), **below})

    async def _deliver(self, method: str, params: dict[str, Any]) -> Any:
        try:
            return await self._call(method, params)
        except ApiError as error:
            raise error.as_delivery() from error

    async def _call(self, method: str, params: dict[str, Any]) -> Any:
        if self.call is None:
            raise ApiError(0, "the Telegram channel is not running")
        return await self.call(method, params)

    # Hearing

    def owns(self, raw: Mapping[str, Any]) -> bool:
        """Tell whether an update is of a team's group: it is no customer's then."""
        groups = set(self.places.values())
        chats = [
            _chat_of(raw.get(kind)) for kind in ("message", "edited_message", "callback_query", "my_chat_member")
        ]
        return any(chat is not None and self._home(chat) in groups for chat in chats)

    def learn(self, raw: Mapping[str, Any]) -> None:
        """Note what an update tells of a group that has become another: switching its topics on does that."""
        message = raw.get("message")
        chat = _chat_of(message)
        if not isinstance(message, Mapping) or chat is None:
            return
        old, new = message.get("migrate_from_chat_id", chat), message.get("migrate_to_chat_id", chat)
        if old != new and old in self.places.values() and isinstance(new, int):
            self.move(old, new)

    def _home(self, chat: int) -> int:
        """Give the group as the settings have it: threads are named by that, whatever became of it."""
        return next((one for one in self.places.values() if self.moved.get(one) == chat), chat)

    def read(self, raw: Mapping[str, Any], me: User) -> Written | None:
        """Give what a member did; None for what nobody needs. Raises msgspec.ValidationError."""
        update = int(raw.get("update_id", 0))
        if "callback_query" in raw:
            pressed = msgspec.convert(raw["callback_query"], _Pressed, strict=False)
            if pressed.message is None or not pressed.data.startswith(_PRESSED):
                return None
            act = pressed.data.removeprefix(_PRESSED)
            home = self._home(pressed.message.chat.id)
            found = _written_by(update, pressed.message, pressed.sender, me, f"q{pressed.id}", home)
            return found._replace(
                act=act, query=pressed.id, thread=found.thread or f"{home}:m{pressed.message.message_id}"
            )
        edited = "edited_message" in raw
        if not edited and "message" not in raw:
            return None
        body = raw["edited_message" if edited else "message"]
        said = msgspec.convert(body, _Said, strict=False)
        text, files = said.text or said.caption, int(any(body.get(kind) for kind in _ATTACHED))
        sender = said.sender
        if said.sender_chat is not None and said.sender_chat.id == said.chat.id:  # an admin who stays anonymous
            sender = User(said.chat.id, first_name=said.author_signature or said.sender_chat.title)
        if sender is None or sender.is_bot or not (text or files):
            return None
        key = f"m{said.chat.id}.{said.message_id}"
        found = _written_by(update, said, sender, me, key, self._home(said.chat.id))
        return found._replace(text=_asked(text, me), files=files, edited=edited)

    async def take(self, written: Written) -> None:
        """Store what a member did, and tell what there is to tell at once. Raises StoreError."""
        if self._intake is None:
            return
        if written.act:
            told = await self._intake.did(written.thread, written.member, written.act, written.key)
            shown = {"text": told[:_ANSWER], "show_alert": True} if told else {}
            await self._courtesy("answerCallbackQuery", {"callback_query_id": written.query, **shown})
        elif written.edited:
            if await self._intake.knows(written.thread):
                await self._answer(written, _EDITED)
        else:
            given = written.thread, written.member, written.text, written.key
            told = await self._intake.said(*given, files=written.files)
            if not told and written.ours and not await self._intake.knows(written.thread):
                told = _NOBODYS
            if told:
                await self._answer(written, told)

    async def _answer(self, written: Written, text: str) -> None:
        quoted = {"message_id": written.message, "allow_sending_without_reply": True}
        thread = written.thread
        where = _where(thread) if thread else {"chat_id": written.chat.id}
        told = f"{_before(thread)}{text}" if thread else text
        await self._courtesy("sendMessage", {**where, "text": told, "reply_parameters": quoted})

    async def _courtesy(self, method: str, params: dict[str, Any]) -> None:
        """Say or show something that may be left out: what it is about is stored, or told in the thread."""
        try:
            await self._call(method, params)
        except ApiError as error:
            _log.info("a team is not shown something: %s", error.code, extra={"action": "telegram.room"})


# What Telegram gives


class _Place(msgspec.Struct, frozen=True):
    id: int
    title: str = ""


class _Replied(msgspec.Struct, frozen=True, rename={"sender": "from"}):
    message_id: int = 0
    sender: User | None = None
    text: str = ""
    caption: str = ""


class _Said(msgspec.Struct, frozen=True, rename={"sender": "from"}):
    message_id: int
    chat: _Place
    sender: User | None = None
    sender_chat: _Place | None = None
    author_signature: str = ""
    message_thread_id: int = 0
    is_topic_message: bool = False
    text: str = ""
    caption: str = ""
    reply_to_message: _Replied | None = None


class _Pressed(msgspec.Struct, frozen=True, rename={"sender": "from"}):
    id: str
    sender: User
    data: str = ""
    message: _Said | None = None


def _chat_of(part: Any) -> int | None:
    """Give the chat of a part of an update."""
    for step in ("message", "chat"):
        if isinstance(part, Mapping) and step in part:
            part = part[step]
    found = part.get("id") if isinstance(part, Mapping) else None
    return found if isinstance(found, int) else None


def _asked(text: str, me: User) -> str:
    """Give a text; of one that names the bot the command: who speaks to the bot does not speak to the customer."""
    named = re.compile(rf"(?<!\w)@{re.escape(me.username)}(?!\w)", re.IGNORECASE)
    if not me.username or text.lstrip().startswith("/") or named.search(text) is None:
        return text
    words = named.sub(" ", text).split()
    return f"/botkit {words[0] if len(words) == 1 else 'help'}"


def _written_by(update: int, said: _Said, sender: User, me: User, key: str, home: int) -> Written:
    name = f"{sender.first_name} {sender.last_name}".strip() or sender.username
    thread, ours = _thread_of(said, me, home), _answers(said, me)
    member = Member(str(sender.id), name)
    return Written(update, Chat(said.chat.id), thread, member, key, message=said.message_id, ours=ours)


def _thread_of(said: _Said, me: User, home: int) -> str:
    """Give the thread of a message: its topic, or that of the bot's message that it replies to; "" for neither."""
    if said.is_topic_message and said.message_thread_id:
        return f"{home}:t{said.message_thread_id}"
    replied = said.reply_to_message
    if replied is None or not _answers(said, me):
        return ""
    tag = _TAG.match(replied.text or replied.caption)
    return f"{home}:m{tag[1] if tag is not None else replied.message_id}"


def _answers(said: _Said, me: User) -> bool:
    """Tell whether a message answers the bot; in a topic, what answers nothing answers the message that began it."""
    replied = said.reply_to_message
    return replied is not None and (replied.sender or User(0)).id == me.id


# What Telegram is given


def _is_topic(thread: str) -> bool:
    return ":t" in thread


def _tag(thread: str) -> str:
    return f"#c{thread.partition(':m')[2]}"


def _before(thread: str) -> str:
    """Give what every message of a thread begins with."""
    return "" if _is_topic(thread) else f"{_tag(thread)} "


def _parts(thread: str, runs: Sequence[Run]) -> list[list[Run]]:
    """Cut runs into the messages of a thread."""
    return cut(runs, MESSAGE - len(_before(thread)))


def _where(thread: str) -> dict[str, Any]:
    chat, _, name = thread.partition(":")
    if name.startswith("t"):
        return {"chat_id": int(chat), "message_thread_id": int(name[1:])}
    quoted = {"message_id": int(name[1:]), "allow_sending_without_reply": True}
    return {"chat_id": int(chat), "reply_parameters": quoted}


def _head(brief: Brief, said: Sequence[Run] = ()) -> list[list[Run]]:
    return cut([*_inert(write_brief(brief)), *([Run("\n"), *said] if said else [])])


def _inert(runs: Sequence[Run]) -> list[Run]:
    """Keep what customers say from calling somebody of the group, and from being a command that is tapped."""
    return [Run(_LINK.sub("\\1\u2060", run.text), run.marks) for run in runs]


def _written(runs: Sequence[Run]) -> dict[str, Any]:
    return {"text": write_html(runs) or "…", "parse_mode": "HTML", "link_preview_options": {"is_disabled": True}}


def _buttons() -> dict[str, Any]:
    row = [{"text": label, "callback_data": f"{_PRESSED}{act}"} for act, label in ROOM_ACTS]
    return {"reply_markup": {"inline_keyboard": [row]}}
