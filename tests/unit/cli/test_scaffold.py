"""New projects: complete, right at once, and nothing that exists is touched."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from botkit import UsageError
from botkit.app.directories import check_directory
from botkit.cli.scaffold import scaffold

BOT = [".env.example", ".gitignore", "README.md", "bot.yaml", "flows.yaml", "tests/talks.yaml"]
PACKAGE = ["README.md", "pyproject.toml", "src/botkit_my_thing/__init__.py", "src/botkit_my_thing/py.typed"]


@pytest.mark.parametrize(
    ("kind", "files"),
    [
        ("bot", BOT),
        ("plugin", [*PACKAGE, "tests/test_plugin.py"]),
        ("connector", [*PACKAGE, "src/botkit_my_thing/webhook.py", "tests/test_contract.py"]),
    ],
)
def test_a_project_is_written_whole(tmp_path: Path, kind: Any, files: list[str]) -> None:
    target = tmp_path / "new" / "project"
    written = scaffold(kind, "my-thing", target)
    assert [path.relative_to(target).as_posix() for path in written] == sorted(files)
    assert sorted(path for path in target.rglob("*") if path.is_file()) == written
    for path in written:
        text = path.read_text(encoding="utf-8")
        assert "@@" not in text
        assert text.endswith("\n") or not text


@pytest.mark.parametrize(
    "name", ["Acme", 'Ann\'s "best" bot: #1', "阿克梅客服", "- x", "{{ 7 * 7 }}", "no", "a" * 60, "C:\\x"]
)
def test_a_new_bot_has_no_problems(tmp_path: Path, name: str) -> None:
    scaffold("bot", name, tmp_path)
    checked = check_directory(tmp_path)
    assert [str(problem) for problem in checked.problems] == []
    assert checked.flows is not None
    assert checked.flows.settings.name == name
    tests = yaml.safe_load((tmp_path / "tests" / "talks.yaml").read_text(encoding="utf-8"))["tests"]
    assert all(isinstance(step["user"], str) for test in tests for step in test["talk"])


@pytest.mark.parametrize("kind", ["plugin", "connector"])
@pytest.mark.parametrize(
    "name", ["", "My-Thing", "1st", "a b", "../evil", "a/b", "商店", "a--b", "-a", "a" * 41, "x;y", "a\n"]
)
def test_a_package_needs_a_package_s_name(tmp_path: Path, kind: Any, name: str) -> None:
    with pytest.raises(UsageError, match="is no name for"):
        scaffold(kind, name, tmp_path / "new")
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("name", ["", "  ", "a" * 61, "a\nb", "\x00", "a\u2028b"])
def test_a_bot_needs_a_line_as_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="a line of 1 to 60 characters"):
        scaffold("bot", name, tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_nothing_that_exists_is_touched(tmp_path: Path) -> None:
    (tmp_path / "bot.yaml").write_text("mine")
    with pytest.raises(UsageError, match="is not empty"):
        scaffold("bot", "Acme", tmp_path)
    with pytest.raises(UsageError, match="is not empty"):
        scaffold("bot", "Acme", tmp_path / "bot.yaml")
    assert [path.name for path in tmp_path.iterdir()] == ["bot.yaml"]
    assert (tmp_path / "bot.yaml").read_text() == "mine"


def test_there_is_no_other_kind(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no template for 'desk'"):
        scaffold("desk", "Acme", tmp_path)  # type: ignore[arg-type]


def test_a_name_is_not_prefixed_twice(tmp_path: Path) -> None:
    scaffold("plugin", "botkit-loyalty", tmp_path)
    assert 'loyalty = "botkit_loyalty:plugin"' in (tmp_path / "pyproject.toml").read_text(encoding="utf-8")
