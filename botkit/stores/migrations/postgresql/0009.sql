BEGIN;

-- Running upgrade 0008 -> 0009

CREATE TABLE audits (
    number INTEGER NOT NULL,
    at FLOAT NOT NULL,
    who TEXT NOT NULL,
    what TEXT NOT NULL,
    about TEXT NOT NULL,
    PRIMARY KEY (number)
);

CREATE INDEX ix_audits_about ON audits (about);

UPDATE alembic_version SET version_num='0009' WHERE alembic_version.version_num = '0008';

COMMIT;
