"""Folders of models: whether one holds a model, and what is in it."""

import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from botkit.errors import ConfigError

MOST_WINDOW: Final = 1_000_000  # tokens; tokenizers that know no limit name a larger number
USUAL_WINDOW: Final = 2048
_WEIGHTS: Final = ("*.safetensors", "pytorch_model*.bin")
_WORDS: Final = ("tokenizer.json", "tokenizer.model", "vocab.json", "tokenizer_config.json")
_loading = threading.Lock()  # transformers changes what the whole process sees while it loads a model
_MEND: Final = "a folder with config.json, weights (*.safetensors) and a tokenizer, as models are published"


class Loaded(NamedTuple):
    """A model, its tokenizer, and how many tokens it reads and writes at once."""

    model: Any
    tokenizer: Any
    window: int


def require_extra(extra: str = "local") -> None:
    """Raise ConfigError, with the line that installs it, where a package of the extra is missing."""
    needs = {"local": ("torch", "transformers", "accelerate"), "lora": ("torch", "transformers", "peft")}[extra]
    lacking = next((name for name in needs if find_spec(name) is None), None)
    if lacking is not None:
        raise ConfigError(f"a local model needs the package {lacking}", hint=f"pip install 'botkit[{extra}]'")


def require_local(folder: Path) -> None:
    """Raise ConfigError, with the mend, where the extra or a part of the model is missing; nothing is loaded."""
    require_extra()
    require_folder(folder)


def require_folder(folder: Path) -> None:
    """Raise ConfigError where a folder holds no model, whether or not the extra is installed."""
    if not folder.is_dir():
        raise ConfigError(f"there is no folder {folder}", hint=_MEND)
    if not (folder / "config.json").is_file():
        adapter = (folder / "adapter_config.json").is_file()
        hint = "it is an adapter of LoRA: merge it into its model first" if adapter else _MEND
        raise ConfigError(f"{folder} is no model: it has no config.json", hint=hint)
    if not any(next(folder.glob(pattern), None) for pattern in _WEIGHTS):
        raise ConfigError(f"{folder} is no model: it has no weights", hint=_MEND)
    if not any((folder / name).is_file() for name in _WORDS):
        raise ConfigError(f"{folder} is no model: it has no tokenizer", hint=_MEND)
    try:
        msgspec.json.decode((folder / "config.json").read_bytes(), type=dict[str, Any])
    except (msgspec.MsgspecError, OSError) as error:
        raise ConfigError(f"{folder / 'config.json'} cannot be read: {type(error).__name__}", hint=_MEND) from error


def load_folder(folder: Path, *, dtype: str = "auto", device: str = "cpu") -> Loaded:
    """Load what a folder holds, from there alone; code that a model brings with it is not run. Raises ConfigError."""
    require_local(folder)
    try:
        with _loading, _quietly():
            from transformers import AutoModelForCausalLM, AutoTokenizer

            tokenizer = AutoTokenizer.from_pretrained(str(folder), local_files_only=True, trust_remote_code=False)
            model = AutoModelForCausalLM.from_pretrained(
                str(folder), local_files_only=True, trust_remote_code=False, dtype=dtype
            )
            model = model.to(device).eval()
    except Exception as error:
        reason = " ".join(str(error).split())[:200]
        raise ConfigError(f"the model in {folder} cannot be loaded: {type(error).__name__}: {reason}") from error
    return Loaded(model, tokenizer, window_of(model, tokenizer))


def window_of(model: Any, tokenizer: Any) -> int:
    """Give how many tokens a model reads and writes at once."""
    text = model.config.get_text_config()
    most = getattr(text, "max_position_embeddings", None) or getattr(tokenizer, "model_max_length", None)
    return int(most) if isinstance(most, int | float) and 0 < most <= MOST_WINDOW else USUAL_WINDOW


def find_device(wanted: str) -> str:
    """Give the device to compute on: a GPU if there is one, and nothing else is wanted."""
    import torch

    if wanted != "auto":
        return wanted
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def wait_idly() -> None:
    """Let threads that wait for each other sleep, on cores that others use too; said before PyTorch is loaded."""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def cores(threads: int = 0) -> int:
    """Give how many threads compute: as many as are wanted, or all cores but one, which serves customers."""
    may = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return threads or max(1, may - 1)


@contextmanager
def _quietly() -> Iterator[None]:
    """Keep transformers from drawing bars and giving advice on standard error while it loads."""
    from transformers.utils import logging as words

    level, bars = words.get_verbosity(), words.is_progress_bar_enabled()
    words.set_verbosity(logging.ERROR)
    words.disable_progress_bar()
    try:
        yield
    finally:
        words.set_verbosity(level)
        if bars:
            words.enable_progress_bar()
