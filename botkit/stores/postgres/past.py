"""The statements about what is over, as PostgreSQL's text: exports, erasures, retention.

Conversations are locked in the order of their ids, as the statements that write turns do.
"""

from typing import Final

# -- erasures

LOCK: Final = 'SELECT key, channel FROM conversations WHERE id = ANY($1::text[]) ORDER BY id COLLATE "C" FOR UPDATE'
LOCK_STANDING: Final = (  # of two workers that find the same old conversations, one removes each
    "SELECT c.key, c.channel FROM conversations c "
    "JOIN unnest($1::text[], $2::int8[]) AS a(id, fence) USING (id, fence) "
    'WHERE c.accepted = c.processed ORDER BY c.id COLLATE "C" FOR UPDATE OF c SKIP LOCKED'
)
ALL_TURNS: Final = "SELECT seq, data FROM turns WHERE conversation = $1 AND seq > $2 ORDER BY seq LIMIT $3"
MARKED: Final = "SELECT channel, id, day FROM seen WHERE conversation = ANY($1::int8[]) AND channel <> ''"
MARK_ERASED: Final = (
    "INSERT INTO erased (mark, day) SELECT * FROM unnest($1::bytea[], $2::int4[]) ON CONFLICT DO NOTHING"
)


def _erase(table: str, which: str) -> str:
    return f"WITH gone AS (DELETE FROM {table} WHERE {which} RETURNING 1) SELECT count(*) FROM gone"  # noqa: S608


_NAMES: Final = "SELECT id FROM conversations WHERE key = ANY($1::int8[])"
_SENT_TO: Final = "SELECT 'send ' || id FROM conversations WHERE key = ANY($1::int8[])"
_COST_OF: Final = "SELECT 'cost ' || id FROM conversations WHERE key = ANY($1::int8[])"
_OF_THEM: Final = "conversation = ANY($1::int8[])"
ERASE: Final = {
    "files": _erase("files", f"conversation IN ({_NAMES})"),
    "rates": _erase("rates", f"key IN ({_NAMES}) OR key IN ({_SENT_TO})"),
    "budgets": _erase("budgets", f"key IN ({_NAMES}) OR key IN ({_SENT_TO}) OR key IN ({_COST_OF})"),
    **{
        table: _erase(table, _OF_THEM)
        for table in ("inbox", "seen", "turns", "outbox", "calls", "timers", "failures", "customers", "threads")
    },
    "conversations": _erase("conversations", "key = ANY($1::int8[])"),
}
NOTING: Final = "LOCK TABLE erasures IN SHARE ROW EXCLUSIVE MODE"  # numbers neither clash nor appear out of order
NOTE_ERASURE: Final = (
    "INSERT INTO erasures (number, at, why, counts) SELECT coalesce(max(number), 0) + 1, $1, $2, $3 FROM erasures"
)
NUMBERING: Final = "LOCK TABLE audits IN SHARE ROW EXCLUSIVE MODE"
NOTE_ACT: Final = (
    "INSERT INTO audits (number, at, who, what, about) "
    "SELECT coalesce(max(number), 0) + 1, $1, $2, $3, $4 FROM audits"
)
ACTS: Final = "SELECT number, at, who, what, about FROM audits WHERE number < $1 ORDER BY number DESC LIMIT $2"
DROP_ACTS: Final = "WITH gone AS (DELETE FROM audits WHERE at < $1 RETURNING 1) SELECT count(*) FROM gone"
FORGET_ACTS: Final = f"UPDATE audits SET about = '' WHERE about IN ({_NAMES})"  # noqa: S608
ERASURES: Final = "SELECT number, at, why, counts FROM erasures ORDER BY number DESC LIMIT $1"
FIGURE: Final = (
    "INSERT INTO figures AS f (day, channel, kind, flow, route, outcome, count) "
    "SELECT * FROM unnest($1::int4[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::int4[]) "
    "ON CONFLICT (day, channel, kind, flow, route, outcome) DO UPDATE SET count = f.count + excluded.count"
)
FIGURES: Final = (
    "SELECT day, channel, kind, flow, route, outcome, count FROM figures "
    'ORDER BY day, channel COLLATE "C", kind COLLATE "C", flow COLLATE "C", route COLLATE "C", outcome COLLATE "C"'
)
DROP_FIGURES: Final = "WITH gone AS (DELETE FROM figures WHERE day < $1 RETURNING 1) SELECT count(*) FROM gone"

# -- what is old

UNTOUCHED: Final = (
    "SELECT hour, key, id, fence, turns, data FROM conversations c "
    "WHERE hour < $1 AND hour >= $2 AND (hour, key) > ($2, $3::int8) AND owner = 'bot' AND accepted = processed "
    "AND NOT EXISTS (SELECT FROM outbox o WHERE o.conversation = c.key AND o.state = 0) "
    "AND NOT EXISTS (SELECT FROM calls k WHERE k.conversation = c.key AND k.state < 2) "
    "AND NOT EXISTS (SELECT FROM timers t WHERE t.conversation = c.key) "
    "ORDER BY hour, key LIMIT $4"
)
TRIMMABLE: Final = "SELECT key, channel FROM conversations WHERE key > $1 AND owner = 'bot' ORDER BY key LIMIT $2"
TRIM: Final = (
    "WITH gone AS (DELETE FROM turns WHERE conversation = $1 AND seq <= $2 RETURNING seq) SELECT seq FROM gone"
)
DROP_OLD: Final = {
    "failures": (
        "WITH old AS (SELECT conversation, id FROM failures WHERE at < $1 ORDER BY at LIMIT $2 "
        "FOR UPDATE SKIP LOCKED), "
        "gone AS (DELETE FROM failures f USING old o WHERE f.conversation = o.conversation AND f.id = o.id "
        "RETURNING 1) SELECT count(*) FROM gone"
    ),
    "outbox": (
        "WITH old AS (SELECT conversation, place FROM outbox WHERE state = 2 AND at < $1 ORDER BY at LIMIT $2 "
        "FOR UPDATE SKIP LOCKED), "
        "gone AS (DELETE FROM outbox b USING old o WHERE b.conversation = o.conversation AND b.place = o.place "
        "RETURNING 1) SELECT count(*) FROM gone"
    ),
}

# -- everything of a conversation

OF: Final = (
    "SELECT c.key, c.channel, c.owner, c.turns, c.touched, c.data, u.customer FROM conversations c "
    "LEFT JOIN customers u ON u.conversation = c.key WHERE c.id = $1 FOR SHARE OF c"  # all of one moment
)
KEPT: Final = (  # waiting, deliveries, calls, timers, failures, seen, threads
    "SELECT seq, data, customer FROM inbox WHERE conversation = $1 ORDER BY seq",
    "SELECT id, state, attempts, at, note, data FROM outbox WHERE conversation = $1 ORDER BY place",
    'SELECT id, state, at, data FROM calls WHERE conversation = $1 ORDER BY at, id COLLATE "C"',
    (
        "SELECT id, due, question, purpose FROM timers WHERE conversation = $1 "
        'ORDER BY due, question COLLATE "C", purpose COLLATE "C"'
    ),
    'SELECT kind, id, at, note, data, customer FROM failures WHERE conversation = $1 ORDER BY at, id COLLATE "C"',
    "SELECT channel, id FROM seen WHERE conversation = $1 AND channel <> '' ORDER BY seq, id COLLATE \"C\"",
    (
        "SELECT room, id, place, since, shown, ended, at FROM threads WHERE conversation = $1 "
        'ORDER BY at, id COLLATE "C"'
    ),
)
