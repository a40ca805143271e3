"""A model of the library sentence-transformers: the path of one, or a name under which it is published.

PyTorch comes with it, some gigabytes. A name is downloaded when it is first used, so a path is what a bot at work
wants.
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from botkit.errors import ConfigError
from botkit.ports.understanding import Purpose, Vectors
from botkit.understanding.embedders.local import LocalEmbedder
from botkit.understanding.embedders.onnx import digest_of
from botkit.understanding.embedders.settings import EmbedderSettings

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_KNOWN_AS: Final[dict[Purpose, tuple[str, ...]]] = {  # what models call the prompts that they come with
    "query": ("query", "search_query"),
    "passage": ("passage", "document", "search_document"),
}


async def open_sentence_transformers(settings: EmbedderSettings, directory: Path) -> LocalEmbedder:
    """Load a model. Raises ConfigError."""
    folder = directory / settings.where
    model = await asyncio.to_thread(_load, str(folder) if folder.is_dir() else settings.where)
    prompts = {purpose: prompt_of(model, settings, purpose) for purpose in _KNOWN_AS}

    def compute(texts: Sequence[str], purpose: Purpose) -> Vectors:
        found: Vectors = model.encode(
            list(texts), prompt=prompts[purpose] or None, convert_to_numpy=True, show_progress_bar=False
        )
        return found

    files = sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else []
    digest = await asyncio.to_thread(digest_of, files, settings)
    name = folder.name if folder.is_dir() else settings.where
    return LocalEmbedder(f"sentence-transformers {name} {digest}", compute, shared=True)


def prompt_of(model: "SentenceTransformer", settings: EmbedderSettings, purpose: Purpose) -> str:
    """Give what stands before a text: what bot.yaml says, or else what the model says itself."""
    said = settings.query if purpose == "query" else settings.passage
    if said is not None:
        return said
    prompts: dict[str, str] = getattr(model, "prompts", None) or {}
    return next((prompts[name] for name in _KNOWN_AS[purpose] if prompts.get(name)), "")


def _load(name: str) -> "SentenceTransformer":
    from sentence_transformers import SentenceTransformer

    try:
        return SentenceTransformer(name)
    except Exception as error:
        raise ConfigError(
            f"the model {name!r} cannot be loaded: {type(error).__name__}: {str(error)[:200]}"
        ) from error
