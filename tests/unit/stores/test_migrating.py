"""A new database, one made by migrations, an older, a newer and a foreign one."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from botkit.errors import StoreError
from botkit.stores import SQLiteStore
from botkit.stores.migrating import bring_up, revision, upgrade
from botkit.stores.schema import metadata
from botkit.stores.states import HEAD


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "bot.db"


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None)


def _schema(db: sqlite3.Connection) -> set[str]:
    rows = db.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name <> 'alembic_version'")
    return {" ".join(row[0].replace('"', "").split()).replace("( ", "(").replace(" )", ")") for row in rows}


def _migrated(path: Path) -> sqlite3.Connection:
    db = _connect(path)
    upgrade(db, str(path))
    return db


def test_migrations_give_the_schema_of_the_code(path: Path) -> None:
    _migrated(path).close()
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_migrations_give_what_a_new_database_gets(path: Path, tmp_path: Path) -> None:
    fresh = _connect(tmp_path / "fresh.db")
    bring_up(fresh, "fresh.db")
    migrated = _migrated(path)
    assert _schema(migrated) == _schema(fresh)
    assert len(_schema(fresh)) == 14
    assert revision(migrated) == revision(fresh) == HEAD
    fresh.close()
    migrated.close()


def test_the_newest_revision_is_head() -> None:
    config = Config()
    config.set_main_option("script_location", "botkit.stores:migrations")
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_an_older_database_is_brought_forward(path: Path) -> None:
    db = _connect(path)
    db.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
    db.execute("INSERT INTO alembic_version VALUES ('0000')")
    db.close()
    db = _connect(path)
    with pytest.raises(StoreError, match="0000"):
        bring_up(db, str(path))
    db.execute("DELETE FROM alembic_version")  # what `downgrade base` leaves
    upgrade(db, str(path))
    assert revision(db) == HEAD
    db.close()


async def test_a_newer_database_is_refused(path: Path) -> None:
    db = _migrated(path)
    db.execute("UPDATE alembic_version SET version_num = '9999'")
    db.close()
    with pytest.raises(StoreError, match=r"9999.*newer botkit"):
        await SQLiteStore(str(path)).open()


async def test_a_foreign_database_is_refused(path: Path) -> None:
    db = _connect(path)
    db.execute("CREATE TABLE turns (x)")
    db.close()
    with pytest.raises(StoreError, match="table turns"):
        await SQLiteStore(str(path)).open()
    db = _connect(path)
    assert {row[0] for row in db.execute("SELECT name FROM sqlite_master")} == {"turns"}
    db.close()


async def test_a_database_with_other_tables_is_shared(path: Path) -> None:
    db = _connect(path)
    db.execute("CREATE TABLE orders (x)")
    db.close()
    store = SQLiteStore(str(path))
    await store.open()
    await store.close()
    db = _connect(path)
    assert revision(db) == HEAD
    db.close()


def test_opening_a_new_or_the_newest_loads_neither_alembic_nor_sqlalchemy(path: Path) -> None:
    code = (
        "import asyncio, sys\n"
        "from botkit.stores import open_store\n"
        "async def main():\n"
        "    for _ in range(2):\n"
        "        store = open_store('sqlite:///' + sys.argv[1]); await store.open(); await store.close()\n"
        "asyncio.run(main())\n"
        "print('alembic' in sys.modules or 'sqlalchemy' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"
