"""Asides: replies to an ask that are no answer: a pause, a question back, the wish to stop."""

import pytest

from tests.unit.dialogue.talking import Talk, build

ASKING = """
intents: {track: {examples: [where is my parcel]}}
answers: {privacy: {questions: [what do you do with my data], say: We keep it safe.}}
flows:
  track: {start: {intents: [track]}, steps: [{say: On its way.}]}
  main:
    start: {commands: [main]}
    steps:
      - ask: address
        title: {en: address, zh: 地址}
        say: {en: Where to?, zh: 寄到哪里？}
        why: {en: We send it there., zh: 我们要寄到那里。}
      - {ask: email, say: Mail?, type: email, retry: [It has an @.]}
      - {ask: note, say: A note?}
      - say: Done.
"""


def asking(step: str, locale: str = "en") -> Talk:
    talk = Talk(build(ASKING), locale=locale)
    for said in ("/main", "5 Elm Road", "a@example.org"):
        talk.say(said)
        if talk.step == step:
            return talk
    raise AssertionError(step)


ASKS = ["ask:address", "ask:email", "ask:note"]


@pytest.mark.parametrize("step", ASKS)
@pytest.mark.parametrize(
    "said",
    ["hold on", "Hold on, let me check", "one moment please", "ok, give me a second", "sorry, hang on...", "wait",
     "稍等", "等一下，我找找", "好的，稍等", "等等"],
)  # fmt: skip
def test_a_pause_keeps_the_question_open(step: str, said: str) -> None:
    talk = asking(step)
    before = talk.slots
    assert talk.say(said) in {"Take your time.", "好的，您慢慢来。"}
    assert (talk.step, talk.slots, talk.top.misses, talk.route) == (step, before, 0, "control")


@pytest.mark.parametrize("step", ASKS)
@pytest.mark.parametrize(
    "said",
    ["forget about it", "actually forget about it, I changed my mind", "ok never mind, forget it", "sorry, I changed my mind",
     "算了，不弄了", "还是算了吧", "不好意思，我改主意了"],
)  # fmt: skip
def test_nothing_but_phrases_that_cancel_cancels(step: str, said: str) -> None:
    talk = asking(step)
    talk.say(said)
    assert talk.stack == []
    assert talk.route == "control"


@pytest.mark.parametrize(
    "said",
    ["why?", "why do you need it?", "Why do you need my address?", "what for", "what do you mean?", "is it required?",
     "为什么？", "为什么要地址？", "要这个干嘛？", "这是什么？"],
)  # fmt: skip
def test_who_asks_back_is_told_why_and_asked_again(said: str) -> None:
    talk = asking("ask:address")
    text = talk.say(said)
    assert text in {"We send it there.\nWhere to?", "我们要寄到那里。\n寄到哪里？"}
    assert (talk.step, talk.slots.get("address"), talk.top.misses) == ("ask:address", None, 0)


@pytest.mark.parametrize("said", ["where do I find it?", "why?", "在哪里看？"])
def test_without_why_the_next_text_of_retry_is_said(said: str) -> None:
    talk = asking("ask:email")
    assert talk.say(said) == "It has an @."
    assert talk.say(said) == "It has an @."
    assert talk.top.misses == 0


def test_without_both_the_question_is_repeated() -> None:
    talk = asking("ask:note")
    assert talk.say("what for?") == "A note?"


@pytest.mark.parametrize(
    ("said", "says"),
    [("where is my parcel?", "On its way."), ("what do you do with my data?", "We keep it safe.")],
)
def test_a_wish_and_a_frequent_question_are_answered(said: str, says: str) -> None:
    talk = asking("ask:note")
    assert talk.say(said).startswith(says)


@pytest.mark.parametrize(
    "said",
    ["Hold On Records, 5 Elm Road", "please leave it at the stop", "why not knock twice", "wait at the door", "stop sign road 5",
     "tell them to wait a minute", "在哪里都行", "等等巷5号", "🙂", "x" * 5000],
)  # fmt: skip
def test_an_answer_with_such_words_in_it_is_one(said: str) -> None:
    talk = asking("ask:note")
    talk.say(said)
    assert talk.text == "Done."


def test_the_first_message_answers_no_question_that_came_after_it() -> None:
    text = "flows: {on_start: {steps: [{ask: name, say: Name?, why: To greet you.}]}}"
    talk = Talk(build(text))
    talk.say("why?")
    assert talk.step == "ask:name"


def test_a_value_that_fits_strictly_is_taken_whatever_stands_beside_it() -> None:
    talk = asking("ask:email")
    talk.say("hold on, b@example.org")
    assert talk.slots["email"] == "b@example.org"


@pytest.mark.parametrize("said", ["where do I find it?", "在哪里看", "why do you need it?"])
def test_who_asks_back_is_not_answered_with_what_only_sounds_alike(said: str) -> None:
    talk = Talk(
        build(
            """
answers:
  location: {questions: [where are you, where do I find you, 你们在哪里, why do you need so long], say: At Lindenhof 4.}
flows:
  cancel:
    start: {commands: [cancel_visit]}
    steps: [{ask: code, say: Which code?, why: It is in our e-mail., pattern: 'T-\\d{4}'}, {say: Done.}]
"""
        )
    )
    talk.say("/cancel_visit")
    assert talk.say(said).startswith("It is in our e-mail.")
    assert talk.say("where are you").startswith("At Lindenhof 4.")
