"""What makes sense of messages: classifiers, embeddings, articles, language models."""

from collections.abc import Sequence
from typing import Any, Protocol

import msgspec

from botkit.model.events import Match, Passage


class IntentClassifier(Protocol):
    """Says which of the named things a text is near to. Built from examples, asked once a message."""

    def classify(self, text: str, locale: str) -> tuple[Match, ...]:
        """Give the nearest names with scores of 0 to 1, the best first; empty when nothing is near."""
        ...


class Embedder(Protocol):
    """Turns texts into vectors."""

    name: str
    dimensions: int

    async def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        """Give one vector of `dimensions` floats for each text."""
        ...


class Knowledge(Protocol):
    """Help articles that can be searched."""

    async def search(self, text: str, locale: str, most: int = 3) -> tuple[Passage, ...]:
        """Give the passages that fit, the best first; empty when nothing is near enough."""
        ...


class Completion(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a language model gave: a text or calls of tools, and what it cost in tokens."""

    text: str = ""
    calls: tuple[dict[str, Any], ...] = ()
    finished: bool = True
    tokens_in: int = 0
    tokens_out: int = 0


class LanguageModel(Protocol):
    """A chat model."""

    async def complete(
        self, messages: Sequence[dict[str, Any]], *, tools: Sequence[dict[str, Any]] = (), tokens: int = 0
    ) -> Completion:
        """Give the model's next message; raises errors.ActionError when there is none."""
        ...
