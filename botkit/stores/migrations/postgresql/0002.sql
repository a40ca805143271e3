BEGIN;

-- Running upgrade 0001 -> 0002

CREATE TABLE failures (
    conversation BIGINT NOT NULL,
    id TEXT NOT NULL,
    kind SMALLINT NOT NULL,
    at FLOAT NOT NULL,
    note TEXT,
    data BYTEA,
    customer BYTEA,
    PRIMARY KEY (conversation, id)
);

CREATE INDEX ix_failures_at ON failures (at);

UPDATE alembic_version SET version_num='0002' WHERE alembic_version.version_num = '0001';

COMMIT;
