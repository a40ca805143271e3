"""A secret that any number may be is taken at its own question or behind its name, and nowhere else."""

from typing import Any

import pytest

from botkit.dialogue.patterns import is_guessable
from botkit.model.definitions import SlotDef
from tests.unit.dialogue.talking import Talk, build

FLOWS = """
slots:
  pin: {type: text, pattern: '\\d{4}', secret: true, title: PIN}
flows:
  main:
    start: {commands: [main]}
    slots: {amount: {type: money}, day: {type: date}}
    steps:
      - {ask: pin, say: Your PIN?}
      - {ask: day, say: Which day?}
      - {ask: amount, say: How much?}
      - {say: "Done."}
"""


def talk_to(*said: str) -> Talk:
    talk = Talk(build(FLOWS))
    for text in said:
        talk.say(text)
    return talk


@pytest.mark.parametrize(
    "said", ["I have had it since 2025", "my phone is 617-555-0142", "13/40/2026", "I live at 1450 Beacon Street"]
)
def test_no_number_said_in_passing_changes_it(said: str) -> None:
    assert talk_to("/main", "4821", said).session.slots["pin"] == "4821"


@pytest.mark.parametrize("said", ["/main", "/main I live at 1450 Beacon Street"])
def test_nor_fills_it(said: str) -> None:
    talk = talk_to(said)
    assert (talk.session.slots.get("pin"), talk.step) == (None, "ask:pin")


@pytest.mark.parametrize("said", ["no, 7228", "sorry, 7228", "my PIN is 7228", "the PIN should be 7228"])
def test_it_is_corrected_alone_or_by_its_name(said: str) -> None:
    assert talk_to("/main", "4821", said).session.slots["pin"] == "7228"


@pytest.mark.parametrize("said", ["four eight two one", "$48.21", "48 dollars"])
def test_what_is_said_to_its_question_is_for_no_other(said: str) -> None:
    talk = talk_to("/main", said)
    assert (talk.step, talk.top.heard) == ("ask:pin", ())
    assert "48" not in talk.text
    talk.say("4821")
    assert talk.step == "ask:day"


@pytest.mark.parametrize(
    ("slot", "guessable"),
    [
        ({"pattern": r"\d{4}"}, True),
        ({"pattern": r"\d+"}, True),
        ({"pattern": r"[A-Z]{2}-\d{5}"}, False),
        ({"pattern": r"\d{8}"}, False),
        ({"type": "integer"}, True),
        ({"type": "text"}, False),
    ],
)
def test_what_may_be_guessed(slot: dict[str, Any], guessable: bool) -> None:
    assert is_guessable(SlotDef("pin", **slot)) == guessable
