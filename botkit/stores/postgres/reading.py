"""Conversations as they stand, many in one statement."""

from collections.abc import Sequence
from typing import Any

from botkit.errors import StoreError
from botkit.model import codec
from botkit.ports.stored import Loaded
from botkit.stores import rows
from botkit.stores.packing import unpack
from botkit.stores.postgres import statements as sql
from botkit.stores.postgres.connections import Link
from botkit.stores.postgres.texts import written


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
