"""The desk as a plugin: who is asked for, what is said, in which language."""

import inspect
import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from botkit import ActionError, Context
from botkit.registry.registry import Registry
from botkit.registry.signatures import bind
from botkit_shop import ShopSettings, actions, loading, plugin
from botkit_shop.desk import Desk
from botkit_shop.ledger import ledger
from botkit_shop.refusals import REFUSALS

FUNCTIONS = {
    "calculate", "cancel_pending_order", "exchange_delivered_order_items", "find_user_id_by_email",
    "find_user_id_by_name_zip", "get_order_details", "get_product_details", "get_user_details",
    "list_all_product_types", "modify_pending_order_address", "modify_pending_order_items",
    "modify_pending_order_payment", "modify_user_address", "return_delivered_order_items", "think",
    "transfer_to_human_agents",
}  # fmt: skip
WRITES = {name for name in FUNCTIONS if name.startswith(("cancel", "exchange", "modify", "return"))}
HOME = {"address1": "1", "address2": "", "city": "C", "state": "", "country": "X", "zip": "1"}


def context(desk: Desk, user_id: str = "", locale: str = "en", key: str = "") -> Context:
    return Context(
        conversation="web:1",
        channel="web",
        customer={"user_id": user_id} if user_id else {},
        locale=locale,
        now=datetime(2026, 5, 1, tzinfo=UTC),
        idempotency_key=key,
        settings=ShopSettings(),
        state=desk,
        log=logging.LoggerAdapter(logging.getLogger("test"), {}),
    )


def test_the_sixteen_functions_and_more_are_actions() -> None:
    assert set(plugin.actions) >= FUNCTIONS
    assert {name for name, action in plugin.actions.items() if action.spec.effect == "write"} == WRITES
    assert all(plugin.actions[name].spec.idempotent for name in WRITES)
    assert all(action.spec.description for action in plugin.actions.values())
    assert all(action.spec.name == f"shop.{name}" for name, action in plugin.actions.items())


@pytest.mark.parametrize(
    "find",
    [
        lambda ctx: actions.find_user_id_by_email(ctx, "anna.berg@example.com"),
        lambda ctx: actions.find_user_id_by_name_zip(ctx, "anna", "berg", "62701"),
        lambda ctx: actions.identify(ctx, email="ANNA.BERG@example.com")["user_id"],
        lambda ctx: actions.identify(ctx, name="Berg Anna", zip="62701")["user_id"],
    ],
)
def test_finding_a_customer_identifies_the_conversation(desk: Desk, find: Any) -> None:
    ctx = context(desk)
    assert find(ctx) == "anna_berg_1"
    assert ctx.facts == {"id": "anna_berg_1", "user_id": "anna_berg_1", "first_name": "Anna", "last_name": "Berg"}
    assert find(context(desk, "anna_berg_1")) == "anna_berg_1"


@pytest.mark.parametrize("email", ["ben@example.com", "nobody@example.com"])
def test_a_conversation_helps_one_customer(desk: Desk, email: str) -> None:
    for find in (actions.find_user_id_by_email, actions.identify):
        ctx = context(desk, "anna_berg_1")
        with pytest.raises(ActionError) as caught:
            find(ctx, email)
        assert caught.value.error == "already_identified"
        assert ctx.facts == {}


def test_nobody_is_found(desk: Desk) -> None:
    ctx = context(desk)
    with pytest.raises(ActionError) as caught:
        actions.find_user_id_by_email(ctx, "nobody@example.com")
    assert caught.value.error == "not_found"
    assert ctx.facts == {}


@pytest.mark.parametrize(
    ("locale", "message"),
    [
        ("en", "I can't find this order among yours."),
        ("zh-CN", "您名下没有找到这个订单，麻烦再核对一下订单号。"),
        ("de", "I can't find this order among yours."),
    ],
)
def test_refusals_are_in_the_customers_language(desk: Desk, locale: str, message: str) -> None:
    with pytest.raises(ActionError) as caught:
        actions.order(context(desk, "anna_berg_1", locale), "#W2000001")
    assert (caught.value.error, caught.value.message) == ("unknown_order", message)


def test_every_refusal_is_said_in_both_languages() -> None:
    assert all(texts.keys() == {"en", "zh"} and all(texts.values()) for texts in REFUSALS.values())


NAMED: dict[str, dict[str, Any]] = {
    "calculate": {"expression": "1+1"},
    "find_product": {"text": "lamp"},
    "find_user_id_by_email": {"email": "anna.berg@example.com"},
    "find_user_id_by_name_zip": {"first_name": "Anna", "last_name": "Berg", "zip": "62701"},
    "get_order_details": {"order_id": "1000001"},
    "get_product_details": {"product_id": "100"},
    "get_user_details": {"user_id": "anna_berg_1"},
    "identify": {"email": "anna.berg@example.com"},
    "item_choices": {"number": "1000001"},
    "items_named": {"number": "1000001", "text": "lamp"},
    "list_all_product_types": {},
    "my_orders": {},
    "order": {"number": "1000001"},
    "payment_choices": {},
    "price_difference": {"number": "1000001", "item_ids": ["101"], "new_item_ids": ["102"]},
    "product": {"product_id": "100"},
    "profile": {},
    "read_address": {"text": "上海市淮海中路 88 号"},
    "show_address": HOME,
    "think": {"thought": "hm"},
    "transfer_to_human_agents": {"summary": "wants a person"},
    "variant_choices": {"number": "1000001", "item_id": "101"},
    "variants_named": {"number": "1000001", "item_id": "101", "text": "M"},
    "cancel_pending_order": {"order_id": "1000001", "reason": "no longer needed"},
    "exchange_delivered_order_items": {
        "order_id": "1000002", "item_ids": "102", "new_item_ids": "101", "payment_method_id": "paypal_13",
    },
    "modify_pending_order_address": {"order_id": "1000001", **HOME},
    "modify_pending_order_items": {
        "order_id": "1000001", "item_ids": ["101"], "new_item_ids": ["102"], "payment_method_id": "paypal_13",
    },
    "modify_pending_order_payment": {"order_id": "1000001", "payment_method_id": "paypal_13"},
    "modify_user_address": {"user_id": "anna_berg_1", **HOME},
    "return_delivered_order_items": {"order_id": "1000002", "item_ids": ["102"], "payment_method_id": "paypal_13"},
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(plugin.actions))
def test_every_action_works_and_only_writes_write(desk: Desk, data: dict[str, Any], name: str) -> None:
    ctx = context(desk, "anna_berg_1", key="k")
    result = getattr(actions, name)(ctx, **NAMED[name])
    assert result is not None
    assert (loading.snapshot(desk.engine) == data) == (name not in WRITES)
    lines = [(line["key"], line["action"], line["at"]) for line in ledger(desk.engine)]
    assert lines == ([("k", name, "2026-05-01T00:00:00+00:00")] if name in WRITES else [])


@pytest.mark.parametrize("given", [["101", "102"], "101, 102", "101，102", "101 102"])
async def test_items_are_offered_as_a_list_and_taken_as_a_text_too(desk: Desk, given: Any) -> None:
    registry = Registry([plugin])
    schema = plugin.actions["price_difference"].spec.parameters["properties"]["item_ids"]
    assert (schema["type"], schema["items"]) == ("array", {"type": "string"})
    arguments = {"number": "1000001", "item_ids": given, "new_item_ids": given}
    assert registry.check_arguments("shop.price_difference", arguments) == ""
    assert bind(plugin.actions["price_difference"].signature, arguments)["item_ids"] == ["101", "102"]


@pytest.mark.parametrize("given", [{"101": 1}, 3, [["101"]], None])
def test_what_is_no_list_of_items_is_told_to_a_model(given: Any) -> None:
    arguments = {"number": "1000001", "item_ids": given, "new_item_ids": ["102"]}
    assert "item_ids" in Registry([plugin]).check_arguments("shop.price_difference", arguments)


PUBLIC = {
    "calculate", "find_product", "find_user_id_by_email", "find_user_id_by_name_zip", "get_product_details",
    "identify", "list_all_product_types", "product", "read_address", "show_address", "think", "transfer_to_human_agents",
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(plugin.actions.keys() - PUBLIC))
def test_actions_of_a_customer_need_one(desk: Desk, name: str) -> None:
    with pytest.raises(ActionError) as caught:
        getattr(actions, name)(context(desk), **NAMED[name])
    assert caught.value.error == "not_identified"


async def test_it_starts_with_the_demo_shop_and_stops() -> None:
    desk = await actions.start(ShopSettings())
    assert desk.find_user_id_by_email("mia.chen@example.com") == "mia_chen_1204"
    await actions.stop(desk)


async def test_it_starts_with_data_of_its_own_once(data: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "db.json"
    path.write_text(loading.canonical(data), encoding="utf-8")
    settings = ShopSettings(database=f"sqlite:///{tmp_path / 'shop.db'}", data=path)
    desk = await actions.start(settings)
    actions.cancel_pending_order(context(desk, "anna_berg_1"), "1000001", "no longer needed")
    await actions.stop(desk)
    desk = await actions.start(settings)
    assert loading.snapshot(desk.engine)["orders"]["#W1000001"]["status"] == "cancelled"
    await actions.stop(desk)


async def test_it_may_start_empty() -> None:
    desk = await actions.start(ShopSettings(demo=False))
    assert loading.is_empty(desk.engine)
    await actions.stop(desk)


def test_actions_run_in_threads() -> None:
    assert not any(inspect.iscoroutinefunction(action.function) for action in plugin.actions.values())
