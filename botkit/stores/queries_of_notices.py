"""The statements about notices for plugins, in SQLAlchemy's words. See `queries`."""

from typing import Final

from sqlalchemy import bindparam, delete, func, insert, literal_column, select, update

from botkit.stores.compiling import number, text_of
from botkit.stores.schema import conversations, customers, notices

_named = notices.c.id == bindparam("which")
_columns = ("id", "plugin", "conversation", "channel", "customer", "why", "at")

NOTIFY: Final = text_of(
    insert(notices).from_select(
        [*_columns, "due", "tries"],
        select(
            func.lower(func.hex(func.randomblob(number(16)))),
            bindparam("plugin"),
            conversations.c.id,
            conversations.c.channel,
            func.coalesce(customers.c.customer, literal_column("''")),
            bindparam("why"),
            bindparam("at"),
            bindparam("due"),
            number(0),
        )
        .select_from(conversations)
        .outerjoin(customers, customers.c.conversation == conversations.c.key)
        .where(conversations.c.key == bindparam("of")),
    )
)
DUE_NOTICES: Final = text_of(
    select(*(notices.c[name] for name in (*_columns, "tries")))
    .where(notices.c.plugin == bindparam("plugin"), notices.c.due <= bindparam("by"))
    .order_by(notices.c.at, notices.c.id)
    .limit(bindparam("most"))
    .offset(number(0))
)
DROP_NOTICE: Final = text_of(delete(notices).where(_named))
PUT_OFF_NOTICE: Final = text_of(
    update(notices).where(_named).values(due=bindparam("due"), tries=notices.c.tries + number(1))
)
NOTICE_COUNT: Final = text_of(select(func.count()).select_from(notices))
OLD_NOTICES: Final = text_of(select(notices.c.id, notices.c.plugin).where(notices.c.at < bindparam("before")))
