"""Words of the shop: numbers that customers write as Chinese numerals."""

import pytest

from botkit_shop import words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("要九码的", "要9码的"),
        ("十码", "10码"),
        ("十二码", "12码"),
        ("四十二码", "42码"),
        ("二十码", "20码"),
        ("大一码", "大一码"),
        ("小两码", "小两码"),
        ("第一码", "第一码"),
        ("一百零九码", "一百零九码"),
        ("二零零零三一", "200031"),
        ("邮编二〇〇〇三一", "邮编200031"),
        ("幺零零零八四", "100084"),
        ("二零零零三一二二", "二零零零三一二二"),
        ("三五万", "三五万"),
        ("一二三", "一二三"),
        ("统一", "统一"),
        ("", ""),
        ("九", "九"),
    ],
)
def test_numerals_become_digits_where_only_a_number_can_be_meant(text: str, expected: str) -> None:
    assert words.in_digits(text) == expected
