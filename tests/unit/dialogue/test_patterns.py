"""Patterns that ordinary words fit: what of a message is the value, and what is only talk."""

from typing import Any

import pytest

from tests.unit.dialogue.talking import Talk, build


def asking(name: str, pattern: str, fill: str = "when_asked") -> Talk:
    """Let a bot ask for one slot, then for an e-mail."""
    text = f"""
intents: {{parcel: {{examples: [my package never arrived, 我的包裹没到]}}}}
flows:
  main:
    start: {{commands: [main], intents: [parcel]}}
    steps:
      - {{ask: {name}, say: Which?, pattern: '{pattern}', fill: {fill}}}
      - {{ask: email, say: Your mail?, type: email}}
"""
    return Talk(build(text))


CODE = ("code", "[a-z0-9]{3,8}")
USER = ("username", "[A-Za-z][A-Za-z0-9]{2,14}")
FULL = ("full_name", "[A-Za-z ]{3,30}")
NAME = ("姓名", "[一-龥]{2,4}")


@pytest.mark.parametrize(
    ("slot", "said", "value"),
    [
        (CODE, "abc7", "abc7"),
        (CODE, "my code is abc7", "abc7"),
        (CODE, "my code is gold", "gold"),
        (CODE, "code: abc7", "abc7"),
        (CODE, "code gold", "gold"),
        (CODE, "the code should be abc7, thanks", "abc7"),
        (CODE, "they gave me abc7 yesterday", "abc7"),
        (CODE, "my code is abc7 and my email is not here", "abc7"),
        (CODE, "code", None),
        (CODE, "the code?", None),
        (CODE, "the code is wrong", None),
        (CODE, "my code is not working", None),
        (CODE, "the code is what?", None),
        (CODE, "what is the code", None),
        (CODE, "where do I find it", None),
        (CODE, "", None),
        (CODE, "🙂", None),
        (CODE, "a " * 3000, None),
        (USER, "its jwu1", "jwu1"),
        (USER, "it's jane, please", "jane"),
        (USER, "Sorry, it's jane", "jane"),
        (USER, "jane", "jane"),
        (USER, "my username is soon", "soon"),
        (USER, "i dont know my username", None),
        (USER, "I don't know", None),
        (USER, "yes", None),
        (USER, "whats that", None),
        (USER, "sorry i dont have one", None),
        (FULL, "my full name is Jane Doe", "Jane Doe"),
        (FULL, "it's Jane Doe, please", "Jane Doe"),
        (FULL, "Jane Doe", "Jane Doe"),
        (FULL, "yes please", None),
        (NAME, "王小明", "王小明"),
        (NAME, "我的姓名是王小明", "王小明"),
        (NAME, "姓名：王小明", "王小明"),
        (NAME, "那英", "那英"),
        (NAME, "我叫王小明", "王小明"),
        (NAME, "姓名", None),
        (NAME, "为什么", None),
        (NAME, "什么姓名？", None),
        (NAME, "好的", None),
    ],
)
def test_what_is_said_to_a_broad_pattern(slot: tuple[str, str], said: str, value: Any) -> None:
    talk = asking(*slot)
    talk.say("/main")
    talk.say(said)
    assert talk.slots.get(slot[0]) == value
    assert talk.step == (f"ask:{slot[0]}" if value is None else "ask:email")


@pytest.mark.parametrize("said", ["my package never arrived", "我的包裹没到", "hello, my package never arrived"])
@pytest.mark.parametrize("slot", [CODE, USER, NAME])
def test_the_message_that_starts_a_flow_is_no_value(slot: tuple[str, str], said: str) -> None:
    talk = asking(*slot, fill="anytime")
    talk.say(said, intents={"parcel": 1.0})
    assert talk.step == f"ask:{slot[0]}"
    assert talk.slots.get(slot[0]) is None


@pytest.mark.parametrize("said", ["i dont have an email", "sorry, no idea", "what for", "不好意思，没有邮箱"])
def test_talk_corrects_no_value(said: str) -> None:
    talk = asking(*USER)
    talk.say("/main")
    talk.say("jwu1")
    talk.say(said)
    assert talk.slots["username"] == "jwu1"


@pytest.mark.parametrize("said", ["cancel", "取消", "stop", "talk to a human"])
def test_a_control_phrase_is_no_value(said: str) -> None:
    talk = asking(*USER)
    talk.say("/main")
    talk.say(said)
    assert talk.latest[0].route == "control"


@pytest.mark.parametrize("said", ["the colour", "colour is it", "red one please"])
def test_a_narrow_pattern_takes_its_words_anywhere(said: str) -> None:
    talk = asking("pick", "red|colour|blue")
    talk.say("/main")
    talk.say(said)
    assert talk.slots["pick"] in said
