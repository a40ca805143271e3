"""What buttons send, and what comes of it."""

import pytest

from botkit import Button, ButtonSigner, LocatedButton, Press, Reply
from botkit.model.presses import press_of
from botkit_telegram.buttons import DATA, is_address, keyboard

SIGNER = ButtonSigner("4242:token", DATA)
REPLY = Reply("telegram:815/12.0", "Which?", question="12.q0")


def written(button: Button, reply: Reply = REPLY, chat: str = "815") -> str:
    return SIGNER.write(chat, reply, button, 3)


@pytest.mark.parametrize(
    ("button", "press"),
    [
        (Button("Yes", value="yes"), Press(value="yes", question="12.q0")),
        (Button("退货", value="退货"), Press(value="退货", question="12.q0")),
        (Button("a/b", value="a/b/c"), Press(value="a/b/c", question="12.q0")),
        (Button("Orders", run="orders"), Press(run="orders", question="12.q0")),
        (Button("None"), Press(question="12.q0")),
    ],
)
def test_a_short_button_says_everything_itself(button: Button, press: Press) -> None:
    data = written(button)
    assert len(data.encode()) <= 64
    assert SIGNER.read("815", data) == press


@pytest.mark.parametrize("value", ["x" * 60, "订单" * 12, "👍" * 20])
def test_a_long_button_is_found_in_its_reply(value: str) -> None:
    data = written(Button("Long", value=value))
    located = SIGNER.read("815", data)
    assert len(data.encode()) <= 64
    assert located == LocatedButton("12.0", 3)
    buttons = [Button("Long", value=value)] * 4
    assert press_of("815", REPLY, buttons, located) == Press(value=value, label="Long", question="12.q0")
    assert press_of("815", REPLY, buttons[:3], located) is None
    assert located.turn == 12


@pytest.mark.parametrize("name", ["r1", "x" * 90, "telegram:other/12.0", "订单/👍"])
def test_replies_of_any_name_are_told_apart(name: str) -> None:
    reply = Reply(name)
    data = written(Button("Long", value="x" * 99), reply)
    located = SIGNER.read("815", data)
    assert isinstance(located, LocatedButton)
    buttons = [Button(str(n)) for n in range(4)]
    assert press_of("815", reply, buttons, located) == Press(label="3")
    assert press_of("815", REPLY, buttons, located) is None
    assert located.turn == 0


@pytest.mark.parametrize(
    "data", ["", "x", "x" * 64, "a" * 11, "订单" * 10, written(Button("Y", value="y"))[:-1] + "n"]
)
def test_what_it_did_not_write_is_nothing(data: str) -> None:
    assert SIGNER.read("815", data) is None


def test_data_of_another_chat_or_another_bot_is_nothing() -> None:
    data = written(Button("Yes", value="yes"))
    assert SIGNER.read("816", data) is None
    assert SIGNER.read("-100.815", data) is None
    assert ButtonSigner("4242:other", DATA).read("815", data) is None


def test_short_buttons_stand_side_by_side() -> None:
    scores = [Button(str(n), value=str(n)) for n in range(1, 6)]
    long = [Button("I want to send something back", value="a"), Button("Talk to a person", value="b")]
    made = keyboard(SIGNER, "815", REPLY, [*scores, *long])
    assert made is not None
    rows = made["inline_keyboard"]
    assert [[one["text"] for one in row] for row in rows] == [
        ["1", "2", "3", "4", "5"],
        ["I want to send something back"],
        ["Talk to a person"],
    ]
    assert keyboard(SIGNER, "815", REPLY, []) is None


@pytest.mark.parametrize(
    ("url", "fine"),
    [
        ("https://shop.example/a", True),
        ("http://shop.example", True),
        ("javascript:alert(1)", False),
        ("https://localhost/x", False),
        ("https://[", False),
        ("/files/a.pdf", False),
        ("https://a.example/x y", False),
        ("", False),
    ],
)
def test_addresses_that_telegram_takes(url: str, fine: bool) -> None:
    assert is_address(url) is fine
