"""What code finds in a text: languages, numbers, codes, links, names, parts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botkit_content import facts, languages
from botkit_content.parts import count_tokens, cut, join

TEXTS = {
    "en": "Your order has arrived and it is waiting for you at the door.",
    "de": "Ihre Bestellung ist da, und wir haben sie für Sie vor die Tür gelegt.",
    "fr": "Votre commande est arrivée et elle vous attend devant la porte.",
    "es": "El pedido ha llegado y está delante de la puerta para su familia.",
    "it": "Il suo ordine è arrivato e la scatola non è più nel magazzino.",
    "nl": "De bestelling is aangekomen en het pakket staat voor uw deur.",
    "zh": "您的订单已经到了，就放在门口。",
    "ja": "ご注文の品が届きました。玄関に置いてあります。",
    "ko": "주문하신 상품이 도착했습니다.",
    "ru": "Ваш заказ уже прибыл, и мы его вынесли.",
    "uk": "Ваше замовлення вже прибуло, її чекає кур'єр.",
    "ar": "لقد وصل طلبك وهو أمام الباب.",
    "el": "Η παραγγελία σας έφτασε.",
    "th": "คำสั่งซื้อของคุณมาถึงแล้ว",
}


@pytest.mark.parametrize("language", TEXTS)
def test_a_language_is_seen(language: str) -> None:
    assert languages.shown(TEXTS[language]) == language
    assert languages.is_other(TEXTS[language], "en") is (language != "en")


@pytest.mark.parametrize(
    "text", ["", "A-10293", "12.50", "ok", "ann@example.org", "https://de.example.org/das-und", "😀", "Lumen Blue"]
)
def test_what_shows_none(text: str) -> None:
    assert languages.shown(text) == ""
    assert not languages.is_other(text, "zh")


def test_a_borrowed_word_does_not_make_a_language() -> None:
    assert languages.shown("您的 iPhone 已经在 Berlin 的 Apple Store 修好了") == "zh"
    assert languages.shown("The word 你好 means hello and it is what you say.") == "en"
    assert not languages.is_other("您好", "zh-TW")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It costs 1,234.50 EUR.", {"123450"}),
        ("Es kostet 1.234,50 EUR.", {"123450"}),
        ("Il coûte 1\u202f234,50 EUR.", {"123450"}),
        ("４２个苹果，7天", {"42", "7"}),
        ("A-10293 is a code, B2B none", set()),
        ("https://example.org/2024/05 and 007", {"7"}),
        ("", set()),
        ("0 or 00", {"0"}),
    ],
)
def test_numbers(text: str, found: set[str]) -> None:
    assert facts.numbers(text) == found


def test_codes_links_and_sums() -> None:
    text = "Order #W1000001 (A-10293) at https://shop.example/a?b=1, or ask ann@example.org. 20 % off, €15."
    assert facts.codes(text) == {"#W1000001", "A-10293"}
    assert facts.links(text) == {"https://shop.example/a?b=1", "ann@example.org"}
    assert facts.amounts(text) == {"20", "15"}
    assert facts.links("请看https://shop.example/退。谢谢") == {"https://shop.example/退"}


def test_names() -> None:
    text = "Yesterday Anna Schmidt bought a Lumen lamp. She pays by PayPal. New York is far."
    assert facts.names(text, ["Lumen", "Acme"]) == ("Lumen", "PayPal", "Anna Schmidt")
    assert facts.names(TEXTS["de"]) == ()


def test_what_is_lost_and_added() -> None:
    original = "Order A-10293 of 12 May costs 20.50: https://shop.example/x"
    assert facts.lost(original, "订单 A-10293，5 月 12 日，20.50：https://shop.example/x") == ()
    assert facts.lost(original, "订单，12 日，20.5") == ("2050", "A-10293", "https://shop.example/x")
    assert facts.added("three lamps", "3 lamps for 99") == ("99",)
    assert facts.added("three lamps", "3 lamps, code X-77") == ("X-77",)
    assert facts.added("", "9" * 5000) == ("9" * 5000,)


@given(st.text(alphabet="ab .!\n。你、，", max_size=400), st.integers(5, 60))
def test_parts_put_together_are_the_text(text: str, tokens: int) -> None:
    parts = cut(text, tokens)
    assert join(parts, [part.text for part in parts]) == text.strip()
    assert all(count_tokens(part.text) <= tokens + 1 for part in parts)


def test_parts_end_with_paragraphs_then_sentences() -> None:
    text = "One two three. Four five six.\n\nSeven eight nine. Ten eleven."
    assert [part.text for part in cut(text, 8)] == ["One two three. Four five six.", "Seven eight nine. Ten eleven."]
    assert [part.text for part in cut(text, 5)][:2] == ["One two three.", "Four five six."]
    assert [part.text for part in cut("一二三。四五六。", 4)] == ["一二三。", "四五六。"]
    assert cut(" \n ", 5) == []
