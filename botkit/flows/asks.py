"""The slots of a flow: which of its asks define them, and which question an ask without words repeats."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from botkit.flows.contexts import Context
from botkit.flows.drafts import Block, Draft
from botkit.flows.ids import walk
from botkit.flows.speeches import assemble
from botkit.model.definitions import SlotDef, Speech


class Asked(NamedTuple):
    """The slots that a flow has of its own, all slots that it asks for, and the first question for each."""

    own: dict[str, SlotDef]
    slots: dict[str, SlotDef]
    speeches: dict[str, Speech]


def settle(block: Block, declared: Mapping[str, SlotDef], context: Context) -> Asked:
    """Look through the asks of a flow; a second definition of a slot is an error, a missing question a warning."""
    asks = [draft for draft in walk(block) if draft.kind == "ask"]
    defined = _definitions(asks, declared, context)
    speeches: dict[str, Speech] = {}
    for draft in asks:
        speech = assemble(draft.values, "say")
        if speech.variants:
            speeches.setdefault(draft.values["ask"], speech)
    for draft in asks:
        name = draft.values["ask"]
        if name not in speeches:
            message = f"nothing in this flow says how to ask for '{name}'"
            context.report.warn(draft.place, "missing-question", message, "add 'say:' with the question")
    own = {**declared, **{name: slot for name, slot in defined.items() if name not in context.shared}}
    return Asked(own, {**own, **context.shared}, speeches)


def _definitions(asks: Iterable[Draft], declared: Mapping[str, SlotDef], context: Context) -> dict[str, SlotDef]:
    """Find the definition of each slot that is asked for: the first ask that has one wins."""
    found: dict[str, tuple[SlotDef, bool]] = {}
    for draft in asks:
        name, slot, key = draft.values["ask"], draft.values["slot"], draft.values["defines"]
        known = declared.get(name) or context.shared.get(name)
        if key is not None and known is not None:
            where = "shared slot" if name in context.shared else "slot of this flow"
            message = f"'{key.raw}' defines the {where} '{name}' again"
            context.report.error(key.place, "slot-redefined", message, f"its definition is at {known.place}")
        first = found.get(name)
        if first is None or (key is not None and not first[1]):
            found[name] = (slot, key is not None)
        elif key is not None and (first[0].type, first[0].many) != (slot.type, slot.many):
            message = f"the slot '{name}' is {first[0].type} in another ask of this flow, and {slot.type} here"
            context.report.error(key.place, "slot-redefined", message, f"the other is at {first[0].place}")
    return {name: slot for name, (slot, _) in found.items() if name not in declared}
