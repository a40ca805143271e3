"""The statements as SQLite's text, written by `python -m botkit.stores.queries`: change them there."""

from typing import Final

ARRIVE: Final = (
    "INSERT INTO conversations (id, channel, accepted, processed, fence, turns, owner, touched, hour) VALUES "
    "(:id, :channel, :accepted, :processed, :fence, :turns, :owner, :touched, :hour) ON CONFLICT (id) DO UPDATE"
    ' SET accepted = (conversations.accepted + 1) RETURNING "key", accepted, processed'
)

PUT: Final = (
    "INSERT INTO inbox (conversation, seq, data, customer, waiting) VALUES (:conversation, :seq, :data, "
    ":customer, :waiting)"
)

REMEMBER: Final = (
    "INSERT INTO seen (channel, id, conversation, seq, day) VALUES (:channel, :id, :conversation, :seq, :day) "
    "ON CONFLICT DO NOTHING"
)

UNREMEMBER: Final = "DELETE FROM seen WHERE seen.channel = :on AND seen.id = :which"

SEEN: Final = (
    'SELECT conversations.id, seen.seq FROM seen JOIN conversations ON conversations."key" = seen.conversation '
    "WHERE seen.channel = :on AND seen.id = :which UNION ALL SELECT '', 0 FROM erased WHERE erased.mark = :mark"
)

ANY_ERASED: Final = "SELECT 1 FROM erased LIMIT 1 OFFSET 0"

LOAD: Final = (
    "SELECT conversations.fence, conversations.data, inbox.seq, inbox.data AS arrived, inbox.customer, "
    'inbox.waiting FROM conversations LEFT OUTER JOIN inbox ON inbox.conversation = conversations."key" WHERE '
    "conversations.id = :which ORDER BY inbox.seq LIMIT :most OFFSET 0"
)

HELD: Final = (
    'SELECT conversations."key", conversations.accepted, conversations.processed, conversations.owner, '
    "conversations.hour FROM conversations WHERE conversations.id = :which AND conversations.fence = :held"
)

STANDS: Final = (
    'SELECT conversations."key", conversations.accepted, conversations.processed, conversations.owner, '
    "conversations.hour FROM conversations WHERE conversations.id = :which AND conversations.fence = :held AND "
    "conversations.accepted = conversations.processed"
)

MOVE: Final = (
    "UPDATE conversations SET accepted=(conversations.accepted + :came), processed=(conversations.processed + "
    ":taken), fence=(conversations.fence + 1), turns=(conversations.turns + :more), touched=:at, data=:bytes "
    'WHERE conversations."key" = :of'
)

MOVE_FROM: Final = (
    "UPDATE conversations SET accepted=(conversations.accepted + :came), processed=(conversations.processed + "
    ":taken), fence=(conversations.fence + 1), turns=(conversations.turns + :more), touched=:at, data=:bytes "
    'WHERE conversations."key" = :of AND conversations.id = :which AND conversations.fence = :held AND '
    "conversations.accepted = :stood AND conversations.processed = :stood AND conversations.owner = :by_owner "
    "AND conversations.hour = :at_hour"
)

BEGIN: Final = (
    "INSERT INTO conversations (id, channel, accepted, processed, fence, turns, owner, touched, hour, data) "
    "VALUES (:id, :channel, :accepted, :processed, :fence, :turns, :owner, :touched, :hour, :data) ON CONFLICT "
    "DO NOTHING"
)

LIST_ANEW: Final = 'UPDATE conversations SET owner=:by_owner, hour=:at_hour WHERE conversations."key" = :of'

TAKE: Final = "DELETE FROM inbox WHERE inbox.conversation = :of AND inbox.seq <= :upto"

KNOW: Final = (
    "INSERT INTO customers (conversation, customer) VALUES (:conversation, :customer) ON CONFLICT "
    "(conversation) DO UPDATE SET customer = excluded.customer"
)

FORGET_CUSTOMER: Final = "DELETE FROM customers WHERE customers.conversation = :of"

RECORD: Final = "INSERT INTO turns (conversation, seq, data) VALUES (:conversation, :seq, :data)"

RECORDS: Final = (
    'SELECT turns.seq, turns.data FROM turns WHERE turns.conversation = (SELECT conversations."key" FROM '
    "conversations WHERE conversations.id = :owned_by) AND turns.seq >= :first ORDER BY turns.seq LIMIT :most "
    "OFFSET 0"
)

PLAN: Final = "INSERT INTO calls (conversation, id, state, at, data) VALUES (:conversation, :id, :state, :at, :data)"

START: Final = "UPDATE calls SET state=1, at=:by WHERE calls.id = :which AND calls.state < 2 AND calls.state = 0"

LOSE: Final = (
    "INSERT INTO failures (conversation, id, kind, at, note, data) SELECT calls.conversation, calls.id, 1, :by "
    "AS anon_1, :why AS anon_2, calls.data FROM calls WHERE calls.id = :which AND calls.conversation = (SELECT "
    'conversations."key" FROM conversations WHERE conversations.id = :owned_by) AND calls.state < 2'
)

FINISH: Final = (
    "UPDATE calls SET state=2, at=:by, data=NULL WHERE calls.id = :which AND calls.conversation = (SELECT "
    'conversations."key" FROM conversations WHERE conversations.id = :owned_by) AND calls.state < 2'
)

FINISH_OF: Final = (
    "UPDATE calls SET state=2, at=:by, data=NULL WHERE calls.conversation = :of AND calls.id = :which AND "
    "calls.state < 2"
)

OPEN: Final = (
    'SELECT conversations.id, calls.data, calls.state FROM calls JOIN conversations ON conversations."key" = '
    "calls.conversation WHERE calls.state < 2 ORDER BY calls.at, calls.id"
)

QUEUE: Final = (
    "INSERT INTO outbox (conversation, place, id, state, attempts, at, data, note) VALUES (:conversation, "
    ":place, :id, :state, :attempts, :at, :data, :note)"
)

UNSENT: Final = (
    "SELECT outbox.data, outbox.attempts, outbox.at, outbox.id FROM outbox WHERE outbox.conversation = (SELECT "
    'conversations."key" FROM conversations WHERE conversations.id = :owned_by) AND outbox.state = 0 ORDER BY '
    "outbox.place"
)

MARK_SENT: Final = (
    "UPDATE outbox SET state=1, at=:by, data=NULL, note=:why WHERE outbox.id = :which AND outbox.state = 0"
)

PUT_OFF: Final = (
    "UPDATE outbox SET state=0, attempts=(outbox.attempts + 1), at=:by, note=:why WHERE outbox.id = :which AND "
    "outbox.state = 0"
)

GIVE_UP: Final = (
    "UPDATE outbox SET state=2, attempts=(outbox.attempts + 1), at=:by, note=:why WHERE outbox.id = :which AND "
    "outbox.state = 0"
)

FAILED: Final = (
    "SELECT conversations.id, outbox.data, outbox.attempts, outbox.at, outbox.note FROM outbox JOIN "
    'conversations ON conversations."key" = outbox.conversation WHERE outbox.state = 2 ORDER BY outbox.at DESC,'
    " outbox.place DESC LIMIT :most OFFSET 0"
)

FAIL: Final = (
    "INSERT INTO failures (conversation, id, kind, at, note, data, customer) VALUES (:conversation, :id, :kind,"
    " :at, :note, :data, :customer)"
)

FAILURES: Final = (
    "SELECT failed.id, failed.kind, failed.what, failed.at, failed.note, failed.data, failed.customer FROM "
    "(SELECT conversations.id AS id, failures.kind AS kind, failures.id AS what, failures.at AS at, "
    "failures.note AS note, failures.data AS data, failures.customer AS customer FROM failures JOIN "
    'conversations ON conversations."key" = failures.conversation UNION ALL SELECT conversations.id AS id, -1 '
    "AS kind, outbox.id AS what, outbox.at AS at, outbox.note AS note, outbox.data AS data, NULL AS customer "
    'FROM outbox JOIN conversations ON conversations."key" = outbox.conversation WHERE outbox.state = 2) AS '
    "failed ORDER BY failed.at DESC, failed.what DESC LIMIT :most OFFSET 0"
)

FAILURE: Final = (
    "SELECT failed.id, failed.kind, failed.what, failed.at, failed.note, failed.data, failed.customer FROM "
    "(SELECT conversations.id AS id, failures.kind AS kind, failures.id AS what, failures.at AS at, "
    "failures.note AS note, failures.data AS data, failures.customer AS customer FROM failures JOIN "
    'conversations ON conversations."key" = failures.conversation UNION ALL SELECT conversations.id AS id, -1 '
    "AS kind, outbox.id AS what, outbox.at AS at, outbox.note AS note, outbox.data AS data, NULL AS customer "
    'FROM outbox JOIN conversations ON conversations."key" = outbox.conversation WHERE outbox.state = 2) AS '
    "failed WHERE failed.what = :which"
)

SEND_AGAIN: Final = (
    "UPDATE outbox SET state=0, attempts=0, at=:by, note=NULL WHERE outbox.id = :which AND outbox.state = 2"
)

DROP: Final = (
    ("DELETE FROM outbox WHERE outbox.id = :which AND outbox.state = 2"),
    ("DELETE FROM failures WHERE failures.id = :which"),
)

DELIVERIES: Final = (
    "SELECT outbox.id, outbox.state, outbox.at, outbox.note FROM outbox WHERE outbox.conversation = (SELECT "
    'conversations."key" FROM conversations WHERE conversations.id = :owned_by) AND outbox.state != 0 ORDER BY '
    "outbox.place"
)

SET_TIMER: Final = (
    "INSERT INTO timers (conversation, question, purpose, id, due) VALUES (:conversation, :question, :purpose, "
    ":id, :due) ON CONFLICT (conversation, question, purpose) DO UPDATE SET id = excluded.id, due = "
    "excluded.due"
)

DROP_TIMERS: Final = "DELETE FROM timers WHERE timers.conversation = :of AND timers.question = :about"

DUE: Final = (
    "SELECT conversations.id, timers.conversation, timers.question, timers.purpose, timers.id AS timer FROM "
    'timers JOIN conversations ON conversations."key" = timers.conversation WHERE timers.due <= :by ORDER BY '
    "timers.due LIMIT :most OFFSET 0"
)

FIRE: Final = (
    "DELETE FROM timers WHERE timers.conversation = :of AND timers.question = :about AND timers.purpose = :for_what"
)

NEXT_TIMER: Final = "SELECT min(timers.due) AS min_1 FROM timers"

UNFINISHED: Final = (
    'SELECT conversations.id FROM conversations WHERE conversations."key" IN (SELECT inbox.conversation FROM '
    "inbox UNION SELECT outbox.conversation FROM outbox WHERE outbox.state = 0 UNION SELECT calls.conversation "
    "FROM calls WHERE calls.state < 2) ORDER BY conversations.touched"
)

LEFT: Final = (
    "SELECT 'waiting', conversations.id FROM conversations WHERE conversations.\"key\" IN (SELECT "
    "inbox.conversation FROM inbox) UNION ALL SELECT 'unsent', conversations.id FROM conversations WHERE "
    'conversations."key" IN (SELECT outbox.conversation FROM outbox WHERE outbox.state = 0 AND outbox.at <= '
    ":by) UNION ALL SELECT 'calling', conversations.id FROM conversations WHERE conversations.\"key\" IN (SELECT "
    "calls.conversation FROM calls WHERE calls.state < 2)"
)

BACKLOG: Final = (
    "SELECT (SELECT count(*) AS count_1 FROM inbox) AS anon_1, (SELECT count(*) AS count_2 FROM outbox WHERE "
    "outbox.state = 0) AS anon_2, (SELECT count(*) AS count_3 FROM calls WHERE calls.state < 2) AS anon_3, "
    "(SELECT count(*) AS count_4 FROM outbox WHERE outbox.state = 2) AS anon_4, (SELECT count(*) AS count_5 "
    "FROM failures) AS anon_5"
)

LIST: Final = (
    "SELECT conversations.id, conversations.channel, conversations.owner, conversations.turns, "
    'conversations.touched, conversations.data, conversations."key" FROM conversations WHERE conversations.hour'
    ' <= :before_hour AND (conversations.touched, conversations."key") < (:at, :before_key) ORDER BY '
    'conversations.hour DESC, conversations.touched DESC, conversations."key" DESC LIMIT :most OFFSET 0'
)

LIST_OF_BOT: Final = (
    "SELECT conversations.id, conversations.channel, conversations.owner, conversations.turns, "
    'conversations.touched, conversations.data, conversations."key" FROM conversations WHERE conversations.hour'
    ' <= :before_hour AND (conversations.touched, conversations."key") < (:at, :before_key) AND '
    "conversations.owner = 'bot' ORDER BY conversations.hour DESC, conversations.touched DESC, "
    'conversations."key" DESC LIMIT :most OFFSET 0'
)

LIST_OF_PEOPLE: Final = (
    "SELECT conversations.id, conversations.channel, conversations.owner, conversations.turns, "
    'conversations.touched, conversations.data, conversations."key" FROM conversations WHERE conversations.hour'
    ' <= :before_hour AND (conversations.touched, conversations."key") < (:at, :before_key) AND '
    "conversations.owner != 'bot' AND conversations.owner = :held_by ORDER BY conversations.hour DESC, "
    'conversations.touched DESC, conversations."key" DESC LIMIT :most OFFSET 0'
)

OF_CUSTOMER: Final = (
    'SELECT conversations.id FROM customers JOIN conversations ON conversations."key" = customers.conversation '
    'WHERE customers.customer = :which ORDER BY conversations.touched DESC, conversations."key" DESC'
)

OF_CUSTOMER_ON: Final = (
    'SELECT conversations.id FROM customers JOIN conversations ON conversations."key" = customers.conversation '
    "WHERE customers.customer = :which AND conversations.channel = :on ORDER BY conversations.touched DESC, "
    'conversations."key" DESC'
)

KEEP_VERSION: Final = "INSERT INTO versions (version, at, data) VALUES (:version, :at, :data) ON CONFLICT DO NOTHING"

VERSION: Final = "SELECT versions.data FROM versions WHERE versions.version = :which"

VERSIONS: Final = "SELECT versions.version FROM versions"

DROP_VERSION: Final = "DELETE FROM versions WHERE versions.version = :which"

PUBLISH: Final = (
    'INSERT INTO publications (number, version, share, "by", at) SELECT coalesce(max(publications.number), 0) +'
    " 1 AS anon_1, :which AS anon_2, :share AS anon_3, :by AS anon_4, :at AS anon_5 FROM publications RETURNING"
    " number"
)

PUBLICATIONS: Final = (
    'SELECT publications.number, publications.version, publications.share, publications."by", publications.at '
    "FROM publications ORDER BY publications.number DESC LIMIT :most OFFSET 0"
)

SESSIONS: Final = (
    'SELECT conversations."key", conversations.data FROM conversations WHERE conversations."key" > :after AND '
    'conversations.hour >= :since_hour AND conversations.data IS NOT NULL ORDER BY conversations."key" LIMIT '
    ":most OFFSET 0"
)

BUDGET: Final = 'SELECT budgets.began, budgets.used FROM budgets WHERE budgets."key" = :which'

SPEND: Final = (
    'INSERT INTO budgets ("key", began, used) VALUES (:key, :began, :used) ON CONFLICT ("key") DO UPDATE SET '
    "began = excluded.began, used = excluded.used"
)

KEEP_FILE: Final = (
    "INSERT INTO files (conversation, ref, name, mime, size, at, sent) VALUES (:conversation, :ref, :name, "
    ":mime, :size, :at, :sent) ON CONFLICT (conversation, ref) DO UPDATE SET name = excluded.name, at = "
    "excluded.at"
)

FILE: Final = (
    "SELECT files.ref, files.name, files.mime, files.size, files.at, files.sent FROM files WHERE "
    "files.conversation = :owned_by AND files.ref = :which"
)

FILES: Final = (
    "SELECT files.ref, files.name, files.mime, files.size, files.at, files.sent FROM files WHERE "
    "files.conversation = :owned_by ORDER BY files.at, files.ref"
)

FILES_HELD: Final = (
    "SELECT coalesce(sum(files.size), 0) AS coalesce_1 FROM files WHERE files.conversation = :owned_by"
)

SEND_FILE: Final = "UPDATE files SET sent=1 WHERE files.conversation = :owned_by AND files.ref = :which"

FILES_BEFORE: Final = "SELECT files.conversation, files.ref FROM files WHERE files.at < :before"

FILES_UNSENT: Final = "SELECT files.conversation, files.ref FROM files WHERE files.at < :before AND files.sent = 0"

DROP_FILE: Final = "DELETE FROM files WHERE files.conversation = :owned_by AND files.ref = :which"

HOLDER: Final = "SELECT 1 FROM files WHERE files.ref = :which LIMIT 1 OFFSET 0"

SCHEMA: Final = (
    (
        "CREATE TABLE audits (number INTEGER NOT NULL, at FLOAT NOT NULL, who TEXT NOT NULL, what TEXT NOT NULL, "
        "about TEXT NOT NULL, PRIMARY KEY (number))"
    ),
    ("CREATE INDEX ix_audits_about ON audits (about)"),
    (
        'CREATE TABLE budgets ("key" TEXT NOT NULL, began FLOAT NOT NULL, used FLOAT NOT NULL, PRIMARY KEY ("key"))'
        " WITHOUT ROWID"
    ),
    (
        "CREATE TABLE calls (conversation INTEGER NOT NULL, id TEXT NOT NULL, state SMALLINT NOT NULL, at FLOAT NOT"
        " NULL, data BLOB, worker TEXT, until FLOAT, PRIMARY KEY (conversation, id)) WITHOUT ROWID"
    ),
    ("CREATE UNIQUE INDEX ix_calls_open ON calls (id) WHERE state < 2"),
    (
        'CREATE TABLE conversations ("key" INTEGER NOT NULL, id TEXT NOT NULL, channel TEXT NOT NULL, accepted '
        "INTEGER NOT NULL, processed INTEGER NOT NULL, fence BIGINT NOT NULL, turns INTEGER NOT NULL, owner TEXT "
        'NOT NULL, touched FLOAT NOT NULL, hour INTEGER NOT NULL, data BLOB, PRIMARY KEY ("key"), CONSTRAINT '
        "ck_conversations_processed CHECK (processed <= accepted), UNIQUE (id))"
    ),
    ("CREATE INDEX ix_conversations_hour ON conversations (hour)"),
    ("CREATE INDEX ix_conversations_owner ON conversations (owner) WHERE owner <> 'bot'"),
    (
        "CREATE TABLE customers (conversation INTEGER NOT NULL, customer TEXT NOT NULL, PRIMARY KEY (conversation))"
        " WITHOUT ROWID"
    ),
    ("CREATE INDEX ix_customers_customer ON customers (customer)"),
    (
        "CREATE TABLE duties (duty TEXT NOT NULL, number BIGINT NOT NULL, worker TEXT, until FLOAT, PRIMARY KEY "
        "(duty)) WITHOUT ROWID"
    ),
    (
        "CREATE TABLE embeddings (digest BLOB NOT NULL, vector BLOB NOT NULL, used FLOAT NOT NULL, PRIMARY KEY "
        "(digest))"
    ),
    ("CREATE INDEX ix_embeddings_used ON embeddings (used)"),
    ("CREATE TABLE erased (mark BLOB NOT NULL, day INTEGER NOT NULL, PRIMARY KEY (mark)) WITHOUT ROWID"),
    (
        "CREATE TABLE erasures (number INTEGER NOT NULL, at FLOAT NOT NULL, why TEXT NOT NULL, counts TEXT NOT "
        "NULL, PRIMARY KEY (number))"
    ),
    (
        "CREATE TABLE failures (conversation INTEGER NOT NULL, id TEXT NOT NULL, kind SMALLINT NOT NULL, at FLOAT "
        "NOT NULL, note TEXT, data BLOB, customer BLOB, PRIMARY KEY (conversation, id)) WITHOUT ROWID"
    ),
    ("CREATE INDEX ix_failures_at ON failures (at)"),
    (
        "CREATE TABLE figures (day INTEGER NOT NULL, channel TEXT NOT NULL, kind TEXT NOT NULL, flow TEXT NOT NULL,"
        " route TEXT NOT NULL, outcome TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (day, channel, kind, "
        "flow, route, outcome)) WITHOUT ROWID"
    ),
    (
        "CREATE TABLE files (conversation TEXT NOT NULL, ref TEXT NOT NULL, name TEXT NOT NULL, mime TEXT NOT NULL,"
        " size BIGINT NOT NULL, at FLOAT NOT NULL, sent SMALLINT NOT NULL, PRIMARY KEY (conversation, ref)) WITHOUT"
        " ROWID"
    ),
    ("CREATE INDEX ix_files_at ON files (at)"),
    ("CREATE INDEX ix_files_ref ON files (ref)"),
    (
        "CREATE TABLE inbox (conversation INTEGER NOT NULL, seq INTEGER NOT NULL, data BLOB NOT NULL, customer "
        "BLOB, at FLOAT, waiting INTEGER, PRIMARY KEY (conversation, seq)) WITHOUT ROWID"
    ),
    (
        "CREATE TABLE notices (id TEXT NOT NULL, plugin TEXT NOT NULL, conversation TEXT NOT NULL, channel TEXT NOT"
        " NULL, customer TEXT NOT NULL, why TEXT NOT NULL, at FLOAT NOT NULL, due FLOAT NOT NULL, tries INTEGER NOT"
        " NULL, PRIMARY KEY (id)) WITHOUT ROWID"
    ),
    ("CREATE INDEX ix_notices_due ON notices (plugin, due)"),
    (
        "CREATE TABLE objects (name TEXT NOT NULL, ref TEXT NOT NULL, parts INTEGER NOT NULL, at FLOAT NOT NULL, "
        "PRIMARY KEY (name)) WITHOUT ROWID"
    ),
    ("CREATE INDEX ix_objects_at ON objects (at) WHERE ref = ''"),
    ("CREATE UNIQUE INDEX ix_objects_ref ON objects (ref) WHERE ref <> ''"),
    (
        "CREATE TABLE outbox (conversation INTEGER NOT NULL, place BIGINT NOT NULL, id TEXT NOT NULL, state "
        "SMALLINT NOT NULL, attempts INTEGER NOT NULL, at FLOAT NOT NULL, data BLOB, note TEXT, worker TEXT, until "
        "FLOAT, PRIMARY KEY (conversation, place)) WITHOUT ROWID"
    ),
    ("CREATE INDEX ix_outbox_dead ON outbox (at) WHERE state = 2"),
    ("CREATE UNIQUE INDEX ix_outbox_pending ON outbox (id) WHERE state = 0"),
    (
        'CREATE TABLE publications (number INTEGER NOT NULL, version TEXT NOT NULL, share SMALLINT NOT NULL, "by" '
        "TEXT NOT NULL, at FLOAT NOT NULL, PRIMARY KEY (number))"
    ),
    ('CREATE TABLE rates ("key" TEXT NOT NULL, at FLOAT NOT NULL, PRIMARY KEY ("key")) WITHOUT ROWID'),
    (
        "CREATE TABLE seen (channel TEXT NOT NULL, id TEXT NOT NULL, conversation INTEGER NOT NULL, seq INTEGER NOT"
        " NULL, day INTEGER NOT NULL, PRIMARY KEY (channel, id)) WITHOUT ROWID"
    ),
    (
        "CREATE TABLE threads (room TEXT NOT NULL, id TEXT NOT NULL, conversation INTEGER NOT NULL, place TEXT NOT "
        "NULL, since FLOAT NOT NULL, shown INTEGER NOT NULL, ended SMALLINT NOT NULL, at FLOAT NOT NULL, PRIMARY "
        "KEY (room, id)) WITHOUT ROWID"
    ),
    ("CREATE INDEX ix_threads_conversation ON threads (conversation)"),
    ("CREATE INDEX ix_threads_open ON threads (room, at) WHERE ended = 0"),
    (
        "CREATE TABLE timers (conversation INTEGER NOT NULL, question TEXT NOT NULL, purpose TEXT NOT NULL, id TEXT"
        " NOT NULL, due FLOAT NOT NULL, PRIMARY KEY (conversation, question, purpose)) WITHOUT ROWID"
    ),
    ("CREATE INDEX ix_timers_due ON timers (due)"),
    (
        "CREATE TABLE turns (conversation INTEGER NOT NULL, seq INTEGER NOT NULL, data BLOB NOT NULL, PRIMARY KEY "
        "(conversation, seq)) WITHOUT ROWID"
    ),
    (
        "CREATE TABLE versions (version TEXT NOT NULL, at FLOAT NOT NULL, data BLOB NOT NULL, PRIMARY KEY "
        "(version)) WITHOUT ROWID"
    ),
)

TABLES: Final = (
    ("audits"),
    ("budgets"),
    ("calls"),
    ("conversations"),
    ("customers"),
    ("duties"),
    ("embeddings"),
    ("erased"),
    ("erasures"),
    ("failures"),
    ("figures"),
    ("files"),
    ("inbox"),
    ("notices"),
    ("objects"),
    ("outbox"),
    ("publications"),
    ("rates"),
    ("seen"),
    ("threads"),
    ("timers"),
    ("turns"),
    ("versions"),
)
