"""Files in memory, beside a store that is in memory or knows no files: they end with the process."""

from collections.abc import AsyncIterator, Collection, Sequence

from msgspec.structs import replace

from botkit.errors import FileError
from botkit.model.values import File
from botkit.ports.files import Kept
from botkit.stores.files import PART, Upload, too_many


class MemoryShelf:
    """Implements `files.Shelf` in memory."""

    def __init__(self) -> None:
        self.content: dict[str, bytes] = {}
        self.rows: dict[tuple[str, str], Kept] = {}

    def begin(self, now: float) -> Upload:  # noqa: ARG002 - of an upload that was cut nothing is left
        """Begin an upload."""
        return _Coming(self)

    async def find(self, conversation: str, ref: str) -> File | None:
        """Give a file that a conversation holds."""
        kept = self.rows.get((conversation, ref))
        return None if kept is None else kept.file

    async def read(self, file: File) -> AsyncIterator[bytes]:
        """Read content in parts."""
        content = self.content.get(file.ref)
        if content is None:
            raise FileError("the file is gone", reason="missing")
        for at in range(0, len(content), PART):
            yield content[at : at + PART]

    async def held(self, conversation: str) -> int:
        """Give how many bytes a conversation holds."""
        return sum(kept.file.size for kept in await self.files(conversation))

    async def send(self, conversation: str, refs: Collection[str]) -> frozenset[str]:
        """Mark files as sent."""
        held = {ref for ref in refs if (conversation, ref) in self.rows}
        for ref in held:
            self.rows[conversation, ref] = replace(self.rows[conversation, ref], sent=True)
        return frozenset(held)

    async def files(self, conversation: str) -> Sequence[Kept]:
        """Give what a conversation holds, the oldest first."""
        held = [kept for (holder, _), kept in self.rows.items() if holder == conversation]
        return sorted(held, key=lambda kept: (kept.at, kept.file.ref))

    async def forget(self, conversation: str, refs: Collection[str] | None) -> int:
        """Remove the rows, and content without a holder."""
        return self._forget([key for key in self.rows if key[0] == conversation and (refs is None or key[1] in refs)])

    async def forget_before(self, before: float, *, unsent: bool) -> int:
        """Remove the rows from before then, and content without a holder."""
        return self._forget(
            [key for key, kept in self.rows.items() if kept.at < before and not (unsent and kept.sent)]
        )

    def _forget(self, keys: Sequence[tuple[str, str]]) -> int:
        for key in keys:
            del self.rows[key]
        held = {ref for _, ref in self.rows}
        for _, ref in keys:
            if ref not in held:
                self.content.pop(ref, None)
        return len(keys)

    async def tidy(self, before: float) -> int:  # noqa: ARG002
        """Remove nothing: what nobody holds went with its last holder."""
        return 0

    async def close(self) -> None:
        """Forget everything."""
        self.rows.clear()
        self.content.clear()


class _Coming:
    """An upload."""

    def __init__(self, shelf: MemoryShelf) -> None:
        self._shelf = shelf
        self._parts: list[bytes] = []

    async def write(self, part: bytes) -> None:
        """Add a part."""
        self._parts.append(part)

    async def finish(self, conversation: str, file: File, now: float, most: int) -> None:
        """Let a conversation hold the content."""
        key = (conversation, file.ref)
        known = self._shelf.rows.get(key)
        if known is None and await self._shelf.held(conversation) + file.size > most:
            raise too_many(most)
        self._shelf.content[file.ref] = b"".join(self._parts)
        self._shelf.rows[key] = Kept(file, now, known is not None and known.sent)

    async def drop(self) -> None:
        """Leave nothing."""
        self._parts = []
