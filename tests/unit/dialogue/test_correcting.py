"""Confirming and correcting: what a write needs, and what a changed mind leads back to."""

import pytest

from botkit.model.events import Failure, Outside
from tests.unit.dialogue.talking import Talk, build

RETURN = """
intents:
  begin: {examples: [begin now]}
  other: {examples: [something other]}
answers:
  hours: {questions: [when are you open], say: From 9 to 18.}
slots:
  order_number: {type: text, pattern: '[A-Z]-\\d{5}', check: {if: "order_number == 'A-99999'", say: "Not {{ order_number }}."}}
flows:
  main:
    title: your return
    start: {intents: [begin], commands: [main]}
    steps:
      - {ask: order_number, say: Which order?}
      - do: shop.find
        with: {number: "{{ order_number }}"}
        save: order
      - {ask: size, say: Which size?, options: {s: Small, m: Medium, l: Large}}
      - {ask: gift, say: A gift?, type: boolean}
      - {ask: note, say: A note?}
      - confirm: "Send {{ order.name }}, {{ size }}, {{ note }}?"
        no: [{say: Nothing done.}, end]
      - do: shop.give
        with: {number: "{{ order_number }}", size: "{{ size }}"}
        save: ticket
        on_error: [{say: "Failed {{ error.code }}."}]
      - {ask: email, say: Your mail?, type: email}
      - {ask: when, say: When?, type: date}
      - say: "Done {{ ticket }} {{ email }} {{ note }}."
  side:
    start: {intents: [other]}
    steps:
      - {ask: order_number, say: Side order?, again: true}
"""


def talk_to(step: str = "confirm", text: str = RETURN) -> Talk:
    """Talk until a step of the return."""
    found = {"A-10293": {"name": "lamp"}, "A-20000": {"name": "chair"}}
    talk = Talk(build(text), {"shop.find": lambda call: found.get(call.args["number"]), "shop.give": "T-1"})
    for line in ("begin now A-10293", "Small", "no", "with a bow", "yes", "ann@example.org"):
        if talk.step == step:
            break
        talk.say(line)
    assert talk.step == step
    return talk


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        ("no, the other one: A-20000", "Send chair, s, with a bow?"),
        ("yes but A-20000", "Send chair, s, with a bow?"),
        ("A-20000", "Send chair, s, with a bow?"),
        ("不对，A-20000", "Send chair, s, with a bow?"),
        ("yes but change the size to medium", "Send lamp, m, with a bow?"),
        ("Large please", "Send lamp, l, with a bow?"),
        ("the note: no bow at all", "Send lamp, s, no bow at all?"),
    ],
)
def test_at_a_confirm_another_value_is_a_correction_whatever_yes_or_no_stands_beside_it(
    reply: str, said: str
) -> None:
    talk = talk_to("confirm")
    talk.say(reply)
    assert talk.text.endswith(said)
    assert talk.step == "confirm"
    assert "shop.give" not in talk.called
    talk.say("yes")
    assert talk.called.count("shop.give") == 1


@pytest.mark.parametrize(
    "reply",
    [
        "yes",
        "Yes!",
        "no problem",
        "ok",
        "sure, thanks",
        "好的",
        "yes please send it",
        "是的，没问题",
        "yes, A-10293",
    ],
)
def test_a_yes_goes_on(reply: str) -> None:
    talk = talk_to("confirm")
    talk.say(reply)
    assert talk.called[-1] == "shop.give"


@pytest.mark.parametrize("reply", ["no", "不要", "no thanks", "no, I changed my view", "不用了谢谢"])
def test_a_no_does_not(reply: str) -> None:
    talk = talk_to("confirm")
    assert talk.say(reply) == "Nothing done."
    assert talk.stack == []


@pytest.mark.parametrize(
    "reply",
    ["yes no", "ok wait", "ok, actually no", "I am not sure", "good question", "right now I don't know", "fine print?",
     "true story", "yes please don't", "maybe", "是不是", "great, but what about my refund"],
)  # fmt: skip
def test_what_only_looks_like_a_yes_does_nothing(reply: str) -> None:
    talk = talk_to("confirm")
    talk.say(reply)
    assert "shop.give" not in talk.called
    assert talk.step == "confirm"


def test_a_boolean_slot_is_not_corrected_by_the_yes_of_a_confirm() -> None:
    talk = talk_to("confirm")
    assert talk.slots["gift"] is False
    talk.say("yes please")
    assert talk.slots["gift"] is False
    assert talk.called[-1] == "shop.give"


@pytest.mark.parametrize("reply", ["ok", "yes", "好的"])
def test_a_mere_yes_or_no_that_an_open_question_refuses_corrects_nothing(reply: str) -> None:
    talk = talk_to("ask:when")
    talk.say(reply)
    assert (talk.step, talk.slots["gift"]) == ("ask:when", False)


def test_a_boolean_slot_is_corrected_when_it_is_named() -> None:
    talk = talk_to("confirm")
    talk.say("yes, a gift")
    assert talk.slots["gift"] is True
    assert talk.step == "confirm"


@pytest.mark.parametrize(
    ("reply", "slot", "value"),
    [
        ("no wait, A-20000", "order_number", "A-20000"),  # a correction word
        ("the order number is A-20000", "order_number", "A-20000"),  # the slot's name
        ("size large, sorry", "size", "l"),
    ],
)
def test_an_earlier_slot_is_corrected_at_an_open_question(reply: str, slot: str, value: str) -> None:
    talk = talk_to("ask:note")
    talk.say(reply)
    assert talk.slots[slot] == value
    assert talk.step == "ask:note"


def test_what_the_open_question_refuses_corrects_the_one_slot_that_takes_it() -> None:
    text = RETURN.replace('with: {number: "{{ order_number }}", size: "{{ size }}"}', "with: {a: 1}")
    talk = talk_to("ask:email", text)
    talk.say("A-20000")
    assert talk.slots["order_number"] == "A-20000"
    assert talk.slots["order"] == {"name": "chair"}
    assert talk.step == "confirm"


def test_the_open_question_has_first_claim_on_what_fits_it_strictly() -> None:
    talk = talk_to("ask:when")
    talk.say("no, 2026-06-01")
    assert talk.stack == []
    assert "2026" not in str(talk.turns[-2].session.slots)


def test_a_value_of_two_earlier_slots_needs_a_word() -> None:
    text = """
flows:
  main:
    start: {commands: [main]}
    steps:
      - {ask: a, say: A?, type: email}
      - {ask: b, say: B?, type: email}
      - {ask: c, say: C?, type: date}
"""
    talk = Talk(build(text))
    for line in ("/main", "a@example.org", "b@example.org"):
        talk.say(line)
    talk.say("c@example.org")
    assert talk.slots == {"a": "a@example.org", "b": "b@example.org"}
    talk.say("sorry, c@example.org")
    assert talk.slots == {"a": "a@example.org", "b": "c@example.org"}


def test_a_correction_says_what_it_changed_with_the_labels() -> None:
    talk = talk_to("confirm")
    assert talk.say("sorry, large").startswith("Thanks, I've changed Small to Large.")


def test_a_correction_does_reads_again_and_keeps_what_else_was_filled() -> None:
    talk = talk_to("confirm")
    talk.say("no, A-20000")
    assert talk.called == ["shop.find", "shop.find"]
    assert talk.slots["note"] == "with a bow"
    assert "confirm: asked again" in talk.notes or "confirm: asked" in talk.notes


def test_a_slot_that_a_done_write_has_read_is_not_corrected() -> None:
    talk = talk_to("ask:email")
    assert talk.say("sorry, A-20000").startswith("That's already been done with A-10293")
    assert talk.labels[0] == "Talk to a person"
    assert talk.slots["order_number"] == "A-10293"
    assert talk.step == "ask:email"
    assert talk.called.count("shop.give") == 1


def test_a_done_write_is_not_done_again_by_a_correction() -> None:
    talk = talk_to("ask:when")
    talk.say("the note: no bow")
    assert talk.step == "confirm"
    talk.say("yes")
    assert talk.called.count("shop.give") == 1
    assert talk.step == "ask:when"
    assert talk.say("2026-06-01") == "Done T-1 ann@example.org no bow."


def test_a_check_refuses_a_correction_too() -> None:
    talk = talk_to("confirm")
    assert talk.say("no, A-99999").startswith("Not A-99999.\nSend lamp")
    assert talk.slots["order_number"] == "A-10293"


def test_a_failed_write_leaves_its_slots_open_to_correction() -> None:
    talk = talk_to("confirm")
    talk.actions["shop.give"] = Failure("sold_out")
    assert talk.say("yes").startswith("Failed sold_out.\nYour mail?")
    talk.actions["shop.give"] = "T-2"
    assert talk.say("sorry, large").endswith("Send lamp, l, with a bow?")
    talk.say("yes")
    assert talk.called.count("shop.give") == 2


CALLED = """
slots: {code: {type: text, pattern: '[A-Z]-\\d{5}'}}
flows:
  main:
    start: {commands: [main]}
    steps:
      - {ask: code, say: Code?}
      - {ask: colour, say: Colour?, options: [red, blue]}
      - say: "Colour {{ colour }}."
      - {run: pay, with: {colour: "{{ colour }}"}, save: paid}
      - {ask: email, say: Mail?, type: email}
      - say: "{{ paid }} {{ code }} {{ colour }} {{ email }}"
  pay:
    slots: {colour: {type: text}}
    steps:
      - {ask: amount, say: How much?, type: integer, fill: when_asked}
      - confirm: "Pay {{ amount }} for {{ code }}, {{ colour }}?"
      - {do: shop.pay, with: {amount: "{{ amount }}", code: "{{ code }}"}, save: ticket}
      - end: "{{ ticket }}"
"""


def called(*lines: str) -> Talk:
    talk = Talk(build(CALLED), {"shop.pay": "P-1"})
    for line in ("/main", "A-10293", "red", *lines):
        talk.say(line)
    return talk


def test_a_correction_in_a_called_flow_reaches_the_slots_of_its_caller() -> None:
    talk = called("5")
    assert talk.say("no wait, blue").endswith("Colour blue.\nHow much?")
    assert talk.stack == ["main", "pay"]
    assert talk.session.stack[0].slots["colour"] == "blue"


def test_a_shared_slot_is_corrected_where_the_called_flow_reads_it() -> None:
    talk = called("5")
    assert talk.say("no wait, A-20000").endswith("Pay 5 for A-20000, red?")
    assert talk.session.stack[-1].slots["amount"] == 5


def test_a_shared_slot_that_nothing_read_yet_is_corrected_in_place() -> None:
    talk = called()
    assert talk.say("no wait, A-20000").endswith("How much?")
    assert talk.slots["code"] == "A-20000"
    assert talk.stack == ["main", "pay"]


def test_what_a_called_flow_wrote_with_is_not_corrected_and_it_is_not_run_again() -> None:
    talk = called("5", "yes")
    assert talk.say("sorry, A-20000").startswith("That's already been done with A-10293")
    assert talk.say("sorry, blue").startswith("That's already been done")
    assert talk.say("ann@example.org") == "P-1 A-10293 red ann@example.org"
    assert talk.called == ["shop.pay"]


def test_a_called_flow_that_wrote_is_passed_over_after_a_correction() -> None:
    text = CALLED.replace('{run: pay, with: {colour: "{{ colour }}"}, save: paid}', "{run: pay, save: paid}")
    talk = Talk(
        build(text.replace("slots: {colour: {type: text}}", "slots: {colour: {type: text, initial: none at all}}")),
        {"shop.pay": "P-1"},
    )
    for line in ("/main", "A-10293", "red", "5", "yes"):
        talk.say(line)
    assert talk.say("sorry, blue").endswith("Colour blue.\nMail?")
    assert talk.called == ["shop.pay"]
    assert talk.say("ann@example.org") == "P-1 A-10293 blue ann@example.org"


LOOP = """
flows:
  main:
    start: {commands: [main]}
    steps:
      - {id: top, ask: item, say: Item?, options: [lamp, chair], again: true}
      - {ask: place, say: Place?, options: [home, work]}
      - {if: "place == 'home'", then: [{say: Home.}], else: [{say: Work.}]}
      - {confirm: "Give {{ item }}?"}
      - {do: shop.give, with: {item: "{{ item }}"}}
      - {ask: more, say: More?, type: boolean, again: true}
      - {if: more, then: [{goto: top}]}
"""


def test_a_write_passed_over_after_a_correction_is_done_for_the_next_item() -> None:
    talk = Talk(build(LOOP), {"shop.give": 1})
    for line in ("/main", "lamp", "home", "yes"):
        talk.say(line)
    assert talk.say("sorry, work").endswith("Give lamp?")
    assert talk.say("yes") == "More?"
    assert talk.called == ["shop.give"]
    for line in ("yes", "chair", "yes"):
        talk.say(line)
    assert [call.args["item"] for call in talk.calls] == ["lamp", "chair"]


def test_what_was_not_passed_again_after_a_correction_is_no_longer_passed_over() -> None:
    text = LOOP.replace(
        "then: [{say: Home.}], else: [{say: Work.}]}", "then: [{say: Home.}], else: [{ask: room, say: Room?}]}"
    )
    talk = Talk(build(text), {"shop.give": 1})
    for line in ("/main", "lamp", "home", "yes", "sorry, work", "two"):
        talk.say(line)
    assert talk.top.skips == ()


COMPUTED = """
flows:
  main:
    start: {commands: [main]}
    steps:
      - {ask: kind, say: Kind?, options: [tea, coffee]}
      - {ask: cup, say: Cup?, options: "{{ ['green', 'black'] if kind == 'tea' else ['black', 'white'] }}"}
      - {confirm: "{{ kind }} {{ cup }}?"}
"""


@pytest.mark.parametrize(("cup", "said"), [("green", "Cup?"), ("black", "coffee black?")])
def test_a_computed_option_that_is_none_any_more_is_asked_for_again(cup: str, said: str) -> None:
    talk = Talk(build(COMPUTED))
    for line in ("/main", "tea", cup):
        talk.say(line)
    assert talk.say("no, coffee").endswith(said)


def test_several_computed_options_are_still_valid_only_all_together() -> None:
    talk = Talk(build(COMPUTED.replace("{ask: cup,", "{ask: cup, many: true,")))
    for line in ("/main", "tea", "green and black"):
        talk.say(line)
    assert talk.slots["cup"] == ["green", "black"]
    assert talk.say("no, coffee").endswith("Cup?")


def test_a_loop_with_a_correction_goes_back_to_the_first_reader() -> None:
    text = """
slots: {code: {type: text, pattern: '[A-Z]-\\d{5}'}}
flows:
  main:
    start: {commands: [main]}
    steps:
      - {ask: code, say: Code?}
      - {id: find, do: shop.find, with: {code: "{{ code }}"}, save: found}
      - if: found is none
        then: [{say: "No {{ code }}."}, {ask: code, say: Again?, again: true}, {goto: find}]
      - {ask: email, say: Mail?, type: email}
      - say: "{{ found }}"
"""
    talk = Talk(
        build(text), {"shop.find": lambda call: None if call.args["code"] == "A-00000" else call.args["code"]}
    )
    talk.say("/main")
    assert talk.say("A-00000") == "No A-00000.\nAgain?"
    assert talk.say("A-10293") == "Mail?"
    assert talk.say("no, A-20000").endswith("Mail?")
    assert talk.say("sorry, A-00000").endswith("Again?")
    talk.say("A-30000")
    assert talk.say("ann@example.org") == "A-30000"


def test_the_intent_of_an_open_flow_corrects_it_and_opens_no_second_one() -> None:
    talk = talk_to("ask:gift")
    assert talk.say("begin now with A-20000", intents={"begin": 0.9}).endswith("A gift?")
    assert talk.stack == ["main"]
    assert talk.slots["order_number"] == "A-20000"


def test_a_write_after_a_change_that_came_between_needs_a_yes_of_its_own() -> None:
    text = RETURN.replace(
        "no: [{say: Nothing done.}, end]", "no: [{say: Nothing done.}, end]\n      - wait: {event: paid}"
    )
    talk = talk_to("confirm", text)
    talk.say("yes")
    assert talk.step == "wait:paid"
    talk.say("something other")
    assert talk.say("A-20000").endswith("Meanwhile the order number has changed from A-10293 to A-20000.")
    assert talk.take(Outside("paid")) == "A-20000, s Shall I go ahead?"
    assert talk.stack == ["main", "on_confirm"]
    talk.say("yes")
    assert talk.calls[-1].args == {"number": "A-20000", "size": "s"}


@pytest.mark.parametrize("reply", ["no", "cancel"])
def test_a_no_to_that_ends_the_flow(reply: str) -> None:
    text = RETURN.replace(
        "no: [{say: Nothing done.}, end]", "no: [{say: Nothing done.}, end]\n      - wait: {event: paid}"
    )
    talk = talk_to("confirm", text)
    talk.say("yes")
    talk.say("something other")
    talk.say("A-20000")
    talk.take(Outside("paid"))
    talk.say(reply)
    assert talk.stack == []
    assert "shop.give" not in talk.called


IDENTIFYING = """
slots:
  email: {type: email}
  account: {type: text, options: {a: Alpha, b: Beta}}
flows:
  main:
    start: {commands: [main]}
    steps:
      - {run: identify, save: known}
      - {ask: item, say: Which item?}
      - {ask: reason, say: Why?, options: [broken, late]}
      - confirm: {en: "Return {{ item }} of {{ known }}, mail to {{ email }}?", zh: "{{ known }}退{{ item }}，邮件发到{{ email }}，好吗？"}
        no: [{say: Nothing done.}, end]
      - do: shop.give
        with: {to: "{{ email }}"}
      - {ask: more, say: More?, type: date}
  identify:
    steps:
      - {ask: email, say: Your mail?}
      - {ask: account, say: Which account?}
      - {do: shop.find, with: {email: "{{ email }}"}, save: found}
      - end: "{{ found }}"
"""
NAMES = {"ann@example.org": "Ann", "bob@example.org": "Bob"}


def identified(*lines: str) -> Talk:
    talk = Talk(build(IDENTIFYING), {"shop.find": lambda call: NAMES.get(call.args["email"]), "shop.give": "T-1"})
    for line in ("/main", "ann@example.org", "Alpha", *lines):
        talk.say(line)
    return talk


@pytest.mark.parametrize(
    ("lines", "reply"),
    [
        (("a lamp",), "no wait, the e-mail is bob@example.org"),
        (("a lamp",), "bob@example.org"),
        (("a lamp",), "等等，email是bob@example.org"),
        (("a lamp", "late"), "no, bob@example.org"),
        (("a lamp", "late"), "yes, but the email should be bob@example.org"),
        (("a lamp", "late"), "不对，email改成bob@example.org"),
    ],
)
def test_a_shared_slot_that_an_ended_called_flow_asked_for_stays_open(lines: tuple[str, ...], reply: str) -> None:
    talk = identified(*lines)
    step = talk.step
    talk.say(reply)
    assert (talk.step, talk.stack) == (step, ["main"])
    assert (talk.slots["email"], talk.slots["known"], talk.slots["item"]) == ("bob@example.org", "Bob", "a lamp")
    assert talk.called == ["shop.find", "shop.find"]
    if step != "confirm":
        talk.say("late")
    talk.say("yes")
    assert talk.calls[-1].args == {"to": "bob@example.org"}


def test_what_an_ended_called_flow_asked_for_is_asked_again_after_a_no_that_names_it() -> None:
    talk = identified("a lamp", "late")
    assert talk.say("no, the account is wrong") == "Which account?"
    assert talk.stack == ["main", "identify"]
    assert talk.say("Beta") == "Return a lamp of Ann, mail to ann@example.org?"
    assert (talk.slots["account"], talk.slots["email"]) == ("b", "ann@example.org")


def test_what_a_done_write_has_read_stays_though_a_called_flow_asked_for_it() -> None:
    talk = identified("a lamp", "late", "yes")
    assert talk.say("sorry, bob@example.org").startswith("That's already been done with ann@example.org")
    assert talk.slots["email"] == "ann@example.org"


def test_an_own_slot_of_an_ended_called_flow_is_closed() -> None:
    text = IDENTIFYING.replace("  account: {type: text, options: {a: Alpha, b: Beta}}\n", "").replace(
        "{ask: account, say: Which account?}", "{ask: account, say: Which account?, options: {a: Alpha, b: Beta}}"
    )
    talk = Talk(build(text), {"shop.find": "Ann"})
    for line in ("/main", "ann@example.org", "Alpha", "a lamp"):
        talk.say(line)
    talk.say("no wait, the account is Beta")
    assert (talk.step, talk.stack, "account" in talk.slots) == ("ask:reason", ["main"], False)


def test_a_later_run_of_the_same_flow_offers_what_is_known() -> None:
    text = IDENTIFYING.replace(
        "      - {ask: more, say: More?, type: date}", "      - {run: identify}\n      - say: End."
    )
    talk = Talk(build(text), {"shop.find": "Ann", "shop.give": 1})
    for line in ("/main", "ann@example.org", "Alpha", "a lamp", "sorry, bob@example.org", "late"):
        talk.say(line)
    assert talk.say("yes") == "Is it still bob@example.org?"


LIMITED = """
flows:
  main:
    start: {commands: [main]}
    steps:
      - {ask: account, say: Which?, options: {a: Alpha, b: Beta}}
      - {do: shop.find, with: {account: "{{ account }}"}, save: balance}
      - ask: amount
        say: How much?
        type: integer
        check: [{if: amount > balance, say: "Only {{ balance }}, not {{ amount }}."}]
      - {ask: day, say: When?, type: date}
      - confirm: "{{ amount }} from {{ account }}?"
      - {do: shop.give, with: {amount: "{{ amount }}", account: "{{ account }}"}}
      - say: Done.
"""
BALANCES = {"a": 100, "b": 10}


@pytest.mark.parametrize(("lines", "step"), [(("50",), "ask:day"), (("50", "tomorrow"), "confirm")])
@pytest.mark.parametrize("reply", ["no, Beta", "不对，Beta"])
def test_a_check_is_run_again_when_a_slot_that_it_depends_on_is_corrected(
    lines: tuple[str, ...], step: str, reply: str
) -> None:
    talk = Talk(build(LIMITED), {"shop.find": lambda call: BALANCES[call.args["account"]], "shop.give": 1})
    for line in ("/main", "Alpha", *lines):
        talk.say(line)
    assert talk.step == step
    assert talk.say(reply).endswith("Only 10, not 50.\nHow much?")
    assert talk.slots["amount"] is None
    assert talk.say("60").startswith("Only 10, not 60.")
    talk.say("5")
    assert talk.step == step
    assert talk.slots["amount"] == 5


def test_a_check_that_a_corrected_slot_still_passes_lets_the_value_be() -> None:
    talk = Talk(build(LIMITED), {"shop.find": lambda call: BALANCES[call.args["account"]], "shop.give": 1})
    for line in ("/main", "Alpha", "5", "tomorrow"):
        talk.say(line)
    assert talk.say("no, Beta").endswith("5 from b?")
    talk.say("yes")
    assert talk.calls[-1].args == {"amount": 5, "account": "b"}


def test_a_check_that_reads_the_corrected_slot_itself_is_run_again() -> None:
    text = """
flows:
  main:
    start: {commands: [main]}
    steps:
      - {ask: limit, say: Limit?, type: integer}
      - {ask: amount, say: How much?, type: integer, check: [{if: amount > limit, say: Too much.}]}
      - {ask: day, say: When?, type: date}
      - say: "{{ amount }} of {{ limit }}"
"""
    talk = Talk(build(text))
    for line in ("/main", "100", "50"):
        talk.say(line)
    assert talk.say("the limit is 20").endswith("Too much.\nHow much?")
    assert talk.say("15") == "When?"
    assert talk.say("tomorrow") == "15 of 20"


def test_only_the_first_run_of_a_flow_after_a_correction_passes_over_what_is_known() -> None:
    text = IDENTIFYING.replace("- {run: identify, save: known}", "- {id: who, run: identify, save: known}").replace(
        "      - {ask: more, say: More?, type: date}", "      - goto: who"
    )
    talk = Talk(build(text), {"shop.find": "Ann", "shop.give": 1})
    for line in ("/main", "ann@example.org", "Alpha", "a lamp", "sorry, bob@example.org", "late"):
        talk.say(line)
    assert talk.say("yes") == "Is it still bob@example.org?"


def test_a_correction_of_a_secret_shows_neither_value() -> None:
    bot = """
flows:
  safe:
    start: {commands: [safe]}
    slots: {pin: {type: text, pattern: '\\d{4}', secret: true}}
    steps:
      - ask: pin
        say: Your PIN?
      - confirm: Open it?
      - say: Open.
"""
    talk = Talk(build(bot))
    talk.say("/safe")
    talk.say("4821")
    said = talk.say("no, the pin is 7228")
    assert "•••" in said
    assert "4821" not in said
    assert "7228" not in said
    assert talk.top.slots["pin"] == "7228"
