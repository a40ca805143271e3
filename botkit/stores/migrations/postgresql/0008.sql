BEGIN;

-- Running upgrade 0007 -> 0008

CREATE TABLE erasures (
    number INTEGER NOT NULL,
    at FLOAT NOT NULL,
    why TEXT NOT NULL,
    counts TEXT NOT NULL,
    PRIMARY KEY (number)
);

CREATE TABLE erased (
    mark BYTEA NOT NULL,
    day INTEGER NOT NULL,
    PRIMARY KEY (mark)
);

CREATE TABLE figures (
    day INTEGER NOT NULL,
    channel TEXT NOT NULL,
    kind TEXT NOT NULL,
    flow TEXT NOT NULL,
    route TEXT NOT NULL,
    outcome TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (day, channel, kind, flow, route, outcome)
);

UPDATE alembic_version SET version_num='0008' WHERE alembic_version.version_num = '0007';

COMMIT;
