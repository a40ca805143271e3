"""The contract of a store, as tests: what holds of every store, whoever wrote it.

    from botkit.testing.stores import StoreContract

    class TestMyStore(StoreContract):
        @pytest.fixture
        async def store(self, tmp_path):
            store = MyStore(tmp_path / "bot.db")
            await store.open()
            yield store
            await store.close()

        @pytest.fixture
        def reopen(self, tmp_path):            # leave it out if the store forgets at its end
            return lambda: MyStore(tmp_path / "bot.db")

The tests are coroutines: use pytest-asyncio with `asyncio_mode = "auto"`.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from botkit.errors import FenceError, StoreError
from botkit.model.events import Entity, Event, Evidence, Failure, Message, Outside, Owned, Press, Result, Timer
from botkit.model.replies import Button, Call, Effect, HandOff, Reply, SetTimer
from botkit.model.session import Frame, Owner, Question, Session
from botkit.model.turn import Candidate, Record, Turn, Visit
from botkit.model.values import File, Money
from botkit.ports.connectors import Accepted, Incoming
from botkit.ports.stores import Commit, Committed, Store

NOW = 1_780_000_000.0

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


class StoreContract:
    """Subclass it, name the class Test..., and give it a `store` that is open."""

    @pytest.fixture
    def store(self) -> Store:
        """Give an open, empty store."""
        raise pytest.UsageError("define the fixture `store`: an open, empty store")

    @pytest.fixture
    def reopen(self) -> Callable[[], Store] | None:
        """Give a function that makes another store, not yet open, on the data of `store`."""
        return None

    # -- what comes in

    async def test_a_first_delivery_makes_a_conversation(self, store: Store) -> None:
        accepted = await store.accept(message("1", 1), NOW)
        assert accepted == Accepted("web:1", 1, duplicate=False, wake=True)
        loaded = await store.load("web:1")
        assert (loaded.conversation, loaded.session) == ("web:1", None)
        assert [(row.seq, row.event) for row in loaded.waiting] == [(1, Message("hello", "m1"))]

    async def test_a_repeated_delivery_is_recognised(self, store: Store) -> None:
        first = await store.accept(message("1", 1), NOW)
        again = await store.accept(message("1", 1, "changed"), NOW + 60)
        assert (again.duplicate, again.wake) == (True, False)
        assert (again.conversation, again.seq) == (first.conversation, first.seq)
        assert len((await store.load("web:1")).waiting) == 1

    async def test_a_repeated_delivery_is_recognised_after_its_turn(self, store: Store) -> None:
        await store.accept(message("1", 1), NOW)
        await take(store, "web:1")
        assert (await store.accept(message("1", 1), NOW + 5)).duplicate
        assert (await store.load("web:1")).waiting == ()

    async def test_repeats_at_the_same_time_leave_one(self, store: Store) -> None:
        accepted = await asyncio.gather(*[store.accept(message("1", 1), NOW) for _ in range(20)])
        assert Counter(one.duplicate for one in accepted) == {True: 19, False: 1}
        assert len((await store.load("web:1")).waiting) == 1

    async def test_the_same_id_on_another_channel_is_another_delivery(self, store: Store) -> None:
        await store.accept(message("1", 1, channel="web"), NOW)
        assert not (await store.accept(message("1", 1, channel="slack"), NOW)).duplicate

    async def test_wake_is_said_once_until_the_turn(self, store: Store) -> None:
        wakes = [(await store.accept(message("1", number), NOW)).wake for number in range(3)]
        assert wakes == [True, False, False]
        await take(store, "web:1")
        assert (await store.accept(message("1", 9), NOW)).wake

    async def test_order_holds_under_concurrency(self, store: Store) -> None:
        deliveries = [message(str(number % 10), number) for number in range(200)]
        accepted = await asyncio.gather(*[store.accept(delivery, NOW) for delivery in deliveries])
        assert sum(one.wake for one in accepted) == 10
        for chat in range(10):
            conversation = f"web:{chat}"
            assert [one.seq for one in accepted if one.conversation == conversation] == list(range(1, 21))
            waiting = (await store.load(conversation)).waiting
            assert [row.seq for row in waiting] == list(range(1, 21))
            assert [row.event.id for row in waiting] == [f"m{number}" for number in range(chat, 200, 10)]

    async def test_load_gives_the_first_that_wait(self, store: Store) -> None:
        for number in range(5):
            await store.accept(message("1", number), NOW)
        assert [row.seq for row in (await store.load("web:1", most=2)).waiting] == [1, 2]

    async def test_what_the_platform_knows_arrives_with_the_message(self, store: Store) -> None:
        incoming = msgspec.structs.replace(message("1", 1), customer={"name": "Ада", "day": date(2026, 1, 2)})
        await store.accept(incoming, NOW)
        (arrived,) = (await store.load("web:1")).waiting
        assert arrived.customer == {"name": "Ада", "day": date(2026, 1, 2)}

    async def test_an_event_of_our_own_comes_once_per_key(self, store: Store) -> None:
        conversation = await contact(store)
        first = await store.accept_event(conversation, "owner:1", Owned("claimed", "ann"), NOW)
        again = await store.accept_event(conversation, "owner:1", Owned("claimed", "ann"), NOW)
        other = await store.accept_event("web:2", "owner:1", Owned("claimed", "ann"), NOW)
        assert (first.seq, first.duplicate, first.wake) == (2, False, False)
        assert (again.seq, again.duplicate) == (2, True)
        assert (other.seq, other.duplicate, other.wake) == (1, False, True)

    async def test_an_event_of_our_own_is_no_platforms_delivery(self, store: Store) -> None:
        conversation = await contact(store)
        await store.accept_event(conversation, "1/x", Outside("paid"), NOW)
        assert not (await store.accept(message("1", "x"), NOW)).duplicate

    @pytest.mark.parametrize("name", HOSTILE)
    async def test_hostile_ids_are_only_ids(self, store: Store, name: str) -> None:
        await contact(store, "bystander")
        accepted = await store.accept(Incoming("web", name, name, Message(name)), NOW)
        assert accepted.conversation == f"web:{name}"
        assert (await store.accept(Incoming("web", name, name, Message(name)), NOW)).duplicate
        await take(store, f"web:{name}", replies=(Reply(name, name),), timers=(SetTimer(name, 1.0, name, "wait"),))
        assert [out.reply.id for out in await store.outgoing(f"web:{name}")] == [name]
        assert await store.fire(2.0) == [f"web:{name}"]
        assert await store.erase(f"web:{name}")
        assert [one.conversation for one in await store.conversations()] == ["web:bystander"]

    async def test_half_a_surrogate_pair_is_mended(self, store: Store) -> None:
        await store.accept(message("1", 1, "ab\ud83d!"), NOW)
        (arrived,) = (await store.load("web:1")).waiting
        assert isinstance(arrived.event, Message)
        assert arrived.event.text == "ab\ufffd!"

    async def test_an_id_that_is_no_text_is_refused(self, store: Store) -> None:
        with pytest.raises(StoreError):
            await store.accept(message("\ud83d", 1), NOW)
        with pytest.raises(StoreError):
            await store.accept(Incoming("web", "1", "\ud83d", Message("hello")), NOW)
        assert await store.conversations() == []

    async def test_large_messages_come_back_whole(self, store: Store) -> None:
        text = "长" * 1_000_000
        conversation = await contact(store, text=text)
        (arrived,) = (await store.load(conversation)).waiting
        assert isinstance(arrived.event, Message)
        assert arrived.event.text == text

    # -- a turn

    async def test_a_commit_is_what_the_next_load_gives(self, store: Store) -> None:
        conversation = await contact(store)
        session = _session(conversation)
        loaded = await store.load(conversation)
        committed = await store.commit(
            commit_of(conversation, loaded.fence, turn=turn(conversation, 1, session=session))
        )
        again = await store.load(conversation)
        assert (again.session, again.fence, again.waiting) == (session, committed.fence, ())
        assert not committed.more
        assert committed.fence != loaded.fence

    async def test_more_is_said_while_something_waits(self, store: Store) -> None:
        conversation = await contact(store)
        loaded = await store.load(conversation)
        await store.accept(message("1", 2, "second"), NOW)
        committed = await store.commit(commit_of(conversation, loaded.fence))
        assert committed.more
        (waiting,) = (await store.load(conversation)).waiting
        assert (waiting.seq, waiting.event) == (2, Message("second", "m2"))
        assert not (await take(store, conversation, 2)).more

    async def test_turns_come_back_as_they_were(self, store: Store) -> None:
        conversation = await contact(store)
        for seq, event in enumerate(_events(), 1):
            full = turn(
                conversation,
                seq,
                event,
                session=Session(conversation, version="v1", number=2, seq=seq),
                route="slot",
                candidates=(Candidate("intent", "退货", 0.5, "near", taken=True),),
                replies=(Reply(f"{seq}", "好", buttons=(Button("Yes", "y"),), locale="zh"),),
                effects=_effects(),
                visits=(Visit("f", "ask:x", "filled"),),
            )
            await take(store, conversation, turn=full)
            (record,) = await store.turns(conversation, first=seq)
            assert record == Record.of(full)
            assert (record.version, record.number) == ("v1", 2)

    async def test_turns_are_given_in_order_and_in_part(self, store: Store) -> None:
        conversation = await contact(store)
        for seq in range(1, 13):
            await take(store, conversation, seq)
        assert [one.seq for one in await store.turns(conversation)] == list(range(1, 13))
        assert [one.seq for one in await store.turns(conversation, first=9, most=2)] == [9, 10]
        assert list(await store.turns("web:nobody")) == []

    async def test_a_late_commit_meets_the_fence_and_leaves_nothing(self, store: Store) -> None:
        conversation = await contact(store)
        late = await store.load(conversation)
        await take(store, conversation)
        await store.accept(message("1", 2), NOW)
        zombie = commit_of(
            conversation,
            late.fence,
            2,
            replies=(Reply("late", "late"),),
            calls=(Call("late", "x"),),
            timers=(SetTimer("late", NOW, "q", "wait"),),
        )
        with pytest.raises(FenceError):
            await store.commit(zombie)
        assert [one.seq for one in await store.turns(conversation)] == [1]
        assert (list(await store.outgoing(conversation)), list(await store.open_calls())) == ([], [])
        assert await store.next_timer() is None

    async def test_one_of_many_workers_commits(self, store: Store) -> None:
        conversation = await contact(store)
        loaded = await store.load(conversation)
        commits = [store.commit(commit_of(conversation, loaded.fence)) for _ in range(10)]
        outcomes = await asyncio.gather(*commits, return_exceptions=True)
        assert Counter(type(outcome) for outcome in outcomes) == {Committed: 1, FenceError: 9}

    async def test_a_conversation_that_is_not_there_cannot_be_committed(self, store: Store) -> None:
        with pytest.raises(FenceError):
            await store.commit(commit_of("web:nobody", 0, taken=0))

    async def test_a_commit_that_breaks_leaves_nothing(self, store: Store) -> None:
        conversation = await contact(store)
        await take(store, conversation)
        before = await store.load(conversation)
        broken = commit_of(conversation, before.fence, 1, taken=0, replies=(Reply("r", "never"),))  # seq 1 again
        with pytest.raises(StoreError):
            await store.commit(broken)
        assert await store.load(conversation) == before
        assert list(await store.outgoing(conversation)) == []
        assert (await take(store, conversation, 2)).fence != before.fence

    async def test_more_than_waits_cannot_be_taken(self, store: Store) -> None:
        conversation = await contact(store)
        loaded = await store.load(conversation)
        with pytest.raises(StoreError):
            await store.commit(commit_of(conversation, loaded.fence, taken=2))
        assert (await store.load(conversation)) == loaded

    async def test_a_value_that_cannot_be_stored_is_said(self, store: Store) -> None:
        conversation = await contact(store)
        loaded = await store.load(conversation)
        bad = turn(conversation, 1, session=Session(conversation, slots={"x": object()}))
        with pytest.raises(StoreError, match="object"):
            await store.commit(commit_of(conversation, loaded.fence, turn=bad))
        assert (await store.load(conversation)) == loaded

    async def test_commit_many_lets_one_late_commit_spoil_no_other(self, store: Store) -> None:
        commits = []
        for chat in "abcde":
            conversation = await contact(store, chat)
            commits.append(commit_of(conversation, (await store.load(conversation)).fence))
        await take(store, "web:b")
        commits[3] = msgspec.structs.replace(commits[3], taken=7)
        commits[4] = commit_of("web:e", commits[4].fence, turn=_unstorable("web:e"))
        outcomes = await store.commit_many(commits)
        kinds = [type(outcome) for outcome in outcomes]
        assert kinds == [Committed, FenceError, Committed, StoreError, StoreError]
        assert [len(await store.turns(f"web:{chat}")) for chat in "abcde"] == [1, 1, 1, 0, 0]
        assert list(await store.commit_many([])) == []

    # -- a delivery and its turn together

    async def test_a_delivery_is_taken_with_its_turn(self, store: Store) -> None:
        for seq in (1, 2):
            fence = (await store.load("web:1")).fence
            replies = (Reply(f"r{seq}", "said"),)
            commit = commit_of("web:1", fence, seq, 0, replies=replies)
            accepted, taken = await store.take(message("1", seq), commit, NOW + seq)
            assert (accepted, taken) == (Accepted("web:1", seq), True)
            loaded = await store.load("web:1")
            assert (loaded.session, loaded.waiting) == (commit.session, ())
            assert loaded.fence != fence
        assert [one.seq for one in await store.turns("web:1")] == [1, 2]
        assert [out.reply.id for out in await store.outgoing("web:1")] == ["r1", "r2"]
        assert (await store.accept(message("1", 3), NOW)).wake
        (listed,) = await store.conversations()
        assert (listed.turns, listed.channel) == (2, "web")

    async def test_a_known_delivery_is_not_taken_again(self, store: Store) -> None:
        first = await store.accept(message("1", 1), NOW)
        await take(store, "web:1")
        commit = commit_of("web:1", (await store.load("web:1")).fence, 2, 0)
        accepted, taken = await store.take(message("1", 1), commit, NOW)
        assert (accepted.seq, accepted.duplicate, taken) == (first.seq, True, False)
        await store.take(message("1", 2), commit, NOW)
        again, taken = await store.take(message("1", 2), commit, NOW)
        assert (again.seq, again.duplicate, taken) == (2, True, False)
        assert (await store.accept(message("1", 2), NOW)).duplicate
        assert [one.seq for one in await store.turns("web:1")] == [1, 2]
        assert (await store.load("web:1")).waiting == ()

    async def test_a_delivery_waits_behind_what_waits(self, store: Store) -> None:
        await store.accept(message("1", 1, "first"), NOW)
        commit = commit_of("web:1", (await store.load("web:1")).fence, 1, 0, replies=(Reply("r", "never"),))
        accepted, taken = await store.take(message("1", 2, "second"), commit, NOW)
        assert (accepted, taken) == (Accepted("web:1", 2), False)
        loaded = await store.load("web:1")
        assert [row.event for row in loaded.waiting] == [Message("first", "m1"), Message("second", "m2")]
        assert (loaded.session, list(await store.outgoing("web:1"))) == (None, [])

    async def test_of_deliveries_taken_at_the_same_time_one_is_and_the_others_wait(self, store: Store) -> None:
        for start in (0, 10):
            loaded = await store.load("web:1")
            commits = [commit_of("web:1", loaded.fence, start + 1, 0) for _ in range(5)]
            numbered = enumerate(commits, start)
            outcomes = await asyncio.gather(*[store.take(message("1", n), one, NOW) for n, one in numbered])
            assert [taken for _, taken in outcomes] == [True, False, False, False, False]
            assert [accepted.wake for accepted, _ in outcomes] == [False, True, False, False, False]
            waiting = (await store.load("web:1")).waiting
            assert [row.event for row in waiting] == [Message("hello", f"m{start + n}") for n in range(1, 5)]
            await take(store, "web:1", start + 2)

    async def test_a_result_is_taken_with_its_turn(self, store: Store) -> None:
        conversation = await contact(store)
        await take(store, conversation, calls=(Call("c1", "shop.find"), Call("c2", "shop.find")))
        late = (await store.load(conversation)).fence
        commit = commit_of(conversation, late, 2, 0)
        accepted, taken = await store.take_result(conversation, Result("c1", 1), commit, NOW)
        assert (accepted, taken) == (Accepted(conversation, 2), True)
        assert [call.id for _, call, _ in await store.open_calls()] == ["c2"]
        assert (await store.finish_call(conversation, Result("c1", 1), NOW)).duplicate
        again = commit_of(conversation, (await store.load(conversation)).fence, 3, 0)
        for known in ("c1", "c0"):
            accepted, taken = await store.take_result(conversation, Result(known, 1), again, NOW)
            assert (accepted.duplicate, taken) == (True, False)
        accepted, taken = await store.take_result(conversation, Result("c2", 2), commit, NOW)
        assert (accepted.wake, taken) == (True, False)
        assert [row.event for row in (await store.load(conversation)).waiting] == [Result("c2", 2)]
        assert list(await store.open_calls()) == []
        assert [one.seq for one in await store.turns(conversation)] == [1, 2]

    async def test_what_cannot_be_stored_is_not_taken(self, store: Store) -> None:
        commit = commit_of("web:1", 0, 1, 0, turn=_unstorable("web:1"))
        with pytest.raises(StoreError):
            await store.take(message("1", 1), commit, NOW)
        with pytest.raises(StoreError):
            await store.take_result("web:1", Message("hello"), commit_of("web:1", 0, 1, 0), NOW)
        assert (await store.load("web:1")).fence == 0
        assert not (await store.accept(message("1", 1), NOW)).duplicate

    # -- calls

    async def test_a_call_is_started_once(self, store: Store) -> None:
        conversation = await contact(store)
        call = Call("c1", "shop.find", VALUES, "write", 5.0, "f", "do:shop.find")
        await take(store, conversation, calls=(call,))
        assert list(await store.open_calls()) == [(conversation, call, False)]
        started = await asyncio.gather(*[store.start_call(call, NOW) for _ in range(5)])
        assert Counter(started) == {True: 1, False: 4}
        assert list(await store.open_calls()) == [(conversation, call, True)]

    async def test_a_call_that_nobody_planned_is_not_started(self, store: Store) -> None:
        assert not await store.start_call(Call("c0", "x"), NOW)

    async def test_a_result_arrives_once(self, store: Store) -> None:
        conversation = await contact(store)
        call = Call("c1", "shop.find")
        await take(store, conversation, calls=(call,))
        await store.start_call(call, NOW)
        result = Result("c1", {"total": {"$money": ["1.00", "EUR"]}}, customer={"since": date(2020, 1, 1)})
        finished = [store.finish_call(conversation, result, NOW + 1) for _ in range(5)]
        accepted = await asyncio.gather(*finished)
        assert Counter(one.duplicate for one in accepted) == {False: 1, True: 4}
        assert sum(one.wake for one in accepted) == 1
        assert [row.event for row in (await store.load(conversation)).waiting] == [result]
        assert list(await store.open_calls()) == []
        assert not await store.start_call(call, NOW + 2)

    async def test_a_result_of_no_call_changes_nothing(self, store: Store) -> None:
        conversation = await contact(store)
        await take(store, conversation)
        assert (await store.finish_call(conversation, Result("c0", 1), NOW)).duplicate
        assert (await store.finish_call("web:nobody", Result("c0", 1), NOW)).duplicate
        assert (await store.load(conversation)).waiting == ()
        assert [one.conversation for one in await store.conversations()] == [conversation]

    async def test_only_a_result_ends_a_call(self, store: Store) -> None:
        with pytest.raises(StoreError):
            await store.finish_call(await contact(store), Message("hello"), NOW)

    # -- what goes out

    async def test_replies_go_out_in_order(self, store: Store) -> None:
        conversation = await contact(store)
        await take(store, conversation, 1, replies=(Reply("z", "1"), Reply("a", "2")))
        await take(store, conversation, 2, replies=(Reply("m", "3", buttons=(Button("Ok", "ok"),)),))
        outgoing = await store.outgoing(conversation)
        assert [(out.conversation, out.reply.text, out.attempts) for out in outgoing] == [
            (conversation, text, 0) for text in "123"
        ]
        assert outgoing[2].reply.buttons == (Button("Ok", "ok"),)

    async def test_a_sent_reply_is_gone(self, store: Store) -> None:
        conversation = await contact(store)
        await take(store, conversation, replies=(Reply("r1", "1"), Reply("r2", "2")))
        await store.sent("r1", "p7", NOW + 3)
        assert [out.reply.id for out in await store.outgoing(conversation)] == ["r2"]
        await store.sent("r1", "p8", NOW + 9)
        await store.sent("unknown", "p9", NOW)
        await store.put_off("r2", NOW, "busy")  # whatever the mark waited for is done with the next write
        (delivery,) = await store.deliveries(conversation)
        assert (delivery.reply, delivery.at, delivery.platform_id, delivery.error) == ("r1", NOW + 3, "p7", "")

    async def test_a_reply_is_put_off(self, store: Store) -> None:
        conversation = await contact(store)
        await take(store, conversation, replies=(Reply("r1", "1"), Reply("r2", "2")))
        await store.put_off("r1", NOW + 30, "429")
        await store.put_off("r1", NOW + 90, "429")
        first, second = await store.outgoing(conversation)
        assert (first.reply.id, first.attempts, first.due) == ("r1", 2, NOW + 90)
        assert (second.reply.id, second.attempts) == ("r2", 0)

    async def test_a_reply_is_given_up(self, store: Store) -> None:
        conversation = await contact(store)
        await take(store, conversation, replies=(Reply("r1", "1"), Reply("r2", "2"), Reply("r3", "3")))
        await store.give_up("r2", "被屏蔽", NOW + 1)
        await store.give_up("r1", "gone", NOW + 2)
        assert [out.reply.id for out in await store.outgoing(conversation)] == ["r3"]
        failed = await store.failed()
        assert [(out.reply.id, error) for out, error in failed] == [("r1", "gone"), ("r2", "被屏蔽")]
        assert failed[0][0].conversation == conversation
        assert len(await store.failed(most=1)) == 1

    # -- timers

    async def test_a_timer_fires_once(self, store: Store) -> None:
        conversation = await contact(store)
        await take(store, conversation, timers=(SetTimer("t1", NOW + 10, "q1", "silence"),))
        assert await store.next_timer() == NOW + 10
        assert list(await store.fire(NOW + 9)) == []
        fired = await asyncio.gather(*[store.fire(NOW + 10) for _ in range(5)])
        assert [one for each in fired for one in each] == [conversation]
        (arrived,) = (await store.load(conversation)).waiting
        assert arrived.event == Timer("q1", "silence", "t1")
        assert await store.next_timer() is None

    async def test_timers_are_replaced_and_dropped(self, store: Store) -> None:
        conversation = await contact(store)
        await take(
            store,
            conversation,
            timers=(
                SetTimer("t1", NOW + 10, "q1", "silence"),
                SetTimer("t2", NOW + 20, "q1", "end"),
                SetTimer("t3", NOW + 30, "q2", "wait"),
            ),
        )
        await take(store, conversation, 2, timers=(SetTimer("t4", NOW + 40, "q2", "wait"),), dropped=("q1", "q9"))
        assert await store.next_timer() == NOW + 40
        again = (SetTimer("t5", NOW + 50, "q2", "wait"),)
        await take(store, conversation, 3, timers=again, dropped=("q2",))
        assert await store.next_timer() == NOW + 50

    async def test_due_timers_fire_the_earliest_first(self, store: Store) -> None:
        for number, chat in enumerate("cab"):
            timers = (SetTimer(f"t{chat}", NOW + number, "q", "wait"),)
            await take(store, await contact(store, chat), timers=timers)
        assert list(await store.fire(NOW + 5, most=2)) == ["web:c", "web:a"]
        assert list(await store.fire(NOW + 5)) == ["web:b"]

    # -- what there is to do

    async def test_unfinished_names_what_a_start_has_to_wake(self, store: Store) -> None:
        for chat in ("waiting", "done", "unsent", "open"):
            await contact(store, chat)
        await take(store, "web:done", replies=(Reply("r0", "0"),), calls=(Call("c0", "x"),))
        await take(store, "web:unsent", replies=(Reply("r1", "1"),))
        await take(store, "web:open", calls=(Call("c1", "x"),))
        await store.sent("r0", "", NOW)
        await store.start_call(Call("c0", "x"), NOW)
        await store.finish_call("web:done", Result("c0"), NOW)
        await take(store, "web:done", 2)
        assert set(await store.unfinished()) == {"web:waiting", "web:unsent", "web:open"}

    async def test_conversations_are_listed_the_last_touched_first(self, store: Store) -> None:
        for number, chat in enumerate("abc"):
            await contact(store, chat)
            owner: Owner = "human" if chat == "b" else "bot"
            session = Session(
                f"web:{chat}",
                "web",
                owner=owner,
                stack=(Frame("returns", 1),),
                lines=(("customer", "hi"), ("bot", "你好")),
                touched=NOW + 7200 * number,
            )
            await take(store, f"web:{chat}", turn=turn(f"web:{chat}", 1, session=session))
        listed = await store.conversations()
        assert [one.conversation for one in listed] == ["web:c", "web:b", "web:a"]
        first = listed[0]
        assert (first.channel, first.owner, first.turns, first.flow, first.last) == (
            "web",
            "bot",
            1,
            "returns",
            "你好",
        )
        assert first.touched == NOW + 14_400
        assert [one.conversation for one in await store.conversations(owner="human")] == ["web:b"]
        assert [one.conversation for one in await store.conversations(owner="bot")] == ["web:c", "web:a"]
        assert list(await store.conversations(owner="queue")) == []
        assert len(await store.conversations(most=2)) == 2

    # -- keeping and removing

    async def test_a_version_is_kept_as_it_was_first(self, store: Store) -> None:
        sources = {"bot.yaml": "name: 店\n", "flows/a.yaml": "x" * 100_000}
        await store.save_version("v1", sources, NOW)
        await store.save_version("v1", {"bot.yaml": "changed"}, NOW + 1)
        assert await store.version("v1") == sources
        assert await store.version("v2") is None

    async def test_erase_leaves_nothing(self, store: Store) -> None:
        for chat in ("1", "2"):
            await _fill(store, await contact(store, chat))
        late = await store.load("web:1")
        assert await store.erase("web:1")
        assert not await store.erase("web:1")
        assert (await store.load("web:1")).session is None
        for left in (store.turns, store.outgoing, store.deliveries):
            assert list(await left("web:1")) == []
            assert list(await left("web:2")) != []
        assert [one[0] for one in await store.open_calls()] == ["web:2"]
        assert [out.conversation for out, _ in await store.failed()] == ["web:2"]
        assert list(await store.fire(NOW + 1000)) == ["web:2"]
        assert [one.conversation for one in await store.conversations()] == ["web:2"]
        assert not (await store.accept(message("1", "first"), NOW)).duplicate
        with pytest.raises(FenceError):
            await store.commit(commit_of("web:1", late.fence))

    async def test_an_erased_conversations_call_brings_nothing_back(self, store: Store) -> None:
        conversation = await contact(store)
        call = Call("c1", "x")
        await take(store, conversation, calls=(call,))
        await store.start_call(call, NOW)
        await store.erase(conversation)
        assert (await store.finish_call(conversation, Result("c1", "secret"), NOW)).duplicate
        assert list(await store.conversations()) == []

    async def test_old_marks_are_let_go(self, store: Store) -> None:
        conversation = await contact(store)
        await _fill(store, conversation)
        assert await store.forget(NOW - 86_400) == 0
        assert await store.forget(NOW + 30 * 86_400) > 0
        assert list(await store.deliveries(conversation)) != []  # the dead letter stays
        assert [out.reply.id for out in await store.outgoing(conversation)] == [f"{conversation}/r3"]
        assert not (await store.accept(message("1", "first"), NOW)).duplicate

    # -- its own life

    async def test_reopening_goes_on_where_it_ended(self, store: Store, reopen: Callable[[], Store] | None) -> None:
        if reopen is None:
            pytest.skip("this store forgets at its end")
        conversation = await contact(store)
        await _fill(store, conversation)
        await store.accept(message("1", 2, "second"), NOW)
        await store.sent(f"{conversation}/r3", "p3", NOW)
        before = await store.load(conversation)
        records = await store.turns(conversation)
        await store.close()
        again = reopen()
        await again.open()
        try:
            assert await again.load(conversation) == before
            assert await again.turns(conversation) == records
            assert (await again.accept(message("1", "first"), NOW)).duplicate
            assert list(await again.outgoing(conversation)) == []
            assert await again.unfinished() == [conversation]
            assert await again.next_timer() == NOW + 100
            await take(again, conversation, 2)
        finally:
            await again.close()

    async def test_close_may_be_called_twice_and_ends_it(self, store: Store) -> None:
        await store.close()
        await store.close()
        with pytest.raises(StoreError):
            await store.accept(message("1", 1), NOW)
        with pytest.raises(StoreError):
            await store.load("web:1")


def _session(conversation: str) -> Session:
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


def _events() -> Sequence[Event]:
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


def _effects() -> tuple[Effect, ...]:
    return (
        Call("c1", "shop.find", VALUES),
        SetTimer("t1", NOW, "q1", "wait"),
        HandOff("h1", "orders", packet=VALUES),
    )


def _unstorable(conversation: str) -> Turn:
    return turn(conversation, 1, session=Session(conversation, slots={"x": object()}))


async def _fill(store: Store, conversation: str) -> None:
    """Leave something of a conversation in every corner."""
    call, replies = Call(f"{conversation}/c1", "x"), tuple(Reply(f"{conversation}/r{n}", str(n)) for n in (1, 2, 3))
    done = Call(f"{conversation}/c0", "x")
    timers = (SetTimer(f"{conversation}/t", NOW + 100, "q", "wait"),)
    await take(store, conversation, replies=replies, calls=(done, call), timers=timers)
    await store.sent(f"{conversation}/r1", "p1", NOW)
    await store.give_up(f"{conversation}/r2", "blocked", NOW)
    await store.start_call(call, NOW)
    await store.finish_call(conversation, Result(done.id), NOW)
