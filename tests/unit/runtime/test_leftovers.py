"""Leftovers: what a lost wake-up left is taken up, by two looks; a store that failed is asked again."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from botkit.errors import FenceError, StoreError
from botkit.model.events import Message
from botkit.model.replies import Reply
from botkit.ports.connectors import Incoming
from botkit.ports.stored import Commit
from botkit.runtime import leftovers
from botkit.runtime.leftovers import Health, Leftovers
from botkit.stores import SQLiteStore
from botkit.stores import statements as sql
from tests.unit.runtime.running import Phone, Rig, shop


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SQLiteStore]:
    made = SQLiteStore(str(tmp_path / "bot.db"))
    await made.open()
    yield made
    await made.close()


async def _looked(rig: Rig) -> list[int]:
    """Look three times, and let what was taken up end each time."""
    taken = []
    for _ in range(3):
        taken.append(await rig.engine.leftovers.look())
        await rig.rest()
    return taken


async def test_a_message_that_nobody_was_woken_for_has_its_turn(store: SQLiteStore) -> None:
    phone = Phone()
    rig = Rig(store, connectors={"phone": phone})
    await store.accept(Incoming("phone", "1", "d1", Message("/echo a")), rig.clock.now())
    assert await _looked(rig) == [0, 1, 0]
    assert phone.texts == ["/echo a"]


async def test_a_reply_that_nobody_sends_goes_out_when_it_is_due(store: SQLiteStore) -> None:
    phone = Phone()
    rig = Rig(store, connectors={"phone": phone})
    await rig.say("/echo a")
    session, fence = await rig.session(), (await store.load("phone:1")).fence
    await store.commit(Commit("phone:1", fence, session, (), 0, replies=(Reply("phone:1/x", "left"),)))
    await store.put_off("phone:1/x", rig.clock.now() + 60, "busy")
    assert await _looked(rig) == [0, 0, 0]
    rig.clock.advance(60)
    assert await _looked(rig) == [0, 1, 0]
    assert phone.texts == ["/echo a", "left"]


async def test_a_call_that_nobody_performs_is_taken_up(store: SQLiteStore) -> None:
    written: list[str] = []
    rig = Rig(store, shop(give=written.append), connectors={"phone": (phone := Phone())})
    rig.engine.calls.begin = lambda *_, **__: None  # type: ignore[method-assign]
    await rig.say("/write")
    assert await store.open_calls() != []
    del rig.engine.calls.__dict__["begin"]
    assert await _looked(rig) == [0, 1, 0]
    assert phone.texts == ["Wrote ."]
    assert written == ["x"]


async def test_a_write_that_was_begun_and_left_is_not_done_again(store: SQLiteStore) -> None:
    written: list[str] = []
    rig = Rig(store, shop(give=written.append), connectors={"phone": (phone := Phone())})
    rig.engine.calls.begin = lambda *_, **__: None  # type: ignore[method-assign]
    await rig.say("/write")
    ((_, call, _),) = await store.open_calls()
    await store.start_call(call, rig.clock.now())
    del rig.engine.calls.__dict__["begin"]
    assert await _looked(rig) == [0, 1, 0]
    assert written == []
    assert await store.open_calls() == []
    assert phone.texts


async def test_what_is_under_way_is_left_to_whoever_is_at_it(store: SQLiteStore) -> None:
    gate = asyncio.Event()
    written: list[str] = []

    async def slowly(number: str) -> str:
        written.append(number)
        while not gate.is_set():  # noqa: ASYNC110 - a plugin has a loop of its own
            await asyncio.sleep(0.001)
        return "T-1"

    phone = Phone()
    phone.gate = asyncio.Event()
    rig = Rig(store, shop(give=slowly), connectors={"phone": phone})
    await rig.accept(Message("/echo a"))
    await rig.accept(Message("/write"), chat="2")
    while not written:  # noqa: ASYNC110 - it happens in another loop
        await asyncio.sleep(0.001)
    left = await store.left(rig.clock.now())
    assert (set(left.unsent), set(left.calling)) == ({"phone:1"}, {"phone:2"})
    assert [await rig.engine.leftovers.look() for _ in range(3)] == [0, 0, 0]
    gate.set()
    phone.gate.set()
    await rig.rest("phone:1")
    await rig.rest("phone:2")
    assert written == ["x"]
    assert phone.texts == ["/echo a", "Wrote T-1."]


async def test_replies_of_a_channel_that_is_not_served_are_left(store: SQLiteStore) -> None:
    rig = Rig(store, connectors={"phone": Phone()})
    await rig.say("/echo a")
    session, fence = await rig.session(), (await store.load("phone:1")).fence
    await store.commit(Commit("phone:1", fence, session, (), 0, replies=(Reply("phone:1/x", "left"),)))
    elsewhere = Rig(store, connectors={"web": Phone()})
    assert await _looked(elsewhere) == [0, 0, 0]


def test_a_look_goes_by_what_is_left_however_many_conversations_there_are(store: SQLiteStore) -> None:
    with sqlite3.connect(store.path) as db:
        plan = [row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {sql.LEFT}", {"by": 1.0})]
    assert not [step for step in plan if step.startswith("SCAN conversations")]
    assert [step for step in plan if step.startswith("SCAN outbox") and "INDEX ix_outbox_pending" not in step] == []
    assert [step for step in plan if step.startswith("SCAN calls") and "INDEX ix_calls_open" not in step] == []


async def test_it_looks_by_itself(store: SQLiteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leftovers, "LOOKS", 0.001)
    phone = Phone()
    rig = Rig(store, connectors={"phone": phone})
    await rig.engine.start()
    phone.gate = asyncio.Event()
    phone.gate.set()
    await store.accept(Incoming("phone", "1", "d1", Message("/echo a")), rig.clock.now())
    async with asyncio.timeout(10):
        while not phone.texts:  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0.001)
    await rig.engine.stop()


@pytest.mark.parametrize(
    ("trouble", "mend", "says"),
    [
        ("PRAGMA max_page_count = 1", "PRAGMA max_page_count = 4294967294", "the disk is full"),
        ("PRAGMA query_only = 1", "PRAGMA query_only = 0", "the database cannot be written"),
    ],
)
async def test_a_store_in_trouble_is_told_of_and_nothing_is_lost(
    store: SQLiteStore, trouble: str, mend: str, says: str
) -> None:
    phone = Phone()
    rig = Rig(store, connectors={"phone": phone})
    db = store._connections[0]
    db.execute(trouble).fetchall()
    refused = 0
    for number in range(200):
        try:
            await rig.accept(Message(f"/echo {number}"), id_=f"d{number}")
        except StoreError:
            refused = number
            break
    assert rig.engine.health.trouble == says
    since = rig.engine.health.since
    rig.clock.advance(5)
    with pytest.raises(StoreError):
        await rig.engine.leftovers.look()
    assert (rig.engine.health.trouble, rig.engine.health.since) == (says, since)
    db.execute(mend).fetchall()
    await _looked(rig)
    assert rig.engine.health.trouble == ""
    await rig.say(f"/echo {refused}", id_=f"d{refused}")  # the platform delivers again what was not acknowledged
    assert phone.texts == [f"/echo {number}" for number in range(refused + 1)]


async def test_a_look_that_fails_is_told_of_and_the_next_one_comes(
    store: SQLiteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leftovers, "LOOKS", 0.001)
    rig = Rig(store)
    seen: list[str] = []

    class Broken:
        async def check(self) -> None:
            seen.append(rig.engine.health.trouble)
            if len(seen) < 3:
                raise StoreError("gone", reason="gone for good")
            seen.append("well")

        async def left(self, _now: float) -> None:
            if len(seen) < 3:
                raise StoreError("gone")
            raise asyncio.CancelledError

    watch = Leftovers(Broken(), rig.clock, rig.engine.health, lambda _: True, rig.engine._take_up, rig.engine._note)  # type: ignore[arg-type]
    watch.start()
    assert watch._background.task is not None
    await asyncio.wait([watch._background.task])
    assert seen == ["StoreError", "gone for good", "gone for good", "well"]
    assert rig.engine.health.trouble == ""


def test_a_commit_that_comes_late_is_no_trouble(caplog: pytest.LogCaptureFixture) -> None:
    health = Health()
    health.note(FenceError("late"), 1.0)
    assert (health.trouble, caplog.messages) == ("", [])


def test_the_log_tells_of_a_store_that_fails_once_a_minute_and_when_it_is_over(
    caplog: pytest.LogCaptureFixture,
) -> None:
    health, failed, over = Health(), "the store failed", "the store works again"
    away = StoreError("store x: away", reason="the server cannot be reached")
    health.clear()
    for now in range(100, 160):
        health.note(away, float(now))
    assert caplog.messages == [failed]
    health.note(StoreError("store x: full", reason="the disk is full"), 159.5, "phone:1")
    health.note(away, 159.9)
    assert caplog.messages == [failed, failed]
    assert caplog.records[1].__dict__["conversation"] == "phone:1"
    health.note(away, 160.0)
    assert caplog.messages == [failed] * 3
    health.clear()
    health.clear()
    assert caplog.messages == [failed] * 3 + [over]
    health.note(away, 170.0)
    health.clear()
    assert caplog.messages == [failed] * 3 + [over], "one that comes and goes fills no log"
    health.note(away, 100.0)
    assert caplog.messages[-1] == failed, "a clock that was set back silences nothing"
