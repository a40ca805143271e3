"""The store on PostgreSQL: the same tables, for as many workers as there are."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Any, Final, TypeVar

import asyncpg
import msgspec

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
from botkit.stores import erasing, rows, work
from botkit.stores.packing import pack, unpack
from botkit.stores.postgres import moving, past, reading, removing
from botkit.stores.postgres import statements as sql
from botkit.stores.postgres.connections import DURABLE, LOOSE, Connections, Link, LostError, Reach, explain
from botkit.stores.postgres.embeddings import PostgreSQLEmbeddings
from botkit.stores.postgres.lanes import Lane
from botkit.stores.postgres.marks import Mark, Marks
from botkit.stores.postgres.migrating import bring_up
from botkit.stores.postgres.notices import PostgreSQLNotices
from botkit.stores.postgres.reading import load
from botkit.stores.postgres.sharing import PostgreSQLShared
from botkit.stores.postgres.texts import id_of as _id
from botkit.stores.postgres.texts import note_of as _note
from botkit.stores.postgres.texts import read, written
from botkit.stores.postgres.threads import PostgreSQLThreads
from botkit.stores.postgres.writing import (
    Ending,
    Move,
    Taking,
    Told,
    Writing,
    checked,
    conversation_of,
    ending_of,
    move_of,
)
from botkit.stores.states import DEAD, PENDING, SENT
from botkit.stores.urls import read_postgres, shown
from botkit.stores.workers import name_worker

T = TypeVar("T")

_WRITERS: Final = 3  # connections, each with a statement for many
_READERS: Final = 3
_ROOM: Final = 4096  # bytes, about a turn
_LAST: Final = 2**31 - 1  # the greatest number that a column has

_OPENED = "it is not open"


class PostgreSQLStore:
    """Keeps everything of a bot in one PostgreSQL database (`url`), which any number of workers may have open.

    `worker` is this process's name among them; `lease` the seconds for which replies that it committed or claimed are
    its own to send. What was stored survives what the server's own settings let it survive: with `fsync` and
    `synchronous_commit` on, a loss of power. Only `sent`, `put_off`, `give_up` and `claim` do not wait for its disk:
    a crash of the server may forget the last of them. What this process sent it remembers, and marks again.

    A lost connection is replaced. What was under way is asked after for some seconds: of a commit, a delivery or a
    result it is found out whether it was stored. While the server is away everything raises StoreError at once.
    """

    def __init__(self, url: str, worker: str = "", lease: float = LEASE) -> None:
        self.url = read_postgres(url)
        self.place = shown(url)
        self.worker = worker or name_worker()
        self.lease = lease
        self._open = False
        self.shared = PostgreSQLShared(self.worker, self._write, self._read)
        self.threads = PostgreSQLThreads(self._write, self._read)
        self.embeddings = PostgreSQLEmbeddings(self._read)
        self.notices = PostgreSQLNotices(self._write, self._read)
        self._set_up()

    def _set_up(self) -> None:
        name = f"botkit {self.worker}"
        reach = Reach()
        self._durable = Connections(self.url, _WRITERS, name, DURABLE, reach, self._hurry)
        self._loose = Connections(self.url, _READERS, name, LOOSE, reach, self._renew)
        self._writing = writing = Writing(self.worker, self.lease)
        self._commits: Lane[Move, Committed] = Lane(self._durable, writing.commit, lambda job: job.id)
        self._takes: Lane[Taking, Told] = Lane(self._durable, writing.take, lambda job: job.move.id)
        self._results: Lane[Ending, Told] = Lane(self._durable, writing.take_result, conversation_of)
        self._endings: Lane[Ending, Accepted] = Lane(self._durable, writing.finish, conversation_of)
        self._arrivals: Lane[work.Arrival, Accepted] = Lane(
            self._durable, writing.accept, lambda job: (job.channel, job.id) if job.id else id(job), as_asked=True
        )
        self._starts: Lane[tuple[str, float, float], bool] = Lane(self._durable, writing.start, lambda job: job[0])
        self._marking: Lane[Mark, None] = Lane(self._loose, writing.mark, lambda job: job[0])
        self._marks = Marks(self._marking)
        self._loads: Lane[tuple[str, int], Loaded] = Lane(self._loose, load, lambda job: job)

    def _hurry(self) -> None:
        self._marks.hurry()

    def _renew(self) -> None:
        self._marks.renew()

    # -- its life

    async def hold(self, patience: float, keep_waiting: Callable[[str], bool]) -> None:
        """Wait for nobody: any number of processes serve from here."""

    async def open(self) -> None:
        """Connect, and bring the schema to the newest revision. Raises StoreError."""
        if self._open:
            return
        self._set_up()
        try:
            async with self._durable.lend() as link:
                await bring_up(link, self.place)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError, LostError) as error:
            await self._disconnect()
            raise explain(error, self.place) from error
        except BaseException:
            await self._disconnect()
            raise
        self._open = True

    async def close(self) -> None:
        """Finish what was asked and disconnect; may be called twice."""
        self._open = False
        for lane in (
            *(self._arrivals, self._takes, self._commits, self._results, self._endings, self._starts),
            *(self._marking, self._loads),
        ):
            await lane.finish()
        self._marks.stop()
        await self._disconnect()

    async def _disconnect(self) -> None:
        await self._durable.close()
        await self._loose.close()

    def _check_open(self) -> None:
        if not self._open:
            raise StoreError(f"store {self.place}: {_OPENED}")

    # -- what comes in

    async def accept(self, incoming: Incoming, now: float) -> Accepted:
        """Store a delivery once per (channel, id) and give it its place in its conversation."""
        self._check_open()
        with rows.storable(incoming.conversation):
            arrival = checked(work.arrival_of(incoming, now))
        return await self._arrivals.ask(arrival)

    async def accept_event(self, conversation: str, key: str, event: Event, now: float) -> Accepted:
        """Store an event of our own once per conversation and key."""
        self._check_open()
        with rows.storable(conversation):
            arrival = checked(work.own_arrival(conversation, key, event, now))
        return await self._arrivals.ask(arrival)

    # -- a turn

    async def load(self, conversation: str, most: int = 100) -> Loaded:
        """Give a conversation's state and at most `most` waiting messages, in order."""
        self._check_open()
        with rows.storable(conversation):
            written(conversation)
        return await self._loads.ask((conversation, max(most, 0)))

    async def commit(self, commit: Commit) -> Committed:
        """Write a turn: all of it or nothing."""
        self._check_open()
        with rows.storable(commit.conversation):
            move = move_of(commit)
        return await self._commits.ask(move)

    async def commit_many(self, commits: Sequence[Commit]) -> Sequence[Committed | Exception]:
        """Write turns of several conversations together; a bad one spoils no other."""
        outcomes = await asyncio.gather(*map(self.commit, commits), return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, BaseException) and not isinstance(outcome, StoreError):
                raise outcome
        return [outcome for outcome in outcomes if isinstance(outcome, Committed | Exception)]

    async def take(self, incoming: Incoming, commit: Commit, now: float) -> tuple[Accepted, Committed | None]:
        """Store a delivery and its turn together, or the delivery alone if it has to wait."""
        self._check_open()
        with rows.storable(commit.conversation):
            written(incoming.id)
            move = move_of(commit)
        return await self._takes.ask(Taking(move, incoming, now))

    async def turns(self, conversation: str, first: int = 1, most: int = 1000) -> Sequence[Record]:
        """Give the records of turns from event `first` on, in order."""
        found = await self._read(sql.RECORDS, _id(conversation), min(first, _LAST), most)
        with rows.readable(self.place, conversation):
            return [rows.record(conversation, seq, data) for seq, data in found]

    # -- calls

    async def start_call(self, call: Call, now: float, lease: float = LEASE) -> bool:
        """Journal that a planned call is started now; False if it was started, is done, or was never planned."""
        self._check_open()
        return await self._starts.ask((_id(call.id), now, lease))

    async def finish_call(self, conversation: str, event: Event, now: float) -> Accepted:
        """Journal a call's result and put it into the inbox, once."""
        self._check_open()
        return await self._endings.ask(ending_of(conversation, event, now))

    async def take_result(
        self, conversation: str, event: Event, commit: Commit, now: float
    ) -> tuple[Accepted, Committed | None]:
        """Journal a call's result and store its turn, or put it into the inbox if it has to wait."""
        self._check_open()
        ending = ending_of(conversation, event, now)
        with rows.storable(conversation):
            move = move_of(commit)
        return await self._results.ask(msgspec.structs.replace(ending, move=move))

    async def open_calls(self) -> Sequence[tuple[str, Call, bool]]:
        """Give the calls without a result: (conversation, call, started)."""
        return reading.calls(self.place, await self._read(sql.OPEN))

    async def claim_calls(self, lease: float = LEASE) -> Sequence[tuple[str, Call, bool]]:
        """Give the calls without a result that no living worker has; they are this worker's from now on."""
        return reading.calls(self.place, await self._read(sql.CLAIM_CALLS, self.worker, lease))

    async def renew_calls(self, calls: Sequence[str], lease: float = LEASE) -> None:
        """Make open calls, by their ids, this worker's for at least so long from now."""
        await self._read(sql.RENEW_CALLS, [_id(call) for call in calls], self.worker, lease)

    # -- what goes out

    async def outgoing(self, conversation: str) -> Sequence[Outgoing]:
        """Give the replies of a conversation that are not sent yet, in order."""
        return reading.replies(self.place, conversation, self._marks, await self._read(sql.UNSENT, _id(conversation)))

    async def claim(self, conversation: str) -> Claim:
        """Make a conversation's unsent replies this worker's, if nobody else has them, and give them."""
        until = time.monotonic() + self.lease
        found = await self._read(sql.CLAIM, _id(conversation), self.worker, self.lease)
        if not found:
            return Claim()
        if held := found[0][0]:
            return Claim(held=held)
        return Claim(tuple(reading.replies(self.place, conversation, self._marks, [row[1:] for row in found])), until)

    async def sent(self, reply: str, platform_id: str, now: float) -> None:
        """Mark a reply as sent."""
        self._check_open()
        self._marks.add(reply, (_id(reply), SENT, now, _note(platform_id)))

    async def secure(self, reply: str) -> None:
        """Return when the mark of this reply, if it was just sent, survives the end of this process."""
        await self._marks.secure(reply)

    async def put_off(self, reply: str, due: float, error: str) -> None:
        """Note a failed try: the next one is due then."""
        self._check_open()
        await self._marking.ask((_id(reply), PENDING, due, _note(error)))

    async def give_up(self, reply: str, error: str, now: float) -> None:
        """Move a reply to the dead letters."""
        self._check_open()
        await self._marking.ask((_id(reply), DEAD, now, _note(error)))

    async def deliveries(self, conversation: str) -> Sequence[Delivery]:
        """Give what became of the replies that wait no longer, in order."""
        found = await self._read(sql.DELIVERIES, _id(conversation))
        return [rows.delivery(read(reply), state, at, read(note or "")) for reply, state, at, note in found]

    async def failed(self, most: int = 100) -> Sequence[tuple[Outgoing, str]]:
        """Give the dead letters with their errors, the newest first; `due` is when it was given up."""
        found = await self._read(sql.FAILED, most)
        with rows.readable(self.place):
            return [
                (Outgoing(read(of), codec.decode_reply(unpack(data)), tries, at), read(note or ""))
                for of, data, tries, at, note in found
            ]

    async def failures(self, most: int = 100) -> Sequence[Failed]:
        """Give everything that failed for good, the newest first."""
        return reading.failed(self.place, await self._read(sql.FAILURES, most))

    async def failure(self, which: str) -> Failed | None:
        """Give one of them."""
        found = reading.failed(self.place, await self._read(sql.FAILURE, _id(which)))
        return found[0] if found else None

    async def retry(self, which: str, now: float) -> bool:
        """Let a reply be sent again, or an event have its turn."""

        return await self._transact(lambda link: moving.retry(link, self._writing, _id(which), now))

    async def drop(self, which: str) -> bool:
        """Let go of a failure."""

        return await self._transact(lambda link: moving.drop(link, _id(which)))

    # -- what there is to do

    async def unfinished(self, *, neglected: bool = False) -> Sequence[str]:
        """Give the conversations that have something waiting, unsent or open, the longest untouched first."""
        found = await (self._read(sql.NEGLECTED, self.lease) if neglected else self._read(sql.UNFINISHED))
        return [read(row[0]) for row in found]

    async def left(self, now: float) -> Left:
        """Give where something is to be done now that no other living worker has."""
        return rows.left([(kind, read(of)) for kind, of in await self._read(sql.LEFT, now, self.worker)])

    async def backlog(self) -> Backlog:
        """Give how much is to be done now, whoever does it."""
        return rows.backlog(*(await self._read(sql.BACKLOG))[0])

    async def check(self) -> None:
        """Write something about as large as a turn, and remove it."""

        async def write(link: Link) -> None:
            await link.fetch(sql.KEEP_VERSION, f"probe {self.worker}", 0.0, bytes(_ROOM))
            await link.fetch(sql.DROP_VERSION, f"probe {self.worker}")

        await self._transact(write)

    async def fire(self, now: float, most: int = 100) -> Sequence[str]:
        """Move due timers into the inbox, each once; give the conversations to wake."""
        if (due := await self.next_timer()) is None or due > now:
            return []
        return await self._transact(lambda link: moving.fire(link, self._writing, now, most))

    async def next_timer(self) -> float | None:
        """Give when the next timer is due (seconds since the epoch)."""
        due: float | None = (await self._read(sql.NEXT_TIMER))[0][0]
        return due

    # -- lists

    async def conversations_of(self, customer: str, channel: str = "") -> Sequence[str]:
        """Give the conversations in which a customer is known, the last touched first."""
        if channel:
            return [read(row[0]) for row in await self._read(sql.OF_CUSTOMER_ON, _id(customer), _id(channel))]
        return [read(row[0]) for row in await self._read(sql.OF_CUSTOMER, _id(customer))]

    async def conversations(self, most: int = 100, owner: str = "", after: str = "") -> Sequence[Summary]:
        """List conversations, the last touched first."""
        place = rows.place(after)
        if owner in ("", "bot"):
            found = await self._read(sql.LIST_OF_BOT if owner else sql.LIST, most, *place)
        else:
            found = await self._read(sql.LIST_OF_PEOPLE, most, *place, _id(owner))
        with rows.readable(self.place):
            return [rows.summary(read(of), read(channel), *rest) for of, channel, *rest in found]

    # -- keeping and removing

    async def holdings(self, conversation: str) -> Holdings | None:
        """Give everything of a conversation but its turns."""
        with rows.readable(self.place, conversation):
            return await self._transact(lambda link: removing.holdings(link, _id(conversation)))

    async def erase(self, *conversations: str, now: float, tell: Collection[str] = ()) -> Mapping[str, int]:
        """Remove everything of conversations; give how many rows of which tables."""
        _ = [_id(conversation) for conversation in conversations]  # raises for what cannot be a name
        return await self._transact(lambda link: removing.erase(link, conversations, now, tell))

    async def retire(self, standing: Standing, now: float, tell: Collection[str] = ()) -> Mapping[str, int]:
        """Do that with those that stand at these fences still."""
        return await self._transact(lambda link: removing.retire(link, standing, now, tell))

    async def untouched(self, before: float, after: tuple[int, int] = (0, 0), most: int = 100) -> Sequence[Untouched]:
        """Give conversations that nobody touched since then, page by page."""
        found = await self._read(past.UNTOUCHED, int(before // 3600), *after, most)
        with rows.readable(self.place):
            return [removing.untouched(*row) for row in found]

    async def trim(
        self, before: float, now: float, after: int = 0, most: int = 100
    ) -> tuple[Mapping[str, int], int | None]:
        """Remove old records of turns, and give the cursor after which to go on."""
        return await self._transact(lambda link: removing.trim(link, before, now, after, most))

    async def drop_failures(self, before: float, now: float, most: int = 100) -> Mapping[str, int]:
        """Let go of failures from before then."""
        return await self._transact(lambda link: removing.drop_failures(link, before, now, most))

    async def figures(self) -> Sequence[Figure]:
        """Give the figures of what was removed."""
        return [removing.figure(row) for row in await self._read(past.FIGURES)]

    async def drop_figures(self, before: float) -> int:
        """Let go of the figures of days before then."""
        gone: int = (await self._read(past.DROP_FIGURES, int(before // 86_400)))[0][0]
        return gone

    async def erasures(self, most: int = 50) -> Sequence[Erasure]:
        """Give what was removed, the newest first."""
        found = await self._read(past.ERASURES, most)
        return [Erasure(number, at, why, erasing.read(counts)) for number, at, why, counts in found]

    async def note_act(self, who: str, what: str, about: str, now: float) -> None:
        """Note who of the house did what."""
        await self._transact(lambda link: removing.note_act(link, who, what, about, now))

    async def acts(self, most: int = 100, before: int = 0) -> Sequence[Act]:
        """Give who of the house did what, the newest first."""
        found = await self._read(past.ACTS, min(before or _LAST, _LAST), most)
        return [Act(number, at, read(who), read(what), read(about)) for number, at, who, what, about in found]

    async def drop_acts(self, before: float) -> int:
        """Let go of what was done before then."""
        gone: int = (await self._read(past.DROP_ACTS, before))[0][0]
        return gone

    async def scrub(self) -> bool:
        """Change nothing: what the server keeps of removed rows is its own affair (VACUUM, its log, backups)."""
        self._check_open()
        return True

    async def forget(self, before: float) -> int:
        """Let go of the marks of deliveries, sent replies and ended calls of before then; give how many."""
        values: dict[str, float] = {"day": int(before // 86_400), "time": before}
        return sum([(await self._read(statement, values[kind]))[0][0] for statement, kind in sql.FORGET])

    async def save_version(self, version: str, sources: Mapping[str, str], now: float) -> None:
        """Keep the sources of a flow version (path → text); a known one changes nothing."""
        data = pack(codec.encode_values(sources))
        await self._write(sql.KEEP_VERSION, _id(version), now, data)

    async def version(self, version: str) -> Mapping[str, str] | None:
        """Give the sources of a flow version."""
        found = await self._read(sql.VERSION, _id(version))
        with rows.readable(self.place):
            return codec.decode_values(unpack(found[0][0])) if found else None

    async def drop_versions(self, needed: Collection[str]) -> int:
        """Let the versions go that are not among those needed; give how many."""
        gone = [row[0] for row in await self._read(sql.VERSIONS) if read(row[0]) not in needed]
        for version in gone:
            await self._read(sql.DROP_VERSION, version)
        return len(gone)

    async def publish(self, version: str, share: int, by: str, now: float) -> Publication:
        """Note that a version is to be served from now on."""

        async def publish(link: Link) -> Publication:
            await link.fetch(sql.PUBLISHING)
            number = (await link.fetch(sql.PUBLISH, _id(version), share, by, now))[0][0]
            return Publication(number, version, share, by, now)

        return await self._transact(publish)

    async def publications(self, most: int = 50) -> Sequence[Publication]:
        """Give what was published, the newest first."""
        found = await self._read(sql.PUBLICATIONS, most)
        return [Publication(number, read(version), *rest) for number, version, *rest in found]

    async def sessions(self, since: float, after: int = 0, most: int = 500) -> Sequence[tuple[int, Session]]:
        """Give the sessions of the conversations that were touched since then, page by page."""
        found = await self._read(sql.SESSIONS, int(since // 3600), after, most)
        with rows.readable(self.place):
            return [(key, codec.decode_session(unpack(data))) for key, data in found]

    # -- how

    async def _read(self, statement: str, *values: object) -> Sequence[Any]:
        """Run one statement that may be run again, and whose end need not survive a crash of the server."""
        self._check_open()
        return await self._loose.run(statement, *values)

    async def _write(self, statement: str, *values: object) -> Sequence[Any]:
        """Run one statement that may be run again, and whose end survives."""
        self._check_open()
        return await self._durable.run(statement, *values)

    async def _transact(self, work_: Callable[[Link], Awaitable[T]]) -> T:
        """Run several statements in one transaction."""
        self._check_open()
        return await self._durable.transact(work_)
