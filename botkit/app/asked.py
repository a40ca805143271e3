"""What a language model was asked and gave, as the record of a turn has it."""

import json
from typing import Any

import msgspec

from botkit.model.completions import Asked
from botkit.model.events import Event, Result
from botkit.model.values import from_json


class Gave(msgspec.Struct, frozen=True):
    """What a model gave for one call of it: commands, calls that it wants, a text."""

    commands: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    text: str = ""


def asked_of(event: Event) -> Asked | None:
    """Give what models were asked for a call that ended; None where none was."""
    return event.asked if isinstance(event, Result) and event.asked is not None and event.asked.times else None


def given_by(event: Event) -> Gave:
    """Read what a model gave; nothing of an event that is none of its own, such as an action's that asked one."""
    value = from_json(event.value) if isinstance(event, Result) else None
    if not isinstance(value, dict) or "tokens" not in value:
        return Gave()
    return Gave(
        commands=tuple(_written(one) for one in value.get("commands", ())),
        calls=tuple(f"{one.get('name')} {one.get('arguments')}" for one in value.get("calls", ())),
        text=str(value.get("text", "")),
    )


def _written(command: Any) -> str:
    """Write a command without the keys that say nothing."""
    said = {key: value for key, value in command.items() if value} if isinstance(command, dict) else command
    return json.dumps(said, ensure_ascii=False)
