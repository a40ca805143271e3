"""The statements as PostgreSQL's text. Each does for many what it does for one, given as arrays in parallel.

In what writes turns, `asked` are the jobs, numbered `n`; `moved` are those whose conversation was found as they knew
it, with its `key`; the rest of a turn is written for those alone. One statement is one transaction: a turn needs no
other. Rows of `conversations` are locked in the order of the arrays, which come sorted by id, so that two workers'
statements do not wait for each other; "C" is the collation that sorts as Python does.

Leases are counted by the server's clock (`CLOCK`, seconds since the epoch).
"""

from typing import Final

from botkit.stores.states import CALL, REPLY

CLOCK: Final = "extract(epoch from clock_timestamp())::float8"
PLACES: Final = 65_536  # between the places of one commit's replies and the next one's


def _unnest(name: str, first: int, **columns: str) -> str:
    """Write a table of arrays, whose parameters are numbered from `first` on."""
    arrays = ", ".join(f"${number}::{kind}[]" for number, kind in enumerate(columns.values(), first))
    return f"unnest({arrays}) AS {name}({', '.join(columns)})"


def _jobs(**columns: str) -> str:
    arrays = ", ".join(f"${number}::{kind}[]" for number, kind in enumerate(columns.values(), 1))
    return f"asked AS (SELECT * FROM unnest({arrays}) WITH ORDINALITY AS a({', '.join(columns)}, n))"


_MOVES: Final = {
    "id": "text",
    "held": "int8",
    "fence": "int8",
    "more": "int4",
    "at": "float8",
    "hour": "int4",
    "owner": "text",
    "bytes": "bytea",
}
_SET: Final = (
    "fence = a.fence, turns = c.turns + a.more, touched = a.at, hour = a.hour, owner = a.owner, data = a.bytes"
)
_BEHIND: Final = (
    "EXISTS (SELECT FROM outbox o WHERE o.conversation = m.key AND o.state = 0 "
    "AND o.worker IS DISTINCT FROM {worker})"
)


def _rest(first: int, *, whole: bool) -> str:
    """Write what a turn leaves beside its conversation's row; `whole` with calls and timers, which few have."""
    worker, lease = f"${first}", f"${first + 1}"
    turns = _unnest("t", first + 2, n="int8", seq="int4", data="bytea")
    replies = _unnest("r", first + 5, n="int8", nth="int8", id="text", data="bytea")
    parts = [
        f"recorded AS (INSERT INTO turns (conversation, seq, data) "
        f"SELECT m.key, t.seq, t.data FROM {turns} JOIN moved m USING (n))",
        f"queued AS (INSERT INTO outbox (conversation, place, id, state, attempts, at, data, worker, until) "
        f"SELECT m.key, m.fence * {PLACES} + r.nth, r.id, 0, 0, 0, r.data, "
        f"{worker}::text, {CLOCK} + {lease}::float8 FROM {replies} JOIN moved m USING (n))",
    ]
    if whole:
        calls = _unnest("k", first + 9, n="int8", id="text", at="float8", data="bytea", lease="float8")
        dropped = _unnest("d", first + 14, n="int8", question="text")
        timers = _unnest("s", first + 16, n="int8", question="text", purpose="text", id="text", due="float8")
        failed = {"id": "text", "kind": "int2", "at": "float8", "note": "text", "data": "bytea", "customer": "bytea"}
        failures = _unnest("f", first + 21, n="int8", **failed)
        named = _unnest("u", first + 28, n="int8", customer="text")
        parts += [
            f"planned AS (INSERT INTO calls (conversation, id, state, at, data, worker, until) "
            f"SELECT m.key, k.id, 0, k.at, k.data, {worker}::text, {CLOCK} + k.lease "
            f"FROM {calls} JOIN moved m USING (n))",
            f"setting AS (SELECT m.key, s.question, s.purpose, s.id, s.due FROM {timers} JOIN moved m USING (n))",
            f"dropped AS (DELETE FROM timers t USING {dropped} JOIN moved m USING (n) "
            "WHERE t.conversation = m.key AND t.question = d.question AND NOT EXISTS (SELECT FROM setting s "
            "WHERE s.key = t.conversation AND s.question = t.question AND s.purpose = t.purpose))",
            "armed AS (INSERT INTO timers (conversation, question, purpose, id, due) "
            "SELECT key, question, purpose, id, due FROM setting ON CONFLICT (conversation, question, purpose) "
            "DO UPDATE SET id = excluded.id, due = excluded.due)",
            f"failing AS (INSERT INTO failures (conversation, {', '.join(failed)}) "
            f"SELECT m.key, f.{', f.'.join(failed)} FROM {failures} JOIN moved m USING (n))",
            f"named AS (SELECT m.key, u.customer FROM {named} JOIN moved m USING (n))",
            "known AS (INSERT INTO customers (conversation, customer) "
            "SELECT key, customer FROM named WHERE customer <> '' "
            "ON CONFLICT (conversation) DO UPDATE SET customer = excluded.customer)",
            "unknown AS (DELETE FROM customers c USING named u WHERE c.conversation = u.key AND u.customer = '')",
        ]
    return ", ".join(parts)


def _commit(*, whole: bool) -> str:
    return (
        f"WITH {_jobs(**_MOVES, taken='int4')}, "
        f"moved AS (UPDATE conversations c SET processed = c.processed + a.taken, {_SET} "
        "FROM asked a WHERE c.id = a.id AND c.fence = a.held "
        "RETURNING a.n, c.key, c.fence, c.accepted > c.processed AS waiting, c.processed, a.taken), "
        "gone AS (DELETE FROM inbox i USING moved m "
        "WHERE m.taken > 0 AND i.conversation = m.key AND i.seq <= m.processed), "
        f"{_rest(10, whole=whole)} "
        f"SELECT m.n, m.waiting, {_BEHIND.format(worker='$10')} FROM moved m"
    )


_NEW: Final = (  # neither known, nor a message of an erased conversation
    "NOT EXISTS (SELECT FROM seen s WHERE s.channel = a.via AND s.id = a.key) "
    "AND NOT EXISTS (SELECT FROM erased e WHERE e.mark = a.mark)"
)
_MOVE_ON: Final = (
    f"UPDATE conversations c SET accepted = c.accepted + 1, processed = c.processed + 1, {_SET} "
    "FROM {table} a WHERE c.id = a.id AND c.fence = a.held AND c.accepted = c.processed"
)


def _take(*, whole: bool) -> str:
    return (
        f"WITH {_jobs(**_MOVES, via='text', key='text', day='int4', mark='bytea')}, "
        f"new AS (SELECT * FROM asked a WHERE {_NEW}), "
        f"changed AS ({_MOVE_ON.format(table='new')} RETURNING a.n, c.key, c.fence, c.accepted), "
        "begun AS (INSERT INTO conversations "
        "(id, channel, accepted, processed, fence, turns, owner, touched, hour, data) "
        "SELECT id, via, 1, 1, fence, more, owner, at, hour, bytes FROM new WHERE held = 0 "
        "ON CONFLICT (id) DO NOTHING RETURNING id, key, fence), "
        "moved AS (SELECT n, key, fence, accepted FROM changed "
        "UNION ALL SELECT a.n, b.key, b.fence, 1 FROM begun b JOIN new a ON a.id = b.id), "
        "remembered AS (INSERT INTO seen (channel, id, conversation, seq, day) "
        "SELECT a.via, a.key, m.key, m.accepted, a.day FROM moved m JOIN new a USING (n) WHERE a.key <> ''), "
        f"{_rest(13, whole=whole)} "
        f"SELECT m.n, m.accepted, {_BEHIND.format(worker='$13')}, NULL FROM moved m "
        "UNION ALL SELECT a.n, s.seq, false, c.id FROM asked a JOIN seen s ON s.channel = a.via AND s.id = a.key "
        "JOIN conversations c ON c.key = s.conversation "
        "UNION ALL SELECT a.n, 0, false, a.id FROM asked a JOIN erased e USING (mark)"
    )


_LOST: Final = (  # reads what a call was as it was before this statement
    "lost AS (INSERT INTO failures (conversation, id, kind, at, note, data) "
    f"SELECT k.conversation, k.id, {CALL}, a.now, 'outcome_unknown', k.data FROM {{ended}} e JOIN asked a USING (n) "
    "JOIN calls k ON k.conversation = e.key AND k.id = a.effect WHERE a.lost)"
)


def _take_result(*, whole: bool) -> str:
    return (
        f"WITH {_jobs(**_MOVES, effect='text', now='float8', lost='bool')}, "
        f"moved AS ({_MOVE_ON.format(table='asked')} AND EXISTS (SELECT FROM calls k "
        "WHERE k.conversation = c.key AND k.id = a.effect AND k.state < 2) "
        "RETURNING a.n, c.key, c.fence, c.accepted), "
        "ended AS (UPDATE calls k SET state = 2, at = a.now, data = NULL, worker = NULL, until = NULL "
        "FROM moved m JOIN asked a USING (n) WHERE k.conversation = m.key AND k.id = a.effect), "
        f"{_LOST.format(ended='moved')}, "
        f"{_rest(12, whole=whole)} "
        f"SELECT m.n, m.accepted, {_BEHIND.format(worker='$12')} FROM moved m"
    )


COMMIT: Final = {whole: _commit(whole=whole) for whole in (False, True)}
TAKE: Final = {whole: _take(whole=whole) for whole in (False, True)}
TAKE_RESULT: Final = {whole: _take_result(whole=whole) for whole in (False, True)}

STANDING: Final = (
    "SELECT a.n, c.fence, c.accepted, c.processed FROM unnest($1::text[]) WITH ORDINALITY AS a(id, n) "
    "JOIN conversations c USING (id)"
)

ACCEPT: Final = (
    "WITH "
    + _jobs(
        id="text",
        channel="text",
        via="text",
        key="text",
        at="float8",
        hour="int4",
        day="int4",
        fence="int8",
        data="bytea",
        customer="bytea",
        mark="bytea",
    )
    + ", new AS (SELECT a.*, row_number() OVER (PARTITION BY a.id ORDER BY a.n) AS rank, "
    f"count(*) OVER (PARTITION BY a.id) AS many FROM asked a WHERE {_NEW}), "
    "arrived AS (INSERT INTO conversations "
    "(id, channel, accepted, processed, fence, turns, owner, touched, hour) "
    "SELECT id, channel, many, 0, fence, 0, 'bot', at, hour FROM new WHERE rank = 1 ORDER BY id COLLATE \"C\" "
    "ON CONFLICT (id) DO UPDATE SET accepted = conversations.accepted + excluded.accepted "
    "RETURNING id, key, accepted, processed), "
    "placed AS (SELECT a.*, r.key AS of, r.accepted - a.many + a.rank AS seq, r.processed "
    "FROM new a JOIN arrived r ON r.id = a.id), "
    "put AS (INSERT INTO inbox (conversation, seq, data, customer, at, waiting) "
    f"SELECT of, seq, data, customer, {CLOCK}, seq - processed FROM placed), "
    "remembered AS (INSERT INTO seen (channel, id, conversation, seq, day) "
    "SELECT via, key, of, seq, day FROM placed WHERE key <> '') "
    "SELECT n, seq, seq - processed AS waiting, NULL AS known FROM placed "
    "UNION ALL SELECT a.n, s.seq, 0, c.id FROM asked a JOIN seen s ON s.channel = a.via AND s.id = a.key "
    "JOIN conversations c ON c.key = s.conversation "
    "UNION ALL SELECT a.n, 0, 0, a.id FROM asked a JOIN erased e USING (mark)"
)

FINISH: Final = (
    "WITH "
    + _jobs(id="text", effect="text", key="text", now="float8", day="int4", data="bytea", lost="bool")
    + ", locked AS (SELECT a.n, a.effect, a.now, c.key FROM asked a JOIN conversations c ON c.id = a.id "
    "FOR UPDATE OF c), "
    "ended AS (UPDATE calls k SET state = 2, at = l.now, data = NULL, worker = NULL, until = NULL "
    "FROM locked l WHERE k.conversation = l.key AND k.id = l.effect AND k.state < 2 RETURNING l.n, l.key), "
    f"{_LOST.format(ended='ended')}, "
    "arrived AS (UPDATE conversations c SET accepted = c.accepted + 1 FROM ended e WHERE c.key = e.key "
    "RETURNING e.n, c.key AS of, c.accepted, c.processed), "
    "put AS (INSERT INTO inbox (conversation, seq, data, at) "
    f"SELECT r.of, r.accepted, a.data, {CLOCK} FROM arrived r JOIN asked a USING (n)), "
    "remembered AS (INSERT INTO seen (channel, id, conversation, seq, day) "
    "SELECT '', a.key, r.of, r.accepted, a.day FROM arrived r JOIN asked a USING (n)) "
    "SELECT n, accepted AS seq, accepted - processed AS waiting, false AS known FROM arrived "
    "UNION ALL SELECT a.n, s.seq, 0, true FROM asked a JOIN seen s ON s.channel = '' AND s.id = a.key"
)

LOAD: Final = (
    f"SELECT a.n, c.fence, c.data, {CLOCK}, i.seq, i.data, i.customer, i.waiting, i.at "
    "FROM unnest($1::text[], $2::int4[]) WITH ORDINALITY AS a(id, most, n) JOIN conversations c ON c.id = a.id "
    "LEFT JOIN LATERAL "
    "(SELECT seq, data, customer, waiting, at FROM inbox WHERE conversation = c.key ORDER BY seq LIMIT a.most) i "
    "ON true "
    "ORDER BY a.n, i.seq"
)
_OF: Final = "(SELECT key FROM conversations WHERE id = $1)"
RECORDS: Final = f"SELECT seq, data FROM turns WHERE conversation = {_OF} AND seq >= $2 ORDER BY seq LIMIT $3"

START: Final = (
    "UPDATE calls k SET state = 1, at = a.now, worker = $4::text, "
    f"until = {CLOCK} + a.lease "
    f"FROM {_unnest('a', 1, id='text', now='float8', lease='float8')} "
    "WHERE k.id = a.id AND k.state < 2 AND (k.state = 0 OR ($5 AND k.worker = $4)) RETURNING k.id"
)
OPEN: Final = (
    "SELECT c.id, k.data, k.state FROM calls k JOIN conversations c ON c.key = k.conversation "
    "WHERE k.state < 2 ORDER BY k.at, k.id"
)
RENEW_CALLS: Final = (
    f"UPDATE calls SET worker = $2, until = greatest(until, {CLOCK} + $3::float8) "
    "WHERE id = ANY($1::text[]) AND state < 2"
)
CLAIM_CALLS: Final = (
    "WITH free AS (SELECT conversation, id FROM calls WHERE state < 2 "
    f"AND coalesce(until, 0) <= {CLOCK} ORDER BY at, id LIMIT 1000 FOR UPDATE SKIP LOCKED), "
    f"claimed AS (UPDATE calls k SET worker = $1, until = {CLOCK} + $2::float8 FROM free f "
    "WHERE k.conversation = f.conversation AND k.id = f.id "
    "RETURNING k.conversation, k.id, k.data, k.state, k.at) "
    "SELECT c.id, k.data, k.state FROM claimed k JOIN conversations c ON c.key = k.conversation ORDER BY k.at, k.id"
)

UNSENT: Final = f"SELECT data, attempts, at, id FROM outbox WHERE conversation = {_OF} AND state = 0 ORDER BY place"
CLAIM: Final = (  # a second claim waits for the first one's lock, and sees then whose the replies are
    "WITH waiting AS (SELECT conversation, place, worker, until FROM outbox "
    f"WHERE conversation = {_OF} AND state = 0 ORDER BY place FOR UPDATE), "
    f"first AS (SELECT CASE WHEN worker = $2 OR coalesce(until, 0) <= {CLOCK} THEN 0 "
    f"ELSE until - {CLOCK} END AS held FROM waiting ORDER BY place LIMIT 1), "
    f"claimed AS (UPDATE outbox o SET worker = $2, until = {CLOCK} + $3::float8 FROM waiting w, first f "
    "WHERE f.held = 0 AND o.conversation = w.conversation AND o.place = w.place AND o.state = 0 "
    "RETURNING o.place, o.data, o.attempts, o.at, o.id) "
    "SELECT f.held, o.data, o.attempts, o.at, o.id FROM first f LEFT JOIN claimed o ON true ORDER BY o.place"
)
MARK: Final = (  # sent, put off, given up
    "UPDATE outbox o SET state = a.state, at = a.at, note = a.note, "
    "attempts = o.attempts + CASE WHEN a.state = 1 THEN 0 ELSE 1 END, "
    "data = CASE WHEN a.state = 1 THEN NULL ELSE o.data END "
    f"FROM {_unnest('a', 1, id='text', state='int2', at='float8', note='text')} WHERE o.id = a.id AND o.state = 0"
)
FAILED: Final = (
    "SELECT c.id, o.data, o.attempts, o.at, o.note FROM outbox o JOIN conversations c ON c.key = o.conversation "
    "WHERE o.state = 2 ORDER BY o.at DESC, o.place DESC LIMIT $1"
)
_FAILURES: Final = (
    "SELECT * FROM (SELECT c.id AS of, f.kind, f.id AS what, f.at, f.note, f.data, f.customer FROM failures f "
    "JOIN conversations c ON c.key = f.conversation "
    f"UNION ALL SELECT c.id, {REPLY}, o.id, o.at, o.note, o.data, NULL FROM outbox o "
    "JOIN conversations c ON c.key = o.conversation WHERE o.state = 2) one "
)
FAILURES: Final = f"{_FAILURES} ORDER BY at DESC, what DESC LIMIT $1"
FAILURE: Final = f"{_FAILURES} WHERE what = $1"
SEND_AGAIN: Final = (
    "UPDATE outbox SET state = 0, attempts = 0, at = $2, note = NULL, worker = NULL, until = NULL "
    "WHERE id = $1 AND state = 2 RETURNING id"
)
DROP: Final = (
    "DELETE FROM outbox WHERE id = $1 AND state = 2 RETURNING id",
    "DELETE FROM failures WHERE id = $1 RETURNING id",
)
DELIVERIES: Final = f"SELECT id, state, at, note FROM outbox WHERE conversation = {_OF} AND state <> 0 ORDER BY place"

NEXT_TIMER: Final = "SELECT min(due) FROM timers"
LOCK_DUE: Final = (
    "SELECT key FROM conversations WHERE key IN "
    "(SELECT conversation FROM timers WHERE due <= $1 ORDER BY due LIMIT $2) "
    'ORDER BY id COLLATE "C" FOR UPDATE'
)
FIRE: Final = (
    "WITH fired AS (DELETE FROM timers WHERE conversation = ANY($1::int8[]) AND due <= $2 "
    "RETURNING conversation, question, purpose, id, due) "
    "SELECT c.id, f.question, f.purpose, f.id FROM fired f JOIN conversations c ON c.key = f.conversation "
    "ORDER BY f.due"
)

UNFINISHED: Final = (
    "SELECT id FROM conversations WHERE key IN (SELECT conversation FROM inbox "
    "UNION SELECT conversation FROM outbox WHERE state = 0 "
    "UNION SELECT conversation FROM calls WHERE state < 2) ORDER BY touched"
)
NEGLECTED: Final = (
    "SELECT id FROM conversations WHERE key IN "
    f"(SELECT conversation FROM inbox WHERE coalesce(at, 0) <= {CLOCK} - $1::float8 "
    f"UNION SELECT conversation FROM outbox WHERE state = 0 AND at <= {CLOCK} AND coalesce(until, 0) <= {CLOCK} "
    f"UNION SELECT conversation FROM calls WHERE state < 2 AND coalesce(until, 0) <= {CLOCK}) "
    "ORDER BY touched LIMIT 1000"
)
_ANYBODYS: Final = f"(worker = $2 OR coalesce(until, 0) <= {CLOCK})"
LEFT: Final = (
    "SELECT 'waiting', id FROM conversations WHERE key IN (SELECT conversation FROM inbox) "
    "UNION ALL SELECT 'unsent', id FROM conversations WHERE key IN "
    f"(SELECT conversation FROM outbox WHERE state = 0 AND at <= $1 AND {_ANYBODYS}) "
    "UNION ALL SELECT 'calling', id FROM conversations WHERE key IN "
    f"(SELECT conversation FROM calls WHERE state < 2 AND {_ANYBODYS})"
)
BACKLOG: Final = (
    "SELECT (SELECT count(*) FROM inbox), (SELECT count(*) FROM outbox WHERE state = 0), "
    "(SELECT count(*) FROM calls WHERE state < 2), (SELECT count(*) FROM outbox WHERE state = 2), "
    "(SELECT count(*) FROM failures)"
)
_LISTED: Final = (
    "SELECT id, channel, owner, turns, touched, data, key FROM conversations "
    "WHERE hour <= $2 AND (touched, key) < ($3::float8, $4::int8) {where}"
    "ORDER BY hour DESC, touched DESC, key DESC LIMIT $1"
)
LIST: Final = _LISTED.format(where="")
LIST_OF_BOT: Final = _LISTED.format(where="AND owner = 'bot' ")
LIST_OF_PEOPLE: Final = _LISTED.format(where="AND owner <> 'bot' AND owner = $5 ")

_OF_CUSTOMER: Final = (
    "SELECT c.id FROM customers u JOIN conversations c ON c.key = u.conversation WHERE u.customer = $1 {where}"
    "ORDER BY c.touched DESC, c.key DESC"
)
OF_CUSTOMER: Final = _OF_CUSTOMER.format(where="")
OF_CUSTOMER_ON: Final = _OF_CUSTOMER.format(where="AND c.channel = $2 ")

KEEP_VERSION: Final = "INSERT INTO versions (version, at, data) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"
DROP_VERSION: Final = "DELETE FROM versions WHERE version = $1"
VERSIONS: Final = "SELECT version FROM versions"
PUBLISHING: Final = "LOCK TABLE publications IN SHARE ROW EXCLUSIVE MODE"  # readers go on, numbers do not clash
PUBLISH: Final = (
    "INSERT INTO publications (number, version, share, by, at) "
    "SELECT coalesce(max(number), 0) + 1, $1, $2, $3, $4 FROM publications RETURNING number"
)
PUBLICATIONS: Final = "SELECT number, version, share, by, at FROM publications ORDER BY number DESC LIMIT $1"
SESSIONS: Final = (
    "SELECT key, data FROM conversations WHERE key > $2 AND hour >= $1 AND data IS NOT NULL ORDER BY key LIMIT $3"
)
VERSION: Final = "SELECT data FROM versions WHERE version = $1"

FORGET: Final = (
    ("WITH gone AS (DELETE FROM seen WHERE day < $1 RETURNING 1) SELECT count(*) FROM gone", "day"),
    ("WITH gone AS (DELETE FROM erased WHERE day < $1 RETURNING 1) SELECT count(*) FROM gone", "day"),
    (
        "WITH gone AS (DELETE FROM outbox WHERE state = 1 AND at < $1 RETURNING 1) SELECT count(*) FROM gone",
        "time",
    ),
    ("WITH gone AS (DELETE FROM calls WHERE state = 2 AND at < $1 RETURNING 1) SELECT count(*) FROM gone", "time"),
    (
        "WITH gone AS (DELETE FROM threads WHERE ended = 1 AND at < $1 RETURNING 1) SELECT count(*) FROM gone",
        "time",
    ),
    ("WITH gone AS (DELETE FROM rates WHERE at < $1 RETURNING 1) SELECT count(*) FROM gone", "time"),
    ("WITH gone AS (DELETE FROM budgets WHERE began < $1 - 31536000 RETURNING 1) SELECT count(*) FROM gone", "time"),
)

# -- files; who begins or ends to hold content locks it, since what nobody holds is removed

LOCK_CONTENT: Final = "SELECT pg_advisory_xact_lock(1718185075, hashtext($1))"  # 'file'
LOCK_HOLDER: Final = "SELECT pg_advisory_xact_lock(1718185076, hashtext($1))"
_KEPT: Final = "SELECT ref, name, mime, size, at, sent FROM files WHERE conversation = $1"
FILE: Final = f"{_KEPT} AND ref = $2"
FILES: Final = f"{_KEPT} ORDER BY at, ref"
FILES_HELD: Final = "SELECT coalesce(sum(size), 0)::int8 FROM files WHERE conversation = $1"
SEND_FILES: Final = "UPDATE files SET sent = 1 WHERE conversation = $1 AND ref = ANY($2::text[]) RETURNING ref"
KEEP_FILE: Final = (
    "INSERT INTO files (conversation, ref, name, mime, size, at, sent) VALUES ($1, $2, $3, $4, $5, $6, 0) "
    "ON CONFLICT (conversation, ref) DO UPDATE SET name = excluded.name, at = excluded.at"
)
DROP_FILES: Final = "DELETE FROM files WHERE conversation = $1 AND ref = $2 RETURNING ref"
FILES_BEFORE: Final = "SELECT conversation, ref FROM files WHERE at < $1 LIMIT 1000"
FILES_UNSENT: Final = "SELECT conversation, ref FROM files WHERE at < $1 AND sent = 0 LIMIT 1000"
ADD_PART: Final = "INSERT INTO file_parts (content, n, data, coming) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING"
PART: Final = "SELECT data FROM file_parts WHERE content = $1 AND n = $2"
HAS_CONTENT: Final = "SELECT 1 FROM file_parts WHERE content = $1 AND n = 0"
NAME_CONTENT: Final = "UPDATE file_parts SET content = $2, coming = NULL WHERE content = $1 RETURNING n"
DROP_CONTENT: Final = "DELETE FROM file_parts WHERE content = $1"
DROP_UNHELD: Final = (
    "DELETE FROM file_parts WHERE content = $1 AND NOT EXISTS (SELECT FROM files WHERE ref = $1) RETURNING n"
)
UNHELD: Final = (
    "SELECT content FROM file_parts p WHERE n = 0 AND coming IS NULL "
    "AND NOT EXISTS (SELECT FROM files f WHERE f.ref = p.content) LIMIT 1000"
)
DROP_COMING: Final = "DELETE FROM file_parts WHERE coming < $1 RETURNING content"

# -- objects in a bucket: `ref` is empty while one comes in, and when it is loose, and `at` is 0 then

BEGIN_OBJECT: Final = "INSERT INTO objects (name, ref, parts, at) VALUES ($1, '', $2, $3) ON CONFLICT DO NOTHING"
EXTEND_OBJECT: Final = "UPDATE objects SET parts = $2, at = $3 WHERE name = $1 AND ref = '' AND at > 0 RETURNING name"
OBJECT: Final = "SELECT name, parts FROM objects WHERE ref = $1 AND ref <> ''"
HOLD_OBJECT: Final = "UPDATE objects SET ref = $2, at = $3 WHERE name = $1 AND ref = '' AND at > 0 RETURNING name"
LOOSEN_OBJECT: Final = "UPDATE objects SET ref = '', at = 0 WHERE name = $1"
LOOSEN_UPLOAD: Final = "UPDATE objects SET at = 0 WHERE name = $1 AND ref = '' RETURNING name"
LOOSEN_COMING: Final = "UPDATE objects SET at = 0 WHERE ref = '' AND at > 0 AND at < $1 RETURNING name"
LOOSEN_UNHELD: Final = (
    "UPDATE objects SET ref = '', at = 0 WHERE ref = $1 AND ref <> '' "
    "AND NOT EXISTS (SELECT FROM files WHERE ref = $1) RETURNING name"
)
UNHELD_OBJECTS: Final = (
    "SELECT ref FROM objects o WHERE ref <> '' AND NOT EXISTS (SELECT FROM files f WHERE f.ref = o.ref) LIMIT 1000"
)
LOOSE: Final = "SELECT name, parts FROM objects WHERE ref = '' AND at = 0 LIMIT $1"
LOOSE_COUNT: Final = "SELECT count(*) FROM objects WHERE ref = '' AND at = 0"
DROP_OBJECTS: Final = "DELETE FROM objects WHERE name = ANY($1::text[]) AND ref = '' AND at = 0"
