"""Streaming: sentences are shown while a model writes, each after a guard let it through."""

import asyncio
from typing import Any

from botkit.model.session import Session
from botkit.ports.connectors import StreamPart
from botkit.runtime.streaming import LONGEST, Live, Streams


class Screen:
    """A connector that shows what grows, and records it."""

    name = "web"

    def __init__(self, *, streaming: bool = True, fails: bool = False) -> None:
        from botkit.model.catalogue import Capabilities

        self.capabilities = Capabilities(streaming=streaming)
        self.parts: list[StreamPart] = []
        self._fails = fails

    async def stream(self, chat: str, part: StreamPart) -> None:  # noqa: ARG002 - the shape of a Streamer
        self.parts.append(part)
        if self._fails:
            raise OSError("gone")


async def shown(screen: Screen, *steps: str | None, refuses: str = "\0", ends: bool = True) -> list[tuple[str, str]]:
    """Play what a model writes; None aborts."""
    live = Live(screen, "1", "r1", lambda text: "no" if refuses in text else "")
    task = asyncio.create_task(live.run())
    for step in steps:
        if step is None:
            live.abort()
        else:
            live.take(step)
    if ends:
        live.end()
    else:
        live.abort()
    async with asyncio.timeout(5):
        await task
    return [(part.state, part.text) for part in screen.parts]


async def test_sentences_are_shown_when_they_are_whole() -> None:
    assert await shown(Screen(), "Hel", "lo. How ", "are you? I") == [
        ("start", ""),
        ("delta", "Hello."),
        ("delta", " How are you?"),
        ("delta", " I"),
        ("end", ""),
    ]


async def test_chinese_has_its_own_ends() -> None:
    parts = await shown(Screen(), "你好。请问", "有什么可以帮您？好")
    assert [text for state, text in parts if state == "delta"] == ["你好。", "请问有什么可以帮您？", "好"]


async def test_a_dot_that_may_be_one_of_a_host_is_no_end() -> None:
    parts = await shown(Screen(), "请访问evil。", "com。", "好", refuses="evil。com")
    assert parts == []


async def test_a_number_is_no_end_of_a_sentence() -> None:
    parts = await shown(Screen(), "It costs 12.", "50 euros. Fine.")
    assert [text for state, text in parts if state == "delta"] == ["It costs 12.50 euros.", " Fine."]


async def test_a_long_sentence_is_shown_by_words() -> None:
    parts = await shown(Screen(), "word " * 200, ends=False)
    assert len(parts[1][1]) > LONGEST


async def test_what_is_refused_is_never_shown_and_takes_the_rest_away() -> None:
    parts = await shown(Screen(), "Fine. ", "The secret is 42. ", "More. ", refuses="secret")
    assert parts == [("start", ""), ("delta", "Fine."), ("abort", "")]
    assert await shown(Screen(), "secret. x", refuses="secret") == []


async def test_it_begins_anew_after_a_failed_try() -> None:
    parts = await shown(Screen(), "One. t", "", "Two. t")
    assert parts == [
        ("start", ""), ("delta", "One."), ("abort", ""),
        ("start", ""), ("delta", "Two."), ("delta", " t"), ("end", ""),
    ]  # fmt: skip


async def test_an_aborted_one_is_taken_away_and_one_without_words_shows_nothing() -> None:
    assert await shown(Screen(), "One. t", None, "late. x") == [("start", ""), ("delta", "One."), ("abort", "")]
    assert await shown(Screen()) == []
    assert await shown(Screen(), ends=False) == []


async def test_a_platform_that_fails_changes_nothing() -> None:
    assert len(await shown(Screen(fails=True), "One. Two. x")) == 4


async def test_only_channels_that_can_show_it_have_streams() -> None:
    plain: Any = Screen(streaming=False)
    able: Any = Screen()
    streams = Streams({"slack": plain, "web": able}, lambda name: (0, name == "web:human"))
    assert streams.open(Session("slack:1"), "r", lambda _: "") is None
    assert streams.open(Session("web:human"), "r", lambda _: "") is None
    live = streams.open(Session("web:1"), "r", lambda _: "")
    assert live is not None
    await streams.close()
