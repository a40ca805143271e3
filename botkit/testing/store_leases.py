"""The contract of a store, its part for several workers: who sends what, and who takes over what somebody left."""

import asyncio
import math
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from botkit.errors import FenceError
from botkit.model.events import Result
from botkit.model.replies import Call, Reply
from botkit.ports.connectors import Accepted
from botkit.ports.stored import Claim
from botkit.ports.stores import Store
from botkit.testing.stored import NOW, commit_of, contact, message, take

LONG = 600.0  # seconds of a lease that does not lapse in a test
OVER = 0.0  # seconds of a lease that has lapsed when it was given

Workers = Callable[[str, float], Store]


def sent_of(claim: Claim) -> list[str]:
    """Give the ids of the replies that a claim gives."""
    return [out.reply.id for out in claim.replies]


@asynccontextmanager
async def opened(workers: Workers | None, *leases: float) -> AsyncIterator[list[Store]]:
    """Open a store for a worker each (a, b, ...), whose leases last so long; skip the test if only one can be."""
    if workers is None:
        pytest.skip("one worker at a time has this store")
    async with AsyncExitStack() as stack:
        stores = [workers(name, lease) for name, lease in zip("abcdef", leases, strict=False)]
        for store in stores:
            await store.open()
            stack.push_async_callback(store.close)
        yield stores


class LeaseContract:
    """What holds of leases; a part of StoreContract."""

    @pytest.fixture
    def workers(self) -> Workers | None:
        """Give a function that makes a store of a named worker, not yet open, on the data of `store`.

        Its second argument is the store's `lease`. Leave it out if only one worker at a time can open the data.
        """
        return None

    async def test_a_worker_has_a_name(self, store: Store) -> None:
        assert store.worker
        assert store.lease > 0

    async def test_a_worker_may_send_what_it_committed(self, store: Store) -> None:
        conversation = await contact(store)
        asked = time.monotonic()
        committed = await take(store, conversation, replies=(Reply("r1"), Reply("r2")))
        assert not committed.behind
        claim = await store.claim(conversation)
        assert (sent_of(claim), claim.held) == (["r1", "r2"], 0.0)
        assert claim.until >= committed.until >= asked + store.lease or math.isinf(claim.until)
        await store.sent("r1", "p1", NOW)
        assert sent_of(await store.claim(conversation)) == ["r2"]
        await store.put_off("r2", NOW + 5, "busy")
        (left,) = (await store.claim(conversation)).replies
        assert (left.attempts, left.due) == (1, NOW + 5)
        await store.give_up("r2", "gone", NOW)
        assert sent_of(await store.claim(conversation)) == []
        assert sent_of(await store.claim("web:nobody")) == []

    async def test_an_only_worker_takes_up_what_is_open(self, store: Store) -> None:
        if not math.isinf(store.lease):
            pytest.skip("several workers may have this store")
        conversation = await contact(store)
        call = Call("c1", "x")
        await take(store, conversation, calls=(call,))
        assert list(await store.claim_calls()) == [(conversation, call, False)]
        assert list(await store.unfinished(neglected=True)) == [conversation]

    # -- of several workers

    async def test_what_another_worker_sends_is_held(self, store: Store, workers: Workers | None) -> None:  # noqa: ARG002
        async with opened(workers, LONG, LONG) as (a, b):
            conversation = await contact(a)
            await take(a, conversation, replies=(Reply("r1"),))
            claim = await b.claim(conversation)
            assert (claim.replies, 0 < claim.held <= LONG) == ((), True)
            assert [out.reply.id for out in await b.outgoing(conversation)] == ["r1"]
            assert sent_of(await a.claim(conversation)) == ["r1"]

    async def test_a_lapsed_lease_is_taken_over_once(self, store: Store, workers: Workers | None) -> None:  # noqa: ARG002
        async with opened(workers, OVER, LONG, LONG) as (zombie, b, c):
            conversation = await contact(zombie)
            committed = await take(zombie, conversation, replies=(Reply("r1"), Reply("r2")))
            assert committed.until <= time.monotonic()  # which tells the zombie to claim them again
            claims = await asyncio.gather(b.claim(conversation), c.claim(conversation))
            assert sorted(map(sent_of, claims)) == [[], ["r1", "r2"]]
            assert sent_of(await zombie.claim(conversation)) == []

    async def test_a_successor_sends_what_was_left_before_its_own(
        self,
        store: Store,  # noqa: ARG002
        workers: Workers | None,
    ) -> None:
        async with opened(workers, OVER, LONG) as (a, b):
            conversation = await contact(a)
            await take(a, conversation, replies=(Reply("z"), Reply("y")))
            assert (await take(b, conversation, 2, replies=(Reply("a"),))).behind
            assert sent_of(await b.claim(conversation)) == ["z", "y", "a"]
            assert not (await take(b, conversation, 3, replies=(Reply("b"),))).behind
            assert sent_of(await a.claim(conversation)) == []

    async def test_a_reply_waits_for_what_a_living_worker_sends(
        self,
        store: Store,  # noqa: ARG002
        workers: Workers | None,
    ) -> None:
        async with opened(workers, LONG, LONG) as (a, b):
            conversation = await contact(a)
            await take(a, conversation, replies=(Reply("r1"),))
            _, taken = await b.take(
                message("1", 2),
                commit_of(conversation, (await b.load(conversation)).fence, 2, 0, replies=(Reply("r2"),)),
                NOW,
            )
            assert taken is not None
            assert taken.behind
            assert sent_of(await b.claim(conversation)) == []
            assert sent_of(await a.claim(conversation)) == ["r1", "r2"]  # a goes on with all there is
            for reply in ("r1", "r2"):
                await a.put_off(reply, NOW, "busy")
                await a.give_up(reply, "gone", NOW)
            assert not (await take(b, conversation, 3, replies=(Reply("r3"),))).behind
            assert sent_of(await b.claim(conversation)) == ["r3"]

    async def test_a_claim_renews(self, store: Store, workers: Workers | None) -> None:
        async with opened(workers, OVER, LONG) as (a, b):
            assert workers is not None
            conversation = await contact(store)
            await take(a, conversation, replies=(Reply("r1"),))
            longer = workers("a", LONG)
            await longer.open()
            try:
                assert sent_of(await longer.claim(conversation)) == ["r1"]
                assert sent_of(await b.claim(conversation)) == []
            finally:
                await longer.close()

    async def test_of_two_workers_turns_one_is_committed(self, store: Store, workers: Workers | None) -> None:  # noqa: ARG002
        async with opened(workers, LONG, LONG) as (a, b):
            for seq in range(1, 8):
                await a.accept(message("1", seq), NOW)
                fence = (await b.load("web:1")).fence
                outcomes = await asyncio.gather(
                    *[one.commit(commit_of("web:1", fence, seq)) for one in (a, b)], return_exceptions=True
                )
                assert [type(one) for one in outcomes].count(FenceError) == 1
            assert [one.seq for one in await a.turns("web:1")] == list(range(1, 8))

    async def test_deliveries_over_two_workers_keep_one_order(self, store: Store, workers: Workers | None) -> None:
        async with opened(workers, LONG, LONG) as pair:
            deliveries = [message("1", number % 30) for number in range(60)]
            asked = [pair[number % 2].accept(one, NOW) for number, one in enumerate(deliveries)]
            accepted = await asyncio.gather(*asked)
        new = [one for one in accepted if not one.duplicate]
        assert sorted(one.seq for one in new) == list(range(1, 31))
        assert sum(one.wake for one in accepted) == 1
        assert [row.seq for row in (await store.load("web:1")).waiting] == list(range(1, 31))

    async def test_a_call_is_its_workers_until_the_lease_is_over(
        self,
        store: Store,  # noqa: ARG002
        workers: Workers | None,
    ) -> None:
        async with opened(workers, LONG, LONG) as (a, b):
            conversation = await contact(a)
            kept, left, begun = Call("kept", "x"), Call("left", "x"), Call("begun", "x", effect="write")
            await take(a, conversation, calls=(kept, begun), call_lease=LONG)
            await take(a, conversation, 2, calls=(left,), call_lease=OVER)
            assert await a.start_call(begun, NOW, OVER)
            claimed = [one for each in await asyncio.gather(b.claim_calls(), a.claim_calls()) for one in each]
            assert sorted(claimed, key=lambda one: one[1].id) == [
                (conversation, begun, True),
                (conversation, left, False),
            ]
            assert list(await b.claim_calls()) == []
            assert not await b.start_call(begun, NOW)
            assert len(await b.open_calls()) == 3

    async def test_whoever_is_at_a_call_keeps_it_for_as_long_as_it_takes(
        self,
        store: Store,  # noqa: ARG002
        workers: Workers | None,
    ) -> None:
        async with opened(workers, LONG, LONG) as (a, b):
            conversation = await contact(a)
            calls = (Call("handed out", "x"), Call("begun", "x", effect="write"), Call("left", "x"))
            await take(a, conversation, calls=calls, call_lease=OVER)
            assert await b.start_call(calls[1], NOW, OVER)
            await b.renew_calls(["handed out", "begun", "no such call"], LONG)
            await b.renew_calls(["begun"], OVER)  # it takes nothing away
            assert list(await a.claim_calls(LONG)) == [(conversation, calls[2], False)]
            assert not (await b.finish_call(conversation, Result("handed out", 1), NOW)).duplicate
            await b.renew_calls(["handed out"], LONG)
            assert {call.id for _, call, _ in await b.open_calls()} == {"begun", "left"}

    async def test_a_zombies_result_comes_late(self, store: Store, workers: Workers | None) -> None:  # noqa: ARG002
        async with opened(workers, LONG, LONG) as (zombie, b):
            conversation = await contact(zombie)
            call = Call("c1", "x", effect="write")
            await take(zombie, conversation, calls=(call,), call_lease=OVER)
            await zombie.start_call(call, NOW, OVER)
            assert list(await b.claim_calls()) == [(conversation, call, True)]
            assert not (await b.finish_call(conversation, Result("c1", "b"), NOW)).duplicate
            late = await zombie.finish_call(conversation, Result("c1", "zombie"), NOW)
            assert late == Accepted(conversation, 2, duplicate=True)
            assert [row.event for row in (await b.load(conversation)).waiting] == [Result("c1", "b")]

    async def test_a_sweep_finds_what_nobody_living_has(self, store: Store, workers: Workers | None) -> None:  # noqa: ARG002
        async with opened(workers, LONG, OVER) as (a, b):
            for chat in ("waiting", "unsent", "open"):
                await contact(a, chat)
            await take(a, "web:unsent", replies=(Reply("r1"),))
            await take(a, "web:open", calls=(Call("c1", "x"),))
            assert list(await a.unfinished(neglected=True)) == []
            assert list(await b.unfinished(neglected=True)) == ["web:waiting"]  # what waits for longer than b's lease
            for chat in ("unsent", "put-off", "open"):
                await contact(b, f"{chat}-of-b")
            await take(b, "web:unsent-of-b", replies=(Reply("r2"),))
            await take(b, "web:put-off-of-b", replies=(Reply("r3"),))
            await b.put_off("r3", time.time() + LONG, "busy")
            await take(b, "web:open-of-b", calls=(Call("c2", "x"),), call_lease=OVER)
            assert set(await a.unfinished(neglected=True)) == {"web:unsent-of-b", "web:open-of-b"}
            assert len(await a.unfinished()) == 6
