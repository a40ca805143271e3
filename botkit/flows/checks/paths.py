"""Which steps can be reached, which loops never wait, which calls never end."""

from collections.abc import Iterator, Mapping

from botkit.errors import Place
from botkit.flows.checks.findings import Findings
from botkit.flows.checks.formulas import names_in, provides_for
from botkit.flows.checks.graphs import EXIT, Edge, Graph, changes, components, flood
from botkit.flows.checks.survey import Survey, in_order, unasked
from botkit.model.definitions import Ask, Confirm, Flow, Goto, If, MatchStep, Run, Set, Step

_NOTHING = frozenset({"{{none}}", "{{None}}"})


def check_paths(survey: Survey, found: Findings) -> None:
    """Report unreachable steps and retries, loops that never wait, and flows that call each other forever."""
    for flow in survey.own:
        graph = survey.graphs[flow.name]
        _check_reached(survey, graph, found)
        _check_retries(graph, found)
        _check_loops(survey, graph, found)
    _check_calls(survey, found)


def _check_reached(survey: Survey, graph: Graph, found: Findings) -> None:
    """Report the first step of each part of a flow that no path leads to."""
    if len(graph.reached) == len(graph.flow.steps):
        return
    known = set(graph.reached)
    before = _steps_before(graph.flow.steps)
    for step in in_order(graph.flow.steps):
        if step.id in known:
            continue
        flood(graph.edges, step.id, known)
        message = f"flow '{graph.flow.name}': no path leads to step '{step.id}'"
        found.error(step.place, "unreachable-step", message, _why(survey, before.get(step.id)))


def _steps_before(steps: Mapping[str, Step]) -> dict[str, Step]:
    before: dict[str, Step] = {}
    for step in in_order(steps):
        before.setdefault(step.next, step)
    return before


def _why(survey: Survey, before: Step | None) -> str:
    if before is None:
        return "remove it, or give it an id and a goto"
    kind = type(before.body).__struct_config__.tag
    if isinstance(before.body, Run) and before.body.flow not in survey.returning:
        return f"flow '{before.body.flow}', which runs before it, never comes back"
    return f"'{kind}' before it never goes on"


def _check_retries(graph: Graph, found: Findings) -> None:
    """Report retries behind one that always leaves the question."""
    asking = [
        (step, step.body.retry)
        for step in graph.flow.steps.values()
        if isinstance(step.body, Ask | Confirm) and any(retry.steps for retry in step.body.retry[:-1])
    ]
    if not asking:
        return
    targets = {key: tuple(edge.target for edge in edges if edge.target) for key, edges in graph.edges.items()}
    group = {key: number for number, keys in enumerate(components(targets)) for key in keys}
    for step, retries in asking:
        leaving = (
            position
            for position, retry in enumerate(retries[:-1], start=1)
            if retry.steps and group[retry.steps] != group[step.id]
        )
        for position in leaving:
            message = (
                f"step '{step.id}': retry {position} never comes back to the question, so the next is never used"
            )
            found.error(step.place, "unreachable-retry", message, "let the retry that leaves be the last")
            break


def _check_loops(survey: Survey, graph: Graph, found: Findings) -> None:
    """Report loops which neither wait for the customer nor can be left by a condition that they change.

    Every such loop has a goto. A loop may go round without waiting if an `if` or `match` in it leads out and
    reads a slot that the loop sets: the bound of 1,000 steps a turn is its net. An ask without `again` waits
    only once, since a filled slot is passed over, unless the flow empties that slot by `set`; so it ends a loop
    only where a condition looks whether the slot is none.
    """
    steps = graph.flow.steps
    if not any(isinstance(step.body, Goto) for step in steps.values()):
        return
    emptied = _emptied(graph.flow)
    silent = {
        key: tuple(
            edge.target
            for edge in graph.edges[key]
            if edge.target != EXIT and _spins(survey, steps[key], edge, emptied)
        )
        for key in steps
        if key in graph.reached
    }
    for group in components(silent):
        if len(group) == 1 and group[0] not in silent[group[0]]:
            continue
        if not _can_end(survey, graph, frozenset(group)):
            _report_loop(graph.flow, [steps[key] for key in group], found)


def _spins(survey: Survey, step: Step, edge: Edge, emptied: frozenset[str]) -> bool:
    """Tell whether an edge may be taken without waiting, over and over in one run of a flow."""
    if isinstance(step.body, Ask) and edge.how == "done":
        return not step.body.again and step.body.slot.name not in emptied
    if isinstance(step.body, Run) and edge.how == "done":
        return step.body.flow in survey.silent or step.body.flow not in survey.flows
    return unasked(step, edge)


def _emptied(flow: Flow) -> frozenset[str]:
    return frozenset(
        name
        for step in flow.steps.values()
        if isinstance(step.body, Set)
        for name, value in step.body.values.items()
        if value.data is None or (isinstance(value.data, str) and value.data.replace(" ", "") in _NOTHING)
    )


def _can_end(survey: Survey, graph: Graph, group: frozenset[str]) -> bool:
    steps = [graph.flow.steps[key] for key in group]
    changed = {name for step in steps if not isinstance(step.body, Ask) for name in changes(step)}
    for step in steps:
        if isinstance(step.body, Run) and step.body.flow in survey.flows:
            changed.update(survey.shared_of(survey.shared_changes[step.body.flow]))
    asked = {step.body.slot.name for step in steps if isinstance(step.body, Ask)}
    return any(
        changed & _deciding(step) or any(provides_for(name, source) for name in asked for source in _sources(step))
        for step in steps
        if any(edge.target not in group for edge in graph.edges[step.id])
    )


def _sources(step: Step) -> Iterator[str]:
    """List the conditions that decide which way a step goes."""
    if step.when is not None:
        yield step.when.source
    match step.body:
        case If(condition=condition) | MatchStep(subject=condition):
            yield condition.source
        case _:
            return


def _deciding(step: Step) -> frozenset[str]:
    """Name what decides which way a step goes."""
    return frozenset().union(*(names_in(source, "condition") for source in _sources(step)))


def _report_loop(flow: Flow, group: list[Step], found: Findings) -> None:
    place, target = max((step.place, step.body.target) for step in group if isinstance(step.body, Goto))
    asked = sorted(step.body.slot.name for step in group if isinstance(step.body, Ask))
    hint = (
        f"the ask of '{asked[0]}' is passed over once the slot is filled; give it again: true"
        if asked
        else "put an ask or a wait into it, or an if that leads out and reads a slot which the loop sets"
    )
    found.error(place, "loop-never-waits", f"flow '{flow.name}': the loop back to '{target}' never waits", hint)


def _check_calls(survey: Survey, found: Findings) -> None:
    """Report flows that call each other before they wait, with nothing in between that could decide otherwise."""
    places = {flow.name: _calls(survey, flow) for flow in survey.own}
    targets = {name: tuple(called for called in calls if called in places) for name, calls in places.items()}
    for group in components(targets):
        members = frozenset(group)
        for name in sorted(group):
            for called in targets[name]:
                if called in members and (len(group) > 1 or called == name):
                    message = f"flow '{name}' runs flow '{called}', which runs '{name}' again before anybody is asked"
                    found.error(
                        places[name][called], "run-never-ends", message, "let an ask or an if on a slot come before"
                    )


def _calls(survey: Survey, flow: Flow) -> dict[str, Place]:
    """Give the flows that a run of this one calls whatever the slots hold, before it waits."""
    found: dict[str, Place] = {}
    edges = survey.graphs[flow.name].edges
    slots = survey.own_slots[flow.name] | survey.bot.slots.keys()
    seen: set[str] = set()
    stack = [flow.first]
    while stack:
        key = stack.pop()
        if key == EXIT or key in seen:
            continue
        seen.add(key)
        step = flow.steps[key]
        if _deciding(step) & slots:
            continue
        through = True
        if isinstance(step.body, Run):
            found.setdefault(step.body.flow, step.place)
            through = step.body.flow in survey.silent
        stack.extend(edge.target for edge in edges[key] if through and unasked(step, edge))
    return found
