"""Does every name in a template or condition stand for something, and can it have a value by then."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from botkit.errors import Place
from botkit.flows.checks.findings import Code, Findings
from botkit.flows.checks.formulas import (
    Formula,
    formulas_of,
    of_slot,
    of_speech,
    of_text,
    paths_in,
    provides_for,
)
from botkit.flows.checks.graphs import EXIT, Graph, changes, spread
from botkit.flows.checks.schemas import missing_part
from botkit.flows.checks.survey import GIVEN, REPAIR, Survey
from botkit.model.definitions import Do, Flow

RESERVED = frozenset(
    {*GIVEN, "true", "false", "none", "True", "False", "None", "and", "or", "not", "in", "is", "if", "else", "for"}
    | {"loop", "self", "super", "caller", "varargs", "kwargs"}
)
"""Words that a template reads as something else, so that no slot can have them as a name."""


def check_names(survey: Survey, found: Findings) -> None:
    """Report unknown names and attribute paths, reserved names, and slots read before they can be set."""
    bot = survey.bot
    outside = _Scope(frozenset(bot.slots))
    for slot in bot.slots.values():
        _check_reserved(slot.name, slot.place, found)
        _check_formulas(survey, outside, of_slot(slot), found)
    for answer in bot.answers.values():
        _check_formulas(survey, outside, of_speech(answer.speech, answer.place), found)
    for flow in survey.own:
        _check_flow(survey, flow, found)


_Finding = tuple[Code, str, str]
"""A code, a message and a hint, whose place is that of the source."""


class _Scope(NamedTuple):
    """The names that templates know at some point of a flow, or outside of all flows.

    `bits` are the flow's own slots that are not filled from the start, `filled` those of them that may be
    filled here; `results` the schemas of those whose content is known.
    """

    known: frozenset[str]
    flow: str = ""
    bits: Mapping[str, int] = {}
    filled: int = 0
    results: Mapping[str, list[dict[str, Any]]] = {}


def _check_flow(survey: Survey, flow: Flow, found: Findings) -> None:
    own = survey.own_slots[flow.name]
    for name, place in _named(flow):
        if name in own:
            _check_reserved(name, place, found)
    bits = _bits(survey, flow)
    begin = _Scope(own | survey.bot.slots.keys(), flow.name, bits, 0, _results(survey, flow))
    if flow.only_if is not None:
        _check_formulas(survey, begin, [Formula(flow.only_if.source, "condition", flow.only_if.place)], found)
    _check_formulas(survey, begin, of_text(flow.title), found)
    whole = begin._replace(bits={})
    for slot in flow.slots.values():
        _check_formulas(survey, whole, of_slot(slot), found)
    filled = filled_at(survey.graphs[flow.name], bits)
    for step in flow.steps.values():
        scope = begin._replace(filled=filled[step.id]) if step.id in filled else whole
        _check_formulas(survey, scope, formulas_of(step), found)


def _named(flow: Flow) -> Iterator[tuple[str, Place]]:
    """List the names that a flow gives to slots, each with the first place that does."""
    named = {slot.name: slot.place for slot in flow.slots.values()}
    for step in flow.steps.values():
        for name in changes(step):
            named.setdefault(name, step.place)
    yield from named.items()


def _check_reserved(name: str, place: Place, found: Findings) -> None:
    if name in RESERVED:
        message = f"a slot cannot be called '{name}': templates know something else by that name"
        found.error(place, "reserved-name", message, f"call it '{name}_', or what it holds")


def _check_formulas(survey: Survey, scope: _Scope, formulas: Iterable[Formula], found: Findings) -> None:
    where = f"flow '{scope.flow}': " if scope.flow else ""
    for formula in formulas:
        inside = f" in its {formula.locale} text" if formula.locale else ""
        wrong: set[str] = set()
        for path in paths_in(formula.source, formula.kind):
            problem = None if path[0] in wrong else _problem(survey, scope, formula, path, found)
            if problem:
                code, message, hint = problem
                wrong.update(path[:1] if code != "unknown-attribute" else ())
                found.error(formula.place, code, f"{where}{message}{inside}", hint)


def _problem(
    survey: Survey, scope: _Scope, formula: Formula, path: tuple[str, ...], found: Findings
) -> _Finding | None:
    name = path[0]
    if name in GIVEN or name == formula.fresh:
        return None
    if name not in scope.known:
        return "unknown-name", f"unknown name '{name}'", _elsewhere(survey, scope, name, found)
    unset = name in scope.bits and not scope.filled & scope.bits[name]
    if unset and not provides_for(name, formula.source):
        message = f"slot '{name}' is read here before anything can have set it"
        return "slot-read-before-set", message, "ask, set or save it in a step before"
    return _missing(scope, path, found)


def _elsewhere(survey: Survey, scope: _Scope, name: str, found: Findings) -> str:
    owner = survey.owners.get(name)
    handing = ", or hand it over by with: and slots:" if scope.flow else ""
    otherwise = (
        f"it is a slot of flow '{owner}'; define it under the bot's slots: to share it{handing}" if owner else ""
    )
    return otherwise or found.meant(name, [*scope.known, *GIVEN])


def _missing(scope: _Scope, path: tuple[str, ...], found: Findings) -> _Finding | None:
    schemas = scope.results.get(path[0])
    if not schemas or len(path) == 1:
        return None
    misses = [missing_part(schema, path[1:]) for schema in schemas]
    if any(miss is None for miss in misses):
        return None
    depth, known = max((miss for miss in misses if miss is not None), key=lambda miss: miss[0])
    whole, part = ".".join(path[: depth + 1]), path[depth + 1]
    hint = found.meant(part, known, otherwise=f"it has {', '.join(sorted(known))}" if known else "")
    return "unknown-attribute", f"'{whole}' has no '{part}'", hint


def _results(survey: Survey, flow: Flow) -> Mapping[str, list[dict[str, Any]]]:
    """Give the schemas of the slots that only actions with a known result fill."""
    found: dict[str, list[dict[str, Any]]] = {}
    unknown: set[str] = set(flow.slots)
    for step in flow.steps.values():
        if isinstance(step.body, Do) and step.body.save not in survey.bot.slots:
            spec = survey.bot.catalogue.actions.get(step.body.action)
            if spec is not None and spec.returns:
                found.setdefault(step.body.save, []).append(spec.returns)
                continue
        unknown.update(changes(step))
    return {name: schemas for name, schemas in found.items() if name not in unknown}


def _bits(survey: Survey, flow: Flow) -> Mapping[str, int]:
    """Number the flow's own slots that are not filled from the start.

    A slot of `slots:` is filled from the start if it has an initial value, if some `run` hands it over (or
    hands over something misspelt), or if only an event from outside can bring it; so is what a repair flow is
    given.
    """
    changed = {name for step in flow.steps.values() for name in changes(step)}
    handed = survey.handed.get(flow.name, frozenset())
    misspelt = bool(handed - flow.slots.keys())
    given = {
        name
        for name, slot in flow.slots.items()
        if slot.initial is not None or name in handed or ((misspelt or flow.start.events) and name not in changed)
    }.union(REPAIR.get(flow.name, ()))
    return {name: 1 << at for at, name in enumerate(sorted(survey.own_slots[flow.name] - given))}


def filled_at(graph: Graph, bits: Mapping[str, int]) -> dict[str, int]:
    """Give, per step that is reached, which slots some path to it fills."""
    if not graph.reached:
        return {}
    gains = {}
    for key in graph.reached:
        done = sum({bits[name] for name in changes(graph.flow.steps[key]) if name in bits})
        gains[key] = tuple(
            (edge.target, done if edge.how == "done" else 0) for edge in graph.edges[key] if edge.target != EXIT
        )
    return spread(gains, graph.flow.first, 0)
