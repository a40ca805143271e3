"""Asking, filling and retrying: what fits a question, what other messages already said, what does not fit."""

from typing import Any

import pytest

from botkit.model.events import Failure, Press
from botkit.model.values import File
from tests.unit.dialogue.talking import Talk, build, given


def flow(steps: str, head: str = "", **settings: Any) -> Talk:
    """Start to talk with a bot of one flow, begun by 'begin'; `head` stands before the flows."""
    text = f"""
intents:
  begin: {{examples: [begin now]}}
  other: {{examples: [something other]}}
answers:
  hours: {{questions: [when are you open], say: From 9 to 18.}}
{head}
flows:
  main:
    title: the main thing
    start: {{intents: [begin], commands: [main]}}
    steps:
{_indent(steps, 6)}
  side:
    title: the side thing
    start: {{intents: [other], commands: [side]}}
    steps:
      - ask: side_note
        say: Side?
        type: text
      - say: Side is {{{{ side_note }}}}.
"""
    return Talk(build(text, **settings), {"shop.give": "T-1", "shop.find": None})


def _indent(text: str, by: int) -> str:
    return "\n".join(" " * by + line for line in text.strip("\n").splitlines())


ORDER = "- {ask: number, say: Which?, pattern: '[A-Z]-\\d{5}'}\n- say: It is {{ number }}."
COLOUR = """
- ask: colour
  say: Which colour?
  options: {red: {en: Deep red, zh: 深红}, blue: {en: Sky blue, zh: 天蓝}, 1: Uno}
- say: "Chosen: {{ colour }}"
"""


@pytest.mark.parametrize(
    ("steps", "reply", "said"),
    [
        (ORDER, "A-10293", "It is A-10293."),
        (ORDER, "a-10293 please", "It is A-10293."),
        (ORDER, "它是A-10293吗", "It is A-10293."),
        (ORDER, "Ａ-１０２９３", "It is A-10293."),
        (COLOUR, "Deep red", "Chosen: red"),
        (COLOUR, "red", "Chosen: red"),
        (COLOUR, "深红", "Chosen: red"),
        (COLOUR, "2", "Chosen: blue"),
        (COLOUR, "the second one", "Chosen: blue"),
        (COLOUR, "sky blu", "Chosen: blue"),
        (COLOUR, "I'd like the deep red one", "Chosen: red"),
        (COLOUR, "1", "Chosen: 1"),
        ("- {ask: n, say: How many?, type: integer}\n- say: '{{ n + 1 }}'", "three", "4"),
        ("- {ask: on, say: On?, type: boolean}\n- say: \"{{ 'on' if on else 'off' }}\"", "no", "off"),
        ("- {ask: on, say: On?, type: boolean}\n- say: \"{{ 'on' if on else 'off' }}\"", "好的", "on"),
        ("- {ask: d, say: When?, type: date}\n- say: '{{ d }}'", "tomorrow", "2026-05-02"),
        ("- {ask: m, say: Much?, type: money}\n- say: '{{ m.amount }}'", "12 EUR", "12"),
        ("- {ask: x, say: What?}\n- say: 'It is {{ x }}.'", "  a lamp ", "It is a lamp."),
        ("- {ask: x, say: What?}\n- say: 'It is {{ x }}.'", "{{ 7 * 7 }}", "It is {{ 7 * 7 }}."),
    ],
)
def test_a_reply_fills_the_slot(steps: str, reply: str, said: str) -> None:
    talk = flow(steps)
    talk.say("begin now")
    assert talk.say(reply) == said
    assert talk.route == "slot"
    assert talk.stack == []


MANY = """
- ask: items
  say: Which?
  many: true
  options: {a: Lamp, b: Chair, c: Big table}
- say: "{{ items | join('+') }}"
"""


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        ("Lamp", "a"), ("lamp and chair", "a+b"), ("all", "a+b+c"), ("both of them", "a+b+c"), ("全部", "a+b+c"),
        ("the big tabel", "c"), ("1", "a"), ("lamp, big tabel", "a+c"),
        ("1 and 3", "a+c"), ("1,3", "a+c"), ("3、1", "a+c"), ("1和2", "a+b"), ("2 3 1", "a+b+c"),
    ],
)  # fmt: skip
def test_a_question_may_take_several_options(reply: str, said: str) -> None:
    talk = flow(MANY)
    talk.say("begin now")
    assert talk.say(reply) == said


@pytest.mark.parametrize("reply", ["", "   ", "😀", "zzz", "0", "4", "99", "13", "1 and 9"])
def test_what_is_no_option_is_an_unusable_reply(reply: str) -> None:
    talk = flow(MANY + "  # no retry")
    talk.say("begin now")
    talk.say(reply)
    assert talk.step == "ask:items"
    assert talk.route == "slot"


def test_options_are_shown_as_buttons_and_computed_ones_are_kept_as_shown() -> None:
    talk = flow("- set: {n: 2}\n- {ask: x, say: X?, options: '{{ [n, n + 1, n + 2] }}'}\n- say: 'Got {{ x + 0 }}.'")
    talk.say("begin now")
    assert talk.labels == ["2", "3", "4"]
    assert talk.say("3") == "Got 3."


@pytest.mark.parametrize(
    ("options", "labels"),
    [
        ("{{ {'a': 'First', 'b': 'Second'} }}", ["First", "Second"]),
        ("{{ [{'value': 1, 'label': 'Uno'}, {'value': 2}, {'label': 'Drei'}] }}", ["Uno", "2", "Drei"]),
        ("{{ [true, false] }}", ["true", "false"]),
        ("{{ none }}", []),
        ("{{ 'solo' }}", ["solo"]),
        ("{{ [none, 'x'] }}", ["x"]),
    ],
)
def test_options_can_be_computed(options: str, labels: list[str]) -> None:
    talk = flow(f'- {{ask: x, say: X?, options: "{options}"}}\n- say: Got it.')
    talk.say("begin now")
    assert [label.lower() for label in talk.labels] == [label.lower() for label in labels]


def test_a_question_without_words_is_asked_once_with_its_buttons() -> None:
    talk = flow("- {ask: the_size, options: [small, large]}\n- say: Good.", strict=True)
    assert talk.say("begin now") == "Please tell me your the size."
    assert talk.labels == ["small", "large"]


def test_an_opening_message_fills_what_may_be_filled_anytime() -> None:
    steps = "- {ask: note, say: Note?}\n- {ask: n, say: N?, type: integer}\n" + ORDER
    talk = flow(steps)
    assert talk.say("begin now with A-10293 and 4", intents={"begin": 0.9}) == "Note?"
    assert talk.say("none at all") == "N?"
    assert talk.say("4") == "It is A-10293."


def test_one_message_fills_several_slots_each_from_text_of_its_own() -> None:
    day = "- {ask: day, say: When?, type: date}\n- {ask: until, say: Until?, type: date}\n"
    talk = flow(
        ORDER.replace("- say: It is {{ number }}.", "") + "\n" + day + "- say: '{{ number }} {{ day }} {{ until }}'"
    )
    talk.say("begin now")
    assert talk.say("A-10293 from 2026-06-01 to 2026-06-03") == "A-10293 2026-06-01 2026-06-03"


def test_when_asked_is_not_filled_from_an_earlier_message() -> None:
    talk = flow(ORDER.replace("say: Which?", "say: Which?, fill: when_asked"))
    assert talk.say("begin now A-10293", intents={"begin": 1.0}) == "Which?"


def test_a_called_flow_hears_what_its_caller_heard() -> None:
    text = """
intents: {begin: {examples: [begin now]}}
flows:
  main:
    start: {intents: [begin]}
    steps:
      - {run: called, save: got}
      - {ask: number, say: Which?, pattern: '[A-Z]-\\d{5}'}
      - say: "{{ got }} and {{ number }}"
  called:
    steps:
      - {ask: day, say: When?, type: date}
      - end: "{{ day }}"
"""
    talk = Talk(build(text))
    assert talk.say("begin now A-10293 2026-06-01", intents={"begin": 1.0}) == "2026-06-01 and A-10293"


CHECK = """
- ask: n
  say: How many?
  type: integer
  fill: anytime
  check:
    - {if: n > 9, say: "{{ n }} is too many."}
    - {if: n < 1}
  retry: [First., Second.]
- say: "{{ n }} it is."
"""


def test_a_value_that_a_rule_refuses_is_unusable_and_says_why() -> None:
    talk = flow(CHECK)
    talk.say("begin now")
    assert talk.say("12") == "12 is too many."
    assert talk.say("0") == "Second."
    assert talk.say("what") == "Second."
    assert talk.say("3") == "3 it is."


def test_an_offered_value_that_a_rule_refuses_gets_its_text_and_the_question_and_does_not_count() -> None:
    talk = flow(CHECK)
    assert talk.say("begin now 12", intents={"begin": 1.0}) == "12 is too many.\nHow many?"
    assert talk.say("what") == "First."


def test_a_refusal_without_retry_is_said_three_times_and_then_the_ladder_begins() -> None:
    talk = flow(CHECK.replace("retry: [First., Second.]", "description: x"))
    talk.say("begin now")
    assert [talk.say("12") for _ in range(3)] == ["12 is too many."] * 3
    assert talk.say("12").endswith("\nHow many?")
    talk.say("0")
    talk.say("12")
    assert talk.session.owner == "queue"


def test_a_refusal_without_words_says_that_it_does_not_fit() -> None:
    talk = flow(CHECK.replace("retry: [First., Second.]", "description: x"))
    talk.say("begin now")
    assert talk.say("0") == "I'm sorry, that doesn't fit here."


def test_the_last_text_of_retry_repeats_three_times_and_then_the_ladder_begins() -> None:
    talk = flow(ORDER.replace("say: Which?", "say: Which?, retry: [One., Two.]"))
    talk.say("begin now")
    assert [talk.say("zzz") for _ in range(5)] == ["One.", "Two.", "Two.", "Two.", "Two."]
    assert talk.say("zzz").startswith("I'm sorry, I didn't understand")
    assert talk.text.endswith("Which?")
    assert talk.say("zzz").startswith("I'm sorry, I still")
    talk.say("zzz")
    assert talk.session.owner == "queue"


def test_a_digression_does_not_count_as_an_unusable_reply() -> None:
    talk = flow(ORDER.replace("say: Which?", "say: Which?, retry: [One., Two.]"))
    talk.say("begin now")
    assert talk.say("zzz") == "One."
    assert talk.say("when are you open") == "From 9 to 18.\nWhich?"
    assert talk.route == "answer"
    assert talk.say("something other") == "Side?"
    assert talk.say("fine") == "Side is fine.\nNow back to where we were: the main thing.\nWhich?"
    assert talk.say("zzz") == "Two."


def test_retry_steps_go_back_to_the_question_and_go_on_counting() -> None:
    talk = flow(
        ORDER.replace("say: Which?", "say: Which?, retry: [{steps: [{say: Look.}]}, {steps: [{handoff: care}]}]")
    )
    talk.say("begin now")
    assert talk.say("zzz") == "Look.\nWhich?"
    talk.say("zzz")
    assert talk.session.owner == "queue"
    assert talk.session.team == "care"


def test_the_count_begins_anew_when_a_question_is_asked_again() -> None:
    steps = (
        "- {confirm: Sure?, retry: [Yes or no.], no: [{goto: q}]}\n- {ask: q, id: q, again: true, say: Q?}\n- goto: c"
    )
    talk = flow(
        "- {id: c, confirm: Sure?, retry: [Yes or no?, Please!], no: [end]}\n"
        "- {ask: x, say: Q?, again: true}\n- {if: x != 'end', then: [{goto: c}]}"
    )
    assert steps
    talk.say("begin now")
    assert talk.say("zzz") == "Yes or no?"
    talk.say("yes")
    talk.say("more of it")
    assert talk.say("zzz") == "Yes or no?"


FILES = "- {ask: photo, say: Photo?, type: %s}\n- say: 'Got {{ photo.name }}{{ photo.kind }}.'"


@pytest.mark.parametrize(
    ("kind", "file", "fits"),
    [
        ("image", File(kind="image", name="a"), True),
        ("image", File(kind="file", name="a", mime="image/png"), True),
        ("image", File(kind="file", name="a", mime="text/plain"), False),
        ("file", File(kind="audio", name="a"), True),
        ("file", File(kind="location"), False),
        ("location", File(kind="location"), True),
        ("contact", File(kind="contact"), True),
        ("contact", File(kind="image"), False),
    ],
)
def test_a_file_fills_a_slot_of_its_kind(kind: str, file: File, fits: bool) -> None:
    talk = flow(FILES % kind)
    talk.say("begin now")
    said = talk.say("", file)
    assert (talk.stack == []) == fits
    assert talk.route == ("slot" if fits else "control")
    assert fits or said == "I can't take files of this type.\nPhoto?"


def test_a_file_of_another_kind_gets_what_retry_says() -> None:
    talk = flow(
        "- ask: photo\n  say: Photo?\n  type: image\n  retry: ['A picture, please.']\n- say: 'Got {{ photo.name }}.'"
    )
    talk.say("begin now")
    assert talk.say("", File(kind="file", name="a.pdf")) == "A picture, please."
    assert talk.route == "slot"
    assert talk.say("here", File(kind="image", name="a.png")) == "Got a.png."


@pytest.mark.parametrize(
    ("reason", "says"),
    [
        ("too_large", "This file is too large for me. Could you send a smaller one?"),
        ("too_many", "I can't take any more files in this chat."),
        ("wrong_type", "I can't take files of this type."),
        ("empty", "This file is empty. Could you send it again?"),
        ("another reason", "Thanks, I've received your file, but I can't do anything with it here."),
    ],
)
def test_a_file_that_was_refused_fills_nothing_and_is_told(reason: str, says: str) -> None:
    talk = flow(FILES % "image")
    talk.say("begin now")
    assert talk.say("", File(kind="image", refused=reason)) == f"{says}\nPhoto?"
    assert talk.route == "control"
    assert talk.say("", File(kind="image", name="a")) == "Got aimage."


def test_a_text_does_not_fill_a_slot_for_files() -> None:
    talk = flow(FILES % "image")
    talk.say("begin now")
    assert talk.say("here it is").endswith("Photo?")


def test_a_file_that_nobody_asked_for_gets_on_attachment() -> None:
    talk = flow(ORDER)
    assert (
        talk.say("", File(kind="image")) == "Thanks, I've received your file, but I can't do anything with it here."
    )
    assert talk.route == "control"


def test_an_annotated_value_counts_where_the_question_finds_none() -> None:
    from botkit.model.events import Entity

    talk = flow("- {ask: n, say: N?, type: integer}\n- say: 'It is {{ n }}.'")
    talk.say("begin now")
    assert talk.say("a dozen", entities=(Entity("n", 12, 2, 7),)) == "It is 12."


def test_free_text_yields_to_a_surer_intent_or_answer() -> None:
    talk = flow("- {ask: note, say: Note?}\n- say: 'It is {{ note }}.'")
    talk.say("begin now")
    assert talk.say("well something other", intents={"other": 0.9}) == "Side?"
    talk.say("x")
    assert talk.say("open when", answers={"hours": 0.9}) == "From 9 to 18.\nNote?"
    assert talk.say("it is something", intents={"other": 0.7}) == "It is it is something."


def test_free_text_does_not_yield_to_the_intent_of_the_open_flow() -> None:
    talk = flow("- {ask: note, say: Note?}\n- say: 'It is {{ note }}.'")
    talk.say("begin now")
    assert talk.say("I begin", intents={"begin": 0.9, "other": 0.8}) == "It is I begin."


@pytest.mark.parametrize(
    ("intents", "answers", "said"),
    [
        ({"begin": 0.9}, {"hours": 0.9}, "It is I begin."),
        ({"begin": 0.8}, {"hours": 0.95}, "From 9 to 18.\nNote?"),
        ({"other": 0.9, "begin": 0.85}, {}, "It is I begin."),
        ({"other": 0.9, "begin": 0.7}, {}, "Side?"),
        ({"other": 0.7, "begin": 0.65}, {"hours": 0.7}, "It is I begin."),
        ({"other": 0.7}, {}, "It is I begin."),
        ({"other": 1.0, "begin": 0.95}, {}, "Side?"),
    ],
)
def test_what_is_as_near_to_the_open_flow_as_to_others_answers_its_question(
    intents: dict[str, float], answers: dict[str, float], said: str
) -> None:
    talk = flow("- {ask: note, say: Note?}\n- say: 'It is {{ note }}.'")
    talk.say("begin now")
    assert talk.say("I begin", intents=intents, answers=answers) == said


def test_a_shared_slot_that_an_earlier_flow_filled_is_offered() -> None:
    talk = flow(
        "- {ask: number, say: Which?}\n- say: It is {{ number }}.", "slots: {number: {pattern: '[A-Z]-\\d{5}'}}"
    )
    talk.say("begin now")
    talk.say("A-10293")
    assert talk.say("begin now") == "Is it still A-10293?"
    assert talk.labels == ["Yes", "No"]
    assert talk.say("when are you open") == "From 9 to 18.\nIs it still A-10293?"
    assert talk.say("yes") == "It is A-10293."
    talk.say("begin now")
    assert talk.say("no") == "Which?"
    assert talk.say("A-20000") == "It is A-20000."
    talk.say("begin now")
    assert talk.say("no, A-30000") == "It is A-30000."
    talk.say("begin now")
    assert talk.say("hm, what") != ""
    assert talk.step == "ask:number"
    assert talk.say("begin now A-40000", intents={"begin": 1.0}).endswith("It is A-40000.")


def test_a_secret_that_is_offered_is_not_shown() -> None:
    talk = flow(
        "- {ask: pin, say: Your PIN?}\n- say: Thanks.", "slots: {pin: {type: text, pattern: '\\d{4}', secret: true}}"
    )
    talk.say("begin now")
    talk.say("4821")
    assert talk.say("begin now") == "Is it still •••?"
    assert talk.say("yes") == "Thanks."
    assert talk.session.slots["pin"] == "4821"


def test_carry_silent_takes_what_is_known() -> None:
    talk = flow(
        "- {ask: number, say: Which?}\n- say: It is {{ number }}.",
        "slots: {number: {pattern: '[A-Z]-\\d{5}', carry: silent}}",
    )
    talk.say("begin now")
    talk.say("A-10293")
    assert talk.say("begin now") == "It is A-10293."


def test_a_slot_has_its_initial_value_from_the_start() -> None:
    talk = flow(
        "- {ask: a, say: A?}\n- {if: kind == 'new', then: [{say: 'New {{ kind }}.'}]}",
        "slots: {kind: {type: text, initial: new}}",
    )
    talk.say("begin now")
    assert talk.say("x") == "New new."


def test_a_flows_own_slot_has_its_initial_value_in_each_run() -> None:
    text = """
flows:
  main:
    start: {commands: [main]}
    slots: {n: {type: integer, initial: "{{ 1 + 1 }}"}, bad: {type: any, initial: "{{ 1 / missing_number }}"}}
    steps:
      - say: "{{ n }}{{ bad }}"
      - set: {n: 5}
slots: {missing_number: {type: integer}}
"""
    talk = Talk(build(text))
    assert talk.say("/main") == "2"
    assert talk.say("/main") == "2"


def test_a_slot_filled_while_its_question_was_interrupted_is_offered() -> None:
    head = "slots: {number: {pattern: '[A-Z]-\\d{5}'}}"
    steps = "- {ask: number, say: Which?, silence: {end: 1h}}\n- say: It is {{ number }}."
    talk = flow(steps, head)
    flows = talk.flows
    talk.say("begin now")
    side = build(
        f"""
intents: {{begin: {{examples: [begin now]}}, other: {{examples: [something other]}}}}
{head}
flows:
  main:
    start: {{intents: [begin]}}
    steps:
{_indent(steps, 6)}
  side:
    start: {{intents: [other]}}
    steps:
      - {{ask: number, say: Side which?}}
"""
    )
    assert flows.version != side.version
    talk.flows = side
    assert talk.say("something other", intents={"other": 1.0}) == "Side which?"
    assert talk.say("A-10293") == "Now back to where we were: main.\nIs it still A-10293?"
    assert talk.say("yes") == "It is A-10293."
    assert talk.timers == {}


@pytest.mark.parametrize(
    ("type_", "picked", "said"),
    [
        ("date", "2026-06-30", "2026-06-30"),
        ("time", "14:05", "2:05 pm"),
        ("datetime", "2026-06-30T12:05:00Z", "2026-06-30, 12:05 pm"),
    ],
)
def test_a_day_or_a_time_may_be_picked(type_: str, picked: str, said: str) -> None:
    talk = flow(f"- {{ask: at, say: When?, type: {type_}, fill: when_asked}}\n- say: '{{{{ at }}}}'")
    talk.say("begin now")
    (question,) = talk.latest[-1].replies
    assert question.asks == type_
    assert talk.say("nonsense").endswith("When?")
    assert [reply.asks for reply in talk.latest[-1].replies][-1] == type_
    press = Press(picked, picked, question.question)
    assert talk.take(talk.recogniser.recognise(press, "en")) == said


@pytest.mark.parametrize("more", ["type: text", "options: [2026-06-30, 2026-07-01]"])
def test_what_is_not_picked_does_not_ask_for_it(more: str) -> None:
    talk = flow(f"- {{ask: at, say: When?, {more}}}")
    talk.say("begin now")
    assert [reply.asks for reply in talk.latest[-1].replies] == [""]


def test_a_rating_takes_a_number_of_the_scale_only() -> None:
    steps = "- {rate: How?, scale: 3, save: stars, low: [{say: Sorry.}]}\n- say: 'Thanks {{ stars }}.'"
    talk = flow(steps)
    talk.say("begin now")
    assert talk.labels == ["1", "2", "3"]
    assert talk.latest[-1].replies[-1].scale == 3
    talk.say("7")
    assert talk.step == "rate"
    assert [reply.scale for reply in talk.latest[-1].replies if reply.buttons] == [3]
    talk.say("great")
    assert talk.step == "rate"
    assert talk.say("two stars") == "Sorry.\nThanks 2."
    assert [type(effect).__name__ for effect in talk.effects] == ["Rated"]
    talk.say("begin now")
    assert talk.say("3") == "Thanks 3."


def test_an_error_of_a_check_at_run_time_ends_the_flow() -> None:
    talk = flow("- {ask: n, say: N?, type: integer, check: [{if: 1 / n > 3}]}\n- say: Good.")
    talk.say("begin now")
    assert talk.say("0").startswith("I'm sorry, something went wrong")
    assert talk.stack == []
    assert Failure("expression").code in " ".join(talk.notes)


def test_evidence_of_the_test_is_plain() -> None:
    assert given(intents={"a": 0.5}).intents[0].score == 0.5


@pytest.mark.parametrize(
    ("pattern", "reply"), [("(?i)w\\d+", "w12"), ("(?s)a.c", "a-c"), ("W\\d+|V\\d+", "我的V7在哪")]
)
def test_a_pattern_may_begin_with_flags_and_hold_a_choice(pattern: str, reply: str) -> None:
    talk = flow(f"- {{ask: code, say: Code?, pattern: '{pattern}', fill: when_asked}}\n- say: '{{{{ code }}}}'")
    talk.say("begin now")
    assert talk.say(reply) in reply
    assert talk.latest[0].session.stack == ()


def test_presses_on_a_question_that_takes_several_options_add_up() -> None:
    talk = flow(MANY)
    talk.say("begin now")
    assert talk.press("Lamp") == "So far: Lamp. Anything else?"
    assert talk.labels == ["Chair", "Big table", "Done"]
    assert talk.press("Lamp") == "So far: Lamp. Anything else?"  # a press takes nothing away
    assert talk.press("Big table") == "So far: Lamp, Big table. Anything else?"
    assert talk.step == "ask:items"
    assert talk.press("Done") == "a+c"


@pytest.mark.parametrize(
    ("reply", "said"), [("done", "a"), ("the chair", "a+b"), ("2 and 3", "a+b+c"), ("all", "a+b+c")]
)
def test_what_is_typed_after_a_press_ends_the_choice_with_what_was_pressed(reply: str, said: str) -> None:
    talk = flow(MANY)
    talk.say("begin now")
    talk.press("Lamp")
    assert talk.say(reply) == said


def test_the_last_option_pressed_ends_the_choice() -> None:
    talk = flow(MANY)
    talk.say("begin now")
    talk.press("Big table")
    talk.press("Lamp")
    assert talk.press("Chair") == "c+a+b"


def test_a_check_sees_what_was_pressed_when_the_customer_is_done() -> None:
    talk = flow(MANY.replace("  many: true", "  many: true\n  check: {if: items | length < 2, say: Two at least.}"))
    talk.say("begin now")
    talk.press("Lamp")
    assert talk.press("Done") == "Two at least."
    talk.press("Chair")
    assert talk.press("Done") == "a+b"


def test_what_was_pressed_is_kept_while_something_else_is_answered_and_not_for_the_next_time() -> None:
    talk = flow(MANY + "- {ask: items, again: true}\n- say: Again.")
    talk.say("begin now")
    assert talk.say("done") != "So far: . Anything else?"
    talk.press("Lamp")
    talk.say("repeat")
    assert talk.labels[-1] == "Done"
    talk.press("Chair")
    assert talk.press("Done").startswith("a+b")
    assert talk.press("Big table") == "So far: Big table. Anything else?"


def test_a_value_that_an_example_marks_is_known_at_its_question() -> None:
    text = """
intents: {name_me: {examples: ["please call me [Ann](name)"]}}
flows:
  main:
    start: {intents: [name_me]}
    steps:
      - {ask: name, say: Which name?, fill: anytime}
      - {ask: second, say: And the second?}
      - {say: "Hello {{ name }} {{ second }}."}
"""
    talk = Talk(build(text))
    assert talk.say("please call me Ann") == "And the second?"
    assert talk.say("Lee") == "Hello Ann Lee."


@pytest.mark.parametrize(
    "reply", ["I was charged 100", "they took 100", "you billed me 100.", "it was 100, I think", "扣了我100"]
)
def test_a_lone_number_is_the_amount_that_is_asked_for(reply: str) -> None:
    talk = flow("- {ask: m, say: How much?, type: money}\n- say: '{{ m }}'")
    talk.say("begin now")
    assert talk.say(reply) == "€100.00"


@pytest.mark.parametrize("reply", ["3 days", "20% off", "order #100", "charged 100 on May 3", "2 tickets", "A-100"])
def test_a_number_of_something_else_is_no_amount(reply: str) -> None:
    talk = flow("- {ask: m, say: How much?, type: money}\n- say: '{{ m }}'")
    talk.say("begin now")
    talk.say(reply)
    assert talk.step == "ask:m"


@pytest.mark.parametrize(
    ("reply", "day"),
    [
        ("January 10", "2026-01-10"), ("June 1", "2025-06-01"), ("1 May", "2026-05-01"), ("2 May", "2025-05-02"),
        ("29 February", "2024-02-29"), ("June 1 2026", "2026-06-01"), ("6月1日", "2025-06-01"), ("周三", "2026-04-29"),
        ("Thursday", "2026-04-30"), ("yesterday", "2026-04-30"), ("tomorrow", "2026-05-02"),
        ("12/24", "2025-12-24"), ("Christmas", "2025-12-25"),
    ],
)  # fmt: skip
def test_a_date_that_is_past_takes_the_latest_year(reply: str, day: str) -> None:
    talk = flow("- {ask: day, say: When?, type: date, past: true}\n- say: '{{ day }}'")
    talk.say("begin now")
    assert talk.say(reply) == day


@pytest.mark.parametrize(
    ("reply", "day"), [("June 1 at 5pm", "2025-06-01, 5:00 pm"), ("May 1 at 9 am", "2026-05-01, 9:00 am")]
)
def test_a_moment_that_is_past_takes_the_latest_year(reply: str, day: str) -> None:
    talk = flow("- {ask: at, say: When?, type: datetime, past: true, fill: when_asked}\n- say: '{{ at }}'")
    talk.say("begin now")
    assert talk.say(reply) == day


def test_a_date_is_to_come_unless_it_is_past() -> None:
    talk = flow("- {ask: day, say: When?, type: date}\n- say: '{{ day }}'")
    talk.say("begin now")
    assert talk.say("January 10") == "2027-01-10"


def test_a_corrected_duration_is_shown_in_words() -> None:
    talk = flow(
        "- {ask: age, say: How old?, type: duration}\n- {ask: day, say: When?, type: date}\n- say: '{{ age }}'"
    )
    talk.say("begin now")
    talk.say("7 days")
    assert talk.say("no, 2 weeks").startswith("Thanks, I've changed 7 days to 14 days.")
