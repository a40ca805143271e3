"""A newer message ends a running read whose step says so; the step is done again with what the message changed."""

import pytest

from botkit.dialogue import advance
from botkit.model.codec import encode_session
from botkit.model.events import Evidence, Message, Outside, Press, Result
from botkit.model.replies import Call
from tests.unit.dialogue.talking import NOW, Talk, build

FLOWS = """
intents:
  other: {examples: [something else]}
  look: {examples: [look for it]}
answers:
  hours: {questions: [when are you open], say: From 9 to 18.}
flows:
  main:
    title: the search
    start: {commands: [main], intents: [look]}
    steps:
      - {ask: number, say: Which?, pattern: '[A-Z]-\\d{5}'}
      - {do: shop.find, with: {number: "{{ number }}", text: "{{ message.text }}"}, save: found, cancel_on: message}
      - {ask: size, say: "Found {{ found }}. Which size?", type: integer}
      - {say: "Size {{ size }}."}
  other:
    title: the other thing
    start: {intents: [other]}
    steps: [{ask: what, say: What?}]
  paid: {start: {events: [paid]}, slots: {event: {type: any}}, steps: [{say: Paid.}]}
"""


def searching(**changes: str) -> Talk:
    """Give a talk in which the search runs."""
    text = FLOWS
    for old, new in changes.items():
        text = text.replace(old, new)
    talk = Talk(build(text))
    talk.say("/main")
    assert talk.say("A-10293") == ""
    assert len(talk.session.pending) == 1
    return talk


def running(talk: Talk) -> list[str]:
    return [pending.id for pending in talk.session.pending]


def test_a_correction_ends_it_and_looks_for_the_other_one() -> None:
    talk = searching()
    first = talk.calls[-1]
    assert first.until_message
    assert talk.say("no wait, A-20000").startswith("Thanks, I've changed")
    assert running(talk) == [talk.calls[-1].id] != [first.id]
    assert talk.calls[-1].args["number"] == "A-20000"
    assert talk.finish("it") == "Found it. Which size?"


def test_a_value_alone_corrects_too() -> None:
    talk = searching()
    talk.say("A-20000")
    assert talk.route == "slot"
    assert [call.args["number"] for call in talk.calls] == ["A-10293", "A-20000"]


def test_what_nobody_takes_is_seen_by_the_step() -> None:
    talk = searching()
    assert talk.say("the blue one") == ""
    assert talk.route == "slot"
    assert talk.calls[-1].args == {"number": "A-10293", "text": "the blue one"}
    assert [visit.note for visit in talk.turns[-1].visits] == ["stale: a newer message came", "called"]
    assert talk.session.misses == 0


def test_a_late_result_is_recorded_and_ignored() -> None:
    talk = searching()
    first = talk.calls[-1].id
    talk.say("the blue one")
    assert talk.take(Result(first, "the red one", customer={"id": "7"})) == ""
    assert running(talk) == [talk.calls[-1].id]
    assert talk.turns[-1].event == Result(first, "the red one", customer={"id": "7"})
    assert talk.session.customer == {"id": "7"}
    assert talk.finish("the blue one") == "Found the blue one. Which size?"


def test_a_result_of_the_same_instant_goes_before_a_message_behind_it() -> None:
    talk = searching()
    assert talk.finish("it") == "Found it. Which size?"
    assert talk.say("the blue one") != ""
    assert len(talk.calls) == 1
    assert talk.step == "ask:size"


def test_another_intent_goes_before_and_the_search_is_done_again_after_it() -> None:
    talk = searching()
    assert talk.say("something else") == "What?"
    assert running(talk) == []
    assert talk.stack == ["main", "other"]
    talk.say("this")
    assert len(talk.calls) == 2
    assert talk.finish("it") == "Found it. Which size?"


def test_an_answer_is_said_at_once() -> None:
    talk = searching()
    assert talk.say("when are you open") == "From 9 to 18."
    assert talk.route == "answer"
    assert len(running(talk)) == 1
    assert len(talk.calls) == 2


def test_its_own_intent_does_it_again() -> None:
    talk = searching()
    assert talk.say("look for it", intents={"look": 0.99}) == ""
    assert len(talk.calls) == 2
    assert len(talk.stack) == 1


@pytest.mark.parametrize("text", ["cancel", "human", "start over"])
def test_what_acts_at_once_leaves_no_call_behind(text: str) -> None:
    talk = searching()
    assert talk.say(text) != ""
    assert running(talk) == []
    assert len(talk.calls) == 1


def test_what_says_nothing_new_waits() -> None:
    blocked = Message("the blue one", evidence=Evidence(blocked="rude"))
    for event in (Message("repeat"), blocked, Press("x", "X", question="1.1"), Outside("paid")):
        talk = searching()
        assert talk.take(event) == ""
        assert len(talk.session.waiting) == 1
        assert len(talk.calls) == 1


def test_a_message_behind_one_that_waits_does_not_overtake_it() -> None:
    talk = searching()
    talk.say("the blue one", blocked="rude")
    assert talk.say("A-20000") == ""
    assert len(talk.session.waiting) == 2
    assert len(talk.calls) == 1


def test_an_event_that_waits_is_taken_in_its_turn() -> None:
    talk = searching()
    talk.take(Outside("paid"))
    assert talk.say("something else") == "What?\nPaid.\nNow back to where we were: the other thing.\nWhat?"
    assert talk.session.waiting == ()


def test_a_button_of_a_flow_ends_it() -> None:
    talk = searching()
    assert talk.take(Press("", "Other", run="other")) == "What?"
    assert running(talk) == []


def test_without_the_key_messages_wait() -> None:
    talk = searching(**{", cancel_on: message": ""})
    assert talk.say("A-20000") == ""
    assert len(talk.session.waiting) == 1
    assert not talk.calls[-1].until_message


def test_the_same_again_gives_the_same_turns() -> None:
    talk = searching()
    for text in ("the blue one", "A-20000", "something else", "this"):
        talk.say(text)
    session = Talk(talk.flows).session
    for turn in talk.turns:
        again = advance(talk.flows, session, turn.event, NOW)
        assert encode_session(again.session) == encode_session(turn.session)
        session = again.session
    effects = [effect for turn in talk.turns for effect in turn.effects if isinstance(effect, Call)]
    assert len({call.id for call in effects}) == len(effects)
