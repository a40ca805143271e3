"""What Slack delivers as what happened in a chat: pure, and the same over HTTP and over a socket."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from botkit import Message, Opened, Press
from botkit_slack.chats import Chat
from botkit_slack.decoding import names, read_text

SAID: Final = frozenset({"", "file_share", "thread_broadcast", "me_message"})
"""Subtypes of messages that somebody wrote; the others tell of joins, topics, bots."""
_GONE: Final = frozenset({"tokens_revoked", "app_uninstalled"})
_TIME: Final = re.compile(r"\d{1,12}\.\d{1,9}")


class Me(msgspec.Struct, frozen=True):
    """The bot: its user, which mentions name, itself as the author of messages, and its workspace."""

    user: str
    bot: str = ""
    team: str = ""


class Upload(msgspec.Struct, frozen=True):
    """A file that somebody sent; its name, type and size are what their device says."""

    id: str = ""
    name: str | None = None
    title: str | None = None
    mimetype: str | None = None
    size: int = 0
    mode: str = ""
    is_external: bool = False
    url_private: str = ""
    url_private_download: str = ""

    @property
    def kind(self) -> str:
        """The kind of file that a slot knows."""
        kind = (self.mimetype or "").partition("/")[0]
        return kind if kind in ("image", "audio", "video") else "file"


class Edited(msgspec.Struct, frozen=True):
    ts: str = ""


class Thread(msgspec.Struct, frozen=True):
    """A thread with an assistant."""

    user_id: str = ""
    channel_id: str = ""
    thread_ts: str = ""


class Said(msgspec.Struct, frozen=True):
    """An event: a message, or what is about one. Of one that was changed, `message` is what it is now."""

    type: str = ""
    subtype: str = ""
    channel: str = ""
    channel_type: str = ""
    user: str = ""
    bot_id: str = ""
    text: str | None = None
    ts: str = ""
    thread_ts: str = ""
    hidden: bool = False
    edited: Edited | None = None
    files: tuple[Upload, ...] = ()
    blocks: list[Any] = []
    message: "Said | None" = None
    previous_message: "Said | None" = None
    assistant_thread: Thread | None = None
    parent_user_id: str = ""


class _Named(msgspec.Struct, frozen=True):
    id: str = ""
    name: str = ""
    username: str = ""
    team_id: str = ""


class _Text(msgspec.Struct, frozen=True):
    text: str = ""


class _Option(msgspec.Struct, frozen=True):
    value: str = ""
    text: _Text = _Text()


class Action(msgspec.Struct, frozen=True):
    """What was pressed, chosen or picked."""

    type: str = ""
    action_id: str = ""
    block_id: str = ""
    action_ts: str = ""
    value: str = ""
    text: _Text = _Text()
    selected_option: _Option | None = None
    selected_date: str | None = None
    selected_time: str | None = None
    selected_date_time: int | None = None


class _Container(msgspec.Struct, frozen=True):
    type: str = ""
    message_ts: str = ""
    thread_ts: str = ""
    channel_id: str = ""


class Acted(msgspec.Struct, frozen=True):
    """Actions in the blocks of a message."""

    user: _Named
    actions: tuple[Action, ...] = ()
    container: _Container = _Container()
    channel: _Named = _Named()
    message: dict[str, Any] = {}
    trigger_id: str = ""


class Commanded(msgspec.Struct, frozen=True):
    """A slash command."""

    command: str
    user_id: str
    text: str = ""
    channel_id: str = ""
    user_name: str = ""
    trigger_id: str = ""


class Pressed(msgspec.Struct, frozen=True):
    """An action and the message in which it stood: `data` is what it is signed with, `picked` what was picked."""

    data: str
    action: str
    user: str
    message: str
    picked: str = ""
    shown: dict[str, Any] = {}


class Happened(msgspec.Struct, frozen=True):
    """What a customer did, in which chat.

    `id` tells it from everything else in the workspace, by whichever way it comes. Where it is `uncertain` whether
    it is for the bot, it is if the bot takes part in the thread. A slash command (`commanded`) goes into the direct
    message with who wrote it, whose chat is not known yet.
    """

    id: str
    chat: Chat
    event: Message | Press | Opened
    user: str
    uploads: tuple[Upload, ...] = ()
    uncertain: bool = False
    pressed: Pressed | None = None
    commanded: str = ""


class Left(msgspec.Struct, frozen=True):
    """The app lost its token: `reason` is Slack's word for it."""

    reason: str


def read_body(body: Mapping[str, Any], me: Me, command: str) -> Happened | Left | None:
    """Give what a delivery means to the bot `me`; None where it means nothing.

    Raises msgspec.ValidationError for what Slack does not send.
    """
    kind = body.get("type")
    if kind == "event_callback" and isinstance(body.get("event"), Mapping):
        return _event(msgspec.convert(whole(body["event"]), Said, strict=False), me)
    if kind == "block_actions":
        return _acted(msgspec.convert(whole(body), Acted, strict=False))
    if body.get("command") == command:
        return _commanded(msgspec.convert(body, Commanded, strict=False))
    return None


def whole(value: Any) -> Any:
    """Leave out what is null: it is as good as not there."""
    if isinstance(value, Mapping):
        return {key: whole(one) for key, one in value.items() if one is not None}
    return [whole(one) for one in value] if isinstance(value, list) else value


def _event(said: Said, me: Me) -> Happened | Left | None:
    if said.type in _GONE:
        return Left(said.type)
    if said.type == "assistant_thread_started" and said.assistant_thread is not None:
        return _started(said.assistant_thread)
    if said.type not in ("message", "app_mention"):
        return None
    if said.subtype == "message_changed" and said.message is not None:
        return _changed(said, said.message, me)
    return _said(said, me, said.ts)


def _started(thread: Thread) -> Happened | None:
    chat = Chat(thread.channel_id, thread.thread_ts)
    if not thread.user_id or not _is_chat(chat):
        return None
    id_ = f"{chat.name}.opened"
    return Happened(id_, chat, Opened(id_), thread.user_id)


def _changed(event: Said, now: Said, me: Me) -> Happened | None:
    """An edited text is said once more; a message also changes when Slack unfolds a link in it."""
    before = event.previous_message
    if now.edited is None or (before is not None and before.text == now.text):
        return None
    moved = {"channel": event.channel, "channel_type": event.channel_type, "type": "message", "files": ()}
    return _said(msgspec.structs.replace(now, **moved), me, f"{now.ts}.{now.edited.ts}")


def _said(said: Said, me: Me, number: str) -> Happened | None:
    if said.subtype not in SAID or said.hidden or said.bot_id or not said.user or said.user == me.user:
        return None
    chat = Chat(said.channel, said.thread_ts)
    source = said.text or ""
    uncertain = False
    if not chat.direct:
        if said.type != "app_mention" and not names(source, me.user):
            if not said.thread_ts or said.thread_ts == said.ts:
                return None
            uncertain = True
        chat = Chat(said.channel, said.thread_ts or said.ts)
    text = read_text(source, said.blocks, me.user)
    text = "\n".join([text, *_external(said.files)]).strip() if said.files else text
    uploads = tuple(one for one in said.files if not one.is_external)
    if not _is_chat(chat) or not _TIME.fullmatch(said.ts):
        return None
    id_ = f"{said.channel}.{number}"
    event: Message | Opened = Message(text, said.ts)
    if not (text.strip() or uploads):
        if chat.direct or uncertain:
            return None
        event = Opened(id_)  # it was named, and nothing else
    return Happened(id_, chat, event, said.user, uploads, uncertain)


def _is_chat(chat: Chat) -> bool:
    return (
        chat.channel.isalnum() and chat.channel.isascii() and (not chat.thread or bool(_TIME.fullmatch(chat.thread)))
    )


def _external(files: Sequence[Upload]) -> Sequence[str]:
    """Give the addresses of what is kept elsewhere, as in another company's drive."""
    return [one.url_private for one in files if one.is_external and one.url_private]


def _acted(acted: Acted) -> Happened | None:
    channel = acted.container.channel_id or acted.channel.id
    message = acted.container.message_ts
    if not acted.actions or not acted.user.id or not channel or not message:
        return None
    action = acted.actions[0]
    data, picked, label = _chosen(action)
    if not data:
        return None  # a link that was opened, or a picker that was emptied
    thread = acted.container.thread_ts or str(acted.message.get("thread_ts", ""))
    chat = Chat(channel, thread or ("" if channel.startswith("D") else message))
    if not _is_chat(chat):
        return None
    pressed = Pressed(data, action.action_id, acted.user.id, message, picked, acted.message)
    id_ = f"{channel}.{message}.{action.action_ts or acted.trigger_id}.{acted.user.id}"
    return Happened(id_, chat, Press(label=label, id=id_), acted.user.id, pressed=pressed)


def _chosen(action: Action) -> tuple[str, str, str]:
    """Give the data of an action, what was picked, and what one reads of it."""
    if action.type == "button":
        return action.value, "", action.text.text
    if action.selected_option is not None:
        return action.selected_option.value, "", action.selected_option.text.text
    picked = action.selected_date or action.selected_time
    if picked is None and action.selected_date_time is not None:
        picked = datetime.fromtimestamp(action.selected_date_time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return (action.block_id, picked, picked) if picked else ("", "", "")


def _commanded(commanded: Commanded) -> Happened:
    id_ = f"{commanded.user_id}.{commanded.trigger_id}"
    text = read_text(commanded.text).strip()
    event = Message(text, id_) if text else Opened(id_)
    return Happened(id_, Chat(""), event, commanded.user_id, commanded=commanded.channel_id or "?")
