"""What operators do: comparisons that never fail on none, arithmetic that says why it cannot."""

import operator
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from botkit.errors import CurrencyError, ExpressionError
from botkit.expressions.access import is_money, is_number, items_of, kind_of
from botkit.expressions.evaluation import Evaluation

_ORDER: Mapping[str, Callable[[Any, Any], bool]] = {
    "lt": operator.lt,
    "lteq": operator.le,
    "gt": operator.gt,
    "gteq": operator.ge,
}
_SCALARS = frozenset({str, int, bool, type(None)})
_NUMBERS: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
}
_TEMPORAL = (date, time, timedelta)


def compare(run: Evaluation, left: Any, *chain: Any) -> bool:
    """Tell whether `left op right op right ...` holds; `chain` is operator, value, operator, value.

    Order with none on either side does not hold, and nothing is in none. Numbers of all kinds compare by
    value, Money with a number by its amount, a moment with a date by its day. Raises ExpressionError for
    the order of values that have none, such as text and a number.
    """
    for position in range(0, len(chain), 2):
        right = chain[position + 1]
        if not _holds(run, chain[position], left, right):
            return False
        left = right
    return True


def _holds(run: Evaluation, name: str, left: Any, right: Any) -> bool:
    if name == "eq":
        return equal(run, left, right)
    if name == "ne":
        return not equal(run, left, right)
    if name == "in":
        return within(run, left, right)
    if name == "notin":
        return not within(run, left, right)
    return _in_order(run, name, left, right)


def equal(run: Evaluation, left: Any, right: Any) -> bool:
    """Tell whether two values are the same; values of different kinds are not."""
    if type(left) in _SCALARS and type(right) in _SCALARS:
        return bool(left == right)
    run.weigh(left)
    left, right = _fitted(run, left, right)
    return bool(left == right)


def within(run: Evaluation, part: Any, whole: Any) -> bool:
    """Tell whether a list has an item, a mapping a key, or a text a part; nothing is in None."""
    if whole is None:
        return False
    if isinstance(whole, str):
        run.touch(whole)
        return isinstance(part, str) and part in whole
    if isinstance(whole, Mapping):
        return isinstance(part, str | int) and part in whole
    return any(equal(run, part, item) for item in items_of(run, whole))


def _in_order(run: Evaluation, name: str, left: Any, right: Any) -> bool:
    if left is None or right is None:
        return False
    run.weigh(left)
    if is_money(left) and is_money(right) and left.currency != right.currency:
        raise _other_currencies(f"{left.currency} and {right.currency} cannot be compared", left, right)
    low, high = _fitted(run, left, right)
    try:
        return bool(_ORDER[name](low, high))
    except TypeError:
        raise ExpressionError(f"{kind_of(left)} and {kind_of(right)} cannot be compared") from None


def _other_currencies(message: str, left: Any, right: Any) -> CurrencyError:
    error = CurrencyError(message)
    error.currencies = left.currency, right.currency
    return error


def _fitted(run: Evaluation, left: Any, right: Any) -> tuple[Any, Any]:
    if is_money(left) and (is_number(right) or (is_money(right) and left.currency == right.currency)):
        left, right = left.amount, getattr(right, "amount", right)
    elif is_money(right) and is_number(left):
        right = right.amount
    if isinstance(left, date) and isinstance(right, date):
        return _same_days(run, left, right)
    return _same_numbers(left, right)


def _same_numbers(left: Any, right: Any) -> tuple[Any, Any]:
    """Read a float beside a decimal as it is written, so that 0.1 equals 0.1."""
    if type(left) is float and isinstance(right, Decimal):
        return Decimal(repr(left)), right
    if type(right) is float and isinstance(left, Decimal):
        return left, Decimal(repr(right))
    return left, right


def _same_days(run: Evaluation, left: date, right: date) -> tuple[date, date]:
    if isinstance(left, datetime) and isinstance(right, datetime):
        if (left.tzinfo is None) != (right.tzinfo is None) and run.zone is not None:
            return _zoned(run, left), _zoned(run, right)
        return left, right
    return _day(run, left), _day(run, right)


def _zoned(run: Evaluation, moment: datetime) -> datetime:
    return moment.replace(tzinfo=run.zone) if moment.tzinfo is None else moment


def _day(run: Evaluation, value: date) -> date:
    if not isinstance(value, datetime):
        return value
    return (value.astimezone(run.zone) if value.tzinfo and run.zone else value).date()


def arithmetic(run: Evaluation, sign: str, left: Any, right: Any) -> Any:
    """Apply `+ - * / // %`.

    Numbers of all kinds mix; `+` also joins two texts or two lists; dates take durations; Money adds to
    Money of its currency and is multiplied or divided by numbers. All else raises ExpressionError, none
    first of all.
    """
    if left is None or right is None:
        raise ExpressionError(f"'{sign}' meets none", hint="give the name a value first, or use default(0)")
    result: Any = NotImplemented
    if isinstance(left, (int, float, Decimal)) and isinstance(right, (int, float, Decimal)):
        result = _NUMBERS[sign](*_same_numbers(left, right))
    elif is_money(left) or is_money(right):
        result = _money(sign, left, right)
    elif isinstance(left, _TEMPORAL) or isinstance(right, _TEMPORAL):
        result = _duration(run, sign, left, right)
    elif sign == "+":
        result = _joined(run, left, right)
    if result is NotImplemented:
        hint = "join texts with ~" if sign == "+" else ""
        raise ExpressionError(f"'{sign}' cannot take {kind_of(left)} and {kind_of(right)}", hint=hint)
    return run.bounded(result)


def _joined(run: Evaluation, left: Any, right: Any) -> Any:
    texts = isinstance(left, str) and isinstance(right, str)
    lists = isinstance(left, (list, tuple)) and isinstance(right, (list, tuple))
    if not (texts or lists):
        return NotImplemented
    run.spend(1 + ((len(left) + len(right)) >> (5 if texts else 0)))
    return left + right if texts else [*left, *right]


def _duration(run: Evaluation, sign: str, left: Any, right: Any) -> Any:
    if isinstance(left, date) and isinstance(right, date):
        left, right = _same_days(run, left, right)
    try:
        return _NUMBERS[sign](left, right)
    except TypeError:
        return NotImplemented


def _money(sign: str, left: Any, right: Any) -> Any:
    if is_money(left) and is_money(right):
        return _two_amounts(sign, left, right)
    if is_money(left) and is_number(right) and sign in {"*", "/"}:
        amount = _NUMBERS[sign](*_same_numbers(left.amount, right))
        return type(left)(amount=amount, currency=left.currency)
    if is_number(left) and sign == "*":
        return _money(sign, right, left)
    return NotImplemented


def _two_amounts(sign: str, left: Any, right: Any) -> Any:
    if left.currency != right.currency:
        raise _other_currencies(f"'{sign}' cannot take {left.currency} and {right.currency}", left, right)
    if sign == "/":
        return left.amount / right.amount
    if sign not in {"+", "-"}:
        return NotImplemented
    return type(left)(amount=_NUMBERS[sign](left.amount, right.amount), currency=left.currency)


def signed(sign: str, value: Any) -> Any:
    """Apply a leading `+` or `-` to a number, a duration or Money; raises ExpressionError for all else."""
    if is_money(value):
        return type(value)(amount=signed(sign, value.amount), currency=value.currency)
    if not (is_number(value) or isinstance(value, timedelta)):
        raise ExpressionError(f"'{sign}' cannot take {kind_of(value)}")
    return -value if sign == "-" else +value
