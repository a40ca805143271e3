"""Completions: whether one came to its end, and what is kept of it in the record of a turn."""

from typing import Any, Final

import msgspec

from botkit.errors import ModelError
from botkit.model.completions import ChatMessage, Completion, Usage
from botkit.ports.models import ModelRequest

MOST_SENT: Final = 12_000  # characters of what was asked that are kept with a result


def whole(completion: Completion) -> Completion:
    """Give a completion that came to its end. Raises ModelError for another."""
    if completion.finish == "filter":
        raise ModelError("the provider's filter stopped it", reason="refused")
    if completion.finish == "length":
        raise ModelError("it was cut off at its limit of tokens", reason="truncated")
    return completion


def used_by(request: ModelRequest, *made: Completion) -> dict[str, Any]:
    """Give what completions of a request used together, as the record has it."""
    usage = Usage(
        sum(one.usage.input for one in made),
        sum(one.usage.output for one in made),
        sum(one.usage.cached for one in made),
        sum(one.usage.cost for one in made),
        guessed=any(one.usage.guessed for one in made),
    )
    return {
        "model": made[-1].model,
        "usage": msgspec.to_builtins(usage),
        "tokens": usage.tokens,
        "seconds": round(sum(one.seconds for one in made), 3),
        "first": round(made[0].first, 3),
        "sent": _sent(request),
    }


def _sent(request: ModelRequest) -> list[list[str]]:
    """Give what was said since the model's last message, and the system message where it had said nothing yet."""
    messages = list(request.messages)
    said = [at for at, message in enumerate(messages) if message.role == "assistant"]
    shown: list[ChatMessage] = messages[said[-1] + 1 :] if said else messages
    left, found = MOST_SENT, []
    for message in shown:
        found.append([message.role, message.text[:left]])
        left = max(0, left - len(message.text))
    return found
