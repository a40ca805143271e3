"""Turns in words, values as plain JSON."""

import json
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest

from botkit.app.transcripts import cause_of, line_of, readable, transcript_of, wording_of
from botkit.model.events import Event, Failure, Message, Noted, Opened, Outside, Owned, Press, Result, Said, Timer
from botkit.model.replies import Button, Call, DropTimers, Effect, HandOff, Leave, Rated, Reply, SetTimer
from botkit.model.turn import Record
from botkit.model.values import File, Money


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (Message("hi"), ("customer", "hi")),
        (Message("see", files=(File(kind="image", name="a.png"),)), ("customer", "see <image a.png>")),
        (
            Message("see", files=(File(kind="image", refused="empty"),)),
            ("customer", "see <image, not taken: it is empty, or could not be fetched>"),
        ),
        (
            Message("", files=(File(kind="file", name="a.exe", refused="wrong_type"),)),
            ("customer", "<file a.exe, not taken: its type is none that is taken>"),
        ),
        (Message("", files=(File(kind="location"),)), ("customer", "<location>")),
        (Message("", files=(File(kind="file", refused="odd"),)), ("customer", "<file, not taken: odd>")),
        (Press("yes", "Yes"), ("customer", "[Yes]")),
        (Press("yes"), ("customer", "[yes]")),
        (Opened(), ("opened", "the customer opened the chat")),
        (Timer("q", "silence"), ("timer", "silence")),
        (Outside("paid"), ("event", "paid")),
        (Result("e1"), ("result", "of e1: done")),
        (Result("e1", failure=Failure("down", "gone")), ("result", "of e1: down: gone")),
        (Owned("claimed", "Ann"), ("owner", "claimed Ann")),
        (Owned("returned"), ("owner", "returned")),
        (Owned("assigned", "Ann", to="Bob"), ("owner", "assigned Ann to Bob")),
        (Owned("assigned", "Ann", team="orders"), ("owner", "assigned Ann to orders")),
        (Said("Ann", "hello"), ("agent Ann", "hello")),
        (Noted("Ann", "call back"), ("note of Ann", "call back")),
    ],
)
def test_causes(event: Event, words: tuple[str, str]) -> None:
    assert cause_of(Record("c:1", 1, event)) == words


@pytest.mark.parametrize(
    ("effect", "words"),
    [
        (Call("1", "s.f", {"a": "ü"}), 'calls s.f (read) with {"a": "ü"}'),
        (SetTimer("1", 0.0, "q", "end"), "sets the timer 'end' for 1970-01-01T00:00:00Z"),
        (DropTimers("q"), "drops the timers of the closed question"),
        (HandOff("1", "care", "angry"), "hands off to care: angry"),
        (HandOff("1", "care"), "hands off to care"),
        (Leave("1"), "leaves the queue"),
        (Rated("1", 4, 5), "notes the rating 4 of 5"),
    ],
)
def test_effects(effect: Effect, words: str) -> None:
    assert wording_of(effect) == words


def test_transcripts_leave_out_what_nobody_said() -> None:
    replies = (Reply(id="1", text="Hello"),)
    assert transcript_of(Record("c:1", 1, Opened(), replies=replies)) == [("bot", "Hello")]
    handed = Record("c:1", 2, Message("person"), effects=(HandOff("1", "care"),))
    assert transcript_of(handed) == [("customer", "person"), ("handoff", "hands off to care")]


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (None, None),
        (True, True),
        (3, 3),
        (2.5, 2.5),
        ("€", "€"),
        (Decimal("54.040"), "54.040"),
        (Money(Decimal("54.04"), "EUR"), "54.04 EUR"),
        (date(2026, 5, 1), "2026-05-01"),
        (time(10, 30), "10:30:00"),
        (datetime(2026, 5, 1, 10, tzinfo=UTC), "2026-05-01T10:00:00+00:00"),
        (timedelta(minutes=2), 120.0),
        (File(name="a.png", mime="image/png"), {"kind": "file", "name": "a.png", "mime": "image/png"}),
        ({"a": [Money(Decimal(1), "EUR")], 2: ()}, {"a": ["1 EUR"], "2": []}),
        (1 + 2j, "(1+2j)"),
    ],
)
def test_readable(value: Any, plain: Any) -> None:
    assert readable(value) == plain
    json.dumps(readable(value))


def test_line_of() -> None:
    assert (
        line_of(Reply(id="1", text="a", image="b.png", file="c.pdf", buttons=(Button("d"),))) == "a b.png c.pdf [d]"
    )
