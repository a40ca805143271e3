"""The engine: order, duplicates, faults of the store, calls across a crash, timers, guards, hooks, stopping."""

import asyncio
import threading
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest

from botkit.errors import FenceError, StoreError
from botkit.model.events import Message, Opened, Owned, Press
from botkit.model.replies import Call
from botkit.model.turn import Turn
from botkit.ports.connectors import Incoming
from botkit.ports.stored import LEASE, Commit, Loaded
from botkit.ports.stores import Store
from botkit.registry.contexts import Context
from botkit.registry.plugins import Plugin
from botkit.registry.verdicts import Verdict
from botkit.runtime import commits
from botkit.runtime.calls import MARGIN, Calls
from botkit.runtime.engine import Engine
from botkit.stores import open_store
from botkit.testing import FakeClock
from tests.unit.dialogue.talking import build
from tests.unit.runtime.running import Phone, Rig, failing, memory, shop

PATIENCE = 10.0  # seconds


@pytest.fixture
async def store() -> Any:
    made = memory()
    await made.open()
    yield made
    await made.close()


class Failing:
    """A store whose named methods fail so many times before they work, or after they have worked."""

    def __init__(self, store: Store, after: bool = False, **failures: list[Exception]) -> None:
        self._store, self._after, self._failures = store, after, failures

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._store, name)
        errors = self._failures.get(name)
        if not errors:
            return method

        async def fail(*args: Any, **kwargs: Any) -> Any:
            if self._after:
                await method(*args, **kwargs)
            raise errors.pop(0)

        return fail


async def test_the_messages_of_a_conversation_are_taken_in_order(store: Store) -> None:
    rig = Rig(store)
    await asyncio.gather(*(rig.accept(Message(f"/echo {n}")) for n in range(20)))
    await rig.rest()
    texts = [record.event.text for record in await store.turns("phone:1") if isinstance(record.event, Message)]
    assert await rig.said() == texts
    assert len(texts) == 20
    assert [record.seq for record in await store.turns("phone:1")] == list(range(1, 21))


async def test_who_writes_faster_than_replies_go_gives_way_to_others(store: Store) -> None:
    taken: list[str] = []

    class Noting:
        def __getattr__(self, name: str) -> Any:
            return getattr(store, name)

        async def take(self, incoming: Incoming, commit: Commit, now: float) -> Any:
            taken.append(incoming.chat)
            return await store.take(incoming, commit, now)

    rig = Rig(cast("Store", Noting()), connectors={"phone": Phone()})
    flood = [asyncio.create_task(rig.accept(Message(f"/echo {n}"))) for n in range(17)]
    other = asyncio.create_task(rig.accept(Message("/echo other"), chat="2"))
    await asyncio.sleep(0)
    assert taken == ["1", "2"]
    flood[3].cancel()
    await asyncio.gather(other, *flood, return_exceptions=True)
    await rig.rest()
    assert await rig.said() == [f"/echo {n}" for n in range(17) if n != 3]
    assert not rig.engine._rushes.under_way


async def test_a_delivery_that_comes_again_is_dropped(store: Store) -> None:
    rig = Rig(store)
    await rig.say("/echo a", id_="same")
    assert (await rig.say("/echo a", id_="same")).duplicate
    assert await rig.said() == ["/echo a"]


async def test_conversations_run_side_by_side(store: Store) -> None:
    opened: list[bool] = []

    async def find(number: str) -> str:  # actions run in a loop of their own
        while not opened:  # noqa: ASYNC110
            await asyncio.sleep(0.005)
        return "late"

    rig = Rig(store, shop(find))
    await rig.accept(Message("/read"), chat="1")
    await asyncio.sleep(0.01)
    await rig.say("/echo b", chat="2")
    assert await rig.said("phone:2") == ["/echo b"]
    assert await rig.said("phone:1") == []
    await rig.accept(Message("/echo after"), chat="1")
    opened.append(True)
    await rig.rest("phone:1")
    assert await rig.said("phone:1") == ["Read late.", "/echo after"]


@pytest.mark.parametrize("error", [FenceError(), StoreError("the disk is full")])
async def test_a_commit_that_fails_is_made_again(store: Store, error: Exception) -> None:
    rig = Rig(Failing(store, commit=[error, error]))
    await rig.say("/echo a")
    assert await rig.said() == ["/echo a"]


async def test_a_commit_that_worked_but_seemed_to_fail_is_not_made_twice(store: Store) -> None:
    rig = Rig(Failing(store, after=True, commit=[StoreError("connection lost")]))
    await rig.say("/echo a")
    await rig.say("/echo b")
    assert await rig.said() == ["/echo a", "/echo b"]


async def test_a_load_that_fails_is_made_again(store: Store) -> None:
    rig = Rig(Failing(store, load=[StoreError("locked"), StoreError("locked")]))  # the first is before the storing
    await rig.say("/echo a")
    assert await rig.said() == ["/echo a"]
    assert rig.clock.slept == [0.5]


async def test_a_turn_that_raises_is_logged_and_tried_again(store: Store, caplog: Any) -> None:
    rig = Rig(store)
    failing(rig, "/echo a", times=3)  # the first is before the delivery is stored
    await rig.say("/echo a")
    assert caplog.text.count("a turn failed") == 2
    assert (await rig.said(), rig.clock.slept) == (["/echo a"], [0.2, 0.4])


async def test_an_event_of_which_no_turn_can_be_made_is_set_aside_and_the_others_have_theirs(store: Store) -> None:
    rig = Rig(store)
    failing(rig, "/echo poison", times=1000)
    await rig.say("I want an order")
    for text in ("/echo a", "/echo poison", "/echo b"):
        await rig.accept(Message(text))
    await rig.rest()
    said = await rig.said()
    assert (said[0], said[-1]) == ("Which?", "/echo b")
    assert [text for text in said if "went wrong" in text] == [rig.flows.locales["en"].repair["broken"]]
    assert said.index("/echo a") < next(at for at, text in enumerate(said) if "went wrong" in text)
    (failed,) = await store.failures()
    assert (failed.event, failed.reason) == (Message("/echo poison"), "LookupError: a classifier broke")
    assert (await rig.session()).stack == ()
    assert (await store.load("phone:1")).waiting == ()
    await rig.say("/echo c")
    assert (await rig.said())[-1] == "/echo c"


async def test_what_cannot_be_taken_says_nothing_over_a_person(store: Store) -> None:
    rig = Rig(store)
    await rig.say("/echo a")
    await rig.engine.own("phone:1", Owned("claimed", "Ann"), "claim")
    failing(rig, "x", times=1000)
    await rig.say("x")
    assert await rig.said() == ["/echo a"]
    assert (await rig.session()).owner == "human"


# Calls


async def test_calls_are_performed_and_their_results_taken(store: Store) -> None:
    rig = Rig(store)
    for text in ("I want an order", "A-10293", "yes"):
        await rig.say(text)
    assert await rig.said() == ["Which?", "Give found A-10293?", "Done T-A-10293."]
    assert await store.open_calls() == []


async def crash(path: Path, text: str, before: bool = False) -> int:
    """Run a bot that dies in the middle of a call; gives how often the action was called."""
    called = 0
    hang = asyncio.Event()

    async def act(number: str) -> str:
        nonlocal called
        called += 1
        await hang.wait()
        return "never"

    kept = open_store(f"sqlite:///{path}")
    await kept.open()
    rig = Rig(kept, shop(act, act))
    rig.engine._direct = False
    if before:
        rig.engine.calls.begin = lambda *args, **kwargs: None  # type: ignore[method-assign]
    await rig.accept(Message(text))
    async with asyncio.timeout(PATIENCE):
        while not (called or (before and await kept.open_calls())):  # noqa: ASYNC110 - tasks go on meanwhile
            await asyncio.sleep(0.01)
    for task in rig.engine.calls.tasks():
        task.cancel()
    await asyncio.sleep(0)
    await kept.close()
    return called


@pytest.mark.parametrize(
    ("text", "before", "calls", "said", "owner"),
    [
        ("/read", False, ["x"], "Read again.", "bot"),  # a read is repeated
        ("/read", True, ["x"], "Read again.", "bot"),  # it was begun before its call was stored
        ("/write", True, ["x"], "Wrote again.", "bot"),  # it was never started
        ("/write", False, [], "I can't tell for certain", "queue"),  # nobody knows: a person
    ],
)
async def test_calls_that_a_crash_left(
    tmp_path: Path, text: str, before: bool, calls: list[str], said: str, owner: str
) -> None:
    assert await crash(tmp_path / "bot.db", text, before) == (0 if before and text == "/write" else 1)
    kept = open_store(f"sqlite:///{tmp_path / 'bot.db'}")
    await kept.open()
    made: list[str] = []

    def act(number: str) -> str:
        made.append(number)
        return "again"

    rig = Rig(kept, shop(act, act))
    await rig.engine.start()
    async with asyncio.timeout(PATIENCE):
        while not await rig.said():  # noqa: ASYNC110 - tasks go on meanwhile
            await asyncio.sleep(0.01)
    await rig.rest()
    assert made == calls
    assert (await rig.said())[0].startswith(said)
    assert (await rig.session()).owner == owner
    await rig.engine.stop()
    await kept.close()


async def test_an_idempotent_write_is_called_again_after_a_crash(tmp_path: Path) -> None:
    await crash(tmp_path / "bot.db", "/write")
    kept = open_store(f"sqlite:///{tmp_path / 'bot.db'}")
    await kept.open()
    plugin = Plugin("shop")

    @plugin.action(effect="write", idempotent=True)
    async def give(ctx: Context, number: str) -> str:
        """Give."""
        return ctx.idempotency_key

    @plugin.action(effect="read")
    async def find(ctx: Context, number: str) -> str:
        """Find."""
        return number

    rig = Rig(kept, plugin)
    await rig.engine.start()
    async with asyncio.timeout(PATIENCE):
        while not await rig.said():  # noqa: ASYNC110 - tasks go on meanwhile
            await asyncio.sleep(0.01)
    await rig.rest()
    assert await rig.said() == ["Wrote phone:1/1.e0."]
    await rig.engine.stop()
    await kept.close()


async def test_a_call_that_was_cancelled_before_it_began_is_not_made(store: Store) -> None:
    made: list[str] = []
    rig = Rig(store, shop(made.append, made.append))
    rig.engine._closing = True
    await rig.accept(Message("/write"))
    await rig.accept(Message("cancel"))
    rig.engine._closing = False
    rig.engine.wake("phone:1")
    await rig.rest()
    assert made == []
    assert await rig.said() == ["All right, I've stopped that."]
    assert await store.open_calls() == []


async def test_a_call_that_somebody_else_started_is_left_to_them(store: Store) -> None:
    made: list[str] = []
    rig = Rig(store, shop(made.append, made.append))
    real = store.start_call
    store.start_call = lambda *_: _false()  # type: ignore[method-assign]
    await rig.say("/write")
    store.start_call = real  # type: ignore[method-assign]
    assert made == []
    assert len(await store.open_calls()) == 1


async def test_a_call_is_leased_for_longer_than_it_can_take(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    leases: dict[str, float] = {}
    rig = Rig(store)
    commit_of, start = commits.commit_of, store.start_call

    def made(*args: Any, **named: Any) -> Commit:
        commit = commit_of(*args, **named)
        leases[",".join(call.action for call in commit.calls)] = commit.call_lease
        return commit

    async def started(call: Call, now: float, lease: float = 0.0) -> bool:
        leases["started"] = lease
        return await start(call, now, lease)

    monkeypatch.setattr("botkit.runtime.engine.commit_of", made)
    monkeypatch.setattr(store, "start_call", started)
    action, host = rig.engine.registry._actions["shop.give"]
    slow = msgspec.structs.replace(action, spec=msgspec.structs.replace(action.spec, timeout=500.0))
    rig.engine.registry._actions["shop.give"] = (slow, host)
    await rig.say("/write")
    assert (leases["shop.give"], leases["started"]) == (LEASE, 500.0 + MARGIN)  # anew when it begins


async def _false() -> bool:
    return False


async def test_a_call_whose_result_cannot_be_stored_at_once_is_not_lost(store: Store) -> None:
    rig = Rig(Failing(store, finish_call=[StoreError("locked")]))
    await rig.say("/write")
    assert await rig.said() == ["Wrote T-x."]


# Timers, owners


async def test_a_timer_fires_once(store: Store) -> None:
    rig = Rig(store)
    await rig.say("/order")
    assert await rig.engine.fire_timers() == 0
    rig.clock.advance(601)
    assert await rig.engine.fire_timers() == 1
    await rig.rest()
    assert await rig.engine.fire_timers() == 0
    assert await rig.said() == ["Which?", "Still there?"]


async def test_a_clock_that_jumps_fires_a_timer_once(store: Store) -> None:
    rig = Rig(store)
    await rig.say("/order")
    rig.clock.advance(-3600)
    assert await rig.engine.fire_timers() == 0
    rig.clock.advance(3600 + 86_400)  # forward by a day: what is due is due
    assert await rig.engine.fire_timers() == 1
    rig.clock.advance(-86_400)  # and right again: it has fired
    await rig.rest()
    assert await rig.engine.fire_timers() == 0
    rig.clock.advance(700)
    assert await rig.engine.fire_timers() == 0
    assert await rig.said() == ["Which?", "Still there?"]


async def test_a_timer_that_was_due_while_nothing_ran_fires_once_at_the_start(tmp_path: Path) -> None:
    url, clock = f"sqlite:///{tmp_path}/bot.db", FakeClock()
    said: list[list[str]] = []
    for gone in (86_400.0, 60.0, 0.0):
        kept = open_store(url)
        await kept.open()
        rig = Rig(kept, clock=clock)
        await rig.engine.start()
        if not said:
            await rig.say("/order")
        await rig.engine.fire_timers()
        await rig.rest()
        said.append(await rig.said())
        await rig.engine.stop()
        await kept.close()
        clock.advance(gone)
    assert said == [["Which?"], ["Which?", "Still there?"], ["Which?", "Still there?"]]


async def test_a_timer_of_an_answered_question_does_not_fire(store: Store) -> None:
    rig = Rig(store)
    await rig.say("/order")
    await rig.say("A-10293")
    rig.clock.advance(601)
    assert await rig.engine.fire_timers() == 0


async def test_the_watch_fires_timers_by_itself_and_survives_the_store(store: Store) -> None:
    rig = Rig(Failing(store, next_timer=[StoreError("locked")]))
    await rig.engine.start()
    await rig.say("/order")
    rig.clock.advance(601)
    rig.engine.timers.changed.set()
    async with asyncio.timeout(5):
        while len(await rig.said()) < 2:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    await rig.engine.stop()
    assert await rig.said() == ["Which?", "Still there?"]


async def test_what_is_remembered_of_conversations_is_bounded(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("botkit.runtime.sessions.MOST_KNOWN", 3)
    phone = Phone()
    rig = Rig(store, connectors={"phone": phone})
    for turn in ("first", "second"):
        for chat in "abcdefgh":
            await rig.say(f"/echo {turn} {chat}", chat=chat)
    assert [reply.text for _, reply in phone.sent] == [
        f"/echo {turn} {chat}" for turn in ("first", "second") for chat in "abcdefgh"
    ]
    assert len(rig.engine.sessions.known) == 3
    engine = rig.engine
    held = (engine.calls._running, engine._draining, engine._failed, engine.handed._away, engine.bursts._windows)
    assert [len(one) for one in (*held, engine.calls._stale._running)] == [0] * 6


async def test_who_had_a_conversation_is_forgotten_when_it_is_given_back(store: Store) -> None:
    rig = Rig(store)
    await rig.say("human")
    await rig.engine.own("phone:1", Owned("claimed", "Eve"), "k1")
    await rig.rest()
    assert rig.engine.handed.epoch_of("phone:1") == (1, True)
    await rig.engine.own("phone:1", Owned("returned", "Eve"), "k2")
    await rig.rest()
    assert rig.engine.handed.epoch_of("phone:1") == (0, False)
    assert rig.engine.handed._epochs == {}


async def test_a_conversation_changes_hands_once_per_key(store: Store) -> None:
    rig = Rig(store)
    await rig.say("/order")
    for _ in range(2):
        await rig.engine.own("phone:1", Owned("claimed", "Eve"), "claim-1")
        await rig.rest()
    session = await rig.session()
    assert (session.owner, session.epoch) == ("human", 1)
    assert rig.engine.handed.epoch_of("phone:1") == (1, True)


# What plugins see


async def test_guards_see_what_comes_in_and_goes_out(store: Store) -> None:
    plugin = Plugin("guards")

    @plugin.guard("input")
    def check(ctx: Context, text: str) -> Verdict | None:
        return Verdict.refuse("rude") if "rude" in text else Verdict.replace(text.replace("4111", "****"))

    @plugin.guard("output")
    def watch(ctx: Context, text: str) -> Verdict | None:
        return Verdict.refuse("leak") if "secret" in text else Verdict.replace(text.replace("a", "A"))

    rig = Rig(store, shop(), plugin)
    await rig.say("/echo 4111 a")
    await rig.say("rude")
    await rig.say("/echo secret")
    await rig.say("/many")
    said = await rig.said()
    assert said[0] == "/echo **** A"
    assert said[1] == "I'm sorry, I cAn't tAke thAt messAge."
    assert said[2] == "I'm sorry, I can't take that message."
    assert said[3:] == ["One.", "Two.", "Three."]
    await rig.accept(Press("rude"))
    await rig.accept(Press("/echo 4111"))
    await rig.rest()
    assert (await rig.said())[-2:] == ["I'm sorry, I cAn't tAke thAt messAge.", "/echo ****"]


async def test_a_reply_that_a_guard_refuses_says_who_has_the_conversation(store: Store) -> None:
    plugin = Plugin("guards")

    @plugin.guard("output")
    def refuse(ctx: Context, text: str) -> Verdict:
        return Verdict.refuse("everything")

    flows = build("flows: {care: {start: {commands: [care]}, steps: [{handoff: care}]}}")
    rig = Rig(store, shop(), plugin, flows=flows)
    await rig.say("/care")
    (reply,) = (await store.turns("phone:1"))[-1].replies
    assert (reply.text, reply.owner) == ("I'm sorry, I can't take that message.", "queue")


async def test_hooks_know_the_customer_and_see_every_stored_turn(store: Store) -> None:
    plugin = Plugin("hooks")
    seen: list[Turn] = []

    @plugin.before_turn
    def look(ctx: Context, event: Any) -> None:
        if isinstance(event, Message):
            ctx.identify(tier="gold")

    @plugin.after_turn
    def keep(ctx: Context, turn: Turn) -> None:
        seen.append(turn)

    rig = Rig(store, shop(), plugin)
    await rig.accept(Opened())
    await rig.say("/echo a", name="Ann")
    await rig.say("/echo b", name="Bob")
    assert (await rig.session()).customer == {"tier": "gold", "platform": {"name": "Bob"}}
    assert [turn.seq for turn in seen] == [1, 2, 3]


async def test_listeners_are_told_of_stored_turns_until_they_leave(store: Store) -> None:
    rig = Rig(store)
    seen: list[Turn] = []
    leave = rig.engine.listeners.add("phone:1", seen.append)
    await rig.say("/echo a")
    leave()
    await rig.say("/echo b")
    assert [turn.event.text for turn in seen if isinstance(turn.event, Message)] == ["/echo a"]


async def test_a_press_is_recognised_by_what_its_button_stands_for(store: Store) -> None:
    rig = Rig(store)
    await rig.accept(Press("I want an order", "Order"))
    await rig.rest()
    assert await rig.said() == ["Which?"]


# Stopping


async def test_a_stop_lets_running_turns_end_and_leaves_the_rest_to_the_next_start(tmp_path: Path) -> None:
    path = tmp_path / "bot.db"
    kept = open_store(f"sqlite:///{path}")
    await kept.open()
    phone = Phone()
    rig = Rig(kept, connectors={"phone": phone})
    await rig.say("/echo a")
    await rig.engine.stop()
    await rig.accept(Message("/echo b"))
    await asyncio.sleep(0.01)
    assert phone.texts == ["/echo a"]
    await kept.close()
    again = open_store(f"sqlite:///{path}")
    await again.open()
    second = Rig(again, connectors={"phone": phone})
    await second.engine.start()
    await second.rest()
    assert phone.texts == ["/echo a", "/echo b"]
    await second.engine.stop()
    await again.close()


@pytest.mark.parametrize("ends", [True, False])
async def test_a_stop_gives_a_write_that_has_begun_more_time(
    store: Store, caplog: pytest.LogCaptureFixture, ends: bool
) -> None:
    begun, release = threading.Event(), threading.Event()  # plugins have a loop of their own

    async def give() -> str:
        begun.set()
        while not release.is_set():  # noqa: ASYNC110
            await asyncio.sleep(0.001)
        return "T-1"

    rig = Rig(store, shop(lambda number: asyncio.Event().wait(), lambda number: give()))
    await rig.accept(Message("/read"), chat="2")
    await rig.accept(Message("/write"))
    await asyncio.to_thread(begun.wait)
    stopping = asyncio.create_task(rig.engine.stop(within=0.01, writes=10.0 if ends else 0.01))
    while len(rig.engine.calls.tasks()) > 1:  # noqa: ASYNC110 - the read is cut off: another worker makes it
        await asyncio.sleep(0.001)
    if ends:
        release.set()
    await stopping
    left = sorted(call.action for _, call, _ in await store.open_calls())
    assert left == (["shop.find"] if ends else ["shop.find", "shop.give"])
    assert [record.__dict__["call"] for record in caplog.records] == ([] if ends else ["phone:1/1.e0"])


async def test_a_stop_waits_only_so_long(store: Store) -> None:
    rig = Rig(store, shop(lambda number: asyncio.Event().wait()))
    await rig.accept(Message("/read"))
    await asyncio.sleep(0.02)
    await rig.engine.stop(within=0.01)
    assert len(await store.open_calls()) == 1


# Faults that are planted into the engine: these tests' own checks must see them


async def _burst(store: Store) -> list[str]:
    rig = Rig(store)
    rig.engine._direct = False  # they all go through the inbox
    await asyncio.gather(*(rig.accept(Message(f"/echo {n}")) for n in range(5)))
    await rig.rest()
    return await rig.said()


async def test_a_lost_wake_up_would_be_seen(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Engine, "wake", lambda self, conversation: None)
    assert await _burst(store) == []


async def test_a_forgotten_row_would_be_seen(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    real = commits.commit_of

    def skip(*args: Any, **more: Any) -> Commit:
        commit = real(*args, **more)
        return msgspec.structs.replace(commit, turns=commit.turns[-1:], replies=commit.replies[-1:])

    monkeypatch.setattr("botkit.runtime.engine.commit_of", skip)
    assert await _burst(store) != [f"/echo {n}" for n in range(5)]


async def test_rows_taken_out_of_order_would_be_seen(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    real = store.load

    async def turn_round(conversation: str, most: int = 100) -> Loaded:
        loaded = await real(conversation, most)
        return msgspec.structs.replace(loaded, waiting=loaded.waiting[::-1])

    monkeypatch.setattr(store, "load", turn_round)
    assert await _burst(store) != [f"/echo {n}" for n in range(5)]


async def test_a_write_called_again_after_a_crash_would_be_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Calls.begin

    def forget(
        self: Calls, conversation: str, call: Any, session: Any, *, resumed: bool = False, **more: Any
    ) -> None:
        real(self, conversation, _as_read(call) if resumed else call, session, resumed=resumed, **more)

    monkeypatch.setattr(Calls, "begin", forget)
    with pytest.raises(AssertionError):
        await test_calls_that_a_crash_left(tmp_path, "/write", False, [], "I can't tell for certain", "queue")


def _as_read(call: Any) -> Any:
    return msgspec.structs.replace(call, effect="read")


def test_the_clock_of_these_tests_stands_still() -> None:
    assert FakeClock().now() == FakeClock().now()
