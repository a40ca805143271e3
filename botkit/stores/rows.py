"""Rows as values, and what is said when a row cannot be written or read; for every database alike.

Context managers are classes: `contextlib` calls four functions more for each, and these are entered every turn.
"""

import math
from collections.abc import Iterable, Sequence
from typing import Any, Final, Literal

import msgspec

from botkit.errors import StoreError, UsageError
from botkit.model import codec
from botkit.model.events import Event, Result
from botkit.model.replies import SetTimer
from botkit.model.turn import Record
from botkit.model.values import File
from botkit.ports.files import Kept
from botkit.ports.stored import (
    Arrived,
    Backlog,
    Delivered,
    Delivery,
    Failed,
    Holdings,
    Journalled,
    Left,
    Summary,
    Untouched,
)
from botkit.ports.threads import Thread
from botkit.stores.packing import unpack
from botkit.stores.sniffing import kind_of
from botkit.stores.states import CALL, DEAD, DONE, PENDING, PLANNED, REPLY, SENT, STARTED

_DELIVERED: Final[dict[int, Literal["waiting", "sent", "failed"]]] = {
    PENDING: "waiting",
    SENT: "sent",
    DEAD: "failed",
}
_CALLED: Final[dict[int, Literal["planned", "started", "done"]]] = {
    PLANNED: "planned",
    STARTED: "started",
    DONE: "done",
}

_LAST_HOUR: Final = 2**31 - 1
_LAST_KEY: Final = 2**63 - 1
UNSTORABLE = (TypeError, ValueError, RecursionError)


def unstorable(conversation: str, error: BaseException) -> StoreError:
    """Say that something cannot be stored."""
    shown = conversation.encode("ascii", "backslashreplace").decode()
    return StoreError(f"conversation {shown}: this cannot be stored: {error}")


class storable:  # noqa: N801 - used as a function
    """Says what cannot be stored, before a transaction begins."""

    __slots__ = ("conversation",)

    def __init__(self, conversation: str) -> None:
        self.conversation = conversation

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, UNSTORABLE):
            raise unstorable(self.conversation, error) from error


class readable:  # noqa: N801 - used as a function
    """Says what of the stored bytes cannot be read."""

    __slots__ = ("conversation", "place")

    def __init__(self, place: str, conversation: str = "") -> None:
        self.place, self.conversation = place, conversation

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, ValueError):
            of = f" of conversation {self.conversation}" if self.conversation else ""
            raise StoreError(f"store {self.place}: what is stored{of} cannot be read: {error}") from error


def effect_of(conversation: str, event: Event) -> str:
    """Give the call that an event ends. Raises StoreError for one that ends none."""
    if not isinstance(event, Result):
        raise StoreError(f"conversation {conversation}: a call ends with a Result, not {type(event).__name__}")
    return event.effect


def arrived(
    seq: int, data: bytes, customer: bytes | None, waiting: int | None = None, at: float | None = None
) -> Arrived:
    """Read a row of the inbox."""
    event = codec.decode_event(unpack(data))
    return Arrived(seq, event, codec.decode_values(unpack(customer)) if customer else {}, waiting or 0, at or 0.0)


def record(conversation: str, seq: int, data: bytes) -> Record:
    """Read a row of the turns."""
    return msgspec.structs.replace(codec.decode_record(unpack(data)), conversation=conversation, seq=seq)


def delivery(reply: str, state: int, at: float, note: str) -> Delivery:
    """Read a row of the outbox that waits no longer."""
    return Delivery(reply, at, note) if state == SENT else Delivery(reply, at, error=note)


def failed(
    conversation: str, kind: int, what: str, at: float, note: str | None, data: bytes, customer: bytes | None
) -> Failed:
    """Read what failed for good."""
    one = Failed(what, conversation, at, note or "")
    if kind == REPLY:
        return msgspec.structs.replace(one, reply=codec.decode_reply(unpack(data)))
    if kind == CALL:
        return msgspec.structs.replace(one, call=codec.decode_call(unpack(data)))
    known = codec.decode_values(unpack(customer)) if customer else {}
    return msgspec.structs.replace(one, event=codec.decode_event(unpack(data)), customer=known)


def left(found: Iterable[tuple[str, str]]) -> Left:
    """Read where something is to be done: (what, conversation)."""
    of: dict[str, set[str]] = {"waiting": set(), "unsent": set(), "calling": set()}
    for kind, conversation in found:
        of[kind].add(conversation)
    return Left(**{kind: frozenset(names) for kind, names in of.items()})


def backlog(waiting: int, unsent: int, calling: int, dead: int, aside: int) -> Backlog:
    """Read how much is to be done; replies that failed are dead, events and calls aside."""
    return Backlog(waiting, unsent, calling, dead + aside)


def summary(
    conversation: str, channel: str, owner: str, turns: int, touched: float, data: bytes | None, key: int = 0
) -> Summary:
    """Read a row of the conversations for a list."""
    cursor = f"{touched!r}:{key}"
    if data is None:
        return Summary(conversation, channel, owner, turns, touched, cursor=cursor)
    session = codec.decode_session(unpack(data))
    flow = session.stack[-1].flow if session.stack else ""
    by_people = [text for who, text in session.lines if who != "bot"]
    handed = session.handed
    return Summary(
        conversation=conversation,
        channel=channel,
        owner=owner,
        turns=turns,
        touched=touched,
        flow=flow,
        last=by_people[-1] if by_people else session.message or (session.lines[-1][1] if session.lines else ""),
        cursor=cursor,
        team=session.team,
        agent=session.agent,
        since=handed.since if handed is not None else 0.0,
        reason=handed.packet.reason if handed is not None else "",
        told=handed.told if handed is not None else -1,
    )


def place(cursor: str) -> tuple[int, float, int]:
    """Give what a page of a list begins after: the hour, when it was touched, its key. Raises UsageError."""
    if not cursor:
        return _LAST_HOUR, math.inf, _LAST_KEY
    touched, _, key = cursor.partition(":")
    try:
        at, number = float(touched), int(key)
        if math.isfinite(at) and abs(at) < _LAST_HOUR and 0 <= number < _LAST_KEY:
            return int(at // 3600), at, number
    except ValueError:
        pass
    raise UsageError(f"{cursor[:40]!r} is no place in the list", hint="take `next` of the page before")


def kept_file(ref: str, name: str, mime: str, size: int, at: float, sent: int) -> Kept:
    """Give a file as its conversation holds it."""
    return Kept(File(kind=kind_of(mime), name=name, mime=mime, size=size, ref=ref), at, bool(sent))


def holdings(
    conversation: str,
    row: Sequence[Any],
    waiting: Iterable[Sequence[Any]],
    deliveries: Iterable[Sequence[Any]],
    calls: Iterable[Sequence[Any]],
    timers: Iterable[Sequence[Any]],
    failures: Iterable[Sequence[Any]],
    seen: Iterable[Sequence[Any]],
    threads: Iterable[Sequence[Any]],
) -> Holdings:
    """Read everything of a conversation but its turns."""
    _, channel, owner, turns, touched, data, customer = row
    return Holdings(
        summary=summary(conversation, channel, owner, turns, touched, data),
        customer=customer or "",
        session=None if data is None else codec.decode_session(unpack(data)),
        waiting=tuple([arrived(*one) for one in waiting]),
        deliveries=tuple([_delivered(*one) for one in deliveries]),
        calls=tuple([_journalled(*one) for one in calls]),
        timers=tuple([SetTimer(*one) for one in timers]),
        failures=tuple(
            [failed(conversation, kind, what, at, note, *rest) for kind, what, at, note, *rest in failures]
        ),
        seen=tuple([(via, id_) for via, id_ in seen]),
        threads=tuple([thread(room, id_, conversation, *rest) for room, id_, *rest in threads]),
    )


def thread(
    room: str, id_: str, conversation: str, place: str, since: float, shown: int, ended: int, at: float
) -> Thread:
    """Read a row of the threads."""
    return Thread(room, id_, conversation, place, since, shown, bool(ended), at)


def _delivered(reply: str, state: int, attempts: int, at: float, note: str | None, data: bytes | None) -> Delivered:
    said = None if data is None else codec.decode_reply(unpack(data))
    return Delivered(reply, _DELIVERED[state], attempts, at, note or "", said)


def _journalled(call: str, state: int, at: float, data: bytes | None) -> Journalled:
    return Journalled(call, _CALLED[state], at, None if data is None else codec.decode_call(unpack(data)))


def untouched(hour: int, key: int, conversation: str, fence: int, turns: int, data: bytes | None) -> Untouched:
    """Read a row of the conversations that nobody touched."""
    session = None if data is None else codec.decode_session(unpack(data))
    return Untouched((hour, key), conversation, fence, turns, session)
