"""Handing over to people and back, and the languages that the bot speaks."""

from typing import Any

import msgspec
import pytest

from botkit.dialogue.prepared import prepare
from botkit.model.definitions import Set, Value
from botkit.model.events import Evidence, Match, Message, ShownBy
from botkit.model.hours import Hours, Span
from botkit.model.replies import HandOff
from botkit.model.values import File
from tests.unit.dialogue.talking import NOW, Talk, build

BROKEN = "I'm sorry, something went wrong on our side."


def flow(steps: str, more: str = "", actions: dict[str, Any] | None = None, **settings: Any) -> Talk:
    """Start a bot whose flow /main has these steps (one line of YAML each)."""
    lines = "\n".join("      " + line for line in steps.strip("\n").splitlines())
    head, _, flows = more.rpartition("|")
    text = f"{head}\nflows:\n  main:\n    title: the thing\n    start: {{commands: [main]}}\n    steps:\n{lines}\n{flows}"
    talk = Talk(build(text, **settings), actions)
    talk.say("/main")
    return talk


# Handing over


def test_a_handoff_ends_the_flows_and_gives_their_slots() -> None:
    more = "slots: {code: {type: text}}\n|  sub: {steps: [{ask: y, say: Y?}, {handoff: care, reason: 'why {{ y }}', show: {k: '{{ now }}'}}]}\n"
    talk = flow("- {ask: code, say: C?, silence: {end: 1h}}\n- run: sub", more)
    talk.say("c")
    assert talk.say("care").startswith("I'm passing you on")
    (effect,) = [effect for effect in talk.effects if isinstance(effect, HandOff)]
    assert (effect.team, effect.reason) == ("care", "why care")
    assert effect.packet["slots"] == {"code": "c", "y": "care"}
    assert (effect.packet["flow"], effect.packet["step"]) == ("sub", "handoff:care")
    assert "$datetime" in str(effect.packet["show"])
    assert effect.packet["last"][-1] == ["customer", "care"]
    assert (talk.stack, talk.session.owner, talk.session.team) == ([], "queue", "care")
    assert [(timer.purpose, timer.due) for timer in talk.timers.values()] == [("patience", NOW + 300)]


def test_the_bot_is_silent_while_a_queue_or_a_person_has_it() -> None:
    talk = flow("- handoff: care")
    for text in ("hello", "/main", "repeat", "human"):
        assert talk.say(text) == ""
        assert talk.route == "owner"
    assert talk.say("", File(kind="image")) == ""
    talk.owned("claimed", "Eve")
    assert (talk.session.owner, talk.session.agent, talk.session.epoch) == ("human", "Eve", 1)
    assert talk.say("cancel") == ""
    assert talk.session.owner == "human"
    assert talk.owned("unavailable") == ""
    assert talk.owned("left").startswith("I'm back")
    assert (talk.session.owner, talk.session.agent, talk.session.epoch) == ("bot", "", 2)


def test_a_packet_says_what_went_wrong_and_what_was_understood() -> None:
    more = "|  on_error: {steps: [{handoff: care}]}\n"
    talk = flow("- {do: shop.find}\n- {say: Done.}", more)
    talk.finish(failure="unreachable")
    (effect,) = [effect for effect in talk.effects if isinstance(effect, HandOff)]
    assert effect.packet["error"] == {"code": "unreachable", "message": ""}
    talk = flow("- {ask: x, say: X?}\n- {handoff: care}")
    talk.say("y")
    (effect,) = [effect for effect in talk.effects if isinstance(effect, HandOff)]
    assert effect.packet["error"] is None
    assert [(route, name) for route, name, _ in effect.packet["understood"]] == [("slot", "ask:x")]


OFFICE = Hours(((Span(540, 1080),),) * 5 + ((), ()), "Europe/Berlin")  # it is Friday, 12 o'clock there
EARLY = 1_777_960_800.0  # Tuesday, 8 o'clock there


@pytest.mark.parametrize(
    ("now", "locale", "said"),
    [
        (NOW, "en", "I'm passing you on to a colleague, who will answer you here."),
        (NOW + 6 * 3600, "en", ("Nobody is here right now. I've kept your message, and a colleague will answer you here "
                               "from Monday, May 4, 2026, 9:00 am on.")),
        (EARLY, "en", ("Nobody is here right now. I've kept your message, and a colleague will answer you here "
                      "today, from 9:00 am on.")),
        (NOW, "zh", "正在为您转接人工客服，请稍候。"),
        (NOW + 6 * 3600, "zh", "现在不是人工客服的上班时间。您的留言已经收到，2026年5月4日（星期一）09:00客服上班后，会在这里回复您。"),
        (EARLY, "zh", "现在不是人工客服的上班时间。您的留言已经收到，今天09:00客服上班后，会在这里回复您。"),
        (NOW + 6 * 3600, "de", ("Im Moment ist niemand da. Ihre Nachricht ist angekommen, und wir antworten Ihnen hier ab "
                               "Montag, dem 4. Mai 2026, 09:00 Uhr.")),
        (EARLY, "de", ("Im Moment ist niemand da. Ihre Nachricht ist angekommen, und wir antworten Ihnen hier heute ab "
                      "09:00 Uhr.")),
        (EARLY, "ar", "لا يوجد أحد من الموظفين الآن. وصلتنا رسالتك وسنرد عليك هنا ابتداءً من اليوم الساعة 09:00."),
    ],
)  # fmt: skip
def test_outside_of_opening_hours_a_customer_hears_when_somebody_is_there(now: float, locale: str, said: str) -> None:
    text = "flows: {main: {start: {commands: [main]}, steps: [{handoff: care}]}}"
    talk = Talk(build(text, locales=(locale,), timezone="Europe/Berlin", hours=OFFICE, strict=False))
    talk.now = now
    assert talk.say("/main") == said
    assert (talk.session.owner, talk.session.team) == ("queue", "care")


def test_a_team_has_hours_of_its_own() -> None:
    night = Hours(((Span(1320, 1680),),) * 7)
    talk = flow("- handoff: night", hours=OFFICE, team_hours={"night": night})
    assert "today, from 10:00 pm on" in talk.text
    assert flow("- handoff: day", hours=OFFICE, team_hours={"night": night}).text.startswith("I'm passing you on")


def test_nobody_can_take_it_now() -> None:
    assert flow("- handoff: care").owned("unavailable").startswith("Nobody is available right now.")
    assert flow("- handoff: care", hours=OFFICE).owned("unavailable").startswith("Nobody is available right now.")
    talk = flow("- handoff: care", hours=OFFICE)
    talk.now = NOW + 8 * 3600
    assert "Monday" in talk.owned("unavailable")


def test_hours_that_are_over_for_good_promise_nothing() -> None:
    past = Hours(((),) * 7, days={"2026-01-01": (Span(0, 60),)})
    assert flow("- handoff: care", hours=past).text.startswith("Nobody is available right now.")


def test_a_bot_says_itself_when_somebody_is_there() -> None:
    more = "  on_no_agent: {slots: {team: {type: text}, opens: {type: any}}, steps: [{say: '{{ team }} {{ opens.day }}'}]}\n"
    talk = flow("- handoff: care", more, hours=Hours(((Span(0, 60),),) * 7))
    assert talk.text == "care 2"


@pytest.mark.parametrize("word", ["cancel", "start over", "取消"])
def test_cancel_leaves_the_queue(word: str) -> None:
    talk = flow("- handoff: care")
    assert talk.say(word) in {"All right, I've stopped that.", "好的，那这次就先不办了。"}
    assert talk.session.owner == "bot"
    assert [type(effect).__name__ for effect in talk.effects] == ["Leave", "DropTimers"]
    assert talk.owned("unavailable") == ""


def test_nobody_there_is_said_and_the_conversation_stays_in_the_queue() -> None:
    talk = flow("- handoff: care")
    assert talk.owned("unavailable").startswith("Nobody is available")
    assert talk.session.owner == "queue"


def test_another_team_is_taken_without_another_word() -> None:
    talk = flow("- handoff: care", "  on_no_agent: {steps: [{handoff: night}]}\n")
    assert talk.owned("unavailable") == ""
    assert talk.session.team == "night"
    assert any(isinstance(effect, HandOff) for effect in talk.effects)


def test_a_closed_handoff_ends_the_session() -> None:
    talk = flow("- handoff: care")
    talk.owned("claimed", "Eve")
    assert talk.owned("closed").startswith("This conversation is closed.")
    assert talk.session.ended
    assert talk.say("cancel") != ""
    assert talk.session.number == 2


def test_a_person_may_take_a_conversation_from_the_bot() -> None:
    talk = flow("- {ask: x, say: X?, silence: {end: 1h}}")
    assert talk.owned("claimed", "Eve") == ""
    assert (talk.stack, [purpose for _, purpose in talk.timers]) == ([], ["agent"])
    assert talk.owned("returned") != ""


def test_what_on_handoff_asks_or_calls_holds_nothing_up() -> None:
    asks = flow("- handoff: care", "  on_handoff: {steps: [{say: Wait.}, {ask: x, say: X?, silence: {end: 1h}}]}\n")
    assert asks.text == "Wait.\nX?"
    assert (asks.stack, [purpose for _, purpose in asks.timers]) == ([], ["patience"])
    calls = flow("- handoff: care", "  on_handoff: {steps: [{do: shop.find}, {say: Never.}]}\n")
    assert [item.id for item in calls.session.pending] == [calls.calls[0].id]
    assert calls.say("hello") == ""
    assert calls.finish(1) == ""
    assert (calls.stack, calls.session.pending) == ([], ())


def test_a_failing_on_handoff_is_silent() -> None:
    talk = flow(
        "- handoff: care", "slots: {zero: {type: integer}}\n|  on_handoff: {steps: [{say: '{{ 1 / zero }}'}]}\n"
    )
    assert talk.text == ""
    assert talk.session.owner == "queue"


# Languages


LANGUAGES = "answers:\n  a: {questions: [aaa bbb], say: {en: English., zh: 中文。}}\n  p: {questions: [ccc ddd], say: Plain.}\n|"


@pytest.mark.parametrize(
    ("locale", "platform", "shown", "said"),
    [
        ("", "", "", "English."), ("", "zh", "", "中文。"), ("", "zh-TW", "", "中文。"), ("", "fr", "", "English."),
        ("", "zh", "en", "English."), ("en", "zh", "zh", "English."), ("zh-TW", "", "en", "中文。"), ("", "", "xx", "English."),
    ],
)  # fmt: skip
def test_the_locale_of_a_reply(locale: str, platform: str, shown: str, said: str) -> None:
    flows = flow("- say: Hi.", LANGUAGES).flows
    talk = Talk(flows, locale=locale)
    talk.take(Message("aaa bbb", locale=platform, evidence=Evidence(answers=(Match("a", 1.0),), locale=shown)))
    assert talk.text == said


@pytest.mark.parametrize("most", [1, 20_000])
def test_texts_are_remembered_by_locale_and_only_some(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("botkit.dialogue.work.MOST_TEXTS", most)
    flows = flow("- say: Hi.", LANGUAGES).flows
    said = []
    for locale in ("en", "zh", "zh-TW", "en", "zh"):
        talk = Talk(flows, locale=locale)
        talk.say("aaa bbb", answers={"a": 1.0})
        said.append(talk.text)
    assert said == ["English.", "中文。", "中文。", "English.", "中文。"]
    known = [text.sources.get(locale) for (_, locale), (text, _) in prepare(flows).texts.items()]
    assert known.count("中文。") == 1
    assert (len(known) == 1) == (most == 1)


def test_a_message_that_shows_no_language_changes_nothing() -> None:
    talk = flow("- say: Hi.", LANGUAGES)
    talk.say("你们几点开门，我想知道")
    assert talk.session.locale == "zh"
    talk.say("A-10293")
    assert talk.session.locale == "zh"
    assert talk.say("ccc ddd", answers={"p": 1.0}) == "Plain."


def says(talk: Talk, text: str, shown: str, by: ShownBy) -> str:
    """Say something that shows a locale; give the locale of the conversation then."""
    talk.take(Message(text, evidence=Evidence(locale=shown, shown_by=by)))
    return talk.session.locale


@pytest.mark.parametrize(
    ("first", "by", "then"),
    [
        ("words", "words", "en"), ("words", "letters", "en"), ("words", "script", "en"), ("word", "words", "en"),
        ("words", "word", "zh"), ("words", "characters", "zh"), ("word", "word", "zh"), ("words", "", "en"),
    ],
)  # fmt: skip
def test_one_borrowed_word_changes_no_locale_that_was_shown(first: ShownBy, by: ShownBy, then: str) -> None:
    talk = flow("- say: Hi.", LANGUAGES)
    assert says(talk, "first", "zh", first) == "zh"
    assert says(talk, "second", "en", by) == then


@pytest.mark.parametrize("by", ["words", "word", "letters", "characters", "script"])
def test_what_is_shown_first_counts(by: ShownBy) -> None:
    assert says(flow("- say: Hi.", LANGUAGES), "x", "zh", by) == "zh"


@pytest.mark.parametrize(
    ("known", "by", "then"),
    [("default", "words", "zh"), ("default", "letters", "zh"), ("default", "word", "en"),
     ("default", "characters", "en"), ("platform", "words", "zh"), ("platform", "letters", "en"),
     ("platform", "word", "en"), ("text", "words", "en"), ("text", "script", "en"), ("text", "letters", "en")],
)  # fmt: skip
def test_a_name_or_a_street_that_is_asked_for_changes_no_locale(known: str, by: ShownBy, then: str) -> None:
    talk = flow("- {ask: street, say: 'Street?', retry: [Again.]}", LANGUAGES)
    talk.session = msgspec.structs.replace(talk.session, locale="en", locale_by=known)
    assert says(talk, "Rue de la Paix 5", "zh", by) == then


def test_numbers_are_written_for_a_locale_without_forms_of_its_own() -> None:
    talk = flow("- say: '{{ 1234.5 | number }}'")
    talk.session = msgspec.structs.replace(talk.session, locale="fr")
    assert talk.say("/main") == "1,234.5"


@pytest.mark.parametrize(("code", "locale"), [("zh", "zh"), ("zh-TW", "zh-TW"), ("fr", "en"), (3, "en")])
def test_a_flow_may_choose_the_locale(code: Any, locale: str) -> None:
    talk = flow("- set: {x: 1}\n- say: {en: English., zh: 中文。}")
    main = talk.flows.flows["main"]
    steps = {id_: msgspec.structs.replace(s, body=Set({"locale": Value(code, static=True)})) if id_ == "set:x" else s
             for id_, s in main.steps.items()}  # fmt: skip
    changed = {**talk.flows.flows, "main": msgspec.structs.replace(main, steps=steps)}
    talk.flows = msgspec.structs.replace(talk.flows, flows=changed)
    talk.say("/main")
    assert talk.session.locale == locale
    assert (talk.session.locale_by == "choice") == (locale != "en")
