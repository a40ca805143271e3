"""Pins: arguments of a model's tools that the flow gives, so that the model cannot choose whose orders it sees."""

from collections.abc import Mapping
from typing import Any

from botkit.dialogue.work import Work
from botkit.errors import ExpressionError
from botkit.expressions import value_of
from botkit.model.definitions import Agent, Value
from botkit.model.session import ToolUse
from botkit.model.values import to_json

Pins = Mapping[str, Mapping[str, Any]]
"""The values of the arguments that are pinned, by action; none is one that is not known yet."""


def pins_of(work: Work, body: Agent) -> dict[str, dict[str, Any]]:
    """Give the arguments that are pinned, as they are now (`values.to_json` form)."""
    return {
        action: {name: _value(work, value) for name, value in values.items()} for action, values in body.pins.items()
    }


def _value(work: Work, value: Value) -> Any:
    if value.static:
        return to_json(value.data)
    try:
        return to_json(value_of(value.data, work.scope()))
    except ExpressionError:
        return None


def why_not(pins: Mapping[str, Any], args: Mapping[str, Any]) -> str:
    """Say why arguments that a model wrote may not go together with those that are pinned, or nothing."""
    written = [name for name in pins if name in args]
    if written:
        return f"{', '.join(written)}: that is not yours to choose, leave it out."
    unknown = [name for name, value in pins.items() if value is None]
    return f"{', '.join(unknown)}: that is not known yet, so this cannot be called." if unknown else ""


def still_hold(pins: Pins, use: ToolUse) -> bool:
    """Tell whether a call still has the arguments that are pinned: who the customer is may have changed since."""
    return all(use.args.get(name) == value for name, value in pins.get(use.action, {}).items())
