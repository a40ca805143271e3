"""Answers that grow, as pages hear of them."""

import asyncio
import time
from typing import Any

import pytest

from botkit import Message, Reply, StreamPart
from botkit.ports.connectors import Entry
from botkit.testing import FakeClock, FakeIntake, ScriptedStream
from botkit_web import WebConnector
from botkit_web.access import Signer
from botkit_web.chats import Chat, Line
from botkit_web.protocol import write_stream
from tests.unit.web.test_polls import Poller, until
from tests.unit.web.test_socket import SECRET, Page, running


def part(state: Any, text: str = "", id: str = "r1", agent: str = "") -> StreamPart:  # noqa: A002
    return StreamPart(id, state, text, agent)


@pytest.fixture
def paced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("botkit_web.streams._PACE", 0.0)
    monkeypatch.setattr("botkit_web.streams._SPEED", 1e9)


async def settle() -> None:
    """Let what waits for its pace, which is none, be told."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_a_page_is_told_the_whole_text_so_far(botkit_intake: FakeIntake, paced: None) -> None:
    async with running(botkit_intake) as connector:
        page = Page(connector)
        chat = (await page.greet())["chat"]
        told = []
        for each in (part("start"), part("delta", "It is "), part("delta", "here."), part("end")):
            await connector.stream(chat, each)
            told.append(await page.hear())
        assert [(one["state"], one["text"]) for one in told] == [
            ("start", ""),
            ("delta", "It is "),
            ("delta", "It is here."),
            ("end", "It is here."),
        ]
        assert told[0] == {"type": "stream", "id": "r1", "state": "start", "text": "", "agent": ""}
        await connector.send(chat, Reply("r1", "It is here."))
        assert (await page.hear())["type"] == "reply"
        await connector.stream(chat, part("abort"))
        await connector.send(chat, Reply("r2", "What else?"))
        assert (await page.hear())["id"] == "r2"
        await page.leave()


async def test_a_page_is_not_told_faster_than_it_can_read(botkit_intake: FakeIntake) -> None:
    async with running(botkit_intake) as connector:
        page = Page(connector)
        chat = (await page.greet())["chat"]
        script = ScriptedStream("r1", tuple(step for n in range(500) for step in (f"word{n} ", 0.01)))
        await script.play(connector, chat, FakeClock())
        told = [await page.hear()]
        while told[-1]["state"] != "end":
            told.append(await page.hear())
        assert told[-1]["text"] == script.text
        assert len(told) < 100
        await page.leave()


async def test_what_was_held_back_is_told_a_little_later(botkit_intake: FakeIntake) -> None:
    async with running(botkit_intake) as connector:
        page = Page(connector)
        chat = (await page.greet())["chat"]
        await connector.stream(chat, part("delta", "one "))
        assert (await page.hear())["text"] == "one "
        await connector.stream(chat, part("delta", "two "))
        await connector.stream(chat, part("delta", "three"))
        assert (await page.hear())["text"] == "one two three"
        await page.leave()


@pytest.mark.parametrize("last", ["end", "abort"])
async def test_nothing_is_told_after_the_last_part(botkit_intake: FakeIntake, paced: None, last: str) -> None:
    async with running(botkit_intake) as connector:
        page = Page(connector)
        chat = (await page.greet())["chat"]
        await connector.stream(chat, part("delta", "one "))
        await connector.stream(chat, part("delta", "two"))
        await connector.stream(chat, part(last))
        told = await page.hear()
        while told["state"] != last:
            told = await page.hear()
        await settle()
        assert page.heard() == []
        await page.leave()


async def test_the_reply_ends_what_was_held_back(botkit_intake: FakeIntake, paced: None) -> None:
    async with running(botkit_intake) as connector:
        page = Page(connector)
        chat = (await page.greet())["chat"]
        await connector.stream(chat, part("delta", "one "))
        await connector.stream(chat, part("delta", "two"))
        await connector.send(chat, Reply("r1", "done"))
        assert (await page.hear_kind("reply"))["text"] == "done"
        await settle()
        assert page.heard() == []
        await page.leave()


async def test_a_page_that_comes_back_sees_what_is_under_way(botkit_intake: FakeIntake) -> None:
    async with running(botkit_intake) as connector:
        page = Page(connector)
        welcome = await page.greet()
        chat = welcome["chat"]
        await page.leave()
        await connector.send(chat, Reply("r0", "Let me see."))
        for each in (
            part("delta", "half a"),
            part("delta", "x", "r2"),
            part("abort", id="r2"),
            part("abort", id="r3"),
        ):
            await connector.stream(chat, each)
        again = Page(connector)
        assert (await again.greet(chat=chat, token=welcome["token"]))["missed"] == 1
        assert [(await again.hear())["id"] for _ in range(2)] == ["r0", "r1"]
        await connector.stream(chat, part("delta", "b"))
        assert (await again.hear())["text"] == "half ab"
        await again.leave()


async def test_a_long_reply_takes_its_preview_away_first(botkit_intake: FakeIntake) -> None:
    async with running(botkit_intake) as connector:
        page = Page(connector)
        chat = (await page.greet())["chat"]
        await connector.stream(chat, part("delta", "word"))
        assert (await page.hear())["state"] == "delta"
        await connector.send(chat, Reply("r1", "word " * 2_000))
        told = [await page.hear() for _ in range(3)]
        assert [one.get("state", one["id"]) for one in told] == ["abort", "r1.1", "r1"]
        await page.leave()


async def test_a_reply_read_from_the_history_ends_its_preview(botkit_intake: FakeIntake) -> None:
    async with running(botkit_intake) as connector:
        page = Page(connector)
        welcome = await page.greet()
        chat = welcome["chat"]
        await page.leave()
        await connector.stream(chat, part("delta", "half a"))
        said = [Entry(1, said=Message("hi", "m1")), Entry(1, reply=Reply("r1", "whole"))]
        botkit_intake.entries[f"web:{chat}"] = said
        again = Page(connector)
        assert (await again.greet(chat=chat, token=welcome["token"]))["missed"] == 2
        assert [(await again.hear())["type"] for _ in range(2)] == ["said", "reply"]
        await connector.stream(chat, part("delta", "late"))
        assert again.heard() == []
        await again.leave()


async def test_a_stopped_channel_forgets_what_is_under_way(botkit_intake: FakeIntake) -> None:
    async with running(botkit_intake) as connector:
        page = Page(connector)
        welcome = await page.greet()
        await connector.stream(welcome["chat"], part("delta", "half a"))
        await connector.stop()
        await page.leave()
        await connector.stream(welcome["chat"], part("delta", "late"))
        await connector.start(botkit_intake)
        again = Page(connector)
        await again.greet(chat=welcome["chat"], token=welcome["token"])
        await connector.send(welcome["chat"], Reply("r9", "hello"))
        assert (await again.hear())["type"] == "reply"
        await again.leave()


async def test_a_chat_knows_only_some_streams_and_some_of_a_text() -> None:
    chat, line = Chat(most=5), Line()
    chat.lines.add(line)
    for n in range(10):
        chat.previews.take(part("delta", "x" * 40_000, f"r{n}"))
    shown = list(chat.previews.shown())
    assert len(shown) == 8
    assert all(len(frame) < 33_000 for frame in shown)
    chat.clear()
    assert list(chat.previews.shown()) == []


async def test_a_page_that_reads_slowly_is_told_the_newest() -> None:
    line = Line()
    line.put("one")
    for text in "abc":
        line.put(text, "stream r1")
    line.put("two")
    line.put("d", "stream r1")
    assert [await line.take() for _ in range(3)] == ["one", "d", "two"]
    line.put("e", "stream r1")
    assert await line.take() == "e"


async def test_a_line_that_is_closed_or_full_takes_nothing_by_key() -> None:
    line = Line()
    line.close(1000)
    line.put("a", "k")
    assert await line.take() == 1000
    full = Line()
    for n in range(1_001):
        full.put(str(n))
    full.put("a", "k")
    assert full.closed


async def test_typing_is_told_to_open_pages_only(botkit_intake: FakeIntake) -> None:
    async with running(botkit_intake) as connector:
        page, other = Page(connector), Page(connector)
        chat = (await page.greet())["chat"]
        await other.greet()
        await connector.typing("nobody-is-there")
        await connector.typing(chat, "Mia <b>")
        assert await page.hear() == {"type": "typing", "agent": "Mia <b>"}
        await connector.typing(chat)
        assert await page.hear() == {"type": "typing", "agent": ""}
        assert other.heard() == []
        assert not connector.holds("nobody-is-there")
        await page.leave()
        await other.leave()


async def test_a_page_that_polls_sees_what_grows(botkit_intake: FakeIntake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("botkit_web.polls._GROWING", 0.01)
    async with running(botkit_intake) as connector:
        page = Poller(connector)
        await page.poll()
        chat = page.hello["chat"]
        await connector.send(chat, Reply("r0", "Let me see."))
        await page.poll()
        await connector.stream(chat, part("delta", "half a"))
        assert [frame.get("text") for frame in await page.poll(wait=20)] == [None, "half a"]
        polled = asyncio.create_task(page.poll(wait=20))
        await until(lambda: connector.holds(chat))
        await connector.stream(chat, part("end"))
        await connector.send(chat, Reply("r1", "whole"))
        assert (await polled)[-1]["text"] == "whole"
        assert page.hello["last"] == "r1"


async def test_a_preview_has_its_markup_read(botkit_intake: FakeIntake, paced: None) -> None:
    async with running(botkit_intake) as connector:
        page = Page(connector)
        chat = (await page.greet())["chat"]
        await connector.stream(chat, part("delta", "**now"))
        assert "body" not in await page.hear()
        await connector.stream(chat, part("delta", "** here"))
        told = await page.hear()
        assert (told["text"], told["body"]) == ("**now** here", [["p", ["b", "now"], " here"]])
        await page.leave()


async def test_an_answer_that_nobody_sees_is_not_written(
    botkit_intake: FakeIntake, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []

    def write(key: str, state: str, text: str, agent: str) -> str:
        written.append(text)
        return write_stream(key, state, text, agent)

    monkeypatch.setattr("botkit_web.streams.write_stream", write)
    async with running(botkit_intake, secret=SECRET) as connector:
        for state, text in (("start", ""), ("delta", "Hello"), ("delta", " there")):
            await connector.stream("here", part(state, text))
        assert written == []
        page = Page(connector)
        await page.greet(chat="here", token=Signer(SECRET).sign("here"))
        assert (await page.hear())["text"] == "Hello there"
        await page.leave()


async def test_a_page_that_polls_hears_of_a_growing_answer_twice_a_second(botkit_intake: FakeIntake) -> None:
    async with running(botkit_intake) as connector:
        page = Poller(connector)
        await page.poll()
        chat = page.hello["chat"]
        await connector.stream(chat, part("start"))
        growing = asyncio.create_task(_grow(connector, chat))
        began = time.monotonic()
        for _ in range(3):
            assert (await page.poll(wait=20))[-1]["type"] == "stream"
        assert time.monotonic() - began > 1.2
        growing.cancel()


async def _grow(connector: WebConnector, chat: str) -> None:
    while True:
        await connector.stream(chat, part("delta", "word "))
        await asyncio.sleep(0.02)
