"""Readers of single values: names, texts, templates, conditions, data, durations."""

import re
from typing import Any

from botkit.flows import shapes
from botkit.flows.contexts import Context, Parser, is_template
from botkit.flows.durations import seconds
from botkit.flows.keys import STEP_ID
from botkit.flows.nodes import Node
from botkit.flows.stepkinds import LIMITS
from botkit.model.definitions import Source, Text, Value

_STEP_ID = re.compile(STEP_ID)
_ACTION = re.compile(r"[^\W\d][\w-]*(\.[^\W\d]\w*)*")
_EVENT = re.compile(r"[^\W\d][\w.:-]*")
_COMMAND = re.compile(r"\w[\w-]*")


def text(node: Node, what: str, context: Context) -> Text | None:
    """Read a text: plain, or one per locale."""
    if node.kind == "mapping":
        return _per_locale(node, what, context)
    source = shapes.text(node, what, context.report)
    if source is None:
        return None
    if context.repair is not None and source.startswith("@"):
        return Text(dict(context.repair[source[1:]]), node.place)
    return _plain(node, source, what, context)


def _plain(node: Node, source: str, what: str, context: Context) -> Text | None:
    if not source.strip():
        context.report.error(node.place, "empty-text", f"{what} is empty", "write a text, or leave the key out")
        return None
    context.template(node, source)
    return Text({"": source}, node.place)


def _per_locale(node: Node, what: str, context: Context) -> Text | None:
    sources: dict[str, str] = {}
    for key, value in node.entries:
        if key.raw not in context.known:
            hint = shapes.mean(key.raw, context.locales)
            context.report.error(
                key.place, "unknown-locale", f"{what} has a text for {key.raw!r}, which is no locale here", hint
            )
            continue
        source = shapes.text(value, f"{what} in {key.raw!r}", context.report)
        found = None if source is None else _plain(value, source, f"{what} in {key.raw!r}", context)
        if found:
            sources[key.raw] = found.sources[""]
    if not node.entries:
        context.report.error(node.place, "empty-text", f"{what} is empty", "write a text, or one per locale")
    return Text(sources, node.place) if sources else None


def words(node: Node, what: str, context: Context) -> str | None:
    """Read a plain text that is no template."""
    return shapes.text(node, what, context.report)


def template(node: Node, what: str, context: Context) -> str | None:
    """Read a text that may be a template."""
    source = shapes.text(node, what, context.report)
    if source is not None:
        context.template(node, source)
    return source


def condition(node: Node, what: str, context: Context) -> Source | None:
    """Read an expression; true, false and numbers are expressions as they are written."""
    source = shapes.text(node, what, context.report)
    if source is None:
        return None
    source = source if node.quoted or not isinstance(node.value, bool) else node.raw.lower()
    if not source.strip():
        context.report.error(node.place, "empty-condition", f"{what} is empty", "write an expression")
        return None
    if source.strip().startswith("{{"):
        hint = "leave the braces out: an expression stands here, no text"
        context.report.error(node.place, "braces-in-condition", f"{what} has braces around its expression", hint)
        return None
    context.condition(node, source)
    return Source(source, node.place)


def data(node: Node, what: str, context: Context) -> Value:  # noqa: ARG001 - a reader like the others
    """Read data whose texts are templates."""
    static = _templates(node, context) == 0
    return Value(_data(node), static, node.place)


def _data(node: Node) -> Any:
    """Give plain data; a mapping's keys are texts, as JSON has them."""
    if node.kind == "list":
        return [_data(item) for item in node.items]
    if node.kind == "mapping":
        return {key.raw: _data(value) for key, value in node.entries}
    return node.value


def _templates(node: Node, context: Context) -> int:
    if node.kind == "scalar":
        found = isinstance(node.value, str) and is_template(node.value)
        if found:
            context.template(node, node.value)
        return int(found)
    return sum(_templates(value, context) for value in (*node.items, *(value for _, value in node.entries)))


def values(node: Node, what: str, context: Context) -> dict[str, Value]:
    """Read `{name: data}`."""
    found = {}
    for key, value in shapes.named(node, what, context.report):
        name = context.name(key, f"a name in {what}")
        if name is not None:
            found[name] = data(value, name, context)
    return found


def slot(node: Node, what: str, context: Context) -> str | None:  # noqa: ARG001 - a reader like the others
    """Read the name of a slot."""
    return context.name(node, "the name of a slot")


def flow(node: Node, what: str, context: Context) -> str | None:  # noqa: ARG001 - a reader like the others
    """Read the name of a flow."""
    return context.name(node, "the name of a flow")


def team(node: Node, what: str, context: Context) -> str | None:
    """Read the name of a team; in botkit's own flows `@team` is the bot's default one."""
    name = shapes.text(node, what, context.report)
    if context.repair is not None and name == "@team":
        return context.team
    return _fitting(node, name, _STEP_ID, f"{what} takes the name of a team", context)


def step_id(node: Node, what: str, context: Context) -> str | None:
    """Read the id of a step."""
    name = shapes.text(node, what, context.report)
    return _fitting(node, name, _STEP_ID, f"{what} takes the id of a step", context)


def action(node: Node, what: str, context: Context) -> str | None:
    """Read the name of an action: `plugin.action`."""
    name = shapes.text(node, what, context.report)
    return _fitting(node, name, _ACTION, f"{what} takes the name of an action", context)


def event(node: Node, what: str, context: Context) -> str | None:
    """Read the name of an event from outside."""
    name = shapes.text(node, what, context.report)
    return _fitting(node, name, _EVENT, f"{what} takes the name of an event", context)


def command(node: Node, what: str, context: Context) -> str | None:
    """Read a command; a slash before it is left out."""
    name = shapes.text(node, what, context.report)
    found = _fitting(node, name and name.removeprefix("/"), _COMMAND, f"{what} takes the name of a command", context)
    return found and found.casefold()


def tools(node: Node, what: str, context: Context) -> tuple[tuple[str, dict[str, Value]], ...]:
    """Read tools of a model: names of actions, or mappings with the arguments that are not its to choose (`with`)."""
    found: dict[str, dict[str, Value]] = {}
    for item in shapes.one_or_more(node):
        pins: dict[str, Value] = {}
        named: Node | None = item
        if item.kind == "mapping":
            inside = shapes.fields(item, "a tool", ("action", "with"), context.report, ("action",))
            named = inside.get("action")
            pins = values(inside["with"], "'with'", context) if "with" in inside else {}
        name = action(named, what, context) if named is not None else None
        if name is not None:
            found[name] = {**found.get(name, {}), **pins}
    return tuple(found.items())


def _fitting(node: Node, name: str | None, pattern: re.Pattern[str], message: str, context: Context) -> str | None:
    if name is None or pattern.fullmatch(name):
        return name
    hint = "a name has letters, digits, '_', '-' and '.', and begins with a letter"
    context.report.error(node.place, "bad-name", f"{message}, not {name[:40]!r}", hint)
    return None


def _many(parser: Parser) -> Parser:
    def read(node: Node, what: str, context: Context) -> tuple[str, ...]:
        found = (parser(item, what, context) for item in shapes.one_or_more(node))
        return tuple(dict.fromkeys(name for name in found if name is not None))

    return read


def intent(node: Node, what: str, context: Context) -> str | None:  # noqa: ARG001 - a reader like the others
    """Read the name of an intent."""
    return context.name(node, "the name of an intent")


def duration(node: Node, what: str, context: Context) -> float | None:
    """Read a duration in seconds."""
    found = seconds(node.raw) if node.kind == "scalar" else None
    if found is None:
        hint = (
            f"write {node.raw}s for seconds"
            if isinstance(node.value, int)
            else "a duration is like 90s, 10m, 1h30m, 24h, 7d"
        )
        context.report.expected(node, what, "a duration", hint)
    return found


def boolean(node: Node, what: str, context: Context) -> bool | None:
    """Read true or false."""
    return shapes.boolean(node, what, context.report)


def scale(node: Node, what: str, context: Context) -> int | None:
    """Read a score."""
    return shapes.integer(node, what, context.report, 1, 10)


def scalar(node: Node, what: str, context: Context) -> Any:
    """Read a text, a number, true or false."""
    if node.kind == "scalar" and node.value is not None:
        return node.value
    context.report.expected(node, what, "a text or a number")
    return None


def _one_of(*known: str) -> Parser:
    def read(node: Node, what: str, context: Context) -> str | None:
        return shapes.choice(node, what, known, context.report)

    return read


def _limits(kind: str) -> Parser:
    def read(node: Node, what: str, context: Context) -> dict[str, int]:
        found = shapes.fields(node, what, LIMITS[kind], context.report)
        limits = {name: shapes.integer(value, f"'{name}'", context.report, 1) for name, value in found.items()}
        return {name: limit for name, limit in limits.items() if limit is not None}

    return read


def question(node: Node, what: str, context: Context) -> Value | None:
    """Read the question of `answer`; nothing stands for what the customer wrote."""
    if node.kind == "scalar":
        return data(node, what, context)
    context.report.expected(node, what, "a text")
    return None


PARSERS: dict[str, Parser] = {
    "text": text,
    "words": words,
    "template": template,
    "condition": condition,
    "data": data,
    "values": values,
    "slot": slot,
    "flow": flow,
    "team": team,
    "teams": _many(team),
    "step_id": step_id,
    "action": action,
    "tools": tools,
    "event": event,
    "events": _many(event),
    "commands": _many(command),
    "names": _many(intent),
    "duration": duration,
    "boolean": boolean,
    "scale": scale,
    "scalar": scalar,
    "question": question,
    "fill": _one_of("anytime", "when_asked"),
    "carry": _one_of("offer", "silent"),
    "by_flow": _one_of("by flow"),
    "cancel_on": _one_of("message"),
    "agent_limits": _limits("agent"),
    "generate_limits": _limits("generate"),
}
