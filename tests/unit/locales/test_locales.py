"""The shipped locale files: complete, free of contradictions, and with the placeholders that the flows fill."""

import re
from pathlib import Path

import pytest

import botkit
from botkit.flows import read_locale
from botkit.model.locales import Locale
from botkit.model.words import fold

FOLDER = Path(botkit.__file__).parent / "locales"
CODES = ["ar", "de", "en", "zh"]


def _read(code: str) -> Locale:
    locale, problems = read_locale((FOLDER / f"{code}.yaml").read_text("utf-8"), f"{code}.yaml")
    assert problems == ()
    assert locale is not None
    return locale


SHIPPED = {code: _read(code) for code in CODES}


def test_these_locales_are_shipped() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.yaml")) == CODES


@pytest.mark.parametrize("code", CODES)
def test_the_file_says_its_own_code(code: str) -> None:
    assert SHIPPED[code].code == code


@pytest.mark.parametrize("code", CODES)
def test_every_locale_has_the_texts_of_english_with_its_placeholders(code: str) -> None:
    def holes(text: str) -> set[str]:
        return set(re.findall(r"{{ (\w+)(?: \| told)? }}", text))

    english = SHIPPED["en"].repair
    assert SHIPPED[code].repair.keys() == english.keys()
    for key, text in SHIPPED[code].repair.items():
        assert text.strip() == text != ""
        if key != "corrected":
            assert holes(text) == holes(english[key]), key


@pytest.mark.parametrize("code", CODES)
def test_control_phrases_are_plentiful_and_clear(code: str) -> None:
    control = SHIPPED[code].control
    assert set(control) == {"cancel", "repeat", "start_over", "person", "opt_out", "opt_in"}
    seen: dict[str, str] = {}
    for name, phrases in control.items():
        assert len(phrases) >= 8, name
        for phrase in phrases:
            assert seen.setdefault(fold(phrase), name) == name, phrase


@pytest.mark.parametrize("code", CODES)
def test_nothing_is_both_yes_and_no(code: str) -> None:
    locale = SHIPPED[code]
    yes, no = ({fold(phrase) or phrase for phrase in phrases} for phrases in (locale.yes, locale.no))
    assert not yes & no
    assert len(yes) >= 20
    assert len(no) >= 20


@pytest.mark.parametrize("code", CODES)
def test_no_answer_is_a_control_phrase(code: str) -> None:
    locale = SHIPPED[code]
    control = {fold(phrase) for phrases in locale.control.values() for phrase in phrases}
    assert not control & {fold(phrase) for phrase in locale.yes}


@pytest.mark.parametrize("code", CODES)
def test_the_label_of_the_button_to_a_person_is_a_control_phrase(code: str) -> None:
    locale = SHIPPED[code]
    assert fold(locale.repair["talk_to_person"]) in {fold(phrase) for phrase in locale.control["person"]}


@pytest.mark.parametrize("code", CODES)
def test_the_labels_of_yes_and_no_answer(code: str) -> None:
    locale = SHIPPED[code]
    assert fold(locale.repair["yes"]) in {fold(phrase) for phrase in locale.yes}
    assert fold(locale.repair["no"]) in {fold(phrase) for phrase in locale.no}


@pytest.mark.parametrize("code", CODES)
def test_formats_are_whole(code: str) -> None:
    formats = SHIPPED[code].formats
    assert (len(formats.months), len(formats.months_short), len(formats.weekdays)) == (12, 12, 7)
    assert formats.decimal != formats.group


@pytest.mark.parametrize("code", ["en", "zh"])
def test_whole_locales_have_all_words_of_values(code: str) -> None:
    locale = SHIPPED[code]
    assert len(set(locale.dates.weekdays.values())) == 7
    assert {"second", "minute", "hour", "day", "week", "month", "year"} <= set(locale.dates.units.values())
    assert {"USD", "EUR", "GBP", "CNY", "JPY"} <= {
        part for codes in locale.currencies.values() for part in codes.split()
    }
    assert len(locale.requests) >= 20


def test_answers_are_among_yes_and_no() -> None:
    for locale in SHIPPED.values():
        assert set(locale.answers) <= {*locale.yes, *locale.no, *locale.control["cancel"]}, locale.code
