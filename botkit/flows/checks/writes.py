"""A write runs only when the customer confirmed what it does: the error `unconfirmed-write`. It is never cancelled.

Confirmed means: in this run of the flow a `confirm` was answered yes after the last change of every slot that
the write's `with` reads, and each yes serves a step once. Per step the check holds the writes (as bits) that
some path brings there unconfirmed:

- a flow begins with no write confirmed, and a no takes back what was confirmed before it;
- a yes confirms every write, so nothing is followed along it;
- a change of a slot takes back the writes that read it, a `run` those that read a shared slot it may change;
- a write takes back itself, whether it worked or failed.
"""

from collections.abc import Mapping

from botkit.flows.checks.findings import Findings
from botkit.flows.checks.formulas import names_in, texts_in
from botkit.flows.checks.graphs import EXIT, Graph, changes, spread
from botkit.flows.checks.survey import Survey
from botkit.model.definitions import Confirm, Do, Run, Step


def check_writes(survey: Survey, found: Findings) -> None:
    """Report writes that some path reaches without a confirm."""
    for flow in survey.own:
        writes = {
            step.id: step.body
            for step in flow.steps.values()
            if isinstance(step.body, Do) and _is_write(survey, step.body)
        }
        for id_, body in writes.items():
            if body.until_message:
                message = f"flow '{flow.name}': '{body.action}' writes, and a write is never cancelled"
                found.error(flow.steps[id_].place, "cancelled-write", message, "leave out cancel_on")
        if writes:
            _check_flow(survey, survey.graphs[flow.name], writes, found)


def _is_write(survey: Survey, body: Do) -> bool:
    spec = survey.bot.catalogue.actions.get(body.action)
    return body.write or (spec is not None and spec.effect == "write")


def _reads(body: Do) -> frozenset[str]:
    texts = (text for value in body.args.values() if not value.static for text in texts_in(value.data))
    return frozenset(body.reads).union(*(names_in(text, "template") for text in texts))


def _check_flow(survey: Survey, graph: Graph, writes: Mapping[str, Do], found: Findings) -> None:
    bits = {key: 1 << position for position, key in enumerate(writes)}
    readers: dict[str, int] = {}
    for key, body in writes.items():
        for name in _reads(body):
            readers[name] = readers.get(name, 0) | bits[key]
    at = _unconfirmed(survey, graph, bits, readers)
    asked = any(isinstance(step.body, Confirm) for step in graph.flow.steps.values())
    hint = (
        "on every path, a confirm must be answered yes after the last change of what it reads, and once per write"
        if asked
        else "put a confirm before it, or write 'confirmed: by flow' if the flow makes sure otherwise"
    )
    for key, body in writes.items():
        if not body.by_flow and at.get(key, 0) & bits[key]:
            message = f"flow '{graph.flow.name}': '{body.action}' writes, and a path leads to it without a confirm"
            found.error(graph.flow.steps[key].place, "unconfirmed-write", message, hint)


def _unconfirmed(survey: Survey, graph: Graph, bits: Mapping[str, int], readers: Mapping[str, int]) -> dict[str, int]:
    every = (1 << len(bits)) - 1
    gains = {}
    for key in graph.reached:
        own = bits.get(key, 0)
        changed = own | _taken_back(survey, graph.flow.steps[key], readers)
        gain = {"no": every, "done": changed, "failed": own, "skipped": 0, "retried": 0}
        gains[key] = tuple(
            (edge.target, gain[edge.how]) for edge in graph.edges[key] if edge.how != "yes" and edge.target != EXIT
        )
    return spread(gains, graph.flow.first, every)


def _taken_back(survey: Survey, step: Step, readers: Mapping[str, int]) -> int:
    names = changes(step)
    if isinstance(step.body, Run) and step.body.flow in survey.flows:
        names = (*names, *survey.shared_of(survey.shared_changes[step.body.flow]))
    found = 0
    for name in names:
        found |= readers.get(name, 0)
    return found
