"""Rewrites a vetted syntax tree, so that all that costs work goes through the evaluation's bounds."""

from collections.abc import Iterator
from typing import Any, cast

from jinja2 import nodes
from jinja2.visitor import NodeTransformer

from botkit.expressions.sandbox import COMPARE, CONCAT, LOOP, SECTION


def rewrite(tree: nodes.Template) -> nodes.Template:
    """Rewrite comparisons, `~`, slices and the lists of loops to private filters, and name the slot for `label`."""
    _rewritten(tree)
    return tree


class _Rewriter(NodeTransformer):
    def visit(self, node: nodes.Node, *_args: Any, **_named: Any) -> nodes.Node:
        return _rewritten(node)


_REWRITER = _Rewriter()


def _rewritten(node: nodes.Node) -> nodes.Node:
    # The weight is that of the source: the rewritten tree has nodes that nobody wrote.
    weight = sum(_weights(node)) if isinstance(node, nodes.For) else 0
    _REWRITER.generic_visit(node)
    match node:
        case nodes.Compare():
            chain = [part for operand in node.ops for part in (nodes.Const(operand.op), operand.expr)]
            return _through(COMPARE, node.expr, *chain)
        case nodes.Concat():
            return _through(CONCAT, *node.nodes)
        case nodes.Getitem(arg=nodes.Slice(start=start, stop=stop, step=step)):
            return _through(SECTION, node.node, *(end or nodes.Const(None) for end in (start, stop, step)))
        case nodes.CondExpr(expr2=None):
            node.expr2 = nodes.Const(None)
        case nodes.Filter(name="label", node=nodes.Name(name=name), args=[]):
            node.args = [nodes.Const(name)]
        case nodes.For():
            node.iter = _through(LOOP, cast("nodes.Expr", node.iter), nodes.Const(weight))
    return node


def _through(name: str, value: nodes.Expr, *args: nodes.Expr) -> nodes.Filter:
    return nodes.Filter(value, name, list(args), [], None, None, lineno=value.lineno)


def _weights(loop: nodes.For) -> Iterator[int]:
    """Weigh the nodes that each turn of a loop evaluates; bodies of inner loops pay for themselves."""
    stack: list[nodes.Node] = [*loop.body, *([loop.test] if loop.test else [])]
    while stack:
        node = stack.pop()
        if isinstance(node, nodes.TemplateData):
            yield 1 + (len(node.data) >> 5)
            continue
        yield 1
        if isinstance(node, nodes.For):
            stack += [node.iter, *node.else_]
        else:
            stack += node.iter_child_nodes()
