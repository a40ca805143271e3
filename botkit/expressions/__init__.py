"""Templates and conditions: what a flow may compute, and no more.

    render("Hello {{ customer.name }}", scope)    text
    value("{{ order.total }}", scope)             a value
    test("order is none or n > 3", scope)         a truth

Sources come from a bot's definitions only. What a customer typed is a value in the scope and is never compiled.
Sources are compiled once and remembered, so that definitions can stay plain text.

The scope gives names their values. Beside them it may hold `locale`, and for what is shown `__formats__`
(forms of the locale, see `ENGLISH`), `__currency__` (ISO 4217), `__timezone__` (IANA) and `__hours__` (see
`filters_of_hours`).

None stands for whatever is not set. It prints as nothing, its attributes are none, its order with anything
does not hold (`none < 3` and `none >= 3` are both false), it is an empty list to filters of lists, and stays
none through the other filters; arithmetic with it raises ExpressionError.
"""

from botkit.expressions.compiled import (
    Compiled,
    Scope,
    condition,
    evaluate,
    examine,
    free_names,
    render,
    template,
    test,
    value,
    value_of,
)
from botkit.expressions.findings import Finding, FindingCode, Kind, suggest
from botkit.expressions.formats import ENGLISH
from botkit.expressions.sandbox import FILTERS, PREDICATES

FILTER_NAMES = frozenset(FILTERS)
TEST_NAMES = frozenset(PREDICATES)

__all__ = [
    "ENGLISH",
    "FILTER_NAMES",
    "TEST_NAMES",
    "Compiled",
    "Finding",
    "FindingCode",
    "Kind",
    "Scope",
    "condition",
    "evaluate",
    "examine",
    "free_names",
    "render",
    "suggest",
    "template",
    "test",
    "value",
    "value_of",
]
