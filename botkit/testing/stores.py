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

        @pytest.fixture
        def workers(self, tmp_path):           # leave it out if only one worker at a time can have the data
            return lambda name, lease: MyStore(tmp_path / "bot.db", worker=name, lease=lease)

        @pytest.fixture
        def dump(self, tmp_path):              # leave it out if nobody can look at everything that is stored
            async def read():                  # every table, its rows as bytes that are not packed
                return {"turns": [b"..."]}
            return read

The tests are coroutines: use pytest-asyncio with `asyncio_mode = "auto"`.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from botkit.errors import FenceError, StoreError
from botkit.model.events import Failure, Message, Result, Timer
from botkit.model.replies import Button, Call, Reply, SetTimer
from botkit.model.session import Frame, Owner, Session
from botkit.ports.stored import Backlog, Failed, Left
from botkit.ports.stores import Store
from botkit.testing.store_embeddings import EmbeddingContract
from botkit.testing.store_erasing import ErasureContract
from botkit.testing.store_leases import LeaseContract
from botkit.testing.store_retention import RetentionContract
from botkit.testing.store_sharing import SharedContract
from botkit.testing.store_threads import ThreadContract
from botkit.testing.store_turns import TurnContract
from botkit.testing.store_versions import CustomerContract, VersionContract
from botkit.testing.stored import (
    NOW,
    VALUES,
    commit_of,
    contact,
    fill_corners,
    message,
    take,
    timeless,
    turn,
)


class StoreContract(
    TurnContract,
    LeaseContract,
    SharedContract,
    VersionContract,
    CustomerContract,
    ErasureContract,
    RetentionContract,
    ThreadContract,
    EmbeddingContract,
):
    """Subclass it, name the class Test..., and give it a `store` that is open."""

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

    async def test_everything_that_failed_is_listed_the_newest_first(self, store: Store) -> None:
        conversation = await contact(store)
        event, call = Message("哎", "m7"), Call("c1", "shop.give", VALUES, "write")
        aside = Failed(f"{conversation}/1", conversation, NOW, "LookupError: broke", event=event, customer={"id": 7})
        await take(store, conversation, replies=(Reply("r1", "1"),), calls=(call, Call("c2", "x")), failed=(aside,))
        await store.give_up("r1", "blocked", NOW + 2)
        await store.start_call(call, NOW)
        lost = Result("c1", failure=Failure("outcome_unknown", "?"))
        await asyncio.gather(*[store.finish_call(conversation, lost, NOW + 1) for _ in range(3)])
        await store.finish_call(conversation, Result("c2", failure=Failure("failed")), NOW + 3)
        reply, unknown, left = await store.failures()
        assert reply == Failed("r1", conversation, NOW + 2, "blocked", reply=Reply("r1", "1"))
        assert unknown == Failed("c1", conversation, NOW + 1, "outcome_unknown", call=call)
        assert left == aside
        assert [one.id for one in await store.failures(most=1)] == ["r1"]
        assert [await store.failure(one.id) for one in (reply, unknown, left)] == [reply, unknown, left]
        assert await store.failure("' OR 1=1 --") is None
        await store.erase(conversation, now=NOW)
        assert list(await store.failures()) == []

    async def test_a_lost_call_is_listed_when_its_turn_is_stored_with_it(self, store: Store) -> None:
        conversation = await contact(store)
        call = Call("c1", "shop.give", {}, "write")
        fence = (await take(store, conversation, calls=(call,))).fence
        lost = Result("c1", failure=Failure("outcome_unknown"))
        for _ in range(2):
            await store.take_result(conversation, lost, commit_of(conversation, fence, 2, 0), NOW)
        assert [one.call for one in await store.failures()] == [call]

    async def test_a_failed_reply_is_tried_again_in_its_place(self, store: Store) -> None:
        conversation = await contact(store)
        await take(store, conversation, replies=(Reply("r1", "1"), Reply("r2", "2"), Reply("r3", "3")))
        for reply in ("r1", "r2"):
            await store.put_off(reply, NOW, "busy")
            await store.give_up(reply, "gone", NOW)
        assert await store.retry("r1", NOW + 5)
        assert not await store.retry("r1", NOW + 5)
        first, second = await store.outgoing(conversation)
        assert (first.reply.id, first.attempts, first.due, second.reply.id) == ("r1", 0, NOW + 5, "r3")
        assert conversation in (await store.left(NOW + 5)).unsent
        assert [one.id for one in await store.failures()] == ["r2"]
        await store.sent("r1", "p1", NOW + 6)
        await store.secure("r1")
        assert not await store.retry("r1", NOW + 7)

    async def test_a_message_that_was_set_aside_is_tried_again_behind_what_waits(self, store: Store) -> None:
        conversation = await contact(store)
        for seq in (1, 2):  # it may fail again
            event = Message(f"poison {seq}", "m7")
            name = f"{conversation}/{seq}"
            aside = Failed(name, conversation, NOW, "broke", event=event, customer={"id": 7})
            await take(store, conversation, seq, failed=(aside,))
            await store.accept(message("1", f"behind {seq}"), NOW)
            assert await store.retry(name, NOW + 5)
            assert not await store.retry(name, NOW + 5)
            waiting = (await store.load(conversation)).waiting
            assert (waiting[-1].event, waiting[-1].customer) == (event, {"id": 7})
            assert conversation in (await store.left(NOW + 5)).waiting
            assert list(await store.failures()) == []

    async def test_a_lost_call_is_never_tried_again_and_failures_are_dropped_once(self, store: Store) -> None:
        conversation = await contact(store)
        aside = Failed(f"{conversation}/1", conversation, NOW, "broke", event=Message("x"))
        await take(store, conversation, replies=(Reply("r1", "1"),), calls=(Call("c1", "x"),), failed=(aside,))
        await store.give_up("r1", "gone", NOW)
        await store.finish_call(conversation, Result("c1", failure=Failure("outcome_unknown")), NOW)
        assert not await store.retry("c1", NOW)
        assert not await store.retry("nothing", NOW)
        for one in ("r1", "c1", aside.id):
            assert await store.drop(one)
            assert not await store.drop(one)
        assert list(await store.failures()) == []
        assert list(await store.outgoing(conversation)) == []

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

    async def test_left_names_what_is_to_be_done_now(self, store: Store) -> None:
        assert await store.left(NOW) == Left()
        for chat in ("waiting", "done", "unsent", "later", "open", "many"):
            await contact(store, chat)
        await take(store, "web:done", replies=(Reply("r0", "0"),), calls=(Call("c0", "x"),))
        await store.sent("r0", "", NOW)
        await store.secure("r0")
        await store.start_call(Call("c0", "x"), NOW)
        await store.finish_call("web:done", Result("c0"), NOW)
        await take(store, "web:done", 2)
        await take(store, "web:unsent", replies=(Reply("r1", "1"), Reply("r2", "2")))
        await take(store, "web:later", replies=(Reply("r3", "3"),))
        await store.put_off("r3", NOW + 60, "busy")
        await take(store, "web:open", calls=(Call("c1", "x"),))
        await take(store, "web:many", calls=(Call("c2", "x"),), replies=(Reply("r4", "4"),))
        await store.accept(message("many", "second"), NOW)
        assert await store.left(NOW + 59) == Left(
            waiting=frozenset({"web:waiting", "web:many"}),
            unsent=frozenset({"web:unsent", "web:many"}),
            calling=frozenset({"web:open", "web:many"}),
        )
        assert (await store.left(NOW + 60)).unsent == {"web:unsent", "web:later", "web:many"}

    async def test_the_backlog_counts_what_is_to_be_done_and_what_failed(self, store: Store) -> None:
        assert await store.backlog() == Backlog()
        for chat in ("waiting", "done"):
            await contact(store, chat)
        await store.accept(message("waiting", "second"), NOW)
        aside = Failed("web:done/1", "web:done", NOW, "broke", event=Message("x"))
        replies = tuple(Reply(f"r{n}", "x") for n in range(6))
        calls = (Call("c1", "x"), Call("c2", "x"))
        await take(store, "web:done", replies=replies, calls=calls, failed=(aside,))
        await store.sent("r0", "", NOW)
        await store.secure("r0")
        await store.give_up("r1", "gone", NOW)
        await store.put_off("r2", NOW + 60, "busy")
        await store.start_call(calls[0], NOW)
        assert await store.backlog() == Backlog(waiting=2, unsent=4, calling=2, failed=2)
        await store.finish_call("web:done", Result("c1"), NOW)
        assert await store.backlog() == Backlog(waiting=3, unsent=4, calling=1, failed=2)

    async def test_a_sound_store_passes_its_check(self, store: Store) -> None:
        await store.check()
        await store.check()
        assert list(await store.conversations()) == []

    async def test_a_secured_mark_is_there(self, store: Store) -> None:
        conversation = await contact(store)
        await take(store, conversation, replies=(Reply("r1", "1"),))
        await store.secure("r1")
        await store.secure("unknown")
        await store.sent("r1", "p7", NOW)
        await store.secure("r1")
        assert [one.reply for one in await store.deliveries(conversation)] == ["r1"]

    @pytest.mark.parametrize("given", ["", "\ud800", "x" * 100_000, 7, None, {"id": [1]}])
    async def test_whatever_a_connector_calls_a_reply_the_store_goes_on(self, store: Store, given: Any) -> None:
        conversation = await contact(store)
        await take(store, conversation, replies=(Reply("r1", "1"),))
        await store.sent("r1", given, NOW)
        await store.secure("r1")
        await take(store, conversation, 2)
        assert list(await store.outgoing(conversation)) == []

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
            "hi",
        )
        assert first.touched == NOW + 14_400
        assert [one.conversation for one in await store.conversations(owner="human")] == ["web:b"]
        assert [one.conversation for one in await store.conversations(owner="bot")] == ["web:c", "web:a"]
        assert list(await store.conversations(owner="queue")) == []
        assert len(await store.conversations(most=2)) == 2

    # -- keeping and removing

    async def test_erase_leaves_nothing(self, store: Store) -> None:
        for chat in ("1", "2"):
            await fill_corners(store, await contact(store, chat))
        late = await store.load("web:1")
        assert await store.erase("web:1", now=NOW)
        assert not await store.erase("web:1", now=NOW)
        assert (await store.load("web:1")).session is None
        for left in (store.turns, store.outgoing, store.deliveries):
            assert list(await left("web:1")) == []
            assert list(await left("web:2")) != []
        assert [one[0] for one in await store.open_calls()] == ["web:2"]
        assert [out.conversation for out, _ in await store.failed()] == ["web:2"]
        assert list(await store.fire(NOW + 1000)) == ["web:2"]
        assert [one.conversation for one in await store.conversations()] == ["web:2"]
        assert (await store.accept(message("1", "first"), NOW)).duplicate
        with pytest.raises(FenceError):
            await store.commit(commit_of("web:1", late.fence))

    async def test_an_erased_conversations_call_brings_nothing_back(self, store: Store) -> None:
        conversation = await contact(store)
        call = Call("c1", "x")
        await take(store, conversation, calls=(call,))
        await store.start_call(call, NOW)
        await store.erase(conversation, now=NOW)
        assert (await store.finish_call(conversation, Result("c1", "secret"), NOW)).duplicate
        assert list(await store.conversations()) == []

    async def test_old_marks_are_let_go(self, store: Store) -> None:
        conversation = await contact(store)
        await fill_corners(store, conversation)
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
        await fill_corners(store, conversation)
        await store.accept(message("1", 2, "second"), NOW)
        await store.sent(f"{conversation}/r3", "p3", NOW)
        before = await store.load(conversation)
        records = await store.turns(conversation)
        await store.close()
        again = reopen()
        await again.open()
        try:
            assert timeless(await again.load(conversation)) == timeless(before)
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
