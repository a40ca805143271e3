"""The demo shop is the same on every run, and hangs together."""

from typing import Any

import pytest
from sqlalchemy import Engine

from botkit_shop import choices, demo, loading, words
from botkit_shop.desk import Desk
from botkit_shop.ledger import Caller

SHOP = demo.data()
DIGEST = "3e1e5aa33216202836ab48ae55fe80d3ce68b7cd93a4b42c47664ab0c835e8fd"


def test_it_is_stable() -> None:
    assert loading.digest(demo.data()) == loading.digest(SHOP) == DIGEST
    assert loading.digest(demo.data(seed=7)) != DIGEST


def test_it_loads_and_comes_back(engine: Engine) -> None:
    loading.load(engine, SHOP)
    assert loading.canonical(loading.snapshot(engine)) == loading.canonical(SHOP)


def test_its_size() -> None:
    assert (len(SHOP["users"]), len(SHOP["orders"]), len(SHOP["products"])) == (60, 200, 12)
    statuses = {order["status"] for order in SHOP["orders"].values()}
    assert statuses == {"pending", "processed", "delivered", "cancelled"}


@pytest.mark.parametrize("order", SHOP["orders"].values(), ids=lambda order: str(order["order_id"]))
def test_every_order_hangs_together(order: dict[str, Any]) -> None:
    user = SHOP["users"][order["user_id"]]
    assert order["order_id"] in user["orders"]
    for item in order["items"]:
        variant = SHOP["products"][item["product_id"]]["variants"][item["item_id"]]
        assert (item["price"], item["options"]) == (variant["price"], variant["options"])
    total = round(sum(item["price"] for item in order["items"]), 2)
    signs = {"payment": 1, "refund": -1}
    moved = sum(signs[entry["transaction_type"]] * entry["amount"] for entry in order["payment_history"])
    assert moved == (0 if order["status"] == "cancelled" else total)
    assert all(entry["payment_method_id"] in user["payment_methods"] for entry in order["payment_history"])


def test_every_customer_hangs_together() -> None:
    emails = [user["email"] for user in SHOP["users"].values()]
    methods = [method for user in SHOP["users"].values() for method in user["payment_methods"]]
    items = [item for product in SHOP["products"].values() for item in product["variants"]]
    assert len(set(emails)) == len(emails)
    assert len(set(methods)) == len(methods)
    assert len(set(items)) == len(items)
    assert sorted(number for user in SHOP["users"].values() for number in user["orders"]) == sorted(SHOP["orders"])
    assert all(email.endswith("@example.com") for email in emails)


def test_every_product_and_option_has_a_chinese_name() -> None:
    for name, _, options in demo.CATALOGUE:
        assert name.casefold() in words.PRODUCTS
        assert set(options) <= set(words.OPTIONS)
        for value in (value for values in options.values() for value in values):
            assert words.value(value, "zh") != value or value.isdigit() or value.isupper()


@pytest.mark.parametrize(
    ("email", "name", "zip_code", "pending", "delivered"),
    [
        ("mia.chen@example.com", "Mia Chen", "94110", "#W1000001", "#W1000002"),
        ("li.na@example.com", "李娜", "200031", "#W2000001", "#W2000002"),
    ],
)
def test_the_customers_to_be_played(
    engine: Engine, email: str, name: str, zip_code: str, pending: str, delivered: str
) -> None:
    loading.load(engine, SHOP)
    desk = Desk(engine)
    caller = Caller(desk.find_user_id_by_email(email))
    assert desk.find_user_id_by_full_name_zip(name, zip_code) == caller.user_id
    assert [order["value"] for order in choices.my_orders(desk, caller)] == [pending, delivered]
    assert len(choices.payment_choices(desk, caller)) == 2
    for number, can in ((pending, "change_items"), (delivered, "return")):
        order = choices.order(desk, caller, number)
        assert order["can"][can]
        assert len(order["items"]) > 1
        for item in order["items"]:
            others = choices.variant_choices(desk, caller, number, item["item_id"])
            assert [variant for variant in others if not variant["same"]]
