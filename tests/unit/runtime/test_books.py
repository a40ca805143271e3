"""Flow versions, clocks, degrading and recognition."""

import time

import pytest

from botkit.dialogue import advance, new_session
from botkit.model.catalogue import Capabilities
from botkit.model.events import Entity, Evidence, Match, Message, Press
from botkit.model.flowset import FlowSet
from botkit.model.replies import Button, Card, Reply
from botkit.model.session import Frame, Session
from botkit.runtime.books import MOST_KEPT, FlowBook, can_move, is_chosen
from botkit.runtime.clocks import FixedClock, WallClock
from botkit.runtime.degrading import degrade
from tests.unit.dialogue.talking import build, recogniser_of

ASK = "flows: {main: {start: {commands: [main]}, steps: [{ask: x, say: X?, type: %s}, {%s: Y.}]}}"


def waiting(flows: FlowSet) -> Session:
    return advance(flows, new_session(flows, "web:1"), Message("/main"), 0.0).session


async def recall_nothing(version: str) -> FlowSet | None:
    return None


@pytest.mark.parametrize(
    ("newer", "moves"),
    [
        (ASK % ("text", "say"), True),
        (ASK % ("text", "confirm"), True),  # a step that nobody waits at
        (ASK % ("email", "say"), False),  # another type
        (ASK.replace("ask: x", "ask: z") % ("text", "say"), False),
        ("flows: {main: {start: {commands: [main]}, steps: [{say: Gone.}]}}", False),
        ("flows: {other: {start: {commands: [main]}, steps: [{say: Gone.}]}}", False),
        ("flows: {main: {start: {commands: [main]}, steps: [{id: 'ask:x', say: Hm.}]}}", False),
    ],
)
async def test_a_session_moves_if_it_stands_at_steps_that_both_versions_have(newer: str, moves: bool) -> None:
    old = build(ASK % ("text", "say"))
    try:
        new = build(newer)
    except AssertionError:
        new = build(newer.replace("id: 'ask:x', ", ""))
    book = FlowBook(old, recall_nothing)
    session = waiting(old)
    book.publish(new)
    assert await book.flows_for(session, "web:1") is (new if moves or new.version == old.version else old)
    assert await book.flows_for(None, "web:1") is new
    assert await book.flows_for(new_session(old, "web:1"), "web:1") is new


async def test_a_share_of_the_conversations_tries_a_canary() -> None:
    old, new = build(ASK % ("text", "say")), build(ASK % ("email", "say"))
    book = FlowBook(old, recall_nothing)
    book.publish_canary(new, 10)
    names = [f"web:{number}" for number in range(2000)]
    chosen = [name for name in names if await book.flows_for(None, name) is new]
    assert 140 < len(chosen) < 260
    assert chosen == [name for name in names if book.newest_for(name) is new]  # the same ones every time
    book.publish_canary(new, 50)
    assert set(chosen) < {name for name in names if book.newest_for(name) is new}
    book.publish(new)
    assert {book.newest_for(name).version for name in names} == {new.version}


async def test_who_comes_back_after_long_begins_with_the_newest() -> None:
    old, new = build(ASK % ("text", "say")), build(ASK % ("email", "say"))
    book = FlowBook(old, recall_nothing)
    session = waiting(old)
    book.publish(new)
    assert await book.flows_for(session, "web:1", 86_400.0) is old
    assert await book.flows_for(session, "web:1", 86_401.0) is new
    assert await book.flows_for(session, "web:1") is old  # a timer of what is open, not the customer


async def test_a_canary_that_is_taken_back_keeps_those_who_are_in_the_middle_of_it() -> None:
    old, new = build(ASK % ("text", "say")), build(ASK % ("email", "say"))
    book = FlowBook(old, recall_nothing)
    book.publish_canary(new, 100)
    trying = waiting(new)
    assert not book.keeps_older(trying)
    book.publish(old)
    assert book.keeps_older(trying)
    assert await book.flows_for(trying, "web:1") is new
    assert await book.flows_for(waiting(old), "web:1") is old
    assert await book.flows_for(new_session(new, "web:1"), "web:1") is old


async def test_a_conversation_in_the_middle_of_the_current_version_may_be_chosen() -> None:
    old, new = build(ASK % ("text", "say")), build(ASK % ("email", "say"))
    book = FlowBook(old, recall_nothing)
    book.publish_canary(new, 100)
    assert await book.flows_for(waiting(old), "web:1") is old  # another type: it stays


@pytest.mark.parametrize("share", [0, 100])
def test_all_or_none_are_chosen(share: int) -> None:
    assert {is_chosen(name, share) for name in ("web:1", "", "\ud800", "微信:一", "x" * 10_000)} == {share == 100}


async def test_an_ended_session_and_one_of_the_current_version_take_the_current_flows() -> None:
    old, new = build(ASK % ("text", "say")), build(ASK % ("email", "say"))
    book = FlowBook(new, recall_nothing)
    assert await book.flows_for(Session("web:1", version=old.version, ended=True), "web:1") is new
    assert await book.flows_for(waiting(new), "web:1") is new
    assert await book.flows_for(waiting(old), "web:1") is new  # nobody knows the old one any more


async def test_an_older_version_is_recalled_once_and_the_last_few_are_kept() -> None:
    old = build(ASK % ("text", "say"))
    asked: list[str] = []

    async def recall(version: str) -> FlowSet | None:
        asked.append(version)
        return old

    book = FlowBook(build(ASK % ("email", "say")), recall)
    for _ in range(2):
        assert await book.flows_for(waiting(old), "web:1") is old
    assert asked == [old.version]
    for number in range(MOST_KEPT + 1):
        book.publish(build(ASK % ("email", "say") + f" # {number}"))
    book.publish(book.current)
    assert await book.flows_for(waiting(old), "web:1") is old
    assert asked == [old.version] * 2


def test_a_frame_at_its_end_moves_anywhere() -> None:
    flows = build(ASK % ("text", "say"))
    assert can_move(Session("web:1", stack=(Frame("main", 1),)), flows, flows)
    assert not can_move(Session("web:1", stack=(Frame("main", 1, "gone"),)), flows, flows)


async def test_clocks() -> None:
    assert abs(WallClock(60.0).now() - time.time() - 60) < 5
    await WallClock().sleep(0)
    clock = FixedClock(10.0)
    clock.move(5)
    await clock.sleep(2)
    await clock.sleep(-2)
    assert clock.now() == 17.0


CARD = Card("Lamp", "20 EUR", "https://e.org/l.png", "https://e.org/l", (Button("Buy", "buy lamp"),))
RICH = Reply(
    "r", "Look.", (Button("A long label", "a"), Button("Site", url="https://e.org")), "i.png", "f.pdf", (CARD,)
)


def test_a_rich_channel_gets_all() -> None:
    can = Capabilities(buttons=9, cards=True, images=True, files=True)
    assert degrade(RICH, can) == RICH


def test_a_poor_channel_gets_text() -> None:
    assert degrade(RICH, Capabilities()) == Reply(
        "r",
        "Look.\nLamp\n20 EUR\nhttps://e.org/l\n1. A long label\n2. Site: https://e.org\n3. Buy\ni.png\nf.pdf",
    )


def test_a_long_label_is_cut_and_means_the_same() -> None:
    can = Capabilities(buttons=9, cards=True, images=True, files=True, button_length=6)
    assert degrade(RICH, can).buttons[0] == Button("A lon…", "a")


def test_a_message_gets_its_evidence_once() -> None:
    flows = build(
        "intents: {go: {examples: ['go to [Rome](city)', 'take [Rome](city) now']}}\n"
        "flows: {go: {start: {intents: [go]}, steps: [{ask: city, say: Where?}, {say: '{{ city }}'}]}}"
    )
    recogniser = recogniser_of(flows)
    message = recogniser.recognise(Message("go to rome"), "en")
    assert message.evidence.intents[0].name == "go"
    assert message.evidence.entities == (Entity("city", "Rome", 6, 10),)
    known = Message("go to rome", evidence=Evidence(intents=(Match("x", 1.0),)))
    assert recogniser.recognise(known, "en") is known
    for silent in (Message("  "), Press(run="go", value="go to rome"), Press()):
        assert recogniser.recognise(silent, "en") is silent
    assert recogniser.recognise(Press(label="go to rome"), "en").evidence.intents[0].name == "go"
