"""What a source compares with what, as far as that can be seen without running it."""

from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

from jinja2 import nodes

from botkit.expressions.findings import Kind
from botkit.expressions.parsing import parse


class Operand(NamedTuple):
    """One side of a comparison: the path of a name, constants, or what cannot be told."""

    kind: Literal["path", "constant", "list", "other"]
    path: tuple[str, ...] = ()
    values: tuple[Any, ...] = ()


class Comparison(NamedTuple):
    """`left op right`; `op` is eq, ne, lt, lteq, gt, gteq, in or notin."""

    left: Operand
    op: str
    right: Operand


OTHER = Operand("other")


class Compared(NamedTuple):
    """What a source compares, the names that it is if it is nothing else, and texts that make it always true.

    Such a text is `'b'` in `x == 'a' or 'b'`.
    """

    comparisons: tuple[Comparison, ...] = ()
    always: tuple[Any, ...] = ()


def compared(source: str, kind: Kind) -> Compared:
    """Look through a source; one that cannot be compiled compares nothing."""
    try:
        tree = parse(source, kind)
    except RecursionError:
        return Compared()
    if not isinstance(tree, nodes.Template):
        return Compared()
    found = tuple(one for node in tree.find_all(nodes.Compare) for one in _chain(node))
    return Compared(found, tuple(value for node in tree.find_all(nodes.Or) for value in _always(node)))


def _chain(node: nodes.Compare) -> Iterator[Comparison]:
    left = _operand(node.expr)
    for operand in node.ops:
        right = _operand(operand.expr)
        yield Comparison(left, operand.op, right)
        left = right


def _operand(node: nodes.Node) -> Operand:
    path: list[str] = []
    inner = node
    while isinstance(inner, nodes.Getattr):
        path.append(inner.attr)
        inner = inner.node
    match inner:
        case nodes.Name(name=name):
            return Operand("path", (name, *reversed(path)))
        case nodes.Const(value=value) if inner is node:
            return Operand("constant", values=(value,))
        case nodes.List(items=items) | nodes.Tuple(items=items) if inner is node:
            known = [item.value for item in items if isinstance(item, nodes.Const)]
            return Operand("list", values=tuple(known)) if len(known) == len(items) else OTHER
        case _:
            return OTHER


def _always(node: nodes.Or) -> Iterator[Any]:
    if isinstance(node.right, nodes.Const) and not isinstance(node.right.value, bool) and node.right.value:
        last = node.left
        while isinstance(last, nodes.Or | nodes.And):
            last = last.right
        if isinstance(last, nodes.Compare | nodes.Not | nodes.Test):
            yield node.right.value
