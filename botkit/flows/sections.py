"""Readers of what stands in a flow file's sections: intents, answers, flows."""

import re
from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from botkit.flows import shapes
from botkit.flows.asks import settle
from botkit.flows.contexts import Context, Parser
from botkit.flows.drafts import Block
from botkit.flows.ids import assign
from botkit.flows.keys import NAME
from botkit.flows.language import ANSWER, FLOW, INTENT, START
from botkit.flows.linking import link
from botkit.flows.nodes import Node
from botkit.flows.speeches import assemble
from botkit.flows.steps import flow_steps
from botkit.model.catalogue import ActionSpec
from botkit.model.definitions import Answer, Flow, Goto, Intent, SlotDef, Start, Step

_ANNOTATED = re.compile(r"\[([^\[\]]+)\]\(([^()]*)\)")


def examples(node: Node, what: str, context: Context) -> tuple[tuple[str, Node], ...]:
    """Read wordings: a list of texts, or one text with a wording in each line."""
    found = []
    for item in shapes.one_or_more(node):
        source = shapes.text(item, f"an entry of {what}", context.report)
        lines = [] if source is None else [line.strip() for line in source.splitlines()]
        if source is not None and not any(lines):
            context.report.error(item.place, "empty-text", f"an entry of {what} is empty")
        found += [(line, item) for line in lines if line]
    if node.kind == "list" and not node.items:
        context.report.error(node.place, "empty-text", f"{what} is empty", "write how customers say it")
    return tuple(found)


def unmarked(source: str) -> str:
    """Give an example without its annotations."""
    return _ANNOTATED.sub(r"\1", source)


def start(node: Node, what: str, context: Context) -> Start:
    """Read what starts a flow."""
    values = context.read(START, node, what)
    return Start(values.get("intents", ()), values.get("commands", ()), values.get("events", ()))


def intent(name: str, key: Node, node: Node, context: Context) -> Intent:
    """Read an intent; annotations are taken out of its examples."""
    values = context.read(INTENT, node, f"the intent '{name}'")
    entities: list[tuple[str, str]] = []
    plain = []
    for source, at in values.get("examples", ()):
        for text, slot in _ANNOTATED.findall(source):
            if re.fullmatch(NAME, slot):
                entities.append((slot, text))
            else:
                context.report.error(at.place, "bad-name", f"{slot!r} in an example cannot be the name of a slot")
        plain.append(unmarked(source))
    return Intent(name, tuple(dict.fromkeys(plain)), values.get("description", ""), tuple(entities), key.place)


def answer(name: str, key: Node, node: Node, context: Context) -> Answer:
    """Read a frequent question and its reply."""
    values = context.read(ANSWER, node, f"the answer '{name}'")
    questions = tuple(dict.fromkeys(source for source, _ in values.get("questions", ())))
    speech = assemble(values, "say")
    if not speech.variants and "say" in values:
        context.report.error(key.place, "empty-text", f"the answer '{name}' says nothing", "write a text")
    return Answer(name, questions, speech, key.place)


def flow(
    name: str, key: Node, node: Node, context: Context, actions: Mapping[str, ActionSpec], *, builtin: bool = False
) -> Flow:
    """Read a flow: a mapping, or its steps alone. One with errors has no steps, so that others can name it."""
    before = context.report.errors
    values: dict[str, Any] = {}
    if node.kind == "list":
        values["steps"] = flow_steps(node, "'steps'", context)
    else:
        values = context.read(FLOW, node, f"the flow '{name}'")
    declared = values.get("slots", {})
    if not builtin:
        _keep_shared(name, declared, context)
    block: Block = values.get("steps", Block(()))
    whole = Flow(
        name,
        title=values.get("title"),
        description=values.get("description"),
        start=values.get("start", Start()),
        only_if=values.get("only_if"),
        slots=declared,
        place=key.place,
        builtin=builtin,
    )
    if context.report.errors > before:
        return whole
    named = assign(block, context)
    asked = settle(block, declared, context)
    if context.report.errors > before:
        return whole
    steps = link(named, asked, actions)
    _keep_unnamed(name, steps, context)
    return replace(whole, first=named[0].id if named else "", steps=steps, slots=asked.own)


def _keep_unnamed(name: str, steps: Mapping[str, Step], context: Context) -> None:
    """Refuse to go to a step by an id that was not written: it would change when equals are added."""
    for step in steps.values():
        target = steps.get(step.body.target) if isinstance(step.body, Goto) else None
        if target is not None and not target.named:
            message = f"flow '{name}' has no step whose written id is '{target.id}'"
            context.report.error(step.place, "unknown-step", message, f"write 'id: {target.id}' at {target.place}")


def _keep_shared(name: str, declared: Mapping[str, SlotDef], context: Context) -> None:
    for slot in declared.values():
        shared = context.shared.get(slot.name)
        if shared is not None:
            message = f"the flow '{name}' defines the shared slot '{slot.name}' again"
            context.report.error(slot.place, "slot-redefined", message, f"its definition is at {shared.place}")


PARSERS: dict[str, Parser] = {"examples": examples, "start": start}
