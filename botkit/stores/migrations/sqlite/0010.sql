-- Running upgrade 0009 -> 0010

CREATE TABLE threads (
    room TEXT NOT NULL,
    id TEXT NOT NULL,
    conversation INTEGER NOT NULL,
    place TEXT NOT NULL,
    since FLOAT NOT NULL,
    shown INTEGER NOT NULL,
    ended SMALLINT NOT NULL,
    at FLOAT NOT NULL,
    PRIMARY KEY (room, id)
)
 WITHOUT ROWID;

CREATE INDEX ix_threads_conversation ON threads (conversation);

CREATE INDEX ix_threads_open ON threads (room, at) WHERE ended = 0;

UPDATE alembic_version SET version_num='0010' WHERE alembic_version.version_num = '0009';
