"""Databases of bots: which one is meant, and what its schema was and is."""

from collections.abc import Callable
from pathlib import Path

from botkit.app.config import FILE
from botkit.app.histories import locate_history, require_store
from botkit.app.nodes import find_carrier
from botkit.errors import UsageError
from botkit.stores import open_store
from botkit.stores.copying import Progress, copy_store, count_store, counted
from botkit.stores.states import HEAD
from botkit.stores.urls import is_postgres, shown


def locate_database(name: str) -> str:
    """Give the store that a URL names, or that of a bot's directory. Raises UsageError, LoadError."""
    if "://" in name:
        return name
    if not (Path(name) / FILE).is_file():
        raise UsageError(
            f"{name} is no store and no bot", hint="a URL as sqlite:///bot.db, or a directory with a bot.yaml"
        )
    return locate_history(Path(name))


async def upgrade_database(url: str) -> str:
    """Bring a database's tables forward, those of its carrier too, as a start does; give its name and revision."""
    if not is_postgres(url):
        await require_store(url)
    store = open_store(url)
    await store.open()
    await store.close()
    carrier = find_carrier(url, "all")
    if carrier is not None:
        await carrier.open()
        await carrier.close()
    return f"{shown(url)} is at revision {HEAD}"


async def look_at_database(url: str) -> str:
    """Say what a PostgreSQL database is; nothing is changed. Raises StoreError, ConfigError."""
    from botkit.stores.postgres.looking import look  # its driver is an extra

    return await look(url)


async def copy_database(
    source: str, target: str, progress: Progress, *, force: bool, agreed: Callable[[str], bool]
) -> dict[str, int] | None:
    """Copy everything of one store into another; give the rows of each table.

    With `force` what the target holds is replaced, if that is agreed to when it is asked; else None is given.
    """
    await require_store(source)
    if force and source != target:
        held = await count_store(target)  # in no transaction while somebody thinks: a server ends one that waits
        what = f"all that {shown(target)} holds, {counted(held['conversations'], 'conversation')},"
        if any(held.values()) and not agreed(f"Replace {what} by a copy of {shown(source)}?"):
            return None
    return await copy_store(source, target, progress, force=force)
