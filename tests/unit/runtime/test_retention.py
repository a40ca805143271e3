"""Retention: what is old goes, and nothing that somebody needs."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from botkit.model.events import Message
from botkit.model.replies import SetTimer
from botkit.model.session import Frame, Question, Session
from botkit.model.turn import Turn
from botkit.ports.files import FileLimits, Files
from botkit.ports.stores import Store
from botkit.runtime import retention
from botkit.runtime.retention import AT_ONCE, Ages, Retention, foresee
from botkit.stores import open_files
from botkit.testing import FakeClock
from botkit.testing.stored import message, take
from tests.unit.runtime.running import memory

DAY, IDLE = 86_400.0, 86_400.0
NOW = 1_780_000_000.0
OLD = NOW - 100 * DAY
ASKED, WAITING = (Question(kind, 1, "s", kind) for kind in ("ask", "wait"))
OPEN = (Frame("f", 1, "s"),)


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    made = memory()
    await made.open()
    yield made
    await made.close()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOW)


@pytest.fixture
def files(store: Store, clock: FakeClock) -> Files:
    return open_files(store, FileLimits(), clock)


async def talk(store: Store, chat: str, *times: float, **session: Any) -> None:
    """Take a turn at each of these times."""
    name = f"web:{chat}"
    for seq, now in enumerate(times, 1):
        await store.accept(message(chat, seq), now)
        left = Session(name, "web", seq=seq, touched=now, **session)
        await take(store, name, turn=Turn(name, seq, Message("hello"), left, now=now))


async def names(store: Store) -> set[str]:
    return {one.conversation.removeprefix("web:") for one in await store.conversations(1000)}


def keeper(store: Store, shelf: Files, clock: FakeClock, idle: float = IDLE, **ages: float) -> Retention:
    return Retention(store, shelf, clock, Ages(**{name: days * DAY for name, days in ages.items()}), idle)


async def test_old_conversations_go_and_no_others(store: Store, files: Files, clock: FakeClock) -> None:
    await talk(store, "old", OLD)
    await talk(store, "new", NOW - DAY)
    await talk(store, "left amid a flow", OLD, stack=OPEN, question=ASKED)
    await talk(store, "waits for an event", OLD, stack=OPEN, question=WAITING)
    await talk(store, "waits for a person", OLD, owner="queue")
    await talk(store, "a person has it", OLD, owner="human")
    await talk(store, "ended", OLD, stack=OPEN, question=WAITING, ended=True)
    await talk(store, "has a timer", OLD)
    await store.accept(message("has a timer", 2), OLD)
    await take(store, "web:has a timer", 2, timers=(SetTimer("t", NOW, "q", "wait"),))
    await talk(store, "was written to", OLD)
    await store.accept(message("was written to", 9), NOW)
    kept = {"new", "waits for an event", "waits for a person", "a person has it", "has a timer", "was written to"}
    counts = await keeper(store, files, clock, conversations=90).once()
    assert await names(store) == kept
    assert counts["conversations"] == 3
    assert await keeper(store, files, clock, conversations=90).once() == {}


async def test_who_is_never_idle_is_in_the_middle_of_a_flow_for_ever(
    store: Store, files: Files, clock: FakeClock
) -> None:
    await talk(store, "left amid a flow", OLD, stack=OPEN, question=ASKED)
    assert await keeper(store, files, clock, idle=0.0, conversations=90).once() == {}


async def test_many_go_in_batches(
    store: Store, files: Files, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "PAUSE", 0.0)
    for number in range(3 * AT_ONCE + 1):
        await talk(store, f"{number}", OLD)
    await talk(store, "long", *[OLD] * (retention.MOST_TURNS + 1))
    batches: list[int] = []
    real = store.retire

    async def retire(standing: Any, now: float, tell: Any) -> Any:
        batches.append(len(standing))
        return await real(standing, now, tell)

    monkeypatch.setattr(store, "retire", retire)
    await keeper(store, files, clock, conversations=90).once()
    assert sum(batches) == 3 * AT_ONCE + 2
    assert max(batches) <= AT_ONCE
    assert 1 in batches
    assert await names(store) == set()


async def test_old_turns_go_from_conversations_that_go_on(store: Store, files: Files, clock: FakeClock) -> None:
    await talk(store, "1", OLD, OLD, NOW)
    await talk(store, "2", OLD, owner="queue")
    assert await keeper(store, files, clock, transcripts=90).once() == {"turns": 2}
    assert [record.seq for record in await store.turns("web:1")] == [3]
    assert await names(store) == {"1", "2"}
    assert len(await store.turns("web:2")) == 1


async def test_files_failures_and_figures_go_by_their_own_age(store: Store, files: Files, clock: FakeClock) -> None:
    async def text() -> AsyncIterator[bytes]:
        yield b"a note"

    await talk(store, "1", NOW)
    clock.advance(OLD - NOW)
    await files.put("web:1", "old.txt", text())
    clock.advance(NOW - OLD)
    await talk(store, "2", OLD)
    await store.erase("web:2", now=NOW)
    assert await keeper(store, files, clock, files=101, figures=101, failures=1).once() == {}
    assert await keeper(store, files, clock, files=30, figures=99).once() == {"files": 1, "figures": 2}
    assert list(await files.files("web:1")) == []
    assert list(await store.figures()) == []


async def test_what_is_audited_goes_by_its_own_age(store: Store, files: Files, clock: FakeClock) -> None:
    for days in (100, 50, 0):
        await store.note_act("ann", "read", "web:1", NOW - days * DAY)
    assert await foresee(store, files, Ages(audits=60 * DAY), IDLE, NOW) == {"audits": 1}
    assert await keeper(store, files, clock, audits=60).once() == {"audits": 1}
    assert [act.at for act in await store.acts()] == [NOW, NOW - 50 * DAY]
    assert await keeper(store, files, clock, figures=1).once() == {}
    assert len(await store.acts()) == 2


@pytest.mark.parametrize("ages", [{}, {"conversations": 90}, {"transcripts": 90}, {"conversations": 90, "files": 30}])
async def test_what_is_foreseen_is_what_happens(
    store: Store, files: Files, clock: FakeClock, ages: dict[str, float]
) -> None:
    async def text() -> AsyncIterator[bytes]:
        yield b"a note"

    await talk(store, "old", OLD, OLD)
    await talk(store, "goes on", OLD, NOW)
    await talk(store, "queue", OLD, owner="queue")
    clock.advance(OLD - NOW)
    for name in ("old", "goes on"):
        await files.put(f"web:{name}", "old.txt", text())
        await files.send(f"web:{name}", [file.file.ref for file in await files.files(f"web:{name}")])
    clock.advance(NOW - OLD)
    in_seconds = Ages(**{name: days * DAY for name, days in ages.items()})
    foreseen = await foresee(store, files, in_seconds, IDLE, NOW)
    assert await names(store) == {"old", "goes on", "queue"}
    before = await count(store, files)
    await keeper(store, files, clock, **ages).once()
    after = await count(store, files)
    assert {what: before[what] - after[what] for what in before if before[what] != after[what]} == foreseen


async def count(store: Store, files: Files) -> dict[str, int]:
    found = await store.conversations(1000)
    return {
        "conversations": len(found),
        "turns": sum([len(await store.turns(one.conversation)) for one in found]),
        "files": sum([len(await files.files(one.conversation)) for one in found]),
    }


async def test_one_process_at_a_time_does_it(
    store: Store, files: Files, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "FIRST", 0.0)
    asked: list[str] = []

    async def claim(duty: str, seconds: float) -> None:
        asked.append(f"{duty} {seconds:.0f}")

    monkeypatch.setattr(store.shared, "claim", claim)
    await talk(store, "old", OLD)
    one = keeper(store, files, clock, conversations=90)
    one.start()
    await asyncio.sleep(0.01)
    await one.stop()
    assert asked == ["retention 3240"]
    assert await names(store) == {"old"}


async def test_it_goes_on_in_the_background(
    store: Store, files: Files, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "FIRST", 0.0)
    await talk(store, "old", OLD)
    one = keeper(store, files, clock, conversations=90)
    one.start()
    async with asyncio.timeout(5):
        while await names(store):  # noqa: ASYNC110 - a store tells nobody
            await asyncio.sleep(0.001)
    await one.stop()
    nothing = keeper(store, files, clock)
    nothing.start()
    await nothing.stop()
