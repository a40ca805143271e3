"""What a customer says of who they are."""

import pytest

from botkit_shop import introductions
from botkit_shop.introductions import Introduction


@pytest.mark.parametrize(
    ("text", "name", "zip_code"),
    [
        ("Mia Chen", "Mia Chen", ""),
        ("my name is Mia Chen", "Mia Chen", ""),
        ("Hi, I'm Mia Chen.", "Mia Chen", ""),
        ("I am  Mia\nChen", "Mia Chen", ""),
        ("Imani Okoro", "Imani Okoro", ""),
        ("Iman Ito", "Iman Ito", ""),
        ("我叫李娜", "李娜", ""),
        ("我的名字是李娜。", "李娜", ""),
        ("你好，我是李娜，邮编200031", "李娜", "200031"),
        ("我叫李娜，邮编二〇〇〇三一", "李娜", "200031"),
        ("Mia Chen, zip code is 94110", "Mia Chen", "94110"),
        ("Mia Chen and my zip is 94110-1234", "Mia Chen", "94110-1234"),
        ("Ada King SW1A 1AA", "Ada King", "SW1A 1AA"),
        ("zip 94110", "", "94110"),
        ("#W1000001", "#W1000001", ""),
        ("1234567", "1234567", ""),
        ("", "", ""),
        ("!!!", "", ""),
    ],
)
def test_names_and_zip_codes(text: str, name: str, zip_code: str) -> None:
    assert introductions.read(text) == Introduction(name, zip_code, "")


def test_an_address_in_a_sentence() -> None:
    assert introductions.read("it is Mia@example.com.").email == "Mia@example.com"
    assert introductions.read("mia at example").email == ""
