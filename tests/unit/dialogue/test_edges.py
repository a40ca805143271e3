"""Edges: sessions that do not fit their flows, locales that lack phrases, values in unusual places."""

from collections.abc import Callable

import msgspec
import pytest

from botkit.dialogue.work import Work
from botkit.model.catalogue import Catalogue
from botkit.model.definitions import Body, Say, Speech, Text
from botkit.model.events import Entity, Message, Opened, Press, Timer
from botkit.model.flowset import FlowSet
from tests.unit.dialogue.talking import Talk, build

TWO = """
slots: {code: {type: text, pattern: '[A-Z]-\\d{5}'}}
flows:
  main: {start: {commands: [main]}, steps: [{ask: code, say: Code?}, {run: sub}, {say: Main done.}]}
  side: {start: {commands: [side]}, steps: [{ask: x, say: X?, type: integer}, {say: Side done.}]}
  sub:
    start: {commands: [sub]}
    steps: [{ask: y, say: Y?, type: email}, {ask: z, say: Z?, type: integer}, {say: "Sub done {{ y }}."}]
"""


def without(flows: FlowSet, *names: str) -> FlowSet:
    kept = {name: flow for name, flow in flows.flows.items() if name not in names}
    commands = {command: name for command, name in flows.commands.items() if name not in names}
    return msgspec.structs.replace(flows, flows=kept, commands=commands)


def with_body(flows: FlowSet, flow: str, step: str, body: Body) -> FlowSet:
    changed = msgspec.structs.replace(flows.flows[flow].steps[step], body=body)
    one = msgspec.structs.replace(flows.flows[flow], steps={**flows.flows[flow].steps, step: changed})
    return msgspec.structs.replace(flows, flows={**flows.flows, flow: one})


SAY = Say(Speech((Text({"": "Said."}),)))


def talk(*lines: str) -> Talk:
    one = Talk(build(TWO))
    for line in lines:
        one.say(line)
    return one


def test_a_dropped_flow_below_leaves_the_open_question() -> None:
    one = talk("/main", "/side")
    one.flows = without(one.flows, "main")
    assert one.say("3") == "Side done."
    assert one.stack == []


@pytest.mark.parametrize(
    ("line", "said"), [("cancel", "All right, I've stopped that."), ("sorry, b@example.org", "Z?")]
)
def test_a_called_flow_whose_caller_was_dropped_goes_on_alone(line: str, said: str) -> None:
    one = talk("/main", "A-10293", "a@example.org")
    one.flows = without(one.flows, "main")
    assert one.say(line).endswith(said)


def test_a_called_flow_whose_caller_does_something_else_now_returns_to_that() -> None:
    one = talk("/main", "A-10293", "a@example.org")
    one.flows = with_body(one.flows, "main", "run:sub", SAY)
    assert one.say("3") == "Sub done a@example.org.\nSaid.\nMain done."


def test_a_question_whose_step_does_something_else_now_takes_no_reply() -> None:
    one = talk("/side")
    one.flows = with_body(one.flows, "side", "ask:x", SAY)
    one.say("3")
    assert one.text.endswith("Said.\nSide done.")
    one = talk("/side")
    one.flows = with_body(one.flows, "side", "ask:x", SAY)
    assert one.take(Timer(one.top.asked, "silence")) == ""


def test_closing_nothing_changes_nothing() -> None:
    one = talk()
    work = Work(one.flows, one.session, Opened(), 0.0)
    work.close_question()
    assert work.effects == []


def bare(flows: FlowSet) -> FlowSet:
    """Take from the locales all that they need not have."""
    empty = {"requests": (), "corrections": (), "fillers": (), "answers": ()}
    locales = {code: msgspec.structs.replace(locale, **empty) for code, locale in flows.locales.items()}
    return msgspec.structs.replace(flows, locales=locales)


OPTIONS = "flows: {main: {start: {commands: [main]}, steps: [{ask: c, say: C?, options: %s}, {say: 'Got {{ c }}.'}]}}"


@pytest.mark.parametrize(
    ("options", "reply", "said"),
    [
        ("[Deep red, Sky blue]", "blue as is the sky", "Got Sky blue."),
        ("[Deep red, Sky blue]", "Deep red or Sky blue", "Which is it: Deep red, Sky blue?"),
        ("[Deep red, Deep blue]", "red and blue and deep", "C?"),
        ("[big lamp, big lamb]", "big lamq", "C?"),
        ("[Order 1234, Order 5678]", "order 1235", "C?"),
        ("[Deep red, Sky blue]", "deap red", "Got Deep red."),
    ],
)
@pytest.mark.parametrize("change", [bare, lambda flows: flows])
def test_choosing_by_words_and_spelling(
    options: str, reply: str, said: str, change: Callable[[FlowSet], FlowSet]
) -> None:
    one = Talk(change(build(OPTIONS % options)))
    one.say("/main")
    assert one.say(reply).endswith(said)


def test_a_locale_without_phrases_still_understands_values_and_plain_yes_and_no() -> None:
    text = "flows: {main: {start: {commands: [main]}, steps: [{ask: n, say: N?, type: integer}, {confirm: '{{ n }}?'}, {say: Done.}]}}"
    one = Talk(bare(build(text)))
    one.say("/main")
    assert one.say("it is 3 or so") == "3?"
    one.say("well yes of a kind")
    assert one.step == "confirm"
    assert one.say("yes") == "Done."


def test_a_text_of_the_locale_that_fails_is_empty() -> None:
    flows = build(TWO)
    en = msgspec.structs.replace(
        flows.locales["en"], repair={**flows.locales["en"].repair, "closed_button": "{{ 1 / 0 }}"}
    )
    one = Talk(msgspec.structs.replace(flows, locales={**flows.locales, "en": en}))

    assert one.take(Press("x", "x", "1.9")) == ""


def test_a_text_without_the_customers_language_falls_back_to_the_first() -> None:
    one = Talk(build("flows: {main: {start: {commands: [main]}, steps: [{say: {en: English.}}]}}"), locale="zh")
    assert one.say("/main") == "English."


def test_an_annotated_value_fills_a_free_text() -> None:
    one = Talk(
        build("flows: {main: {start: {commands: [main]}, steps: [{ask: city, say: City?}, {say: '{{ city }}!'}]}}")
    )
    one.say("/main")
    assert one.say("I live in Rome", entities=(Entity("city", "Rome", 10, 14),)) == "Rome!"


MANY = """
intents: {begin: {examples: [begin now]}}
slots: {parts: {type: choice, many: true, options: {a: Lamp, b: Chair, c: Table}}}
flows:
  main: {start: {intents: [begin]}, steps: [{ask: parts, say: Parts?}, {ask: n, say: N?, type: integer}, {confirm: "{{ parts | join('+') }}?"}]}
"""


def test_several_options_are_offered_and_corrected_by_their_labels() -> None:
    one = Talk(build(MANY))
    assert one.say("begin now with lamp and chair", intents={"begin": 1.0}) == "N?"
    assert one.say("3") == "a+b?"
    assert one.say("sorry, table").startswith("Thanks, I've changed Lamp, Chair to Table.")
    one.say("yes")
    assert one.say("begin now") == "Is it still Table?"
    one.say("cancel")
    assert one.say("begin now with chair", intents={"begin": 1.0}) == "N?"


def test_several_options_are_listed_as_the_customers_language_does() -> None:
    one = Talk(build(MANY), locale="zh")
    for line in ("begin now with lamp and chair", "3"):
        one.say(line, intents={"begin": 1.0})
    assert "Lamp、Chair" in one.say("sorry, table", intents={})


def test_nested_data_of_arguments_counts_as_read() -> None:
    text = """
flows:
  main:
    start: {commands: [main]}
    steps:
      - {ask: n, say: N?, type: integer}
      - {do: shop.find, with: {a: {b: "{{ n }}"}, l: ["{{ n }}", 3]}}
      - {ask: mail, say: Mail?, type: email}
"""
    one = Talk(build(text), {"shop.find": 1})
    one.say("/main")
    one.say("3")
    one.say("no wait, 4")
    assert [call.args for call in one.calls] == [{"a": {"b": 3}, "l": [3, 3]}, {"a": {"b": 4}, "l": [4, 3]}]


def test_a_command_with_a_value_corrects_the_open_flow() -> None:
    one = talk("/main", "A-10293")
    assert one.say("/main A-20000").endswith("Y?")
    assert one.slots["code"] == "A-20000"


def test_a_slot_is_named_only_as_it_is_written() -> None:
    text = "flows: {main: {start: {commands: [main]}, steps: [{ask: gift_note, say: Note?}, {ask: m, say: M?, type: email}, {say: '{{ gift_note }}'}]}}"
    one = Talk(build(text))
    for line in ("/main", "a bow", "gift  note: two bows", "the gift note is it is no bow", "gift note"):
        one.say(line)
    assert one.slots["gift_note"] == "no bow"


def test_silence_may_only_remind() -> None:
    one = Talk(
        build(
            "flows: {main: {start: {commands: [main]}, steps: [{ask: m, say: M?, silence: {after: 1m, say: Hm?}}]}}"
        )
    )
    one.say("/main")
    assert one.later(61) == "Hm?"
    assert one.timers == {}


def test_a_rating_is_read_without_a_parser_for_numbers() -> None:
    flows = build("flows: {main: {start: {commands: [main]}, steps: [{rate: How?}, {say: Thanks.}]}}")
    one = Talk(msgspec.structs.replace(flows, catalogue=Catalogue()))
    one.say("/main")
    one.say("good")
    assert one.step == "rate"
    assert one.say("4").endswith("Thanks.")


@pytest.mark.parametrize("event", [Message("x", customer={"name": "Ann"}), Opened(customer={"name": "Ann"})])
def test_what_a_platform_knows_of_the_customer_comes_with_the_event(event: Message | Opened) -> None:
    one = Talk(build(TWO + "  on_start: {steps: [{say: 'Hello {{ customer.name }}.'}]}\n"))
    assert one.take(event).startswith("Hello Ann.")


def test_a_new_value_in_the_opening_message_comes_before_the_old_one() -> None:
    text = """
intents: {begin: {examples: [begin now]}}
slots: {code: {type: text, pattern: '[A-Z]-\\d{5}'}}
flows: {main: {start: {intents: [begin]}, steps: [{ask: code, say: Code?}, {say: "It is {{ code }}."}]}}
"""
    one = Talk(build(text))
    one.say("begin now")
    one.say("A-10293")
    assert one.say("begin now with A-20000", intents={"begin": 1.0}) == "It is A-20000."


SHOWN = (
    "flows: {main: {start: {commands: [main]}, steps: [{ask: x, say: X?, type: %s, retry: [Again.], "
    "buttons: [{label: First, value: one}, {label: Second, value: two}]}, {say: 'Got {{ x }}.'}]}}"
)


@pytest.mark.parametrize(
    ("reply", "said"), [("2", "Got two."), ("Second", "Got two."), ("9", "Got 9."), ("a", "Got a.")]
)
def test_a_number_chooses_a_button_below_a_free_question(reply: str, said: str) -> None:
    one = Talk(build(SHOWN % "text"))
    one.say("/main")
    assert one.say(reply) == said


def test_a_button_of_the_question_that_does_not_fit_is_an_unusable_reply() -> None:
    one = Talk(build(SHOWN % "email"))
    one.say("/main")
    assert one.press("First") == "Again."


def test_a_rating_that_nothing_follows_is_thanked_for() -> None:
    one = Talk(build("flows: {main: {start: {commands: [main]}, steps: [{rate: How?}]}}"))
    one.say("/main")
    assert one.say("4") != ""
    assert one.stack == []
