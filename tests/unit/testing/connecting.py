"""A connector and its platform, both in memory, with at most one fault of each contract's clauses."""

import asyncio
import contextlib
import logging
import re
from collections.abc import AsyncIterator, Sequence
from itertools import count
from typing import Any

import msgspec

from botkit import (
    BotkitError,
    Capabilities,
    DeliveryError,
    File,
    FileError,
    Incoming,
    Intake,
    Message,
    Reply,
    StreamPart,
)
from botkit.testing import Attachment, Shown, Stage

_log = logging.getLogger("memory")
CAPABILITIES = Capabilities(buttons=2, files=True, images=True, streaming=True, typing=True, text_length=50)


class Preview(msgspec.Struct):
    """An answer that is being made."""

    text: str = ""
    state: str = "start"
    agent: str = ""


class Memory:
    """A connector with at most one fault; its `platform` shows what it shows."""

    def __init__(self, fault: str = "") -> None:
        self.name = "" if fault == "has no name" else "memory"
        self.capabilities = msgspec.structs.replace(
            CAPABILITIES, streaming=fault != "hides streaming", typing=fault != "hides typing"
        )
        self.fault = fault
        self.intake: Intake | None = None
        self.stops = 0
        self.numbers = count()
        self.chats: dict[str, list[Shown]] = {}
        self.previews: dict[tuple[str, str], Preview] = {}
        self.replied: set[tuple[str, str]] = set()
        self.writing: set[str] = set()
        self.speaks = ""
        self.platform = Double(self)

    async def start(self, intake: Intake) -> None:
        self.intake = intake

    async def stop(self) -> None:
        self.stops += 1
        if self.fault == "breaks on a second stop" and self.stops > 1:
            raise RuntimeError("stopped twice")
        if self.fault != "goes on":
            self.intake = None

    def routes(self) -> Sequence[Any]:
        return ()

    async def send(self, chat: str, reply: Reply) -> str:
        if self.fault == "talks":
            _log.info("sending %s", reply.text)
        refusal, self.platform.refusal = self.platform.refusal, None
        if refusal is not None and self.fault != "hides refusals":
            raise DeliveryError(permanent=True) if self.fault == "refuses for good" else refusal
        self._end_preview(chat, reply)
        text = reply.text.encode("ascii", "replace").decode() if self.fault == "knows only ascii" else reply.text
        labels = [
            re.sub("<.*?>", "", one.label) if self.fault == "reads markup" else one.label for one in reply.buttons
        ]
        rest = [] if self.fault == "drops buttons" else labels[2:]
        words = "\n".join([text, *rest])
        shown = self.chats.setdefault("all" if self.fault == "mixes chats" else chat, [])
        one = Shown(
            words[:50] if self.fault == "cuts off" else words,
            tuple(labels[:2]),
            f"{chat}{len(shown)}",
            ""
            if self.fault == "drops files that are sent"
            else reply.file.replace("%20", " ")
            if self.fault == "reads addresses"
            else reply.file,
            "" if self.fault == "drops images" else reply.image,
            self._speaker(reply.agent),
        )
        shown.append(one)
        return "" if self.fault == "gives no id" else one.id

    def _speaker(self, agent: str) -> str:
        self.speaks = agent or (self.speaks if self.fault == "speaks as the person for ever" else "")
        return "" if self.fault == "hides who speaks" else self.speaks

    def _end_preview(self, chat: str, reply: Reply) -> None:
        if self.fault != "types for ever":
            self.writing.discard(chat)
        self.replied.add((chat, reply.id))
        long = len(reply.text) > self.capabilities.text_length
        if self.fault == "keeps the preview" or (long and self.fault == "keeps the preview of long replies"):
            return
        self.previews.pop((chat, reply.id), None)

    async def typing(self, chat: str, agent: str = "") -> None:  # noqa: ARG002 - it shows that somebody does
        if self.fault != "shows no typing":
            self.writing |= {"1001", "1002"} if self.fault == "types everywhere" else {chat}
        if self.fault == "types as a message":
            self.chats.setdefault(chat, []).append(Shown("..."))
        if self.fault == "hands typing over" and self.intake is not None:
            await self.intake.accept(Incoming("memory", chat, f"t{next(self.numbers)}", Message("...")))

    async def stream(self, chat: str, part: StreamPart) -> None:
        if self.fault == "talks of streams":
            _log.info("streaming %s", part.text)
        if self.intake is None and self.fault != "streams on":
            raise DeliveryError("stopped")
        if self.fault == "hands previews over" and self.intake is not None:
            await self.intake.accept(Incoming("memory", chat, f"s{next(self.numbers)}", Message(part.text)))
        key = (chat, "any" if self.fault == "mixes streams" else part.id)
        if key in self.replied and self.fault == "takes replies away" and part.state == "abort":
            self.chats[chat].pop()
        if key in self.replied and self.fault != "shows late parts":
            return
        preview = self.previews.get(key)
        if preview is None and (
            part.state == "start" or (part.state == "delta" and self.fault != "waits for the start")
        ):
            preview = self.previews[key] = Preview()
        if preview is not None and self.fault != "shows no preview":
            self._grow(preview, part)

    def _grow(self, preview: Preview, part: StreamPart) -> None:
        text = re.sub("<b>|\\*|`|&lt;", "", part.text) if self.fault == "reads markup in streams" else part.text
        if 20 < len(preview.text) < 40 and self.fault == "loses parts":
            text = text[1:]
        preview.agent = "" if self.fault == "hides who streams" else part.agent
        match part.state, preview.state:
            case "start", "abort":
                if self.fault != "starts only once":
                    preview.text, preview.state = "", "start"
            case "start", _:
                preview.text = "" if self.fault == "starts over" else preview.text
            case ("delta", "start") | ("delta", "delta"):
                preview.text, preview.state = preview.text + text, "delta"
            case "delta", "end":
                preview.text += text if self.fault == "goes on after the end" else ""
            case "delta", "abort":
                if self.fault == "goes on after an abort":
                    preview.text, preview.state = text, "delta"
            case ("end", "start") | ("end", "delta"):
                preview.state = "end"
            case "abort", _:
                preview.state = "end" if self.fault == "keeps aborted previews" else "abort"


class Double:
    """The platform's side of it."""

    def __init__(self, connector: Memory) -> None:
        self.connector = connector
        self.fault = connector.fault
        self.known: set[str] = set()
        self.early: set[asyncio.Task[bool]] = set()
        self.refusal: DeliveryError | None = None
        self.sulks = False

    async def deliver(self, chat: str, message_id: str, text: str) -> bool:
        return await self._deliver(
            chat, message_id, Message(text.strip("?") if self._is("changes the text") else text)
        )

    async def attach(self, chat: str, message_id: str, text: str, files: Sequence[Attachment]) -> bool:
        if self.connector.intake is None or self.sulks or (self._is("needs a text") and not text):
            return False
        conversation = chat if self._is("lets the wrong chat hold files") else f"memory:{chat}"
        kept: list[File] = []
        for file in files:
            try:
                kept.append(await self._put(conversation, file))
            except FileError as error:
                self.sulks = self._is("takes nothing after a refusal")
                if self._is("drops messages with bad files"):
                    return True
                if not self._is("hides refused files"):
                    kept.append(File(name="file", refused=error.reason))
            except BotkitError:
                if not self._is("hands over without the file"):
                    return self._is("acknowledges files that were not stored")
        return await self._deliver(
            chat, message_id, Message(text, files=() if self._is("drops files") else tuple(kept))
        )

    async def _put(self, conversation: str, file: Attachment) -> File:
        async def content() -> AsyncIterator[bytes]:
            yield file.content.replace(b"\n", b"\r\n") if self._is("reads files as text") else file.content

        assert self.connector.intake is not None
        kept = await self.connector.intake.files.put(conversation, file.name, content())
        return msgspec.structs.replace(kept, name=file.name) if self._is("trusts names") else kept

    async def _deliver(self, chat: str, message_id: str, message: Message) -> bool:
        intake = self.connector.intake
        if intake is None:
            return False
        if message_id in self.known and self._is("drops redeliveries"):
            return True
        if self._is("breaks on long texts") and len(message.text) > 50_000:
            self.connector.intake = None
            return False
        self.known.add(message_id)
        made_up = f"{message_id}/{next(self.connector.numbers)}"
        known = made_up if self._is("makes up ids") else f"{chat}/{message_id}"
        incoming = Incoming("memory", chat, known, message)
        accepting = asyncio.create_task(self._accept(intake, incoming))
        if self._is("acknowledges early"):
            self.early.add(accepting)
            return True
        accepted = await accepting
        if self._is("hands over twice"):
            await self._accept(intake, incoming)
        return accepted or self._is("acknowledges anything")

    async def _accept(self, intake: Intake, incoming: Incoming) -> bool:
        try:
            await intake.accept(incoming)
        except BotkitError:
            return False
        return True

    def _is(self, fault: str) -> bool:
        return self.fault == fault

    async def shown(self, chat: str) -> list[Shown]:
        previews = [
            Shown(one.text, id=key, agent=one.agent, partial=True)
            for (where, key), one in self.connector.previews.items()
            if where == chat and one.text and one.state != "abort"
        ]
        return [*self.connector.chats.get(chat, []), *previews]

    async def typing(self, chat: str) -> bool:
        return chat in self.connector.writing

    def refuse(self, *, permanent: bool, retry_after: float | None = None) -> None:
        self.refusal = DeliveryError("refused", permanent=permanent, retry_after=retry_after)


@contextlib.asynccontextmanager
async def staged(fault: str = "") -> AsyncIterator[Stage]:
    """Give a stage with a connector that has this fault."""
    memory = Memory(fault)
    yield Stage(memory, memory.platform)
    await asyncio.gather(*memory.platform.early)
