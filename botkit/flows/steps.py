"""Readers of steps: each mapping becomes a draft of its kind, by the table in `language`."""

from collections.abc import Iterator
from typing import Any

from botkit.flows import shapes
from botkit.flows.contexts import Context, Parser
from botkit.flows.drafts import Block, Draft
from botkit.flows.language import RETRY, WAIT
from botkit.flows.nodes import Node
from botkit.flows.questions import define
from botkit.flows.stepkinds import COMMON, STEP_KINDS
from botkit.flows.values import data, duration, text
from botkit.model.definitions import Text

_COMMON = tuple(key.name for key in COMMON)
_DEFINING = ("type", "pattern", "options", "many", "optional", "check", "title", "description", "secret", "carry")


def steps(node: Node, what: str, context: Context) -> Block | None:
    """Read a list of steps, or one step; there is at least one."""
    if node.kind == "list" and not node.items:
        context.report.error(node.place, "empty-steps", f"{what} has no steps", "write steps, or leave the key out")
        return None
    if node.kind == "scalar" and node.raw != "end":
        context.report.expected(node, what, "steps")
        return None
    return flow_steps(node, what, context)


def flow_steps(node: Node, what: str, context: Context) -> Block:  # noqa: ARG001 - a reader like the others
    """Read the steps of a flow, of which there may be none."""
    found = (step(item, context) for item in (() if node.empty else shapes.one_or_more(node)))
    return Block(tuple(draft for draft in found if draft is not None))


def step(node: Node, context: Context) -> Draft | None:
    """Read one step: a mapping with a kind among its keys, or the word `end`."""
    if node.kind == "scalar" and node.raw == "end":
        return Draft("end", node.place, {})
    if node.kind != "mapping":
        context.report.expected(node, "a step", "a mapping like 'say: Hello!', or the word end")
        return None
    kind = _kind(node, context)
    return None if kind is None else _draft(kind, node, context)


def _kind(node: Node, context: Context) -> str | None:
    """Find the one key that says what a step does; others that are kinds too may be keys of it."""
    keys = [key.raw for key, _ in node.entries]
    kinds = [key for key in keys if key in STEP_KINDS]
    if "ask" in kinds:
        kinds = [kind for kind in kinds if kind != "say"]
    if len(kinds) > 1 and not {"then", "else"} & set(keys):
        kinds = [kind for kind in kinds if kind != "if"]
    if not kinds:
        _unknown(node, context)
        return None
    if len(kinds) > 1:
        message = f"a step does one thing, but here stand {kinds[0]!r} and {kinds[1]!r}"
        context.report.error(node.place, "several-kinds", message, "make them two steps: each begins with '- '")
        return None
    if kinds == ["if"] and not {"then", "else"} & set(keys):
        _conditional(node, context)
        return None
    return kinds[0]


def _conditional(node: Node, context: Context) -> None:
    """Say what an `if` without `then` lacks: a branch, or the step whose condition it was to be."""
    others = [key for key, _ in node.entries if key.raw not in _COMMON]
    if others:
        known = ("then", "else", *STEP_KINDS)
        message = f"a step has no key {others[0].raw!r}"
        context.report.error(others[0].place, "unknown-key", message, shapes.mean(others[0].raw, known))
    else:
        context.report.error(node.place, "missing-key", "the step 'if' needs the key 'then'")


def _unknown(node: Node, context: Context) -> None:
    others = [key for key, _ in node.entries if key.raw not in _COMMON]
    if not others:
        context.report.error(
            node.place, "unknown-kind", "this step does nothing", f"kinds of steps: {', '.join(STEP_KINDS)}"
        )
        return
    hints = [hint for key in others if (hint := shapes.meant_by(key.raw, STEP_KINDS))]
    key = others[0]
    if key.raw in {"then", "else", "elif", "else if"}:
        hints = ["it belongs to a step 'if', at the same depth: one step with 'if', 'then' and 'else'"]
    elif key.raw.startswith("if "):
        hints = [f"write 'if: {key.raw[3:].strip()}', and the steps below 'then'"]
    hint = hints[0] if hints else f"kinds of steps: {', '.join(STEP_KINDS)}"
    context.report.error(key.place, "unknown-kind", f"there is no kind of step called {key.raw[:40]!r}", hint)


def _draft(name: str, node: Node, context: Context) -> Draft:
    kind = STEP_KINDS[name]
    extra = tuple(key for key in COMMON if key.name != name)
    before = context.report.errors
    values = context.read(kind, node, f"the step '{name}'", extra)
    when = values.pop("if", None) if name != "if" else None
    written = values.pop("id", "")
    if context.report.errors == before:
        _complete(name, node, values, context)
    return Draft(name, node.place, values, tuple(_blocks(name, values)), when, written)


def _complete(name: str, node: Node, values: dict[str, Any], context: Context) -> None:
    """Check what the table cannot say of a kind."""
    if name == "say":
        _something_said(node, values, context)
    elif name == "ask":
        _slot(node, values, context)
    elif name in ("confirm", "rate") and not (values[name] or values.get("variants")):
        context.report.error(node.place, "empty-text", f"'{name}' is empty", "write the question")
    elif name == "rate" and values.get("low_at", 2) >= values.get("scale", 5):
        context.report.error(node.place, "out-of-range", "'low_at' takes less than 'scale'")


def _something_said(node: Node, values: dict[str, Any], context: Context) -> None:
    if not any(values.get(key) for key in ("say", "variants", "image", "file", "cards")):
        context.report.error(node.place, "empty-text", "'say' is empty", "write a text, or remove the step")


def _slot(node: Node, values: dict[str, Any], context: Context) -> None:
    """Put the slot of an `ask` into its values: the shared one, or the one that the ask defines.

    `defines` is the first key by which it does; the flow's own slots are looked up when it is whole.
    """
    name = values["ask"]
    values["defines"] = next((key for key, _ in node.entries if key.raw in _DEFINING), None)
    values["slot"] = context.shared.get(name) or define(name, values, node, context)


def cases(node: Node, what: str, context: Context) -> tuple[tuple[Any, str, Block], ...]:
    """Read (value, text as written, steps) of each case; the value None stands for `default`."""
    found = []
    for key, value in shapes.named(node, what, context.report):
        block = steps(value, f"the case {key.raw!r}", context)
        if block is not None:
            found.append((None if key.raw == "default" else key.value, key.raw, block))
    if node.kind == "mapping" and not node.entries:
        context.report.error(node.place, "empty-steps", f"{what} has no cases", "write one, or 'default'")
    return tuple(found)


def retry(node: Node, what: str, context: Context) -> tuple[Text | Block, ...]:
    """Read what unusable replies get: texts and `{steps: [...]}`, a list or one."""
    found: list[Text | Block | None] = []
    for item in shapes.one_or_more(node):
        if item.kind == "mapping" and item.get("steps") is not None:
            found.append(context.read(RETRY, item, f"an entry of {what}").get("steps"))
        else:
            found.append(text(item, f"an entry of {what}", context))
    return tuple(one for one in found if one is not None)


def wait(node: Node, what: str, context: Context) -> dict[str, Any] | None:
    """Read what is waited for: a duration, or a mapping with one of `for`, `until` and `event`."""
    if node.kind == "scalar":
        found = duration(node, what, context)
        return None if found is None else {"for": found}
    before = context.report.errors
    values = context.read(WAIT, node, what)
    ways = [name for name in ("for", "until", "event") if name in values]
    if len(ways) != 1 and context.report.errors == before:
        message = f"{what} takes one of 'for', 'until' and 'event'"
        context.report.error(node.place, "conflicting-keys" if ways else "missing-key", message)
    extra = [key for key in ("timeout", "otherwise", "save") if key in values]
    if ways != ["event"] and extra and context.report.errors == before:
        context.report.error(node.place, "conflicting-keys", f"'{extra[0]}' of {what} goes with 'event' only")
    if "otherwise" in values and "timeout" not in values and context.report.errors == before:
        context.report.error(node.place, "missing-key", f"'otherwise' of {what} needs the key 'timeout'")
    if "hours" in values and "for" not in values and context.report.errors == before:
        hint = "write until: now | next_open" if "until" in values else ""
        context.report.error(node.place, "conflicting-keys", f"'hours' of {what} goes with 'for' only", hint)
    return values


def end(node: Node, what: str, context: Context) -> Any:
    """Read what a flow ends with: `conversation`, a value, or nothing (an empty text)."""
    if node.empty:
        return ""
    return "conversation" if node.value == "conversation" and not node.quoted else data(node, what, context)


def _blocks(name: str, values: dict[str, Any]) -> Iterator[tuple[str, Block]]:
    """List the blocks of a step with their labels, in the order of the table."""
    for key in STEP_KINDS[name].keys:
        value = values.get(key.name)
        if isinstance(value, Block):
            yield key.name, value
        elif key.shape == "cases":
            yield from ((spelled, block) for _, spelled, block in value or ())
        elif key.shape == "retry":
            yield from (("retry", block) for block in value or () if isinstance(block, Block))
        elif key.shape == "wait" and value and "otherwise" in value:
            yield "otherwise", value["otherwise"]


PARSERS: dict[str, Parser] = {
    "steps": steps,
    "flow_steps": flow_steps,
    "cases": cases,
    "retry": retry,
    "wait": wait,
    "end": end,
}
