"""Where the checks put what they find."""

from collections.abc import Collection
from typing import Literal

from botkit.errors import Place, Problem
from botkit.expressions import suggest

Code = Literal[
    "always-true",
    "ambiguous-start",
    "broad-pattern",
    "cancelled-write",
    "channel-cannot-show",
    "close-examples",
    "duplicate-command",
    "duplicate-option",
    "loop-never-waits",
    "missing-locale",
    "missing-title",
    "no-hours",
    "not-configured",
    "nothing-to-save",
    "reserved-name",
    "run-never-ends",
    "shared-example",
    "slot-read-before-set",
    "text-as-number",
    "unconfirmed-write",
    "unknown-action",
    "unknown-attribute",
    "unknown-flow",
    "unknown-intent",
    "unknown-name",
    "unknown-option",
    "unknown-plugin",
    "unknown-repair",
    "unknown-step",
    "unknown-team",
    "unknown-tools",
    "unreachable-retry",
    "unreachable-step",
    "unused-flow",
    "unused-intent",
    "unused-slot",
    "wrong-arguments",
    "wrong-comparison",
    "wrong-initial",
]
"""The codes of what the checks find. They are stable: editors, scripts and operators' notes rely on them."""

COMPARISONS = 200_000
"""Words that one check of a bot compares in search of what was meant; then hints stay empty.

Without the bound, a file with ten thousand wrong words would be compared with ten thousand right ones each.
"""


class Findings:
    """The problems found so far, and the hints that go with them."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self._comparisons = COMPARISONS

    def error(self, place: Place, code: Code, message: str, hint: str = "") -> None:
        """Add what would surprise a customer."""
        self.problems.append(Problem(place, code, message, hint))

    def warning(self, place: Place, code: Code, message: str, hint: str = "") -> None:
        """Add what is merely unwise."""
        self.problems.append(Problem(place, code, message, hint, "warning"))

    def meant(self, word: str, known: Collection[str], *, otherwise: str = "") -> str:
        """Word the hint for an unknown word: the known one that is near, or `otherwise`."""
        self._comparisons -= len(known)
        meant = suggest(word, known) if self._comparisons >= 0 else None
        return f"did you mean '{meant}'?" if meant else otherwise
