"""What a compiled expression says of itself, and what evaluating gives."""

import threading
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import pytest

import botkit.expressions
from botkit import expressions
from botkit.errors import ExpressionError
from botkit.model.values import Money

SCOPE: Mapping[str, Any] = MappingProxyType(
    {
        "name": "Ada",
        "n": 3,
        "zero": 0,
        "empty": "",
        "unset": None,
        "yes": True,
        "items": ["a", "b"],
        "order": {"items": ["x", "y"], "total": Money(Decimal("54.04"), "EUR"), "lines": [{"sku": "k"}]},
        "result": "R",
        "数量": 2,
    }
)


def test_the_public_names() -> None:
    assert sorted(botkit.expressions.__all__) == [
        "Compiled", "ENGLISH", "FILTER_NAMES", "Finding", "FindingCode", "Kind", "Scope", "TEST_NAMES",
        "condition", "evaluate", "examine", "free_names", "render", "suggest", "template", "test", "value",
        "value_of",
    ]  # fmt: skip
    assert {"money", "join", "default"} <= expressions.FILTER_NAMES
    assert {"none", "defined", "contains"} <= expressions.TEST_NAMES


@pytest.mark.parametrize(
    ("source", "static", "native"),
    [
        ("", True, False),
        ("Hello", True, False),
        ("{ a } % # }}", True, False),
        ("{{ a }}", False, True),
        (" {{ a }}\n", False, True),
        ("{# note #}{{ a }}", False, True),
        ("{{ a }}!", False, False),
        ("{{ a }}{{ b }}", False, False),
        ("{{ a }}{% if b %}{% endif %}", False, False),
        ("{% if b %}{{ a }}{% endif %}", False, False),
        ("{# note #}", False, False),
        ("{{ 'a' }}", False, True),
    ],
)
def test_static_and_native(source: str, static: bool, native: bool) -> None:
    compiled = expressions.template(source)
    assert (compiled.source, compiled.static, compiled.native) == (source, static, native)


def test_conditions_are_native_and_remembered() -> None:
    compiled = expressions.condition("n > 3")
    assert (compiled.kind, compiled.native, compiled.static) == ("condition", True, False)
    assert expressions.condition("n > 3") is compiled
    assert expressions.template("n > 3").static


@pytest.mark.parametrize(
    ("source", "names", "paths"),
    [
        ("plain", "", []),
        ("{{ a }}", "a", []),
        ("{{ order.total.amount }}", "order", [("order", "total", "amount")]),
        ("{{ order['total'] }}", "order", [("order", "total")]),
        ("{{ order.lines[0].sku }}", "order", [("order", "lines")]),
        ("{{ order[key.a].b }}", "key order", [("key", "a")]),
        ("{{ (a or b).c }}", "a b", []),
        ("{{ 'x'.y }}", "", []),
        ("{{ a | default(b.c) }}", "a b", [("b", "c")]),
        ("{{ a if b else c }}", "a b c", []),
        ("{{ a is in(b.c) }}", "a b", [("b", "c")]),
        ("{% set x = a %}{{ x.y }}", "a", []),
        ("{{ x }}{% set x = a %}", "a x", []),
        ("{% set x, y = a %}{{ x }}{{ y }}", "a", []),
        ("{% set x = x %}", "x", []),
        ("{% if a %}{% set x = 1 %}{% endif %}{{ x }}", "a x", []),
        ("{% if a %}{% set x = 1 %}{% else %}{% set x = 2 %}{% endif %}{{ x }}", "a", []),
        ("{% if a %}{% set x = 1 %}{% elif b %}{% set x = 3 %}{% endif %}{{ x }}", "a b x", []),
        (
            "{% for i in o.list if i.ok %}{{ i.n }}{{ loop.index }}{% else %}{{ i }}{% endfor %}",
            "i o",
            [("o", "list")],
        ),
        ("{% for k, v in a | items %}{{ k }}{{ v.x }}{% endfor %}{{ k }}", "a k", []),
        ("{% for i in a %}{% set x = 1 %}{% endfor %}{{ x }}", "a x", []),
        ("{{ loop.index }}", "loop", [("loop", "index")]),
        ("{{ 数量 }}", "数量", []),
    ],
)
def test_names_and_paths(source: str, names: str, paths: list[tuple[str, ...]]) -> None:
    compiled = expressions.template(source)
    assert compiled.names == frozenset(names.split())
    assert list(compiled.paths) == paths
    assert expressions.free_names(source, "template") == compiled.names


def test_free_names_of_a_condition() -> None:
    assert expressions.free_names("a.b > c and d is none", "condition") == {"a", "c", "d"}
    with pytest.raises(ExpressionError):
        expressions.free_names("a >", "condition")


def test_filters_used() -> None:
    compiled = expressions.template("{{ a | map('upper') | join(b | trim) }}{{ c | map(attribute='x') | list }}")
    assert compiled.filters == {"map", "upper", "join", "trim", "list"}


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("", ""),
        ("Hello", "Hello"),
        ("Hello {{ name }}!", "Hello Ada!"),
        (" {{ name }}\n", " Ada\n"),
        ("{{ name }}\n", "Ada\n"),
        ("{{ unset }}|{{ missing }}|{{ missing.a.b['c'][0] }}", "||"),
        ("{{ yes }} {{ not yes }} {{ n == 3 }}", "true false true"),
        ("{{ 3.0 }} {{ 0.1 + 0.2 }} {{ 2.50 }} {{ 1e30 }} {{ -0.0 }}", "3 0.3 2.5 1e+30 0"),
        ("{{ 7 / 2 }} {{ 6 / 2 }} {{ 7 // 2 }} {{ 7 % 2 }} {{ -n }} {{ +n }}", "3.5 3 3 1 -3 3"),
        ("{{ items }} {{ order.lines }} {{ [none, true, 1.0] }}", "a, b sku: k , true, 1"),
        ("{{ 'a' if zero }}{{ 'b' if n }}", "b"),
        ("{{ 'n=' ~ n ~ unset ~ 2.0 }}", "n=32"),
        ("{{ 'a' + 'b' }}{{ ([1] + [2]) | join }}", "ab12"),
        ("{{ name[0] }}{{ name[-1] }}{{ name[0:2] }}{{ items[1:] }}{{ unset[1:] }}{{ items[::-1] }}", "AaAdbb, a"),
        ("{% for i in items %}{{ loop.index }}{{ i }}{% if not loop.last %},{% endif %}{% endfor %}", "1a,2b"),
        ("{% for i in unset %}x{% else %}none{% endfor %}", "none"),
        ("{% for k in order %}{{ k }} {% endfor %}", "items total lines "),
        ("{% for c in name %}{{ c }}.{% endfor %}", "A.d.a."),
        ("{% for i in [3, 4] if i > 3 %}{{ loop.index }}{{ i }}{{ loop.length }}{% endfor %}", "141"),
        ("{% for i in items %}{{ loop.previtem }}{{ loop.nextitem }};{% endfor %}", "b;a;"),
        ("{% for i in [1] if loop.index %}x{% endfor %}", ""),
        ("{% set x = n + 1 %}{{ x }}{% if x > 3 %}!{% elif x %}?{% endif %}", "4!"),
        ("{% if zero %}{% set x = 1 %}{% endif %}[{{ x }}]", "[]"),
        ("{{ result }}{{ 数量 }}{# note #}", "R2"),
        ("{{ {'a': 1}.a }}{{ (1, 2)[1] }}", "12"),
        ("{{ {1, 2} if false }}", None),
    ],
)
def test_render(source: str, shown: str | None) -> None:
    if shown is None:
        assert expressions.examine(source, "template")
    else:
        assert expressions.render(source, SCOPE) == shown


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{{ n }}", 3),
        ("{{ result }}", "R"),
        ("{{ unset }}", None),
        ("{{ missing.a }}", None),
        ("{{ items }}", ["a", "b"]),
        (" {{ n + 1 }} ", 4),
        ("{{ n }}!", "3!"),
        ("n + 1", "n + 1"),
        ("{{ order.total }}", Money(Decimal("54.04"), "EUR")),
        ("{{ n > 2 }}", True),
    ],
)
def test_value(source: str, expected: Any) -> None:
    found = expressions.value(source, SCOPE)
    assert found == expected
    assert type(found) is type(expected)


def test_value_of_data() -> None:
    data = {"a": "{{ n }}", "{{ n }}": ["{{ items }}", "x{{ n }}", ("{{ unset }}", 5)], "c": None, "d": True}
    assert expressions.value_of(data, SCOPE) == {
        "a": 3,
        "{{ n }}": [["a", "b"], "x3", [None, 5]],
        "c": None,
        "d": True,
    }


def test_what_a_customer_typed_is_data() -> None:
    scope = {"typed": "{{ 7*7 }}", "rows": [{"typed": "{% for %}"}]}
    assert expressions.render("You said {{ typed }}", scope) == "You said {{ 7*7 }}"
    assert expressions.value("{{ typed }}", scope) == "{{ 7*7 }}"
    assert expressions.value_of(["{{ rows }}"], scope) == [[{"typed": "{% for %}"}]]


CONDITIONS = [
    ("order is none", False),
    ("missing is none", True),
    ("missing is defined", False),
    ("unset is defined", False),
    ("name is defined", True),
    ("channel != 'slack'", True),
    ("n + 1 > 3 and 'a' in items", True),
    ("1 < n < 5", True),
    ("1 < n < 2", False),
    ("n", True),
    ("zero", False),
    ("empty", False),
    ("items and not unset", True),
    ("'x' not in items", True),
    ("order.total > 50", True),
    (" n ==\n 3 ", True),
]


@pytest.mark.parametrize(("source", "holds"), CONDITIONS)
def test_conditions(source: str, holds: bool) -> None:
    assert expressions.test(source, SCOPE) is holds
    assert bool(expressions.evaluate(source, SCOPE)) is holds


def test_evaluate_gives_the_value() -> None:
    assert expressions.evaluate("n * 2", SCOPE) == 6
    assert expressions.evaluate("missing", SCOPE) is None
    assert expressions.condition("n * 2").render(SCOPE) == "6"


@pytest.mark.parametrize("sign", ["<", "<=", ">", ">="])
@pytest.mark.parametrize("pair", ["unset {} 3", "3 {} unset", "unset {} unset", "unset {} 'a'", "missing.a {} 3"])
def test_order_with_none_does_not_hold(sign: str, pair: str) -> None:
    assert expressions.test(pair.format(sign), SCOPE) is False


@pytest.mark.parametrize(
    ("source", "holds"),
    [
        ("unset == none", True),
        ("unset == missing", True),
        ("unset != 0", True),
        ("unset == ''", False),
        ("'a' in unset", False),
        ("'a' not in unset", True),
        ("unset in items", False),
        ("unset in name", False),
    ],
)
def test_equality_and_none(source: str, holds: bool) -> None:
    assert expressions.test(source, SCOPE) is holds


@pytest.mark.parametrize("source", ["unset + 1", "1 - unset", "unset * 2", "'a' + unset", "unset / 2", "-unset"])
def test_arithmetic_with_none_names_the_expression(source: str) -> None:
    with pytest.raises(ExpressionError, match="none") as caught:
        expressions.evaluate(source, SCOPE)
    assert repr(source) in str(caught.value)


class Moody:
    def __str__(self) -> str:
        raise RuntimeError("a value of a customer")


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("{{ value }}", "RuntimeError"),
        ("{{ value }}!", "RuntimeError"),
        ("{{ 1 / 0 }}", "ZeroDivisionError"),
        ("{{ secret | money }}", "text is not a number"),
        ("{{ secret | date }}", "the text is not a date or time as in 2026-05-01T14:30"),
        ("{{ secret < 3 }}", "text and a number cannot be compared"),
        ("{{ secret + 3 }}", "'+' cannot take text and a number"),
        ("{{ secret - 'a' }}", "'-' cannot take text and text"),
        ("{{ plain[secret:] }}", "a mapping has no sections"),
        ("{{ [secret, 1] | sum }}", "'+' cannot take text and a number"),
    ],
)
def test_errors_name_the_source_and_never_a_value(source: str, message: str) -> None:
    scope = {"value": Moody(), "secret": "customer-secret", "plain": {"a": 1, "b": 2}}
    with pytest.raises(ExpressionError) as caught:
        expressions.render(source, scope)
    assert message in str(caught.value)
    assert "customer" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_a_long_source_is_shortened_in_errors() -> None:
    with pytest.raises(ExpressionError, match=r"\.\.\.") as caught:
        expressions.render("{{ n / zero }}" + "x" * 500, SCOPE)
    assert len(str(caught.value)) < 300


def test_threads_share_what_is_compiled() -> None:
    found: set[str] = set()

    def work(number: int) -> None:
        source = "{% for i in items %}{{ n }}{% endfor %}"
        found.update(expressions.render(source, {"items": [1, 2], "n": number}) for _ in range(200))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {"00", "11", "22", "33"}


MOMENT = datetime(2026, 5, 1, 22, 30, tzinfo=UTC)
TEMPORAL = {
    "now": MOMENT,
    "naive": datetime(2026, 5, 2, 0, 30),  # noqa: DTZ001  the point of the test
    "today": date(2026, 5, 2),
    "clock": time(9, 5),
    "day": timedelta(days=1),
    "price": Money(Decimal("10.50"), "EUR"),
    "fee": Money(Decimal("1.50"), "EUR"),
    "dollars": Money(Decimal(1), "USD"),
    "tenth": Decimal("0.1"),
    "zero": Decimal(0),
}
BERLIN = {**TEMPORAL, "__timezone__": "Europe/Berlin"}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("now == today", True),
        ("now > today", False),
        ("today <= now", True),
        ("naive == now", True),
        ("now - naive == day * 0", True),
        ("today - day", date(2026, 5, 1)),
        ("now + day > now", True),
        ("(today - day - today).days", -1),
        ("-day == day * -1", True),
        ("day / day", 1.0),
        ("clock.hour", 9),
        ("today.month", 5),
        ("price + fee", Money(Decimal("12.00"), "EUR")),
        ("price - fee", Money(Decimal("9.00"), "EUR")),
        ("price * 2", Money(Decimal("21.00"), "EUR")),
        ("0.5 * price", Money(Decimal("5.250"), "EUR")),
        ("price / 2", Money(Decimal("5.25"), "EUR")),
        ("price / fee", Decimal(7)),
        ("-fee", Money(Decimal("-1.50"), "EUR")),
        ("price > fee", True),
        ("price == 10.5", True),
        ("10 < price", True),
        ("price != dollars", True),
        ("price == 'text'", False),
        ("tenth == 0.1", True),
        ("0.1 == tenth", True),
        ("tenth + 0.2", Decimal("0.3")),
        ("0.2 - tenth", Decimal("0.1")),
        ("price in [fee, price]", True),
        ("{'a': 1} == {'a': 1}", True),
        ("'a' in {'a': 1}", True),
        ("[1] in {'a': 1}", False),
    ],
)
def test_moments_money_and_decimals(source: str, expected: Any) -> None:
    assert expressions.evaluate(source, BERLIN) == expected


def test_moments_without_a_timezone() -> None:
    assert expressions.evaluate("now.hour == 22 and now == now", TEMPORAL)
    assert expressions.evaluate("now == today", TEMPORAL) is False
    assert expressions.evaluate("naive == today", TEMPORAL) is True
    assert expressions.evaluate("naive == now", TEMPORAL) is False


@pytest.mark.parametrize(
    "source",
    [
        "naive < now",
        "price < dollars",
        "price + dollars",
        "price * price",
        "price // fee",
        "price + 1",
        "1 - price",
        "price % 2",
        "'a' * price",
        "today + 1",
        "today + today",
        "clock < today",
        "[1] + 'a'",
        "{} + {}",
        "-[]",
        "-(true)",
        "+'a'",
        "n is divisibleby(0)",
        "tenth / zero",
        "today + day * 9999999",
    ],
)
def test_operands_that_do_not_fit(source: str) -> None:
    with pytest.raises(ExpressionError):
        expressions.evaluate(source, TEMPORAL)


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../etc/passwd", 5])
def test_unknown_timezone(zone: Any) -> None:
    with pytest.raises(ExpressionError, match="no timezone"):
        expressions.render("{{ now }}", {**TEMPORAL, "__timezone__": zone})
