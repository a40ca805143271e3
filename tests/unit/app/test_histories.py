"""Stored conversations, read without their bot."""

from pathlib import Path
from typing import Any

import pytest

from botkit.app.histories import data_of, open_history, records_of
from botkit.app.talks import Opening, open_talk
from botkit.errors import UsageError
from botkit.model.events import Message
from botkit.model.turn import Record


def test_records_as_json() -> None:
    data = data_of(Record("c:1", 2, Message("hi"), now=0.0))
    assert (data["at"], data["seq"], data["event"]) == ("1970-01-01T00:00:00Z", 2, {"type": "message", "text": "hi"})


async def test_long_conversations_are_read_whole(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_talk(Opening(desk, conversation="1")) as talk:
        for _ in range(5):
            await talk.say("when are you open")
    monkeypatch.setattr("botkit.ports.stores.TOGETHER", 2)
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
