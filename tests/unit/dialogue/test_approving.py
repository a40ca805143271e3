"""Options for what is wrong: what a text calls right is none of them, nor is the opposite of a label."""

import pytest

from tests.unit.dialogue.talking import Talk, build

BOT = """
flows:
  main:
    start: {commands: [main]}
    steps:
      - ask: reasons
        say: {en: Why do you leave us?, zh: 为什么取消？}
        MANY
        options:
          - {value: price, label: {en: Too expensive, zh: 太贵}}
          - {value: unused, label: {en: I don't use it, zh: 用不上}}
          - {value: service, label: {en: Bad service, zh: 服务不好}}
          - {value: missing, label: {en: Not delivered, zh: 没收到货}}
      - {ask: more, say: More?}
"""


def chosen(reply: str, many: str = "many: true") -> object:
    talk = Talk(build(BOT.replace("MANY", many)))
    talk.say("/main")
    talk.say(reply)
    return talk.slots.get("reasons")


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("too expensive, the service was fine", ["price"]),
        ("the service is good but it's too expensive", ["price"]),
        ("nothing wrong with the service, it's just too expensive", ["price"]),
        ("I'm happy with the service, it's too expensive", ["price"]),
        ("the service isn't the problem, the price is", ["price"]),
        ("bad service, price is fine", ["service"]),
        ("too expensive, not because of service", ["price"]),
        ("it's not the price, it's the service", ["service"]),
        ("不是因为太贵，是服务不好", ["service"]),
        ("不是服务不好，是太贵", ["price"]),
        ("服务很好，就是太贵", ["price"]),
        ("服务没问题，太贵了", ["price"]),
        ("price and service", ["price", "service"]),
        ("too expensive and bad service", ["price", "service"]),
        ("I don't use it and the service is bad", ["unused", "service"]),
        ("the service was not fine", ["service"]),
        ("the service isn't good", ["service"]),
        ("太贵，服务也不好", ["price", "service"]),
        ("because it is too expensive", ["price"]),
        ("服务", ["service"]),
    ],
)
def test_what_is_right_is_no_reason(reply: str, expected: list[str]) -> None:
    assert chosen(reply) == expected


@pytest.mark.parametrize("many", ["many: true", "many: false"])
@pytest.mark.parametrize("reply", ["I use it", "服务好", "delivered", "收到货", "the service was fine"])
def test_the_opposite_of_a_label_is_none(reply: str, many: str) -> None:
    assert chosen(reply, many) is None


@pytest.mark.parametrize(
    ("reply", "expected"), [("not deliverd", "missing"), ("没收到货物", "missing"), ("use it", None)]
)
def test_a_label_is_still_taken_by_its_spelling(reply: str, expected: str | None) -> None:
    assert chosen(reply, "many: false") == expected
