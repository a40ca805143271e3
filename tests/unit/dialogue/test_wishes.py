"""Several wishes in one message: they are done one after the other, and questions beside them are answered."""

from dataclasses import replace

import pytest

from botkit.dialogue.work import MOST_INTERRUPTIONS
from botkit.model.events import Match, Message
from tests.unit.dialogue.talking import Talk, build

BOT = """
intents:
  book: {examples: [book a table, I'd like to reserve a table, can we come tonight, 我想订位]}
  cancel: {examples: [cancel my booking, I can't come any more, please drop the reservation, 取消预订]}
  lost: {examples: [I left my coat at your place, I lost my keys, did you find a bag, 我的包忘在店里了]}
  thanks: {examples: [thank you, thanks a lot, great]}
answers:
  parking: {questions: [where can I park, is there parking], say: Behind the house.}
  hours: {questions: [when are you open, opening hours], say: From 5 to 11.}
flows:
  book: {title: {en: a table, zh: 订位}, start: {intents: [book]}, steps: [{ask: day, title: day, type: date, say: Which day?}, {say: "Booked {{ day }}."}]}
  cancel:
    title: {en: cancelling, zh: 取消}
    start: {intents: [cancel]}
    steps: [{ask: code, title: code, pattern: 'R\\d{3}', say: Which code?}, {say: "Cancelled {{ code }}."}]
  lost: {title: lost things, start: {intents: [lost]}, steps: [{ask: what, title: what, type: text, say: What was it?}, {say: Noted.}]}
  thanks: {start: {intents: [thanks]}, steps: [{say: You are welcome.}]}
"""


def talk() -> Talk:
    return Talk(build(BOT))


def test_two_wishes_are_done_one_after_the_other() -> None:
    one = talk()
    assert (
        one.say("I lost my keys and I'd like to reserve a table")
        == "One after the other: lost things, a table.\nWhat was it?"
    )
    assert one.stack == ["book", "lost"]
    assert one.say("a bunch of three") == "Noted.\nAnd now: a table.\nWhich day?"
    assert one.say("May 3") == "Booked 2026-05-03."
    assert one.stack == []


def test_each_hears_its_own_part() -> None:
    one = talk()
    one.say("cancel my booking R123, book a table for May 4")
    assert (
        one.text
        == "One after the other: cancelling, a table.\nCancelled R123.\nAnd now: a table.\nBooked 2026-05-04."
    )


def test_the_first_is_cancelled_and_the_next_begins() -> None:
    one = talk()
    one.say("我的包忘在店里了，我想订位")
    assert one.say("取消") == "好的，那这次就先不办了。\n接下来：订位。\nWhich day?"


def test_three_wishes() -> None:
    one = talk()
    one.say("I lost my keys, cancel my booking and book a table")
    assert one.stack == ["book", "cancel", "lost"]
    assert [match.name for match in one.turns[-1].event.evidence.wishes] == ["lost", "cancel", "book"]  # type: ignore[union-attr]
    whys = {one.name: one.why for one in one.turns[-1].candidates if "waits for" in one.why}
    assert whys == {"cancel": "waits for 'lost': 'cancel my booking'", "book": "waits for 'lost': 'book a table'"}


def test_a_question_beside_a_wish_is_answered_before() -> None:
    one = talk()
    assert one.say("where can I park? I'd like to reserve a table") == "Behind the house.\nWhich day?"
    assert one.say("when are you open and is there parking") == "From 5 to 11.\nBehind the house.\nWhich day?"
    assert one.stack == ["book"]


def test_they_interrupt_an_open_flow_that_resumes_last() -> None:
    one = talk()
    one.say("book a table")
    one.say("I lost my keys and cancel my booking")
    assert one.stack == ["book", "cancel", "lost"]
    one.say("keys")
    assert one.say("R123") == "Cancelled R123.\nNow back to where we were: a table.\nWhich day?"


@pytest.mark.parametrize(
    "text",
    [
        "thanks a lot, I'd like to reserve a table",  # a flow that only says something is no wish
        "I'd like to reserve a table, a table for two",
        "I'd like to reserve a table and bring my dog",
    ],
)
def test_one_wish_with_more_beside_it_is_one(text: str) -> None:
    one = talk()
    one.say(text)
    assert (one.stack, "One after" in one.text) == (["book"], False)


def test_what_is_an_example_as_a_whole_is_not_cut() -> None:
    one = Talk(build(BOT.replace("[thank you,", '["I lost my keys and book a table", thank you,')))
    assert one.say("I lost my keys and book a table") == "You are welcome."


def test_what_the_whole_surely_means_is_not_cut_into_others() -> None:
    both = '["my keys are lost, please book a table again for me", "my coat is lost, please book a table again"]'
    one = Talk(build(BOT.replace("[thank you, thanks a lot, great]", both)))
    found = one.recogniser.recognise(Message("my keys are lost, please book a table again"), "en").evidence
    assert (found.intents[0].name, found.wishes) == ("thanks", ())


def test_more_than_may_wait_are_not_begun() -> None:
    flows = "".join(
        f"  more{n}: {{start: {{commands: [more{n}]}}, steps: [{{ask: x, say: More {n}?, pattern: 'X{n}'}}]}}\n"
        for n in range(MOST_INTERRUPTIONS)
    )
    one = Talk(build(BOT + flows))
    for n in range(MOST_INTERRUPTIONS):
        one.say(f"/more{n}")
    one.say("I lost my keys and cancel my booking")
    assert one.stack == [f"more{n}" for n in range(MOST_INTERRUPTIONS)]


class Counting:
    """Counts what a classifier is asked."""

    threshold = 0.5

    def __init__(self) -> None:
        self.asked: list[str] = []

    def classify(self, text: str, locale: str) -> tuple[Match, ...]:
        del locale
        self.asked.append(text)
        return (Match("book", 0.9, text),)


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("I'd like to reserve a table.", 1),
        ("can we come tonight at 7.30?", 1),
        ("a table for 1,200 people!", 1),
        ("we come tonight, a table please", 3),
    ],
)
def test_a_message_of_one_part_is_looked_at_once(text: str, times: int) -> None:
    counting = Counting()
    replace(talk().recogniser, intents=counting).recognise(Message(text), "en")
    assert len(counting.asked) == times
