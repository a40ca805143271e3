BEGIN;

-- Running upgrade 0004 -> 0005

CREATE TABLE customers (
    conversation BIGINT NOT NULL,
    customer TEXT NOT NULL,
    PRIMARY KEY (conversation)
);

CREATE INDEX ix_customers_customer ON customers (customer);

UPDATE alembic_version SET version_num='0005' WHERE alembic_version.version_num = '0004';

COMMIT;
