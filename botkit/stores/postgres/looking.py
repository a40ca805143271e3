"""Looking at a server before a bot relies on it: is it there, what is it, and does it keep what it was told."""

from collections.abc import Mapping
from typing import Final

import asyncpg

from botkit.errors import StoreError
from botkit.ports.postgres import CONNECT_WITHIN, SETTINGS
from botkit.stores.postgres.connections import explain
from botkit.stores.postgres.migrating import revision
from botkit.stores.urls import read_postgres, shown

OLDEST: Final = 14
_SAFE: Final[Mapping[str, str]] = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}


async def has_tables(url: str) -> bool:
    """Tell whether a bot has used a database; nothing is changed. Raises StoreError, ConfigError."""
    try:
        db = await asyncpg.connect(read_postgres(url), timeout=CONNECT_WITHIN, server_settings=dict(SETTINGS))
        try:
            return await revision(db) is not None
        finally:
            await db.close(timeout=CONNECT_WITHIN)
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError) as error:
        raise explain(error, shown(url)) from error


async def look(url: str) -> str:
    """Say what a database is, such as 'PostgreSQL 15.8, revision 0003'; nothing is changed.

    Raises StoreError where it cannot be used, is too old, or would lose what it was told.
    """
    place = shown(url)
    try:
        db = await asyncpg.connect(read_postgres(url), timeout=CONNECT_WITHIN, server_settings=dict(SETTINGS))
        try:
            version = str(await db.fetchval("SHOW server_version")).split()[0]
            settings = {name: await db.fetchval(f"SHOW {name}") for name in _SAFE}
            found = await revision(db)
        finally:
            await db.close(timeout=CONNECT_WITHIN)
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError) as error:
        raise explain(error, place) from error
    if int(version.split(".")[0]) < OLDEST:
        raise StoreError(f"store {place}: it is PostgreSQL {version}", hint=f"botkit needs {OLDEST} or newer")
    for name, value in settings.items():
        if value == "off":
            raise StoreError(
                f"store {place}: the server's {name} is off, so that a crash loses messages",
                hint=f"ALTER SYSTEM SET {name} = {_SAFE[name]}; SELECT pg_reload_conf()",
            )
    return f"PostgreSQL {version}, {f'revision {found}' if found else 'without tables yet'}"
