"""A new database, one made by migrations, an older, a newer and a foreign one; by SQLite's text and by Alembic."""

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from botkit.errors import StoreError
from botkit.stores import SQLiteStore, migrating
from botkit.stores.migrating import bring_up, read_scripts, revision, upgrade
from botkit.stores.migrations import rendering
from botkit.stores.schema import metadata
from botkit.stores.states import HEAD

MIGRATIONS = Path(rendering.__file__).parent

NEXT = f"{int(HEAD) + 1:04}"
SECOND = """
import sqlalchemy as sa
from alembic import op

revision = "NEXT"
down_revision = "HEAD"
branch_labels = None
depends_on = None

_before = sa.Table(
    "versions",
    sa.MetaData(),
    sa.Column("version", sa.Text, primary_key=True),
    sa.Column("at", sa.Float, nullable=False),
    sa.Column("data", sa.LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)


def upgrade():
    op.add_column("turns", sa.Column("note", sa.Text))
    op.execute("UPDATE turns SET note = 'it; was\\nhere'")
    with op.batch_alter_table("versions", copy_from=_before) as batch:
        batch.alter_column("data", nullable=True)


def downgrade():
    op.drop_column("turns", "note")
"""


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
    upgrade(db, str(path), read_scripts())
    return db


def _by_alembic(path: Path, location: str = rendering.HERE, to: str = "head") -> None:
    config = Config()
    config.set_main_option("script_location", location)
    with create_engine(f"sqlite:///{path}", poolclass=NullPool).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, to)


def _by_text(path: Path, location: str = rendering.HERE, to: str = "head") -> None:
    scripts = rendering.render(location)
    kept: Mapping[str, str] = {name: text for name, text in scripts.items() if to in ("head", name) or name < to}
    db = _connect(path)
    upgrade(db, str(path), kept)
    db.close()


@pytest.fixture
def two_revisions(tmp_path: Path) -> str:
    """The migrations with one more: a column, a change of rows, a table copied."""
    folder = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions" / "9998_second.py").write_text(
        SECOND.replace("NEXT", NEXT).replace("HEAD", HEAD), encoding="utf-8"
    )
    return str(folder)


@pytest.mark.parametrize("dialect", rendering.DIALECTS)
def test_the_scripts_are_their_revisions_rendered(dialect: str) -> None:
    kept = {path.stem: path.read_text(encoding="utf-8") for path in (MIGRATIONS / dialect).glob("*.sql")}
    assert kept == rendering.render(dialect=dialect), "run `python -m botkit.stores.migrations.rendering`"


def test_the_scripts_follow_each_other_by_name() -> None:
    assert list(read_scripts()) == list(rendering.render())  # names sort as revisions follow each other


def test_writing_leaves_what_is_rendered_alone(tmp_path: Path) -> None:
    (tmp_path / "0000.sql").write_text("SELECT 1;\n", encoding="utf-8")
    rendering.write(tmp_path)
    assert {path.stem: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()} == rendering.render()


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
    assert len(_schema(fresh)) == 40
    assert revision(migrated) == revision(fresh) == HEAD
    fresh.close()
    migrated.close()


def test_the_newest_revision_is_head() -> None:
    assert list(read_scripts())[-1] == HEAD


@pytest.mark.parametrize("first", [_by_text, _by_alembic])
@pytest.mark.parametrize("second", [_by_text, _by_alembic])
def test_text_and_alembic_understand_each_other(
    path: Path, tmp_path: Path, two_revisions: str, first: Callable[..., None], second: Callable[..., None]
) -> None:
    wanted = tmp_path / "wanted.db"
    for one, steps in ((wanted, (_by_alembic, _by_alembic)), (path, (first, second))):
        steps[0](one, two_revisions, HEAD)
        db = _connect(one)
        db.execute("INSERT INTO turns (conversation, seq, data) VALUES (1, 1, x'00')")
        db.execute("INSERT INTO versions VALUES ('v', 1.5, x'01')")
        db.close()
        steps[1](one, two_revisions)
        steps[1](one, two_revisions)  # done already
    db, model = _connect(path), _connect(wanted)
    assert revision(db) == NEXT
    assert _schema(db) == _schema(model)
    assert db.execute("SELECT * FROM turns").fetchall() == [(1, 1, b"\0", "it; was\nhere")]
    assert db.execute("SELECT * FROM versions").fetchall() == [("v", 1.5, b"\1")]
    db.execute("INSERT INTO versions VALUES ('w', 2.5, NULL)")
    db.close()
    model.close()


async def test_a_new_database_is_left_alone_by_alembic(path: Path) -> None:
    store = SQLiteStore(str(path))
    await store.open()
    await store.close()
    made = _connect(path)
    before = _schema(made)
    _by_alembic(path)
    assert (_schema(made), revision(made)) == (before, HEAD)
    made.close()


def test_an_older_database_is_brought_forward_when_it_is_opened(
    path: Path, two_revisions: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    db = _migrated(path)
    scripts = rendering.render(two_revisions)
    monkeypatch.setattr(migrating, "read_scripts", lambda: scripts)
    monkeypatch.setattr(migrating, "HEAD", NEXT)
    bring_up(db, str(path))
    assert revision(db) == NEXT
    assert not db.in_transaction
    db.close()


def test_a_migration_that_fails_changes_nothing(
    path: Path, two_revisions: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    db = _migrated(path)
    before = _schema(db)
    broken = rendering.render(two_revisions)[NEXT].replace("UPDATE alembic_version", "UPDATE nowhere")
    monkeypatch.setattr(migrating, "read_scripts", lambda: {**read_scripts(), NEXT: broken})
    monkeypatch.setattr(migrating, "HEAD", NEXT)
    with pytest.raises(sqlite3.OperationalError, match="nowhere"):
        bring_up(db, str(path))
    assert (_schema(db), revision(db), db.in_transaction) == (before, HEAD, False)
    db.close()


def test_a_database_of_an_unknown_revision_is_refused(path: Path) -> None:
    db = _connect(path)
    db.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
    db.execute("INSERT INTO alembic_version VALUES ('0000')")
    with pytest.raises(StoreError, match="0000"):
        bring_up(db, str(path))
    db.execute("DELETE FROM alembic_version")  # what `downgrade base` leaves
    bring_up(db, str(path))
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


def test_opening_loads_neither_alembic_nor_sqlalchemy(path: Path) -> None:
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
