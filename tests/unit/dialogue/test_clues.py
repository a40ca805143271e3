"""Several slots of a kind: of which of them a value is, told by the words around it."""

import pytest

from tests.unit.dialogue.talking import Talk, build

BILL = """
intents: {bill: {examples: [there is a mistake on my bill]}}
flows:
  main:
    start: {commands: [main], intents: [bill]}
    steps:
      - {ask: charged, say: {en: How much were you charged?, zh: 您被扣了多少钱？}, type: money}
      - {ask: expected, say: {en: How much should it have been?, zh: 本来应付多少钱？}, type: money}
      - {ask: sent, say: {en: When was it sent off?, zh: 哪天寄出的？}, type: date, past: true}
      - {ask: arrived, say: {en: When did it arrive?, zh: 哪天到货的？}, type: date, past: true}
      - confirm: "{{ charged }} {{ expected }} {{ sent }} {{ arrived }}?"
      - do: shop.give
        with: {a: "{{ charged }}", b: "{{ expected }}", c: "{{ sent }}", d: "{{ arrived }}"}
      - say: Done.
"""


def talk_to(*lines: str) -> Talk:
    talk = Talk(build(BILL, currency="USD"), {"shop.give": "T-1"})
    for line in ("/main", *lines):
        talk.say(line)
    return talk


@pytest.mark.parametrize(
    ("reply", "charged", "expected"),
    [
        ("I was charged $65 instead of $45", "65", None),
        ("$65 but I expected $45", "65", "45"),
        ("I expected $45 but was charged $65", "65", "45"),
        ("it should have been $45, they charged me $65", "65", "45"),
        ("$65 charged, $45 expected", "65", "45"),
        ("$45 is what it should have been, but you charged $65", "65", "45"),
        ("it should have been $45 and not $65", None, None),
        ("it should have been $45", None, None),
        ("$65", "65", None),
        ("I paid $65", "65", None),
        ("应付45美元，被扣了65美元", "65", "45"),
        ("扣了65美元，应付45美元", "65", "45"),
        ("not $65", None, None),
        ("不是65", None, None),
    ],
)
def test_an_amount_is_of_the_slot_whose_words_stand_beside_it(
    reply: str, charged: str | None, expected: str | None
) -> None:
    talk = talk_to(reply)
    found = [str(talk.slots[name].amount) if talk.slots.get(name) else None for name in ("charged", "expected")]
    assert found == [charged, expected]


def test_a_lone_amount_of_a_later_question_is_kept_for_that() -> None:
    talk = talk_to("it should have been $45")
    assert talk.text.startswith("Thanks, I've made a note of that (expected: $45.00).\nHow much were you charged?")
    talk.say("65")
    assert (str(talk.slots["charged"]), str(talk.slots["expected"])) == ("65 USD", "45 USD")


@pytest.mark.parametrize(
    "reply",
    [
        "it was sent on january 5 and did arrive on january 9",
        "it did arrive on january 9, it was sent on january 5",
        "1月5号寄出，1月9号到货",
        "1月9号才到货，1月5号就寄出了",
    ],
)
def test_so_is_a_date(reply: str) -> None:
    talk = talk_to("65", "45", reply)
    assert [talk.slots[name].day for name in ("sent", "arrived")] == [5, 9]
    assert talk.called == []


@pytest.mark.parametrize(
    "reply",
    [
        "no, $70 charged, $40 expected",
        "no, it should have been $40 but they charged me $70",
        "不对，应付40美元，被扣了70美元",
    ],
)
def test_a_correction_of_two_amounts_is_never_the_wrong_way_round(reply: str) -> None:
    talk = talk_to("65", "45", "january 5", "january 9")
    assert talk.step == "confirm"
    talk.say(reply)
    found = [str(talk.slots[name].amount) for name in ("charged", "expected")]
    assert found in (["70", "40"], ["65", "45"])
    assert found == ["70", "40"] or talk.text in {"What shall I change?", "请问要改哪一项？"}
    assert talk.called == []


def test_without_such_words_the_order_of_the_questions_counts() -> None:
    talk = talk_to("$65 and $45")
    assert (str(talk.slots["charged"]), str(talk.slots["expected"])) == ("65 USD", "45 USD")
