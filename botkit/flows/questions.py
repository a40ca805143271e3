"""Readers of slots and of what belongs to a question: options, rules, silence."""

from typing import Any, NamedTuple

from msgspec.structs import replace

from botkit.flows import shapes
from botkit.flows.contexts import Context, Parser, is_template
from botkit.flows.language import OPTION, RULE, SILENCE, SLOT, TYPES
from botkit.flows.nodes import Node
from botkit.flows.patterns import refuse
from botkit.flows.speeches import whole_template
from botkit.flows.values import text
from botkit.model.definitions import Option, Rule, Silence, SlotDef, Text


def slot_type(node: Node, what: str, context: Context) -> str | None:
    """Read the name of a slot type."""
    name = shapes.text(node, what, context.report)
    if name is None or name in TYPES or name in context.types:
        return name
    hint = shapes.mean(name, (*TYPES, *sorted(context.types)))
    context.report.error(node.place, "unknown-type", f"there is no slot type {name[:40]!r}", hint)
    return None


class Titled(NamedTuple):
    """What a slot is called: by the bot, and by customers besides."""

    title: Text
    also: tuple[str, ...] = ()


def titles(node: Node, what: str, context: Context) -> Titled | None:
    """Read what a slot is called: a text or a list, for all locales or for each; of a list the bot says the first."""
    entries = tuple((key, _first(value)) for key, value in node.entries)
    title = text(replace(node, entries=entries) if entries else _first(node), what, context)
    lists = [node, *(value for _, value in node.entries)]
    also = [_alias(item, what, context) for one in lists if one.kind == "list" for item in one.items[1:]]
    return Titled(title, tuple(filter(None, also))) if title is not None else None


def _first(node: Node) -> Node:
    return node.items[0] if node.items else node


def _alias(node: Node, what: str, context: Context) -> str | None:
    source = shapes.text(node, f"an entry of {what}", context.report)
    if source is not None and (not source.strip() or is_template(source)):
        hint = "the first entry is what the bot says, the others are what customers say"
        context.report.expected(node, f"an entry of {what} behind the first", "a plain text", hint)
        return None
    return source


def pattern(node: Node, what: str, context: Context) -> str | None:
    """Read a regular expression that cannot run away."""
    found = shapes.text(node, what, context.report)
    if found is None:
        return None
    why = refuse(found)
    if why:
        context.report.error(
            node.place, "bad-pattern", f"{what} cannot be used: {why}", "repeat single letters: [A-Z]{1,3}-\\d{5}"
        )
        return None
    return found


def options(node: Node, what: str, context: Context) -> tuple[Option, ...] | str | None:
    """Read options: value → label, a list of values or `{value, label}`, or a template that gives them."""
    if node.kind == "scalar" and whole_template(node):
        context.template(node, node.raw)
        return node.raw.strip()
    if node.kind == "scalar":
        context.report.expected(node, what, "a mapping or a list", 'or one template: "{{ ... }}"')
        return None
    if not node.items and not node.entries:
        context.report.error(
            node.place, "no-options", f"{what} has nothing to choose from", "write at least one option"
        )
        return None
    if node.kind == "mapping":
        found = [_labelled(key, value, context) for key, value in node.entries]
    else:
        found = [_option(item, context) for item in node.items]
    return tuple(one for one in found if one is not None)


def _labelled(key: Node, value: Node, context: Context) -> Option | None:
    label = text(value, f"the label of {key.raw!r}", context)
    return None if label is None else Option(_spelled(key), label)


def _spelled(node: Node) -> Any:
    return node.raw if node.value is None else node.value


def _option(node: Node, context: Context) -> Option | None:
    if node.kind == "scalar":
        label = text(node, "an option", context)
        return None if label is None else Option(node.value, label)
    values = context.read(OPTION, node, "an option")
    if "value" not in values:
        return None
    return Option(values["value"], values.get("label") or Text({"": str(values["value"])}, node.place))


def checks(node: Node, what: str, context: Context) -> tuple[Rule, ...]:  # noqa: ARG001 - a reader like the others
    """Read the rules of a slot: a list, or one."""
    found = (context.read(RULE, item, "a rule of 'check'") for item in shapes.one_or_more(node))
    return tuple(Rule(values["if"], values.get("say")) for values in found if "if" in values)


def silence(node: Node, what: str, context: Context) -> Silence | None:
    """Read what happens when no reply comes."""
    values = context.read(SILENCE, node, what)
    if node.kind != "mapping":
        return None
    if ("say" in values) != ("after" in values):
        missing, there = ("after", "say") if "say" in values else ("say", "after")
        context.report.error(
            node.place, "missing-key", f"{what} has {there!r} but no {missing!r}", "a reminder needs both"
        )
    elif not values.keys() - {"hours"}:
        context.report.error(node.place, "missing-key", f"{what} says nothing", "write 'after' and 'say', or 'end'")
    elif 0 < values.get("end", 0) <= values.get("after", 0):
        context.report.error(
            node.place, "silence-order", f"{what} ends the flow before its reminder", "'end' is later than 'after'"
        )
    return Silence(**values)


def define(name: str, values: dict[str, Any], node: Node, context: Context) -> SlotDef:
    """Make a slot of the values read by the keys of `language.SLOT`."""
    listed = values.get("options", ())
    computed = isinstance(listed, str)
    kind = values.get("type") or ("choice" if listed else "text")
    if not listed and node.get("options") is None:
        if kind == "choice":
            context.report.error(
                node.place, "missing-key", f"the slot '{name}' is a choice and needs the key 'options'"
            )
        if values.get("many"):
            context.report.error(
                node.place, "missing-key", f"the slot '{name}' has 'many' and needs the key 'options'"
            )
    if values.get("optional") and not values.get("many"):
        message = f"the slot '{name}' has 'optional', which goes with 'many' only"
        hint = "leave 'optional' out, or add an option for none"
        context.report.error(node.place, "conflicting-keys", message, hint)
    if values.get("past") and kind not in {"date", "datetime"}:
        message = f"the slot '{name}' has 'past', which goes with the types date and datetime only, not {kind}"
        context.report.error(node.place, "conflicting-keys", message, "leave 'past' out, or write 'type: date'")
    called: Titled | None = values.get("title")
    return SlotDef(
        name,
        type=kind,
        pattern=values.get("pattern", ""),
        options=() if computed else listed,
        options_from=listed if computed else "",
        many=values.get("many", False),
        checks=values.get("check", ()),
        description=values.get("description", ""),
        secret=values.get("secret", False),
        carry=values.get("carry", "offer"),
        initial=values.get("initial"),
        place=node.place,
        past=values.get("past", False),
        title=called.title if called is not None else None,
        optional=values.get("optional", False),
        also=called.also if called is not None else (),
    )


def slots(node: Node, what: str, context: Context) -> dict[str, SlotDef]:
    """Read `slots:`."""
    found: dict[str, SlotDef] = {}
    for key, value in shapes.named(node, what, context.report):
        name = context.name(key, "the name of a slot")
        if name is not None:
            found[name] = slot(name, key, value, context)
    return found


def slot(name: str, key: Node, node: Node, context: Context) -> SlotDef:
    """Read one slot; without keys it is a text."""
    values = {} if node.empty else context.read(SLOT, node, f"the slot '{name}'")
    return define(name, values, Node("mapping", key.place, entries=node.entries), context)


PARSERS: dict[str, Parser] = {
    "type": slot_type,
    "titles": titles,
    "pattern": pattern,
    "options": options,
    "checks": checks,
    "silence": silence,
    "slots": slots,
}
