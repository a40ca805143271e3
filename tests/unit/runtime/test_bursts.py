"""Bursts become one turn, in order and without loss; what is too long or too much is refused and recorded."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from msgspec.structs import replace

from botkit.dialogue import advance, new_session
from botkit.model.events import Event, Evidence, Message, Opened, Part, Press
from botkit.model.flowset import Settings
from botkit.model.session import Session
from botkit.model.values import File
from botkit.ports.connectors import Accepted, Incoming
from botkit.ports.stored import Arrived, Loaded
from botkit.ports.stores import Store
from botkit.runtime.bursts import LONGEST, MOST_PARTS, TOO_MANY, Bursts
from botkit.testing import FakeClock
from tests.unit.runtime.running import Phone, Rig, failing, memory

WITHIN = 2.0


class Gate(FakeClock):
    """A clock whose sleep lasts until the test lets it pass: it moves on by what was asked for then."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[float, asyncio.Event]] = []

    async def sleep(self, seconds: float) -> None:
        """Wait for the test."""
        passed = asyncio.Event()
        self.asked.append((seconds, passed))
        await passed.wait()

    async def pass_all(self) -> None:
        """Let what sleeps now go on, and let the loop come to rest."""
        asked, self.asked = self.asked, []
        self.advance(max((seconds for seconds, _ in asked), default=0.0))
        for _, passed in asked:
            passed.set()
        for _ in range(20):
            await asyncio.sleep(0)


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    made = memory()
    await made.open()
    yield made
    await made.close()


def _rig(store: Store, phone: Phone, **settings: object) -> Rig:
    rig = Rig(store, connectors={"phone": phone}, clock=Gate())
    rig.engine.book.current = replace(rig.flows, settings=replace(rig.flows.settings, **settings))
    return rig


async def _rest(rig: Rig) -> None:
    clock = rig.clock
    assert isinstance(clock, Gate)
    for _ in range(10):
        await clock.pass_all()
    await rig.rest()


async def _events(store: Store) -> list[Event]:
    return [record.event for record in await store.turns("phone:1")]


async def test_a_burst_is_one_turn_with_all_that_was_said(store: Store) -> None:
    rig = _rig(store, phone := Phone(), merge_within=WITHIN)
    await rig.accept(Message("hello", "m1", (File(kind="image", name="a"),), "de"), name="Ann")
    await rig.accept(Message("I want", "m2"))
    await rig.accept(Message("an order", "m3", (File(kind="image", name="b"),)), id_="d3", age=7)
    assert (await rig.accept(Message("an order", "m3"), id_="d3")).duplicate
    assert phone.texts == []
    await _rest(rig)
    (event,) = await _events(store)
    assert isinstance(event, Message)
    assert (event.text, event.id, event.locale) == ("hello\nI want\nan order", "m3", "de")
    first, last = event.files
    assert event.parts == (Part("hello", "m1", (first,)), Part("I want", "m2"), Part("an order", "m3", (last,)))
    assert [file.name for file in event.files] == ["a", "b"]
    assert event.customer == {"platform": {"name": "Ann", "age": 7}}
    assert phone.texts == ["Which?"]


async def test_a_replay_of_a_burst_gives_the_same_turn(store: Store) -> None:
    rig = _rig(store, Phone(), merge_within=WITHIN)
    await rig.accept(Message("I want"))
    await rig.accept(Message("an order"))
    await _rest(rig)
    (record,) = await store.turns("phone:1")
    again = advance(rig.engine.book.current, new_session(rig.flows, "phone:1"), record.event, record.now)
    assert again.replies == record.replies
    assert again.session == await rig.session()


async def test_a_message_alone_waits_for_the_window_and_then_has_its_turn(store: Store) -> None:
    rig = _rig(store, phone := Phone(), merge_within=WITHIN)
    await rig.accept(Message("/echo a"))
    await rig.accept(Message("I want an order"), chat="2")
    await rig.rest()  # a command waits for nothing
    assert phone.texts == ["/echo a"]
    await _rest(rig)
    await rig.rest("phone:2")
    assert phone.texts == ["/echo a", "Which?"]


@pytest.mark.parametrize(
    ("steering", "text"),
    [
        (Message("/echo now"), "/echo now"),
        (Message("talk to a person"), "talk to a person"),
        (Press("x", "Label"), "Label"),
        (Opened(), ""),
    ],
)
async def test_what_steers_is_never_joined_and_ends_the_waiting(store: Store, steering: Event, text: str) -> None:
    rig = _rig(store, Phone(), merge_within=WITHIN)
    await rig.accept(Message("one"))
    await rig.accept(Message("two"))
    await rig.accept(steering)  # type: ignore[arg-type]
    await rig.rest()
    first, second = await _events(store)
    assert isinstance(first, Message)
    assert first.text == "one\ntwo"
    assert type(second) is type(steering)
    assert not isinstance(second, Message) or (second.text, second.parts) == (text, ())


async def test_a_burst_that_goes_on_is_bounded(store: Store) -> None:
    rig = _rig(store, Phone(), merge_within=WITHIN)
    began = rig.clock.now()
    for number in range(20):
        await rig.accept(Message(f"part {number}"))
        await asyncio.sleep(0)
        rig.clock.advance(1.0)
    await _rest(rig)
    (record, *_) = await store.turns("phone:1")
    assert isinstance(record.event, Message)
    assert record.now - began <= 20 + WITHIN  # the test's own steps
    clock = rig.clock
    assert isinstance(clock, Gate)
    bursts = Bursts(lambda: Settings(merge_within=WITHIN), lambda _: False, clock)
    for number in range(100):
        bursts.note(Message("x"), Accepted("c", number))
        clock.advance(1.0)
        if bursts._windows["c"].first + LONGEST * WITHIN <= clock.now():
            break
    assert number == LONGEST * WITHIN - 1
    await bursts.wait("c")
    assert clock.asked == []


async def test_more_messages_than_belong_together_are_several_turns(store: Store) -> None:
    rig = _rig(store, Phone(), merge_within=WITHIN)
    for number in range(MOST_PARTS + 3):
        await rig.accept(Message(f"n{number}"))
    await _rest(rig)
    events = await _events(store)
    assert [len(event.parts) for event in events if isinstance(event, Message)] == [MOST_PARTS, 3]


async def test_a_crash_in_the_window_loses_nothing(store: Store) -> None:
    rig = _rig(store, Phone(), merge_within=WITHIN)
    await rig.accept(Message("I want"))
    await rig.accept(Message("an order"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    async with asyncio.timeout(5):  # a drain that is not told to end takes ten
        await rig.engine.stop()
    assert await _events(store) == []
    following = _rig(store, phone := Phone(), merge_within=WITHIN)
    await following.engine.start()
    await _rest(following)
    await following.engine.stop()
    assert phone.texts == ["Which?"]
    assert len(await _events(store)) == 1


async def test_of_a_burst_of_which_no_turn_can_be_made_the_others_have_theirs(store: Store) -> None:
    rig = _rig(store, Phone(), merge_within=WITHIN)
    for text in ("a\npoison\nb", "poison\nb", "poison"):
        failing(rig, text, times=1000)
    for text in ("a", "poison", "b"):
        await rig.accept(Message(text))
    await _rest(rig)
    texts = [event.text for event in await _events(store) if isinstance(event, Message)]
    assert texts == ["a", "poison", "b"]
    (failed,) = await store.failures()
    assert failed.event == Message("poison")


async def test_a_clock_set_back_holds_nobody_up() -> None:
    clock = Gate()
    bursts = Bursts(lambda: Settings(merge_within=WITHIN), lambda _: False, clock)
    bursts.note(Message("x"), Accepted("c", 1))
    clock.advance(-3600)
    await bursts.wait("c")
    assert clock.asked == []
    await bursts.wait("nobody")


@pytest.mark.parametrize("jump", [3600.0, -3600.0])
async def test_a_clock_that_jumps_in_a_burst_loses_no_message(store: Store, jump: float) -> None:
    phone = Phone()
    rig = _rig(store, phone, merge_within=WITHIN)
    await rig.accept(Message("/echo"))
    await rig.accept(Message("a"))
    rig.clock.advance(jump)
    await rig.accept(Message("b"))
    await _rest(rig)
    said = [event.text for event in await _events(store) if isinstance(event, Message)]
    assert "\n".join(said).split("\n") == ["/echo", "a", "b"]


async def test_without_a_window_nothing_is_joined(store: Store) -> None:
    rig = Rig(store, connectors={"phone": Phone()})
    for text in ("one", "two"):
        await rig.accept(Message(text))
    await rig.rest()
    assert [event.text for event in await _events(store) if isinstance(event, Message)] == ["one", "two"]


@pytest.mark.parametrize(
    ("text", "locale"), [("x" * 101, "en"), ("我想退货，" * 5000, "zh"), ("a\n" * 1_000_000, "en")]
)
async def test_a_message_that_is_too_long_is_refused(store: Store, text: str, locale: str) -> None:
    rig = _rig(store, phone := Phone(), longest_message=100)
    await rig.accept(Message("x" * 100, locale="en"))
    await rig.accept(Message(text, "m2"))
    await rig.rest()
    _, second = await _events(store)
    assert isinstance(second, Message)
    assert (second.text, second.id, second.evidence.blocked) == (text[:100], "m2", "too long")
    assert phone.texts[-1] == rig.flows.locales[locale].repair["too_long"]
    assert (await store.turns("phone:1"))[-1].route == "safety"


async def test_what_is_too_much_is_refused_at_once_in_order_and_recorded(store: Store) -> None:
    rig = _rig(store, phone := Phone(), most_waiting=20)
    gate = asyncio.Event()
    phone.gate = gate
    for number in range(20):
        await store.accept(Incoming("phone", "1", f"w{number}", Message(f"/echo w{number}")), rig.clock.now())
    for number in range(300):
        await rig.accept(Message(f"n{number}", f"m{number}"))
    await rig.accept(Message("/echo last"))
    gate.set()
    await rig.rest()
    events = [event for event in await _events(store) if isinstance(event, Message)]
    refused = [event for event in events if event.evidence.blocked]
    assert [part.text for event in refused for part in event.parts] == [f"n{number}" for number in range(300)]
    assert [part.id for event in refused for part in event.parts] == [f"m{number}" for number in range(300)]
    assert len(refused) <= 5
    assert phone.texts.count(rig.flows.locales["en"].repair["too_many"]) == len(refused)
    assert phone.texts[:20] == [f"/echo w{number}" for number in range(20)]
    assert phone.texts[-1] == "/echo last"


def test_a_lone_message_that_was_too_many_is_refused_as_well() -> None:
    bursts = Bursts(lambda: Settings(most_waiting=5), lambda text: text == "/steers", FakeClock())
    press = Press("value", "Label", id="p1")
    (one,) = bursts.gather([Arrived(6, press, waiting=6)])
    assert one.event == Message("Label", "p1", evidence=Evidence(blocked=TOO_MANY), parts=(Part("Label", "p1"),))
    (other,) = bursts.gather([Arrived(7, Message("x" * 5000, "m1"), waiting=7)])
    assert isinstance(other.event, Message)
    assert len(other.event.text) == 200
    for row in (Arrived(5, press, waiting=5), Arrived(6, press), Arrived(6, Message("/steers"), waiting=6)):
        assert bursts.gather([row]) == [row]
    assert [kind.waiting for kind in bursts.gather([Arrived(6, Opened(), waiting=6)])] == [6]


def test_what_is_taken_together_has_a_bound_and_all_that_were_too_many() -> None:
    bursts = Bursts(lambda: Settings(most_waiting=30), lambda _: False, FakeClock())
    rows = [Arrived(n, Message(str(n)), waiting=n) for n in range(1, 101)]
    assert [row.seq for row in bursts.first(rows)] == list(range(1, 21))
    assert [row.seq for row in bursts.first(rows[20:])] == list(range(21, 101))
    assert list(bursts.first([])) == []


def _loaded(*rows: tuple[float, Event], now: float) -> Loaded:
    return Loaded("c", None, 1, tuple(Arrived(n, event, at=at) for n, (at, event) in enumerate(rows, 1)), now)


@pytest.mark.parametrize(
    ("loaded", "left"),
    [
        (_loaded(now=100.0), 0.0),
        (_loaded((99.5, Message("a")), now=100.0), 1.5),
        (_loaded((98.5, Message("a")), (99.5, Message("b")), now=100.0), 1.5),
        (_loaded((97.0, Message("a")), now=100.0), 0.0),
        (_loaded((90.5, Message("a")), (99.9, Message("b")), now=100.0), 0.5),  # the first waits five windows at most
        (_loaded((99.5, Message("a")), (99.9, Press("x")), now=100.0), 0.0),
        (_loaded((99.5, Message("/steers")), now=100.0), 0.0),
        (_loaded((0.0, Message("a")), now=100.0), 0.0),  # a store that does not tell
        (_loaded((5000.0, Message("a")), now=100.0), 0.0),  # the clock was set back
    ],
)
def test_how_long_a_burst_goes_on_by_its_rows(loaded: Loaded, left: float) -> None:
    bursts = Bursts(lambda: Settings(merge_within=WITHIN), lambda text: text == "/steers", FakeClock())
    assert bursts.left(loaded) == left
    assert Bursts(Settings, lambda _: False, FakeClock()).left(loaded) == 0.0


async def test_what_a_burst_holds_up_is_looked_at_when_that_is_over() -> None:
    bursts, looked = Bursts(lambda: Settings(merge_within=WITHIN), lambda _: False, FakeClock()), asyncio.Queue[str]()
    first, second = _loaded((98.01, Message("a")), now=100.0), _loaded((98.05, Message("a")), now=100.0)
    assert bursts.holds_up("c", first, lambda _: looked.put_nowait("too early"))
    assert bursts.holds_up("c", second, looked.put_nowait)
    assert await asyncio.wait_for(looked.get(), WITHIN) == "c"
    assert not bursts.holds_up("c", _loaded((97.0, Message("a")), now=100.0), looked.put_nowait)
    assert list(bursts.close()) == []
    assert looked.empty()


async def test_who_closes_gives_what_a_burst_holds_up_to_others() -> None:
    bursts, looked = Bursts(lambda: Settings(merge_within=WITHIN), lambda _: False, FakeClock()), list[str]()
    held = [bursts.holds_up(name, _loaded((98.01, Message("a")), now=100.0), looked.append) for name in "ab"]
    assert held == [True, True]
    assert list(bursts.close()) == ["a", "b"]
    over = asyncio.Event()
    asyncio.get_running_loop().call_later(0.02, over.set)
    await over.wait()
    assert looked == []


async def test_a_flood_leaves_the_loop_to_the_others(store: Store) -> None:
    """What waits in one conversation has its turns in slices."""
    rig = Rig(store, connectors={"phone": Phone()})
    for number in range(100):
        await store.accept(Incoming("phone", "1", f"w{number}", Message(f"I want {number}")), rig.clock.now())
    rounds = 0

    async def count() -> None:
        nonlocal rounds
        while True:
            rounds += 1
            await asyncio.sleep(0)

    counting = asyncio.create_task(count())
    real = rig.engine.turning.make

    async def slowly(*args: object, **named: object) -> object:
        await_until = asyncio.get_running_loop().time() + 0.003
        while asyncio.get_running_loop().time() < await_until:
            pass
        return await real(*args, **named)  # type: ignore[arg-type]

    rig.engine.turning.make = slowly  # type: ignore[method-assign, assignment]
    rig.engine.wake("phone:1")
    await rig.rest()
    counting.cancel()
    assert rounds > 90


async def test_the_session_of_a_burst_is_the_one_of_its_text(store: Store) -> None:
    rig = _rig(store, Phone(), merge_within=WITHIN)
    await rig.accept(Message("I want an order"))
    await rig.accept(Message("A-10293"))
    await _rest(rig)
    session = await rig.session()
    assert isinstance(session, Session)
    assert session.stack[-1].slots["number"] == "A-10293"
