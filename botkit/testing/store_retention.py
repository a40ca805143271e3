"""What holds of every store, about what goes by its age, and what of it is counted."""

import asyncio

import msgspec
import pytest

from botkit.errors import UsageError
from botkit.model.events import Failure, Message, Press, Result, Timer
from botkit.model.replies import Call, HandOff, Rated, Reply, SetTimer
from botkit.model.session import Owner, Session
from botkit.model.turn import Visit
from botkit.ports.stored import Commit, Figure, Untouched
from botkit.ports.stores import Store
from botkit.testing.store_leases import LONG, Workers, opened
from botkit.testing.stored import DAY, NOW, TRACE, contact, fill, message, take, talk, timeless, turn_at


class RetentionContract:
    """A part of `stores.StoreContract`."""

    # -- figures

    async def test_figures_survive(self, store: Store) -> None:
        visits = (Visit("returns", "ask:x"), Visit("other", "say"))
        for chat in ("1", "2"):
            await talk(store, chat, NOW, NOW + DAY, route="intent", visits=visits)
        conversation = "web:2"
        for seq, (event, effects) in enumerate(
            [
                (Message("a person!"), (HandOff("h", "orders", packet={"text": TRACE}),)),
                (Press("4"), (Rated("r", 4, 5),)),
                (Result("c", failure=Failure("timeout", TRACE)), ()),
                (Timer("q", "silence"), ()),
            ],
            3,
        ):
            await store.accept(message("2", seq), NOW)
            turn = turn_at(conversation, seq, NOW + 2 * DAY, event=event, effects=effects)
            await take(store, conversation, turn=turn)
        assert list(await store.figures()) == []
        await store.erase("web:1", now=NOW)
        day = int(NOW // DAY)
        taken = Figure(day, "web", "turn", "returns", "intent", "", 1)
        assert list(await store.figures()) == [
            Figure(day, "web", "conversation", count=1),
            taken,
            msgspec.structs.replace(taken, day=day + 1),
        ]
        await store.erase("web:2", now=NOW)
        assert list(await store.figures()) == [
            Figure(day, "web", "conversation", count=2),
            msgspec.structs.replace(taken, count=2),
            msgspec.structs.replace(taken, day=day + 1, count=2),
            Figure(day + 2, "web", "turn", "", "message", "handoff", 1),
            Figure(day + 2, "web", "turn", "", "press", "rated 4/5", 1),
            Figure(day + 2, "web", "turn", "", "result", "failed", 1),
            Figure(day + 2, "web", "turn", "", "timer", "", 1),
        ]
        assert await store.drop_figures(NOW + DAY) == 2
        assert len(await store.figures()) == 5

    # -- retention

    async def test_untouched_are_those_with_nothing_to_do(self, store: Store) -> None:
        hour, names = 3600.0, ["c", "a", "b"]
        for number, name in enumerate(names):
            await talk(store, name, NOW + number * hour)
        owners: tuple[Owner, ...] = ("queue", "human")
        for owner in owners:
            held = Session(f"web:{owner}", "web", seq=1, owner=owner, touched=NOW)
            await talk(store, owner, NOW, session=held)
        await talk(store, "new", NOW + 30 * hour)
        await talk(store, "waiting", NOW)
        await store.accept(message("waiting", 2), NOW)
        for name, left in (
            ("unsent", {"replies": (Reply("r", "x"),)}),
            ("calling", {"calls": (Call("c", "x"),)}),
            ("timed", {"timers": (SetTimer("t", NOW, "q", "wait"),)}),
        ):
            await talk(store, name, NOW)
            await store.accept(message(name, 2), NOW)
            await take(store, f"web:{name}", turn=turn_at(f"web:{name}", 2, NOW), **left)
        pages: list[Untouched] = []
        after = (0, 0)
        while page := await store.untouched(NOW + 10 * hour, after, 2):
            assert len(page) <= 2
            pages += page
            after = page[-1].cursor
        assert [one.conversation for one in pages] == ["web:c", "web:a", "web:b"]
        assert [one.turns for one in pages] == [1, 1, 1]
        assert pages[0].session == (await store.load("web:c")).session
        assert list(await store.untouched(NOW - hour)) == []

    async def test_what_was_touched_since_is_not_retired(self, store: Store) -> None:
        for name in ("still", "answered", "written to"):
            await talk(store, name, NOW)
        found = await store.untouched(NOW + DAY)
        await store.accept(message("answered", 2), NOW)
        await take(store, "web:answered", turn=turn_at("web:answered", 2, NOW))
        await store.accept(message("written to", 2), NOW)
        standing = [(one.conversation, one.fence) for one in found]
        assert len(standing) == 3
        counts = await store.retire([*standing, ("web:nobody", 1)], NOW + DAY)
        assert counts["conversations"] == 1
        assert (await store.load("web:still")).session is None
        assert {one.conversation for one in await store.conversations()} == {"web:answered", "web:written to"}
        assert [(one.why, one.at) for one in await store.erasures()] == [("retention", NOW + DAY)]
        assert await store.retire(standing, NOW + DAY) == {}
        assert await store.retire([], NOW + DAY) == {}

    async def test_old_turns_go_from_a_conversation_that_goes_on(self, store: Store) -> None:
        await talk(store, "1", NOW, NOW + 1, NOW + 10 * DAY)
        await talk(store, "2", NOW + 10 * DAY)
        await talk(store, "3", NOW)
        held = Session("web:4", "web", seq=1, owner="queue", touched=NOW)
        await talk(store, "4", NOW, session=held)
        before = await store.load("web:1")
        gone, cursor = 0, 0
        steps = 0
        while True:
            counts, following = await store.trim(NOW + DAY, NOW + 11 * DAY, cursor, 1)
            gone += counts.get("turns", 0)
            steps += 1
            if following is None:
                break
            cursor = following
        assert gone == 3
        assert steps >= 3
        assert [record.seq for record in await store.turns("web:1")] == [3]
        assert [len(await store.turns(f"web:{n}")) for n in (2, 3, 4)] == [1, 0, 1]
        assert timeless(await store.load("web:1")) == timeless(before)
        assert [figure.count for figure in await store.figures()] == [2, 3]
        assert sum(one.counts["turns"] for one in await store.erasures()) == 3
        await store.erase("web:1", now=NOW)  # what was trimmed is not counted again
        assert [figure.count for figure in await store.figures()] == [2, 3, 1]

    async def test_a_long_conversation_is_trimmed_in_steps(self, store: Store) -> None:
        conversation = await contact(store)
        old = tuple([turn_at(conversation, seq, NOW) for seq in range(1, 501)])
        new = turn_at(conversation, 501, NOW + DAY)
        await store.commit(Commit(conversation, (await store.load(conversation)).fence, new.session, (*old, new), 1))
        await talk(store, "next", NOW)
        gone, cursor, most = 0, 0, 0
        while True:
            counts, following = await store.trim(NOW + 1, NOW, cursor)
            gone += counts.get("turns", 0)
            most = max(most, counts.get("turns", 0))
            if following is None:
                break
            cursor = following
        assert gone == 501
        assert most <= 400
        assert [record.seq for record in await store.turns(conversation)] == [501]

    async def test_old_failures_go(self, store: Store) -> None:
        for number in range(3):
            await fill(store, f"web:{number}")
        assert len(await store.failures()) == 6
        assert await store.drop_failures(NOW, NOW + DAY) == {}
        assert await store.drop_failures(NOW + 1, NOW + DAY, 2) == {"failures": 2, "outbox": 2}
        assert await store.drop_failures(NOW + 1, NOW + DAY, 2) == {"failures": 1, "outbox": 1}
        assert list(await store.failures()) == []
        assert len(await store.outgoing("web:1")) == 1
        assert [one.why for one in await store.erasures()] == ["retention"] * 2

    async def test_scrubbing_may_be_asked_at_any_time(self, store: Store) -> None:
        assert await store.scrub()
        await fill(store, "web:1")
        await store.erase("web:1", now=NOW)
        assert await store.scrub()
        assert not (await store.accept(message("2", 1), NOW)).duplicate

    async def test_a_list_is_read_page_by_page(self, store: Store) -> None:
        for number in range(7):
            await talk(store, f"{number}", NOW + (number // 2) * 1800.0)
        held = Session("web:queue", "web", seq=1, owner="queue", touched=NOW)
        await talk(store, "queue", NOW, session=held)
        for owner in ("", "bot", "queue", "human"):
            whole = [one.conversation for one in await store.conversations(100, owner)]
            pages: list[str] = []
            after = ""
            while page := await store.conversations(3, owner, after):
                assert len(page) <= 3
                pages += [one.conversation for one in page]
                after = page[-1].cursor
            assert pages == whole
        assert len(await store.conversations()) == 8

    @pytest.mark.parametrize(
        "cursor", ["x", "1", "1:", ":1", "nan:1", "inf:1", "1:-1", "1e99:1", f"1:{2**70}", "é:1"]
    )
    async def test_a_place_that_is_none_is_refused(self, store: Store, cursor: str) -> None:
        with pytest.raises(UsageError):
            await store.conversations(10, "", cursor)

    async def test_of_two_workers_that_retire_one_does(self, store: Store, workers: Workers | None) -> None:
        async with opened(workers, LONG) as (other,):
            one = store
            for number in range(20):
                await talk(one, f"{number}", NOW)
            standing = [(old.conversation, old.fence) for old in await one.untouched(NOW + DAY)]
            gone = await asyncio.gather(*[worker.retire(standing, NOW + DAY) for worker in (one, other)])
            assert sum(counts.get("conversations", 0) for counts in gone) == 20
            assert sum(figure.count for figure in await one.figures() if figure.kind == "conversation") == 20
