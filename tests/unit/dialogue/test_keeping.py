"""What stays as it is: replies that keep a thing, options that are kept, and other values that are wished."""

import pytest

from tests.unit.dialogue.talking import Talk, build

BOT = """
flows:
  main:
    title: {en: your return, zh: 退货}
    start: {commands: [main]}
    steps:
      - ask: items
        title: {en: items, zh: 商品}
        say: {en: QUESTION, zh: 退哪些？}
        many: true
        options: {a: {en: Lamp, zh: 灯}, b: {en: Chair, zh: 椅子}}
      - ask: color
        title: {en: color, zh: 颜色}
        say: {en: Which color instead?, zh: 换什么颜色？}
        options: {red: {en: Red, zh: 红色}, blue: {en: Blue, zh: 蓝色}}
      - confirm: OK?
      - {do: shop.give, with: {a: "{{ items }}{{ color }}"}}
"""


def talk(*lines: str, question: str = "Which items come back?") -> Talk:
    found = Talk(build(BOT.replace("QUESTION", question)))
    for line in ("/main", *lines):
        found.say(line)
    return found


@pytest.mark.parametrize(
    "reply",
    [
        "forget it, I'll keep them",
        "never mind, I keep it",
        "I'll keep them",
        "no, I'll keep it",
        "算了，我留着",
        "不退了，我留着吧",
    ],
)
def test_who_keeps_it_ends_the_flow(reply: str) -> None:
    assert talk(reply).stack == []


def test_who_is_asked_what_to_keep_and_keeps_it_ends_nothing() -> None:
    assert talk("I'll keep them", question="Which do you want to keep?").stack == ["main"]


@pytest.mark.parametrize(
    ("reply", "question", "items"),
    [
        ("the lamp, I'll keep the chair", "Which items come back?", ["a"]),
        ("keep the lamp, the chair comes back", "Which items come back?", ["b"]),
        ("the lamp and the chair", "Which items come back?", ["a", "b"]),
        ("退灯，留下椅子", "Which items come back?", ["a"]),
        ("I'll keep the chair", "Which do you want to keep?", ["b"]),
    ],
)
def test_what_is_kept_does_not_come_back(reply: str, question: str, items: list[str]) -> None:
    assert talk(reply, question=question).slots["items"] == items


@pytest.mark.parametrize(
    "reply", ["I'd like another color", "different color please", "换成另一个颜色", "颜色换一下"]
)
def test_another_value_that_is_wished_is_asked_for(reply: str) -> None:
    assert talk("lamp", "red", reply).step == "ask:color"
