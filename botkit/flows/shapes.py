"""Shapes of nodes: mappings with known keys, lists, texts and numbers, with a problem for what does not fit.

Every reader here takes the `Report` that collects, never raises, and gives None (or nothing) for what it refused.
`what` names the value in messages: `'timeout'`, `the flow 'return_item'`.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from botkit.errors import Place, Problem
from botkit.expressions import suggest
from botkit.flows.nodes import Node, describe


class Report:
    """Collects problems; `errors` counts those that are no warnings."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.errors = 0

    def error(self, place: Place, code: str, message: str, hint: str = "") -> None:
        """Add an error."""
        self.problems.append(Problem(place, code, message, hint))
        self.errors += 1

    def warn(self, place: Place, code: str, message: str, hint: str = "") -> None:
        """Add a warning."""
        self.problems.append(Problem(place, code, message, hint, "warning"))

    def extend(self, problems: Iterable[Problem]) -> None:
        """Add what somebody else found."""
        for problem in problems:
            self.problems.append(problem)
            self.errors += problem.severity == "error"

    def expected(self, node: Node, what: str, wanted: str, hint: str = "") -> None:
        """Say that a value has the wrong type."""
        self.error(node.place, "wrong-type", f"{what} takes {wanted}, not {describe(node)}", hint)


def did_you_mean(word: str, known: Collection[str]) -> str:
    """Give the hint that names the near word; empty if none is near."""
    near = suggest(word, known)
    return f"did you mean '{near}'?" if near else ""


def mean(word: str, known: Collection[str]) -> str:
    """Give the hint for an unknown word: the near one, or else what there is."""
    return did_you_mean(word, known) or (f"known: {', '.join(known)}" if 0 < len(known) <= 12 else "")


def fields(
    node: Node, what: str, known: Collection[str], report: Report, required: Collection[str] = ()
) -> dict[str, Node]:
    """Read a mapping with known keys; unknown and missing ones are problems. Gives the values that are known.

    A missing key that an unknown one was probably meant for is no problem of its own.
    """
    if node.kind != "mapping":
        report.expected(node, what, "a mapping")
        return {}
    found: dict[str, Node] = {}
    meant: set[str | None] = set()
    for key, value in node.entries:
        if key.raw in known:
            found[key.raw] = value
        else:
            meant.add(suggest(key.raw, known))
            report.error(key.place, "unknown-key", f"{what} has no key {key.raw!r}", mean(key.raw, known))
    for name in required:
        if name not in found and name not in meant:
            report.error(node.place, "missing-key", f"{what} needs the key {name!r}")
    return found


def named(node: Node, what: str, report: Report) -> list[tuple[Node, Node]]:
    """Read a mapping whose keys are names of the author's; gives the (key, value) pairs."""
    if node.kind != "mapping":
        report.expected(node, what, "a mapping")
        return []
    return list(node.entries)


def items(node: Node, what: str, report: Report) -> tuple[Node, ...]:
    """Read a list."""
    if node.kind != "list":
        report.expected(node, what, "a list")
        return ()
    return node.items


def one_or_more(node: Node) -> tuple[Node, ...]:
    """Read a list, or one value in place of a list of one."""
    return node.items if node.kind == "list" else (node,)


def text(node: Node, what: str, report: Report) -> str | None:
    """Read a text; numbers and true or false are texts as they are written."""
    if node.kind != "scalar" or node.empty:
        report.expected(node, what, "a text")
        return None
    return node.raw


def texts(node: Node, what: str, report: Report) -> tuple[str, ...]:
    """Read a list of texts, or one."""
    found = (text(item, what, report) for item in one_or_more(node))
    return tuple(item for item in found if item is not None)


def boolean(node: Node, what: str, report: Report) -> bool | None:
    """Read true or false."""
    if not isinstance(node.value, bool):
        hint = "only true and false are booleans" if str(node.value).casefold() in ("yes", "no", "on", "off") else ""
        report.expected(node, what, "true or false", hint)
        return None
    return node.value


def integer(node: Node, what: str, report: Report, least: int = 0, most: int = 1_000_000) -> int | None:
    """Read a whole number between two bounds, both allowed."""
    if not isinstance(node.value, int) or isinstance(node.value, bool):
        report.expected(node, what, "a whole number")
        return None
    if not least <= node.value <= most:
        report.error(node.place, "out-of-range", f"{what} takes {least} to {most:,}, not {node.raw[:40]}")
        return None
    return node.value


def number(node: Node, what: str, report: Report, least: float = 0.0, most: float = 1e9) -> float | None:
    """Read a number between two bounds, both allowed."""
    if not isinstance(node.value, (int, float)) or isinstance(node.value, bool):
        report.expected(node, what, "a number")
        return None
    if not least <= node.value <= most:
        report.error(node.place, "out-of-range", f"{what} takes {least:g} to {most:g}, not {node.raw[:40]}")
        return None
    return float(node.value)


def choice(node: Node, what: str, known: Collection[str], report: Report) -> str | None:
    """Read one of some words."""
    word = text(node, what, report)
    if word is None or word in known:
        return word
    report.error(node.place, "unknown-value", f"{what} cannot be {word[:40]!r}", mean(word, known))
    return None


def mapping(node: Node, what: str, report: Report) -> Mapping[str, Any]:
    """Read a mapping as plain data, its keys as texts."""
    return {key.raw: value.plain() for key, value in named(node, what, report)}
