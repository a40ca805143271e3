"""Every write once, in order, and together with its record."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from botkit.errors import ActionError
from botkit_shop import loading, schema
from botkit_shop.desk import Desk
from botkit_shop.ledger import Caller, ledger, once

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
ANNA = "anna_berg_1"


def test_the_ledger_keeps_the_order(desk: Desk, ben: Caller) -> None:
    desk.modify_pending_order_payment(Caller(ANNA, "k2", NOON), "1000001", "paypal_13")
    desk.cancel_pending_order(Caller(ANNA, "k1", NOON), "#W1000001", "no longer needed")
    desk.return_delivered_order_items(ben, "#W2000002", ["201"], "paypal_21")
    lines = ledger(desk.engine)
    assert lines[:2] == [
        {
            "number": 1,
            "key": "k2",
            "action": "modify_pending_order_payment",
            "user_id": ANNA,
            "arguments": {"order_id": "#W1000001", "payment_method_id": "paypal_13"},
            "at": "2026-05-01T12:00:00+00:00",
        },
        {
            "number": 2,
            "key": "k1",
            "action": "cancel_pending_order",
            "user_id": ANNA,
            "arguments": {"order_id": "#W1000001", "reason": "no longer needed"},
            "at": "2026-05-01T12:00:00+00:00",
        },
    ]
    assert (lines[2]["number"], lines[2]["action"]) == (3, "return_delivered_order_items")


def test_a_repeated_key_gives_the_recorded_result(desk: Desk) -> None:
    caller = Caller(ANNA, "once")
    first = desk.cancel_pending_order(caller, "#W1000003", "no longer needed")
    after = loading.snapshot(desk.engine)
    again = desk.cancel_pending_order(caller, "w1000003", "No longer needed")
    assert again == first
    assert loading.snapshot(desk.engine) == after
    assert len(ledger(desk.engine)) == 1


@pytest.mark.parametrize(
    ("user", "action", "arguments"),
    [
        (ANNA, "cancel_pending_order", ("#W1000003", "no longer needed")),
        (ANNA, "cancel_pending_order", ("#W1000001", "ordered by mistake")),
        (ANNA, "modify_pending_order_payment", ("#W1000001", "paypal_13")),
        ("ben_cole_2", "cancel_pending_order", ("#W1000001", "no longer needed")),
    ],
)
def test_a_key_stands_for_one_call(desk: Desk, user: str, action: str, arguments: tuple[str, str]) -> None:
    desk.cancel_pending_order(Caller(ANNA, "once"), "#W1000001", "no longer needed")
    after = loading.snapshot(desk.engine)
    with pytest.raises(ActionError) as caught:
        getattr(desk, action)(Caller(user, "once"), *arguments)
    assert caught.value.error == "key_reused"
    assert loading.snapshot(desk.engine) == after


def test_a_refused_key_can_be_used_again(desk: Desk) -> None:
    caller = Caller(ANNA, "once")
    with pytest.raises(ActionError):
        desk.cancel_pending_order(caller, "#W1000001", "because")
    assert desk.cancel_pending_order(caller, "#W1000001", "no longer needed")["status"] == "cancelled"


def test_without_a_key_each_call_is_a_new_one(desk: Desk, anna: Caller) -> None:
    home = {"address1": "1", "address2": "", "city": "C", "state": "", "country": "X", "zip": "1"}
    for _ in range(2):
        desk.modify_user_address(anna, ANNA, **home)
    assert len(ledger(desk.engine)) == 2


def test_a_write_that_breaks_leaves_nothing(engine: Engine, data: dict[str, Any]) -> None:
    def work(connection: Any) -> dict[str, Any]:
        connection.execute(schema.orders.update().values(status="broken"))
        raise RuntimeError

    with pytest.raises(RuntimeError):
        once(engine, Caller(ANNA, "x"), "break", {}, work)
    assert loading.snapshot(engine) == data
    assert ledger(engine) == []


@pytest.fixture(params=["memory", "file"])
def shared(request: pytest.FixtureRequest, data: dict[str, Any], tmp_path: Path) -> Iterator[Desk]:
    inside = request.param == "memory"
    engine = schema.open_engine("sqlite://" if inside else f"sqlite:///{tmp_path / 'shop.db'}")
    loading.load(engine, data)
    yield Desk(engine)
    engine.dispose()


def test_of_many_at_once_one_changes_the_order(shared: Desk) -> None:
    def change(n: int) -> str:
        try:
            shared.modify_pending_order_items(Caller(ANNA, f"k{n}"), "1000001", ["101"], ["102"], "paypal_13")
        except ActionError as error:
            return error.error
        return "done"

    with ThreadPoolExecutor(8) as pool:
        outcomes = sorted(pool.map(change, range(8)))
    assert outcomes == ["done"] + ["not_pending"] * 7
    assert [line["number"] for line in ledger(shared.engine)] == [1]


def test_of_many_with_one_key_one_writes(shared: Desk) -> None:
    def cancel(_: int) -> dict[str, Any]:
        return shared.cancel_pending_order(Caller(ANNA, "same"), "1000003", "no longer needed")

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(cancel, range(8)))
    assert all(result == results[0] for result in results)
    assert shared.profile(Caller(ANNA))["payment_methods"]["gift_card_12"]["balance"] == 97.0
