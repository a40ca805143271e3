"""Passages: the route `knowledge`, and the step `answer`."""

from typing import Any

import pytest

from botkit.dialogue import wants_passages
from botkit.flows import load
from botkit.model.catalogue import Catalogue
from botkit.model.events import Evidence, Failure, Match, Message, Passage, Press
from botkit.model.flowset import FlowSet, Settings
from botkit.understanding.values import PARSERS
from tests.unit.dialogue.talking import Talk, known_locales

FLOWS = """
intents: {returns: {examples: [send it back]}}
answers: {open: {questions: [when are you open], say: Always.}}
flows:
  returns:
    start: {intents: [returns], commands: [returns]}
    steps: [{ask: number, type: integer, say: Which one?, retry: [Once more?]}, {say: Thanks.}]
  name:
    start: {commands: [name]}
    steps: [{ask: name, say: What is your name?}, {say: "Hello {{ name }}."}]
  help:
    start: {commands: [help]}
    steps: [STEP, {say: "{{ found.title }}/{{ found.link }}"}]
"""
DRY = Passage("Dry it flat.", "Care › Wool", "https://x.example/care#wool", 0.9)
FAR = Passage("Somewhere.", "Far", "knowledge/far.md", 0.3)


def bot(step: str = "{answer: null, save: found}", *, articles: bool = True, **settings: Any) -> FlowSet:
    flows, problems = load(
        {"bot": FLOWS.replace("STEP", step)},
        Settings(locales=("en", "zh"), **settings),
        Catalogue(types=PARSERS, articles=articles),
        known_locales(),
    )
    assert flows is not None, [str(problem) for problem in problems]
    return flows


def ask(talk: Talk, text: str, *passages: Passage, **evidence: Any) -> str:
    return talk.take(Message(text, evidence=Evidence(passages=passages, **evidence)))


def source(title: str) -> str:
    return f"Dry it flat.\n\nSource: {title}"


LINKED = source("[Care › Wool](https://x.example/care#wool)")


def test_a_passage_that_is_near_enough_is_said_with_its_source() -> None:
    talk = Talk(bot())
    assert ask(talk, "how do I dry wool?", FAR, DRY) == LINKED
    assert talk.route == "knowledge"
    (taken,) = (one for one in talk.turns[-1].candidates if one.taken)
    assert (taken.route, taken.name, taken.score) == ("knowledge", "Care › Wool", 0.9)
    assert taken.why == "said; from https://x.example/care#wool"
    (other,) = (one for one in talk.turns[-1].candidates if one.name == "Far")
    assert (other.taken, other.why) == (False, "below 0.5")


@pytest.mark.parametrize(
    "link", ["knowledge/care.md#wool", "", "javascript:alert(1)", "https://x.example/a b", "https://x/)"]
)
def test_what_is_no_address_is_no_link(link: str) -> None:
    assert ask(Talk(bot()), "how?", Passage(DRY.text, "Care", link, 0.9)) == source("Care")


def test_a_title_with_brackets_breaks_no_link() -> None:
    said = ask(Talk(bot()), "how?", Passage(DRY.text, "Care [1](x)", DRY.source, 0.9))
    assert said == source("[Care (1)(x)](https://x.example/care#wool)")


def test_a_passage_without_title_and_link_has_no_source() -> None:
    assert ask(Talk(bot()), "how?", Passage("Dry it.", score=0.9)) == "Dry it."


def test_the_source_is_told_in_the_customers_language() -> None:
    assert ask(Talk(bot()), "羊毛怎么洗？", DRY, locale="zh").endswith(
        "来源：[Care › Wool](https://x.example/care#wool)"
    )


@pytest.mark.parametrize(("threshold", "route"), [(0.9, "knowledge"), (0.91, "no_match"), (1.0, "no_match")])
def test_the_threshold_is_that_of_the_settings(threshold: float, route: str) -> None:
    talk = Talk(bot(knowledge_threshold=threshold))
    ask(talk, "how do I dry wool?", DRY)
    assert talk.route == route


@pytest.mark.parametrize(
    ("evidence", "route"),
    [
        ({"intents": (Match("returns", 0.7),)}, "intent"),
        ({"answers": (Match("open", 0.7),)}, "answer"),
        ({"intents": (Match("returns", 0.5),)}, "knowledge"),
        ({"blocked": "rude"}, "safety"),
    ],
)
def test_flows_and_answers_go_before_passages(evidence: dict[str, Any], route: str) -> None:
    talk = Talk(bot())
    ask(talk, "how do I dry wool?", DRY, **evidence)
    assert talk.route == route


def test_a_question_beside_an_open_one_is_answered_and_that_one_repeated() -> None:
    talk = Talk(bot())
    talk.say("/returns")
    assert ask(talk, "how do I dry wool?", DRY) == f"{LINKED}\nWhich one?"
    assert (talk.route, talk.step) == ("knowledge", "ask:number")
    assert ask(talk, "no idea", DRY) == "Once more?"  # the answer did not count for retry
    assert talk.say("3") == "Thanks."


def test_what_asks_nothing_is_a_reply_to_the_open_question() -> None:
    talk = Talk(bot())
    talk.say("/name")
    assert ask(talk, "Wool", DRY) == "Hello Wool."
    talk.say("/name")
    assert ask(talk, "how do I dry wool?", DRY) == f"{LINKED}\nWhat is your name?"


def test_the_first_message_is_answered_after_the_greeting() -> None:
    greeting = FLOWS.replace("STEP", "{answer: null, save: found}") + "  on_start: {steps: [{say: Hello!}]}\n"
    flows, problems = load({"b": greeting}, Settings(), Catalogue(types=PARSERS, articles=True), known_locales())
    assert flows is not None, problems
    assert ask(Talk(flows), "how do I dry wool?", DRY) == f"Hello!\n{LINKED}"


# When a search is worth it


@pytest.mark.parametrize(
    ("before", "said", "evidence", "wanted"),
    [
        ("", "how do I dry wool?", Evidence(), True),
        ("", "send it back", Evidence(intents=(Match("returns", 0.9),)), False),
        ("", "when are you open", Evidence(answers=(Match("open", 0.9),)), False),
        ("", "help", Evidence(), True),
        ("", "/returns", Evidence(), False),
        ("", "human", Evidence(), False),
        ("", "rude", Evidence(blocked="rude"), False),
        ("/returns", "3", Evidence(), False),
        ("/returns", "how do I dry wool?", Evidence(), True),
        ("/name", "how do I dry wool?", Evidence(), True),
    ],
)
def test_passages_are_wanted_where_nothing_surer_took_the_message(
    before: str, said: str, evidence: Evidence, *, wanted: bool
) -> None:
    talk = Talk(bot())
    if before:
        talk.say(before)
    talk.take(Message(said, evidence=evidence))
    assert wants_passages(talk.turns[-1]) is wanted


def test_passages_are_wanted_for_what_waits_and_then_count() -> None:
    talk = Talk(bot())
    talk.say("/help")
    talk.take(Message("how do I dry wool?"))
    assert wants_passages(talk.turns[-1])
    talk = Talk(bot())
    talk.say("/help")
    assert ask(talk, "how do I dry wool?", DRY) == ""
    assert talk.finish([]).endswith(LINKED)
    talk.owned("claimed", "ann")
    talk.say("how do I dry wool?")
    assert not wants_passages(talk.turns[-1])


# The step


def found(*passages: Passage) -> list[dict[str, Any]]:
    return [{"text": one.text, "title": one.title, "source": one.source, "score": one.score} for one in passages]


def test_the_step_asks_what_the_customer_wrote_or_what_it_says() -> None:
    talk = Talk(bot())
    talk.say("/help")
    (call,) = talk.calls
    assert (call.action, call.args, call.effect) == ("answer", {"question": "/help", "locale": "en"}, "read")
    talk = Talk(bot("{answer: 'wool: {{ 1 + 1 }}', save: found}"))
    talk.say("/help")
    assert talk.calls[0].args["question"] == "wool: 2"


def test_the_step_says_the_passage_and_saves_it() -> None:
    talk = Talk(bot(), {"answer": found(FAR, DRY)})
    assert talk.say("/help") == f"{LINKED}\nCare › Wool/https://x.example/care#wool"
    assert talk.notes == ["answer: searched", "answer: https://x.example/care#wool, 0.90"]


@pytest.mark.parametrize(
    "value",
    [
        [],
        found(FAR),
        None,
        "text",
        3,
        [None, 3, {}],
        [{"text": "x", "score": "high"}],
        {"text": "x"},
        [{"text": "x", "score": 1e999}],
    ],
)
def test_what_is_not_near_enough_is_said_to_be_unknown(value: Any) -> None:
    said = Talk(bot(), {"answer": lambda call: value}).say("/help")
    assert said == "I don't know that: I found nothing about it in our help articles.\n/"
    handled = bot("{answer: null, save: found, on_error: [{say: 'Sorry: {{ error.code }}.'}]}")
    assert Talk(handled, {"answer": lambda call: value}).say("/help") == "Sorry: not_found.\n/"


def test_a_search_that_fails_is_as_good_as_none() -> None:
    assert Talk(bot(), {"answer": Failure("timeout")}).say("/help").startswith("I don't know that")
    handled = bot("{answer: null, save: found, on_error: [{say: 'Sorry: {{ error.code }}.'}]}")
    assert Talk(handled, {"answer": Failure("timeout")}).say("/help") == "Sorry: timeout.\n/"


def test_without_articles_the_step_is_not_configured() -> None:
    handled = bot("{answer: null, save: found, on_error: [{say: '{{ error.code }}'}]}", articles=False)
    assert Talk(handled).say("/help") == "not_configured\n/"


def test_a_result_that_nobody_awaits_changes_nothing() -> None:
    talk = Talk(bot())
    talk.say("/help")
    talk.say("cancel")
    assert talk.finish(found(DRY)) == ""


def test_a_press_may_ask_too() -> None:
    talk = Talk(bot())
    talk.take(Press(value="how do I dry wool?", evidence=Evidence(passages=(DRY,))))
    assert talk.text == LINKED
