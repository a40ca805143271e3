"""Readers of what a step says: texts and their variants, buttons, cards."""

from typing import Any

from botkit.flows import shapes
from botkit.flows.contexts import Context, Parser
from botkit.flows.language import BUTTON, CARD
from botkit.flows.nodes import Node
from botkit.flows.values import text
from botkit.model.definitions import ButtonDef, CardDef, Speech, Text

Listed = tuple[Any, ...] | str
"""Buttons or cards as read: the definitions, or the template that gives them."""


def speech(node: Node, what: str, context: Context) -> tuple[Text, ...] | None:
    """Read what is said: a text, one per locale, or `{variants: [...]}`; nothing leaves it to `variants`."""
    if node.kind == "mapping" and node.get("variants") is not None:
        found = shapes.fields(node, what, ("variants",), context.report)
        return variants(found["variants"], "'variants'", context)
    if node.kind == "list":
        context.report.expected(node, what, "a text", "alternatives stand under 'variants'")
        return None
    if node.empty:
        return ()
    found_text = text(node, what, context)
    return None if found_text is None else (found_text,)


def variants(node: Node, what: str, context: Context) -> tuple[Text, ...]:
    """Read a list of texts."""
    found = (text(item, what, context) for item in shapes.items(node, what, context.report))
    return tuple(one for one in found if one is not None)


def buttons(node: Node, what: str, context: Context) -> Listed | None:
    """Read a list of buttons, or a template that gives one."""
    return _listed(node, what, context, button)


def cards(node: Node, what: str, context: Context) -> Listed | None:
    """Read a list of cards, or a template that gives one."""
    return _listed(node, what, context, card)


def _listed(node: Node, what: str, context: Context, parser: Parser) -> Listed | None:
    if node.kind == "scalar" and whole_template(node):
        context.template(node, node.raw)
        return node.raw.strip()
    if node.kind != "list":
        context.report.expected(node, what, "a list", 'or one template: "{{ ... }}"')
        return None
    found = (parser(item, what, context) for item in node.items)
    return tuple(one for one in found if one is not None)


def whole_template(node: Node) -> bool:
    """Tell whether a text is one `{{ ... }}` and nothing beside it."""
    raw = node.raw.strip()
    return raw.startswith("{{") and raw.endswith("}}") and raw.count("{{") == 1


def button(node: Node, what: str, context: Context) -> ButtonDef | None:
    """Read a button: a mapping, or its label alone."""
    if node.kind == "scalar" or (node.entries and all(key.raw in context.known for key, _ in node.entries)):
        label = text(node, what, context)
        return None if label is None else ButtonDef(label)
    values = context.read(BUTTON, node, "a button")
    does = [name for name in ("value", "run", "url") if name in values]
    if len(does) > 1:
        hint = "a button has one of 'value', 'run' and 'url'"
        context.report.error(node.place, "conflicting-keys", f"a button has {does[0]!r} and {does[1]!r}", hint)
        return None
    return ButtonDef(**values) if "label" in values else None


def card(node: Node, what: str, context: Context) -> CardDef | None:  # noqa: ARG001 - a reader like the others
    """Read a card."""
    values = context.read(CARD, node, "a card")
    listed = values.pop("buttons", ())
    if isinstance(listed, str):
        place = node.get("buttons") or node
        context.report.expected(place, "'buttons' of a card", "a list", "a template can give the cards themselves")
        return None
    return CardDef(buttons=listed, **values) if "title" in values else None


def assemble(values: dict[str, Any], main: str) -> Speech:
    """Make the speech of a step from its values; `main` is the key of its first text."""
    listed = {name: values.get(name, ()) for name in ("buttons", "cards")}
    given = {(f"{name}_from" if isinstance(value, str) else name): value for name, value in listed.items()}
    return Speech(
        variants=(*values.get(main, ()), *values.get("variants", ())),
        image=values.get("image", ""),
        file=values.get("file", ""),
        **given,
    )


PARSERS: dict[str, Parser] = {"speech": speech, "variants": variants, "buttons": buttons, "cards": cards}
