-- Running upgrade 0011 -> 0012

CREATE TABLE objects (
    name TEXT NOT NULL,
    ref TEXT NOT NULL,
    parts INTEGER NOT NULL,
    at FLOAT NOT NULL,
    PRIMARY KEY (name)
)
 WITHOUT ROWID;

CREATE INDEX ix_objects_at ON objects (at) WHERE ref = '';

CREATE UNIQUE INDEX ix_objects_ref ON objects (ref) WHERE ref <> '';

UPDATE alembic_version SET version_num='0012' WHERE alembic_version.version_num = '0011';
