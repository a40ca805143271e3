"""A model of the bot's owner: a folder with model.onnx and tokenizer.json, as sentence embedders are published.

What its tokens get is averaged over the text, or that of the first token is taken where `1_Pooling/config.json` says
so; a model that gives `sentence_embedding` itself is taken at its word.
"""

import asyncio
from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from botkit.errors import ConfigError
from botkit.ports.understanding import Purpose, Vectors
from botkit.understanding.embedders.local import LocalEmbedder, cores
from botkit.understanding.embedders.settings import EmbedderSettings, find_onnx

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

MOST_TOKENS: Final = 512  # of a text, where the folder does not say
_POOLING: Final = "1_Pooling/config.json"
_LENGTH: Final = ("sentence_bert_config.json", "max_seq_length")
_WHOLE: Final = "sentence_embedding"
_PADS: Final = ("[PAD]", "<pad>", "<|endoftext|>")


async def open_onnx(settings: EmbedderSettings, directory: Path) -> LocalEmbedder:
    """Load the model of a folder. Raises ConfigError."""
    folder = directory / settings.where
    model = await asyncio.to_thread(_Model, folder, settings)
    return LocalEmbedder(f"onnx {model.digest}", model)


class _Model:
    def __init__(self, folder: Path, settings: EmbedderSettings) -> None:
        self.path, self.words = find_onnx(folder)
        weights = sorted(self.path.parent.glob(f"{self.path.name}[._]data"))
        self.digest = digest_of([self.path, *weights, self.words, folder / _POOLING, folder / _LENGTH[0]], settings)
        self._before = {"query": settings.query or "", "passage": settings.passage or ""}
        self._first = bool(_read(folder / _POOLING).get("pooling_mode_cls_token"))
        try:
            self._session = _open_session(self.path)
            self._tokenizer = _open_tokenizer(self.words, int(_read(folder / _LENGTH[0]).get(_LENGTH[1]) or 0))
        except Exception as error:
            raise ConfigError(f"the model in {folder} cannot be loaded: {str(error)[:200]}") from error
        self._wants = {one.name for one in self._session.get_inputs()}
        gives = [one.name for one in self._session.get_outputs()]
        self._gives = _WHOLE if _WHOLE in gives else gives[0]

    def __call__(self, texts: Sequence[str], purpose: Purpose) -> Vectors:
        import numpy as np

        encoded = self._tokenizer.encode_batch([self._before[purpose] + text for text in texts])
        mask = np.array([one.attention_mask for one in encoded], np.int64)
        known = {
            "input_ids": np.array([one.ids for one in encoded], np.int64),
            "attention_mask": mask,
            "token_type_ids": np.array([one.type_ids for one in encoded], np.int64),
            "position_ids": np.maximum(mask.cumsum(axis=1) - 1, 0),
        }
        given = self._session.run([self._gives], {name: known[name] for name in self._wants})[0]
        found: Vectors = np.asarray(given, np.float32)
        if found.ndim == 2:
            return found
        if self._first:
            first: Vectors = found[:, 0]
            return first
        weights = mask[:, :, None].astype(np.float32)
        mean: Vectors = (found * weights).sum(axis=1) / np.maximum(weights.sum(axis=1), 1e-9)
        return mean


def _open_session(path: Path) -> "InferenceSession":
    from onnxruntime import InferenceSession, SessionOptions

    options = SessionOptions()
    options.intra_op_num_threads = cores()
    options.log_severity_level = 3  # errors alone
    return InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def _open_tokenizer(path: Path, most: int) -> "Tokenizer":
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(path))
    set_ = tokenizer.truncation or {}
    tokenizer.enable_truncation(most or set_.get("max_length") or MOST_TOKENS)
    padding = tokenizer.padding or {}
    pad = padding.get("pad_token") or next((one for one in _PADS if tokenizer.token_to_id(one) is not None), "[PAD]")
    tokenizer.enable_padding(pad_id=tokenizer.token_to_id(pad) or 0, pad_token=pad)
    return tokenizer


def _read(path: Path) -> dict[str, Any]:
    """Read a file of settings; one that is missing says nothing. Raises ConfigError."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, Any]) if path.is_file() else {}
    except (msgspec.MsgspecError, OSError) as error:
        raise ConfigError(f"{path} cannot be read: {type(error).__name__}") from error


def digest_of(files: Sequence[Path], settings: EmbedderSettings) -> str:
    """Give what tells these files and settings from others, whatever they are called."""
    digest = blake2b(repr((settings.query, settings.passage)).encode("utf-8", "surrogatepass"), digest_size=12)
    for path in files:
        if path.is_file():
            digest.update(f"{path.name} {path.stat().st_size}\n".encode("utf-8", "surrogateescape"))
            with path.open("rb") as opened:
                while part := opened.read(1 << 20):
                    digest.update(part)
    return digest.hexdigest()
