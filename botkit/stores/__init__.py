"""Stores: where a bot keeps its conversations, and the files that came in them."""

from typing import TYPE_CHECKING
from urllib.parse import unquote

from botkit.errors import ConfigError
from botkit.ports.clocks import Clock
from botkit.ports.files import FileLimits, Files
from botkit.ports.stores import Store
from botkit.stores.buckets import Bucket, BucketSettings, open_bucket
from botkit.stores.connection import MEMORY, Durability
from botkit.stores.sqlite import SQLiteStore
from botkit.stores.urls import is_postgres, shown

if TYPE_CHECKING:
    from botkit.stores.objects import ObjectShelf

__all__ = ["BucketSettings", "Durability", "SQLiteStore", "open_files", "open_store"]


def open_store(url: str, durability: Durability = "normal", worker: str = "") -> Store:
    """Give the store that a URL names; `await store.open()` connects it.

    `sqlite:///bot.db` is a file beside the working directory, `sqlite:////var/lib/bot.db` an absolute path, and
    `sqlite://` memory, which ends with the process. `postgresql://user:password@host:5432/database` is a server's,
    whose own affair the `durability` is. `worker` is its name among those that have the same data open; by default
    one that no other process has. Raises ConfigError for what cannot be read, and where a package is missing.
    """
    scheme, separator, rest = url.partition("://")
    if durability not in ("normal", "full"):
        raise ConfigError(f"the store's durability is {durability!r}", hint="it is normal or full")
    if is_postgres(url):
        from botkit.stores.postgres import PostgreSQLStore  # its driver is an extra

        return PostgreSQLStore(url, worker)
    if not separator or scheme != "sqlite":
        raise ConfigError(
            f"the store's URL {shown(url)!r} names no store that botkit knows",
            hint="sqlite:///bot.db, or postgresql://user:password@host:5432/database",
        )
    if rest and not rest.startswith("/"):
        raise ConfigError(
            f"the store's URL {shown(url)!r} has two slashes before the path",
            hint=f"three mean a file: sqlite:///{rest}",
        )
    path = unquote(rest[1:])
    if "\0" in path:
        raise ConfigError("the store's path holds a zero byte", hint="sqlite:///bot.db")
    return SQLiteStore(path or MEMORY, durability, worker)


def open_files(store: Store, limits: FileLimits, clock: Clock, bucket: BucketSettings | None = None) -> Files:
    """Give the files that go with a store, which is opened before they are used, and closed after they are.

    Beside an SQLite file they are in the folder `FILE-files`, with PostgreSQL in its tables; what comes to either
    stands in the `bucket` if there is one. Else they are in memory. Raises ConfigError where a package is missing.
    """
    from botkit.stores.files import KeptFiles  # few bots take files at once when they start

    shelf = _open_shelf(store, open_bucket(bucket) if bucket is not None and not bucket.lacks else None)
    if shelf is None:
        from botkit.stores.memory import MemoryShelf

        return KeptFiles(MemoryShelf(), limits, clock)
    return KeptFiles(shelf, limits, clock, shelf)


def _open_shelf(store: Store, bucket: Bucket | None) -> "ObjectShelf | None":
    """Give the shelf of a database; None for a store that has none."""
    if isinstance(store, SQLiteStore) and store.path != MEMORY:
        from botkit.stores.folders import Folder, folder_of
        from botkit.stores.object_rows import SQLiteObjects
        from botkit.stores.objects import ObjectShelf
        from botkit.stores.shelves import SQLiteShelf

        folder = Folder(folder_of(store.path), store.durability)
        return ObjectShelf(SQLiteShelf(store, folder), SQLiteObjects(store, folder), bucket, folder)
    if hasattr(store, "url"):
        from botkit.stores.objects import ObjectShelf
        from botkit.stores.postgres import PostgreSQLStore  # its driver is an extra
        from botkit.stores.postgres.objects import PostgresObjects
        from botkit.stores.postgres.shelf import PostgresShelf

        if isinstance(store, PostgreSQLStore):
            shelf = PostgresShelf(store.url, store.worker)
            return ObjectShelf(shelf, PostgresObjects(shelf), bucket)
    return None
