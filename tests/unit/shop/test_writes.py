"""The writing functions: the exact database after each, and every refusal with the database unchanged."""

from typing import Any

import pytest

from botkit.errors import ActionError
from botkit_shop import loading
from botkit_shop.desk import Desk
from botkit_shop.ledger import Caller, ledger

ELSEWHERE = {
    "address1": "5 Quay",
    "address2": "",
    "city": "Bergen",
    "state": "",
    "country": "Norway",
    "zip": "5003",
}
CANCEL = {"order_id": "#W1000001", "reason": "no longer needed"}
NUMBER_1 = {"order_id": "#W1000001"}
NUMBER_2 = {"order_id": "#W1000002"}
PAYPAL = {"payment_method_id": "paypal_13"}
EXCHANGE: dict[str, Any] = {**NUMBER_2, **PAYPAL, "item_ids": ["102"], "new_item_ids": ["104"]}
CHANGE: dict[str, Any] = {**NUMBER_1, **PAYPAL, "item_ids": ["101"], "new_item_ids": ["102"]}
RETURN: dict[str, Any] = {**NUMBER_2, **PAYPAL, "item_ids": ["202", "102"]}


def balance(data: dict[str, Any], card: str, value: float) -> None:
    data["users"]["anna_berg_1"]["payment_methods"][card]["balance"] = value


def test_cancel(desk: Desk, anna: Caller, data: dict[str, Any]) -> None:
    result = desk.cancel_pending_order(anna, "w1000001", "No longer needed ")
    data["orders"]["#W1000001"].update(
        status="cancelled",
        cancel_reason="no longer needed",
        payment_history=[
            {"transaction_type": "payment", "amount": 70.1, "payment_method_id": "credit_card_11"},
            {"transaction_type": "refund", "amount": 70.1, "payment_method_id": "credit_card_11"},
        ],
    )
    assert result == data["orders"]["#W1000001"]
    assert loading.snapshot(desk.engine) == data


def test_cancel_fills_a_gift_card_at_once(desk: Desk, anna: Caller, data: dict[str, Any]) -> None:
    desk.cancel_pending_order(anna, "#W1000003", "ordered by mistake")
    data["orders"]["#W1000003"].update(
        status="cancelled",
        cancel_reason="ordered by mistake",
        payment_history=[
            {"transaction_type": "payment", "amount": 37.0, "payment_method_id": "gift_card_12"},
            {"transaction_type": "refund", "amount": 37.0, "payment_method_id": "gift_card_12"},
        ],
    )
    balance(data, "gift_card_12", 97.0)
    assert loading.snapshot(desk.engine) == data


def test_cancel_after_a_change_of_payment_refunds_every_entry(desk: Desk, anna: Caller, data: dict[str, Any]) -> None:
    desk.modify_pending_order_payment(anna, "#W1000003", "paypal_13")
    desk.cancel_pending_order(anna, "#W1000003", "no longer needed")
    data["orders"]["#W1000003"].update(
        status="cancelled",
        cancel_reason="no longer needed",
        payment_history=[
            {"transaction_type": "payment", "amount": 37.0, "payment_method_id": "gift_card_12"},
            {"transaction_type": "payment", "amount": 37.0, "payment_method_id": "paypal_13"},
            {"transaction_type": "refund", "amount": 37.0, "payment_method_id": "gift_card_12"},
            {"transaction_type": "refund", "amount": 37.0, "payment_method_id": "gift_card_12"},
            {"transaction_type": "refund", "amount": 37.0, "payment_method_id": "paypal_13"},
            {"transaction_type": "refund", "amount": 37.0, "payment_method_id": "gift_card_12"},
        ],
    )
    balance(data, "gift_card_12", 171.0)
    assert loading.snapshot(desk.engine) == data


def test_order_address(desk: Desk, anna: Caller, data: dict[str, Any]) -> None:
    desk.modify_pending_order_address(anna, "#W1000001", **ELSEWHERE)
    data["orders"]["#W1000001"]["address"] = dict(ELSEWHERE)
    assert loading.snapshot(desk.engine) == data


def test_user_address_moves_where_the_customer_is_found(desk: Desk, anna: Caller, data: dict[str, Any]) -> None:
    result = desk.modify_user_address(anna, "anna_berg_1", **ELSEWHERE)
    data["users"]["anna_berg_1"]["address"] = dict(ELSEWHERE)
    assert result == data["users"]["anna_berg_1"]
    assert loading.snapshot(desk.engine) == data
    assert desk.find_user_id_by_name_zip("Anna", "Berg", "5003") == "anna_berg_1"


def test_items_of_a_dearer_kind_are_paid(desk: Desk, anna: Caller, data: dict[str, Any]) -> None:
    desk.modify_pending_order_items(anna, "#W1000001", ["101"], ["102"], "paypal_13")
    data["orders"]["#W1000001"].update(
        status="pending (item modified)",
        items=[
            {
                "name": "T-Shirt",
                "product_id": "100",
                "item_id": "102",
                "price": 20.4,
                "options": {"color": "blue", "size": "M"},
            },
            {
                "name": "Desk Lamp",
                "product_id": "200",
                "item_id": "201",
                "price": 50.0,
                "options": {"color": "black", "dimmable": "yes"},
            },
        ],
        payment_history=[
            {"transaction_type": "payment", "amount": 70.1, "payment_method_id": "credit_card_11"},
            {"transaction_type": "payment", "amount": 0.29999999999999716, "payment_method_id": "paypal_13"},
        ],
    )
    assert loading.snapshot(desk.engine) == data


def test_items_of_a_cheaper_kind_fill_the_gift_card(desk: Desk, anna: Caller, data: dict[str, Any]) -> None:
    desk.modify_pending_order_items(anna, "#W1000001", ["101"], ["104"], "gift_card_14")
    order = data["orders"]["#W1000001"]
    order["items"][0].update(item_id="104", price=18, options={"color": "red", "size": "M"})
    order["payment_history"].append(
        {"transaction_type": "refund", "amount": 2.1000000000000014, "payment_method_id": "gift_card_14"}
    )
    order["status"] = "pending (item modified)"
    balance(data, "gift_card_14", 2.6)
    assert loading.snapshot(desk.engine) == data


def test_an_item_may_be_changed_for_itself(desk: Desk, anna: Caller, data: dict[str, Any]) -> None:
    desk.modify_pending_order_items(anna, "#W1000001", ["201"], ["201"], "paypal_13")
    data["orders"]["#W1000001"]["payment_history"].append(
        {"transaction_type": "refund", "amount": 0.0, "payment_method_id": "paypal_13"}
    )
    data["orders"]["#W1000001"]["status"] = "pending (item modified)"
    assert loading.snapshot(desk.engine) == data


def test_items_are_changed_one_after_the_other(desk: Desk, anna: Caller, data: dict[str, Any]) -> None:
    """A change that makes an item equal to a later one of the list is found first by it."""
    desk.modify_pending_order_items(anna, "#W1000003", ["104", "105"], ["105", "101"], "credit_card_11")
    changed = loading.snapshot(desk.engine)["orders"]["#W1000003"]
    assert [item["item_id"] for item in changed["items"]] == ["101", "105"]
    assert changed["payment_history"][-1]["amount"] == pytest.approx(2.1)


def test_payment(desk: Desk, anna: Caller, data: dict[str, Any]) -> None:
    desk.modify_pending_order_payment(anna, "#W1000003", "credit_card_11")
    data["orders"]["#W1000003"]["payment_history"] += [
        {"transaction_type": "payment", "amount": 37.0, "payment_method_id": "credit_card_11"},
        {"transaction_type": "refund", "amount": 37.0, "payment_method_id": "gift_card_12"},
    ]
    balance(data, "gift_card_12", 97.0)
    assert loading.snapshot(desk.engine) == data


def test_payment_by_gift_card(desk: Desk, anna: Caller, data: dict[str, Any]) -> None:
    balance(data, "gift_card_12", 70.1)
    loading.load(desk.engine, data)
    desk.modify_pending_order_payment(anna, "#W1000001", "gift_card_12")
    data["orders"]["#W1000001"]["payment_history"] += [
        {"transaction_type": "payment", "amount": 70.1, "payment_method_id": "gift_card_12"},
        {"transaction_type": "refund", "amount": 70.1, "payment_method_id": "credit_card_11"},
    ]
    balance(data, "gift_card_12", 0.0)
    assert loading.snapshot(desk.engine) == data


@pytest.mark.parametrize("method", ["paypal_13", "gift_card_14"])
def test_return(desk: Desk, anna: Caller, data: dict[str, Any], method: str) -> None:
    desk.return_delivered_order_items(anna, "#W1000002", ["202", "102", "102"], method)
    data["orders"]["#W1000002"].update(
        status="return requested", return_items=["102", "102", "202"], return_payment_method_id=method
    )
    assert loading.snapshot(desk.engine) == data


def test_exchange(desk: Desk, anna: Caller, data: dict[str, Any]) -> None:
    desk.exchange_delivered_order_items(
        anna, "#W1000002", ["202", "102", "102"], ["201", "104", "101"], "credit_card_11"
    )
    data["orders"]["#W1000002"].update(
        status="exchange requested",
        exchange_items=["102", "102", "202"],
        exchange_new_items=["101", "104", "201"],
        exchange_payment_method_id="credit_card_11",
        exchange_price_difference=-102.95,
    )
    assert loading.snapshot(desk.engine) == data


def test_exchange_for_itself(desk: Desk, anna: Caller, data: dict[str, Any]) -> None:
    desk.exchange_delivered_order_items(anna, "#W1000002", ["102"], ["102"], "gift_card_14")
    data["orders"]["#W1000002"].update(
        status="exchange requested",
        exchange_items=["102"],
        exchange_new_items=["102"],
        exchange_payment_method_id="gift_card_14",
        exchange_price_difference=0.0,
    )
    assert loading.snapshot(desk.engine) == data


REFUSED = [
    ("cancel_pending_order", {**CANCEL, "order_id": "#W9999999"}, "unknown_order"),
    ("cancel_pending_order", {**CANCEL, "order_id": "#W1000002"}, "not_pending"),
    ("cancel_pending_order", {**CANCEL, "order_id": "#W1000004"}, "not_pending"),
    ("cancel_pending_order", {**CANCEL, "reason": "changed my mind"}, "bad_reason"),
    ("cancel_pending_order", {**CANCEL, "reason": ""}, "bad_reason"),
    ("cancel_pending_order", {**CANCEL, "reason": None}, "bad_input"),
    ("cancel_pending_order", {**CANCEL, "order_id": "#W1000001'; DROP TABLE orders; --"}, "unknown_order"),
    ("modify_pending_order_address", {**NUMBER_2, **ELSEWHERE}, "not_pending"),
    ("modify_pending_order_address", {**NUMBER_1, **ELSEWHERE, "city": ""}, "bad_address"),
    ("modify_pending_order_address", {**NUMBER_1, **ELSEWHERE, "city": "x" * 300}, "bad_input"),
    ("modify_pending_order_address", {**NUMBER_1, **ELSEWHERE, "zip": None}, "bad_input"),
    ("modify_pending_order_address", {"order_id": "", **ELSEWHERE}, "unknown_order"),
    ("modify_user_address", {"user_id": "ghost", **ELSEWHERE}, "unknown_user"),
    ("modify_user_address", {"user_id": "anna_berg_1", **ELSEWHERE, "address1": " "}, "bad_address"),
    ("modify_pending_order_items", {**CHANGE, **NUMBER_2, "item_ids": ["102"]}, "not_pending"),
    ("modify_pending_order_items", {**CHANGE, "item_ids": []}, "no_items"),
    ("modify_pending_order_items", {**CHANGE, "item_ids": ["102"]}, "unknown_item"),
    ("modify_pending_order_items", {**CHANGE, "item_ids": ["101", "101"]}, "unknown_item"),
    ("modify_pending_order_items", {**CHANGE, "new_item_ids": []}, "count_mismatch"),
    ("modify_pending_order_items", {**CHANGE, "new_item_ids": ["102", "102"]}, "count_mismatch"),
    ("modify_pending_order_items", {**CHANGE, "new_item_ids": ["103"]}, "unavailable_item"),
    ("modify_pending_order_items", {**CHANGE, "new_item_ids": ["202"]}, "not_same_product"),
    ("modify_pending_order_items", {**CHANGE, "new_item_ids": ["999"]}, "unknown_item"),
    ("modify_pending_order_items", {**CHANGE, "payment_method_id": "paypal_99"}, "unknown_payment"),
    ("modify_pending_order_items", {**CHANGE, "item_ids": {"101": "102"}}, "bad_input"),
    (
        "modify_pending_order_items",
        {**CHANGE, "item_ids": ["201"], "new_item_ids": ["202"], "payment_method_id": "gift_card_12"},
        "gift_card_short",
    ),
    ("modify_pending_order_payment", {**NUMBER_1, "payment_method_id": "credit_card_11"}, "same_payment"),
    ("modify_pending_order_payment", {**NUMBER_1, "payment_method_id": "gift_card_12"}, "gift_card_short"),
    ("modify_pending_order_payment", {**NUMBER_1, "payment_method_id": "nope"}, "unknown_payment"),
    ("modify_pending_order_payment", {**NUMBER_1, "payment_method_id": ["paypal_13"]}, "bad_input"),
    ("modify_pending_order_payment", {**NUMBER_2, "payment_method_id": "credit_card_11"}, "not_pending"),
    ("return_delivered_order_items", {**RETURN, **NUMBER_1}, "not_delivered"),
    ("return_delivered_order_items", {**RETURN, "order_id": "#W1000004"}, "not_delivered"),
    ("return_delivered_order_items", {**RETURN, "payment_method_id": "credit_card_11"}, "refund_target"),
    ("return_delivered_order_items", {**RETURN, "payment_method_id": ""}, "unknown_payment"),
    ("return_delivered_order_items", {**RETURN, "item_ids": ["102", "102", "102"]}, "unknown_item"),
    ("return_delivered_order_items", {**RETURN, "item_ids": []}, "no_items"),
    ("exchange_delivered_order_items", {**EXCHANGE, **NUMBER_1}, "not_delivered"),
    ("exchange_delivered_order_items", {**EXCHANGE, "new_item_ids": ["103"]}, "unavailable_item"),
    ("exchange_delivered_order_items", {**EXCHANGE, "new_item_ids": ["201"]}, "not_same_product"),
    ("exchange_delivered_order_items", {**EXCHANGE, "new_item_ids": ["0"]}, "unknown_item"),
    ("exchange_delivered_order_items", {**EXCHANGE, "item_ids": ["101"]}, "unknown_item"),
    ("exchange_delivered_order_items", {**EXCHANGE, "item_ids": ["102", "202"]}, "count_mismatch"),
    ("exchange_delivered_order_items", {**EXCHANGE, "payment_method_id": "paypal_21"}, "unknown_payment"),
    ("exchange_delivered_order_items", {**EXCHANGE, "order_id": "订单一"}, "unknown_order"),
]


@pytest.mark.parametrize(("function", "arguments", "code"), REFUSED)
def test_refusals_change_nothing(
    desk: Desk, anna: Caller, data: dict[str, Any], function: str, arguments: dict[str, Any], code: str
) -> None:
    with pytest.raises(ActionError) as caught:
        getattr(desk, function)(anna, **arguments)
    assert caught.value.error == code
    assert loading.snapshot(desk.engine) == data
    assert ledger(desk.engine) == []


def test_an_exchange_that_a_gift_card_does_not_cover(desk: Desk, anna: Caller, data: dict[str, Any]) -> None:
    data["orders"]["#W1000004"]["status"] = "delivered"
    loading.load(desk.engine, data)
    with pytest.raises(ActionError) as caught:
        desk.exchange_delivered_order_items(anna, "#W1000004", ["201"], ["202"], "gift_card_12")
    assert caught.value.error == "gift_card_short"


SECOND: dict[str, dict[str, Any]] = {
    "cancel_pending_order": CANCEL,
    "modify_pending_order_items": CHANGE,
    "modify_pending_order_payment": {**NUMBER_1, "payment_method_id": "paypal_13"},
    "modify_pending_order_address": {**NUMBER_1, **ELSEWHERE},
}


@pytest.mark.parametrize("then", SECOND)
def test_after_its_items_were_changed_an_order_is_left_alone(desk: Desk, anna: Caller, then: str) -> None:
    desk.modify_pending_order_items(anna, **CHANGE)
    with pytest.raises(ActionError) as caught:
        getattr(desk, then)(anna, **SECOND[then])
    assert caught.value.error == "not_pending"


def test_the_payment_is_changed_once(desk: Desk, anna: Caller) -> None:
    desk.modify_pending_order_payment(anna, "#W1000001", "paypal_13")
    with pytest.raises(ActionError) as caught:
        desk.modify_pending_order_payment(anna, "#W1000001", "credit_card_11")
    assert caught.value.error == "payment_settled"


@pytest.mark.parametrize("then", ["return_delivered_order_items", "exchange_delivered_order_items"])
@pytest.mark.parametrize("first", ["return_delivered_order_items", "exchange_delivered_order_items"])
def test_an_order_is_returned_or_exchanged_once(desk: Desk, anna: Caller, first: str, then: str) -> None:
    arguments = {"return_delivered_order_items": RETURN, "exchange_delivered_order_items": EXCHANGE}
    getattr(desk, first)(anna, **arguments[first])
    with pytest.raises(ActionError) as caught:
        getattr(desk, then)(anna, **arguments[then])
    assert caught.value.error == "not_delivered"


def test_a_gift_card_that_is_gone_cannot_be_refunded(desk: Desk, anna: Caller, data: dict[str, Any]) -> None:
    del data["users"]["anna_berg_1"]["payment_methods"]["gift_card_12"]
    loading.load(desk.engine, data)
    with pytest.raises(ActionError) as caught:
        desk.cancel_pending_order(anna, "#W1000003", "no longer needed")
    assert caught.value.error == "unknown_payment"
    assert loading.snapshot(desk.engine) == data
