"""What holds of every store, about versions of the flows, which of them is served, and customers who are known."""

import asyncio

from botkit.model.session import Frame, Session
from botkit.ports.stores import Store
from botkit.testing.stored import NOW, contact, take, turn

_HOUR = 3600.0


class VersionContract:
    """A part of `stores.StoreContract`."""

    async def test_a_version_is_kept_as_it_was_first(self, store: Store) -> None:
        sources = {"bot.yaml": "name: 店\n", "flows/a.yaml": "x" * 100_000}
        await store.save_version("v1", sources, NOW)
        await store.save_version("v1", {"bot.yaml": "changed"}, NOW + 1)
        assert await store.version("v1") == sources
        assert await store.version("v2") is None

    async def test_versions_that_are_not_needed_go(self, store: Store) -> None:
        for version in ("v1", "v2", "版本"):
            await store.save_version(version, {"a.yaml": version}, NOW)
        assert await store.drop_versions({"v2", "never kept"}) == 2
        assert await store.version("v1") is None
        assert await store.version("v2") == {"a.yaml": "v2"}
        assert await store.drop_versions({"v2"}) == 0

    async def test_what_was_published_last_comes_first(self, store: Store) -> None:
        assert list(await store.publications()) == []
        first = await store.publish("v1", 100, "command", NOW)
        second = await store.publish("v2", 10, "directory", NOW)
        third = await store.publish("v1", 100, "command", NOW - 1)
        assert first.number < second.number < third.number
        assert (second.version, second.share, second.by, second.at) == ("v2", 10, "directory", NOW)
        assert list(await store.publications()) == [third, second, first]
        assert list(await store.publications(1)) == [third]

    async def test_publications_at_once_have_a_number_each(self, store: Store) -> None:
        many = await asyncio.gather(*[store.publish(f"v{number}", 100, "command", NOW) for number in range(8)])
        assert len({one.number for one in many}) == 8
        assert {one.version for one in await store.publications()} == {f"v{number}" for number in range(8)}

    async def test_sessions_come_page_by_page(self, store: Store) -> None:
        names = [f"web:{number}" for number in range(7)]
        for number, name in enumerate(names):
            await contact(store, str(number))
            left = Session(name, version="v1", stack=(Frame("main", 1),), touched=NOW)
            await take(store, name, turn=turn(name, 1, session=left))
        await contact(store, "never answered")
        found: list[Session] = []
        after = 0
        while page := await store.sessions(NOW - 1, after, 3):
            assert len(page) <= 3
            found += [session for _, session in page]
            after = page[-1][0]
        assert [session.conversation for session in found] == names
        assert found[0].stack == (Frame("main", 1),)
        assert list(await store.sessions(NOW + 2 * _HOUR)) == []


class CustomerContract:
    """A part of `stores.StoreContract`: in which conversations a customer is known."""

    async def test_a_customer_is_found_the_last_touched_first(self, store: Store) -> None:
        for seq, (chat, customer) in enumerate((("1", "c-1"), ("2", "c-1"), ("3", "c-2"), ("4", None)), 1):
            await contact(store, chat)
            left = Session(f"web:{chat}", "web", touched=NOW + seq)
            await take(store, f"web:{chat}", turn=turn(f"web:{chat}", 1, session=left), customer=customer)
        assert list(await store.conversations_of("c-1")) == ["web:2", "web:1"]
        assert list(await store.conversations_of("c-1", "web")) == ["web:2", "web:1"]
        assert list(await store.conversations_of("c-1", "telegram")) == []
        assert list(await store.conversations_of("")) == []

    async def test_a_customer_may_be_another_one_later_and_nobody_again(self, store: Store) -> None:
        conversation = await contact(store)
        await take(store, conversation, customer="客户 1")
        await take(store, conversation, 2)
        assert list(await store.conversations_of("客户 1")) == [conversation]
        await take(store, conversation, 3, customer="c-2")
        assert list(await store.conversations_of("客户 1")) == []
        assert list(await store.conversations_of("c-2")) == [conversation]
        await take(store, conversation, 4, customer="")
        assert list(await store.conversations_of("c-2")) == []

    async def test_an_erased_conversation_knows_nobody(self, store: Store) -> None:
        conversation = await contact(store)
        await take(store, conversation, customer="c-1")
        await store.erase(conversation, now=NOW)
        assert list(await store.conversations_of("c-1")) == []
