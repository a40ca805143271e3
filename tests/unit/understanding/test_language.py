from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import botkit
from botkit.flows import read_locale
from botkit.model.locales import Locale
from botkit.understanding.language import show


def _shipped(code: str) -> Locale:
    text = (Path(botkit.__file__).parent / "locales" / f"{code}.yaml").read_text("utf-8")
    locale, problems = read_locale(text, f"{code}.yaml")
    assert locale is not None, problems
    return locale


LOCALES = tuple(_shipped(code) for code in ("en", "zh", "de", "ar"))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("where is my order", "en"),
        ("return my order", "en"),
        ("hello", "en"),
        ("I want to return 小米手机 please", "en"),
        ("我要退货", "zh"),
        ("订单A-10293", "zh"),
        ("我想退iPhone 15 Pro Max", "zh"),
        ("我的邮箱是foo.bar@example.com", "zh"),
        ("hallo", "de"),
        ("Wo ist mein Paket?", "de"),
        ("Ich möchte meine Bestellung zurückgeben", "de"),
        ("أريد إرجاع المنتج", "ar"),
        ("أريد إرجاع iPhone", "ar"),
    ],
)
def test_what_a_text_shows(text: str, code: str) -> None:
    assert show(text, LOCALES)[0] == code


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "ok",
        "👍",
        "12345",
        "A-10293",
        "iPhone 15",
        "foo@bar.com",
        "https://example.com/the/order",
        "Berlin",
        "no",
        "die",
        "was",
        "je veux un remboursement",
        "привет",
        "こんにちは世界",
        "a" * 50_000,
        "John Smith",
    ],
)
def test_what_shows_nothing(text: str) -> None:
    assert show(text, LOCALES) == ("", "")


@pytest.mark.parametrize(
    ("text", "by"),
    [
        ("我要 return 这个", ("zh", "script")),  # code-switching
        ("这个 size 有点小，想换大一号", ("zh", "script")),
        ("帮我 cancel 掉 subscription", ("zh", "characters")),
        ("thanks 谢谢", ("zh", "characters")),
        ("I want to return 小米手机 please", ("en", "words")),
        ("the 小米 is broken", ("en", "words")),
        ("أريد refund", ("ar", "characters")),
        ("أريد إرجاع iPhone اليوم", ("ar", "script")),
        ("你好", ("zh", "script")),
        ("hello", ("en", "word")),
        ("ok danke", ("de", "word")),
        ("ich möchte einen refund bitte", ("de", "words")),
        ("can I get the Rechnung please", ("en", "words")),
    ],
)
def test_by_what_it_is_shown(text: str, by: tuple[str, str]) -> None:
    assert show(text, LOCALES) == by


def test_one_word_of_three_is_enough_where_no_other_language_has_its_letters() -> None:
    assert show("pay my bill", LOCALES) == ("en", "word")
    assert show("pay my bill", LOCALES[:2]) == ("en", "words")
    assert show("my bill", LOCALES[:2]) == ("en", "word")


def test_letters_are_asked_where_words_do_not_decide() -> None:
    asked: list[list[str]] = []

    def tell(words: Sequence[str]) -> str:
        asked.append(list(words))
        return "de" if "Lampe" in words else ""

    assert show("Lampe kaputt, A-10293", LOCALES, tell) == ("de", "letters")
    assert show("hello Lampe", LOCALES, tell) == ("de", "letters")
    assert show("danke Lampe", LOCALES, tell) == ("de", "word")
    assert show("danke Lampe kaputt", LOCALES, tell) == ("de", "letters")
    assert show("hello mein", LOCALES, tell) == show("hello mein", LOCALES)
    assert asked[:2] == [["Lampe", "kaputt"], ["hello", "Lampe"]]
    for text in ("where is the Lampe", "我要退货", "12345", "👍", "a@b.example"):
        show(text, LOCALES, tell)
    assert len(asked) == 5


def test_only_the_bots_own_languages_are_shown() -> None:
    assert show("我要退货", LOCALES[:1]) == ("", "")
    assert show("where is my order", LOCALES[1:2]) == ("", "")
    assert show("where is my order", ()) == ("", "")


def test_the_first_of_two_locales_of_one_script_is_shown() -> None:
    assert show("我要退货", (LOCALES[0], LOCALES[1], LOCALES[1]))[0] == "zh"


@given(st.text(max_size=100))
def test_any_text_shows_one_of_the_locales_or_none(text: str) -> None:
    code, by = show(text, LOCALES)
    assert code in {"", "en", "zh", "de", "ar"}
    assert bool(code) == bool(by)
