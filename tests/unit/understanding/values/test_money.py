from decimal import Decimal

import msgspec
import pytest

from botkit.model.parsers import Reading
from botkit.model.values import Money
from botkit.understanding.values import PARSERS


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("$20", "20", "USD"),
        ("20 bucks", "20", "USD"),
        ("twenty euros", "20", "EUR"),
        ("€1.234,50", "1234.50", "EUR"),
        ("12,50 €", "12.50", "EUR"),
        ("USD 5", "5", "USD"),
        ("5usd", "5", "USD"),
        ("RMB 300", "300", "CNY"),
        ("¥300", "300", "JPY"),
        ("5 dollars and 30 cents", "5.3", "USD"),
        ("$ 75 million in bonds", "75000000", "USD"),
        ("hk $ 10.05 billion", "10050000000", "HKD"),
        ("50 cents", "0.5", "EUR"),
        ("a 20-euro voucher", "20", "EUR"),
        ("a twenty-dollar note", "20", "USD"),
        ("a 50-cent coin", "0.5", "EUR"),
        ("five dollars thirty", "5.3", "USD"),
        ("five dollars and five", "5.05", "USD"),
        ("5 dollars and 3 shirts", "5", "USD"),
        ("10-20 dollars", "20", "USD"),
        ("₦5,000", "5000", "NGN"),
        ("100 MYR", "100", "MYR"),
        ("u.s. $ 40", "40", "USD"),
        ("400 Malaysian ringgit", "400", "MYR"),
        ("50 pence", "0.5", "GBP"),
        ("a $20 gift", "20", "USD"),
        ("I won 20 dollars", "20", "USD"),
        ("a dollar", "1", "USD"),
        ("It is 20", "20", "EUR"),
        ("the shirt was $19.99, I think", "19.99", "USD"),
    ],
)
def test_english_amounts(text: str, amount: str, currency: str, en: Reading) -> None:
    assert [one.value for one in PARSERS["money"](text, en)] == [Money(Decimal(amount), currency)]


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("五十块", "50", "CNY"),
        ("三百元", "300", "CNY"),
        ("20块5", "20.5", "CNY"),
        ("3块5毛", "3.5", "CNY"),
        ("五块三", "5.3", "CNY"),
        ("两块半", "2.5", "CNY"),
        ("1.2万元", "12000", "CNY"),
        ("人民币300元", "300", "CNY"),
        ("大概一百二十块五毛吧", "120.5", "CNY"),
        ("￥300", "300", "CNY"),
        ("20美元", "20", "USD"),
        ("三百塊錢", "300", "CNY"),
        ("一百二十林吉特", "120", "MYR"),
        ("八十新西兰元", "80", "NZD"),
        ("五毛", "0.5", "CNY"),
        ("20块5个", "20", "CNY"),
    ],
)
def test_chinese_amounts(text: str, amount: str, currency: str, zh: Reading) -> None:
    assert [one.value for one in PARSERS["money"](text, zh)] == [Money(Decimal(amount), currency)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "A-10293",
        "#W2378156",
        "order A-10293 please",
        "iPhone 15",
        "zip 10115",
        "I won 3 times",
        "3 pm",
        "打5分",
        "5 shirts",
        "20% $",
        "try 20 of all 30",
        "top 10",
    ],
)
def test_no_amount(text: str, en: Reading, zh: Reading) -> None:
    assert PARSERS["money"](text, en) == []
    assert PARSERS["money"](text, zh) == []


def test_a_shared_sign_means_the_bots_own_currency(en: Reading) -> None:
    australian = msgspec.structs.replace(en, currency="AUD")
    assert [one.value for one in PARSERS["money"]("$5 or €5", australian)] == [
        Money(Decimal(5), "AUD"),
        Money(Decimal(5), "EUR"),
    ]
