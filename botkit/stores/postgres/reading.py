"""Conversations as they stand, many in one statement; and rows of calls, replies and failures."""

from collections.abc import Container, Sequence
from typing import Any

from botkit.errors import StoreError
from botkit.model import codec
from botkit.model.replies import Call
from botkit.ports.stored import Failed, Loaded, Outgoing
from botkit.stores import rows
from botkit.stores.packing import unpack
from botkit.stores.postgres import statements as sql
from botkit.stores.postgres.connections import Link
from botkit.stores.postgres.texts import read, written
from botkit.stores.states import STARTED


async def load(link: Link, jobs: Sequence[tuple[str, int]], again: bool) -> Sequence[Loaded | StoreError]:  # noqa: ARG001
    """Load several conversations."""
    found = await link.fetch(sql.LOAD, [written(job[0]) for job in jobs], [job[1] for job in jobs])
    of: dict[int, list[Any]] = {}
    for n, *row in found:
        of.setdefault(n, []).append(row)
    return [_loaded(conversation, of.get(n)) for n, (conversation, _) in enumerate(jobs, 1)]


def _loaded(conversation: str, found: Sequence[Any] | None) -> Loaded | StoreError:
    if found is None:
        return Loaded(conversation, None, 0)
    try:
        with rows.readable("postgresql", conversation):
            fence, data, now = found[0][:3]
            session = None if data is None else codec.decode_session(unpack(data))
            waiting = () if found[0][3] is None else tuple([rows.arrived(*row[3:]) for row in found])
            return Loaded(conversation, session, fence, waiting, now)
    except StoreError as error:
        return error


def calls(place: str, found: Sequence[Any]) -> Sequence[tuple[str, Call, bool]]:
    """Give calls with their conversations, and whether each was started."""
    with rows.readable(place):
        return [(read(of), codec.decode_call(unpack(data)), state == STARTED) for of, data, state in found]


def replies(place: str, conversation: str, marks: Container[object], found: Sequence[Any]) -> Sequence[Outgoing]:
    """Give the replies of a conversation, but those that are marked as sent already."""
    with rows.readable(place, conversation):
        return [
            Outgoing(conversation, codec.decode_reply(unpack(data)), attempts, due)
            for data, attempts, due, reply in found
            if read(reply) not in marks
        ]


def failed(place: str, found: Sequence[Any]) -> Sequence[Failed]:
    """Give what failed for good."""
    with rows.readable(place):
        return [
            rows.failed(read(of), kind, read(what), at, read(note or ""), data, customer)
            for of, kind, what, at, note, data, customer in found
        ]
