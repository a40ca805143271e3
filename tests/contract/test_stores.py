"""Every store of botkit keeps the contract, and the contract notices a store that does not."""

import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import msgspec
import pytest

from botkit.model.replies import Call
from botkit.ports.connectors import Accepted, Incoming
from botkit.ports.stored import LEASE, Commit, Committed, Outgoing
from botkit.ports.stores import Store
from botkit.stores import SQLiteStore, statements_of_past
from botkit.stores.files import KeptFiles
from botkit.testing.store_erasing import Dump
from botkit.testing.stores import StoreContract
from tests.contract.dumping import rows_as_bytes


def dumping(path: Path) -> Dump:
    async def read() -> Mapping[str, Sequence[bytes]]:
        db = sqlite3.connect(path)
        names = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found = {name: db.execute(f"SELECT * FROM {name}").fetchall() for name in names}  # noqa: S608
        db.close()
        return rows_as_bytes(found)

    return read


class _OnFile(StoreContract):
    durability: Any = "normal"

    @pytest.fixture
    async def store(self, tmp_path: Path) -> AsyncIterator[Store]:
        async with _opened(SQLiteStore(str(tmp_path / "bot.db"), self.durability)) as store:
            yield store

    @pytest.fixture
    def reopen(self, tmp_path: Path) -> Callable[[], Store]:
        return partial(SQLiteStore, str(tmp_path / "bot.db"), self.durability)

    @pytest.fixture
    def dump(self, tmp_path: Path) -> Dump:
        return dumping(tmp_path / "bot.db")


class TestSQLite(_OnFile):
    pass


class TestSQLiteFull(_OnFile):
    durability = "full"


class TestMemory(StoreContract):
    @pytest.fixture
    async def store(self) -> AsyncIterator[Store]:
        async with _opened(SQLiteStore(":memory:")) as store:
            yield store


class _opened:  # noqa: N801 - used as a function
    def __init__(self, store: SQLiteStore) -> None:
        self.store = store

    async def __aenter__(self) -> SQLiteStore:
        await self.store.open()
        return self.store

    async def __aexit__(self, *_: object) -> None:
        await self.store.close()


class _Forgetful(SQLiteStore):
    """Takes every delivery for a new one."""

    numbers = count()

    async def accept(self, incoming: Incoming, now: float) -> Accepted:
        return await super().accept(msgspec.structs.replace(incoming, id=f"{next(self.numbers)}"), now)


class _Unfenced(SQLiteStore):
    """Lets whoever comes late write over what others wrote."""

    async def commit(self, commit: Commit) -> Committed:
        fence = (await self.load(commit.conversation)).fence
        return await super().commit(msgspec.structs.replace(commit, fence=fence))


class _Torn(SQLiteStore):
    """Commits a turn and its replies in two transactions."""

    async def commit(self, commit: Commit) -> Committed:
        first = await super().commit(msgspec.structs.replace(commit, turns=(), calls=(), timers=()))
        rest = msgspec.structs.replace(commit, fence=first.fence, taken=0, replies=())
        return await super().commit(rest)


class _Rash(SQLiteStore):
    """Starts a call as often as it is asked."""

    async def start_call(self, call: Call, now: float, lease: float = LEASE) -> bool:
        await super().start_call(call, now, lease)
        return True


class _Shuffling(SQLiteStore):
    """Gives replies in the order of their ids."""

    async def outgoing(self, conversation: str) -> list[Outgoing]:
        return sorted(await super().outgoing(conversation), key=lambda out: out.reply.id)


class _Sleepless(SQLiteStore):
    """Wakes for every message."""

    async def accept(self, incoming: Incoming, now: float) -> Accepted:
        return msgspec.structs.replace(await super().accept(incoming, now), wake=True)


class _Pushing(SQLiteStore):
    """Takes a delivery with its turn, whatever waits before it or came in between."""

    async def take(self, incoming: Incoming, commit: Commit, now: float) -> tuple[Accepted, Committed | None]:
        loaded = await self.load(commit.conversation)
        fresh = msgspec.structs.replace(commit, fence=loaded.fence, taken=len(loaded.waiting))
        accepted = await super().accept(incoming, now)
        if accepted.duplicate:
            return accepted, None
        return accepted, await super().commit(msgspec.structs.replace(fresh, taken=fresh.taken + 1))


_CONTRACT = StoreContract()


@pytest.mark.parametrize(
    ("broken", "test"),
    [
        (_Forgetful, _CONTRACT.test_a_repeated_delivery_is_recognised),
        (_Forgetful, _CONTRACT.test_repeats_at_the_same_time_leave_one),
        (_Unfenced, _CONTRACT.test_a_late_commit_meets_the_fence_and_leaves_nothing),
        (_Unfenced, _CONTRACT.test_one_of_many_workers_commits),
        (_Torn, _CONTRACT.test_a_commit_that_breaks_leaves_nothing),
        (_Rash, _CONTRACT.test_a_call_is_started_once),
        (_Shuffling, _CONTRACT.test_replies_go_out_in_order),
        (_Sleepless, _CONTRACT.test_order_holds_under_concurrency),
        (_Pushing, _CONTRACT.test_a_delivery_waits_behind_what_waits),
    ],
)
async def test_the_contract_notices(broken: type[SQLiteStore], test: Callable[[Store], Awaitable[None]]) -> None:
    async with _opened(broken(":memory:")) as store:
        with pytest.raises((AssertionError, pytest.fail.Exception)):
            await test(store)
    async with _opened(SQLiteStore(":memory:")) as store:
        await test(store)


@pytest.mark.parametrize(
    "forgotten", [statement.split()[2] for statement in statements_of_past.ERASE if "rates" not in statement]
)
async def test_an_erasure_that_forgets_a_table_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, forgotten: str
) -> None:
    left = tuple(one for one in statements_of_past.ERASE if one.split()[2] != forgotten)
    monkeypatch.setattr(statements_of_past, "ERASE", left)
    if forgotten == "files":  # they are removed before, too
        monkeypatch.setattr(KeptFiles, "forget", _forget_nothing)
    async with _opened(SQLiteStore(str(tmp_path / "bot.db"))) as store:
        with pytest.raises(AssertionError):
            await _CONTRACT.test_nothing_of_an_erased_customer_is_left_in_any_table(
                store, dumping(tmp_path / "bot.db")
            )


async def _forget_nothing(_files: KeptFiles, _conversation: str, _refs: object = None) -> int:
    return 1


async def test_a_new_table_with_something_of_a_customer_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "bot.db"
    async with _opened(SQLiteStore(str(path))) as store:
        db = sqlite3.connect(path)
        db.execute("CREATE TABLE notes (conversation INTEGER, note TEXT)")
        db.commit()
        db.close()
        with pytest.raises(AssertionError, match="a table that `fill` leaves empty"):
            await _CONTRACT.test_nothing_of_an_erased_customer_is_left_in_any_table(store, dumping(path))


class _Resurrecting(SQLiteStore):
    """Takes what a platform delivers again after an erasure."""

    async def erase(self, *conversations: str, now: float, tell: Collection[str] = ()) -> Mapping[str, int]:
        counts = await super().erase(*conversations, now=now, tell=tell)
        db = sqlite3.connect(self.path)
        db.execute("DELETE FROM erased")
        db.commit()
        db.close()
        return counts


async def test_a_redelivery_that_brings_something_back_is_noticed(tmp_path: Path) -> None:
    for begun_anew in (False, True):
        async with _opened(_Resurrecting(str(tmp_path / f"{begun_anew}.db"))) as store:
            with pytest.raises(AssertionError):
                await _CONTRACT.test_a_late_redelivery_brings_nothing_back(store, begun_anew=begun_anew)
