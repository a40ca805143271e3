"""Without the extra: nothing of it is imported, and what needs it says how to get it."""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from botkit.errors import ConfigError
from botkit.llm.local import folders, open_local

HEAVY = ("torch", "transformers", "peft", "accelerate", "tokenizers")


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """Give a folder that looks like a model."""
    for name in ("config.json", "model.safetensors", "tokenizer.json"):
        (tmp_path / name).write_text("{}")
    return tmp_path


@pytest.fixture
def nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide the packages of the extra, if they are installed."""

    def find(name: str) -> Any:
        return None if name in HEAVY else find_spec(name)

    monkeypatch.setattr(folders, "find_spec", find)


def test_importing_botkit_imports_none_of_it() -> None:
    modules = (
        "botkit, botkit.llm, botkit.llm.local, botkit.llm.local.tuning, botkit.llm.local.models, botkit.cli.finetune"
    )
    code = f"import sys, {modules}, botkit.testing; print([one for one in {HEAVY} if one in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "[]\n"


@pytest.mark.usefixtures("nothing")
def test_without_the_extra_it_says_how_to_get_it(model: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        open_local(model)
    assert str(caught.value) == "a local model needs the package torch (pip install 'botkit[local]')"


@pytest.mark.usefixtures("nothing")
def test_training_says_it_too(botkit: Any, model: Path, tmp_path: Path) -> None:
    words = ("finetune", "train", tmp_path / "talks.jsonl", "--model", model, "--out", tmp_path / "out")
    code, out, err = botkit(*words)
    assert (code, out) == (1, "")
    assert err == "botkit: a local model needs the package torch (pip install 'botkit[local]')\n"
    code, _, err = botkit(*words, "--lora")
    assert (code, err) == (1, "botkit: a local model needs the package torch (pip install 'botkit[lora]')\n")


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (None, "there is no folder"),
        ([], "is no model: it has no config.json"),
        (["adapter_config.json"], "it is an adapter of LoRA"),
        (["config.json", "tokenizer.json"], "is no model: it has no weights"),
        (["config.json", "model.safetensors"], "is no model: it has no tokenizer"),
        (["config.json:[]", "model.safetensors", "tokenizer.json"], "cannot be read: ValidationError"),
        (["config.json:{", "model.safetensors", "tokenizer.json"], "cannot be read: DecodeError"),
    ],
)
def test_a_folder_that_is_no_model(tmp_path: Path, files: list[str] | None, message: str) -> None:
    folder = tmp_path / "model"
    if files is not None:
        folder.mkdir()
    for file in files or ():
        name, _, content = file.partition(":")
        (folder / name).write_text(content or "{}")
    with pytest.raises(ConfigError) as caught:
        folders.require_folder(folder)
    assert message in str(caught.value)
    assert str(folder) in str(caught.value)
