"""The sections of docs/reference.md that are made from the code: `python -m tests.docs` writes them."""

from collections.abc import Callable

from tests.docs.other_parts import BOT, TRIALS
from tests.docs.pages import ROOT, table
from tests.docs.parts import Part, files, pieces, steps
from tests.docs.samples import (
    FILTER_SAMPLES,
    NAMES,
    OPERATOR_SAMPLES,
    TEST_SAMPLES,
    TYPE_SAMPLES,
    Sample,
    computed,
    filter_doc,
    read_as,
    signature,
)

REFERENCE = ROOT / "docs" / "reference.md"
OF_FLOWS = (*files(), *steps(), *pieces())
PARTS = (*BOT, *OF_FLOWS, *TRIALS)


def keys(part: Part) -> str:
    """Write what a part is, and the table of its keys."""
    rows = ((f"`{row.key}`", row.takes, row.default or "–", row.doc, f"`{row.example}`") for row in part.rows)
    head = "key", "takes", "without it", "what it does", "example"
    return f"{part.doc} [Explained here.]({part.more})\n\n{table(head, *rows)}"


def types() -> str:
    """Write the table of the slot types, with what each reads from a message."""
    rows = []
    for kind, (doc, text) in TYPE_SAMPLES.items():
        rows.append((f"`{kind}`", doc, f"*{text}*", f"`{read_as(kind, text)}`"))
    return table(("type", "what it takes", "the customer writes", "the slot's value"), *rows)


def names() -> str:
    """Write the table of the names that expressions know."""
    return table(
        ("name", "what it is"), *((name if " " in name else f"`{name}`", doc) for name, doc in NAMES.items())
    )


def filters() -> str:
    """Write the table of the filters."""
    rows = (_sampled(signature(name), filter_doc(name), sample) for name, sample in FILTER_SAMPLES.items())
    return table(("filter", "what it does", "example", "gives"), *rows)


def predicates() -> str:
    """Write the table of the tests."""
    rows = (_sampled(name, sample.doc, sample) for name, sample in TEST_SAMPLES.items())
    return table(("test", "holds for", "example", "gives"), *rows)


def operators() -> str:
    """Write the table of the operators."""
    rows = (_sampled(name, sample.doc, sample) for name, sample in OPERATOR_SAMPLES.items())
    return table(("operator", "what it does", "example", "gives"), *rows)


def _sampled(name: str, doc: str, sample: Sample) -> tuple[str, str, str, str]:
    return f"`{name}`", doc, f"`{sample.source}`", f"`{computed(sample.source)}`"


def _maker(part: Part) -> Callable[[], str]:
    return lambda: keys(part)


REFERENCE_SECTIONS: dict[str, Callable[[], str]] = {
    **{part.name: _maker(part) for part in PARTS},
    "types": types,
    "names": names,
    "operators": operators,
    "filters": filters,
    "tests": predicates,
}
