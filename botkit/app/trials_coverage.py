"""Coverage: which steps and branches of the flows the tests went through, and which they never saw."""

from collections.abc import Collection, Iterable, Iterator, Sequence

import msgspec

from botkit.model.definitions import (
    Agent,
    AnswerStep,
    Ask,
    Confirm,
    Do,
    Flow,
    FlowSet,
    Generate,
    If,
    MatchStep,
    Rate,
    Step,
    Wait,
)
from botkit.model.turn import Visit

_NOT_EXECUTED = ("skipped", "passed over")


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


class FlowCoverage(msgspec.Struct, frozen=True):
    """What of one flow was seen."""

    flow: str
    steps: int
    missing_steps: tuple[str, ...]
    branches: int
    missing_branches: tuple[str, ...]


class Coverage(msgspec.Struct, frozen=True):
    """What of a bot was seen."""

    flows: tuple[FlowCoverage, ...]

    @property
    def percent(self) -> float:
        """Steps and branches seen, of a hundred."""
        total = sum(flow.steps + flow.branches for flow in self.flows)
        missing = sum(len(flow.missing_steps) + len(flow.missing_branches) for flow in self.flows)
        return 100.0 * (total - missing) / total if total else 100.0


def cover(flows: FlowSet, visits: Iterable[Visit]) -> Coverage:
    """Compare what was visited with all there is; botkit's own repair flows do not count."""
    seen: dict[str, set[tuple[str, str]]] = {}
    for visit in visits:
        seen.setdefault(visit.flow, set()).add((visit.step, visit.note))
    own = (flow for flow in flows.flows.values() if not flow.builtin and flow.steps)
    return Coverage(tuple(_cover_flow(flow, seen.get(flow.name, ())) for flow in own))


def _cover_flow(flow: Flow, seen: Collection[tuple[str, str]]) -> FlowCoverage:
    executed = {step for step, note in seen if note not in _NOT_EXECUTED}
    branches = [branch for step in flow.steps.values() for branch in branches_of(step)]
    return FlowCoverage(
        flow=flow.name,
        steps=len(flow.steps),
        missing_steps=tuple(step for step in flow.steps if step not in executed),
        branches=len(branches),
        missing_branches=tuple(str(branch) for branch in branches if not _taken(branch, seen)),
    )


def _taken(branch: Branch, seen: Collection[tuple[str, str]]) -> bool:
    if branch.note:
        return (branch.step, branch.note) in seen
    return any(step == branch.first for step, _ in seen)


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
