"""Of which kind a slot's value is, where only asks fill it, so that its type says so."""

from collections.abc import Mapping
from typing import Final, Literal

from botkit.flows.checks.graphs import changes
from botkit.flows.checks.survey import Survey
from botkit.model.definitions import Ask, Flow, SlotDef

Family = Literal["number", "text", "duration", "day", "time", "truth", "money"]

FAMILIES: Final[Mapping[str, Family]] = {
    "number": "number", "integer": "number", "text": "text", "email": "text", "phone": "text",
    "duration": "duration", "date": "day", "datetime": "day", "time": "time", "boolean": "truth", "money": "money",
}  # fmt: skip
NAMES: Final[Mapping[Family, str]] = {
    "number": "a number", "text": "a text", "duration": "a duration", "day": "a date", "time": "a time",
    "truth": "true or false", "money": "an amount of money",
}  # fmt: skip


def family_of(slot: SlotDef) -> Family | None:
    """Give the kind of a slot's value; one with options has those, and types of plugins are not known."""
    return None if slot.options or slot.options_from else FAMILIES.get(slot.type)


def shared_by_ask(survey: Survey) -> dict[str, SlotDef]:
    """Give the shared slots that nothing but an ask fills, in any flow."""
    steps = [step for flow in survey.bot.flows.values() for step in flow.steps.values()]
    others = {name for step in steps if not isinstance(step.body, Ask) for name in changes(step)}
    return {name: slot for name, slot in survey.bot.slots.items() if name not in others}


def filled_by_ask(survey: Survey, flow: Flow) -> dict[str, SlotDef]:
    """Give the slots of a flow's own that nothing but its asks fill."""
    others = {n for step in flow.steps.values() if not isinstance(step.body, Ask) for n in changes(step)}
    others |= survey.handed.get(flow.name, frozenset()) | survey.bot.slots.keys()
    found: dict[str, SlotDef] = {}
    for step in flow.steps.values():
        if isinstance(step.body, Ask) and step.body.slot.name not in others:
            found.setdefault(step.body.slot.name, step.body.slot)
    return found
