"""The statements in SQLAlchemy's words: the source of `statements`, which has them as SQLite's text.

`queries_of_past` is that of `statements_of_past`.

A bot at work does not load this module, nor SQLAlchemy, which takes longer to load than all of botkit. After a
change `python -m botkit.stores.queries` writes both anew; a test compares them.

Parameters that fill a column have the column's name. The others: `which` (an id), `of` (a conversation's key),
`owned_by` (a conversation's id), `held` (a fence), `upto` and `first` (a seq), `about` (a question), `by` (a time).
States stand in the text as numbers, since SQLite uses a partial index only for a condition that it can read.
"""

import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from sqlalchemy import bindparam, delete, func, literal_column, select, tuple_, union, union_all, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlalchemy.sql.elements import BindParameter

from botkit.stores import (
    queries_of_embeddings,
    queries_of_notices,
    queries_of_objects,
    queries_of_past,
    queries_of_threads,
)
from botkit.stores.compiling import DIALECT as _DIALECT
from botkit.stores.compiling import number as _number
from botkit.stores.compiling import text_of as _text
from botkit.stores.schema import (
    budgets,
    calls,
    conversations,
    customers,
    erased,
    failures,
    files,
    inbox,
    metadata,
    outbox,
    publications,
    seen,
    timers,
    turns,
    versions,
)
from botkit.stores.states import CALL, DEAD, DONE, PENDING, PLANNED, SENT, STARTED

_which: BindParameter[Any] = bindparam("which")
_of: BindParameter[Any] = bindparam("of")
_most: BindParameter[Any] = bindparam("most")
_key_of_id = select(conversations.c.key).where(conversations.c.id == bindparam("owned_by")).scalar_subquery()

# -- what comes in

_arriving = insert(conversations)
ARRIVE: Final = _text(
    _arriving.on_conflict_do_update(
        index_elements=[conversations.c.id], set_={"accepted": conversations.c.accepted + _number(1)}
    ).returning(conversations.c.key, conversations.c.accepted, conversations.c.processed),
    *("id", "channel", "accepted", "processed", "fence", "turns", "owner", "touched", "hour"),
)
PUT: Final = _text(insert(inbox), "conversation", "seq", "data", "customer", "waiting")
REMEMBER: Final = _text(insert(seen).on_conflict_do_nothing(), *("channel", "id", "conversation", "seq", "day"))
UNREMEMBER: Final = _text(delete(seen).where(seen.c.channel == bindparam("on"), seen.c.id == _which))
SEEN: Final = _text(
    union_all(
        select(conversations.c.id, seen.c.seq)
        .join_from(seen, conversations, conversations.c.key == seen.c.conversation)
        .where(seen.c.channel == bindparam("on"), seen.c.id == _which),
        select(literal_column("''"), _number(0)).where(erased.c.mark == bindparam("mark")),
    )
)
ANY_ERASED: Final = _text(select(_number(1)).select_from(erased).limit(_number(1)).offset(_number(0)))

# -- a turn

LOAD: Final = _text(  # one statement: each is a transaction of its own, and a few microseconds of locking
    select(
        conversations.c.fence,
        conversations.c.data,
        inbox.c.seq,
        inbox.c.data.label("arrived"),
        inbox.c.customer,
        inbox.c.waiting,
    )
    .join_from(conversations, inbox, inbox.c.conversation == conversations.c.key, isouter=True)
    .where(conversations.c.id == _which)
    .order_by(inbox.c.seq)
    .limit(_most)
    .offset(_number(0))
)
# An UPDATE that returns something costs SQLite twice one that does not: what has to be known is read before, in the
# same transaction, or is known from the turn before and stands in the condition.
_held = select(
    conversations.c.key,
    conversations.c.accepted,
    conversations.c.processed,
    conversations.c.owner,
    conversations.c.hour,
).where(conversations.c.id == _which, conversations.c.fence == bindparam("held"))
HELD: Final = _text(_held)
STANDS: Final = _text(_held.where(conversations.c.accepted == conversations.c.processed))  # nothing in the inbox
_moving = (
    update(conversations)
    .where(conversations.c.key == _of)
    .values(
        fence=conversations.c.fence + _number(1),
        accepted=conversations.c.accepted + bindparam("came"),
        processed=conversations.c.processed + bindparam("taken"),
        turns=conversations.c.turns + bindparam("more"),
        touched=bindparam("at"),
        data=bindparam("bytes"),
    )
)
MOVE: Final = _text(_moving)
MOVE_FROM: Final = _text(
    _moving.where(
        conversations.c.id == _which,
        conversations.c.fence == bindparam("held"),
        conversations.c.accepted == bindparam("stood"),
        conversations.c.processed == bindparam("stood"),
        conversations.c.owner == bindparam("by_owner"),
        conversations.c.hour == bindparam("at_hour"),
    )
)
BEGIN: Final = _text(  # a conversation whose first message needs no place in the inbox
    insert(conversations).on_conflict_do_nothing(),
    *("id", "channel", "accepted", "processed", "fence", "turns", "owner", "touched", "hour", "data"),
)
LIST_ANEW: Final = _text(  # apart, since SQLite rewrites the index of every column that an UPDATE names
    update(conversations)
    .where(conversations.c.key == _of)
    .values(owner=bindparam("by_owner"), hour=bindparam("at_hour"))
)
TAKE: Final = _text(delete(inbox).where(inbox.c.conversation == _of, inbox.c.seq <= bindparam("upto")))
_knowing = insert(customers)
KNOW: Final = _text(
    _knowing.on_conflict_do_update(
        index_elements=[customers.c.conversation], set_={"customer": _knowing.excluded.customer}
    )
)
FORGET_CUSTOMER: Final = _text(delete(customers).where(customers.c.conversation == _of))
RECORD: Final = _text(insert(turns))
RECORDS: Final = _text(
    select(turns.c.seq, turns.c.data)
    .where(turns.c.conversation == _key_of_id, turns.c.seq >= bindparam("first"))
    .order_by(turns.c.seq)
    .limit(_most)
    .offset(_number(0))
)

# -- calls

PLAN: Final = _text(insert(calls), "conversation", "id", "state", "at", "data")
START: Final = _text(
    update(calls)
    .where(calls.c.id == _which, calls.c.state < _number(DONE), calls.c.state == _number(PLANNED))
    .values(state=_number(STARTED), at=bindparam("by"))
)
LOSE: Final = _text(  # before FINISH, which lets go of what the call was
    insert(failures).from_select(
        ["conversation", "id", "kind", "at", "note", "data"],
        select(
            calls.c.conversation, calls.c.id, _number(CALL), bindparam("by"), bindparam("why"), calls.c.data
        ).where(calls.c.id == _which, calls.c.conversation == _key_of_id, calls.c.state < _number(DONE)),
    )
)
FINISH: Final = _text(
    update(calls)
    .where(calls.c.id == _which, calls.c.conversation == _key_of_id, calls.c.state < _number(DONE))
    .values(state=_number(DONE), at=bindparam("by"), data=literal_column("NULL"))
)
FINISH_OF: Final = _text(
    update(calls)
    .where(calls.c.conversation == _of, calls.c.id == _which, calls.c.state < _number(DONE))
    .values(state=_number(DONE), at=bindparam("by"), data=literal_column("NULL"))
)
OPEN: Final = _text(
    select(conversations.c.id, calls.c.data, calls.c.state)
    .join_from(calls, conversations, conversations.c.key == calls.c.conversation)
    .where(calls.c.state < _number(DONE))
    .order_by(calls.c.at, calls.c.id)
)

# -- what goes out

QUEUE: Final = _text(insert(outbox), "conversation", "place", "id", "state", "attempts", "at", "data", "note")
UNSENT: Final = _text(
    select(outbox.c.data, outbox.c.attempts, outbox.c.at, outbox.c.id)
    .where(outbox.c.conversation == _key_of_id, outbox.c.state == _number(PENDING))
    .order_by(outbox.c.place)
)


def _leave(state: int, **values: Any) -> str:
    values |= {"state": _number(state), "at": bindparam("by"), "note": bindparam("why")}
    return _text(update(outbox).where(outbox.c.id == _which, outbox.c.state == _number(PENDING)).values(**values))


MARK_SENT: Final = _leave(SENT, data=literal_column("NULL"))
PUT_OFF: Final = _leave(PENDING, attempts=outbox.c.attempts + _number(1))
GIVE_UP: Final = _leave(DEAD, attempts=outbox.c.attempts + _number(1))
FAILED: Final = _text(
    select(conversations.c.id, outbox.c.data, outbox.c.attempts, outbox.c.at, outbox.c.note)
    .join_from(outbox, conversations, conversations.c.key == outbox.c.conversation)
    .where(outbox.c.state == _number(DEAD))
    .order_by(outbox.c.at.desc(), outbox.c.place.desc())
    .limit(_most)
    .offset(_number(0))
)
FAIL: Final = _text(insert(failures))
_failures = union_all(
    select(
        conversations.c.id,
        failures.c.kind,
        failures.c.id.label("what"),
        failures.c.at,
        failures.c.note,
        failures.c.data,
        failures.c.customer,
    ).join_from(failures, conversations, conversations.c.key == failures.c.conversation),
    select(
        conversations.c.id,
        literal_column("-1").label("kind"),
        outbox.c.id.label("what"),
        outbox.c.at,
        outbox.c.note,
        outbox.c.data,
        literal_column("NULL").label("customer"),
    )
    .join_from(outbox, conversations, conversations.c.key == outbox.c.conversation)
    .where(outbox.c.state == _number(DEAD)),
).subquery("failed")
FAILURES: Final = _text(
    select(_failures).order_by(_failures.c.at.desc(), _failures.c.what.desc()).limit(_most).offset(_number(0))
)
FAILURE: Final = _text(select(_failures).where(_failures.c.what == _which))
SEND_AGAIN: Final = _text(
    update(outbox)
    .where(outbox.c.id == _which, outbox.c.state == _number(DEAD))
    .values(state=_number(PENDING), attempts=_number(0), at=bindparam("by"), note=literal_column("NULL"))
)
DROP: Final = (
    _text(delete(outbox).where(outbox.c.id == _which, outbox.c.state == _number(DEAD))),
    _text(delete(failures).where(failures.c.id == _which)),
)
DELIVERIES: Final = _text(
    select(outbox.c.id, outbox.c.state, outbox.c.at, outbox.c.note)
    .where(outbox.c.conversation == _key_of_id, outbox.c.state != _number(PENDING))
    .order_by(outbox.c.place)
)

# -- timers

_setting = insert(timers)
SET_TIMER: Final = _text(
    _setting.on_conflict_do_update(
        index_elements=[timers.c.conversation, timers.c.question, timers.c.purpose],
        set_={"id": _setting.excluded.id, "due": _setting.excluded.due},
    )
)
DROP_TIMERS: Final = _text(
    delete(timers).where(timers.c.conversation == _of, timers.c.question == bindparam("about"))
)
DUE: Final = _text(
    select(conversations.c.id, timers.c.conversation, timers.c.question, timers.c.purpose, timers.c.id.label("timer"))
    .join_from(timers, conversations, conversations.c.key == timers.c.conversation)
    .where(timers.c.due <= bindparam("by"))
    .order_by(timers.c.due)
    .limit(_most)
    .offset(_number(0))
)
FIRE: Final = _text(
    delete(timers).where(
        timers.c.conversation == _of,
        timers.c.question == bindparam("about"),
        timers.c.purpose == bindparam("for_what"),
    )
)
NEXT_TIMER: Final = _text(select(func.min(timers.c.due)))

# -- lists

_unfinished = union(
    select(inbox.c.conversation),
    select(outbox.c.conversation).where(outbox.c.state == _number(PENDING)),
    select(calls.c.conversation).where(calls.c.state < _number(DONE)),
)
UNFINISHED: Final = _text(
    select(conversations.c.id).where(conversations.c.key.in_(_unfinished)).order_by(conversations.c.touched)
)


def _owners_of(kind: str, rows: Any) -> Any:
    """Give whose rows these are: looked up by them, however many conversations there are."""
    return select(literal_column(f"'{kind}'"), conversations.c.id).where(conversations.c.key.in_(rows))


LEFT: Final = _text(
    union_all(
        _owners_of("waiting", select(inbox.c.conversation)),
        _owners_of(
            "unsent",
            select(outbox.c.conversation).where(outbox.c.state == _number(PENDING), outbox.c.at <= bindparam("by")),
        ),
        _owners_of("calling", select(calls.c.conversation).where(calls.c.state < _number(DONE))),
    )
)


def _count_of(*conditions: Any, of: Any) -> Any:
    return select(func.count()).select_from(of).where(*conditions).scalar_subquery()


BACKLOG: Final = _text(
    select(
        _count_of(of=inbox),
        _count_of(outbox.c.state == _number(PENDING), of=outbox),
        _count_of(calls.c.state < _number(DONE), of=calls),
        _count_of(outbox.c.state == _number(DEAD), of=outbox),
        _count_of(of=failures),
    )
)
_listed = (
    select(
        conversations.c.id,
        conversations.c.channel,
        conversations.c.owner,
        conversations.c.turns,
        conversations.c.touched,
        conversations.c.data,
        conversations.c.key,
    )
    .where(
        conversations.c.hour <= bindparam("before_hour"),
        tuple_(conversations.c.touched, conversations.c.key) < tuple_(bindparam("at"), bindparam("before_key")),
    )
    .order_by(conversations.c.hour.desc(), conversations.c.touched.desc(), conversations.c.key.desc())
    .limit(_most)
    .offset(_number(0))
)
LIST: Final = _text(_listed)
LIST_OF_BOT: Final = _text(_listed.where(conversations.c.owner == literal_column("'bot'")))
LIST_OF_PEOPLE: Final = _text(
    _listed.where(conversations.c.owner != literal_column("'bot'"), conversations.c.owner == bindparam("held_by"))
)

_of_customer = (
    select(conversations.c.id)
    .join_from(customers, conversations, conversations.c.key == customers.c.conversation)
    .where(customers.c.customer == _which)
    .order_by(conversations.c.touched.desc(), conversations.c.key.desc())
)
OF_CUSTOMER: Final = _text(_of_customer)
OF_CUSTOMER_ON: Final = _text(_of_customer.where(conversations.c.channel == bindparam("on")))

# -- keeping and removing

KEEP_VERSION: Final = _text(insert(versions).on_conflict_do_nothing())
VERSION: Final = _text(select(versions.c.data).where(versions.c.version == _which))
VERSIONS: Final = _text(select(versions.c.version))
DROP_VERSION: Final = _text(delete(versions).where(versions.c.version == _which))
PUBLISH: Final = _text(
    insert(publications)
    .from_select(
        ["number", "version", "share", "by", "at"],
        select(
            func.coalesce(func.max(publications.c.number), _number(0)) + _number(1),
            _which,
            bindparam("share"),
            bindparam("by"),
            bindparam("at"),
        ),
    )
    .returning(publications.c.number)
)
PUBLICATIONS: Final = _text(
    select(publications).order_by(publications.c.number.desc()).limit(_most).offset(_number(0))
)
SESSIONS: Final = _text(
    select(conversations.c.key, conversations.c.data)
    .where(
        conversations.c.key > bindparam("after"),
        conversations.c.hour >= bindparam("since_hour"),
        conversations.c.data.is_not(None),
    )
    .order_by(conversations.c.key)
    .limit(_most)
    .offset(_number(0))
)
# -- what is shared

BUDGET: Final = _text(select(budgets.c.began, budgets.c.used).where(budgets.c.key == _which))
_spending = insert(budgets)
SPEND: Final = _text(
    _spending.on_conflict_do_update(
        index_elements=[budgets.c.key],
        set_={"began": _spending.excluded.began, "used": _spending.excluded.used},
    )
)

# -- files

_held_by = files.c.conversation == bindparam("owned_by")
_kept = select(files.c.ref, files.c.name, files.c.mime, files.c.size, files.c.at, files.c.sent).where(_held_by)
_coming = insert(files)
KEEP_FILE: Final = _text(
    _coming.on_conflict_do_update(
        index_elements=[files.c.conversation, files.c.ref],
        set_={"name": _coming.excluded.name, "at": _coming.excluded.at},
    )
)
FILE: Final = _text(_kept.where(files.c.ref == _which))
FILES: Final = _text(_kept.order_by(files.c.at, files.c.ref))
FILES_HELD: Final = _text(select(func.coalesce(func.sum(files.c.size), _number(0))).where(_held_by))
SEND_FILE: Final = _text(update(files).where(_held_by, files.c.ref == _which).values(sent=_number(1)))
_before = select(files.c.conversation, files.c.ref).where(files.c.at < bindparam("before"))
FILES_BEFORE: Final = _text(_before)
FILES_UNSENT: Final = _text(_before.where(files.c.sent == _number(0)))
DROP_FILE: Final = _text(delete(files).where(_held_by, files.c.ref == _which))
HOLDER: Final = _text(select(_number(1)).where(files.c.ref == _which).limit(_number(1)).offset(_number(0)))

# -- the schema, and the text of it all


def _schema() -> tuple[str, ...]:
    """Give the statements that make the newest schema."""
    made = []
    for table in metadata.sorted_tables:
        made.append(str(CreateTable(table).compile(dialect=_DIALECT)))
        made.extend(
            str(CreateIndex(index).compile(dialect=_DIALECT))
            for index in sorted(table.indexes, key=lambda index: str(index.name))
        )
    return tuple(made)


SCHEMA: Final = _schema()
TABLES: Final = tuple(sorted(metadata.tables))


SOURCES: Final = {
    "statements": {name: value for name, value in globals().items() if name.isupper()},
    "statements_of_embeddings": vars(queries_of_embeddings),
    "statements_of_notices": vars(queries_of_notices),
    "statements_of_objects": vars(queries_of_objects),
    "statements_of_past": vars(queries_of_past),
    "statements_of_threads": vars(queries_of_threads),
}


def compiled(module: str) -> Mapping[str, str | tuple[str, ...]]:
    """Give every statement of a module by its name, white space made single spaces."""
    found: dict[str, str | tuple[str, ...]] = {}
    for name, value in SOURCES[module].items():
        if name.isupper() and not name.startswith("_") and isinstance(value, (str, tuple)):
            found[name] = _plain(value) if isinstance(value, str) else tuple(_plain(text) for text in value)
    return found


def _plain(statement: str) -> str:
    return " ".join(statement.split()).replace("( ", "(").replace(" )", ")")


def written(module: str) -> str:
    """Give the text of a module of statements, not formatted yet."""
    parts = [
        '"""The statements as SQLite\'s text, written by `python -m botkit.stores.queries`: change them there."""\n',
        "from typing import Final\n",
    ]
    for name, value in compiled(module).items():
        text = _lines(value) if isinstance(value, str) else "".join(f"({_lines(one)})," for one in value)
        parts.append(f"{name}: Final = ({text})\n")
    return "\n".join(parts)


def _lines(statement: str) -> str:
    rows = textwrap.wrap(statement, 106, drop_whitespace=False, break_long_words=False)
    return "\n".join(map(repr, rows))


if __name__ == "__main__":
    for name in SOURCES:
        Path(__file__).with_name(f"{name}.py").write_text(written(name), encoding="utf-8")
