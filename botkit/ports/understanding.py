"""What makes sense of messages: classifiers, embeddings, articles, language models."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias

from botkit.model.events import Match, Passage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors: TypeAlias = NDArray[np.float32]  # a row for each text
    Vector: TypeAlias = NDArray[np.float32]  # of one text
else:  # a bot without an embedder loads no numpy
    Vectors = Vector = Any
Purpose = Literal["query", "passage"]


class IntentClassifier(Protocol):
    """Says which of the named things a text is near to. Built from examples, asked once a message.

    `threshold` is the score from which on it holds a match for sure enough; 0 where it can't say.
    """

    @property
    def threshold(self) -> float:
        """Give the score from which on a match is sure enough."""
        ...

    def classify(self, text: str, locale: str) -> tuple[Match, ...]:
        """Give the nearest names with scores of 0 to 1, the best first; empty when nothing is near."""
        ...


class SemanticClassifier(Protocol):
    """An IntentClassifier that knows its examples' vectors as well."""

    @property
    def threshold(self) -> float:
        """Give the score from which on a match is sure enough."""
        ...

    def classify(self, text: str, locale: str, vector: Vector | None = None) -> tuple[Match, ...]:
        """Give the nearest names; `vector` is the text's."""
        ...


class Embedder(Protocol):
    """Turns texts into vectors whose directions are near where the meanings are.

    `name` says whose vectors they are: those of one name can be compared, and are kept under it.
    """

    @property
    def name(self) -> str:
        """The model, and what else its vectors depend on."""
        ...

    async def embed(self, texts: Sequence[str], purpose: Purpose = "query", *, patience: float) -> Vectors:
        """Give a row for each text, of any length but the same for all; `purpose` is what it is compared as.

        What customers say, and examples of it, are queries; passages are what answers them. Raises EmbedderError
        if it cannot be done in `patience` seconds.
        """
        ...

    async def close(self) -> None:
        """Let go of threads and connections; may be called twice."""
        ...


class Knowledge(Protocol):
    """Help articles that can be searched."""

    async def search(self, text: str, locale: str, most: int = 3) -> tuple[Passage, ...]:
        """Give the passages that fit, the best first; empty when nothing is near enough."""
        ...
