"""Coverage: which steps and branches of the flows the tests went through, and which they never saw."""

from collections.abc import Collection, Iterable

import msgspec

from botkit.app.branches import Branch, branches_of
from botkit.model.definitions import Flow
from botkit.model.flowset import FlowSet
from botkit.model.turn import Visit

_NOT_EXECUTED = ("skipped", "passed over")


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
