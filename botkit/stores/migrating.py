"""The schema of a database: made when it is new, brought forward when it is older, refused when it is newer."""

import sqlite3
from typing import TYPE_CHECKING

from botkit.errors import StoreError
from botkit.stores import statements as sql
from botkit.stores.states import HEAD

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

_REVISION = "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"


def bring_up(db: sqlite3.Connection, path: str) -> None:
    """See that the database has the newest schema. Raises StoreError, and sqlite3.Error.

    Alembic and SQLAlchemy are loaded only for a database that is older.
    """
    if revision(db) == HEAD:
        return
    db.execute("BEGIN IMMEDIATE")  # of two processes that start at once, the second finds it done
    try:
        found = revision(db)
        if found is None:
            _create(db, path)
        db.execute("COMMIT")
    except BaseException:
        db.execute("ROLLBACK")
        raise
    if found not in (None, HEAD):
        upgrade(db, path)


def revision(db: sqlite3.Connection) -> str | None:
    """Give the revision of a database's schema; None where there is none."""
    if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone():
        return None
    row = db.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(row[0]) if row else None


def upgrade(db: sqlite3.Connection, path: str, to: str = HEAD) -> None:
    """Run the migrations that the database lacks, in one transaction."""
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", "botkit.stores:migrations")
    found = revision(db)
    try:
        ScriptDirectory.from_config(config).get_revision(found or "base")
    except CommandError as error:
        raise StoreError(
            f"store {path}: its schema is of revision {found}, which this botkit does not know",
            hint="a newer botkit wrote it: upgrade with `pip install -U botkit`, or use another file",
        ) from error
    with _engine_connection(db) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, to)


def _engine_connection(db: sqlite3.Connection) -> "Connection":
    from sqlalchemy import create_engine, event
    from sqlalchemy.pool import StaticPool

    engine = create_engine("sqlite://", creator=lambda: db, poolclass=StaticPool)

    @event.listens_for(engine, "begin")
    def begin(connection: "Connection") -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine.connect()


def _create(db: sqlite3.Connection, path: str) -> None:
    taken = {row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if clash := sorted(taken & set(sql.TABLES)):
        raise StoreError(
            f"store {path}: it has a table {clash[0]} that botkit did not make",
            hint="give the bot a database file of its own",
        )
    for statement in [*sql.SCHEMA, _REVISION]:
        db.execute(statement)
    db.execute("INSERT INTO alembic_version VALUES (?)", (HEAD,))
