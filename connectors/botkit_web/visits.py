"""What pages say and are told, over whatever connection: who comes, what they missed, and what they write."""

import logging
import re
from collections.abc import Callable, Mapping

import msgspec

from botkit import Accepted, BotInfo, Entry, File, Incoming, Intake, Message, Opened, Press
from botkit_web.access import Allowances, Gate, Signer, expiry_of, new_chat
from botkit_web.chats import Chat, Chats, Line
from botkit_web.identity import IdentityError, Visitor, read_hashed, read_identity
from botkit_web.protocol import (
    FrameError,
    Hello,
    Pressed,
    Said,
    frames_of,
    read_frame,
    write_frame,
    write_problem,
    write_typing,
)
from botkit_web.settings import WebSettings
from botkit_web.uploads import Uploads

_log = logging.getLogger(__name__)

CHANNEL = "web"
POLICY, LATER = 1008, 1013
STRIKES = 20  # unusable or too fast frames in a row, then the connection is closed
_RETRY = 3.0  # seconds until a page should try again what could not be stored
_LATELY = 5.0  # seconds after an erasure in which it has come to this server by all means
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class Visit:
    """One open page: whose chat it is, and how it behaves."""

    def __init__(self, name: str, chat: Chat, line: Line, locale: str, address: str, visitor: Visitor | None) -> None:
        self.name = name
        self.facts = visitor.as_facts() if visitor is not None else {}
        self.chat = chat
        self.line = line
        self.locale = locale
        self.address = address
        self.strikes = 0


class Visits:
    """The pages of a bot's chats. `intake` gives None while the channel does not run."""

    def __init__(
        self,
        settings: WebSettings,
        bot: BotInfo,
        signer: Signer,
        uploads: Uploads,
        gate: Gate,
        intake: Callable[[], Intake | None],
        most: int,
        clock: Callable[[], float],
    ) -> None:
        self.chats = Chats(settings.chats, settings.history)
        self.gate = gate
        self._settings = settings
        self._bot = bot
        self._signer = signer
        self._uploads = uploads
        self._intake = intake
        self._most = most
        self._clock = clock
        self._writing = Allowances(settings.rate, settings.burst, clock, settings.chats)

    @property
    def running(self) -> bool:
        """Whether the channel takes what pages say."""
        return self._intake() is not None

    def show(self, chat: Chat, frames: Mapping[str, str]) -> None:
        """Keep and tell what is not known yet: what comes twice is shown once."""
        for key, frame in frames.items():
            if not chat.knows(key):
                chat.add(key, frame)
                chat.tell(frame)

    async def is_whole(self, name: str, chat: Chat) -> bool:
        """Tell whether the history still has what is kept of a chat, or cannot be read.

        Where the customer wrote just now, it may have what was said after an erasure, and nothing of before.
        """
        intake = self._intake()
        if intake is None:
            return True
        most = self._settings.history if self._clock() - chat.wrote < _LATELY else 1
        try:
            entries = await intake.history(f"{CHANNEL}:{name}", 0, most)
        except Exception as error:  # noqa: BLE001 - then it is not known
            _warn(name, error)
            return True
        if most == 1 or len(entries) in (0, most):
            return bool(entries)
        return any(chat.oldest in self._frames_of_entry(name, entry) for entry in entries)

    async def welcome(self, hello: Hello, line: Line, address: str = "") -> Visit | None:
        """Answer hello, and queue what the page missed; None if it was sent away."""
        if hello.bot and hello.bot != self._bot.name:
            line.put(write_problem("other_bot", "Another bot is at home here."))
            line.close(POLICY)
            return None
        try:
            visitor = self._visitor(hello)
        except IdentityError as error:
            line.put(write_problem("identity", f"{str(error).capitalize()}."))
            line.close(POLICY)
            return None
        who, fresh = visitor.id if visitor is not None else "", False
        known = self._signer.owner_of(hello.chat, hello.token) == who
        name = hello.chat if known else new_chat()
        if who and not known and not hello.fresh:
            name, known = self._signer.chat_of(who), True
        chat = self.chats.get(name)
        with chat.expecting():
            if known and await self.catch_up(name, chat) and chat.empty:
                accepted = await self._open_chat(name, hello, visitor)
                fresh = accepted is not None and not accepted.duplicate
                if accepted is not None and not accepted.seq:  # it was erased
                    known, name = False, new_chat()
        if not known:
            chat = self.chats.get(name)
        fresh = fresh or (chat.anew and bool(hello.last) and not chat.knows(hello.last))
        if len(chat.lines) >= self._settings.sockets_per_chat or self.gate.open > self._settings.sockets:
            line.put(write_problem("too_many", "Too many pages are open."))
            line.close(LATER)
            return None
        missed = chat.after(hello.last) if known else []
        token = self._signer.sign(name, who)
        welcome = {
            "chat": name,
            "token": token,
            "expires": expiry_of(token),
            "name": self._bot.name,
            "locale": next(iter(self._bot.locales), ""),
            "missed": len(missed),
            "most": self._settings.message_bytes,
            "files": self._uploads.limits(),
            **({"fresh": True} if fresh else {}),
        }
        line.put(write_frame("welcome", **welcome))
        for frame in (*missed, *chat.previews.shown()):
            line.put(frame)
        chat.lines.add(line)
        visit = Visit(name, chat, line, hello.locale, address, visitor)
        if not known:
            chat.wrote = self._clock()
            await self._open_chat(name, hello, visitor)
        return visit

    def knows(self, hello: Hello) -> bool:
        """Tell whether a page comes with the chat that it was given before."""
        return self._signer.owner_of(hello.chat, hello.token) is not None

    def recognise(self, hello: Hello, line: Line, address: str) -> Visit | None:
        """Give the visit of a page that was welcomed before, by what it was given; None if it was not."""
        try:
            visitor = self._visitor(hello)
        except IdentityError:
            return None
        if self._signer.owner_of(hello.chat, hello.token) != (visitor.id if visitor is not None else ""):
            return None
        return Visit(hello.chat, self.chats.get(hello.chat), line, hello.locale, address, visitor)

    def _visitor(self, hello: Hello) -> Visitor | None:
        """Tell who comes, as the site has signed it; None for whom it signed nothing. Raises IdentityError.

        What ran out is enough for a page that has that visitor's chat already: it goes on, and nothing is verified.
        """
        if not (hello.identity or hello.user or hello.user_hash):
            return None
        secret = self._settings.identity_secret if hello.identity else self._settings.user_hash_secret
        if secret is None:
            raise IdentityError("this chat knows no site that signs its visitors in this way")
        if not hello.identity:
            return read_hashed(hello.user, hello.user_hash, secret.get_secret_value())
        visitor = read_identity(hello.identity, secret.get_secret_value())
        if visitor.late and self._signer.owner_of(hello.chat, hello.token) != visitor.id:
            raise IdentityError("the identity has run out")
        return visitor

    async def _open_chat(self, name: str, hello: Hello, visitor: Visitor | None) -> Accepted | None:
        """Let the bot greet, once in a chat; None if that could not be stored."""
        facts = visitor.as_facts() if visitor is not None else {}
        event = Opened(locale=hello.locale, customer=facts)
        return await self._accept(Incoming(channel=CHANNEL, chat=name, id=f"{name}#opened", event=event))

    async def catch_up(self, name: str, chat: Chat) -> bool:
        """Read what was said in a chat and is not kept here: before a restart, over another server, by timers.

        False if it could not be read.
        """
        async with chat.reading:
            try:
                intake = self._intake()
                if intake is None:
                    return False
                entries = await intake.history(f"{CHANNEL}:{name}", chat.read, self._settings.history)
            except Exception as error:  # noqa: BLE001 - the page is shown what is kept
                _warn(name, error)
                return False
            frames: dict[str, str] = {}
            for entry in entries:
                frames |= self._frames_of_entry(name, entry)
            if chat.read:
                self.show(chat, frames)
            else:
                for frame in chat.fill(frames):
                    chat.tell(frame)
            chat.read = max([chat.read, *(entry.seq for entry in entries)])
            return True

    def _frames_of_entry(self, name: str, entry: Entry) -> dict[str, str]:
        if entry.reply is not None:
            return frames_of(self._uploads.linked(name, entry.reply), self._most)
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

    async def take(self, visit: Visit, text: str) -> None:
        """Deal with one frame of a page that said hello."""
        wait = max(self._writing.take(visit.name), self.gate.take(visit.address))
        try:
            frame = read_frame(text)
            if isinstance(frame, Hello):
                raise FrameError("hello_again", "You said hello before.")
        except FrameError as error:
            self._strike(visit, write_problem(error.code, str(error)))
            return
        if wait:
            self._strike(visit, write_problem("too_fast", "That was too fast.", frame.id, retry_after=round(wait, 3)))
            return
        event = self._event(visit, frame)
        problem = self._refusal(event, frame)
        if problem:
            self._strike(visit, write_problem(problem, "This message cannot be taken.", frame.id))
            return
        if isinstance(frame, Said) and isinstance(event, Message) and frame.files:
            files = await self._find(visit, frame)
            if files is None:
                return
            event = msgspec.structs.replace(event, files=files)
        visit.strikes = 0
        await self._store(visit, frame.id, event)

    async def _find(self, visit: Visit, frame: Said) -> tuple[File, ...] | None:
        """Give the files that a message names; None, and the page is told, if one is not there."""
        try:
            found = [await self._uploads.find(visit.name, ref) for ref in dict.fromkeys(frame.files)]
        except Exception as error:  # noqa: BLE001 - whatever the store raises, the page tries again
            _log.warning("files could not be looked for: %s", type(error).__name__, extra={"action": "web.files"})
            visit.line.put(write_problem("unavailable", "Please try again.", frame.id, retry_after=_RETRY))
            return None
        files = tuple([file for file in found if file is not None])
        if len(files) < len(found):
            self._strike(visit, write_problem("unknown_file", "A file is not there.", frame.id))
            return None
        return files

    def _event(self, visit: Visit, frame: Said | Pressed) -> Message | Press:
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

    async def _store(self, visit: Visit, key: str, event: Message | Press) -> None:
        """Store a message and acknowledge it. Its place among the entries is before what the bot says to it."""
        chat, line = visit.chat, visit.line
        chat.wrote = self._clock()
        again = chat.knows(key)
        frame = self._said(visit.name, key, event)
        if not again:
            chat.add(key, frame)
            chat.tell(write_typing())
        incoming = Incoming(channel=CHANNEL, chat=visit.name, id=f"{visit.name}:{key}", event=event)
        if not await self._accept(incoming):
            if not again:
                chat.drop(key)
            line.put(write_problem("unavailable", "Please try again.", key, retry_after=_RETRY))
            return
        line.put(write_frame("ack", id=key))
        if not again:
            chat.tell(frame, but=line)

    async def _accept(self, incoming: Incoming) -> Accepted | None:
        intake = self._intake()
        if intake is None:
            return None
        try:
            return await intake.accept(incoming)
        except Exception as error:  # noqa: BLE001 - whatever the intake raises, the page stays and tries again
            # Only the kind: the errors of databases quote what the customer wrote.
            _log.warning(
                "a message could not be stored: %s",
                type(error).__name__,
                extra={"action": "web.accept", "chat": incoming.chat},
            )
            return None

    def _strike(self, visit: Visit, problem: str) -> None:
        visit.line.put(problem)
        visit.strikes += 1
        if visit.strikes >= STRIKES:
            visit.line.close(POLICY)


def _warn(chat: str, error: Exception) -> None:
    _log.warning(
        "a history could not be read: %s", type(error).__name__, extra={"action": "web.history", "chat": chat}
    )
