"""The content of files in a folder: `ab/abcd...`, named by their digests."""

import asyncio
import contextlib
import logging
import os
import secrets
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import BinaryIO, Final

from botkit.errors import FileError, StoreError
from botkit.stores.connection import Durability
from botkit.stores.files import PART

_log = logging.getLogger(__name__)

_COMING: Final = "coming"  # the folder of what is on its way in


def folder_of(database: str) -> Path:
    """Give the folder of the files that belong to an SQLite file."""
    return Path(f"{database}-files")


def is_usable(path: Path) -> bool:
    """Tell whether this user can keep files in a folder, or make it when the first comes."""
    if not path.exists():
        return os.access(path.parent, os.W_OK | os.X_OK)
    return path.is_dir() and os.access(path, os.R_OK | os.W_OK | os.X_OK)


class Folder:
    """Where content stands. Nothing is made before the first comes."""

    def __init__(self, path: Path, durability: Durability = "normal") -> None:
        self.path = path
        self.durability = durability

    def look(self) -> None:
        """Tell in the log of a folder that cannot be used: the bot goes on without files."""
        if not is_usable(self.path):
            ids = {"action": "files.folder"}
            _log.warning("files cannot be kept: this user cannot use the folder %s", self.path, extra=ids)

    def begin(self, now: float) -> "Draft":
        """Begin to write."""
        return Draft(self, now)

    def place(self, ref: str) -> Path:
        """Give where content stands."""
        return self.path / ref[:2] / ref

    async def read(self, ref: str) -> AsyncIterator[bytes]:
        """Read content."""
        try:
            opened = await asyncio.to_thread(self.place(ref).open, "rb")
        except FileNotFoundError:
            raise FileError("the file is gone", reason="missing") from None
        except OSError as error:
            raise self.explain(error) from error
        with opened:
            while part := await asyncio.to_thread(self._part, opened):
                yield part

    def _part(self, opened: BinaryIO) -> bytes:
        try:
            return opened.read(PART)
        except OSError as error:
            raise self.explain(error) from error

    def remove(self, ref: str) -> None:
        """Remove content, if it is there."""
        with self.explained():
            self.place(ref).unlink(missing_ok=True)

    def all(self) -> Iterator[list[str]]:
        """Give the refs of all content, a folder at a time."""
        for folder in sorted(self.path.glob("[0-9a-f][0-9a-f]")):
            if names := [path.name for path in folder.iterdir() if len(path.name) == 64]:
                yield names

    def drop_drafts(self, before: float) -> int:
        """Remove what began to come in before then."""
        gone = 0
        for path in (self.path / _COMING).glob("*"):
            with contextlib.suppress(FileNotFoundError), self.explained():
                if path.stat().st_mtime < before:
                    path.unlink()
                    gone += 1
        return gone

    def explain(self, error: OSError) -> StoreError:
        """Say what the disk says."""
        reason = f"its files cannot be read or written: {error.strerror or type(error).__name__}"
        return StoreError(f"store {self.path}: {reason}", reason=reason, hint="look at the disk and at its rights")

    @contextlib.contextmanager
    def explained(self) -> Iterator[None]:
        """Say in our words what goes wrong."""
        try:
            yield
        except FileNotFoundError:
            raise
        except OSError as error:
            raise self.explain(error) from error


class Draft:
    """A file that is written under a name of its own, and gets its digest's at once."""

    def __init__(self, folder: Folder, now: float) -> None:
        self._folder = folder
        self._now = now
        self._path = folder.path / _COMING / secrets.token_hex(16)
        self._opened: BinaryIO | None = None

    async def write(self, part: bytes) -> None:
        """Add a part."""
        await asyncio.to_thread(self._write, part)

    def _write(self, part: bytes) -> None:
        with self._folder.explained():
            if self._opened is None:
                for folder in (self._folder.path, self._path.parent):
                    folder.mkdir(mode=0o700, exist_ok=True)
                self._opened = os.fdopen(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb", 0)
            self._opened.write(part)
            os.utime(self._opened.fileno(), (self._now, self._now))  # by which it is swept if nobody goes on with it

    async def settle(self) -> None:
        """See that what was written is durable."""
        await asyncio.to_thread(self._settle)

    def _settle(self) -> None:
        with self._folder.explained():
            if self._opened is not None:
                if self._folder.durability == "full":
                    os.fsync(self._opened.fileno())
                self._opened.close()

    def name(self, ref: str) -> None:
        """Let the content stand under its ref; may be called again."""
        place = self._folder.place(ref)
        with self._folder.explained():
            if self._path.exists():
                place.parent.mkdir(mode=0o700, exist_ok=True)
                self._path.replace(place)
            elif not place.exists():
                raise StoreError(f"store {self._folder.path}: a file was removed while it came in")
            if self._folder.durability == "full":
                for folder in (place.parent, self._folder.path, self._folder.path.parent):
                    _sync(folder)

    def drop(self) -> None:
        """Leave nothing, unless it has its name."""
        if self._opened is not None:
            self._opened.close()
            with contextlib.suppress(OSError):
                self._path.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    """Let the names in a folder survive a loss of power."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
