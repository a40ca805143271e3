"""Files that customers sent: kept by their content, readable only by the conversation that holds them."""

from collections.abc import AsyncIterator, Collection, Sequence
from typing import Final, Protocol

import msgspec

from botkit.model.values import File

MB: Final = 1_000_000
UNSENT_FOR: Final = 3600.0  # seconds for which a file waits for the message that it was uploaded for

_DIGITS: Final = frozenset("0123456789abcdef")

TYPES: Final = ("image/*", "audio/*", "video/*", "application/pdf", "text/plain")


class FileLimits(msgspec.Struct, frozen=True):
    """What is taken: bytes of one file, bytes of all files of a conversation, and media types.

    A type is a media type that is known by its content, or all of a kind (`image/*`). Without types no file is taken.
    """

    size: int = 10 * MB
    conversation: int = 100 * MB
    types: tuple[str, ...] = TYPES

    def allows(self, mime: str) -> bool:
        """Tell whether files of a media type are taken."""
        return mime in self.types or f"{mime.partition('/')[0]}/*" in self.types


class Kept(msgspec.Struct, frozen=True):
    """A file as its conversation holds it, since `at` (seconds since the epoch).

    `sent` says that it came in a message; one that was only uploaded goes after an hour.
    """

    file: File
    at: float
    sent: bool


def is_ref(text: str) -> bool:
    """Tell whether a text can be the `ref` of a file that is kept."""
    return len(text) == 64 and not set(text) - _DIGITS


class Files(Protocol):
    """Keeps files by their content; a file is readable only by the conversation that holds it.

    A `ref` is the SHA-256 of the content in hexadecimal digits. The same content is kept once, however many
    conversations hold it, and goes with the last of them. What `put` returned is as durable as what the store
    returned. Every method may raise errors.StoreError.
    """

    @property
    def limits(self) -> FileLimits:
        """What is taken."""
        ...

    async def look(self) -> None:
        """See whether files can be kept, before anybody sends one.

        Raises errors.BucketError where somebody has to mend something. What is only away is told in the log.
        """
        ...

    async def put(self, conversation: str, name: str, chunks: AsyncIterator[bytes]) -> File:
        """Store a file as it streams in, and give it: `ref`, `kind`, a harmless `name`, `mime` and `size`.

        The type is what the content says, whatever the name does. Nothing is left of a file that is refused, or whose
        chunks end with an error. Raises errors.FileError.
        """
        ...

    async def find(self, conversation: str, ref: str) -> File | None:
        """Give a file that a conversation holds."""
        ...

    def read(self, conversation: str, ref: str) -> AsyncIterator[bytes]:
        """Read a file in chunks. Raises errors.FileError when this conversation holds no such file."""
        ...

    async def send(self, conversation: str, refs: Collection[str]) -> frozenset[str]:
        """Note that files come in a message that is about to be stored; give those that the conversation holds."""
        ...

    async def files(self, conversation: str) -> Sequence[Kept]:
        """Give what a conversation holds, the oldest first."""
        ...

    async def forget(self, conversation: str, refs: Collection[str] | None = None) -> int:
        """Let go of files of a conversation, or of all; give how many.

        Content that nobody holds goes at once, or as soon as what it is kept in answers again.
        """
        ...

    async def forget_before(self, before: float) -> int:
        """Let go of every file that came before then, whoever holds it; give how many."""
        ...

    async def sweep(self) -> int:
        """Remove what is nobody's; give how many.

        That is: what was uploaded an hour ago and never sent, uploads that were cut, content without a holder.
        """
        ...

    async def remains(self) -> int:
        """Give how many contents that nobody holds could not be removed yet."""
        ...

    async def close(self) -> None:
        """Let go of what is kept in memory; before the store is closed, and may be called twice."""
        ...
