"""What customers write, brought into one form."""

from typing import Any

import pytest

from botkit.errors import ActionError
from botkit_shop import inputs

HOME = {"address1": "1 A", "address2": "", "city": "C", "state": "", "country": "X", "zip": "1"}


@pytest.mark.parametrize(
    "written",
    ["#W1234567", "W1234567", "w1234567", " # w 1234567 ", "1234567", "＃Ｗ１２３４５６７", 1234567, "##W1234567"],
)
def test_order_numbers(written: object) -> None:
    assert inputs.order_number(written) == "#W1234567"


@pytest.mark.parametrize(("written", "code"), [("", "unknown_order"), ("#", "unknown_order"), (None, "bad_input")])
def test_no_order_number(written: object, code: str) -> None:
    with pytest.raises(ActionError) as caught:
        inputs.order_number(written)
    assert caught.value.error == code


@pytest.mark.parametrize("value", [None, True, 1.5, [], {}, b"x", "x" * 201, "a\x00b", "a\ud800", "a\nb", 10**40])
def test_no_text(value: object) -> None:
    with pytest.raises(ActionError) as caught:
        inputs.text(value)
    assert caught.value.error == "bad_input"


@pytest.mark.parametrize(
    ("value", "items"),
    [
        (["1", " 2 ", 3], ["1", "2", "3"]),
        ("1, 2 3", ["1", "2", "3"]),
        ("1、2，3；4", ["1", "2", "3", "4"]),
        ("", []),
        ([], []),
        (("1", "1"), ["1", "1"]),
    ],
)
def test_item_lists(value: object, items: list[str]) -> None:
    assert inputs.item_list(value) == items


@pytest.mark.parametrize("value", [None, 7, {"1": 2}, b"12", [None], [["1"]], ["1"] * 51, "1 " * 1200])
def test_no_item_list(value: object) -> None:
    with pytest.raises(ActionError) as caught:
        inputs.item_list(value)
    assert caught.value.error == "bad_input"


@pytest.mark.parametrize("missing", ["address1", "city", "country", "zip"])
def test_an_address_needs_its_parts(missing: str) -> None:
    assert inputs.address(HOME) == HOME
    with pytest.raises(ActionError) as caught:
        inputs.address({**HOME, missing: "  "})
    assert caught.value.error == "bad_address"


def test_notes_may_have_lines() -> None:
    assert inputs.note("a\n b\t c") == "a b c"


@pytest.mark.parametrize("value", [None, "x" * 10_001, "a\x00"])
def test_no_note(value: Any) -> None:
    with pytest.raises(ActionError):
        inputs.note(value)
