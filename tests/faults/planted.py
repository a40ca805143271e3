"""Stores that break a guarantee each, so that the judge can show that it sees it."""

import asyncio
import math
import random
from collections.abc import Sequence
from itertools import count
from typing import Any, cast

import asyncpg
from msgspec.structs import replace

from botkit.model.events import Event
from botkit.model.replies import Call, Reply
from botkit.ports.connectors import Accepted, Incoming
from botkit.ports.stored import LEASE, Claim, Commit, Committed
from botkit.ports.stores import Store
from botkit.stores.postgres import PostgreSQLStore
from botkit.testing.faults.lines import LinesConnector

LATE = 0.025  # seconds
FORGET = """
ALTER TABLE conversations DROP CONSTRAINT IF EXISTS ck_conversations_processed;
ALTER TABLE turns DROP CONSTRAINT IF EXISTS turns_pkey;
DROP INDEX IF EXISTS ix_calls_open;
DROP INDEX IF EXISTS ix_outbox_pending;
"""


class Around:
    """A store that does what another one does, but for what a subclass changes."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)


class _Forgetful(Around):
    """Knows no delivery again."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self._count = count()

    async def accept(self, incoming: Incoming, now: float) -> Accepted:
        return await self.store.accept(self._new(incoming), now)

    async def take(self, incoming: Incoming, commit: Commit, now: float) -> tuple[Accepted, Committed | None]:
        return await self.store.take(self._new(incoming), commit, now)

    def _new(self, incoming: Incoming) -> Incoming:
        return replace(incoming, id=f"{incoming.id}#{next(self._count)}")


class _Late(Around):
    """Takes its time before it commits what was made, so that others come before."""

    async def commit(self, commit: Commit) -> Committed:
        return await self.store.commit(await self._held(commit))

    async def take(self, incoming: Incoming, commit: Commit, now: float) -> tuple[Accepted, Committed | None]:
        return await self.store.take(incoming, await self._held(commit), now)

    async def take_result(
        self, conversation: str, event: Event, commit: Commit, now: float
    ) -> tuple[Accepted, Committed | None]:
        return await self.store.take_result(conversation, event, await self._held(commit), now)

    async def _held(self, commit: Commit) -> Commit:
        await asyncio.sleep(LATE)
        return commit


class _Fenceless(_Late):
    """Commits what was made of an older state, as if nobody had moved the conversation on.

    PostgreSQL would refuse that even so, by what it knows of keys and counters: it is made to forget that.
    """

    async def open(self) -> None:
        await self.store.open()
        if isinstance(self.store, PostgreSQLStore):
            db = await asyncpg.connect(self.store.url)
            await db.execute(FORGET)
            await db.close()

    async def _held(self, commit: Commit) -> Commit:
        commit = await super()._held(commit)
        return replace(commit, fence=(await self.store.load(commit.conversation, most=0)).fence)


class _Hasty(Around):
    """Marks a turn's replies as sent when the turn is stored."""

    async def commit(self, commit: Commit) -> Committed:
        given = await self.store.commit(commit)
        await self._mark(commit)
        return given

    async def take(self, incoming: Incoming, commit: Commit, now: float) -> tuple[Accepted, Committed | None]:
        accepted, committed = await self.store.take(incoming, commit, now)
        if committed is not None:
            await self._mark(commit)
        return accepted, committed

    async def take_result(
        self, conversation: str, event: Event, commit: Commit, now: float
    ) -> tuple[Accepted, Committed | None]:
        accepted, committed = await self.store.take_result(conversation, event, commit, now)
        if committed is not None:
            await self._mark(commit)
        return accepted, committed

    async def sent(self, reply: str, platform_id: str, now: float) -> None:
        pass

    async def _mark(self, commit: Commit) -> None:
        for reply in commit.replies:
            await self.store.sent(reply.id, "hasty", 0.0)


class _Repeating(Around):
    """Lets every write be called again that was started before."""

    async def open_calls(self) -> Sequence[tuple[str, Call, bool]]:
        return [(conversation, call, False) for conversation, call, _ in await self.store.open_calls()]

    async def claim_calls(self, lease: float = LEASE) -> Sequence[tuple[str, Call, bool]]:
        return [(conversation, call, False) for conversation, call, _ in await self.store.claim_calls(lease)]

    async def start_call(self, call: Call, now: float, lease: float = LEASE) -> bool:
        await self.store.start_call(call, now, lease)
        return True


class _Backwards(LinesConnector):
    """Sends a chat's first reply after its second."""

    def __init__(self, connector: LinesConnector) -> None:
        self.__dict__ |= connector.__dict__
        self._held: dict[str, Reply | None] = {}

    async def send(self, chat: str, reply: Reply) -> str:
        if chat not in self._held:
            self._held[chat] = reply
            return "held"
        held, self._held[chat] = self._held[chat], None
        given = await super().send(chat, reply)
        return given if held is None else await super().send(chat, held)


class _Leaseless(Around):
    """Sends whatever is not marked, though another worker has just sent it and its mark is on the way."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self.lease = math.inf

    async def commit(self, commit: Commit) -> Committed:
        return replace(await self.store.commit(commit), behind=True, until=math.inf)

    async def claim(self, conversation: str) -> Claim:
        return Claim(tuple(await self.store.outgoing(conversation)))

    async def sent(self, reply: str, platform_id: str, now: float) -> None:
        await asyncio.sleep(4 * LATE)
        await self.store.sent(reply, platform_id, now)


class _Unordered(Around):
    """Acknowledges a delivery first, and stores it a moment later."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self._chance = random.Random(0)
        self._later: set[asyncio.Task[None]] = set()

    async def accept(self, incoming: Incoming, now: float) -> Accepted:
        task = asyncio.create_task(self._store(incoming, now))
        self._later.add(task)
        task.add_done_callback(self._later.discard)
        return Accepted(incoming.conversation, 1, wake=True)

    async def take(self, incoming: Incoming, _: Commit, now: float) -> tuple[Accepted, Committed | None]:
        return await self.accept(incoming, now), None

    async def _store(self, incoming: Incoming, now: float) -> None:
        await asyncio.sleep(self._chance.uniform(0.0, 3 * LATE))
        await self.store.accept(incoming, now)


def without_dedupe(store: Store) -> Store:
    """Drop the recognition of deliveries that came before."""
    return cast("Store", _Forgetful(store))


def late(store: Store) -> Store:
    """Make commits late; the fence has to hold."""
    return cast("Store", _Late(store))


def without_fence(store: Store) -> Store:
    """Make commits late, and drop the fence."""
    return cast("Store", _Fenceless(store))


def marked_before_sent(store: Store) -> Store:
    """Mark replies before they are sent."""
    return cast("Store", _Hasty(store))


def writes_again(store: Store) -> Store:
    """Repeat writes."""
    return cast("Store", _Repeating(store))


def without_lease(store: Store) -> Store:
    """Drop the leases of replies."""
    return cast("Store", _Leaseless(store))


def unordered_accept(store: Store) -> Store:
    """Store deliveries in another order than they came."""
    return cast("Store", _Unordered(store))


def out_of_order(connector: LinesConnector) -> LinesConnector:
    """Turn the order of two replies round."""
    return _Backwards(connector)
