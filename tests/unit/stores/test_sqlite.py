"""The SQLite store's own: URLs, what goes wrong with files, two processes, marks, size."""

import asyncio
import os
import sqlite3
import sys
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from botkit.errors import ConfigError, StoreError
from botkit.model.replies import Reply
from botkit.ports.connectors import Accepted
from botkit.stores import Durability, SQLiteStore, open_store
from botkit.stores.connection import connect, explain
from botkit.stores.work import nothing
from botkit.stores.writers import Inline, Marks, Threaded, Writer
from botkit.testing.stored import NOW, commit_of, contact, message, take, turn


@pytest.fixture(params=["normal", "full"])
def durability(request: pytest.FixtureRequest) -> Durability:
    return "full" if request.param == "full" else "normal"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "bot.db"


@pytest.fixture
async def store(path: Path, durability: Durability) -> AsyncIterator[SQLiteStore]:
    store = SQLiteStore(str(path), durability)
    await store.open()
    yield store
    await store.close()


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite://", ":memory:"),
        ("sqlite:///:memory:", ":memory:"),
        ("sqlite:///bot.db", "bot.db"),
        ("sqlite:////var/lib/bot.db", "/var/lib/bot.db"),
        ("sqlite:///my%20bot.db", "my bot.db"),
        ("sqlite:///机器人.db", "机器人.db"),
    ],
)
def test_a_url_names_a_store(url: str, path: str) -> None:
    store = open_store(url, "full")
    assert isinstance(store, SQLiteStore)
    assert (store.path, store.durability) == (path, "normal" if path == ":memory:" else "full")


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("mysql://u:geheim@h/db", "mysql://…@h/db"),
        ("bot.db", "names no store"),
        ("", "names no store"),
        ("sqlite:/bot.db", "names no store"),
        ("sqlite://bot.db", "sqlite:///bot.db"),
        ("sqlite:///a%00b", "zero byte"),
    ],
)
def test_a_url_that_names_none_is_explained(url: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says) as caught:
        open_store(url)
    assert "geheim" not in str(caught.value)


def test_an_unknown_durability_is_refused() -> None:
    with pytest.raises(ConfigError, match="normal or full"):
        open_store("sqlite://", "most")  # type: ignore[arg-type]


async def _refusal(path: Path | str, durability: Durability = "normal") -> str:
    with pytest.raises(StoreError) as caught:
        await SQLiteStore(str(path), durability).open()
    return str(caught.value)


async def test_files_that_cannot_be_a_store(tmp_path: Path) -> None:
    assert "mkdir -p" in await _refusal(tmp_path / "missing" / "bot.db")
    assert "directory" in await _refusal(tmp_path)
    assert "cannot be opened" in await _refusal(tmp_path / ("x" * 300))
    (tmp_path / "text.db").write_text("this is no database, but a text that is long enough" * 50)
    assert "not an SQLite database" in await _refusal(tmp_path / "text.db")


async def test_a_file_damaged_while_it_is_used(path: Path) -> None:
    store = SQLiteStore(str(path))
    await store.open()
    for number in range(200):
        await contact(store, f"{number}", "x" * 2000)
    await store.close()
    _damage(path)
    store = SQLiteStore(str(path))
    with pytest.raises(StoreError, match=r"damaged.*backup"):
        await _open_and_read(store)
    await store.close()


def _damage(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[8192:-4096] = b"\xaa" * (len(data) - 12288)
    path.write_bytes(data)


async def _open_and_read(store: SQLiteStore) -> None:
    await store.open()
    for number in range(200):
        await store.load(f"web:{number}")


async def test_a_database_that_cannot_be_written(store: SQLiteStore) -> None:
    store._connections[0].execute("PRAGMA query_only = ON")
    with pytest.raises(StoreError, match="cannot be written"):
        await contact(store)


async def test_a_full_disk_is_said_and_survived(store: SQLiteStore) -> None:
    await contact(store, "before")
    db = store._connections[0]
    pages = db.execute("PRAGMA page_count").fetchone()[0]
    db.execute(f"PRAGMA max_page_count = {pages}")
    deliveries = [store.accept(message(f"{number}", 1, "\x01长" * 99), NOW) for number in range(100)]
    outcomes = await asyncio.gather(*deliveries, return_exceptions=True)
    failures = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    assert failures
    assert all(isinstance(failure, StoreError) and "disk is full" in str(failure) for failure in failures)
    db.execute("PRAGMA max_page_count = 1000000")
    assert (await store.accept(message("after", 1), NOW)).seq == 1
    assert len(await store.conversations(most=1000)) == 100 - len(failures) + 2


async def test_a_store_that_is_not_open_says_so(path: Path) -> None:
    store = SQLiteStore(str(path))
    with pytest.raises(StoreError, match="not open"):
        await store.load("web:1")
    with pytest.raises(StoreError, match="not open"):
        await store.sent("r", "", NOW)


async def test_opening_twice_is_opening_once(store: SQLiteStore) -> None:
    await contact(store)
    await store.open()
    assert len(await store.conversations()) == 1


async def test_a_session_that_cannot_be_read_harms_no_other(store: SQLiteStore, path: Path) -> None:
    for chat in ("good", "bad"):
        await take(store, await contact(store, chat))
    other = sqlite3.connect(path)
    other.execute("UPDATE conversations SET data = x'00ff' WHERE id = 'web:bad'")
    other.commit()
    other.close()
    with pytest.raises(StoreError, match="web:bad cannot be read"):
        await store.load("web:bad")
    assert (await store.load("web:good")).session is not None


async def test_another_process_reads_and_writes_beside_it(store: SQLiteStore, path: Path) -> None:
    await contact(store)
    code = (
        "import asyncio, sys\n"
        "from botkit.stores import open_store\n"
        "async def main():\n"
        "    store = open_store('sqlite:///' + sys.argv[1]); await store.open()\n"
        "    print([one.conversation for one in await store.conversations()], bool(await store.erase('web:1', now=0.0)))\n"
        "    await store.close()\n"
        "asyncio.run(main())"
    )
    ran = await asyncio.create_subprocess_exec(sys.executable, "-c", code, str(path), stdout=asyncio.subprocess.PIPE)
    output, _ = await ran.communicate()
    assert output.decode().strip() == "['web:1'] True"
    assert list(await store.conversations()) == []


async def test_writes_wait_in_order_for_another_process(store: SQLiteStore, path: Path) -> None:
    other = connect(str(path))
    other.execute("BEGIN IMMEDIATE")
    accepting = [asyncio.create_task(store.accept(message("1", number), NOW)) for number in range(5)]
    beats = 0
    while beats < 5:  # the loop goes on meanwhile, and reads are answered
        await asyncio.wait(accepting, timeout=0.002)
        assert (await store.load("web:1")).waiting == ()
        beats += 1
    other.execute("COMMIT")
    other.close()
    assert [(await one).seq for one in accepting] == [1, 2, 3, 4, 5]


async def test_a_lock_that_stays_is_told(path: Path, durability: Durability, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("botkit.stores.writers._PATIENCE", 0.02)
    store = SQLiteStore(str(path), durability)
    await store.open()
    store._connections[0].execute("PRAGMA busy_timeout = 5")
    other = connect(str(path))
    other.execute("BEGIN IMMEDIATE")
    outcomes = await asyncio.gather(*[contact(store, chat) for chat in "ab"], return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [StoreError, StoreError]
    assert "locked" in str(outcomes[0])
    other.execute("ROLLBACK")
    other.close()
    assert await contact(store) == "web:1"
    await store.close()


async def test_a_mark_becomes_durable_in_the_next_round(store: SQLiteStore, path: Path) -> None:
    conversation = await contact(store)
    await take(store, conversation, replies=(Reply("r1", "1"), Reply("r2", "2")))
    await store.sent("r1", "p1", NOW)
    await store.sent("r2", "p2", NOW)
    assert list(await store.outgoing(conversation)) == []
    for _ in range(100_000):
        if not store._marks:
            break
        await asyncio.sleep(0)
    other = connect(str(path), writes=False)
    assert other.execute("SELECT note FROM outbox ORDER BY place").fetchall() == [("p1",), ("p2",)]
    other.close()


async def test_a_mark_that_fails_is_tried_again(store: SQLiteStore) -> None:
    conversation = await contact(store)
    await take(store, conversation, replies=(Reply("r1", "1"),))
    db = store._connections[0]
    db.execute("PRAGMA query_only = ON")
    await store.sent("r1", "p1", NOW)
    with pytest.raises(StoreError):
        await contact(store, "2")
    assert list(await store.outgoing(conversation)) == []
    db.execute("PRAGMA query_only = OFF")
    await contact(store, "3")
    assert list(await store.outgoing(conversation)) == []


async def test_a_mark_that_fails_by_itself_waits_for_the_next_commit(store: SQLiteStore) -> None:
    conversation = await contact(store)
    await take(store, conversation, replies=(Reply("r1", "1"),))
    db = store._connections[0]
    db.execute("PRAGMA query_only = ON")
    await store.sent("r1", "p1", NOW)
    for _ in range(3):
        await asyncio.sleep(0)
    assert list(await store.outgoing(conversation)) == []
    assert list(await store.deliveries(conversation)) == []
    db.execute("PRAGMA query_only = OFF")
    await store.close()
    await store.open()
    assert list(await store.outgoing(conversation)) == []
    assert [one.platform_id for one in await store.deliveries(conversation)] == ["p1"]


async def _marked_behind_a_commit(path: Path) -> SQLiteStore:
    """Give a store at FULL that is told of a sent reply while the thread commits something else."""
    store = SQLiteStore(str(path), "full")
    await store.open()
    conversation = await contact(store)
    await take(store, conversation, replies=(Reply("r1", "x"),))
    writing = asyncio.create_task(store.write(nothing))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert not writing.done()
    await store.sent("r1", "p1", NOW)
    return store


async def test_a_mark_behind_a_commit_becomes_durable_by_itself(path: Path) -> None:
    store = await _marked_behind_a_commit(path)
    for _ in range(200):
        if not store._marks:
            break
        await asyncio.sleep(0.01)
    assert not store._marks
    await store.close()


async def test_a_mark_behind_a_commit_is_not_lost_at_the_end(path: Path) -> None:
    await (await _marked_behind_a_commit(path)).close()
    store = SQLiteStore(str(path), "full")
    await store.open()
    assert [one.platform_id for one in await store.deliveries("web:1")] == ["p1"]
    await store.close()


async def test_work_for_a_writer_that_was_closed_is_refused(path: Path) -> None:
    writer = Threaded(connect(str(path), "full"), str(path), Marks())
    await writer.close()
    await writer.close()
    with pytest.raises(StoreError, match="closed"):
        await writer.run(lambda db: db.execute("SELECT 1").fetchone())
    writer._db.close()


async def test_what_work_raises_is_its_callers(path: Path, durability: Durability) -> None:
    db = connect(str(path), durability)
    kind = Threaded if durability == "full" else Inline
    writer: Writer = kind(db, str(path), Marks())

    def good(db: sqlite3.Connection) -> int:
        return int(db.execute("SELECT 7").fetchone()[0])

    def bad(_: sqlite3.Connection) -> int:
        raise ZeroDivisionError

    outcomes = await asyncio.gather(*[writer.run(one) for one in (good, bad, good)], return_exceptions=True)
    assert [outcomes[0], type(outcomes[1]), outcomes[2]] == [7, ZeroDivisionError, 7]
    await writer.close()
    db.close()


async def test_at_full_the_loop_runs_short_work_and_a_thread_what_is_long(path: Path) -> None:
    writer = Threaded(connect(str(path), "full"), str(path), Marks())

    def where(_: sqlite3.Connection) -> int:
        return threading.get_ident()

    assert await asyncio.gather(*[writer.run(where) for _ in range(3)]) == [threading.get_ident()] * 3
    short, long = await asyncio.gather(writer.run(where), writer.run(where, long=True))
    assert short == long != threading.get_ident()
    await writer.close()
    writer._db.close()


async def test_the_first_mark_of_a_reply_counts() -> None:
    marks = Marks()
    marks.add("r1", "p1", NOW)
    marks.add("r1", "p2", NOW)
    assert marks.begin() is not None
    marks.add("r1", "p3", NOW)
    assert (marks.begun, marks.waiting, len(marks)) == ({"r1": ("p1", NOW)}, {}, 1)
    marks.end(written=False)
    assert (marks.begun, marks.waiting) == ({}, {"r1": ("p1", NOW)})
    marks.begin()
    marks.end(written=True)
    assert not marks
    assert marks.begin() is None


async def _say(store: SQLiteStore, number: int, fence: int, conversation: str = "web:1") -> tuple[Accepted, int]:
    chat = conversation.partition(":")[2]
    commit = commit_of(conversation, fence, number, taken=0)
    accepted, committed = await store.take(message(chat, number), commit, NOW)
    return accepted, committed.fence if committed else 0


async def _written(store: SQLiteStore, conversation: str = "web:1") -> list[int]:
    return [record.seq for record in await store.turns(conversation)]


async def test_a_turn_finds_its_conversation_where_the_one_before_left_it(store: SQLiteStore) -> None:
    fence = 0
    for number in (1, 2, 3):
        accepted, fence = await _say(store, number, fence)
        assert (accepted.seq, accepted.duplicate) == (number, False)
    assert await _written(store) == [1, 2, 3]
    accepted, moved = await _say(store, 2, fence)
    assert (accepted.seq, accepted.duplicate, moved) == (2, True, 0)
    assert (await _say(store, 4, fence))[0].seq == 4


@pytest.mark.parametrize("what", ["a turn", "a message", "erased", "another in its place"])
async def test_what_another_process_wrote_meanwhile_is_seen(store: SQLiteStore, path: Path, what: str) -> None:
    _, fence = await _say(store, 1, 0)
    other = SQLiteStore(str(path))
    await other.open()
    if what == "a turn":
        await _say(other, 2, fence)
    elif what == "a message":
        await other.accept(message("1", 2), NOW)
    else:
        await other.erase("web:1", now=NOW)
    if what == "another in its place":
        await _say(other, 1, 0, "web:2")
        other._connections[0].execute("UPDATE conversations SET fence = ?", (fence,))
    before = await _written(store), await _written(store, "web:2")
    accepted, moved = await _say(store, 3, fence)
    assert moved == 0
    assert not accepted.duplicate
    assert (await _written(store), await _written(store, "web:2")) == before
    assert [arrived.seq for arrived in (await store.load("web:1")).waiting][-1] == accepted.seq
    again, _ = await _say(store, 3, fence)
    assert (again.seq, again.duplicate) == (accepted.seq, True)
    await other.close()


async def test_where_conversations_stand_is_kept_of_some(store: SQLiteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("botkit.stores.sqlite._MOST_STANDING", 2)
    fences = {chat: (await _say(store, 1, 0, f"web:{chat}"))[1] for chat in "abc"}
    assert list(store._standing) == ["web:b", "web:c"]
    for chat in "abc":
        assert (await _say(store, 2, fences[chat], f"web:{chat}"))[1] == fences[chat] + 1


async def test_a_cancelled_caller_harms_no_other(store: SQLiteStore) -> None:
    gone = asyncio.create_task(contact(store, "1"))
    stays = asyncio.create_task(contact(store, "2"))
    await asyncio.wait([gone], timeout=0)
    gone.cancel()
    assert await stays == "web:2"


async def test_a_bad_commit_spoils_no_other_of_its_transaction(store: SQLiteStore) -> None:
    fences = {}
    for chat in "ab":
        conversation = await contact(store, chat)
        fences[conversation] = (await store.load(conversation)).fence
    bad = msgspec.structs.replace(commit_of("web:a", fences["web:a"]), taken=9)
    outcomes = await asyncio.gather(
        store.commit(bad), store.commit(commit_of("web:b", fences["web:b"])), return_exceptions=True
    )
    assert isinstance(outcomes[0], StoreError)
    assert not isinstance(outcomes[1], BaseException)


async def test_a_conversation_of_six_turns_is_small(store: SQLiteStore, path: Path) -> None:
    """At most 4 kB, its share of the indexes included."""
    for number in range(50):
        for seq in range(1, 7):
            await store.accept(message(f"{number}", seq, "where is my order A-10293?"), NOW + seq)
            conversation, reply = f"web:{number}", Reply(f"web:{number}/{seq}", "It was sent on Monday.")
            one = turn(conversation, seq, replies=(reply,))
            await take(store, conversation, turn=one, replies=one.replies)
            await store.sent(reply.id, f"{number}{seq}", NOW)
    await store.close()
    assert _size(path) / 50 < 4096


def _size(path: Path) -> int:
    return path.stat().st_size


@pytest.mark.parametrize("error", [sqlite3.ProgrammingError("closed"), sqlite3.OperationalError("odd")])
def test_an_error_that_has_no_meaning_of_its_own_is_passed_on(error: sqlite3.Error) -> None:
    assert str(error) in str(explain(error, "bot.db"))


async def test_accepting_tells_how_many_wait(store: SQLiteStore) -> None:
    assert [(await store.accept(message("1", number), NOW)).waiting for number in range(3)] == [1, 2, 3]
    assert (await store.accept(message("1", 0), NOW)).waiting == 0
    await take(store, "web:1")
    assert (await store.accept(message("1", 3), NOW)).waiting == 1


@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o640), (0o077, 0o600), (0o002, 0o660)])
def test_others_of_the_machine_cannot_read_a_new_file(path: Path, mask: int, mode: int) -> None:
    before = os.umask(mask)
    try:
        db = connect(str(path))
        db.execute("CREATE TABLE t (x)")
        modes = {one.name: one.stat().st_mode & 0o777 for one in path.parent.iterdir()}
        db.close()
    finally:
        os.umask(before)
    assert modes == dict.fromkeys(("bot.db", "bot.db-wal", "bot.db-shm"), mode)


def test_the_rights_of_a_file_that_is_there_stay(path: Path) -> None:
    path.touch()
    path.chmod(0o644)
    connect(str(path)).close()
    assert path.stat().st_mode & 0o777 == 0o644
