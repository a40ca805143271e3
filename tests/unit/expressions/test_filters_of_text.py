"""Filters of texts and numbers, and the tests that `is` asks."""

from decimal import Decimal
from typing import Any

import pytest

from botkit import expressions
from botkit.errors import ExpressionError
from botkit.model.values import Money

SCOPE: dict[str, Any] = {
    "unset": None,
    "text": "hello big World",
    "card": "4111111111111111",
    "n": 3,
    "price": Money(Decimal("-10.555"), "EUR"),
    "decimal": Decimal("2.345"),
    "rows": [{"a": 1}],
    "when": Decimal("Infinity"),
}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("unset | default", ""),
        ("unset | default('x')", "x"),
        ("unset | d('x')", "x"),
        ("'' | default('x')", ""),
        ("'' | default('x', true)", "x"),
        ("0 | default('x')", 0),
        ("unset | upper | default('x')", "x"),
        ("text | upper", "HELLO BIG WORLD"),
        ("text | lower", "hello big world"),
        ("text | capitalize", "Hello big world"),
        ("text | title", "Hello Big World"),
        ("n | upper", "3"),
        ("'  a ' | trim", "a"),
        ("'--a-' | trim('-')", "a"),
        ("unset | trim", None),
        ("text | replace('big', 'small')", "hello small World"),
        ("'aaa' | replace('a', 'b', 2)", "bba"),
        ("'aaa' | replace('', 'b')", "aaa"),
        ("'a1' | replace(1, n)", "a3"),
        ("unset | replace('a', 'b')", None),
        ("text | truncate(10)", "hello..."),
        ("text | truncate(10, true)", "hello b..."),
        ("text | truncate(10, end='…')", "hello…"),
        ("text | truncate(100)", "hello big World"),
        ("text | truncate(1)", "..."),
        ("unset | truncate", None),
        ("text | quote", "“hello big World”"),
        ("unset | quote", None),
        ("card | mask", "••••••••••••1111"),
        ("card | mask(2)", "••••••••••••••11"),
        ("card | mask(0)", "••••••••••••••••"),
        ("'1234' | mask", "••••"),
        ("'12' | mask(-1)", "••"),
        ("12345 | mask", "•2345"),
        ("unset | mask", None),
        ("'a b/ü&' | urlencode", "a%20b/%C3%BC%26"),
        ("rows | tojson", '[{"a":1}]'),
        ("unset | tojson", "null"),
        ("unset | string", ""),
        ("true | string", "true"),
        ("'12' | int", 12),
        ("'12.9' | int", 12),
        ("-2.9 | int", -2),
        ("'x' | int", 0),
        ("'x' | int(7)", 7),
        ("unset | int", 0),
        ("true | int", 1),
        ("when | int", 0),
        ("('1' ~ text) | int", 0),
        ("price | int", -10),
        ("'1.5' | float", 1.5),
        ("unset | float(2.5)", 2.5),
        ("unset | abs", None),
        ("-3 | abs", 3),
        ("price | abs", Money(Decimal("10.555"), "EUR")),
        ("unset | round", None),
        ("n | round(2)", 3),
        ("2.5 | round", 3.0),
        ("2.345 | round(2)", 2.35),
        ("2.1 | round(0, 'ceil')", 3.0),
        ("2.9 | round(method='floor')", 2.0),
        ("decimal | round(2)", Decimal("2.35")),
        ("'1.26' | round(1)", Decimal("1.3")),
        ("price | round(2)", Money(Decimal("-10.56"), "EUR")),
    ],
)
def test_filter(source: str, expected: Any) -> None:
    found = expressions.evaluate(source, SCOPE)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    "source",
    [
        "2.5 | round(0, 'up')",
        "'x' | round",
        "rows | round",
        "when | round",
        "text | abs",
        "text | mask('x')",
        "text | truncate('x')",
    ],
)
def test_filter_refuses(source: str) -> None:
    with pytest.raises(ExpressionError):
        expressions.evaluate(source, SCOPE)


@pytest.mark.parametrize(
    ("source", "holds"),
    [
        ("true is boolean", True),
        ("1 is boolean", False),
        ("[1, 2] is contains(2)", True),
        ("'abc' is contains('b')", True),
        ("'abc' is contains(3)", False),
        ("unset is contains(2)", False),
        ("{'a': 1} is contains('a')", True),
        ("n is defined", True),
        ("unset is defined", False),
        ("unset is undefined", True),
        ("unset is none", True),
        ("n is divisibleby(3)", True),
        ("n is divisibleby 2", False),
        ("text is divisibleby 2", False),
        ("4 is even", True),
        ("unset is even", False),
        ("n is odd", True),
        ("unset is odd", False),
        ("text is odd", False),
        ("false is false", True),
        ("unset is false", False),
        ("true is true", True),
        ("1.5 is float", True),
        ("decimal is float", True),
        ("n is float", False),
        ("n is in [1, 3]", True),
        ("n is integer", True),
        ("true is integer", False),
        ("rows is iterable", True),
        ("n is iterable", False),
        ("'a' is lower", True),
        ("n is lower", False),
        ("'A' is upper", True),
        ("n is upper", False),
        ("{} is mapping", True),
        ("rows is mapping", False),
        ("decimal is number", True),
        ("true is number", False),
        ("'3' is number", False),
        ("rows is sequence", True),
        ("{} is sequence", False),
        ("text is string", True),
        ("n is eq 3", True),
        ("n is equalto(4)", False),
        ("n is ne 4", True),
        ("n is lt 4", True),
        ("unset is lt 4", False),
        ("n is le 3", True),
        ("n is gt 3", False),
        ("n is ge 3", True),
        ("n is not eq 3", False),
    ],
)
def test_test(source: str, holds: bool) -> None:
    assert expressions.evaluate(source, SCOPE) is holds
