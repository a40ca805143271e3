-- Running upgrade 0005 -> 0006

CREATE TABLE duties (
    duty TEXT NOT NULL,
    number BIGINT NOT NULL,
    worker TEXT,
    until FLOAT,
    PRIMARY KEY (duty)
)
 WITHOUT ROWID;

CREATE TABLE rates (
    "key" TEXT NOT NULL,
    at FLOAT NOT NULL,
    PRIMARY KEY ("key")
)
 WITHOUT ROWID;

CREATE TABLE budgets (
    "key" TEXT NOT NULL,
    began FLOAT NOT NULL,
    used FLOAT NOT NULL,
    PRIMARY KEY ("key")
)
 WITHOUT ROWID;

ALTER TABLE inbox ADD COLUMN waiting INTEGER;

UPDATE alembic_version SET version_num='0006' WHERE alembic_version.version_num = '0005';
