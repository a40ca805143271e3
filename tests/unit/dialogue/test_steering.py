"""Steering: cancel, repeat, start over, person, commands, buttons, intents, answers, and what nobody understands."""

import pytest

from botkit.model.events import Message, Opened, Outside, Press, Timer
from botkit.model.values import File
from tests.unit.dialogue.talking import Talk, build

BOT = """
intents:
  pay: {examples: [pay my bill]}
  move: {examples: [change my address]}
  idle: {examples: [nothing of note]}
answers:
  hours: {questions: [when are you open], say: {en: From 9 to 18., zh: 9 点到 18 点。}, buttons: [{label: Pay, run: pay}]}
  linked: {questions: [where do I read more], say: Here., buttons: [{label: Site, url: "https://example.org"}]}
slots:
  account: {type: text, pattern: 'B\\d{3}'}
flows:
  pay:
    title: {en: your payment, zh: 付款}
    start: {intents: [pay], commands: [pay]}
    steps:
      - {ask: account, say: {en: Which account?, zh: 哪个账户？}, retry: [Like B123.]}
      - {run: how}
      - {say: "Paid {{ account }}."}
  how:
    steps:
      - {ask: way, say: How?, options: [card, cash, Cancel]}
  move:
    start: {intents: [move], commands: [move]}
    only_if: channel != 'slack'
    steps:
      - {ask: street, say: Street?}
      - {say: "Moved to {{ street }}.", buttons: [{label: Pay now, run: pay}, {label: More, value: pay my bill}, Talk to a person]}
"""


def talk(*lines: str) -> Talk:
    one = Talk(build(BOT))
    for line in lines:
        one.say(line)
    return one


@pytest.mark.parametrize("word", ["stop", "never mind", "取消", "/cancel", "/stop"])
def test_cancel_ends_the_flow_and_those_that_called_it(word: str) -> None:
    one = talk("pay my bill", "B123")
    assert one.stack == ["pay", "how"]
    assert one.say(word) in {"All right, I've stopped that.", "好的，那这次就先不办了。"}
    assert one.stack == []
    assert one.route == "control"


def test_cancel_lets_what_was_interrupted_resume() -> None:
    one = talk("pay my bill", "change my address")
    assert one.stack == ["pay", "move"]
    assert (
        one.say("cancel") == "All right, I've stopped that.\nNow back to where we were: your payment.\nWhich account?"
    )


def test_cancel_with_nothing_open_says_so() -> None:
    assert talk().say("cancel") == "There's nothing to cancel at the moment."


MENDING = """
flows:
  pay:
    title: your payment
    start: {commands: [pay]}
    steps: [{ask: account, type: integer, say: Which account?}, say: Paid.]
  assist:
    title: your question
    steps: [{ask: wish, say: What is it about?}, say: Noted.]
  on_no_match:
    steps: [{run: assist}]
"""


def test_cancel_ends_what_a_repair_flow_called_and_nothing_below_it() -> None:
    one = Talk(build(MENDING))
    assert one.say("blah") == "What is it about?"
    assert one.say("cancel") == "All right, I've stopped that."
    assert one.stack == []
    one = Talk(build(MENDING))
    for said in ("/pay", "blah", "blah", "blah"):
        one.say(said)
    assert one.stack == ["pay", "on_no_match", "assist"]
    assert (
        one.say("cancel") == "All right, I've stopped that.\nNow back to where we were: your payment.\nWhich account?"
    )
    assert one.stack == ["pay"]


def test_an_exact_label_of_the_open_question_comes_before_control() -> None:
    one = talk("pay my bill", "B123")
    assert one.say("cancel") == "All right, I've stopped that." if one.route == "control" else "Paid B123."
    assert one.route == "slot"


@pytest.mark.parametrize("word", ["repeat", "what did you say", "再说一遍"])
def test_repeat_says_the_last_again(word: str) -> None:
    one = talk("when are you open")
    assert one.say(word) == "From 9 to 18."
    one.say("pay my bill")
    assert one.say("repeat") == "Which account?"
    one.say("when are you open")
    assert one.say("repeat") == "From 9 to 18.\nWhich account?"
    one.say("zzz")
    assert one.say("repeat") == "Which account?"


def test_repeat_at_first_has_nothing_to_repeat() -> None:
    assert talk().say("repeat") == "I haven't said anything yet."


def test_start_over_empties_the_session_and_keeps_the_customer() -> None:
    one = talk("pay my bill", "B123")
    one.session = one.session.__class__(
        **{**{f: getattr(one.session, f) for f in one.session.__struct_fields__}, "customer": {"name": "Ann"}}
    )
    number = one.session.number
    assert one.say("start over") == "All right, let's start afresh. What can I do for you?"
    assert one.stack == []
    assert one.session.slots == {}
    assert one.session.number == number + 1
    assert one.session.customer == {"name": "Ann"}
    assert one.timers == {}


def test_a_first_start_command_greets_once() -> None:
    one = Talk(build(BOT + "  on_start: {steps: [{say: Welcome!}]}\n"))
    assert one.say("/start") == "Welcome!"
    assert one.say("/start") == "Welcome!"
    assert Talk(build(BOT)).say("/start") == "All right, let's start afresh. What can I do for you?"


@pytest.mark.parametrize(
    "text",
    [
        "human",
        "can I talk to a person please",
        "I want to speak to a human now!",
        "转人工",
        "我想转人工谢谢",
        "/agent",
    ],
)
def test_a_person_is_asked_for_in_words_or_inside_a_message(text: str) -> None:
    one = talk("pay my bill")
    assert one.say(text) in {"I'm passing you on to a colleague, who will answer you here.", one.text}
    assert one.session.owner == "queue"
    assert one.stack == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("/pay", "Which account?"),
        ("/PAY@acme_bot", "Which account?"),
        ("/pay B123", "How?"),
        ("/pay\nB123", "How?"),
        ("/move", "Street?"),
    ],
)
def test_a_command_starts_its_flow(text: str, said: str) -> None:
    one = talk()
    assert one.say(text) == said
    assert one.route == "control"


@pytest.mark.parametrize("text", ["/", "/ ", "/nothing", "//go"])
def test_what_is_no_command_is_a_message(text: str) -> None:
    one = talk()
    one.say(text)
    assert one.route == "no_match"


def test_only_if_keeps_a_flow_from_starting() -> None:
    flows = build(BOT)
    one = Talk(flows)
    one.session = one.session.__class__(conversation="slack:1", channel="slack", version=flows.version, locale="en")
    one.say("/move")
    assert one.route == "no_match"
    one.say("change my address")
    assert one.route == "no_match"
    assert any(c.name == "move" and c.why == "only_if does not hold" for c in one.latest[0].candidates)
    one.take(Press(run="move", label="Move"))
    assert one.text == "That button no longer applies. What can I do for you?"
    assert one.stack == []


def test_an_only_if_that_fails_does_not_hold_and_breaks_nothing() -> None:
    one = Talk(build(BOT.replace("channel != 'slack'", "1 / account > 3")))
    one.say("pay my bill")
    one.say("change my address")
    assert one.step == "ask:account"


# Buttons


def test_a_press_answers_the_open_question() -> None:
    one = talk("pay my bill", "B123")
    assert one.press("card") == "Paid B123."


def test_a_press_on_a_closed_question_changes_nothing_and_the_open_one_is_repeated() -> None:
    one = talk("pay my bill", "B123")
    one.press("card")
    one.say("change my address")
    before = one.session
    assert one.press("card") == "Street?"
    assert one.session.stack == before.stack
    assert one.session.slots == before.slots


def test_a_press_on_a_closed_question_with_nothing_open_says_so() -> None:
    one = talk("pay my bill", "B123")
    one.press("card")
    assert one.press("cash") == "That button no longer applies. What can I do for you?"


def test_a_press_on_an_interrupted_question_repeats_the_one_that_is_open() -> None:
    one = talk("pay my bill", "B123", "change my address")
    assert one.press("card") == "Street?"
    assert one.stack == ["pay", "how", "move"]


def test_a_run_button_starts_its_flow_pressed_or_typed() -> None:
    one = talk("when are you open")
    assert one.press("Pay") == "Which account?"
    one = talk("when are you open")
    assert one.say("pay!") == "Which account?"
    assert one.route == "control"


@pytest.mark.parametrize("label", ["More", "Talk to a person", "Pay now"])
@pytest.mark.parametrize("typed", [True, False])
def test_a_button_beside_a_text_stands_for_its_value(label: str, typed: bool) -> None:
    one = talk("change my address", "Main St")
    one.say(label, intents={"pay": 1.0}) if typed else one.press(label)
    assert (one.session.owner == "queue") == (label == "Talk to a person")
    assert one.stack == ([] if label == "Talk to a person" else ["pay"])


def test_a_link_typed_is_a_message_like_any_other() -> None:
    one = talk("where do I read more")
    one.say("Site")
    assert one.route == "no_match"


def test_a_forged_press_of_an_unknown_flow_changes_nothing() -> None:
    one = talk("pay my bill")
    assert one.take(Press(run="nowhere", label="x")) == "Which account?"
    assert one.take(Press(value="", label="")) != ""
    assert one.step == "ask:account"


# Intents and answers


def test_an_intent_interrupts_a_flow_which_resumes_and_says_so() -> None:
    one = talk("pay my bill")
    assert one.say("change my address") == "Street?"
    assert one.say("Main St") == "Moved to Main St.\nNow back to where we were: your payment.\nWhich account?"
    assert one.route == "slot"


def test_an_interrupted_called_flow_is_called_by_the_name_that_it_began_with() -> None:
    one = talk("pay my bill", "B123", "change my address")
    assert "back to where we were: your payment.\nHow?" in one.say("Main St")


def test_two_near_intents_are_asked_about() -> None:
    one = talk()
    assert one.say("pay for my address", intents={"pay": 0.8, "move": 0.75}) == "Which of these do you mean?"
    assert one.labels == ["your payment", "move"]
    assert one.say("move") == "Street?"


@pytest.mark.parametrize("scores", [{"pay": 0.9, "move": 0.7}, {"pay": 1.0, "move": 0.98}, {"pay": 0.7, "move": 0.5}])
def test_a_sure_intent_needs_no_question(scores: dict[str, float]) -> None:
    assert talk().say("pay my address", intents=scores) == "Which account?"


def test_an_intent_that_starts_nothing_or_is_too_far_is_recorded_and_not_taken() -> None:
    one = talk()
    one.say("hm", intents={"idle": 0.9, "pay": 0.4, "unknown": 0.9}, answers={"hours": 0.3, "gone": 0.99})
    assert one.route == "no_match"
    whys = {(c.name, c.why) for c in one.latest[0].candidates}
    assert ("idle", "starts no flow") in whys
    assert ("pay", "below 0.6; ") in whys


def test_the_intent_of_the_open_flow_repeats_its_question() -> None:
    one = talk("pay my bill")
    assert one.say("pay my bill") == "Which account?"
    assert one.stack == ["pay"]
    assert one.say("pay my bill with B123", intents={"pay": 0.9}) == "How?"


def test_the_intent_of_a_flow_below_gives_up_what_lies_over_it() -> None:
    one = talk("pay my bill", "change my address")
    assert one.say("/pay") == "Which account?"
    assert one.stack == ["pay"]


def test_the_intent_of_a_called_flow_in_the_middle_of_the_stack_is_found() -> None:
    text = """
flows:
  a: {start: {commands: [a]}, steps: [{run: b}, {say: A.}]}
  b: {start: {commands: [b]}, steps: [{run: c}, {say: B.}]}
  c: {start: {commands: [c]}, steps: [{ask: x, say: X?, type: integer}]}
  d: {start: {commands: [d]}, steps: [{wait: {event: paid}}, {ask: y, say: Y?, type: integer}]}
"""
    one = Talk(build(text))
    one.say("/a")
    assert one.stack == ["a", "b", "c"]
    for command in ("/b", "/c", "/a"):
        assert one.say(command) == "X?"
        assert one.stack == ["a", "b", "c"]
    one.say("/d")
    assert one.say("/b") == "X?"
    assert one.stack == ["a", "b", "c"]


def test_the_intent_of_a_waiting_flow_leaves_it_waiting() -> None:
    text = """
intents: {hold: {examples: [hold it]}}
flows:
  d: {start: {intents: [hold]}, steps: [{wait: 2h}, {say: Done.}]}
"""
    one = Talk(build(text))
    one.say("hold it")
    one.now += 3600
    one.say("hold it")
    assert one.later(3600) == "Done."


def test_at_most_five_interruptions() -> None:
    flows = "\n".join(
        f"  f{n}: {{start: {{commands: [f{n}], intents: [i{n}]}}, steps: [{{ask: x{n}, say: X{n}?, type: integer}}]}}"
        for n in range(8)
    )
    intents = "\n".join(f"  i{n}: {{examples: [word{n} word{n}]}}" for n in range(8))
    one = Talk(build(f"intents:\n{intents}\nflows:\n{flows}\n"))
    for n in range(6):
        assert one.say(f"/f{n}") == f"X{n}?"
    assert one.say("/f6") == "X5?"
    assert one.say("w", intents={"i7": 1.0}) == "X5?"
    assert one.take(Outside("nothing")) == ""
    assert len(one.stack) == 6


def test_a_message_that_nobody_understands_climbs_the_ladder() -> None:
    one = talk()
    assert one.say("qwertz").startswith("I'm sorry, I didn't")
    one.say("when are you open")
    assert one.say("qwertz").startswith("I'm sorry, I didn't")
    assert one.say("qwertz").startswith("I'm sorry, I still")
    assert one.labels == ["Talk to a person"]
    one.say("qwertz")
    assert one.session.owner == "queue"


def test_a_blocked_message_gets_on_blocked_and_nothing_else() -> None:
    one = talk("pay my bill")
    assert one.say("B123", blocked="rude") == "I'm sorry, I can't take that message.\nWhich account?"
    assert one.route == "safety"
    assert one.slots.get("account") is None


# Sessions


GREETING = BOT + "  on_start: {steps: [{ask: who, say: 'Hello! Who are you?'}, {say: 'Hi {{ who }}.'}]}\n"


def test_the_first_message_is_routed_after_the_greeting_and_is_no_reply_to_its_question() -> None:
    one = Talk(build(GREETING))
    assert one.say("good day") == "Hello! Who are you?"
    assert one.say("Ann") == "Hi Ann."
    one = Talk(build(GREETING))
    assert one.say("pay my bill") == "Hello! Who are you?\nWhich account?"
    assert one.stack == ["on_start", "pay"]
    one = Talk(build(GREETING))
    assert one.take(Press("x", "x", "9.9")) == "Hello! Who are you?"
    one = Talk(build(GREETING))
    assert one.say("/start") == "Hello! Who are you?"


def test_the_first_message_may_answer_the_greeting_strictly() -> None:
    one = Talk(build(GREETING.replace("{ask: who,", "{ask: who, type: email,")))
    assert one.say("it is ann@example.org") == "Hello! Who are you?\nHi ann@example.org."


def test_opening_greets_once() -> None:
    one = Talk(build(GREETING))
    assert one.take(Opened(locale="zh")) == "Hello! Who are you?"
    assert one.session.locale == "zh"
    assert one.take(Opened()) == ""
    assert one.say("Ann") == "Hi Ann."


ENDING = (
    BOT
    + "  bye: {start: {commands: [bye]}, steps: [{ask: sure, say: Sure?, silence: {end: 1h}}, {end: conversation}]}\n"
)
ENDING += "  on_end: {steps: [{say: Goodbye.}]}\n  on_start: {steps: [{say: Welcome.}]}\n"


def test_the_end_of_the_conversation_begins_a_new_session_with_the_next_message() -> None:
    one = Talk(build(ENDING))
    one.say("pay my bill")
    one.say("B123")
    one.say("/bye")
    assert one.say("as I say") == "Goodbye."
    assert one.session.ended
    assert one.stack == []
    assert one.say("pay my bill") == "Welcome.\nWhich account?"
    assert one.session.number == 2
    one.say("/bye")
    one.say("as I say")
    assert one.take(Opened()) == "Welcome."
    assert one.session.number == 3


def test_an_idle_session_ends() -> None:
    one = Talk(build(ENDING))
    one.say("pay my bill")
    one.now += 86_401
    assert one.say("B123").startswith("Welcome.\nI'm sorry") or one.text == "Welcome."
    assert one.stack == []
    assert one.session.number == 2


def test_an_event_from_outside_starts_a_flow_and_begins_an_ended_session_anew() -> None:
    text = (
        ENDING
        + "  ship: {start: {events: [shipped]}, slots: {event: {type: any}}, steps: [{say: 'Shipped {{ event.id }}.'}]}\n"
    )
    one = Talk(build(text))
    assert one.take(Outside("shipped", {"id": 3})) == "Shipped 3."
    one.say("/bye")
    one.say("as I say")
    assert one.take(Outside("shipped", {"id": 4})) == "Shipped 4."
    assert one.session.number == 2
    assert not one.session.ended
    one.say("pay my bill")
    assert (
        one.take(Outside("shipped", {"id": 5}))
        == "Shipped 5.\nNow back to where we were: your payment.\nWhich account?"
    )
    one.say("talk to a person")
    assert one.take(Outside("shipped", {"id": 6})) == ""


# Repair flows that ask


def test_a_repair_flow_that_asks_lies_over_the_open_question() -> None:
    text = (
        BOT
        + "  on_attachment: {steps: [{ask: keep, say: Keep it?, options: [keep, drop]}, {say: 'So {{ keep }}.'}]}\n"
    )
    one = Talk(build(text))
    one.say("pay my bill")
    one.say("B123")
    assert one.say("", File()) == "Keep it?"
    assert one.press("card") == "Keep it?"
    assert one.press("drop") == "So drop.\nHow?"
    one.say("", File())
    assert one.say("change my address") == "Street?"
    assert one.stack == ["pay", "how", "move"]
    one.say("cancel")
    one.say("", File())
    assert one.say("never mind").startswith("All right")
    assert one.stack == []


def test_a_repair_flow_can_call_another_that_is_interrupted() -> None:
    text = BOT + "  on_attachment: {steps: [{run: move}]}\n"
    one = Talk(build(text))
    one.say("pay my bill")
    assert one.say("", File()) == "Street?"
    one.say("/pay")
    assert one.stack == ["pay"]


# Stored sessions that the flows no longer know


def test_frames_of_unknown_flows_and_steps_are_dropped() -> None:
    one = talk("pay my bill", "B123", "change my address")
    one.flows = build(BOT.partition("  move:\n    title")[0].partition("  move:\n    start")[0])
    assert one.take(Timer("9.9", "silence")) == "How?"
    assert one.stack == ["pay", "how"]
    one.flows = build("flows: {only: {start: {commands: [only]}, steps: [{say: Hm.}]}}")
    one.say("B123")
    assert one.stack == []


def test_a_message_is_kept_short_in_the_session() -> None:
    one = talk()
    one.take(Message("x" * 50_000))
    assert len(str(one.session.lines)) < 3000
    one.say("pay my bill " + "y" * 50_000, intents={"pay": 1.0})
    assert len(one.top.heard[0].text) == 4000


TWO = """
intents: {bill: {examples: [about my bill]}, shop: {examples: [about my shop]}, bye: {examples: [so long]}}
flows:
  bill: {start: {intents: [bill]}, steps: [say: Bill.]}
  shop: {start: {intents: [shop]}, steps: [say: Shop.]}
  bye: {start: {intents: [bye]}, only_if: not conversation.asking, steps: [say: Goodbye., end: conversation]}
"""


def test_a_no_to_which_of_these_is_no_goodbye() -> None:
    one = Talk(build(TWO))
    assert "Which" in one.say("about my", intents={"bill": 0.8, "shop": 0.8})
    assert "Goodbye" not in one.say("no", intents={"bye": 1.0})
    assert one.route == "no_match"
    assert one.say("no", intents={"bye": 1.0}) == "Goodbye."


MOVE = """
intents: {move: {examples: [move it]}}
slots: {number: {type: text, pattern: 'W\\d+'}}
flows:
  stop:
    start: {commands: [stop_it]}
    steps: [{ask: number, say: Which?}, {ask: why, say: Why?, options: [late, dear]}, {say: "{{ number }} {{ why }}"}]
  move: {start: {intents: [move]}, steps: [{ask: street, say: Street?}]}
"""


def test_a_sure_intent_goes_before_a_correction_that_is_only_a_part_of_the_message() -> None:
    one = Talk(build(MOVE))
    one.say("/stop_it")
    one.say("W1")
    assert one.say("I would like to move the address of W2", intents={"move": 0.9}) == "Street?"
    one.say("cancel")
    assert one.say("W2", intents={"move": 0.9}).startswith("Thanks, I've changed W1 to W2.")


def test_the_same_value_in_another_spelling_corrects_nothing() -> None:
    one = Talk(build(MOVE))
    one.say("/stop_it")
    one.say("W1")
    assert "changed" not in one.say("w1")
    assert one.session.slots["number"] == "W1"


def test_a_condition_is_looked_at_again_when_its_flow_resumes() -> None:
    text = """
slots: {member: {type: boolean}}
flows:
  main:
    title: your order
    start: {commands: [main]}
    steps:
      - {ask: code, say: Your code?, if: not member, silence: {after: 10m, say: Hello?}}
      - say: "Done{{ code }}."
  join:
    start: {commands: [join]}
    steps: [{set: {member: true}}]
  other:
    start: {commands: [other]}
    steps: [{say: Other.}]
"""
    talk = Talk(build(text))
    talk.say("/main")
    assert talk.say("/other") == "Other.\nNow back to where we were: your order.\nYour code?"
    assert talk.say("/join") == "Now back to where we were: your order.\nDone."
    assert talk.timers == {}


def test_a_condition_knows_whether_a_flow_waits_below() -> None:
    text = """
flows:
  main:
    title: your order
    start: {commands: [main]}
    steps: [{ask: code, say: Your code?}, {run: closing}]
  promo:
    start: {commands: [promo]}
    steps: [{say: Promo.}, {run: closing}]
  closing:
    steps:
      - {say: Bye., if: not conversation.waiting}
      - {say: One thing done., if: conversation.waiting}
"""
    talk = Talk(build(text))
    talk.say("/main")
    assert talk.say("/promo").startswith("Promo.\nOne thing done.\n")
    assert talk.say("x") == "Bye."


def test_a_candidate_tells_what_it_was_near_to_and_by_how_little_it_missed() -> None:
    text = """
intents: {begin: {examples: [begin now]}, other: {examples: [something other]}}
answers: {hours: {questions: [when are you open], say: From 9 to 18.}}
flows:
  main: {start: {intents: [begin]}, steps: [{say: Begun.}]}
  side: {start: {intents: [other]}, steps: [{say: Other.}]}
"""
    talk = Talk(build(text))
    talk.say("begin now")
    assert [c.why for c in talk.turns[-1].candidates if c.taken] == ["starts; near to 'begin now'"]
    talk.say("when are you open")
    assert [c.why for c in talk.turns[-1].candidates if c.taken] == ["said; near to 'when are you open'"]
    talk.say("x", intents={"begin": 0.598, "other": 0.41}, answers={"hours": 0.597})
    why = {c.name: c.why for c in talk.turns[-1].candidates}
    assert why["begin"].startswith("0.598 is below 0.6")
    assert why["other"].startswith("below 0.6")
    assert why["hours"].startswith("0.597 is below 0.6")


AGAIN = """
intents:
  return_item: {examples: [I want to return an item, 我要退货]}
  other: {examples: [something other]}
answers:
  hours: {questions: [when are you open], say: From 9 to 18.}
flows:
  return_item:
    title: your return
    start: {intents: [return_item], commands: [return]}
    steps:
      - {ask: item, say: Which item?}
      - confirm: {en: "Return {{ item }}?", zh: "退{{ item }}吗？"}
        no: [{say: Nothing done.}, {run: anything_else}, end]
      - {do: shop.give, with: {item: "{{ item }}"}}
      - say: Done.
      - {run: anything_else}
  other:
    start: {intents: [other]}
    steps:
      - {ask: number, say: Number?, pattern: '[A-Z]\\d'}
  anything_else:
    steps:
      - {ask: more, say: Anything else?, type: boolean}
      - if: more
        then: [{say: What is it?}]
        else: [{say: Goodbye!}]
"""


def at_anything_else(text: str = AGAIN, *, first: tuple[str, ...] = ()) -> Talk:
    talk = Talk(build(text), {"shop.give": "T-1"})
    for line in (*first, "/return", "a lamp", "yes"):
        talk.say(line)
    assert talk.top.flow == "anything_else"
    return talk


@pytest.mark.parametrize(
    "reply",
    ["I want to return another item", "yes, I want to return another item", "return an item", "我要退货", "/return"],
)
def test_a_second_wish_of_the_kind_that_is_done_starts_anew(reply: str) -> None:
    talk = at_anything_else()
    assert talk.say(reply) == "Which item?"
    assert talk.stack == ["return_item"]
    talk.say("a chair")
    talk.say("yes")
    assert [call.args["item"] for call in talk.calls] == ["a lamp", "a chair"]
    assert talk.say("no") == "Goodbye!"


@pytest.mark.parametrize(("reply", "said"), [("yes", "What is it?"), ("no thanks", "Goodbye!"), ("hm", "didn't")])
def test_what_is_no_wish_answers_what_is_asked_at_the_end(reply: str, said: str) -> None:
    assert said in at_anything_else().say(reply)


def test_what_was_interrupted_waits_until_the_second_one_is_done() -> None:
    talk = at_anything_else(first=("something other",))
    assert talk.say("I want to return another item") == "Which item?"
    assert talk.stack == ["other", "return_item"]
    for line in ("a chair", "yes", "no"):
        talk.say(line)
    assert (talk.stack, talk.text.splitlines()[-1]) == (["other"], "Number?")


@pytest.mark.parametrize(
    "change",
    [
        (
            "      - {run: anything_else}\n  other",
            "      - {run: anything_else}\n      - {ask: note, say: Note?}\n  other",
        ),
        ("      - {run: anything_else}\n  other", "      - {run: anything_else}\n      - {confirm: Sure?}\n  other"),
        ("      - {run: anything_else}\n  other", "      - {run: anything_else}\n      - {handoff: orders}\n  other"),
        ("      - {run: anything_else}\n  other", "      - {run: anything_else}\n      - {run: paid}\n  other"),
        ("        else: [{say: Goodbye!}]\n", "        else: [{confirm: Shall I close it?}]\n"),
    ],
)
def test_a_flow_that_has_still_something_to_do_is_not_started_anew(change: tuple[str, str]) -> None:
    text = AGAIN + "  paid:\n    steps: [{run: paid_in}]\n  paid_in:\n    steps: [{confirm: Paid?}, {say: Thanks.}]\n"
    assert change[0] in text
    talk = at_anything_else(text.replace(*change))
    talk.say("return an item", intents={"return_item": 0.9})
    assert talk.stack == ["return_item", "anything_else"]
    assert talk.step == "ask:more"


def test_a_flow_that_has_written_nothing_keeps_its_question() -> None:
    text = AGAIN.replace('      - {do: shop.give, with: {item: "{{ item }}"}}\n', "")
    talk = at_anything_else(text)
    talk.say("return an item", intents={"return_item": 0.9})
    assert talk.stack == ["return_item", "anything_else"]


def test_a_flow_in_the_middle_of_its_work_is_not_started_anew() -> None:
    talk = Talk(build(AGAIN), {"shop.give": "T-1"})
    for line in ("/return", "a lamp"):
        talk.say(line)
    assert talk.say("I want to return an item") == "Return a lamp?"
    talk.say("something other")
    assert talk.say("/return") == "Return a lamp?"
    assert talk.stack == ["return_item"]


TRACKING = """
slots: {order_number: {title: {en: order number, zh: 订单号}, pattern: '\\d{10}', carry: CARRY}}
intents: {track: {examples: [I want to track my order]}}
flows:
  main:
    start: {intents: [track]}
    steps:
      - {ask: order_number, say: Which?}
      - say: On its way.
"""


@pytest.mark.parametrize("carry", ["offer", "silent"])
@pytest.mark.parametrize(
    ("said", "step"),
    [
        ("I want to track another order", "ask:order_number"),
        ("track a different order please", "ask:order_number"),
        ("我要查另一个订单", "ask:order_number"),
        ("查一下别的订单", "ask:order_number"),
        ("another order: 2222222222", None),
    ],
)
def test_who_wants_another_one_is_not_offered_the_known_one(carry: str, said: str, step: str | None) -> None:
    talk = Talk(build(TRACKING.replace("CARRY", carry)))
    talk.say("track 1111111111", intents={"track": 1.0})
    talk.say(said, intents={"track": 1.0})
    assert talk.step == step
    assert talk.text == ("Which?" if step else "On its way.")
    assert talk.session.slots["order_number"] == (None if step else "2222222222")


@pytest.mark.parametrize("said", ["track my order", "send my order to another address", "另外，我的订单呢"])
def test_who_wants_another_thing_is_offered_the_known_one(said: str) -> None:
    talk = Talk(build(TRACKING.replace("CARRY", "offer")))
    talk.say("track 1111111111", intents={"track": 1.0})
    talk.say(said, intents={"track": 1.0})
    assert "1111111111" in talk.text
