"""What is left of an erased conversation in the files of SQLite: not a byte of what was said."""

import random
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from string import ascii_letters

import pytest

from botkit.model import codec
from botkit.model.codec import encode_record
from botkit.model.events import Message
from botkit.model.replies import Reply
from botkit.model.session import Session
from botkit.model.turn import Record, Turn
from botkit.ports.connectors import Incoming
from botkit.stores import Durability, SQLiteStore
from botkit.stores.erasing import Tally, is_old
from botkit.stores.packing import pack
from botkit.testing.stored import NOW, message, take

ROWS = ("conversations", "inbox", "turns", "outbox", "failures", "customers")


def texts() -> Iterator[str]:
    """Give texts that occur nowhere else and cannot be packed: short ones, and some that need pages of their own."""
    chance = random.Random(4)
    for length in (60, 700, 9000) * 5:
        yield "".join(chance.choices(ascii_letters, k=length))


def stored(path: Path) -> set[bytes]:
    """Give every text and every blob of the conversation's rows as they stand now."""
    db = sqlite3.connect(path)
    found: set[bytes] = set()
    for table in ROWS:
        key = "key" if table == "conversations" else "conversation"
        of = "(SELECT key FROM conversations WHERE id = 'web:1')"
        for row in db.execute(f"SELECT * FROM {table} WHERE {key} = {of}"):  # noqa: S608
            found |= {one if isinstance(one, bytes) else one.encode() for one in row if isinstance(one, bytes | str)}
    db.close()
    return found


def left(path: Path, written: set[bytes]) -> int:
    """Count what of all that was written can be found in the files, by a few bytes from its middle."""
    files = [one.read_bytes() for one in path.parent.iterdir() if one.name.startswith(path.name)]
    middles = {value[len(value) // 2 :][:24] for value in written if len(value) > 50}
    assert len(middles) > 40
    return sum(any(middle in file for file in files) for middle in middles)


async def talk(store: SQLiteStore, path: Path) -> set[bytes]:
    """Have a conversation of which much is written, written over and removed again; give all that was written."""
    written: set[bytes] = set()
    said: list[str] = []
    for seq, text in enumerate(texts(), 1):
        said = [*said, text][-3:]
        session = Session(
            "web:1", "web", seq=seq, slots={"said": said}, lines=tuple(("customer", one) for one in said)
        )
        await store.accept(Incoming("web", "1", f"d{seq}", Message(text)), NOW)
        written |= stored(path)
        turn = Turn("web:1", seq, Message(text), session, now=NOW)
        await take(
            store, "web:1", turn=turn, replies=(Reply(f"r{seq}", f"You said {text}"),), customer=f"customer {text}"
        )
        written |= stored(path)
        await store.sent(f"r{seq}", "p", NOW)
        await store.secure(f"r{seq}")
        await store.accept(message("2", seq), NOW)
        await take(store, "web:2", seq)
    return written | {text.encode() for text in texts()}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "bot.db"


@pytest.mark.parametrize("durability", ["normal", "full"])
async def test_no_byte_is_left(path: Path, durability: Durability) -> None:
    bot, beside = SQLiteStore(str(path), durability), SQLiteStore(str(path))
    await bot.hold(0.0, lambda _: False)
    await bot.open()
    await beside.open()
    written = await talk(bot, path)
    assert left(path, written) > 40
    assert await beside.erase("web:1", now=NOW)
    assert await beside.scrub()
    assert left(path, written) == 0
    await message_of_another(bot)
    for store in (beside, bot):
        await store.close()
    assert left(path, written) == 0


async def message_of_another(store: SQLiteStore) -> None:
    await store.accept(message("3", 1), NOW)
    await take(store, "web:3")


async def test_what_is_not_overwritten_is_found(path: Path) -> None:
    store = SQLiteStore(str(path))
    await store.open()
    for connection in store._connections:
        connection.execute("PRAGMA secure_delete = OFF")
    written = await talk(store, path)
    await store.erase("web:1", now=NOW)
    assert await store.scrub()
    assert left(path, written) > 0
    await store.close()


async def test_before_it_is_scrubbed_the_log_tells(path: Path) -> None:
    store = SQLiteStore(str(path))
    await store.open()
    written = await talk(store, path)
    await store.erase("web:1", now=NOW)
    assert left(path, written) > 0
    await store.close()


async def test_who_reads_for_long_keeps_the_log(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("botkit.stores.connection._PATIENCE", 0.01)
    store = SQLiteStore(str(path))
    await store.open()
    await message_of_another(store)
    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM turns").fetchone()
    await store.erase("web:3", now=NOW)
    assert not await store.scrub()
    reader.execute("COMMIT")
    reader.close()
    assert await store.scrub()
    await store.close()


async def test_a_damaged_turn_does_not_keep_a_conversation(path: Path) -> None:
    store = SQLiteStore(str(path))
    await store.open()
    await message_of_another(store)
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("UPDATE turns SET data = x'07'")
    db.close()
    assert (await store.erase("web:3", now=NOW))["turns"] == 1
    assert list(await store.figures()) == []
    await store.close()


def kept(seq: int, now: float) -> tuple[int, bytes]:
    turn = Turn("web:1", seq, Message("hi"), Session("web:1", seq=seq), now=now)
    return seq, pack(encode_record(Record.of(turn)))


def test_a_turn_that_cannot_be_read_is_kept_and_named(caplog: pytest.LogCaptureFixture) -> None:
    turns = [kept(1, 10.0), (2, b"nonsense"), kept(3, 20.0)]
    assert Tally().add_old("web", turns, 100.0) == 1
    assert [record.turn for record in caplog.records] == [2]  # type: ignore[attr-defined]
    assert Tally().add_old("web", [turns[0], turns[2]], 100.0) == 3


def test_the_first_turn_tells_whether_any_is_old() -> None:
    assert is_old("web", [kept(1, 10.0), kept(2, 200.0)], 100.0)
    assert not is_old("web", [kept(1, 100.0)], 100.0)
    assert not is_old("web", [(1, b"nonsense")], 100.0)
    assert not is_old("web", [], 100.0)


async def test_retention_reads_one_turn_of_what_is_young(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known, seen = codec.decode_record, list[bytes]()

    def decode(data: bytes) -> Record:
        seen.append(data)
        return known(data)

    store = SQLiteStore(str(path))
    await store.open()
    await talk(store, path)
    monkeypatch.setattr(codec, "decode_record", decode)
    assert await store.trim(NOW - 1, NOW, 0, 10) == ({}, None)
    await store.close()
    assert len(seen) == 2  # conversations


async def test_a_first_turn_that_cannot_be_read_is_named_once(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    store = SQLiteStore(str(path))
    await store.open()
    await message_of_another(store)
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("UPDATE turns SET data = x'0815'")
    db.close()
    for _ in range(3):
        assert await store.trim(NOW + 10, NOW, 0, 10) == ({}, None)
    await store.close()
    assert [record.message for record in caplog.records] == ["a turn cannot be read and is kept"]
