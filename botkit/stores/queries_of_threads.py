"""The statements about threads of teams' channels, in SQLAlchemy's words. See `queries`."""

from typing import Final

from sqlalchemy import bindparam, func, select
from sqlalchemy.dialects.sqlite import insert

from botkit.stores.compiling import number, text_of
from botkit.stores.schema import conversations, seen, threads

_coming_thread = insert(threads)
_thread_of = select(
    bindparam("room"),
    bindparam("id"),
    conversations.c.key,
    bindparam("place"),
    bindparam("since"),
    bindparam("shown"),
    bindparam("ended"),
    bindparam("at"),
).where(conversations.c.id == bindparam("owned_by"))
KEEP_THREAD: Final = text_of(
    _coming_thread.from_select(
        ["room", "id", "conversation", "place", "since", "shown", "ended", "at"], _thread_of
    ).on_conflict_do_update(
        index_elements=[threads.c.room, threads.c.id],
        set_={name: func.max(threads.c[name], _coming_thread.excluded[name]) for name in ("shown", "ended", "at")},
    )
)
_threads = select(
    threads.c.room,
    threads.c.id,
    conversations.c.id.label("conversation"),
    *(threads.c.place, threads.c.since, threads.c.shown, threads.c.ended, threads.c.at),
).join_from(threads, conversations, conversations.c.key == threads.c.conversation)
THREAD: Final = text_of(_threads.where(threads.c.room == bindparam("room"), threads.c.id == bindparam("which")))
OPEN_THREADS: Final = text_of(
    _threads.where(threads.c.room == bindparam("room"), threads.c.ended == number(0)).order_by(threads.c.at)
)
HEARD: Final = text_of(select(number(1)).where(seen.c.channel == bindparam("on"), seen.c.id == bindparam("which")))
