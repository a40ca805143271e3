"""The store on PostgreSQL against what servers and networks do: restarts, cuts, starts at the same time."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from botkit import Bot
from botkit.errors import ConfigError, FenceError, StoreError
from botkit.model.events import Message, Result
from botkit.model.replies import Call, Reply, SetTimer
from botkit.ports.connectors import Accepted, Incoming
from botkit.ports.files import FileLimits
from botkit.ports.stored import Committed
from botkit.stores import open_files, open_store
from botkit.stores.postgres import PostgreSQLStore
from botkit.stores.postgres import statements as sql
from botkit.stores.postgres.connections import LONGEST_PAUSE, Link
from botkit.stores.postgres.migrating import read_scripts
from botkit.stores.states import HEAD
from botkit.testing import FakeClock, postgres, sample
from botkit.testing.files import HERE, put
from botkit.testing.stored import NOW, commit_of, contact, message, take
from tests.benchmarks.talk import BOT


@pytest.fixture
async def store(database: str) -> AsyncIterator[PostgreSQLStore]:
    made = PostgreSQLStore(database, "w")
    await made.open()
    yield made
    await made.close()


async def _execute(url: str, statement: str, *values: object) -> list[Any]:
    db = await asyncpg.connect(url)
    try:
        found: list[Any] = await db.fetch(statement, *values)
        return found
    finally:
        await db.close()


# -- starts


async def test_workers_that_start_together_make_one_schema(database: str) -> None:
    stores = [PostgreSQLStore(database) for _ in range(6)]
    assert len({store.worker for store in stores}) == 6
    await asyncio.gather(*[store.open() for store in stores])
    await contact(stores[0])
    assert [one.conversation for one in await stores[5].conversations()] == ["web:1"]
    await asyncio.gather(*[store.close() for store in stores])
    assert [tuple(row) for row in await _execute(database, "SELECT * FROM alembic_version")] == [(HEAD,)]


async def test_a_store_is_opened_again(store: PostgreSQLStore) -> None:
    await contact(store)
    await store.close()
    await store.open()
    await store.open()
    assert len(await store.conversations()) == 1


async def test_an_older_database_is_brought_forward(database: str) -> None:
    await _run(database, read_scripts()["0001"])
    await _run(database, "INSERT INTO outbox VALUES (1, 65536, 'r', 0, 0, 0, NULL, NULL)")
    store = PostgreSQLStore(database)
    await store.open()
    assert await store.unfinished(neglected=True) == []  # the row is of no conversation
    await store.close()
    assert [tuple(row) for row in await _execute(database, "SELECT * FROM alembic_version")] == [(HEAD,)]


async def _run(url: str, script: str) -> None:
    db = await asyncpg.connect(url)
    await db.execute(script)
    await db.close()


async def test_one_newer_revision_is_used_and_a_second_is_refused(store: PostgreSQLStore, database: str) -> None:
    await _execute(database, "UPDATE alembic_version SET version_num = $1", f"{int(HEAD) + 1:04}")
    other = PostgreSQLStore(database)
    await other.open()
    await other.close()
    await _execute(database, "UPDATE alembic_version SET version_num = $1", f"{int(HEAD) + 2:04}")
    with pytest.raises(StoreError, match="newer botkit"):
        await other.open()


async def test_a_table_of_somebody_elses_is_left_alone(database: str) -> None:
    await _execute(database, "CREATE TABLE turns (x int)")
    with pytest.raises(StoreError, match="table turns"):
        await PostgreSQLStore(database).open()
    assert await _execute(database, "SELECT x FROM turns") == []


async def test_a_column_that_a_newer_worker_adds_disturbs_nobody(store: PostgreSQLStore, database: str) -> None:
    await take(store, await contact(store), replies=(Reply("r1"),))
    for table in ("conversations", "inbox", "turns", "outbox"):
        await _execute(database, f"ALTER TABLE {table} ADD COLUMN newer TEXT NOT NULL DEFAULT 'x'")
    await store.accept(message("1", 2), NOW)
    await take(store, "web:1", 2, replies=(Reply("r2"),))
    assert [out.reply.id for out in (await store.claim("web:1")).replies] == ["r1", "r2"]


# -- what a URL may be


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://u:geheim@127.0.0.1:1/db", "cannot be reached"),
        ("postgres://u:geheim@127.0.0.1:1/db", "cannot be reached"),
        ("postgresql+asyncpg://u:geheim@127.0.0.1:1/db", "cannot be reached"),
        ("postgresql://u:ge/heim@127.0.0.1:1/db", "cannot be read"),
        ("postgresql://u:ge@heim@127.0.0.1:x/db", "cannot be read"),
        ("postgresql://u:geheim@127.0.0.1:1", "names no database"),
        ("postgresql://127.0.0.1:1/db?password=geheim", "cannot be reached"),
    ],
)
async def test_no_password_is_told(url: str, said: str) -> None:
    with pytest.raises((StoreError, ConfigError), match=said) as error:
        await open_store(url).open()
    told = f"{error.value} {error.value.hint}"
    assert "heim" not in told
    assert "127.0.0.1" in told or "cannot be read" in told


async def test_what_is_not_there_is_said(database: str) -> None:
    url = f"{database.rpartition('/')[0]}/nowhere"
    with pytest.raises(StoreError, match="no such database"):
        await PostgreSQLStore(url).open()


async def test_an_id_that_no_index_takes_is_refused_alone(store: PostgreSQLStore) -> None:
    long = "".join(random.Random(1).choices("abcdefghijklmnopqrstuvwxyz0123456789", k=20_000))
    asked = [store.accept(Incoming("web", chat, chat, Message("x")), NOW) for chat in ("1", long, "2")]
    outcomes = await asyncio.gather(*asked, return_exceptions=True)
    assert [type(one) for one in outcomes] == [Accepted, StoreError, Accepted]
    assert "2,000 bytes" in getattr(outcomes[1], "hint", "")


# -- a network between


class Wire:
    """A way to the server that a test cuts: before what is asked arrives, or before what is answered does."""

    def __init__(self, port: int) -> None:
        self.port = 0
        self.cut = ""  # "asked" or "answered"
        self._to = port
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        assert self._server is not None
        self._server.close()
        self.break_all()
        await self._server.wait_closed()

    def break_all(self) -> None:
        for writer in self._writers:
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self._to)
        self._writers |= {writer, back}
        await asyncio.gather(self._copy(reader, back, "asked"), self._copy(there, writer, "answered"))
        self._writers -= {writer, back}

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, which: str) -> None:
        with suppress(OSError):
            while data := await reader.read(65_536):
                if self.cut == which:
                    self.cut = ""
                    self.break_all()
                    return
                writer.write(data)
        writer.close()


@asynccontextmanager
async def _through(database: str, wire: Wire) -> AsyncIterator[PostgreSQLStore]:
    await wire.open()
    head, _, name = database.rpartition("/")
    store = PostgreSQLStore(f"{head.rpartition(':')[0]}:{wire.port}/{name}", "w")
    await store.open()
    try:
        yield store
    finally:
        await store.close()
        await wire.close()


@pytest.fixture
def wire(postgres_server: postgres.Server) -> Wire:
    return Wire(postgres_server.port)


async def _turn(store: PostgreSQLStore) -> Committed:
    fence = (await store.load("web:1")).fence
    return await store.commit(commit_of("web:1", fence, 2, replies=(Reply("r1"),), calls=(Call("c1", "x"),)))


async def _taken(store: PostgreSQLStore) -> Committed | None:
    fence = (await store.load("web:2")).fence
    accepted, committed = await store.take(
        message("2", 9), commit_of("web:2", fence, 2, 0, replies=(Reply("r1"),), calls=(Call("c1", "x"),)), NOW
    )
    assert accepted == Accepted("web:2", 2)
    return committed


async def _begun(store: PostgreSQLStore) -> Committed | None:
    accepted, committed = await store.take(
        message("3", 9), commit_of("web:3", 0, 2, 0, replies=(Reply("r1"),), calls=(Call("c1", "x"),)), NOW
    )
    assert accepted == Accepted("web:3", 1)
    return committed


async def _ended(store: PostgreSQLStore) -> Committed | None:
    fence = (await store.load("web:2")).fence
    accepted, committed = await store.take_result(
        "web:2",
        Result("c0", 1),
        commit_of("web:2", fence, 2, 0, replies=(Reply("r1"),), calls=(Call("c1", "x"),)),
        NOW,
    )
    assert accepted == Accepted("web:2", 2)
    return committed


@pytest.mark.parametrize("cut", ["asked", "answered"])
@pytest.mark.parametrize("turn", [_turn, _taken, _begun, _ended])
async def test_a_turn_whose_connection_breaks_is_written_once(
    database: str, wire: Wire, cut: str, turn: Callable[[PostgreSQLStore], Awaitable[Committed | None]]
) -> None:
    async with _through(database, wire) as store:
        for chat in ("1", "2"):
            await contact(store, chat)
        await take(store, "web:2", calls=(Call("c0", "x"),))
        for repeat in (False, True):
            if repeat:
                await asyncio.gather(*[turn(store)], return_exceptions=True)  # prepared by now: it meets the fence
                break
            wire.cut = ""
            await store.load("web:9")
            committed = await _cut(store, wire, cut, turn)
            assert committed is not None
        conversation = {"_turn": "web:1", "_begun": "web:3"}.get(turn.__name__, "web:2")
        assert [out.reply.id for out in await store.outgoing(conversation)] == ["r1"]
        assert [record.seq for record in await store.turns(conversation)][-1] == 2
        assert [call.id for _, call, _ in await store.open_calls()][-1] == "c1"


async def _cut(
    store: PostgreSQLStore,
    wire: Wire,
    cut: str,
    turn: Callable[[PostgreSQLStore], Awaitable[Committed | None]],
) -> Committed | None:
    """Cut the wire at the statement that writes, and only there."""
    real = Link.fetch
    writes = {*sql.COMMIT.values(), *sql.TAKE.values(), *sql.TAKE_RESULT.values()}
    cuts = [cut]

    async def fetch(self: Link, statement: str, *values: object) -> list[Any]:
        if statement in writes and cuts:
            if statement not in self._prepared:
                self._prepared[statement] = await self.db.prepare(statement)
            wire.cut = cuts.pop()
        return await real(self, statement, *values)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Link, "fetch", fetch)
        committed = await turn(store)
    assert not cuts
    return committed


@pytest.mark.parametrize("cut", ["asked", "answered"])
async def test_a_delivery_whose_connection_breaks_is_accepted_once(database: str, wire: Wire, cut: str) -> None:
    async with _through(database, wire) as store:
        await store.accept(message("0", 0), NOW)
        wire.cut = cut
        accepted = await store.accept(message("1", 1), NOW)
        assert (accepted.seq, accepted.duplicate, accepted.wake) == (1, False, True)
        assert len((await store.load("web:1")).waiting) == 1
        wire.cut = cut
        with suppress(StoreError):
            await store.accept(Incoming("web", "2", "", Message("no id")), NOW)
        assert len((await store.load("web:2")).waiting) <= 1


@pytest.mark.parametrize("cut", ["asked", "answered"])
async def test_a_call_whose_connection_breaks_is_started_by_one(database: str, wire: Wire, cut: str) -> None:
    async with _through(database, wire) as store:
        calls = tuple(Call(f"c{n}", "x", effect="write") for n in range(2))
        await take(store, await contact(store), calls=calls)
        await store.start_call(calls[0], NOW)
        wire.cut = cut
        assert await store.start_call(calls[1], NOW)
        assert not await store.start_call(calls[1], NOW)


async def test_a_mark_outlasts_a_broken_network(database: str, wire: Wire) -> None:
    async with _through(database, wire) as store:
        await take(store, await contact(store), replies=(Reply("r1"), Reply("r2")))
        await wire.close()
        await store.sent("r1", "p1", NOW)
        with pytest.raises(StoreError):
            await store.claim("web:1")
        await wire.open()
        while True:
            with suppress(StoreError):
                assert [out.reply.id for out in (await store.claim("web:1")).replies] == ["r2"]
                break
            await asyncio.sleep(0.05)
        while not await store.deliveries("web:1"):  # noqa: ASYNC110 - the database is looked at
            await asyncio.sleep(0.05)


async def test_an_answer_that_a_mark_overtook_is_not_believed(
    store: PostgreSQLStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server looked for unsent replies before the mark was written, and what it had found came after."""
    await take(store, await contact(store), replies=(Reply("r1"), Reply("r2")))
    fetch = Link.fetch

    async def late(link: Link, statement: str, *values: object) -> list[Any]:
        found = await fetch(link, statement, *values)
        if statement in (sql.CLAIM, sql.UNSENT):
            await store.sent("r1", "p1", NOW)
            await store.secure("r1")
        return found

    monkeypatch.setattr(Link, "fetch", late)
    assert [out.reply.id for out in (await store.claim("web:1")).replies] == ["r2"]
    assert [out.reply.id for out in await store.outgoing("web:1")] == ["r2"]
    assert [one.reply for one in await store.deliveries("web:1")] == ["r1"]


async def test_connections_that_the_server_ends_are_replaced(store: PostgreSQLStore, database: str) -> None:
    await contact(store)
    await store.load("web:1")
    await _execute(
        database,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'botkit w%'",
    )
    outcomes = await asyncio.gather(store.load("web:1"), store.accept(message("1", 2), NOW), store.open_calls())
    assert (outcomes[1].seq, outcomes[1].duplicate) == (2, False)
    assert not isinstance(outcomes[0], Exception)


async def test_no_statement_is_prepared_within_a_transaction(
    store: PostgreSQLStore, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There the server takes a worker that is frozen for busy, and its locks away from nobody."""
    prepared: list[tuple[str, bool]] = []
    prepare = asyncpg.Connection.prepare

    async def noted(db: Any, statement: str) -> Any:
        prepared.append((statement, db.is_in_transaction()))
        return await prepare(db, statement)

    await take(store, await contact(store), timers=(SetTimer("t1", NOW, "q1", "silence"),))
    held: list[int] = []
    execute = asyncpg.Connection.execute

    async def looked(db: Any, query: str, *values: Any, **more: Any) -> Any:
        if query.startswith("BEGIN"):
            locks = "SELECT count(*) FROM pg_locks WHERE pid = $1 AND relation::regclass = 'publications'::regclass"
            held.append((await _execute(database, locks, db.get_server_pid()))[0][0])
        return await execute(db, query, *values, **more)

    monkeypatch.setattr(asyncpg.Connection, "prepare", noted)
    monkeypatch.setattr(asyncpg.Connection, "execute", looked)
    assert list(await store.fire(NOW + 1)) == ["web:1"]
    assert (await store.publish("v1", 100, "Eve", NOW)).number == 1
    assert await store.holdings("web:1") is not None
    assert await store.erase("web:1", now=NOW)
    assert {statement for statement, _ in prepared} >= {sql.LOCK_DUE, sql.FIRE, sql.PUBLISH}
    assert not any(within for _, within in prepared)
    assert not any(held)


@pytest.mark.parametrize("error", [TimeoutError, asyncio.CancelledError])
async def test_a_transaction_whose_begin_was_cut_short_is_nobody_elses(
    store: PostgreSQLStore, database: str, monkeypatch: pytest.MonkeyPatch, error: type[BaseException]
) -> None:
    real, cuts = asyncpg.Connection.execute, [error]

    async def execute(db: Any, query: str, *values: Any, **more: Any) -> Any:
        answer = await real(db, query, *values, **more)
        if query.startswith("BEGIN") and cuts:
            raise cuts.pop()
        return answer

    monkeypatch.setattr(asyncpg.Connection, "execute", execute)
    with pytest.raises((StoreError, asyncio.CancelledError)):
        await store.check()
    assert not cuts
    for chat in ("1", "2", "3"):
        await store.accept(message(chat, 1), NOW)
    db = await asyncpg.connect(database)
    assert await db.fetchval("SELECT count(*) FROM inbox") == 3
    await db.close()


# -- a server that dies


@pytest.fixture
def durable_server() -> Iterator[postgres.Server]:
    if postgres.find_binaries() is None:
        pytest.skip("there is no PostgreSQL server on this machine: apt-get install postgresql")
    with postgres.running(("fsync=on",)) as server:
        yield server


async def test_a_server_that_dies_loses_nothing_that_was_told(
    durable_server: postgres.Server, tmp_path: Path
) -> None:
    store = PostgreSQLStore(durable_server.database(), "w")
    await store.open()
    told: dict[str, Accepted] = {}
    failed: list[str] = []
    ending = False

    async def write(chat: str) -> None:
        number = 0
        while not ending:
            number += 1
            try:
                accepted = await store.accept(message(chat, number), NOW)
                told[f"{chat}/{number}"] = accepted
            except StoreError as error:
                failed.append(str(error))
                number -= 1
                await asyncio.sleep(0.01)

    writers = [asyncio.create_task(write(f"{n}")) for n in range(8)]
    for _ in range(2):
        await _until(lambda: len(told) > 200)
        await asyncio.to_thread(durable_server.stop, "immediate")
        told_before = len(told)
        await _until(lambda: bool(failed))
        await asyncio.to_thread(durable_server.start)
        await _until(lambda before=told_before: len(told) > before + 100)  # type: ignore[misc]
    ending = True
    await asyncio.gather(*writers)
    for chat in range(8):
        waiting = (await store.load(f"web:{chat}", most=100_000)).waiting
        stored = [row.event.id for row in waiting if isinstance(row.event, Message)]
        assert stored == [f"m{number}" for number in range(1, len(stored) + 1)]
        assert [row.seq for row in waiting] == list(range(1, len(stored) + 1))
        assert {key for key in told if key.startswith(f"{chat}/")} <= {f"{chat}/{id_[1:]}" for id_ in stored}
    assert all(any(why in one for why in ("cannot be reached", "connection broke", "starting up")) for one in failed)
    await store.close()


async def _until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not true():  # noqa: ASYNC110 - a server's process is waited for
            await asyncio.sleep(0.01)


async def test_who_sent_a_reply_remembers_it_when_the_server_forgot() -> None:
    """The mark does not wait for the disk: with this setting no crash of the server leaves it there."""
    with postgres.running(("wal_writer_delay=10s",)) as server:
        store = PostgreSQLStore(await asyncio.to_thread(server.database))
        await store.open()
        conversation = await contact(store)
        await take(store, conversation, replies=(Reply("r1"), Reply("r2")))
        await store.sent("r1", "p1", NOW)
        await store.secure("r1")
        await asyncio.to_thread(server.stop, "immediate")
        await asyncio.to_thread(server.start)
        while True:
            with suppress(StoreError):
                assert [out.reply.id for out in (await store.claim(conversation)).replies] == ["r2"]
                break
            await asyncio.sleep(0.05)
        await store.secure("r1")
        assert [one.platform_id for one in await store.deliveries(conversation)] == ["p1"]
        await store.close()


async def test_turns_of_two_workers_survive_a_crash_in_order(durable_server: postgres.Server) -> None:
    url = durable_server.database()
    pair = [PostgreSQLStore(url, name) for name in ("a", "b")]
    for store in pair:
        await store.open()
    counts = [0] * 10

    async def turn(store: PostgreSQLStore, chat: int) -> None:
        with suppress(FenceError, StoreError):
            loaded = await store.load(f"web:{chat}")
            seq = (loaded.session.seq if loaded.session else 0) + 1
            await store.take(
                message(f"{chat}", f"{store.worker}{seq}"), commit_of(f"web:{chat}", loaded.fence, seq, 0), NOW
            )
            counts[chat] += 1
        await asyncio.sleep(0.001)

    async def play(store: PostgreSQLStore) -> None:
        while min(counts) < 60:
            await asyncio.gather(*[turn(store, chat) for chat in range(10)])

    playing = asyncio.gather(*map(play, pair))
    await _until(lambda: min(counts) > 20)
    await asyncio.to_thread(durable_server.stop, "immediate")
    await asyncio.to_thread(durable_server.start)
    await playing
    await asyncio.sleep(LONGEST_PAUSE)  # a pool that nothing used since may still hold the database for away
    for chat in range(10):
        records = [record.seq for record in await pair[chat % 2].turns(f"web:{chat}")]
        assert records == list(range(1, len(records) + 1))
        loaded = await pair[1].load(f"web:{chat}", most=0)
        assert loaded.session is not None
        assert loaded.session.seq == len(records)
    for store in pair:
        await store.close()


async def test_a_bot_goes_on_when_its_database_is_back(durable_server: postgres.Server) -> None:
    async with await Bot.load(BOT, store=durable_server.database()) as bot:
        assert (await bot.say("where is my order", "web:1")).text == "Which order is it about?"
        await asyncio.to_thread(durable_server.stop, "immediate")
        with pytest.raises(StoreError):
            await bot.say("A-10293", "web:1")
        await asyncio.to_thread(durable_server.start)
        answer, seqs = "", list[int]()
        async with asyncio.timeout(30):
            while not seqs:  # connections that read may come back later than those that write
                with suppress(StoreError):
                    answer = answer or (await bot.say("A-10293", "web:1")).text
                    seqs = [record.seq for record in await bot.store.turns("web:1")]
                await asyncio.sleep(0.05)
        assert answer.startswith("Order A-10293 is on its way.")
        assert seqs == list(range(1, 1 + len(seqs)))


# -- files


async def test_what_a_killed_worker_left_of_an_upload_is_swept(store: PostgreSQLStore, database: str) -> None:
    clock = FakeClock(NOW)
    files = open_files(store, FileLimits(), clock)
    kept = await put(files, sample("a.png", 600_000))
    await _execute(database, "INSERT INTO file_parts VALUES ('+cut', 0, 'x', $1), ('+cut', 1, 'x', $1)", NOW)
    await _execute(database, "INSERT INTO file_parts VALUES ($1, 0, 'x', NULL)", "0" * 64)  # nobody holds it
    clock.advance(3500)
    assert await files.sweep() == 1
    left = await _execute(database, "SELECT DISTINCT content FROM file_parts")
    assert {row[0] for row in left} == {"+cut", kept.ref}
    clock.advance(200)
    assert await files.sweep() == 2  # what was cut, and what was never sent
    assert await _execute(database, "SELECT content FROM file_parts") == []
    await files.close()


async def test_a_sweep_lets_go_of_all_that_nobody_holds(store: PostgreSQLStore, database: str) -> None:
    parts = "INSERT INTO file_parts SELECT 'p' || n, 0, 'x', NULL FROM generate_series(1, 1001) n"
    objects = "INSERT INTO objects SELECT 'o' || n, 'r' || n, 1, 1 FROM generate_series(1, 1001) n"
    for statement in (parts, objects):
        await _execute(database, statement)
    files = open_files(store, FileLimits(), FakeClock(NOW))
    assert await files.sweep() == 2002
    assert await files.remains() == 1001  # in the bucket, which this one does not have
    await files.close()


async def test_a_lost_connection_is_replaced_for_files_too(store: PostgreSQLStore, database: str) -> None:
    files = open_files(store, FileLimits(), FakeClock(NOW))
    file = await put(files, sample("a.png"))
    await _execute(database, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
    assert await files.find(HERE, file.ref) == file  # over another connection
    assert (await put(files, sample("b.gif"))).name == "photo.png.gif"
    await files.close()
