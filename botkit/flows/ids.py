"""Step ids: what a live conversation remembers of its place in a flow.

A written id is the step's id, as it is. A step without one is called `kind:object` (`ask:reason`,
`do:shop.find_order`, `run:identify`, `goto:find`, `handoff:orders`, `set:count`, `wait:paid`) or its kind alone
(`say`, `confirm`, `if`), after the path of the branch that it stands in: `HOLDER/LABEL/`, where HOLDER is the id
of the step that holds the branch and LABEL is `then`, `else`, `yes`, `no`, `on_error`, `otherwise`, `low`,
`retry` or the case. Equals are numbered in the order of the file: `say`, `say#2`; `if#2/then/say`. Wording is
never part of an id.
"""

from collections.abc import Iterator
from typing import NamedTuple

from botkit.flows.contexts import Context
from botkit.flows.drafts import Block, Draft

_NAMING = {"ask": "ask", "do": "do", "run": "run", "goto": "goto", "handoff": "handoff"}


class Named(NamedTuple):
    """A draft with its id, and the same for the blocks that it holds."""

    id: str
    draft: Draft
    blocks: tuple[tuple[str, Block, tuple["Named", ...]], ...]


def assign(block: Block, context: Context) -> tuple[Named, ...]:
    """Give every step of a flow its id; a written one that stands twice is a problem."""
    taken: dict[str, Draft] = {}
    for draft in walk(block):
        if draft.written and draft.written in taken:
            first = taken[draft.written].place
            message = f"the id '{draft.written}' stands in this flow a second time"
            context.report.error(draft.place, "duplicate-id", message, f"the first is in line {first.line}")
        elif draft.written:
            taken[draft.written] = draft
    return _assign(block, "", set(taken), {})


def walk(block: Block) -> Iterator[Draft]:
    """Give all drafts of a block, those of their blocks included, in the order of the file."""
    for draft in block.drafts:
        yield draft
        for _, inner in draft.blocks:
            yield from walk(inner)


def _assign(block: Block, prefix: str, taken: set[str], counts: dict[str, int]) -> tuple[Named, ...]:
    named = []
    for draft in block.drafts:
        step = draft.written or _derived(prefix + _called(draft), taken, counts)
        blocks = tuple(
            (label, inner, _assign(inner, f"{step}/{_label(label)}/", taken, counts)) for label, inner in draft.blocks
        )
        named.append(Named(step, draft, blocks))
    return tuple(named)


def _derived(base: str, taken: set[str], counts: dict[str, int]) -> str:
    name = base
    while name in taken:
        counts[base] = counts.get(base, 1) + 1
        name = f"{base}#{counts[base]}"
    taken.add(name)
    return name


def _called(draft: Draft) -> str:
    """Give the kind of a step and its object."""
    values = draft.values
    if draft.kind in _NAMING:
        return f"{draft.kind}:{values[_NAMING[draft.kind]]}"
    if draft.kind == "set":
        return f"set:{'+'.join(values['set'])}"
    if draft.kind == "wait" and "event" in values["wait"]:
        return f"wait:{values['wait']['event']}"
    return draft.kind


def _label(label: str) -> str:
    return label.replace("/", "-").replace("#", "-")
