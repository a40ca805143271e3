"""Filters of lists. None is an empty list to all of them."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from botkit.errors import ExpressionError
from botkit.expressions.access import follow, is_money, items_of, kind_of
from botkit.expressions.evaluation import Evaluation
from botkit.expressions.operators import arithmetic
from botkit.expressions.predicates import PREDICATES
from botkit.expressions.texts import joined, text


def length(_run: Evaluation, value: Any) -> int:
    """Count items, keys or characters."""
    if value is None:
        return 0
    if not isinstance(value, Collection):
        raise ExpressionError(f"{kind_of(value)} has no length")
    return len(value)


def first(run: Evaluation, value: Any) -> Any:
    """Give the first item, or none."""
    items = items_of(run, value)
    return items[0] if items else None


def last(run: Evaluation, value: Any) -> Any:
    """Give the last item, or none."""
    items = items_of(run, value)
    return items[-1] if items else None


def reverse(run: Evaluation, value: Any) -> Any:
    """Turn a list or a text round."""
    return value[::-1] if isinstance(value, str) else items_of(run, value)[::-1]


def items(run: Evaluation, value: Any) -> list[list[Any]]:
    """List the pairs of key and value of a mapping."""
    if value is not None and not isinstance(value, Mapping):
        raise ExpressionError("items needs a mapping")
    return [[key, value[key]] for key in items_of(run, value)] if value else []


def join(run: Evaluation, value: Any, d: str = "", attribute: str | None = None) -> str:
    """Join the texts of the items with `d` between them."""
    parts = _picked(items_of(run, value), attribute)
    return joined(run, (text(run, part) for part in parts), text(run, d))


def _picked(values: list[Any], attribute: str | None) -> list[Any]:
    return values if attribute is None else [follow(value, str(attribute)) for value in values]


def sort(
    run: Evaluation,
    value: Any,
    reverse: bool = False,
    case_sensitive: bool = False,
    attribute: str | None = None,
) -> list[Any]:
    """Put items in order, none last; letters of either case are the same unless `case_sensitive`."""
    values = items_of(run, value)
    keys = [_key(run, key, case_sensitive) for key in _picked(values, attribute)]
    order = sorted(range(len(values)), key=keys.__getitem__, reverse=bool(reverse))
    return [values[position] for position in order]


def _key(run: Evaluation, value: Any, case_sensitive: bool) -> tuple[bool, Any]:
    run.spend(8)
    run.weigh(value)
    if is_money(value):
        return False, value.amount
    return value is None, value.casefold() if isinstance(value, str) and not case_sensitive else value


def unique(
    run: Evaluation,
    value: Any,
    case_sensitive: bool = False,
    attribute: str | None = None,
) -> list[Any]:
    """Keep the first of items that are the same."""
    values = items_of(run, value)
    kept, seen = [], set()
    for found, picked in zip(values, _picked(values, attribute), strict=True):
        key = _frozen(_key(run, picked, case_sensitive)[1])
        if key not in seen:
            seen.add(key)
            kept.append(found)
    return kept


def _frozen(value: Any) -> Any:
    if isinstance(value, Mapping):
        return tuple((key, _frozen(value[key])) for key in sorted(value, key=str))
    return tuple(_frozen(part) for part in value) if isinstance(value, (list, tuple)) else value


def smallest(run: Evaluation, value: Any, case_sensitive: bool = False, attribute: str | None = None) -> Any:
    """Give the smallest item that is not none, or none."""
    found = _known(run, value, attribute)
    return first(run, sort(run, found, case_sensitive=case_sensitive, attribute=attribute))


def greatest(run: Evaluation, value: Any, case_sensitive: bool = False, attribute: str | None = None) -> Any:
    """Give the greatest item that is not none, or none."""
    found = _known(run, value, attribute)
    return last(run, sort(run, found, case_sensitive=case_sensitive, attribute=attribute))


def _known(run: Evaluation, value: Any, attribute: str | None) -> list[Any]:
    values = items_of(run, value)
    picked = _picked(values, attribute)
    return [found for found, key in zip(values, picked, strict=True) if key is not None]


def total(run: Evaluation, value: Any, attribute: str | None = None, start: Any = 0) -> Any:
    """Add numbers or Money of one currency; none among them raises ExpressionError."""
    parts = _picked(items_of(run, value), attribute)
    if parts and start == 0 and type(start) is int:
        start, parts = parts[0], parts[1:]
    for part in parts:
        start = arithmetic(run, "+", start, part)
    return start


def map_(
    run: Evaluation,
    value: Any,
    name: str = "",
    /,
    *args: Any,
    attribute: str = "",
    default: Any = None,
    **named: Any,
) -> list[Any]:
    """Give `attribute` of each item (`default` where it is none), or each item through a filter."""
    values = items_of(run, value)
    if name:
        apply = run.environment.filters[name]
        return [apply(run, found, *args, **named) for found in values]
    if not attribute:
        raise ExpressionError("map needs attribute='...' or a filter's name")
    return [default if found is None else found for found in _picked(values, attribute)]


def select(run: Evaluation, value: Any, test: str = "", /, *args: Any) -> list[Any]:
    """Keep the items that pass a test, or that are not empty."""
    return [found for found in items_of(run, value) if _passes(run, found, test, args)]


def reject(run: Evaluation, value: Any, test: str = "", /, *args: Any) -> list[Any]:
    """Drop the items that pass a test, or that are not empty."""
    return [found for found in items_of(run, value) if not _passes(run, found, test, args)]


def selectattr(run: Evaluation, value: Any, attribute: str, test: str = "", /, *args: Any) -> list[Any]:
    """Keep the items whose attribute passes a test, or is not empty."""
    return [found for found in items_of(run, value) if _passes(run, follow(found, str(attribute)), test, args)]


def rejectattr(run: Evaluation, value: Any, attribute: str, test: str = "", /, *args: Any) -> list[Any]:
    """Drop the items whose attribute passes a test, or is not empty."""
    return [found for found in items_of(run, value) if not _passes(run, follow(found, str(attribute)), test, args)]


def _passes(run: Evaluation, value: Any, test: str, args: tuple[Any, ...]) -> bool:
    run.spend(1)
    return PREDICATES[test](run, value, *args) if test else bool(value)


FILTERS: dict[str, Callable[..., Any]] = {
    "count": length,
    "first": first,
    "items": items,
    "join": join,
    "last": last,
    "length": length,
    "list": items_of,
    "map": map_,
    "max": greatest,
    "min": smallest,
    "reject": reject,
    "rejectattr": rejectattr,
    "reverse": reverse,
    "select": select,
    "selectattr": selectattr,
    "sort": sort,
    "sum": total,
    "unique": unique,
}
