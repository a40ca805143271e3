"""Connections to SQLite, and what its errors mean for whoever runs the bot."""

import os
import sqlite3
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final, Literal

from botkit.errors import StoreError

Durability = Literal["normal", "full"]
MEMORY: Final = ":memory:"

_PATIENCE = 5.0  # seconds that opening waits for another process
_PAUSE = 0.01  # seconds between tries to empty the log
_PAGE = 2048  # bytes; a turn changes about ten pages by a row each, and each goes whole into the write-ahead log
_CACHE = 16_384  # kB of pages in memory at most, filled as they are read: SQLite's own 2 MB hold few conversations
_CHECKPOINT = 4000  # pages of the log, 8 MB, before they move into the file
_LOG_KEPT = 64 * 1024 * 1024

# SQLite's primary result code → what it means, and what to do
_MEANINGS: Final[Mapping[int, tuple[str, str]]] = {
    5: ("another process holds the database locked", "end the process that writes to it for so long, and try again"),
    6: ("another process holds the database locked", "end the process that writes to it for so long, and try again"),
    8: ("the database cannot be written", "give this user the right to write to the file and its directory"),
    10: ("the disk failed to read or write the database", "look at the disk, its quota and the system's log"),
    11: ("the database is damaged", "restore a backup, or save what `sqlite3 FILE .recover` still reads"),
    13: ("the disk is full", "make room; what was not stored will be delivered again by the platform"),
    14: ("the database cannot be opened", "check that the directory exists and that this user may write to it"),
    26: ("the file is not an SQLite database", "name another file in `store:`, or restore a backup"),
}


def connect(path: str, durability: Durability = "normal", *, writes: bool = True) -> sqlite3.Connection:
    """Open the database at `path`, creating an empty file where none is (not its directory).

    The connection commits nothing by itself: BEGIN and COMMIT are said where they are meant. It may pass from
    thread to thread, but not be used by two at once. Raises StoreError.
    """
    if path != MEMORY:
        check_path(Path(path))
        _make(path)
    db = None
    try:
        db = sqlite3.connect(
            path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False, cached_statements=256
        )
        _set_up(db, durability, writes=writes)
    except sqlite3.Error as error:
        if db is not None:
            db.close()
        raise explain(error, path) from error
    return db


def _make(path: str) -> None:
    """Make a new file that only its user and group may read, and so those that SQLite puts beside it."""
    with suppress(OSError):  # it is there, or cannot be: SQLite says why
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o660))


def empty_log(path: str) -> bool:
    """Move what the write-ahead log holds into the file, and cut it off; False while others read for too long.

    Raises StoreError.
    """
    db = connect(path)
    deadline = time.monotonic() + _PATIENCE
    try:
        while busy := bool(db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]):
            if time.monotonic() > deadline:
                break
            time.sleep(_PAUSE)  # another checkpoint is under way
    except sqlite3.Error as error:
        if is_busy(error):
            return False
        raise explain(error, path) from error
    finally:
        db.close()
    return not busy


def is_busy(error: Exception) -> bool:
    """Tell whether another connection is in the way, so that trying again may help."""
    return isinstance(error, sqlite3.Error) and _primary(error) in (5, 6)


def explain(error: sqlite3.Error | ValueError, path: str) -> StoreError:
    """Say in our words what SQLite says, and what to do about it; or what a text is that it cannot take."""
    if isinstance(error, ValueError):
        return StoreError(f"store {path}: this cannot be stored: {error}")
    meaning = _MEANINGS.get(_primary(error))
    if meaning is None:
        return StoreError(f"store {path}: {error}")
    what, hint = meaning
    return StoreError(f"store {path}: {what}", reason=what, hint=hint)


def _primary(error: sqlite3.Error) -> int:
    code: int = getattr(error, "sqlite_errorcode", 0)  # absent on errors that the module itself raises
    return code & 0xFF


def check_path(path: Path) -> None:
    """Name the plainest mistakes, which SQLite all calls 'unable to open database file'. Raises StoreError."""
    try:
        found, taken = path.parent.is_dir(), path.is_dir()
    except OSError as error:
        raise StoreError(f"store {path}: the database cannot be opened: {error.strerror}") from error
    if not found:
        raise StoreError(f"store {path}: there is no directory {path.parent}", hint=f"mkdir -p {path.parent}")
    if taken:
        raise StoreError(f"store {path}: this is a directory", hint="name a file in it, such as bot.db")


def _set_up(db: sqlite3.Connection, durability: Durability, *, writes: bool) -> None:
    db.execute(f"PRAGMA page_size = {_PAGE}")  # of a new file; an existing one keeps its own
    db.execute(f"PRAGMA synchronous = {'FULL' if durability == 'full' else 'NORMAL'}")
    db.execute(f"PRAGMA cache_size = -{_CACHE}")
    db.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT}")
    db.execute(f"PRAGMA journal_size_limit = {_LOG_KEPT}")
    db.execute("PRAGMA secure_delete = ON")  # what is removed is overwritten, in pages and where a page was freed
    if writes:
        db.execute("PRAGMA journal_mode = WAL")
    else:
        db.execute("PRAGMA query_only = ON")


# A class, since `contextlib` calls four functions more, and this is entered every turn.
class Lending:
    """Lends the reader, and says in our words what cannot be read."""

    __slots__ = ("conversation", "path", "reader")

    def __init__(self, reader: sqlite3.Connection | None, path: str, conversation: str) -> None:
        self.reader, self.path, self.conversation = reader, path, conversation

    def __enter__(self) -> sqlite3.Connection:
        if self.reader is None:
            raise StoreError(f"store {self.path}: it is not open")
        return self.reader

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, sqlite3.Error):
            raise explain(error, self.path) from error
        if isinstance(error, ValueError):
            of = f" of conversation {self.conversation}" if self.conversation else ""
            raise StoreError(f"store {self.path}: what is stored{of} cannot be read: {error}") from error
