"""Jinja's immutable sandbox, with nothing in it but filters, tests and data.

Generated code reaches a value only through `getattr`, `getitem`, the intercepted operators and the filters
registered here; there is nothing that it could call. What Jinja would compile to bare Python (comparisons,
slices, `~`, loops) is rewritten to private filters beforehand, so that it is bounded as well.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, NoReturn

from jinja2 import Undefined, pass_context
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from botkit.expressions import (
    access,
    filters_of_hours,
    filters_of_lists,
    filters_of_locales,
    filters_of_text,
    operators,
    predicates,
    texts,
)
from botkit.expressions.evaluation import Evaluation

FILTERS: dict[str, Callable[..., Any]] = {
    **filters_of_hours.FILTERS,
    **filters_of_lists.FILTERS,
    **filters_of_locales.FILTERS,
    **filters_of_text.FILTERS,
}
"""The filters of the language, each called with the evaluation, the value and the arguments."""

PREDICATES = predicates.PREDICATES
"""The tests of the language, called in the same way."""

# Names that no source can spell.
COMPARE, CONCAT, LOOP, SECTION = "@compare", "@concat", "@loop", "@section"


class Nothing(Undefined):
    """Stands where Jinja would make an undefined value: making one gives None."""

    def __new__(cls, *_args: object, **_named: object) -> None:  # type: ignore[misc]
        return None


class Sandbox(ImmutableSandboxedEnvironment):
    """The one environment in which all expressions are compiled."""

    intercepted_binops = frozenset({"+", "-", "*", "/", "//", "%", "**"})
    intercepted_unops = frozenset({"+", "-"})

    def __init__(self) -> None:
        # Without the optimiser nothing is evaluated while a source is compiled.
        super().__init__(
            undefined=Nothing,
            finalize=pass_context(texts.finalised),
            optimized=False,
            autoescape=False,
            keep_trailing_newline=True,
            cache_size=0,
        )
        self.globals.clear()
        self.filters = {name: _bounded(function) for name, function in FILTERS.items()} | {
            COMPARE: pass_context(operators.compare),
            CONCAT: pass_context(_concatenated),
            LOOP: pass_context(_loop),
            SECTION: pass_context(_section),
        }
        self.tests = {name: pass_context(ask) for name, ask in PREDICATES.items()}

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Give what `obj.attribute` is in the language."""
        return access.attribute(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """Give what `obj[argument]` is in the language."""
        return access.item(obj, argument)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Apply an arithmetic operator."""
        return operators.arithmetic(_run(context), operator, left, right)

    def call_unop(self, context: Context, operator: str, arg: Any) -> Any:  # noqa: ARG002
        """Apply a leading sign."""
        return operators.signed(operator, arg)

    def is_safe_callable(self, obj: Any) -> bool:  # noqa: ARG002
        """Say that nothing may be called."""
        return False

    def call(self, *_args: Any, **_named: Any) -> NoReturn:
        """Refuse a call; the loader has refused its syntax already."""
        raise SecurityError("nothing can be called")


def _run(context: Context) -> Evaluation:
    if not isinstance(context, Evaluation):
        raise SecurityError("an expression runs in an Evaluation only")
    return context


def _bounded(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def call(run: Evaluation, value: Any, *args: Any, **named: Any) -> Any:
        run.touch(value)
        return run.bounded(function(run, value, *args, **named))

    return pass_context(call)


def _concatenated(run: Evaluation, *parts: Any) -> str:
    return texts.joined(run, (texts.text(run, part) for part in parts))


def _loop(run: Evaluation, value: Any, weight: int) -> list[Any]:
    return run.iterate(access.items_of(run, value), weight)


def _section(run: Evaluation, value: Any, start: Any, stop: Any, step: Any) -> Any:
    run.touch(value)
    return access.section(value, start, stop, step)


SANDBOX = Sandbox()
