"""What a sentence names, in English and Chinese."""

from typing import Any

import pytest

from botkit_shop import mentions


def thing(item_id: str, name: str, **options: str) -> dict[str, Any]:
    return {"item_id": item_id, "name": name, "options": options}


BLUE_M = thing("1001", "T-Shirt", color="blue", size="M")
RED_M = thing("1002", "T-Shirt", color="red", size="M")
RED_S = thing("1003", "T-Shirt", color="red", size="S")
LAMP = thing("2001", "Desk Lamp", color="black", dimmable="yes")
KETTLE = thing("3001", "Electric Kettle", capacity="1.5L", color="silver")
TEA = thing("3002", "Tea Kettle", capacity="2 liters", color="red")
PHONES = thing("4001", "Headphones", type="over-ear", waterproof="no")
SHOES = thing("5001", "Running Shoes", size="9")
ITEMS = [BLUE_M, RED_M, LAMP, KETTLE, PHONES, SHOES]


@pytest.mark.parametrize(
    ("text", "found", "unclear"),
    [
        ("the desk lamp", [LAMP], []),
        ("The DESK-LAMPS please", [LAMP], []),
        ("my lamp is broken", [LAMP], []),
        ("desk lmap", [LAMP], []),
        ("the headphons and the elctric kettle", [PHONES, KETTLE], []),
        ("tshirt", [], [BLUE_M, RED_M]),
        ("the red t shirt", [RED_M], []),
        ("T-Shirt, blue, M", [BLUE_M], []),
        ("t-shirt, color: red, size: M", [RED_M], []),
        ("T-Shirt, blue, M and T-Shirt, red, M", [BLUE_M, RED_M], []),
        ("T-Shirt, blue, M; Desk Lamp, black, dimmable: yes", [BLUE_M, LAMP], []),
        ("1002", [RED_M], []),
        ("items 1002 and 2001", [RED_M, LAMP], []),
        ("the blue one", [BLUE_M], []),
        ("the size M one", [], [BLUE_M, RED_M]),
        ("台灯和耳机", [LAMP, PHONES], []),
        ("红色的T恤", [RED_M], []),
        ("T恤，蓝色，M", [BLUE_M], []),
        ("T恤", [], [BLUE_M, RED_M]),
        ("all of them", ITEMS, []),
        ("Everything!", ITEMS, []),
        ("全部商品", ITEMS, []),
        ("a clamp", [], []),
        ("shoes, size 9", [SHOES], []),
        ("", [], []),
        ("你好", [], []),
        ("'; DROP TABLE orders; --", [], []),
        ("x" * 5000, [], []),
    ],
)
def test_named_items(text: str, found: list[Any], unclear: list[Any]) -> None:
    sure, open_ = mentions.named_items(text, ITEMS)
    assert sorted(sure, key=_id) == sorted(found, key=_id)
    assert sorted(open_, key=_id) == sorted(unclear, key=_id)


def _id(item: dict[str, Any]) -> str:
    return str(item["item_id"])


WATCH, SMART = thing("6001", "Wristwatch", color="red"), thing("6002", "Smart Watch", color="blue")


@pytest.mark.parametrize(
    ("text", "found"),
    [("智能手表", [SMART]), ("手表", [WATCH]), ("the wristwatch and the smart watch", [WATCH, SMART])],
)
def test_a_name_within_a_longer_one_is_not_said(text: str, found: list[Any]) -> None:
    assert mentions.named_items(text, [WATCH, SMART]) == (found, [])


@pytest.mark.parametrize(
    ("text", "name"),
    [("鞋子", "Running Shoes"), ("那个背包", "Backpack"), ("杯子", "Water Bottle"), ("耳机", "Headphones")],
)
def test_what_customers_call_things(text: str, name: str) -> None:
    items = [thing(name, name) for name in ("Running Shoes", "Backpack", "Water Bottle", "Headphones")]
    assert [item["name"] for item in mentions.named_items(text, items)[0]] == [name]


def test_a_short_name_of_two_products_is_unclear() -> None:
    assert mentions.named_items("the kettle", [KETTLE, TEA]) == ([], [KETTLE, TEA])
    assert mentions.named_items("the tea kettle", [KETTLE, TEA]) == ([TEA], [])
    assert mentions.named_items("the red kettle", [KETTLE, TEA]) == ([TEA], [])
    assert mentions.named_items("the silver kettle and the tea kettle", [KETTLE, TEA]) == ([TEA], [])


def test_equal_looking_items_are_left_open() -> None:
    twin = {**BLUE_M, "item_id": "1009"}
    assert mentions.named_items("T-Shirt, blue, M", [BLUE_M, twin]) == ([], [BLUE_M, twin])
    assert mentions.named_items("1009", [BLUE_M, twin]) == ([twin], [])
    assert mentions.named_items("T-Shirt, blue, M (1009)", [BLUE_M, twin]) == ([twin], [])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("red", [RED_M]),
        ("size S", [RED_S]),
        ("the red one in S", [RED_S]),
        ("红色", [RED_M]),
        ("blue, M", [BLUE_M]),
        ("1003", [RED_S]),
        ("green", []),
        ("sizes", []),
        ("", []),
    ],
)
def test_named_variants_keep_what_is_not_said(text: str, found: list[Any]) -> None:
    assert mentions.named_variants(text, [BLUE_M, RED_M, RED_S], BLUE_M["options"]) == found


def test_an_option_that_says_nothing_alone_needs_its_name() -> None:
    said = mentions.tokens("yes, size 9 please")
    assert mentions.options_said(said, {"waterproof": "yes", "size": "9"}) == {"size"}
    assert mentions.options_said(mentions.tokens("waterproof: yes"), {"waterproof": "yes"}) == {"waterproof"}
    assert mentions.options_said(mentions.tokens("防水：是"), {"waterproof": "yes"}) == {"waterproof"}
    assert mentions.options_said(mentions.tokens("a 9 inch one"), {"size": "9"}) == set()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("red, M", []),  # sold out, so that no other comes in its place
        ("红色", [RED_S]),
        ("10码", []),
    ],
)
def test_named_variants_leave_out_what_is_sold_out(text: str, found: list[Any]) -> None:
    variants = [BLUE_M, {**RED_M, "available": False}, RED_S]
    assert mentions.named_variants(text, variants, BLUE_M["options"]) == found


@pytest.mark.parametrize("text", ["10码黑色", "黑色 10号", "black, size 10", "尺码10，黑色"])
def test_sizes_in_numbers_are_said_in_many_ways(text: str) -> None:
    nine, ten = [{"item_id": n, "options": {"color": "black", "size": n}} for n in ("9", "10")]
    assert mentions.named_variants(text, [nine, ten], {"color": "black", "size": "9"}) == [ten]


def test_shortened_words_name_no_size() -> None:
    assert mentions.tokens("there's one, I’m sure, in S") == ["there", "one", "i", "sure", "in", "s"]
