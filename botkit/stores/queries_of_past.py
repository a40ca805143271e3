"""The statements about what is over, in SQLAlchemy's words: exports, erasures, retention. See `queries`."""

from typing import Any, Final

from sqlalchemy import Table, bindparam, delete, exists, func, literal_column, select, tuple_, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.sql.elements import BindParameter, ColumnElement

from botkit.stores.compiling import number, text_of
from botkit.stores.schema import (
    audits,
    budgets,
    calls,
    conversations,
    customers,
    erased,
    erasures,
    failures,
    figures,
    files,
    inbox,
    outbox,
    rates,
    seen,
    threads,
    timers,
    turns,
)
from botkit.stores.states import DEAD, DONE, PENDING, SENT

_YEAR: Final = 31_536_000  # seconds; a budget of a longer period may begin anew when nobody used it for a year
_which: BindParameter[Any] = bindparam("which")
_of: BindParameter[Any] = bindparam("of")
_most: BindParameter[Any] = bindparam("most")

# -- keeping and removing

KEY: Final = text_of(select(conversations.c.key).where(conversations.c.id == _which))
_of_a_conversation = (customers, inbox, seen, turns, outbox, calls, timers, failures, threads)
_named = select(conversations.c.id).where(conversations.c.key == _of).scalar_subquery()
_sent_to = literal_column("'send '").concat(_named)
_cost_of = literal_column("'cost '").concat(_named)
ERASE: Final = (
    text_of(delete(files).where(files.c.conversation == _named)),
    text_of(delete(rates).where(rates.c.key.in_([_named, _sent_to]))),
    text_of(delete(budgets).where(budgets.c.key.in_([_named, _sent_to, _cost_of]))),
    *(text_of(delete(table).where(table.c.conversation == _of)) for table in _of_a_conversation),
    text_of(delete(conversations).where(conversations.c.key == _of)),
)
STANDING_AT: Final = text_of(
    select(conversations.c.key).where(
        conversations.c.id == _which,
        conversations.c.fence == bindparam("held"),
        conversations.c.accepted == conversations.c.processed,
    )
)
CHANNEL: Final = text_of(select(conversations.c.channel).where(conversations.c.key == _of))
MARKED: Final = text_of(
    select(seen.c.channel, seen.c.id, seen.c.day).where(
        seen.c.conversation == _of, seen.c.channel != literal_column("''")
    )
)
MARK_ERASED: Final = text_of(insert(erased).on_conflict_do_nothing())
NOTE_ERASURE: Final = text_of(
    insert(erasures).from_select(
        ["number", "at", "why", "counts"],
        select(
            func.coalesce(func.max(erasures.c.number), number(0)) + number(1),
            bindparam("at"),
            bindparam("why"),
            bindparam("counts"),
        ),
    )
)
NOTE_ACT: Final = text_of(
    insert(audits).from_select(
        ["number", "at", "who", "what", "about"],
        select(
            func.coalesce(func.max(audits.c.number), number(0)) + number(1),
            bindparam("at"),
            bindparam("who"),
            bindparam("what"),
            bindparam("about"),
        ),
    )
)
ACTS: Final = text_of(
    select(audits)
    .where(audits.c.number < bindparam("before"))
    .order_by(audits.c.number.desc())
    .limit(_most)
    .offset(number(0))
)
FORGET_ACTS: Final = text_of(update(audits).where(audits.c.about == _named).values(about=literal_column("''")))
DROP_ACTS: Final = text_of(delete(audits).where(audits.c.at < bindparam("before")))
ERASURES: Final = text_of(select(erasures).order_by(erasures.c.number.desc()).limit(_most).offset(number(0)))
_figuring = insert(figures)
FIGURE: Final = text_of(
    _figuring.on_conflict_do_update(
        index_elements=[
            *(figures.c.day, figures.c.channel, figures.c.kind),
            *(figures.c.flow, figures.c.route, figures.c.outcome),
        ],
        set_={"count": figures.c["count"] + _figuring.excluded["count"]},
    )
)
FIGURES: Final = text_of(
    select(figures).order_by(
        *(figures.c.day, figures.c.channel, figures.c.kind),
        *(figures.c.flow, figures.c.route, figures.c.outcome),
    )
)
DROP_FIGURES: Final = text_of(delete(figures).where(figures.c.day < bindparam("before_day")))
FORGET: Final = (
    text_of(delete(seen).where(seen.c.day < bindparam("before_day"))),
    text_of(delete(erased).where(erased.c.day < bindparam("before_day"))),
    text_of(delete(outbox).where(outbox.c.state == number(SENT), outbox.c.at < bindparam("before"))),
    text_of(delete(calls).where(calls.c.state == number(DONE), calls.c.at < bindparam("before"))),
    text_of(delete(threads).where(threads.c.ended == number(1), threads.c.at < bindparam("before"))),
    text_of(delete(budgets).where(budgets.c.began < bindparam("before") - number(_YEAR))),
)

# -- what is old


def _none_of(table: Table, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return ~exists().where(table.c.conversation == conversations.c.key, *conditions)


UNTOUCHED: Final = text_of(  # by the hour, of which there is an index
    select(
        conversations.c.hour,
        conversations.c.key,
        conversations.c.id,
        conversations.c.fence,
        conversations.c.turns,
        conversations.c.data,
    )
    .where(
        conversations.c.hour < bindparam("before_hour"),
        tuple_(conversations.c.hour, conversations.c.key) > tuple_(bindparam("after_hour"), bindparam("after")),
        conversations.c.owner == literal_column("'bot'"),
        conversations.c.accepted == conversations.c.processed,
        _none_of(outbox, outbox.c.state == number(PENDING)),
        _none_of(calls, calls.c.state < number(DONE)),
        _none_of(timers),
    )
    .order_by(conversations.c.hour, conversations.c.key)
    .limit(_most)
    .offset(number(0))
)
TRIMMABLE: Final = text_of(
    select(conversations.c.key, conversations.c.channel)
    .where(conversations.c.key > bindparam("after"), conversations.c.owner == literal_column("'bot'"))
    .order_by(conversations.c.key)
    .limit(_most)
    .offset(number(0))
)
FIRST_TURNS: Final = text_of(
    select(turns.c.seq, turns.c.data)
    .where(turns.c.conversation == _of, turns.c.seq > bindparam("after"))
    .order_by(turns.c.seq)
    .limit(_most)
    .offset(number(0))
)
TRIM: Final = text_of(delete(turns).where(turns.c.conversation == _of, turns.c.seq <= bindparam("upto")))
_old_failures = (
    select(failures.c.conversation, failures.c.id)
    .where(failures.c.at < bindparam("before"))
    .order_by(failures.c.at)
    .limit(_most)
    .offset(number(0))
)
_old_letters = (
    select(outbox.c.conversation, outbox.c.place)
    .where(outbox.c.state == number(DEAD), outbox.c.at < bindparam("before"))
    .order_by(outbox.c.at)
    .limit(_most)
    .offset(number(0))
)
DROP_OLD: Final = (
    text_of(delete(failures).where(tuple_(failures.c.conversation, failures.c.id).in_(_old_failures))),
    text_of(delete(outbox).where(tuple_(outbox.c.conversation, outbox.c.place).in_(_old_letters))),
)

# -- everything of a conversation

OF: Final = text_of(
    select(
        conversations.c.key,
        conversations.c.channel,
        conversations.c.owner,
        conversations.c.turns,
        conversations.c.touched,
        conversations.c.data,
        customers.c.customer,
    )
    .join_from(conversations, customers, customers.c.conversation == conversations.c.key, isouter=True)
    .where(conversations.c.id == _which)
)
KEPT: Final = (  # waiting, deliveries, calls, timers, failures, seen, threads
    text_of(
        select(inbox.c.seq, inbox.c.data, inbox.c.customer).where(inbox.c.conversation == _of).order_by(inbox.c.seq)
    ),
    text_of(
        select(outbox.c.id, outbox.c.state, outbox.c.attempts, outbox.c.at, outbox.c.note, outbox.c.data)
        .where(outbox.c.conversation == _of)
        .order_by(outbox.c.place)
    ),
    text_of(
        select(calls.c.id, calls.c.state, calls.c.at, calls.c.data)
        .where(calls.c.conversation == _of)
        .order_by(calls.c.at, calls.c.id)
    ),
    text_of(
        select(timers.c.id, timers.c.due, timers.c.question, timers.c.purpose)
        .where(timers.c.conversation == _of)
        .order_by(timers.c.due, timers.c.question, timers.c.purpose)
    ),
    text_of(
        select(
            *(failures.c.kind, failures.c.id, failures.c.at, failures.c.note, failures.c.data, failures.c.customer)
        )
        .where(failures.c.conversation == _of)
        .order_by(failures.c.at, failures.c.id)
    ),
    text_of(
        select(seen.c.channel, seen.c.id)
        .where(seen.c.conversation == _of, seen.c.channel != literal_column("''"))
        .order_by(seen.c.seq, seen.c.id)
    ),
    text_of(
        select(
            *(threads.c.room, threads.c.id, threads.c.place, threads.c.since, threads.c.shown, threads.c.ended),
            threads.c.at,
        )
        .where(threads.c.conversation == _of)
        .order_by(threads.c.at, threads.c.id)
    ),
)
