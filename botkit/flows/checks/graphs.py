"""A flow as a graph: where execution can go from each step."""

from collections.abc import Callable, Iterator, Mapping
from typing import Literal, NamedTuple

from botkit.model.definitions import (
    Agent,
    AnswerStep,
    Ask,
    Confirm,
    Do,
    End,
    Flow,
    Generate,
    Goto,
    HandoffStep,
    If,
    MatchStep,
    Rate,
    Retry,
    Run,
    Set,
    SlotDef,
    Step,
    Wait,
)

EXIT = ""
"""The end of a flow as the target of an edge: its caller goes on."""

How = Literal["done", "skipped", "failed", "retried", "yes", "no"]


class Edge(NamedTuple):
    """A way out of a step.

    `how` says what happened in it: done (it has changed its slots), skipped (its `if` was false), failed (its
    slots are as before), retried (a reply was unusable), or the answer of a confirm.
    """

    target: str
    how: How


Edges = Mapping[str, tuple[Edge, ...]]


class Graph(NamedTuple):
    """The steps of a flow with their edges; `reached` are the steps that some path leads to."""

    flow: Flow
    edges: Edges
    reached: frozenset[str]


def edges_of(step: Step, steps: Mapping[str, Step]) -> tuple[Edge, ...]:
    """List the ways out of a step. A goto to a step that is not there has none."""
    found = list(_ways(step))
    if step.when is not None:
        found.append(Edge(step.next, "skipped"))
    return tuple(edge for edge in dict.fromkeys(found) if edge.target == EXIT or edge.target in steps)


def _ways(step: Step) -> Iterator[Edge]:
    match step.body:
        case Ask(retry=retry):
            yield Edge(step.next, "done")
            yield from _retries(retry)
        case Confirm(yes=yes, no=no, retry=retry):
            yield Edge(yes or step.next, "yes")
            yield Edge(no or EXIT, "no")
            yield from _retries(retry)
        case If() | MatchStep():
            yield from (Edge(target or step.next, "done") for target in _branches(step.body))
        case Do(on_error=on_error) | Generate(on_error=on_error) | AnswerStep(on_error=on_error):
            yield Edge(step.next, "done")
            yield Edge(on_error or EXIT, "failed")
        case Agent(otherwise=otherwise, on_error=on_error):
            yield Edge(step.next, "done")
            yield Edge(otherwise or step.next, "failed")
            yield Edge(on_error or EXIT, "failed")
        case Wait(otherwise=otherwise):
            yield Edge(step.next, "done")
            yield Edge(otherwise or step.next, "failed")
        case Rate(low=low):
            yield Edge(step.next, "done")
            yield Edge(low or step.next, "done")
        case Goto(target=target):
            yield Edge(target, "done")
        case End(conversation=conversation):
            if not conversation:
                yield Edge(EXIT, "done")
        case HandoffStep():
            return
        case _:
            yield Edge(step.next, "done")


def _branches(body: If | MatchStep) -> tuple[str, ...]:
    if isinstance(body, If):
        return body.then, body.otherwise
    return (*(case.steps for case in body.cases), body.default)


def _retries(retry: tuple[Retry, ...]) -> Iterator[Edge]:
    return (Edge(one.steps, "retried") for one in retry if one.steps)


def changes(step: Step) -> tuple[str, ...]:
    """Name the slots that a step changes when it is done."""
    match step.body:
        case Ask(slot=SlotDef(name=name)):
            return (name,)
        case Set(values=values):
            return tuple(name for name in values if name != "locale")  # sets the customer's choice, no slot
        case (
            Do(save=save)
            | Run(save=save)
            | AnswerStep(save=save)
            | Agent(save=save)
            | Generate(save=save)
            | Wait(save=save)
            | Rate(save=save)
        ) if save:
            return (save,)
        case _:
            return ()


Passing = Callable[[Step, Edge], bool]


def walk(
    flows: Mapping[str, Flow], edges: Mapping[str, Edges], passing: Passing
) -> tuple[frozenset[str], dict[str, set[str]]]:
    """Follow every flow from its first step along the edges that `passing` allows.

    Gives the flows whose end is reached and, per flow, the steps that are. A `run` is gone past only when the
    end of the called flow is reached (a flow that does not exist counts as one that ends). Every step is
    visited once: a `run` waits until its flow is known to end.
    """
    ended: set[str] = set()
    reached: dict[str, set[str]] = {name: set() for name in flows}
    waiting: dict[str, list[tuple[str, str]]] = {}
    stack = [(name, flow.first) for name, flow in flows.items()]
    while stack:
        name, target = stack.pop()
        if target == EXIT:
            if name not in ended:
                ended.add(name)
                stack.extend(waiting.pop(name, ()))
        elif target not in reached[name]:
            reached[name].add(target)
            step = flows[name].steps[target]
            called = step.body.flow if isinstance(step.body, Run) else ""
            for edge in edges[name][target]:
                if not passing(step, edge):
                    continue
                held = edge.how == "done" and called in flows and called not in ended
                (waiting.setdefault(called, []) if held else stack).append((name, edge.target))
    return frozenset(ended), reached


def flood(edges: Edges, start: str, seen: set[str]) -> None:
    """Add to `seen` what can be reached from `start`, itself included, past what is seen already."""
    stack = [start]
    while stack:
        step = stack.pop()
        if step != EXIT and step not in seen:
            seen.add(step)
            stack.extend(edge.target for edge in edges[step])


def components(edges: Mapping[str, tuple[str, ...]]) -> list[list[str]]:
    """Group the nodes of a graph into its strongly connected components (Tarjan, with a stack of its own)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    open_: dict[str, None] = {}
    found: list[list[str]] = []
    for root in edges:
        if root in index:
            continue
        index[root] = low[root] = len(index)
        open_[root] = None
        work = [(root, iter(edges[root]))]
        while work:
            node, targets = work[-1]
            for target in targets:
                if target not in index:
                    index[target] = low[target] = len(index)
                    open_[target] = None
                    work.append((target, iter(edges[target])))
                    break
                if target in open_:
                    low[node] = min(low[node], index[target])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    found.append(_closed(open_, node))
    return found


def _closed(open_: dict[str, None], root: str) -> list[str]:
    group: list[str] = []
    while not group or group[-1] != root:
        group.append(open_.popitem()[0])
    return group


Gains = Mapping[str, tuple[tuple[str, int], ...]]
"""Per node its edges: the target, and the bits that are added on the way."""


def spread(edges: Gains, start: str, bits: int) -> dict[str, int]:
    """Give, per node, all bits that some path brings to it; `start` has `bits` from the beginning.

    The nodes of a strongly connected component have the same bits, so each component is visited once, in the
    order of the paths: linear however many loops there are.
    """
    groups = components({key: tuple(target for target, _ in ways) for key, ways in edges.items()})
    group = {key: number for number, keys in enumerate(groups) for key in keys}
    have = [0] * len(groups)
    have[group[start]] = bits
    for number in reversed(range(len(groups))):
        ways = [way for key in groups[number] for way in edges[key]]
        for target, gain in ways:
            have[number] |= gain if group[target] == number else 0
        for target, gain in ways:
            have[group[target]] |= have[number] | gain
    return {key: have[number] for key, number in group.items()}
