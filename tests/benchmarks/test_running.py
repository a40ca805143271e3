"""The benchmarks run; what they find is for `python -m tests.benchmarks`, on a machine that does nothing else."""

import asyncio
import math
import sqlite3
from itertools import islice
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from botkit import Bot
from botkit.testing import postgres
from tests.benchmarks import curves, database, goals, many, sockets, startup, turns, webhook, widget
from tests.benchmarks.drawing import Curve, draw
from tests.benchmarks.goals import Goal, Row, write
from tests.benchmarks.talk import BOT
from tests.browser.chromium import CHROMIUM


def test_turns() -> None:
    found = turns.measure(rounds=1, lone=2, together=2)
    assert set(found) == {"floor", *(kind for name, *_ in turns.KINDS for kind in (name, f"bytes, {name}"))}
    assert all(figure > 0 for figures in found.values() for figure in figures)


def test_webhook(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "CONNECTIONS", 4)
    bare, bot = webhook.measure(rounds=1, chats=1)
    assert (len(bare), len(bot)) == (1, 1)


@pytest.mark.skipif(postgres.find_binaries() is None, reason="there is no PostgreSQL server on this machine")
def test_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "CONVERSATIONS", 20)
    found = database.measure(rounds=1)
    assert set(found) == {"by_hand", "together", "botkit"}
    assert all(0 < whole <= own for rates in found.values() for whole, own in rates)
    monkeypatch.setattr(database, "measure", lambda rounds: found)
    assert [row.goal for row in database.compare(1)] == [
        goals.BY_HAND,
        goals.DATABASE,
        goals.BY_HAND_TOGETHER,
        goals.DATABASE_TOGETHER,
    ]


def test_startup() -> None:
    seconds, megabytes, busy = startup.measure()
    assert 0 < busy <= seconds * 2
    assert megabytes > 10


@pytest.mark.parametrize(("title", "prepare"), [(title, prepare) for title, prepare, _ in curves.CURVES])
def test_curves(title: str, prepare: curves.Prepare) -> None:
    curve = asyncio.run(curves.measure(title, prepare, (2, 4), rounds=1, turns=6))
    assert list(curve.costs) == [2, 4]
    assert curve.ratio > 0


def test_stored_conversations_are_copies(tmp_path: Path) -> None:
    path = tmp_path / "bot.db"

    async def play() -> list[str]:
        async with await Bot.load(BOT, store=f"sqlite:///{path}") as bot:
            await bot.say("where is my order", "web:first")
        names = many.multiply(path, "web:first", 3)
        async with await Bot.load(BOT, store=f"sqlite:///{path}") as bot:
            assert (await bot.say("A-10293", names[0])).text.startswith("Order A-10293 is on its way.")
        return names

    names = asyncio.run(play())
    with sqlite3.connect(path) as db:
        assert {name for (name,) in db.execute("SELECT id FROM conversations")} == {"web:first", *names}
        assert db.execute("SELECT count(*) FROM turns").fetchone() == (6,)
    db.close()


def test_messages_are_all_different_and_no_examples() -> None:
    said = list(islice(many.messages(1), 500))
    assert len(set(said)) == 500


def test_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Forty pages talk, and none meets an error; the whole table has 5,000."""
    monkeypatch.setattr(sockets, "SECONDS", {"lone": 1.0, "busy": 1.0, "many": 2.0, "flood": 1.0})
    monkeypatch.setattr(sockets, "MINUTE", 2.0)
    with sockets.serve(tmp_path) as served:
        found = asyncio.run(sockets.measure(served, many=40, busy=10))
    assert (len(found.lone.times), len(found.many.times)) == (2, 40)
    assert len(found.busy.times) >= 10
    assert found.lone.errors == found.busy.errors == found.many.errors == found.flooded.errors == []
    assert found.refused > 0


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium; `make browser` installs it")
@pytest.mark.skipif(not widget.DEEP_CHAT.is_file(), reason="there is no deep-chat; `make browser` installs it")
def test_widget(tmp_path: Path) -> None:
    with sockets.serve(tmp_path, widget.ORIGINS) as served:
        ours, theirs = widget.compare(served, rounds=1)
    assert len(ours.usable) == len(theirs.answered) == 1
    assert all(0 < usable < answered for usable, answered in zip(ours.usable, ours.answered, strict=True))


@pytest.mark.parametrize(
    ("goal", "figure", "met"),
    [
        (Goal("more", 25, 45), 24.9, "no"),
        (Goal("more", 25, 45), 25, "must"),
        (Goal("more", 25, 45), 46, "aim"),
        (Goal("less", 4, 2, "kB"), 4.1, "no"),
        (Goal("less", 4, 2, "kB"), 3.7, "must"),
        (Goal("less", 4, 2, "kB"), 2, "aim"),
        (Goal("a floor"), 100, ""),
    ],
)
def test_what_is_met(goal: Goal, figure: float, met: str) -> None:
    assert Row(goal, "", figure).met == met


def test_the_table_has_a_line_for_each_row() -> None:
    table = write([Row(goals.FLOOR, "40,000", 100), Row(goals.LONE, "10,000", 25), Row(goals.START, "0.5 s", 0.5)])
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]
    assert cells[2:] == [
        [goals.FLOOR.title, "40,000", "100.0 %", "", "", ""],
        [goals.LONE.title, "10,000", "25.0 %", "25 %", "45 %", "must"],
        [goals.START.title, "0.5 s", "", "0.6 s", "0.3 s", "must"],
    ]


def test_the_picture_is_sound_and_says_the_figures() -> None:
    picture = ET.fromstring(draw([Curve("flows & more", {10: 100.0, 1000: 150.0})]))  # noqa: S314 - our own
    texts = " ".join(text.strip() for text in picture.itertext() if text.strip())
    assert "flows & more" in texts
    assert "1.50 times the smallest" in texts
    heights = [float(dot.attrib["cy"]) for dot in picture.iter("{http://www.w3.org/2000/svg}circle")]
    assert heights == sorted(heights, reverse=True)
    assert not any(math.isnan(height) for height in heights)
