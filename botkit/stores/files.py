"""Files of customers, whatever they are kept in: what is taken, under which name, and for how long."""

import hashlib
from collections.abc import AsyncIterator, Collection, Sequence
from typing import Final, Protocol

from botkit.errors import FileError
from botkit.model.values import File
from botkit.ports.clocks import Clock
from botkit.ports.files import MB, UNSENT_FOR, FileLimits, Kept, is_ref
from botkit.stores.names import clean_name
from botkit.stores.sniffing import HEAD, kind_of, sniff

PART: Final = 262_144  # bytes that are written and read together


class Upload(Protocol):
    """Content on its way in."""

    async def write(self, part: bytes) -> None:
        """Add a part."""
        ...

    async def finish(self, conversation: str, file: File, now: float, most: int) -> None:
        """Let a conversation hold the content under its `ref`, both or neither; the same content is kept once.

        Raises FileError if the conversation would hold more than `most` bytes then.
        """
        ...

    async def drop(self) -> None:
        """Leave nothing of it; after `finish` it does nothing."""
        ...


class Shelf(Protocol):
    """Where content stands, and who holds it. No row is without its content."""

    def begin(self, now: float) -> Upload:
        """Begin an upload."""
        ...

    async def find(self, conversation: str, ref: str) -> File | None:
        """Give a file that a conversation holds."""
        ...

    def read(self, file: File) -> AsyncIterator[bytes]:
        """Read content in parts. Raises FileError when it is gone."""
        ...

    async def held(self, conversation: str) -> int:
        """Give how many bytes a conversation holds."""
        ...

    async def send(self, conversation: str, refs: Collection[str]) -> frozenset[str]:
        """Mark files as sent; give those that the conversation holds."""
        ...

    async def files(self, conversation: str) -> Sequence[Kept]:
        """Give what a conversation holds, the oldest first."""
        ...

    async def forget(self, conversation: str, refs: Collection[str] | None) -> int:
        """Remove the rows, and content without a holder."""
        ...

    async def forget_before(self, before: float, *, unsent: bool) -> int:
        """Remove the rows from before then, or those of files that were not sent; and content without a holder."""
        ...

    async def tidy(self, before: float) -> int:
        """Remove content without a holder, and uploads that began before then."""
        ...

    async def close(self) -> None:
        """Let go of what is in memory."""
        ...


class Remote(Protocol):
    """Where content stands beside the store, at a server that may be away."""

    away: bool | None  # None where there is no such server

    async def look(self) -> None:
        """See whether it may be used. Raises errors.BucketError; if it is only away, that is told in the log."""
        ...

    async def remains(self) -> int:
        """Give how many contents nobody holds that could not be removed yet."""
        ...


class KeptFiles:
    """Implements the port Files on a shelf; `remote` is where its content is elsewhere."""

    def __init__(self, shelf: Shelf, limits: FileLimits, clock: Clock, remote: Remote | None = None) -> None:
        self._shelf = shelf
        self._clock = clock
        self._remote = remote
        self.limits = limits

    @property
    def away(self) -> bool | None:
        """Whether the bucket of files failed when it was asked last; None where there is none."""
        return None if self._remote is None else self._remote.away

    async def look(self) -> None:
        """See whether files can be kept. Raises errors.BucketError where somebody has to mend something."""
        if self._remote is not None:
            await self._remote.look()

    async def put(self, conversation: str, name: str, chunks: AsyncIterator[bytes]) -> File:
        """Store a file as it streams in, and give it."""
        if await self._shelf.held(conversation) >= self.limits.conversation:
            raise too_many(self.limits.conversation)
        upload = self._shelf.begin(self._clock.now())
        reception = _Reception(self.limits)
        try:
            async for chunk in chunks:
                for part in reception.take(chunk):
                    await upload.write(part)
            last = reception.end()
            if last:
                await upload.write(last)
            file = reception.file(name)
            await upload.finish(conversation, file, self._clock.now(), self.limits.conversation)
        finally:
            await upload.drop()
        return file

    async def find(self, conversation: str, ref: str) -> File | None:
        """Give a file that a conversation holds."""
        return await self._shelf.find(conversation, ref) if is_ref(ref) else None

    async def read(self, conversation: str, ref: str) -> AsyncIterator[bytes]:
        """Read a file in chunks."""
        file = await self.find(conversation, ref)
        if file is None:
            raise FileError("there is no such file", reason="missing")
        async for part in self._shelf.read(file):
            yield part

    async def send(self, conversation: str, refs: Collection[str]) -> frozenset[str]:
        """Note that files come in a message that is about to be stored."""
        return await self._shelf.send(conversation, [ref for ref in refs if is_ref(ref)])

    async def files(self, conversation: str) -> Sequence[Kept]:
        """Give what a conversation holds, the oldest first."""
        return await self._shelf.files(conversation)

    async def forget(self, conversation: str, refs: Collection[str] | None = None) -> int:
        """Let go of files of a conversation, or of all."""
        return await self._shelf.forget(conversation, None if refs is None else [ref for ref in refs if is_ref(ref)])

    async def forget_before(self, before: float) -> int:
        """Let go of every file that came before then."""
        return await self._shelf.forget_before(before, unsent=False)

    async def sweep(self) -> int:
        """Remove what is nobody's."""
        long_ago = self._clock.now() - UNSENT_FOR
        return await self._shelf.forget_before(long_ago, unsent=True) + await self._shelf.tidy(long_ago)

    async def remains(self) -> int:
        """Give how many contents nobody holds that could not be removed yet."""
        return 0 if self._remote is None else await self._remote.remains()

    async def close(self) -> None:
        """Let go of what is in memory."""
        await self._shelf.close()


class _Reception:
    """Looks at a file while it comes in: counts, digests, and refuses as soon as it can."""

    def __init__(self, limits: FileLimits) -> None:
        self._limits = limits
        self._digest = hashlib.sha256()
        self._head = b""
        self._mime = ""
        self._size = 0
        self._waiting: list[bytes] = []
        self._gathered = 0

    def take(self, chunk: bytes) -> Sequence[bytes]:
        """Take what came; give what is to be written now."""
        self._size += len(chunk)
        if self._size > self._limits.size:
            raise FileError(f"a file may have {shown_size(self._limits.size)}", reason="too_large")
        if not self._mime:
            self._head += chunk[: HEAD - len(self._head)]
            if len(self._head) == HEAD:
                self._judge()
        self._digest.update(chunk)
        self._waiting.append(chunk)
        self._gathered += len(chunk)
        if self._gathered < PART:
            return ()
        whole, self._waiting, self._gathered = b"".join(self._waiting), [], 0
        return [whole[at : at + PART] for at in range(0, len(whole), PART)]

    def end(self) -> bytes:
        """Judge a file that is all there; give what is left to be written."""
        if not self._size:
            raise FileError("the file is empty", reason="empty")
        if not self._mime:
            self._judge()
        return b"".join(self._waiting)

    def _judge(self) -> None:
        self._mime = sniff(self._head)
        if not self._mime or not self._limits.allows(self._mime):
            raise FileError("files of this type are not taken", reason="wrong_type")

    def file(self, name: str) -> File:
        """Give the file."""
        return File(
            kind=kind_of(self._mime),
            name=clean_name(name, self._mime),
            mime=self._mime,
            size=self._size,
            ref=self._digest.hexdigest(),
        )


def too_many(most: int) -> FileError:
    """Say that a conversation holds as much as it may."""
    return FileError(f"the files of one conversation may have {shown_size(most)}", reason="too_many")


def shown_size(size: int) -> str:
    """Give a number of bytes for people."""
    if size >= MB:
        return f"{size / MB:.3g} MB"
    return f"{size / 1000:.3g} kB" if size >= 1000 else f"{size} bytes"
