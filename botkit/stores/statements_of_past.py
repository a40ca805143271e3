"""The statements as SQLite's text, written by `python -m botkit.stores.queries`: change them there."""

from typing import Final

KEY: Final = 'SELECT conversations."key" FROM conversations WHERE conversations.id = :which'

ERASE: Final = (
    (
        "DELETE FROM files WHERE files.conversation = (SELECT conversations.id FROM conversations WHERE "
        'conversations."key" = :of)'
    ),
    (
        'DELETE FROM rates WHERE rates."key" IN ((SELECT conversations.id FROM conversations WHERE '
        "conversations.\"key\" = :of), 'send ' || (SELECT conversations.id FROM conversations WHERE "
        'conversations."key" = :of))'
    ),
    (
        'DELETE FROM budgets WHERE budgets."key" IN ((SELECT conversations.id FROM conversations WHERE '
        "conversations.\"key\" = :of), 'send ' || (SELECT conversations.id FROM conversations WHERE "
        "conversations.\"key\" = :of), 'cost ' || (SELECT conversations.id FROM conversations WHERE "
        'conversations."key" = :of))'
    ),
    ("DELETE FROM customers WHERE customers.conversation = :of"),
    ("DELETE FROM inbox WHERE inbox.conversation = :of"),
    ("DELETE FROM seen WHERE seen.conversation = :of"),
    ("DELETE FROM turns WHERE turns.conversation = :of"),
    ("DELETE FROM outbox WHERE outbox.conversation = :of"),
    ("DELETE FROM calls WHERE calls.conversation = :of"),
    ("DELETE FROM timers WHERE timers.conversation = :of"),
    ("DELETE FROM failures WHERE failures.conversation = :of"),
    ("DELETE FROM threads WHERE threads.conversation = :of"),
    ('DELETE FROM conversations WHERE conversations."key" = :of'),
)

STANDING_AT: Final = (
    'SELECT conversations."key" FROM conversations WHERE conversations.id = :which AND conversations.fence = '
    ":held AND conversations.accepted = conversations.processed"
)

CHANNEL: Final = 'SELECT conversations.channel FROM conversations WHERE conversations."key" = :of'

MARKED: Final = (
    "SELECT seen.channel, seen.id, seen.day FROM seen WHERE seen.conversation = :of AND seen.channel != ''"
)

MARK_ERASED: Final = "INSERT INTO erased (mark, day) VALUES (:mark, :day) ON CONFLICT DO NOTHING"

NOTE_ERASURE: Final = (
    "INSERT INTO erasures (number, at, why, counts) SELECT coalesce(max(erasures.number), 0) + 1 AS anon_1, :at"
    " AS anon_2, :why AS anon_3, :counts AS anon_4 FROM erasures"
)

NOTE_ACT: Final = (
    "INSERT INTO audits (number, at, who, what, about) SELECT coalesce(max(audits.number), 0) + 1 AS anon_1, "
    ":at AS anon_2, :who AS anon_3, :what AS anon_4, :about AS anon_5 FROM audits"
)

ACTS: Final = (
    "SELECT audits.number, audits.at, audits.who, audits.what, audits.about FROM audits WHERE audits.number < "
    ":before ORDER BY audits.number DESC LIMIT :most OFFSET 0"
)

FORGET_ACTS: Final = (
    "UPDATE audits SET about='' WHERE audits.about = (SELECT conversations.id FROM conversations WHERE "
    'conversations."key" = :of)'
)

DROP_ACTS: Final = "DELETE FROM audits WHERE audits.at < :before"

ERASURES: Final = (
    "SELECT erasures.number, erasures.at, erasures.why, erasures.counts FROM erasures ORDER BY erasures.number "
    "DESC LIMIT :most OFFSET 0"
)

FIGURE: Final = (
    "INSERT INTO figures (day, channel, kind, flow, route, outcome, count) VALUES (:day, :channel, :kind, "
    ":flow, :route, :outcome, :count) ON CONFLICT (day, channel, kind, flow, route, outcome) DO UPDATE SET "
    "count = (figures.count + excluded.count)"
)

FIGURES: Final = (
    "SELECT figures.day, figures.channel, figures.kind, figures.flow, figures.route, figures.outcome, "
    "figures.count FROM figures ORDER BY figures.day, figures.channel, figures.kind, figures.flow, "
    "figures.route, figures.outcome"
)

DROP_FIGURES: Final = "DELETE FROM figures WHERE figures.day < :before_day"

FORGET: Final = (
    ("DELETE FROM seen WHERE seen.day < :before_day"),
    ("DELETE FROM erased WHERE erased.day < :before_day"),
    ("DELETE FROM outbox WHERE outbox.state = 1 AND outbox.at < :before"),
    ("DELETE FROM calls WHERE calls.state = 2 AND calls.at < :before"),
    ("DELETE FROM threads WHERE threads.ended = 1 AND threads.at < :before"),
    ("DELETE FROM budgets WHERE budgets.began < :before - 31536000"),
)

UNTOUCHED: Final = (
    'SELECT conversations.hour, conversations."key", conversations.id, conversations.fence, '
    "conversations.turns, conversations.data FROM conversations WHERE conversations.hour < :before_hour AND "
    "(conversations.hour, conversations.\"key\") > (:after_hour, :after) AND conversations.owner = 'bot' AND "
    "conversations.accepted = conversations.processed AND NOT (EXISTS (SELECT * FROM outbox WHERE "
    'outbox.conversation = conversations."key" AND outbox.state = 0)) AND NOT (EXISTS (SELECT * FROM calls '
    'WHERE calls.conversation = conversations."key" AND calls.state < 2)) AND NOT (EXISTS (SELECT * FROM timers'
    ' WHERE timers.conversation = conversations."key")) ORDER BY conversations.hour, conversations."key" LIMIT '
    ":most OFFSET 0"
)

TRIMMABLE: Final = (
    'SELECT conversations."key", conversations.channel FROM conversations WHERE conversations."key" > :after '
    "AND conversations.owner = 'bot' ORDER BY conversations.\"key\" LIMIT :most OFFSET 0"
)

FIRST_TURNS: Final = (
    "SELECT turns.seq, turns.data FROM turns WHERE turns.conversation = :of AND turns.seq > :after ORDER BY "
    "turns.seq LIMIT :most OFFSET 0"
)

TRIM: Final = "DELETE FROM turns WHERE turns.conversation = :of AND turns.seq <= :upto"

DROP_OLD: Final = (
    (
        "DELETE FROM failures WHERE (failures.conversation, failures.id) IN (SELECT failures.conversation, "
        "failures.id FROM failures WHERE failures.at < :before ORDER BY failures.at LIMIT :most OFFSET 0)"
    ),
    (
        "DELETE FROM outbox WHERE (outbox.conversation, outbox.place) IN (SELECT outbox.conversation, outbox.place "
        "FROM outbox WHERE outbox.state = 2 AND outbox.at < :before ORDER BY outbox.at LIMIT :most OFFSET 0)"
    ),
)

OF: Final = (
    'SELECT conversations."key", conversations.channel, conversations.owner, conversations.turns, '
    "conversations.touched, conversations.data, customers.customer FROM conversations LEFT OUTER JOIN customers"
    ' ON customers.conversation = conversations."key" WHERE conversations.id = :which'
)

KEPT: Final = (
    ("SELECT inbox.seq, inbox.data, inbox.customer FROM inbox WHERE inbox.conversation = :of ORDER BY inbox.seq"),
    (
        "SELECT outbox.id, outbox.state, outbox.attempts, outbox.at, outbox.note, outbox.data FROM outbox WHERE "
        "outbox.conversation = :of ORDER BY outbox.place"
    ),
    (
        "SELECT calls.id, calls.state, calls.at, calls.data FROM calls WHERE calls.conversation = :of ORDER BY "
        "calls.at, calls.id"
    ),
    (
        "SELECT timers.id, timers.due, timers.question, timers.purpose FROM timers WHERE timers.conversation = :of "
        "ORDER BY timers.due, timers.question, timers.purpose"
    ),
    (
        "SELECT failures.kind, failures.id, failures.at, failures.note, failures.data, failures.customer FROM "
        "failures WHERE failures.conversation = :of ORDER BY failures.at, failures.id"
    ),
    (
        "SELECT seen.channel, seen.id FROM seen WHERE seen.conversation = :of AND seen.channel != '' ORDER BY "
        "seen.seq, seen.id"
    ),
    (
        "SELECT threads.room, threads.id, threads.place, threads.since, threads.shown, threads.ended, threads.at "
        "FROM threads WHERE threads.conversation = :of ORDER BY threads.at, threads.id"
    ),
)
