"""The schema of a database: made when it is new, brought forward when it is older.

Revisions only ever add (expand) until nothing uses what is to go (contract): what one revision uses, the next one
leaves alone. So workers of two neighbouring releases have one database side by side, while a new one is deployed or
taken back; a database that is one revision newer is used as it is, and one that is newer still is refused.
"""

import re
from pathlib import Path
from typing import Any, Final

from botkit.errors import StoreError
from botkit.stores.postgres.connections import Link
from botkit.stores.states import HEAD

_SCRIPTS: Final = Path(__file__).parent.parent / "migrations" / "postgresql"
_LOCK: Final = 0x626F746B6974  # 'botkit': of the workers that start at once, one makes the schema
_HAS: Final = (  # not to_regclass, which may remember that a table was not there from before the lock
    "SELECT EXISTS (SELECT FROM pg_class WHERE relname = $1 AND relkind IN ('r', 'p') AND pg_table_is_visible(oid))"
)
_PATIENCE: Final = "SET LOCAL lock_timeout = '10s'; SET LOCAL idle_in_transaction_session_timeout = '60s'"


async def bring_up(link: Link, place: str) -> bool:
    """See that the database has the newest schema; False if it had. Raises StoreError, asyncpg.PostgresError."""
    if _is_current(await revision(link.db), place):
        return False
    async with link.db.transaction():
        await link.db.execute(_PATIENCE)
        await link.db.execute("SELECT pg_advisory_xact_lock($1)", _LOCK)
        found = await revision(link.db)
        if _is_current(found, place):
            return False
        scripts = read_scripts()
        if found is None:
            await _check(link.db, place, scripts)
        names = list(scripts)
        for name in names[names.index(found) + 1 :] if found is not None else names:
            await link.db.execute(scripts[name])
    return True


def _is_current(found: str | None, place: str) -> bool:
    if found is None:
        return False
    if not found.isdigit() or int(found) > int(HEAD) + 1:
        raise StoreError(
            f"store {place}: its schema is of revision {found}, which this botkit does not know",
            hint="a newer botkit wrote it: upgrade with `pip install -U botkit`, or use another database",
        )
    return int(found) >= int(HEAD)


async def revision(db: Any) -> str | None:
    """Give the revision of a database's schema; None where there is none."""
    if not await _has(db, "alembic_version"):
        return None
    found: str | None = await db.fetchval("SELECT version_num FROM alembic_version")
    return found


def read_scripts() -> dict[str, str]:
    """Read the script of every revision, from the first to the newest, for a transaction of the caller's."""
    return {
        path.stem: re.sub(r"(?m)^(BEGIN|COMMIT);$", "", path.read_text(encoding="utf-8"))
        for path in sorted(_SCRIPTS.glob("*.sql"))
    }


async def _check(db: Any, place: str, scripts: dict[str, str]) -> None:
    for table in re.findall(r"CREATE TABLE (\w+)", "".join(scripts.values())):
        if table != "alembic_version" and await _has(db, table):
            raise StoreError(
                f"store {place}: it has a table {table} that botkit did not make",
                hint="give the bot a database, or a schema, of its own",
            )
    await db.execute("DROP TABLE IF EXISTS alembic_version")  # empty, else there were a revision


async def _has(db: Any, table: str) -> bool:
    found: bool = await db.fetchval(_HAS, table)
    return found
