"""What the store does, as functions of a connection that stands in a transaction.

Each that raises FenceError does so before it writes. Bytes are made before the transaction begins (`prepare`), so
that the database is locked no longer than the statements take.
"""

import secrets
import sqlite3
from collections.abc import Collection, Mapping, Sequence

import msgspec

from botkit.errors import FenceError
from botkit.model import codec
from botkit.model.events import Event, Result, Timer
from botkit.model.replies import Call, Reply, SetTimer
from botkit.model.turn import Record, Turn
from botkit.ports.connectors import Accepted, Incoming
from botkit.ports.stored import Commit, Committed, Failed
from botkit.stores import statements as sql
from botkit.stores import statements_of_past as past
from botkit.stores.erasing import mark_of
from botkit.stores.packing import pack
from botkit.stores.states import EVENT, PENDING, PLANNED, REPLY

OURS = ""  # the channel of keys of our own events
LOST = "outcome_unknown"  # the code of a failure
_DAY = 86_400
_PLACES = 65_536  # between the places of one commit and the next

_PROBE, _ROOM = "(probe)", 16_384  # bytes

Row = dict[str, object]


class Arrival(msgspec.Struct, frozen=True):
    """What a platform delivered, or an event of our own, on its way into the inbox."""

    conversation: str
    channel: str  # under which its id is unique
    id: str  # empty: it cannot come again
    now: float
    data: bytes = b""
    customer: bytes | None = None
    lost: bool = False  # the result of a call that nobody knows the end of


def arrival_of(incoming: Incoming, now: float) -> Arrival:
    """Give what a platform delivered as it goes into the inbox."""
    return Arrival(
        conversation=incoming.conversation,
        channel=incoming.channel,
        id=incoming.id,
        now=now,
        data=pack(codec.encode_event(incoming.event)),
        customer=pack(codec.encode_values(incoming.customer)) if incoming.customer else None,
    )


def own_id(conversation: str, key: str) -> str:
    """Give what the key of an event of our own is among all conversations."""
    return f"{len(conversation)}:{conversation}{key}"


def own_arrival(conversation: str, key: str, event: Event, now: float) -> Arrival:
    """Give an event of our own as it goes into the inbox; its key is unique in its conversation."""
    return Arrival(
        conversation,
        OURS,
        own_id(conversation, key),
        now,
        pack(codec.encode_event(event)),
        lost=isinstance(event, Result) and event.failure is not None and event.failure.code == LOST,
    )


def accept(db: sqlite3.Connection, arrival: Arrival) -> Accepted:
    """Put an arrival into the inbox, unless it is known."""
    known = _seen(db, arrival)
    if known is not None:
        return known
    conversation = arrival.conversation
    key, accepted, processed = db.execute(
        sql.ARRIVE,
        {
            "id": conversation,
            "channel": conversation.partition(":")[0] if arrival.channel == OURS else arrival.channel,
            "accepted": 1,
            "processed": 0,
            "fence": secrets.randbits(31),
            "turns": 0,
            "owner": "bot",
            "touched": arrival.now,
            "hour": int(arrival.now // 3600),
        },
    ).fetchone()
    row = {"conversation": key, "seq": accepted, "data": arrival.data, "customer": arrival.customer}
    db.execute(sql.PUT, {**row, "waiting": accepted - processed})
    _remember(db, arrival, key, accepted)
    return Accepted(conversation, accepted, wake=accepted == processed + 1, waiting=accepted - processed)


def _seen(db: sqlite3.Connection, arrival: Arrival) -> Accepted | None:
    """Give what became of it when it arrived before."""
    if not arrival.id:
        return None
    mark = mark_of(arrival.channel, arrival.id) if arrival.channel != OURS else b""
    known = db.execute(sql.SEEN, {"on": arrival.channel, "which": arrival.id, "mark": mark}).fetchone()
    return None if known is None else Accepted(known[0] or arrival.conversation, known[1], duplicate=True)


def _remember(db: sqlite3.Connection, arrival: Arrival, key: int, accepted: int) -> bool:
    """Remember an arrival; False if it is known already."""
    if not arrival.id:
        return True
    row = {"channel": arrival.channel, "id": arrival.id, "conversation": key, "seq": accepted}
    row["day"] = int(arrival.now // _DAY)
    return db.execute(sql.REMEMBER, row).rowcount == 1


class Standing(msgspec.Struct, frozen=True):
    """Where a conversation stood after a turn, nothing waiting: what the next one finds if nobody else wrote.

    It is looked up in no index then. A wrong one does no harm: the statement that uses it compares all of it. It is
    not `trusted` while there are marks of erased messages, for which that statement does not look.
    """

    key: int
    fence: int
    accepted: int
    owner: str
    hour: int
    trusted: bool = True


class Prepared(msgspec.Struct, frozen=True):
    """A commit as rows; `key` and `place` of the conversation are known when it is written."""

    conversation: str
    fence: int  # 0: a new conversation, which begins with `first_fence`
    first_fence: int
    taken: int
    owner: str
    hour: int
    move: Row
    turns: tuple[Row, ...]
    replies: tuple[Row, ...]
    calls: tuple[Row, ...]
    timers: tuple[Row, ...]
    dropped: tuple[str, ...]
    failed: tuple[Row, ...] = ()
    customer: str | None = None


def prepare(commit: Commit) -> Prepared:
    """Make the rows of a commit. Raises TypeError for a value that cannot be stored."""
    session = commit.session
    now = session.touched or (commit.turns[-1].now if commit.turns else 0.0)
    return Prepared(
        conversation=commit.conversation,
        fence=commit.fence,
        first_fence=0 if commit.fence else secrets.randbits(31) + 1,
        taken=commit.taken,
        owner=session.owner,
        hour=int(now // 3600),
        move={
            "which": commit.conversation,
            "held": commit.fence,
            "more": len(commit.turns),
            "at": now,
            "bytes": pack(codec.encode_session(session)),
        },
        turns=tuple(map(_turn, commit.turns)),
        replies=tuple(map(_reply, commit.replies)),
        calls=tuple([_call(call, now) for call in commit.calls]) if commit.calls else (),
        timers=tuple(map(_timer, commit.timers)),
        dropped=commit.dropped,
        failed=tuple(map(_failure, commit.failed)) if commit.failed else (),
        customer=commit.customer,
    )


def _turn(turn: Turn) -> Row:
    """Make the row of a turn; its record goes without what the row says already."""
    return {"seq": turn.seq, "data": pack(codec.encode_record(Record.of(turn, placed=True)))}


def _reply(reply: Reply) -> Row:
    data = pack(codec.encode_reply(reply))
    return {"id": reply.id, "state": PENDING, "attempts": 0, "at": 0.0, "data": data, "note": None}


def _call(call: Call, now: float) -> Row:
    return {"id": call.id, "state": PLANNED, "at": now, "data": pack(codec.encode_call(call))}


def _failure(failed: Failed) -> Row:
    assert failed.event is not None  # noqa: S101 - replies are in the outbox, calls in their journal
    return {
        "id": failed.id,
        "kind": EVENT,
        "at": failed.at,
        "note": failed.reason,
        "data": pack(codec.encode_event(failed.event)),
        "customer": pack(codec.encode_values(failed.customer)) if failed.customer else None,
    }


def _timer(timer: SetTimer) -> Row:
    return {"question": timer.question, "purpose": timer.purpose, "id": timer.id, "due": timer.due}


def commit(db: sqlite3.Connection, prepared: Prepared) -> Committed:
    """Write a turn under its fence."""
    held = db.execute(sql.HELD, prepared.move).fetchone()
    if held is None:
        raise FenceError(f"conversation {prepared.conversation} was moved on, or erased, by somebody else")
    key, accepted, processed, owner, hour = held
    _move(db, prepared, Standing(key, prepared.fence, accepted, owner, hour), came=0, taken=prepared.taken)
    processed += prepared.taken
    if prepared.taken:
        db.execute(sql.TAKE, {"of": key, "upto": processed})
    _write(db, prepared, key, prepared.fence + 1)
    return Committed(prepared.fence + 1, accepted > processed)


def _move(db: sqlite3.Connection, prepared: Prepared, at: Standing, *, came: int, taken: int) -> None:
    """Move a conversation on from where it is known to stand."""
    move = prepared.move
    move["of"], move["came"], move["taken"] = at.key, came, taken
    db.execute(sql.MOVE, move)
    if at.owner != prepared.owner or at.hour != prepared.hour:
        db.execute(sql.LIST_ANEW, {"of": at.key, "by_owner": prepared.owner, "at_hour": prepared.hour})


def _write(db: sqlite3.Connection, prepared: Prepared, key: int, fence: int) -> None:
    """Write what a conversation's own row does not hold."""
    for row in prepared.turns:
        row["conversation"] = key
        db.execute(sql.RECORD, row)
    for place, row in enumerate(prepared.replies, fence * _PLACES):
        row["conversation"], row["place"] = key, place
        db.execute(sql.QUEUE, row)
    for row in prepared.calls:
        db.execute(sql.PLAN, {"conversation": key, **row})
    for row in prepared.failed:
        db.execute(sql.FAIL, {"conversation": key, **row})
    for question in prepared.dropped:
        db.execute(sql.DROP_TIMERS, {"of": key, "about": question})
    for row in prepared.timers:
        db.execute(sql.SET_TIMER, {"conversation": key, **row})
    if prepared.customer:
        db.execute(sql.KNOW, {"conversation": key, "customer": prepared.customer})
    elif prepared.customer is not None:
        db.execute(sql.FORGET_CUSTOMER, {"of": key})


def take(
    db: sqlite3.Connection, incoming: Incoming, prepared: Prepared, now: float, at: Standing | None = None
) -> tuple[Accepted, Standing | None]:
    """Write a delivery as dealt with, and its turn, and give where the conversation stands then.

    The delivery alone if it has to wait; its bytes are made only then: that they can be made is known, since they
    are in the record of the turn too. `at` is where the conversation stands if nobody else wrote.
    """
    arrival = Arrival(prepared.conversation, incoming.channel, incoming.id, now)
    moved = _take_from(db, arrival, prepared, at) if at is not None and at.fence == prepared.fence else None
    if moved is None:
        moved = _take_found(db, arrival, prepared)
    if moved is None:
        return accept(db, arrival_of(incoming, now)), None
    _write(db, prepared, moved.key, moved.fence)
    return Accepted(arrival.conversation, moved.accepted), moved


def _take_from(db: sqlite3.Connection, arrival: Arrival, prepared: Prepared, at: Standing) -> Standing | None:
    """Move a conversation on from where it stood, unless it stands there no more, or the arrival is known."""
    if at.owner != prepared.owner or at.hour != prepared.hour:
        return None
    if not _remember(db, arrival, at.key, at.accepted + 1):
        return None
    move = prepared.move
    move["of"], move["came"], move["taken"], move["stood"] = at.key, 1, 1, at.accepted
    move["by_owner"], move["at_hour"] = at.owner, at.hour
    if db.execute(sql.MOVE_FROM, move).rowcount == 1:
        return Standing(at.key, at.fence + 1, at.accepted + 1, at.owner, at.hour)
    if arrival.id:
        db.execute(sql.UNREMEMBER, {"on": arrival.channel, "which": arrival.id})
    return None


def _take_found(db: sqlite3.Connection, arrival: Arrival, prepared: Prepared) -> Standing | None:
    """Move a conversation on, or begin it, unless something waits there or the arrival is known."""
    if _seen(db, arrival) is not None:
        return None
    at = _stands(db, prepared) if prepared.fence else _begin(db, arrival, prepared)
    if at is None:
        return None
    if prepared.fence:
        _move(db, prepared, at, came=1, taken=1)
        at = Standing(at.key, at.fence + 1, at.accepted + 1, prepared.owner, prepared.hour, at.trusted)
    _remember(db, arrival, at.key, at.accepted)
    return at


def take_result(
    db: sqlite3.Connection, effect: str, arrival: Arrival, prepared: Prepared
) -> tuple[Accepted, Standing | None]:
    """Mark a call as done and write the turn of its result; the result alone if it has to wait.

    A result whose turn is written need not be remembered: a call is done once.
    """
    at = _stands(db, prepared)
    if at is None or not _finish(db, effect, at.key, arrival):
        return finish_call(db, effect, arrival), None
    _move(db, prepared, at, came=1, taken=1)
    at = Standing(at.key, at.fence + 1, at.accepted + 1, prepared.owner, prepared.hour, at.trusted)
    _write(db, prepared, at.key, at.fence)
    return Accepted(arrival.conversation, at.accepted), at


def _finish(db: sqlite3.Connection, effect: str, key: int, arrival: Arrival) -> bool:
    _keep_if_lost(db, effect, arrival)
    return db.execute(sql.FINISH_OF, {"of": key, "which": effect, "by": arrival.now}).rowcount == 1


def _stands(db: sqlite3.Connection, prepared: Prepared) -> Standing | None:
    """Give where a conversation stands if it is as it was loaded and nothing waits."""
    found = db.execute(sql.STANDS, prepared.move).fetchone()
    if found is None:
        return None
    key, accepted, _, owner, hour = found
    return Standing(key, prepared.fence, accepted, owner, hour, _trusted(db))


def _trusted(db: sqlite3.Connection) -> bool:
    return db.execute(sql.ANY_ERASED).fetchone() is None


def _begin(db: sqlite3.Connection, arrival: Arrival, prepared: Prepared) -> Standing | None:
    """Write a new conversation, unless there is one."""
    move = prepared.move
    row = {
        "id": prepared.conversation,
        "channel": arrival.channel,
        "accepted": 1,
        "processed": 1,
        "fence": prepared.first_fence,
        "turns": move["more"],
        "owner": prepared.owner,
        "touched": move["at"],
        "hour": prepared.hour,
        "data": move["bytes"],
    }
    made = db.execute(sql.BEGIN, row)
    if made.rowcount != 1 or made.lastrowid is None:
        return None
    return Standing(made.lastrowid, prepared.first_fence, 1, prepared.owner, prepared.hour, _trusted(db))


def commit_many(db: sqlite3.Connection, many: Sequence[Prepared]) -> list[Committed | Exception]:
    """Write several turns; what comes late is told and spoils nothing."""
    outcomes: list[Committed | Exception] = []
    for prepared in many:
        try:
            outcomes.append(commit(db, prepared))
        except FenceError as error:
            outcomes.append(error)
    return outcomes


def start_call(db: sqlite3.Connection, call: Call, now: float) -> bool:
    """Mark a planned call as started."""
    return db.execute(sql.START, {"which": call.id, "by": now}).rowcount == 1


def finish_call(db: sqlite3.Connection, effect: str, arrival: Arrival) -> Accepted:
    """Mark a call as done and put its result into the inbox; one that is not open changes nothing."""
    _keep_if_lost(db, effect, arrival)
    done = db.execute(sql.FINISH, {"which": effect, "owned_by": arrival.conversation, "by": arrival.now})
    if done.rowcount == 1:
        return accept(db, arrival)
    known = _seen(db, arrival)
    return Accepted(arrival.conversation, known.seq if known else 0, duplicate=True)


def _keep_if_lost(db: sqlite3.Connection, effect: str, arrival: Arrival) -> None:
    """Keep a call of which nobody knows whether it was done; one that has ended already changes nothing."""
    if arrival.lost:
        row = {"which": effect, "owned_by": arrival.conversation, "by": arrival.now, "why": LOST}
        db.execute(sql.LOSE, row)


def mark_sent(db: sqlite3.Connection, marks: Mapping[str, tuple[str, float]]) -> None:
    """Mark replies as sent: id → the platform's id and the time."""
    rows = [{"which": reply, "why": platform_id, "by": now} for reply, (platform_id, now) in marks.items()]
    db.executemany(sql.MARK_SENT, rows)


def put_off(db: sqlite3.Connection, reply: str, due: float, error: str) -> None:
    """Note a failed try."""
    db.execute(sql.PUT_OFF, {"which": reply, "by": due, "why": error})


def give_up(db: sqlite3.Connection, reply: str, error: str, now: float) -> None:
    """Move a reply to the dead letters."""
    db.execute(sql.GIVE_UP, {"which": reply, "by": now, "why": error})


def again(conversation: str, failed: str, now: float, data: bytes, customer: bytes | None) -> Arrival:
    """Give an event that was set aside as it goes into the inbox again."""
    return Arrival(conversation, OURS, own_id(conversation, f"retry:{failed}"), now, data, customer)


def retry(db: sqlite3.Connection, failed: str, now: float) -> str:
    """Let a failure be tried again; give its conversation, or nothing where nothing can be tried."""
    row = db.execute(sql.FAILURE, {"which": failed}).fetchone()
    if row is None:
        return ""
    conversation, kind, _, _, _, data, customer = row
    if kind == EVENT:
        _, drop = sql.DROP
        db.execute(drop, {"which": failed})
        accept(db, again(conversation, failed, now, data, customer))
    elif kind == REPLY:
        db.execute(sql.SEND_AGAIN, {"which": failed, "by": now})
    else:
        return ""
    return str(conversation)


def drop(db: sqlite3.Connection, failed: str) -> bool:
    """Remove a failure."""
    return sum([db.execute(statement, {"which": failed}).rowcount for statement in sql.DROP]) > 0


def fire(db: sqlite3.Connection, now: float, most: int) -> list[str]:
    """Turn due timers into waiting events."""
    fired: dict[str, None] = {}
    for conversation, key, question, purpose, timer in db.execute(sql.DUE, {"by": now, "most": most}).fetchall():
        db.execute(sql.FIRE, {"of": key, "about": question, "for_what": purpose})
        accept(db, own_arrival(conversation, f"timer:{timer}", Timer(question, purpose, timer), now))
        fired[conversation] = None
    return list(fired)


def keep_version(db: sqlite3.Connection, version: str, data: bytes, now: float) -> None:
    """Keep the sources of a flow version."""
    db.execute(sql.KEEP_VERSION, {"version": version, "at": now, "data": data})


def drop_versions(db: sqlite3.Connection, needed: Collection[str]) -> int:
    """Remove the versions that are not among those needed; give how many."""
    gone = [row[0] for row in db.execute(sql.VERSIONS).fetchall() if row[0] not in needed]
    db.executemany(sql.DROP_VERSION, [{"which": version} for version in gone])
    return len(gone)


def publish(db: sqlite3.Connection, version: str, share: int, by: str, now: float) -> int:
    """Note that a version is to be served, and give its number."""
    row = db.execute(sql.PUBLISH, {"which": version, "share": share, "by": by, "at": now}).fetchone()
    return int(row[0])


def forget(db: sqlite3.Connection, before: float) -> int:
    """Remove the marks of what was dealt with before; give how many."""
    values = {"before": before, "before_day": int(before // _DAY)}
    return sum([db.execute(statement, values).rowcount for statement in past.FORGET])


def probe(db: sqlite3.Connection) -> None:
    """Write as much as a turn may need, where nothing else looks for it."""
    unprobe(db)
    keep_version(db, _PROBE, bytes(_ROOM), 0.0)


def unprobe(db: sqlite3.Connection) -> None:
    """Remove what `probe` wrote."""
    db.execute(sql.DROP_VERSION, {"which": _PROBE})


def nothing(_: sqlite3.Connection) -> None:
    """Change nothing: what was posted before is committed with it."""
