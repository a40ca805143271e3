"""The parts of the harness: plans, ledgers, the platform's double, and what is refused."""

import asyncio
import os
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from botkit import Context, Plugin, UsageError
from botkit.testing import PluginHarness
from botkit.testing.faults import (
    KINDS,
    MEANINGS,
    POINTS,
    SERVER_KINDS,
    Entry,
    Fault,
    Ledger,
    Platform,
    at_random,
    every_cell,
    play,
)
from botkit.testing.faults.ledgers import PLACE
from botkit.testing.faults.lines import Line, read, write
from botkit.testing.faults.probing import LATE, Probe, stalled
from botkit.testing.faults.wires import Wire
from tests.faults.customers import STALL, talk


def test_every_cell_is_there_as_often_as_asked() -> None:
    cells = every_cell(times=2)
    assert len(cells) == 2 * len(POINTS) * len(KINDS)
    assert {(one.point, one.kind) for one in cells} == {(point, kind) for point in POINTS for kind in KINDS}


def test_every_kind_says_what_it_is() -> None:
    assert set(MEANINGS) == {*KINDS, *SERVER_KINDS}


def test_a_seed_draws_the_same_again() -> None:
    assert at_random(1, 50) == at_random(1, 50)
    assert at_random(1, 50) != at_random(2, 50)


async def test_a_point_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no point 'comit:before'"):
        await play(STALL, talk, [Fault("kill", "comit:before")], tmp_path)


async def test_a_kind_of_the_other_store_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no cut with this store") as caught:
        await play(STALL, talk, [Fault("cut")], tmp_path)
    assert caught.value.hint == "there are: kill, freeze, restart, full, quota, clock, lock"


def test_a_probe_notes_when_the_machine_stood_still(tmp_path: Path) -> None:
    probe = Probe(tmp_path)
    well = 10.0
    for now in (10.05, 10.11, 10.30, 10.36, 11.36):
        well = probe.note(well, now)
    assert probe.stalls == [(10.11, 10.30), (10.36, 11.36)]
    assert stalled(probe.stalls, 10.0, 12.0) == pytest.approx(1.19)
    assert stalled(probe.stalls, 10.2, 10.4) == pytest.approx(0.14)
    assert stalled(probe.stalls, 11.4, 12.0) == 0.0
    assert stalled([(2.0, 4.0), (1.0, 3.0), (1.5, 2.5)], 0.0, 3.5) == pytest.approx(2.5)


def test_a_probe_notes_a_disk_that_does_not_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slow, stood = threading.Event(), threading.Event()

    def fsync(_: int) -> None:
        if not slow.is_set():
            slow.set()
            time.sleep(2 * LATE)  # a disk's sleep, not the test's
        else:
            stood.set()

    monkeypatch.setattr(os, "fsync", fsync)
    with Probe(tmp_path) as probe:
        assert stood.wait(5.0)
    assert any(until - since >= 2 * LATE for since, until in probe.stalls)


async def test_a_ledger_keeps_every_entry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PLACE, str(tmp_path / "ledger"))
    plugin = Plugin("stall")

    @plugin.action(effect="write")
    def book(ctx: Context, item: str) -> None:
        """Book."""
        Ledger.named().write(ctx, item)

    assert Ledger.named().read() == ()
    async with PluginHarness(plugin, conversation="play:c1") as stall:
        for n in range(3):
            await stall.perform("book", key=f"k{n}", item="2 \u8336")
    assert Ledger.named().read() == tuple(Entry("play:c1", "2 \u8336", f"k{n}") for n in range(3))


def test_there_is_no_ledger_outside_of_a_play(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(PLACE, raising=False)
    with pytest.raises(KeyError):
        Ledger.named()


def test_a_line_comes_back_as_it_was() -> None:
    line = Line("send", id="r1", number=3, chat="c1", text="two\nlines \u8336", after=0.5)
    assert write(line).count(b"\n") == 1
    assert read(write(line)) == line


async def test_the_platform_delivers_until_it_is_acknowledged_and_keeps_its_record() -> None:
    async with Platform(again=0.0, refused=0.0) as platform:
        first = talk(1)
        customer = asyncio.create_task(platform.converse("c1", first))
        ids = []
        for process, answer in ((1, "nothing"), (2, "ack")):  # the first worker dies without an answer
            reader, writer = await asyncio.open_connection("127.0.0.1", platform.port)
            writer.write(write(Line("hello", number=process)))
            line = read(await reader.readline())
            ids.append(line.id)
            if answer == "ack":
                writer.write(
                    write(Line("ack", id=line.id)) + write(Line("send", id="r1", number=1, chat="c1", text="x"))
                )
                assert read(await reader.readline()) == Line("taken", id="p1", number=1)
            writer.close()
            await writer.wait_closed()
        assert ids == ["c1/0", "c1/0"]
        assert [(one.chat, one.reply, one.text, one.worker) for one in platform.sent] == [("c1", "r1", "x", 2)]
        with pytest.raises(Exception, match="c1"):
            await customer


async def test_the_platform_refuses_for_a_moment_and_records_nothing() -> None:
    async with Platform(refused=1.0) as platform:
        reader, writer = await asyncio.open_connection("127.0.0.1", platform.port)
        writer.write(write(Line("send", id="r1", number=1, chat="c1", text="x")))
        answer = read(await reader.readline())
        assert (answer.kind, answer.number, answer.after > 0) == ("refused", 1, True)
        assert platform.sent == []
        writer.close()
        await writer.wait_closed()


async def _echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionResetError):
        while data := await reader.read(100):
            writer.write(data)
    writer.close()


async def test_a_wire_is_cut_falls_silent_and_is_mended() -> None:
    server = await asyncio.start_server(_echo, "127.0.0.1", 0)
    async with server, Wire(server.sockets[0].getsockname()[1]) as wire:
        reader, writer = await asyncio.open_connection("127.0.0.1", wire.port)
        writer.write(b"one")
        assert await reader.read(100) == b"one"
        wire.silence()
        writer.write(b"two")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.read(100), 0.05)
        wire.mend()
        assert await reader.read(100) == b"two"
        wire.cut()
        with pytest.raises(ConnectionResetError):
            await reader.read(100)
        reader, refused = await asyncio.open_connection("127.0.0.1", wire.port)
        with pytest.raises(ConnectionResetError):
            await reader.read(100)
        wire.mend()
        reader, again = await asyncio.open_connection("127.0.0.1", wire.port)
        again.write(b"three")
        assert await reader.read(100) == b"three"
        for end in (writer, refused, again):
            end.close()
