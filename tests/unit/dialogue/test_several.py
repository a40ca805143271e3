"""Several things in one message: more corrections than one, an answer beside a correction, what is asked later."""

import pytest

from tests.unit.dialogue.talking import Talk, build

CLAIM = """
flows:
  main:
    title: your claim
    start: {commands: [main]}
    steps:
      - {ask: email, say: Your mail?, type: email}
      - {ask: address, say: Where do you live?}
      - {ask: charged, say: How much were you charged?, type: money}
      - ask: expected
        say: How much should it have been?
        type: money
        check: [{if: expected >= charged, say: "{{ expected }} is not less."}]
      - confirm: "{{ email }}, {{ address }}: {{ (charged - expected) | money }}?"
      - do: shop.give
        with: {to: "{{ email }}", at: "{{ address }}", amount: "{{ charged - expected }}"}
      - {ask: day, say: When?, type: date}
      - say: Done.
"""
LINES = ("a@example.org", "5 Canal Street", "60", "50")


def claim(*lines: str, text: str = CLAIM) -> Talk:
    talk = Talk(build(text), {"shop.give": "T-1"})
    for line in ("/main", *lines):
        talk.say(line)
    return talk


@pytest.mark.parametrize(
    ("reply", "slots"),
    [
        ("no, charged was $65 and expected $45", {"charged": "65 USD", "expected": "45 USD"}),
        ("yes but the expected is 55 and charged 65", {"charged": "65 EUR", "expected": "55 EUR"}),
        ("charged: 70, expected: 65", {"charged": "70 EUR", "expected": "65 EUR"}),
        (
            "yes but change the email to b@example.org and the address to 9 Elm Road",
            {"email": "b@example.org", "address": "9 Elm Road"},
        ),
        (
            "change the address to 9 Elm Road, and the email to b@example.org",
            {"email": "b@example.org", "address": "9 Elm Road"},
        ),
        ("no, b@example.org, and the charged is 70", {"email": "b@example.org", "charged": "70 EUR"}),
        ("不对，charged是65，expected是45", {"charged": "65 EUR", "expected": "45 EUR"}),
        (
            "address改成北京路5号，email改成b@example.org",
            {"email": "b@example.org", "address": "北京路5号"},
        ),
    ],
)
def test_a_message_may_correct_several_slots(reply: str, slots: dict[str, str]) -> None:
    talk = claim(*LINES)
    before = talk.slots
    talk.say(reply)
    assert {name: str(value) for name, value in talk.slots.items()} == {
        **{name: str(value) for name, value in before.items()},
        **slots,
    }
    assert len([line for line in talk.text.splitlines() if "60" in line or "50" in line or "5 C" in line]) <= 3
    assert (talk.step, talk.called) == ("confirm", [])


def test_what_was_changed_is_said_in_the_order_of_the_message() -> None:
    talk = claim(*LINES)
    talk.say("the expected is 45 and the charged 65")
    assert talk.text.splitlines()[:2] == [
        "Thanks, I've changed €50.00 to €45.00.",
        "Thanks, I've changed €60.00 to €65.00.",
    ]


def test_a_rule_sees_all_values_of_a_message() -> None:
    talk = claim(*LINES)
    assert talk.say("charged is 40 and expected is 30").endswith(": €10.00?")
    assert talk.say("charged is 40 and expected is 70").startswith("€70.00 is not less.")
    assert (str(talk.slots["charged"]), str(talk.slots["expected"])) == ("40 EUR", "30 EUR")
    assert talk.called == []


def test_a_correction_that_may_be_of_two_slots_beside_a_sure_one_is_asked_about() -> None:
    talk = claim(*LINES)
    before = talk.slots
    assert talk.say("no, $70 and b@example.org") == "What shall I change?"
    assert talk.labels == ["charged", "expected", "email"]
    assert talk.slots == before


def test_after_several_corrections_only_a_new_yes_writes_the_new_values() -> None:
    talk = claim(*LINES, "yes but charged is 80 and the email is b@example.org")
    assert talk.called == []
    talk.say("yes")
    assert [call.args for call in talk.calls] == [
        {"to": "b@example.org", "at": "5 Canal Street", "amount": {"$money": ["30", "EUR"]}}
    ]


def test_of_several_corrections_what_a_done_write_has_read_stays() -> None:
    text = CLAIM.replace('to: "{{ email }}", ', "").replace("say: Done.", 'say: "Sent to {{ email }}."')
    talk = claim(*LINES, "yes", text=text)
    said = talk.say("sorry, the email is b@example.org and charged is 70")
    assert said.splitlines()[:2] == [
        "Thanks, I've changed a@example.org to b@example.org.",
        "That's already been done with €60.00, so I can't change it here. A colleague can help you with it.",
    ]
    assert (talk.slots["email"], str(talk.slots["charged"])) == ("b@example.org", "60 EUR")
    assert len(talk.called) == 1


def test_of_several_corrections_the_earliest_reader_is_gone_back_to() -> None:
    text = """
flows:
  main:
    start: {commands: [main]}
    steps:
      - {ask: code, say: Code?, pattern: '\\d{5}'}
      - {do: shop.find, with: {code: "{{ code }}"}, save: name}
      - {ask: size, say: Size?, options: [small, large]}
      - say: "{{ size }} of {{ name }}."
      - {ask: day, say: When?, type: date}
"""
    for reply in ("the size is large and the code is 22222", "the code is 22222 and the size is large"):
        talk = Talk(build(text), {"shop.find": lambda call: f"N{call.args['code']}"})
        for line in ("/main", "11111", "small"):
            talk.say(line)
        assert talk.say(reply).endswith("large of N22222.\nWhen?")


RETURN = """
flows:
  main:
    start: {commands: [main]}
    steps:
      - {ask: email, say: Your mail?, type: email}
      - {ask: way, say: How?, options: {mail: {en: By mail, zh: 邮寄}, store: {en: In store, zh: 到店}}}
      - {ask: bought, say: When did you buy it?, type: date, past: true}
      - {ask: days, say: How many days?, type: integer, check: [{if: days > 9, say: At most nine.}]}
      - {ask: phone, say: Your phone?, type: phone}
      - say: "{{ email }} {{ way }} {{ bought }} {{ days }}"
"""


@pytest.mark.parametrize(
    ("lines", "reply", "step"),
    [
        (("a@example.org",), "by mail, and my email is b@example.org", "ask:bought"),
        (("a@example.org",), "by mail, sorry b@example.org", "ask:bought"),
        (("a@example.org",), "sorry, my email is b@example.org, and by mail please", "ask:bought"),
        (("a@example.org",), "邮寄，还有email改成b@example.org", "ask:bought"),
        (("a@example.org", "by mail"), "on jan 10, and sorry the email is b@example.org", "ask:days"),
        (("a@example.org", "by mail"), "1月10号，email应该是b@example.org", "ask:days"),
        (("a@example.org", "by mail", "jan 10"), "3, the email is b@example.org", "ask:phone"),
    ],
)
def test_an_answer_beside_a_correction_is_taken_too(lines: tuple[str, ...], reply: str, step: str) -> None:
    talk = claim(*lines, text=RETURN)
    talk.say(reply)
    assert (talk.slots["email"], talk.slots["way"], talk.step) == ("b@example.org", "mail", step)
    if step != "ask:bought":
        assert (talk.slots["bought"].month, talk.slots["bought"].day) == (1, 10)


def test_an_answer_that_a_rule_refuses_is_asked_again_and_the_correction_beside_it_is_taken() -> None:
    talk = claim("a@example.org", "by mail", "jan 10", text=RETURN)
    said = talk.say("30, and the email is b@example.org")
    assert said.splitlines() == [
        "At most nine.",
        "Thanks, I've changed a@example.org to b@example.org.",
        "How many days?",
    ]
    assert (talk.slots["email"], talk.slots.get("days")) == ("b@example.org", None)
    assert talk.top.misses == 0


def test_what_a_correction_says_beside_is_heard_for_later() -> None:
    talk = claim("a@example.org", text=RETURN)
    talk.say("sorry, b@example.org, and my phone is 0170 1234567")
    assert (talk.slots["email"], talk.step) == ("b@example.org", "ask:way")
    for line in ("by mail", "jan 10"):
        talk.say(line)
    assert talk.say("3") == "b@example.org mail 2026-01-10 3"


LATER = """
intents: {other: {examples: [something other]}}
flows:
  main:
    start: {commands: [main]}
    steps:
      - {ask: code, say: Code?, pattern: '\\d{5}', retry: [Five digits., Still five digits.]}
      - {ask: email, say: Mail?, type: email}
      - {run: called, save: way}
      - {ask: pin, say: PIN?, pattern: '\\d{4}', fill: when_asked}
      - say: "{{ code }} {{ email }} {{ way }} {{ pin }}"
  called:
    steps:
      - {ask: way, say: How?, options: {mail: {en: By mail, zh: 邮寄}, store: {en: In store, zh: 到店}}}
      - end: "{{ way }}"
  side:
    start: {intents: [other]}
    steps: [{say: Side.}]
"""


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        ("my email is a@example.org", "PIN?"),
        ("我的邮箱是a@example.org，邮寄", "PIN?"),
        ("a@example.org, by mail please", "PIN?"),
    ],
)
def test_what_a_reply_says_of_a_later_question_is_kept(reply: str, said: str) -> None:
    talk = claim(text=LATER)
    assert talk.say(reply).startswith(
        ("Thanks, I've made a note of that (email: a@", "好的，这个已经记下了（email: a@")
    )
    assert talk.text.endswith("\nCode?")
    assert (talk.step, talk.top.misses, talk.route) == ("ask:code", 0, "slot")
    first = talk.say("12345")
    assert talk.session.stack[0].slots["email"] == "a@example.org"
    assert (first if "mail p" in reply or "邮寄" in reply else talk.say("by mail")) == said


def test_what_is_kept_again_is_told_what_the_question_wants() -> None:
    talk = claim(text=LATER)
    assert talk.say("my email is a@example.org").endswith("\nCode?")
    said = talk.say("I mean my email is b@example.org").splitlines()
    assert said == ["Thanks, I've made a note of that (email: b@example.org).", "Five digits."]
    assert talk.top.misses == 1


def test_retry_steps_look_at_a_reply_themselves() -> None:
    talk = claim(text=LATER.replace("retry: [Five digits., Still", "retry: [{steps: [{say: Look.}]}, Still"))
    assert talk.say("a@example.org") == "Look.\nCode?"
    assert talk.say("a@example.org").startswith("Thanks")


def test_what_was_kept_already_is_an_unusable_reply() -> None:
    talk = claim("a@example.org", text=LATER)
    assert talk.say("a@example.org") == "Five digits."
    assert talk.say("b@example.org").startswith("Thanks")
    assert talk.say("1234") == "Still five digits."  # a pin that is only taken when it is asked for


def test_a_sure_intent_goes_before_what_is_kept() -> None:
    talk = claim(text=LATER)
    assert talk.say("something other a@example.org", intents={"other": 0.9}).startswith("Side.")


def test_a_yes_with_something_for_later_beside_it_keeps_that_and_writes_nothing() -> None:
    talk = claim(*LINES)
    assert talk.say("yes if you can do it tomorrow").startswith("I haven't gone ahead")
    assert talk.called == []
    talk.say("yes")
    assert talk.text == "Done."
    assert len(talk.called) == 1


@pytest.mark.parametrize("reply", ["334891750", "123", "12.50", "１２３", "212 555 0123"])
def test_figures_alone_are_kept_for_no_later_amount(reply: str) -> None:
    flows = """
    slots: {phone: {type: phone}}
    flows:
      main:
        start: {commands: [main]}
        steps:
          - {ask: code, say: Code?, pattern: '[A-Z]-[0-9]{4}', retry: [It looks like A-1234.]}
          - {ask: amount, say: How much?, type: money, fill: anytime}
          - {ask: phone, say: Phone?, fill: anytime}
          - say: Done.
    """
    talk = Talk(build(flows))
    talk.say("/main")
    assert talk.say(reply) == "It looks like A-1234."
    assert talk.say("A-1234") == "How much?"


GIFT = """
flows:
  main:
    start: {commands: [main]}
    steps:
      - {ask: extras, say: Which extras?, many: true, options: {wrap: {en: Gift wrap, zh: 包装}, note: {en: Note, zh: 贺卡}, bow: {en: Red bow, zh: 红结}}}
      - {ask: day, say: When?, type: date}
      - say: Done.
"""


@pytest.mark.parametrize(
    ("said", "extras"),
    [
        ("red bow", ["bow"]),
        ("note and red bow", ["note", "bow"]),
        ("the red bow please", ["bow"]),
        ("note, red bow", ["note", "bow"]),
        ("贺卡和红结", ["note", "bow"]),
        ("is the red bow nice?", ["wrap"]),
        ("my neighbour saw a red bow in the window of your beautiful shop", ["wrap"]),
    ],
)
def test_several_options_are_corrected_where_something_else_is_asked_for(said: str, extras: list[str]) -> None:
    talk = claim("gift wrap", said, text=GIFT)
    assert (talk.slots["extras"], talk.step) == (extras, "ask:day")


NAMED = """
flows:
  main:
    start: {commands: [main]}
    steps:
      - {ask: name, say: Name?, type: text, title: {en: name, zh: 姓名}}
      - {ask: address, say: Where?, type: text, title: {en: address, zh: 地址}}
      - {ask: count, say: How many?, type: integer, title: {en: quantity, zh: 数量}}
      - confirm: "{{ name }}, {{ address }}, {{ count }}?"
      - say: Done.
"""


@pytest.mark.parametrize(
    ("said", "name", "address"),
    [
        ("no, the name is Bob and 4", "Bob", "5 Elm Road"),
        ("不对，姓名是小王和4个", "小王", "5 Elm Road"),
        ("不对，姓名是小王和小李", "小王和小李", "5 Elm Road"),
        ("不对，地址是和平路7号", "Ann", "和平路7号"),
        ("no, the name is Sandy Sands", "Sandy Sands", "5 Elm Road"),
    ],
)
def test_what_is_said_of_another_behind_an_and_is_no_part_of_free_text(said: str, name: str, address: str) -> None:
    talk = claim("Ann", "5 Elm Road", "3", said, text=NAMED)
    assert (talk.slots["name"], talk.slots["address"]) == (name, address)
