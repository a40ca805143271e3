"""What is said between the bot and a language model: messages, tools, and what a completion used."""

from typing import Any, Literal, Self

import msgspec

from botkit.errors import ModelError

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

    def whole(self) -> Self:
        """Give one that came to its end. Raises ModelError for another."""
        if self.finish == "filter":
            raise ModelError("the provider's filter stopped it", reason="refused")
        if self.finish == "length":
            raise ModelError("it was cut off at its limit of tokens", reason="truncated")
        return self


class Asked(msgspec.Struct, frozen=True, array_like=True):
    """What models were asked for one call, as the record of a turn keeps it, and what all of that used.

    `times` counts the questions with their tries; `seconds` is how long it took, `first` until the first token;
    `cost` is in the currency of bot.yaml; `sent` is what was said, as (role, text), since the model's last message.
    """

    model: str = ""
    times: int = 0
    input: int = 0
    output: int = 0
    cached: int = 0
    cost: float = 0.0
    guessed: bool = False
    seconds: float = 0.0
    first: float = 0.0
    sent: tuple[tuple[str, str], ...] = ()

    def plus(self, other: "Asked | None") -> "Asked":
        """Give what two askings are together; what was said is that of the first, the model that of the later one."""
        if other is None:
            return self
        return Asked(
            model=other.model or self.model,
            times=self.times + other.times,
            input=self.input + other.input,
            output=self.output + other.output,
            cached=self.cached + other.cached,
            cost=self.cost + other.cost,
            guessed=self.guessed or other.guessed,
            seconds=self.seconds + other.seconds,
            first=self.first or other.first,
            sent=self.sent or other.sent,
        )
