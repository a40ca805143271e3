"""Composing: a model's answers out of passages, for messages and for the step `answer`."""

from typing import Any

import pytest

from botkit.dialogue import wants_passages
from botkit.flows import load
from botkit.model.catalogue import Catalogue
from botkit.model.events import Evidence, Failure, Message, Passage
from botkit.model.flowset import FlowSet, Settings
from botkit.model.replies import MODEL, SEARCH, Call
from botkit.model.values import to_json
from botkit.understanding.values import PARSERS
from tests.unit.dialogue.talking import Talk, known_locales

FLOWS = """
answers: {open: {questions: [when are you open], say: Always.}}
flows:
  returns:
    title: a return
    start: {commands: [returns]}
    steps: [{ask: number, type: integer, say: Which one?, retry: [Once more?]}, {say: Thanks.}]
  help:
    start: {commands: [help]}
    steps: [{answer: null, save: found}, {say: "{{ found.title }}/{{ found.link }}/{{ found.text }}"}]
  sorry:
    start: {commands: [sorry]}
    steps: [{answer: about wool, on_error: [{say: "Sorry: {{ error.code }}"}]}]
"""
DRY = Passage("Dry it flat.", "Care › Wool", "https://x.example/care#wool", 0.9)
FAR = Passage("Wool comes from sheep.", "Sheep", "knowledge/far.md", 0.1)
FAINT = Passage("Somewhere.", "Faint", "knowledge/faint.md", 0.01)


def bot(mode: str = "fallback", answers: str = "compose") -> FlowSet:
    settings = Settings(locales=("en", "zh"), llm_mode=mode, llm_answers=answers)  # type: ignore[arg-type]
    catalogue = Catalogue(types=PARSERS, articles=True, models=True)
    flows, problems = load({"bot": FLOWS}, settings, catalogue, known_locales())
    assert flows is not None, [str(problem) for problem in problems]
    return flows


def composed(text: str, *sources: int, unsupported: str = "") -> dict[str, Any]:
    return {"answerable": True, "text": text, "sources": list(sources), "unsupported": unsupported}


NONE = {"answerable": False, "text": ""}
NO_COMMAND: dict[str, Any] = {"commands": []}


class Model:
    """Plays answers and commands in order; notes what it was asked for."""

    def __init__(self, *script: Any) -> None:
        self.script = list(script)
        self.asked: list[dict[str, Any]] = []

    def __call__(self, call: Call) -> Any:
        self.asked.append(call.args)
        return self.script.pop(0)

    @property
    def purposes(self) -> list[str]:
        return [args["purpose"] for args in self.asked]


def talk_with(*script: Any, **settings: Any) -> tuple[Talk, Model]:
    model = Model(*script)
    return Talk(bot(**settings), {MODEL: model}), model


def ask(talk: Talk, text: str, *passages: Passage) -> str:
    return talk.take(Message(text, evidence=Evidence(passages=passages)))


SOURCE = "Source: [Care › Wool](https://x.example/care#wool)"


def test_an_answer_is_composed_and_told_with_the_sources_that_it_cites() -> None:
    talk, model = talk_with(composed("Flat, please.", 2))
    assert ask(talk, "how do I dry wool?", FAR, DRY) == f"Flat, please.\n\n{SOURCE}"
    assert model.asked == [{"purpose": "answer", "question": "how do I dry wool?", "locale": "en"}]
    assert talk.route == "knowledge"
    (taken,) = (one for one in talk.turns[-1].candidates if one.taken)
    assert (taken.route, taken.name, taken.score, taken.why) == (
        "knowledge",
        "Care › Wool",
        0.9,
        "composed by the model",
    )
    assert talk.session.routed is None
    assert talk.session.tried == ()


def test_several_sources_are_told_once_each() -> None:
    talk, _ = talk_with(composed("Flat. It is from sheep.", 1, 2, 1))
    assert ask(talk, "wool?", DRY, FAR).endswith("\n\nSource: [Care › Wool](https://x.example/care#wool), Sheep")


def test_what_the_quote_was_not_sure_enough_of_is_answered_all_the_same() -> None:
    talk, _ = talk_with(composed("From sheep.", 1))
    assert ask(talk, "where does wool come from?", FAR) == "From sheep.\n\nSource: Sheep"
    assert talk.route == "knowledge"


def test_where_the_model_finds_no_answer_nobody_quotes_either() -> None:
    talk, model = talk_with(NONE, NO_COMMAND)
    said = ask(talk, "how do I dye wool?", DRY)
    assert "Dry it flat" not in said
    assert talk.route == "no_match"
    assert model.purposes == ["answer", "route"]
    assert talk.session.misses == 1
    assert any(one.why == "the model finds no answer in the passages" for t in talk.latest for one in t.candidates)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (composed("Boil it.", 1, unsupported="a quote does not stand"), "not supported: a quote does not stand"),
        (Failure("timeout"), "failed: timeout"),
        ("nonsense", "failed: malformed"),
        ({"answerable": "yes"}, "failed: malformed"),
        (composed("Boil it."), "not supported: it cites no passage"),
        (composed("Boil it.", 3), "not supported: it cites no passage"),
        ({**composed("Boil it."), "sources": [True, "1", 1.0]}, "not supported: it cites no passage"),
        (composed("  ", 1), "not supported: it is empty"),
    ],
)
def test_what_is_not_to_be_said_is_quoted_where_that_is_sure_enough(given: Any, why: str) -> None:
    talk, model = talk_with(given)
    assert ask(talk, "how do I dry wool?", DRY, FAR) == f"Dry it flat.\n\n{SOURCE}"
    assert why in [one.why for turn in talk.latest for one in turn.candidates]
    talk, model = talk_with(given, NO_COMMAND)
    assert "Boil" not in ask(talk, "how do I dry wool?", FAR)
    assert talk.route == "no_match"
    assert model.purposes == ["answer", "route"]


def test_what_is_hardly_near_is_first_asked_what_it_means() -> None:
    command = {"command": "answer", "name": "", "value": "", "names": [], "reason": ""}
    talk, model = talk_with({"commands": [command]}, composed("Somewhere.", 1))
    assert ask(talk, "where is it?", FAINT) == "Somewhere.\n\nSource: Faint"
    assert model.purposes == ["route", "answer"]
    assert talk.route == "knowledge"
    talk, model = talk_with({"commands": [command]}, NONE)
    ask(talk, "where is it?", FAINT)
    assert (model.purposes, talk.route, talk.session.misses) == (["route", "answer"], "no_match", 1)


def test_without_a_router_the_model_answers_all_the_same() -> None:
    talk, model = talk_with(NONE, mode="off")
    ask(talk, "where is it?", FAINT)
    assert (model.purposes, talk.route) == (["answer"], "no_match")


def test_with_the_model_first_the_router_comes_before_passages() -> None:
    talk, model = talk_with(NO_COMMAND, composed("Flat.", 1), mode="first")
    assert ask(talk, "how do I dry wool?", DRY).startswith("Flat.")
    assert model.purposes == ["route", "answer"]


def test_passages_are_quoted_where_the_bot_says_so() -> None:
    talk, model = talk_with(answers="quote")
    assert ask(talk, "how do I dry wool?", DRY) == f"Dry it flat.\n\n{SOURCE}"
    assert model.asked == []


def test_the_open_question_is_repeated_after_an_answer() -> None:
    talk, model = talk_with(composed("Flat.", 1), NONE, NO_COMMAND)
    talk.say("/returns")
    assert ask(talk, "how do I dry wool?", DRY) == f"Flat.\n\n{SOURCE}\nWhich one?"
    assert ask(talk, "how do I dye wool?", DRY) == "Once more?"
    assert model.purposes == ["answer", "answer", "route"]
    assert talk.say("3") == "Thanks."


def test_what_asks_nothing_is_no_question_to_the_articles() -> None:
    talk, model = talk_with(NO_COMMAND)
    talk.say("/returns")
    assert ask(talk, "wool", DRY) == "Once more?"
    assert model.purposes == ["route"]


def test_a_newer_message_makes_the_answer_stale_and_is_answered_with_it() -> None:
    talk = Talk(bot())
    ask(talk, "how do I dry wool?", DRY)
    assert talk.session.pending[0].action == MODEL
    ask(talk, "the white one?", FAR)
    assert [call.args["question"] for call in talk.calls] == [
        "how do I dry wool?",
        "how do I dry wool?\nthe white one?",
    ]
    assert talk.finish(composed("Boil it.", 1), call=0) == ""
    assert talk.finish(composed("Flat.", 2)) == f"Flat.\n\n{SOURCE}"


def test_control_acts_at_once_and_the_answer_comes_in_vain() -> None:
    talk = Talk(bot())
    ask(talk, "how do I dry wool?", DRY)
    talk.say("talk to a person")
    assert talk.session.owner == "queue"
    assert talk.finish(composed("Flat.", 1)) == ""


def test_a_turn_that_asks_for_an_answer_still_wants_no_more_passages() -> None:
    talk = Talk(bot())
    ask(talk, "how do I dry wool?", DRY)
    assert not wants_passages(talk.turns[-1])


# The step


def help_of(*script: Any, passages: tuple[Passage, ...] = (FAR, DRY), say: str = "/help dry wool") -> Talk:
    talk, _ = talk_with(*script)
    talk.actions[SEARCH] = [to_json({"text": p.text, "title": p.title, "source": p.source, "score": p.score})
                            for p in passages]  # fmt: skip
    talk.say(say)
    return talk


def test_a_step_composes_and_saves_what_it_said() -> None:
    talk = help_of(composed("Flat.", 2))
    assert talk.text == f"Flat.\n\n{SOURCE}\nCare › Wool/https://x.example/care#wool/Flat."
    assert "answer: composed by the model" in talk.notes
    assert talk.session.found == ()


@pytest.mark.parametrize("given", [Failure("timeout"), composed("Boil it.", 1, unsupported="x"), "nonsense"])
def test_a_step_quotes_where_nothing_sound_was_composed(given: Any) -> None:
    assert help_of(given).text.startswith(f"Dry it flat.\n\n{SOURCE}")
    assert help_of(given, passages=(FAR,), say="/sorry").text == "Sorry: not_found"


def test_a_step_finds_nothing_where_the_model_finds_no_answer() -> None:
    assert help_of(NONE, say="/sorry").text == "Sorry: not_found"
    assert "Dry it flat" not in help_of(NONE).text


def test_a_step_without_passages_asks_nobody() -> None:
    assert help_of(passages=(), say="/sorry").text == "Sorry: not_found"


def test_a_step_hears_no_message_until_its_answer_is_there() -> None:
    talk = Talk(bot(), {SEARCH: [to_json({"text": DRY.text, "title": DRY.title, "score": 0.9})]})
    talk.say("/sorry")
    assert [one.text for one in talk.session.found] == [DRY.text]
    talk.say("/returns")
    assert len(talk.session.waiting) == 1
    assert talk.finish(composed("Flat.", 1)).startswith("Flat.")
    assert "Which one?" in talk.text
