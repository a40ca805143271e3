"""A team's channel as a desk: a thread for each hand-off, named `C0123.1780000000.000001` by its first message."""

import logging
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final

import msgspec

from botkit import (
    ROOM_ACTS,
    Brief,
    DeliveryError,
    File,
    Giving,
    Halfway,
    Line,
    Member,
    RoomIntake,
    Run,
    cut_runs,
    plain_runs,
    tell,
    write_brief,
    write_lines,
)
from botkit_slack.api import ApiError
from botkit_slack.attaching import put_file, share_call
from botkit_slack.capabilities import MESSAGE
from botkit_slack.chats import Chat, read_chat
from botkit_slack.decoding import names, read_text
from botkit_slack.events import SAID, Acted, Commanded, Me, Said, whole
from botkit_slack.people import People
from botkit_slack.texts import fallback, units, write_rich

_log = logging.getLogger(__name__)

DEFAULT: Final = "default"  # in the settings: every team that has no channel of its own
_ACTION: Final = "desk_"
_QUIET: Final = {"unfurl_links": False, "unfurl_media": False}
_GONE: Final = ("thread_not_found", "message_not_found")
_HELP: Final = "help"
_STATE: Final = 300  # characters of how a thread stands
_CALL: Final = re.compile(r"<@[UW]|<!(?:here|channel|everyone|subteam)")
_NOBODYS: Final = "Not sent: this thread is of no conversation any more."
_EDITED: Final = "The customer has what you wrote first: an edit does not reach them. Write again."

Call = Callable[[str, dict[str, Any]], Awaitable[dict[str, Any]]]
Upload = Callable[[str, bytes], Awaitable[None]]
_Piece = Sequence[Run] | File


class Written(msgspec.Struct, frozen=True):
    """What a member did in a team's channel; `act` is that of a button or a command.

    `ours` says that the thread is under a message of the bot's, `calls` that the text calls a colleague.
    """

    id: str
    channel: str
    thread: str
    user: str
    text: str = ""
    files: int = 0
    act: str = ""
    edited: bool = False
    ours: bool = False
    calls: bool = False

    @property
    def chat(self) -> Chat:
        """Where they did it."""
        return read_chat(self.thread or self.channel)


class SlackRoom:
    """Implements botkit's Room. `places` are the channels of teams; `call` and `upload` raise ApiError."""

    def __init__(self, places: Mapping[str, str], command: str = "/botkit") -> None:
        self.places = places
        self.call: Call | None = None
        self.upload: Upload | None = None
        self._command = command
        self._intake: RoomIntake | None = None
        self._halfway = Halfway()
        self._giving = Giving()

    def attend(self, intake: RoomIntake) -> None:
        """Hear where to put what members do."""
        self._intake = intake

    def place_of(self, team: str) -> str:
        """Give the channel of a team."""
        return self.places.get(team) or self.places.get(DEFAULT) or ""

    # Showing

    async def open(self, place: str, brief: Brief) -> str:
        """Write the message that the thread stands under, with the buttons."""
        runs = cut_runs(write_brief(brief), MESSAGE, units)[0]
        buttons = [
            {
                "type": "button",
                "action_id": f"{_ACTION}{act}",
                "value": act,
                "text": {"type": "plain_text", "text": label},
            }
            for act, label in ROOM_ACTS
        ]
        below = {"type": "actions", "elements": buttons}
        made = await self._deliver("chat.postMessage", {"channel": place, **_shown(runs, below)})
        return f"{place}.{made['ts']}"

    async def brief(self, thread: str, brief: Brief) -> None:
        """Tell in the thread what was said last, and what of the rest did not fit above."""
        rest = [run for part in cut_runs(write_brief(brief), MESSAGE, units)[1:] for run in part]
        parts = cut_runs([*rest, *write_lines(brief.lines)], MESSAGE, units)
        await self._halfway.post(thread, -1, parts, partial(self._say, thread))

    async def post(self, thread: str, conversation: str, lines: Sequence[Line]) -> None:
        """Tell what was said."""
        files = [file for line in lines for file in line.files if file.ref]

        async def send(part: _Piece) -> None:
            await (self._give(thread, conversation, part) if isinstance(part, File) else self._say(thread, part))

        pieces: list[_Piece] = [*cut_runs(write_lines(lines), MESSAGE, units), *files]
        await self._halfway.post(thread, lines[0].turn, pieces, send)

    async def mark(self, thread: str, state: str) -> None:
        """Show in the thread's first message who has the conversation."""
        await self._head(thread, state, over=False)

    async def close(self, thread: str, state: str) -> None:
        """Show in the thread's first message how it ended, in the place of the buttons."""
        await self._head(thread, state, over=True)

    async def _head(self, thread: str, state: str, *, over: bool) -> None:
        """Change a thread's first message, once: what is shown there was told in the thread too."""
        where = read_chat(thread)
        message = {"channel": where.channel, "ts": where.thread}
        try:
            found = (await self._call("conversations.replies", {**message, "limit": 1})).get("messages") or [{}]
            head = found[0] if found[0].get("ts") == where.thread else {}
            if blocks := _marked(head.get("blocks") or [], state, over=over):
                await self._call("chat.update", {**message, "text": str(head.get("text") or state), "blocks": blocks})
        except ApiError as error:
            _log.info("a thread does not show how it stands: %s", error.code, extra={"action": "slack.room"})

    async def _say(self, thread: str, runs: Sequence[Run]) -> None:
        if plain_runs(runs).strip():
            await tell(partial(self._write, thread), runs)

    async def _write(self, thread: str, runs: Sequence[Run]) -> bool:
        """Write into a thread; False where Slack refuses the text."""
        where = read_chat(thread)
        try:
            await self._call("chat.postMessage", {**where.params, **_shown(runs)})
        except ApiError as error:
            if not error.refused or self._is_gone(where, error):
                raise error.as_delivery() from error
            _log.warning("something is not shown to the team: %s", error.code, extra={"action": "slack.room"})
            return False
        return True

    def _is_gone(self, where: Chat, error: ApiError) -> bool:
        """Tell whether a refusal is the end of a thread, and no trouble of its channel's, which may pass."""
        return error.code in _GONE or where.channel not in self.places.values()

    async def _give(self, thread: str, conversation: str, file: File) -> None:
        """Upload a file of the customer's into the thread."""
        if self._intake is not None:
            content = self._intake.read(conversation, file.ref)
            await self._giving.give(thread, file, content, partial(self._share, thread), partial(self._say, thread))

    async def _share(self, thread: str, name: str, content: bytes) -> None:
        where = read_chat(thread)
        try:
            call = share_call(where, await put_file(self._call, self._put, name, content), name)
            await self._call(call.method, call.params)
        except ApiError as error:
            told = error.as_delivery()
            useless = error.refused or error.code == "missing_scope" or error.status in range(400, 429)
            raise DeliveryError(str(told), permanent=useless, retry_after=told.retry_after) from error

    async def _put(self, address: str, content: bytes) -> None:
        if self.upload is None:
            raise ApiError(0, "the Slack channel is not running")
        await self.upload(address, content)

    async def _deliver(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        try:
            return await self._call(method, params)
        except ApiError as error:
            raise error.as_delivery() from error

    async def _call(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        if self.call is None:
            raise ApiError(0, "the Slack channel is not running")
        return await self.call(method, params)

    # Hearing

    def owns(self, body: Mapping[str, Any]) -> bool:
        """Tell whether a delivery is of a team's channel: it is no customer's then."""
        kind = body.get("type")
        if kind == "event_callback":
            place = _at(body, "event", "channel")
        elif kind == "block_actions":
            place = _at(body, "container", "channel_id") or _at(body, "channel", "id")
        else:
            place = body.get("channel_id") if body.get("command") == self._command else None
        return isinstance(place, str) and place in self.places.values()

    def read(self, body: Mapping[str, Any], me: Me) -> Written | None:
        """Give what a member did; None for what nobody needs. Raises msgspec.ValidationError."""
        if body.get("type") == "block_actions":
            return _acted(msgspec.convert(whole(body), Acted, strict=False))
        if "command" in body:
            commanded = msgspec.convert(body, Commanded, strict=False)
            number = f"{commanded.user_id}.{commanded.trigger_id}"
            act = read_text(commanded.text).strip().casefold() or _HELP
            return Written(number, commanded.channel_id, "", commanded.user_id, act=act)
        event = msgspec.convert(whole(body["event"]), Said, strict=False)
        if event.type != "message":
            return None  # what names the app comes as a message too
        if event.subtype == "message_changed" and event.message is not None:
            return _edited(event, event.message, me)
        return _said(event, event.channel, me)

    async def take(self, written: Written, people: People) -> str:
        """Store what a member did, and give what they alone are to be told. Raises StoreError."""
        if self._intake is None:
            return ""
        if written.edited:
            return _EDITED if await self._intake.knows(written.thread) else ""
        if not written.thread and not written.act:
            return ""  # what colleagues talk about
        if not written.act and not await self._intake.knows(written.thread):
            return _NOBODYS if written.ours else ""
        person = await people.look(written.user)
        member = Member(written.user, str(person.facts.get("name") or person.facts.get("username") or ""))
        if written.act:
            told = await self._intake.did(written.thread, member, written.act, written.id)
            return f"Not sent to the customer. {told}" if written.text and written.act == _HELP else told
        files, calls = written.files, written.calls
        return await self._intake.said(written.thread, member, written.text, written.id, files=files, calls=calls)


def _at(body: Mapping[str, Any], part: str, key: str) -> Any:
    found = body.get(part)
    return found.get(key) if isinstance(found, Mapping) else None


def _acted(acted: Acted) -> Written | None:
    channel = acted.container.channel_id or acted.channel.id
    root = acted.container.thread_ts or str(acted.message.get("thread_ts", "")) or acted.container.message_ts
    if not acted.actions or not acted.user.id or not channel or not root:
        return None
    action = acted.actions[0]
    act = action.action_id.removeprefix(_ACTION)
    if act == action.action_id:
        return None
    number = f"{channel}.{root}.{action.action_ts or acted.trigger_id}.{acted.user.id}"
    return Written(number, channel, f"{channel}.{root}", acted.user.id, act=act)


def _edited(event: Said, now: Said, me: Me) -> Written | None:
    before = event.previous_message
    if now.edited is None or now.hidden or (before is not None and before.text == now.text):
        return None
    found = _said(now, event.channel, me)
    return found and msgspec.structs.replace(found, id=f"{found.id}.{now.edited.ts}", edited=True)


def _said(said: Said, channel: str, me: Me) -> Written | None:
    if said.subtype not in SAID or said.bot_id or not said.user or said.user == me.user:
        return None
    source = said.text or ""
    text = read_text(source, said.blocks, me.user)
    thread = f"{channel}.{said.thread_ts}" if said.thread_ts and said.thread_ts != said.ts else ""
    act = text.strip().casefold()
    meant = ""
    if names(source, me.user):  # who speaks to the bot does not speak to the customer
        meant = act if act in dict(ROOM_ACTS) else _HELP if thread else ""
    if not (text.strip() or said.files):
        return None
    ours = bool(me.user) and said.parent_user_id == me.user
    calls = _CALL.search(source) is not None
    number = f"{channel}.{said.ts}"
    return Written(number, channel, thread, said.user, text, len(said.files), meant, ours=ours, calls=calls)


def _marked(blocks: Sequence[dict[str, Any]], state: str, *, over: bool) -> list[dict[str, Any]]:
    """Give the blocks of a thread's first message, with its state in the place of the last one."""
    told = [one for one in blocks if one.get("type") not in ("context", "actions")]
    buttons = [one for one in blocks if one.get("type") == "actions" and not over]
    shown = {"type": "plain_text", "text": f"{'✓' if over else '▸'} {state}"[:_STATE], "emoji": False}
    return [*told, {"type": "context", "elements": [shown]}, *buttons] if told else []


def _shown(runs: Sequence[Run], *below: dict[str, Any]) -> dict[str, Any]:
    block = write_rich(runs)
    blocks = [*([block] if block is not None else []), *below]
    return {"text": fallback(plain_runs(runs)), "blocks": blocks, **_QUIET}
