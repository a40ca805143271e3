"""Which names and attribute paths of its scope a syntax tree reads."""

from collections.abc import Iterable

from jinja2 import nodes

Path = tuple[str, ...]


class _Walk:
    """Walks a tree in the order of evaluation; `paths` are those read from the scope, names among them.

    A name counts as the tree's own once it is certain to have been set: in all branches of an `if`, or as
    the variable of a loop, inside that loop.
    """

    def __init__(self) -> None:
        self.paths: dict[Path, None] = {}

    def read(self, parts: Iterable[nodes.Node], own: set[str]) -> None:
        """Read nodes one after another, adding to `own` what they set."""
        for part in parts:
            self._visit(part, own)

    def _visit(self, node: nodes.Node, own: set[str]) -> None:
        match node:
            case nodes.Name() | nodes.Getattr() | nodes.Getitem():
                self._reference(node, own)
            case nodes.Assign():
                self._visit(node.node, own)
                own |= _targets(node.target)
            case nodes.For():
                self._loop(node, own)
            case nodes.If():
                self._branches(node, own)
            case _:
                self.read(node.iter_child_nodes(), own)

    def _reference(self, node: nodes.Node, own: set[str]) -> None:
        path: list[str] = []
        while isinstance(node, (nodes.Getattr, nodes.Getitem)):
            if isinstance(node, nodes.Getattr):
                path.append(node.attr)
            elif isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str):
                path.append(node.arg.value)
            else:
                # What stands behind a position or a computed key is no path that a loader could check.
                path.clear()
                self._visit(node.arg, own)
            node = node.node
        if not isinstance(node, nodes.Name):
            self._visit(node, own)
        elif node.name not in own:
            self.paths[node.name, *reversed(path)] = None

    def _loop(self, node: nodes.For, own: set[str]) -> None:
        self._visit(node.iter, own)
        inside = own | _targets(node.target)
        self.read([node.test] if node.test else [], inside)
        self.read(node.body, inside | {"loop"})
        self.read(node.else_, set(own))

    def _branches(self, node: nodes.If, own: set[str]) -> None:
        certain: list[set[str]] = []
        for branch in (node, *node.elif_):
            self._visit(branch.test, own)
            certain.append(own.copy())
            self.read(branch.body, certain[-1])
        certain.append(own.copy())
        self.read(node.else_, certain[-1])
        own |= set.intersection(*certain)


def _targets(target: nodes.Node) -> set[str]:
    if isinstance(target, nodes.Name):
        return {target.name}
    return {name.name for name in target.find_all(nodes.Name)}


def paths_read(tree: nodes.Template) -> tuple[Path, ...]:
    """Give what a tree reads from its scope, in the order of first reading: `("order", "total")`, `("n",)`."""
    walk = _Walk()
    walk.read(tree.body, set())
    return tuple(walk.paths)
