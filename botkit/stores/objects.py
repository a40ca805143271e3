"""Files whose content stands in a bucket, while the database knows who holds it and under which name it stands there.

A content has a name of its own in the bucket, drawn when it begins to come in, and the database has that name before
the bucket has anything. So nobody ever has to list the bucket, which may be another bot's too; and what one process
removes, another one does not just begin to hold.
"""

import asyncio
import logging
import secrets
import time
from collections.abc import AsyncIterator, Collection, Sequence
from typing import Final, Protocol

import msgspec

from botkit.errors import BucketError, FileError, StoreError
from botkit.model.values import File
from botkit.ports.files import Kept
from botkit.stores.buckets import Bucket, try_bucket
from botkit.stores.files import Shelf, Upload
from botkit.stores.folders import Folder

CUT: Final = 4_194_304  # bytes of an object at most: what an upload has in memory
_AT_ONCE: Final = 100  # contents that are removed together
_LEAVE: Final = 30.0  # seconds
_PATIENCE: Final = 5.0  # seconds that a start waits for the bucket

_log = logging.getLogger(__name__)


class Stored(msgspec.Struct, frozen=True):
    """What stands in the bucket: `NAME/0`, `NAME/1`, ..."""

    name: str
    parts: int

    @property
    def names(self) -> list[str]:
        """The names of its objects."""
        return [f"{self.name}/{number}" for number in range(self.parts)]


class Objects(Protocol):
    """What a database knows of the objects in a bucket. What is loose is nobody's, and to be removed from there."""

    async def note(self, stored: Stored, now: float) -> None:
        """Note that an upload is about to have so many parts. Raises StoreError where it was removed."""
        ...

    async def find(self, ref: str) -> Stored | None:
        """Give where content stands; None where it is not in the bucket."""
        ...

    async def hold(self, stored: Stored, holder: str, file: File, now: float, most: int, lost: str) -> bool:
        """Let a conversation hold a content, and tell whether it is this upload's; else that is loose.

        It is not if the content was known, unless it stands under the name `lost`, which is loose then.
        Raises FileError if the conversation would hold more than `most` bytes, StoreError if the upload was removed.
        """
        ...

    async def loosen(self, name: str) -> bool:
        """Let an upload be loose that nobody holds, and tell whether it is."""
        ...

    async def loosen_old(self, before: float) -> int:
        """Let be loose what nobody holds, and uploads that went on last before then; give how many."""
        ...

    async def loose(self, most: int) -> Sequence[Stored]:
        """Give what is loose."""
        ...

    async def count(self) -> int:
        """Give how much is loose."""
        ...

    async def gone(self, names: Collection[str]) -> None:
        """Forget what was removed from the bucket."""
        ...


class ObjectShelf:
    """Implements `files.Shelf` and `files.Remote` around the shelf of a database.

    What was kept there before stays there. Without a bucket nothing comes into one, and what is only in one is not
    read.
    """

    def __init__(self, shelf: Shelf, objects: Objects, bucket: Bucket | None, folder: Folder | None = None) -> None:
        self._shelf = shelf
        self._folder = folder  # of the shelf, if it has one
        self.objects = objects
        self.bucket = bucket
        self.away: bool | None = None if bucket is None else False
        self._leave = 0.0  # a bucket that just failed is not asked to remove anything before then

    async def look(self) -> None:
        """See whether the bucket may be used. Raises BucketError; if it is only away, that is told in the log.

        So is a folder that cannot be used.
        """
        if self._folder is not None:
            self._folder.look()
        if self.bucket is None:
            return
        try:
            async with asyncio.timeout(_PATIENCE):
                await try_bucket(self.bucket)
        except BucketError:
            raise
        except TimeoutError:
            self.note(StoreError("it does not answer in time"))
        except StoreError as error:
            self.note(error)

    def begin(self, now: float) -> Upload:
        """Begin an upload."""
        return self._shelf.begin(now) if self.bucket is None else _Coming(self, self.bucket, now)

    async def find(self, conversation: str, ref: str) -> File | None:
        """Give a file that a conversation holds."""
        return await self._shelf.find(conversation, ref)

    async def read(self, file: File) -> AsyncIterator[bytes]:
        """Read content in parts."""
        stored = await self.objects.find(file.ref)
        if stored is None or self.bucket is None:
            try:
                async for part in self._shelf.read(file):
                    yield part
            except FileError:
                if stored is None:
                    raise
                raise StoreError(
                    "a file is in a bucket, and bot.yaml names none",
                    reason="the file is in a bucket that is not configured",
                    hint="write `files: {s3: ...}` as it was",
                ) from None
            return
        try:
            for name in stored.names:
                async for part in self.bucket.read(name):
                    yield part
        except StoreError as error:
            self.note(error)
            raise
        self.note(None)

    async def held(self, conversation: str) -> int:
        """Give how many bytes a conversation holds."""
        return await self._shelf.held(conversation)

    async def send(self, conversation: str, refs: Collection[str]) -> frozenset[str]:
        """Mark files as sent."""
        return await self._shelf.send(conversation, refs)

    async def files(self, conversation: str) -> Sequence[Kept]:
        """Give what a conversation holds, the oldest first."""
        return await self._shelf.files(conversation)

    async def forget(self, conversation: str, refs: Collection[str] | None) -> int:
        """Remove the rows, and content without a holder."""
        gone = await self._shelf.forget(conversation, refs)
        await self.clear()
        return gone

    async def forget_before(self, before: float, *, unsent: bool) -> int:
        """Remove the rows from before then, and content without a holder."""
        gone = await self._shelf.forget_before(before, unsent=unsent)
        await self.clear()
        return gone

    async def tidy(self, before: float) -> int:
        """Remove content without a holder, and uploads that went on last before then."""
        gone = await self._shelf.tidy(before) + await self.objects.loosen_old(before)
        self._leave = 0.0
        await self.clear()
        return gone

    async def clear(self) -> None:
        """Remove from the bucket what is loose; while that does not answer, it stays for the next time."""
        while time.monotonic() >= self._leave and (found := await self.objects.loose(_AT_ONCE)):
            if not await self.remove(found):
                return

    async def remove(self, loose: Sequence[Stored]) -> bool:
        """Remove from the bucket what is loose, and tell whether that was possible."""
        if self.bucket is None:
            return False
        try:
            await self.bucket.remove([name for stored in loose for name in stored.names])
        except StoreError as error:
            self.note(error)
            self._leave = time.monotonic() + _LEAVE
            return False
        self.note(None)
        await self.objects.gone([stored.name for stored in loose])
        return True

    async def remains(self) -> int:
        """Give how many contents nobody holds that could not be removed from the bucket yet."""
        return await self.objects.count()

    def note(self, error: StoreError | None) -> None:
        """Keep whether the bucket answers, and tell it once."""
        if self.away == (error is not None):
            return
        self.away = error is not None
        if error is not None:
            _log.warning("the bucket of files fails: %s", error, extra={"action": "files.away"})
        else:
            _log.info("the bucket of files answers again", extra={"action": "files.back"})

    async def close(self) -> None:
        """Let go of what is in memory."""
        await self._shelf.close()


class _Coming:
    """An upload. At most one object's worth of it is in memory."""

    def __init__(self, shelf: ObjectShelf, bucket: Bucket, now: float) -> None:
        self._shelf = shelf
        self._bucket = bucket
        self._now = now
        self._name = secrets.token_hex(16)
        self._parts = 0
        self._waiting: list[bytes] = []
        self._gathered = 0
        self._unsure = False  # whether the bucket may still keep what it was given last

    async def write(self, part: bytes) -> None:
        """Add a part."""
        self._waiting.append(part)
        self._gathered += len(part)
        if self._gathered >= CUT:
            await self._put()

    async def _put(self) -> None:
        content, self._waiting, self._gathered = b"".join(self._waiting), [], 0
        stored = Stored(self._name, self._parts + 1)
        await self._shelf.objects.note(stored, self._now)
        self._parts, self._unsure = stored.parts, True
        try:
            await self._bucket.put(stored.names[-1], content)
        except StoreError as error:
            self._shelf.note(error)
            raise
        self._unsure = False
        self._shelf.note(None)

    async def finish(self, conversation: str, file: File, now: float, most: int) -> None:
        """Let a conversation hold the content."""
        if self._waiting:
            await self._put()
        known = await self._shelf.objects.find(file.ref)
        lost = known is not None and not await self._stands(known)
        stored = Stored(self._name, self._parts)
        if await self._shelf.objects.hold(
            stored, conversation, file, now, most, known.name if known is not None and lost else ""
        ):
            self._parts = 0
        if known is not None and lost:
            await self._shelf.remove([known])

    async def _stands(self, stored: Stored) -> bool:
        """Tell whether nobody removed a content from the bucket."""
        for name in stored.names:
            if not await self._bucket.has(name):
                return False
        return True

    async def drop(self) -> None:
        """Leave nothing, unless it is held.

        What may come to stand in the bucket later than it is removed from there is left to the sweep.
        """
        stored = Stored(self._name, self._parts)
        if self._parts and not self._unsure:
            self._parts = 0
            if await self._shelf.objects.loosen(self._name):
                await self._shelf.remove([stored])
