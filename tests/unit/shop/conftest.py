"""A little shop with two customers, small enough to write every expected document by hand."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine

from botkit_shop import loading, schema
from botkit_shop.desk import Desk
from botkit_shop.ledger import Caller

ANNA_HOME = {
    "address1": "1 Elm Street",
    "address2": "Flat 2",
    "city": "Springfield",
    "country": "USA",
    "state": "IL",
    "zip": "62701",
}
BEN_HOME = {
    "address1": "9 Oak Road",
    "address2": "",
    "city": "Leeds",
    "country": "UK",
    "state": "",
    "zip": "LS1 4AP",
}


def shirt(item_id: str, color: str, size: str, price: float) -> dict[str, Any]:
    return {
        "name": "T-Shirt",
        "product_id": "100",
        "item_id": item_id,
        "price": price,
        "options": {"color": color, "size": size},
    }


def lamp(item_id: str, color: str, price: float) -> dict[str, Any]:
    return {
        "name": "Desk Lamp",
        "product_id": "200",
        "item_id": item_id,
        "price": price,
        "options": {"color": color, "dimmable": "yes"},
    }


def paid(amount: float, method: str, kind: str = "payment") -> dict[str, Any]:
    return {"transaction_type": kind, "amount": amount, "payment_method_id": method}


def an_order(
    number: str, user: str, status: str, items: list[dict[str, Any]], payments: list[dict[str, Any]]
) -> dict[str, Any]:
    return {
        "order_id": number,
        "user_id": user,
        "address": dict(ANNA_HOME if user == "anna_berg_1" else BEN_HOME),
        "items": items,
        "fulfillments": [],
        "status": status,
        "payment_history": payments,
    }


USERS = {
    "anna_berg_1": {
        "name": {"first_name": "Anna", "last_name": "Berg"},
        "user_id": "anna_berg_1",
        "address": ANNA_HOME,
        "email": "Anna.Berg@example.com",
        "payment_methods": {
            "credit_card_11": {
                "source": "credit_card",
                "brand": "visa",
                "last_four": "1111",
                "id": "credit_card_11",
            },
            "gift_card_12": {"source": "gift_card", "balance": 60, "id": "gift_card_12"},
            "paypal_13": {"source": "paypal", "id": "paypal_13"},
            "gift_card_14": {"source": "gift_card", "balance": 0.5, "id": "gift_card_14"},
        },
        "orders": ["#W1000001", "#W1000002", "#W1000003", "#W1000004"],
        "vip": True,
        "phone": None,
    },
    "ben_cole_2": {
        "name": {"first_name": "Ben", "last_name": "Cole"},
        "user_id": "ben_cole_2",
        "address": BEN_HOME,
        "email": "ben@example.com",
        "payment_methods": {"paypal_21": {"source": "paypal", "id": "paypal_21"}},
        "orders": ["#W2000001", "#W2000002"],
    },
    "li_na_3": {
        "name": {"first_name": "娜", "last_name": "李"},
        "user_id": "li_na_3",
        "address": {**ANNA_HOME, "zip": "200031"},
        "email": "li.na@example.com",
        "payment_methods": {},
        "orders": [],
    },
}
PRODUCTS = {
    "100": {
        "name": "T-Shirt",
        "product_id": "100",
        "variants": {
            "101": {"item_id": "101", "options": {"color": "blue", "size": "S"}, "available": True, "price": 20.1},
            "102": {"item_id": "102", "options": {"color": "blue", "size": "M"}, "available": True, "price": 20.4},
            "103": {"item_id": "103", "options": {"color": "red", "size": "S"}, "available": False, "price": 25},
            "104": {"item_id": "104", "options": {"color": "red", "size": "M"}, "available": True, "price": 18},
            "105": {"item_id": "105", "options": {"color": "red", "size": "M"}, "available": True, "price": 19.0},
        },
    },
    "200": {
        "name": "Desk Lamp",
        "product_id": "200",
        "variants": {
            "201": {
                "item_id": "201",
                "options": {"color": "black", "dimmable": "yes"},
                "available": True,
                "price": 50.0,
            },
            "202": {
                "item_id": "202",
                "options": {"color": "white", "dimmable": "yes"},
                "available": True,
                "price": 150.25,
                "weight": 2,
            },
        },
    },
}
ORDERS = [
    an_order(
        "#W1000001",
        "anna_berg_1",
        "pending",
        [shirt("101", "blue", "S", 20.1), lamp("201", "black", 50.0)],
        [paid(70.1, "credit_card_11")],
    ),
    an_order(
        "#W1000002",
        "anna_berg_1",
        "delivered",
        [shirt("102", "blue", "M", 20.4), shirt("102", "blue", "M", 20.4), lamp("202", "white", 150.25)],
        [paid(191.05, "paypal_13")],
    ),
    an_order(
        "#W1000003",
        "anna_berg_1",
        "pending",
        [shirt("104", "red", "M", 18), shirt("105", "red", "M", 19.0)],
        [paid(37.0, "gift_card_12")],
    ),
    an_order("#W1000004", "anna_berg_1", "processed", [lamp("201", "black", 50.0)], [paid(50.0, "paypal_13")]),
    an_order("#W2000001", "ben_cole_2", "pending", [shirt("101", "blue", "S", 20.1)], [paid(20.1, "paypal_21")]),
    an_order("#W2000002", "ben_cole_2", "delivered", [lamp("201", "black", 50.0)], [paid(50.0, "paypal_21")]),
]


@pytest.fixture
def data() -> dict[str, Any]:
    """The shop as a db.json; each test has its own copy."""
    orders = {order["order_id"]: order for order in ORDERS}
    return copy.deepcopy({"users": USERS, "orders": orders, "products": PRODUCTS})


@pytest.fixture
def engine(data: dict[str, Any]) -> Iterator[Engine]:
    engine = schema.open_engine("sqlite:///:memory:")
    loading.load(engine, data)
    yield engine
    engine.dispose()


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return Desk(engine)


@pytest.fixture
def anna() -> Caller:
    return Caller("anna_berg_1")


@pytest.fixture
def ben() -> Caller:
    return Caller("ben_cole_2")


@pytest.fixture
def nobody() -> Caller:
    return Caller()
