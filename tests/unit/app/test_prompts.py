"""A bot's own prompts: read, checked, shown and copied."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from botkit.app.prompts import read_prompts
from botkit.cli.application import app
from botkit.errors import Problem
from botkit.llm.prompting import NAMES, Prompts


def read(directory: Path) -> tuple[dict[str, str], list[Problem]]:
    problems: list[Problem] = []
    return read_prompts(directory, problems), problems


def write(directory: Path, name: str, content: bytes | str) -> Path:
    path = directory / "prompts" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_a_bot_without_any_has_botkits(tmp_path: Path) -> None:
    assert read(tmp_path) == ({}, [])
    assert all(len(Prompts().source(name)) > 100 for name in NAMES)


def test_its_own_are_read_by_their_names(tmp_path: Path) -> None:
    write(tmp_path, "agent.jinja", "Hello {{ name }}, 你好")
    found, problems = read(tmp_path)
    assert problems == []
    assert Prompts(found).render("agent", name="Acme") == "Hello Acme, 你好"


@pytest.mark.parametrize(
    ("name", "content", "code", "line"),
    [
        ("agnet.jinja", "x", "unknown-prompt", 1),
        ("agent.txt", "x", "unknown-prompt", 1),
        ("agent.jinja", "", "empty-prompt", 1),
        ("agent.jinja", "x" * 100_001, "empty-prompt", 1),
        ("agent.jinja", "one\n{% if x %}\n", "template-syntax", 2),
        ("agent.jinja", "one\n{{ instructions }}\n{{ custmer }}", "unknown-name", 3),
        ("agent.jinja", b"\xff\xfe\x00bad\xff", "unreadable", 1),
    ],
)
def test_what_is_none_is_a_problem_with_its_place(
    tmp_path: Path, name: str, content: str | bytes, code: str, line: int
) -> None:
    path = write(tmp_path, name, content)
    found, problems = read(tmp_path)
    assert found == {}
    assert [(one.code, one.place.file, one.place.line) for one in problems] == [(code, str(path), line)]


def test_a_prompt_can_do_nothing_but_write() -> None:
    hostile = Prompts({"agent": "{{ name.__class__.__mro__ }}"})
    with pytest.raises(Exception, match="broken"):
        hostile.render("agent", name="x")


def test_they_are_shown_and_copied(tmp_path: Path) -> None:
    (tmp_path / "bot.yaml").write_text("name: x")
    shown = CliRunner().invoke(app, ["prompts", str(tmp_path), "route"])
    assert shown.exit_code == 0
    assert "start_flow" in shown.output
    assert CliRunner().invoke(app, ["prompts", str(tmp_path), "route", "--own"]).exit_code == 0
    assert "start_flow" in (tmp_path / "prompts" / "route.jinja").read_text()
    again = CliRunner().invoke(app, ["prompts", str(tmp_path), "route", "--own"])
    assert again.exit_code == 2
    assert CliRunner().invoke(app, ["prompts", str(tmp_path), "rout"]).exit_code == 2
    assert str(tmp_path / "prompts") in CliRunner().invoke(app, ["prompts", str(tmp_path), "route"]).output
