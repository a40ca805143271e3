"""Counting: about how many tokens a text has, where nobody says."""

from typing import Final

import msgspec

from botkit.model.completions import ChatMessage, Completion
from botkit.ports.models import ModelRequest

_WIDE: Final = 1.0  # tokens of a character of Chinese, Japanese, Korean and of pictures
_NARROW: Final = 0.3  # of the others: English has 0.25, German 0.3
_OF_MESSAGE: Final = 4  # around a message, in the chat formats that are known
_OF_IMAGE: Final = 1000


def guess_tokens(text: str) -> int:
    """Give about how many tokens a text has: rather too many than too few."""
    if text.isascii():
        return int(len(text) * _NARROW) + 1 if text else 0
    wide = sum(letter >= "\u2e80" for letter in text)
    return int(wide * _WIDE + (len(text) - wide) * _NARROW) + 1


def guess_input(request: ModelRequest) -> int:
    """Give about how many tokens a request has."""
    count = sum(map(_of_message, request.messages))
    for tool in request.tools:
        count += guess_tokens(tool.name + tool.description) + guess_tokens(_json(tool.parameters))
    return count + (guess_tokens(_json(request.schema)) if request.schema else 0)


def guess_output(completion: Completion) -> int:
    """Give about how many tokens a completion has."""
    return guess_tokens(completion.text) + sum(guess_tokens(call.name + call.arguments) for call in completion.calls)


def _of_message(message: ChatMessage) -> int:
    calls = sum(guess_tokens(call.name + call.arguments) for call in message.calls)
    return _OF_MESSAGE + guess_tokens(message.text) + calls + _OF_IMAGE * len(message.images)


def _json(data: object) -> str:
    return msgspec.json.encode(data).decode()
