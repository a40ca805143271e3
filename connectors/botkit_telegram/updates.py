"""Updates of the Bot API as what happened in a chat: pure, and the same whoever fetched them."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from botkit import File, Message, Outside, Press
from botkit_telegram.chats import Chat

KINDS: Final = ("message", "edited_message", "callback_query", "my_chat_member")
"""The updates that Telegram is asked for."""

_GROUPS: Final = frozenset({"group", "supergroup"})
_GONE: Final = frozenset({"kicked", "left"})


class User(msgspec.Struct, frozen=True):
    """Somebody, or a bot."""

    id: int
    is_bot: bool = False
    first_name: str = ""
    last_name: str = ""
    username: str = ""
    language_code: str = ""


class Place(msgspec.Struct, frozen=True):
    """A chat: private, a group, a channel."""

    id: int
    type: str = "private"


class Entity(msgspec.Struct, frozen=True):
    """A part of a text that means something; its place is counted in UTF-16 units."""

    type: str
    offset: int = 0
    length: int = 0
    user: User | None = None


class Upload(msgspec.Struct, frozen=True):
    """A file that somebody sent; what it is called and its size are what their device says."""

    file_id: str
    file_unique_id: str = ""
    file_name: str = ""
    file_size: int = 0


class Location(msgspec.Struct, frozen=True):
    latitude: float
    longitude: float
    live_period: int = 0


class Contact(msgspec.Struct, frozen=True):
    phone_number: str = ""
    first_name: str = ""
    last_name: str = ""


class Emoji(msgspec.Struct, frozen=True):
    """A sticker or a die: what it stands for."""

    emoji: str = ""


class Answered(msgspec.Struct, frozen=True, rename={"sender": "from"}):
    """The message that a message replies to."""

    message_id: int = 0
    sender: User | None = None


class Said(msgspec.Struct, frozen=True, rename={"sender": "from"}):
    """A message."""

    message_id: int
    chat: Place
    sender: User | None = None
    message_thread_id: int = 0
    is_topic_message: bool = False
    text: str = ""
    caption: str = ""
    entities: tuple[Entity, ...] = ()
    caption_entities: tuple[Entity, ...] = ()
    reply_to_message: Answered | None = None
    photo: tuple[Upload, ...] = ()
    document: Upload | None = None
    voice: Upload | None = None
    audio: Upload | None = None
    video: Upload | None = None
    video_note: Upload | None = None
    animation: Upload | None = None
    sticker: Emoji | None = None
    dice: Emoji | None = None
    location: Location | None = None
    contact: Contact | None = None
    reply_markup: dict[str, Any] | None = None


class Pressed(msgspec.Struct, frozen=True, rename={"sender": "from"}):
    """A button that was pressed."""

    id: str
    sender: User
    data: str = ""
    message: Said | None = None


class Member(msgspec.Struct, frozen=True):
    status: str = ""


class Membership(msgspec.Struct, frozen=True, rename={"sender": "from"}):
    """What the bot is in a chat: a private chat in which it is `kicked` has blocked it."""

    chat: Place
    sender: User
    new_chat_member: Member


class Update(msgspec.Struct, frozen=True):
    """What Telegram delivers; one of its parts is there, or none that is known here."""

    update_id: int
    message: Said | None = None
    edited_message: Said | None = None
    callback_query: Pressed | None = None
    my_chat_member: Membership | None = None


class Attachment(msgspec.Struct, frozen=True):
    """A file that is still to be fetched."""

    file_id: str
    name: str
    kind: str
    size: int = 0


class Happened(msgspec.Struct, frozen=True):
    """What a customer did: in which chat, as which message there (0: none), with what still to fetch.

    Of a button that was pressed `data` is what it sent, and `query` what has to be answered.
    """

    update: int
    chat: Chat
    event: Message | Press | Outside
    customer: dict[str, Any]
    message: int = 0
    attachments: tuple[Attachment, ...] = ()
    data: str = ""
    query: str = ""


def read_update(raw: Mapping[str, Any], me: User) -> Happened | None:
    """Give what an update means to the bot `me`; None where it means nothing.

    Raises msgspec.ValidationError for what is no update.
    """
    update = msgspec.convert(raw, Update, strict=False)
    if update.message is not None:
        return _said(update.update_id, update.message, me)
    if update.edited_message is not None:
        return _edited(update.update_id, update.edited_message, me)
    if update.callback_query is not None:
        return _pressed(update.update_id, update.callback_query)
    if update.my_chat_member is not None:
        return _membership(update.update_id, update.my_chat_member)
    return None


def _said(update: int, said: Said, me: User, *, files: bool = True) -> Happened | None:
    if said.sender is None or said.sender.is_bot:
        return None
    text = _addressed(said, me)
    if text is None:
        return None
    attachments = tuple(_attachments(said)) if files else ()
    places = tuple(_places(said)) if files else ()
    if not (text or attachments or places):
        return None
    event = Message(text, str(said.message_id), places, _locale(said.sender))
    return Happened(update, _chat(said), event, _facts(said.sender), said.message_id, attachments)


def _edited(update: int, said: Said, me: User) -> Happened | None:
    """An edited text is said once more; where somebody walks with a live location nothing is said."""
    if not (said.text or said.caption):
        return None
    return _said(update, said, me, files=False)


def _pressed(update: int, pressed: Pressed) -> Happened | None:
    if pressed.message is None or not pressed.data:
        return None
    said = pressed.message
    label = next((text for text, data in _buttons(said.reply_markup) if data == pressed.data), "")
    event = Press(label=label, id=pressed.id, locale=_locale(pressed.sender))
    chat = _chat_of(said, pressed.sender)
    return Happened(update, chat, event, _facts(pressed.sender), said.message_id, data=pressed.data, query=pressed.id)


def _membership(update: int, member: Membership) -> Happened | None:
    """Whoever blocks the bot is a customer who left; what it is in groups is its owner's business."""
    if member.chat.type != "private" or member.new_chat_member.status not in _GONE:
        return None
    event = Outside("blocked", id=str(update))
    return Happened(update, Chat(member.chat.id), event, _facts(member.sender))


def _buttons(markup: Mapping[str, Any] | None) -> Sequence[tuple[str, str]]:
    rows = (markup or {}).get("inline_keyboard", ())
    return [(str(one.get("text", "")), str(one.get("callback_data", ""))) for row in rows for one in row]


def _chat(said: Said) -> Chat:
    return _chat_of(said, said.sender or User(0))


def _chat_of(said: Said, user: User) -> Chat:
    if said.chat.type not in _GROUPS:
        return Chat(said.chat.id)
    return Chat(said.chat.id, user.id, said.message_thread_id if said.is_topic_message else 0)


def _locale(user: User) -> str:
    return user.language_code[:35]


def _facts(user: User) -> dict[str, Any]:
    """Give what Telegram says of somebody; names are what they chose, and may be anything."""
    name = f"{user.first_name} {user.last_name}".strip()[:256]
    facts = {"id": str(user.id), "name": name, "username": user.username[:64], "locale": _locale(user)}
    return {key: value for key, value in facts.items() if value}


# Groups


def _addressed(said: Said, me: User) -> str | None:
    """Give the text of a message that is meant for the bot, without its name; None if it is not.

    In a private chat everything is; in a group what mentions it, replies to it, or is a command that may be its.
    """
    text = said.text or said.caption or next((one.emoji for one in (said.sticker, said.dice) if one), "")
    if said.chat.type == "private":
        return text
    if said.chat.type not in _GROUPS:
        return None
    meant = said.reply_to_message is not None and (said.reply_to_message.sender or User(0)).id == me.id
    wide = text.encode("utf-16-le", "surrogatepass")
    for one in reversed(said.entities or said.caption_entities):
        start, stop = one.offset * 2, (one.offset + one.length) * 2
        part = wide[start:stop].decode("utf-16-le", "replace").casefold()
        if one.type == "bot_command" and one.offset == 0:
            name = part.partition("@")[2]
            if name and name != me.username.casefold():
                return None
            meant = True
        elif (one.type == "mention" and part == f"@{me.username.casefold()}") or (
            one.type == "text_mention" and one.user is not None and one.user.id == me.id
        ):
            meant, wide = True, wide[:start] + wide[stop:]
    return re.sub(" {2,}", " ", wide.decode("utf-16-le", "replace")).strip(" ,:") if meant else None


# What is sent beside text


def _attachments(said: Said) -> Sequence[Attachment]:
    """Give the files of a message; of a photo the largest of its sizes."""
    if said.photo:
        return [_attachment(said.photo[-1], "image", "photo.jpg")]
    if said.animation is not None:  # stands in `document` too
        return [_attachment(said.animation, "video", "animation.mp4")]
    kinds = (
        (said.document, "file", "file"),
        (said.voice, "audio", "voice.ogg"),
        (said.audio, "audio", "audio.mp3"),
        (said.video, "video", "video.mp4"),
        (said.video_note, "video", "video.mp4"),
    )
    return [_attachment(upload, kind, name) for upload, kind, name in kinds if upload is not None]


def _attachment(upload: Upload, kind: str, name: str) -> Attachment:
    return Attachment(upload.file_id, upload.file_name or name, kind, upload.file_size)


def _places(said: Said) -> Sequence[File]:
    files = []
    if said.location is not None:
        place = said.location
        files.append(File(kind="location", latitude=place.latitude, longitude=place.longitude))
    if said.contact is not None:
        name = f"{said.contact.first_name} {said.contact.last_name}".strip()[:256]
        files.append(File(kind="contact", name=name, phone=said.contact.phone_number[:64]))
    return files
