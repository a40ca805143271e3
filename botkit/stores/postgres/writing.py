"""What a lane does with its jobs: arrays made of them, a statement run, and its rows told to each.

A commit carries its new fence, chosen at random above the old one: who lost the connection in the middle of it knows
by that number, when the database is back, whether it was this commit that moved the conversation.
"""

import secrets
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from botkit.errors import BotkitError, FenceError, StoreError
from botkit.model.events import Event
from botkit.ports.connectors import Accepted, Incoming
from botkit.ports.stored import Commit, Committed
from botkit.stores import rows, work
from botkit.stores.erasing import mark_of
from botkit.stores.postgres import statements as sql
from botkit.stores.postgres.connections import Link
from botkit.stores.postgres.texts import read, written

_DAY: Final = 86_400
_STEP: Final = 65_535  # a fence grows by less, so that numbers of 47 bits last for two milliards of turns
_UNKNOWN: Final = "the connection broke, and what became of this cannot be found out: it has no id"


class Move(msgspec.Struct, frozen=True):
    """A commit on its way: its rows, and the fence that it brings."""

    prepared: work.Prepared
    fence: int
    call_lease: float
    id: str  # of the conversation, as it is written


class Taking(msgspec.Struct, frozen=True):
    """A delivery with its turn."""

    move: Move
    incoming: Incoming
    now: float


class Ending(msgspec.Struct, frozen=True):
    """A call's result, with its turn or without."""

    effect: str
    arrival: work.Arrival
    move: Move | None = None


Told = tuple[Accepted, Committed | None]


def move_of(commit: Commit) -> Move:
    """Make the rows of a commit. Raises TypeError and ValueError for what cannot be stored."""
    held = commit.fence
    fence = held + secrets.randbelow(_STEP) + 1 if held else secrets.randbits(31) + 1
    prepared = work.prepare(commit)
    for row in (*prepared.replies, *prepared.calls, *prepared.timers, *prepared.failed):
        _check(row)
    for text in (*prepared.dropped, prepared.customer or ""):
        text.encode()
    return Move(prepared, fence, commit.call_lease, written(commit.conversation))


def checked(arrival: work.Arrival) -> work.Arrival:
    """Give an arrival whose texts can be written. Raises ValueError."""
    written(arrival.conversation), written(arrival.id)
    return arrival


def ending_of(conversation: str, event: Event, now: float) -> Ending:
    """Give a call's result as it goes into the inbox. Raises StoreError."""
    effect = rows.effect_of(conversation, event)
    with rows.storable(conversation):
        written(effect)
        return Ending(effect, checked(work.own_arrival(conversation, f"effect:{effect}", event, now)))


def conversation_of(job: Ending) -> str:
    """Give the conversation of a call's result."""
    return job.arrival.conversation


def _check(row: Mapping[str, Any]) -> None:
    for value in row.values():
        if isinstance(value, str):
            value.encode()


class Writing:
    """The lanes' work, for one worker whose commits lease what they leave for so many seconds.

    Jobs come with one of each conversation at most. `again`: they may have been done before.
    """

    def __init__(self, worker: str, lease: float) -> None:
        self.worker = worker
        self.lease = lease

    async def commit(self, link: Link, moves: Sequence[Move], again: bool) -> Sequence[Committed | BotkitError]:
        """Write turns, each under its fence."""
        until = time.monotonic() + self.lease
        told: dict[int, Committed | BotkitError] = {}
        if again:
            for n, (accepted, processed) in (await _standing(link, moves)).items():
                told[n] = Committed(moves[n].fence, accepted > processed, behind=True, until=until)
        left = [n for n in range(len(moves)) if n not in told]
        chosen = [moves[n] for n in left]
        for n, more, behind in await self._move(link, sql.COMMIT, chosen, _taken(chosen)):
            told[left[n - 1]] = Committed(moves[left[n - 1]].fence, more, behind, until)
        return [told.get(n) or _late(move) for n, move in enumerate(moves)]

    async def take(self, link: Link, jobs: Sequence[Taking], again: bool) -> Sequence[Told | BotkitError]:
        """Write deliveries with their turns, and those that have to wait without."""
        until = time.monotonic() + self.lease
        told: dict[int, Told | BotkitError] = {}
        if again:
            for n, (_, processed) in (await _standing(link, [job.move for job in jobs])).items():
                accepted = Accepted(jobs[n].incoming.conversation, processed)
                told[n] = accepted, Committed(jobs[n].move.fence, behind=True, until=until)
        left = [n for n in range(len(jobs)) if n not in told]
        chosen = [jobs[n] for n in left]
        arrays = (
            [written(job.incoming.channel) for job in chosen],
            [written(job.incoming.id) for job in chosen],
            [int(job.now // _DAY) for job in chosen],
            [mark_of(job.incoming.channel, job.incoming.id) for job in chosen],
        )
        for n, seq, behind, known in await self._move(link, sql.TAKE, [job.move for job in chosen], arrays):
            move, conversation = chosen[n - 1].move, chosen[n - 1].incoming.conversation
            if known is None:
                told[left[n - 1]] = Accepted(conversation, seq), Committed(move.fence, behind=behind, until=until)
            else:
                told[left[n - 1]] = _known(read(known), seq, again=again), None
        waiting = [n for n in left if n not in told]
        arrivals = [work.arrival_of(jobs[n].incoming, jobs[n].now) for n in waiting]
        for n, outcome in zip(waiting, await self.accept(link, arrivals, again), strict=True):
            told[n] = outcome if isinstance(outcome, BotkitError) else (outcome, None)
        return [told[n] for n in range(len(jobs))]

    async def take_result(self, link: Link, jobs: Sequence[Ending], again: bool) -> Sequence[Told | BotkitError]:
        """Write results with their turns, and those that have to wait without."""
        until = time.monotonic() + self.lease
        told: dict[int, Told | BotkitError] = {}
        moves = [job.move for job in jobs if job.move is not None]
        if again:
            for n, (_, processed) in (await _standing(link, moves)).items():
                committed = Committed(moves[n].fence, behind=True, until=until)
                told[n] = Accepted(jobs[n].arrival.conversation, processed), committed
        left = [n for n in range(len(jobs)) if n not in told]
        arrays = (
            [written(jobs[n].effect) for n in left],
            [jobs[n].arrival.now for n in left],
            [jobs[n].arrival.lost for n in left],
        )
        for n, seq, behind in await self._move(link, sql.TAKE_RESULT, [moves[n] for n in left], arrays):
            conversation, fence = jobs[left[n - 1]].arrival.conversation, moves[left[n - 1]].fence
            told[left[n - 1]] = Accepted(conversation, seq), Committed(fence, behind=behind, until=until)
        waiting = [n for n in left if n not in told]
        for n, accepted in zip(waiting, await self.finish(link, [jobs[n] for n in waiting], again), strict=True):
            told[n] = accepted, None
        return [told[n] for n in range(len(jobs))]

    async def finish(self, link: Link, jobs: Sequence[Ending], again: bool) -> Sequence[Accepted]:
        """Put results into the inbox."""
        told: dict[int, Accepted] = {}
        arrivals = [job.arrival for job in jobs]
        arrays = (
            [written(one.conversation) for one in arrivals],
            [written(job.effect) for job in jobs],
            [written(one.id) for one in arrivals],
            [one.now for one in arrivals],
            [int(one.now // _DAY) for one in arrivals],
            [one.data for one in arrivals],
            [one.lost for one in arrivals],
        )
        for n, seq, waiting, known in await link.fetch(sql.FINISH, *arrays) if jobs else ():
            conversation = arrivals[n - 1].conversation
            told[n - 1] = _known(conversation, seq, again=again) if known else _new(conversation, seq, waiting)
        return [told.get(n) or Accepted(one.conversation, 0, duplicate=True) for n, one in enumerate(arrivals)]

    async def accept(
        self, link: Link, arrivals: Sequence[work.Arrival], again: bool
    ) -> Sequence[Accepted | BotkitError]:
        """Put arrivals into the inbox, in their order; one conversation may have many of them."""
        left = [n for n, one in enumerate(arrivals) if one.id or not again]
        told: dict[int, Accepted] = {}
        arrays = _accept_arrays([arrivals[n] for n in left])
        for n, seq, waiting, known in await link.fetch(sql.ACCEPT, *arrays) if left else ():
            conversation = arrivals[left[n - 1]].conversation
            told[left[n - 1]] = (
                _new(conversation, seq, waiting) if known is None else _known(read(known), seq, again=again)
            )
        return [told.get(n) or StoreError(_UNKNOWN) for n in range(len(arrivals))]

    async def start(self, link: Link, jobs: Sequence[tuple[str, float, float]], again: bool) -> Sequence[bool]:
        """Mark planned calls as started: (id, now, lease); one that this worker has started may be started again."""
        ids, *rest = zip(*jobs, strict=True)
        started = {row[0] for row in await link.fetch(sql.START, ids, *rest, self.worker, again)}
        return [id_ in started for id_ in ids]

    async def mark(self, link: Link, jobs: Sequence[tuple[str, int, float, str]], again: bool) -> Sequence[None]:  # noqa: ARG002
        """Mark replies as sent, put off or given up: (id, state, at, note)."""
        await link.fetch(sql.MARK, *zip(*jobs, strict=True))
        return [None] * len(jobs)

    async def _move(
        self, link: Link, statements: Mapping[bool, str], moves: Sequence[Move], more: Sequence[Sequence[object]]
    ) -> Sequence[Any]:
        """Run a statement that writes turns; `more` are the arrays that it takes beside those of every move."""
        if not moves:
            return ()
        prepared = [move.prepared for move in moves]
        rows = [one.move for one in prepared]
        whole = any(
            one.calls or one.timers or one.dropped or one.failed or one.customer is not None for one in prepared
        )
        arrays: list[Sequence[object]] = [
            [move.id for move in moves],
            [row["held"] for row in rows],
            [move.fence for move in moves],
            [row["more"] for row in rows],
            [row["at"] for row in rows],
            [one.hour for one in prepared],
            [one.owner for one in prepared],
            [row["bytes"] for row in rows],
        ]
        rest = _rest(moves)
        return await link.fetch(
            statements[whole], *arrays, *more, self.worker, self.lease, *(rest if whole else rest[:7])
        )


def _taken(moves: Sequence[Move]) -> Sequence[Sequence[object]]:
    return ([move.prepared.taken for move in moves],)


def _late(move: Move) -> FenceError:
    return FenceError(f"conversation {move.prepared.conversation} was moved on, or erased, by somebody else")


def _new(conversation: str, seq: int, waiting: int) -> Accepted:
    return Accepted(conversation, seq, wake=waiting == 1, waiting=waiting)


def _known(conversation: str, seq: int, *, again: bool) -> Accepted:
    """Give what is known already; after a lost connection it may be ours, and is told as if it were new."""
    return Accepted(conversation, seq, duplicate=not again, wake=again)


async def _standing(link: Link, moves: Sequence[Move]) -> dict[int, tuple[int, int]]:
    """Give the counters of those conversations that stand at the fence which a move brought."""
    rows = await link.fetch(sql.STANDING, [move.id for move in moves])
    return {n - 1: (accepted, processed) for n, fence, accepted, processed in rows if fence == moves[n - 1].fence}


def _accept_arrays(arrivals: Sequence[work.Arrival]) -> Sequence[Sequence[object]]:
    channels = [one.conversation.partition(":")[0] if one.channel == work.OURS else one.channel for one in arrivals]
    return (
        [written(one.conversation) for one in arrivals],
        [written(channel) for channel in channels],
        [written(one.channel) for one in arrivals],
        [written(one.id) for one in arrivals],
        [one.now for one in arrivals],
        [int(one.now // 3600) for one in arrivals],
        [int(one.now // _DAY) for one in arrivals],
        [secrets.randbits(31) for _ in arrivals],
        [one.data for one in arrivals],
        [one.customer for one in arrivals],
        [b"" if one.channel == work.OURS else mark_of(one.channel, one.id) for one in arrivals],
    )


def _rest(moves: Sequence[Move]) -> Sequence[Sequence[object]]:
    """Give the arrays of turns, replies, calls, dropped questions and timers, each with its move's number."""
    turns, replies, calls, dropped, failed, named = [], [], [], [], [], []
    timers: dict[tuple[int, object, object], tuple[object, ...]] = {}
    for n, move in enumerate(moves, 1):
        prepared = move.prepared
        turns += [(n, row["seq"], row["data"]) for row in prepared.turns]
        replies += [(n, nth, _id(row), row["data"]) for nth, row in enumerate(prepared.replies)]
        calls += [(n, _id(row), row["at"], row["data"], move.call_lease) for row in prepared.calls]
        dropped += [(n, written(question)) for question in prepared.dropped]
        failed += [
            (n, _id(row), row["kind"], row["at"], written(str(row["note"])), row["data"], row["customer"])
            for row in prepared.failed
        ]
        if prepared.customer is not None:
            named.append((n, written(prepared.customer)))
        for row in prepared.timers:
            question, purpose = written(str(row["question"])), row["purpose"]
            timers[n, question, purpose] = (n, question, purpose, _id(row), row["due"])
    return (
        *_columns(turns, 3),
        *_columns(replies, 4),
        *_columns(calls, 5),
        *_columns(dropped, 2),
        *_columns(list(timers.values()), 5),
        *_columns(failed, 7),
        *_columns(named, 2),
    )


def _id(row: Mapping[str, object]) -> str:
    return written(str(row["id"]))


def _columns(rows: Sequence[tuple[object, ...]], width: int) -> Sequence[Sequence[object]]:
    return list(zip(*rows, strict=True)) if rows else [()] * width
