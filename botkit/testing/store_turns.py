"""The contract of a store, its first part: what comes in, and turns."""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import date

import msgspec
import pytest

from botkit.errors import FenceError, StoreError
from botkit.model.events import Message, Outside, Owned, Result
from botkit.model.replies import Button, Call, Reply, SetTimer
from botkit.model.session import Session
from botkit.model.turn import Candidate, Record, Visit
from botkit.ports.connectors import Accepted, Incoming
from botkit.ports.stored import Committed
from botkit.ports.stores import Store
from botkit.testing.stored import (
    HOSTILE,
    NOW,
    all_effects,
    all_events,
    commit_of,
    contact,
    message,
    take,
    timeless,
    turn,
    unstorable,
    whole_session,
)


class TurnContract:
    """What holds of deliveries and turns; a part of StoreContract."""

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
        assert accepted == Accepted("web:1", 1, duplicate=False, wake=True, waiting=accepted.waiting)
        assert accepted.waiting in (0, 1)
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

    async def test_a_row_says_how_many_waited_when_it_came(self, store: Store) -> None:
        for number in range(3):
            await store.accept(message("1", number), NOW)
        assert [row.waiting for row in (await store.load("web:1")).waiting] == [1, 2, 3]
        fence = (await store.load("web:1")).fence
        await store.commit(commit_of("web:1", fence, 1, 2))
        await store.accept(message("1", 7), NOW)
        loaded = await store.load("web:1")
        assert [(row.seq, row.waiting) for row in loaded.waiting] == [(3, 3), (4, 2)]
        times = [*(row.at for row in loaded.waiting), loaded.now]
        assert times == sorted(times)
        assert len({at > 0 for at in times}) == 1  # a store of several processes tells all of them, another none

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
        assert await store.erase(f"web:{name}", now=NOW)
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
        session = whole_session(conversation)
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
        for seq, event in enumerate(all_events(), 1):
            full = turn(
                conversation,
                seq,
                event,
                session=Session(conversation, version="v1", number=2, seq=seq),
                route="slot",
                candidates=(Candidate("intent", "退货", 0.5, "near", taken=True),),
                replies=(Reply(f"{seq}", "好", buttons=(Button("Yes", "y"),), locale="zh"),),
                effects=all_effects(),
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
        assert [list(await store.turns(conversation, first)) for first in (13, 2**31, 2**62)] == [[], [], []]

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
        assert timeless(await store.load(conversation)) == timeless(before)
        assert list(await store.outgoing(conversation)) == []
        assert (await take(store, conversation, 2)).fence != before.fence

    async def test_more_than_waits_cannot_be_taken(self, store: Store) -> None:
        conversation = await contact(store)
        loaded = await store.load(conversation)
        with pytest.raises(StoreError):
            await store.commit(commit_of(conversation, loaded.fence, taken=2))
        assert timeless(await store.load(conversation)) == timeless(loaded)

    async def test_a_value_that_cannot_be_stored_is_said(self, store: Store) -> None:
        conversation = await contact(store)
        loaded = await store.load(conversation)
        bad = turn(conversation, 1, session=Session(conversation, slots={"x": object()}))
        with pytest.raises(StoreError, match="object"):
            await store.commit(commit_of(conversation, loaded.fence, turn=bad))
        assert timeless(await store.load(conversation)) == timeless(loaded)

    async def test_commit_many_lets_one_late_commit_spoil_no_other(self, store: Store) -> None:
        commits = []
        for chat in "abcde":
            conversation = await contact(store, chat)
            commits.append(commit_of(conversation, (await store.load(conversation)).fence))
        await take(store, "web:b")
        commits[3] = msgspec.structs.replace(commits[3], taken=7)
        commits[4] = commit_of("web:e", commits[4].fence, turn=unstorable("web:e"))
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
            accepted, moved = await store.take(message("1", seq), commit, NOW + seq)
            assert accepted == Accepted("web:1", seq)
            loaded = await store.load("web:1")
            assert (loaded.session, loaded.waiting) == (commit.session, ())
            assert moved == Committed(loaded.fence, until=moved.until if moved else 0.0)
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
        accepted, moved = await store.take(message("1", 1), commit, NOW)
        assert (accepted.seq, accepted.duplicate, moved) == (first.seq, True, None)
        await store.take(message("1", 2), commit, NOW)
        again, moved = await store.take(message("1", 2), commit, NOW)
        assert (again.seq, again.duplicate, moved) == (2, True, None)
        assert (await store.accept(message("1", 2), NOW)).duplicate
        assert [one.seq for one in await store.turns("web:1")] == [1, 2]
        assert (await store.load("web:1")).waiting == ()

    async def test_a_delivery_waits_behind_what_waits(self, store: Store) -> None:
        await store.accept(message("1", 1, "first"), NOW)
        commit = commit_of("web:1", (await store.load("web:1")).fence, 1, 0, replies=(Reply("r", "never"),))
        accepted, moved = await store.take(message("1", 2, "second"), commit, NOW)
        assert (accepted, moved) == (Accepted("web:1", 2, waiting=accepted.waiting), None)
        loaded = await store.load("web:1")
        assert [row.event for row in loaded.waiting] == [Message("first", "m1"), Message("second", "m2")]
        assert (loaded.session, list(await store.outgoing("web:1"))) == (None, [])

    async def test_of_deliveries_taken_at_the_same_time_one_is_and_the_others_wait(self, store: Store) -> None:
        for start in (0, 10):
            loaded = await store.load("web:1")
            commits = [commit_of("web:1", loaded.fence, start + 1, 0) for _ in range(5)]
            numbered = enumerate(commits, start)
            outcomes = await asyncio.gather(*[store.take(message("1", n), one, NOW) for n, one in numbered])
            assert [bool(moved) for _, moved in outcomes] == [True, False, False, False, False]
            assert [accepted.wake for accepted, _ in outcomes] == [False, True, False, False, False]
            waiting = (await store.load("web:1")).waiting
            assert [row.event for row in waiting] == [Message("hello", f"m{start + n}") for n in range(1, 5)]
            await take(store, "web:1", start + 2)

    async def test_a_result_is_taken_with_its_turn(self, store: Store) -> None:
        conversation = await contact(store)
        await take(store, conversation, calls=(Call("c1", "shop.find"), Call("c2", "shop.find")))
        late = (await store.load(conversation)).fence
        commit = commit_of(conversation, late, 2, 0)
        accepted, moved = await store.take_result(conversation, Result("c1", 1), commit, NOW)
        assert accepted == Accepted(conversation, 2)
        assert moved is not None
        assert moved.fence == (await store.load(conversation)).fence != late
        assert [call.id for _, call, _ in await store.open_calls()] == ["c2"]
        assert (await store.finish_call(conversation, Result("c1", 1), NOW)).duplicate
        again = commit_of(conversation, (await store.load(conversation)).fence, 3, 0)
        for known in ("c1", "c0"):
            accepted, moved = await store.take_result(conversation, Result(known, 1), again, NOW)
            assert (accepted.duplicate, moved) == (True, None)
        accepted, moved = await store.take_result(conversation, Result("c2", 2), commit, NOW)
        assert (accepted.wake, moved) == (True, None)
        assert [row.event for row in (await store.load(conversation)).waiting] == [Result("c2", 2)]
        assert list(await store.open_calls()) == []
        assert [one.seq for one in await store.turns(conversation)] == [1, 2]

    async def test_what_cannot_be_stored_is_not_taken(self, store: Store) -> None:
        commit = commit_of("web:1", 0, 1, 0, turn=unstorable("web:1"))
        with pytest.raises(StoreError):
            await store.take(message("1", 1), commit, NOW)
        with pytest.raises(StoreError):
            await store.take_result("web:1", Message("hello"), commit_of("web:1", 0, 1, 0), NOW)
        assert (await store.load("web:1")).fence == 0
        assert not (await store.accept(message("1", 1), NOW)).duplicate
