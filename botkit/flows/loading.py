"""Flow files to a checked FlowSet: every problem of every file, or a bot that is ready to run."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from botkit.errors import Place, Problem
from botkit.flows.checks import check
from botkit.flows.contexts import Context
from botkit.flows.defaults import repair_flows, source
from botkit.flows.grammar import PARSERS
from botkit.flows.language import FILE
from botkit.flows.nodes import Node, describe
from botkit.flows.questions import slot
from botkit.flows.reader import read
from botkit.flows.sections import answer, flow, intent
from botkit.flows.shapes import Report, fields
from botkit.model.catalogue import Catalogue
from botkit.model.definitions import Flow
from botkit.model.flowset import FlowSet, Settings
from botkit.model.locales import Locale, serving

Entries = dict[str, tuple[Node, Node]]
"""What stands in a section of all files: name → (key, value)."""

_DIGITS = 32  # of a version, hexadecimal: 128 bits; it stands in every record of a turn
_ONE = {"intents": "intent", "answers": "answer", "slots": "slot", "flows": "flow"}


def load(
    sources: Mapping[str, str],
    settings: Settings,
    catalogue: Catalogue,
    locales: Mapping[str, Locale],
    kept: Mapping[str, str] | None = None,
) -> tuple[FlowSet | None, tuple[Problem, ...]]:
    """Read and check all flow files of a bot (path → text).

    Gives the FlowSet, or None if there are errors, and all problems of all files, sorted by place. `locales`
    are those that may be used, by code; the FlowSet gets those of `settings.locales`. Its version is the digest of
    `kept`, the same texts by the paths under which they are kept, wherever the bot's directory is.
    """
    report = Report()
    used = _used(settings, locales)
    sections = _sections(sources, report)
    context = Context(
        report,
        PARSERS,
        locales=settings.locales,
        known=frozenset(locales),
        types=frozenset(catalogue.types),
        team=settings.default_team,
    )
    context.shared = {
        name: replace(slot(name, key, node, context), shared=True) for name, (key, node) in sections["slots"].items()
    }
    flowset, sound, broken = _assemble(sections, settings, catalogue, used, context)
    if sound:
        flowset = replace(flowset, version=_version(sources if kept is None else kept, settings, used))
        report.extend(_checked(flowset, broken))
    problems = tuple(sorted(dict.fromkeys(report.problems), key=_order))
    return (None if report.errors else flowset), problems


def _order(problem: Problem) -> tuple[Place, str, str]:
    return problem.place, problem.code, problem.message


def _used(settings: Settings, locales: Mapping[str, Locale]) -> dict[str, Locale]:
    """Pick the bot's locales, in its order; `zh-TW` is served by `zh` if it has none of its own."""
    found = {code: serving(code, locales) for code in settings.locales}
    return {code: locale for code, locale in found.items() if locale is not None}


def _sections(sources: Mapping[str, str], report: Report) -> dict[str, Entries]:
    """Gather what all files define; a name that is used twice is a problem."""
    sections: dict[str, Entries] = {name: {} for name in _ONE}
    names = Context(report, PARSERS)
    for file in sorted(sources):
        node, problems = read(sources[file], file)
        report.extend(problems)
        if node is None or node.empty:
            continue
        if node.kind != "mapping":
            message = f"a flow file is a mapping with {', '.join(FILE.names)}, not {describe(node)}"
            report.error(node.place, "wrong-type", message)
            continue
        for section, content in fields(node, "a flow file", FILE.names, report).items():
            _gather(section, content, sections[section], names)
    return sections


def _gather(section: str, content: Node, entries: Entries, context: Context) -> None:
    if content.empty:
        return
    if content.kind != "mapping":
        context.report.expected(content, f"'{section}'", "a mapping of names")
        return
    for key, value in content.entries:
        name = context.name(key, f"the name of a {_ONE[section]}")
        if name is None:
            continue
        if name in entries:
            message = f"the {_ONE[section]} '{name}' is defined a second time"
            context.report.error(key.place, "duplicate-name", message, f"the first is at {entries[name][0].place}")
        else:
            entries[name] = (key, value)


def _assemble(
    sections: Mapping[str, Entries],
    settings: Settings,
    catalogue: Catalogue,
    locales: Mapping[str, Locale],
    context: Context,
) -> tuple[FlowSet, bool, list[Node]]:
    """Read all sections.

    Gives the FlowSet, whether everything but its flows is sound (so that checks make sense), and the values
    of the flows that are not.
    """
    intents = {name: intent(name, *entry, context) for name, entry in sections["intents"].items()}
    answers = {one.name: one for one in catalogue.answers}
    answers |= {name: answer(name, *entry, context) for name, entry in sections["answers"].items()}
    sound = context.report.errors == 0
    flows, broken = _flows(sections["flows"], catalogue, context)
    flows = {**repair_flows(locales, settings.default_team), **flows}
    flowset = FlowSet(
        "",
        settings,
        flows,
        intents,
        answers,
        context.shared,
        locales,
        catalogue,
        starts=_index(flows, lambda one: one.start.intents),
        commands={name: owners[0] for name, owners in _index(flows, lambda one: one.start.commands).items()},
        events=_index(flows, lambda one: one.start.events),
    )
    return flowset, sound, broken


def _flows(entries: Entries, catalogue: Catalogue, context: Context) -> tuple[dict[str, Flow], list[Node]]:
    flows, broken = {}, []
    for name, (key, node) in entries.items():
        before = context.report.errors
        flows[name] = flow(name, key, node, context, catalogue.actions)
        if context.report.errors > before:
            broken.append(replace(node, place=key.place))
    return flows, broken


def _index(flows: Mapping[str, Flow], names: Callable[[Flow], tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for one in flows.values():
        for name in names(one):
            found[name] = (*found.get(name, ()), one.name)
    return found


def _checked(flowset: FlowSet, broken: list[Node]) -> list[Problem]:
    """Run the checks; where flows are broken, leave out what may only follow from that."""
    problems = check(flowset)
    if not broken:
        return problems
    return [problem for problem in problems if problem.severity == "error" and not _inside(problem.place, broken)]


def _inside(place: Place, nodes: list[Node]) -> bool:
    return any(node.place.file == place.file and node.place.line <= place.line <= node.end for node in nodes)


def _version(sources: Mapping[str, str], settings: Settings, locales: Mapping[str, Locale]) -> str:
    """Give the digest of everything that a bot's flows are made of."""
    repair = {code: dict(sorted(locale.repair.items())) for code, locale in locales.items()}
    content: list[Any] = [sorted(sources.items()), settings, source(), repair]
    return hashlib.sha256(msgspec.json.encode(content)).hexdigest()[:_DIGITS]
