"""The connector: deliveries in, replies out."""

import logging
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec
from starlette.routing import BaseRoute

from botkit import ButtonSigner, DeliveryError, Files, Intake, Preview, Previews, Reply, StreamPart
from botkit_slack.api import Api, ApiError, Opener, check_secrets, unknown_token
from botkit_slack.attaching import SCOPE, Attaching, Fetch, put_kept, without_kept
from botkit_slack.blocks import Call, calls_of, replacing
from botkit_slack.buttons import DATA
from botkit_slack.capabilities import CAPABILITIES
from botkit_slack.chats import Chat, read_chat
from botkit_slack.events import Me
from botkit_slack.intaking import Intaking
from botkit_slack.previews import Budget, bring
from botkit_slack.rooms import SlackRoom
from botkit_slack.teams import warn_of_teams

if TYPE_CHECKING:
    from slack_bolt.async_app import AsyncApp

    from botkit_slack.bolt import Socket

_log = logging.getLogger(__name__)

CHANNEL: Final = "slack"
_ASKED: Final = 1_000  # channels that Slack has asked to wait
_LONG: Final = 5.0  # seconds for which a reply waits to take the place of its preview
_HALF_SENT: Final = 10_000  # replies of which a part was sent and the rest refused
_BLOCKS: Final = ("invalid_blocks", "invalid_attachments")  # what Slack says of a picture that it cannot fetch
_CUSTOMIZE: Final = "chat:write.customize"

Mode = Literal["socket", "http", "embedded"]


class _Sent(msgspec.Struct):
    """How far a reply has come: the calls that are still to make, and the message that the last one made.

    `begun` says that they are not those any more that the reply alone would give.
    """

    calls: list[Call]
    message: str = ""
    begun: bool = False


class SlackConnector:
    """Implements botkit's Connector, and is a Typist and a Streamer.

    In the mode `embedded` somebody else receives, and hands what comes to `take`. `pace` are the seconds between two
    updates of an answer that grows.
    """

    def __init__(
        self,
        opener: Opener,
        bot_token: str,
        *,
        mode: Mode = "socket",
        app_token: str = "",
        signing_secret: str = "",
        command: str = "/botkit",
        room: SlackRoom | None = None,
        fetch: Fetch | None = None,
        pace: float = 1.0,
    ) -> None:
        self.name = CHANNEL
        self.capabilities = CAPABILITIES
        self._opener = opener
        self._api: Api | None = None
        self._bot_token = bot_token
        self._signer = ButtonSigner(bot_token, DATA)
        self._mode = mode
        self._app_token = app_token
        self._signing_secret = signing_secret
        self._command = command
        self._stopped = False
        self._intaking: Intaking | None = None
        self._files: Files | None = None
        self._app: AsyncApp | None = None
        self._socket: Socket | None = None
        self._previews = Previews(self._bring, pace)
        self._budget = Budget()
        self._asked: OrderedDict[str, tuple[str, float]] = OrderedDict()
        self._sent: OrderedDict[tuple[str, str], _Sent] = OrderedDict()
        self._attaching = Attaching(fetch, self._call, self._upload, self._signer) if fetch is not None else None
        self.room = room
        if room is not None:
            room.call, room.upload = self._call, self._upload

    def lend(self, files: Files) -> None:
        """Take the files of all conversations."""
        self._files = files

    # Receiving

    async def start(self, intake: Intake) -> None:
        """Ask who the bot is, and begin to receive. Raises ConfigError, DeliveryError."""
        self._stopped = False
        self._files = self._files or intake.files
        if self._mode != "embedded":
            check_secrets(self._mode, self._bot_token, self._app_token, self._signing_secret)
        api = self._open()
        try:
            me = await self._ask_me()
            if self.room is not None:
                await warn_of_teams(api, self.room.places)
            shared = self._mode == "embedded"
            given = self.name, me, api, intake, self._signer, self._command, self.room
            self._intaking = Intaking(*given, shared=shared)
            if self._mode != "embedded":
                from botkit_slack.bolt import app_of

                self._app = app_of(api.client, me, self._signing_secret if self._mode == "http" else "", self.take)
            if self._mode == "socket" and self._app is not None:
                from botkit_slack.bolt import Socket

                address = await self._ask_address()
                self._socket = Socket(self._app, self._app_token)
                await self._socket.open(address)
        except ApiError as error:
            raise DeliveryError(f"Slack cannot be reached: {error}", retry_after=error.retry_after) from error

    async def _ask_me(self) -> Me:
        try:
            found = await self._open().call("auth.test", {})
        except ApiError as error:
            if error.unknown_token:
                raise unknown_token(error, "bot_token") from error
            raise
        return Me(str(found.get("user_id", "")), str(found.get("bot_id", "")), str(found.get("team_id", "")))

    async def _ask_address(self) -> str:
        try:
            opened = await self._open().call("apps.connections.open", {"app_token": self._app_token})
        except ApiError as error:
            if error.unknown_token or error.code == "missing_scope":
                raise unknown_token(error, "app_token") from error
            raise
        return str(opened.get("url", ""))

    async def take(self, body: Mapping[str, Any]) -> str | None:
        """Take what Slack delivered, as JSON; give what to answer a command, and None if it means nothing to the bot.

        When it returns it is stored. Raises StoreError, ApiError or DeliveryError where it is not: Slack has to
        deliver it again.
        """
        intaking = self._intaking
        if intaking is None:
            raise DeliveryError("the Slack channel is not running")
        happened = intaking.read(body)
        if happened is None:
            return None
        return await intaking.take(happened)

    async def stop(self) -> None:
        """Take and send no more; Slack delivers what was not acknowledged again."""
        self._stopped = True
        await self._previews.close()
        intaking, self._intaking, self._app = self._intaking, None, None
        socket, self._socket = self._socket, None
        if socket is not None:
            await socket.close()
        if intaking is not None:
            await intaking.close()
        api, self._api = self._api, None
        if api is not None:
            await api.close()

    def routes(self) -> Sequence[BaseRoute]:
        """Give `/slack/events`, to which Slack posts, in the mode `http`."""
        if self._mode != "http":
            return []
        from botkit_slack.webhook import webhook_route

        return [webhook_route(lambda: self._app)]

    # Sending

    async def send(self, chat: str, reply: Reply) -> str:
        """Send a reply, in several messages if it is long; one that was refused half-way goes on where it was."""
        place = _place(chat)
        self._heed(place)
        key = chat, reply.id
        try:
            sent = self._sent.pop(key, None) or await self._begin(place, reply)
            try:
                while sent.calls:
                    await self._do(sent)
            finally:
                if sent.calls and sent.begun:
                    self._sent[key] = sent
                    if len(self._sent) > _HALF_SENT:
                        self._sent.popitem(last=False)
        except ApiError as error:
            if error.retry_after is not None:
                self._note(place, error.retry_after)
            raise error.as_delivery() from error
        return sent.message or reply.id

    def _heed(self, place: Chat) -> None:
        """Let the threads of a channel rest when Slack has asked one of them to: they have one limit."""
        asked, until = self._asked.get(place.channel, (place.name, 0.0))
        rest = until - time.monotonic()
        if asked != place.name and rest > 0:
            raise DeliveryError("Slack asks to wait", retry_after=rest)

    def _note(self, place: Chat, seconds: float) -> None:
        self._asked[place.channel] = place.name, time.monotonic() + seconds
        self._asked.move_to_end(place.channel)
        if len(self._asked) > _ASKED:
            self._asked.popitem(last=False)

    async def _begin(self, place: Chat, reply: Reply) -> _Sent:
        named = bool(reply.agent) and await self._may(_CUSTOMIZE)
        files = await self._put_kept(place, reply)
        reply = without_kept(reply)
        if reply.file and self._attaching is not None and await self._may(SCOPE):
            reply, linked = await self._attaching.take(reply, place)
            files += linked
        preview = await self._previews.give(place.name, reply.id)  # from now on it is known here alone
        calls = calls_of(reply, place, self._signer, named=named)
        calls = replacing(place, preview, calls) if preview else calls
        return _Sent([*calls, *files], begun=bool(preview or files))

    async def _put_kept(self, place: Chat, reply: Reply) -> list[Call]:
        """Upload what a reply shows of the conversation's files. Raises ApiError."""
        if without_kept(reply) is reply:
            return []
        if self._files is None:
            raise ApiError(0, "the Slack channel is not running")
        if not await self._may(SCOPE):
            _log.warning(
                "files of the bot are not shown: the Slack app lacks the scope files:write",
                extra={"action": "slack.file"},
            )
            return []
        return await put_kept(reply, place, self._files, f"{self.name}:{place.name}", self._call, self._upload)

    async def typing(self, chat: str, agent: str = "") -> None:
        """Show that somebody writes, until the next message: in threads with an assistant, Slack has no other way."""
        place = _place(chat)
        if not (place.direct and place.thread):
            return
        status = f"{agent} is typing…" if agent else "is typing…"
        where = {"channel_id": place.channel, "thread_ts": place.thread}
        try:
            await self._call("assistant.threads.setStatus", {**where, "status": status})
        except ApiError as error:
            raise error.as_delivery() from error

    async def stream(self, chat: str, part: StreamPart) -> None:
        """Show a part of an answer, soon."""
        if not self._stopped:
            self._previews.take(_place(chat).name, part)

    async def _bring(self, preview: Preview) -> None:
        try:
            named = bool(preview.agent) and await self._may(_CUSTOMIZE)
        except ApiError as error:
            raise error.as_delivery() from error
        await bring(self._call, preview, self._budget, named=named)

    async def _may(self, scope: str) -> bool:
        """Tell whether the app may do something, as show a message under another name."""
        if self._open().scopes is None:
            await self._call("auth.test", {})
        return scope in (self._open().scopes or ())

    async def _do(self, sent: _Sent) -> None:
        """Make the next call; where it is refused, what says it otherwise is to be called in its place."""
        call = sent.calls[0]
        made: dict[str, Any] = {}
        instead: list[Call] = []
        try:
            made = await self._call(call.method, call.params)
        except ApiError as error:
            blocks = error.code.startswith(_BLOCKS)
            late = error.retry_after is not None and error.retry_after > _LONG
            if (
                late and call.anew is not None and call.method == "chat.update"
            ):  # what was shown while it grew stands there until then
                instead = [call.anew, Call("chat.delete", {key: call.params[key] for key in ("channel", "ts")})]
            elif blocks and call.plainer is not None:
                instead = [call.plainer]
            elif error.refused and call.anew is not None and not blocks:
                instead = [call.anew]
            elif not error.refused or call.method != "chat.delete":
                raise
            _log.info("Slack refused %s, it is said otherwise", call.method, extra={"action": "slack.send"})
        sent.calls[:1] = instead
        sent.begun = True
        if call.method != "chat.delete":
            sent.message = str(made.get("ts", "")) or sent.message

    async def _call(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        return await self._running().call(method, params)

    async def _upload(self, address: str, content: bytes) -> None:
        await self._running().upload(address, content)

    def _running(self) -> Api:
        """Give what calls. Raises ApiError when the channel was stopped: nothing would close what is opened then."""
        if self._stopped:
            raise ApiError(0, "the Slack channel is not running")
        return self._open()

    def _open(self) -> Api:
        if self._api is None:
            self._api = self._opener()
        return self._api


def _place(chat: str) -> Chat:
    try:
        return read_chat(chat)
    except ValueError as error:
        raise DeliveryError(f"{chat!r} is no chat of Slack", permanent=True) from error
