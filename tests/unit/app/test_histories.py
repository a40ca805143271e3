"""Stored turns in words."""

from pathlib import Path
from typing import Any

import pytest

from botkit.app.histories import as_json, came, effect_of, open_history, records_of, transcript_of
from botkit.app.talks import Opening, open_talk
from botkit.errors import UsageError
from botkit.model.events import Event, Failure, Message, Opened, Outside, Owned, Press, Result, Timer
from botkit.model.replies import Call, DropTimers, Effect, HandOff, Leave, Rated, Reply, SetTimer
from botkit.model.turn import Record
from botkit.model.values import File


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (Message("hi"), ("customer", "hi")),
        (Message("see", files=(File(kind="image", name="a.png"),)), ("customer", "see <image a.png>")),
        (Press("yes", "Yes"), ("customer", "[Yes]")),
        (Press("yes"), ("customer", "[yes]")),
        (Opened(), ("opened", "the customer opened the chat")),
        (Timer("q", "silence"), ("timer", "silence")),
        (Outside("paid"), ("event", "paid")),
        (Result("e1"), ("result", "of e1: done")),
        (Result("e1", failure=Failure("down", "gone")), ("result", "of e1: down: gone")),
        (Owned("claimed", "Ann"), ("owner", "claimed Ann")),
        (Owned("returned"), ("owner", "returned")),
    ],
)
def test_came(event: Event, words: tuple[str, str]) -> None:
    assert came(Record("c:1", 1, event)) == words


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
    assert effect_of(effect) == words


def test_transcripts_leave_out_what_nobody_said() -> None:
    replies = (Reply(id="1", text="Hello"),)
    assert transcript_of(Record("c:1", 1, Opened(), replies=replies)) == [("bot", "Hello")]
    handed = Record("c:1", 2, Message("person"), effects=(HandOff("1", "care"),))
    assert transcript_of(handed) == [("customer", "person"), ("handoff", "hands off to care")]


def test_records_as_json() -> None:
    data = as_json(Record("c:1", 2, Message("hi"), now=0.0))
    assert (data["at"], data["seq"], data["event"]) == ("1970-01-01T00:00:00Z", 2, {"type": "message", "text": "hi"})


async def test_long_conversations_are_read_whole(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_talk(Opening(desk, conversation="1")) as talk:
        for _ in range(5):
            await talk.say("when are you open")
    monkeypatch.setattr("botkit.app.histories._PAGE", 2)
    async with open_history(desk, None) as store:
        records = await records_of(store, "chat:1")
        assert [record.seq for record in records] == [1, 2, 3, 4, 5]
        assert await records_of(store, "chat:1", 9) == []
        with pytest.raises(UsageError):
            await records_of(store, "chat:2")


@pytest.mark.parametrize("url", ["sqlite:////nowhere/x.db", "sqlite:///nowhere.db"])
async def test_a_store_is_not_made_by_looking(desk: Path, url: str, monkeypatch: Any, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="no store at"):
        async with open_history(desk, url):
            pass
    assert not (tmp_path / "nowhere.db").exists()
