"""What people do with a conversation: they take it, write, note, pass it on, give it back; and when they are silent."""

from typing import Any

import pytest

from botkit.model.events import Message, Noted, Owned, Said
from botkit.model.hours import Hours, Span
from tests.unit.dialogue.talking import NOW, Talk, build

FLOWS = """
slots: {code: {type: text}}
flows:
  main:
    start: {commands: [main]}
    steps:
      - {ask: code, say: Which code?}
      - {handoff: care, reason: "about {{ code }}"}
"""


def waiting(**settings: Any) -> Talk:
    """Start a bot and let its customer wait in the queue of the team `care`."""
    talk = Talk(build(FLOWS, **settings))
    talk.say("/main")
    talk.say("X1")
    assert (talk.session.owner, talk.session.team) == ("queue", "care")
    return talk


def had(agent: str = "Ann", **settings: Any) -> Talk:
    """Start a bot whose customer talks to a person."""
    talk = waiting(**settings)
    talk.owned("claimed", agent)
    return talk


def outcome(talk: Talk) -> str:
    """Give what came of the last thing that a person did."""
    (one,) = [candidate for candidate in talk.turns[-1].candidates if candidate.route == "event"]
    return one.name


def state(talk: Talk) -> tuple[str, str, str]:
    """Give who has the conversation."""
    return talk.session.owner, talk.session.team, talk.session.agent


def owners(talk: Talk) -> list[str]:
    """Give who has the conversation, as the replies of the last event say."""
    return [reply.owner for turn in talk.latest for reply in turn.replies]


def test_a_reply_says_who_has_the_conversation() -> None:
    talk = Talk(build(FLOWS))
    talk.say("/main")
    assert owners(talk) == [""]
    talk.say("X1")
    assert owners(talk) == ["queue"]
    talk.owned("claimed", "Ann")
    talk.take(Said("Ann", "Hello, I am Ann."))
    assert owners(talk) == ["human"]
    talk.owned("returned", "Ann")
    assert owners(talk) == [""]


# Claiming


def test_of_two_who_claim_the_first_gets_it() -> None:
    talk = waiting()
    talk.owned("claimed", "Ann")
    assert (outcome(talk), state(talk), talk.session.epoch) == ("done", ("human", "care", "Ann"), 1)
    talk.owned("claimed", "Bob")
    assert (outcome(talk), state(talk), talk.session.epoch) == ("taken", ("human", "care", "Ann"), 1)
    talk.owned("claimed", "Ann")
    assert (outcome(talk), talk.session.epoch) == ("done", 1)


def test_nobody_claims_nothing() -> None:
    talk = waiting()
    talk.owned("claimed", "")
    assert (outcome(talk), state(talk)) == ("unclaimed", ("queue", "care", ""))
    assert (talk.take(Said("", "hello")), outcome(talk)) == ("", "unclaimed")


def test_a_lead_takes_it_from_somebody() -> None:
    talk = had()
    talk.take(Owned("claimed", "Lee", forced=True))
    assert (outcome(talk), state(talk), talk.session.epoch) == ("done", ("human", "care", "Lee"), 2)


def test_a_person_can_take_over_in_the_middle_of_a_flow() -> None:
    talk = Talk(build(FLOWS))
    talk.say("/main")
    talk.owned("claimed", "Ann")
    assert (state(talk), talk.stack, talk.session.question) == (("human", "support", "Ann"), [], None)
    assert talk.session.handed is not None
    packet = talk.session.handed.packet
    assert (packet.reason, packet.packet["flow"]) == ("taken over", "main")
    assert packet.packet["last"] == [["customer", "/main"], ["bot", "Which code?"]]
    assert talk.say("X1") == ""


# Talking


def test_a_person_says_something() -> None:
    talk = had()
    assert talk.take(Said("Ann", "How can I help?")) == "How can I help?"
    (reply,) = talk.turns[-1].replies
    assert (reply.agent, reply.epoch, outcome(talk)) == ("Ann", 1, "done")
    talk.say("my code is wrong")
    assert talk.session.lines[-2:] == (("agent", "How can I help?"), ("customer", "my code is wrong"))


@pytest.mark.parametrize(
    "text", ["{{ code }}", "{% for x in y %}", "<b>", "\u202e", "你好 \U0001f469\u200d\U0001f467"]
)
def test_what_a_person_says_is_said_as_it_is(text: str) -> None:
    assert had().take(Said("Ann", text)) == text


def test_only_who_has_it_speaks() -> None:
    talk = had()
    assert (talk.take(Said("Bob", "hello")), outcome(talk)) == ("", "taken")
    talk = waiting()
    assert (talk.take(Said("Ann", "hello")), outcome(talk)) == ("", "unclaimed")
    talk = Talk(build(FLOWS))
    assert (talk.take(Said("Ann", "hello")), outcome(talk)) == ("", "unclaimed")


def test_a_note_is_not_for_the_customer() -> None:
    talk = had()
    assert (talk.take(Noted("Bob", "he called before")), outcome(talk)) == ("", "done")
    assert state(talk) == ("human", "care", "Ann")
    assert "he called before" not in str(talk.session)


def test_a_note_disturbs_no_question_of_the_bot() -> None:
    talk = Talk(build(FLOWS))
    talk.say("/main")
    before = talk.session.question
    assert talk.take(Noted("Ann", "hm")) == ""
    assert talk.session.question == before


def test_repeat_says_what_the_bot_said() -> None:
    talk = had()
    talk.take(Said("Ann", "Our secret discount"))
    talk.owned("returned", "Ann")
    assert talk.say("repeat") == "I'm back to help. Is there anything else I can do for you?"


# Passing on and giving back


@pytest.mark.parametrize("how", ["returned", "left", "closed", "requeued"])
def test_only_who_has_it_lets_it_go(how: str) -> None:
    talk = had()
    talk.owned(how, "Bob")
    assert (outcome(talk), state(talk)) == ("taken", ("human", "care", "Ann"))
    talk.owned(how, "Ann")
    assert outcome(talk) == "done"
    assert state(talk)[0] == ("queue" if how == "requeued" else "bot")
    assert (talk.session.handed is None) == (how != "requeued")


def test_who_has_claimed_nothing_gives_nothing_back() -> None:
    talk = waiting()
    talk.owned("returned", "Ann")
    assert (outcome(talk), state(talk)) == ("unclaimed", ("queue", "care", ""))
    talk = Talk(build(FLOWS))
    assert (talk.owned("closed", "Ann"), outcome(talk)) == ("", "unclaimed")


def test_what_passes_it_on_to_nobody_changes_nothing() -> None:
    talk = had()
    before = talk.session
    assert (talk.take(Owned("assigned", "Ann")), outcome(talk)) == ("", "ignored")
    assert (talk.session.owner, talk.session.handed) == (before.owner, before.handed)


@pytest.mark.parametrize("forced", [False, True])
def test_what_waits_is_not_put_back(forced: bool) -> None:
    talk = waiting()
    before = talk.session.handed
    assert (talk.take(Owned("requeued", forced=forced)), outcome(talk)) == ("", "ignored")
    assert (state(talk), talk.session.handed) == (("queue", "care", ""), before)


def test_given_back_the_bot_goes_on() -> None:
    talk = had()
    assert talk.owned("returned", "Ann").startswith("I'm back to help.")
    assert (state(talk), talk.session.epoch, talk.session.slots) == (("bot", "", ""), 2, {"code": "X1"})
    assert talk.say("/main") == "Is it still X1?"


def test_closed_the_next_message_begins_anew() -> None:
    talk = had()
    number = talk.session.number
    assert talk.owned("closed", "Ann").startswith("This conversation is closed.")
    talk.say("/main")
    assert talk.session.number == number + 1
    assert talk.session.slots.get("code") is None


def test_passed_to_a_colleague_nothing_is_said() -> None:
    talk = had()
    assert talk.take(Owned("assigned", "Ann", to="Bob")) == ""
    assert (state(talk), talk.session.epoch) == (("human", "care", "Bob"), 2)
    assert (talk.take(Said("Ann", "bye")), outcome(talk)) == ("", "taken")


def test_passed_to_another_team_it_waits_there() -> None:
    talk = had()
    assert talk.take(Owned("assigned", "Ann", team="orders")).startswith("I'm passing you on")
    assert state(talk) == ("queue", "orders", "")
    assert talk.session.handed is not None
    assert (talk.session.handed.since, talk.session.handed.packet.reason) == (NOW, "about X1")


def test_passed_to_a_team_that_is_closed() -> None:
    talk = had(team_hours={"orders": Hours(((Span(0, 60),),) * 7)})
    assert talk.take(Owned("assigned", "Ann", team="orders")).startswith("Nobody is here right now.")


def test_a_lead_gives_a_waiting_customer_to_somebody() -> None:
    talk = waiting()
    talk.take(Owned("assigned", "Ann", to="Bob"))
    assert outcome(talk) == "unclaimed"
    talk.take(Owned("assigned", "Lee", to="Bob", forced=True))
    assert (outcome(talk), state(talk)) == ("done", ("human", "care", "Bob"))


# Waiting


def test_a_customer_hears_their_place() -> None:
    talk = waiting()
    assert talk.take(Owned("queued", ahead=2)) == "2 people are before you."
    assert talk.take(Owned("queued", ahead=2)) == ""
    assert talk.take(Owned("queued", ahead=1)) == "One person is before you."
    assert talk.take(Owned("queued", ahead=0)) == "You are next in line."
    talk.owned("claimed", "Ann")
    assert (talk.take(Owned("queued", ahead=1)), outcome(talk)) == ("", "ignored")


def test_who_is_not_taken_hears_that_nobody_is_there() -> None:
    talk = waiting()
    assert talk.later(299) == ""
    assert talk.later(2).startswith("Nobody is available right now.")
    assert (state(talk), talk.later(86_400)) == (("queue", "care", ""), "")


def test_somebody_took_it_in_time() -> None:
    talk = waiting()
    talk.owned("claimed", "Ann")
    talk.take(Said("Ann", "Hello"))
    assert talk.later(86_400) == ""
    assert state(talk) == ("human", "care", "Ann")


def test_patience_begins_when_the_team_comes() -> None:
    talk = waiting(hours=Hours(((Span(780, 840),),) * 7, "UTC"))  # from 13 o'clock, and it is 10
    (timer,) = talk.timers.values()
    assert timer.due == NOW + 3 * 3600 + 300


def test_without_patience_nothing_is_said() -> None:
    talk = waiting(patience=0.0, agent_silence=0.0)
    talk.owned("claimed", "Ann")
    talk.say("hello?")
    assert talk.timers == {}


# Silence


def test_a_silent_person_loses_the_conversation() -> None:
    talk = had()
    talk.take(Said("Ann", "One moment"))
    talk.say("fine")
    talk.later(600)
    talk.say("are you there?")
    assert talk.later(301) == "Our colleague had to leave. Somebody else will answer you here."
    assert (state(talk), talk.session.epoch) == (("queue", "care", ""), 2)
    assert talk.session.handed is not None
    assert talk.session.handed.packet.packet["last"][-1] == ["customer", "are you there?"]
    assert (talk.take(Said("Ann", "now I am")), outcome(talk)) == ("", "unclaimed")
    assert talk.later(301).startswith("Nobody is available right now.")


def test_who_claims_and_says_nothing_is_silent() -> None:
    talk = had()
    assert talk.later(901).startswith("Our colleague had to leave.")


def test_who_answers_is_not_silent() -> None:
    talk = had()
    for _ in range(5):
        talk.take(Said("Ann", "I'm looking"))
        assert talk.later(3600) == ""
        talk.say("thanks")
        talk.later(600)
    assert state(talk) == ("human", "care", "Ann")


def test_a_timer_of_what_is_over_changes_nothing() -> None:
    talk = had()
    late = dict(talk.timers)
    talk.take(Said("Ann", "Hello"))
    talk.owned("requeued", "Ann")
    talk.owned("claimed", "Bob")
    talk.timers = late | talk.timers
    talk.take(Said("Bob", "Hello"))
    talk.timers |= late
    assert talk.later(86_400) == ""
    assert state(talk) == ("human", "care", "Bob")


def test_who_leaves_the_queue_is_told_nothing_more() -> None:
    talk = waiting()
    talk.say("cancel")
    assert talk.timers == {}
    assert talk.session.handed is None


def test_a_message_that_came_while_the_customer_waits_is_in_the_transcript() -> None:
    talk = waiting()
    talk.take(Message("it is urgent"))
    assert talk.session.lines[-1] == ("customer", "it is urgent")
