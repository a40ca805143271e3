"""Choices, summaries and lookups: what a customer is shown."""

from typing import Any

import pytest

from botkit.errors import ActionError
from botkit_shop import choices, labels, loading, mentions, words
from botkit_shop.desk import Desk
from botkit_shop.ledger import Caller


def shown(found: list[dict[str, Any]]) -> list[str]:
    return [choice["label"] for choice in found]


def test_my_orders(desk: Desk, anna: Caller) -> None:
    found = choices.my_orders(desk, anna)
    assert [choice["value"] for choice in found] == ["#W1000001", "#W1000002", "#W1000003", "#W1000004"]
    assert found[0] == {
        "value": "#W1000001",
        "label": "#W1000001 (pending, T-Shirt, Desk Lamp)",
        "status": "pending",
        "status_label": "pending",
        "total": 70.1,
    }
    assert shown(choices.my_orders(desk, anna, "zh", "delivered")) == ["#W1000002（已送达：T恤、T恤、台灯）"]


def test_an_order(desk: Desk, anna: Caller) -> None:
    found = choices.order(desk, anna, "1000002")
    assert (found["number"], found["status"], found["total"]) == ("#W1000002", "delivered", 191.05)
    assert found["items_label"] == "T-Shirt, blue, M; Desk Lamp, white, dimmable: yes"
    assert [(item["item_id"], item["price"], item["count"]) for item in found["items"]] == [
        ("102", 20.4, 2),
        ("202", 150.25, 1),
    ]
    assert found["paid_with_label"] == "PayPal"
    assert found["address_label"] == "1 Elm Street, Flat 2, Springfield, IL, 62701, USA"
    assert found["can"] == {
        "cancel": False,
        "change_address": False,
        "change_items": False,
        "change_payment": False,
        "return": True,
        "exchange": True,
    }


def test_an_order_in_chinese(desk: Desk, anna: Caller) -> None:
    found = choices.order(desk, anna, "1000001", "zh-CN")
    assert found["status_label"] == "待发货"
    assert found["items_label"] == "T恤（蓝色、S）；台灯（黑色、dimmable：是）"
    assert found["paid_with_label"] == "尾号 1111 的 Visa 卡"


def test_labels_are_told_apart_only_where_they_are_equal(desk: Desk, anna: Caller) -> None:
    assert shown(choices.item_choices(desk, anna, "1000001")) == [
        "T-Shirt, blue, S",
        "Desk Lamp, black, dimmable: yes",
    ]
    assert shown(choices.item_choices(desk, anna, "1000003")) == [
        "T-Shirt, color: red, size: M (104)",
        "T-Shirt, color: red, size: M (105)",
    ]


def test_variants(desk: Desk, anna: Caller) -> None:
    found = choices.variant_choices(desk, anna, "1000001", "101")
    assert [(v["value"], v["difference"], v["same"]) for v in found] == [
        ("101", 0.0, True),
        ("102", 0.3, False),
        ("104", -2.1, False),
        ("105", -1.1, False),
    ]
    assert shown(found)[:2] == ["blue, S", "blue, M"]
    with pytest.raises(ActionError) as caught:
        choices.variant_choices(desk, anna, "1000001", "102")
    assert caught.value.error == "unknown_item"


def test_named_items_and_variants(desk: Desk, anna: Caller) -> None:
    found = choices.items_named(desk, anna, "1000001", "the shirt, I mean the t-shirt")
    assert shown(found["found"]) == ["T-Shirt, blue, S"]
    assert len(choices.items_named(desk, anna, "1000003", "t-shirt")["unclear"]) == 2
    assert shown(choices.variants_named(desk, anna, "1000001", "101", "in M")) == ["blue, M"]
    assert len(choices.variants_named(desk, anna, "1000001", "101", "红色")) == 2


@pytest.mark.parametrize(
    ("number", "purpose", "methods"),
    [
        ("", "", ["credit_card_11", "gift_card_12", "paypal_13", "gift_card_14"]),
        ("1000002", "refund", ["gift_card_12", "paypal_13", "gift_card_14"]),
        ("1000001", "change", ["gift_card_12", "paypal_13", "gift_card_14"]),
        ("1000003", "change", ["credit_card_11", "paypal_13", "gift_card_14"]),
        ("1000002", "", ["credit_card_11", "gift_card_12", "paypal_13", "gift_card_14"]),
    ],
)
def test_payment_choices(desk: Desk, anna: Caller, number: str, purpose: str, methods: list[str]) -> None:
    assert [choice["value"] for choice in choices.payment_choices(desk, anna, number, purpose)] == methods


def test_payment_labels(desk: Desk, anna: Caller, data: dict[str, Any]) -> None:
    data["users"]["anna_berg_1"]["payment_methods"]["paypal_0015"] = {"source": "paypal", "id": "paypal_0015"}
    loading.load(desk.engine, data)
    assert shown(choices.payment_choices(desk, anna)) == [
        "Visa ending in 1111",
        "gift card ending in d_12",
        "PayPal (l_13)",
        "gift card ending in d_14",
        "PayPal (0015)",
    ]
    assert choices.payment_choices(desk, anna)[1]["balance"] == 60
    assert words.payment({"source": "iou", "id": "iou_1"}, "zh") == "iou"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (["101"], ["102"], {"difference": 0.3, "amount": 0.3, "direction": "pay"}),
        (["101"], ["104"], {"difference": -2.1, "amount": 2.1, "direction": "refund"}),
        ("101", "101", {"difference": 0.0, "amount": 0.0, "direction": "even"}),
        ("101, 201", "102, 202", {"difference": 100.55, "amount": 100.55, "direction": "pay"}),
    ],
)
def test_price_difference(desk: Desk, anna: Caller, old: Any, new: Any, expected: dict[str, Any]) -> None:
    assert choices.price_difference(desk, anna, "1000001", old, new) == expected


def test_price_difference_refuses_what_the_change_would(desk: Desk, anna: Caller) -> None:
    with pytest.raises(ActionError) as caught:
        choices.price_difference(desk, anna, "1000001", ["101"], ["103"])
    assert caught.value.error == "unavailable_item"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("do you have t-shirts?", ["100"]),
        ("Is there a lamp in white", ["200"]),
        ("有台灯吗？", ["200"]),
        ("T恤", ["100"]),
        ("desk lmp", ["200"]),
        ("a car", []),
        ("", []),
        ("'; DROP TABLE products; --", []),
    ],
)
def test_find_product(desk: Desk, text: str, found: list[str]) -> None:
    assert [product["product_id"] for product in choices.find_product(desk, text)] == found


def test_a_product(desk: Desk) -> None:
    assert choices.product(desk, "100", "zh") == {
        "value": "100",
        "label": "T恤",
        "product_id": "100",
        "available": 4,
        "variants": [
            {"value": "101", "label": "蓝色、S", "price": 20.1},
            {"value": "102", "label": "蓝色、M", "price": 20.4},
            {"value": "104", "label": "颜色：红色、尺寸：M（104）", "price": 18},
            {"value": "105", "label": "颜色：红色、尺寸：M（105）", "price": 19.0},
        ],
        "options": [{"name": "颜色", "values": ["蓝色", "红色"]}, {"name": "尺寸", "values": ["S", "M"]}],
        "price_from": 18,
        "price_to": 20.4,
    }


def test_a_product_that_is_sold_out(desk: Desk, data: dict[str, Any]) -> None:
    for variant in data["products"]["200"]["variants"].values():
        variant["available"] = False
    loading.load(desk.engine, data)
    found = choices.product(desk, "200")
    assert (found["available"], found["price_from"], found["options"]) == (0, None, [])


def test_profile(desk: Desk, anna: Caller) -> None:
    found = choices.profile(desk, anna)
    assert (found["first_name"], found["email"]) == ("Anna", "Anna.Berg@example.com")
    assert "payment_methods" not in found


@pytest.mark.parametrize("text", ["a bicycle", "'; --", "🙂", "x" * 5000])
def test_no_order_has_what_was_never_bought(desk: Desk, anna: Caller, text: str) -> None:
    assert choices.my_orders(desk, anna, naming=text) == []


def test_orders_named_by_their_items(desk: Desk, anna: Caller) -> None:
    for order in choices.my_orders(desk, anna):
        item = choices.item_choices(desk, anna, order["value"])[0]
        assert order in choices.my_orders(desk, anna, naming=f"the {item['name']}, please")


def test_identity(desk: Desk) -> None:
    known = {"user_id": "anna_berg_1", "first_name": "Anna", "last_name": "Berg"}
    assert choices.identity(desk, email="anna.berg@example.com") == known
    assert choices.identity(desk, name="Anna Berg", zip="62701") == known
    with pytest.raises(ActionError) as caught:
        choices.identity(desk, name="Anna Berg")
    assert caught.value.error == "not_identified"


def test_choices_change_nothing(desk: Desk, anna: Caller, data: dict[str, Any]) -> None:
    choices.my_orders(desk, anna)
    choices.order(desk, anna, "1000001")
    choices.price_difference(desk, anna, "1000001", ["101"], ["102"])
    assert loading.snapshot(desk.engine) == data


@pytest.mark.parametrize(
    "text", ["my name is Anna Berg, zip 62701", "Anna Berg 62701", "Berg Anna, 62701", "it's anna.berg@example.com"]
)
def test_identity_from_one_sentence(desk: Desk, text: str) -> None:
    assert choices.identity(desk, name=text)["user_id"] == "anna_berg_1"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Anna Berg", "not_identified"),
        ("", "not_identified"),
        ("🙂", "not_a_name"),
        ("12345", "not_a_name"),
        ("1234567890", "not_a_name"),
        ("Anna Berg 99999", "not_found"),
        ("nobody@example.com", "not_found"),
        ("a\x00b", "bad_input"),
        ("x" * 20_000, "bad_input"),
    ],
)
def test_no_identity_from_a_sentence(desk: Desk, text: str, code: str) -> None:
    with pytest.raises(ActionError) as caught:
        choices.identity(desk, name=text)
    assert caught.value.error == code


@pytest.mark.parametrize(
    ("naming", "numbers"),
    [
        ("第二个", ["#W1000002"]),
        ("第2单吧", ["#W1000002"]),
        ("the first one, please", ["#W1000001"]),
        ("最后一个", ["#W1000004"]),
        ("第一个还是第二个来着", []),
        ("第九个", []),
        ("not the first one", []),
        ("not the first one but the second", ["#W1000002"]),
        ("anything but the last one", []),
        ("不是第一个", []),
        ("不要第一个，要第二个", ["#W1000002"]),
        ("没发货的那些", ["#W1000001", "#W1000003"]),
        ("收到的那单", ["#W1000002"]),
        ("随便", []),
    ],
)
def test_orders_are_named_by_place_and_status(desk: Desk, anna: Caller, naming: str, numbers: list[str]) -> None:
    assert [choice["value"] for choice in choices.my_orders(desk, anna, "zh", naming=naming)] == numbers


def test_no_place_in_an_empty_list() -> None:
    assert mentions.place_said("最后一个", 0) is None


HOME = {"address1": "淮海中路 88 号", "address2": "602 室", "city": "上海", "state": "上海", "country": "中国"}
ELM = {"address1": "1 Elm Street", "address2": "", "city": "Boulder", "state": "CO", "country": "USA", "zip": "80301"}


@pytest.mark.parametrize(
    ("address", "locale", "shown"),
    [
        (HOME | {"zip": "200031"}, "zh", "中国上海淮海中路 88 号 602 室，邮编 200031"),
        (HOME, "zh-CN", "中国上海淮海中路 88 号 602 室"),
        (HOME | {"state": "浙江", "city": "杭州", "address2": ""}, "zh", "中国浙江杭州淮海中路 88 号"),
        (HOME | {"state": "上海市"}, "zh", "中国上海淮海中路 88 号 602 室"),
        (HOME | {"zip": "200031"}, "en", "淮海中路 88 号, 602 室, 上海, 上海, 200031, 中国"),
        (ELM, "zh", "1 Elm Street, Boulder, CO, 80301, USA"),
    ],
)
def test_addresses(address: dict[str, str], locale: str, shown: str) -> None:
    assert labels.address(address, locale) == shown


@pytest.mark.parametrize(
    ("locale", "shown"),
    [("zh", "跑鞋（白色、8 码）"), ("en", "Running Shoes, white, size: 8")],
)
def test_a_size_that_is_a_number(locale: str, shown: str) -> None:
    shoes = {"name": "Running Shoes", "options": {"color": "white", "size": "8"}}
    assert labels.item(shoes, locale, name="Running Shoes") == shown


@pytest.mark.parametrize(
    ("brand", "shown"),
    [("visa", "尾号 1111 的 Visa 卡"), ("mastercard", "尾号 1111 的万事达卡"), ("", "尾号 1111 的信用卡")],
)
def test_cards_in_chinese(brand: str, shown: str) -> None:
    card: dict[str, object] = {"source": "credit_card", "brand": brand, "last_four": "1111", "id": "credit_card_1"}
    assert words.payment(card, "zh") == shown


@pytest.mark.parametrize(
    ("word", "said"),
    [("4 hours", "4 小时"), ("1000ml", "1000 毫升"), ("34 inch", "34 英寸"), ("blue", "蓝色"), ("XQ", "XQ")],
)
def test_values_in_chinese(word: str, said: str) -> None:
    assert words.value(word, "zh") == said
    assert words.value(word, "en") == word
