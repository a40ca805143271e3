"""The part of a connector's contract that is about files, in both directions."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final, cast

import pytest

from botkit.errors import StoreError
from botkit.model.replies import Reply
from botkit.ports.connectors import Incoming
from botkit.ports.files import FileLimits, Files
from botkit.testing.intakes import FakeIntake
from botkit.testing.samples import sample
from botkit.testing.stages import PATIENCE, Attachment, FilePlatform, Stage, Staged, Started, message_of, messages

LIMITS: Final = FileLimits(size=50_000, conversation=1_000_000, types=("image/*", "application/pdf", "text/plain"))
"""What is taken while the suite runs."""

Attach = Callable[[str, str, Sequence[Attachment]], Awaitable[bool]]
"""Sends a message with files, under an id, and tells whether it was acknowledged."""

NAMES: Final = (
    "破损的灯.png",
    "../../etc/passwd",
    'a"b;c\r\nx-evil: 1.png',
    "",
    "C:\\Users\\mia\\lamp.png",
    "<img src=x onerror=alert(1)>.png",
    "invoice\u202egnp.exe",
    "a\0b%00%2f&name=other.png",
    "长" * 300 + ".png",
)
REFUSED: Final = {
    "empty": b"",
    "too large": sample("photo.png", LIMITS.size + 1),
    "a program": b"MZ\x90\0" + bytes(400),
    "a page that calls itself a picture": b"<!DOCTYPE html><script>alert(1)</script>",
}
ADDRESS: Final = "https://shop.example/files/a%20b/%E5%8F%91%E7%A5%A8.pdf?of=<7>&as='x'"
PICTURE: Final = "https://shop.example/files/lamp.png?w=200&h=100"


class FileContract:
    """What a connector keeps that declares `files` or `images`. Set `attaches = False` where customers send none."""

    attaches = True

    async def test_hands_files_over(self, stage: Staged, botkit_intake: FakeIntake) -> None:
        files = [_photo(), Attachment("note.txt", "text/plain", sample("a.txt")), _photo("other.png", 900)]
        async with stage as it, self._attaching(it, botkit_intake) as attach:
            assert await attach("m1", "It came like this.", files)
            received = messages(botkit_intake.incoming)
            assert "It came like this." in [message_of(one).text for one in received]
            assert await _contents(botkit_intake, received) == sorted(file.content for file in files)
            kept = [file for one in received for file in message_of(one).files]
            assert [(file.name, file.mime) for file in kept] == [
                ("lamp.png", "image/png"),
                ("note.txt", "text/plain"),
                ("other.png", "image/png"),
            ]

    async def test_hands_a_file_without_a_text_over(self, stage: Staged, botkit_intake: FakeIntake) -> None:
        async with stage as it, self._attaching(it, botkit_intake) as attach:
            assert await attach("m1", "", [_photo()])
            received = messages(botkit_intake.incoming)
            assert [message_of(one).text for one in received] == [""]
            assert await _contents(botkit_intake, received) == [_photo().content]

    @pytest.mark.parametrize("name", NAMES)
    async def test_takes_files_of_any_name(self, stage: Staged, botkit_intake: FakeIntake, name: str) -> None:
        async with stage as it, self._attaching(it, botkit_intake) as attach:
            assert await attach("m1", "look", [_photo(name)])
            received = messages(botkit_intake.incoming)
            assert await _contents(botkit_intake, received) == [_photo().content]
            (kept,) = message_of(received[0]).files
            assert kept.name
            assert len(kept.name) <= 120
            assert not set(kept.name) & set('/\\\0\r\n"<>\u202e')

    @pytest.mark.parametrize("content", REFUSED.values(), ids=REFUSED.keys())
    async def test_refuses_files_and_says_so(self, stage: Staged, botkit_intake: FakeIntake, content: bytes) -> None:
        async with stage as it, self._attaching(it, botkit_intake) as attach:
            bad = Attachment("report.png", "image/png", content)
            taken = await attach("m1", "both of them", [_photo(), bad])
            received = messages(botkit_intake.incoming)
            kept = [file for one in received for file in message_of(one).files]
            if taken:
                assert "both of them" in [message_of(one).text for one in received]
                assert await _contents(botkit_intake, received) == [_photo().content]
                told = [file.refused for file in kept if file.refused] or await it.platform.shown(it.chats[0])
                assert told, "the customer hears nothing of the file that was refused"
            assert len([file for file in kept if file.ref]) <= 1
            assert await attach("m2", "once more", [_photo("again.png", 700)])
            assert await _contents(botkit_intake, messages(botkit_intake.incoming)[len(received) :]) == [
                _photo("again.png", 700).content
            ]

    async def test_acknowledges_no_file_that_was_not_stored(self, stage: Staged, botkit_intake: FakeIntake) -> None:
        async with stage as it, self._attaching(it, botkit_intake) as attach:
            kept = botkit_intake.files
            botkit_intake.files = cast("Files", _FullDisk(kept))
            assert not await attach("m1", "see here", [_photo()])
            assert messages(botkit_intake.incoming) == [], "a message was handed over without its file"
            botkit_intake.files = kept
            assert await attach("m1", "see here", [_photo()])
            received = messages(botkit_intake.incoming)
            assert [message_of(one).text for one in received] == ["see here"]
            assert await _contents(botkit_intake, received) == [_photo().content]

    async def test_passes_files_on_again_with_their_id(self, stage: Staged, botkit_intake: FakeIntake) -> None:
        async with stage as it, self._attaching(it, botkit_intake) as attach:
            for _ in range(2):
                assert await attach("m1", "see here", [_photo()])
            received = messages(botkit_intake.received)
            assert len(received) == 2
            assert len({one.id for one in received}) == 1
            assert await _contents(botkit_intake, received) == [_photo().content] * 2

    async def test_shows_a_file(self, stage: Staged, botkit_intake: FakeIntake) -> None:
        async with stage as it, _showing("files", it, botkit_intake):
            await it.connector.send(it.chats[0], Reply("r1", "Your invoice", file=ADDRESS))
            await it.connector.send(it.chats[0], Reply("r2", file=ADDRESS))
            shown = await it.platform.shown(it.chats[0])
            assert "Your invoice" in [one.text for one in shown]
            assert [one.file for one in shown if one.file] == [ADDRESS, ADDRESS]

    async def test_shows_an_image(self, stage: Staged, botkit_intake: FakeIntake) -> None:
        async with stage as it, _showing("images", it, botkit_intake):
            await it.connector.send(it.chats[0], Reply("r1", "The lamp", image=PICTURE))
            shown = await it.platform.shown(it.chats[0])
            assert "The lamp" in [one.text for one in shown]
            assert [one.image for one in shown if one.image] == [PICTURE]

    @asynccontextmanager
    async def _attaching(self, it: Stage, intake: FakeIntake) -> AsyncIterator[Attach]:
        """Run the connector, and give what sends files in the first chat; skip where nobody can, before it starts."""
        if not (it.connector.capabilities.files and self.attaches):
            pytest.skip("the connector declares no files" if self.attaches else "customers send no files here")
        if not isinstance(it.platform, FilePlatform):
            pytest.fail("the connector declares files: give its platform `attach`, or set `attaches = False`")
        platform = it.platform

        async def attach(message_id: str, text: str, files: Sequence[Attachment]) -> bool:
            async with asyncio.timeout(PATIENCE):
                return await platform.attach(it.chats[0], message_id, text, files)

        intake.limit_files(LIMITS)
        async with Started(it, intake):
            yield attach


def _showing(what: str, it: Stage, intake: FakeIntake) -> Started:
    """Give the block in which the connector runs; one that does not show this is not even started."""
    if not getattr(it.connector.capabilities, what):
        pytest.skip(f"the connector declares no {what}")
    return Started(it, intake)


class _FullDisk:
    """Files that take nothing for now."""

    def __init__(self, files: Files) -> None:
        self._files = files

    async def put(self, _conversation: str, _name: str, chunks: AsyncIterator[bytes]) -> None:
        async for _ in chunks:
            break
        raise StoreError("the disk is full")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._files, name)


def _photo(name: str = "lamp.png", size: int = 400) -> Attachment:
    return Attachment(name, "image/png", sample("photo.png", size))


async def _contents(intake: FakeIntake, received: Sequence[Incoming]) -> list[bytes]:
    """Give what the files are that came in messages, as the conversations of the messages can read them."""
    kept = [(one.conversation, file.ref) for one in received for file in message_of(one).files if file.ref]
    return sorted([b"".join([part async for part in intake.files.read(*one)]) for one in kept])
