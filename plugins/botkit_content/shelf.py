"""The shelf: parts of long texts that are done, so that none is asked for again after a crash or another try.

A part stands there by a digest of what it was made of, the conversation among it, for a day at most. It is in a file
of its own where the settings name one; processes on one machine may share that.
"""

import hashlib
import json
import sqlite3
import threading
from pathlib import Path
from typing import Any, Final

KEPT_FOR: Final = 86_400.0  # seconds
MOST: Final = 5_000  # parts


class Shelf:
    """Keeps texts by digests, in a file or in memory. Every method may be called in any thread."""

    def __init__(self, path: str = "") -> None:
        self._lock = threading.Lock()
        if path:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            Path(path).touch(mode=0o600)  # it holds what customers wrote: only the bot's user reads it
        self._connection = sqlite3.connect(path or ":memory:", check_same_thread=False, isolation_level=None)
        self._connection.execute("PRAGMA busy_timeout = 5000")
        self._connection.execute("CREATE TABLE IF NOT EXISTS parts (digest TEXT PRIMARY KEY, text TEXT, at REAL)")
        self._connection.execute("CREATE INDEX IF NOT EXISTS by_age ON parts (at)")

    def find(self, digest: str, now: float) -> str | None:
        """Give a text that was kept and is not too old."""
        query = "SELECT text FROM parts WHERE digest = ? AND at > ?"
        with self._lock:
            self._connection.execute("DELETE FROM parts WHERE at <= ?", (now - KEPT_FOR,))
            row = self._connection.execute(query, (digest, now - KEPT_FOR)).fetchone()
        return None if row is None else str(row[0])

    def keep(self, digest: str, text: str, now: float) -> None:
        """Keep a text, and let go of what is old or too many."""
        with self._lock:
            self._connection.execute("INSERT OR REPLACE INTO parts VALUES (?, ?, ?)", (digest, text, now))
            newest = "SELECT digest FROM parts ORDER BY at DESC, rowid DESC LIMIT ?"
            delete = f"DELETE FROM parts WHERE at <= ? OR digest NOT IN ({newest})"  # noqa: S608 - our own words
            self._connection.execute(delete, (now - KEPT_FOR, MOST))

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()


def digest_of(*made_of: Any) -> str:
    """Give the digest by which a part is kept."""
    return hashlib.sha256(json.dumps(made_of, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
