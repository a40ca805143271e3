-- Running upgrade 0002 -> 0003

ALTER TABLE inbox ADD COLUMN at FLOAT;

ALTER TABLE outbox ADD COLUMN worker TEXT;

ALTER TABLE outbox ADD COLUMN until FLOAT;

ALTER TABLE calls ADD COLUMN worker TEXT;

ALTER TABLE calls ADD COLUMN until FLOAT;

UPDATE alembic_version SET version_num='0003' WHERE alembic_version.version_num = '0002';
