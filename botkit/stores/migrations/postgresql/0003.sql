BEGIN;

-- Running upgrade 0002 -> 0003

ALTER TABLE inbox ADD COLUMN at FLOAT;

ALTER TABLE outbox ADD COLUMN worker TEXT;

ALTER TABLE outbox ADD COLUMN until FLOAT;

ALTER TABLE calls ADD COLUMN worker TEXT;

ALTER TABLE calls ADD COLUMN until FLOAT;

CREATE INDEX ix_outbox_unsent ON outbox (conversation, place) WHERE state = 0;

ALTER TABLE conversations SET (fillfactor = 70);

UPDATE alembic_version SET version_num='0003' WHERE alembic_version.version_num = '0002';

COMMIT;
