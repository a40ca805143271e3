"""The tables, for every dialect. A change here comes with a migration (`states.HEAD` is the newest one's revision)
and `python -m botkit.stores.queries`.

`conversations.key` is the narrow name of a conversation in the other tables. `accepted` counts the messages that
came, `processed` those that were dealt with, and `fence` changes with every commit; it begins anywhere, so that
whoever still holds an erased conversation's fence cannot write into its successor. `hour` is `touched` in whole
hours: an index on it lists the newest first, and changes once an hour instead of once a turn.

Waiting messages leave `inbox` when they are dealt with; `seen` keeps their platform's ids (channel, id), and keys
of our own events with an empty channel, against repeated deliveries; the day lets old ones go. A sent reply stays
in `outbox` without its text, which is in the turn's record. `failures` keeps, for an operator, events of which no
turn could be made and calls of which nobody knows whether they were done; replies that failed stay in `outbox`.
`worker` has a reply to send or a call to make `until` then, by the database's clock, and `inbox.at` is when a row
came by that clock; SQLite has one worker and fills none of them. `data` columns hold `codec` bytes, packed by
`packing`. `inbox.waiting` is how many rows waited in the conversation when this one came, it included.

`embeddings` are vectors of the bot's own texts, examples and passages, by digest; nothing of a customer is among
them.

`threads` are those of teams' channels in which conversations are shown.

`duties` are what one process of several does, `rates` when the next place of each rate begins, `budgets` what is used
of each in its period; with SQLite only budgets have rows.

Every table with something of a customer has a column `conversation`, or is named by one (`rates`, `budgets`), and
`ERASE` empties it there. What is left is of nobody: `audits` says who of the house did what when, without the name
of what was erased; `erasures` says that something was removed, when, why and how much; `figures` counts by days
(since the epoch) the turns that were removed; `erased` holds digests of the platform's ids of removed messages
(`erasing.mark_of`), as long as `seen` would have held the ids.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    text,
)

NARROW = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows only in a column called INTEGER

metadata = MetaData()

conversations = Table(
    "conversations",
    metadata,
    Column("key", NARROW, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    Column("channel", Text, nullable=False),
    Column("accepted", Integer, nullable=False),
    Column("processed", Integer, nullable=False),
    Column("fence", BigInteger, nullable=False),
    Column("turns", Integer, nullable=False),
    Column("owner", Text, nullable=False),
    Column("touched", Float, nullable=False),
    Column("hour", Integer, nullable=False),
    Column("data", LargeBinary),
    CheckConstraint("processed <= accepted", name="ck_conversations_processed"),
)
Index("ix_conversations_hour", conversations.c.hour)
Index(
    "ix_conversations_owner",
    conversations.c.owner,
    sqlite_where=text("owner <> 'bot'"),
    postgresql_where=text("owner <> 'bot'"),
)

inbox = Table(
    "inbox",
    metadata,
    Column("conversation", NARROW, primary_key=True, autoincrement=False),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("data", LargeBinary, nullable=False),
    Column("customer", LargeBinary),
    Column("at", Float),
    Column("waiting", Integer),
    sqlite_with_rowid=False,
)

seen = Table(
    "seen",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("conversation", NARROW, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("day", Integer, nullable=False),
    sqlite_with_rowid=False,
)

turns = Table(
    "turns",
    metadata,
    Column("conversation", NARROW, primary_key=True, autoincrement=False),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("data", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

# PostgreSQL has `ix_outbox_unsent` (conversation, place) where state = 0 besides, since many workers look there.
outbox = Table(
    "outbox",
    metadata,
    Column("conversation", NARROW, primary_key=True, autoincrement=False),
    Column("place", BigInteger, primary_key=True, autoincrement=False),
    Column("id", Text, nullable=False),
    Column("state", SmallInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("at", Float, nullable=False),  # pending: due; else when it was sent or given up
    Column("data", LargeBinary),
    Column("note", Text),  # sent: the platform's id; else the last error
    Column("worker", Text),
    Column("until", Float),
    sqlite_with_rowid=False,
)
Index(
    "ix_outbox_pending",
    outbox.c.id,
    unique=True,
    sqlite_where=text("state = 0"),
    postgresql_where=text("state = 0"),
)
Index("ix_outbox_dead", outbox.c.at, sqlite_where=text("state = 2"), postgresql_where=text("state = 2"))

calls = Table(
    "calls",
    metadata,
    Column("conversation", NARROW, primary_key=True, autoincrement=False),
    Column("id", Text, primary_key=True),
    Column("state", SmallInteger, nullable=False),
    Column("at", Float, nullable=False),
    Column("data", LargeBinary),
    Column("worker", Text),
    Column("until", Float),
    sqlite_with_rowid=False,
)
Index(
    "ix_calls_open",
    calls.c.id,
    unique=True,
    sqlite_where=text("state < 2"),
    postgresql_where=text("state < 2"),
)

timers = Table(
    "timers",
    metadata,
    Column("conversation", NARROW, primary_key=True, autoincrement=False),
    Column("question", Text, primary_key=True),
    Column("purpose", Text, primary_key=True),
    Column("id", Text, nullable=False),
    Column("due", Float, nullable=False),
    sqlite_with_rowid=False,
)
Index("ix_timers_due", timers.c.due)

failures = Table(
    "failures",
    metadata,
    Column("conversation", NARROW, primary_key=True, autoincrement=False),
    Column("id", Text, primary_key=True),
    Column("kind", SmallInteger, nullable=False),
    Column("at", Float, nullable=False),
    Column("note", Text),
    Column("data", LargeBinary),
    Column("customer", LargeBinary),
    sqlite_with_rowid=False,
)
Index("ix_failures_at", failures.c.at)

customers = Table(
    "customers",
    metadata,
    Column("conversation", NARROW, primary_key=True, autoincrement=False),
    Column("customer", Text, nullable=False),
    sqlite_with_rowid=False,
)
Index("ix_customers_customer", customers.c.customer)

duties = Table(
    "duties",
    metadata,
    Column("duty", Text, primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("worker", Text),
    Column("until", Float),
    sqlite_with_rowid=False,
)

rates = Table(
    "rates",
    metadata,
    Column("key", Text, primary_key=True),
    Column("at", Float, nullable=False),
    sqlite_with_rowid=False,
)

budgets = Table(
    "budgets",
    metadata,
    Column("key", Text, primary_key=True),
    Column("began", Float, nullable=False),
    Column("used", Float, nullable=False),
    sqlite_with_rowid=False,
)

# By the conversation's id: a file may come before its message does. PostgreSQL keeps the content in `file_parts`.
files = Table(
    "files",
    metadata,
    Column("conversation", Text, primary_key=True),
    Column("ref", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("mime", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("at", Float, nullable=False),
    Column("sent", SmallInteger, nullable=False),
    sqlite_with_rowid=False,
)
Index("ix_files_at", files.c.at)
Index("ix_files_ref", files.c.ref)

# In a bucket, if bot.yaml names one: `ref` is empty while it comes in, and once it is to be removed (`at` is 0 then).
objects = Table(
    "objects",
    metadata,
    Column("name", Text, primary_key=True),
    Column("ref", Text, nullable=False),
    Column("parts", Integer, nullable=False),
    Column("at", Float, nullable=False),
    sqlite_with_rowid=False,
)
Index("ix_objects_at", objects.c.at, sqlite_where=text("ref = ''"), postgresql_where=text("ref = ''"))
Index(
    "ix_objects_ref", objects.c.ref, unique=True, sqlite_where=text("ref <> ''"), postgresql_where=text("ref <> ''")
)

publications = Table(
    "publications",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("version", Text, nullable=False),
    Column("share", SmallInteger, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Float, nullable=False),
)

versions = Table(
    "versions",
    metadata,
    Column("version", Text, primary_key=True),
    Column("at", Float, nullable=False),
    Column("data", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

threads = Table(
    "threads",
    metadata,
    Column("room", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("conversation", NARROW, nullable=False),
    Column("place", Text, nullable=False),
    Column("since", Float, nullable=False),
    Column("shown", Integer, nullable=False),
    Column("ended", SmallInteger, nullable=False),
    Column("at", Float, nullable=False),
    sqlite_with_rowid=False,
)
Index("ix_threads_conversation", threads.c.conversation)
Index(
    "ix_threads_open",
    threads.c.room,
    threads.c.at,
    sqlite_where=text("ended = 0"),
    postgresql_where=text("ended = 0"),
)

embeddings = Table(
    "embeddings",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("vector", LargeBinary, nullable=False),
    Column("used", Float, nullable=False),
)
Index("ix_embeddings_used", embeddings.c.used)

erasures = Table(
    "erasures",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", Float, nullable=False),
    Column("why", Text, nullable=False),
    Column("counts", Text, nullable=False),  # JSON: table → rows
)

audits = Table(
    "audits",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", Float, nullable=False),
    Column("who", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("about", Text, nullable=False),  # a conversation, until it is erased, or a version
)
Index("ix_audits_about", audits.c.about)

notices = Table(
    "notices",
    metadata,
    Column("id", Text, primary_key=True),
    Column("plugin", Text, nullable=False),
    Column("conversation", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("customer", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("at", Float, nullable=False),
    Column("due", Float, nullable=False),
    Column("tries", Integer, nullable=False),
    sqlite_with_rowid=False,
)
Index("ix_notices_due", notices.c.plugin, notices.c.due)

erased = Table(
    "erased",
    metadata,
    Column("mark", LargeBinary, primary_key=True),
    Column("day", Integer, nullable=False),
    sqlite_with_rowid=False,
)

figures = Table(
    "figures",
    metadata,
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("channel", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("flow", Text, primary_key=True),
    Column("route", Text, primary_key=True),
    Column("outcome", Text, primary_key=True),
    Column("count", Integer, nullable=False),
    sqlite_with_rowid=False,
)
