"""The connector: sockets in, replies out."""

import asyncio
import contextlib
import logging
import math
import re
import time
from collections.abc import Callable, Mapping, Sequence

import msgspec
from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from botkit import (
    Accepted,
    BotInfo,
    Capabilities,
    DeliveryError,
    Entry,
    File,
    Incoming,
    Intake,
    Message,
    Opened,
    Press,
    Reply,
)
from botkit_web.access import Allowance, Signer, allows, new_chat
from botkit_web.chats import Chat, Chats, Line
from botkit_web.identity import IdentityError, Visitor, read_identity
from botkit_web.page import page_routes
from botkit_web.protocol import (
    Frame,
    FrameError,
    Hello,
    Pressed,
    Said,
    cut_reply,
    read_frame,
    write_frame,
    write_reply,
)
from botkit_web.settings import WebSettings
from botkit_web.uploads import Uploads

_log = logging.getLogger(__name__)

_POLICY, _TOO_BIG, _LATER, _RESTART = 1008, 1009, 1013, 1012
_FRAME = 1_048_576  # a longer frame closes the socket unread; one that is only too long a message gets an answer
_STRIKES = 20  # unusable or too fast frames in a row, then the socket is closed
_RETRY = 3.0  # seconds until a page should try again what could not be stored
_FAREWELL = 2.0  # seconds that a closing socket has for its last frames
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class _Visit:
    """One open socket: whose chat it is, and how it behaves."""

    def __init__(
        self, name: str, chat: Chat, line: Line, locale: str, allowance: Allowance, visitor: Visitor | None
    ) -> None:
        self.name = name
        self.facts = visitor.as_facts() if visitor is not None else {}
        self.chat = chat
        self.line = line
        self.locale = locale
        self.allowance = allowance
        self.strikes = 0


class WebConnector:
    """Implements botkit's Connector: serves the page and its socket, and keeps the last entries of each chat.

    The last entries are kept in memory, so that a page that comes back is shown them; those before a restart, or of
    another server of the same bot, are read from the history. `clock` gives seconds that only grow.
    """

    def __init__(
        self,
        settings: WebSettings,
        bot: BotInfo,
        *,
        capabilities: Capabilities,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = "web"
        self.capabilities = capabilities
        self._settings = settings
        self._bot = bot
        self._clock = clock
        self._signer = Signer(settings.secret.get_secret_value() if settings.secret else bot.secret)
        self._chats = Chats(settings.chats, settings.history)
        self._uploads = Uploads(settings, self._signer, lambda: self._intake, clock)
        self._intake: Intake | None = None
        self._open = 0

    async def start(self, intake: Intake) -> None:
        """Begin to take what pages send; the routes have to be served by somebody."""
        self._intake = intake

    async def stop(self) -> None:
        """Close all sockets; pages try to come back by themselves."""
        self._intake = None
        for line in self._chats.lines():
            line.close(_RESTART)

    async def send(self, chat: str, reply: Reply) -> str:
        """Show a reply on every page of a chat, now or when one comes back; its id is the reply's own."""
        if self._intake is None:
            raise DeliveryError("the web channel is not running")
        there = self._chats.get(chat)
        self._show(there, self._frames_of(reply))
        return reply.id

    def _show(self, chat: Chat, frames: Mapping[str, str]) -> None:
        """Keep and tell what is not known yet: what comes twice is shown once."""
        for key, frame in frames.items():
            if not chat.knows(key):
                chat.add(key, frame)
                chat.tell(frame)

    def _frames_of(self, reply: Reply) -> dict[str, str]:
        return {part.id: write_reply(part) for part in cut_reply(reply, self.capabilities.text_length)}

    def holds(self, chat: str) -> bool:
        """Tell whether a page shows this chat."""
        return bool(self._chats.get(chat).lines) if chat in self._chats else False

    def held(self, lately: float | None = None) -> Sequence[str]:
        """Give the chats that pages show; those in which a customer wrote in the last `lately` seconds."""
        since = -math.inf if lately is None else self._clock() - lately
        return [name for name, chat in self._chats.shown() if chat.wrote >= since]

    async def look(self, chat: str) -> None:
        """Show what was said and is not known here yet."""
        if self.holds(chat):
            await self._catch_up(chat, self._chats.get(chat))

    async def forget(self) -> None:
        """Keep nothing of chats that no page shows; a page whose chat was erased comes back, and begins anew."""
        self._chats.drop_unshown()
        for name, chat in self._chats.shown():
            if chat.empty or await self._is_there(name):
                continue
            chat.clear()
            for line in list(chat.lines):
                line.close(_RESTART)

    async def _is_there(self, name: str) -> bool:
        """Tell whether the history has anything of a chat, or cannot be read."""
        if self._intake is None:
            return True
        try:
            return bool(await self._intake.history(f"{self.name}:{name}", 0, 1))
        except Exception as error:  # noqa: BLE001 - then it is not known
            _warn(name, error)
            return True

    def routes(self) -> Sequence[BaseRoute]:
        """Give the page on `/`, its parts, its files and its socket under `/web`."""
        return [*page_routes(self._bot), *self._uploads.routes(), WebSocketRoute("/web/socket", self._serve)]

    async def _serve(self, socket: WebSocket) -> None:
        headers = socket.headers
        if not allows(headers.get("origin", ""), headers.get("host", ""), self._settings.origins):
            await socket.close(_POLICY)
            return
        await socket.accept()
        if self._intake is None:
            await socket.close(_RESTART)
            return
        line = Line()
        writer = asyncio.create_task(_write(socket, line))
        self._open += 1
        try:
            await self._converse(socket, line)
        finally:
            self._open -= 1
            line.close(1000)
            await _end(writer)

    async def _converse(self, socket: WebSocket, line: Line) -> None:
        visit = await self._greet(socket, line)
        if visit is None:
            return
        try:
            while (text := await self._read(socket, line)) is not None:
                await self._take(visit, text)
                await asyncio.sleep(0)  # whoever sends without a pause does not keep the loop from the others
        finally:
            visit.chat.lines.discard(line)

    async def _read(self, socket: WebSocket, line: Line) -> str | None:
        """Give the next frame's text ("" for a binary one), or None when the page left or has to leave."""
        message = await socket.receive()
        if line.closed or message["type"] == "websocket.disconnect":
            return None
        text: str = message.get("text") or ""
        if max(len(text), len(message.get("bytes") or b"")) > _FRAME:
            line.put(_problem("too_long", "This frame is too long."))
            line.close(_TOO_BIG)
            return None
        return text

    async def _greet(self, socket: WebSocket, line: Line) -> _Visit | None:
        """Wait for hello and answer it; None when the page left or was sent away."""
        try:
            async with asyncio.timeout(self._settings.hello_seconds):
                hello = await self._await_hello(socket, line)
        except TimeoutError:
            line.put(_problem("hello_late", "Nobody said hello."))
            line.close(_POLICY)
            return None
        return await self._welcome(hello, line) if hello is not None else None

    async def _await_hello(self, socket: WebSocket, line: Line) -> Hello | None:
        for _ in range(_STRIKES):
            text = await self._read(socket, line)
            if text is None:
                return None
            try:
                frame = _frame(text)
            except FrameError as error:
                line.put(_problem(error.code, str(error)))
                continue
            if isinstance(frame, Hello):
                return frame
            line.put(_problem("hello_first", "Say hello first.", frame.id))
        line.close(_POLICY)
        return None

    async def _welcome(self, hello: Hello, line: Line) -> _Visit | None:
        try:
            visitor = self._visitor(hello)
        except IdentityError as error:
            line.put(_problem("identity", f"{str(error).capitalize()}."))
            line.close(_POLICY)
            return None
        who, fresh = visitor.id if visitor is not None else "", False
        known = self._signer.owner_of(hello.chat, hello.token) == who
        name = hello.chat if known else new_chat()
        if who and not known and not hello.fresh:
            name, known = self._signer.chat_of(who), True
        chat = self._chats.get(name)
        if known and await self._catch_up(name, chat) and chat.empty:
            accepted = await self._open_chat(name, hello, visitor)
            fresh = accepted is not None and not accepted.duplicate
            if accepted is not None and not accepted.seq:  # it was erased
                known, name = False, new_chat()
                chat = self._chats.get(name)
        if len(chat.lines) >= self._settings.sockets_per_chat or self._open > self._settings.sockets:
            line.put(_problem("too_many", "Too many pages are open."))
            line.close(_LATER)
            return None
        missed = chat.after(hello.last) if known else []
        welcome = {
            "chat": name,
            "token": self._signer.sign(name, who),
            "name": self._bot.name,
            "missed": len(missed),
            "most": self._settings.message_bytes,
            "files": self._uploads.limits(),
            **({"fresh": True} if fresh else {}),
        }
        line.put(write_frame("welcome", **welcome))
        for frame in missed:
            line.put(frame)
        chat.lines.add(line)
        allowance = Allowance(self._settings.rate, self._settings.burst, self._clock)
        visit = _Visit(name, chat, line, hello.locale, allowance, visitor)
        if not known:
            chat.wrote = self._clock()
            await self._open_chat(name, hello, visitor)
        return visit

    def _visitor(self, hello: Hello) -> Visitor | None:
        """Tell who comes, as the site has signed it; None for whom it signed nothing. Raises IdentityError."""
        secret = self._settings.identity_secret
        if not hello.identity:
            return None
        if secret is None:
            raise IdentityError("this chat knows no site that signs who its visitors are")
        return read_identity(hello.identity, secret.get_secret_value())

    async def _open_chat(self, name: str, hello: Hello, visitor: Visitor | None) -> Accepted | None:
        """Let the bot greet, once in a chat; None if that could not be stored."""
        facts = visitor.as_facts() if visitor is not None else {}
        event = Opened(locale=hello.locale, customer=facts)
        return await self._accept(Incoming(channel=self.name, chat=name, id=f"{name}#opened", event=event))

    async def _catch_up(self, name: str, chat: Chat) -> bool:
        """Read what was said in a chat and is not kept here: before a restart, over another server, by timers.

        False if it could not be read.
        """
        async with chat.reading:
            try:
                if self._intake is None:
                    return False
                entries = await self._intake.history(f"{self.name}:{name}", chat.read, self._settings.history)
            except Exception as error:  # noqa: BLE001 - the page is shown what is kept
                _warn(name, error)
                return False
            frames: dict[str, str] = {}
            for entry in entries:
                frames |= self._frames_of_entry(name, entry)
            if chat.read:
                self._show(chat, frames)
            else:
                for frame in chat.fill(frames):
                    chat.tell(frame)
            chat.read = max([chat.read, *(entry.seq for entry in entries)])
            return True

    def _frames_of_entry(self, name: str, entry: Entry) -> dict[str, str]:
        if entry.reply is not None:
            return self._frames_of(entry.reply)
        if entry.said is None:
            return {}
        key = entry.said.id or f"said-{entry.seq}"
        return {key: self._said(name, key, entry.said)}

    def _said(self, name: str, key: str, event: Message | Press) -> str:
        """Write what the customer said, with the files that the chat holds."""
        if isinstance(event, Press):
            return write_frame("said", id=key, text=event.label or event.value)
        files = [self._uploads.shown(name, file) for file in event.files if file.ref and file.mime]
        return write_frame("said", id=key, text=event.text, **({"files": files} if files else {}))

    async def _take(self, visit: _Visit, text: str) -> None:
        """Deal with one frame of a page that said hello."""
        wait = visit.allowance.take()
        try:
            frame = _frame(text)
            if isinstance(frame, Hello):
                raise FrameError("hello_again", "You said hello before.")
        except FrameError as error:
            self._strike(visit, _problem(error.code, str(error)))
            return
        if wait:
            self._strike(visit, _problem("too_fast", "That was too fast.", frame.id, retry_after=round(wait, 3)))
            return
        event = self._event(visit, frame)
        problem = self._refusal(event, frame)
        if problem:
            self._strike(visit, _problem(problem, "This message cannot be taken.", frame.id))
            return
        if isinstance(frame, Said) and isinstance(event, Message) and frame.files:
            files = await self._find(visit, frame)
            if files is None:
                return
            event = msgspec.structs.replace(event, files=files)
        visit.strikes = 0
        await self._store(visit, frame.id, event)

    async def _find(self, visit: _Visit, frame: Said) -> tuple[File, ...] | None:
        """Give the files that a message names; None, and the page is told, if one is not there."""
        try:
            found = [await self._uploads.find(visit.name, ref) for ref in dict.fromkeys(frame.files)]
        except Exception as error:  # noqa: BLE001 - whatever the store raises, the page tries again
            _log.warning("files could not be looked for: %s", type(error).__name__, extra={"action": "web.files"})
            visit.line.put(_problem("unavailable", "Please try again.", frame.id, retry_after=_RETRY))
            return None
        files = tuple([file for file in found if file is not None])
        if len(files) < len(found):
            self._strike(visit, _problem("unknown_file", "A file is not there.", frame.id))
            return None
        return files

    def _event(self, visit: _Visit, frame: Said | Pressed) -> Message | Press:
        match frame:
            case Said(text=text):
                shown = _UNPRINTABLE.sub("", text)
                return Message(text=shown, id=frame.id, locale=visit.locale, customer=visit.facts)
            case Pressed():
                return Press(
                    id=frame.id,
                    value=frame.value,
                    label=frame.label,
                    question=frame.question,
                    run=frame.run,
                    locale=visit.locale,
                    customer=visit.facts,
                )

    def _refusal(self, event: Message | Press, frame: Said | Pressed) -> str:
        match event:
            case Message(text=text) if len(text.encode("utf-8", "replace")) > self._settings.message_bytes:
                return "too_long"
            case Message(text=text) if not text.strip() and not (isinstance(frame, Said) and frame.files):
                return "empty"
            case Press(value="", run=""):
                return "empty"
            case _:
                return ""

    async def _store(self, visit: _Visit, key: str, event: Message | Press) -> None:
        """Store a message and acknowledge it. Its place among the entries is before what the bot says to it."""
        chat, line = visit.chat, visit.line
        chat.wrote = self._clock()
        again = chat.knows(key)
        frame = self._said(visit.name, key, event)
        if not again:
            chat.add(key, frame)
            chat.tell(write_frame("typing"))
        incoming = Incoming(channel=self.name, chat=visit.name, id=f"{visit.name}:{key}", event=event)
        if not await self._accept(incoming):
            if not again:
                chat.drop(key)
            line.put(_problem("unavailable", "Please try again.", key, retry_after=_RETRY))
            return
        line.put(write_frame("ack", id=key))
        if not again:
            chat.tell(frame, but=line)

    async def _accept(self, incoming: Incoming) -> Accepted | None:
        if self._intake is None:
            return None
        try:
            return await self._intake.accept(incoming)
        except Exception as error:  # noqa: BLE001 - whatever the intake raises, the page stays and tries again
            # Only the kind: the errors of databases quote what the customer wrote.
            _log.warning(
                "a message could not be stored: %s",
                type(error).__name__,
                extra={"action": "web.accept", "chat": incoming.chat},
            )
            return None

    def _strike(self, visit: _Visit, problem: str) -> None:
        visit.line.put(problem)
        visit.strikes += 1
        if visit.strikes >= _STRIKES:
            visit.line.close(_POLICY)


def _frame(text: str) -> Frame:
    if not text:
        raise FrameError("binary", "Frames are JSON texts.")
    return read_frame(text)


def _warn(chat: str, error: Exception) -> None:
    _log.warning(
        "a history could not be read: %s", type(error).__name__, extra={"action": "web.history", "chat": chat}
    )


def _problem(code: str, message: str, key: str = "", retry_after: float = 0.0) -> str:
    fields: dict[str, str | float] = {"code": code, "message": message}
    if key:
        fields["id"] = key
    if retry_after:
        fields["retry_after"] = retry_after
    return write_frame("error", **fields)


async def _end(writer: asyncio.Task[None]) -> None:
    """Let the last frames out, but wait for no page that does not read them."""
    try:
        await asyncio.wait({writer}, timeout=_FAREWELL)
    finally:
        writer.cancel()


async def _write(socket: WebSocket, line: Line) -> None:
    """Send what waits in the line until it closes or the page is gone."""
    with contextlib.suppress(WebSocketDisconnect, RuntimeError):
        while isinstance(frame := await line.take(), str):
            await socket.send_text(frame)
        await socket.close(frame)
