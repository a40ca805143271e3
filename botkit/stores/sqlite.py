"""The store on SQLite: one file, or memory, and no server."""

import asyncio
import math
import sqlite3
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

from botkit.errors import StoreError
from botkit.model import codec
from botkit.model.events import Event
from botkit.model.replies import Call
from botkit.model.session import Session
from botkit.model.turn import Record
from botkit.ports.connectors import Accepted, Incoming
from botkit.ports.stored import (
    LEASE,
    Act,
    Backlog,
    Claim,
    Commit,
    Committed,
    Delivery,
    Erasure,
    Failed,
    Figure,
    Holdings,
    Left,
    Loaded,
    Outgoing,
    Publication,
    Standing,
    Summary,
    Untouched,
)
from botkit.stores import erasing, removing, rows, work
from botkit.stores import statements as sql
from botkit.stores import statements_of_past as past
from botkit.stores.connection import MEMORY, Durability, Lending, connect, empty_log, explain
from botkit.stores.embeddings import SQLiteEmbeddings
from botkit.stores.holding import Hold
from botkit.stores.migrating import bring_up
from botkit.stores.notices import SQLiteNotices
from botkit.stores.packing import pack, unpack
from botkit.stores.sharing import AloneShared
from botkit.stores.states import STARTED
from botkit.stores.threads import SQLiteThreads
from botkit.stores.workers import name_worker
from botkit.stores.writers import Inline, Marks, Threaded, Writer

T = TypeVar("T")

_MOST_STANDING = 10_000  # conversations of which it is kept where they stand, 200 bytes each


class SQLiteStore:
    """Keeps everything of a bot in one SQLite file (`path`), or in memory (`:memory:`) until it is closed.

    `durability`: with `normal`, what was stored survives the end of the process at any instant; a loss of power
    may take the last moments with it. With `full` it survives that too.

    `sent` alone may return before it is durable: its mark goes with the next commit, at the latest in the loop's
    next round. What `outgoing` gives takes it into account.

    One worker at a time has the file, so whatever waits in it is that worker's: no lease is kept.
    """

    lease = math.inf

    def __init__(self, path: str, durability: Durability = "normal", worker: str = "") -> None:
        self.path = path
        self.worker = worker or name_worker()
        self.durability: Durability = "normal" if path == MEMORY else durability
        self._writer: Writer | None = None
        self._reader: sqlite3.Connection | None = None
        self._connections: list[sqlite3.Connection] = []
        self._marks = Marks()
        self._standing: dict[str, work.Standing] = {}
        self._hold: Hold | None = None
        self.shared = AloneShared(self.write)
        self.threads = SQLiteThreads(self.write, self.reading)
        self.embeddings = SQLiteEmbeddings(self.write, self.reading)
        self.notices = SQLiteNotices(self.write, self.reading)

    async def hold(self, patience: float, keep_waiting: Callable[[str], bool]) -> None:
        """Be the one process that serves from the file, until `close`. Memory is nobody else's anyway."""
        if self.path != MEMORY:
            self._hold = self._hold or Hold(self.path)
            await self._hold.take(patience, keep_waiting)

    async def open(self) -> None:
        """Connect, and bring the schema to the newest revision. Raises StoreError."""
        if self._writer is not None:
            return
        db = connect(self.path, self.durability)
        self._connections.append(db)
        try:
            bring_up(db, self.path)
            self._reader = db if self.durability == "normal" else self._connect_reader()
        except sqlite3.Error as error:
            self._disconnect()
            raise explain(error, self.path) from error
        except BaseException:
            self._disconnect()
            raise
        kind = Inline if self.durability == "normal" else Threaded
        self._writer = kind(db, self.path, self._marks)

    def _connect_reader(self) -> sqlite3.Connection:
        """At FULL the writer's connection is its thread's; the loop reads what is committed over one of its own."""
        reader = connect(self.path, writes=False)
        self._connections.append(reader)
        return reader

    async def close(self) -> None:
        """Finish what was asked and disconnect; may be called twice."""
        writer, self._writer = self._writer, None
        try:
            if writer is not None:
                await writer.close()
        finally:
            self._disconnect()
            if self._hold is not None:
                self._hold.release()

    def _disconnect(self) -> None:
        self._reader = None
        while self._connections:
            self._connections.pop().close()

    # -- what comes in

    async def accept(self, incoming: Incoming, now: float) -> Accepted:
        """Store a delivery once per (channel, id) and give it its place in its conversation."""
        with rows.storable(incoming.conversation):
            arrival = work.arrival_of(incoming, now)
        return await self._open_writer().run(partial(work.accept, arrival=arrival), alone=True)

    async def accept_event(self, conversation: str, key: str, event: Event, now: float) -> Accepted:
        """Store an event of our own once per conversation and key."""
        with rows.storable(conversation):
            arrival = work.own_arrival(conversation, key, event, now)
        return await self.write(partial(work.accept, arrival=arrival))

    # -- a turn

    async def load(self, conversation: str, most: int = 100) -> Loaded:
        """Give a conversation's state and at most `most` waiting messages, in order."""
        with self.reading(conversation) as db:
            found = db.execute(sql.LOAD, {"which": conversation, "most": max(most, 1)}).fetchall()
            if not found:
                return Loaded(conversation, None, 0)
            fence, data = found[0][:2]
            session = None if data is None else codec.decode_session(unpack(data))
            waiting = () if found[0][2] is None else tuple([rows.arrived(*row[2:]) for row in found[:most]])
            return Loaded(conversation, session, fence, waiting)

    async def commit(self, commit: Commit) -> Committed:
        """Write a turn: all of it or nothing."""
        with rows.storable(commit.conversation):
            prepared = work.prepare(commit)
        return await self.write(partial(work.commit, prepared=prepared))

    async def take(self, incoming: Incoming, commit: Commit, now: float) -> tuple[Accepted, Committed | None]:
        """Store a delivery and its turn together, or the delivery alone if it has to wait."""
        try:  # not `storable`, whose three functions would be called every turn
            prepared = work.prepare(commit)
        except rows.UNSTORABLE as error:
            raise rows.unstorable(commit.conversation, error) from error
        at = self._standing.get(commit.conversation)
        return self._noted(
            await self._open_writer().run(partial(work.take, incoming=incoming, prepared=prepared, now=now, at=at))
        )

    def _noted(self, outcome: tuple[Accepted, work.Standing | None]) -> tuple[Accepted, Committed | None]:
        """Keep where a conversation stands, for its next turn, and give what was committed."""
        accepted, at = outcome
        standing, conversation = self._standing, accepted.conversation
        if standing.pop(conversation, None) is None and len(standing) >= _MOST_STANDING:
            del standing[next(iter(standing))]
        if at is None:
            return accepted, None
        if at.trusted:
            standing[conversation] = at
        return accepted, Committed(at.fence)

    async def commit_many(self, commits: Sequence[Commit]) -> Sequence[Committed | Exception]:
        """Write turns of several conversations in one transaction; a bad one spoils no other."""
        outcomes: list[Committed | Exception] = []
        prepared: list[work.Prepared] = []
        for commit in commits:
            try:
                with rows.storable(commit.conversation):
                    prepared.append(work.prepare(commit))
                outcomes.append(_AWAITED)
            except StoreError as error:
                outcomes.append(error)
        written = iter(await self._commit_prepared(prepared))
        return [next(written) if outcome is _AWAITED else outcome for outcome in outcomes]

    async def _commit_prepared(self, prepared: Sequence[work.Prepared]) -> Sequence[Committed | Exception]:
        try:
            return await self.write(partial(work.commit_many, many=prepared))
        except StoreError as error:
            if len(prepared) == 1:
                return [error]
        return [outcome for one in prepared for outcome in await self._commit_prepared([one])]

    async def turns(self, conversation: str, first: int = 1, most: int = 1000) -> Sequence[Record]:
        """Give the records of turns from event `first` on, in order."""
        with self.reading(conversation) as db:
            found = db.execute(sql.RECORDS, {"owned_by": conversation, "first": first, "most": most}).fetchall()
            return [rows.record(conversation, seq, data) for seq, data in found]

    # -- calls

    async def start_call(self, call: Call, now: float, lease: float = LEASE) -> bool:  # noqa: ARG002
        """Journal that a planned call is started now; False if it was started, is done, or was never planned."""
        return await self.write(partial(work.start_call, call=call, now=now))

    async def finish_call(self, conversation: str, event: Event, now: float) -> Accepted:
        """Journal a call's result and put it into the inbox, once."""
        effect = rows.effect_of(conversation, event)
        with rows.storable(conversation):
            arrival = work.own_arrival(conversation, f"effect:{effect}", event, now)
        return await self.write(partial(work.finish_call, effect=effect, arrival=arrival))

    async def take_result(
        self, conversation: str, event: Event, commit: Commit, now: float
    ) -> tuple[Accepted, Committed | None]:
        """Journal a call's result and store its turn, or put it into the inbox if it has to wait."""
        effect = rows.effect_of(conversation, event)
        with rows.storable(conversation):
            arrival, prepared = work.own_arrival(conversation, f"effect:{effect}", event, now), work.prepare(commit)
        job = partial(work.take_result, effect=effect, arrival=arrival, prepared=prepared)
        return self._noted(await self.write(job))

    async def open_calls(self) -> Sequence[tuple[str, Call, bool]]:
        """Give the calls without a result: (conversation, call, started)."""
        with self.reading("") as db:
            found = db.execute(sql.OPEN).fetchall()
            return [
                (conversation, codec.decode_call(unpack(data)), state == STARTED)
                for conversation, data, state in found
            ]

    async def claim_calls(self, lease: float = LEASE) -> Sequence[tuple[str, Call, bool]]:  # noqa: ARG002
        """Give the calls without a result."""
        return await self.open_calls()

    async def renew_calls(self, calls: Sequence[str], lease: float = LEASE) -> None:
        """Change nothing: they are the only worker's."""

    # -- what goes out

    async def outgoing(self, conversation: str) -> Sequence[Outgoing]:
        """Give the replies of a conversation that are not sent yet, in order."""
        with self.reading(conversation) as db:
            found = db.execute(sql.UNSENT, {"owned_by": conversation}).fetchall()
            return [
                Outgoing(conversation, codec.decode_reply(unpack(data)), attempts, due)
                for data, attempts, due, reply in found
                if reply not in self._marks
            ]

    async def claim(self, conversation: str) -> Claim:
        """Give what `outgoing` gives."""
        return Claim(tuple(await self.outgoing(conversation)))

    async def sent(self, reply: str, platform_id: str, now: float) -> None:
        """Mark a reply as sent."""
        # What a connector gives is written with others' work: whatever it is, it has to be a text that can be stored.
        platform_id = str(platform_id).encode("utf-8", "replace").decode()
        writer = self._open_writer()
        self._marks.add(reply, platform_id, now)
        writer.mark()

    async def secure(self, reply: str) -> None:
        """Return when the mark of this reply, if it was just sent, is durable."""
        while reply in self._marks:
            await self.write(work.nothing)

    async def put_off(self, reply: str, due: float, error: str) -> None:
        """Note a failed try: the next one is due then."""
        await self.write(partial(work.put_off, reply=reply, due=due, error=error))

    async def give_up(self, reply: str, error: str, now: float) -> None:
        """Move a reply to the dead letters."""
        await self.write(partial(work.give_up, reply=reply, error=error, now=now))

    async def failed(self, most: int = 100) -> Sequence[tuple[Outgoing, str]]:
        """Give the dead letters with their errors, the newest first; `due` is when it was given up."""
        with self.reading("") as db:
            found = db.execute(sql.FAILED, {"most": most}).fetchall()
            return [
                (Outgoing(of, codec.decode_reply(unpack(data)), tries, at), note)
                for of, data, tries, at, note in found
            ]

    async def failures(self, most: int = 100) -> Sequence[Failed]:
        """Give everything that failed for good, the newest first."""
        with self.reading("") as db:
            return [rows.failed(*row) for row in db.execute(sql.FAILURES, {"most": most}).fetchall()]

    async def failure(self, which: str) -> Failed | None:
        """Give one of them."""
        with self.reading("") as db, rows.storable(which):
            row = db.execute(sql.FAILURE, {"which": which}).fetchone()
            return None if row is None else rows.failed(*row)

    async def retry(self, which: str, now: float) -> bool:
        """Let a reply be sent again, or an event have its turn."""
        return bool(await self.write(partial(work.retry, failed=which, now=now)))

    async def drop(self, which: str) -> bool:
        """Let go of a failure."""
        return await self.write(partial(work.drop, failed=which))

    async def deliveries(self, conversation: str) -> Sequence[Delivery]:
        """Give what became of the replies that wait no longer, in order."""
        with self.reading(conversation) as db:
            found = db.execute(sql.DELIVERIES, {"owned_by": conversation}).fetchall()
            return [rows.delivery(reply, state, at, note or "") for reply, state, at, note in found]

    # -- what there is to do

    async def unfinished(self, *, neglected: bool = False) -> Sequence[str]:  # noqa: ARG002 - one worker neglects none
        """Give the conversations that have something waiting, unsent or open, the longest untouched first."""
        with self.reading("") as db:
            return [row[0] for row in db.execute(sql.UNFINISHED).fetchall()]

    async def left(self, now: float) -> Left:
        """Give where something is to be done now."""
        with self.reading("") as db:
            return rows.left(db.execute(sql.LEFT, {"by": now}).fetchall())

    async def backlog(self) -> Backlog:
        """Give how much is to be done now."""
        with self.reading("") as db:
            return rows.backlog(*db.execute(sql.BACKLOG).fetchone())

    async def check(self) -> None:
        """Write something about as large as a turn, and remove it."""
        await self.write(work.probe)
        await self.write(work.unprobe)

    async def fire(self, now: float, most: int = 100) -> Sequence[str]:
        """Move due timers into the inbox, each once; give the conversations to wake."""
        if (due := await self.next_timer()) is None or due > now:
            return []
        return await self.write(partial(work.fire, now=now, most=most))

    async def next_timer(self) -> float | None:
        """Give when the next timer is due (seconds since the epoch)."""
        with self.reading("") as db:
            due: float | None = db.execute(sql.NEXT_TIMER).fetchone()[0]
            return due

    # -- lists

    async def conversations_of(self, customer: str, channel: str = "") -> Sequence[str]:
        """Give the conversations in which a customer is known, the last touched first."""
        statement = sql.OF_CUSTOMER_ON if channel else sql.OF_CUSTOMER
        values = {"which": customer, "on": channel} if channel else {"which": customer}
        with self.reading("") as db:
            return [row[0] for row in db.execute(statement, values).fetchall()]

    async def conversations(self, most: int = 100, owner: str = "", after: str = "") -> Sequence[Summary]:
        """List conversations, the last touched first."""
        statement = {"": sql.LIST, "bot": sql.LIST_OF_BOT}.get(owner, sql.LIST_OF_PEOPLE)
        hour, at, key = rows.place(after)
        values = {"most": most, "held_by": owner, "before_hour": hour, "at": at, "before_key": key}
        with self.reading("") as db:
            return [rows.summary(*row) for row in db.execute(statement, values).fetchall()]

    # -- keeping and removing

    async def holdings(self, conversation: str) -> Holdings | None:
        """Give everything of a conversation but its turns."""
        with self.reading(conversation) as db:
            return removing.holdings(db, conversation)

    async def erase(self, *conversations: str, now: float, tell: Collection[str] = ()) -> Mapping[str, int]:
        """Remove everything of conversations; give how many rows of which tables."""
        job = partial(removing.erase, conversations=conversations, now=now, tell=tell)
        return await self.write(job, long=True)

    async def retire(self, standing: Standing, now: float, tell: Collection[str] = ()) -> Mapping[str, int]:
        """Do that with those that stand at these fences still."""
        return await self.write(partial(removing.retire, standing=standing, now=now, tell=tell), long=True)

    async def untouched(self, before: float, after: tuple[int, int] = (0, 0), most: int = 100) -> Sequence[Untouched]:
        """Give conversations that nobody touched since then, page by page."""
        values = {"before_hour": int(before // 3600), "after_hour": after[0], "after": after[1], "most": most}
        with self.reading("") as db:
            return [rows.untouched(*row) for row in db.execute(past.UNTOUCHED, values).fetchall()]

    async def trim(
        self, before: float, now: float, after: int = 0, most: int = 100
    ) -> tuple[Mapping[str, int], int | None]:
        """Remove old records of turns, and give the cursor after which to go on."""
        return await self.write(partial(removing.trim, before=before, after=after, most=most, now=now), long=True)

    async def drop_failures(self, before: float, now: float, most: int = 100) -> Mapping[str, int]:
        """Let go of failures from before then."""
        return await self.write(partial(removing.drop_failures, before=before, most=most, now=now), long=True)

    async def figures(self) -> Sequence[Figure]:
        """Give the figures of what was removed."""
        with self.reading("") as db:
            return [Figure(*row) for row in db.execute(past.FIGURES).fetchall()]

    async def drop_figures(self, before: float) -> int:
        """Let go of the figures of days before then."""
        return await self.write(partial(removing.drop_figures, before=before))

    async def erasures(self, most: int = 50) -> Sequence[Erasure]:
        """Give what was removed, the newest first."""
        with self.reading("") as db:
            found = db.execute(past.ERASURES, {"most": most}).fetchall()
            return [Erasure(number, at, why, erasing.read(counts)) for number, at, why, counts in found]

    async def note_act(self, who: str, what: str, about: str, now: float) -> None:
        """Note who of the house did what."""
        await self.write(partial(removing.note_act, who=who, what=what, about=about, now=now))

    async def acts(self, most: int = 100, before: int = 0) -> Sequence[Act]:
        """Give who of the house did what, the newest first."""
        with self.reading("") as db:
            found = db.execute(past.ACTS, {"before": before or 2**31 - 1, "most": most}).fetchall()
            return [Act(*row) for row in found]

    async def drop_acts(self, before: float) -> int:
        """Let go of what was done before then."""
        return await self.write(partial(removing.drop_acts, before=before))

    async def scrub(self) -> bool:
        """Move the write-ahead log into the file, and empty it; deleted bytes of the file are zeros already."""
        self._open_writer()
        return self.path == MEMORY or await asyncio.to_thread(empty_log, self.path)

    async def forget(self, before: float) -> int:
        """Let go of the marks of deliveries, sent replies and ended calls of before then; give how many."""
        return await self.write(partial(work.forget, before=before), long=True)

    async def save_version(self, version: str, sources: Mapping[str, str], now: float) -> None:
        """Keep the sources of a flow version (path → text); a known one changes nothing."""
        data = pack(codec.encode_values(sources))
        await self.write(partial(work.keep_version, version=version, data=data, now=now))

    async def version(self, version: str) -> Mapping[str, str] | None:
        """Give the sources of a flow version."""
        with self.reading("") as db:
            found = db.execute(sql.VERSION, {"which": version}).fetchone()
            return None if found is None else codec.decode_values(unpack(found[0]))

    async def drop_versions(self, needed: Collection[str]) -> int:
        """Let the versions go that are not among those needed; give how many."""
        return await self.write(partial(work.drop_versions, needed=needed))

    async def publish(self, version: str, share: int, by: str, now: float) -> Publication:
        """Note that a version is to be served from now on."""
        number = await self.write(partial(work.publish, version=version, share=share, by=by, now=now))
        return Publication(number, version, share, by, now)

    async def publications(self, most: int = 50) -> Sequence[Publication]:
        """Give what was published, the newest first."""
        with self.reading("") as db:
            return [Publication(*row) for row in db.execute(sql.PUBLICATIONS, {"most": most}).fetchall()]

    async def sessions(self, since: float, after: int = 0, most: int = 500) -> Sequence[tuple[int, Session]]:
        """Give the sessions of the conversations that were touched since then, page by page."""
        with self.reading("") as db:
            rows = db.execute(
                sql.SESSIONS, {"after": after, "since_hour": int(since // 3600), "most": most}
            ).fetchall()
            return [(key, codec.decode_session(unpack(data))) for key, data in rows]

    # -- for what is kept beside the conversations

    async def write(self, job: Callable[[sqlite3.Connection], T], *, long: bool = False) -> T:
        """Run a job in a transaction; `long` if it may take more time than a loop should be held up for."""
        return await self._open_writer().run(job, long=long)

    def reading(self, conversation: str) -> Lending:
        """Lend the reader for the length of a block."""
        return Lending(self._reader, self.path, conversation)

    # -- how

    def _open_writer(self) -> Writer:
        if self._writer is None:
            raise StoreError(f"store {self.path}: it is not open")
        return self._writer


_AWAITED: Any = Committed(0, more=False)
