import msgspec
import pytest

from botkit.model.parsers import Reading
from botkit.understanding.values import PARSERS


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("foo@bar.com", "foo@bar.com"),
        ("Foo.Bar+x@Example.CO.UK.", "Foo.Bar+x@example.co.uk"),
        ("邮箱是foo@bar.com谢谢", "foo@bar.com"),
        ("a＠b.com", "a@b.com"),
        ("mail <x_y@mail.example.org>, thanks", "x_y@mail.example.org"),
        ("müller@bücher.de", "müller@bücher.de"),
        ("用户@例子.公司", "用户@例子.公司"),
        ("me@xn--bcher-kva.example", "me@xn--bcher-kva.example"),
    ],
)
def test_email(text: str, value: str, en: Reading) -> None:
    assert [one.value for one in PARSERS["email"](text, en)] == [value]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "foo@bar",
        "mia@my_shop.com",
        "@",
        "@@@",
        "a@b.c",
        "foo bar.com",
        "a @ b.com",
        "@b.com",
        "x" * 300 + "@b.com",
        "a@" * 2000,
    ],
)
def test_no_email(text: str, en: Reading) -> None:
    assert PARSERS["email"](text, en) == []


def test_two_addresses(en: Reading) -> None:
    assert [one.value for one in PARSERS["email"]("a@b.com or c@d.org", en)] == ["a@b.com", "c@d.org"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("My number is +1 541-754-3010.", "+15417543010"),
        ("1 (877) 609-2233", "18776092233"),
        ("(541) 754-3010", "5417543010"),
        ("+44 (0)7123 129683", "+447123129683"),
        ("0044 07456934723", "+447456934723"),
        ("00 49 176 12345678", "+4917612345678"),
        ("+49 176/ 12345678", "+4917612345678"),
        ("+39 06 1234567", "+39061234567"),
        ("0176 12 34 56 78", "017612345678"),
        ("280930640", "280930640"),
        ("1234567", "1234567"),
        ("+49 30 901820 ext. 12", "+4930901820"),
        ("Tel: 000 111 82-2100.", "000111822100"),
        ("Mobile:02079460018", "02079460018"),
        ("0207 946 0018 x22", "02079460018"),
        ("02079460018x22", "02079460018"),
        ("+442079460018ext. 22", "+442079460018"),
        ("+86 20 5550 1234-80018", "+862055501234"),
        ("my phone number is 44 19 22 01", "44192201"),
        ("please call me on 4419 2201", "44192201"),
        ("Meine Nummer ist 4419220", "4419220"),
        ("44 19 22 01", "44192201"),
        ("reach me at (914)555-0123 05/21/2026 12:30", "9145550123"),
    ],
)
def test_phone(text: str, value: str, en: Reading) -> None:
    assert [one.value for one in PARSERS["phone"](text, en)] == [value]


@pytest.mark.parametrize(
    ("country", "text", "value"),
    [
        ("CN", "我的手机是13812345678谢谢", "+8613812345678"),
        ("CN", "手机：13812345678", "+8613812345678"),
        ("CN", "联系电话是 5550 1234", "+8655501234"),
        ("CN", "138 1234 5678", "+8613812345678"),
        ("CN", "0571-88888888转123", "+8657188888888"),
        ("DE", "0176 12345678", "+4917612345678"),
        ("US", "1-541-754-3010", "+15417543010"),
        ("IT", "06 1234 5678", "+390612345678"),
        ("DE", "491761234567890", "+491761234567890"),
        ("XX", "0176 12345678", "017612345678"),
    ],
)
def test_the_country_completes_a_phone_number(country: str, text: str, value: str, en: Reading) -> None:
    reading = msgspec.structs.replace(en, country=country)
    assert [one.value for one in PARSERS["phone"](text, reading)] == [value]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "A-10293",
        "#W2378156",
        "10115",
        "12345-6789",
        "078-05-1120",
        "2026-05-03",
        "2026 05 03",
        "2025/2026",
        "0.00000012",
        "200.38294427",
        "microphone 1234 5678",
        "my phone is dead, order 12345678",
        "my order is 1234 5678",
        "at 10:3045678",
        "0044 12345",
        "44192201x",
        "03.05.2026",
        "1,234,567",
        "1234567.89",
        "192.168.1.20",
        "$1234567",
        "4111 1111 1111 1111",
        "my card is 6011-0000-0000-0004",
        "iPhone 15",
        "call 1234567 times",
        "+0 123 456 789",
        "+123",
        "1" * 50,
        "at 10:30 on 3/5",
    ],
)
def test_no_phone(text: str, en: Reading) -> None:
    assert PARSERS["phone"](text, en) == []
