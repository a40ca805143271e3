"""A db.json goes in and comes out equal."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from botkit.errors import ConfigError
from botkit_shop import loading, schema
from botkit_shop.desk import Desk
from botkit_shop.ledger import Caller, ledger


def test_round_trip(engine: Engine, data: dict[str, Any]) -> None:
    assert loading.snapshot(engine) == data
    assert loading.canonical(loading.snapshot(engine)) == loading.canonical(data)


def test_round_trip_keeps_the_order_of_customers_products_and_options(engine: Engine, data: dict[str, Any]) -> None:
    back = loading.snapshot(engine)
    assert list(back["users"]) == list(data["users"])
    assert list(back["products"]["100"]["variants"]) == list(data["products"]["100"]["variants"])
    assert list(back["orders"]) == list(data["orders"])
    methods = back["users"]["anna_berg_1"]["payment_methods"]
    assert list(methods) == ["credit_card_11", "gift_card_12", "paypal_13", "gift_card_14"]


@pytest.mark.parametrize("amount", [0, 60, 60.0, 0.1 + 0.2, 12.300000000000011, 1e-9, 10**20, -3])
def test_numbers_come_back_digit_for_digit(engine: Engine, data: dict[str, Any], amount: float) -> None:
    data["users"]["anna_berg_1"]["payment_methods"]["gift_card_12"]["balance"] = amount
    data["orders"]["#W1000001"]["payment_history"][0]["amount"] = amount
    loading.load(engine, data)
    assert json.dumps(loading.snapshot(engine), sort_keys=True) == json.dumps(data, sort_keys=True)


def test_all_optional_keys_and_odd_ones_come_back(engine: Engine, data: dict[str, Any]) -> None:
    data["orders"]["#W1000002"].update(
        status="exchange requested",
        exchange_items=["102"],
        exchange_new_items=["101"],
        exchange_payment_method_id="paypal_13",
        exchange_price_difference=-0.3,
        return_items=[],
        return_payment_method_id=None,
        cancel_reason="",
        note={"from": "Zoë 李"},
        fulfillments=[{"tracking_id": ["1"], "item_ids": ["102"]}],
    )
    del data["orders"]["#W1000001"]["fulfillments"]
    data["orders"]["#W1000001"]["items"][0]["gift_wrap"] = {"paper": None}
    loading.load(engine, data)
    assert loading.snapshot(engine) == data


def test_load_reads_a_file_and_replaces_what_was_there(
    engine: Engine, desk: Desk, anna: Caller, data: dict[str, Any], tmp_path: Path
) -> None:
    desk.cancel_pending_order(anna, "#W1000001", "no longer needed")
    path = tmp_path / "db.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    loading.load(engine, path)
    assert loading.snapshot(engine) == data
    assert ledger(engine) == []


def test_an_empty_shop(engine: Engine) -> None:
    assert not loading.is_empty(engine)
    loading.load(engine, {"users": {}, "orders": {}, "products": {}})
    assert loading.is_empty(engine)
    assert loading.snapshot(engine) == {"users": {}, "orders": {}, "products": {}}


def test_digest_is_the_sha256_of_canonical_json() -> None:
    assert loading.canonical({"b": [1, 1.0], "a": "李"}) == '{"a":"李","b":[1,1.0]}'
    assert loading.digest({}) == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    assert loading.digest({"a": 1, "b": 2}) == loading.digest({"b": 2, "a": 1})


@pytest.mark.parametrize(
    ("where", "value", "message"),
    [
        (("users",), [], "no mapping 'users'"),
        (("users", "ben_cole_2"), 7, "user 'ben_cole_2' is no mapping"),
        (("users", "ben_cole_2", "email"), None, "user 'ben_cole_2' has no usable 'email'"),
        (("users", "ben_cole_2", "address", "zip"), 12345, "the address of user 'ben_cole_2'"),
        (("users", "ben_cole_2", "user_id"), "x", "user 'ben_cole_2' calls itself 'x'"),
        (("users", "anna_berg_1", "payment_methods", "gift_card_12", "balance"), "60", "usable 'balance'"),
        (("products", "100", "variants", "101", "available"), "yes", "variant '101' of product '100'"),
        (("products", "100", "variants", "101", "price"), True, "has no usable 'price'"),
        (("orders", "#W1000001", "user_id"), "ghost", "belongs to 'ghost', who is not among the users"),
        (("orders", "#W1000001", "items"), [{}], "an item of order '#W1000001'"),
        (("orders", "#W1000001", "payment_history"), ["x"], "a payment of order '#W1000001' is no mapping"),
        (("orders", "#W1000001", "cancel_reason"), 3, "order '#W1000001' has no usable 'cancel_reason'"),
    ],
)
def test_what_is_no_shop_is_refused_and_nothing_is_lost(
    engine: Engine, data: dict[str, Any], where: tuple[str, ...], value: object, message: str
) -> None:
    before = loading.snapshot(engine)
    part = data
    for name in where[:-1]:
        part = part[name]
    part[where[-1]] = value
    with pytest.raises(ConfigError, match=message):
        loading.load(engine, data)
    assert loading.snapshot(engine) == before


@pytest.mark.parametrize(
    ("text", "message"), [("[1]", "is no mapping"), ("{", "is no JSON"), (None, "cannot be read")]
)
def test_what_is_no_file_of_json_is_refused(engine: Engine, tmp_path: Path, text: str | None, message: str) -> None:
    path = tmp_path / "db.json"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=message):
        loading.load(engine, path)


def test_a_database_in_a_file_stays(data: dict[str, Any], tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'shop.db'}"
    for first in (True, False):
        engine = schema.open_engine(url)
        if first:
            loading.load(engine, data)
        assert loading.snapshot(engine) == data
        engine.dispose()


def test_only_sqlite() -> None:
    with pytest.raises(ConfigError, match="in SQLite, not in postgresql"):
        schema.open_engine("postgresql://host/shop")
