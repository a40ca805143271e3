"""What is over, on PostgreSQL: exports, erasures, retention, as functions of a connection in a transaction."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

from msgspec.structs import astuple

from botkit.ports.stored import Figure, Holdings, Untouched, Why
from botkit.stores import erasing, rows
from botkit.stores.erasing import Tally, mark_of
from botkit.stores.postgres import past as sql
from botkit.stores.postgres.connections import Link
from botkit.stores.postgres.notices import NOTIFY
from botkit.stores.postgres.texts import read, written

AT_ONCE: Final = 200  # turns of a conversation that are looked at together


async def holdings(link: Link, conversation: str) -> Holdings | None:
    """Give everything of a conversation but its turns."""
    found = await link.fetch(sql.OF, written(conversation))
    if not found:
        return None
    parts = [map(_read, await link.fetch(statement, found[0][0])) for statement in sql.KEPT]
    return rows.holdings(conversation, _read(found[0]), *parts)


def _read(row: Iterable[Any]) -> Sequence[Any]:
    return [read(value) if isinstance(value, str) else value for value in row]


async def erase(
    link: Link, conversations: Iterable[str], now: float, tell: Collection[str] = ()
) -> Mapping[str, int]:
    """Remove conversations from every table, and note it; `tell` are the plugins that are to be told."""
    found = await link.fetch(sql.LOCK, [written(one) for one in conversations])
    return await _remove(link, found, now, "request", tell)


async def retire(
    link: Link, standing: Sequence[tuple[str, int]], now: float, tell: Collection[str] = ()
) -> Mapping[str, int]:
    """Remove those that are where they are said to stand."""
    found = await link.fetch(sql.LOCK_STANDING, [written(of) for of, _ in standing], [fence for _, fence in standing])
    return await _remove(link, found, now, "retention", tell)


async def _remove(link: Link, found: Sequence[Any], now: float, why: Why, tell: Collection[str]) -> Mapping[str, int]:
    keys, tally, counts = [row[0] for row in found], Tally(), Counter[str]()
    for key, channel in found:
        after = 0
        while turns := await link.fetch(sql.ALL_TURNS, key, after, AT_ONCE):
            tally.add(read(channel), turns)
            after = turns[-1][0]
    marks = await link.fetch(sql.MARKED, keys)
    if marks:
        digests = [mark_of(read(via), read(id_)) for via, id_, _ in marks]
        await link.fetch(sql.MARK_ERASED, digests, [day for _, _, day in marks])
    if keys:
        await link.fetch(sql.FORGET_ACTS, keys)
    if keys and tell:
        await link.fetch(NOTIFY, keys, list(tell), why, now)
    for table, statement in sql.ERASE.items() if keys else ():
        counts[table] = (await link.fetch(statement, keys))[0][0]
    return await _note(link, tally, counts, now, why)


async def _note(link: Link, tally: Tally, counts: Mapping[str, int], now: float, why: Why) -> Mapping[str, int]:
    """Keep what may be kept of what was removed."""
    figures = [[written(one) if isinstance(one, str) else one for one in astuple(each)] for each in tally.figures()]
    if figures:
        await link.fetch(sql.FIGURE, *zip(*figures, strict=True))
    there = {table: count for table, count in counts.items() if count}
    if there:
        await link.fetch(sql.NOTING)
        await link.fetch(sql.NOTE_ERASURE, now, why, erasing.written(there))
    return there


async def note_act(link: Link, who: str, what: str, about: str, now: float) -> None:
    """Note who of the house did what."""
    await link.fetch(sql.NUMBERING)
    await link.fetch(sql.NOTE_ACT, now, written(who), written(what), written(about))


async def trim(link: Link, before: float, now: float, after: int, most: int) -> tuple[Mapping[str, int], int | None]:
    """Remove old records of turns of the next conversations; a long one is gone through in several steps."""
    tally, gone, looked = Tally(), 0, 0
    page = await link.fetch(sql.TRIMMABLE, after, most)
    cursor = page[-1][0] if len(page) == most else None
    for key, channel in page:
        found = await link.fetch(sql.ALL_TURNS, key, 0, 1)
        if erasing.is_old(read(channel), found, before):  # hardly ever, since it was looked at an hour ago
            found = await link.fetch(sql.ALL_TURNS, key, 0, AT_ONCE)
            upto = tally.add_old(read(channel), found, before)
            gone += len(await link.fetch(sql.TRIM, key, upto))
            if upto == found[-1][0] and len(found) == AT_ONCE:
                cursor = key - 1  # there may be more of this one
                break
        looked += len(found)
        if looked > AT_ONCE:
            cursor = key
            break
    return await _note(link, tally, {"turns": gone}, now, "retention"), cursor


async def drop_failures(link: Link, before: float, now: float, most: int) -> Mapping[str, int]:
    """Remove old failures."""
    counts = {table: (await link.fetch(statement, before, most))[0][0] for table, statement in sql.DROP_OLD.items()}
    return await _note(link, Tally(), counts, now, "retention")


def figure(row: Iterable[Any]) -> Figure:
    """Read a row of the figures."""
    return Figure(*_read(row))


def untouched(hour: int, key: int, conversation: str, *rest: Any) -> Untouched:
    """Read a row of the conversations that nobody touched."""
    return rows.untouched(hour, key, read(conversation), *rest)
