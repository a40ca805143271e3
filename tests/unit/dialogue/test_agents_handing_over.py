"""A model may give the conversation to a person where its step says so: the core hands over as a flow would."""

import json
from typing import Any

import pytest

from botkit.dialogue import talks
from botkit.dialogue.agents import MOST_REASON
from botkit.llm.prompting import Prompts, agent_request, tools_of
from botkit.model.replies import Call, HandOff
from tests.unit.dialogue.talking import Talk
from tests.unit.dialogue.test_agents import Model, begin, build, call, made, said

AGENT = "- agent: Help.\n  tools: [shop.find, shop.pay]\n  teams: [sales, orders]\n- say: After."
TOLD = "I'm passing you on to a colleague, who will answer you here."


def handed(talk: Talk) -> HandOff:
    """Give the hand-off of the last turn."""
    (one,) = [effect for effect in talk.turns[-1].effects if isinstance(effect, HandOff)]
    return one


def test_it_hands_over_and_the_customer_is_told() -> None:
    model = Model(
        said("Sorry?"), said("Good luck!", call("hand_off", team="orders", reason="Wants a refund of #W1."))
    )
    talk = begin(build(AGENT), model)
    assert talk.say("give me my money back") == TOLD
    session = talk.session
    assert (session.owner, session.team, session.stack) == ("queue", "orders", ())
    packet = handed(talk)
    assert (packet.team, packet.reason) == ("orders", "Wants a refund of #W1.")
    assert (packet.packet["flow"], packet.packet["step"]) == ("help", "agent")
    assert ["customer", "give me my money back"] in packet.packet["last"]
    assert "handed to orders" in str([visit for turn in talk.turns for visit in turn.visits])


def test_of_one_team_the_model_need_not_say_which() -> None:
    talk = begin(build("- agent: Help.\n  teams: sales"), Model(said("", call("hand_off", reason="Too hard."))))
    assert (talk.session.team, handed(talk).reason) == ("sales", "Too hard.")


def test_what_stands_beside_it_is_made_before_it_and_what_stands_behind_is_not() -> None:
    wanted = said(
        "", call("find", "c1", n=1), call("hand_off", "c2", team="sales", reason="x"), call("find", "c3", n=2)
    )
    talk = begin(build(AGENT), Model(wanted), find={"n": 1})
    assert made(talk) == [("shop.find", {"n": 1})]
    assert talk.session.owner == "queue"


def test_a_write_before_it_is_asked_about_and_a_no_comes_back_to_the_model() -> None:
    wanted = said("", call("pay", "c1", sum=5), call("hand_off", "c2", team="sales", reason="x"))
    for reply, count in (("yes", 1), ("no", 0)):
        talk = begin(build(AGENT), Model(wanted, said("All right.")), pay="paid")
        assert talk.session.owner == "bot"
        talk.say(reply)
        assert (len(made(talk)), talk.session.owner) == (count, "queue" if count else "bot")


@pytest.mark.parametrize("team", ["bank", "", None, 7, ["sales"], {"name": "sales"}])
def test_another_team_is_none(team: Any) -> None:
    model = Model(said("", call("hand_off", team=team, reason="x")), said("I can't."))
    talk = begin(build(AGENT), model)
    if not team:
        assert talk.session.team == "sales"
        return
    assert talk.session.owner == "bot"
    told = json.loads(next(text for role, text in model.seen[1] if role == "tool"))
    assert told["error"] == {"code": "bad_arguments", "message": "`team` is one of: sales, orders."}


def test_without_teams_there_is_no_such_tool() -> None:
    model = Model(said("", call("hand_off", team="sales", reason="x")), said("I can't."))
    talk = begin(build("- agent: Help.\n  tools: [shop.find]"), model)
    assert talk.session.owner == "bot"
    told = json.loads(next(text for role, text in model.seen[1] if role == "tool"))
    assert told["error"]["code"] == "unknown_tool"
    assert "teams" not in model.asked[0].args


@pytest.mark.parametrize("reason", [None, "", "x" * 9_000, 7, ["a"]])
def test_its_reason_is_bounded_and_may_be_missing(reason: Any) -> None:
    talk = begin(build(AGENT), Model(said("", call("hand_off", team="sales", reason=reason))))
    assert len(handed(talk).reason) <= MOST_REASON
    assert talk.session.owner == "queue"


def test_a_secret_that_the_model_was_told_stands_in_no_reason() -> None:
    steps = "- {ask: pin, say: Your PIN?, secret: true}\n- agent: Help.\n  teams: sales"
    model = Model(said("", call("hand_off", reason="The PIN is hunter2-geheim.")))
    talk = begin(build(steps), model)
    talk.say("hunter2-geheim")
    assert talk.session.owner == "queue"
    assert "hunter2" not in handed(talk).reason


def test_an_action_of_that_name_keeps_its_plugins() -> None:
    assert talks.offered_names(["crm.hand_off", "crm.finish"]) == {
        "crm_hand_off": "crm.hand_off",
        "crm_finish": "crm.finish",
    }


def asked_tools(steps: str) -> dict[str, Any]:
    flows = build(steps)
    model = Model(said("Hm."))
    begin(flows, model)
    return {tool.name: tool.parameters for tool in tools_of(flows, model.asked[0].args)}


def test_the_model_is_offered_it_with_the_teams_to_choose_from() -> None:
    offered = asked_tools(AGENT)["hand_off"]
    assert offered["properties"]["team"]["enum"] == ["sales", "orders"]
    assert offered["required"] == ["team", "reason"]
    alone = asked_tools("- agent: Help.\n  teams: sales")["hand_off"]
    assert list(alone["properties"]) == alone["required"] == ["reason"]
    assert "hand_off" not in asked_tools("- agent: Help.\n  tools: [shop.find]")


@pytest.mark.parametrize(("steps", "told"), [(AGENT, True), ("- agent: Help.", False)])
def test_its_prompt_says_when(steps: str, told: bool) -> None:
    flows = build(steps)
    model = Model(said("Hm."))
    talk = begin(flows, model)
    asked: Call = model.asked[0]
    frame = talk.session.stack[-1]
    assert frame.talk is not None
    request = agent_request(flows, talk.session, frame.talk, asked.args, Prompts())
    assert ("hand_off" in request.messages[0].text) == told
