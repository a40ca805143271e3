"""What all checks know of a bot: its graphs, which flows wait or come back, what changes which slot."""

from collections.abc import Mapping
from functools import cached_property
from operator import attrgetter

from botkit.flows.checks.graphs import Edge, Edges, Graph, changes, edges_of, walk
from botkit.model.definitions import Agent, Ask, Confirm, Flow, Rate, Run, Step, Wait
from botkit.model.flowset import FlowSet

REPAIR: Mapping[str, tuple[str, ...]] = {
    "on_start": (),
    "on_no_match": ("tries",),
    "on_clarify": ("choices",),
    "on_cancel": ("flow",),
    "on_correct": ("slot", "title", "old", "new", "done"),
    "on_resume": ("flow",),
    "on_repeat": ("texts",),
    "on_silence": ("flow",),
    "on_error": (),
    "on_blocked": ("reason",),
    "on_handoff": ("team", "reason"),
    "on_no_agent": ("team", "opens"),
    "on_agent_left": (),
    "on_closed": (),
    "on_confirm": ("action", "summary"),
    "on_attachment": ("files", "refused"),
    "on_end": (),
}
"""The repair flows, and the slots that each is given by the dialogue core."""

GIVEN = ("channel", "locale", "now", "customer", "conversation", "message", "error")
"""The names that every template and condition knows beside slots."""

_PLACE = attrgetter("place")


class Survey:
    """A bot with what the checks derive from it, each thing once."""

    def __init__(self, bot: FlowSet) -> None:
        self.bot = bot
        self.flows: Mapping[str, Flow] = bot.flows
        self.own = [flow for flow in bot.flows.values() if not flow.builtin]
        edges = {
            name: {key: edges_of(step, flow.steps) for key, step in flow.steps.items()}
            for name, flow in bot.flows.items()
        }
        self.returning, reached = walk(bot.flows, edges, lambda _step, _edge: True)
        self.graphs = {
            name: Graph(flow, self._returning_edges(flow, edges[name]), frozenset(reached[name]))
            for name, flow in bot.flows.items()
        }

    def _returning_edges(self, flow: Flow, edges: Edges) -> Edges:
        """Leave out the way on after a `run` whose flow never comes back."""
        found = dict(edges)
        for key, step in flow.steps.items():
            if isinstance(step.body, Run) and step.body.flow in self.flows and step.body.flow not in self.returning:
                found[key] = tuple(edge for edge in edges[key] if edge.how != "done")
        return found

    @cached_property
    def silent(self) -> frozenset[str]:
        """The flows that some path goes through without waiting for the customer, in a fresh run."""
        edges = {name: graph.edges for name, graph in self.graphs.items()}
        return walk(self.flows, edges, unasked)[0]

    @cached_property
    def called(self) -> frozenset[str]:
        """The flows that some `run` step calls."""
        return frozenset(
            step.body.flow
            for flow in self.flows.values()
            for step in flow.steps.values()
            if isinstance(step.body, Run)
        )

    @cached_property
    def own_slots(self) -> Mapping[str, frozenset[str]]:
        """Per flow the slots that are its own: of its `slots:`, `ask`, `set`, `save`, and what it is given."""
        return {name: self._own_slots(flow) for name, flow in self.flows.items()}

    def _own_slots(self, flow: Flow) -> frozenset[str]:
        own = {name for step in flow.steps.values() for name in changes(step)}
        own.update(flow.slots, REPAIR.get(flow.name, ()))
        return frozenset(own - self.bot.slots.keys())

    @cached_property
    def owners(self) -> Mapping[str, str]:
        """Per slot that is not shared, the first flow of the bot that has it."""
        found: dict[str, str] = {}
        for flow in self.own:
            for name in self.own_slots[flow.name]:
                found.setdefault(name, flow.name)
        return found

    @cached_property
    def handed(self) -> Mapping[str, frozenset[str]]:
        """Per flow what some `run` hands over to it, whether it takes that or not."""
        found: dict[str, set[str]] = {}
        for flow in self.flows.values():
            for step in flow.steps.values():
                if isinstance(step.body, Run):
                    found.setdefault(step.body.flow, set()).update(step.body.args)
        return {name: frozenset(names) for name, names in found.items()}

    @cached_property
    def shared_changes(self) -> Mapping[str, int]:
        """Per flow the shared slots that a run of it may change, as a set of bits (see `bits_of`)."""
        callers: dict[str, set[str]] = {}
        bits = dict.fromkeys(self.flows, 0)
        for name, flow in self.flows.items():
            for step in flow.steps.values():
                bits[name] |= self.bits_of(changes(step))
                if isinstance(step.body, Run) and step.body.flow in self.flows:
                    callers.setdefault(step.body.flow, set()).add(name)
        work = list(self.flows)
        while work:
            called = work.pop()
            for caller in callers.get(called, ()):
                if bits[called] & ~bits[caller]:
                    bits[caller] |= bits[called]
                    work.append(caller)
        return bits

    @cached_property
    def _positions(self) -> Mapping[str, int]:
        return {name: position for position, name in enumerate(self.bot.slots)}

    def bits_of(self, names: tuple[str, ...]) -> int:
        """Give the shared ones of these slots as a set of bits."""
        return sum(1 << self._positions[name] for name in set(names) if name in self._positions)

    def shared_of(self, bits: int) -> tuple[str, ...]:
        """Name the shared slots of a set of bits."""
        return tuple(name for name, position in self._positions.items() if bits >> position & 1)


def unasked(step: Step, edge: Edge) -> bool:
    """Tell whether an edge can be taken without waiting for the customer, its slots being empty."""
    return edge.how == "skipped" or not isinstance(step.body, Ask | Confirm | Agent | Wait | Rate)


def in_order(steps: Mapping[str, Step]) -> list[Step]:
    """List steps as they stand in the file."""
    return sorted(steps.values(), key=_PLACE)
