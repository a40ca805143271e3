BEGIN;

-- Running upgrade 0010 -> 0011

CREATE TABLE embeddings (
    digest BYTEA NOT NULL,
    vector BYTEA NOT NULL,
    used FLOAT NOT NULL,
    PRIMARY KEY (digest)
);

CREATE INDEX ix_embeddings_used ON embeddings (used);

UPDATE alembic_version SET version_num='0011' WHERE alembic_version.version_num = '0010';

COMMIT;
