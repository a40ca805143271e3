"""`llm: {local: ...}` of bot.yaml: a model in a folder, where it is, and what is said where it is not."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from botkit.app.config import Config, read_config
from botkit.app.directories import check_directory
from botkit.app.models import lacks_of, placed
from botkit.errors import Place
from botkit.llm import Budget, Endpoint, ModelSettings, Timeouts
from botkit.llm.local import folders

FOLDER = "llm:\n  local: ./models/acme\n"


def read(text: str, **variables: str) -> Config:
    config, problems = read_config(text, "bot.yaml", variables)
    assert problems == ()
    return config


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the packages of the extra look installed."""
    monkeypatch.setattr(folders, "find_spec", lambda _: object())


@pytest.fixture
def missing(monkeypatch: pytest.MonkeyPatch) -> None:
    def find(name: str) -> Any:
        return None if name in ("torch", "transformers") else find_spec(name)

    monkeypatch.setattr(folders, "find_spec", find)


def make_folder(folder: Path) -> None:
    folder.mkdir(parents=True)
    for name in ("config.json", "model.safetensors", "tokenizer.json"):
        (folder / name).write_text("{}")


def test_a_folder() -> None:
    assert read(FOLDER).models == ModelSettings(Endpoint("acme", "", local="./models/acme"))
    whole = (
        "llm: {local: '${WHERE}', mode: 'off', temperature: 0.5, max_tokens: 90, timeouts: {total: 2m}, retries: 0,\n"
        "      budgets: {day: {tokens: 5000, money: 1}}, mask: [email]}\n"
    )
    assert read(whole, WHERE="/m/tiny").models == ModelSettings(
        Endpoint("tiny", "", temperature=0.5, max_tokens=90, timeouts=Timeouts(total=120.0), local="/m/tiny"),
        mode="off", retries=0, budgets={"day": Budget(5000, 1.0)}, mask=("email",),
    )  # fmt: skip


def test_a_folder_behind_a_server_and_a_server_behind_a_folder() -> None:
    found = read("llm: {base_url: http://x/v1, model: big, fallback: {local: m/acme, max_tokens: 50}}\n").models
    assert found is not None
    assert found.fallback == Endpoint("acme", "", local="m/acme", max_tokens=50)
    found = read("llm: {local: m/acme, fallback: {base_url: http://x/v1, model: big}}\n").models
    assert found is not None
    assert found.fallback is not None
    assert (found.fallback.model, found.fallback.base_url, found.fallback.local) == ("big", "http://x/v1", "")


@pytest.mark.parametrize(
    "key", ["base_url: http://x/v1", "model: big", "api_key: x", "vision: true", "image: x", "prices: {}"]
)
def test_keys_of_servers_are_errors(key: str) -> None:
    _, problems = read_config(f"{FOLDER}  {key}\n", "bot.yaml", {})
    assert [(one.code, one.place.line) for one in problems] == [("unknown-key", 3)]
    assert problems[0].message.endswith("belongs to a model at a server, not to one in a folder")


def test_what_guards_a_models_answers_guards_those_of_a_folder() -> None:
    found = read(f"{FOLDER}  links: [acme.example]\n  length: 900\n").models
    assert found is not None
    assert (found.links, found.length) == (("acme.example",), 900)


def test_a_variable_that_nobody_set() -> None:
    config, _ = read_config("llm: {local: '${NO_FOLDER_HERE}'}\n", "bot.yaml", {})
    assert config.models is not None
    problem = lacks_of(config.models, Place("bot.yaml", 1, 6))
    assert problem is not None
    assert "NO_FOLDER_HERE" in problem.hint


def test_the_path_begins_at_the_bot(tmp_path: Path) -> None:
    found = placed(read(f"{FOLDER}  fallback: {{local: /m/other}}\n").models, tmp_path)
    assert found is not None
    assert found.endpoint.local == str(tmp_path / "models" / "acme")
    assert found.fallback is not None
    assert found.fallback.local == "/m/other"
    assert placed(None, tmp_path) is None


@pytest.mark.usefixtures("installed")
def test_a_folder_that_is_there(tmp_path: Path) -> None:
    (tmp_path / "bot.yaml").write_text(FOLDER, "utf-8")
    make_folder(tmp_path / "models" / "acme")
    assert check_directory(tmp_path).problems == ()


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    "text", [FOLDER, "llm:\n  {base_url: http://x/v1, model: big, fallback: {local: ./models/acme}}\n"]
)
def test_a_folder_that_is_not_there(tmp_path: Path, text: str) -> None:
    (tmp_path / "bot.yaml").write_text(text, "utf-8")
    problems = check_directory(tmp_path).problems
    assert [(one.code, one.severity, one.place.line) for one in problems] == [("missing-model", "warning", 2)]
    assert problems[0].message == f"there is no folder {tmp_path / 'models' / 'acme'}: the bot runs without it"


@pytest.mark.usefixtures("missing")
def test_without_the_extra(tmp_path: Path) -> None:
    (tmp_path / "bot.yaml").write_text(FOLDER, "utf-8")
    make_folder(tmp_path / "models" / "acme")
    problems = check_directory(tmp_path).problems
    assert [one.message for one in problems] == ["a local model needs the package torch: the bot runs without it"]
    assert problems[0].hint == "pip install 'botkit[local]'"
