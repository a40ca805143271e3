"""The schema of a database: made when it is new, brought forward when it is older, refused when it is newer.

The version table is Alembic's own, and so is the text of each step (`migrations.rendering` writes it): a database
that was brought forward here and one that Alembic brought forward are the same.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from botkit.errors import StoreError
from botkit.stores import statements as sql
from botkit.stores.states import HEAD

_SCRIPTS: Final = Path(__file__).parent / "migrations" / "sqlite"
_REVISION = "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"


def bring_up(db: sqlite3.Connection, path: str) -> None:
    """See that the database has the newest schema. Raises StoreError, and sqlite3.Error."""
    if revision(db) == HEAD:
        return
    with _transaction(db):  # of two processes that start at once, the second finds it done
        if revision(db) is None:
            _create(db, path)
        else:
            upgrade(db, path, read_scripts())


def revision(db: sqlite3.Connection) -> str | None:
    """Give the revision of a database's schema; None where there is none."""
    if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone():
        return None
    row = db.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(row[0]) if row else None


def read_scripts() -> dict[str, str]:
    """Read the script of every revision, from the first to the newest."""
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(_SCRIPTS.glob("*.sql"))}


def upgrade(db: sqlite3.Connection, path: str, scripts: Mapping[str, str]) -> None:
    """Run the scripts that the database lacks, in the caller's transaction. Raises StoreError, and sqlite3.Error."""
    found = revision(db)
    known = list(scripts)
    if found is not None and found not in known:
        raise StoreError(
            f"store {path}: its schema is of revision {found}, which this botkit does not know",
            hint="a newer botkit wrote it: upgrade with `pip install -U botkit`, or use another file",
        )
    for name in known[known.index(found) + 1 :] if found is not None else known:
        for statement in _statements(scripts[name]):
            db.execute(statement).fetchall()  # an open cursor would keep the transaction from its end


def _statements(script: str) -> Iterator[str]:
    held = ""
    for line in script.splitlines(keepends=True):
        held += line
        if sqlite3.complete_statement(held):
            yield held
            held = ""


@contextmanager
def _transaction(db: sqlite3.Connection) -> Iterator[None]:
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        db.execute("ROLLBACK")
        raise


def _create(db: sqlite3.Connection, path: str) -> None:
    taken = {row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if clash := sorted(taken & set(sql.TABLES)):
        raise StoreError(
            f"store {path}: it has a table {clash[0]} that botkit did not make",
            hint="give the bot a database file of its own",
        )
    db.execute("DROP TABLE IF EXISTS alembic_version")  # empty, else there were a revision
    for statement in [*sql.SCHEMA, _REVISION]:
        db.execute(statement)
    db.execute("INSERT INTO alembic_version VALUES (?)", (HEAD,))
