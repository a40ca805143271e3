BEGIN;

-- Running upgrade 0006 -> 0007

CREATE TABLE files (
    conversation TEXT NOT NULL,
    ref TEXT NOT NULL,
    name TEXT NOT NULL,
    mime TEXT NOT NULL,
    size BIGINT NOT NULL,
    at FLOAT NOT NULL,
    sent SMALLINT NOT NULL,
    PRIMARY KEY (conversation, ref)
);

CREATE INDEX ix_files_at ON files (at);

CREATE INDEX ix_files_ref ON files (ref);

CREATE TABLE file_parts (
    content TEXT NOT NULL,
    n INTEGER NOT NULL,
    data BYTEA NOT NULL,
    coming FLOAT,
    PRIMARY KEY (content, n)
);

CREATE INDEX ix_file_parts_coming ON file_parts (coming) WHERE coming IS NOT NULL;

ALTER TABLE file_parts ALTER COLUMN data SET STORAGE EXTERNAL;

UPDATE alembic_version SET version_num='0007' WHERE alembic_version.version_num = '0006';

COMMIT;
