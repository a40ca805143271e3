"""What a language model was asked and gave, as the record of a turn has it."""

import json
from typing import Any

import msgspec

from botkit.model.events import Event, Result
from botkit.model.values import from_json


class Asked(msgspec.Struct, frozen=True):
    """One call of a model: what it was sent since its last message, what it gave, and what that used.

    `seconds` is all of it, `first` until its first token; `cost` is in the currency of bot.yaml.
    """

    model: str = ""
    input: int = 0
    output: int = 0
    cached: int = 0
    cost: float = 0.0
    seconds: float = 0.0
    first: float = 0.0
    sent: tuple[tuple[str, str], ...] = ()
    commands: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    text: str = ""


def asked_of(event: Event) -> Asked | None:
    """Read what an event has of a call of a model; None where it is none."""
    value = from_json(event.value) if isinstance(event, Result) else None
    if not isinstance(value, dict) or not isinstance(value.get("usage"), dict) or "sent" not in value:
        return None
    usage = value["usage"]
    return Asked(
        model=str(value.get("model", "")),
        **{name: usage.get(name, 0) for name in ("input", "output", "cached", "cost")},
        seconds=float(value.get("seconds", 0)),
        first=float(value.get("first", 0)),
        sent=tuple((str(role), str(text)) for role, text in value["sent"]),
        commands=tuple(_written(one) for one in value.get("commands", ())),
        calls=tuple(f"{one.get('name')} {one.get('arguments')}" for one in value.get("calls", ())),
        text=str(value.get("text", "")),
    )


def _written(command: Any) -> str:
    """Write a command without the keys that say nothing."""
    said = {key: value for key, value in command.items() if value} if isinstance(command, dict) else command
    return json.dumps(said, ensure_ascii=False)
