"""What is written as bytes comes back as it was."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from botkit.model import codec, completions, events, replies
from botkit.model import session as sessions
from botkit.model import turn as turns
from botkit.model.events import (
    Entity,
    Event,
    Evidence,
    Failure,
    Message,
    Opened,
    Outside,
    Owned,
    Press,
    Result,
    Timer,
)
from botkit.model.replies import Button, Call, Card, HandOff, Reply, SetTimer
from botkit.model.session import Frame, Heard, Pending, Question, Session
from botkit.model.turn import Candidate, Record, Turn, Visit
from botkit.model.values import File, Money

_texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
_keys = _texts | st.sampled_from(["$date", "$money", "$dict", "$", "$file", "$duration", "$decimal"])
_leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | _texts
    | st.dates()
    | st.datetimes(timezones=st.none() | st.just(UTC))
    | st.times()
    | st.timedeltas(min_value=timedelta(days=-9), max_value=timedelta(days=9)).map(
        lambda given: timedelta(milliseconds=given // timedelta(milliseconds=1))
    )
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.builds(Money, st.decimals(allow_nan=False, allow_infinity=False, places=2), st.sampled_from(["EUR", "CNY"]))
    | st.builds(File, name=_texts, size=st.integers(0, 9))
)
values = st.recursive(
    _leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_keys, inner, max_size=3), max_leaves=8
)
mappings = st.dictionaries(_keys, values, max_size=3)


ORDERS: dict[str, tuple[str, ...]] = {
    "Entity": ("slot", "value", "start", "end"),
    "Match": ("name", "score", "example"),
    "Evidence": (
        "intents",
        "answers",
        "entities",
        "passages",
        "locale",
        "blocked",
        "shown_by",
        "threshold",
        "wishes",
        "questions",
    ),
    "Part": ("text", "id", "files"),
    "Message": ("text", "id", "files", "locale", "evidence", "customer", "parts", "translated"),
    "Press": ("value", "label", "question", "run", "id", "locale", "evidence", "customer"),
    "Opened": ("id", "locale", "customer"),
    "Timer": ("question", "purpose", "id"),
    "Outside": ("name", "data", "id"),
    "Failure": ("code", "message"),
    "Result": ("effect", "value", "failure", "customer", "id", "asked"),
    "Asked": ("model", "times", "input", "output", "cached", "cost", "guessed", "seconds", "first", "sent"),
    "Owned": ("how", "agent", "id", "to", "team", "forced", "ahead"),
    "Said": ("agent", "text", "id", "name"),
    "Noted": ("agent", "text", "id"),
    "Button": ("label", "value", "run", "url"),
    "Card": ("title", "text", "image", "url", "buttons"),
    "Reply": (
        "id",
        "text",
        "buttons",
        "image",
        "file",
        "cards",
        "locale",
        "question",
        "epoch",
        "agent",
        "scale",
        "owner",
        "asks",
        "original",
    ),
    "Call": ("id", "action", "args", "effect", "timeout", "flow", "step", "until_message"),
    "SetTimer": ("id", "due", "question", "purpose"),
    "DropTimers": ("question",),
    "HandOff": ("id", "team", "reason", "packet"),
    "Leave": ("id",),
    "Rated": ("id", "score", "scale", "flow"),
    "Handed": ("packet", "since", "told", "unanswered", "secrets"),
    "Heard": ("text", "used", "entities"),
    "Frame": (
        "flow",
        "run",
        "step",
        "entered",
        "slots",
        "changed",
        "confirmed",
        "served",
        "wrote",
        "passed",
        "heard",
        "misses",
        "missed",
        "asked",
        "skips",
        "error",
        "chosen",
        "reruns",
        "altered",
        "verified",
        "talk",
        "queued",
    ),
    "Talk": ("step", "messages", "uses", "asking", "said", "turns", "calls", "seconds", "tokens", "text", "before"),
    "ToolUse": ("id", "name", "action", "args", "write", "effect", "agreed", "result"),
    "ChatMessage": ("role", "text", "calls", "call", "images"),
    "ToolCall": ("id", "name", "arguments"),
    "Question": ("id", "run", "step", "kind", "buttons", "options", "timed", "changing", "said"),
    "Pending": ("id", "run", "step", "action", "write"),
    "Session": (
        "conversation",
        "channel",
        "version",
        "seq",
        "number",
        "clock",
        "runs",
        "locale",
        "locale_by",
        "owner",
        "team",
        "agent",
        "epoch",
        "stack",
        "slots",
        "customer",
        "question",
        "buttons",
        "pending",
        "waiting",
        "misses",
        "last",
        "lines",
        "message",
        "touched",
        "started",
        "clarifying",
        "ended",
        "bound",
        "handed",
        "refused",
        "routed",
        "tried",
        "found",
    ),
    "Candidate": ("route", "name", "score", "why", "taken"),
    "Visit": ("flow", "step", "note"),
    "Record": (
        "conversation",
        "seq",
        "event",
        "version",
        "number",
        "route",
        "candidates",
        "replies",
        "effects",
        "visits",
        "now",
        "secrets",
    ),
}


def stored() -> dict[str, tuple[str, ...]]:
    """Give the fields of what is stored as arrays."""
    return {
        kind.__name__: kind.__struct_fields__
        for module in (completions, events, replies, sessions, turns)
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct) and kind.__struct_config__.array_like
        if kind.__module__ == module.__name__ and kind is not Turn
    }


@given(mappings, mappings, values)
def test_any_session_comes_back(slots: dict[str, Any], customer: dict[str, Any], value: Any) -> None:
    session = Session(
        "web:1",
        stack=(Frame("f", 1, slots=slots, error={"value": value}, heard=(Heard("x", ((0, 1),)),)), Frame("g", 2)),
        slots=slots,
        customer=customer,
        question=Question("q", 1, "ask:x", "ask", options=((value, "label"), ("plain", "Plain"))),
        pending=(Pending("c", 1, "do:x", "x"),),
        waiting=(Outside("paid", slots), Message("later")),
    )
    assert codec.decode_session(codec.encode_session(session)) == session


@given(mappings, values)
def test_any_event_comes_back(data: dict[str, Any], value: Any) -> None:
    events: tuple[Event, ...] = (
        Message("x", evidence=Evidence(entities=(Entity("s", value), Entity("t", "plain")))),
        Outside("paid", data),
        Result("c", value, customer=data),
    )
    for event in events:
        assert codec.decode_event(codec.encode_event(event)) == event


@given(mappings, values)
def test_any_record_and_call_come_back(data: dict[str, Any], value: Any) -> None:
    call = Call("c", "shop.find", data, "write", 2.5, "f", "do:shop.find")
    record = Record(
        "web:1",
        3,
        Result("c", value),
        version="v",
        route="slot",
        candidates=(Candidate("intent", "x", 0.5),),
        effects=(call, HandOff("h", "team", packet=data), SetTimer("t", 1.0, "q", "end")),
        visits=(Visit("f", "say"),),
    )
    assert codec.decode_record(codec.encode_record(record)) == record
    assert codec.decode_call(codec.encode_call(call)) == call
    assert codec.decode_values(codec.encode_values(data)) == data


@pytest.mark.parametrize(
    "event",
    [
        Message(),
        Press("v", "l", "q", "r", "i", "en"),
        Opened("i", "zh"),
        Timer("q", "end", "t"),
        Result("c", failure=Failure("timeout", "没有回答")),
        Owned("closed", "ann"),
    ],
)
def test_plain_events_come_back(event: Event) -> None:
    assert codec.decode_event(codec.encode_event(event)) == event


def test_a_reply_comes_back() -> None:
    reply = Reply(
        "r", "好 \U0001f600 \x00", (Button("a", run="f"),), cards=(Card("t", buttons=(Button("b", url="u"),)),)
    )
    assert codec.decode_reply(codec.encode_reply(reply)) == reply


def test_a_reply_that_was_stored_before_it_had_a_scale_is_read() -> None:
    before = msgspec.msgpack.encode(["r", "hi", [], "", "", [], "en", "q", 1, "Ann"])
    assert codec.decode_reply(before) == Reply("r", "hi", locale="en", question="q", epoch=1, agent="Ann")
    rated = Reply("r", "How?", scale=5, owner="human", asks="date")
    assert codec.decode_reply(codec.encode_reply(rated)) == rated


def test_values_keep_their_type() -> None:
    given = {
        "money": Money(Decimal("12.50"), "EUR"),
        "date": date(2026, 5, 1),
        "datetime": datetime(2026, 5, 1, 9, 30, tzinfo=UTC),
        "time": time(9, 30),
        "duration": timedelta(minutes=90),
        "decimal": Decimal("0.10"),
        "tuple": (1, 2),
        "set": {"b", "a"},
        "big": 2**80,
    }
    read = codec.decode_values(codec.encode_values(given))
    assert read == given | {"tuple": [1, 2], "set": ["a", "b"]}
    assert str(read["decimal"]) == "0.10"


def test_what_looks_like_a_tag_is_data() -> None:
    given = {
        "x": {"$date": "garbage"},
        "y": {"$dict": {"$money": 1}},
        "$date": "top",
        "z": {"$date": "2026-01-01", "n": 1},
    }
    assert codec.decode_values(codec.encode_values(given)) == given


def test_what_is_stored_depends_on_the_order_of_fields_which_stays() -> None:
    """A field may be added at an end, with a default; then its name is added here. No other change is harmless."""
    assert stored() == ORDERS


def test_what_was_written_before_a_field_was_added_is_read() -> None:
    older = msgspec.msgpack.encode(["web:1", "web"])
    assert codec.decode_session(older) == Session("web:1", "web")


def test_a_number_too_large_for_the_form_is_written_all_the_same() -> None:
    session = Session("web:1", slots={"n": 2**70})
    assert codec.decode_session(codec.encode_session(session)) == session


@pytest.mark.parametrize(
    ("given", "read"), [("a\ud83d", "a\ufffd"), ("\ud83d\ude00", "\U0001f600"), ("\udc00b", "\ufffdb")]
)
def test_halves_of_surrogate_pairs_are_mended(given: str, read: str) -> None:
    event = codec.decode_event(codec.encode_event(Message(given, files=(File(name=given),))))
    assert event == Message(read, files=(File(name=read),))
    assert codec.decode_values(codec.encode_values({given: [given]})) == {read: [read]}


@pytest.mark.parametrize("value", [object(), {"x": object()}, [lambda: 0], b"bytes", 1j])
def test_what_a_slot_cannot_hold_is_refused(value: Any) -> None:
    with pytest.raises(TypeError):
        codec.encode_session(Session("web:1", slots={"x": value}))


@pytest.mark.parametrize(
    "data", [b"", b"{", b"null", b"[]", b'{"type":"nothing"}', b'{"type":"message","text":1}', b"\xff\xfe"]
)
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - msgspec's own errors are of this kind
        codec.decode_event(data)


def test_deep_nesting_is_refused_not_fatal() -> None:
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(RecursionError):
        codec.encode_values({"x": deep})


def test_a_record_is_all_of_a_turn_but_its_session() -> None:
    session = Session("web:1", version="v", number=3)
    turn = Turn(
        "web:1", 2, Message("x"), session, "intent", (Candidate("intent", "a", 1.0),), (Reply("r"),), (), (), 5.0
    )
    record = Record.of(turn)
    assert (record.version, record.number) == ("v", 3)
    assert set(Record.__struct_fields__) == {*Turn.__struct_fields__, "version", "number"} - {"session"}
    for name in set(Turn.__struct_fields__) - {"session"}:
        assert getattr(record, name) == getattr(turn, name)
