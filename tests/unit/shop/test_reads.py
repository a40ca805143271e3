"""The reading functions of the desk: result, unknown, hostile."""

from typing import Any

import pytest

from botkit.errors import ActionError
from botkit_shop import loading
from botkit_shop.desk import Desk
from botkit_shop.ledger import Caller

HOSTILE = [
    "' OR '1'='1",
    "x'; DROP TABLE users; --",
    "%",
    "_",
    "*",
    "",
    " ",
    "查无此人",
    "لا أحد",
    "🙂" * 50,
    "a" * 5000,
    "nul\x00byte",
    "half \ud83d",
    "{{ 7 * 7 }}",
    None,
    0,
    True,
    1.5,
    ["anna.berg@example.com"],
    {"email": "anna.berg@example.com"},
]


def refusal(function: Any, *args: Any) -> str:
    with pytest.raises(ActionError) as caught:
        function(*args)
    return caught.value.error


@pytest.mark.parametrize(
    "email", ["Anna.Berg@example.com", "anna.berg@example.com", "  ANNA.BERG@EXAMPLE.COM ", "ａnna.berg@example.com"]
)
def test_find_by_email(desk: Desk, email: str) -> None:
    assert desk.find_user_id_by_email(email) == "anna_berg_1"


@pytest.mark.parametrize("email", ["anna@example.com", *HOSTILE])
def test_find_by_email_refuses(desk: Desk, email: Any) -> None:
    assert refusal(desk.find_user_id_by_email, email) in {"not_found", "bad_input"}


@pytest.mark.parametrize(
    ("first", "last", "zip_code", "found"),
    [
        ("Anna", "Berg", "62701", "anna_berg_1"),
        ("anna", "BERG", " 62701 ", "anna_berg_1"),
        ("Anna", "Berg", 62701, "anna_berg_1"),
        ("Ben", "Cole", "ls14ap", "ben_cole_2"),
        ("Ben", "Cole", "LS1 4AP", "ben_cole_2"),
        ("娜", "李", "200031", "li_na_3"),
    ],
)
def test_find_by_name_and_zip(desk: Desk, first: str, last: str, zip_code: Any, found: str) -> None:
    assert desk.find_user_id_by_name_zip(first, last, zip_code) == found


@pytest.mark.parametrize(
    ("first", "last", "zip_code"),
    [
        ("Anna", "Berg", "62702"),
        ("Anna", "Cole", "62701"),
        ("Berg", "Anna", "62701"),
        ("", "", "62701"),
        *[(value, "Berg", "62701") for value in HOSTILE],
        *[("Anna", "Berg", value) for value in HOSTILE],
    ],
)
def test_find_by_name_and_zip_refuses(desk: Desk, first: Any, last: Any, zip_code: Any) -> None:
    assert refusal(desk.find_user_id_by_name_zip, first, last, zip_code) in {"not_found", "bad_input"}


@pytest.mark.parametrize(
    ("name", "zip_code", "found"),
    [
        ("Anna Berg", "62701", "anna_berg_1"),
        ("berg anna", "62701", "anna_berg_1"),
        ("李娜", "200031", "li_na_3"),
        ("李 娜", "２０００３１", "li_na_3"),
    ],
)
def test_find_by_whole_name(desk: Desk, name: str, zip_code: str, found: str) -> None:
    assert desk.find_user_id_by_full_name_zip(name, zip_code) == found


def test_find_by_whole_name_refuses(desk: Desk) -> None:
    assert refusal(desk.find_user_id_by_full_name_zip, "Anna", "62701") == "not_found"
    assert refusal(desk.find_user_id_by_full_name_zip, "", "62701") == "not_found"


def test_the_first_of_two_equal_customers_is_found(desk: Desk, data: dict[str, Any]) -> None:
    twin = {**data["users"]["anna_berg_1"], "user_id": "aaa", "orders": []}
    data["users"]["aaa"] = twin
    loading.load(desk.engine, data)
    assert desk.find_user_id_by_email("anna.berg@example.com") == "anna_berg_1"
    assert desk.find_user_id_by_name_zip("Anna", "Berg", "62701") == "anna_berg_1"


def test_user_details(desk: Desk, anna: Caller, data: dict[str, Any]) -> None:
    assert desk.get_user_details(anna, "anna_berg_1") == data["users"]["anna_berg_1"]
    assert desk.profile(anna) == data["users"]["anna_berg_1"]


@pytest.mark.parametrize("user_id", ["ben_cole_2", "ghost", *HOSTILE])
def test_user_details_of_others_are_refused(desk: Desk, anna: Caller, user_id: Any) -> None:
    assert refusal(desk.get_user_details, anna, user_id) in {"unknown_user", "bad_input"}


@pytest.mark.parametrize("number", ["#W1000001", "w1000001", "1000001"])
def test_order_details(desk: Desk, anna: Caller, data: dict[str, Any], number: str) -> None:
    assert desk.get_order_details(anna, number) == data["orders"]["#W1000001"]


@pytest.mark.parametrize("number", ["#W9999999", "#W2000001", *HOSTILE])
def test_order_details_refuse(desk: Desk, anna: Caller, number: Any) -> None:
    assert refusal(desk.get_order_details, anna, number) in {"unknown_order", "bad_input"}


def test_own_orders(desk: Desk, anna: Caller, data: dict[str, Any]) -> None:
    assert desk.own_orders(anna) == [data["orders"][number] for number in data["users"]["anna_berg_1"]["orders"]]


def test_own_orders_are_never_anothers(desk: Desk, anna: Caller, data: dict[str, Any]) -> None:
    data["users"]["anna_berg_1"]["orders"] += ["#W2000001", "#W9999999"]
    loading.load(desk.engine, data)
    assert {order["user_id"] for order in desk.own_orders(anna)} == {"anna_berg_1"}


def test_product_details(desk: Desk, data: dict[str, Any]) -> None:
    assert desk.get_product_details("100") == data["products"]["100"]
    assert desk.get_product_details(" 200 ") == data["products"]["200"]


@pytest.mark.parametrize("product_id", ["101", "999", *HOSTILE])
def test_product_details_refuse(desk: Desk, product_id: Any) -> None:
    assert refusal(desk.get_product_details, product_id) in {"unknown_product", "bad_input"}


def test_product_types_are_sorted(desk: Desk) -> None:
    assert list(desk.list_all_product_types().items()) == [("Desk Lamp", "200"), ("T-Shirt", "100")]


def test_think_and_transfer(desk: Desk) -> None:
    assert desk.think("the customer wants\na lamp") == ""
    assert desk.transfer_to_human_agents("wants a person") == "Transfer successful"
    assert refusal(desk.think, None) == "bad_input"
    assert refusal(desk.transfer_to_human_agents, "x" * 20_000) == "bad_input"


def test_calculate(desk: Desk) -> None:
    assert desk.calculate("20.1 + 50") == "70.1"


def test_reading_changes_nothing(desk: Desk, anna: Caller, data: dict[str, Any]) -> None:
    for _ in range(2):
        desk.find_user_id_by_email("ben@example.com")
        desk.get_order_details(anna, "1000001")
        desk.own_orders(anna)
        desk.list_all_product_types()
    assert loading.snapshot(desk.engine) == data
