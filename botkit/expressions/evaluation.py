"""One evaluation: what it reads (the scope) and how much it may still do.

The bounds are on work, not on time, so that the same expression over the same data always ends the same way.
Work counts the nodes that loops evaluate and the items and text that filters and operators touch.
"""

from collections.abc import Mapping
from datetime import tzinfo
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment
from jinja2.runtime import Context

from botkit.errors import ExpressionError, ExpressionLimitError

OUTPUT = 64 * 1024
"""Characters of text that an evaluation may give, or build on its way."""
ITERATIONS = 10_000
"""Turns of all loops of an evaluation together."""
WORK = 250_000
"""Units of work of an evaluation: one for a node in a loop or an item, one for 32 characters of text."""
BITS = 256
"""Size of the whole numbers that arithmetic may give."""

_BRANCHES = frozenset({list, tuple, set, frozenset, dict})


class Evaluation(Context):
    """The context that a compiled expression runs in. It belongs to one evaluation and one thread."""

    def __init__(self, environment: Environment, scope: Mapping[str, Any]) -> None:
        # Jinja's own constructor prepares template inheritance, which does not exist here.
        self.environment = environment
        self.scope = scope
        self.vars = {}
        self.exported_vars = set()
        self.iterations = ITERATIONS
        self.work = WORK
        self.apart: dict[str, int] | None = None  # the numbers of values that are kept apart from the text

    def resolve_or_missing(self, key: str) -> Any:
        """Give the value of a name; one that is not set is None."""
        return self.scope.get(key)

    @cached_property
    def formats(self) -> Any:
        """The locale's forms, a mapping or a struct; None stands for English."""
        return self.scope.get("__formats__")

    @cached_property
    def zone(self) -> tzinfo | None:
        """The timezone in which moments are shown; None shows each in its own."""
        name = self.scope.get("__timezone__")
        if not name:
            return None
        try:
            return ZoneInfo(name)
        except (LookupError, ValueError, OSError, TypeError):
            raise ExpressionError(f"there is no timezone {name!r}") from None

    def spend(self, units: int) -> None:
        """Take units of work, or raise ExpressionLimitError."""
        self.work -= units
        if self.work < 0:
            raise ExpressionLimitError(f"it does too much work (more than {WORK} units)")

    def iterate(self, items: list[Any], weight: int) -> list[Any]:
        """Pay for a loop over `items` whose body has `weight` nodes."""
        self.iterations -= len(items)
        if self.iterations < 0:
            raise ExpressionLimitError(f"its loops turn more than {ITERATIONS} times")
        self.spend(len(items) * weight)
        return items

    def weigh(self, value: Any) -> None:
        """Pay for reading all of a value, as often as each part occurs in it."""
        if type(value) is str:
            self.spend(len(value) >> 5)
        elif type(value) in _BRANCHES:
            self._weigh_branches(value)

    def _weigh_branches(self, value: Any) -> None:
        # A list that holds another twice, forty levels deep, is small in memory and endless to read: the
        # walk therefore pays as it goes.
        stack = [value]
        while stack:
            item = stack.pop()
            kind = type(item)
            if kind is str:
                self.spend(1 + (len(item) >> 5))
            elif kind in _BRANCHES:
                self.spend(1 + len(item))
                stack.extend(item.values() if kind is dict else item)

    def touch(self, value: Any) -> None:
        """Pay for one pass over a value's items or characters."""
        kind = type(value)
        if kind is str:
            self.spend(1 + (len(value) >> 5))
        else:
            self.spend(1 + (len(value) if kind in _BRANCHES else 0))

    def bounded(self, value: Any) -> Any:
        """Give back a value that was built, or raise ExpressionLimitError if it is too big."""
        kind = type(value)
        if kind is str:
            room(OUTPUT, len(value))
        elif kind is int and value.bit_length() > BITS:
            raise ExpressionLimitError(f"a whole number has more than {BITS} bits")
        return value


def room(left: int, length: int) -> int:
    """Give the room that is left for text after `length` characters, or raise ExpressionLimitError."""
    left -= length
    if left < 0:
        raise ExpressionLimitError(f"its text is longer than {OUTPUT} characters")
    return left
