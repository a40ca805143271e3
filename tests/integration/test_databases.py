"""Databases: brought forward, copied from one kind into the other, and what a conversation notices of it: nothing."""

import re
import sqlite3
from itertools import pairwise
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from typer.testing import CliRunner

from botkit import Bot
from botkit.app.databases import upgrade_database
from botkit.cli.application import app
from botkit.errors import StoreError, UsageError
from botkit.model.replies import Call, Reply
from botkit.ports.files import FileLimits
from botkit.ports.stores import Store
from botkit.stores import copying, open_files, open_store
from botkit.stores.copying import copy_store, tables
from botkit.stores.migrations import rendering
from botkit.stores.postgres import copying as postgres_copying
from botkit.stores.postgres import looking
from botkit.stores.states import HEAD
from botkit.testing.clocks import FakeClock
from botkit.testing.files import read, streamed
from botkit.testing.samples import sample
from botkit.testing.stored import HOSTILE, NOW, contact, fill_corners, message, take, timeless
from tests.benchmarks.talk import BOT

runner = CliRunner()
SCRIPTS = Path(rendering.__file__).parent


def _nobody(table: str, done: int, every: int) -> None:
    pass


async def _filled(url: str) -> Store:
    store = open_store(url)
    await store.open()
    for name in (*HOSTILE, "esc \x1b0 \x1b1"):
        await fill_corners(store, await contact(store, name))
        await store.accept(message(name, 2, "waits \x00"), NOW)
        await take(store, f"web:{name}", 2, replies=(Reply(f"{name}/more"),), calls=(Call(f"{name}/open", "x"),))
    await store.save_version("v1", {"bot.yaml": "name: 店\n"}, NOW)
    return store


async def _picture(url: str) -> list[Any]:
    """Give everything that a store tells."""
    store = open_store(url)
    await store.open()
    try:
        names = sorted(one.conversation for one in await store.conversations())
        per = [
            (
                timeless(await store.load(name)),
                await store.turns(name),
                await store.outgoing(name),
                await store.deliveries(name),
            )
            for name in names
        ]
        listed = sorted(await store.conversations(), key=lambda one: one.conversation)
        open_ = sorted(await store.open_calls(), key=repr)
        return [names, per, listed, open_, sorted(await store.failed(), key=repr), await store.version("v1")]
    finally:
        await store.close()


async def test_everything_arrives_in_both_directions(tmp_path: Path, database: str) -> None:
    first, second = f"sqlite:///{tmp_path}/first.db", f"sqlite:///{tmp_path}/second.db"
    await (await _filled(first)).close()
    copied = await copy_store(first, database, _nobody)
    assert copied["conversations"] == len(HOSTILE) + 1
    assert min(copied[name] for name in ("turns", "outbox", "calls", "timers", "seen", "versions")) > 0
    assert await _picture(database) == await _picture(first)
    assert await copy_store(database, second, _nobody) == copied
    assert await _picture(second) == await _picture(first)


async def _put(url: str, conversation: str, size: int) -> tuple[str, bytes]:
    content = sample("photo.png", size)
    store = open_store(url)
    await store.open()
    files = open_files(store, FileLimits(), FakeClock(NOW))
    file = await files.put(conversation, "lamp.png", streamed(content))
    await files.send(conversation, [file.ref])
    await files.close()
    await store.close()
    return file.ref, content


async def _files(url: str, *conversations: str) -> list[Any]:
    store = open_store(url)
    await store.open()
    files = open_files(store, FileLimits(), FakeClock(NOW))
    found: list[Any] = []
    for conversation in conversations:
        kept = await files.files(conversation)
        found += [(conversation, one, await read(files, conversation, one.file.ref)) for one in kept]
    await files.close()
    await store.close()
    return found


async def test_files_are_copied_with_their_content(tmp_path: Path, database: str) -> None:
    first, second = f"sqlite:///{tmp_path}/first.db", f"sqlite:///{tmp_path}/second.db"
    holders = ("web:1", "web:客户\x00", "web:3")
    for conversation, size in zip(holders, (600_000, 600_000, 70), strict=True):
        await _put(first, conversation, size)
    await copy_store(first, database, _nobody)
    assert await _files(database, *holders) == await _files(first, *holders)
    await copy_store(database, second, _nobody)
    assert await _files(second, *holders) == await _files(first, *holders)
    await copy_store(first, database, _nobody, force=True)
    db = await asyncpg.connect(database)
    assert await db.fetchval("SELECT count(DISTINCT content) FROM file_parts") == 2
    await db.close()


@pytest.mark.parametrize("damage", ["gone", "changed"])
async def test_a_file_that_is_damaged_is_not_copied(tmp_path: Path, database: str, damage: str) -> None:
    url = f"sqlite:///{tmp_path}/bot.db"
    ref, content = await _put(url, "web:1", 100)
    place = tmp_path / "bot.db-files" / ref[:2] / ref
    place.unlink()
    if damage == "changed":
        place.write_bytes(content[:-1])
    for target in (database, f"sqlite:///{tmp_path}/other.db"):
        with pytest.raises(StoreError, match="gone or damaged"):
            await copy_store(url, target, _nobody)
        assert await _files(target, "web:1") == []


async def test_a_copy_works_on(tmp_path: Path, database: str) -> None:
    await (await _filled(f"sqlite:///{tmp_path}/bot.db")).close()
    await copy_store(f"sqlite:///{tmp_path}/bot.db", database, _nobody)
    store = open_store(database)
    await store.open()
    assert len(await store.claim_calls()) == 2 * (len(HOSTILE) + 1)  # nobody has them
    assert (await store.claim("web:../../etc/passwd")).replies
    assert (await store.accept(message(HOSTILE[0], "first"), NOW)).duplicate
    assert set(await store.fire(NOW + 1000)) == {f"web:{name}" for name in (*HOSTILE, "esc \x1b0 \x1b1")}
    await take(store, await contact(store, "new"))
    assert (await store.load("web:new")).session is not None
    await store.close()


async def test_a_conversation_goes_on_where_it_was(tmp_path: Path, database: str) -> None:
    first, second = f"sqlite:///{tmp_path}/first.db", f"sqlite:///{tmp_path}/second.db"
    said = []
    for url, text, onward in (
        (first, "where is my order", database),
        (database, "A-10293", second),
        (second, "yes", None),
    ):
        async with await Bot.load(BOT, store=url) as bot:
            said.append((await bot.say(text, "web:1")).text)
        if onward:
            await copy_store(url, onward, _nobody)
    assert said == [
        "Which order is it about?",
        "Order A-10293 is on its way.\nIs there another order to look up?",
        "Which one?",
    ]


async def test_a_target_that_holds_something_is_replaced_only_by_force(tmp_path: Path, database: str) -> None:
    url = f"sqlite:///{tmp_path}/bot.db"
    store = open_store(url)
    await store.open()
    await contact(store, "ours")
    await store.close()
    other = open_store(database)
    await other.open()
    for chat in ("theirs", "too"):
        await contact(other, chat)
    await other.close()
    with pytest.raises(UsageError, match="not empty: it has 2 conversations") as error:
        await copy_store(url, database, _nobody)
    assert "--force" in str(error.value.hint)
    assert (await _picture(database))[0] == ["web:theirs", "web:too"]
    await copy_store(url, database, _nobody, force=True)
    assert (await _picture(database))[0] == ["web:ours"]
    await copy_store(database, url, _nobody, force=True)
    assert (await _picture(url))[0] == ["web:ours"]


@pytest.mark.parametrize("to_postgres", [True, False])
async def test_a_copy_that_differs_is_none(
    tmp_path: Path, database: str, to_postgres: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path}/bot.db"
    await (await _filled(url if to_postgres else database)).close()
    source, target = (url, database) if to_postgres else (database, url)
    end = postgres_copying.PostgresEnd if to_postgres else copying.SQLiteEnd
    real = end.write

    async def lose(self: Any, table: copying.Table, rows: Any) -> None:
        await real(self, table, rows if table.name != "timers" else rows[1:])

    monkeypatch.setattr(end, "write", lose)
    with pytest.raises(StoreError, match="timers"):
        await copy_store(source, target, _nobody)
    assert (await _picture(target))[0] == []


async def test_a_store_in_use_is_not_copied(tmp_path: Path, database: str) -> None:
    url = f"sqlite:///{tmp_path}/bot.db"
    store = open_store(database, worker="busy")
    await store.open()
    for source, target in ((url, database), (database, url)):
        with pytest.raises(StoreError, match="busy has it open"):
            await copy_store(source, target, _nobody)
    await store.close()
    serving = open_store(url)
    await serving.hold(0.0, lambda _: False)
    await serving.open()
    with pytest.raises(StoreError):
        await copy_store(url, database, _nobody)
    await serving.close()
    await copy_store(url, database, _nobody)


@pytest.mark.parametrize("target", ["sqlite://", "mysql://x/y", "bot.db", "sqlite:///:memory:"])
async def test_what_is_no_store_is_refused(tmp_path: Path, target: str) -> None:
    with pytest.raises(UsageError):
        await copy_store(f"sqlite:///{tmp_path}/bot.db", target, _nobody)
    with pytest.raises(UsageError, match="into itself"):
        await copy_store(target, target, _nobody)


# -- the commands


def test_the_commands(tmp_path: Path, database: str) -> None:
    url = f"sqlite:///{tmp_path}/bot.db"
    (tmp_path / "bot.yaml").write_text(f"name: x\nstore: {database}\n", encoding="utf-8")
    (tmp_path / "flows.yaml").write_text("flows: {hi: {start: {commands: [hi]}, steps: [say: Hi]}}\n")
    for looks in (["--history"], ["--dry-run", "--no-tests"]):
        assert runner.invoke(app, ["publish", str(tmp_path), *looks]).exit_code == 0
    for looks in (["db", "copy", database, url], ["conversations", "list", "--store", database]):
        unused = runner.invoke(app, looks)  # looking makes no tables
        assert (unused.exit_code, unused.stdout) == (2, "")
        assert "there is no store at postgresql://…@127.0.0.1" in unused.stderr
    missing = runner.invoke(app, ["db", "copy", url, database])
    assert missing.exit_code == 2
    with sqlite3.connect(tmp_path / "bot.db") as db:
        db.executescript((SCRIPTS / "sqlite" / "0001.sql").read_text(encoding="utf-8"))
    db.close()
    assert "revision" in runner.invoke(app, ["db", "upgrade", url]).output
    done = runner.invoke(app, ["db", "copy", url, database])
    assert (done.exit_code, "0 conversations" in done.output) == (0, True), done.output
    assert runner.invoke(app, ["db", "upgrade", database]).exit_code == 0
    (tmp_path / "bot.yaml").write_text(f"name: x\nstore: {database}\n", encoding="utf-8")
    assert "…@127.0.0.1" in runner.invoke(app, ["db", "upgrade", str(tmp_path)]).output
    listed = runner.invoke(app, ["conversations", "list", "--dir", str(tmp_path)])
    assert listed.exit_code == 0, listed.output


def test_a_bot_yaml_with_postgresql_keeps_a_chat(
    tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bot.yaml").write_text("name: x\nstore: ${DATABASE}\n", encoding="utf-8")
    (tmp_path / "flows.yaml").write_text(
        "flows: {hi: {start: {commands: [hi]}, steps: [{ask: who, say: Who?}, {say: 'Hello {{ who }}.'}]}}",
        encoding="utf-8",
    )
    monkeypatch.setenv("DATABASE", database)
    for text, reply in (("/hi", "Who?"), ("Ada", "Hello Ada.")):
        ran = runner.invoke(app, ["chat", str(tmp_path), "--json", "--conversation", "talk:1"], input=f"{text}\n")
        assert reply in ran.output, ran.output
    why = runner.invoke(app, ["why", "talk:1", "--dir", str(tmp_path)])
    assert "Hello Ada." in why.output, why.output
    monkeypatch.setenv("DATABASE", "postgresql://bot:geheim@127.0.0.1:1/x")
    for command in (["conversations", "list", "--dir"], ["chat", "--conversation", "talk:1"], ["check"]):
        told = runner.invoke(app, [*command, str(tmp_path)])
        assert "geheim" not in told.output + str(told.exception)


def test_the_doctor_looks_at_the_server(tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bot.yaml").write_text("name: x\nstore: ${DATABASE}\n", encoding="utf-8")
    (tmp_path / "flows.yaml").write_text("flows: {hi: {start: {commands: [hi]}, steps: [say: Hi]}}", encoding="utf-8")
    monkeypatch.setattr(looking, "_SAFE", {"full_page_writes": "on"})  # the tests' own server saves the disk
    monkeypatch.setenv("DATABASE", database)
    assert "without tables yet" in runner.invoke(app, ["doctor", str(tmp_path)]).output
    runner.invoke(app, ["db", "upgrade", database])
    assert f"revision {HEAD}" in runner.invoke(app, ["doctor", str(tmp_path)]).output
    monkeypatch.setattr(looking, "_SAFE", {"fsync": "on"})
    assert "fsync is off" in runner.invoke(app, ["doctor", str(tmp_path)]).output
    monkeypatch.setattr(looking, "_SAFE", {})
    monkeypatch.setattr(looking, "OLDEST", 99)
    assert "needs 99 or newer" in runner.invoke(app, ["doctor", str(tmp_path)]).output
    monkeypatch.setenv("DATABASE", "postgresql://bot:geheim@127.0.0.1:1/x")
    told = runner.invoke(app, ["doctor", str(tmp_path)])
    assert (told.exit_code, "cannot be reached" in told.output, "geheim" in told.output) == (1, True, False)


# -- the rule of revisions: expand, then contract


def _used_by(revision: str) -> set[str]:
    """Give the tables and columns (table.column) that the schema of a revision has."""
    db = sqlite3.connect(":memory:")
    for name, script in rendering.render().items():
        db.executescript(script)
        if name == revision:
            break
    names = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    found = set(names) | {f"{name}.{row[1]}" for name in names for row in db.execute(f"PRAGMA table_info({name})")}
    db.close()
    return found


def taken_away(scripts: dict[str, str]) -> list[str]:
    """Name the revisions that drop or rename something, or that demand of old workers what they do not write."""
    bad = re.compile(
        r"\b(DROP\s+(TABLE|COLUMN)|RENAME|SET\s+NOT\s+NULL|ALTER\s+COLUMN\s+\w+\s+TYPE)\b", re.IGNORECASE
    )
    demand = re.compile(r"ADD COLUMN (?!.*DEFAULT).*NOT NULL", re.IGNORECASE)
    return [name for name, text in scripts.items() if bad.search(text) or demand.search(text)]


@pytest.mark.parametrize("dialect", rendering.DIALECTS)
def test_a_revision_takes_nothing_away_from_the_one_before(dialect: str) -> None:
    assert taken_away(dict(rendering.render(dialect=dialect))) == []


def test_every_revision_has_what_the_one_before_had() -> None:
    revisions = list(rendering.render())
    for before, after in pairwise(revisions):
        assert _used_by(before) <= _used_by(after)


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE outbox DROP COLUMN note;",
        "DROP TABLE failures;",
        "ALTER TABLE outbox RENAME COLUMN note TO why;",
        "ALTER TABLE outbox ALTER COLUMN note SET NOT NULL;",
        "ALTER TABLE outbox ADD COLUMN kind TEXT NOT NULL;",
        "alter table outbox alter column at type text;",
    ],
)
def test_what_takes_something_away_would_be_seen(statement: str) -> None:
    assert taken_away({"0009": statement}) == ["0009"]
    assert taken_away({"0009": "ALTER TABLE outbox ADD COLUMN kind TEXT NOT NULL DEFAULT 'x';"}) == []


async def test_postgresql_has_the_tables_of_the_code(database: str) -> None:
    store = open_store(database)
    await store.open()
    await store.close()
    db = await asyncpg.connect(database)
    rows = await db.fetch(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' "
        "ORDER BY table_name, ordinal_position"
    )
    await db.close()
    found: dict[str, list[str]] = {}
    for table, column in rows:
        found.setdefault(table, []).append(column)
    found.pop("alembic_version")
    assert found.pop("file_parts") == ["content", "n", "data", "coming"]  # SQLite has a folder instead
    assert found == {table.name: list(table.columns) for table in tables()}


async def test_upgrade_makes_the_carriers_tables_too(database: str) -> None:
    for _ in range(2):
        await upgrade_database(database)
    connection = await asyncpg.connect(database)
    assert await connection.fetchval("SELECT count(*) FROM botkit_pgqueuer") == 0
    await connection.close()
