"""Language models, and what draws, speaks, listens and moderates: one client of each, and the gateway before them."""

from collections.abc import Callable, Sequence
from typing import Any, Final, Literal, Protocol

import msgspec

from botkit.model.completions import Asked, ChatMessage, Completion, Tool, Usage

OnText = Callable[[str], None]
"""Hears the text of a completion while it grows, part by part; "" says that it begins anew, after a failed try."""

MOST_SENT: Final = 12_000  # characters of what was asked that are kept with a result

Purpose = Literal["route", "agent", "generate", "answer", "plugin"]


class ModelRequest(msgspec.Struct, frozen=True):
    """What a model is asked.

    `choice` is whether it calls tools: as it likes, not at all, at least one, or the one of that name. `schema` is a
    JSON Schema that its text must fit (structured output), under the name `schema_name`. `max_tokens` 0 is the
    configured limit, `temperature` None the model's own.
    """

    messages: Sequence[ChatMessage]
    tools: Sequence[Tool] = ()
    choice: str = "auto"  # auto, none, required, or a tool's name
    schema: dict[str, Any] | None = None
    schema_name: str = "reply"
    max_tokens: int = 0
    temperature: float | None = None
    stop: tuple[str, ...] = ()
    parallel: bool = True  # it may call several tools at once


class LanguageModel(Protocol):
    """One model at one server, or in this process.

    Raises errors.ModelError: nothing else comes out of it, whatever the server does.
    """

    @property
    def name(self) -> str:
        """The model's name, as its server knows it."""
        ...

    @property
    def features(self) -> frozenset[str]:
        """What it can do, as far as is known: `tools`, `schema`, `images`."""
        ...

    async def complete(self, request: ModelRequest, on_text: OnText | None = None) -> Completion:
        """Give one completion, asked once: who wants more tries asks again. With `on_text` it is streamed."""
        ...

    async def close(self) -> None:
        """Let go of connections. May be called twice."""
        ...


class Picture(msgspec.Struct, frozen=True):
    """A picture that a model made."""

    content: bytes
    mime: str = "image/png"


class Media(Protocol):
    """What an endpoint has beside completions; one that it lacks raises errors.ModelError(`unsupported`)."""

    async def draw(self, prompt: str, *, size: str = "1024x1024") -> Picture:
        """Make a picture (Images API)."""
        ...

    async def speak(self, text: str, *, voice: str = "", format: str = "opus") -> bytes:  # noqa: A002 - the API's word
        """Say a text aloud (Audio API): a sound file of that format."""
        ...

    async def transcribe(self, sound: bytes, *, name: str, language: str = "") -> str:
        """Give what is said in a sound file (Audio API); `name` tells its format."""
        ...

    async def moderate(self, text: str) -> tuple[str, ...]:
        """Give the categories for which a text is flagged (Moderations API); none if it is harmless."""
        ...


class Tally:
    """Counts what was asked for one call, in any number of questions: completions with all their tries, and media."""

    def __init__(self) -> None:
        self.asked = Asked()

    def add(self, model: str, usage: Usage, seconds: float = 0.0, first: float = 0.0) -> None:
        """Add a try."""
        spent = (usage.input, usage.output, usage.cached, usage.cost, usage.guessed)
        self.asked = self.asked.plus(Asked(model, 1, *spent, seconds, first))

    def note(self, messages: Sequence[ChatMessage]) -> None:
        """Note what a model is told: what was said since its last message, and all where it had said nothing yet."""
        said = [at for at, message in enumerate(messages) if message.role == "assistant"]
        left, sent = MOST_SENT, list[tuple[str, str]]()
        for message in messages[said[-1] + 1 :] if said else messages:
            sent.append((message.role, message.text[:left]))
            left = max(0, left - len(message.text))
        self.asked = msgspec.structs.replace(self.asked, sent=tuple(sent))


class Asking(msgspec.Struct, frozen=True):
    """For whom a model is asked, and what for: budgets and records go by it.

    `visitor` is who writes, as far as that is known: the same one in several conversations.
    """

    conversation: str = ""
    visitor: str = ""
    purpose: Purpose = "plugin"
    flow: str = ""
    step: str = ""
    tally: Tally | None = None  # counts what is asked


class TextGuard(Protocol):
    """Says why a text that a model wrote for a plugin may not be handed to it, or nothing."""

    def __call__(self, text: str, request: ModelRequest, said: Sequence[str], *, quotes: bool = False) -> str:
        """Look at a text. `said` is what the bot said last; `quotes`: links of its material may stand in it."""
        ...


class ModelGateway(Protocol):
    """What all of a bot asks its models through: tries again, circuit breaker, budgets, masking, figures."""

    @property
    def features(self) -> frozenset[str]:
        """What the configured model can do: `tools`, `schema`, `images`."""
        ...

    async def complete(self, request: ModelRequest, asking: Asking, on_text: OnText | None = None) -> Completion:
        """Give a completion. Raises errors.ModelError, its code what a flow's `error.code` becomes."""
        ...

    async def draw(self, prompt: str, asking: Asking, *, size: str = "1024x1024") -> Picture:
        """Make a picture."""
        ...

    async def speak(self, text: str, asking: Asking, *, voice: str = "", format: str = "opus") -> bytes:  # noqa: A002
        """Say a text aloud."""
        ...

    async def transcribe(self, sound: bytes, asking: Asking, *, name: str, language: str = "") -> str:
        """Give what is said in a sound file."""
        ...

    async def moderate(self, text: str, asking: Asking) -> tuple[str, ...]:
        """Give the categories for which a text is flagged."""
        ...
