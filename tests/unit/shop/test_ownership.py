"""A conversation works on its customer's data alone, and learns nothing of others."""

from typing import Any

import pytest

from botkit.errors import ActionError
from botkit_shop import choices, loading
from botkit_shop.desk import Desk
from botkit_shop.ledger import Caller, ledger

HOME = {"address1": "1", "address2": "", "city": "C", "state": "", "country": "X", "zip": "1"}


def on_order(desk: Desk, caller: Caller, number: str) -> dict[str, Any]:
    """All that can be asked of an order, by name."""
    items: dict[str, Any] = {"item_ids": ["201"], "new_item_ids": ["202"], "payment_method_id": "paypal_13"}
    return {
        "details": lambda: desk.get_order_details(caller, number),
        "cancel": lambda: desk.cancel_pending_order(caller, number, "no longer needed"),
        "address": lambda: desk.modify_pending_order_address(caller, number, **HOME),
        "items": lambda: desk.modify_pending_order_items(caller, number, **items),
        "payment": lambda: desk.modify_pending_order_payment(caller, number, "paypal_13"),
        "return": lambda: desk.return_delivered_order_items(caller, number, ["201"], "paypal_13"),
        "exchange": lambda: desk.exchange_delivered_order_items(caller, number, **items),
        "summary": lambda: choices.order(desk, caller, number),
        "item_choices": lambda: choices.item_choices(desk, caller, number),
        "items_named": lambda: choices.items_named(desk, caller, number, "lamp"),
        "variant_choices": lambda: choices.variant_choices(desk, caller, number, "201"),
        "variants_named": lambda: choices.variants_named(desk, caller, number, "201", "white"),
        "payment_choices": lambda: choices.payment_choices(desk, caller, number, "refund"),
        "difference": lambda: choices.price_difference(desk, caller, number, ["201"], ["202"]),
    }


ASKED = [
    "details", "cancel", "address", "items", "payment", "return", "exchange", "summary", "item_choices",
    "items_named", "variant_choices", "variants_named", "payment_choices", "difference",
]  # fmt: skip


@pytest.mark.parametrize("asked", ASKED)
def test_anothers_order_is_like_none(desk: Desk, anna: Caller, data: dict[str, Any], asked: str) -> None:
    answers = set()
    for number in ("#W2000001", "#W2000002", "#W7777777"):
        with pytest.raises(ActionError) as caught:
            on_order(desk, anna, number)[asked]()
        answers.add((caught.value.error, caught.value.message))
    assert {code for code, _ in answers} == {"unknown_order"}
    assert len(answers) == 1
    assert loading.snapshot(desk.engine) == data
    assert ledger(desk.engine) == []


@pytest.mark.parametrize("asked", ASKED)
def test_nobody_is_told_anything(desk: Desk, nobody: Caller, data: dict[str, Any], asked: str) -> None:
    for number in ("#W1000001", "#W7777777"):
        with pytest.raises(ActionError) as caught:
            on_order(desk, nobody, number)[asked]()
        assert caught.value.error == "not_identified"
    assert loading.snapshot(desk.engine) == data


def test_nobody_has_a_profile(desk: Desk, nobody: Caller) -> None:
    for ask in (
        lambda: desk.get_user_details(nobody, "anna_berg_1"),
        lambda: desk.modify_user_address(nobody, "anna_berg_1", **HOME),
        lambda: desk.own_orders(nobody),
        lambda: choices.profile(desk, nobody),
        lambda: choices.payment_choices(desk, Caller("gone_9")),
    ):
        with pytest.raises(ActionError) as caught:
            ask()
        assert caught.value.error == "not_identified"


@pytest.mark.parametrize("method", ["paypal_21", "paypal_99"])
@pytest.mark.parametrize("asked", ["items", "payment", "return", "exchange"])
def test_anothers_payment_method_is_like_none(
    desk: Desk, anna: Caller, data: dict[str, Any], method: str, asked: str
) -> None:
    pair = ["102"], ["102"]
    ask = {
        "items": lambda: desk.modify_pending_order_items(anna, "1000001", ["101"], ["102"], method),
        "payment": lambda: desk.modify_pending_order_payment(anna, "1000001", method),
        "return": lambda: desk.return_delivered_order_items(anna, "1000002", ["102"], method),
        "exchange": lambda: desk.exchange_delivered_order_items(anna, "1000002", *pair, method),
    }
    with pytest.raises(ActionError) as caught:
        ask[asked]()
    assert caught.value.error == "unknown_payment"
    assert method not in caught.value.message
    assert loading.snapshot(desk.engine) == data


def test_anothers_address_is_not_changed(desk: Desk, anna: Caller, data: dict[str, Any]) -> None:
    messages = set()
    for user_id in ("ben_cole_2", "ghost_0"):
        with pytest.raises(ActionError) as caught:
            desk.modify_user_address(anna, user_id, **HOME)
        messages.add((caught.value.error, caught.value.message))
    assert len(messages) == 1
    assert loading.snapshot(desk.engine) == data
