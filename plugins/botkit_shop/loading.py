"""A db.json read into the database and given back exactly.

A db.json has the three mappings `users`, `orders` and `products`, each by id. What is loaded and given back
by `snapshot` is equal as parsed JSON, numbers included (60 stays 60, 60.0 stays 60.0).
"""

import hashlib
import json
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, delete, exists, select

from botkit.errors import ConfigError
from botkit_shop import records, schema
from botkit_shop.records import Document

NUMBER = (int, float)
TEXT = (str,)
LIST = (list,)
MAPPING = (dict,)

REQUIRED: dict[str, dict[str, tuple[type, ...]]] = {
    "user": {
        "user_id": TEXT,
        "name": MAPPING,
        "address": MAPPING,
        "email": TEXT,
        "payment_methods": MAPPING,
        "orders": LIST,
    },
    "name": {"first_name": TEXT, "last_name": TEXT},
    "address": {"zip": TEXT},
    "payment method": {"id": TEXT, "source": TEXT},
    "product": {"product_id": TEXT, "name": TEXT, "variants": MAPPING},
    "variant": {"item_id": TEXT, "options": MAPPING, "available": (bool,), "price": NUMBER},
    "order": {
        "order_id": TEXT,
        "user_id": TEXT,
        "address": MAPPING,
        "status": TEXT,
        "items": LIST,
        "payment_history": LIST,
    },
    "item": {"name": TEXT, "product_id": TEXT, "item_id": TEXT, "price": NUMBER, "options": MAPPING},
    "payment": {"transaction_type": TEXT, "amount": NUMBER, "payment_method_id": TEXT},
}
OPTIONAL: dict[str, dict[str, tuple[type, ...]]] = {
    "payment method": {"balance": NUMBER, "brand": TEXT, "last_four": TEXT},
    "order": {
        "fulfillments": LIST,
        "cancel_reason": TEXT,
        "return_items": LIST,
        "return_payment_method_id": TEXT,
        "exchange_items": LIST,
        "exchange_new_items": LIST,
        "exchange_payment_method_id": TEXT,
        "exchange_price_difference": NUMBER,
    },
}


def load(engine: Engine, source: str | PathLike[str] | Mapping[str, Any]) -> None:
    """Replace all that the database holds, the ledger included, by a db.json (its path or its content).

    Raises ConfigError, and leaves the database as it was, if the content is not that of a db.json.
    """
    data = source if isinstance(source, Mapping) else _read(Path(source))
    check(data)
    with schema.writing(engine) as connection:
        for table in reversed(schema.metadata.sorted_tables):
            connection.execute(delete(table))
        _insert_users(connection, data["users"])
        _insert_products(connection, data["products"])
        _insert_orders(connection, data["orders"])


def is_empty(engine: Engine) -> bool:
    """Tell whether the database has neither customers nor products."""
    with engine.connect() as connection:
        return not any(
            connection.execute(select(exists(select(table.c.position)))).scalar_one()
            for table in (schema.users, schema.products)
        )


def snapshot(engine: Engine) -> Document:
    """Give the whole database in the form of a db.json."""
    with engine.connect() as connection:
        return {
            "users": records.read_users(connection),
            "orders": records.read_orders(connection),
            "products": records.read_products(connection),
        }


def canonical(value: Any) -> str:
    """Write JSON in one way only: keys sorted, nothing between the parts, text as it is."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(value: Any) -> str:
    """Give the sha256 of the canonical JSON, in hexadecimal."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def check(data: Mapping[str, Any]) -> None:
    """Raise ConfigError, with the place, for the first thing in a db.json that cannot be used."""
    for part in ("users", "products", "orders"):
        if not isinstance(data.get(part), dict):
            raise ConfigError(f"the shop's data has no mapping '{part}'")
    for user_id, user in data["users"].items():
        _check_user(user_id, user)
    for product_id, product in data["products"].items():
        _check_product(product_id, product)
    for order_id, order in data["orders"].items():
        _check_order(order_id, order)
        if order["user_id"] not in data["users"]:
            raise ConfigError(f"order '{order_id}' belongs to '{order['user_id']}', who is not among the users")


def _check_user(user_id: str, user: Any) -> None:
    place = f"user '{user_id}'"
    _check_fields("user", user, place, user_id=user_id)
    _check_fields("name", user["name"], f"the name of {place}")
    _check_fields("address", user["address"], f"the address of {place}")
    for method_id, method in user["payment_methods"].items():
        _check_fields("payment method", method, f"payment method '{method_id}' of {place}", id=method_id)


def _check_product(product_id: str, product: Any) -> None:
    place = f"product '{product_id}'"
    _check_fields("product", product, place, product_id=product_id)
    for item_id, variant in product["variants"].items():
        _check_fields("variant", variant, f"variant '{item_id}' of {place}", item_id=item_id)


def _check_order(order_id: str, order: Any) -> None:
    place = f"order '{order_id}'"
    _check_fields("order", order, place, order_id=order_id)
    for item in order["items"]:
        _check_fields("item", item, f"an item of {place}")
    for payment in order["payment_history"]:
        _check_fields("payment", payment, f"a payment of {place}")


def _check_fields(kind: str, document: Any, place: str, **ids: str) -> None:
    if not isinstance(document, dict):
        raise ConfigError(f"{place} is no mapping")
    for field, types in REQUIRED[kind].items():
        if not _fits(document.get(field), types):
            raise ConfigError(f"{place} has no usable '{field}'")
    for field, types in OPTIONAL.get(kind, {}).items():
        if document.get(field) is not None and not _fits(document[field], types):
            raise ConfigError(f"{place} has no usable '{field}'")
    for field, wanted in ids.items():
        if document[field] != wanted:
            raise ConfigError(f"{place} calls itself '{document[field]}'")


def _fits(value: Any, types: tuple[type, ...]) -> bool:
    return isinstance(value, types) and not (isinstance(value, bool) and bool not in types)


def _read(path: Path) -> Mapping[str, Any]:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"the shop's data {path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise ConfigError(f"the shop's data {path} is no JSON: {error}") from error
    if not isinstance(data, dict):
        raise ConfigError(f"the shop's data {path} is no mapping")
    return data


def _insert_users(connection: Connection, users: Mapping[str, Document]) -> None:
    rows = [{**records.user_row(user), "position": n} for n, user in enumerate(users.values())]
    records.insert_rows(connection, schema.users, rows)
    methods = [row for user in users.values() for row in records.method_rows(user)]
    records.insert_rows(connection, schema.payment_methods, methods)


def _insert_products(connection: Connection, products: Mapping[str, Document]) -> None:
    rows, variants = [], []
    for n, product in enumerate(products.values()):
        rows.append({**records.pack(product, records.PRODUCT_FIELDS, apart=("variants",)), "position": n})
        for m, variant in enumerate(product["variants"].values()):
            row = records.pack(variant, records.VARIANT_FIELDS)
            variants.append({**row, "product_id": product["product_id"], "position": m})
    records.insert_rows(connection, schema.products, rows)
    records.insert_rows(connection, schema.variants, variants)


def _insert_orders(connection: Connection, orders: Mapping[str, Document]) -> None:
    rows = [{**records.order_row(order), "position": n} for n, order in enumerate(orders.values())]
    records.insert_rows(connection, schema.orders, rows)
    items = [row for order in orders.values() for row in records.item_rows(order)]
    records.insert_rows(connection, schema.order_items, items)
    payments = [row for order in orders.values() for row in records.payment_rows(order)]
    records.insert_rows(connection, schema.payments, payments)
