"""The contract of a store, its part of the threads of teams' channels."""

import pytest
from msgspec.structs import replace

from botkit.model.events import Noted
from botkit.ports.stores import Store
from botkit.ports.threads import Thread
from botkit.testing.store_leases import Workers, opened
from botkit.testing.stored import NOW, contact

LONG = 60.0


def thread_of(conversation: str, name: str = "-100.7", **fields: float) -> Thread:
    """Give a thread that begins."""
    return replace(Thread("telegram", name, conversation, "-100", NOW, at=NOW), **fields)


class ThreadContract:
    """What holds of `Store.threads`; a part of StoreContract."""

    async def test_a_thread_is_found_by_its_name_and_moves_on(self, store: Store) -> None:
        thread = thread_of(await contact(store))
        assert await store.threads.find("telegram", thread.id) is None
        await store.threads.keep(thread)
        assert await store.threads.find("telegram", thread.id) == thread
        further = replace(thread, shown=12, at=NOW + 1)
        await store.threads.keep(further)
        await store.threads.keep(further)
        assert await store.threads.find("telegram", thread.id) == further
        assert list(await store.threads.open("telegram")) == [further]
        assert await store.threads.find("slack", thread.id) is None
        assert list(await store.threads.open("slack")) == []

    async def test_what_has_ended_is_open_no_more(self, store: Store) -> None:
        conversation = await contact(store)
        threads = [thread_of(conversation, f"-100.{number}", at=NOW + number) for number in range(3)]
        for thread in reversed(threads):
            await store.threads.keep(thread)
        assert list(await store.threads.open("telegram")) == threads
        await store.threads.keep(replace(threads[1], ended=True))
        assert list(await store.threads.open("telegram")) == [threads[0], threads[2]]
        ended = await store.threads.find("telegram", threads[1].id)
        assert ended is not None
        assert ended.ended

    async def test_who_is_late_puts_no_thread_back(self, store: Store) -> None:
        """A process that was stopped in the middle writes after the one that took over."""
        late = thread_of(await contact(store), shown=4)
        await store.threads.keep(replace(late, shown=9, ended=True, at=NOW + 5))
        await store.threads.keep(late)
        assert await store.threads.find("telegram", late.id) == replace(late, shown=9, ended=True, at=NOW + 5)
        assert list(await store.threads.open("telegram")) == []

    async def test_a_thread_goes_with_its_conversation(self, store: Store) -> None:
        conversation = await contact(store)
        thread = thread_of(conversation)
        await store.threads.keep(thread)
        holdings = await store.holdings(conversation)
        assert holdings is not None
        assert holdings.threads == (thread,)
        assert (await store.erase(conversation, now=NOW))["threads"] == 1
        assert await store.threads.find("telegram", thread.id) is None
        await store.threads.keep(thread)  # by who has not heard of it
        assert await store.threads.find("telegram", thread.id) is None

    @pytest.mark.parametrize("key", ["desk:telegram:1", "desk:telegram:\x00\x1b", ""])
    async def test_what_was_heard_of_a_member_is_known(self, store: Store, key: str) -> None:
        conversation, other = await contact(store, "a"), await contact(store, "b")
        assert not await store.threads.heard(conversation, key)
        await store.accept_event(conversation, key, Noted("ann", "x", key), NOW)
        assert await store.threads.heard(conversation, key)
        assert not await store.threads.heard(conversation, f"{key}1")
        assert not await store.threads.heard(other, key)
        await store.erase(conversation, now=NOW)
        assert not await store.threads.heard(conversation, key)

    async def test_only_what_ended_long_ago_is_let_go(self, store: Store) -> None:
        conversation = await contact(store)
        old, new, going = (thread_of(conversation, name) for name in ("old", "new", "going"))
        await store.threads.keep(replace(old, ended=True))
        await store.threads.keep(replace(new, ended=True, at=NOW + 10))
        await store.threads.keep(going)
        await store.forget(NOW + 5)
        found = [await store.threads.find("telegram", name) is not None for name in ("old", "new", "going")]
        assert found == [False, True, True]

    @pytest.mark.parametrize("name", ["", "\u202e\x00\x1b", "😀" * 200])
    async def test_whatever_a_platform_calls_it(self, store: Store, name: str) -> None:
        thread = thread_of(await contact(store), name)
        await store.threads.keep(thread)
        assert await store.threads.find("telegram", name) == thread

    async def test_every_worker_sees_it(self, workers: Workers | None) -> None:
        async with opened(workers, LONG, LONG) as (a, b):
            thread = thread_of(await contact(a))
            await a.threads.keep(thread)
            assert await b.threads.find("telegram", thread.id) == thread
            await b.threads.keep(replace(thread, shown=3))
            assert [one.shown for one in await a.threads.open("telegram")] == [3]
