"""What is said between the bot and a language model: messages, tools, and what a completion used."""

from typing import Any, Literal

import msgspec

Role = Literal["system", "user", "assistant", "tool"]
Finish = Literal["stop", "length", "tools", "filter"]
"""Why a model stopped: it was done, its limit of tokens was reached, it calls tools, its provider's filter acted."""


class ToolCall(msgspec.Struct, frozen=True, array_like=True):
    """A call that a model wants: `name` is the tool's as it was offered, `arguments` the JSON text that it wrote."""

    id: str
    name: str
    arguments: str = "{}"


class ChatMessage(msgspec.Struct, frozen=True, array_like=True):
    """One message. A tool's result has the id of its `call`; `images` are data URLs or addresses, of a user only."""

    role: Role
    text: str = ""
    calls: tuple[ToolCall, ...] = ()
    call: str = ""
    images: tuple[str, ...] = ()


class Tool(msgspec.Struct, frozen=True):
    """A tool as a model is offered it: `parameters` is a JSON Schema of an object."""

    name: str
    description: str = ""
    parameters: dict[str, Any] = {}


class Usage(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a completion used: tokens in and out, those in that were cached, and what it cost, in bot.yaml's prices.

    `guessed` says that the server told no figures: the tokens are counted by length.
    """

    input: int = 0
    output: int = 0
    cached: int = 0
    cost: float = 0.0
    guessed: bool = False

    @property
    def tokens(self) -> int:
        """All of them."""
        return self.input + self.output


class Completion(msgspec.Struct, frozen=True):
    """What a model gave: a text, the calls that it wants, or both.

    `seconds` is how long it took with all its tries, `first` when its first token came, both since it was asked;
    `tries` how often it was.
    """

    text: str = ""
    calls: tuple[ToolCall, ...] = ()
    finish: Finish = "stop"
    usage: Usage = Usage()
    model: str = ""
    seconds: float = 0.0
    first: float = 0.0
    tries: int = 1
