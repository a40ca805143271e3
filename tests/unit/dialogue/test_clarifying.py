"""A clarification: what a customer may reply to 'Which of these do you mean?'."""

import pytest

from tests.unit.dialogue.talking import Talk, build

SHOP = """
intents:
  bill: {examples: [I was billed twice for my subscription]}
  missing: {examples: [my package never arrived]}
  hours: {examples: [when are you open]}
flows:
  bill:
    title: {en: your bill, zh: 您的账单}
    start: {intents: [bill]}
    steps: [{ask: a, say: Bill?}]
  missing:
    title: {en: your missing item, zh: 没收到的包裹}
    start: {intents: [missing]}
    steps: [{ask: b, say: Missing?}]
  hours:
    start: {intents: [hours]}
    steps: [{say: From nine.}]
"""


def clarifying(locale: str = "en", text: str = SHOP) -> Talk:
    talk = Talk(build(text), locale=locale)
    talk.say("both", intents={"bill": 0.8, "missing": 0.78})
    assert len(talk.labels) == 2
    return talk


@pytest.mark.parametrize("locale", ["en", "zh"])
@pytest.mark.parametrize(
    ("said", "flow"),
    [
        ("1", "bill"),
        ("2", "missing"),
        ("2.", "missing"),
        ("one", "bill"),
        ("the first", "bill"),
        ("The first one, please", "bill"),
        ("second", "missing"),
        ("第一个", "bill"),
        ("第二", "missing"),
        ("第二个吧", "missing"),
        ("二", "missing"),
        ("my bill", "bill"),
        ("the bill", "bill"),
        ("your bil", "bill"),
        ("the missing item", "missing"),
        ("账单", "bill"),
        ("没收到包裹", "missing"),
        ("您的账单", "bill"),
        ("your missing itm", "missing"),
    ],
)
def test_a_choice_is_made_by_number_words_or_a_close_spelling(locale: str, said: str, flow: str) -> None:
    talk = clarifying(locale)
    talk.say(said)
    assert talk.stack == [flow]


@pytest.mark.parametrize("said", ["3", "0", "99999999999999", "the third", "hm", "", "🙂", "第三个", "x" * 5000])
def test_what_chooses_nothing_starts_nothing(said: str) -> None:
    talk = clarifying()
    talk.say(said)
    assert talk.stack == []


def test_a_surer_wish_goes_before_a_word_of_a_label() -> None:
    talk = clarifying()
    assert "From nine." in talk.say("when can I pay my bill", intents={"hours": 0.95})


def test_the_choice_is_over_after_one_reply() -> None:
    talk = clarifying()
    talk.say("hm")
    talk.say("1")
    assert talk.stack == []


def test_a_flow_that_may_not_start_any_more_is_no_choice() -> None:
    text = SHOP.replace("intents: [bill]}", "intents: [bill]}\n    only_if: conversation.turns < 2")
    talk = clarifying(text=text)
    talk.say("1")
    assert talk.stack == []


def test_the_question_that_is_open_goes_first() -> None:
    text = SHOP.replace("ask: a, say: Bill?", "ask: a, say: Bill?, type: integer")
    talk = Talk(build(text))
    talk.say("bill", intents={"bill": 1.0})
    talk.say("eh", intents={"hours": 0.8, "missing": 0.78})
    talk.say("2")
    assert "a" not in talk.slots
    assert talk.step is None
