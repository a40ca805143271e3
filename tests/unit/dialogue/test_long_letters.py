"""Letters that are longer when they are small, or written in parts, move nothing of what stands behind them: ß, e + ´."""

from typing import Literal
from unicodedata import normalize

import pytest

from botkit.dialogue.agreement import read_restated
from botkit.dialogue.denials import is_asked_about
from botkit.dialogue.filling import PART, Fit
from botkit.dialogue.inquiries import inquiry_beside
from botkit.dialogue.naming import Mention, end_of_clause, fault_beside
from botkit.dialogue.options import Choice, find_named_options
from botkit.dialogue.phrases import gather_phrases, without_tail
from botkit.dialogue.work import Work
from botkit.model.definitions import Ask, SlotDef
from botkit.model.events import Message
from botkit.model.words import fold
from tests.unit.dialogue.talking import Talk, build, known_locales

PHRASES = gather_phrases((known_locales()["de"],))


@pytest.mark.parametrize("before", ["Gasse", "Straße", "Große weiße Straße, ßßßß"])
def test_what_is_asked_beside_a_value(before: str) -> None:
    text = f"{before} 5! was kostet das?"
    end = text.index("!")
    assert inquiry_beside(PHRASES, text, Fit("x", 0, end, PART)) == "was kostet das?"


@pytest.mark.parametrize("word", ["aber", "und", "außer"])
def test_where_a_clause_ends(word: str) -> None:
    text = f"Weiße Straße heißt sie {word} groß"
    mention = Mention(0, SlotDef("street"), 6, 12, len(text))
    assert text[end_of_clause(PHRASES, text, mention) :].strip() == f"{word} groß"


def test_what_leads_over_is_taken_off() -> None:
    assert without_tail(PHRASES, "Großweg 9 und") == "Großweg 9"


def test_what_is_asked_of_a_value_behind_an_and() -> None:
    text = "ßßßßßß und kostet PayPal etwas?"
    start = text.index("PayPal")
    assert is_asked_about(PHRASES, text, start, start + 6) == is_asked_about(
        PHRASES, text.replace("ß", "s"), start, start + 6
    )


WAY = """
flows:
  main:
    start: {commands: [main]}
    steps:
      - {ask: weg, say: Wohin?, type: text}
      - {confirm: "{{ weg }}?"}
      - say: Gut.
"""


@pytest.mark.parametrize(
    "said",
    [
        "weiß, der Weg ist nicht Großweg 5 aber Weißallee 9",
        "der Weg ist nicht Großweg 5, sondern Weißallee 9",
        "Große Späße, der Weg ist nicht Großweg 5, es ist Weißallee 9",
    ],
)
def test_the_value_behind_a_verdict(said: str) -> None:
    talk = Talk(build(WAY, locales=("de", "en")), locale="de")
    for line in ("/main", "Großweg 5", said):
        talk.say(line)
    assert talk.slots["weg"] == "Weißallee 9"


SWEET = """
flows:
  main:
    start: {commands: [main]}
    steps:
      - {ask: sweet, say: Which?, options: {creme: Crème brûlée, ice: Gelato, han: 한}}
      - {ask: count, say: How many?, type: integer}
      - {confirm: "{{ count }} {{ sweet }}?"}
      - say: Good.
"""


@pytest.mark.parametrize(
    ("said", "sweet"),
    [
        ("Crème brûlée please", "creme"),
        ("not crème brûlée, gelato", "ice"),
        ("gelato, no, crème brûlée", "creme"),
        ("é è ê gelato", "ice"),
        ("한", "han"),
        ("the 한 one", "han"),
    ],
)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_an_option_in_letters_of_parts(form: Literal["NFC", "NFD"], said: str, sweet: str) -> None:
    talk = Talk(build(SWEET))
    talk.say("/main")
    talk.say(normalize(form, said))
    assert talk.slots["sweet"] == sweet


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_what_stands_beside_it_is_whole(form: Literal["NFC", "NFD"]) -> None:
    for choices in ([Choice("a", ("brûlée",))], [Choice("a", ("한",))]):
        text = normalize(form, f"ééé {choices[0].labels[0]} 7")
        (hit,), _ = find_named_options(text, choices, PHRASES)
        assert fold(text[hit.start : hit.end]) in {fold(choices[0].labels[0]), fold(text)}


RESTATED = """
flows:
  main:
    start: {commands: [main]}
    steps:
      - {ask: street, say: Wohin?, type: text}
      - {ask: leave, say: Dürfen wir es vor der Tür abstellen?, type: boolean}
      - {confirm: "{{ street }}?"}
      - say: Gut.
"""


@pytest.mark.parametrize("street", ["Strasse", "Straße", "große weiße Straße"])
def test_a_clause_that_restates_a_question(street: str) -> None:
    talk = Talk(build(RESTATED, locales=("de", "en")), locale="de")
    for line in ("/main", "Großweg 5", "ja"):
        talk.say(line)
    text = f"nein, die {street} ist groß, und nicht vor der Tür abstellen"
    body = talk.flows.flows["main"].steps["ask:leave"].body
    assert isinstance(body, Ask)
    found = read_restated(Work(talk.flows, talk.session, Message(text), talk.now), 0, body.slot, text)
    assert found is not None
    assert (found.value, text[found.start : found.end].strip()) == (False, "nicht vor der Tür abstellen")


@pytest.mark.parametrize("before", ["Strasse", "Straße", "Straße ßßß"])
def test_a_fault_before_a_name(before: str) -> None:
    text = f"{before} falsches Datum bitte"
    start = text.index("Datum")
    fault = fault_beside(PHRASES, text, Mention(0, SlotDef("datum"), start, start + 5, len(text)))
    assert fault is not None
    assert text[fault[0] : fault[1]] == "falsches Datum"
