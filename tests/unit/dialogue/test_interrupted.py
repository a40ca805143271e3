"""Shared slots that an interrupting flow changes: the interrupted one tells, and does again what depends on them."""

import pytest

from tests.unit.dialogue.talking import Talk, build

GIFT = """
slots:
  order: {pattern: '[A-Z]-[0-9]{5}', title: {en: order number, zh: 订单号}}
flows:
  lamp:
    title: the lamp
    start: {commands: [lamp]}
    steps:
      - {ask: name, say: Name?}
      - {ask: order, say: Which order?}
      - {do: shop.find, with: {number: "{{ order }}"}, save: found}
      - ask: count
        type: integer
        say: How many?
        check: [{if: "count > 2 and order == 'B-20000'", say: At most two for that.}]
      - confirm: "{{ count }} for {{ order }} ({{ found }})?"
      - {do: shop.give, with: {number: "{{ order }}", count: "{{ count }}"}}
      - {ask: more, say: Anything else?, options: {none: Nothing, card: A card}}
      - say: Bye {{ order }}.
  gift:
    title: the gift
    start: {commands: [gift]}
    steps:
      - {ask: order, say: Which one is the gift?}
      - {ask: paper, say: Paper?, options: {gold: Gold, green: Green}}
      - say: Wrapped {{ order }}.
"""


def talk_to(*lines: str) -> Talk:
    finding = {"shop.find": lambda call: f"found {call.args['number']}", "shop.give": "T-1"}
    talk = Talk(build(GIFT), finding)
    for line in lines:
        talk.say(line)
    return talk


LAMP = ("/lamp", "Ann", "A-10293")
GIFTED = ("/gift", "no, B-20000", "green")
TOLD = "Meanwhile the order number has changed from A-10293 to B-20000."


def test_it_tells_and_reads_again_and_asks_the_confirm_again() -> None:
    talk = talk_to(*LAMP, "2", *GIFTED)
    assert talk.text.splitlines() == [
        "Wrapped B-20000.",
        "Now back to where we were: the lamp.",
        TOLD,
        "2 for B-20000 (found B-20000)?",
    ]
    assert talk.called == ["shop.find", "shop.find"]
    talk.say("yes")
    assert talk.called[-1] == "shop.give"


def test_it_tells_in_the_customers_language() -> None:
    talk = talk_to(*LAMP, "三个", "/gift", "不，B-20000", "绿色 green")
    assert "提醒一下：订单号刚才已从“A-10293”改为“B-20000”。" in talk.text


def test_a_value_that_a_check_refuses_now_is_asked_for_again() -> None:
    talk = talk_to(*LAMP, "3", *GIFTED)
    assert talk.text.endswith(f"{TOLD}\nAt most two for that.\nHow many?")
    assert (talk.step, talk.say("2")) == ("ask:count", "2 for B-20000 (found B-20000)?")


def test_a_write_that_is_done_is_not_done_again() -> None:
    talk = talk_to(*LAMP, "2", "yes", *GIFTED)
    assert talk.text.endswith(f"{TOLD}\nAnything else?")
    assert talk.called == ["shop.find", "shop.give"]


@pytest.mark.parametrize("reply", ["yes", "A-10293"])
def test_the_same_value_changes_nothing(reply: str) -> None:
    talk = talk_to(*LAMP, "2", "/gift", reply, "green")
    assert talk.text.splitlines()[1:] == ["Now back to where we were: the lamp.", "2 for A-10293 (found A-10293)?"]
    assert talk.called == ["shop.find"]


def test_a_change_that_is_taken_back_changes_nothing() -> None:
    talk = talk_to(*LAMP, "2", "/gift", "no, B-20000", "no wait, A-10293", "green")
    assert TOLD not in talk.text
    assert talk.text.endswith("2 for A-10293 (found A-10293)?")


def test_what_is_not_asked_for_yet_is_offered() -> None:
    talk = talk_to("/lamp", "/gift", "B-20000", "green", "Ann")
    assert talk.text == "Is it still B-20000?"


def test_what_was_emptied_is_asked_for_again() -> None:
    talk = talk_to(*LAMP, "2", "/gift", "no", "cancel")
    assert talk.text.endswith("Which order?")
    assert talk.say("C-30000") == "2 for C-30000 (found C-30000)?"


def test_each_of_several_interrupted_flows_tells() -> None:
    text = GIFT + "  note: {start: {commands: [note]}, steps: [{ask: order, say: For?}, {ask: text, say: Text?}]}\n"
    talk = Talk(build(text), {"shop.find": "found", "shop.give": "T-1"})
    for line in (*LAMP, "2", "/gift", "yes", "/note", "no, B-20000", "Hello"):
        talk.say(line)
    assert talk.text.count(TOLD) == 1
    assert talk.say("green").count(TOLD) == 1


def test_a_called_flow_goes_back_in_its_caller() -> None:
    text = """
slots: {order: {pattern: '[A-Z]-[0-9]{5}', title: order number}}
flows:
  main:
    start: {commands: [main]}
    steps: [{ask: order, say: Which?}, {run: inner}, {say: "{{ order }} it is."}]
  inner: {steps: [{confirm: "{{ order }}?"}, {ask: note, say: A note?}]}
  other: {start: {commands: [other]}, steps: [{ask: order, say: Another?}]}
"""
    talk = Talk(build(text))
    for line in ("/main", "A-10293", "yes", "/other", "no, B-20000"):
        talk.say(line)
    assert talk.text.splitlines()[-2:] == [TOLD, "B-20000?"]
    talk.say("yes")
    assert talk.say("Hi there") == "B-20000 it is."


def test_a_slot_that_was_emptied_is_asked_for_again() -> None:
    text = """
flows:
  main:
    start: {commands: [main]}
    steps:
      - {ask: article, say: Which article?}
      - {ask: size, say: Which size?, options: {s: Small, l: Large}}
      - {ask: other, say: Another one?}
      - set: {size: "{{ none }}"}
      - say: "Size: {{ size }}{{ ' none' if size is none }}."
      - {id: again, ask: size, say: "Which size of {{ other }}?", options: {s: Small, l: Large}}
      - say: "{{ size }}"
"""
    talk = Talk(build(text))
    for line in ("/main", "Lamp", "Small", "Chair"):
        talk.say(line)
    assert talk.text == "Size:  none.\nWhich size of Chair?"
    assert talk.say("Large") == "l"


ANOTHER = """
slots: {order: {pattern: '[A-Z]-[0-9]{5}', title: order, carry: offer}}
intents: {track: {examples: [track an order]}}
flows:
  lamp:
    title: the lamp
    start: {commands: [lamp]}
    steps: [{ask: order, say: Which order?}, {ask: count, say: How many?, type: integer}, {say: "{{ count }} of {{ order }}."}]
  track:
    start: {intents: [track]}
    steps: [{ask: order, say: Which one?}, {say: "{{ order }} is on its way."}]
"""


def test_another_one_that_was_wanted_meanwhile_is_told_too() -> None:
    talk = Talk(build(ANOTHER))
    for line in ("/lamp", "A-10293"):
        talk.say(line)
    talk.say("track another order", intents={"track": 1.0})
    assert talk.text == "Which one?"
    talk.say("B-20000")
    assert "Meanwhile the order has changed from A-10293 to B-20000." in talk.text
