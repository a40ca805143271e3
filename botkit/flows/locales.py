"""Locale files to locales: keys and types checked, and that every repair flow finds its text."""

from typing import Any, get_args

import msgspec

from botkit.errors import Place, Problem
from botkit.expressions import free_names
from botkit.flows.contexts import Context
from botkit.flows.defaults import repair_keys
from botkit.flows.language import RESERVED
from botkit.flows.nodes import Node, describe
from botkit.flows.reader import read
from botkit.flows.shapes import Report, fields, mean
from botkit.model.locales import Control, Locale
from botkit.model.words import fold


def read_locale(text: str, file: str) -> tuple[Locale | None, tuple[Problem, ...]]:
    """Read one locale file; the locale is None if there are errors. All problems at once, sorted by place."""
    node, problems = read(text, file)
    report = Report()
    report.extend(problems)
    if node is None or node.kind != "mapping":
        if not problems:
            found = describe(node) if node else "nothing"
            report.error(Place(file), "wrong-type", f"a locale file is a mapping, not {found}")
        return None, tuple(report.problems)
    values = _struct(node, "a locale", Locale, report)
    _complete(node, values, report)
    locale = None if report.errors else Locale(**values)
    return locale, tuple(sorted(report.problems, key=lambda problem: (problem.place, problem.message)))


def _struct(node: Node, what: str, kind: Any, report: Report) -> dict[str, Any]:
    """Read a mapping by the fields of a Struct: what could be read of each, wrong types being problems."""
    infos = {info.name: info for info in msgspec.structs.fields(kind)}
    required = tuple(name for name, info in infos.items() if info.required)
    values: dict[str, Any] = {}
    for name, value in fields(node, what, tuple(infos), report, required).items():
        inner = infos[name].type
        before = report.errors
        if isinstance(inner, type) and issubclass(inner, msgspec.Struct):
            found = _struct(value, f"'{name}'", inner, report)
            if report.errors == before:
                values[name] = inner(**found)
        else:
            _convert(name, value, inner, values, report)
    return values


def _convert(name: str, node: Node, kind: Any, values: dict[str, Any], report: Report) -> None:
    try:
        values[name] = msgspec.convert(node.plain(), kind)
    except msgspec.ValidationError as error:
        said, _, path = str(error).partition(" - at ")
        report.error(_follow(node, path.strip("`")), "wrong-type", f"'{name}': {said[:1].lower()}{said[1:]}")


def _follow(node: Node, path: str) -> Place:
    """Find the place of a path of msgspec (`$[3]`, `$[...]` for some key); the nearest that is known."""
    if node.kind == "list" and path.startswith("$["):
        index = path[2:].partition("]")[0]
        return node.items[int(index)].place if index.isdigit() else node.place
    return node.place


def _complete(node: Node, values: dict[str, Any], report: Report) -> None:
    control, repair = node.get("control"), node.get("repair")
    if control is not None and "control" in values:
        fields(control, "'control'", get_args(Control), report, get_args(Control))
    if repair is not None and "repair" in values:
        _check_repair(repair, report)
        _check_person(repair, values, report)


def _check_repair(node: Node, report: Report) -> None:
    keys = repair_keys()
    found = fields(node, "'repair'", sorted(keys), report, sorted(keys))
    context = Context(report, {})
    for key, value in found.items():
        before = report.errors
        context.template(value, value.raw)
        known = keys[key] | set(RESERVED)
        if report.errors > before:
            continue
        for name in sorted(free_names(value.raw, "template") - known):
            message = f"the text {key!r} does not know the name {name!r}"
            report.error(value.place, "unknown-name", message, mean(name, sorted(known)))


def _check_person(node: Node, values: dict[str, Any], report: Report) -> None:
    """Check that pressing the button for a person, where buttons are only texts, is understood."""
    label = node.get("talk_to_person")
    phrases = values.get("control", {}).get("person")
    if label is not None and phrases is not None and fold(label.raw) not in map(fold, phrases):
        message = f"the button {label.raw!r} is none of the phrases in control.person"
        report.error(label.place, "unknown-phrase", message, "add it there")
