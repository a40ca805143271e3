"""Answers that grow on other nodes: what is told of them, how fast, and what is put together of what came."""

import asyncio
from collections.abc import Sequence
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botkit import Capabilities, StreamPart
from botkit.carriers import Hub, MemoryCarrier
from botkit.carriers.growths import write_growth
from botkit.ports.carriers import MOST_GROWN, Growth
from botkit.runtime import growing
from botkit.runtime.growing import A_SECOND, LONGEST, MOST, PACE, PIECE, SILENT, WHOLE, Growing, Grown
from botkit.runtime.showing import Posted, Showing


class Told(MemoryCarrier):
    """A carrier that keeps what it is told."""

    def __init__(self) -> None:
        super().__init__(Hub())
        self.told: list[Growth] = []

    def grow(self, growth: Growth) -> None:
        self.told.append(growth)


class Page:
    """What a page shows of an answer, as the contract of a Streamer has it."""

    def __init__(self) -> None:
        self.text = ""
        self.state = ""

    def take(self, parts: Sequence[StreamPart]) -> None:
        for part in parts:
            match part.state, self.state:
                case "start", "" | "abort":
                    self.text, self.state = "", "start"
                case "delta", "" | "start" | "delta":
                    self.text, self.state = self.text + part.text, "delta"
                case "end", "start" | "delta":
                    self.state = "end"
                case "abort", "start" | "delta" | "end":
                    self.text, self.state = "", "abort"


SENTENCES = [f"Sentence number {n} is about lamps and 台灯. " for n in range(80)]


async def _grow(parts: Sequence[tuple[str, str]], pause: float = 0.0) -> list[Growth]:
    carrier = Told()
    grower = Growing(carrier)
    for state, text in parts:
        grower.take("web:1", StreamPart("r1", state, text))  # type: ignore[arg-type]
        await asyncio.sleep(pause)
    return carrier.told


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growing, "PACE", 0.0)
    monkeypatch.setattr(growing, "A_SECOND", 10**9)


def _deltas(sentences: Sequence[str]) -> list[tuple[str, str]]:
    return [("start", ""), *(("delta", one) for one in sentences)]


async def test_an_answer_grows_elsewhere_and_ends(at_once: None) -> None:
    told = await _grow([*_deltas(SENTENCES), ("end", "")], 0.001)
    page, grown, seen = Page(), Grown(), list[str]()
    for growth in told:
        page.take(grown.take(growth))
        seen.append(page.text)
    whole = "".join(SENTENCES)
    assert (page.text, page.state) == (whole, "end")
    assert len(set(seen)) > 40
    assert all(whole.startswith(text) for text in seen)
    assert sum(len(one.text) for one in told) < len(whole) + WHOLE * WHOLE / len(
        SENTENCES[0]
    )  # not all of it each time


async def test_what_is_told_has_a_pace_and_a_size() -> None:
    told = await _grow(_deltas(SENTENCES))
    assert [one.text for one in told] == [SENTENCES[0]]
    await asyncio.sleep(PACE * 1.5)
    big = "\U0001f4a1" * (PIECE * 3 + 1)
    told = await _grow([("delta", big), ("end", "")])
    assert max(len(one.text) for one in told) == PIECE
    assert all(write_growth(one) for one in told)
    assert [one.state for one in told[-5:]] == ["delta", "delta", "delta", "delta", "end"]
    page, grown = Page(), Grown()
    for one in told:
        page.take(grown.take(one))
    assert page.text == big
    assert sum(len(one.text) for one in await _grow([("delta", "x" * 3 * LONGEST), ("end", "")])) == LONGEST


async def test_many_answers_grow_more_slowly() -> None:
    carrier, loop = Told(), asyncio.get_running_loop()
    grower = Growing(carrier)
    for n in range(200):
        grower.take(f"web:{n}", StreamPart("r", "delta", "One. "))
    assert len(carrier.told) == 200
    began = loop.time()
    while loop.time() - began < 1.2:
        for n in range(200):
            grower.take(f"web:{n}", StreamPart("r", "delta", "More. "))
        await asyncio.sleep(0.05)
    assert len(carrier.told) - 200 <= A_SECOND * 1.2 + 200 * PACE  # those that began while there were few were sooner
    grower.close()
    count = len(carrier.told)
    await asyncio.sleep(PACE)
    assert len(carrier.told) == count


async def test_no_more_answers_than_there_is_room_for() -> None:
    carrier = Told()
    grower = Growing(carrier)
    for n in range(MOST + 5):
        grower.take(f"web:{n}", StreamPart("r", "delta", "One."))
    assert len(carrier.told) == MOST
    grower.close()


async def test_what_was_aborted_begins_anew() -> None:
    parts = [("start", ""), ("delta", "Wrong. "), ("abort", ""), ("start", ""), ("delta", "Right. "), ("end", "")]
    page, grown = Page(), Grown()
    states = []
    for one in await _grow(parts):
        page.take(grown.take(one))
        states.append((page.state, page.text))
    assert states == [("delta", "Wrong. "), ("abort", ""), ("delta", "Right. "), ("end", "Right. ")]
    assert [one.state for one in await _grow([("abort", "")])] == ["abort"]  # of one that had no room
    assert await _grow([("end", "")]) == []


@given(st.integers(0, 10**6), st.integers(1, 60))
def test_lost_repeated_and_late_ones_show_nothing_that_is_not_the_answer(seed: int, lose: int) -> None:
    random = Random(seed)
    told = asyncio.run(_told_fast(random))
    came = [one for one in told if random.randrange(100) >= lose]
    for _ in range(len(came) // 4):
        came.insert(random.randrange(len(came) + 1), random.choice(told))
    page, grown, whole = Page(), Grown(), "".join(SENTENCES)
    for one in came:
        page.take(grown.take(one))
        assert whole.startswith(page.text)


async def _told_fast(random: Random) -> list[Growth]:
    carrier = Told()
    grower = Growing(carrier)
    answer: Any = None
    for sentence in SENTENCES:
        grower.take("web:1", StreamPart("r1", "delta", sentence))
        answer = grower._answers["web:1", "r1"]
        if random.random() < 0.7:
            growing._rest(answer)
    grower.take("web:1", StreamPart("r1", "end"))
    return carrier.told


def _growth(number: int, state: str, at: int = 0, text: str = "", node: str = "a") -> Growth:
    return Growth("web:1", "r1", node, number, state, at, text)  # type: ignore[arg-type]


def test_another_node_that_makes_the_answer_again_begins_it_anew() -> None:
    page, grown = Page(), Grown()
    page.take(grown.take(_growth(900, "delta", 0, "One. Two. ")))
    page.take(grown.take(_growth(1, "delta", 0, "Eins. ", node="b")))
    assert (page.text, page.state) == ("Eins. ", "delta")
    page.take(grown.take(_growth(2, "delta", 6, "Zwei. ", node="b")))
    assert page.text == "Eins. Zwei. "


def test_one_that_stops_growing_is_taken_away() -> None:
    now = [0.0]
    page, grown = Page(), Grown(lambda: now[0])
    page.take(grown.take(_growth(1, "delta", 0, "One. ")))
    now[0] = SILENT
    assert list(grown.silent()) == []
    now[0] = SILENT + 1
    assert list(grown.silent()) == [("web:1", StreamPart("r1", "abort"))]
    assert list(grown.silent()) == []
    assert list(grown.take(_growth(2, "delta", 5, "Two. "))) == []
    assert [part.state for part in grown.take(_growth(3, "delta", 0, "One. Two. "))] == ["start", "delta"]


def test_what_is_known_of_others_is_bounded() -> None:
    grown = Grown()
    for n in range(MOST + 9):
        grown.take(Growth(f"web:{n}", "r", "a", 1, "delta", 0, "One."))
    assert len(grown._known) == MOST


def test_what_is_too_large_is_not_carried() -> None:
    assert write_growth(_growth(1, "delta", 0, "\x01" * MOST_GROWN)) == b""
    assert len(write_growth(_growth(1, "delta", 0, "💡" * PIECE))) <= MOST_GROWN


class Pages:
    """A connector that holds pages and shows answers while they grow."""

    name = "web"

    def __init__(self, *chats: str, streaming: bool = True, broken: bool = False) -> None:
        self.capabilities = Capabilities(streaming=streaming)
        self.chats = chats
        self.page = Page()
        self.broken = broken

    def holds(self, chat: str) -> bool:
        return chat in self.chats

    def held(self, lately: float | None = None) -> Sequence[str]:
        return () if lately is not None else self.chats

    async def look(self, chat: str) -> None:
        """Nothing is to be seen."""

    async def stream(self, chat: str, part: StreamPart) -> None:
        if self.broken:
            raise OSError
        assert chat in self.chats
        self.page.take([part])


async def test_pages_of_other_nodes_show_it_and_ones_own_once() -> None:
    hub = Hub()
    carriers = [MemoryCarrier(hub) for _ in range(4)]
    pages = [Pages("1"), Pages("1"), Pages("2"), Pages("1", broken=True)]
    growers = [Growing(carrier) for carrier in carriers]
    showing = []
    for carrier, page, grower in zip(carriers, pages, growers, strict=True):
        await carrier.open()
        one = Showing(carrier, {"web": page}, {"web": page}, grower.node)
        one.start()
        showing.append(one)
    await asyncio.sleep(0.01)
    here = Posted(pages[0], carriers[0], here=True, growing=growers[0])  # type: ignore[arg-type]
    for part in (StreamPart("r1", "start"), StreamPart("r1", "delta", "One. "), StreamPart("r1", "end")):
        await here.stream("1", part)
    await asyncio.sleep(0.01)
    worker = Posted(Pages(), carriers[2], growing=growers[2])  # type: ignore[arg-type]
    await worker.stream("2", StreamPart("r2", "delta", "It is this worker's own page."))
    await asyncio.sleep(0.01)
    for one in showing:
        await one.stop()
    assert [(one.page.text, one.page.state) for one in pages] == [
        ("One. ", "end"),
        ("One. ", "end"),
        ("", ""),
        ("", ""),
    ]


def test_one_that_comes_late_does_not_bring_back_what_was_taken_away() -> None:
    page, grown = Page(), Grown()
    for number, state, text in (
        (1, "delta", "Wrong. "),
        (3, "abort", ""),
        (2, "delta", "Wrong. Very. "),
    ):
        page.take(grown.take(_growth(number, state, 0, text)))
    assert (page.state, page.text) == ("abort", "")
