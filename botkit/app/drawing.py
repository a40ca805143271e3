"""Flows as graphs, in Mermaid or Graphviz's dot."""

from collections.abc import Iterator, Sequence

import msgspec

from botkit.app.branches import branches_of
from botkit.model.definitions import Confirm, End, Flow, Goto, HandoffStep, If, MatchStep, Run, Step

START, FINISH = "(start)", "(end)"


class Arrow(msgspec.Struct, frozen=True):
    """A way from one step to another; `calls` leads into another flow, named by `end`."""

    begin: str
    end: str
    label: str = ""
    calls: bool = False


def arrows_of(flow: Flow) -> list[Arrow]:
    """List the ways through a flow, from its start to its end."""
    return [Arrow(START, flow.first or FINISH), *(a for step in flow.steps.values() for a in _arrows(step))]


def _arrows(step: Step) -> Iterator[Arrow]:
    after = step.next or FINISH
    for branch in branches_of(step):
        nowhere = FINISH if isinstance(step.body, Confirm) and branch.name == "no" else after
        yield Arrow(step.id, branch.first or nowhere, branch.name)
    match step.body:
        case Goto(target=target):
            yield Arrow(step.id, target)
        case Run(flow=name):
            yield Arrow(step.id, name, "runs", calls=True)
            yield Arrow(step.id, after)
        case End():
            yield Arrow(step.id, FINISH)
        case MatchStep(default=default):
            if not default:
                yield Arrow(step.id, after, "else")
        case If() | Confirm() | HandoffStep():
            pass
        case _:
            yield Arrow(step.id, after)
    if step.when is not None:
        yield Arrow(step.id, after, "skipped")


def draw_mermaid(flows: Sequence[Flow]) -> str:
    """Draw flows as a Mermaid flowchart, each a box of its own."""
    lines = ["flowchart TD"]
    for number, flow in enumerate(flows):
        names = _names(flow, f"f{number}")
        lines.append(f'  subgraph f{number}["{_mermaid(flow.name)}"]')
        for step, name in names.items():
            shape = '(["{}"])' if step in (START, FINISH) else '["{}"]'
            lines.append(f"    {name}{shape.format(_mermaid(step))}")
        for arrow in arrows_of(flow):
            if not arrow.calls:
                label = f'|"{_mermaid(arrow.label)}"|' if arrow.label else ""
                lines.append(f"    {names[arrow.begin]} -->{label} {names[arrow.end]}")
        lines.append("  end")
    return "\n".join([*lines, *_calls(flows)]) + "\n"


def _calls(flows: Sequence[Flow]) -> Iterator[str]:
    numbers = {flow.name: number for number, flow in enumerate(flows)}
    for number, flow in enumerate(flows):
        names = _names(flow, f"f{number}")
        for arrow in arrows_of(flow):
            if arrow.calls and arrow.end in numbers:
                yield f"  {names[arrow.begin]} -.->|runs| f{numbers[arrow.end]}s"


def draw_dot(flows: Sequence[Flow]) -> str:
    """Draw flows as a directed graph for Graphviz, each a cluster of its own."""
    lines = ["digraph bot {", "  node [shape=box];"]
    for number, flow in enumerate(flows):
        names = _names(flow, f"f{number}")
        lines += [f"  subgraph cluster_{number} {{", f"    label={_dot(flow.name)};"]
        lines += [f"    {name} [label={_dot(step)}];" for step, name in names.items()]
        for arrow in arrows_of(flow):
            if not arrow.calls:
                label = f" [label={_dot(arrow.label)}]" if arrow.label else ""
                lines.append(f"    {names[arrow.begin]} -> {names[arrow.end]}{label};")
        lines.append("  }")
    return "\n".join([*lines, "}"]) + "\n"


def _names(flow: Flow, prefix: str) -> dict[str, str]:
    """Name the nodes of a flow: its start `s`, its end `e`, its steps by number."""
    steps = {step: f"{prefix}n{number}" for number, step in enumerate(flow.steps)}
    return {START: f"{prefix}s", **steps, FINISH: f"{prefix}e"}


def _mermaid(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;").replace("\n", " ")


def _dot(text: str) -> str:
    quoted = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
    return f'"{quoted}"'
