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
    assert show(text, LOCALES) == code


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
    assert show(text, LOCALES) == ""


def test_only_the_bots_own_languages_are_shown() -> None:
    assert show("我要退货", LOCALES[:1]) == ""
    assert show("where is my order", LOCALES[1:2]) == ""
    assert show("where is my order", ()) == ""


def test_the_first_of_two_locales_of_one_script_is_shown() -> None:
    assert show("我要退货", (LOCALES[0], LOCALES[1], LOCALES[1])) == "zh"


@given(st.text(max_size=100))
def test_any_text_shows_one_of_the_locales_or_none(text: str) -> None:
    assert show(text, LOCALES) in {"", "en", "zh", "de", "ar"}
