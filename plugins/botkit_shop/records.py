"""Documents of the shop (users, products, orders) read from and written to the tables.

A document is the mapping that stands in a db.json. The functions work inside the caller's transaction.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, RowMapping, Table, delete, insert, select, update

from botkit_shop import inputs, schema

Document = dict[str, Any]

USER_FIELDS = ("user_id", "address", "email", "orders")
METHOD_FIELDS = ("source", "balance", "brand", "last_four")
PRODUCT_FIELDS = ("product_id", "name")
VARIANT_FIELDS = ("item_id", "options", "available", "price")
ITEM_FIELDS = ("name", "product_id", "item_id", "price", "options")
PAYMENT_FIELDS = ("transaction_type", "amount", "payment_method_id")
ORDER_FIELDS = (
    "order_id",
    "user_id",
    "address",
    "fulfillments",
    "status",
    "cancel_reason",
    "return_items",
    "return_payment_method_id",
    "exchange_items",
    "exchange_new_items",
    "exchange_payment_method_id",
    "exchange_price_difference",
)


def pack(document: Document, fields: Iterable[str], apart: Iterable[str] = ()) -> Document:
    """Give a row: the fields, and in `extra` what else the document says but for the keys `apart`."""
    row = {field: document.get(field) for field in fields}
    rest = {name: value for name, value in document.items() if name not in apart and row.get(name) is None}
    return {**row, "extra": rest or None}


def unpack(row: RowMapping, fields: Iterable[str]) -> Document:
    """Give the document of a row; the opposite of `pack`."""
    return {**(row["extra"] or {}), **{field: row[field] for field in fields if row[field] is not None}}


def _rows(connection: Connection, table: Table, **wanted: str | None) -> Iterable[RowMapping]:
    query = select(table).order_by(table.c.position)
    for name, value in wanted.items():
        if value is not None:
            query = query.where(table.c[name] == value)
    return connection.execute(query).mappings()


def read_users(connection: Connection, user_id: str | None = None) -> dict[str, Document]:
    """Read one user or all of them, by user id."""
    found: dict[str, Document] = {}
    for row in _rows(connection, schema.users, user_id=user_id):
        name = {"first_name": row["first_name"], "last_name": row["last_name"]}
        found[row["user_id"]] = {**unpack(row, USER_FIELDS), "name": name, "payment_methods": {}}
    for row in _rows(connection, schema.payment_methods, user_id=user_id):
        method = {**unpack(row, METHOD_FIELDS), "id": row["method_id"]}
        found[row["user_id"]]["payment_methods"][row["method_id"]] = method
    return found


def read_products(connection: Connection, product_id: str | None = None) -> dict[str, Document]:
    """Read one product with its variants or all of them, by product id."""
    found: dict[str, Document] = {}
    for row in _rows(connection, schema.products, product_id=product_id):
        found[row["product_id"]] = {**unpack(row, PRODUCT_FIELDS), "variants": {}}
    for row in _rows(connection, schema.variants, product_id=product_id):
        found[row["product_id"]]["variants"][row["item_id"]] = unpack(row, VARIANT_FIELDS)
    return found


def read_orders(connection: Connection, order_id: str | None = None) -> dict[str, Document]:
    """Read one order or all of them, by order id."""
    found: dict[str, Document] = {}
    for row in _rows(connection, schema.orders, order_id=order_id):
        found[row["order_id"]] = {**unpack(row, ORDER_FIELDS), "items": [], "payment_history": []}
    for row in _rows(connection, schema.order_items, order_id=order_id):
        found[row["order_id"]]["items"].append(unpack(row, ITEM_FIELDS))
    for row in _rows(connection, schema.payments, order_id=order_id):
        found[row["order_id"]]["payment_history"].append(unpack(row, PAYMENT_FIELDS))
    return found


def product_of_item(connection: Connection, item_id: str) -> str | None:
    """Give the product that an item is a variant of."""
    query = select(schema.variants.c.product_id).where(schema.variants.c.item_id == item_id)
    return connection.execute(query).scalars().first()


def user_row(user: Document) -> Document:
    """Give the row of a user, with the keys that customers are found by."""
    return {
        **pack(user, USER_FIELDS, apart=("name", "payment_methods")),
        **user["name"],
        "email_key": inputs.key(user["email"]),
        "zip_key": inputs.squeezed(user["address"]["zip"]),
    }


def method_rows(user: Document) -> list[Document]:
    """Give the rows of a user's payment methods."""
    return [
        {**pack(method, METHOD_FIELDS, apart=("id",)), "user_id": user["user_id"], "method_id": id_, "position": n}
        for n, (id_, method) in enumerate(user["payment_methods"].items())
    ]


def order_row(order: Document) -> Document:
    """Give the row of an order, without its items and payments."""
    return pack(order, ORDER_FIELDS, apart=("items", "payment_history"))


def item_rows(order: Document) -> list[Document]:
    """Give the rows of an order's items."""
    owner = order["order_id"]
    return [{**pack(item, ITEM_FIELDS), "order_id": owner, "position": n} for n, item in enumerate(order["items"])]


def payment_rows(order: Document) -> list[Document]:
    """Give the rows of an order's payment history."""
    return [
        {**pack(payment, PAYMENT_FIELDS), "order_id": order["order_id"], "position": n}
        for n, payment in enumerate(order["payment_history"])
    ]


def save_order(connection: Connection, order: Document) -> None:
    """Write an order that is already there, with its items and payments."""
    number = order["order_id"]
    connection.execute(update(schema.orders).where(schema.orders.c.order_id == number), order_row(order))
    for table, rows in ((schema.order_items, item_rows(order)), (schema.payments, payment_rows(order))):
        connection.execute(delete(table).where(table.c.order_id == number))
        insert_rows(connection, table, rows)


def save_user(connection: Connection, user: Document) -> None:
    """Write a user that is already there, with the payment methods."""
    owner = user["user_id"]
    connection.execute(update(schema.users).where(schema.users.c.user_id == owner), user_row(user))
    table = schema.payment_methods
    connection.execute(delete(table).where(table.c.user_id == owner))
    insert_rows(connection, table, method_rows(user))


def insert_rows(connection: Connection, table: Table, rows: list[Document]) -> None:
    """Insert the rows, if there are any."""
    if rows:
        connection.execute(insert(table), rows)
