BEGIN;

CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL,
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);

-- Running upgrade  -> 0001

CREATE TABLE conversations (
    key BIGSERIAL NOT NULL,
    id TEXT NOT NULL,
    channel TEXT NOT NULL,
    accepted INTEGER NOT NULL,
    processed INTEGER NOT NULL,
    fence BIGINT NOT NULL,
    turns INTEGER NOT NULL,
    owner TEXT NOT NULL,
    touched FLOAT NOT NULL,
    hour INTEGER NOT NULL,
    data BYTEA,
    PRIMARY KEY (key),
    CONSTRAINT ck_conversations_processed CHECK (processed <= accepted),
    UNIQUE (id)
);

CREATE INDEX ix_conversations_hour ON conversations (hour);

CREATE INDEX ix_conversations_owner ON conversations (owner) WHERE owner <> 'bot';

CREATE TABLE inbox (
    conversation BIGINT NOT NULL,
    seq INTEGER NOT NULL,
    data BYTEA NOT NULL,
    customer BYTEA,
    PRIMARY KEY (conversation, seq)
);

CREATE TABLE seen (
    channel TEXT NOT NULL,
    id TEXT NOT NULL,
    conversation BIGINT NOT NULL,
    seq INTEGER NOT NULL,
    day INTEGER NOT NULL,
    PRIMARY KEY (channel, id)
);

CREATE TABLE turns (
    conversation BIGINT NOT NULL,
    seq INTEGER NOT NULL,
    data BYTEA NOT NULL,
    PRIMARY KEY (conversation, seq)
);

CREATE TABLE outbox (
    conversation BIGINT NOT NULL,
    place BIGINT NOT NULL,
    id TEXT NOT NULL,
    state SMALLINT NOT NULL,
    attempts INTEGER NOT NULL,
    at FLOAT NOT NULL,
    data BYTEA,
    note TEXT,
    PRIMARY KEY (conversation, place)
);

CREATE UNIQUE INDEX ix_outbox_pending ON outbox (id) WHERE state = 0;

CREATE INDEX ix_outbox_dead ON outbox (at) WHERE state = 2;

CREATE TABLE calls (
    conversation BIGINT NOT NULL,
    id TEXT NOT NULL,
    state SMALLINT NOT NULL,
    at FLOAT NOT NULL,
    data BYTEA,
    PRIMARY KEY (conversation, id)
);

CREATE UNIQUE INDEX ix_calls_open ON calls (id) WHERE state < 2;

CREATE TABLE timers (
    conversation BIGINT NOT NULL,
    question TEXT NOT NULL,
    purpose TEXT NOT NULL,
    id TEXT NOT NULL,
    due FLOAT NOT NULL,
    PRIMARY KEY (conversation, question, purpose)
);

CREATE INDEX ix_timers_due ON timers (due);

CREATE TABLE versions (
    version TEXT NOT NULL,
    at FLOAT NOT NULL,
    data BYTEA NOT NULL,
    PRIMARY KEY (version)
);

INSERT INTO alembic_version (version_num) VALUES ('0001') RETURNING alembic_version.version_num;

COMMIT;
