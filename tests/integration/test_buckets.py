"""Files in a bucket under faults: nothing that is held is lost, nothing that is nobody's stays, and it mends itself."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from msgspec.structs import replace

from botkit.errors import BucketError, ConfigError, FileError, StoreError
from botkit.ports.files import FileLimits
from botkit.stores import BucketSettings, SQLiteStore, open_files
from botkit.stores.buckets import PROBE
from botkit.stores.copying import copy_store
from botkit.stores.files import KeptFiles
from botkit.stores.objects import CUT
from botkit.stores.postgres import PostgreSQLStore
from botkit.testing.clocks import FakeClock
from botkit.testing.faults.wires import Wire
from botkit.testing.files import HERE, THERE, put, read, streamed
from botkit.testing.samples import sample
from tests import buckets

LIMITS = FileLimits(size=20_000_000)
_ROUNDS = 8
LARGE = 2 * CUT + 1_000_000  # bytes: three objects


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def bucket(s3_server: buckets.Server) -> BucketSettings:
    return s3_server.bucket()


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SQLiteStore]:
    store = SQLiteStore(str(tmp_path / "bot.db"))
    await store.open()
    yield store
    await store.close()


@pytest.fixture
def files(store: SQLiteStore, clock: FakeClock, bucket: BucketSettings) -> KeptFiles:
    return _files(store, clock, bucket)


def _files(store: Any, clock: FakeClock, bucket: BucketSettings | None) -> KeptFiles:
    files = open_files(store, LIMITS, clock, bucket)
    assert isinstance(files, KeptFiles)
    return files


@pytest.fixture
def own_server() -> Iterator[buckets.Server]:
    """Give a server that a test may kill."""
    with buckets.running() as server:
        yield server


@asynccontextmanager
async def _by(wire: Wire, bucket: BucketSettings) -> AsyncIterator[BucketSettings]:
    """Give a bucket behind a wire."""
    async with wire:
        yield replace(bucket, endpoint=f"http://127.0.0.1:{wire.port}")


# What stands where


async def test_a_large_file_is_several_objects_and_never_in_memory_as_a_whole(
    files: KeptFiles, s3_server: buckets.Server, bucket: BucketSettings
) -> None:
    content = sample("photo.png", LARGE)
    file = await put(files, content)
    names = await asyncio.to_thread(s3_server.names, bucket)
    assert [name.partition("/")[2] for name in names] == ["0", "1", "2"]
    most = 0
    async for part in files.read(HERE, file.ref):
        most = max(most, len(part))
    assert most <= CUT  # an object; how much of one comes at once is up to the network
    assert await read(files, HERE, file.ref) == content
    assert await files.forget(HERE) == 1
    assert await asyncio.to_thread(s3_server.names, bucket) == []


async def test_every_node_reads_what_another_one_took(
    database: str, clock: FakeClock, bucket: BucketSettings
) -> None:
    one, other = PostgreSQLStore(database), PostgreSQLStore(database)
    for store in (one, other):
        await store.open()
    took, gives = _files(one, clock, bucket), _files(other, clock, bucket)
    file = await put(took, sample("photo.png", 700_000))
    assert await gives.find(HERE, file.ref) == file
    assert await read(gives, HERE, file.ref) == sample("photo.png", 700_000)
    with pytest.raises(FileError):
        await read(gives, THERE, file.ref)
    for kept, store in ((took, one), (gives, other)):
        await kept.close()
        await store.close()


async def test_what_was_kept_before_the_bucket_stays_where_it_is(
    store: SQLiteStore, clock: FakeClock, tmp_path: Path, s3_server: buckets.Server, bucket: BucketSettings
) -> None:
    old = await put(_files(store, clock, None), sample("a.png"))
    files = _files(store, clock, bucket)
    new = await put(files, sample("a.png", 300))
    again = await put(files, sample("a.png"), conversation=THERE)
    assert again.ref == old.ref
    assert await read(files, THERE, old.ref) == sample("a.png")
    assert len(await asyncio.to_thread(s3_server.names, bucket)) == 1
    assert await files.forget(HERE) == 2
    assert await read(files, THERE, old.ref) == sample("a.png")
    with pytest.raises(FileError):
        await read(files, HERE, new.ref)
    assert await files.forget(THERE) == 1
    assert [path for path in (tmp_path / "bot.db-files").rglob("*") if path.is_file()] == []
    assert await asyncio.to_thread(s3_server.names, bucket) == []


async def test_the_same_holds_for_what_stands_in_postgresql(
    database: str, clock: FakeClock, s3_server: buckets.Server, bucket: BucketSettings
) -> None:
    store = PostgreSQLStore(database)
    await store.open()
    plain, files = _files(store, clock, None), _files(store, clock, bucket)
    old = await put(plain, sample("a.png"))
    assert (await put(files, sample("a.png"), conversation=THERE)).ref == old.ref
    assert await asyncio.to_thread(s3_server.names, bucket) == []
    assert await read(files, THERE, old.ref) == sample("a.png")
    for kept in (plain, files):
        await kept.close()
    await store.close()


async def test_without_its_bucket_a_file_is_not_called_gone(
    files: KeptFiles, store: SQLiteStore, clock: FakeClock, s3_server: buckets.Server, bucket: BucketSettings
) -> None:
    file = await put(files, sample("a.png"))
    plain = _files(store, clock, None)
    with pytest.raises(StoreError, match="in a bucket, and bot"):
        await read(plain, HERE, file.ref)
    assert await plain.forget(HERE) == 1
    assert await plain.remains() == 1
    assert await files.sweep() == 0
    assert await files.remains() == 0
    assert await asyncio.to_thread(s3_server.names, bucket) == []


async def test_two_bots_share_a_bucket_and_even_a_prefix(
    files: KeptFiles, tmp_path: Path, clock: FakeClock, bucket: BucketSettings
) -> None:
    other_store = SQLiteStore(str(tmp_path / "other.db"))
    await other_store.open()
    other = _files(other_store, clock, bucket)
    mine, theirs = await put(files, sample("a.png")), await put(other, sample("a.png"))
    await files.send(HERE, [mine.ref])
    clock.advance(4000)
    assert await other.sweep() == 1
    assert theirs.ref == mine.ref
    assert await read(files, HERE, mine.ref) == sample("a.png")
    await other_store.close()


async def test_what_somebody_removed_from_the_bucket_is_missing_and_may_come_again(
    files: KeptFiles, s3_server: buckets.Server, bucket: BucketSettings
) -> None:
    file = await put(files, sample("a.png"))
    (name,) = await asyncio.to_thread(s3_server.names, bucket)
    await _bucket_of(files).remove([name])
    with pytest.raises(FileError) as missing:
        await read(files, HERE, file.ref)
    assert missing.value.reason == "missing"
    assert await put(files, sample("a.png")) == file
    assert await read(files, HERE, file.ref) == sample("a.png")
    assert await files.remains() == 0
    assert len(await asyncio.to_thread(s3_server.names, bucket)) == 1


def _is_away(files: KeptFiles) -> bool:
    return files.away is True


def _bucket_of(files: KeptFiles) -> Any:
    shelf: Any = files._shelf
    return shelf.bucket


# What has to be mended by somebody


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"bucket": "no-such-bucket"}, "does not exist"),
        ({"key": "nobody"}, "refuses the keys (InvalidAccessKeyId)"),
        ({"secret": "not the secret"}, "refuses the keys (SignatureDoesNotMatch)"),
        ({"key": buckets.POWERLESS, "secret": buckets.POWERLESS_SECRET}, "does not let the bot in (AccessDenied)"),
    ],
)
async def test_a_wrong_bucket_or_refused_keys_are_told_at_the_start(
    store: SQLiteStore, clock: FakeClock, bucket: BucketSettings, change: dict[str, str], says: str
) -> None:
    settings = replace(bucket, **change)
    files = _files(store, clock, settings)
    with pytest.raises(BucketError) as wrong:
        await files.look()
    assert says in str(wrong.value)
    assert wrong.value.hint
    for secret in (buckets.SECRET, settings.secret, settings.key):
        assert secret not in str(wrong.value)
    with pytest.raises(StoreError):
        await put(files, sample("a.png"))
    assert await files.files(HERE) == []


async def test_a_bucket_that_works_is_left_as_it_was(
    files: KeptFiles, s3_server: buckets.Server, bucket: BucketSettings
) -> None:
    await files.look()
    assert files.away is False
    assert PROBE not in await asyncio.to_thread(s3_server.names, bucket)


async def test_a_client_that_is_not_installed_is_named(
    store: SQLiteStore, clock: FakeClock, bucket: BucketSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "botkit.stores.s3", raising=False)
    monkeypatch.setitem(sys.modules, "obstore", None)
    with pytest.raises(ConfigError) as missing:
        _files(store, clock, bucket)
    assert "obstore is not installed" in missing.value.message
    assert missing.value.hint == "pip install 'botkit[s3]'"


# What mends itself


async def test_a_server_that_is_down_and_comes_back(
    store: SQLiteStore, clock: FakeClock, own_server: buckets.Server, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "botkit.stores.objects")
    bucket = own_server.bucket()
    files = _files(store, clock, bucket)
    kept, erased = await put(files, sample("a.png")), await put(files, sample("a.png", 400), conversation=THERE)
    await files.send(HERE, [kept.ref])
    own_server.kill()
    await files.look()  # a bot starts all the same
    with pytest.raises(StoreError, match="cannot be reached") as away:
        await put(files, sample("a.png", 300))
    assert not isinstance(away.value, BucketError)
    with pytest.raises(StoreError, match="cannot be reached"):
        await read(files, HERE, kept.ref)
    assert _is_away(files)
    assert await files.find(HERE, kept.ref) == kept
    assert await files.forget(THERE) == 1
    assert await files.find(THERE, erased.ref) is None
    assert await files.sweep() == 0
    assert await files.remains() == 1
    own_server.start()
    assert len(own_server.names(bucket)) == 2
    new = await put(files, sample("a.png", 300))
    assert not _is_away(files)
    assert await read(files, HERE, kept.ref) == sample("a.png")
    assert await read(files, HERE, new.ref) == sample("a.png", 300)
    await files.sweep()
    assert await files.remains() == 0
    assert len(own_server.names(bucket)) == 2
    lines = [record.getMessage() for record in caplog.records]
    assert [line.partition(":")[0] for line in lines] == [
        "the bucket of files fails",
        "the bucket of files answers again",
    ]


@pytest.mark.parametrize("size", [700_000, LARGE])
async def test_an_upload_whose_connection_is_cut_again_and_again(
    store: SQLiteStore, clock: FakeClock, s3_server: buckets.Server, bucket: BucketSettings, size: int
) -> None:
    """What comes through is whole; what does not is not there, and nothing of it stays."""
    content = sample("photo.png", size)
    wire = Wire(s3_server.port)
    async with _by(wire, bucket) as settings:
        files_ = _files(store, clock, settings)
        outcomes = set()
        for number in range(_ROUNDS):
            conversation, whole = f"web:{number}", content + bytes([number])
            coming = asyncio.create_task(files_.put(conversation, "photo.png", streamed(whole)))
            await asyncio.sleep(0.003 * (number + 1))
            wire.cut()
            await asyncio.wait({coming}, timeout=0.05 if number % 2 else None)
            wire.mend()
            try:
                file = await coming
            except StoreError:
                outcomes.add("told")
                assert await files_.files(conversation) == []
            else:
                outcomes.add("kept")
                assert await read(files_, conversation, file.ref) == whole
                await files_.send(conversation, [file.ref])
    assert outcomes == {"told", "kept"}
    clock.advance(4000)
    files = _files(store, clock, bucket)
    await files.sweep()
    held = [number for number in range(_ROUNDS) if await files.files(f"web:{number}")]
    names = await asyncio.to_thread(s3_server.names, bucket)
    assert len({name.partition("/")[0] for name in names}) == len(held)
    assert await files.remains() == 0


async def test_a_server_that_is_slow_is_waited_for(
    store: SQLiteStore, clock: FakeClock, s3_server: buckets.Server, bucket: BucketSettings
) -> None:
    wire = Wire(s3_server.port)
    async with _by(wire, bucket) as settings:
        files = _files(store, clock, settings)
        wire.silence()
        coming = asyncio.create_task(put(files, sample("photo.png", 600_000)))
        await asyncio.sleep(1.5)
        assert not coming.done()
        assert await files.files(HERE) == []
        wire.mend()
        file = await coming
        assert await read(files, HERE, file.ref) == sample("photo.png", 600_000)


@pytest.mark.parametrize("mended", [False, True])
async def test_a_reading_whose_connection_is_cut_is_whole_or_told(
    store: SQLiteStore, clock: FakeClock, s3_server: buckets.Server, bucket: BucketSettings, *, mended: bool
) -> None:
    content = sample("photo.png", LARGE)
    wire = Wire(s3_server.port)
    async with _by(wire, bucket) as settings:
        files = _files(store, clock, settings)
        file = await put(files, content)
        parts = files.read(HERE, file.ref)
        came = [await anext(parts)]
        wire.cut()
        if mended:
            wire.mend()
            came += [part async for part in parts]
            assert b"".join(came) == content
        else:
            with pytest.raises(StoreError):
                came += [part async for part in parts]
            wire.mend()
        assert await read(files, HERE, file.ref) == content


async def test_who_hangs_up_while_the_server_is_silent_leaves_nothing_for_long(
    store: SQLiteStore, clock: FakeClock, s3_server: buckets.Server, bucket: BucketSettings
) -> None:
    wire = Wire(s3_server.port)
    async with _by(wire, bucket) as settings:
        files = _files(store, clock, settings)
        wire.silence()
        coming = asyncio.create_task(put(files, sample("photo.png", 600_000)))
        await asyncio.sleep(0.3)
        coming.cancel()
        with pytest.raises(asyncio.CancelledError):
            await coming
        wire.mend()
        await asyncio.sleep(0.3)
    assert await files.files(HERE) == []
    clock.advance(4000)
    kept = _files(store, clock, bucket)
    assert await kept.sweep() == 1
    assert await asyncio.to_thread(s3_server.names, bucket) == []
    assert await kept.remains() == 0


class Failing(Wire):
    """A wire whose server answers so many times with an error."""

    def __init__(self, to: int, times: int, status: str = "500 No", code: str = "InternalError") -> None:
        super().__init__(to)
        self.left = times
        self.failed = 0
        self._said = status, code

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self.left:
            await super()._serve(reader, writer)
            return
        self.left -= 1
        self.failed += 1
        status, code = self._said
        body = f"<Error><Code>{code}</Code><Message>Sorry</Message></Error>".encode()
        head = f"HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {len(body)}\r\n\r\n"
        try:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(head.encode() + body)
            await writer.drain()
            await asyncio.sleep(0.05)  # what was sent here may be read before it is closed
        finally:
            writer.transport.abort()


async def test_a_few_errors_of_the_server_are_not_noticed(
    store: SQLiteStore, clock: FakeClock, s3_server: buckets.Server, bucket: BucketSettings
) -> None:
    async with Failing(s3_server.port, 2) as failing:
        files = _files(store, clock, replace(bucket, endpoint=f"http://127.0.0.1:{failing.port}"))
        file = await put(files, sample("a.png"))
        assert failing.failed == 2
        assert await read(files, HERE, file.ref) == sample("a.png")


@pytest.mark.parametrize(
    ("status", "code", "says", "settled"),
    [
        ("400 No", "AuthorizationHeaderMalformed", "is in another region", True),
        ("301 Moved", "PermanentRedirect", "is in another region", True),
        ("403 No", "ExpiredToken", "refuses the keys (ExpiredToken)", True),
        ("403 No", "AllAccessDisabled", "does not let the bot in (AllAccessDisabled)", True),
        ("503 No", "SlowDown", "failed (503 SlowDown)", False),
        ("400 No", "EntityTooLarge", "failed (400 EntityTooLarge)", False),
    ],
)
async def test_what_a_server_says_is_told_in_our_words(
    store: SQLiteStore, clock: FakeClock, bucket: BucketSettings, status: str, code: str, says: str, settled: bool
) -> None:
    async with Failing(1, 1000, status, code) as failing:
        files = _files(store, clock, replace(bucket, endpoint=f"http://127.0.0.1:{failing.port}"))
        with pytest.raises(StoreError) as told:
            await put(files, sample("a.png"))
    assert says in str(told.value)
    assert isinstance(told.value, BucketError) == settled
    assert "Sorry" not in str(told.value)


async def test_a_server_that_fails_for_long_is_named_and_nothing_is_held(
    store: SQLiteStore, clock: FakeClock, s3_server: buckets.Server, bucket: BucketSettings
) -> None:
    async with Failing(s3_server.port, 1000) as failing:
        files = _files(store, clock, replace(bucket, endpoint=f"http://127.0.0.1:{failing.port}"))
        with pytest.raises(StoreError, match=r"failed \(500 InternalError\)"):
            await put(files, sample("a.png"))
        assert await files.files(HERE) == []
        failing.left = 0
        await put(files, sample("a.png"))
        clock.advance(4000)
        assert await files.sweep() == 2
        assert await asyncio.to_thread(s3_server.names, bucket) == []


KILLED = """
import asyncio, os, signal, sys
from botkit.ports.files import FileLimits
from botkit.stores import BucketSettings, SQLiteStore, open_files
from botkit.stores.s3 import S3Bucket
from botkit.stores.object_rows import SQLiteObjects
from botkit.testing.clocks import FakeClock
from botkit.testing.files import put
from botkit.testing.samples import sample

async def main():
    store = SQLiteStore(sys.argv[1])
    await store.open()
    bucket, endpoint, key, secret, prefix = sys.argv[3:]
    settings = BucketSettings(bucket, endpoint, key=key, secret=secret, prefix=prefix)
    files = open_files(store, FileLimits(size=20_000_000), FakeClock(), settings)
    await put(files, sample("a.png", 300), conversation="web:before")
    put_, hold, parts = S3Bucket.put, SQLiteObjects.hold, []
    async def count(self, name, content):
        await put_(self, name, content)
        parts.append(name)
        if sys.argv[2] == "between" and len(parts) == 2:
            os.kill(os.getpid(), signal.SIGKILL)
    async def die(self, *args):
        os.kill(os.getpid(), signal.SIGKILL)
    async def late(self, *args):
        await hold(self, *args)
        os.kill(os.getpid(), signal.SIGKILL)
    S3Bucket.put = count
    if sys.argv[2] != "between":
        SQLiteObjects.hold = die if sys.argv[2] == "before" else late
    await put(files, sample("photo.png", 9_000_000))

asyncio.run(main())
"""


@pytest.mark.parametrize(("when", "held"), [("between", 0), ("before", 0), ("after", 1)])
async def test_a_process_that_is_killed_leaves_what_the_next_one_sweeps(
    tmp_path: Path, clock: FakeClock, s3_server: buckets.Server, bucket: BucketSettings, when: str, held: int
) -> None:
    path = str(tmp_path / "bot.db")
    words = (bucket.bucket, bucket.endpoint, bucket.key, bucket.secret, bucket.prefix)
    killed = await asyncio.create_subprocess_exec(sys.executable, "-c", KILLED, path, when, *words)
    assert await killed.wait() == -signal.SIGKILL
    store = SQLiteStore(path)
    await store.open()
    files = _files(store, clock, bucket)
    assert len(await files.files(HERE)) == held
    for kept in await files.files(HERE):
        assert await read(files, HERE, kept.file.ref) == sample("photo.png", 9_000_000)
        await files.send(HERE, [kept.file.ref])
    await files.sweep()
    assert len(await asyncio.to_thread(s3_server.names, bucket)) == {"between": 3, "before": 4, "after": 4}[when]
    clock.advance(4000)
    assert await files.sweep() == (1 if held else 2)
    assert len(await asyncio.to_thread(s3_server.names, bucket)) == (3 if held else 0)
    await store.close()


async def test_an_upload_that_was_swept_while_it_came_is_not_held(
    files: KeptFiles, clock: FakeClock, s3_server: buckets.Server, bucket: BucketSettings
) -> None:
    content = sample("photo.png", LARGE)

    async def slow() -> AsyncIterator[bytes]:
        yield content[: CUT + 1]
        clock.advance(4000)
        assert await files.sweep() == 1
        yield content[CUT + 1 :]

    with pytest.raises(StoreError, match="removed while it came in"):
        await files.put(HERE, "photo.png", slow())
    assert await files.files(HERE) == []
    assert await asyncio.to_thread(s3_server.names, bucket) == []


async def test_nor_is_one_that_the_bucket_could_not_let_go_of_yet(
    files: KeptFiles, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = sample("photo.png", LARGE)

    async def refuse(names: Any) -> None:
        raise StoreError("not now")

    async def slow() -> AsyncIterator[bytes]:
        yield content[: CUT + 1]
        clock.advance(4000)
        with monkeypatch.context() as patch:
            patch.setattr(_bucket_of(files), "remove", refuse)
            assert await files.sweep() == 1
        yield content[CUT + 1 :]

    with pytest.raises(StoreError, match="removed while it came in"):
        await files.put(HERE, "photo.png", slow())
    assert await files.files(HERE) == []


# Copies of a store


def _silent(table: str, done: int, every: int) -> None:
    pass


async def test_a_copy_of_a_store_takes_along_where_files_stand(
    files: KeptFiles, store: SQLiteStore, clock: FakeClock, database: str, bucket: BucketSettings
) -> None:
    old = await put(_files(store, clock, None), sample("a.png"), conversation=THERE)
    new = await put(files, sample("a.png", 300))
    await store.close()
    copied = await copy_store(f"sqlite:///{store.path}", database, _silent)
    assert (copied["files"], copied["objects"]) == (2, 1)
    target = PostgreSQLStore(database)
    await target.open()
    theirs = _files(target, clock, bucket)
    assert await read(theirs, HERE, new.ref) == sample("a.png", 300)
    assert await read(theirs, THERE, old.ref) == sample("a.png")
    await theirs.close()
    await target.close()


async def test_a_copy_over_a_store_lets_its_objects_be_swept(
    files: KeptFiles,
    store: SQLiteStore,
    clock: FakeClock,
    database: str,
    s3_server: buckets.Server,
    bucket: BucketSettings,
) -> None:
    target = PostgreSQLStore(database)
    await target.open()
    theirs = _files(target, clock, bucket)
    replaced = await put(theirs, sample("a.png", 400))
    kept = await put(files, sample("a.png", 300))
    for store_ in (target, store):
        await store_.close()
    await theirs.close()
    for _ in range(2):  # the second time the target has what the source has
        await copy_store(f"sqlite:///{store.path}", database, _silent, force=True)
    await target.open()
    theirs = _files(target, clock, bucket)
    assert await theirs.remains() == 1
    await theirs.send(HERE, [kept.ref])
    await theirs.sweep()
    assert await read(theirs, HERE, kept.ref) == sample("a.png", 300)
    assert await theirs.find(HERE, replaced.ref) is None
    assert len(await asyncio.to_thread(s3_server.names, bucket)) == 1
    await theirs.close()
    await target.close()
    db = await asyncpg.connect(database)
    assert await db.fetchval("SELECT count(*) FROM objects") == 1
    await db.close()
