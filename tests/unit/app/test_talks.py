"""Talks: what the bot says unasked is not lost."""

import asyncio
from pathlib import Path

import pytest

from botkit.app.exchanges import Exchange
from botkit.app.talks import Opening, Talk, open_talk, read_attach
from botkit.errors import UsageError
from botkit.model.events import Message, Outside
from botkit.runtime.clocks import FixedClock
from botkit.testing import sample


@pytest.fixture
def paid(desk: Path) -> Path:
    flows = desk / "flows.yaml"
    event = "  paid:\n    start: {events: [paid]}\n    steps: [{say: Your payment came.}]\n"
    flows.write_text(flows.read_text() + event)
    return desk


async def _pay(talk: Talk) -> None:
    await talk.bot.engine.put(talk.conversation, "1", Outside("paid"))
    await talk.bot.engine.settle(talk.conversation)


async def test_what_was_said_meanwhile_comes_first(paid: Path) -> None:
    async with open_talk(Opening(paid)) as talk:
        await talk.open()
        await _pay(talk)
        exchange = await talk.say("when are you open")
        assert [reply.text for reply in exchange.replies] == [
            "Your payment came.",
            "We are here from 9 to 18 o'clock.",
        ]
        assert exchange.route == "answer"
        assert len((await talk.say("when are you open")).replies) == 1


async def test_or_at_once_to_who_wants_it(paid: Path) -> None:
    heard: list[Exchange] = []
    async with open_talk(Opening(paid), heard.append) as talk:
        await talk.open()
        await _pay(talk)
        exchange = await talk.say("when are you open")
    assert [one.text for one in heard] == ["Your payment came."]
    assert exchange.text == "We are here from 9 to 18 o'clock."


async def test_a_closed_talk_hears_nothing(paid: Path) -> None:
    heard: list[Exchange] = []
    async with open_talk(Opening(paid), heard.append) as talk:
        await talk.open()
        talk.close()
        talk.close()
        await _pay(talk)
    assert heard == []


async def test_buttons(paid: Path) -> None:
    async with open_talk(Opening(paid)) as talk:
        await talk.open()
        assert (await talk.press("Return")).flow == "return_item"


async def test_the_clock_stands_where_it_was_told(paid: Path) -> None:
    async with open_talk(Opening(paid, now="2026-05-01T10:00:00")) as talk:
        assert isinstance(talk.bot.engine.clock, FixedClock)
        assert talk.bot.engine.clock.now() == 1777622400.0  # ten o'clock in Berlin
    async with open_talk(Opening(paid, now="2026-05-01T10:00:00Z")) as talk:
        assert talk.bot.engine.clock.now() == 1777629600.0


@pytest.mark.parametrize("opening", [{"now": "soon"}, {"locale": "tlh"}])
async def test_what_cannot_be_meant(paid: Path, opening: dict[str, str]) -> None:
    with pytest.raises(UsageError):
        async with open_talk(Opening(paid, **opening)):
            pass
    assert not [task for task in asyncio.all_tasks() if task.get_name() == "timers"]


async def test_a_file_of_this_machine_is_attached(desk: Path, tmp_path: Path) -> None:
    (tmp_path / "my photo.png").write_bytes(sample("a.png"))
    (tmp_path / "setup.exe").write_bytes(b"MZ" + bytes(100))
    async with open_talk(Opening(desk)) as talk:
        await talk.open()
        taken = await talk.say(f'/attach "{tmp_path}/my photo.png" look at this')
        event = taken.turns[0].event
        assert isinstance(event, Message)
        assert (event.text, [file.name for file in event.files]) == ("look at this", ["my photo.png"])
        assert len(await talk.bot.files.files(talk.conversation)) == 1
        refused = await talk.say(f"/attach {tmp_path}/setup.exe")
        assert refused.replies[0].text == "I can't take files of this type."
        for line in ("/attach", "/attach ", f"/attach {tmp_path}/none.png", f"/attach {tmp_path}", '/attach "x'):
            with pytest.raises(UsageError):
                await talk.say(line)


@pytest.mark.parametrize(
    ("line", "path", "said"),
    [
        ("hello", None, "hello"),
        ("/attachment x", None, "/attachment x"),
        ("/attach a.png", Path("a.png"), ""),
        (" /attach 'a b.png'  what   arrived", Path("a b.png"), "what arrived"),
    ],
)
def test_a_line_that_attaches(line: str, path: Path | None, said: str) -> None:
    assert read_attach(line) == (path, said)
