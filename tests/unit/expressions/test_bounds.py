"""Every evaluation ends soon, whatever the source and the data."""

from decimal import Decimal
from typing import Any

import pytest

from botkit import expressions
from botkit.errors import ExpressionError, ExpressionLimitError
from botkit.expressions.evaluation import ITERATIONS, OUTPUT
from botkit.expressions.parsing import BRACKETS, LENGTH
from botkit.expressions.vetting import DEPTH, LOOPS

DATA: dict[str, Any] = {
    "big": list(range(ITERATIONS)),
    "bigger": list(range(ITERATIONS + 1)),
    "hundred": list(range(101)),
    "long": "x" * (OUTPUT - 1),
    "huge": "x" * 5_000_000,
    "endless": range(10**12),
    "astronomic": Decimal("1e999999999"),
    "tiny": Decimal("1e-999999999"),
    "whole": 10**70,
    "enormous": 1 << 300,
    "rows": [{"a": [1, 2, 3], "b": "text"}] * 2000,
    "n": 3,
}


def doubled(start: str, step: str, end: str, times: int = 60) -> str:
    return f"{{% set a = {start} %}}" + f"{{% set a = {step} %}}" * times + end


BOMBS = [
    "{% for i in bigger %}{% endfor %}",
    "{% for i in hundred %}{% for j in hundred %}{% endfor %}{% endfor %}",
    "{% for i in big %}{% endfor %}{% for i in hundred %}{% endfor %}",
    "{% for i in big %}" + "{{ none }}" * 1000 + "{% endfor %}",
    "{% for i in big %}" + "y" * 10_000 + "{% endfor %}",
    "{% for i in big if i in big %}{% endfor %}",
    "{% for i in big %}{{ big | sort | length if false else big | sum }}{% endfor %}",
    "{% for i in big %}{{ huge | replace('y', 'z') | length }}{% endfor %}",
    "{% for i in big %}{% if rows == 1 %}{% endif %}{% endfor %}",
    "{% for i in big %}{% if 'y' in huge %}{% endif %}{% endfor %}",
    "{% for i in big %}{{ huge[0:1] }}{% endfor %}",
    "{% for i in endless %}{% endfor %}",
    "{{ endless | list }}",
    "{{ huge }}",
    "{{ huge ~ 'a' }}",
    "{{ long }}{{ long }}",
    "{{ long ~ long }}",
    "{{ long + long }}",
    "{{ long | upper }}{{ long }}",
    "{{ hundred | join(long) }}",
    "{{ [long, long] }}",
    "{{ [long, long] | join }}",
    "{{ long | replace('x', long) }}",
    "{{ long | urlencode ~ long }}",
    "{{ [long, long] | tojson }}",
    "{{ long | quote }}{{ 1 }}",
    "{{ enormous * enormous }}",
    "{{ enormous }}",
    "{{ whole * whole * whole * whole }}",
    "{{ astronomic | number }}",
    "{{ astronomic | money }}",
    "{{ astronomic | round(2) }}",
    "{{ astronomic | percent }}",
    "{{ astronomic | plural('a') }}",
    doubled("'ab'", "a ~ a", "{{ a }}"),
    doubled("'ab'", "a + a", "{{ a | length }}"),
    doubled("[1]", "a + a", "{{ a | length }}"),
    doubled("[1]", "[a, a]", "{{ a }}"),
    doubled("[1]", "[a, a]", "{{ a == [a] }}"),
    doubled("[1]", "[a, a]", "{{ a in [[a]] }}"),
    doubled("[1]", "[a, a]", "{{ a | tojson }}"),
    doubled("[1]", "[a, a]", "{{ [a, a] | sort }}"),
    doubled("[1]", "[a, a]", "{{ [a] | unique }}"),
    doubled("[1]", "{'k': a, 'l': a}", "{{ a | string }}"),
    doubled("['ab']", "[a | join, a | join]", "{{ a }}"),
    doubled("7", "a * a", "{{ a }}"),
    doubled("1", "[a]", "{{ a }}", 900),
    doubled("1", "[a]", "{{ a == [1] }}{{ a == a }}{{ [a] | unique }}", 900),
]


@pytest.mark.parametrize("source", BOMBS, ids=range(len(BOMBS)))
def test_bomb_is_stopped(source: str) -> None:
    with pytest.raises(ExpressionLimitError):
        expressions.render(source, DATA)


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("{% for i in big %}{% endfor %}", ""),
        ("{{ long }}", DATA["long"]),
        ("{{ astronomic }}", "1E+999999999"),
        ("{{ tiny }}", "1E-999999999"),
        ("{{ tiny | number }}", "0.000000000000"),
        ("{{ astronomic | int }}", "0"),
        ("{{ astronomic > 5 }}", "true"),
        ("{{ huge | truncate(5) }}", "xx..."),
        ("{{ rows | length }}", "2000"),
        ("{{ rows | map(attribute='a') | map('sum') | sum }}", "12000"),
        ("{{ big | sum }}", "49995000"),
    ],
)
def test_large_values_within_the_bounds(source: str, shown: str) -> None:
    assert expressions.render(source, DATA) == shown


LARGE = [
    "{{ n }}" + "x" * LENGTH,
    "x" * (OUTPUT + 1),
    "{{ " + "(" * (BRACKETS + 1) + "n" + ")" * (BRACKETS + 1) + " }}",
    "{{ " + "[" * 5000 + "]" * 5000 + " }}",
    "{{ " + "not " * 3000 + "n }}",
    "{{ " + "- " * 3000 + "n }}",
    "{{ " + "1 if n else " * 1000 + "2 }}",
    "{{ n" + " + n" * (DEPTH + 1) + " }}",
    "{{ n" + " or n" * 2000 + " }}",
    "{{ n" + " | upper" * 1000 + " }}",
    "{{ n" + ".a" * 5000 + " }}",
    "{{ n" + "[0]" * 4000 + " }}",
    "{% if n %}" * 600 + "{% endif %}" * 600,
    "{% for i in n %}" * (LOOPS + 1) + "{% endfor %}" * (LOOPS + 1),
    "{{ 0x" + "f" * 5000 + " }}",
    "{{ 1e999 }}",
]


@pytest.mark.parametrize("source", LARGE, ids=range(len(LARGE)))
def test_source_too_large_to_compile(source: str) -> None:
    assert [finding.code for finding in expressions.examine(source, "template")] == ["too-large"]
    with pytest.raises(ExpressionError):
        expressions.template(source)


@pytest.mark.parametrize(
    "source",
    [
        "{{ " + "(" * BRACKETS + "n" + ")" * BRACKETS + " }}",
        "{{ '" + "(" * 100 + "' }}",
        "{{ 1 }})))" + "([{{ 1 }}])" * 30,
        "{{ n" + " + n" * (DEPTH - 5) + " }}",
        "{% if n %}" * 25 + "{% endif %}" * 25,
        "{% for i in [1] %}" * LOOPS + "{{ i }}" + "{% endfor %}" * LOOPS,
        "x" * OUTPUT,
        "{{ n }}" + "x" * (LENGTH - 7),
        "{% if n == 0 %}{% elif n == 1 %}" + "{% elif n == 2 %}a" * 200 + "{% endif %}",
    ],
    ids=range(9),
)
def test_source_at_its_bound_compiles(source: str) -> None:
    assert expressions.examine(source, "template") == []
    expressions.render(source, DATA)


@pytest.mark.parametrize("source", ["{{ deep }}", "{{ deep ~ '' }}", "{{ deep == [deep] }}"])
def test_data_that_is_nested_too_deeply(source: str) -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(ExpressionLimitError, match="nested too deeply"):
        expressions.render(source, {"deep": deep})


def test_digits_that_python_refuses_to_read() -> None:
    (finding,) = expressions.examine("9" * 5000, "condition")
    assert finding.code == "template-syntax"


@pytest.mark.parametrize("source", ["{{ 1.5 | round(99) }}", "{{ n | number(-1) }}"])
def test_digits_are_bounded(source: str) -> None:
    with pytest.raises(ExpressionError, match="digits go from 0 to 12"):
        expressions.render(source, DATA)
