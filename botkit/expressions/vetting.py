"""Checks a syntax tree against the language: what may stand in it, how deep, and with which filters."""

import inspect
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, cast

from jinja2 import nodes

from botkit.expressions.evaluation import BITS
from botkit.expressions.filters_of_hours import FILTERS as OF_HOURS
from botkit.expressions.filters_of_hours import PREDICATES as ASKING_HOURS
from botkit.expressions.findings import Finding, FindingCode, did_you_mean
from botkit.expressions.sandbox import FILTERS, PREDICATES

DEPTH = 60
"""Levels of nodes in each other. Compiling takes some eight Python frames for each."""
LOOPS = 8
"""Loops in each other. Python itself allows twenty."""

_ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.For, nodes.Assign,
    nodes.Name, nodes.Const, nodes.List, nodes.Tuple, nodes.Dict, nodes.Pair, nodes.Keyword,
    nodes.Getattr, nodes.Getitem, nodes.Slice, nodes.Filter, nodes.Test, nodes.Compare, nodes.Operand,
    nodes.Not, nodes.And, nodes.Or, nodes.CondExpr, nodes.Concat,
    nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Neg, nodes.Pos,
)  # fmt: skip

_REFUSED: Mapping[type[nodes.Node], tuple[str, str]] = {
    nodes.Pow: ("powers (**) are not available", "multiply instead"),
    nodes.AssignBlock: ("'set' with a block is not available", "write {% set name = a ~ b %}"),
    nodes.NSRef: ("namespaces are not available", "set a name of its own"),
    nodes.FilterBlock: ("'filter' blocks are not available", "filter the value: {{ value | upper }}"),
    nodes.With: ("'with' is not available", "write {% set name = value %}"),
}
_RESERVED = frozenset({"self", "super", "caller", "varargs", "kwargs"})
_MEANT = {
    **dict.fromkeys(("set", "filled", "known", "given", "present"), "write 'is not none': an unset slot is none"),
    **dict.fromkeys(("unset", "null", "empty", "missing", "blank"), "write 'is none', or 'not x' for what is empty"),
}
_TEST_ARGUMENT = {"select": 0, "reject": 0, "selectattr": 1, "rejectattr": 1}
_FORMS = frozenset({"date", "time", "datetime"})


def vet(tree: nodes.Node) -> list[Finding]:
    """Find all that the language does not allow; an empty list means that the tree may be compiled."""
    found: list[Finding] = []
    stack: list[tuple[nodes.Node, int, int]] = [(tree, 0, 0)]
    while stack:
        node, depth, loops = stack.pop()
        loops += isinstance(node, nodes.For)
        if depth > DEPTH or loops > LOOPS:
            return [_finding(node, "too-large", "it is nested too deeply", "divide it into several steps")]
        found += _complaints(node)
        stack += [(child, depth + 1, loops) for child in node.iter_child_nodes()]
    return sorted(set(found), key=lambda finding: (finding.line, finding.message))


def filters_used(tree: nodes.Template) -> frozenset[str]:
    """Give the names of the filters in a tree, those that `map` applies among them."""
    found = list(tree.find_all(nodes.Filter))
    mapped = (_constant(node.args[0]) for node in found if node.name == "map" and node.args)
    return frozenset([*(node.name for node in found), *(str(name) for name in mapped)])


def hours_asked(tree: nodes.Template) -> frozenset[str]:
    """Give the teams whose opening hours a tree asks for, as far as they are written in it; empty: the bot's."""
    asking: list[nodes.Filter | nodes.Test] = [
        *(node for node in tree.find_all(nodes.Filter) if node.name in OF_HOURS),
        *(node for node in tree.find_all(nodes.Test) if node.name in ASKING_HOURS),
    ]
    named = [(*node.args, *(pair.value for pair in _keywords(node)))[:1] for node in asking]
    return frozenset([str(_constant(args[0]) or "") if args else "" for args in named])


def _finding(node: nodes.Node, code: FindingCode, message: str, hint: str = "") -> Finding:
    return Finding(message, code, max(0, node.lineno - 1) if node.lineno else 0, hint)


def _complaints(node: nodes.Node) -> Iterator[Finding]:
    match node:
        case nodes.Call():
            yield _call(node)
        case nodes.Name():
            yield from _name(node)
        case nodes.Getattr(attr=attr) if attr.startswith("__"):
            yield _finding(node, "forbidden-syntax", f"'.{attr}' is not available")
        case nodes.Filter():
            yield from _filter(node)
        case nodes.Test():
            yield from _known(node, node.name, "test", PREDICATES) or _arguments(node, "test", PREDICATES)
        case nodes.Const(value=value):
            yield from _number(node, value)
        case nodes.Mod(left=nodes.Const(value=str())):
            yield _finding(node, "forbidden-syntax", "texts are not formatted with %", "join them with ~")
        case nodes.Mul() if any(_repeatable(side) for side in (node.left, node.right)):
            yield _finding(node, "forbidden-syntax", "texts and lists cannot be multiplied")
        case nodes.For(recursive=True):
            yield _finding(node, "forbidden-syntax", "recursive loops are not available")
        case _ if not isinstance(node, _ALLOWED):
            message, hint = _REFUSED.get(type(node), (f"'{type(node).__name__.lower()}' is not available", ""))
            yield _finding(node, "forbidden-syntax", message, hint)


def _call(node: nodes.Call) -> Finding:
    match node.node:
        case nodes.Name(name=name) | nodes.Getattr(attr=name):
            hint = f"write 'value | {name}'" if name in FILTERS else "use a filter: 'value | filter'"
            return _finding(node, "forbidden-syntax", f"'{name}()': nothing can be called here", hint)
        case _:
            return _finding(node, "forbidden-syntax", "nothing can be called here")


def _name(node: nodes.Name) -> Iterator[Finding]:
    if node.name in _RESERVED or node.name.startswith("__"):
        yield _finding(node, "forbidden-syntax", f"the name '{node.name}' is not available")


def _repeatable(node: nodes.Node) -> bool:
    return isinstance(node, (nodes.List, nodes.Tuple)) or isinstance(_constant(node), str)


def _constant(node: nodes.Node) -> object:
    return node.value if isinstance(node, nodes.Const) else None


def _number(node: nodes.Node, value: object) -> Iterator[Finding]:
    endless = isinstance(value, float) and not math.isfinite(value)
    if endless or (isinstance(value, int) and value.bit_length() > BITS):
        yield _finding(node, "too-large", "the number is too large")


def _filter(node: nodes.Filter) -> Iterable[Finding]:
    return _known(node, node.name, "filter", FILTERS) or [
        *_arguments(node, "filter", FILTERS),
        *_inner_names(node),
        *_forms(node),
        *_labels(node),
    ]


def _known(node: nodes.Node, name: str, kind: str, known: Mapping[str, object]) -> list[Finding]:
    if name in known:
        return []
    code: FindingCode = "unknown-filter" if kind == "filter" else "unknown-test"
    hint = _MEANT.get(name, "") if kind == "test" else ""
    return [_finding(node, code, f"there is no {kind} '{name}'", hint or did_you_mean(name, known))]


def _arguments(node: nodes.Filter | nodes.Test, kind: str, known: Mapping[str, Callable[..., Any]]) -> list[Finding]:
    if node.dyn_args or node.dyn_kwargs:
        return [_finding(node, "forbidden-syntax", "arguments cannot be unpacked with *")]
    named = dict.fromkeys(pair.key for pair in _keywords(node))
    signature = inspect.signature(known[node.name])
    try:
        signature.bind(None, None, *node.args, **named)
    except TypeError as error:
        takes = str(signature.replace(parameters=_shown(signature), return_annotation=inspect.Signature.empty))
        return [
            _finding(node, "filter-arguments", f"{kind} '{node.name}': {error}", f"it takes {takes}"),
        ]
    return []


def _keywords(node: nodes.Filter | nodes.Test) -> list[nodes.Keyword]:
    # Jinja declares them as pairs; the parser makes keywords.
    return cast("list[nodes.Keyword]", node.kwargs)


def _shown(signature: inspect.Signature) -> list[inspect.Parameter]:
    shown = list(signature.parameters.values())[2:]
    return [parameter.replace(annotation=inspect.Parameter.empty) for parameter in shown]


def _inner_names(node: nodes.Filter) -> Iterable[Finding]:
    """Check the filter that `map` applies, and the test that `select` and its kin apply."""
    position = 0 if node.name == "map" else _TEST_ARGUMENT.get(node.name)
    if position is None or len(node.args) <= position:
        return []
    name = _constant(node.args[position])
    kind, known = ("filter", FILTERS) if node.name == "map" else ("test", PREDICATES)
    if not isinstance(name, str):
        return [_finding(node, "forbidden-syntax", f"'{node.name}' needs the {kind}'s name as a text")]
    return _known(node, name, kind, known)


def _labels(node: nodes.Filter) -> Iterator[Finding]:
    if node.name == "label" and not isinstance(node.node, nodes.Name) and not (node.args or _keywords(node)):
        message = "label needs the slot whose options have the label"
        yield _finding(node, "filter-arguments", message, "write 'slot | label', or label('slot')")


def _forms(node: nodes.Filter) -> Iterator[Finding]:
    if node.name not in _FORMS:
        return
    for argument in (*node.args, *(pair.value for pair in _keywords(node))):
        form = _constant(argument)
        if isinstance(argument, nodes.Const) and form not in {"short", "long"}:
            yield _finding(node, "filter-arguments", f"{node.name} has no form {form!r}", "it is 'short' or 'long'")
