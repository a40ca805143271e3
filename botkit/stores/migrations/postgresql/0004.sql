BEGIN;

-- Running upgrade 0003 -> 0004

CREATE TABLE publications (
    number INTEGER NOT NULL,
    version TEXT NOT NULL,
    share SMALLINT NOT NULL,
    by TEXT NOT NULL,
    at FLOAT NOT NULL,
    PRIMARY KEY (number)
);

UPDATE alembic_version SET version_num='0004' WHERE alembic_version.version_num = '0003';

COMMIT;
