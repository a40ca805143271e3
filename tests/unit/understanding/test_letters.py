"""Languages in Latin letters, told apart by their letters."""

from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml
from msgspec.structs import replace

from botkit.model.locales import Locale
from botkit.understanding import letters
from botkit.understanding.language import show
from botkit.understanding.letters import letters_of
from tests.unit.dialogue.talking import known_locales

SPOKEN: dict[str, list[str]] = yaml.safe_load(
    (Path(__file__).parents[2] / "data" / "spoken.yaml").read_text(encoding="utf-8")
)


def locales(*codes: str) -> tuple[Locale, ...]:
    """Give locales; those that botkit does not ship have no frequent words."""
    known = known_locales()
    return tuple(known.get(code) or replace(known["en"], code=code, shown_by=()) for code in codes)


def counts(codes: Sequence[str]) -> tuple[float, float, float]:
    """Give the share of messages that show their language, that show another, and of others that show one."""
    spoken = locales(*codes)
    tell = letters_of(spoken)
    assert tell is not None
    shown = {code: [show(text, spoken, tell)[0] for text in texts] for code, texts in SPOKEN.items()}
    own = [(code, one) for code in codes for one in shown[code]]
    others = [one for code in SPOKEN if code not in codes for one in shown[code]]
    right = sum(code == one for code, one in own)
    wrong = sum(one not in ("", code) for code, one in own)
    return right / len(own), wrong / len(own), sum(map(bool, others)) / max(len(others), 1)


@pytest.mark.parametrize(
    ("codes", "least"),
    [("en de", 0.9), ("en fr", 0.85), ("en es pt", 0.8), ("pl en de", 0.9), ("en tr", 0.85), ("en it nl", 0.8)],
)
def test_short_messages_show_their_language_or_none(codes: str, least: float) -> None:
    right, wrong, strange = counts(codes.split())
    assert right >= least
    assert wrong == 0
    assert strange <= 0.02  # Dutch greetings are German ones


def test_nine_languages_at_once() -> None:
    assert sum(map(len, SPOKEN.values())) >= 200
    right, wrong, _ = counts(list(SPOKEN))
    assert right >= 0.8
    assert wrong <= 0.01


@pytest.mark.parametrize(
    "text",
    [
        "ok", "hotel", "Maria Müller", "maria müller", "Jürgen Schäfer", "Avenue Des Champs Élysées", "Berlin Hauptbahnhof", "iPhone 15 Pro Max", "Louis Vuitton",
        "pizza margherita", "Villa Borghese", "hmm", "lol", "super", "A-10293", "info@example.com", "Jan de Vries",
        "Main Street 12", "Hauptstraße 5", "no", "si", "xl", "Paris", "José García", "Łukasz Nowak", "DHL express",
        "T-Shirt", "wifi password", "Ana Silva", "taxi", "bonus", "ok ok ok", "haha", "asdf jkl", "a" * 5000, "x " * 900,
    ],
)  # fmt: skip
@pytest.mark.parametrize("codes", ["en de", "de fr", "en es pt"])
def test_names_and_what_all_languages_have_show_nothing(text: str, codes: str) -> None:
    spoken = locales(*codes.split())
    assert show(text, spoken, letters_of(spoken)) == ("", "")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("je voudrais un refund pour cette commande", "fr"),
        ("le tracking de ma commande ne marche pas", "fr"),
        ("I ordered a crème brûlée set last week", "en"),
        ("the croissant machine stopped working", "en"),
        ("OÙ EST MA COMMANDE", "fr"),
        ("où est ma commande A-10293 https://example.com/the/order", "fr"),
    ],
)
def test_a_borrowed_word_changes_nothing(text: str, code: str) -> None:
    spoken = locales("en", "fr")
    assert show(text, spoken, letters_of(spoken))[0] == code


@pytest.mark.parametrize("codes", ["en", "en zh", "en-GB en-US zh", "zh ar", ""])
def test_with_one_language_in_latin_letters_nothing_is_loaded(codes: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(letters, "_identifier", None)
    assert letters_of(locales(*codes.split())) is None


def test_without_the_library_words_decide_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(letters, "find_spec", lambda _name: None)
    assert letters_of(locales("en", "fr")) is None


def test_forms_of_a_language_are_one() -> None:
    spoken = locales("en", "pt-BR", "pt-PT", "nb")
    tell = letters_of(spoken)
    assert tell is not None
    assert tell(["onde", "está", "a", "minha", "encomenda"]) == "pt-BR"
    assert tell(["jeg", "vil", "gjerne", "returnere", "disse", "skoene"]) == "nb"


def test_a_language_that_the_model_does_not_have_is_never_shown() -> None:
    spoken = locales("en", "tlh", "fr")
    tell = letters_of(spoken)
    assert tell is not None
    assert tell(["où", "est", "ma", "commande"]) == "fr"
    assert tell(["nuqneH", "qaStaH", "nuq", "jay"]) == ""
