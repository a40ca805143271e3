"""From one value to another: the one is left for the other, or both are a range for two slots."""

import pytest

from tests.unit.dialogue.talking import Talk, build

STAY = """
intents: {book: {examples: [book a room, 订房]}}
flows:
  book:
    start: {intents: [book]}
    steps:
      - {ask: arrival, type: date, say: From which day?}
      - {ask: departure, type: date, say: Until which day?}
      - confirm: "{{ arrival | date }} to {{ departure | date }}?"
      - say: Booked.
  pay:
    start: {commands: [pay]}
    steps:
      - ask: way
        say: How?
        options: [{value: card, label: {en: Credit card, zh: 信用卡, de: Kreditkarte}}, {value: paypal, label: PayPal},
          {value: debit, label: {en: Debit card, zh: 借记卡, de: Lastschrift}}]
      - confirm: "By {{ way }}?"
      - say: Paid.
  day:
    start: {commands: [day]}
    steps: [{ask: day, type: date, say: Which day?}, {confirm: "{{ day | date }}?"}, {say: Fine.}]
"""


def talk_to(*lines: str) -> Talk:
    talk = Talk(build(STAY, locales=("en", "zh", "de")))
    for line in lines:
        talk.say(line)
    return talk


RANGES = ["from May 5 to May 8", "between May 5 and May 8", "May 5 to May 8", "May 5 until May 8", "5月5号到5月8号",
          "从5月5号到5月8号", "5月5号和5月8号之间"]  # fmt: skip


@pytest.mark.parametrize("said", RANGES)
@pytest.mark.parametrize("before", [[], ["May 5"]])
def test_a_range_fills_two_slots_of_a_type(before: list[str], said: str) -> None:
    talk = talk_to("book a room", *before, said)
    assert talk.text == "2026-05-05 to 2026-05-08?"


@pytest.mark.parametrize("said", ["book a room from May 5 to May 8", "book a room between May 5 and May 8"])
def test_so_does_the_first_message(said: str) -> None:
    assert talk_to(said).text == "2026-05-05 to 2026-05-08?"


@pytest.mark.parametrize("said", ["from May 5 to May 8", "between May 5 and May 8", "从5月5号到5月8号"])
def test_a_range_is_no_value_of_a_single_slot(said: str) -> None:
    talk = talk_to("/day", said)
    assert (talk.step, talk.slots.get("day")) == ("ask:day", None)
    assert talk.labels[0] in {"May 5", "5月5号"}


def test_nor_of_the_second_one_if_the_first_is_another() -> None:
    talk = talk_to("book a room", "May 2", "from May 5 to May 8")
    assert (talk.step, talk.slots.get("departure")) == ("ask:departure", None)


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ("change it from May 5 to May 6", "2026-05-06 to 2026-05-08?"),
        ("change it from May 8 to May 9", "2026-05-05 to 2026-05-09?"),
    ],
)
def test_a_value_that_a_slot_has_is_left_for_the_other(said: str, says: str) -> None:
    assert talk_to("book a room", "May 5", "May 8", said).text.endswith(says)


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ("no, from May 5 to May 8", "What shall I change?"),
        ("from May 5 until May 8", "2026-05-05 to 2026-05-08?"),
        ("从5月5号到5月8号", "2026-05-05 to 2026-05-08?"),
        ("no, from May 5 to May 10", "2026-05-05 to 2026-05-10?"),
        ("不对，从5月5号到5月10号", "2026-05-05 to 2026-05-10?"),
        ("no, from May 5 to May 6", "2026-05-06 to 2026-05-08?"),
        ("no, from May 6 to May 8", "What shall I change?"),
        ("no, from May 6 to May 10", "What shall I change?"),
        ("change it from May 8 to May 5", "2026-05-05 to 2026-05-08?"),
    ],
)
def test_a_range_that_is_said_again_leaves_none_of_its_ends_out(said: str, says: str) -> None:
    talk = talk_to("book a room", "May 5", "May 8", said)
    assert talk.text.endswith(says), talk.text
    assert None not in (talk.slots["arrival"], talk.slots["departure"])


@pytest.mark.parametrize(
    "said",
    ["from credit card to PayPal", "change from my credit card to PayPal", "从信用卡换到PayPal", "从信用卡改成PayPal",
     "von Kreditkarte auf PayPal", "from credit card over to PayPal please"],
)  # fmt: skip
def test_of_options_the_second_is_meant(said: str) -> None:
    assert talk_to("/pay", said).text == "By paypal?"


@pytest.mark.parametrize("said", ["change it from PayPal to debit card", "从PayPal改成借记卡"])
def test_at_a_confirm_too(said: str) -> None:
    assert talk_to("/pay", "PayPal", said).text.endswith("By debit?")


@pytest.mark.parametrize(
    "said",
    ["credit card or PayPal", "I have a credit card, switch to PayPal or debit card", "from " * 500, "from to"],
)
def test_what_is_no_such_pair_is_not_taken_silently(said: str) -> None:
    assert talk_to("/pay", said).step == "ask:way"
