"""Attempts to get out of the sandbox: refused when the bot is loaded, or harmless when they run."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import msgspec
import pytest
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context

from botkit import expressions
from botkit.errors import ExpressionError
from botkit.expressions.sandbox import SANDBOX


class Price(msgspec.Struct, frozen=True):
    amount: Decimal
    currency: str
    _secret: str = "hidden"

    def reveal(self) -> str:
        return "called"

    @property
    def computed(self) -> str:
        return "computed"


class Loose(msgspec.Struct):
    name: str = "loose"


@dataclass(frozen=True)
class Parcel:
    weight: int = 3
    _note: str = "hidden"


@dataclass
class Open:
    weight: int = 3


class Plain:
    name = "plain"


def scope() -> dict[str, Any]:
    return {
        "text": "text",
        "typed": "{{ 7 * 7 }}{% for a in b %}",
        "n": 7,
        "items": [1, 2],
        "order": {"items": ["a"], "keys": "K", "n": None, "__class__": "data"},
        "price": Price(Decimal(5), "EUR"),
        "parcel": Parcel(),
        "open": Open(),
        "loose": Loose(),
        "plain": Plain(),
        "cls": Parcel,
        "function": len,
        "proxy": MappingProxyType({"items": "P"}),
        "now": datetime(2026, 5, 1, 12, 30, tzinfo=UTC),
        "__formats__": {"decimal": "."},
    }


REFUSED = [
    "{{ text.upper() }}",
    "{{ text.format(n) }}",
    "{{ text.__class__ }}",
    "{{ text.__class__.__mro__[1].__subclasses__() }}",
    "{{ ''.__class__.__base__ }}",
    "{{ ().__class__ }}",
    "{{ {}.__class__ }}",
    "{{ order.__init__ }}",
    "{{ order.__init__.__globals__ }}",
    "{{ function(text) }}",
    "{{ function.__globals__ }}",
    "{{ function.__self__ }}",
    "{{ order.items() }}",
    "{{ order.keys() }}",
    "{{ items.append(3) }}",
    "{{ items.pop() }}",
    "{{ order.update(a=1) }}",
    "{{ range(10) }}",
    "{% for i in range(1000000000) %}{% endfor %}",
    "{{ lipsum(n=100000) }}",
    "{{ lipsum.__globals__['os'].popen('id').read() }}",
    "{{ cycler('a', 'b').next() }}",
    "{{ cycler.__init__.__globals__.os }}",
    "{{ joiner(',')() }}",
    "{{ namespace(a=1) }}",
    "{% set ns = namespace(a=1) %}",
    "{% set ns.a = 1 %}",
    "{{ dict(a=1) }}",
    "{{ self }}",
    "{{ self.__init__ }}",
    "{{ self._TemplateReference__context }}",
    "{{ super() }}",
    "{{ caller() }}",
    "{{ varargs }}",
    "{{ kwargs }}",
    "{{ __formats__ }}",
    "{{ __builtins__ }}",
    "{{ text | attr('upper') }}",
    "{{ text | attr('__class__') }}",
    "{{ items | map('attr', '__class__') }}",
    "{{ items | map(text) }}",
    "{{ items | select(text) }}",
    "{{ items | selectattr('x', text) }}",
    "{{ text | format(1) }}",
    "{{ text | center(1000000000) }}",
    "{{ text | indent(1000000000) }}",
    "{{ text | wordwrap(1) }}",
    "{{ text | urlize }}",
    "{{ text | xmlattr }}",
    "{{ text | pprint }}",
    "{{ text | safe }}",
    "{{ items | random }}",
    "{{ items | groupby('x') }}",
    "{{ text is callable }}",
    "{{ text is filter }}",
    "{{ text is sameas text }}",
    "{% include 'x' %}",
    "{% import 'x' as y %}",
    "{% from 'x' import y %}",
    "{% extends 'x' %}",
    "{% block a %}{% endblock %}",
    "{% macro a() %}{% endmacro %}",
    "{% call a() %}{% endcall %}",
    "{% filter upper %}a{% endfilter %}",
    "{% with a = 1 %}{% endwith %}",
    "{% set a %}{{ text }}{% endset %}",
    "{% autoescape true %}{% endautoescape %}",
    "{% do items.append(1) %}",
    "{% trans %}{% endtrans %}",
    "{% debug %}",
    "{% for i in items recursive %}{{ loop(i) }}{% endfor %}",
    "{% for i in items %}{{ loop.cycle('a', 'b') }}{% endfor %}",
    "{% for i in items %}{% break %}{% endfor %}",
    "{{ loop.__class__ }}",
    "{{ 9 ** 9 ** 9 }}",
    "{{ n ** n }}",
    "{{ 'a' * 1000000000 }}",
    "{{ 1000000000 * 'a' }}",
    "{{ [1] * 1000000000 }}",
    "{{ (1, 2) * 1000000000 }}",
    "{{ '%1000000000d' % 5 }}",
    "{{ '%s' % text }}",
    "{{ text | upper(*items) }}",
    "{{ text | default(**order) }}",
    "{{ (text.upper)() }}",
    "{{ items[0]() }}",
    "{{ (text | upper)() }}",
]

HARMLESS = [
    ("{{ typed }}", "{{ 7 * 7 }}{% for a in b %}"),
    ("{{ typed | upper }}", "{{ 7 * 7 }}{% FOR A IN B %}"),
    ("{{ typed ~ '' }}", "{{ 7 * 7 }}{% for a in b %}"),
    ("{{ '{{ n }}' }}", "{{ n }}"),
    ("{% raw %}{{ n }}{% endraw %}", "{{ n }}"),
    ("{{ text.upper }}", ""),
    ("{{ text['upper'] }}", ""),
    ("{{ text['__cla' ~ 'ss__'] }}", ""),
    ("{{ items.append }}", ""),
    ("{{ items['append'] }}", ""),
    ("{{ items[true] }}", ""),
    ("{{ items[99] }}", ""),
    ("{{ items[-1] }}", "2"),
    ("{{ n.real }}", ""),
    ("{{ n.numerator }}", ""),
    ("{{ n.to_bytes }}", ""),
    ("{{ order.items }}", "a"),
    ("{{ order.keys }}", "K"),
    ("{{ order.values }}", ""),
    ("{{ proxy.items }}{{ proxy.keys }}{{ proxy['items'] }}", "PP"),
    ("{{ order['__cla' ~ 'ss__'] }}", "data"),
    ("{{ order['__init' ~ '__'] }}", ""),
    ("{{ order.n.o.p }}", ""),
    ("{{ price.amount }}", "5"),
    ("{{ price.currency }}", "EUR"),
    ("{{ price._secret }}", ""),
    ("{{ price.reveal }}", ""),
    ("{{ price.computed }}", ""),
    ("{{ price['reveal'] }}", ""),
    ("{{ price.__struct_fields__ if false }}", None),
    ("{{ parcel.weight }}", "3"),
    ("{{ parcel._note }}", ""),
    ("{{ open.weight }}", ""),
    ("{{ loose.name }}", ""),
    ("{{ plain.name }}", ""),
    ("{{ cls.weight }}", ""),
    ("{{ function.name }}", ""),
    ("{{ now.year }}-{{ now.minute }}", "2026-30"),
    ("{{ now.tzinfo }}", ""),
    ("{{ now.resolution }}", ""),
    ("{{ items | map(attribute='real') | list }}", ", "),
    ("{{ [price] | map(attribute='_secret') | first }}", ""),
    ("{{ [text] | map(attribute='__class__') | first }}", ""),
    ("{{ [order] | selectattr('__class__') | length }}", "1"),
    ("{% for i in items %}{{ loop.cycle }}{{ loop._iterator }}{{ loop['_iterable'] }}{% endfor %}", ""),
    ("{% for i in items %}{{ loop.index }}{{ loop.last }}{% endfor %}", "1false2true"),
    ("{{ range }}{{ lipsum }}{{ cycler }}{{ joiner }}{{ namespace }}{{ dict }}", ""),
    ("{{ environment }}{{ context }}{{ resolve }}{{ config }}{{ request }}", ""),
    ("{{ undefined }}{{ missing }}{{ l_0_text }}{{ t_1 }}", ""),
]


@pytest.mark.parametrize("source", REFUSED)
def test_escape_is_refused_when_the_bot_is_loaded(source: str) -> None:
    findings = expressions.examine(source, "template")
    assert {finding.code for finding in findings} <= {
        "forbidden-syntax",
        "template-syntax",
        "unknown-filter",
        "unknown-test",
    }
    assert findings
    with pytest.raises(ExpressionError):
        expressions.render(source, scope())


@pytest.mark.parametrize(("source", "shown"), HARMLESS)
def test_escape_is_harmless_when_it_runs(source: str, shown: str | None) -> None:
    if shown is None:
        assert expressions.examine(source, "template")
    else:
        assert expressions.render(source, scope()) == shown


def test_a_loop_has_no_text() -> None:
    with pytest.raises(ExpressionError, match=r"loop.index"):
        expressions.render("{% for i in items %}{{ loop }}{% endfor %}", scope())


@pytest.mark.parametrize("source", ["{{ loop | first }}", "{{ loop | list }}", "{% for j in loop %}{% endfor %}"])
def test_a_loop_is_no_list(source: str) -> None:
    with pytest.raises(ExpressionError, match="not a list"):
        expressions.render("{% for i in items %}" + source + "{% endfor %}", scope())


def test_the_environment_refuses_what_the_loader_would_have_refused() -> None:
    assert not SANDBOX.is_safe_callable(len)
    with pytest.raises(SecurityError):
        SANDBOX.call(None, len, [])
    with pytest.raises(SecurityError):
        SANDBOX.call_binop(Context(SANDBOX, {}, None, {}), "+", 1, 1)
    assert not SANDBOX.globals
    assert SANDBOX.getattr("text", "upper") is None


def test_values_are_never_changed() -> None:
    values = scope()
    expressions.render("{% set items = items + [3] %}{% set order = 1 %}{{ items | reverse | join }}", values)
    assert values["items"] == [1, 2]
    assert values["order"]["items"] == ["a"]
