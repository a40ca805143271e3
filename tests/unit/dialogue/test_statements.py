"""Statements that answer a yes-or-no question in its own words."""

from typing import Any

import pytest

from tests.unit.dialogue.talking import Talk, build

PAID = """
flows:
  main:
    start: {commands: [main]}
    steps:
      - {ask: paid, say: {en: Have you already paid that bill?, zh: 您已经付了这张账单吗？}, type: boolean}
      - say: "{{ 'Paid.' if paid else 'Not paid.' }}"
"""


@pytest.mark.parametrize("locale", ["en", "zh"])
@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("I have not paid it yet", False),
        ("not yet", False),
        ("I haven't paid the bill", False),
        ("I never paid that", False),
        ("i already paid it", True),
        ("I've paid", True),
        ("the bill is paid", True),
        ("I did", True),
        ("I did not", False),
        ("I haven't yet", False),
        ("I have", True),
        ("还没有", False),
        ("还没付", False),
        ("我没付", False),
        ("付过了", True),
        ("已经付了", True),
        ("我付了", True),
        ("没呢", False),
        ("yes", True),
        ("不是", False),
        ("the bill", None),
        ("账单", None),
        ("my friend paid it", None),
        ("I paid half of it", None),
        ("have I paid it?", None),
        ("I think I paid, but I am not sure", None),
        ("maybe I paid", None),
        ("which bill", None),
        ("", None),
        ("🙂", None),
        ("I " * 3000, None),
    ],
)
def test_what_is_said_to_a_yes_or_no_question(locale: str, said: str, value: Any) -> None:
    talk = Talk(build(PAID), locale=locale)
    talk.say("/main")
    talk.say(said)
    assert talk.step == ("ask:paid" if value is None else None)
    assert value is None or talk.text == ("Paid." if value else "Not paid.")


KEPT = """
flows:
  main:
    start: {commands: [main]}
    steps:
      - {ask: receipt, title: {en: receipt, zh: 收据}, type: boolean, say: {en: Do you have a receipt?, zh: 您有收据吗？}}
      - {ask: packed, title: {en: packaging, zh: 包装}, type: boolean, say: {en: Is it still in its original packaging?, zh: 原包装还在吗？}}
      - {ask: phone, title: {en: phone, zh: 电话}, type: phone, say: {en: Phone?, zh: 电话？}}
      - confirm: "{{ receipt }} {{ packed }}?"
      - say: Done.
"""


@pytest.mark.parametrize(
    ("slot", "said", "value"),
    [
        ("receipt", "unfortunately not", False),
        ("receipt", "I'm afraid not", False),
        ("receipt", "I'm afraid so", True),
        ("receipt", "unfortunately, no", False),
        ("receipt", "it is gone", False),
        ("receipt", "I lost it", False),
        ("receipt", "I didn't lose it", None),
        ("receipt", "丢了", False),
        ("receipt", "收据丢了", False),
        ("receipt", "没丢", True),
        ("receipt", "好像没有", False),
        ("receipt", "应该有", True),
        ("receipt", "my dog is gone", None),
        ("receipt", "可能吧，不知道", None),
        ("packed", "还在", True),
        ("packed", "不在了", False),
        ("packed", "早就扔了", False),
        ("packed", "没扔", True),
        ("packed", "包装扔了", False),
        ("packed", "扔了吗？", None),
    ],
)
def test_whether_something_is_still_there(slot: str, said: str, value: Any) -> None:
    talk = Talk(build(KEPT))
    for line in ("/main", "yes")[: 1 + (slot == "packed")]:
        talk.say(line)
    talk.say(said)
    assert talk.slots.get(slot) is value


def test_what_is_gone_answers_no_question_for_a_loss() -> None:
    talk = Talk(
        build(
            KEPT.replace("Do you have a receipt?", "Have you lost your receipt?").replace("您有收据吗", "收据丢了吗")
        )
    )
    talk.say("/main")
    talk.say("丢了")
    assert talk.slots["receipt"] is True


@pytest.mark.parametrize(
    ("said", "receipt"),
    [
        ("actually I have no receipt", False),
        ("sorry, I don't have a receipt", False),
        ("其实没有收据", False),
        ("do I have no receipt?", True),
    ],
)
def test_a_boolean_is_corrected_by_what_there_is_none_of(said: str, receipt: bool) -> None:
    talk = Talk(build(KEPT))
    for line in ("/main", "yes", "yes", "+12125550123", said):
        talk.say(line)
    assert talk.slots["receipt"] is receipt
