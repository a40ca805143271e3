"""What every place for customers' files keeps. Subclass FilesContract and give it the fixtures.

class TestAcmeFiles(FilesContract):
    @pytest.fixture
    async def files(self, botkit_clock):
        async with opened(AcmeFiles(LIMITS, botkit_clock)) as files:
            yield files

    @pytest.fixture
    def contents(self, files):
        return files.count_contents      # async: how much stands there, held or not, whole or not
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final

import pytest

from botkit.errors import FileError
from botkit.model.values import File
from botkit.ports.files import FileLimits, Files
from botkit.testing.clocks import FakeClock
from botkit.testing.samples import sample

LIMITS: Final = FileLimits(size=1_000_000, conversation=2_500_000)
"""The limits with which the suite is to be run."""

HERE, THERE = "web:here", "web:there"
Contents = Callable[[], Awaitable[int]]


async def streamed(content: bytes, size: int = 65_536) -> AsyncIterator[bytes]:
    """Give content in chunks, with others running in between."""
    for at in range(0, len(content), size):
        await asyncio.sleep(0)
        yield content[at : at + size]


async def read(files: Files, conversation: str, ref: str) -> bytes:
    """Read a file."""
    return b"".join([part async for part in files.read(conversation, ref)])


async def put(files: Files, content: bytes, name: str = "photo.png", conversation: str = HERE) -> File:
    """Store a file."""
    return await files.put(conversation, name, streamed(content))


NAMES: Final = {
    "photo.png": "photo.png",
    "Photo.PNG": "Photo.PNG",
    "../../etc/passwd": "passwd.png",
    "C:\\Users\\mia\\lamp.png": "lamp.png",
    "..": "image.png",
    "": "image.png",
    ".png": "png.png",
    "a\0b.png": "ab.png",
    "line\r\nbreak: x.png": "linebreak_ x.png",
    'a"b;c.png': "a_b_c.png",
    "破损的灯.png": "破损的灯.png",
    "e\u0301te\u0301.png": "été.png",
    "invoice\u202egnp.exe": "invoicegnp.exe.png",
    "page.html": "page.html.png",
    "half \ud800 pair.png": "half _ pair.png",
    "   spaces   .png": "spaces.png",
    "~$lock%2f.png": "~_lock_2f.png",
}

REFS: Final = (
    "",
    "x",
    "../../etc/passwd",
    "0" * 63,
    "0" * 65,
    "G" * 64,
    "A" * 64,
    "\0" * 64,
    "/" + "0" * 63,
    "é" * 64,
)


class FilesContract:
    """What every implementation of the port Files keeps."""

    pytestmark = pytest.mark.asyncio

    @pytest.fixture
    def clock(self) -> FakeClock:
        """Give the clock that `files` are made with."""
        return FakeClock()

    @pytest.fixture
    def files(self) -> Files:
        """Give empty files with LIMITS and the clock; every suite brings its own."""
        pytest.fail("override the fixture `files`")

    @pytest.fixture
    def contents(self) -> Contents:
        """Give what counts the contents that are kept, held or not, whole or not; every suite brings its own."""
        pytest.fail("override the fixture `contents`")

    # What is taken

    @pytest.mark.parametrize("size", [200, 65_536, 262_144, 262_145, 700_001, 1_000_000])
    async def test_what_was_put_is_read_again(self, files: Files, size: int) -> None:
        content = sample("photo.png", size)
        file = await put(files, content, "lamp.png")
        digest = hashlib.sha256(content).hexdigest()
        assert file == File(kind="image", name="lamp.png", mime="image/png", size=size, ref=digest)
        assert await files.find(HERE, file.ref) == file
        assert await read(files, HERE, file.ref) == content

    @pytest.mark.parametrize("size", [1, 7, 100, 300_000])
    async def test_chunks_may_be_of_any_size(self, files: Files, size: int) -> None:
        content = sample("photo.png", 400 if size < 100 else 400_000)
        file = await files.put(HERE, "a.png", streamed(content, size))
        assert await read(files, HERE, file.ref) == content

    @pytest.mark.parametrize(
        ("name", "kind", "mime"),
        [
            ("a.jpg", "image", "image/jpeg"),
            ("a.gif", "image", "image/gif"),
            ("a.webp", "image", "image/webp"),
            ("a.pdf", "file", "application/pdf"),
            ("a.txt", "file", "text/plain"),
            ("a.mp4", "video", "video/mp4"),
            ("a.ogg", "audio", "audio/ogg"),
        ],
    )
    async def test_kinds(self, files: Files, name: str, kind: str, mime: str) -> None:
        file = await put(files, sample(name), name)
        assert (file.kind, file.mime, file.name) == (kind, mime, name)

    @pytest.mark.parametrize(("name", "kept"), NAMES.items())
    async def test_names_become_harmless(self, files: Files, name: str, kept: str) -> None:
        file = await put(files, sample("photo.png"), name)
        assert file.name == kept
        found = await files.find(HERE, file.ref)
        assert found is not None
        assert found.name == kept

    async def test_a_long_name_keeps_its_ending(self, files: Files) -> None:
        file = await put(files, sample("photo.png"), "长" * 300 + ".png")
        assert len(file.name) <= 120
        assert file.name.endswith("长.png")

    @pytest.mark.parametrize("name", ["photo.png", "report.pdf", "setup.exe", ""])
    async def test_the_content_says_what_it_is(self, files: Files, name: str) -> None:
        file = await put(files, sample("a.jpg"), name)
        assert (file.mime, file.name.rpartition(".")[2]) == ("image/jpeg", "jpg")

    # What is refused

    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            (b"", "empty"),
            (b"MZ\x90\0" + bytes(400), "wrong_type"),
            (b"\x7fELF" + bytes(400), "wrong_type"),
            (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "wrong_type"),
            (b"<?xml version='1.0'?><svg/>", "wrong_type"),
            (b"\xef\xbb\xbf \n<!DOCTYPE html><script>alert(1)</script>", "wrong_type"),
            (b"<script>alert(1)</script>", "wrong_type"),
            (b"\x89PNG\r\n\x1a\n", "wrong_type"),
            (b"\x89PNG\r\n\x1a\n<script>alert(1)</script>" + bytes(40), "wrong_type"),
            (b"GIF89a" + bytes(7), "wrong_type"),
            (b"\xff\xd8\xff" + b"<script>" * 20, "wrong_type"),
            (b"PK\x03\x04" + bytes(100), "wrong_type"),
            (b"plain text, \xff\xfe but broken", "wrong_type"),
            (b" \n\t", "wrong_type"),
            (bytes(1000), "wrong_type"),
        ],
    )
    async def test_what_is_refused_leaves_nothing(
        self, files: Files, contents: Contents, content: bytes, reason: str
    ) -> None:
        with pytest.raises(FileError) as refused:
            await put(files, content)
        assert refused.value.reason == reason
        assert await files.files(HERE) == []
        assert await contents() == 0

    async def test_a_picture_of_too_many_pixels_is_none(self, files: Files) -> None:
        content = bytearray(sample("photo.png"))
        content[16:24] = (60_000).to_bytes(4, "big") * 2
        with pytest.raises(FileError):
            await put(files, bytes(content))

    async def test_what_is_too_large_is_refused_while_it_comes(self, files: Files, contents: Contents) -> None:
        given = 0

        async def endless() -> AsyncIterator[bytes]:
            nonlocal given
            yield sample("photo.png", 1000)
            while True:
                given += 1
                yield bytes(100_000)

        with pytest.raises(FileError) as refused:
            await files.put(HERE, "photo.png", endless())
        assert refused.value.reason == "too_large"
        assert given == 10
        assert await contents() == 0

    async def test_a_conversation_holds_no_more_than_it_may(self, files: Files, contents: Contents) -> None:
        some = [sample("photo.png", 1_000_000 - number) for number in range(3)]
        for content in some[:2]:
            await put(files, content)
        with pytest.raises(FileError) as refused:
            await put(files, some[2])
        assert refused.value.reason == "too_many"
        assert await contents() == 2
        await put(files, some[2], conversation=THERE)
        await put(files, some[0])  # the same again is no more

    async def test_nor_does_it_by_uploads_at_once(self, files: Files, contents: Contents) -> None:
        many = [put(files, sample("photo.png", 900_000 - number)) for number in range(6)]
        outcomes = await asyncio.gather(*many, return_exceptions=True)
        assert sum(isinstance(outcome, File) for outcome in outcomes) == 2
        assert all(isinstance(outcome, File | FileError) for outcome in outcomes)
        assert await contents() == len(await files.files(HERE)) == 2

    @pytest.mark.parametrize("after", [0, 1, 9])
    async def test_a_cut_upload_leaves_nothing(self, files: Files, contents: Contents, after: int) -> None:
        async def cut() -> AsyncIterator[bytes]:
            content = sample("photo.png", 900_000)
            for number in range(after):
                yield content[number * 70_000 : (number + 1) * 70_000]
            raise ConnectionError("the customer is gone")

        with pytest.raises(ConnectionError):
            await files.put(HERE, "photo.png", cut())
        assert await files.files(HERE) == []
        assert await contents() == 0

    async def test_nor_does_one_that_is_cancelled(self, files: Files, contents: Contents) -> None:
        stuck = asyncio.Event()

        async def stall() -> AsyncIterator[bytes]:
            yield sample("photo.png", 600_000)
            stuck.set()
            await asyncio.Event().wait()

        task = asyncio.create_task(files.put(HERE, "photo.png", stall()))
        await stuck.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await contents() == 0

    # Who may read it

    async def test_only_its_conversation_finds_a_file(self, files: Files) -> None:
        file = await put(files, sample("photo.png"))
        for other in (THERE, "web:her", "web:here ", "WEB:HERE", "", "%", "telegram:here"):
            assert await files.find(other, file.ref) is None
            assert await files.files(other) == []
            assert await files.send(other, [file.ref]) == frozenset()
            assert await files.forget(other, [file.ref]) == 0
            with pytest.raises(FileError) as missing:
                await read(files, other, file.ref)
            assert missing.value.reason == "missing"
        assert await read(files, HERE, file.ref)

    @pytest.mark.parametrize("ref", REFS)
    async def test_what_is_no_ref_is_not_found(self, files: Files, ref: str) -> None:
        await put(files, sample("photo.png"))
        assert await files.find(HERE, ref) is None
        assert await files.send(HERE, [ref]) == frozenset()
        assert await files.forget(HERE, [ref]) == 0
        with pytest.raises(FileError):
            await read(files, HERE, ref)

    @pytest.mark.parametrize(
        "conversation", ["web:../../x", "web:客户", "web:a\0b", "web:" + "x" * 300, "web:'; DROP"]
    )
    async def test_conversations_may_have_any_name(self, files: Files, conversation: str) -> None:
        file = await put(files, sample("photo.png"), conversation=conversation)
        assert await read(files, conversation, file.ref) == sample("photo.png")
        assert await files.find(HERE, file.ref) is None

    # The same content

    async def test_the_same_content_is_kept_once(self, files: Files, contents: Contents, clock: FakeClock) -> None:
        first = await put(files, sample("photo.png"), "one.png")
        await files.send(HERE, [first.ref])
        clock.advance(10)
        again = await put(files, sample("photo.png"), "two.png")
        other = await put(files, sample("photo.png"), "three.png", THERE)
        assert first.ref == again.ref == other.ref
        assert [(kept.file.name, kept.sent) for kept in await files.files(HERE)] == [("two.png", True)]
        assert [(kept.file.name, kept.sent) for kept in await files.files(THERE)] == [("three.png", False)]
        assert await contents() == 1

    async def test_the_same_content_at_once(self, files: Files, contents: Contents) -> None:
        content = sample("photo.png", 500_000)
        put_ = [put(files, content, f"{n}.png", f"web:{n % 3}") for n in range(12)]
        assert len({file.ref for file in await asyncio.gather(*put_)}) == 1
        assert await contents() == 1
        for n in range(3):
            (kept,) = await files.files(f"web:{n}")
            assert await read(files, f"web:{n}", kept.file.ref) == content

    async def test_content_goes_with_its_last_holder(self, files: Files, contents: Contents) -> None:
        file = await put(files, sample("photo.png"))
        await put(files, sample("photo.png"), conversation=THERE)
        assert await files.forget(HERE) == 1
        assert await read(files, THERE, file.ref) == sample("photo.png")
        with pytest.raises(FileError):
            await read(files, HERE, file.ref)
        assert await files.forget(THERE) == 1
        assert await files.forget(THERE) == 0
        assert await contents() == 0

    async def test_what_comes_while_others_let_go_of_it_is_there(self, files: Files, contents: Contents) -> None:
        content = sample("photo.png", 300_000)

        async def come_and_go(number: int) -> None:
            for _ in range(4):
                file = await put(files, content, conversation=f"web:{number}")
                assert await read(files, f"web:{number}", file.ref) == content
                if number % 2:
                    await files.forget(f"web:{number}")
                else:
                    await files.sweep()

        await asyncio.gather(*[come_and_go(number) for number in range(6)])
        assert [len(await files.files(f"web:{number}")) for number in range(6)] == [1, 0, 1, 0, 1, 0]
        assert await contents() == 1

    # How long it is kept

    async def test_some_or_all_of_a_conversation_go(self, files: Files, contents: Contents, clock: FakeClock) -> None:
        kept = []
        for number in range(4):
            kept.append(await put(files, sample("photo.png", 300 + number)))
            clock.advance(1)
        await put(files, sample("photo.png", 999), conversation=THERE)
        assert await files.forget(HERE, [kept[1].ref, kept[3].ref]) == 2
        assert [one.file for one in await files.files(HERE)] == [kept[0], kept[2]]
        assert await files.forget(HERE, []) == 0
        assert await files.forget(HERE) == 2
        assert await files.files(HERE) == []
        assert len(await files.files(THERE)) == await contents() == 1

    async def test_old_ones_go_whoever_holds_them(self, files: Files, contents: Contents, clock: FakeClock) -> None:
        old = await put(files, sample("photo.png"))
        await files.send(HERE, [old.ref])
        clock.advance(100)
        new = await put(files, sample("photo.png", 300), conversation=THERE)
        assert await files.forget_before(clock.now() - 100) == 0
        assert await files.forget_before(clock.now() - 99) == 1
        assert await files.find(HERE, old.ref) is None
        assert await files.find(THERE, new.ref) == new
        assert await contents() == 1

    async def test_what_is_never_sent_goes_after_an_hour(
        self, files: Files, contents: Contents, clock: FakeClock
    ) -> None:
        sent, left = await put(files, sample("photo.png")), await put(files, sample("photo.png", 300))
        assert await files.send(HERE, [sent.ref, "0" * 64]) == {sent.ref}
        clock.advance(3599)
        assert await files.sweep() == 0
        assert [kept.sent for kept in await files.files(HERE)].count(True) == 1
        clock.advance(2)
        assert await files.sweep() == 1
        assert await files.find(HERE, left.ref) is None
        assert await read(files, HERE, sent.ref)
        assert await contents() == 1
        clock.advance(365 * 86_400)
        assert await files.sweep() == 0
        assert await files.find(HERE, sent.ref) == sent
