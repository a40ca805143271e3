"""The ways that the steps of a flow can go: what a drawing shows, and what tests should have seen."""

from collections.abc import Iterator, Sequence

import msgspec

from botkit.model.definitions import (
    Agent,
    AnswerStep,
    Ask,
    Confirm,
    Do,
    Generate,
    If,
    MatchStep,
    Rate,
    Step,
    Wait,
)


class Branch(msgspec.Struct, frozen=True):
    """A way that a step can go: `first` is the step that it leads to ("": on to the next one).

    `note` is what a visit of the step says when it goes there; without one, a visit of `first` does.
    """

    step: str
    name: str
    first: str = ""
    note: str = ""

    def __str__(self) -> str:
        return f"{self.step} → {self.name}"


def branches_of(step: Step) -> Sequence[Branch]:
    """List the ways that a step can go beside straight on."""
    return tuple(_branches(step))


def _branches(step: Step) -> Iterator[Branch]:
    match step.body:
        case If(then=then, otherwise=otherwise):
            yield Branch(step.id, "then", then, "then")
            yield Branch(step.id, "else", otherwise, "else")
        case MatchStep(cases=cases, default=default):
            for case in cases:
                yield Branch(step.id, f"case {case.value}", case.steps, str(case.value))
            if default:
                yield Branch(step.id, "default", default, "default")
        case Confirm(yes=yes, no=no, retry=retry):
            yield Branch(step.id, "yes", yes, "yes")
            yield Branch(step.id, "no", no, "no")
            yield from _blocks(step.id, "retry", [item.steps for item in retry])
        case Ask(retry=retry):
            yield from _blocks(step.id, "retry", [item.steps for item in retry])
        case Do(on_error=block) | AnswerStep(on_error=block) | Generate(on_error=block):
            yield from _blocks(step.id, "on_error", [block])
        case Agent(otherwise=otherwise, on_error=block):
            yield from _blocks(step.id, "otherwise", [otherwise])
            yield from _blocks(step.id, "on_error", [block])
        case Wait(otherwise=block):
            yield from _blocks(step.id, "otherwise", [block])
        case Rate(low=block):
            yield from _blocks(step.id, "low", [block])
        case _:
            return


def _blocks(step: str, name: str, blocks: Sequence[str]) -> Iterator[Branch]:
    """Give the branches that have steps; one of several is numbered."""
    for number, first in enumerate(blocks, start=1):
        if first:
            yield Branch(step, name if len(blocks) == 1 else f"{name} {number}", first)
