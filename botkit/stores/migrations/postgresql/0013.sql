BEGIN;

-- Running upgrade 0012 -> 0013

CREATE TABLE notices (
    id TEXT NOT NULL,
    plugin TEXT NOT NULL,
    conversation TEXT NOT NULL,
    channel TEXT NOT NULL,
    customer TEXT NOT NULL,
    why TEXT NOT NULL,
    at FLOAT NOT NULL,
    due FLOAT NOT NULL,
    tries INTEGER NOT NULL,
    PRIMARY KEY (id)
);

CREATE INDEX ix_notices_due ON notices (plugin, due);

UPDATE alembic_version SET version_num='0013' WHERE alembic_version.version_num = '0012';

COMMIT;
