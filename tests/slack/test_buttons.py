"""Buttons, lists and pickers, and what comes of a press."""

from typing import Any

import pytest

from botkit import Button, ButtonSigner, LocatedButton, Press, Reply
from botkit_slack.buttons import DATA, actions, is_address, picker
from botkit_slack.courtesies import elsewhere, settled
from tests.slack import blocks as double

SIGNER = ButtonSigner("xoxb-1", DATA)


def made(buttons: list[Button], **more: Any) -> list[Any]:
    reply = Reply("slack:D1/12.0", "Which?", question="12.q0", **more)
    found = actions(SIGNER, "D1", reply, list(enumerate(buttons)))
    assert double.faults(found) == []
    return found


def some(count: int) -> list[Button]:
    return [Button(f"Tea {n}", value=f"tea-{n}") for n in range(1, count + 1)]


@pytest.mark.parametrize(("count", "kinds"), [(1, ["button"]), (5, ["button"] * 5), (6, ["static_select"])])
def test_few_answers_are_buttons_and_many_a_list(count: int, kinds: list[str]) -> None:
    (block,) = made(some(count))
    assert [one["type"] for one in block["elements"]] == kinds
    values = [option["value"] for one in block["elements"] for option in one.get("options", [one])]
    assert [SIGNER.read("D1", value) for value in values] == [
        Press(value=f"tea-{n}", question="12.q0") for n in range(1, count + 1)
    ]


def test_a_hundred_answers_fit_into_a_list() -> None:
    (block,) = made(some(100))
    assert len(block["elements"][0]["options"]) == 100


@pytest.mark.parametrize("scale", [5, 10])
def test_a_rating_is_always_buttons(scale: int) -> None:
    (block,) = made([Button(str(n), value=str(n)) for n in range(1, scale + 1)], scale=scale)
    assert [one["text"]["text"] for one in block["elements"]] == [str(n) for n in range(1, scale + 1)]


def test_links_stand_beside_a_list() -> None:
    link = Button("Our page", url="https://shop.example")
    (block,) = made([*some(6), link, Button("Bad", url="javascript:alert(1)")])
    assert [(one["type"], one.get("url")) for one in block["elements"]] == [
        ("static_select", None),
        ("button", "https://shop.example"),
    ]


def test_thirty_links_are_two_blocks() -> None:
    found = made([Button(f"Page {n}", url=f"https://shop.example/{n}") for n in range(30)])
    assert [len(block["elements"]) for block in found] == [25, 5]


@pytest.mark.parametrize(
    ("button", "label"),
    [
        (Button("<b> & *x* :tada:", value="a"), "<b> & *x* :tada:"),
        (Button("退货", value="a"), "退货"),
        (Button(" ", value="a"), "a"),
        (Button("", value=""), "…"),
        (Button("x" * 100, value="a"), "x" * 74 + "…"),
        (Button("half \ud800", value="a"), "half ?"),
    ],
)
def test_a_label_stands_as_it_is(button: Button, label: str) -> None:
    (block,) = made([button])
    assert block["elements"][0]["text"] == {"type": "plain_text", "text": label, "emoji": False}


def test_a_long_value_is_found_in_its_reply() -> None:
    (block,) = made([Button("Long", value="订单" * 60)])
    value = block["elements"][0]["value"]
    assert len(value) <= DATA
    assert SIGNER.read("D1", value) == LocatedButton("12.0", 0)
    assert SIGNER.read("D2", value) is None


@pytest.mark.parametrize("asks", ["date", "time", "datetime"])
def test_a_picker_says_what_it_answers(asks: Any) -> None:
    block = picker(SIGNER, "D1", Reply("slack:D1/12.0", "When?", question="12.q0", asks=asks))
    assert double.faults([block]) == []
    assert [one["type"] for one in block["elements"]] == [f"{asks}picker"]
    assert SIGNER.read("D1", block["block_id"]) == Press(question="12.q0")


@pytest.mark.parametrize(
    ("url", "fine"),
    [
        ("https://shop.example/a", True),
        ("http://localhost:8000/x", True),
        ("javascript:alert(1)", False),
        ("https://[", False),
        ("https://", False),
        ("/files/a.pdf", False),
        ("https://a.example/x y", False),
        ("https://a.example/" + "x" * 3_000, False),
        ("", False),
    ],
)
def test_addresses_that_slack_takes(url: str, fine: bool) -> None:
    assert is_address(url) is fine


# After a press

TEXT = {"type": "rich_text", "elements": []}
LINK = {"type": "button", "action_id": "b1", "url": "https://shop.example"}
PRESSED = {"type": "button", "action_id": "b0", "value": "x"}
MENU = {"type": "button", "action_id": "b2", "value": "run"}
PICK = {"type": "static_select", "action_id": "s0", "options": [{"value": "x"}, {"value": "run"}]}
MENUS = {"type": "static_select", "action_id": "s0", "options": [{"value": "run"}, {"value": "run"}]}


def starts(data: str) -> bool:
    return data == "run"


def test_what_was_chosen_takes_the_place_of_what_could_be() -> None:
    message = {"ts": "1.1", "blocks": [TEXT, {"type": "actions", "elements": [PRESSED, LINK]}]}
    assert settled(message, "Green <b>", starts) == [
        TEXT,
        {"type": "actions", "elements": [LINK]},
        {"type": "context", "elements": [{"type": "plain_text", "text": "✓ Green <b>", "emoji": False}]},
    ]


@pytest.mark.parametrize(
    ("elements", "left"),
    [
        ([PRESSED, MENU], [MENU]),
        ([PRESSED, MENUS, LINK], [MENUS, LINK]),
        ([PICK], []),
        ([{"type": "datepicker"}, MENU], [MENU]),
    ],
)
def test_what_starts_something_can_still_be_pressed(elements: list[Any], left: list[Any]) -> None:
    message = {"ts": "1.1", "blocks": [{"type": "actions", "elements": elements}]}
    found = settled(message, "Green", starts)
    assert found is not None
    assert [one["elements"] for one in found[:-1]] == [left] * bool(left)


def test_a_menu_stays_as_it_is() -> None:
    message = {"ts": "1.1", "blocks": [TEXT, {"type": "actions", "elements": [MENU, MENUS, LINK]}]}
    assert settled(message, "Green", starts) is None


def test_a_picture_goes_back_as_it_was_sent() -> None:
    picture = {"type": "image", "image_url": "https://a.example/x.png", "alt_text": "x", "block_id": "p"}
    told = {**picture, "image_width": 7, "image_bytes": 9, "fallback": "x", "is_animated": False}
    message = {"ts": "1.1", "blocks": [told, {"type": "actions", "elements": [PRESSED]}]}
    found = settled(message, "Green", starts)
    assert found is not None
    assert found[0] == picture
    assert double.faults(found) == []


@pytest.mark.parametrize("message", [{}, {"ts": "1.1", "blocks": [TEXT]}, {"ts": "1.1", "blocks": ["odd"]}])
def test_a_message_without_buttons_stays_as_it_is(message: dict[str, Any]) -> None:
    assert settled(message, "Green", starts) is None


@pytest.mark.parametrize(("locale", "word"), [("de-DE", "Direktnachrichten"), ("xx", "direct"), ("", "direct")])
def test_who_writes_a_command_elsewhere_hears_where_it_is_answered(locale: str, word: str) -> None:
    assert word in elsewhere(locale, "UBOT")
    assert elsewhere(locale, "UBOT").endswith("<@UBOT>")
