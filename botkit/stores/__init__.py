"""Stores: where a bot keeps its conversations."""

from urllib.parse import unquote

from botkit.errors import ConfigError
from botkit.ports.stores import Store
from botkit.stores.connection import MEMORY, Durability
from botkit.stores.sqlite import SQLiteStore

__all__ = ["Durability", "SQLiteStore", "open_store"]


def open_store(url: str, durability: Durability = "normal", worker: str = "") -> Store:
    """Give the store that a URL names; `await store.open()` connects it.

    `sqlite:///bot.db` is a file beside the working directory, `sqlite:////var/lib/bot.db` an absolute path, and
    `sqlite://` memory, which ends with the process. `worker` is its name among those that have the same data open; by
    default one that no other process has. Raises ConfigError for what this release cannot serve.
    """
    scheme, separator, rest = url.partition("://")
    if durability not in ("normal", "full"):
        raise ConfigError(f"the store's durability is {durability!r}", hint="it is normal or full")
    if scheme.partition("+")[0] in ("postgresql", "postgres"):
        raise ConfigError(
            "this release of botkit stores conversations in SQLite only; PostgreSQL comes with a later one",
            hint="write sqlite:///bot.db until then; it will need `pip install 'botkit[postgres]'`",
        )
    if not separator or scheme != "sqlite":
        raise ConfigError(
            f"the store's URL {_shown(url)!r} names no store that botkit knows", hint="sqlite:///bot.db"
        )
    if rest and not rest.startswith("/"):
        raise ConfigError(
            f"the store's URL {url!r} has two slashes before the path", hint=f"three mean a file: sqlite:///{rest}"
        )
    path = unquote(rest[1:])
    if "\0" in path:
        raise ConfigError("the store's path holds a zero byte", hint="sqlite:///bot.db")
    return SQLiteStore(path or MEMORY, durability, worker)


def _shown(url: str) -> str:
    """Give a URL without a password that may stand in it."""
    before, at, after = url.rpartition("@")
    return f"{before.partition('://')[0]}://…@{after}" if at else url
