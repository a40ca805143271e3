"""Pruning: steps that nothing leads to are taken out, since botkit refuses them and Bot Framework does not."""

from collections.abc import Iterator, Mapping

from tests.flows.botframework.writing import Step

NESTED = ("then", "else", "yes", "no", "on_error", "otherwise", "low")


def steps_in(steps: list[Step]) -> Iterator[Step]:
    """Give steps with all that stand in them."""
    for step in steps:
        yield step
        for name in NESTED:
            yield from steps_in(step.get(name) or [])
        for entry in step.get("retry") or []:
            if isinstance(entry, dict):
                yield from steps_in(entry["steps"])


def targets_of(steps: list[Step]) -> set[str]:
    """Name the steps that some goto leads to."""
    return {step["goto"] for step in steps_in(steps) if "goto" in step}


def prune(steps: list[Step], returning: Mapping[str, bool]) -> tuple[list[Step], bool]:
    """Give the steps that are reached, and whether their end is. A goto counts if it is reached itself."""
    targets: set[str] = set()
    while True:
        kept, through = _reached(steps, targets, returning)
        found = targets_of(kept)
        if found == targets:
            return kept, through
        targets = found


def _reached(steps: list[Step], targets: set[str], returning: Mapping[str, bool]) -> tuple[list[Step], bool]:
    kept: list[Step] = []
    reached = True
    for step in steps:
        reached = reached or any(inner.get("id") in targets for inner in steps_in([step]))
        if reached:
            pruned, reached = _reached_in(step, targets, returning)
            kept.append(pruned)
    return kept, reached


def _reached_in(step: Step, targets: set[str], returning: Mapping[str, bool]) -> tuple[Step, bool]:
    if "then" in step:
        then, through = _reached(step["then"], targets, returning)
        otherwise, past = _reached(step.get("else") or [], targets, returning)
        return {**step, "then": then, **({"else": otherwise} if otherwise else {})}, through or past
    leaves = "goto" in step or "end" in step or ("run" in step and not returning.get(step["run"], True))
    return step, not leaves or "if" in step
