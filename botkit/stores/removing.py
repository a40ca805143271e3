"""What is over, on SQLite: exports, erasures, retention; all but `holdings` with a connection in a transaction."""

import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

from msgspec.structs import asdict

from botkit.ports.stored import Holdings, Why
from botkit.stores import rows
from botkit.stores import statements_of_past as sql
from botkit.stores.erasing import Tally, is_old, mark_of, written
from botkit.stores.statements_of_notices import NOTIFY

AT_ONCE = 200  # turns of a conversation that are looked at together
_DAY = 86_400


def holdings(db: sqlite3.Connection, conversation: str) -> Holdings | None:
    """Give everything of a conversation but its turns, as it is at one moment."""
    db.execute("BEGIN")
    try:
        found = db.execute(sql.OF, {"which": conversation}).fetchone()
        parts = [db.execute(statement, {"of": found[0]}).fetchall() for statement in sql.KEPT] if found else []
    finally:
        db.execute("COMMIT")
    return rows.holdings(conversation, found, *parts) if found else None


def erase(
    db: sqlite3.Connection, conversations: Iterable[str], now: float, tell: Collection[str] = ()
) -> dict[str, int]:
    """Remove conversations from every table, and note it; `tell` are the plugins that are to be told."""
    keys = [db.execute(sql.KEY, {"which": conversation}).fetchone() for conversation in dict.fromkeys(conversations)]
    return _remove(db, [key[0] for key in keys if key is not None], now, "request", tell)


def retire(
    db: sqlite3.Connection, standing: Iterable[tuple[str, int]], now: float, tell: Collection[str] = ()
) -> dict[str, int]:
    """Remove those that are where they are said to stand."""
    keys = [db.execute(sql.STANDING_AT, {"which": of, "held": fence}).fetchone() for of, fence in standing]
    return _remove(db, [key[0] for key in keys if key is not None], now, "retention", tell)


def _remove(
    db: sqlite3.Connection, keys: Sequence[int], now: float, why: Why, tell: Collection[str]
) -> dict[str, int]:
    counts: Counter[str] = Counter()
    tally = Tally()
    for key in keys:
        db.executemany(NOTIFY, [{"of": key, "plugin": plugin, "why": why, "at": now, "due": now} for plugin in tell])
        channel = db.execute(sql.CHANNEL, {"of": key}).fetchone()[0]
        tally.add(channel, db.execute(sql.FIRST_TURNS, {"of": key, "after": 0, "most": -1}))
        marks = db.execute(sql.MARKED, {"of": key}).fetchall()
        db.executemany(sql.MARK_ERASED, [{"mark": mark_of(via, id_), "day": day} for via, id_, day in marks])
        db.execute(sql.FORGET_ACTS, {"of": key})
        for statement in sql.ERASE:
            counts[statement.split()[2]] += db.execute(statement, {"of": key}).rowcount
    _note(db, tally, counts, now, why)
    return dict(+counts)


def _note(db: sqlite3.Connection, tally: Tally, counts: Mapping[str, int], now: float, why: Why) -> None:
    """Keep what may be kept of what was removed."""
    db.executemany(sql.FIGURE, [asdict(figure) for figure in tally.figures()])
    if any(counts.values()):
        there = {table: count for table, count in counts.items() if count}
        db.execute(sql.NOTE_ERASURE, {"at": now, "why": why, "counts": written(there)})


def note_act(db: sqlite3.Connection, who: str, what: str, about: str, now: float) -> None:
    """Note who of the house did what."""
    db.execute(sql.NOTE_ACT, {"at": now, "who": who, "what": what, "about": about})


def trim(
    db: sqlite3.Connection, before: float, after: int, most: int, now: float
) -> tuple[dict[str, int], int | None]:
    """Remove old records of turns of the next conversations; a long one is gone through in several steps."""
    tally, gone, looked = Tally(), 0, 0
    page = db.execute(sql.TRIMMABLE, {"after": after, "most": most}).fetchall()
    cursor = page[-1][0] if len(page) == most else None
    for key, channel in page:
        first = {"of": key, "after": 0, "most": 1}
        found = db.execute(sql.FIRST_TURNS, first).fetchall()
        if is_old(channel, found, before):  # hardly ever, since it was looked at an hour ago
            found = db.execute(sql.FIRST_TURNS, {**first, "most": AT_ONCE}).fetchall()
            upto = tally.add_old(channel, found, before)
            gone += db.execute(sql.TRIM, {"of": key, "upto": upto}).rowcount
            if upto == found[-1][0] and len(found) == AT_ONCE:
                cursor = key - 1  # there may be more of this one
                break
        looked += len(found)
        if looked > AT_ONCE:
            cursor = key
            break
    counts = {"turns": gone} if gone else {}
    _note(db, tally, counts, now, "retention")
    return counts, cursor


def drop_failures(db: sqlite3.Connection, before: float, most: int, now: float) -> dict[str, int]:
    """Remove old failures."""
    values = {"before": before, "most": most}
    counts = {statement.split()[2]: db.execute(statement, values).rowcount for statement in sql.DROP_OLD}
    _note(db, Tally(), counts, now, "retention")
    return {table: count for table, count in counts.items() if count}


def drop_acts(db: sqlite3.Connection, before: float) -> int:
    """Remove old notes of who of the house did what."""
    return db.execute(sql.DROP_ACTS, {"before": before}).rowcount


def drop_figures(db: sqlite3.Connection, before: float) -> int:
    """Remove old figures."""
    return db.execute(sql.DROP_FIGURES, {"before_day": int(before // _DAY)}).rowcount
