"""What holds of every store, about erasures, who is to be told of them, and exports."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress

import msgspec
import pytest

from botkit.errors import FenceError
from botkit.model.events import Message, Result
from botkit.model.replies import Call, Reply, SetTimer
from botkit.ports.files import FileLimits
from botkit.ports.stored import Act
from botkit.ports.stores import Store
from botkit.stores import open_files
from botkit.stores.files import KeptFiles
from botkit.stores.memory import MemoryShelf
from botkit.testing.clocks import FakeClock
from botkit.testing.store_leases import LONG, Workers, opened
from botkit.testing.stored import DAY, NOW, TRACE, commit_of, contact, fill, message, take, talk, timeless, turn_at

OF_NOBODY = frozenset(
    {"publications", "versions", "duties", "erasures", "erased", "figures", "audits", "embeddings", "objects"}
)
MAY_BE_EMPTY = frozenset({"rates", "notices"})  # in stores that only one worker can have; of erasures alone
LIMITS = FileLimits()

Dump = Callable[[], Awaitable[Mapping[str, Sequence[bytes]]]]  # every table, its rows as bytes that are not packed


class ErasureContract:
    """A part of `stores.StoreContract`."""

    @pytest.fixture
    def dump(self) -> Dump | None:
        """Give what reads every row of every table; None if there is no such thing."""
        return None

    # -- erasures

    async def test_nothing_of_an_erased_customer_is_left_in_any_table(self, store: Store, dump: Dump | None) -> None:
        if dump is None:
            pytest.skip("nobody can look into all of this store")
        names = [f"web:{TRACE}-{number}" for number in range(2)]
        files = open_files(store, LIMITS, FakeClock(NOW))
        for name in names:
            await fill(store, name, files)
        await talk(store, "other", NOW)
        await store.shared.claim("sweep", 60.0)
        await store.save_version("v1", {"bot.yaml": "name: x"}, NOW)
        await store.publish("v1", 100, "command", NOW)
        for name in ("web:other", *names):
            await store.note_act("ann", "read", name, NOW)
        before = await dump()
        holding = {table for table, rows in before.items() if any(TRACE.encode() in row for row in rows)} - {"audits"}
        assert set(before) - OF_NOBODY - holding <= MAY_BE_EMPTY, "a table that `fill` leaves empty, or one of nobody"
        assert [await files.forget(name) for name in names] == [1, 1]
        counts = await store.erase(*names, now=NOW + 1)
        assert set(counts) == holding - {"files", "file_parts"}
        assert counts["conversations"] == 2
        after = await dump()
        left = {table: [row for row in rows if TRACE.encode() in row] for table, rows in after.items()}
        assert not any(left.values()), left
        assert {table: len(before[table]) - len(after[table]) for table in counts} == counts
        assert [(act.number, act.about) for act in await store.acts()] == [(3, ""), (2, ""), (1, "web:other")]
        await files.close()
        assert (await store.load("web:other")).session is not None

    async def test_who_of_the_house_did_what_is_noted_in_order(self, store: Store) -> None:
        assert list(await store.acts()) == []
        await asyncio.gather(*(store.note_act(f"agent {n}", "claimed", f"web:{n}", NOW) for n in range(8)))
        await store.note_act("李 ann@x", "published", "é" * 200, NOW + 1)
        newest, *others = await store.acts()
        assert newest == Act(9, NOW + 1, "李 ann@x", "published", "é" * 200)
        assert [act.number for act in others] == [8, 7, 6, 5, 4, 3, 2, 1]
        assert {act.about for act in others} == {f"web:{n}" for n in range(8)}
        assert [act.number for act in await store.acts(2, 5)] == [4, 3]
        assert list(await store.acts(2, 1)) == []
        assert [act.number for act in await store.acts(2, 2**40)] == [9, 8]
        assert await store.drop_acts(NOW) == 0
        assert await store.drop_acts(NOW + 1) == 8
        await store.note_act("ann", "read", "web:1", NOW)
        assert [act.number for act in await store.acts()] == [10, 9]

    async def test_plugins_are_to_be_told_of_what_went(self, store: Store) -> None:
        for chat in ("1", "2", "'; --\x00客"):
            await fill(store, f"web:{chat}")
        await talk(store, "4", NOW)
        assert await store.erase("web:1", "web:1", "web:nobody", now=NOW + 5, tell=["crm", "shop"])
        assert await store.erase("web:'; --\x00客", now=NOW + 7, tell=["crm"])
        fence = (await store.load("web:4")).fence
        assert await store.retire([("web:4", fence), ("web:2", -7)], NOW + 9, ["crm"])
        first, odd, old = await store.notices.due("crm", NOW + 9)
        (other,) = await store.notices.due("shop", NOW + 9)
        assert len({first.id, odd.id, old.id, other.id}) == 4
        assert (first.plugin, first.conversation, first.channel) == ("crm", "web:1", "web")
        assert (first.customer, first.why, first.at, first.tries) == (TRACE, "request", NOW + 5, 0)
        assert (odd.conversation, odd.at) == ("web:'; --\x00客", NOW + 7)
        assert (old.conversation, old.customer, old.why, old.at) == ("web:4", "", "retention", NOW + 9)
        assert list(await store.notices.due("crm", NOW + 5, 1)) == [first]
        assert list(await store.notices.due("crm", NOW + 4)) == list(await store.notices.due("nobody", NOW + 9)) == []
        assert await store.notices.count() == 4

    async def test_a_plugin_is_told_again_until_it_is_done(self, store: Store) -> None:
        await fill(store, "web:1")
        await store.erase("web:1", now=NOW, tell=["crm", "shop"])
        (one,) = await store.notices.due("crm", NOW)
        await store.notices.put_off(one.id, NOW + 60)
        assert list(await store.notices.due("crm", NOW + 59)) == []
        assert list(await store.notices.due("crm", NOW + 60)) == [msgspec.structs.replace(one, tries=1)]
        for _ in range(2):
            await store.notices.done(one.id)
        await store.notices.put_off(one.id, NOW + 60)
        assert list(await store.notices.due("crm", NOW + 60)) == []
        assert await store.notices.drop(NOW, ["crm"]) == await store.notices.drop(NOW + 1, ["shop"]) == 0
        assert await store.notices.drop(NOW + 1, ["crm"]) == 1
        assert await store.notices.count() == 0

    async def test_an_erasure_that_tells_nobody_keeps_nothing_of_whom(self, store: Store) -> None:
        await fill(store, "web:1")
        await store.erase("web:1", now=NOW)
        await store.erase("web:nobody", now=NOW, tell=["crm"])
        await store.erase(now=NOW, tell=["crm"])
        assert await store.notices.count() == 0

    async def test_an_erasure_is_noted_without_whom(self, store: Store) -> None:
        await fill(store, "web:1")
        assert list(await store.erasures()) == []
        counts = await store.erase("web:1", now=NOW + 5)
        (noted,) = await store.erasures()
        assert (noted.at, noted.why, noted.counts) == (NOW + 5, "request", counts)
        assert await store.erase("web:1", "web:nobody", now=NOW + 6) == {}
        assert await store.erase(now=NOW + 6) == {}
        await fill(store, "web:2")
        await store.erase("web:2", "web:2", "web:nobody", now=NOW + 7)
        assert [one.at for one in await store.erasures()] == [NOW + 7, NOW + 5]
        assert [one.at for one in await store.erasures(1)] == [NOW + 7]

    @pytest.mark.parametrize("begun_anew", [False, True])
    async def test_a_late_redelivery_brings_nothing_back(self, store: Store, *, begun_anew: bool) -> None:
        conversation = await talk(store, "1", NOW, NOW + 1)
        await store.erase(conversation, now=NOW + 2)
        if begun_anew:
            await store.accept(message("1", 7), NOW + 3)
            await take(store, conversation, turn=turn_at(conversation, 1, NOW + 3))
        loaded = await store.load(conversation)
        late = await store.accept(message("1", 2), NOW + 4)
        assert (late.conversation, late.duplicate, late.wake) == (conversation, True, False)
        commit = commit_of(conversation, loaded.fence, 2, 0)
        for number in (1, 2):
            taken, committed = await store.take(message("1", number), commit, NOW + 4)
            assert (taken.duplicate, committed) == (True, None)
        assert timeless(await store.load(conversation)) == timeless(loaded)
        assert len(await store.turns(conversation)) == begun_anew

    async def test_turns_go_on_quickly_after_an_erasure_and_redeliveries_are_known(self, store: Store) -> None:
        conversation = await talk(store, "1", NOW)
        await store.erase(conversation, now=NOW)
        fence = 0
        for number in range(5, 9):
            one = commit_of(conversation, fence, number - 4, 0)
            accepted, committed = await store.take(message("1", number), one, NOW)
            assert committed is not None
            assert not accepted.duplicate
            fence = committed.fence
        again = commit_of(conversation, fence, 5, 0)
        for number in (1, 5):
            accepted, committed = await store.take(message("1", number), again, NOW)
            assert (accepted.duplicate, committed) == (True, None)

    async def test_digests_of_an_erased_customers_messages_go_like_other_marks(self, store: Store) -> None:
        conversation = await talk(store, "1", NOW)
        await store.erase(conversation, now=NOW + 5 * DAY)
        assert (await store.accept(message("1", 1), NOW + 6 * DAY)).duplicate
        assert await store.forget(NOW + 2 * DAY) == 1
        assert not (await store.accept(message("1", 1), NOW + 9 * DAY)).duplicate

    async def test_whoever_holds_an_erased_session_meets_the_fence(self, store: Store) -> None:
        conversation = await contact(store)
        await take(store, conversation, calls=(Call("c1", "x"),), timers=(SetTimer("t", NOW, "q", "wait"),))
        late = await store.load(conversation)
        await store.erase(conversation, now=NOW)
        with pytest.raises(FenceError):
            await store.commit(commit_of(conversation, late.fence, 2, 0))
        assert (await store.finish_call(conversation, Result("c1", "secret"), NOW)).duplicate
        assert not await store.start_call(Call("c1", "x"), NOW)
        assert list(await store.fire(NOW + 1)) == []
        await store.sent(f"{conversation}/r1", "p", NOW)
        assert list(await store.conversations()) == []

    async def test_an_erasure_amid_turns_leaves_all_or_nothing(self, store: Store, dump: Dump | None) -> None:
        async def turns(chat: str) -> None:
            conversation = f"web:{chat}"
            for number in range(12):
                await store.accept(message(chat, number), NOW)
                loaded = await store.load(conversation)
                one = commit_of(conversation, loaded.fence, number, len(loaded.waiting), customer="c")
                with suppress(FenceError):
                    await store.commit(
                        msgspec.structs.replace(one, replies=(Reply(f"{conversation}/{number}", "x"),))
                    )

        async def erase(chat: str) -> None:
            for _ in range(6):
                await asyncio.sleep(0)
                await store.erase(f"web:{chat}", now=NOW)

        chats = [f"{number}" for number in range(6)]
        await asyncio.gather(*map(turns, chats), *map(erase, chats))
        await store.erase(*[f"web:{chat}" for chat in chats], now=NOW)
        assert list(await store.conversations()) == []
        if dump is not None:
            left = {table for table, rows in (await dump()).items() if rows}
            assert left <= OF_NOBODY

    async def test_an_erased_conversation_holds_no_file(self, store: Store) -> None:
        files = open_files(store, LIMITS, FakeClock(NOW))
        if not isinstance(files, KeptFiles) or isinstance(files._shelf, MemoryShelf):
            pytest.skip("this store keeps no files")
        for name in ("web:1", "web:2"):
            await fill(store, name, files)
        assert (await store.erase("web:1", now=NOW))["files"] == 1
        assert [len(await files.files(name)) for name in ("web:1", "web:2")] == [0, 1]
        await files.close()

    async def test_what_another_worker_erased_is_not_written_again(
        self, store: Store, workers: Workers | None
    ) -> None:
        async with opened(workers, LONG) as (other,):
            one = store
            conversation = await contact(one)
            await take(one, conversation, calls=(Call("c1", "x"),), replies=(Reply("r1", "x"),))
            held = await one.load(conversation)
            assert await other.erase(conversation, now=NOW)
            with pytest.raises(FenceError):
                await one.commit(commit_of(conversation, held.fence, 2, 0))
            assert (await one.finish_call(conversation, Result("c1", "x"), NOW)).duplicate
            assert (await one.claim(conversation)).replies == ()
            await one.sent("r1", "p", NOW)
            assert (await one.accept(message("1", "first"), NOW)).duplicate
            assert list(await one.conversations()) == []
            assert [noted.why for noted in await one.erasures()] == ["request"]
            await asyncio.gather(*[worker.erase(conversation, now=NOW) for worker in (one, other)])

    # -- exports

    async def test_everything_of_a_conversation_is_given(self, store: Store) -> None:
        await fill(store, "web:1")
        await fill(store, "web:2")
        kept = await store.holdings("web:1")
        assert kept is not None
        assert (kept.summary.conversation, kept.summary.turns, kept.customer) == ("web:1", 1, TRACE)
        assert kept.session == (await store.load("web:1")).session
        assert [row.event for row in kept.waiting] == [row.event for row in (await store.load("web:1")).waiting]
        assert [(one.id, one.state, one.note) for one in kept.deliveries] == [
            ("web:1/r0", "sent", f"p-{TRACE}"),
            ("web:1/r1", "failed", f"{TRACE} blocked it"),
            ("web:1/r2", "waiting", ""),
        ]
        assert [one.reply.text if one.reply else "" for one in kept.deliveries] == ["", *[f"Hello {TRACE}"] * 2]
        assert [(one.id, one.state) for one in kept.calls] == [("web:1/c0", "done"), ("web:1/c1", "planned")]
        assert kept.calls[1].call == Call("web:1/c1", "x", {"n": TRACE})
        assert kept.timers == (SetTimer("web:1/t", NOW + 100, f"{TRACE}?", "wait"),)
        assert [(one.id, one.event) for one in kept.failures] == [("web:1/2", Message(TRACE))]
        assert kept.seen == (("web", "1/0"), ("web", "1/1"), ("web", "1/2"))
        assert await store.holdings("web:1") == kept

    async def test_nothing_is_given_of_nobody(self, store: Store) -> None:
        assert await store.holdings("web:nobody") is None
        await store.accept(message("1", 1), NOW)
        kept = await store.holdings("web:1")
        assert kept is not None
        assert (kept.session, kept.customer, len(kept.waiting)) == (None, "", 1)
