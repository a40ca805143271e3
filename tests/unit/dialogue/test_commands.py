"""Commands: a language model routes what nothing else takes; what it says is checked and executed by the core."""

from typing import Any

import pytest

from botkit.flows import load
from botkit.model.catalogue import ActionSpec, Catalogue
from botkit.model.events import Entity, Evidence, Failure, Match, Message, Result
from botkit.model.flowset import FlowSet, Settings
from botkit.model.replies import MODEL, Call
from botkit.understanding.values import PARSERS
from tests.unit.dialogue.talking import Talk, known_locales

FLOWS = """
intents: {send_back: {examples: [send something back]}, pay: {examples: [pay a bill]}}
answers: {hours: {questions: [when are you open], say: From 9 to 18.}}
flows:
  send_back:
    title: a return
    description: Start a return.
    start: {intents: [send_back]}
    steps:
      - {ask: order, say: Which order?, pattern: '[A-Z]-\\d{5}', fill: anytime, retry: [It looks like A-10293.]}
      - {ask: colour, say: Which colour?, options: {red: Red, blue: Blue}}
      - confirm: Send {{ order }} in {{ colour }}?
      - do: shop.give
        with: {order: "{{ order }}", colour: "{{ colour }}"}
      - say: Done {{ order }} {{ colour }}.
  pay:
    title: a payment
    start: {intents: [pay]}
    only_if: channel == 'web'
    steps: [{say: Paid.}]
  shut:
    start: {commands: [shut]}
    only_if: 1 > 2
    steps: [{say: Shut.}]
  inner:
    steps: [{say: Inner.}]
"""


def build(mode: str = "fallback", **settings: Any) -> FlowSet:
    """Load the bot with a model."""
    actions = {"shop.give": ActionSpec("shop.give", effect="write")}
    catalogue = Catalogue(actions=actions, types=PARSERS, plugins=("shop",), models=True)
    given = Settings(locales=("en", "zh"), llm_mode=mode, **settings)  # type: ignore[arg-type]
    flows, problems = load({"a.yaml": FLOWS}, given, catalogue, known_locales())
    assert flows is not None, [str(problem) for problem in problems]
    return flows


def command(
    name: str, of: str = "", value: str = "", names: tuple[str, ...] = (), reason: str = ""
) -> dict[str, Any]:
    """A command as the schema has it."""
    return {"command": name, "name": of, "value": value, "names": list(names), "reason": reason}


class Router:
    """A scripted model: the commands for each message, in order."""

    def __init__(self, *script: Any) -> None:
        self.script = list(script)
        self.asked: list[dict[str, Any]] = []

    def __call__(self, call: Call) -> Any:
        self.asked.append(call.args)
        given = self.script.pop(0)
        return {"commands": given} if isinstance(given, list) else given


def talk_with(*script: Any, mode: str = "fallback", **settings: Any) -> tuple[Talk, Router]:
    """A conversation whose model has a script."""
    router = Router(*script)
    return Talk(build(mode, **settings), {MODEL: router, "shop.give": {"ok": 1}}), router


def test_what_nothing_takes_is_routed_by_the_model() -> None:
    talk, router = talk_with([command("start_flow", "send_back")])
    assert talk.say("the thing you sold me broke") == "Which order?"
    assert talk.latest[-1].route == "llm"
    assert router.asked[0]["message"] == "the thing you sold me broke"
    assert router.asked[0]["flows"] == ["send_back", "pay"], "neither shut nor inner may be started"


def test_what_is_sure_without_it_never_asks_the_model() -> None:
    talk, router = talk_with()
    assert talk.say("send something back") == "Which order?"
    talk.say("A-10293")
    talk.say("Red")
    assert talk.say("yes") == "Done A-10293 red."
    assert router.asked == []


def test_values_that_the_customer_said_are_taken_and_others_are_not() -> None:
    talk, _ = talk_with(
        [
            command("start_flow", "send_back"),
            command("set_slot", "order", "A-10293"),
            command("set_slot", "colour", "x"),
        ]
    )
    assert "Which colour?" in talk.say("it broke, I mean my A-10293")
    talk, _ = talk_with([command("start_flow", "send_back"), command("set_slot", "order", "A-99999")])
    assert talk.say("it broke, that thing") == "Which order?"
    assert any("did not say" in one.why for one in talk.latest[-1].candidates)


def test_the_open_question_is_answered_by_what_the_model_makes_of_the_reply() -> None:
    talk, _ = talk_with([command("set_slot", "colour", "blue")])
    talk.say("send something back")
    talk.say("A-10293")
    assert "in blue?" in talk.say("the one like the sky")
    assert talk.latest[-1].route == "llm"


def test_an_earlier_value_is_corrected() -> None:
    talk, _ = talk_with([command("correct_slot", "order", "B-20000")])
    talk.say("send something back")
    talk.say("A-10293")
    said = talk.say("hm hm B-20000 hm hm it is the thing")
    assert talk.session.stack[0].slots["order"] == "B-20000", said


@pytest.mark.parametrize(
    "given",
    [
        [],
        [command("start_flow", "nowhere")],
        [command("start_flow", "shut")],
        [command("start_flow", "inner")],
        [command("start_flow", "on_handoff")],
        [command("erase_everything")],
        [command("answer", "nothing")],
        [command("cancel")],
        [command("set_slot", "order", "A-10293")],
        [command("clarify", names=("shut", "inner"))],
        [{"say": "hello"}],
        Failure("timeout"),
        Failure("over_budget"),
        {"text": "I am a model"},
        {"commands": "start_flow"},
        ["start_flow", 7, None],
        None,
    ],
)
def test_where_it_says_nothing_that_holds_the_message_goes_on_without_it(given: Any) -> None:
    talk, router = talk_with(given)
    with_model = talk.say("hm hm hm zzz")
    plain = Talk(build("off"), {})
    assert with_model == plain.say("hm hm hm zzz")
    assert talk.latest[-1].route == "no_match"
    assert len(router.asked) == 1
    assert talk.session.pending == ()
    assert talk.session.routed is None


def test_an_unusable_reply_is_one_that_the_model_does_not_understand_either() -> None:
    talk, _ = talk_with([], Failure("unavailable"), [command("answer", "hours")])
    talk.say("send something back")
    assert talk.say("hm hm hm") == "It looks like A-10293."
    assert talk.latest[-1].route == "slot"
    assert talk.say("zzz") == "It looks like A-10293."
    assert talk.session.stack[-1].misses == 2
    assert talk.say("do I have to come before it is dark") == "From 9 to 18.\nWhich order?"


def test_it_cancels_clarifies_and_hands_off() -> None:
    talk, _ = talk_with(
        [command("cancel")], [command("clarify", names=("send_back", "pay"))], [command("handoff", reason="is upset")]
    )
    talk.say("send something back")
    talk.say("on reflection it is all not so bad")
    assert talk.session.stack == ()
    talk.say("that thing with the money thing")
    assert [button.run for button in talk.latest[-1].replies[-1].buttons][:2] == ["send_back", "pay"]
    talk.say("grmpf grmpf grmpf")
    assert talk.session.owner == "queue"
    assert talk.session.handed is not None
    assert talk.session.handed.packet.reason == "is upset"


def test_a_team_that_there_is_not_is_the_default_one() -> None:
    talk, _ = talk_with([command("handoff", "root@evil")], teams=("support", "sales"))
    talk.say("zzz zzz zzz")
    assert talk.session.team == "support"


def test_a_write_still_needs_the_customers_yes() -> None:
    talk, _ = talk_with([command("set_slot", "colour", "red"), command("start_flow", "send_back")])
    talk.say("it broke, A-10293, red please")
    assert not [call for call in talk.calls if call.action == "shop.give"]


def test_misses_count_as_without_it() -> None:
    talk, _ = talk_with([], [], [])
    for _ in range(3):
        talk.say("hm hm hm zzz")
    assert talk.session.owner == "queue"


def test_first_asks_before_the_open_question_but_not_for_what_is_exact() -> None:
    talk, router = talk_with(
        [command("start_flow", "send_back")], [command("set_slot", "order", "A-10293")], mode="first"
    )
    assert talk.say("send something back") == "Which order?"
    assert talk.say("it says A-10293") == "Which colour?"
    talk.say("Red")
    talk.say("yes")
    assert len(router.asked) == 2, "a label and a plain yes need no model"


def test_first_goes_on_without_a_model_that_fails() -> None:
    talk, _ = talk_with(Failure("timeout"), Failure("timeout"), mode="first")
    assert talk.say("send something back") == "Which order?"
    assert talk.latest[-1].route == "intent"
    assert talk.say("it says A-10293") == "Which colour?"


def test_a_newer_message_makes_the_models_answer_stale_and_both_are_asked_about() -> None:
    talk, router = talk_with([command("start_flow", "pay")])
    router_action = talk.actions.pop(MODEL)
    talk.say("the thing that I got")
    stale = talk.calls[-1]
    assert stale.until_message
    talk.actions[MODEL] = router_action
    assert talk.say("has to be paid") == "Paid."
    assert router.asked[-1]["message"] == "the thing that I got\nhas to be paid"
    talk.take(Result(stale.id, value={"commands": [command("start_flow", "send_back")]}))
    assert talk.text == ""
    assert talk.session.stack == ()


def test_a_newer_message_that_needs_no_model_is_taken_alone() -> None:
    talk, _ = talk_with()
    talk.actions.pop(MODEL)
    talk.say("the thing that I got")
    assert talk.say("send something back") == "Which order?"
    assert talk.session.pending == ()
    assert talk.session.routed is None


def test_a_message_whose_answer_a_question_made_stale_has_its_turn_after_it() -> None:
    talk, router = talk_with([command("start_flow", "send_back")])
    router_action = talk.actions.pop(MODEL)
    talk.say("the thing that I got")
    talk.actions[MODEL] = router_action
    said = talk.say("when are you open")
    assert said == "From 9 to 18.\nWhich order?"
    assert [one["message"] for one in router.asked] == ["the thing that I got"]
    assert [text for who, text in talk.session.lines if who == "customer"] == [
        "the thing that I got",
        "when are you open",
    ]


def test_all_that_a_reply_says_is_taken_as_without_a_model() -> None:
    fills = [command("set_slot", "order", "A-10293"), command("set_slot", "colour", "red")]
    talk, _ = talk_with(fills, mode="first")
    talk.actions[MODEL].script.insert(0, [command("start_flow", "send_back")])
    talk.say("send something back")
    assert "Send A-10293 in red?" in talk.say("It was A-10293 and it was red.")


def test_a_person_is_called_whatever_was_filled_before() -> None:
    talk, _ = talk_with([command("set_slot", "colour", "blue"), command("handoff", reason="is upset")])
    talk.say("send something back")
    talk.say("A-10293")
    talk.say("grr, the one like the sky, and grr, I have had enough of this")
    assert talk.session.owner == "queue"


def test_an_answer_beside_a_value_is_said_and_the_flow_goes_on() -> None:
    talk, _ = talk_with([command("answer", "hours"), command("set_slot", "colour", "blue")])
    talk.say("send something back")
    talk.say("A-10293")
    said = talk.say("the one like the sky, and do I have to come before it is dark")
    assert said.startswith("From 9 to 18.")
    assert "in blue?" in said


def test_what_is_left_out_is_recorded() -> None:
    talk, _ = talk_with([command("answer", "hours"), command("clarify", names=("send_back", "pay"))])
    talk.say("zzz zzz zzz")
    assert [one.why for one in talk.latest[-1].candidates if one.name.startswith("clarify")] == [
        "something else was done"
    ]


def test_what_gives_a_secret_is_never_told_to_the_model() -> None:
    text = """
flows:
  enter:
    start: {commands: [enter]}
    steps:
      - {ask: pin, say: Your PIN?, pattern: '\\d{4}', secret: true, retry: [Four digits.]}
      - say: Thanks.
"""
    catalogue = Catalogue(types=PARSERS, models=True)
    flows, _ = load({"a.yaml": text}, Settings(llm_mode="first"), catalogue, known_locales())
    assert flows is not None
    talk = Talk(flows, {})
    talk.say("/enter")
    assert talk.say("it is forty two") == "Four digits."
    assert talk.calls == []


def test_a_blocked_message_and_an_empty_one_are_not_told_to_it() -> None:
    talk, router = talk_with()
    talk.say("zzz zzz", blocked="blocked word")
    talk.take(Message("   "))
    assert router.asked == []


def test_while_it_is_asked_a_person_can_be_asked_for() -> None:
    talk, _ = talk_with()
    talk.actions.pop(MODEL)
    talk.say("zzz zzz zzz")
    talk.say("talk to a person")
    assert talk.session.owner == "queue"
    assert talk.session.routed is None


TYPED = """
flows:
  book:
    title: a table
    start: {intents: [book]}
    steps:
      - {ask: day, say: Which day?, type: date}
      - {ask: people, say: How many?, type: integer, fill: anytime}
      - {ask: pin, say: Your PIN?, pattern: '[0-9]{4}', secret: true}
      - {ask: room, say: Which room?, options: {in: Inside, out: Terrace}, fill: anytime}
      - say: "{{ day | date }}/{{ people + 1 }}/{{ room }}"
intents: {book: {examples: [book a table]}}
"""


def talk_about_tables(*script: Any) -> Talk:
    """A conversation about values of types, whose model has a script."""
    given = Settings(locales=("en",), llm_mode="fallback")
    catalogue = Catalogue(types=PARSERS, models=True)
    flows, problems = load({"a.yaml": TYPED}, given, catalogue, known_locales())
    assert flows is not None, [str(problem) for problem in problems]
    return Talk(flows, {MODEL: Router(*script)})


def test_a_value_that_the_model_found_is_read_as_its_slot_takes_it() -> None:
    start = command("start_flow", "book")
    talk = talk_about_tables(
        [start, command("set_slot", "people", "4"), command("set_slot", "day", "2026-12-24")],
    )
    assert talk.say("we are hungry, 4 of us on 2026-12-24") == "Your PIN?"
    slots = talk.session.stack[-1].slots
    assert slots["people"] == 4, "a number, not its letters"
    assert str(slots["day"]) == "2026-12-24"
    assert not isinstance(slots["day"], str)


@pytest.mark.parametrize(
    ("text", "slot", "value", "why"),
    [
        ("we are hungry, a lot of us", "people", "a lot", "does not fit"),
        ("we are hungry, my dog is 1234", "pin", "1234", "no question asks"),
        ("we are hungry", "nothing", "hungry", "no question asks"),
    ],
)
def test_a_value_that_its_slot_does_not_take_is_left_out_and_recorded(
    text: str, slot: str, value: str, why: str
) -> None:
    talk = talk_about_tables([command("start_flow", "book"), command("set_slot", slot, value)])
    assert talk.say(text) == "Which day?"
    assert any(why in one.why for one in talk.latest[-1].candidates)


def test_an_option_is_taken_by_its_label_and_kept_by_its_value() -> None:
    talk = talk_about_tables(
        [command("start_flow", "book"), command("set_slot", "room", "Terrace")],
    )
    talk.say("we are hungry and love the fresh air")
    for reply in ("2026-12-24", "4", "1234"):
        last = talk.say(reply)
    assert last.endswith("/5/out")


def test_what_an_example_annotates_is_read_as_its_slot_takes_it() -> None:
    talk = talk_about_tables()
    found = Evidence(intents=(Match("book", 1.0),), entities=(Entity("people", "quite a few", 17, 28),))
    assert talk.take(Message("book a table for quite a few", "m1", evidence=found)) == "Which day?"
    assert talk.say("2026-12-24") == "How many?"
    assert "people" not in talk.session.stack[-1].slots, "the slot takes a number"
