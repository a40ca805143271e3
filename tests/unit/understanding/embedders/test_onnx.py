"""Models in folders, run by onnxruntime."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from botkit.errors import ConfigError
from botkit.understanding.embedders import EmbedderSettings, open_embedder, require
from tests.unit.understanding.embedders.models import VECTORS, WORDS, write_model


async def embed(directory: Path, *texts: str, **more: Any) -> list[list[float]]:
    embedder = await open_embedder(EmbedderSettings("onnx", "model", **more), directory)
    try:
        rows: list[list[float]] = np.asarray(await embedder.embed(texts, patience=30.0)).tolist()
        return rows
    finally:
        await embedder.close()


async def test_the_words_of_a_text_are_averaged_and_padding_is_not(tmp_path: Path) -> None:
    write_model(tmp_path / "model")
    assert await embed(tmp_path, "where parcel", "where", "where parcel back") == [
        pytest.approx([0.5, 0.5]),
        pytest.approx([1.0, 0.0]),
        pytest.approx([0.0, 1 / 3]),
    ]
    assert await embed(tmp_path, "where") == [pytest.approx([1.0, 0.0])]


async def test_the_first_word_stands_for_all_where_the_folder_says_so(tmp_path: Path) -> None:
    folder = write_model(tmp_path / "model")
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text('{"pooling_mode_cls_token": true}', encoding="utf-8")
    assert await embed(tmp_path, "where parcel", "parcel") == [pytest.approx([1, 0]), pytest.approx([0, 1])]


async def test_a_vector_of_the_whole_text_is_taken_as_it_is(tmp_path: Path) -> None:
    write_model(tmp_path / "model", whole=True)
    assert await embed(tmp_path, "parcel where") == [pytest.approx([0, 1])]


async def test_a_model_gets_what_it_wants(tmp_path: Path) -> None:
    inputs = ("input_ids", "attention_mask", "token_type_ids", "position_ids")
    write_model(tmp_path / "model", inputs=inputs)
    assert await embed(tmp_path, "parcel") == [pytest.approx([0, 1])]


async def test_what_stands_before_a_text(tmp_path: Path) -> None:
    write_model(tmp_path / "model", whole=True)
    assert await embed(tmp_path, "parcel", query="back ") == [pytest.approx(list(VECTORS[WORDS["back"]]))]


async def test_a_long_text_is_cut(tmp_path: Path) -> None:
    folder = write_model(tmp_path / "model")
    (folder / "sentence_bert_config.json").write_text('{"max_seq_length": 3}', encoding="utf-8")
    assert await embed(tmp_path, "where where where " + "parcel " * 5000) == [pytest.approx([1, 0])]


@pytest.mark.parametrize("text", ["", "\0", "衣服", "\u202e", "x" * 10_000])
async def test_whatever_a_customer_writes(tmp_path: Path, text: str) -> None:
    write_model(tmp_path / "model")
    assert np.isfinite(await embed(tmp_path, text)).all()


async def test_its_name_tells_it_from_others(tmp_path: Path) -> None:
    async def name(directory: Path, **more: Any) -> str:
        embedder = await open_embedder(EmbedderSettings("onnx", "model", **more), directory)
        await embedder.close()
        return embedder.name

    write_model(tmp_path / "a" / "model")
    write_model(tmp_path / "b" / "model")
    write_model(tmp_path / "c" / "model", whole=True)
    names = [await name(tmp_path / one) for one in "abc"]
    assert names[0] == names[1] != names[2]
    assert await name(tmp_path / "a", query="q: ") != names[0]


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        ("model.onnx", "there is no model.onnx"),
        ("tokenizer.json", "there is no tokenizer.json"),
    ],
)
def test_what_is_missing_is_named(tmp_path: Path, spoil: str, message: str) -> None:
    (write_model(tmp_path / "model") / spoil).unlink()
    with pytest.raises(ConfigError, match=message):
        require(EmbedderSettings("onnx", "model"), tmp_path)


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json", "sentence_bert_config.json"])
@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff\0\1"])
async def test_what_cannot_be_read_is_said(tmp_path: Path, name: str, content: bytes) -> None:
    (write_model(tmp_path / "model") / name).write_bytes(content)
    with pytest.raises(ConfigError):
        await open_embedder(EmbedderSettings("onnx", "model"), tmp_path)
