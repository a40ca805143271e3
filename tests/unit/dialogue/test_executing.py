"""Executing: what each kind of step does, what fails, and what comes while an action runs."""

from datetime import UTC, datetime
from typing import Any

import pytest

from botkit.flows import load
from botkit.model.catalogue import Catalogue
from botkit.model.events import Failure, Outside, Owned, Press, Result, Timer
from botkit.model.flowset import Settings
from botkit.model.hours import Hours, Span
from botkit.model.replies import Call, SetTimer
from tests.unit.dialogue.talking import NOW, Talk, build, known_locales

BROKEN = "I'm sorry, something went wrong on our side."


def flow(steps: str, more: str = "", actions: dict[str, Any] | None = None, **settings: Any) -> Talk:
    """Start a bot whose flow /main has these steps (one line of YAML each)."""
    lines = "\n".join("      " + line for line in steps.strip("\n").splitlines())
    head, _, flows = more.rpartition("|")
    text = f"{head}\nflows:\n  main:\n    title: the thing\n    start: {{commands: [main]}}\n    steps:\n{lines}\n{flows}"
    talk = Talk(build(text, **settings), actions)
    talk.say("/main")
    return talk


# Saying


def test_a_say_shows_all_that_stands_beside_its_text() -> None:
    talk = flow("""
- set: {n: 2, rows: "{{ [{'title': 'A', 'buttons': ['x']}, 'B', {'text': 'no title'}] }}"}
- say: "Look {{ n }}."
  image: "https://example.org/{{ n }}.png"
  file: "https://example.org/{{ n }}.pdf"
  cards: [{title: "Card {{ n }}", text: "T{{ n }}", image: "https://example.org/c.png", url: "https://example.org/c", buttons: [More]}]
  buttons: [{label: "Go {{ n }}", url: "https://example.org/{{ n }}"}, {label: V, value: "v{{ n }}"}, Plain]
- say: Rows.
  cards: "{{ rows }}"
  buttons: "{{ [{'label': 'L', 'value': 'v'}, {'label': 'R', 'run': 'main'}, {'label': 'U', 'url': 'https://e.org'}, 'S', none] }}"
""")
    first, second = talk.latest[0].replies
    assert (first.text, first.image, first.file) == (
        "Look 2.",
        "https://example.org/2.png",
        "https://example.org/2.pdf",
    )
    assert [(b.label, b.value, b.url) for b in first.buttons] == [
        ("Go 2", "", "https://example.org/2"), ("V", "v2", ""), ("Plain", "Plain", ""),
    ]  # fmt: skip
    assert [(c.title, c.text, c.url) for c in first.cards] == [("Card 2", "T2", "https://example.org/c")]
    assert [(c.title, [b.label for b in c.buttons]) for c in second.cards] == [("A", ["x"]), ("B", [])]
    assert [(b.label, b.value, b.run, b.url) for b in second.buttons] == [
        ("L", "v", "", ""), ("R", "", "main", ""), ("U", "", "", "https://e.org"), ("S", "S", "", ""),
    ]  # fmt: skip


def test_variants_are_chosen_by_the_turn_alone() -> None:
    talk = flow("- {say: One., variants: [Two., Three., Four.]}")
    said = [talk.say("/main") for _ in range(20)]
    assert set(said) == {"One.", "Two.", "Three.", "Four."}
    other = flow("- {say: One., variants: [Two., Three., Four.]}")
    assert said == [other.say("/main") for _ in range(20)]


def test_a_say_without_content_says_nothing_and_replies_are_bounded() -> None:
    talk = flow("- set: {x: ''}\n- say: '{{ x }}'\n" + "- say: Hm.\n" * 60)
    assert len(talk.latest[0].replies) == 50


# Branches


@pytest.mark.parametrize(
    ("subject", "case"),
    [
        ("1", "one"),
        ("true", "yes"),
        ("\"'1'\"", "text"),
        ("1.0", "one"),
        ("none", "none"),
        ("5", "rest"),
        ("false", "rest"),
    ],
)
def test_match_compares_by_equality_but_never_a_boolean_with_a_number(subject: str, case: str) -> None:
    cases = "{1: [{say: one}], true: [{say: 'yes'}], '1': [{say: text}], null: [{say: none}], default: [{say: rest}]}"
    assert flow(f"- match: {subject}\n  cases: {cases}").text == case


def test_a_match_without_its_case_goes_on() -> None:
    assert flow("- match: 3\n  cases: {1: [{say: one}]}\n- say: on").text == "on"


def test_an_if_and_a_step_with_a_condition() -> None:
    steps = "- {if: false, then: [{say: a}]}\n- {say: b, if: 1 > 2}\n- {if: true, then: [{say: c}], else: [{say: d}]}\n- say: e"
    talk = flow(steps)
    assert talk.text == "c\ne"
    assert talk.notes == ["if: else", "say: skipped", "if#2: then"]


def test_a_condition_is_not_looked_at_again_while_its_question_is_open() -> None:
    talk = flow("- {ask: x, say: X?, if: message.text != 'what', type: integer}\n- say: '{{ x }}'")
    talk.say("what")
    assert talk.step == "ask:x"


# Flows that call flows


CALLING = """
  sub:
    slots: {a: {type: any}, b: {type: any}}
    steps:
      - say: "a={{ a }} b={{ b }}"
      - {if: a == 1, then: [{end: "{{ [a] }}"}]}
      - {if: a == 2, then: [end]}
"""


def test_run_gives_and_takes_values() -> None:
    talk = flow(
        "- {run: sub, with: {a: 1, b: '{{ none }}'}, save: got}\n- say: 'got {{ got }}'\n"
        "- {run: sub, with: {a: 2}, save: got}\n- say: 'got {{ got }}'\n- {run: sub}\n- say: end",
        CALLING,
    )
    assert talk.text == "a=1 b=\ngot 1\na=2 b=\ngot \na= b=\nend"


def test_a_called_flow_has_slots_of_its_own() -> None:
    talk = flow(
        "- set: {x: 1}\n- run: sub\n- say: '{{ x }}'", "  sub:\n    steps: [{set: {x: 2}}, {say: '{{ x }}'}]\n"
    )
    assert talk.text == "2\n1"


DEEP = "  deep:\n    slots: {n: {type: integer}}\n    steps: [{if: n > 0, then: [{run: deep, with: {n: '{{ n + 1 }}'}}]}]\n"


def test_flows_that_call_each_other_for_ever_are_stopped() -> None:
    talk = flow("- {run: deep, with: {n: 1}}\n- say: Back.", DEEP)
    assert talk.stack == []
    assert "too_deep" in " ".join(talk.notes)
    assert talk.text.endswith("Back.")


def test_flows_that_branch_for_ever_are_stopped() -> None:
    both = "{run: deep, with: {n: '{{ n + 1 }}'}}"
    talk = flow("- {run: deep, with: {n: 1}}", DEEP.replace("then: [{run", f"then: [{both}, {both}, {{run"))
    assert talk.stack == []
    assert talk.latest[0].session.seq == 1
    assert len(talk.latest[0].visits) < 1300


def test_a_loop_of_more_than_a_thousand_steps_ends() -> None:
    talk = flow(
        "- set: {n: 0}\n- {id: a, set: {n: '{{ n + 1 }}'}}\n- {if: n < 5000, then: [{goto: a}]}\n- say: There."
    )
    assert talk.text == BROKEN
    assert "too_many_steps" in " ".join(talk.notes)


# Actions


def test_a_read_is_called_with_its_arguments_and_saved() -> None:
    talk = flow("- {do: shop.find, with: {a: '{{ 1 + 1 }}', b: x}, save: got, timeout: 3s}\n- say: '{{ got.x }}'")
    (call,) = talk.calls
    assert call == Call("web:1/1.e0", "shop.find", {"a": 2, "b": "x"}, "read", 3.0, "main", "do:shop.find")
    assert talk.session.pending[0].id == call.id
    assert talk.finish({"x": datetime(2026, 5, 1, tzinfo=UTC)}, name="Ann") == "2026-05-01, 12:00 am"
    assert talk.session.customer == {"name": "Ann"}
    assert talk.finish(3) == ""


@pytest.mark.parametrize("code", ["failed", "timeout", "sold_out", "not there"])
def test_a_failed_action_goes_its_own_way_or_ends_the_flow(code: str) -> None:
    own = "- {do: shop.find, on_error: [{say: 'So {{ error.code }} {{ error.message }}.'}]}\n- say: On."
    assert flow(own, actions={"shop.find": Failure(code, "M")}).text == f"So {code} M.\nOn."
    talk = flow("- do: shop.find\n- say: On.", actions={"shop.find": Failure(code)})
    assert talk.text == BROKEN
    assert talk.labels == ["Talk to a person"]
    assert talk.stack == []


def test_a_write_of_which_nobody_knows_the_outcome_goes_to_a_person() -> None:
    talk = flow(
        "- {do: shop.give, confirmed: by flow}\n- say: On.", actions={"shop.give": Failure("outcome_unknown")}
    )
    assert talk.session.owner == "queue"
    assert talk.text.startswith("I can't tell for certain")


def test_a_failed_called_flow_lets_its_caller_go_on_with_nothing() -> None:
    talk = flow("- {run: sub, save: x}\n- {if: x is none, then: [{say: None.}]}", "  sub: {steps: [{do: shop.find}]}\n",
                actions={"shop.find": Failure("failed")})  # fmt: skip
    assert talk.text == f"{BROKEN}\nNone."


def test_a_failing_repair_of_errors_says_that_it_is_broken_and_ends_everything() -> None:
    talk = flow("- {ask: a, say: A?}\n- do: shop.find", "  on_error: {steps: [{do: shop.find}]}\n",
                actions={"shop.find": Failure("failed")})  # fmt: skip
    assert talk.say("x") == BROKEN + " Please write again, or ask for a person."
    assert talk.stack == []


@pytest.mark.parametrize("steps", ["- say: '{{ 1 / n }}'", "- set: {x: '{{ 1 / n }}'}", "- {if: 1 / n > 2, then: [{say: x}]}",
                                   "- say: {en: x}\n  if: 1 / n > 2", "- {confirm: '{{ 1 / n }}'}", "- {wait: {until: n}}",
                                   "- {do: shop.find, with: {x: '{{ 1 / n }}'}}"])  # fmt: skip
def test_an_expression_that_fails_ends_the_flow(steps: str) -> None:
    talk = flow("- set: {n: 0}\n" + steps + "\n- say: After.")
    assert talk.text == BROKEN
    assert "expression" in " ".join(talk.notes)


def test_an_expression_that_fails_with_nothing_open_says_that_it_is_broken() -> None:
    answers = "answers:\n  a: {questions: [one by nought], say: '{{ 1 / (conversation.number - 1) }}'}\n|"
    talk = flow("- say: Hi.", answers)
    assert talk.say("one by nought").startswith(BROKEN)


def test_a_title_that_fails_gives_way_to_the_name() -> None:
    talk = flow("- {ask: x, say: X?}\n- do: shop.find", "slots: {zero: {type: integer}}\n|  other_one:\n    title: '{{ 1 / zero }}'\n"
                "    start: {commands: [other]}\n    steps: [{ask: y, say: Y?}, {do: shop.find}]\n",
                actions={"shop.find": Failure("failed")})  # fmt: skip
    talk.say("/other")
    assert talk.say("cancel").startswith("All right")
    talk.say("/other")
    assert BROKEN in talk.say("y")


@pytest.mark.parametrize(
    ("step", "handler"),
    [
        ("agent: Help.", "otherwise"),
        ("agent: Help.", "on_error"),
        ("generate: Write.", "on_error"),
    ],
)
def test_what_needs_a_model_says_that_there_is_none(step: str, handler: str) -> None:
    flows = f"flows: {{main: {{start: {{commands: [main]}}, steps: [{{{step}, {handler}: [{{say: '{{{{ error.code }}}}'}}]}}]}}}}"
    loaded, problems = load({"a": flows}, Settings(), Catalogue(articles=True), known_locales())
    assert loaded is not None, problems
    assert Talk(loaded).say("/main") == "not_configured"


# While an action runs


def test_messages_wait_for_a_running_action_and_are_taken_in_order() -> None:
    talk = flow(
        "- {do: shop.find, save: x}\n- {ask: a, say: A?, type: integer}\n- {ask: b, say: B?, type: email}\n- say: '{{ a }} {{ b }}'"
    )
    assert talk.say("4") == ""
    assert talk.say("hello there") == ""
    assert [event.id for event in talk.session.waiting] == ["", ""]
    said = talk.finish(1)
    assert said.startswith("A?\nB?\n")
    assert len(talk.session.waiting) == 0
    assert talk.step == "ask:b"


def test_the_evidence_of_a_message_that_waited_counts() -> None:
    more = "intents: {go: {examples: [go away]}}\n|  go: {start: {intents: [go]}, steps: [{ask: z, say: Z?}]}\n"
    talk = flow("- {do: shop.find}\n- {ask: a, say: A?, type: integer}", more)
    talk.say("please go", intents={"go": 0.9})
    assert talk.finish(1) == "A?\nZ?"


def test_at_most_a_hundred_messages_wait() -> None:
    talk = flow("- {do: shop.find}")
    for number in range(150):
        talk.say(f"m{number}")
    assert len(talk.session.waiting) == 100
    assert len(talk.finish(1).splitlines()) <= 50


@pytest.mark.parametrize(
    ("text", "owner"), [("cancel", "bot"), ("human", "queue"), ("start over", "bot"), ("取消", "bot")]
)
def test_cancel_and_a_person_act_at_once_while_an_action_runs(text: str, owner: str) -> None:
    talk = flow("- {do: shop.find}\n- say: After.")
    talk.say("wait a bit")
    assert talk.say(text) != ""
    assert talk.session.owner == owner
    assert talk.session.pending == ()
    assert talk.session.waiting == ()
    assert talk.finish(1, customer_id=3) == ""
    assert talk.session.customer == {"customer_id": 3}


@pytest.mark.parametrize(
    "press",
    [
        Press("x", "cancel", run="main"),
        Press("no", "Cancel"),
        Press("cancel", "cancel", "1.1"),
        Press("", "", run="main"),
    ],
)
def test_a_press_waits_like_any_message(press: Press) -> None:
    talk = flow("- {do: shop.find}\n- say: After.")
    assert talk.take(press) == ""
    assert len(talk.session.waiting) == 1
    assert talk.called == ["shop.find"]


def test_a_blocked_message_waits_too() -> None:
    talk = flow("- {do: shop.find}\n- say: After.")
    assert talk.say("cancel", blocked="rude") == ""
    assert talk.finish(1) == "After.\nI'm sorry, I can't take that message."
    assert talk.called == ["shop.find"]


@pytest.mark.parametrize(
    ("reasons", "told"),
    [
        (["too fast", "too fast", "too fast"], 1),
        (["too fast", "", "too fast"], 2),
        (["too fast", "repeated", "repeated"], 2),
        (["rude", "rude"], 2),
    ],
)
def test_a_flood_that_waited_is_refused_once(reasons: list[str], told: int) -> None:
    talk = flow("- {do: shop.find}\n- say: After.")
    for reason in reasons:
        talk.say("thanks", blocked=reason)
    assert len(talk.finish(1).splitlines()) == 1 + told  # behind what the flow says
    assert bool(talk.say("thanks", blocked=reasons[-1])) == (reasons[-1] == "rude")


@pytest.mark.parametrize(
    "event",
    [
        Timer("9.9", "silence"),
        Outside("paid"),
        Result("unknown", 1),
        Owned("returned"),
        Owned("unavailable"),
        Owned("left"),
    ],
)
def test_other_events_leave_a_running_action_alone(event: Any) -> None:
    talk = flow("- {do: shop.find}\n- say: After.")
    assert talk.take(event) == ""
    assert talk.finish(1) == "After."


# Waiting


def test_a_wait_goes_on_after_its_time() -> None:
    talk = flow("- wait: 2h\n- say: Now.")
    assert talk.session.question is not None
    assert talk.later(7199) == ""
    assert talk.say("anyone there?").startswith("I'm sorry")
    assert talk.later(2) == "Now."


@pytest.mark.parametrize(
    ("until", "due"),
    [
        ("now", None),
        ("day", 1_780_272_000.0),  # 2026-06-01 in UTC
        ("at", NOW + 5 * 3600),  # 15:00 today
        ("early", NOW + 23 * 3600),  # 9:00 tomorrow
        ("span", NOW + 7200),
        ("moment", NOW + 3600),
    ],
)
def test_a_wait_until_a_time(until: str, due: float | None) -> None:
    text = f"""
slots: {{day: {{type: date}}, at: {{type: time}}, early: {{type: time}}, span: {{type: duration}}, moment: {{type: datetime}}}}
flows:
  main:
    start: {{commands: [main]}}
    steps:
      - {{ask: day, say: Day?}}
      - {{ask: at, say: At?, fill: when_asked}}
      - {{ask: early, say: Early?, fill: when_asked}}
      - {{ask: span, say: Span?, fill: when_asked}}
      - {{ask: moment, say: Moment?, fill: when_asked}}
      - wait: {{until: {until}}}
      - say: Now.
"""
    talk = Talk(build(text))
    for line in ("/main", "2026-06-01", "15:00", "9:00", "2 hours", "2026-05-01 11:00"):
        talk.say(line)
    assert [effect.due for effect in talk.effects if isinstance(effect, SetTimer)] == ([due] if due else [])
    assert (talk.text == "Now.") == (due is None)


OFFICE = Hours(((Span(540, 1080),),) * 5 + ((), ()))  # 9 to 18, in UTC; it is Friday, 10 o'clock
SHOP = Hours(((Span(540, 1320),),) * 7)


@pytest.mark.parametrize(
    ("wait", "due"),
    [
        ("{for: 2h, hours: business}", NOW + 2 * 3600),
        ("{for: 8h, hours: business}", NOW + 8 * 3600),
        ("{for: 9h, hours: business}", NOW + 3 * 86_400),  # an hour of Monday
        ("{for: 9h, hours: shop}", NOW + 9 * 3600),
        ("{for: 9h}", NOW + 9 * 3600),
        ("{until: now | next_close}", NOW + 8 * 3600),
        ("{until: now | next_close | next_open}", NOW + 3 * 86_400 - 3600),
        ("{until: now | next_open}", None),
    ],
)
def test_a_wait_for_opening_hours(wait: str, due: float | None) -> None:
    talk = flow(f"- wait: {wait}\n- say: Now.", hours=OFFICE, team_hours={"shop": SHOP})
    assert [effect.due for effect in talk.effects if isinstance(effect, SetTimer)] == ([due] if due else [])


def test_a_wait_for_opening_hours_without_any_is_a_wait() -> None:
    talk = flow("- wait: {for: 20h, hours: business}\n- say: Now.")
    assert [effect.due for effect in talk.effects if isinstance(effect, SetTimer)] == [NOW + 20 * 3600]


def test_so_much_open_time_that_it_takes_years_is_an_error() -> None:
    seldom = Hours(((),) * 7, days={"02-29": (Span(0, 60),)})
    talk = flow("- wait: {for: 3h, hours: business}\n- say: Now.", hours=seldom)
    assert talk.text.startswith("I'm sorry, something went wrong")


NIGHT = 1_792_884_600.0  # 2026-10-25T01:30 in Berlin, the night in which 2 to 3 comes twice
SPRING = 1_774_744_200.0  # 2026-03-29T01:30, the night without it


@pytest.mark.parametrize(
    ("until", "now", "hours"),
    [
        ("'2026-10-25T06:00'", NIGHT, None),  # a text is no time
        ("six", NIGHT, 5.5),
        ("half", NIGHT, 1.0),
        ("half", NIGHT + 3600 + 1200, 2 - 4 / 3),  # 2:50: it comes again
        ("span", NIGHT, 24.0),  # elapsed time
        ("six", SPRING, 3.5),
        ("half", SPRING, 0.5),  # it never comes: when the clock passes over it
        ("span", SPRING, 24.0),
    ],
)
def test_a_wait_over_a_change_of_the_clock(until: str, now: float, hours: float | None) -> None:
    text = f"""
slots: {{six: {{type: time}}, half: {{type: time}}, span: {{type: duration}}}}
flows:
  main:
    start: {{commands: [main]}}
    steps:
      - {{ask: six, say: Six?, fill: when_asked}}
      - {{ask: half, say: Half?, fill: when_asked}}
      - {{ask: span, say: Span?, fill: when_asked}}
      - wait: {{until: "{until}"}}
      - say: Now.
"""
    talk = Talk(build(text, timezone="Europe/Berlin"))
    talk.now = now
    for line in ("/main", "6:00", "2:30", "24 hours"):
        talk.say(line)
    dues = [effect.due - now for effect in talk.effects if isinstance(effect, SetTimer)]
    assert dues == ([] if hours is None else [pytest.approx(hours * 3600)])


EVENT = "- {wait: {event: paid, timeout: 2d, otherwise: [{say: Not paid.}], save: payment}}\n- say: 'Paid {{ payment.sum }}.'"


def test_a_wait_for_an_event() -> None:
    talk = flow(EVENT)
    assert talk.take(Outside("shipped")) == ""
    assert talk.take(Outside("paid", {"sum": 3})) == "Paid 3."
    assert talk.timers == {}


def test_a_wait_for_an_event_that_does_not_come() -> None:
    assert flow(EVENT).later(200_000) == "Not paid.\nPaid ."
    assert flow("- {wait: {event: paid, timeout: 1h}}\n- say: On.").later(3601) == "On."


def test_an_interrupted_wait_goes_on_when_its_turn_comes() -> None:
    more = "slots: {payment: {type: any}}\n|  side: {start: {commands: [side]}, steps: [{ask: x, say: X?}]}\n"
    talk = flow(EVENT, more)
    talk.say("/side")
    assert talk.take(Outside("paid", {"sum": 3})) == ""
    assert talk.step == "ask:x"
    assert talk.session.slots["payment"] == {"sum": 3}
    assert talk.say("y") == "Paid 3."


# Silence


SILENT = "- {ask: x, say: X?, type: integer, retry: [A number.], silence: {after: 10m, say: Still there?, end: 1h}}\n- say: '{{ x }}'"


def test_silence_reminds_and_ends() -> None:
    talk = flow(SILENT)
    assert talk.later(601) == "Still there?"
    assert talk.step == "ask:x"
    assert talk.later(3600).startswith("I haven't heard from you")
    assert talk.stack == []
    assert talk.take(Timer("1.1", "end")) == ""


def test_silence_begins_anew_with_every_reply() -> None:
    talk = flow(SILENT)
    talk.now += 500
    talk.say("what")
    assert talk.later(500) == ""
    assert talk.later(200) == "Still there?"
    talk.say("3")
    assert talk.timers == {}


def test_the_timers_of_an_interrupted_question_rest_until_it_resumes() -> None:
    talk = flow(SILENT, "  side: {start: {commands: [side]}, steps: [{ask: y, say: Y?}]}\n")
    talk.say("/side")
    assert talk.later(7200) == ""
    assert talk.say("y").endswith("X?")
    assert talk.later(601) == "Still there?"


def test_a_reminder_without_words_only_ends() -> None:
    talk = flow("- {confirm: Sure?, silence: {end: 1h}}")
    assert talk.take(Timer(talk.top.asked, "silence")) == ""
    assert talk.later(3601) != ""
    assert talk.stack == []


def test_the_values_of_one_set_are_computed_before_any_is_set() -> None:
    talk = flow("- set: {a: 1, b: 2}\n- set: {a: '{{ b }}', b: '{{ a }}'}\n- say: '{{ a }} {{ b }}'")
    assert talk.text == "2 1"


def test_a_customer_chooses_a_language() -> None:
    talk = Talk(
        build(
            """
flows:
  main:
    start: {commands: [main]}
    steps:
      - ask: language
        say: Which language?
        options: {en: English, zh: 中文, xx: Klingon}
      - set: {locale: "{{ language }}"}
      - say: {en: English it is., zh: 好的，用中文。}
"""
        )
    )
    talk.say("/main")
    assert talk.say("中文") == "好的，用中文。"
    talk.say("/main")
    assert talk.say("Klingon") == "好的，用中文。", "a language that the bot does not speak changes nothing"
    assert talk.session.locale_by == "choice"


def test_an_expression_that_fails_is_told_with_its_place_and_without_values() -> None:
    talk = flow(
        "- {ask: age, say: How old?, type: duration}\n- {set: {limit: 7}}\n- {say: Old., if: age > limit}",
        strict=False,
    )
    talk.say("begin now")
    talk.say("3 weeks")
    (note,) = [note for note in talk.notes if "failed" in note]
    assert "a duration and a number cannot be compared, in 'age > limit'" in note
    assert "(bot.yaml:" in note
    assert "21" not in note
