"""A value and a question in one reply: the value is taken, and the question answered."""

import pytest

from tests.unit.dialogue.talking import Talk, build

STAY = r"""
intents:
  book: {examples: [book a room, 订房]}
  park: {examples: [where can I park my car, 停车]}
answers: {price: {questions: [what does it cost, 多少钱], say: {en: It costs 80 euros., zh: 80欧元。}}}
flows:
  book:
    title: your room
    start: {intents: [book], commands: [book]}
    steps:
      - {ask: arrival, type: date, say: From which day?}
      - {ask: code, pattern: '\d{4}', say: Which code?, check: [{if: "code == '9999'", say: Not that one.}]}
      - {ask: bed, say: Which bed?, options: {double: Double bed, single: Single bed}}
      - {ask: wish, say: Any wish?}
      - confirm: "{{ arrival | date }}, {{ bed }}?"
      - say: Booked.
  park:
    title: parking
    start: {intents: [park]}
    steps: [{ask: plate, say: Your plate?}, {say: Noted.}]
"""
UNANSWERED = "I can't answer your question here, but a colleague can. Just ask for a person."


def talk_to(*lines: str) -> Talk:
    talk = Talk(build(STAY))
    for line in ("/book", *lines):
        talk.say(line)
    return talk


@pytest.mark.parametrize(
    ("said", "slot"),
    [
        ("May 4, and what does it cost?", "arrival"),
        ("May 4. What does it cost?", "arrival"),
        ("What does it cost? May 4", "arrival"),
        ("5月4号，多少钱？", "arrival"),
    ],
)
def test_the_value_is_taken_and_the_question_answered(said: str, slot: str) -> None:
    talk = talk_to(said)
    assert str(talk.slots[slot]) == "2026-05-04"
    assert talk.text.splitlines() in (["It costs 80 euros.", "Which code?"], ["80欧元。", "Which code?"])
    assert talk.route == "slot"


def test_so_it_is_with_patterns_and_options() -> None:
    talk = talk_to("May 4")
    assert talk.say("1234, what does it cost?") == "It costs 80 euros.\nWhich bed?"
    assert talk.say("double bed please. And what does it cost?") == "It costs 80 euros.\nAny wish?"
    assert (talk.slots["code"], talk.slots["bed"]) == ("1234", "double")


@pytest.mark.parametrize(
    "said", ["May 4, when do I get the key?", "May 4 and where is the pool?", "5月4号，什么时候能进房间？"]
)
def test_what_nobody_can_answer_is_told(said: str) -> None:
    talk = talk_to(said)
    assert talk.text.splitlines()[0] in {UNANSWERED, "您问的这个我这边答不了，可以转人工客服为您解答。"}
    assert talk.text.endswith("Which code?")


@pytest.mark.parametrize(
    "said", ["May 4, can you do that?", "May 4?", "May 4, ok?", "May 4, please", "on May 4, why not"]
)
def test_what_asks_for_nothing_is_not(said: str) -> None:
    assert talk_to(said).text == "Which code?"


@pytest.mark.parametrize("said", ["what does it cost on May 4?", "what does May 4 cost?"])
def test_a_value_inside_the_question_is_not_taken(said: str) -> None:
    talk = talk_to(said)
    assert (talk.slots.get("arrival"), talk.step) == (None, "ask:arrival")


def test_a_flow_that_the_question_is_for_begins_and_the_other_goes_on() -> None:
    talk = talk_to("May 4, and where can I park my car?")
    assert (talk.text, talk.stack) == ("Your plate?", ["book", "park"])
    assert str(talk.session.stack[0].slots["arrival"]) == "2026-05-04"
    assert talk.say("B-12").splitlines()[-1] == "Which code?"


def test_a_value_that_is_refused_is_told_beside_the_answer() -> None:
    talk = talk_to("May 4")
    assert talk.say("9999. What does it cost?").splitlines() == ["It costs 80 euros.", "Not that one."]


@pytest.mark.parametrize("said", ["a quiet room, and what does it cost?", "x" * 5000, "?" * 100])
def test_free_text_is_as_before(said: str) -> None:
    talk = talk_to("May 4", "1234", "double bed")
    talk.say(said)
    assert UNANSWERED not in talk.text


TAXI = r"""
intents:
  pick: {examples: [pick me up, send a cab]}
  lost: {examples: [I left my bag in the car, I lost my phone in a cab, 我的手机落车上了]}
flows:
  pick:
    title: the cab
    start: {intents: [pick], commands: [pick]}
    steps: [{ask: code, title: code, pattern: 'R\d{5}', say: Your code?}, {ask: day, title: day, type: date, say: When?}, {say: "{{ code }} it is."}]
  lost: {title: lost things, start: {intents: [lost]}, steps: [{ask: phone, title: phone, say: Your phone?}, {say: Noted.}]}
"""


@pytest.mark.parametrize(
    "said",
    ["R12345, and I lost my phone in a cab", "it's R12345. I left my bag in the car!", "I lost my phone in a cab; code is R12345",
     "我的号码是R12345，我的手机落车上了"],
)  # fmt: skip
def test_a_value_is_kept_beside_a_statement_that_starts_a_flow(said: str) -> None:
    talk = Talk(build(TAXI))
    talk.say("/pick")
    talk.say(said)
    assert (talk.text, talk.stack) == ("Your phone?", ["pick", "lost"])
    assert talk.session.stack[0].slots == {"code": "R12345"}


def test_a_value_inside_a_statement_yields_to_what_that_means() -> None:
    talk = Talk(build(TAXI))
    talk.say("/pick")
    talk.say("I lost my phone in the R12345 cab")
    assert (talk.stack, talk.session.stack[0].slots) == (["pick", "lost"], {})


@pytest.mark.parametrize("said", ["could you explain what a single bed is", "tell me about the single bed"])
def test_an_option_that_is_to_be_explained_is_not_taken_nor_changed_to(said: str) -> None:
    assert talk_to("May 4", "1234", said).slots.get("bed") is None
    talk = talk_to("May 4", "1234", "double", "none", said)
    assert (talk.slots["bed"], talk.step) == ("double", "confirm")
    assert (
        talk.say("could you make it a single bed")
        == "Thanks, I've changed Double bed to Single bed.\n2026-05-04, single?"
    )
