"""The shop's tables, and how its database is opened.

The tables hold what a db.json of the retail domain says, digit for digit: `loading` reads one in and gives
it back. A column that is NULL stands for a key that the document does not have; `extra` keeps keys that this
plugin has no use for. `position` keeps the order of the document, which decides ties.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Dialect,
    Engine,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    QueuePool,
    String,
    Table,
    create_engine,
    event,
    make_url,
)
from sqlalchemy.types import TypeDecorator

from botkit.errors import ConfigError

Number = int | float


class Amount(TypeDecorator[Number]):
    """A JSON number, kept as its text: 60 and 60.0 are different documents, and no digit may be lost."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: Number | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else json.dumps(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Number | None:  # noqa: ARG002
        return None if value is None else json.loads(value)


metadata = MetaData()


def document(name: str) -> Column[Any]:
    """Make a column for a nested part of a document that is only ever read and written whole."""
    return Column(name, JSON(none_as_null=True))


users = Table(
    "users",
    metadata,
    Column("user_id", String, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("first_name", String, nullable=False),
    Column("last_name", String, nullable=False),
    Column("email", String, nullable=False),
    Column("email_key", String, nullable=False, index=True),
    Column("zip_key", String, nullable=False, index=True),
    document("address"),
    document("orders"),
    document("extra"),
)

payment_methods = Table(
    "payment_methods",
    metadata,
    Column("user_id", ForeignKey(users.c.user_id, ondelete="CASCADE"), primary_key=True),
    Column("method_id", String, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("source", String, nullable=False),
    Column("balance", Amount),
    Column("brand", String),
    Column("last_four", String),
    document("extra"),
)

products = Table(
    "products",
    metadata,
    Column("product_id", String, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("name", String, nullable=False),
    document("extra"),
)

variants = Table(
    "variants",
    metadata,
    Column("product_id", ForeignKey(products.c.product_id, ondelete="CASCADE"), primary_key=True),
    Column("item_id", String, primary_key=True, index=True),
    Column("position", Integer, nullable=False),
    Column("available", Boolean, nullable=False),
    Column("price", Amount, nullable=False),
    document("options"),
    document("extra"),
)

orders = Table(
    "orders",
    metadata,
    Column("order_id", String, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("user_id", ForeignKey(users.c.user_id), nullable=False, index=True),
    Column("status", String, nullable=False),
    document("address"),
    document("fulfillments"),
    Column("cancel_reason", String),
    document("return_items"),
    Column("return_payment_method_id", String),
    document("exchange_items"),
    document("exchange_new_items"),
    Column("exchange_payment_method_id", String),
    Column("exchange_price_difference", Amount),
    document("extra"),
)

order_items = Table(
    "order_items",
    metadata,
    Column("order_id", ForeignKey(orders.c.order_id, ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("item_id", String, nullable=False),
    Column("product_id", String, nullable=False),
    Column("name", String, nullable=False),
    Column("price", Amount, nullable=False),
    document("options"),
    document("extra"),
    Index("order_items_by_item", "item_id"),
)

payments = Table(
    "payments",
    metadata,
    Column("order_id", ForeignKey(orders.c.order_id, ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("transaction_type", String, nullable=False),
    Column("amount", Amount, nullable=False),
    Column("payment_method_id", String, nullable=False),
    document("extra"),
)

calls = Table(
    "calls",
    metadata,
    Column("idempotency_key", String, primary_key=True),
    Column("number", Integer, nullable=False, unique=True),
    Column("action", String, nullable=False),
    Column("user_id", String, nullable=False),
    Column("arguments", JSON, nullable=False),
    Column("args_digest", String, nullable=False),
    Column("result", JSON, nullable=False),
    Column("at", String, nullable=False),
)


def open_engine(url: str) -> Engine:
    """Open the shop's SQLite database, with its tables made if they are not there.

    A database in memory lives in one connection; the pool of one lends it to one thread at a time.
    """
    place = make_url(url)
    if place.get_backend_name() != "sqlite":
        raise ConfigError(
            f"the shop keeps its data in SQLite, not in {place.get_backend_name()}",
            hint="set database to sqlite:///shop.db",
        )
    inside = place.database in {None, "", ":memory:"}
    pool = {"pool_size": 1, "max_overflow": 0} if inside else {}
    engine = create_engine(
        place, poolclass=QueuePool, connect_args={"check_same_thread": False, "timeout": 10}, **pool
    )
    _take_over_transactions(engine)
    metadata.create_all(engine)
    return engine


def _take_over_transactions(engine: Engine) -> None:
    """Begin every transaction ourselves: sqlite3 would begin it only at the first change, after our checks."""

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA journal_mode = WAL")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("shop_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Give a connection whose transaction holds the write lock from its start to its commit."""
    with engine.execution_options(shop_writes=True).begin() as connection:
        yield connection
