"""Filters of lists."""

from decimal import Decimal
from typing import Any

import pytest

from botkit import expressions
from botkit.errors import ExpressionError
from botkit.model.values import Money

SCOPE: dict[str, Any] = {
    "unset": None,
    "n": 3,
    "items": ["b", "A", "c", "a"],
    "rows": [
        {"name": "Pen", "price": 3, "open": True, "tags": ["x"]},
        {"name": "ink", "price": None, "open": False},
        {"name": "Cup", "price": 1, "open": True},
    ],
    "prices": [Money(Decimal(5), "EUR"), Money(Decimal(2), "EUR")],
    "mixed": [Money(Decimal(5), "EUR"), Money(Decimal(2), "USD")],
    "order": {"b": 1, "a": 2},
    "bag": {"b", "a"},
}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("items | length", 4),
        ("unset | count", 0),
        ("'abc' | length", 3),
        ("order | length", 2),
        ("items | first", "b"),
        ("unset | first", None),
        ("[] | first", None),
        ("'abc' | first", "a"),
        ("items | last", "a"),
        ("[] | last", None),
        ("items | reverse", ["a", "c", "A", "b"]),
        ("'abc' | reverse", "cba"),
        ("unset | reverse", []),
        ("order | items", [["b", 1], ["a", 2]]),
        ("unset | items", []),
        ("order | list", ["b", "a"]),
        ("bag | list", ["a", "b"]),
        ("bag | join", "ab"),
        ("'ab' | list", ["a", "b"]),
        ("items | join(', ')", "b, A, c, a"),
        ("[1, none, true] | join('-')", "1--true"),
        ("rows | join('/', attribute='name')", "Pen/ink/Cup"),
        ("unset | join", ""),
        ("items | sort", ["A", "a", "b", "c"]),
        ("items | sort(case_sensitive=true)", ["A", "a", "b", "c"]),
        ("['b', 'B', 'A'] | sort(case_sensitive=true)", ["A", "B", "b"]),
        ("items | sort(true) | first", "c"),
        ("rows | sort(attribute='price') | map(attribute='name')", ["Cup", "Pen", "ink"]),
        ("rows | sort(attribute='name') | map(attribute='name')", ["Cup", "ink", "Pen"]),
        ("prices | sort | first", Money(Decimal(2), "EUR")),
        ("items | unique", ["b", "A", "c"]),
        ("items | unique(true)", ["b", "A", "c", "a"]),
        ("rows | unique(attribute='open') | length", 2),
        ("[[1], [1], {'a': [1]}, {'a': [1]}, none, none] | unique | length", 3),
        ("[3, none, 1] | min", 1),
        ("[3, none, 1] | max", 3),
        ("unset | min", None),
        ("[] | max", None),
        ("rows | max(attribute='price') ", {"name": "Pen", "price": 3, "open": True, "tags": ["x"]}),
        ("[1, 2.5] | sum", 3.5),
        ("unset | sum", 0),
        ("[1] | sum(start=5)", 6),
        ("prices | sum", Money(Decimal(7), "EUR")),
        ("rows | selectattr('price') | sum('price')", 4),
        ("rows | map(attribute='price', default=0)", [3, 0, 1]),
        ("rows | map(attribute='tags.0')", ["x", None, None]),
        ("items | map('upper')", ["B", "A", "C", "A"]),
        ("items | map('replace', 'b', 'z') | first", "z"),
        ("[none] | map('default', 'x')", ["x"]),
        ("[0, 1, none] | select", [1]),
        ("[1, 2, 3] | select('odd')", [1, 3]),
        ("[1, 2, 3] | select('gt', 1)", [2, 3]),
        ("[0, 1, none] | reject", [0, None]),
        ("[1, 2, 3] | reject('odd')", [2]),
        ("rows | selectattr('open') | length", 2),
        ("rows | selectattr('name', 'in', ['ink']) | length", 1),
        ("rows | rejectattr('open') | length", 1),
        ("rows | rejectattr('price', 'none') | length", 2),
        ("unset | selectattr('x')", []),
    ],
)
def test_filter(source: str, expected: Any) -> None:
    assert expressions.evaluate(source, SCOPE) == expected


@pytest.mark.parametrize(
    "source",
    [
        "n | length",
        "n | first",
        "n | join",
        "n | list",
        "items | items",
        "items | map",
        "mixed | sum",
        "rows | sum('price')",
        "[1, 'a'] | sort",
        "[1, 'a'] | max",
    ],
)
def test_filter_refuses(source: str) -> None:
    with pytest.raises(ExpressionError):
        expressions.evaluate(source, SCOPE)
