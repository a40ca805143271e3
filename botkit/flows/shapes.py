"""Shapes of nodes: mappings with known keys, lists, texts and numbers, with a problem for what does not fit.

Every reader here takes the `Report` that collects, never raises, and gives None (or nothing) for what it refused.
`what` names the value in messages: `'timeout'`, `the flow 'return_item'`.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

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


_MEANT: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("question", "prompt", "text", "message", "reply", "utter", "response", "send"), ("say",)),
    **dict.fromkeys(("call", "action", "execute", "invoke"), ("do", "run")),
    **dict.fromkeys(("slot", "collect", "input", "form"), ("ask",)),
    **dict.fromkeys(("jump", "next", "go"), ("goto",)),
    **dict.fromkeys(("args", "arguments", "params", "parameters"), ("with",)),
    **dict.fromkeys(("result", "as", "output", "into"), ("save",)),
    **dict.fromkeys(("choices", "values", "enum"), ("options",)),
    **dict.fromkeys(("validate", "validation", "rules"), ("check",)),
    **dict.fromkeys(("when", "condition"), ("if",)),
    **dict.fromkeys(("switch", "case"), ("match",)),
    **dict.fromkeys(("regex", "regexp"), ("pattern",)),
    **dict.fromkeys(("default", "value"), ("initial",)),
    **dict.fromkeys(("examples", "utterances", "phrases"), ("examples", "questions")),
    **dict.fromkeys(("answer", "response"), ("say",)),
    **dict.fromkeys(("multiple", "multi"), ("many",)),
    **dict.fromkeys(("stop", "exit", "return", "finish"), ("end",)),
    **dict.fromkeys(("human", "escalate", "transfer"), ("handoff",)),
}
"""What is called otherwise elsewhere, and what it is called here."""

_NEEDLESS = frozenset({"required", "mandatory", "optional"})


def meant_by(word: str, known: Collection[str]) -> str:
    """Give the hint for a word that other languages have for one of these; else for one that is spelt alike.

    The same word in another number goes before both.
    """
    folded = word.casefold()
    if other := next((name for name in (f"{folded}s", folded.removesuffix("s")) if name in known), None):
        return f"did you mean '{other}'?"
    here = [name for name in _MEANT.get(folded, ()) if name in known]
    if here:
        return f"it is called {' or '.join(map(repr, here))} here"
    if folded in _NEEDLESS and "retry" in known:
        return "leave it out: an ask is repeated until it is answered; 'if' passes over it"
    return did_you_mean(word, known)


def did_you_mean(word: str, known: Collection[str]) -> str:
    """Give the hint that names the near word; empty if none is near."""
    near = suggest(word, known)
    return f"did you mean '{near}'?" if near else ""


def mean(word: str, known: Collection[str]) -> str:
    """Give the hint for an unknown word: the near one, or else what there is."""
    return meant_by(word, known) or (f"known: {', '.join(known)}" if 0 < len(known) <= 12 else "")


_COMMA = "a text with a comma in it goes in quotes between { }"


def _is_bare(key: Node, value: Node) -> bool:
    """Tell a key without even a colon, which is what a comma between braces leaves of a text."""
    same = value.place.line == key.place.line
    return value.empty and not key.quoted and same and value.place.column == key.place.column + len(key.raw)


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
            hint = _COMMA if _is_bare(key, value) else mean(key.raw, known)
            report.error(key.place, "unknown-key", f"{what} has no key {key.raw!r}", hint)
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


def is_url(text: str) -> bool:
    """Tell whether a text is the URL of an endpoint, without a password in it."""
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        return False
