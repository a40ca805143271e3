"""What `x is ...` can ask."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from botkit.errors import ExpressionError
from botkit.expressions import filters_of_hours
from botkit.expressions.access import is_number
from botkit.expressions.evaluation import Evaluation
from botkit.expressions.operators import compare, within

Predicate = Callable[..., bool]


def _plain(ask: Callable[[Any], bool]) -> Predicate:
    def predicate(_run: Evaluation, value: Any) -> bool:
        return ask(value)

    return predicate


def _compared(operator: str) -> Predicate:
    def predicate(run: Evaluation, value: Any, other: Any) -> bool:
        return compare(run, value, operator, other)

    return predicate


def contains(run: Evaluation, value: Any, part: Any) -> bool:
    """Tell whether a list, a text or the keys of a mapping have `part`; the other way round of `in`."""
    return within(run, part, value)


def divisibleby(_run: Evaluation, value: Any, by: Any) -> bool:
    """Tell whether a whole number divides another."""
    if not by:
        raise ExpressionError("nothing is divisible by 0")
    return is_number(value) and value % by == 0


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


PREDICATES: dict[str, Predicate] = {
    "boolean": _plain(lambda value: isinstance(value, bool)),
    "contains": contains,
    "defined": _plain(lambda value: value is not None),
    "divisibleby": divisibleby,
    "even": _plain(lambda value: is_number(value) and value % 2 == 0),
    "false": _plain(lambda value: value is False),
    "float": _plain(lambda value: isinstance(value, (float, Decimal))),
    "in": within,
    "integer": _plain(_whole),
    "iterable": _plain(lambda value: isinstance(value, (str, list, tuple, set, frozenset, Mapping))),
    "lower": _plain(lambda value: isinstance(value, str) and value.islower()),
    "mapping": _plain(lambda value: isinstance(value, Mapping)),
    "none": _plain(lambda value: value is None),
    "number": _plain(is_number),
    "odd": _plain(lambda value: is_number(value) and value % 2 == 1),
    "sequence": _plain(lambda value: isinstance(value, (str, list, tuple))),
    "string": _plain(lambda value: isinstance(value, str)),
    "true": _plain(lambda value: value is True),
    "undefined": _plain(lambda value: value is None),
    "upper": _plain(lambda value: isinstance(value, str) and value.isupper()),
    **filters_of_hours.PREDICATES,
    **{name: _compared("eq") for name in ("==", "eq", "equalto")},
    **{name: _compared("ne") for name in ("!=", "ne")},
    **{name: _compared("lt") for name in ("<", "lt", "lessthan")},
    **{name: _compared("lteq") for name in ("<=", "le")},
    **{name: _compared("gt") for name in (">", "gt", "greaterthan")},
    **{name: _compared("gteq") for name in (">=", "ge")},
}
