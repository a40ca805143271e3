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
)
 WITHOUT ROWID;

CREATE INDEX ix_files_at ON files (at);

CREATE INDEX ix_files_ref ON files (ref);

UPDATE alembic_version SET version_num='0007' WHERE alembic_version.version_num = '0006';
