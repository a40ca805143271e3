"""What the readers of a flow file share: the report, and what may be named."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from botkit.expressions import examine
from botkit.flows.keys import NAME, Kind
from botkit.flows.nodes import Node
from botkit.flows.shapes import Report, fields

Parser = Callable[[Node, str, "Context"], Any]

_NAME = re.compile(NAME)
_MARKS = ("{{", "{%", "{#")


class Context:
    """One load: where problems go, and what the bot knows. `repair` is set while botkit's own flows are read.

    `locales` are the bot's own, `known` all in which a text may be written; `repair` maps a key to its text per
    locale.
    """

    def __init__(
        self,
        report: Report,
        parsers: Mapping[str, Parser],
        *,
        locales: tuple[str, ...] = ("en",),
        known: frozenset[str] = frozenset(),
        types: frozenset[str] = frozenset(),
        shared: Mapping[str, Any] | None = None,
        repair: Mapping[str, Mapping[str, str]] | None = None,
        team: str = "support",
    ) -> None:
        self.report = report
        self.parsers = parsers
        self.locales = locales
        self.known = known | set(locales)
        self.types = types
        self.shared = shared or {}
        self.repair = repair
        self.team = team

    def read(self, kind: Kind, node: Node, what: str, extra: tuple[Any, ...] = ()) -> dict[str, Any]:
        """Read a mapping by its table; gives the values that could be read, by key."""
        keys = {key.name: key for key in (*kind.keys, *extra)}
        found = fields(node, what, tuple(keys), self.report, kind.required)
        values = {}
        for name, value in found.items():
            shape = keys[name].shape
            parsed = self.parsers[shape](value, f"'{name}'", self)
            if parsed is not None:
                values[name] = parsed
        return values

    def template(self, node: Node, source: str) -> None:
        """Report what is wrong with a template."""
        if is_template(source):
            self._examine(node, source, "template")

    def condition(self, node: Node, source: str) -> None:
        """Report what is wrong with a condition."""
        self._examine(node, source, "condition")

    def _examine(self, node: Node, source: str, kind: Any) -> None:
        for finding in examine(source, kind):
            self.report.error(node.line(finding.line), finding.code, finding.message, finding.hint)

    def name(self, node: Node, what: str) -> str | None:
        """Read a name that the author gives: letters, digits and '_', of any script."""
        if not isinstance(node.value, str) or not _NAME.fullmatch(node.raw):
            shown = node.raw[:40] if node.kind == "scalar" else f"a {node.kind}"
            self.report.error(
                node.place,
                "bad-name",
                f"{shown!r} cannot be {what}",
                "a name has letters, digits and '_', and begins with no digit",
            )
            return None
        return node.raw


def is_template(source: str) -> bool:
    """Tell whether a text has anything in it that Jinja would read."""
    return "{" in source and any(mark in source for mark in _MARKS)
