"""Compiled expressions, remembered by their source, and their evaluation."""

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

import msgspec
from jinja2 import Template, TemplateSyntaxError, nodes

from botkit.errors import CurrencyError, ExpressionError, ExpressionLimitError
from botkit.expressions.evaluation import OUTPUT, Evaluation, room
from botkit.expressions.findings import Finding, Kind
from botkit.expressions.parsing import RESULT, is_static, parse, result_tree
from botkit.expressions.paths import Path, paths_read
from botkit.expressions.rewriting import rewrite
from botkit.expressions.sandbox import SANDBOX
from botkit.expressions.texts import finalised, text
from botkit.expressions.vetting import filters_used, hours_asked

Scope = Mapping[str, Any]
_Root = Callable[[Evaluation], Iterator[str]]
_SHOWN = 120
"""Characters of a source that an error quotes."""


class Compiled(msgspec.Struct, frozen=True, eq=False):
    """A source that is ready to be evaluated, any number of times and from any thread.

    `static`: text without Jinja syntax, which means itself. `native`: the source is one `{{ x }}` (white
    space around it aside) or a condition, so that it has a value beside its text. `names`: what it reads from
    the scope; `paths`: the attributes that it reads there, such as `("order", "total")`; `filters`: those
    that it uses; `teams`: those whose opening hours it asks for, empty for the bot's.
    """

    source: str
    kind: Kind
    static: bool = False
    native: bool = False
    names: frozenset[str] = frozenset()
    paths: tuple[Path, ...] = ()
    filters: frozenset[str] = frozenset()
    teams: frozenset[str] = frozenset()
    root: _Root | None = None
    margins: tuple[str, str] = ("", "")

    def render(self, scope: Scope) -> str:
        """Give the text; raises ExpressionError or ExpressionLimitError."""
        if self.root is None:
            return self.source
        try:
            run = Evaluation(SANDBOX, scope)
            return self._native_text(run, self.root) if self.native else _gathered(self.root(run))
        except Exception as error:  # noqa: BLE001  values of plugins may raise anything when they are shown
            raise self._failure(error) from None

    def value(self, scope: Scope) -> Any:
        """Give the value of a condition or of one `{{ x }}`, the text of all else."""
        if not self.native or self.root is None:
            return self.render(scope)
        try:
            return _result(Evaluation(SANDBOX, scope), self.root)
        except Exception as error:  # noqa: BLE001  see render
            raise self._failure(error) from None

    def render_apart(self, scope: Scope) -> tuple[str, tuple[str, ...]]:
        """Give the text with `⟦1⟧`, `⟦2⟧`, ... in the places of values, and the values' texts: words apart from data.

        Equal values have one number. Raises ExpressionError or ExpressionLimitError.
        """
        if self.root is None:
            return self.source, ()
        try:
            run = Evaluation(SANDBOX, scope)
            run.apart = {}
            if self.native:
                before, after = self.margins
                shown = before + finalised(run, _result(run, self.root)) + after
            else:
                shown = _gathered(self.root(run))
        except Exception as error:  # noqa: BLE001  see render
            raise self._failure(error) from None
        return shown, tuple(run.apart)

    def _native_text(self, run: Evaluation, root: _Root) -> str:
        before, after = self.margins
        shown = before + text(run, _result(run, root)) + after
        room(OUTPUT, len(shown))
        return shown

    def _failure(self, error: Exception) -> ExpressionError:
        """Name the source, and never a value: what a customer typed belongs in no log."""
        source = _shown(self.source)
        if isinstance(error, ExpressionError):
            failure = type(error)(f"{error.message}, in {source!r}", hint=error.hint)
            if isinstance(error, CurrencyError) and isinstance(failure, CurrencyError):
                failure.currencies = error.currencies
            return failure
        if isinstance(error, RecursionError):
            return ExpressionLimitError(f"its values are nested too deeply, in {source!r}")
        return ExpressionError(f"it cannot be evaluated ({type(error).__name__}), in {source!r}")


def _shown(source: str) -> str:
    return source if len(source) <= _SHOWN else f"{source[:_SHOWN]}..."


def _result(run: Evaluation, root: _Root) -> Any:
    # The tree only sets a variable: the generator ends without giving anything.
    next(root(run), None)
    return run.vars[RESULT]


def _gathered(chunks: Iterator[str]) -> str:
    left, parts = OUTPUT, []
    for chunk in chunks:
        left -= len(chunk)
        if left < 0:
            room(left, 0)
        parts.append(chunk)
    return "".join(parts)


@lru_cache(maxsize=65536)
def _remembered(source: str, kind: Kind) -> Compiled | tuple[Finding, ...]:
    if kind == "template" and is_static(source) and len(source) <= OUTPUT:
        return Compiled(source, kind, static=True)
    tree = parse(source, kind)
    if not isinstance(tree, nodes.Template):
        return tree
    try:
        return _compiled(source, kind, tree)
    except TemplateSyntaxError as error:
        return (Finding((error.message or "").rstrip("."), "template-syntax", max(0, error.lineno - 1)),)


def _compiled(source: str, kind: Kind, tree: nodes.Template) -> Compiled:
    paths, filters, teams = paths_read(tree), filters_used(tree), hours_asked(tree)
    native = kind == "condition"
    margins = ("", "")
    if kind == "template":
        single = _single(tree)
        if single is not None:
            native, (expression, margins) = True, single
            tree = result_tree(expression)
    return Compiled(
        source=source,
        kind=kind,
        native=native,
        names=frozenset(path[0] for path in paths),
        paths=tuple(path for path in paths if len(path) > 1),
        filters=filters,
        teams=teams,
        root=_root(tree),
        margins=margins,
    )


def _single(tree: nodes.Template) -> tuple[nodes.Expr, tuple[str, str]] | None:
    """Give the expression of a template that is one `{{ }}`, and the white space around it."""
    parts = [part for output in tree.body if isinstance(output, nodes.Output) for part in output.nodes]
    values = [part for part in parts if not isinstance(part, nodes.TemplateData)]
    data = [part.data if isinstance(part, nodes.TemplateData) else None for part in parts]
    outputs_only = all(isinstance(node, nodes.Output) for node in tree.body)
    if len(values) != 1 or not outputs_only or any(piece and not piece.isspace() for piece in data):
        return None
    position = data.index(None)
    before, after = data[:position], data[position + 1 :]
    return values[0], ("".join(map(str, before)), "".join(map(str, after)))


def _root(tree: nodes.Template) -> _Root:
    tree.set_environment(SANDBOX)
    code = SANDBOX.compile(rewrite(tree))
    return Template.from_code(SANDBOX, code, {}).root_render_func


def _found(source: object, kind: Kind) -> Compiled | tuple[Finding, ...]:
    if not isinstance(source, str):
        return (Finding(f"a {kind} is a text, not a {type(source).__name__}", "template-syntax"),)
    try:
        return _remembered(source, kind)
    except RecursionError:
        # Not remembered, since it depends on the caller's stack.
        return (Finding("it is nested too deeply", "too-large", hint="divide it into several steps"),)


def _got(source: object, kind: Kind) -> Compiled:
    try:
        found = _remembered(source, kind) if type(source) is str else _found(source, kind)
    except RecursionError:
        found = _found(source, kind)
    if isinstance(found, Compiled):
        return found
    first = found[0]
    where = f", in {_shown(source)!r}" if isinstance(source, str) else ""
    raise ExpressionError(f"{first.message}{where}", hint=first.hint)


def template(source: str) -> Compiled:
    """Compile a template, or give the one that was compiled before; raises ExpressionError if it is broken."""
    try:
        found = _remembered(source, "template") if type(source) is str else None
    except RecursionError:
        found = None
    return found if type(found) is Compiled else _got(source, "template")


def condition(source: str) -> Compiled:
    """Compile a condition, or give the one that was compiled before; raises ExpressionError if it is broken."""
    return _got(source, "condition")


def examine(source: object, kind: Kind) -> list[Finding]:
    """Give what is wrong with a source, sorted by line; an empty list if it compiles. Never raises."""
    found = _found(source, kind)
    return list(found) if isinstance(found, tuple) else []


def free_names(source: str, kind: Kind) -> frozenset[str]:
    """Give the names that a source reads from its scope; raises ExpressionError if it is broken."""
    return _got(source, kind).names


def render(source: str, scope: Scope) -> str:
    """Give the text of a template.

    None prints as nothing, booleans as `true` and `false`, numbers, dates and Money as the scope's locale
    writes them. Raises ExpressionError, or ExpressionLimitError if it goes over its bounds.
    """
    return _got(source, "template").render(scope)


def value(source: str, scope: Scope) -> Any:
    """Give the value of a template that is one `{{ x }}`, the text of any other."""
    return _got(source, "template").value(scope)


def value_of(data: Any, scope: Scope) -> Any:
    """Give JSON-like data of a definition with every text in it replaced by its `value`; keys stay."""
    if isinstance(data, str):
        return value(data, scope)
    if isinstance(data, Mapping):
        return {key: value_of(item, scope) for key, item in data.items()}
    if isinstance(data, (list, tuple)):
        return [value_of(item, scope) for item in data]
    return data


def evaluate(source: str, scope: Scope) -> Any:
    """Give the value of a condition's expression."""
    return _got(source, "condition").value(scope)


def test(source: str, scope: Scope) -> bool:
    """Tell whether a condition holds; none, zero and what is empty do not."""
    return bool(_got(source, "condition").value(scope))
