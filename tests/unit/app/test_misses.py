"""Messages that a bot did not take, or not surely, out of the records of its turns."""

from collections.abc import Sequence

import pytest

from botkit.app.directories import Checked
from botkit.app.histories import open_history
from botkit.app.misses import Meaning, misses_in, misses_of
from botkit.app.talks import Opening, open_talk
from botkit.dialogue.meanings import UNUSABLE
from botkit.model.events import Evidence, Match, Message, Press, Timer
from botkit.model.flowset import FlowSet
from botkit.model.turn import Candidate, Record, Route


def record(text: str, route: Route, name: str, score: float, why: str = "", *, seq: int = 1, number: int = 1,
           near: Sequence[Match] = (), secrets: tuple[str, ...] = (), shown: str = "") -> Record:  # fmt: skip
    taken = Candidate(route, name, score, why, taken=True)
    event = Message(text, evidence=Evidence(intents=tuple(near), locale=shown))
    return Record(
        "web:1", seq, event, number=number, route=route, candidates=(taken,), now=float(seq), secrets=secrets
    )


@pytest.fixture
def flows(checked: Checked) -> FlowSet:
    assert checked.flows is not None
    return checked.flows


def taken(text: str, score: float, *near: Match) -> Record:
    """Give the record of a message that began the flow return_item."""
    return record(text, "intent", "return_item", score, near=near)


OWN = [Match("return_item", 0.75)]


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (record("do you ship to Norway", "no_match", "on_no_match", 0.0), "no match"),
        (record("no", "no_match", "on_no_match", 1.0, "none of the flows that were offered"), None),
        (record("send it", "intent", "return_item, exchange", 0.7), "unclear"),
        (taken("send it", 0.65, *OWN), "unsure"),
        (taken("send it back", 0.75, *OWN), None),
        (taken("send it back", 0.75, *OWN, Match("exchange", 0.7)), "unsure"),
        (taken("return my order", 0.98, Match("exchange", 0.97)), None),
        (record("when open", "answer", "hours", 0.62), "unsure"),
        (record("how to clean it", "knowledge", "Care", 0.95), None),
        (record("how to clean it", "knowledge", "Care", 0.05), "unsure"),
        (record("is the lamp still there", "slot", "ask:order_number", 0.0, UNUSABLE), "unusable"),
        (record("12345", "slot", "ask:order_number", 0.0, UNUSABLE), None),  # a slip of the fingers
        (record("A-10293", "slot", "ask:order_number", 1.0, "taken"), None),
        (record("cancel", "control", "cancel", 1.0), None),
        (record("f*** you", "safety", "blocked word", 1.0), None),
        (record("hello?", "owner", "human", 1.0), None),
        (record("  ", "no_match", "on_no_match", 0.0), None),
        (record("word " * 80, "no_match", "on_no_match", 0.0), None),
    ],
)
def test_why_it_is_a_miss(flows: FlowSet, one: Record, reason: str | None) -> None:
    assert [miss.reason for miss in misses_in([one], flows)] == ([] if reason is None else [reason])


@pytest.mark.parametrize(
    ("later", "reason"),
    [
        ([record("cancel", "control", "cancel", 1.0, seq=2)], "cancelled"),
        ([record("a human", "control", "person", 1.0, seq=2)], "wanted a person"),
        ([Record("web:1", 2, Timer("q", "silence")), record("stop", "control", "cancel", 1.0, seq=3)], "cancelled"),
        ([record("A-1", "slot", "ask", 1.0, seq=2), record("stop", "control", "cancel", 1.0, seq=3)], None),
        ([record("cancel", "control", "cancel", 1.0, seq=2, number=2)], None),  # another session
        ([], None),
    ],
)
def test_what_is_taken_back_at_once(flows: FlowSet, later: list[Record], reason: str | None) -> None:
    found = misses_in([taken("send it back", 0.75, *OWN), *later], flows)
    assert [miss.reason for miss in found] == ([] if reason is None else [reason])
    assert all(miss.wrong == (Meaning("intent", "return_item"),) for miss in found)


def test_an_article_that_did_not_help(flows: FlowSet) -> None:
    barely = flows.settings.knowledge_threshold + 0.15
    records = [
        record("how to clean it", "knowledge", "Care", barely),
        record("a human", "control", "person", 1.0, seq=2),
    ]
    (miss,) = misses_in(records, flows)
    assert (miss.reason, miss.wrong) == ("wanted a person", ())


def test_nobody_is_named(flows: FlowSet) -> None:
    records = [
        record("my mail is mia@example.com,\n call +49 30 901820", "no_match", "on_no_match", 0.0),
        record("the word is Sesame77", "no_match", "on_no_match", 0.0, seq=2),
        record("Sesame77", "slot", "ask:password", 1.0, seq=3, secrets=("Sesame77",)),
    ]
    assert [miss.text for miss in misses_in(records, flows)] == ["my mail is [email 1], call [phone 1]"]


def test_the_language_is_the_last_that_was_shown(flows: FlowSet) -> None:
    records = [
        Record("web:1", 1, Press("x")),
        record("x1 lamp", "no_match", "on_no_match", 0.0, seq=2),
        record("台灯", "no_match", "on_no_match", 0.0, seq=3, shown="zh"),
        record("lamp?", "no_match", "on_no_match", 0.0, seq=4),
    ]
    assert [miss.locale for miss in misses_in(records, flows)] == ["", "zh", "zh"]


async def test_out_of_a_store_since_a_time(checked: Checked, flows: FlowSet) -> None:
    for name in ("1", "2"):
        async with open_talk(Opening(checked.directory, conversation=name)) as talk:
            await talk.say("do you ship to Norway")
            await talk.say("return my order")
    async with open_history(checked.directory, None) as store:
        found = [miss async for miss in misses_of(store, flows)]
        assert {(miss.conversation, miss.text, miss.reason) for miss in found} == {
            ("chat:1", "do you ship to Norway", "no match"),
            ("chat:2", "do you ship to Norway", "no match"),
        }
        last = max(miss.at for miss in found)
        assert [miss.conversation async for miss in misses_of(store, flows, last)] == ["chat:2"]
        assert [miss async for miss in misses_of(store, flows, last + 60)] == []
        await store.erase("chat:1", now=last)
        assert [miss.conversation async for miss in misses_of(store, flows)] == ["chat:2"]
