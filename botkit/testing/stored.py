"""What the contract of a store puts into it: deliveries, turns, sessions with something in every corner."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from botkit.model.events import Entity, Event, Evidence, Failure, Message, Outside, Owned, Press, Result, Timer
from botkit.model.replies import Call, Effect, HandOff, Reply, SetTimer
from botkit.model.session import Frame, Question, Session
from botkit.model.turn import Turn
from botkit.model.values import File, Money
from botkit.ports.connectors import Incoming
from botkit.ports.files import Files
from botkit.ports.stored import Commit, Committed, Failed, Loaded
from botkit.ports.stores import Store
from botkit.ports.threads import Thread

NOW = 1_780_000_000.0
DAY = 86_400.0
TRACE = "Zaphod-4711"  # what a customer says and is called, everywhere that `fill` leaves something

VALUES: dict[str, Any] = {
    "amount": Money(Decimal("12.50"), "EUR"),
    "day": date(2026, 5, 1),
    "at": datetime(2026, 5, 1, 9, 30, tzinfo=UTC),
    "lasting": timedelta(hours=2),
    "exact": Decimal("0.1"),
    "photo": File(kind="image", name="图.png", size=3),
    "nested": {"lines": [{"price": Money(Decimal(1), "USD")}], "none": None},
    "looks_tagged": {"$date": "not a date"},
    "text": "我要退货 \U0001f600 \x00 '; DROP TABLE turns; --",
    "number": 2**70,
}

HOSTILE = (
    "'; DROP TABLE conversations; --",
    "a:b:c",
    "%_[]",
    "chat\nwith\tspaces ",
    "\x00zero",
    "群组",
    "\U0001f600",
    "../../etc/passwd",
    "x" * 5000,
)


def message(chat: str, number: int | str, text: str = "hello", channel: str = "web") -> Incoming:
    """Give a delivery of channel and chat, whose id is unique to the number."""
    return Incoming(channel, chat, f"{chat}/{number}", Message(text, f"m{number}"))


def turn(conversation: str, seq: int, event: Event | None = None, **fields: Any) -> Turn:
    """Give a turn that leaves a session at `seq`."""
    session = fields.pop("session", None) or Session(conversation, "web", seq=seq, touched=NOW + seq)
    return Turn(conversation, seq, event or Message("hello"), session, now=NOW + seq, **fields)


def commit_of(conversation: str, fence: int, seq: int = 1, taken: int = 1, **fields: Any) -> Commit:
    """Give a commit of one turn."""
    one = fields.pop("turn", None) or turn(conversation, seq)
    return Commit(conversation, fence, one.session, (one,), taken, **fields)


async def contact(store: Store, chat: str = "1", text: str = "hello") -> str:
    """Accept a first message and give the conversation."""
    return (await store.accept(message(chat, "first", text), NOW)).conversation


async def take(store: Store, conversation: str, seq: int = 1, **fields: Any) -> Committed:
    """Load a conversation and commit one turn that takes all that waits."""
    loaded = await store.load(conversation)
    return await store.commit(commit_of(conversation, loaded.fence, seq, len(loaded.waiting), **fields))


def whole_session(conversation: str) -> Session:
    """Give a session that has something in every field."""
    return Session(
        conversation,
        "web",
        version="v1",
        seq=1,
        owner="queue",
        team="orders",
        stack=(Frame("f", 1, "ask:x", slots=VALUES, error={"code": "x", "at": date(2026, 1, 1)}),),
        slots=VALUES,
        customer=VALUES,
        question=Question("q1", 1, "ask:x", "ask", options=((Money(Decimal(3), "EUR"), "three"), ("a", "A"))),
        waiting=(Outside("paid", {"amount": Money(Decimal(5), "EUR")}), Message("later")),
        touched=NOW,
    )


def all_events() -> Sequence[Event]:
    """Give an event of every kind."""
    evidence = Evidence(entities=(Entity("due", date(2026, 5, 1), 0, 3), Entity("n", 4)), locale="en")
    return (
        Message("退货", "m1", files=(File(name="a.pdf", size=9),), evidence=evidence),
        Press("v", "Label", "q1", id="m2"),
        Timer("q1", "silence", "t1"),
        Outside("paid", VALUES),
        Result("c1", {"$date": "2026-01-01"}, customer=VALUES),
        Result("c1", failure=Failure("timeout", "no answer")),
        Owned("claimed", "ann"),
    )


def all_effects() -> tuple[Effect, ...]:
    """Give an effect of every kind that a turn keeps."""
    return (
        Call("c1", "shop.find", VALUES),
        SetTimer("t1", NOW, "q1", "wait"),
        HandOff("h1", "orders", packet=VALUES),
    )


def unstorable(conversation: str) -> Turn:
    """Give a turn whose session cannot be stored."""
    return turn(conversation, 1, session=Session(conversation, slots={"x": object()}))


async def fill_corners(store: Store, conversation: str) -> None:
    """Leave something of a conversation in every corner."""
    call, replies = Call(f"{conversation}/c1", "x"), tuple(Reply(f"{conversation}/r{n}", str(n)) for n in (1, 2, 3))
    done = Call(f"{conversation}/c0", "x")
    timers = (SetTimer(f"{conversation}/t", NOW + 100, "q", "wait"),)
    await take(store, conversation, replies=replies, calls=(done, call), timers=timers)
    await store.sent(f"{conversation}/r1", "p1", NOW)
    await store.give_up(f"{conversation}/r2", "blocked", NOW)
    await store.start_call(call, NOW)
    await store.finish_call(conversation, Result(done.id), NOW)


async def _note() -> AsyncIterator[bytes]:
    yield f"This is what {TRACE} wrote.\n".encode()


async def fill(store: Store, conversation: str, files: Files | None = None) -> None:
    """Leave something that only this customer has in every table that has something of customers."""
    channel, _, chat = conversation.partition(":")
    for number in range(3):
        await store.accept(Incoming(channel, chat, f"{chat}/{number}", Message(f"I am {TRACE}", f"m{number}")), NOW)
    loaded = await store.load(conversation)
    calls = (
        Call(f"{conversation}/c0", "shop.find", {"name": TRACE}),
        Call(f"{conversation}/c1", "x", {"n": TRACE}),
    )
    session = Session(conversation, channel, seq=1, slots={"name": TRACE}, customer={"id": TRACE}, touched=NOW)
    one = Turn(conversation, 1, loaded.waiting[0].event, session, route="intent", now=NOW)
    failed = Failed(f"{conversation}/2", conversation, NOW, f"LookupError: {TRACE}", event=Message(TRACE))
    commit = Commit(
        conversation,
        loaded.fence,
        session,
        (one,),
        1,
        replies=tuple([Reply(f"{conversation}/r{n}", f"Hello {TRACE}") for n in range(3)]),
        calls=calls,
        timers=(SetTimer(f"{conversation}/t", NOW + 100, f"{TRACE}?", "wait"),),
        failed=(failed,),
        customer=TRACE,
    )
    await store.commit(commit)
    await store.sent(f"{conversation}/r0", f"p-{TRACE}", NOW)
    await store.give_up(f"{conversation}/r1", f"{TRACE} blocked it", NOW)
    await store.start_call(calls[0], NOW)
    await store.finish_call(conversation, Result(calls[0].id, TRACE), NOW)
    await store.threads.keep(Thread("telegram", f"-100.{TRACE}.{chat}", conversation, "-100", NOW, at=NOW))
    if files is not None:
        await files.put(conversation, f"{TRACE}.txt", _note())
    for name in (conversation, f"send {conversation}"):
        await store.shared.reserve(name, 1.0, 60.0)
        await store.shared.spend(name, 1.0, 10.0, DAY)
    await store.shared.spend(f"cost {conversation}", 1.0, 10.0, DAY)


def turn_at(conversation: str, seq: int, now: float, **fields: Any) -> Turn:
    """Give a turn that was taken at this time."""
    session = fields.pop("session", None) or Session(conversation, "web", seq=seq, touched=now)
    event = fields.pop("event", None) or Message("hello")
    return Turn(conversation, seq, event, session, now=now, **fields)


async def talk(store: Store, chat: str, *times: float, **fields: Any) -> str:
    """Take a turn at each of these times, with nothing left to do."""
    conversation = f"web:{chat}"
    for seq, now in enumerate(times, 1):
        await store.accept(message(chat, seq), now)
        await take(store, conversation, turn=turn_at(conversation, seq, now, **fields))
    return conversation


def timeless(loaded: Loaded) -> Loaded:
    """Give what was loaded, without when that was."""
    return msgspec.structs.replace(loaded, now=0.0)
