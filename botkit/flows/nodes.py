"""Located nodes: what a YAML file says, each value with its place."""

from collections.abc import Iterator
from typing import Any, Literal

import msgspec

from botkit.errors import NOWHERE, Place


class Node(msgspec.Struct, frozen=True):
    """A value of a YAML file: a scalar, a list or a mapping.

    A scalar has its resolved `value` and its text as written, `raw`; `quoted` says that it was text by its
    quotes or as a block. `entries` of a mapping are (key, value) pairs in the file's order; keys are scalars
    and differ.
    `inner` is where the first line of a literal block's text stands (then line n of the text is n lines below),
    and `end` the last line that the value covers.
    """

    kind: Literal["scalar", "list", "mapping"]
    place: Place = NOWHERE
    value: Any = None
    raw: str = ""
    quoted: bool = False
    items: tuple["Node", ...] = ()
    entries: tuple[tuple["Node", "Node"], ...] = ()
    inner: Place | None = None
    end: int = 1

    def plain(self) -> Any:
        """Give the value as plain Python data."""
        if self.kind == "list":
            return [item.plain() for item in self.items]
        if self.kind == "mapping":
            return {key.value: value.plain() for key, value in self.entries}
        return self.value

    @property
    def empty(self) -> bool:
        """Whether nothing stands here: no value, `~` or `null`."""
        return self.kind == "scalar" and self.value is None

    def get(self, name: str) -> "Node | None":
        """Give the value under a key of a mapping, or None."""
        return next((value for key, value in self.entries if key.value == name), None)

    def line(self, offset: int) -> Place:
        """Give the place of a line of this scalar's text, counted from 0, as exactly as it is known."""
        if self.inner is None:
            return self.place
        return Place(self.inner.file, self.inner.line + offset, self.inner.column)


Way = tuple[str | int, ...]


def ways(node: Node, way: Way = ()) -> Iterator[tuple[Way, Place]]:
    """Give the place of everything in a node by the way to it: keys of mappings, and numbers in lists from 0 on."""
    for key, value in node.entries:
        yield (*way, key.raw), key.place
        yield from ways(value, (*way, key.raw))
    for number, item in enumerate(node.items):
        yield (*way, number), item.place
        yield from ways(item, (*way, number))


def describe(node: Node) -> str:
    """Say in words what a node is, for messages: `a list`, `the number 42`, `nothing`."""
    if node.kind != "scalar":
        return f"a {node.kind}"
    match node.value:
        case None:
            return "nothing"
        case bool():
            return f"'{node.raw}'"
        case int() | float():
            return f"the number {node.raw[:40]}"
        case _:
            text = node.raw if len(node.raw) <= 40 else f"{node.raw[:37]}..."
            return f"the text {text!r}"
